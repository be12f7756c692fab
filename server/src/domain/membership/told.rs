//! What people are told when a step with a membership cannot be taken: what is wrong, where, and what to do.

use super::{LONGEST_FACILITY, LONGEST_REFERENCE, Refusal};
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON};
use crate::words::Text;

impl Refusal {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::NotNow(state) => Text::new("member-not-now").with("state", Text::new(state.key())),
            Self::NotYours => Text::new("member-not-yours"),
            Self::Name => Text::of_field("member-wrong-name", "name").with("most", LONGEST_FACILITY),
            Self::Kind => Text::of_field("member-wrong-kind", "kind"),
            Self::Tie => Text::of_field("member-wrong-tie", "tie"),
            Self::Reference => Text::of_field("member-wrong-reference", "reference").with("most", LONGEST_REFERENCE),
            Self::FormDay(field) => Text::of_field("member-wrong-day", field),
            Self::Person => Text::of_field("member-wrong-person", "someone").with("most", LONGEST_NAME),
            Self::FormsMissing => Text::new("member-forms-missing"),
            Self::Reason => Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON),
            Self::LastDay => Text::of_field("member-wrong-last-day", "until"),
            Self::NotHandedOver => Text::new("member-not-handed-over"),
            Self::NotYet(end) => Text::new("member-not-yet").with("day", Text::Day(end.plus_seconds(-1))),
            Self::NotSure => Text::of_field("member-not-sure", "sure"),
        }
    }
}
