//! §20-4: browsers do not keep passwords. §20-5: browsers are versions their makers still repair.

use super::super::accounts::{self, Part};
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::{Result, os};
use crate::catalogue::BrowserVersion;
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::report::{Account, Browser, BrowserProfile, Reading};
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
                None => Outcome::measured(
                    State::Compliant,
                    cx.pick("一覧表にあるブラウザのプロファイルはありません", "there is no profile of a browser of the catalogue"),
                ),
                Some(Outcome { state: State::Compliant, evidence, .. }) => {
                    let words = say!(
                        cx.lang,
                        "一覧表にあるブラウザのプロファイル{count}件は、パスワードを保存しない設定です（それまでに保存されたものの有無は見ていません）",
                        "{count} profile(s) of browsers of the catalogue do not offer to save passwords (what was saved before is not looked at)"
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

/// Every browser that is installed: within its maker's support, with the OS's own time limits after that. A browser that only its
/// profile shows has a version nobody knows, and where profiles cannot be read there may be one.
pub(super) fn updated(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (browsers, age) = gap::machine(cx, |m| m.browsers.as_ref())?;
    let unlisted = unlisted(cx, clause, check, browsers);
    let outcomes: Vec<Outcome> = browsers.iter().map(|b| os::held(cx, clause, check, version(cx, b))).collect();
    let count = outcomes.len();
    let worst = outcomes.into_iter().reduce(|a, b| if b.state > a.state { b } else { a });
    let worst = match (worst, &unlisted) {
        (Some(worst), _) => worst,
        (None, Some(_)) => {
            let words = cx.pick("一覧表にあるブラウザは見つかりませんでした", "no browser of the catalogue was found");
            Outcome::measured(State::NotApplicable, words)
        }
        (None, None) => {
            let words = cx.pick(
                "利用者のアカウントが報告されていないため、ブラウザの有無が分かりません",
                "no user's account was reported, so nobody knows whether there is a browser",
            );
            return Err(Gap::plain(words, None));
        }
    };
    let word = match unlisted {
        Some(unlisted) if unlisted.state > State::Compliant && unlisted.state > worst.state => return Ok(unlisted),
        Some(unlisted) => unlisted.evidence,
        None => super::super::MEASURED,
    };
    let worst = if worst.state == State::Compliant && count > 1 {
        let names: Vec<String> = browsers.iter().map(|b| format!("{} {}", cx.catalogues().browsers.name(&b.id), b.version)).collect();
        let names = cx.lang.list(&names);
        let words = say!(cx.lang, "{names}は更新が提供されている版です", "{names} are versions that still get updates");
        Outcome::measured(State::Compliant, words)
    } else {
        worst
    };
    // Where a person's word stands for what could not be read, the whole is no stronger than that word.
    let worst = if worst.state <= State::Compliant { Outcome { evidence: worst.evidence.min(word), ..worst } } else { worst };
    Ok(gap::aged(cx, worst, age))
}

/// Whether the profiles of every account that is judged are of browsers that are listed; `None` where no account says anything.
fn unlisted(cx: &Context<'_>, clause: &Clause, check: &Check, browsers: &[Browser]) -> Option<Outcome> {
    let of = |account: &Account| {
        let id = account.id.as_str();
        match gap::read(cx, account.password_saving.as_ref()) {
            Err(gap) => {
                let why = &gap.reason;
                let reason = say!(
                    cx.lang,
                    "アカウント {id}: インストール済みの一覧にないブラウザの有無が分かりません（{why}）",
                    "account {id}: nobody knows whether there is a browser beside those installed ({why})"
                );
                Gap { reason: reason.into(), ..gap }.settle(cx, clause, check)
            }
            Ok((profiles, _)) => {
                let Some(profile) = profiles.iter().find(|p| browsers.iter().all(|b| b.id != p.browser)) else {
                    let words =
                        cx.pick("インストール済みの一覧にないブラウザは使われていません", "no browser beside those installed is used");
                    return Outcome::measured(State::NotApplicable, words);
                };
                let name = cx.catalogues().browsers.name(&profile.browser);
                let reason = say!(
                    cx.lang,
                    "アカウント {id}: {name}が使われていますが、インストール済みの一覧になく、版が分かりません",
                    "account {id}: {name} is used but is not among those installed, so its version is not known"
                );
                let remedy = cx.pick(
                    "そのブラウザの版を確かめ、使わないものは消してください",
                    "Find out that browser's version, and remove it where it is not used",
                );
                Gap::plain(reason, Some(remedy)).unanswered()
            }
        }
    };
    let outcomes = accounts::judged(cx).into_iter().map(of);
    outcomes.reduce(|a, b| if (b.state, a.evidence) > (a.state, b.evidence) { b } else { a })
}

fn version(cx: &Context<'_>, browser: &Browser) -> Outcome {
    let catalogue = &cx.catalogues().browsers;
    let rules = &cx.parameters().update;
    let (lang, listed) = (cx.lang, cx.edition(catalogue.version()));
    let name = format!("{} {}", catalogue.name(&browser.id), browser.version);
    match catalogue.version_of(&browser.id, &browser.version) {
        BrowserVersion::NotListed => {
            let words = say!(lang, "{name}は一覧表（{listed}）にありません", "{name} is not in the catalogue ({listed})");
            Outcome::new(State::Unknown, None, words)
        }
        BrowserVersion::OlderThanListed => {
            let words = say!(lang, "{name}は更新の提供が終わった古い版です", "{name} is an old version that gets no updates any more");
            Outcome::measured(State::NonCompliant, words)
        }
        BrowserVersion::Serviced if cx.clock.is_past(catalogue.as_of().plus_days(i64::from(rules.catalogue_max_age_days))) => {
            let reason = say!(
                lang,
                "一覧表（{listed}）が古く、{name}の更新が続いているか分かりません",
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
