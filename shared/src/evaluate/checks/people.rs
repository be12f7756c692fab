//! What only a person can answer, and what a person answers unless the machine shows it (§19-1…-5, §20-6, -10…-13).

use std::borrow::Cow;

use super::super::attestation::{Answer, Standing, words};
use super::super::context::{Context, Ownership};
use super::super::gap::{self, Age};
use super::super::outcome::Outcome;
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::report::{DeviceClass, Management};
use crate::verdict::{Evidence, State};

/// 申告待ち until a person has answered.
pub(super) fn attested(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let standing = cx.plain_answer(clause, check);
    standing.settle(cx).unwrap_or_else(|| awaiting(cx, &standing, cx.pick("まだ申告がありません", "nobody has declared it yet")))
}

pub(super) fn awaiting(cx: &Context<'_>, standing: &Standing<'_>, otherwise: impl Into<Cow<'static, str>>) -> Outcome {
    let reason = match standing {
        Standing::Expired(at) => {
            let day = cx.day(*at);
            say!(cx.lang, "申告は{day}に期限が切れました", "the declaration ran out on {day}").into()
        }
        Standing::Valid(_) | Standing::None => otherwise.into(),
    };
    let remedy = Some(cx.pick(
        "管理者が確かめるか利用者に聞き、「自己点検」で答えてください",
        "An administrator looks, or asks the user, and answers under Self-check",
    ));
    Outcome { state: State::AwaitingDeclaration, evidence: None, reason, remedy }
}

/// §19-4: the network's own password cannot be seen by any agent; the declared day of its last change ages.
pub(super) fn attested_age(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let rules = &cx.parameters().network_password;
    if rules.max_age_days == 0 {
        return Outcome::new(State::NotApplicable, None, age_is_off(cx));
    }
    let standing = cx.attestation(clause, check);
    let undeclared = cx.pick("パスワードを変更した日の申告がありません", "nobody has declared the day on which it was changed");
    let Standing::Valid(a) = standing else { return awaiting(cx, &standing, undeclared) };
    let Answer::On(changed) = a.answer else {
        return match a.answer {
            Answer::No => {
                let missed = Outcome::new(State::NonCompliant, Some(a.by.evidence()), words(cx, a));
                beside_the_other_rule(cx, clause, missed)
            }
            Answer::Yes | Answer::Limited | Answer::Partly | Answer::NotApplicable | Answer::Until(_) | Answer::On(_) => {
                awaiting(cx, &Standing::None, undeclared)
            }
        };
    };
    let (state, reason) = password_age(cx, changed, rules.max_age_days, rules.notice_days);
    let outcome = Outcome::new(state, Some(a.by.evidence()), format!("{reason}{}", cx.lang.bracket(a.by.evidence().label(cx.lang))));
    beside_the_other_rule(cx, clause, outcome)
}

