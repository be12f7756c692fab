//! `explain`: for the person at the device, in Japanese: what was sent, the verdict, what to do, and what can never be seen.

pub(super) mod facts;
pub(super) mod hand_over;
mod menus;
mod page;

use std::collections::BTreeMap;

use clap::Args;
use hashimori_shared::checkin::{ClauseSummary, VerdictSummary};
use hashimori_shared::ids::AccountId;
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;

use super::World;
use crate::cycle::enrolled;
use crate::exit::{Exit, Failure};
use crate::identity::Identity;
use crate::probe::{self, ProbeContext};
use crate::state::{Base, Progress};
use crate::words;

/// What the agent never collects.
const NEVER: [&str; 5] = [
    "患者さんの情報、書類やメールの中身、写真、閲覧したページ",
    "パスワードそのもの、入力した文字、画面の様子",
    "位置情報",
    "入っているソフトの一覧（禁止ソフトに当たるかどうかだけを、この機器の中で調べます）",
    "氏名やログイン名（この機器の中だけで通じる記号に置き換えて送ります）",
];
const READ_ONLY: &str = "読み取るだけで、設定を変えることも、収集サーバーから操作されることもありません。";

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// この機器の中にページを作り、デスクトップの標準ブラウザで開く（通信はしない）
    #[arg(long)]
    open: bool,
}

/// What there is to tell.
struct Told {
    identity: Identity,
    progress: Progress,
    /// The last report that arrived, and when it was sent.
    sent: Option<(Report, Timestamp)>,
    names: BTreeMap<AccountId, String>,
}

impl Told {
    fn gather(world: &World) -> Result<Self, Failure> {
        let identity = enrolled(&world.folder)?;
        let progress = Progress::peek(&world.folder).map_err(words::state)?;
        let sent = match progress.base {
            Some(base) => Base::bytes(&world.folder, base.digest)
                .map_err(words::state)?
                .and_then(|bytes| Some((serde_json::from_slice(&bytes).ok()?, base.sent_at))),
            None => None,
        };
        let names = probe::account_names(&ProbeContext::new(World::now(), world.pseudonym_key()?.unwrap_or_default()));
        Ok(Self { identity, progress, sent, names })
    }

    /// The verdict's clauses, what needs doing first.
    fn clauses(&self) -> Vec<&ClauseSummary> {
        self.progress.verdict.as_ref().map_or_else(Vec::new, by_urgency)
    }

    const fn exit(&self) -> Exit {
        if self.progress.retired_at.is_some() { Exit::Retired } else { Exit::Done }
    }
}

pub(super) fn explain(mut world: World, args: &ExplainArgs) -> Result<Exit, Failure> {
    let told = Told::gather(&world);
    if args.open {
        let now = World::now();
        // Whoever may not look into the state folder still sees what this device would say, and what never leaves it.
        let page = match &told {
            Ok(told) => page::of_device(told, now),
            Err(failure) => {
                let key = world.pseudonym_key_or_temporary();
                page::of_stranger(&failure.message, &world.observe(now, key).report, now)
            }
        };
        hand_over::hand_over(&page)?;
        return told.map(|told| told.exit());
    }
    match told {
        Ok(told) => {
            print!("{}", text(&told));
            Ok(told.exit())
        }
        Err(failure) => {
            println!("これから送る内容は、誰でも hashimori-agent report で見られます。\n\n{}", never());
            Err(failure)
        }
    }
}

fn never() -> String {
    let lines = NEVER.map(|line| ["  ・", line, "\n"].concat()).concat();
    format!("■ この点検プログラムが決して集めないもの\n{lines}  {READ_ONLY}\n")
}

fn text(told: &Told) -> String {
    let (identity, progress) = (&told.identity, &told.progress);
    let endpoint = identity.endpoints.first().map_or("", String::as_str);
    let mut parts = vec![format!("■ {} の機器として登録されています（{endpoint}）\n", identity.facility)];
    if progress.retired_at.is_some() {
        parts.push(format!("{}\n", words::RETIRED));
    }
    let mut verdict = match &progress.verdict {
        Some(verdict) => named(verdict_text(verdict), &told.names),
        None => format!("  {NO_VERDICT}\n"),
    };
    if let Some(message) = progress.last_reply.as_ref().and_then(|r| r.message.as_deref()) {
        verdict += &["  収集サーバーから: ", message, "\n"].concat();
    }
    parts.push(format!("■ 判定\n{verdict}"));
    parts.push(match &told.sent {
        Some((report, at)) => format!(
            "■ 送った内容（{} に届いたもの。そのままの形は hashimori-agent report --json）\n{}",
            at.jst_minute(),
            facts::describe(report, *at, &told.names)
        ),
        None => format!("■ 送った内容\n  {NOTHING_SENT}\n"),
    });
    parts.push(never());
    parts.join("\n")
}

const NO_VERDICT: &str = "まだ判定を受け取っていません。";
const NOTHING_SENT: &str = "まだ何も届いていません。これから送る内容は hashimori-agent report で見られます。";

/// Puts the account's name beside its pseudonym, for the person at this device only.
fn named(text: String, names: &BTreeMap<AccountId, String>) -> String {
    names.iter().fold(text, |text, (id, name)| text.replace(id.as_str(), &format!("{}（{name}）", id.as_str())))
}

/// What needs doing first, then the rest.
fn by_urgency(verdict: &VerdictSummary) -> Vec<&ClauseSummary> {
    let mut clauses: Vec<&ClauseSummary> = verdict.clauses.iter().collect();
    clauses.sort_by_key(|c| std::cmp::Reverse(c.state));
    clauses
}

fn verdict_text(verdict: &VerdictSummary) -> String {
    let clauses = by_urgency(verdict);
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
