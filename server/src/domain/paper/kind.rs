//! What each kind of paper is like: who files it, what it asks for, how it stands at first, which clauses it answers, how it prints.

use hashimori_shared::pack::PersonalMode;

use super::{Act, Field, Kind, Rules, State, guidance, hand_over, incident, personal, record, restriction, take_out};
use crate::domain::device::Ownership;
use crate::domain::people::Role;

/// The days that a kind asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// A first and a last one.
    Period(DayWords),
    /// The one on which it was found; there is no last one.
    Found,
    /// The one until which it has to be answered; it begins on the day on which it is filed.
    Due,
}

/// What the first and the last day are called: keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayWords {
    /// Both together.
    pub both: &'static str,
    /// What helps to fill them in.
    pub about: &'static str,
    /// The first.
    pub first: &'static str,
    /// The last.
    pub last: &'static str,
    /// As they are shown.
    pub shown: &'static str,
}

const PERIOD: DayWords =
    DayWords { both: "paper-period", about: "paper-period-about", first: "paper-from", last: "paper-until", shown: "paper-days" };
const LOOKED_AT: DayWords = DayWords {
    both: "paper-looked-days",
    about: "paper-looked-days-about",
    first: "paper-looked-on",
    last: "paper-next-look",
    shown: "paper-looked",
};

impl Kind {
    /// The days that it asks for.
    pub const fn days(self) -> Days {
        match self {
            Self::TakeOut | Self::PersonalDevice | Self::HandOver | Self::Restriction => Days::Period(PERIOD),
            Self::Incident => Days::Found,
            Self::Guidance => Days::Due,
            Self::Consideration | Self::FacilityCheck => Days::Period(LOOKED_AT),
        }
    }

    /// Whether the facility writes it down for itself, and looks at it again when its last day is over.
    pub const fn is_record(self) -> bool {
        matches!(self, Self::Consideration | Self::FacilityCheck)
    }

    /// Whether a new one takes the place of those before.
    pub const fn replaces_earlier(self) -> bool {
        matches!(self, Self::FacilityCheck)
    }

    /// Whether somebody of this role files it.
    pub const fn is_filed_by(self, role: Role) -> bool {
        match self {
            Self::Guidance | Self::Restriction => matches!(role, Role::Secretariat),
            Self::TakeOut | Self::PersonalDevice | Self::HandOver | Self::Incident | Self::Consideration | Self::FacilityCheck => {
                matches!(role, Role::Head | Role::Administrator | Role::Deputy)
            }
        }
    }

    /// Whether it can be about a device of the ledger.
    pub const fn names_device(self) -> bool {
        !self.is_record()
    }

    /// Whether there is one at a time about a device.
    pub const fn is_alone(self) -> bool {
        match self {
            Self::TakeOut | Self::PersonalDevice | Self::HandOver | Self::Restriction => true,
            Self::Incident | Self::Guidance | Self::Consideration | Self::FacilityCheck => false,
        }
    }

    /// Keys of what filing it is called, and of the day on which that was.
    pub const fn filing(self) -> (&'static str, &'static str) {
        match self {
            Self::TakeOut => ("paper-file", "paper-filed-on"),
            Self::PersonalDevice => ("paper-apply", "paper-applied-on"),
            Self::HandOver => ("paper-plan", "paper-planned-on"),
            Self::Incident => ("paper-report", "paper-reported-on"),
            Self::Guidance => ("paper-issue", "paper-issued-on"),
            Self::Restriction => ("paper-restrict", "paper-issued-on"),
            Self::Consideration | Self::FacilityCheck => ("paper-record", "paper-recorded-on"),
        }
    }

    /// Name of its field with the number of another paper, and of which kind that is.
    pub const fn follows(self) -> Option<(&'static str, Self)> {
        match self {
            Self::Restriction => Some((restriction::FOLLOWS, Self::Guidance)),
            Self::TakeOut
            | Self::PersonalDevice
            | Self::HandOver
            | Self::Incident
            | Self::Guidance
            | Self::Consideration
            | Self::FacilityCheck => None,
        }
    }

