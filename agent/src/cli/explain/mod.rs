//! `explain`: for the person at the device, in their language: what was sent, the verdict, what to do, and what can never be seen.

pub(super) mod facts;
pub(super) mod hand_over;
mod html;
mod menus;
mod page;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use clap::Args;
use hashimori_shared::checkin::{ClauseSummary, VerdictSummary};
use hashimori_shared::ids::AccountId;
use hashimori_shared::lang::{Lang, say};
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;

use super::{World, language};
use crate::cycle::enrolled;
use crate::exit::{Exit, Failure};
use crate::identity::Identity;
use crate::probe::{self, ProbeContext};
use crate::state::{Base, Progress};
use crate::words::{self, Sentence, both};

/// What the agent never collects.
const NEVER: [Sentence; 5] = [
    both(
        "患者さんの情報、書類やメールの中身、写真、閲覧したページ",
        "Information on patients, the contents of documents and mail, photographs, pages visited",
    ),
    both("パスワードそのもの、入力した文字、画面の様子", "Passwords themselves, what is typed, what is on the screen"),
    both("位置情報", "Where the device is"),
    both(
        "入っているソフトの一覧（禁止ソフトに当たるかどうかだけを、この機器の中で調べます）",
        "A list of the software that is installed (only whether forbidden software is among it is looked up, on this device)",
    ),
    both(
        "氏名やログイン名（この機器の中だけで通じる記号に置き換えて送ります）",
        "Names of people and of their accounts (signs that mean something on this device alone are sent in their place)",
    ),
];
const READ_ONLY: Sentence = both(
    "読み取るだけで、設定を変えることも、収集サーバーから操作されることもありません。",
    "It only reads: it changes no setting, and the collector cannot operate this device.",
);
const NO_VERDICT: Sentence = both("まだ判定を受け取っていません。", "No verdict has been received yet.");
const NOTHING_SENT: Sentence = both(
    "まだ何も届いていません。これから送る内容は hashimori-agent report で見られます。",
    "Nothing has arrived yet. hashimori-agent report shows what will be sent.",
);
/// Where the collector's words are not in the reader's language.
const OTHER_LANGUAGE: Sentence = both(
    "判定の理由などは、この機器に設定された言葉（agent.toml の language）で、次の点検から届きます。",
    "Reasons and the like arrive in the language that this device is set to (language in agent.toml), from its next check-in on.",
);

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// この機器の中にページを作り、デスクトップの標準ブラウザで開く（通信はしない）
    #[arg(long)]
    open: bool,
    /// 説明の言葉（ja または en）。省くと、環境変数 LC_ALL・LC_MESSAGES・LANG、なければこの機器に設定された言葉
    #[arg(long, value_name = "LANG", value_parser = language::named)]
    lang: Option<Lang>,
}

/// What there is to tell.
struct Told {
    identity: Identity,
    progress: Progress,
    /// The last report that arrived, and when it was sent.
    sent: Option<(Report, Timestamp)>,
    names: BTreeMap<AccountId, String>,
    /// The reader's language.
    lang: Lang,
}

impl Told {
    /// Told in `lang`, or else in the language named at enrolment.
    fn gather(world: &World, lang: Option<Lang>) -> Result<Self, Failure> {
        let identity = enrolled(&world.folder)?;
        let progress = Progress::peek(&world.folder).map_err(words::state)?;
        let sent = match progress.base {
            Some(base) => Base::bytes(&world.folder, base.digest)
                .map_err(words::state)?
                .and_then(|bytes| Some((serde_json::from_slice(&bytes).ok()?, base.sent_at))),
            None => None,
        };
        let names = probe::account_names(&ProbeContext::new(World::now(), world.pseudonym_key()?.unwrap_or_default()));
        let lang = lang.unwrap_or(identity.language);
        Ok(Self { identity, progress, sent, names, lang })
    }