/// A pack may leave the age of passwords alone.
pub(super) const fn age_is_off(cx: &Context<'_>) -> &'static str {
    cx.pick("定期変更は判定基準の設定により確認しません", "by the rule pack's settings, regular change is not checked")
}

/// §19-4, §20-1: a miss of a demand that another rule in force does not make shows both; nothing is decided silently.
pub(super) fn beside_the_other_rule(cx: &Context<'_>, clause: &Clause, mut outcome: Outcome) -> Outcome {
    if outcome.state == State::NonCompliant
        && let Some(conflict) = &clause.conflict
    {
        let mark = if conflict.verified { "" } else { cx.pick("・未検証", ", not verified") };
        let (why, note, source) = (outcome.reason, conflict.note.get(cx.lang), conflict.source.get(cx.lang));
        outcome.reason = say!(cx.lang, "{why}。なお、{note}（{source}{mark}）", "{why}. But {note} ({source}{mark})").into();
    }
    outcome
}

/// Shared by §19-4 and §20-1: the words and the state of a password changed at `changed`.
pub(super) fn password_age(cx: &Context<'_>, changed: crate::time::Timestamp, max_age_days: u32, notice_days: u32) -> (State, String) {
    if cx.clock.is_ahead(changed) {
        let day = cx.day(changed);
        let words = say!(
            cx.lang,
            "変更日が未来の日付（{day}）です。機器の時計を確認してください",
            "the day of the change lies in the future ({day}); check the device's clock"
        );
        return (State::Unknown, words);
    }
    let due = changed.plus_days(i64::from(max_age_days));
    let (day, by) = (cx.day(changed), cx.day(due));
    if cx.clock.is_past(due) {
        let words = say!(
            cx.lang,
            "{day}に変更。{max_age_days}日ごとの変更の期限（{by}）を過ぎています",
            "changed on {day}; a change every {max_age_days} days was due on {by}"
        );
        return (State::NonCompliant, words);
    }
    let soon = cx.clock.reached(due.plus_days(-i64::from(notice_days)));
    let notice = if soon { cx.pick("。期限が近づいています", ", which is near") } else { "" };
    (State::Compliant, say!(cx.lang, "{day}に変更、次の期限は{by}{notice}", "changed on {day}, next due on {by}{notice}"))
}

/// §20-10: what is carried about must be wipeable. Enrolment shows the ability, so only a "yes" is taken from the machine.
pub(super) fn remote_wipe(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    if let Some(outcome) = not_carried(cx) {
        return outcome;
    }
    let management = gap::machine_fresh(cx, |m| m.management.as_ref());
    if let Some(m) = management.filter(|m| m.enrolled && m.remote_wipe.value() == Some(&true)) {
        let provider = provider(cx, m);
        let words = say!(
            cx.lang,
            "{provider}に登録され、遠隔消去ができます（実行の手順は事業所で確認してください）",
            "enrolled in {provider}, which can wipe it remotely (how that is done is for the facility to make sure)"
        );
        return Outcome::measured(State::Compliant, words);
    }
    asked(cx, clause, check)
}

/// §20-11: what has a mobile line of its own.
pub(super) fn line_suspension(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    if let Some(outcome) = not_carried(cx) {
        return outcome;
    }
    match gap::machine(cx, |m| m.mobile_line.as_ref()) {
        Ok((false, Age::Fresh)) => {
            Outcome::measured(State::NotApplicable, cx.pick("携帯回線を持たない機器です", "the device has no mobile line"))
        }
        // 「該当なし」 is a person's to say only where the machine cannot.
        Err(gap) if gap.structural => attested(cx, clause, check),
        Ok(_) | Err(_) => asked(cx, clause, check),
    }
}

/// As `attested`, on a device to which the clause does apply.
fn asked(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    match cx.plain_answer(clause, check) {
        Standing::Valid(a) if a.answer == Answer::NotApplicable => {
            let words = cx.pick(
                "この機器には該当するため、「該当なし」の申告は使えません",
                "it does apply to this device, so \"not applicable\" cannot be declared",
            );
            awaiting(cx, &Standing::None, words)
        }
        Standing::Valid(_) | Standing::Expired(_) | Standing::None => attested(cx, clause, check),
    }
}

/// The ledger's kind wins over the firmware's, and is a person's word unless the firmware says the same.
fn not_carried(cx: &Context<'_>) -> Option<Outcome> {
    let stays = |class: DeviceClass| !cx.parameters().carried.classes.contains(&class);
    let measured = cx.measured_class();
    let stays_put = |class: DeviceClass| {
        let kind = class.label(cx.lang);
        Outcome::measured(
            State::NotApplicable,
            say!(cx.lang, "持ち運ばない機器（{kind}）です", "a device that is not carried about ({kind})"),
        )
    };
    match cx.input.device.class.filter(|c| *c != DeviceClass::Unclear) {
        None => measured.filter(|c| stays(*c)).map(stays_put),
        Some(class) if !stays(class) => None,
        Some(class) if measured == Some(class) => Some(stays_put(class)),
        Some(class) => {
            let said = measured.map_or_else(String::new, |m| {
                let kind = m.label(cx.lang);
                say!(cx.lang, "。機器の報告では{kind}", "; the device itself reports a {kind}")
            });
            let kind = class.label(cx.lang);
            let reason = say!(
                cx.lang,
                "台帳に登録された種類が{kind}のため、持ち運ばない機器として扱います{said}",
                "taken as not carried about, because the ledger says {kind}{said}"
            );
            Some(Outcome::new(State::NotApplicable, Some(Evidence::Confirmed), reason))
        }
    }
}

fn provider<'a>(cx: &Context<'_>, management: &'a Management) -> &'a str {
    management.provider.as_deref().unwrap_or(cx.pick("端末管理サービス", "a management service"))
}

/// §20-12: using device management answers it; else the facility's record of having considered it.
pub(super) fn management(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let management = gap::machine_fresh(cx, |m| m.management.as_ref());
    if let Some(m) = management.filter(|m| m.enrolled) {
        let provider = provider(cx, m);
        return Outcome::measured(State::Compliant, say!(cx.lang, "{provider}に登録されています", "enrolled in {provider}"));
    }
    let standing = cx.plain_answer(clause, check);
    match standing {
        Standing::Valid(a) if matches!(a.answer, Answer::Yes | Answer::Limited | Answer::Partly | Answer::No) => {
            // Having considered it is what is asked, whatever came of it.
            let state = if a.answer == Answer::No { State::NonCompliant } else { State::Compliant };
            Outcome::new(state, Some(a.by.evidence()), words(cx, a))
        }
        Standing::Valid(_) | Standing::Expired(_) | Standing::None => {
            awaiting(cx, &standing, cx.pick("事業所で検討した記録がありません", "there is no record that the facility considered it"))
        }
    }
}

/// §20-13: only for personal devices.
pub(super) fn personal_use(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    match cx.input.device.ownership {
        Ownership::Managed => {
            Outcome::new(State::NotApplicable, None, cx.pick("事業所で管理している機器です", "the device is managed by the facility"))
        }
        Ownership::Personal => attested(cx, clause, check),
    }
}
