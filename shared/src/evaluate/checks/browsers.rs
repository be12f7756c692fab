//! §20-4: browsers do not keep passwords. §20-5: browsers are versions their makers still repair.

use super::super::accounts::{self, Part};
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::{Result, os};
use crate::catalogue::BrowserVersion;
use crate::pack::{Check, Clause};
use crate::report::{Account, Browser, BrowserProfile, Reading};
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
                None => Outcome::measured(State::Compliant, "目録にあるブラウザのプロファイルはありません"),
                Some(Outcome { state: State::Compliant, evidence, .. }) => {
                    let words = format!(
                        "目録にあるブラウザのプロファイル{count}件は、パスワードを保存しない設定です（それまでに保存されたものの有無は見ていません）"
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
        (None, Some(_)) => Outcome::measured(State::NotApplicable, "目録にあるブラウザは見つかりませんでした"),
        (None, None) => return Err(Gap::plain("利用者のアカウントが報告されていないため、ブラウザの有無が分かりません", None)),
    };
    let word = match unlisted {
        Some(unlisted) if unlisted.state > State::Compliant && unlisted.state > worst.state => return Ok(unlisted),
        Some(unlisted) => unlisted.evidence,
        None => super::super::MEASURED,
    };
    let worst = if worst.state == State::Compliant && count > 1 {
        let names: Vec<String> = browsers.iter().map(|b| format!("{} {}", cx.catalogues().browsers.name(&b.id), b.version)).collect();
        Outcome::measured(State::Compliant, format!("{}は更新が提供されている版です", names.join("、")))
    } else {
        worst
    };
    // Where a person's word stands for what could not be read, the whole is no stronger than that word.
    let worst = if worst.state <= State::Compliant { Outcome { evidence: worst.evidence.min(word), ..worst } } else { worst };
    Ok(gap::aged(worst, age, cx.parameters().staleness.stale_days))
}

/// Whether the profiles of every account in use are of browsers that are listed; `None` where no account says anything.
fn unlisted(cx: &Context<'_>, clause: &Clause, check: &Check, browsers: &[Browser]) -> Option<Outcome> {
    let accounts = cx.input.report.map(|r| r.accounts.as_slice()).unwrap_or_default();
    let of = |account: &Account| match gap::read(cx, account.password_saving.as_ref()) {
        Err(gap) => {
            let reason =
                format!("アカウント {}: インストール済みの一覧にないブラウザの有無が分かりません（{}）", account.id.as_str(), gap.reason);
            Gap { reason: reason.into(), ..gap }.settle(cx, clause, check)
        }
        Ok((profiles, _)) => match profiles.iter().find(|p| browsers.iter().all(|b| b.id != p.browser)) {
            Some(profile) => {
                let (id, name) = (account.id.as_str(), cx.catalogues().browsers.name(&profile.browser));
                let reason = format!("アカウント {id}: {name}が使われていますが、インストール済みの一覧になく、版が分かりません");
                Gap::plain(reason, Some("そのブラウザの版を確かめ、使わないものは消してください")).unanswered()
            }
            None => Outcome::measured(State::NotApplicable, "インストール済みの一覧にないブラウザは使われていません"),
        },
    };
    let outcomes = accounts.iter().filter(|account| !accounts::is_dormant(cx, account)).map(of);
    outcomes.reduce(|a, b| if (b.state, a.evidence) > (a.state, b.evidence) { b } else { a })
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
