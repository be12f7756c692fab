//! §20-4: browsers do not keep passwords. §20-5: browsers are versions their makers still repair.

use super::super::accounts::{self, Part};
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::{Result, os};
use crate::catalogue::BrowserVersion;
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::report::{Browser, BrowserProfile, Reading};
use crate::verdict::State;

/// Per account, per profile: the browser does not offer to save passwords.
pub(super) fn passwords(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    accounts::judge(cx, "", |account| match gap::read(cx, account.password_saving.as_ref()) {
        Err(gap) => gap.settle(cx, clause, check).into(),
        Ok((profiles, age)) => {
            let outcomes: Vec<Outcome> = profiles.iter().map(|p| profile(cx, clause, check, p)).collect();
            let count = outcomes.len();
            let worst = outcomes.into_iter().reduce(|a, b| if b.state > a.state { b } else { a });
            let outcome = match worst {
                None => Outcome::measured(State::Compliant, cx.pick("ブラウザのプロファイルがありません", "there is no browser profile")),
                Some(Outcome { state: State::Compliant, evidence, .. }) => {
                    let words = say!(
                        cx.lang,
                        "ブラウザのプロファイル{count}件は、パスワードを保存しない設定です（それまでに保存されたものの有無は見ていません）",
                        "{count} browser profile(s) do not offer to save passwords (what was saved before is not looked at)"
                    );
                    Outcome::new(State::Compliant, evidence, words)
                }
                Some(worst) => worst,
            };
            Part::from(gap::aged(cx, outcome, age))
        }
    })
}

fn profile(cx: &Context<'_>, clause: &Clause, check: &Check, profile: &BrowserProfile) -> Outcome {
    let name = format!("{}{}", cx.catalogues().browsers.name(&profile.browser), cx.lang.bracket(&profile.profile));
    match &profile.saves_passwords {
        Reading::Value(false) => {
            let words = say!(cx.lang, "{name}はパスワードを保存しない設定です", "{name} does not offer to save passwords");
            Outcome::measured(State::Compliant, words)
        }
        Reading::Value(true) => {
            let words = say!(cx.lang, "{name}がパスワードを保存する設定です", "{name} offers to save passwords");
            Outcome::measured(State::NonCompliant, words)
        }
        Reading::Unknown(unknown) => {
            let mut gap = Gap::unknown(cx, unknown);
            gap.reason = format!("{name}: {}", gap.reason).into();
            gap.settle(cx, clause, check)
        }
    }
}

/// Every browser installed for everybody: within its maker's support, with the OS's own time limits after that.
pub(super) fn updated(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (browsers, age) = gap::machine(cx, |m| m.browsers.as_ref())?;
    let outcomes: Vec<Outcome> = browsers.iter().map(|b| os::held(cx, clause, check, version(cx, b))).collect();
    let count = outcomes.len();
    let Some(worst) = outcomes.into_iter().reduce(|a, b| if b.state > a.state { b } else { a }) else {
        let words = cx.pick("目録にあるブラウザは入っていません", "no browser of the catalogue is installed");
        return Ok(Outcome::measured(State::NotApplicable, words));
    };
    let worst = if worst.state == State::Compliant && count > 1 {
        let names: Vec<String> = browsers.iter().map(|b| format!("{} {}", cx.catalogues().browsers.name(&b.id), b.version)).collect();
        let names = cx.lang.list(&names);
        let words = say!(cx.lang, "{names}は更新が提供されている版です", "{names} are versions that still get updates");
        Outcome::measured(State::Compliant, words)
    } else {
        worst
    };
    Ok(gap::aged(cx, worst, age))
}

fn version(cx: &Context<'_>, browser: &Browser) -> Outcome {
    let catalogue = &cx.catalogues().browsers;
    let rules = &cx.parameters().update;
    let (lang, listed) = (cx.lang, catalogue.version());
    let name = format!("{} {}", catalogue.name(&browser.id), browser.version);
    match catalogue.version_of(&browser.id, &browser.version) {
        BrowserVersion::NotListed => {
            let words = say!(lang, "{name}は目録（{listed}）にありません", "{name} is not in the catalogue ({listed})");
            Outcome::new(State::Unknown, None, words)
        }
        BrowserVersion::OlderThanListed => {
            let words = say!(lang, "{name}は更新の提供が終わった古い版です", "{name} is an old version that gets no updates any more");
            Outcome::measured(State::NonCompliant, words)
        }
        BrowserVersion::Serviced if cx.clock.is_past(catalogue.as_of().plus_days(i64::from(rules.catalogue_max_age_days))) => {
            let reason = say!(
                lang,
                "目録（{listed}）が古く、{name}の更新が続いているか分かりません",
                "the catalogue ({listed}) is too old to tell whether {name} still gets updates"
            );
            Outcome::new(State::Unknown, None, reason)
        }
        BrowserVersion::Serviced => {
            let words = say!(lang, "{name}は更新が提供されている版です", "{name} is a version that still gets updates");
            Outcome::measured(State::Compliant, words)
        }
        BrowserVersion::Until(ends) => {
            let ended = cx.day(ends);
            let late = |days: u32| {
                say!(
                    lang,
                    "{name}の更新の提供は{ended}に終わりました。{days}日を過ぎています",
                    "updates of {name} ended on {ended}, more than {days} days ago"
                )
            };
            if cx.clock.is_past(ends.plus_days(i64::from(rules.fail_days))) {
                Outcome::measured(State::NonCompliant, late(rules.fail_days))
            } else if cx.clock.is_past(ends.plus_days(i64::from(rules.amber_days))) {
                Outcome::measured(State::RecommendationUnmet, late(rules.amber_days))
            } else {
                let until = cx.day(ends.plus_days(i64::from(rules.amber_days)));
                let words = say!(
                    lang,
                    "{name}は新しい版です（{until}までに次の版へ更新してください）",
                    "{name} is a recent version (update to the next by {until})"
                );
                Outcome::measured(State::Compliant, words)
            }
        }
    }
}
