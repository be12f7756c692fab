//! What only a person can answer, and what a person answers unless the machine shows it (§19-1…-5, §20-6, -10…-13).

use std::borrow::Cow;

use super::super::attestation::{Answer, Standing, words};
use super::super::context::{Context, Ownership};
use super::super::gap::{self, Age};
use super::super::outcome::Outcome;
use crate::pack::{Check, Clause};
use crate::report::DeviceClass;
use crate::verdict::{Evidence, State};

/// 申告待ち until a person has answered.
pub(super) fn attested(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let standing = cx.plain_answer(clause, check);
    standing.settle(cx).unwrap_or_else(|| awaiting(&standing, "まだ申告がありません"))
}

pub(super) fn awaiting(standing: &Standing<'_>, otherwise: impl Into<Cow<'static, str>>) -> Outcome {
    let reason = match standing {
        Standing::Expired(at) => format!("申告は{}に期限が切れました", at.jst_date()).into(),
        Standing::Valid(_) | Standing::None => otherwise.into(),
    };
    let remedy = Some("管理者が確認するか、利用者が申告してください");
    Outcome { state: State::AwaitingDeclaration, evidence: None, reason, remedy }
}

/// §19-4: the network's own password cannot be seen by any agent; the declared day of its last change ages.
pub(super) fn attested_age(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let rules = &cx.parameters().network_password;
    if rules.max_age_days == 0 {
        return Outcome::new(State::NotApplicable, None, "定期変更は判定基準の設定により確認しません");
    }
    let standing = cx.attestation(clause, check);
    let Standing::Valid(a) = standing else { return awaiting(&standing, "パスワードを変更した日の申告がありません") };
    let Answer::On(changed) = a.answer else {
        return match a.answer {
            Answer::No => {
                let missed = Outcome::new(State::NonCompliant, Some(a.by.evidence()), words(cx, a));
                beside_the_other_rule(clause, missed)
            }
            _ => awaiting(&Standing::None, "パスワードを変更した日の申告がありません"),
        };
    };
    let (state, reason) = password_age(cx, changed, rules.max_age_days, rules.notice_days);
    let outcome = Outcome::new(state, Some(a.by.evidence()), format!("{reason}（{}）", a.by.evidence().label_ja()));
    beside_the_other_rule(clause, outcome)
}

/// §19-4, §20-1: a miss of a demand that another rule in force does not make shows both; nothing is decided silently.
pub(super) fn beside_the_other_rule(clause: &Clause, mut outcome: Outcome) -> Outcome {
    if outcome.state == State::NonCompliant
        && let Some(conflict) = &clause.conflict
    {
        let mark = if conflict.verified { "" } else { "・未検証" };
        outcome.reason = format!("{}。なお、{}（{}{mark}）", outcome.reason, conflict.note, conflict.source).into();
    }
    outcome
}

/// Shared by §19-4 and §20-1: the words and the state of a password changed at `changed`.
pub(super) fn password_age(cx: &Context<'_>, changed: crate::time::Timestamp, max_age_days: u32, notice_days: u32) -> (State, String) {
    if cx.clock.is_ahead(changed) {
        return (State::Unknown, format!("変更日が未来の日付（{}）です。機器の時計を確認してください", changed.jst_date()));
    }
    let due = changed.plus_days(i64::from(max_age_days));
    let base = format!("{}に変更", changed.jst_date());
    if cx.clock.is_past(due) {
        return (State::NonCompliant, format!("{base}。{max_age_days}日ごとの変更の期限（{}）を過ぎています", due.jst_date()));
    }
    let soon = cx.clock.reached(due.plus_days(-i64::from(notice_days)));
    let notice = if soon { "。期限が近づいています" } else { "" };
    (State::Compliant, format!("{base}、次の期限は{}{notice}", due.jst_date()))
}

