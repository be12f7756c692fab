//! What can be done with a membership from where: one table, and the one function that moves it on.

use hashimori_shared::pack::Keep;
use hashimori_shared::time::{DAY, Timestamp};

use super::{Act, Forms, Kind, LONGEST_FACILITY, LONGEST_REFERENCE, Membership, Seat, State};
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::paper::paper_day;
use crate::domain::people::Role;
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON, last_day, reason};

/// What is asked for together with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// What forms 1 and 2 say, and who sent them.
    Forms,
    /// A reason.
    Why,
    /// The last day.
    LastDay,
    /// Who takes over what is handed over.
    Receiver,
    /// That it is meant, with its consequences.
    Sure,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub act: Act,
    /// From where it is possible.
    from: &'static [State],
    /// Where it leads.
    to: State,
    /// What is asked for.
    pub needs: &'static [Need],
}

const fn step(act: Act, from: &'static [State], to: State, needs: &'static [Need]) -> Step {
    Step { act, from, to, needs }
}

/// The table. What begins (`apply`) and what the clock does (`Act::Erase`) ask for nothing here.
const STEPS: &[Step] = &[
    step(Act::TakeIn, &[State::Applied], State::In, &[Need::Why]),
    step(Act::ApplyAgain, &[State::SentBack], State::Applied, &[Need::Forms]),
    step(Act::Resume, &[State::Suspended], State::In, &[Need::Why]),
    step(Act::HandOver, &[State::Leaving], State::Leaving, &[Need::Receiver, Need::Why]),
    step(Act::Leave, &[State::Leaving], State::Left, &[Need::Why, Need::Sure]),
    step(Act::StayOn, &[State::Leaving], State::Suspended, &[Need::Why]),
    step(Act::Suspend, &[State::In], State::Suspended, &[Need::Why]),
    step(Act::BeginLeaving, &[State::In, State::Suspended], State::Leaving, &[Need::LastDay, Need::Why]),
    step(Act::Amend, &[State::Applied], State::Applied, &[Need::Forms]),
    step(Act::Amend, &[State::In], State::In, &[Need::Forms]),
    step(Act::Amend, &[State::Suspended], State::Suspended, &[Need::Forms]),
    step(Act::SendBack, &[State::Applied], State::SentBack, &[Need::Why]),
    step(Act::Decline, &[State::Applied, State::SentBack], State::Declined, &[Need::Why]),
    step(Act::Erase, &[State::Left], State::Erased, &[]),
];

/// What was typed together with an act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The facility's name.
    pub name: String,
    /// Its kind's word.
    pub kind: String,
    /// Its seat's word.
    pub seat: String,
    /// How one outside is tied to the region.
    pub tie: String,
    /// The number under which the forms are filed.
    pub reference: String,
    /// The day on which 様式1 came in.
    pub form_1: String,
    /// The day on which 様式2 came in.
    pub form_2: String,
    /// Who sent the forms, or takes over what is handed over.
    pub person: String,
    /// Reason.
    pub why: String,
    /// Last day.
    pub until: String,
    /// Whether it is meant.
    pub sure: bool,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What was done.
    pub act: Act,
    /// When.
    pub at: Timestamp,
    /// Why; empty where the forms say it, or the clock does it.
    pub why: String,
    /// Who sent the forms, or took over what was handed over.
    pub name: String,
    /// The membership from now on.
    pub after: Membership,
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from how it stands.
    #[error("not while the facility is {}", .0.as_str())]
    NotNow(State),
    /// It is the 事務局's to do, or the collector's.
    #[error("it is somebody else's to do")]
    NotYours,
    /// No name of the facility, or too long a one.
    #[error("a facility's name has 1 to {LONGEST_FACILITY} characters")]
    Name,
    /// No kind was chosen.
    #[error("no kind was chosen")]
    Kind,
    /// Neither inside nor outside was chosen, or one outside is not tied to the region.
    #[error("a facility outside the region has to be tied to it")]
    Tie,
    /// A number that is too long.
    #[error("a number has at most {LONGEST_REFERENCE} characters")]
    Reference,
    /// A day that cannot be read or be true.
    #[error("not a day on which a form can have come in")]
    FormDay(&'static str),
    /// Nobody is named who sent the forms or takes something over.
    #[error("a name has 1 to {LONGEST_NAME} characters")]
    Person,
    /// One of the forms has not come in.
    #[error("both forms have to be in")]
    FormsMissing,
    /// No reason, or too long a one.
    #[error("a reason has 1 to {LONGEST_REASON} characters")]
    Reason,
    /// Not a last day.
    #[error("not a day to come")]
    LastDay,
    /// What is held about the facility has not been handed over.
    #[error("what is held about the facility has to be handed over first")]
    NotHandedOver,
    /// Its last day is to come.
    #[error("its last day is to come")]
    NotYet(Timestamp),
    /// It was not said that it is meant.
    #[error("it was not said that it is meant")]
    NotSure,
}

/// What somebody can do with a membership now.
pub fn choices(membership: &Membership, by: Role) -> Vec<Step> {
    let open = |step: &&Step| step.from.contains(&membership.state) && check_hands(step.act, Some(by)).is_ok();
    STEPS.iter().filter(open).copied().collect()
}

