//! The lines that the kinds' tables are made of: what is done from where, in whose hands it is, and what is asked for with it.

use super::{Act, Field, Kind, State, guidance, hand_over, incident, personal, record, restriction, take_out};

/// Whose hands a step is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hands {
    /// Those who handle papers at the facility.
    Facility,
    /// Whoever approves this paper.
    Approver,
    /// Those at the facility, with the form filled in again.
    Form,
    /// Those at the facility, and the 事務局.
    Custody,
    /// The 事務局.
    Secretariat,
}

/// What is asked for together with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A reason.
    Why,
    /// A remark, if there is one.
    Note,
    /// A new last day.
    Until,
    /// A later last day, if there is more time.
    Later,
    /// The next last day, counted from today.
    Anew,
    /// An earlier last day, if the approval is for less than was asked for.
    Shorter,
    /// A device of the ledger.
    Device,
    /// That data, sign-ins and saved passwords are gone.
    Cleared,
    /// The name of who looked, somebody other than the person the paper is for.
    Checker,
    /// The day on the paper, where it was done on paper first.
    OnPaper,
    /// When it was done, if not now.
    When,
    /// When the device went missing, if that is known.
    LostAt,
    /// Further fields, which the paper has from then on.
    Fields(&'static [Field]),
}

/// One line of a kind's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub act: Act,
    /// From where it is possible.
    pub(super) from: &'static [State],
    /// Where it leads.
    pub(super) to: State,
    pub(super) hands: Hands,
    /// What is asked for.
    pub needs: &'static [Need],
}

/// A line of a table.
pub(super) const fn step(act: Act, from: &'static [State], to: State, hands: Hands, needs: &'static [Need]) -> Step {
    Step { act, from, to, hands, needs }
}

impl Kind {
    pub(super) const fn steps(self) -> &'static [Step] {
        match self {
            Self::TakeOut => take_out::STEPS,
            Self::PersonalDevice => personal::STEPS,
            Self::HandOver => hand_over::STEPS,
            Self::Incident => incident::STEPS,
            Self::Guidance => guidance::STEPS,
            Self::Restriction => restriction::STEPS,
            Self::Consideration => record::CONSIDERATION_STEPS,
            Self::FacilityCheck => record::CHECK_STEPS,
        }
    }
}
