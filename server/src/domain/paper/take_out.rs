//! 持出届 (§20-8): what is taken out, on which medium, for what and how long. Every step of it, from the notice to the checked return.

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, State, Values};

pub(super) const CLAUSES: &[&str] = &["§20-8"];

/// Name of the field that says whether one notice stands for many times.
pub(super) const FORM: &str = "form";
/// 包括届: for a named device, person and visiting duty.
pub(super) const STANDING: &str = "standing";

pub(super) const FIELDS: &[Field] = &[
    Field {
        name: FORM,
        label: "paper-form",
        about: "paper-form-about",
        input: Input::Choice(&[("single", "paper-form-single"), (STANDING, "paper-form-standing")]),
        required: true,
    },
    Field { name: "contents", label: "paper-contents", about: "paper-contents-about", input: Input::Text, required: true },
    Field { name: "medium", label: "paper-medium", about: "paper-medium-about", input: Input::Line, required: true },
    Field { name: "purpose", label: "paper-purpose", about: "paper-purpose-about", input: Input::Line, required: true },
    Field { name: "place", label: "paper-place", about: "paper-place-about", input: Input::Line, required: true },
    Field { name: "protection", label: "paper-protection", about: "paper-protection-about", input: Input::Line, required: true },
    Field { name: "when_lost", label: "paper-when-lost", about: "paper-when-lost-about", input: Input::Line, required: false },
];

/// Name of the field that says how it came back.
const CONDITION: &str = "condition";
const WRONG: &str = "wrong";

/// What whoever checks the return fills in.
pub(super) const CHECKING: &[Field] = &[Field {
    name: CONDITION,
    label: "paper-condition",
    about: "paper-condition-about",
    input: Input::Choice(&[("", "paper-choose"), ("good", "paper-condition-good"), (WRONG, "paper-condition-wrong")]),
    required: true,
}];

/// Whether it was found that something is wrong with what came back: whoever looked says what.
pub(super) fn came_back_wrong(checked: &Values) -> bool {
    checked.get(CONDITION).is_some_and(|condition| condition == WRONG)
}

pub(super) const STEPS: &[Step] = &[
    step(Act::Approve, &[State::Filed], State::Approved, Hands::Approver, &[Need::Note, Need::OnPaper]),
    // 災害時特例 waives the approval beforehand (§25): it is given afterwards, or what went out comes back.
    step(Act::UseException, &[State::Filed], State::Exempt, Hands::Facility, &[Need::Note]),
    step(Act::Approve, &[State::Exempt], State::Out, Hands::Approver, &[Need::Note, Need::OnPaper]),
    step(Act::SendBack, &[State::Filed], State::SentBack, Hands::Approver, &[Need::Why]),
    step(Act::Refuse, &[State::Filed], State::Refused, Hands::Approver, &[Need::Why]),
    step(Act::FileAgain, &[State::SentBack], State::Filed, Hands::Form, &[]),
    step(Act::Withdraw, &[State::Filed, State::SentBack, State::Approved], State::Withdrawn, Hands::Facility, &[Need::Why]),
    step(Act::TakeOut, &[State::Approved], State::Out, Hands::Facility, &[Need::Note, Need::OnPaper]),
    step(Act::Return, &[State::Out, State::Extending, State::Exempt], State::Returned, Hands::Facility, &[Need::Note, Need::OnPaper]),
    step(Act::CheckReturn, &[State::Returned], State::Closed, Hands::Facility, &[Need::Checker, Need::Fields(CHECKING), Need::Note]),
    step(Act::AskExtension, &[State::Out], State::Extending, Hands::Facility, &[Need::Until, Need::Why]),
    step(Act::Extend, &[State::Extending], State::Out, Hands::Approver, &[Need::Note]),
    step(Act::KeepEnd, &[State::Extending], State::Out, Hands::Approver, &[Need::Why]),
    step(Act::ReportLost, &[State::Out, State::Extending, State::Exempt], State::Lost, Hands::Facility, &[Need::LostAt, Need::Why]),
];

pub(super) const SEALS: &[(&str, &[Act])] = &[
    ("paper-seal-filed", &[Act::File, Act::FileAgain]),
    ("paper-seal-approved", &[Act::Approve]),
    ("paper-seal-out", &[Act::TakeOut]),
    ("paper-seal-returned", &[Act::Return]),
    ("paper-seal-checked", &[Act::CheckReturn]),
];