/// §20-10: what is carried about must be wipeable. Enrolment shows the ability, so only a "yes" is taken from the machine.
pub(super) fn remote_wipe(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    if let Some(outcome) = not_carried(cx) {
        return outcome;
    }
    let management = gap::machine_fresh(cx, |m| m.management.as_ref());
    if let Some(m) = management.filter(|m| m.enrolled && m.remote_wipe.value() == Some(&true)) {
        let provider = m.provider.as_deref().unwrap_or("端末管理サービス");
        return Outcome::measured(
            State::Compliant,
            format!("{provider}に登録され、遠隔消去ができます（実行の手順は事業所で確認してください）"),
        );
    }
    asked(cx, clause, check)
}

/// §20-11: what has a mobile line of its own.
pub(super) fn line_suspension(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    if let Some(outcome) = not_carried(cx) {
        return outcome;
    }
    match gap::machine(cx, |m| m.mobile_line.as_ref()) {
        Ok((false, Age::Fresh)) => Outcome::measured(State::NotApplicable, "携帯回線を持たない機器です"),
        // 「該当なし」 is a person's to say only where the machine cannot.
        Err(gap) if gap.structural => attested(cx, clause, check),
        Ok(_) | Err(_) => asked(cx, clause, check),
    }
}

/// As `attested`, on a device to which the clause does apply.
fn asked(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    match cx.plain_answer(clause, check) {
        Standing::Valid(a) if a.answer == Answer::NotApplicable => {
            awaiting(&Standing::None, "この機器には該当するため、「該当なし」の申告は使えません")
        }
        Standing::Valid(_) | Standing::Expired(_) | Standing::None => attested(cx, clause, check),
    }
}

/// The ledger's kind wins over the firmware's, and is a person's word unless the firmware says the same.
fn not_carried(cx: &Context<'_>) -> Option<Outcome> {
    let stays = |class: DeviceClass| !cx.parameters().carried.classes.contains(&class);
    let measured = cx.measured_class();
    match cx.input.device.class.filter(|c| *c != DeviceClass::Unclear) {
        None => {
            let class = measured.filter(|c| stays(*c))?;
            Some(Outcome::measured(State::NotApplicable, format!("持ち運ばない機器（{}）です", class.label_ja())))
        }
        Some(class) if !stays(class) => None,
        Some(class) if measured == Some(class) => {
            Some(Outcome::measured(State::NotApplicable, format!("持ち運ばない機器（{}）です", class.label_ja())))
        }
        Some(class) => {
            let said = measured.map(|m| format!("。機器の報告では{}", m.label_ja())).unwrap_or_default();
            let reason = format!("台帳に登録された種類が{}のため、持ち運ばない機器として扱います{said}", class.label_ja());
            Some(Outcome::new(State::NotApplicable, Some(Evidence::Confirmed), reason))
        }
    }
}

/// §20-12: using device management answers it; else the facility's record of having considered it.
pub(super) fn management(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let management = gap::machine_fresh(cx, |m| m.management.as_ref());
    if let Some(m) = management.filter(|m| m.enrolled) {
        let provider = m.provider.as_deref().unwrap_or("端末管理サービス");
        return Outcome::measured(State::Compliant, format!("{provider}に登録されています"));
    }
    let standing = cx.plain_answer(clause, check);
    match standing {
        Standing::Valid(a) if matches!(a.answer, Answer::Yes | Answer::Limited | Answer::Partly | Answer::No) => {
            // Having considered it is what is asked, whatever came of it.
            let state = if a.answer == Answer::No { State::NonCompliant } else { State::Compliant };
            Outcome::new(state, Some(a.by.evidence()), words(cx, a))
        }
        Standing::Valid(_) | Standing::Expired(_) | Standing::None => awaiting(&standing, "事業所で検討した記録がありません"),
    }
}

/// §20-13: only for personal devices.
pub(super) fn personal_use(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    match cx.input.device.ownership {
        Ownership::Managed => Outcome::new(State::NotApplicable, None, "事業所で管理している機器です"),
        Ownership::Personal => attested(cx, clause, check),
    }
}
