//! What people are told when a paper or a step cannot be taken: what is wrong, where, and what to do.

use super::{Invalid, InvalidField, InvalidPeriod, Refusal};
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON};
use crate::words::Text;

impl InvalidField {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::Missing(label) => Text::new("paper-wrong-missing").with("field", Text::new(label)),
            Self::TooLong(label, most) => Text::new("paper-wrong-long").with("field", Text::new(label)).with("most", most),
            Self::Choice(label) => Text::new("paper-wrong-choice").with("field", Text::new(label)),
        }
    }
}

impl InvalidPeriod {
    fn text(self) -> Text {
        match self {
            Self::From => Text::new("paper-wrong-from"),
            Self::Until => Text::new("paper-wrong-until"),
            Self::EndBeforeStart => Text::new("paper-wrong-order"),
            Self::Over => Text::new("paper-wrong-over"),
            Self::TooLong(most) => Text::new("paper-wrong-period").with("most", most),
        }
    }
}

impl Invalid {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::Prohibited => Text::new("paper-prohibited"),
            Self::Applicant => Text::new("paper-wrong-applicant").with("most", LONGEST_NAME),
            Self::Field(field) => field.text(),
            Self::WithoutDevice => Text::new("paper-wrong-no-device"),
            Self::Device => Text::new("paper-wrong-device"),
            Self::StandingWithoutDevice => Text::new("paper-wrong-standing"),
            Self::Period(period) => period.text(),
            Self::PaperDay => Text::new("paper-wrong-day"),
            Self::Found => Text::new("paper-wrong-found"),
            Self::ToCome => Text::new("paper-wrong-to-come"),
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
            Self::Reason => Text::new("people-wrong-reason").with("most", LONGEST_REASON),
            Self::Note => Text::new("paper-wrong-note").with("most", LONGEST_REASON),
            Self::PaperDay => Text::new("paper-wrong-day"),
            Self::Period(period) => period.text(),
            Self::When => Text::new("paper-wrong-when"),
            Self::Field(field) => field.text(),
            Self::NothingToMark => Text::new("paper-nothing-to-mark"),
            Self::NoFinding => Text::new("paper-no-finding"),
            Self::NoCondition => Text::new("paper-no-condition"),
            Self::NotShorter => Text::new("paper-not-shorter"),
            Self::Prohibited => Text::new("paper-prohibited"),
            Self::OtherDevice => Text::new("paper-other-device"),
            Self::NoDevice => Text::new("paper-choose-device"),
            Self::NotCleared => Text::new("paper-not-cleared"),
            Self::NoChecker => Text::new("paper-wrong-checker").with("most", LONGEST_NAME),
            Self::OwnCheck => Text::new("paper-own-check"),
            Self::SameChecker => Text::new("paper-same-checker"),
        }
    }
}
