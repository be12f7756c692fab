//! §20-1: the start-up password. Set and not blank, not bypassed, long enough, changed in time.
//! A policy never proves that the present password meets it, unless the password was changed while the policy stood.

use super::super::accounts::{self, Part};
use super::super::attestation::{Answer, Standing, until};
use super::super::context::Context;
use super::super::gap::{self, Age, Gap};
use super::super::outcome::Outcome;
use super::{Result, people};
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::report::{Account, LoginPassword, PasswordPolicy};
use crate::verdict::State;

/// Per account: a password is set (or nobody can log in with one).
pub(super) fn set(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    accounts::judge(cx, "", |account| match gap::read(cx, account.login_password.as_ref()) {
        Err(gap) => gap.settle(cx, clause, check).into(),
        Ok((password, age)) => {
            let outcome = match password {
                LoginPassword::Set => {
                    Outcome::measured(State::Compliant, cx.pick("起動時パスワードが設定されています", "a start-up password is set"))
                }
                LoginPassword::Locked => Outcome::measured(State::Compliant, no_password(cx)),
                LoginPassword::Blank => Outcome::measured(
                    State::NonCompliant,
                    cx.pick("起動時パスワードが空です。誰でもログインできます", "the start-up password is blank: anybody can log in"),
                ),
            };
            gap::aged(cx, outcome, age).into()
        }
    })
}