    /// Whether the collector's words are in another language than the reader's.
    fn is_in_another_language(&self) -> bool {
        self.progress.verdict.is_some() && self.progress.verdict_lang != self.lang
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
    let asked = args.lang.or_else(|| language::of_environment(|name| std::env::var(name).ok())).or(world.settings.language);
    let told = Told::gather(&world, asked);
    let lang = told.as_ref().map_or(asked.unwrap_or_default(), |told| told.lang);
    let told = told.map_err(|failure| failure.told_in(lang));
    if args.open {
        let now = World::now();
        // Whoever may not look into the state folder still sees what this device would say, and what never leaves it.
        let page = match &told {
            Ok(told) => page::of_device(told, now),
            Err(failure) => {
                let key = world.pseudonym_key_or_temporary();
                page::of_stranger(&failure.message, &world.observe(now, key).report, now, lang)
            }
        };
        hand_over::hand_over(&page, lang).map_err(|failure| failure.told_in(lang))?;
        return told.map(|told| told.exit());
    }
    match told {
        Ok(told) => {
            print!("{}", text(&told));
            Ok(told.exit())
        }
        Err(failure) => {
            let report = lang.pick(
                "これから送る内容は、誰でも hashimori-agent report で見られます。",
                "hashimori-agent report shows everybody what will be sent.",
            );
            println!("{report}\n\n{}", never(lang));
            Err(failure)
        }
    }
}

fn never(lang: Lang) -> String {
    let (heading, point) =
        (lang.pick("この点検プログラムが決して集めないもの", "What this checking program never collects"), lang.pick("・", "- "));
    let lines = NEVER.map(|line| ["  ", point, line.get(lang), "\n"].concat()).concat();
    format!("■ {heading}\n{lines}  {}\n", READ_ONLY.get(lang))
}

fn text(told: &Told) -> String {
    let (identity, progress, lang) = (&told.identity, &told.progress, told.lang);
    let (facility, endpoint) = (&identity.facility, identity.endpoints.first().map_or("", String::as_str));
    let mut parts =
        vec![say!(lang, "■ {facility} の機器として登録されています（{endpoint}）\n", "■ Enrolled at {facility} ({endpoint})\n")];
    if progress.retired_at.is_some() {
        parts.push(format!("{}\n", words::RETIRED.get(lang)));
    }
    let mut verdict = match &progress.verdict {
        Some(verdict) => named(verdict_text(verdict, lang), &told.names, progress.verdict_lang),
        None => format!("  {}\n", NO_VERDICT.get(lang)),
    };
    if let Some(message) = progress.last_reply.as_ref().and_then(|r| r.message.as_deref()) {
        verdict += &say!(lang, "  収集サーバーから: {message}\n", "  From the collector: {message}\n");
    }
    if told.is_in_another_language() {
        verdict += &["  ", OTHER_LANGUAGE.get(lang), "\n"].concat();
    }
    parts.push(format!("■ {}\n{verdict}", lang.pick("判定", "Verdict")));
    parts.push(match &told.sent {
        Some((report, at)) => {
            let (facts, at) = (facts::describe(report, *at, &told.names, lang), at.jst_minute_in(lang));
            say!(
                lang,
                "■ 送った内容（{at} に届いたもの。そのままの形は hashimori-agent report --json）\n{facts}",
                "■ What was sent (arrived {at}; hashimori-agent report --json shows the form in which it travels)\n{facts}"
            )
        }
        None => format!("■ {}\n  {}\n", lang.pick("送った内容", "What was sent"), NOTHING_SENT.get(lang)),
    });
    parts.push(never(lang));
    parts.join("\n")
}

/// Puts the account's name beside its pseudonym, for the person at this device only, in a text of that language.
fn named(text: String, names: &BTreeMap<AccountId, String>, of: Lang) -> String {
    names.iter().fold(text, |text, (id, name)| text.replace(id.as_str(), &format!("{}{}", id.as_str(), of.bracket(name))))
}

/// What needs doing first, then the rest.
fn by_urgency(verdict: &VerdictSummary) -> Vec<&ClauseSummary> {
    let mut clauses: Vec<&ClauseSummary> = verdict.clauses.iter().collect();
    clauses.sort_by_key(|c| std::cmp::Reverse(c.state));
    clauses
}

fn verdict_text(verdict: &VerdictSummary, lang: Lang) -> String {
    let clauses = by_urgency(verdict);
    let overall = verdict.headline.label(lang);
    let mut lines = vec![say!(lang, "  全体: {overall}", "  Overall: {overall}")];
    for clause in clauses.iter().filter(|c| c.state != State::NotApplicable) {
        let evidence = clause.evidence.map_or_else(String::new, |e| [lang.pick("・", ", "), e.label(lang)].concat());
        lines.push(format!("  [{}{evidence}] {} {}", clause.state.label(lang), clause.clause, clause.title));
        lines.push(format!("      {}", clause.reason));
        lines.extend(clause.remedy.as_ref().map(|remedy| format!("      → {remedy}")));
    }
    let left_out = clauses.iter().filter(|c| c.state == State::NotApplicable).count();
    if left_out > 0 {
        lines.push(say!(
            lang,
            "  （この機器に当てはまらない条項: {left_out}件）",
            "  (clauses that do not apply to this device: {left_out})"
        ));
    }
    lines.join("\n") + "\n"
}
