//! Judging every account in use, one by one. Accounts unused for long are 休眠: named, not judged.

use std::borrow::Cow;

use super::context::Context;
use super::gap::Gap;
use super::outcome::Outcome;
use crate::report::{Account, Reading};
use crate::verdict::{Evidence, State};

/// At most this many accounts are named in a sentence.
const NAMED: usize = 5;

/// One account's result in words that follow its name.
pub(super) struct Part {
    pub(super) state: State,
    pub(super) evidence: Option<Evidence>,
    pub(super) words: Cow<'static, str>,
    pub(super) remedy: Option<&'static str>,
}

impl Part {
    pub(super) fn measured(state: State, words: impl Into<Cow<'static, str>>) -> Self {
        Self { state, evidence: super::MEASURED, words: words.into(), remedy: None }
    }
}

impl From<Outcome> for Part {
    fn from(o: Outcome) -> Self {
        Self { state: o.state, evidence: o.evidence, words: o.reason, remedy: o.remedy }
    }
}

/// Worst over the accounts in use. A report without any account says nothing, and so passes nothing. Where no account is known
/// to be in use, every one is judged: else not knowing who uses the machine would hide an account that misses something.
pub(super) fn judge<'a>(cx: &Context<'a>, clear: &str, mut part: impl FnMut(&'a Account) -> Part) -> Result<Outcome, Gap> {
    let Some(report) = cx.input.report else { return Err(Gap::absent(cx)) };
    let uses: Vec<Use> = report.accounts.iter().map(|account| last_use(cx, account)).collect();
    let sets_apart = uses.contains(&Use::Current);
    let mut parts: Vec<(&str, Part)> = Vec::with_capacity(report.accounts.len());
    let mut dormant = Vec::new();
    for (account, last_use) in report.accounts.iter().zip(&uses) {
        if sets_apart && *last_use == Use::Dormant {
            dormant.push(account.id.as_str());
        } else {
            parts.push((account.id.as_str(), part(account)));
        }
    }
    let apart = if dormant.is_empty() { String::new() } else { format!("（休眠のため判定の外: {}）", list(&dormant)) };
    let Some(state) = parts.iter().map(|(_, p)| p.state).max() else {
        return Err(Gap::plain("利用者のアカウントが報告されていません", None));
    };
    let decisive = || parts.iter().filter(|(_, p)| p.state == state);
    let evidence = decisive().filter_map(|(_, p)| p.evidence).min();
    let reason = if state <= State::Compliant && !clear.is_empty() {
        format!("アカウント{}件すべて: {clear}{apart}", parts.len())
    } else {
        format!("{}{apart}", grouped(decisive()))
    };
    let remedy = decisive().find_map(|(_, p)| p.remedy);
    Ok(Outcome { state, evidence, reason: reason.into(), remedy })
}

/// 「アカウント a1、b2: …／アカウント c3: …」, each wording once with the accounts it is about.
fn grouped<'p>(parts: impl Iterator<Item = &'p (&'p str, Part)>) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, part) in parts {
        match groups.iter_mut().find(|(words, _)| *words == part.words) {
            Some((_, names)) => names.push(name),
            None => groups.push((&part.words, vec![name])),
        }
    }
    let shown = groups.iter().take(NAMED).map(|(words, names)| format!("アカウント {}: {words}", list(names)));
    let mut text = shown.collect::<Vec<_>>().join("／");
    let hidden: usize = groups.iter().skip(NAMED).map(|(_, names)| names.len()).sum();
    if hidden > 0 {
        text = format!("{text}／ほか{hidden}件");
    }
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Known to be in use.
    Current,
    /// 休眠: unused for longer than the pack's limit.
    Dormant,
    /// The machine does not say.
    Unknown,
}

fn last_use(cx: &Context<'_>, account: &Account) -> Use {
    match account.last_used {
        Reading::Value(at) if cx.clock.is_past(at.plus_days(i64::from(cx.parameters().staleness.dormant_days))) => Use::Dormant,
        Reading::Value(_) => Use::Current,
        Reading::Unknown(_) => Use::Unknown,
    }
}

/// Whether an account is known to be 休眠.
pub(super) fn is_dormant(cx: &Context<'_>, account: &Account) -> bool {
    last_use(cx, account) == Use::Dormant
}

/// 「a1、b2 ほか3件」.
fn list(names: &[&str]) -> String {
    let shown = names[..names.len().min(NAMED)].join("、");
    if names.len() > NAMED { format!("{shown} ほか{}件", names.len() - NAMED) } else { shown }
}