const fn no_password(cx: &Context<'_>) -> &'static str {
    cx.pick("パスワードではログインできない設定です", "nobody can log in with a password")
}

/// Nobody is logged in by the machine itself.
pub(super) fn auto_login(cx: &Context<'_>) -> Result {
    let (auto, age) = gap::machine(cx, |m| m.auto_login.as_ref())?;
    let outcome = if auto.enabled {
        let by = &auto.by;
        let words = say!(cx.lang, "起動時に自動でログインします（{by}）", "somebody is logged in by itself at start-up ({by})");
        Outcome::measured(State::NonCompliant, words)
    } else {
        Outcome::measured(State::Compliant, cx.pick("自動ログインは使われていません", "automatic login is off"))
    };
    Ok(gap::aged(cx, outcome, age))
}

/// Length and mix: measured where a policy stood before the last change, else a person answers.
pub(super) fn length(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let wanted = wanted(cx);
    let policy = gap::machine_fresh(cx, |m| m.password_policy.as_ref());
    let standing = cx.attestation(clause, check);
    accounts::judge(cx, "", |account| {
        let age = match gap::read(cx, account.login_password.as_ref()) {
            // Whether there is a password at all comes first: a declared length must not hide a lost reading.
            Err(gap) if !gap.structural => {
                return gap.unanswered().into();
            }
            Ok((LoginPassword::Blank, _)) => {
                return Part::measured(State::NonCompliant, cx.pick("起動時パスワードが空です", "the start-up password is blank"));
            }
            Ok((LoginPassword::Locked, age)) => {
                return gap::aged(cx, Outcome::measured(State::NotApplicable, no_password(cx)), age).into();
            }
            Ok((LoginPassword::Set, age)) => age,
            Err(_) => Age::Fresh,
        };
        if let Some(policy) = policy.filter(|p| proves(cx, p, account)) {
            let min = policy.min_length;
            let words = say!(
                cx.lang,
                "{min}文字以上を求める設定の下で変更されたパスワードです（求める長さ: {wanted}）",
                "the password was changed under a policy that demands {min} characters or more (wanted: {wanted})"
            );
            return gap::aged(cx, Outcome::measured(State::Compliant, words), age).into();
        }
        attested_length(cx, &standing, &wanted).into()
    })
}

fn wanted(cx: &Context<'_>) -> String {
    let rules = &cx.parameters().password;
    let min = rules.min;
    if rules.alnum {
        say!(cx.lang, "英数混合{min}文字以上", "{min} characters or more, letters and digits mixed")
    } else {
        say!(cx.lang, "{min}文字以上", "{min} characters or more")
    }
}

/// Whether the policy was in force, and strict enough, when this account's password was last changed.
fn proves(cx: &Context<'_>, policy: &PasswordPolicy, account: &Account) -> bool {
    let rules = &cx.parameters().password;
    let strict = policy.enforced && policy.min_length >= rules.min && (policy.letters_and_digits || !rules.alnum);
    // A day read long ago is still one on which the password was changed: a later change came under the same policy.
    let (Some(since), Ok((&changed, _))) = (policy.since.value(), gap::read(cx, account.password_changed.as_ref())) else { return false };
    strict && changed >= *since && !cx.clock.is_ahead(changed)
}

fn attested_length(cx: &Context<'_>, standing: &Standing<'_>, wanted: &str) -> Outcome {
    let rules = &cx.parameters().password;
    let (lang, min, floor) = (cx.lang, rules.min, rules.floor);
    let unread =
        || say!(lang, "文字数は機器から読み取れません（求める長さ: {wanted}）", "the device does not tell the length (wanted: {wanted})");
    let Standing::Valid(a) = standing else { return people::awaiting(cx, standing, unread()) };
    let (state, words) = match a.answer {
        Answer::Yes => (State::Compliant, say!(lang, "{wanted}と申告されています", "declared as {wanted}")),
        Answer::Limited => {
            let words = say!(
                lang,
                "{floor}文字以上（下限。機器の都合で設定不可能との理由の記録あり）",
                "{floor} characters or more (the lowest limit; the reason why the device can do no more is on record)"
            );
            (State::Compliant, words)
        }
        Answer::Partly => {
            let words = say!(
                lang,
                "{min}文字以上ですが、英数混合ではないと申告されています",
                "declared as {min} characters or more, but not letters and digits mixed"
            );
            (State::RecommendationUnmet, words)
        }
        Answer::No => (State::NonCompliant, say!(lang, "{wanted}を満たさないと申告されています", "declared as less than {wanted}")),
        Answer::NotApplicable | Answer::Until(_) | Answer::On(_) => return people::awaiting(cx, &Standing::None, unread()),
    };
    let (day, grade, until) = (cx.day(a.at), a.by.evidence().label(lang), until(cx, a));
    let words = say!(lang, "{words}（{day}の{grade}、{until}まで有効）", "{words} ({grade} on {day}, valid until {until})");
    Outcome::new(state, Some(a.by.evidence()), words)
}

/// Per account: changed within the pack's limit. Overdue is a miss; where another rule in force differs, the reason shows it.
pub(super) fn age(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let rules = &cx.parameters().password;
    if rules.max_age_days == 0 {
        return Ok(Outcome::new(State::NotApplicable, None, people::age_is_off(cx)));
    }
    let outcome = accounts::judge(cx, "", |account| {
        let login = gap::read(cx, account.login_password.as_ref());
        if let Ok((LoginPassword::Locked, Age::Fresh)) = login {
            return Part::measured(State::NotApplicable, no_password(cx));
        }
        let part: Part = match gap::read(cx, account.password_changed.as_ref()) {
            Ok((&changed, _)) => {
                let (state, words) = people::password_age(cx, changed, rules.max_age_days, rules.notice_days);
                Part::measured(state, words)
            }
            Err(gap) => declared_age(cx, clause, check, &gap).into(),
        };
        match login {
            // Old evidence that there is no password to change is no pass, but no miss of changing it either.
            Ok((LoginPassword::Locked, age @ Age::Stale(_))) if part.state == State::NonCompliant => {
                gap::aged(cx, Outcome::measured(State::NotApplicable, no_password(cx)), age).into()
            }
            _ => part,
        }
    })?;
    Ok(people::beside_the_other_rule(cx, clause, outcome))
}

fn declared_age(cx: &Context<'_>, clause: &Clause, check: &Check, gap: &Gap) -> Outcome {
    let rules = &cx.parameters().password;
    if gap.structural
        && check.question.is_some()
        && let Standing::Valid(a) = cx.attestation(clause, check)
    {
        let (evidence, grade) = (Some(a.by.evidence()), a.by.evidence().label(cx.lang));
        match a.answer {
            Answer::On(changed) => {
                let (state, words) = people::password_age(cx, changed, rules.max_age_days, rules.notice_days);
                return Outcome::new(state, evidence, format!("{words}{}", cx.lang.bracket(grade)));
            }
            Answer::No => {
                let words = cx.pick("定期的に変更していないと申告されています", "declared as not changed regularly");
                return Outcome::new(State::NonCompliant, evidence, words);
            }
            Answer::Yes | Answer::Limited | Answer::Partly | Answer::NotApplicable | Answer::Until(_) => {}
        }
    }
    gap.open(cx, check)
}
