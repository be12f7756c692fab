//! 参加 (§8, §11): a facility's way into the network and out of it. Which step is possible from where is `flow`'s table; what people
//! can go on doing at a facility that is not, or no longer, in is `closed`'s.
//!
//! Invariant: nobody is in without both forms, nobody has left without what is held about them handed over, and nothing of a
//! facility's people is erased before it has left.

mod closed;
mod flow;
mod told;
mod words;

pub use closed::Doing;
pub use flow::{Entry, Moved, Need, Refusal, Step, advance, apply, choices};
pub use words::{Act, Kind, Seat, State};

use hashimori_shared::time::Timestamp;

use super::ids::{FacilityId, RegionId};

/// Longest name of a facility, in characters.
pub const LONGEST_FACILITY: usize = 100;
/// Longest number under which forms are filed.
pub const LONGEST_REFERENCE: usize = 40;

/// What forms 1 and 2 say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forms {
    /// The facility's name.
    pub name: String,
    /// What kind of facility it is.
    pub kind: Kind,
    /// In the region, or outside of it.
    pub seat: Seat,
    /// How one outside is tied to the region.
    pub tie: String,
    /// The number under which the forms are filed.
    pub reference: String,
    /// The day on which 様式1 came in.
    pub form_1: Option<Timestamp>,
    /// The day on which 様式2 came in.
    pub form_2: Option<Timestamp>,
}

/// A facility's membership as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whose.
    pub facility: FacilityId,
    /// Where.
    pub region: RegionId,
    /// How it stands.
    pub state: State,
    /// What its forms say.
    pub forms: Forms,
    /// Since when it is, or was, in.
    pub taken_in_at: Option<Timestamp>,
    /// The end of its last day, once it leaves.
    pub leaves_at: Option<Timestamp>,
    /// When what is held about it was handed over.
    pub handed_at: Option<Timestamp>,
    /// From when on its people's data are erased.
    pub erase_at: Option<Timestamp>,
    /// Counts the steps; whoever acts says which one they saw.
    pub version: i64,
}
