//! Papers: what §10, §20 and the notes want in writing. A paper has a kind, a number, the person it is for, fields, a period, a state, and
//! a history in which every step names who, when and why. Which step is possible from where, and in whose hands, its kind's table says.
//!
//! Invariant: no path through the table skips an approval unless a 災害時特例 waives it (§25), and that stays written on the paper; no
//! state is a dead end but the final ones.

mod approval;
mod attachment;
mod field;
mod flow;
mod guidance;
mod hand_over;
mod incident;
mod kind;
mod name;
mod period;
mod personal;
mod record;
mod restriction;
mod step;
mod take_out;
mod tells;
mod told;
mod wish;
mod words;

pub use approval::ForSecretariat;
pub use approval::{asked, may_approve};
pub use attachment::{Fit, Format, LONGEST_FILE_NAME, MOST_BYTES, MOST_FILES, Offered, Unfit};
pub(crate) use field::read_all;
pub use field::{Field, Input, InvalidField, LONGEST_LINE, LONGEST_TEXT, Values};
pub use flow::{Entry, Hand, Moved, Refusal, Surroundings, advance, choices, may_correct_own, withdraw_own};
pub use incident::{Deadline, Near};
pub use kind::{DayWords, Days};
pub use name::same_name;
pub use period::{InvalidPeriod, Period, paper_day};
pub use step::{Need, Step};
pub use tells::Tells;
pub use wish::{Invalid, Rules, Wish};
pub use words::{Act, Kind, State};

use hashimori_shared::time::Timestamp;

pub(crate) use super::day::day_start;
use super::ids::{DeviceId, ExceptionId, PaperId, PersonId};

/// Whom a paper is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    /// The account, where the person has one.
    pub person: Option<PersonId>,
    /// The name, as typed.
    pub name: String,
}

/// A paper as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its id.
    pub id: PaperId,
    /// What kind it is.
    pub kind: Kind,
    /// Its number among the facility's papers of its kind.
    pub number: i64,
    /// How it stands.
    pub state: State,
    /// Whom it is for.
    pub applicant: Applicant,
    /// The device of the ledger it is about, where it is about one.
    pub device: Option<DeviceId>,
    /// From when to when.
    pub period: Period,
    /// Until when it is asked to last instead, while that waits for an answer.
    pub asked_until: Option<Timestamp>,
    /// What was filled in.
    pub values: Values,
    /// The 災害時特例 under which it went ahead without an approval.
    pub exception: Option<ExceptionId>,
    /// When it was filed: the paper's own day where it was written by hand first, else when it was entered.
    pub filed_at: Timestamp,
    /// The day of its last step: as on paper, or when it was entered.
    pub last_on: Timestamp,
    /// Counts the steps; whoever acts says which one they saw.
    pub version: i64,
}

impl Paper {
    /// Whether the device it is about is the facility's no more once it is handed over.
    pub fn ends_custody(&self) -> bool {
        self.kind == Kind::HandOver && hand_over::leaves_for_good(&self.values)
    }

    /// Whether it lets a personal device be used now: approved, begun, and not over.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.state == State::InUse && self.period.from <= now && now < self.period.until
    }

    /// Whether somebody should have answered, lifted or looked at it again: arithmetic too.
    pub fn is_due(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Issued | State::Escalated | State::Restricted | State::Kept) && self.period.until <= now
    }

    /// Whether it restricts use now: begun, not lifted, and its last day not over.
    pub fn restricts(&self, now: Timestamp) -> bool {
        self.state == State::Restricted && self.period.from <= now && now < self.period.until
    }

    /// Whether what was taken out should have been back: arithmetic when read, nobody has to look.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let out = match self.state {
            State::Out | State::Extending => true,
            State::Exempt => self.kind == Kind::TakeOut,
            State::Filed
            | State::SentBack
            | State::Refused
            | State::Withdrawn
            | State::Approved
            | State::InUse
            | State::Revoked
            | State::Planned
            | State::Wiped
            | State::WipeConfirmed
            | State::Reported
            | State::Open
            | State::Dismissed
            | State::Returned
            | State::Closed
            | State::Lost
            | State::Issued
            | State::Answered
            | State::Escalated
            | State::Restricted
            | State::Kept => false,
        };
        out && self.period.until <= now
    }
}
