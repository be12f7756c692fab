//! 利用者の名簿 (§16-3, §16-5, §17, §19-2, §19-3, 留1-2, 留3-7): who uses the network at a facility, from joining to leaving. Which step is
//! possible from where is `flow`'s table; what is to be done by when is `due`'s arithmetic.
//!
//! Invariant: nobody is in use without pledge, training and an ID of their own, and nobody has left while an item of the leaver's
//! checklist is open.

mod decode;
mod details;
mod due;
mod flow;
mod mcs_id;
mod sum;
mod table;
mod training;
mod words;

pub use decode::{MOST_BYTES, Unread, decode};
pub use details::{Details, Field, LONGEST_JOB, LONGEST_MCS_ID, text};
pub use due::{Edition, Rules};
pub use flow::{Change, Entry, Moved, Need, Refusal, Step, advance, choices};
pub use mcs_id::{Doubt, Ids, doubts};
pub use sum::{Late, Sum};
pub use table::{MOST_LINES, MOST_WRONG, Wrong, WrongCell, read as read_table};
pub use training::{InvalidTraining, LONGEST_TOPIC, Training};
pub use words::{Act, JoinItem, LeaveItem, State};

use hashimori_shared::time::Timestamp;

use super::ids::MemberId;
use super::paper::same_name;

/// Most persons whom a facility's list holds at once: a page shows them all.
pub const MOST: usize = 1_000;

/// A pledge that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// Which edition.
    pub edition: i64,
    /// The day of the signature.
    pub on: Timestamp,
    /// Whether an earlier pledge of the facility stands for it (§17).
    pub before: bool,
}

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: MemberId,
    /// Number within the facility.
    pub number: i64,
    /// How they stand.
    pub state: State,
    /// Who they are.
    pub details: Details,
    /// Last day of work, once it is known.
    pub last_day: Option<Timestamp>,
    /// The newest pledge.
    pub pledge: Option<Pledge>,
    /// Day of the newest training.
    pub trained: Option<Timestamp>,
    /// Day on which the network's password was changed, as declared.
    pub changed: Option<Timestamp>,
    /// What of the leaver's checklist is done.
    pub cleared: Vec<LeaveItem>,
    /// Counts the steps; whoever acts says which one they saw.
    pub version: i64,
}

impl Member {
    /// Somebody new on the list.
    pub const fn new(id: MemberId, number: i64, details: Details) -> Self {
        Self {
            id,
            number,
            state: State::Joining,
            details,
            last_day: None,
            pledge: None,
            trained: None,
            changed: None,
            cleared: Vec::new(),
            version: 0,
        }
    }

    /// The person after a step.
    #[must_use]
    pub fn after(mut self, moved: &Moved) -> Self {
        self.state = moved.to;
        self.version += 1;
        match &moved.change {
            Change::Nothing => {}
            Change::Details(details) => self.details = details.clone(),
            Change::Pledge(pledge) => self.pledge = *pledge,
            Change::Trained(on) => self.trained = *on,
            Change::Declared(on) => self.changed = Some(*on),
            Change::LastDay(on) => (self.last_day, self.cleared) = (*on, Vec::new()),
            Change::Cleared(items) => self.cleared.clone_from(items),
            Change::Erased => self.details = Details { name: String::new(), job: String::new(), mcs_id: String::new(), ..self.details },
        }
        self
    }
}

/// Those of a list who may be the same person as somebody of this name.
pub fn namesakes<'a>(members: &'a [Member], name: &str) -> impl Iterator<Item = &'a Member> {
    members.iter().filter(move |known| same_name(&known.details.name, name))
}