fn check_hands(act: Act, by: Option<Role>) -> Result<(), Refusal> {
    let its_own = match by {
        None => act == Act::Erase,
        Some(Role::Secretariat) => act != Act::Erase,
        Some(Role::Head | Role::Administrator | Role::Deputy | Role::Auditor) => false,
    };
    if its_own { Ok(()) } else { Err(Refusal::NotYours) }
}

/// An application comes in.
pub fn apply((region, facility): (RegionId, FacilityId), by: Role, entry: &Entry, now: Timestamp) -> Result<Moved, Refusal> {
    check_hands(Act::Apply, Some(by))?;
    let (forms, name) = read_forms(entry, now)?;
    let after = Membership {
        facility,
        region,
        state: State::Applied,
        forms,
        taken_in_at: None,
        leaves_at: None,
        handed_at: None,
        erase_at: None,
        version: 1,
    };
    Ok(Moved { act: Act::Apply, at: now, why: String::new(), name, after })
}

/// Takes a step; `by`: `None` is the collector. `keep`: how long records are kept once a facility has left.
pub fn advance(
    membership: &Membership,
    act: Act,
    (by, entry): (Option<Role>, &Entry),
    keep: Keep,
    now: Timestamp,
) -> Result<Moved, Refusal> {
    let found = STEPS.iter().find(|step| step.act == act && step.from.contains(&membership.state));
    let step = found.ok_or(Refusal::NotNow(membership.state))?;
    check_hands(act, by)?;
    let after = Membership { state: step.to, version: membership.version + 1, ..membership.clone() };
    let mut moved = Moved { act, at: now, why: String::new(), name: String::new(), after };
    for need in step.needs {
        meet(*need, entry, &mut moved)?;
    }
    let after = &mut moved.after;
    match act {
        Act::TakeIn if after.forms.form_1.is_none() || after.forms.form_2.is_none() => return Err(Refusal::FormsMissing),
        Act::TakeIn => after.taken_in_at = Some(now),
        Act::StayOn => (after.leaves_at, after.handed_at) = (None, None),
        Act::HandOver => after.handed_at = Some(now),
        Act::Leave => {
            if after.handed_at.is_none() {
                return Err(Refusal::NotHandedOver);
            }
            // On its last day at the earliest.
            if let Some(end) = after.leaves_at.filter(|end| now < end.plus_seconds(-DAY)) {
                return Err(Refusal::NotYet(end));
            }
            after.erase_at = keep.end(now);
        }
        Act::Erase => {
            if let Some(due) = after.erase_at.filter(|due| now < *due) {
                return Err(Refusal::NotYet(due));
            }
        }
        Act::Apply | Act::ApplyAgain | Act::Amend | Act::SendBack | Act::Decline | Act::Suspend | Act::Resume | Act::BeginLeaving => {}
    }
    Ok(moved)
}

fn meet(need: Need, entry: &Entry, moved: &mut Moved) -> Result<(), Refusal> {
    match need {
        Need::Forms => (moved.after.forms, moved.name) = read_forms(entry, moved.at)?,
        Need::Why => moved.why = reason(&entry.why).map_err(|_| Refusal::Reason)?,
        Need::LastDay => moved.after.leaves_at = Some(last_day(&entry.until, moved.at).ok().flatten().ok_or(Refusal::LastDay)?),
        Need::Receiver => moved.name = line(&entry.person, LONGEST_NAME).ok_or(Refusal::Person)?,
        Need::Sure if entry.sure => {}
        Need::Sure => return Err(Refusal::NotSure),
    }
    Ok(())
}

fn read_forms(entry: &Entry, now: Timestamp) -> Result<(Forms, String), Refusal> {
    let day = |field, typed: &str| match typed.trim() {
        "" => Ok(None),
        typed => paper_day(typed, None, now).map(Some).ok_or(Refusal::FormDay(field)),
    };
    let seat = Seat::from_word(&entry.seat).ok_or(Refusal::Tie)?;
    let tie = match (seat, entry.tie.trim()) {
        (Seat::Inside, _) => String::new(),
        (Seat::Outside, tie) => reason(tie).map_err(|_| Refusal::Tie)?,
    };
    let reference = match entry.reference.trim() {
        "" => String::new(),
        typed => line(typed, LONGEST_REFERENCE).ok_or(Refusal::Reference)?,
    };
    let forms = Forms {
        name: line(&entry.name, LONGEST_FACILITY).ok_or(Refusal::Name)?,
        kind: Kind::from_word(&entry.kind).filter(|kind| *kind != Kind::Unstated).ok_or(Refusal::Kind)?,
        seat,
        tie,
        reference,
        form_1: day("form_1", &entry.form_1)?,
        form_2: day("form_2", &entry.form_2)?,
    };
    Ok((forms, line(&entry.person, LONGEST_NAME).ok_or(Refusal::Person)?))
}

/// One line of at most so many characters; `None`: it is empty, too long, or holds what nobody types.
fn line(typed: &str, most: usize) -> Option<String> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty() && line.chars().count() <= most && !line.chars().any(char::is_control)).then_some(line)
}

#[cfg(test)]
mod tests;
