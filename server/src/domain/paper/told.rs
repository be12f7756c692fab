//! What people are told when a paper or a step cannot be taken: what is wrong, where, and what to do.

use super::{Invalid, InvalidField, InvalidPeriod, Refusal};
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON};
use crate::words::Text;

impl InvalidField {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::Missing(field) => Text::new("paper-wrong-missing").with("field", Text::new(field.label)).about_field(field.name),
            Self::TooLong(field, most) => {
                Text::new("paper-wrong-long").with("field", Text::new(field.label)).with("most", most).about_field(field.name)
            }
            Self::Choice(field) => Text::new("paper-wrong-choice").with("field", Text::new(field.label)).about_field(field.name),
        }
    }
}

impl InvalidPeriod {
    fn text(self) -> Text {
        match self {
            Self::From => Text::of_field("paper-wrong-from", "from"),
            Self::Until => Text::of_field("paper-wrong-until", "until"),
            Self::EndBeforeStart => Text::of_field("paper-wrong-order", "until"),
            Self::Over => Text::of_field("paper-wrong-over", "until"),
            Self::TooLong(most) => Text::of_field("paper-wrong-period", "until").with("most", most),
        }
    }
}

impl Invalid {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::Prohibited => Text::new("paper-prohibited"),
            Self::Applicant => Text::of_field("paper-wrong-applicant", "applicant").with("most", LONGEST_NAME),
            Self::Field(field) => field.text(),
            Self::WithoutDevice => Text::of_field("paper-wrong-no-device", "device"),
            Self::Device => Text::of_field("paper-wrong-device", "device"),
            Self::StandingWithoutDevice => Text::of_field("paper-wrong-standing", "device"),
            Self::Period(period) => period.text(),
            Self::PaperDay => Text::of_field("paper-wrong-day", "on"),
            Self::Found => Text::of_field("paper-wrong-found", "from"),
            Self::ToCome => Text::of_field("paper-wrong-to-come", "from"),
        }
    }
}

impl Refusal {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::NotNow(state) => Text::new("paper-not-now").with("state", Text::new(state.key())),
            Self::OwnRequest => Text::new("paper-own-request"),
            Self::NotYours(None) => Text::new("paper-not-yours"),
            Self::NotYours(Some(role)) => Text::new("paper-administrators-own").with("role", Text::new(role.key())),
            Self::Secretariats => Text::new("paper-secretariats"),
            Self::NoException => Text::new("paper-no-exception"),
            Self::DeviceNotInUse(_) => Text::new("paper-device-not-in-use"),
            Self::PeriodOver => Text::new("paper-period-over"),
            Self::NotYet => Text::new("paper-not-yet"),
            Self::Reason => Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON),
            Self::Note => Text::of_field("paper-wrong-note", "why").with("most", LONGEST_REASON),
            Self::PaperDay => Text::of_field("paper-wrong-day", "on"),
            Self::Period(period) => period.text(),
            Self::When => Text::of_field("paper-wrong-when", "when"),
            Self::Field(field) => field.text(),
            Self::NothingToMark => Text::new("paper-nothing-to-mark"),
            Self::NoFinding => Text::of_field("paper-no-finding", "why"),
            Self::NoCondition => Text::of_field("paper-no-condition", "why"),
            Self::NotShorter => Text::of_field("paper-not-shorter", "until"),
            Self::Prohibited => Text::new("paper-prohibited"),
            Self::OtherDevice => Text::new("paper-other-device"),
            Self::NoDevice => Text::of_field("paper-choose-device", "device"),
            Self::NotCleared => Text::of_field("paper-not-cleared", "cleared"),
            Self::NoChecker => Text::of_field("paper-wrong-checker", "checker").with("most", LONGEST_NAME),
            Self::OwnCheck => Text::new("paper-own-check"),
            Self::SameChecker => Text::of_field("paper-same-checker", "checker"),
        }
    }
}
