//! §20-4: browsers do not keep passwords. §20-5: browsers are versions their makers still repair.

use super::super::accounts::{self, Part};
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::{Result, os};
use crate::catalogue::BrowserVersion;
use crate::pack::{Check, Clause};
use crate::report::{Browser, BrowserProfile, Reading};
use crate::verdict::State;

/// Per account, per profile: the browser does not offer to save passwords.
pub(super) fn passwords(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let stale_days = cx.parameters().staleness.stale_days;
    accounts::judge(cx, "", |account| match gap::read(cx, account.password_saving.as_ref()) {
        Err(gap) => gap.settle(cx, clause, check).into(),
        Ok((profiles, age)) => {
            let outcomes: Vec<Outcome> = profiles.iter().map(|p| profile(cx, clause, check, p)).collect();
            let count = outcomes.len();
            let worst = outcomes.into_iter().reduce(|a, b| if b.state > a.state { b } else { a });
            let outcome = match worst {
                None => Outcome::measured(State::Compliant, "ブラウザのプロファイルがありません"),
                Some(Outcome { state: State::Compliant, evidence, .. }) => {
                    let words = format!(
                        "ブラウザのプロファイル{count}件は、パスワードを保存しない設定です（それまでに保存されたものの有無は見ていません）"
                    );
                    Outcome::new(State::Compliant, evidence, words)
                }
                Some(worst) => worst,
            };
            Part::from(gap::aged(outcome, age, stale_days))
        }
    })
}

fn profile(cx: &Context<'_>, clause: &Clause, check: &Check, profile: &BrowserProfile) -> Outcome {
    let name = format!("{}（{}）", cx.catalogues().browsers.name(&profile.browser), profile.profile);
    match &profile.saves_passwords {
        Reading::Value(false) => Outcome::measured(State::Compliant, format!("{name}はパスワードを保存しない設定です")),
        Reading::Value(true) => Outcome::measured(State::NonCompliant, format!("{name}がパスワードを保存する設定です")),
        Reading::Unknown(unknown) => {
            let mut gap = Gap::unknown(unknown);
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
        return Ok(Outcome::measured(State::NotApplicable, "目録にあるブラウザは入っていません"));
    };
    let worst = if worst.state == State::Compliant && count > 1 {
        let names: Vec<String> = browsers.iter().map(|b| format!("{} {}", cx.catalogues().browsers.name(&b.id), b.version)).collect();
        Outcome::measured(State::Compliant, format!("{}は更新が提供されている版です", names.join("、")))
    } else {
        worst
    };
    Ok(gap::aged(worst, age, cx.parameters().staleness.stale_days))
}

fn version(cx: &Context<'_>, browser: &Browser) -> Outcome {
    let catalogue = &cx.catalogues().browsers;
    let rules = &cx.parameters().update;
    let name = format!("{} {}", catalogue.name(&browser.id), browser.version);
    match catalogue.version_of(&browser.id, &browser.version) {
        BrowserVersion::NotListed => Outcome::new(State::Unknown, None, format!("{name}は目録（{}）にありません", catalogue.version())),
        BrowserVersion::OlderThanListed => Outcome::measured(State::NonCompliant, format!("{name}は更新の提供が終わった古い版です")),
        BrowserVersion::Serviced if cx.clock.is_past(catalogue.as_of().plus_days(i64::from(rules.catalogue_max_age_days))) => {
            let reason = format!("目録（{}）が古く、{name}の更新が続いているか分かりません", catalogue.version());
            Outcome::new(State::Unknown, None, reason)
        }
        BrowserVersion::Serviced => Outcome::measured(State::Compliant, format!("{name}は更新が提供されている版です")),
        BrowserVersion::Until(ends) => {
            let words = |note: &str| format!("{name}の更新の提供は{}に終わりました{note}", ends.jst_date());
            if cx.clock.is_past(ends.plus_days(i64::from(rules.fail_days))) {
                Outcome::measured(State::NonCompliant, words(&format!("。{}日を過ぎています", rules.fail_days)))
            } else if cx.clock.is_past(ends.plus_days(i64::from(rules.amber_days))) {
                Outcome::measured(State::RecommendationUnmet, words(&format!("。{}日を過ぎています", rules.amber_days)))
            } else {
                let until = ends.plus_days(i64::from(rules.amber_days));
                Outcome::measured(State::Compliant, format!("{name}は新しい版です（{}までに次の版へ更新してください）", until.jst_date()))
            }
        }
    }
}
