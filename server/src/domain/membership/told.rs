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
            Self::Name => Text::new("member-wrong-name").with("most", LONGEST_FACILITY),
            Self::Kind => Text::new("member-wrong-kind"),
            Self::Tie => Text::new("member-wrong-tie"),
            Self::Reference => Text::new("member-wrong-reference").with("most", LONGEST_REFERENCE),
            Self::FormDay => Text::new("member-wrong-day"),
            Self::Person => Text::new("member-wrong-person").with("most", LONGEST_NAME),
            Self::FormsMissing => Text::new("member-forms-missing"),
            Self::Reason => Text::new("people-wrong-reason").with("most", LONGEST_REASON),
            Self::LastDay => Text::new("member-wrong-last-day"),
            Self::NotHandedOver => Text::new("member-not-handed-over"),
            Self::NotYet(end) => Text::new("member-not-yet").with("day", Text::Day(end.plus_seconds(-1))),
            Self::NotSure => Text::new("member-not-sure"),
        }
    }
}
