//! Judging every account in use, one by one. Accounts unused for long are 休眠: named, not judged.

use std::borrow::Cow;

use super::context::Context;
use super::gap::Gap;
use super::outcome::Outcome;
use crate::lang::say;
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
    let (judged, dormant) = set_apart(cx, &report.accounts);
    let parts: Vec<(&str, Part)> = judged.into_iter().map(|account| (account.id.as_str(), part(account))).collect();
    let dormant: Vec<&str> = dormant.into_iter().map(|account| account.id.as_str()).collect();
    let apart = if dormant.is_empty() {
        String::new()
    } else {
        let names = list(cx, &dormant);
        say!(cx.lang, "（休眠のため判定の外: {names}）", " (not judged, unused for long: {names})")
    };
    let Some(state) = parts.iter().map(|(_, p)| p.state).max() else {
        return Err(Gap::plain(cx.pick("利用者のアカウントが報告されていません", "no user's account was reported"), None));
    };
    let decisive = || parts.iter().filter(|(_, p)| p.state == state);
    // A pass rests on every account, also on one of which somebody says that it does not apply.
    let rests_on = parts.iter().filter(|(_, p)| p.state == state || state <= State::Compliant);
    let evidence = rests_on.filter_map(|(_, p)| p.evidence).min();
    let reason = if state <= State::Compliant && !clear.is_empty() {
        let count = parts.len();
        say!(cx.lang, "アカウント{count}件すべて: {clear}{apart}", "all {count} accounts: {clear}{apart}")
    } else {
        format!("{}{apart}", grouped(cx, decisive()))
    };
    let remedy = decisive().find_map(|(_, p)| p.remedy);
    Ok(Outcome { state, evidence, reason: reason.into(), remedy })
}

/// The accounts that `judge` judges.
pub(super) fn judged<'a>(cx: &Context<'a>) -> Vec<&'a Account> {
    cx.input.report.map(|report| set_apart(cx, &report.accounts).0).unwrap_or_default()
}

/// Those to judge, and those that are 休眠.
fn set_apart<'a>(cx: &Context<'_>, accounts: &'a [Account]) -> (Vec<&'a Account>, Vec<&'a Account>) {
    let sets_apart = accounts.iter().any(|account| last_use(cx, account) == Use::Current);
    accounts.iter().partition(|account| !sets_apart || last_use(cx, account) != Use::Dormant)
}

/// 「アカウント a1、b2: …／アカウント c3: …」, each wording once with the accounts it is about.
fn grouped<'p>(cx: &Context<'_>, parts: impl Iterator<Item = &'p (&'p str, Part)>) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, part) in parts {
        match groups.iter_mut().find(|(words, _)| *words == part.words) {
            Some((_, names)) => names.push(name),
            None => groups.push((&part.words, vec![name])),
        }
    }
    let shown = groups.iter().take(NAMED).map(|(words, names)| {
        let names = list(cx, names);
        say!(cx.lang, "アカウント {names}: {words}", "account {names}: {words}")
    });
    let mut text = shown.collect::<Vec<_>>().join(cx.pick("／", " / "));
    let hidden: usize = groups.iter().skip(NAMED).map(|(_, names)| names.len()).sum();
    if hidden > 0 {
        text = say!(cx.lang, "{text}／ほか{hidden}件", "{text} / {hidden} more");
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

/// 「a1、b2 ほか3件」.
fn list(cx: &Context<'_>, names: &[&str]) -> String {
    let shown = cx.lang.list(&names[..names.len().min(NAMED)]);
    let more = names.len().saturating_sub(NAMED);
    if more > 0 { say!(cx.lang, "{shown} ほか{more}件", "{shown} and {more} more") } else { shown }
}
