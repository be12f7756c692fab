//! 利用制限 (留2-2): the 事務局 restricts or stops use, of a person, a device or a whole facility, for a reason and until a day. It is
//! prolonged only by saying so, and lifted by somebody who says why; its last day lifts nothing by itself.

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, State};

pub(super) const CLAUSES: &[&str] = &["留2-2"];

/// Longest time for which use is restricted at once, in days.
pub(super) const MOST_DAYS: u32 = 366;

/// Name of the field with the number of the guidance that it follows.
pub(super) const FOLLOWS: &str = "follows";
/// Name of the field that says what is restricted.
pub(super) const SCOPE: &str = "scope";

const SCOPES: &[(&str, &str)] =
    &[("", "paper-choose"), ("person", "paper-scope-person"), ("device", "paper-scope-device"), ("facility", "paper-scope-facility")];
const MEASURES: &[(&str, &str)] = &[("restricted", "paper-measure-restricted"), ("stopped", "paper-measure-stopped")];

pub(super) const FIELDS: &[Field] = &[
    Field { name: SCOPE, label: "paper-scope", about: "paper-scope-about", input: Input::Choice(SCOPES), required: true },
    Field { name: "measure", label: "paper-measure", about: "paper-measure-about", input: Input::Choice(MEASURES), required: true },
    Field { name: "extent", label: "paper-extent", about: "paper-extent-about", input: Input::Line, required: false },
    Field { name: "clause", label: "paper-clause", about: "paper-clause-about", input: Input::Clause, required: true },
    Field {
        name: "reason",
        label: "paper-restriction-reason",
        about: "paper-restriction-reason-about",
        input: Input::Text,
        required: true,
    },
    Field { name: FOLLOWS, label: "paper-follows", about: "paper-follows-about", input: Input::Line, required: false },
];

const RESTRICTED: &[State] = &[State::Restricted];

pub(super) const STEPS: &[Step] = &[
    step(Act::Lift, RESTRICTED, State::Closed, Hands::Secretariat, &[Need::Why]),
    step(Act::Prolong, RESTRICTED, State::Restricted, Hands::Secretariat, &[Need::Until, Need::Why]),
    step(Act::Withdraw, RESTRICTED, State::Withdrawn, Hands::Secretariat, &[Need::Why]),
];

pub(super) const SEALS: &[(&str, &[Act])] =
    &[("paper-seal-restricted", &[Act::File]), ("paper-seal-prolonged", &[Act::Prolong]), ("paper-seal-lifted", &[Act::Lift])];
