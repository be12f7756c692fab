//! Judging every account in use, one by one. Accounts unused for long are 休眠: named, not judged.

use super::context::Context;
use super::gap::Gap;
use super::outcome::Outcome;
use crate::report::{Account, Reading};
use crate::time::Timestamp;
use crate::verdict::{Evidence, State};

/// At most this many accounts are named in a sentence.
const NAMED: usize = 5;

/// One account's result in words that follow its name.
pub(super) struct Part {
    pub(super) state: State,
    pub(super) evidence: Option<Evidence>,
    pub(super) words: String,
    pub(super) remedy: Option<&'static str>,
}

impl Part {
    pub(super) fn measured(state: State, words: impl Into<String>) -> Self {
        Self { state, evidence: super::MEASURED, words: words.into(), remedy: None }
    }
}

impl From<Outcome> for Part {
    fn from(o: Outcome) -> Self {
        Self { state: o.state, evidence: o.evidence, words: o.reason, remedy: o.remedy }
    }
}

/// Worst over the accounts in use. A report without any says nothing, and so passes nothing.
pub(super) fn judge<'a>(cx: &Context<'a>, clear: &str, mut part: impl FnMut(&'a Account) -> Part) -> Result<Outcome, Gap> {
    let Some(report) = cx.input.report else { return Err(Gap::absent(cx)) };
    let mut parts: Vec<(&str, Part)> = Vec::with_capacity(report.accounts.len());
    let mut dormant = Vec::new();
    for account in &report.accounts {
        if is_dormant(cx, account) {
            dormant.push(account.id.as_str());
        } else {
            parts.push((account.id.as_str(), part(account)));
        }
    }
    let apart = if dormant.is_empty() { String::new() } else { format!("（休眠のため判定の外: {}）", list(&dormant)) };
    let Some(state) = parts.iter().map(|(_, p)| p.state).max() else {
        let reason = format!("判定できる利用中のアカウントがありません{apart}");
        return Err(Gap::plain(reason, None));
    };
    let decisive = || parts.iter().filter(|(_, p)| p.state == state);
    let names: Vec<&str> = decisive().map(|(name, _)| *name).collect();
    let evidence = decisive().filter_map(|(_, p)| p.evidence).min();
    let reason = if state <= State::Compliant && !clear.is_empty() {
        format!("利用中のアカウント{}件すべて: {clear}{apart}", parts.len())
    } else {
        let words = decisive().next().map_or("", |(_, p)| p.words.as_str());
        format!("アカウント {}: {words}{apart}", list(&names))
    };
    let remedy = decisive().find_map(|(_, p)| p.remedy);
    Ok(Outcome { state, evidence, reason, remedy })
}

/// Whether the account has not been used for longer than the pack's limit. Unknown last use counts as in use.
fn is_dormant(cx: &Context<'_>, account: &Account) -> bool {
    let last_used: Option<&Timestamp> = match &account.last_used {
        Reading::Value(at) => Some(at),
        Reading::Unknown(_) => None,
    };
    last_used.is_some_and(|at| cx.clock.is_past(at.plus_days(i64::from(cx.parameters().staleness.dormant_days))))
}

/// 「a1、b2 ほか3件」.
fn list(names: &[&str]) -> String {
    let shown = names[..names.len().min(NAMED)].join("、");
    if names.len() > NAMED { format!("{shown} ほか{}件", names.len() - NAMED) } else { shown }
}
