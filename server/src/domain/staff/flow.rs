//! What can be done from where: one table, and the one function that takes a step.

#[cfg(test)]
mod tests;

use hashimori_shared::time::Timestamp;

use super::details::day;
use super::{Act, Details, Field, JoinItem, LeaveItem, Member, Pledge, Rules, State};
use crate::domain::ids::PersonId;
use crate::domain::paper::day_start;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::words::Text;

/// How far ahead somebody's last day can be said, in days.
const AHEAD: i64 = 366;

/// What is asked for together with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A reason.
    Why,
    /// A remark, if there is one.
    Note,
    /// A day that has begun.
    Day,
    /// The last day of work.
    LastDay,
    /// Whether an earlier pledge of the facility stands for it.
    Before,
    /// Items of the leaver's checklist.
    Items,
    /// Who somebody is, filled in again.
    Details,
    /// The day of the newest training that still stands, which the list of trainings knows.
    Trained,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub act: Act,
    /// From where it is possible.
    pub(super) from: &'static [State],
    /// Where it leads; `None`: it changes what is known, not how somebody stands.
    pub(super) to: Option<State>,
    /// What is asked for.
    pub needs: &'static [Need],
}

const fn step(act: Act, from: &'static [State], to: Option<State>, needs: &'static [Need]) -> Step {
    Step { act, from, to, needs }
}

const PRESENT: &[State] = &[State::Joining, State::InUse];
const LISTED: &[State] = &[State::Joining, State::InUse, State::Leaving];

/// The table.
const STEPS: &[Step] = &[
    step(Act::Correct, LISTED, None, &[Need::Details]),
    // The remark says where the signed paper is kept.
    step(Act::Pledge, PRESENT, None, &[Need::Day, Need::Before, Need::Note]),
    step(Act::Unpledge, LISTED, None, &[Need::Why]),
    step(Act::Train, PRESENT, None, &[Need::Trained]),
    // A training that was noted by mistake is taken back from those, too, who have gone since.
    step(Act::Untrain, &[State::Joining, State::InUse, State::Leaving, State::Left], None, &[Need::Trained, Need::Why]),
    step(Act::Declare, PRESENT, None, &[Need::Day]),
    step(Act::Begin, &[State::Joining], Some(State::InUse), &[Need::Note]),
    step(Act::Leave, PRESENT, Some(State::Leaving), &[Need::LastDay, Need::Why]),
    // Whatever was ended meanwhile has to be there again: back to the joiner's checklist.
    step(Act::Stay, &[State::Leaving], Some(State::Joining), &[Need::Why]),
    step(Act::Clear, &[State::Leaving], Some(State::Left), &[Need::Items, Need::Note]),
    step(Act::Remove, &[State::Joining], Some(State::Removed), &[Need::Why]),
    // Before the time at which it goes by itself.
    step(Act::Forget, &[State::Left], Some(State::Removed), &[Need::Why]),
];

/// What was typed together with an act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Reason or remark.
    pub why: String,
    /// A day.
    pub day: String,
    /// Whether an earlier pledge stands for it.
    pub before: bool,
    /// Items of the leaver's checklist, as stored words.
    pub items: Vec<String>,
    /// Who somebody is, where that was read.
    pub details: Option<Details>,
    /// The day of the newest training that stands.
    pub trained: Option<Timestamp>,
}

/// What a step changes beside how somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// Who somebody is.
    Details(Details),
    /// The newest pledge.
    Pledge(Option<Pledge>),
    /// The newest training.
    Trained(Option<Timestamp>),
    /// The day on which the network's password was changed.
    Declared(Timestamp),
    /// The last day of work; what was cleared for another one counts no more.
    LastDay(Option<Timestamp>),
    /// All that is done of the leaver's checklist.
    Cleared(Vec<LeaveItem>),
    /// Name, job and ID: they never belonged on the list, or do so no longer.
    Erased,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What was done.
    pub act: Act,
    /// How the person stands now.
    pub to: State,
    /// Who did it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The day that it is about.
    pub on: Option<Timestamp>,
    /// Reason or remark.
    pub why: String,
    /// What it changes.
    pub change: Change,
}

/// Why a step cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from how the person stands.
    #[error("not while the person is {}", .0.as_str())]
    NotNow(State),
    /// Items of the joiner's checklist are open.
    #[error("the joiner's checklist is open")]
    Open(Vec<JoinItem>),
    /// No reason, or too long a one.
    #[error("a reason has 1 to {LONGEST_REASON} characters")]
    Reason,
    /// Not a day that has begun.
    #[error("not a day that has begun")]
    Day,
    /// Not a last day of work.
    #[error("not a day from the first day of work to a year from now")]
    LastDay,
    /// No item was chosen.
    #[error("no item was chosen")]
    NoItem,
    /// There is no pledge.
    #[error("there is no pledge")]
    NoPledge,
    /// A field of who somebody is.
    #[error("a field is wrong")]
    Field(Field),
}

