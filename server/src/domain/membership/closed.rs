//! What people can go on doing at a facility that is not in: what is out comes back and what went wrong is reported, but nothing new
//! is let in.

use super::State;
use crate::domain::paper::{self, Act};
use crate::words::Text;

/// What somebody does at a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Let something in, allow it or begin it.
    Begin,
    /// Bring back, end, answer for, or look after what is there.
    WindUp,
    /// Report what went wrong, and follow it up (留3-10): a duty that no state takes away.
    Incident,
}

impl Doing {
    /// What a new paper of this kind is.
    pub const fn of_new(kind: paper::Kind) -> Self {
        match kind {
            paper::Kind::TakeOut | paper::Kind::PersonalDevice => Self::Begin,
            paper::Kind::HandOver
            | paper::Kind::Guidance
            | paper::Kind::Restriction
            | paper::Kind::Consideration
            | paper::Kind::FacilityCheck => Self::WindUp,
            paper::Kind::Incident => Self::Incident,
        }
    }

    /// What a step with a paper is.
    pub const fn of_step(kind: paper::Kind, act: Act) -> Self {
        match (kind, act) {
            (paper::Kind::Incident, _) => Self::Incident,
            (paper::Kind::Guidance | paper::Kind::Restriction | paper::Kind::Consideration | paper::Kind::FacilityCheck, _) => Self::WindUp,
            (paper::Kind::TakeOut | paper::Kind::PersonalDevice | paper::Kind::HandOver, act) => match act {
                Act::File | Act::FileAgain | Act::Approve | Act::TakeOut | Act::AskExtension | Act::Extend | Act::LinkDevice => Self::Begin,
                Act::SendBack
                | Act::Refuse
                | Act::Withdraw
                | Act::KeepEnd
                | Act::Return
                | Act::CheckReturn
                | Act::Revoke
                | Act::ConfirmEnd
                | Act::Wipe
                | Act::ConfirmWipe
                | Act::WipeAgain
                | Act::HandOver
                | Act::ReportLost
                | Act::TakeUp
                | Act::Dismiss
                | Act::MarkLost
                | Act::SuspendLine
                | Act::RemoteWipe
                | Act::StopAccount
                | Act::TellPolice
                | Act::TellSecretariat
                | Act::ReportFirst
                | Act::ReportFull
                | Act::NoLeak
                | Act::CloseIncident
                | Act::Answer
                | Act::Accept
                | Act::Escalate
                | Act::Prolong
                | Act::Lift
                | Act::Review
                | Act::EndRecord => Self::WindUp,
            },
        }
    }
}

impl State {
    /// Whether that can be done at a facility that stands so.
    pub const fn allows(self, doing: Doing) -> bool {
        match (self, doing) {
            (Self::In, _) | (Self::Suspended | Self::Leaving, Doing::WindUp | Doing::Incident) | (Self::Left, Doing::Incident) => true,
            (Self::Suspended | Self::Leaving, Doing::Begin)
            | (Self::Left, Doing::Begin | Doing::WindUp)
            | (Self::Applied | Self::SentBack | Self::Declined | Self::Erased, _) => false,
        }
    }

    /// Why not, for people.
    pub const fn closed(self) -> Text {
        match self {
            Self::In | Self::Suspended => Text::new("member-closed-suspended"),
            Self::Leaving => Text::new("member-closed-leaving"),
            Self::Left | Self::Erased => Text::new("member-closed-left"),
            Self::Applied | Self::SentBack | Self::Declined => Text::new("member-closed-not-in"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_can_be_reported_wherever_there_are_devices_and_nothing_begins_but_at_a_facility_that_is_in() {
        for &state in State::ALL {
            assert_eq!(state.allows(Doing::Begin), state == State::In, "{state:?}");
            assert_eq!(state.allows(Doing::WindUp), state.takes_part(), "{state:?}");
            assert_eq!(state.allows(Doing::Incident), state.takes_part() || state == State::Left, "{state:?}");
        }
    }

    #[test]
    fn what_lets_something_out_begins_and_what_brings_it_back_winds_up() {
        let of = |act| Doing::of_step(paper::Kind::TakeOut, act);
        assert_eq!([of(Act::Approve), of(Act::TakeOut), of(Act::Extend)], [Doing::Begin; 3]);
        assert_eq!([of(Act::Return), of(Act::CheckReturn), of(Act::ReportLost), of(Act::Withdraw)], [Doing::WindUp; 4]);
        assert!(Act::ALL.iter().all(|&act| Doing::of_step(paper::Kind::Incident, act) == Doing::Incident));
    }
}
