//! §20-1: the start-up password. Set and not blank, not bypassed, long enough, changed in time.
//! A policy never proves that the present password meets it, unless the password was changed while the policy stood.

use super::super::accounts::{self, Part};
use super::super::attestation::{Answer, Standing};
use super::super::context::Context;
use super::super::gap::{self, Age, Gap};
use super::super::outcome::Outcome;
use super::{Result, people};
use crate::pack::{Check, Clause};
use crate::report::{Account, LoginPassword, PasswordPolicy};
use crate::verdict::State;

/// Per account: a password is set (or nobody can log in with one).
pub(super) fn set(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let stale_days = cx.parameters().staleness.stale_days;
    accounts::judge(cx, "", |account| match gap::read(cx, account.login_password.as_ref()) {
        Err(gap) => gap.settle(cx, clause, check).into(),
        Ok((password, age)) => {
            let outcome = match password {
                LoginPassword::Set => Outcome::measured(State::Compliant, "起動時パスワードが設定されています"),
                LoginPassword::Locked => Outcome::measured(State::Compliant, "パスワードではログインできない設定です"),
                LoginPassword::Blank => Outcome::measured(State::NonCompliant, "起動時パスワードが空です。誰でもログインできます"),
            };
            gap::aged(outcome, age, stale_days).into()
        }
    })
}

/// Nobody is logged in by the machine itself.
pub(super) fn auto_login(cx: &Context<'_>) -> Result {
    let (auto, age) = gap::machine(cx, |m| m.auto_login.as_ref())?;
    let outcome = if auto.enabled {
        Outcome::measured(State::NonCompliant, format!("起動時に自動でログインします（{}）", auto.by))
    } else {
        Outcome::measured(State::Compliant, "自動ログインは使われていません")
    };
    Ok(gap::aged(outcome, age, cx.parameters().staleness.stale_days))
}

/// Length and mix: measured where a policy stood before the last change, else a person answers.
pub(super) fn length(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let rules = &cx.parameters().password;
    let stale_days = cx.parameters().staleness.stale_days;
    let wanted = if rules.alnum { format!("英数混合{}文字以上", rules.min) } else { format!("{}文字以上", rules.min) };
    let policy = gap::machine_fresh(cx, |m| m.password_policy.as_ref());
    let standing = cx.attestation(clause, check);
    accounts::judge(cx, "", |account| {
        let age = match gap::read(cx, account.login_password.as_ref()) {
            // Whether there is a password at all comes first: a declared length must not hide a lost reading.
            Err(gap) if !gap.structural => {
                return gap.unanswered().into();
            }
            Ok((LoginPassword::Blank, _)) => return Part::measured(State::NonCompliant, "起動時パスワードが空です"),
            Ok((LoginPassword::Locked, age)) => {
                return gap::aged(Outcome::measured(State::NotApplicable, "パスワードではログインできない設定です"), age, stale_days)
                    .into();
            }
            Ok((LoginPassword::Set, age)) => age,
            Err(_) => Age::Fresh,
        };
        if let Some(policy) = policy.filter(|p| proves(cx, p, account)) {
            let words = format!("{}文字以上を求める設定の下で変更されたパスワードです（求める長さ: {wanted}）", policy.min_length);
            return gap::aged(Outcome::measured(State::Compliant, words), age, stale_days).into();
        }
        attested_length(cx, &standing, &wanted).into()
    })
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
    let Standing::Valid(a) = standing else {
        return people::awaiting(standing, format!("文字数は機器から読み取れません（求める長さ: {wanted}）"));
    };
    let (state, words) = match a.answer {
        Answer::Yes => (State::Compliant, format!("{wanted}と申告されています")),
        Answer::Limited => (State::Compliant, format!("{}文字以上（下限。機器の都合で設定不可能との理由の記録あり）", rules.floor)),
        Answer::Partly => (State::RecommendationUnmet, format!("{}文字以上ですが、英数混合ではないと申告されています", rules.min)),
        Answer::No => (State::NonCompliant, format!("{wanted}を満たさないと申告されています")),
        Answer::NotApplicable | Answer::Until(_) | Answer::On(_) => {
            return people::awaiting(&Standing::None, format!("文字数は機器から読み取れません（求める長さ: {wanted}）"));
        }
    };
    let until = a.at.plus_days(i64::from(cx.attest_days()));
    Outcome::new(
        state,
        Some(a.by.evidence()),
        format!("{words}（{}の{}、{}まで有効）", a.at.jst_date(), a.by.evidence().label_ja(), until.jst_date()),
    )
}

/// Per account: changed within the pack's limit. Overdue is a miss; where another rule in force differs, the reason shows it.
pub(super) fn age(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let rules = &cx.parameters().password;
    if rules.max_age_days == 0 {
        return Ok(Outcome::new(State::NotApplicable, None, "定期変更は判定基準の設定により確認しません"));
    }
    let outcome = accounts::judge(cx, "", |account| {
        let login = gap::read(cx, account.login_password.as_ref());
        if let Ok((LoginPassword::Locked, Age::Fresh)) = login {
            return Part::measured(State::NotApplicable, "パスワードではログインできない設定です");
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
                let locked = Outcome::measured(State::NotApplicable, "パスワードではログインできない設定です");
                gap::aged(locked, age, cx.parameters().staleness.stale_days).into()
            }
            _ => part,
        }
    })?;
    Ok(people::beside_the_other_rule(clause, outcome))
}

fn declared_age(cx: &Context<'_>, clause: &Clause, check: &Check, gap: &Gap) -> Outcome {
    let rules = &cx.parameters().password;
    if gap.structural
        && let Standing::Valid(a) = cx.attestation(clause, check)
    {
        match a.answer {
            Answer::On(changed) => {
                let (state, words) = people::password_age(cx, changed, rules.max_age_days, rules.notice_days);
                return Outcome::new(state, Some(a.by.evidence()), format!("{words}（{}）", a.by.evidence().label_ja()));
            }
            Answer::No => return Outcome::new(State::NonCompliant, Some(a.by.evidence()), "定期的に変更していないと申告されています"),
            Answer::Yes | Answer::Limited | Answer::Partly | Answer::NotApplicable | Answer::Until(_) => {}
        }
    }
    gap.unanswered()
}