impl Refusal {
    /// What is wrong, and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::NotNow(state) => Text::new("staff-not-now").with("state", Text::new(state.key())),
            Self::Open(_) => Text::new("staff-open"),
            Self::Reason => Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON),
            Self::Day => Text::of_field("staff-wrong-day", "day"),
            Self::LastDay => Text::of_field("staff-wrong-last-day", "day"),
            Self::NoItem => Text::of_field("staff-no-item", "item"),
            Self::NoPledge => Text::new("staff-no-pledge"),
            Self::Field(field) => field.wrong(),
        }
    }
}

/// What can be done about somebody now on their own page, one by one.
pub fn choices(member: &Member) -> Vec<Step> {
    let here = |step: &&Step| match step.act {
        Act::Unpledge => member.pledge.is_some(),
        Act::Train | Act::Untrain | Act::Correct | Act::Register => false,
        Act::Pledge | Act::Declare | Act::Begin | Act::Leave | Act::Stay | Act::Clear | Act::Remove | Act::Forget => true,
    };
    STEPS.iter().filter(|step| step.from.contains(&member.state)).filter(here).copied().collect()
}

/// Takes a step.
pub fn advance(member: &Member, act: Act, (by, entry): (PersonId, &Entry), rules: &Rules, now: Timestamp) -> Result<Moved, Refusal> {
    let found = STEPS.iter().find(|step| step.act == act && step.from.contains(&member.state));
    let step = found.ok_or(Refusal::NotNow(member.state))?;
    let to = step.to.unwrap_or(member.state);
    let mut moved = Moved { act, to, by, at: now, on: None, why: String::new(), change: Change::Nothing };
    for need in step.needs {
        meet(*need, member, entry, &mut moved)?;
    }
    match act {
        Act::Begin => {
            let open = member.open_to_join(rules, now);
            if !open.is_empty() {
                return Err(Refusal::Open(open));
            }
        }
        Act::Pledge => {
            let on = moved.on.ok_or(Refusal::Day)?;
            moved.change = Change::Pledge(Some(Pledge { edition: rules.edition.n, on, before: entry.before }));
        }
        Act::Unpledge if member.pledge.is_none() => return Err(Refusal::NoPledge),
        Act::Unpledge => moved.change = Change::Pledge(None),
        Act::Declare => moved.change = Change::Declared(moved.on.ok_or(Refusal::Day)?),
        Act::Stay => moved.change = Change::LastDay(None),
        Act::Remove | Act::Forget => moved.change = Change::Erased,
        Act::Register | Act::Correct | Act::Train | Act::Untrain | Act::Leave | Act::Clear => {}
    }
    Ok(moved)
}

fn meet(need: Need, member: &Member, entry: &Entry, moved: &mut Moved) -> Result<(), Refusal> {
    match need {
        Need::Why => moved.why = reason(&entry.why).map_err(|_| Refusal::Reason)?,
        Need::Note if entry.why.trim().is_empty() => {}
        Need::Note => moved.why = reason(&entry.why).map_err(|_| Refusal::Reason)?,
        Need::Day => moved.on = Some(day(&entry.day, moved.at).ok_or(Refusal::Day)?),
        Need::LastDay => {
            let last = day_start(&entry.day).filter(|day| member.details.joined <= *day && *day <= moved.at.plus_days(AHEAD));
            moved.on = Some(last.ok_or(Refusal::LastDay)?);
            moved.change = Change::LastDay(moved.on);
        }
        Need::Before => {}
        Need::Items => {
            let chosen: Vec<_> = entry.items.iter().filter_map(|word| LeaveItem::from_word(word)).collect();
            if chosen.is_empty() {
                return Err(Refusal::NoItem);
            }
            let done = |item: &LeaveItem| member.cleared.contains(item) || chosen.contains(item);
            let cleared: Vec<_> = LeaveItem::ALL.iter().copied().filter(done).collect();
            if cleared.len() < LeaveItem::ALL.len() {
                moved.to = member.state;
            }
            moved.change = Change::Cleared(cleared);
        }
        Need::Details => moved.change = Change::Details(entry.details.clone().ok_or(Refusal::Field(Field::Name))?),
        Need::Trained => {
            moved.on = entry.trained;
            moved.change = Change::Trained(entry.trained);
        }
    }
    Ok(())
}
