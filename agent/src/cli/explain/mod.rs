//! `explain`: for the person at the device, in Japanese: what was sent, the verdict, what to do, and what can never be seen.

pub(super) mod facts;

use std::collections::BTreeMap;

use hashimori_shared::checkin::{ClauseSummary, VerdictSummary};
use hashimori_shared::ids::AccountId;
use hashimori_shared::report::Report;
use hashimori_shared::verdict::State;

use super::World;
use crate::cycle::enrolled;
use crate::exit::{Exit, Failure};
use crate::probe::{self, ProbeContext};
use crate::state::{Base, Progress};
use crate::words;

const NEVER: &str = "\
■ この点検プログラムが決して集めないもの
  ・患者さんの情報、書類やメールの中身、写真、閲覧したページ
  ・パスワードそのもの、入力した文字、画面の様子
  ・位置情報
  ・入っているソフトの一覧（禁止ソフトに当たるかどうかだけを、この機器の中で調べます）
  ・氏名やログイン名（この機器の中だけで通じる記号に置き換えて送ります）
  読み取るだけで、設定を変えることも、収集サーバーから操作されることもありません。
";

pub(super) fn explain(world: &World) -> Result<Exit, Failure> {
    let identity = match enrolled(&world.folder) {
        Ok(identity) => identity,
        Err(failure) => {
            // Whoever may not look into the state folder is still told what never leaves the device.
            println!("これから送る内容は、誰でも hashimori-agent report で見られます。\n\n{NEVER}");
            return Err(failure);
        }
    };
    let progress = Progress::peek(&world.folder).map_err(words::state)?;
    let sent = match progress.base {
        Some(base) => {
            Base::bytes(&world.folder, base.digest).map_err(words::state)?.and_then(|b| serde_json::from_slice::<Report>(&b).ok())
        }
        None => None,
    };
    println!("■ {} の機器として登録されています（{}）\n", identity.facility, identity.endpoints.first().map_or("", String::as_str));
    if progress.retired_at.is_some() {
        println!("{}\n", words::RETIRED);
    }
    let names = probe::account_names(&ProbeContext::new(World::now(), world.pseudonym_key()?.unwrap_or_default()));
    println!("■ 判定");
    match &progress.verdict {
        Some(verdict) => print!("{}", named(verdict_text(verdict), &names)),
        None => println!("  まだ判定を受け取っていません。"),
    }
    if let Some(message) = progress.last_reply.as_ref().and_then(|r| r.message.as_deref()) {
        println!("  収集サーバーから: {message}");
    }
    println!();
    match (&sent, progress.base) {
        (Some(report), Some(base)) => {
            println!("■ 送った内容（{} に届いたもの。そのままの形は hashimori-agent report --json）", base.sent_at.jst_minute());
            print!("{}", facts::describe(report, base.sent_at, &names));
        }
        (_, _) => println!("■ 送った内容\n  まだ何も届いていません。これから送る内容は hashimori-agent report で見られます。"),
    }
    println!("\n{NEVER}");
    Ok(if progress.retired_at.is_some() { Exit::Retired } else { Exit::Done })
}

/// Puts the account's name beside its pseudonym, for the person at this device only.
fn named(text: String, names: &BTreeMap<AccountId, String>) -> String {
    names.iter().fold(text, |text, (id, name)| text.replace(id.as_str(), &format!("{}（{name}）", id.as_str())))
}

/// What needs doing first, then the rest.
fn verdict_text(verdict: &VerdictSummary) -> String {
    let mut clauses: Vec<&ClauseSummary> = verdict.clauses.iter().collect();
    clauses.sort_by_key(|c| std::cmp::Reverse(c.state));
    let mut lines = vec![format!("  全体: {}", verdict.headline.label_ja())];
    for clause in clauses.iter().filter(|c| c.state != State::NotApplicable) {
        let evidence = clause.evidence.map_or_else(String::new, |e| format!("・{}", e.label_ja()));
        lines.push(format!("  [{}{evidence}] {} {}", clause.state.label_ja(), clause.clause, clause.title));
        lines.push(format!("      {}", clause.reason));
        lines.extend(clause.remedy.as_ref().map(|remedy| format!("      → {remedy}")));
    }
    let left_out = clauses.iter().filter(|c| c.state == State::NotApplicable).count();
    if left_out > 0 {
        lines.push(format!("  （この機器に当てはまらない条項: {left_out}件）"));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(clause: &str, state: State, remedy: Option<&str>) -> ClauseSummary {
        ClauseSummary {
            clause: clause.into(),
            title: "題".into(),
            state,
            evidence: None,
            reason: "理由".into(),
            remedy: remedy.map(str::to_owned),
        }
    }

    #[test]
    fn what_needs_doing_comes_first_and_says_how() {
        let verdict = VerdictSummary {
            headline: State::NonCompliant,
            clauses: vec![
                clause("§20-2", State::Compliant, None),
                clause("§20-5", State::NotApplicable, None),
                clause("§20-1", State::NonCompliant, Some("画面ロックを有効にしてください")),
            ],
        };
        let text = verdict_text(&verdict);
        assert!(text.find("§20-1").expect("there") < text.find("§20-2").expect("there"));
        assert!(text.contains("→ 画面ロックを有効にしてください") && text.contains("当てはまらない条項: 1件") && !text.contains("§20-5"));
    }
}