    /// What it asks for, beside who, which device and when.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::TakeOut => take_out::FIELDS,
            Self::PersonalDevice => personal::FIELDS,
            Self::HandOver => hand_over::FIELDS,
            Self::Incident => incident::FIELDS,
            Self::Guidance => guidance::FIELDS,
            Self::Restriction => restriction::FIELDS,
            Self::Consideration => record::CONSIDERATION,
            Self::FacilityCheck => record::FACILITY_CHECK,
        }
    }

    /// Key of what the form says first.
    pub const fn about(self) -> &'static str {
        match self {
            Self::TakeOut => "paper-take-out-about",
            Self::PersonalDevice => "paper-personal-device-about",
            Self::HandOver => "paper-hand-over-about",
            Self::Incident => "paper-incident-about",
            Self::Guidance => "paper-guidance-about",
            Self::Restriction => "paper-restriction-about",
            Self::Consideration => "paper-consideration-about",
            Self::FacilityCheck => "paper-facility-check-about",
        }
    }

    /// What is filled in later, when it is closed, checked or answered.
    pub const fn closing_fields(self) -> &'static [Field] {
        match self {
            Self::Incident => incident::CLOSING,
            Self::Guidance => guidance::ANSWERING,
            Self::TakeOut => take_out::CHECKING,
            Self::PersonalDevice | Self::HandOver | Self::Restriction | Self::Consideration | Self::FacilityCheck => &[],
        }
    }

    /// Whose devices it can be about; `None`: anybody's.
    pub const fn ownership(self) -> Option<Ownership> {
        match self {
            Self::Incident | Self::Guidance | Self::Restriction | Self::Consideration | Self::FacilityCheck => None,
            Self::TakeOut | Self::HandOver => Some(Ownership::Managed),
            Self::PersonalDevice => Some(Ownership::Personal),
        }
    }

    /// Whether a facility can have a link through which it is filed without an account.
    pub const fn has_link(self) -> bool {
        match self {
            Self::TakeOut | Self::HandOver | Self::Guidance | Self::Restriction | Self::Consideration | Self::FacilityCheck => false,
            Self::PersonalDevice | Self::Incident => true,
        }
    }

    /// How it stands once it is filed, by somebody with an account or not (anybody, or the clock), under a 災害時特例 (§25) or not.
    pub const fn first_state(self, without_account: bool, excepted: bool) -> State {
        match self {
            Self::TakeOut | Self::PersonalDevice if excepted => State::Exempt,
            Self::Incident if without_account => State::Reported,
            Self::Incident => State::Open,
            Self::TakeOut | Self::PersonalDevice => State::Filed,
            Self::HandOver => State::Planned,
            Self::Guidance => State::Issued,
            Self::Restriction => State::Restricted,
            Self::Consideration | Self::FacilityCheck => State::Kept,
        }
    }

    /// The clauses that it answers.
    pub const fn clauses(self) -> &'static [&'static str] {
        match self {
            Self::TakeOut => take_out::CLAUSES,
            Self::PersonalDevice => personal::CLAUSES,
            Self::HandOver => hand_over::CLAUSES,
            Self::Incident => incident::CLAUSES,
            Self::Guidance => guidance::CLAUSES,
            Self::Restriction => restriction::CLAUSES,
            Self::Consideration => record::CONSIDERED,
            Self::FacilityCheck => record::CHECKED,
        }
    }

    /// Keys of what the person it is for is called, and of what helps to fill that in.
    pub const fn person(self) -> (&'static str, &'static str) {
        match self {
            Self::TakeOut => ("paper-taker", "paper-applicant-about"),
            Self::PersonalDevice => ("paper-user", "paper-applicant-about"),
            Self::HandOver => ("paper-wiper", "paper-applicant-about"),
            Self::Incident => ("paper-reporter", "paper-reporter-about"),
            Self::Guidance => ("paper-addressee", "paper-addressee-about"),
            Self::Restriction => ("paper-restricted", "paper-restricted-about"),
            Self::Consideration => ("paper-recorder", "paper-reporter-about"),
            Self::FacilityCheck => ("paper-inspector", "paper-reporter-about"),
        }
    }

    /// Its 決裁欄: (key of the heading, acts of which the last signs there).
    pub const fn seals(self) -> &'static [(&'static str, &'static [Act])] {
        match self {
            Self::TakeOut => take_out::SEALS,
            Self::PersonalDevice => personal::SEALS,
            Self::HandOver => hand_over::SEALS,
            Self::Incident => incident::SEALS,
            Self::Guidance => guidance::SEALS,
            Self::Restriction => restriction::SEALS,
            Self::Consideration => record::CONSIDERATION_SEALS,
            Self::FacilityCheck => record::CHECK_SEALS,
        }
    }

    /// Its longest period, in days.
    pub fn most_days(self, rules: &Rules<'_>) -> u32 {
        match self {
            Self::TakeOut => rules.parameters().take_out.standing_days,
            Self::PersonalDevice => match rules.personal {
                PersonalMode::Standing => rules.parameters().personal_devices.standing_max_days,
                PersonalMode::ExceptionOnly | PersonalMode::Prohibited => rules.parameters().personal_devices.max_days,
            },
            Self::HandOver => hand_over::MOST_DAYS,
            Self::Incident => 1,
            Self::Guidance => guidance::MOST_DAYS,
            Self::Restriction => restriction::MOST_DAYS,
            Self::Consideration | Self::FacilityCheck => record::MOST_DAYS,
        }
    }
}
