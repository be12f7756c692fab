//! Who is written to about a step with a paper, and about its clock. Whoever took the step knows of it; what is only a record tells
//! nobody.

use hashimori_shared::time::Timestamp;

use super::{Act, Kind, State};
use crate::domain::mail::Kind as Letter;

/// Whom a step is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Whoever approves it.
    Approvers(Letter),
    /// Whom the paper is for.
    Applicant(Letter),
    /// Those in charge of the facility, and the 事務局: at once.
    Everybody(Letter),
    /// Nobody.
    Nobody,
}

impl Act {
    /// Whom this is told once the paper stands so.
    pub const fn tells(self, to: State) -> Tells {
        match self {
            Self::File | Self::FileAgain => match to {
                State::Filed => Tells::Approvers(Letter::PaperAsked),
                State::Reported | State::Open => Tells::Everybody(Letter::IncidentReported),
                State::Planned
                | State::SentBack
                | State::Refused
                | State::Withdrawn
                | State::Approved
                | State::Out
                | State::Extending
                | State::InUse
                | State::Revoked
                | State::Wiped
                | State::WipeConfirmed
                | State::Dismissed
                | State::Returned
                | State::Closed
                | State::Lost
                | State::Issued
                | State::Answered
                | State::Escalated
                | State::Restricted
                | State::Kept
                | State::Exempt => Tells::Nobody,
            },
            Self::AskExtension => Tells::Approvers(Letter::PaperAsked),
            Self::Approve => Tells::Applicant(Letter::PaperApproved),
            Self::SendBack => Tells::Applicant(Letter::PaperSentBack),
            Self::Refuse => Tells::Applicant(Letter::PaperRefused),
            Self::Extend => Tells::Applicant(Letter::ExtensionApproved),
            Self::KeepEnd => Tells::Applicant(Letter::ExtensionRefused),
            Self::Revoke => Tells::Applicant(Letter::PersonalRevoked),
            Self::Withdraw
            | Self::TakeOut
            | Self::Return
            | Self::CheckReturn
            | Self::LinkDevice
            | Self::ConfirmEnd
            | Self::Wipe
            | Self::ConfirmWipe
            | Self::WipeAgain
            | Self::HandOver
            | Self::TakeUp
            | Self::Dismiss
            | Self::MarkLost
            | Self::SuspendLine
            | Self::RemoteWipe
            | Self::StopAccount
            | Self::TellPolice
            | Self::TellSecretariat
            | Self::ReportFirst
            | Self::ReportFull
            | Self::NoLeak
            | Self::CloseIncident
            | Self::Answer
            | Self::Accept
            | Self::Escalate
            | Self::Prolong
            | Self::Lift
            | Self::Review
            | Self::EndRecord
            | Self::UseException
            | Self::ReportLost => Tells::Nobody,
        }
    }
}

impl State {
    /// What the clock tells of a paper that stands so and whose period ends at `until`: what lets a personal device be used ends, or
    /// has ended; what was taken out is not back, with an approval or under a 災害時特例, which waives no return.
    pub fn clock_tells(self, kind: Kind, until: Timestamp, now: Timestamp) -> Option<Letter> {
        match self {
            Self::Exempt if kind == Kind::TakeOut && until <= now => Some(Letter::TakeOutOverdue),
            Self::InUse if until <= now => Some(Letter::PersonalEnded),
            Self::InUse => Some(Letter::PersonalEnds),
            Self::Out | Self::Extending if until <= now => Some(Letter::TakeOutOverdue),
            Self::Out
            | Self::Extending
            | Self::Filed
            | Self::SentBack
            | Self::Refused
            | Self::Withdrawn
            | Self::Approved
            | Self::Revoked
            | Self::Planned
            | Self::Wiped
            | Self::WipeConfirmed
            | Self::Reported
            | Self::Open
            | Self::Dismissed
            | Self::Returned
            | Self::Closed
            | Self::Lost
            | Self::Issued
            | Self::Answered
            | Self::Escalated
            | Self::Restricted
            | Self::Kept
            | Self::Exempt => None,
        }
    }
}
