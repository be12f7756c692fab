//! 引渡し・廃棄 (§20-9, 留3-7): a device passes into other hands only after its data are gone and somebody else has seen that they are.

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, State, Values};

pub(super) const CLAUSES: &[&str] = &["§20-9", "留3-7"];

/// Longest time between plan and hand-over, in days.
pub(super) const MOST_DAYS: u32 = 92;

/// Name of the field that says into whose hands it goes.
const INTO_FIELD: &str = "into";

/// Into whose hands, in the pack's words (`HandOverKind`).
const INTO: &[(&str, &str)] = &[
    ("", "paper-choose"),
    ("colleague", "paper-into-colleague"),
    ("repair", "paper-into-repair"),
    ("lease_return", "paper-into-lease-return"),
    ("sale", "paper-into-sale"),
    ("disposal", "paper-into-disposal"),
];

const METHODS: &[(&str, &str)] = &[
    ("", "paper-choose"),
    ("reset", "paper-method-reset"),
    ("erase", "paper-method-erase"),
    ("destroy", "paper-method-destroy"),
    ("service", "paper-method-service"),
];

pub(super) const FIELDS: &[Field] = &[
    Field { name: INTO_FIELD, label: "paper-into", about: "paper-into-about", input: Input::Choice(INTO), required: true },
    Field { name: "receiver", label: "paper-receiver", about: "paper-receiver-about", input: Input::Line, required: true },
    Field { name: "method", label: "paper-method", about: "paper-method-about", input: Input::Choice(METHODS), required: true },
    Field { name: "remarks", label: "paper-remarks", about: "paper-remarks-about", input: Input::Text, required: false },
];

pub(super) const STEPS: &[Step] = &[
    step(Act::Wipe, &[State::Planned], State::Wiped, Hands::Facility, &[Need::Note, Need::OnPaper]),
    step(Act::ConfirmWipe, &[State::Wiped], State::WipeConfirmed, Hands::Facility, &[Need::Checker, Need::Note]),
    step(Act::WipeAgain, &[State::Wiped, State::WipeConfirmed], State::Planned, Hands::Facility, &[Need::Why]),
    step(Act::HandOver, &[State::WipeConfirmed], State::Closed, Hands::Facility, &[Need::Note, Need::OnPaper]),
    step(Act::Withdraw, &[State::Planned, State::Wiped, State::WipeConfirmed], State::Withdrawn, Hands::Facility, &[Need::Why]),
];

pub(super) const SEALS: &[(&str, &[Act])] = &[
    ("paper-seal-planned", &[Act::File]),
    ("paper-seal-wiped", &[Act::Wipe]),
    ("paper-seal-wipe-confirmed", &[Act::ConfirmWipe]),
    ("paper-seal-handed-over", &[Act::HandOver]),
];

/// Whether the device is the facility's no more once it is handed over.
pub(super) fn leaves_for_good(values: &Values) -> bool {
    values.get(INTO_FIELD).is_some_and(|into| matches!(into.as_str(), "lease_return" | "sale" | "disposal"))
}
