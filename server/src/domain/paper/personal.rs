//! 個人所有の機器の利用 (§20-7, §20-13): why the facility's own device cannot be used, six checks of the person's, an approval with a
//! period and conditions, and the end of its use, confirmed by somebody else.

use hashimori_shared::pack::PersonalMode;

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, Invalid, InvalidField, State, Values};

pub(super) const CLAUSES: &[&str] = &["§20-7", "§20-13"];

const UNUSABLE: &str = "unusable";
const CAUSE: &str = "cause";
const RISK: &str = "risk";

type Choices = &'static [(&'static str, &'static str)];
const NO: &str = "no";
const YES_NO: Choices = &[("", "paper-choose"), ("yes", "paper-yes"), (NO, "paper-no")];
const YES_NO_NA: Choices = &[("", "paper-choose"), ("yes", "paper-yes"), (NO, "paper-no"), ("na", "paper-na")];
const CAUSES: Choices = &[
    ("", "paper-choose"),
    ("broken", "paper-cause-broken"),
    ("repair", "paper-cause-repair"),
    ("lost", "paper-cause-lost"),
    ("disaster", "paper-cause-disaster"),
    ("other", "paper-cause-other"),
];

const fn line(name: &'static str, label: &'static str, about: &'static str, required: bool) -> Field {
    Field { name, label, about, input: Input::Line, required }
}

const fn check(name: &'static str, label: &'static str) -> Field {
    Field { name, label, about: "paper-check-about", input: Input::Choice(YES_NO), required: true }
}

pub(super) const FIELDS: &[Field] = &[
    line(UNUSABLE, "paper-unusable", "paper-unusable-about", false),
    Field { name: CAUSE, label: "paper-cause", about: "paper-cause-about", input: Input::Choice(CAUSES), required: false },
    line("since", "paper-since", "paper-since-about", false),
    line("work", "paper-work", "paper-work-about", true),
    line("model", "paper-model", "paper-model-about", true),
    line("os", "paper-os", "paper-os-about", true),
    line("ident", "paper-ident", "paper-ident-about", false),
    check("check_lock", "paper-check-lock"),
    Field {
        name: "check_antivirus",
        label: "paper-check-antivirus",
        about: "paper-check-antivirus-about",
        input: Input::Choice(YES_NO_NA),
        required: true,
    },
    check("check_os", "paper-check-os"),
    check("check_sharing", "paper-check-sharing"),
    check("check_password", "paper-check-password"),
    check("check_family", "paper-check-family"),
    Field { name: "wipe", label: "paper-wipe", about: "paper-wipe-about", input: Input::Choice(YES_NO), required: true },
    Field { name: RISK, label: "paper-risk", about: "paper-risk-about", input: Input::Text, required: false },
];

pub(super) const STEPS: &[Step] = &[
    // 災害時特例 waives the approval (§25); afterwards it is given, or the end of its use is confirmed.
    step(Act::UseException, &[State::Filed], State::Exempt, Hands::Facility, &[Need::Note]),
    step(Act::Approve, &[State::Filed, State::Exempt], State::InUse, Hands::Approver, &[Need::Shorter, Need::Note, Need::OnPaper]),
    step(Act::SendBack, &[State::Filed], State::SentBack, Hands::Approver, &[Need::Why]),
    step(Act::Refuse, &[State::Filed], State::Refused, Hands::Approver, &[Need::Why]),
    step(Act::FileAgain, &[State::SentBack], State::Filed, Hands::Form, &[]),
    step(Act::Withdraw, &[State::Filed, State::SentBack], State::Withdrawn, Hands::Facility, &[Need::Why]),
    step(Act::LinkDevice, &[State::Filed], State::Filed, Hands::Facility, &[Need::Device]),
    step(Act::LinkDevice, &[State::InUse], State::InUse, Hands::Facility, &[Need::Device]),
    step(Act::LinkDevice, &[State::Exempt], State::Exempt, Hands::Facility, &[Need::Device]),
    step(
        Act::ConfirmEnd,
        &[State::InUse, State::Revoked, State::Exempt],
        State::Closed,
        Hands::Facility,
        &[Need::Cleared, Need::Checker, Need::Note],
    ),
    step(Act::Revoke, &[State::InUse, State::Exempt], State::Revoked, Hands::Facility, &[Need::Why]),
];

pub(super) const SEALS: &[(&str, &[Act])] = &[
    ("paper-seal-applied", &[Act::File, Act::FileAgain]),
    ("paper-seal-approved", &[Act::Approve]),
    ("paper-seal-end", &[Act::ConfirmEnd]),
];

/// What the facility's way of allowing personal devices asks for beyond the fields that always must be filled in.
pub(super) fn check_mode(values: &Values, mode: PersonalMode) -> Result<(), Invalid> {
    let wanted: &[&str] = match mode {
        PersonalMode::Prohibited => return Err(Invalid::Prohibited),
        PersonalMode::ExceptionOnly => &[UNUSABLE, CAUSE],
        PersonalMode::Standing => &[RISK],
    };
    match FIELDS.iter().find(|field| wanted.contains(&field.name) && !values.contains_key(field.name)) {
        Some(field) => Err(InvalidField::Missing(*field).into()),
        None => Ok(()),
    }
}

/// Whether one of the checks was answered with no: whoever approves all the same says on what condition.
pub(super) fn has_failed_check(values: &Values) -> bool {
    values.iter().any(|(name, value)| (name.starts_with("check_") || name == "wipe") && value == NO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_allowing_personal_devices_asks_for_its_own_and_prohibited_for_nothing() {
        let values = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect::<Values>();
        assert_eq!(check_mode(&values(&[UNUSABLE, CAUSE]), PersonalMode::ExceptionOnly), Ok(()));
        let missing = |names: &[&str], mode| check_mode(&values(names), mode).map_err(|invalid| invalid.text().field().map(str::to_owned));
        assert_eq!(missing(&[RISK], PersonalMode::ExceptionOnly), Err(Some(UNUSABLE.to_owned())));
        assert_eq!(check_mode(&values(&[RISK]), PersonalMode::Standing), Ok(()));
        assert_eq!(missing(&[UNUSABLE, CAUSE], PersonalMode::Standing), Err(Some(RISK.to_owned())));
        assert_eq!(check_mode(&values(&[UNUSABLE, CAUSE, RISK]), PersonalMode::Prohibited), Err(Invalid::Prohibited));
    }
}
