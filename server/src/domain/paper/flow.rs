//! What can be done with a paper, and by whom, by the table of its kind; and the one function that moves a paper on.

use hashimori_shared::pack::{ApprovalRules, PersonalMode};
use hashimori_shared::time::Timestamp;

use super::field::read_all;
use super::period::instant;
use super::step::{Hands, Need, Step};
use super::{
    Act, InvalidField, InvalidPeriod, Kind, Paper, Period, State, Values, approval, guidance, paper_day, personal, record, same_name,
    take_out,
};
use crate::domain::act::Act as OnDevice;
use crate::domain::device::Standing;
use crate::domain::ids::{DeviceId, ExceptionId, PersonId};
use crate::domain::people::Role;
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON, reason};

/// How many days before its paper something can have been done.
const EARLIER_DAYS: i64 = 366;

/// Who acts.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// Account.
    pub person: PersonId,
    /// Role.
    pub role: Role,
    /// Name.
    pub name: &'a str,
}

/// What a step depends on beside the paper.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The role that the person whom the paper is for holds at the facility.
    pub applicant: Option<Role>,
    /// Whether the facility has a head.
    pub has_head: bool,
    /// How the device stands that the paper is about.
    pub device: Option<Standing>,
    /// The 災害時特例 that holds over the facility.
    pub exception: Option<ExceptionId>,
    /// How the facility allows personal devices.
    pub personal: PersonalMode,
    /// Who approves.
    pub rules: &'a ApprovalRules,
    /// Longest period of this paper, in days.
    pub most_days: u32,
}

/// What was typed together with an act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Reason or remark.
    pub why: String,
    /// New last day.
    pub until: String,
    /// Who looked.
    pub checker: String,
    /// The day on the paper.
    pub on: String,
    /// The device's id.
    pub device: String,
    /// Whether data, sign-ins and saved passwords are gone.
    pub cleared: bool,
    /// When it was done.
    pub when: String,
    /// Further fields, as typed.
    pub fields: Values,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What was done.
    pub act: Act,
    /// How the paper stands now.
    pub to: State,
    /// Its period now.
    pub period: Period,
    /// The device that it is about from now on, where that changes.
    pub device: Option<DeviceId>,
    /// Until when it is asked to last instead.
    pub asked_until: Option<Timestamp>,
    /// The 災害時特例 under which it goes ahead, where it does from now on.
    pub exception: Option<ExceptionId>,
    /// When it was entered.
    pub at: Timestamp,
    /// The day on the paper, where it was done on paper first.
    pub on: Option<Timestamp>,
    /// Reason or remark.
    pub why: String,
    /// Who looked.
    pub checker: String,
    /// Further fields that the paper has from now on.
    pub added: Values,
}

impl Moved {
    /// A record that another one takes the place of.
    pub fn ended(paper: &Paper, why: &str, at: Timestamp) -> Self {
        Self {
            act: Act::EndRecord,
            to: State::Closed,
            period: paper.period,
            device: None,
            asked_until: None,
            at,
            on: None,
            why: why.to_owned(),
            checker: String::new(),
            added: Values::new(),
            exception: None,
        }
    }
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from how the paper stands.
    #[error("not while the paper is {}", .0.as_str())]
    NotNow(State),
    /// Nobody approves what they ask for themself.
    #[error("nobody approves their own request")]
    OwnRequest,
    /// It is somebody else's to do; whose, where it is the administrator's own.
    #[error("it is somebody else's to do")]
    NotYours(Option<Role>),
    /// It is the 事務局's to do.
    #[error("it is the secretariat's to do")]
    Secretariats,
    /// No 災害時特例 holds over the facility.
    #[error("no disaster exception holds over the facility")]
    NoException,
    /// The device is not in use.
    #[error("the device is {}", .0.as_str())]
    DeviceNotInUse(Standing),
    /// The period is over.
    #[error("the period is over")]
    PeriodOver,
    /// The period has not begun.
    #[error("the period has not begun")]
    NotYet,
    /// No reason, or too long a one.
    #[error("a reason has 1 to {LONGEST_REASON} characters")]
    Reason,
    /// A remark that is too long.
    #[error("a remark has at most {LONGEST_REASON} characters")]
    Note,
    /// The day on the paper cannot be read or be true.
    #[error("not a day that the paper can bear")]
    PaperDay,
    /// The new last day.
    #[error(transparent)]
    Period(#[from] InvalidPeriod),
    /// Something is wrong with what came back, and it is not said what.
    #[error("it has to be said what is wrong with it")]
    NoFinding,
    /// A check was answered with no, and no condition is given.
    #[error("a check failed and there is no condition")]
    NoCondition,
    /// An earlier last day that is none.
    #[error("not a day within the period")]
    NotShorter,
    /// The facility does not allow personal devices.
    #[error("the facility allows no personal devices")]
    Prohibited,
    /// What was approved is another device.
    #[error("another device is approved")]
    OtherDevice,
    /// No device was chosen.
    #[error("no device was chosen")]
    NoDevice,
    /// Not everything is cleared.
    #[error("data, sign-ins and saved passwords have to be gone")]
    NotCleared,
    /// When it was done cannot be read or be true.
    #[error("not an instant before now")]
    When,
    /// A further field.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// There is no device to be marked.
    #[error("no device is linked")]
    NothingToMark,
    /// Nobody is named who looked.
    #[error("a name has 1 to {LONGEST_NAME} characters")]
    NoChecker,
    /// Whoever it is for records that somebody else looked, where somebody else could.
    #[error("somebody else records that somebody else looked")]
    OwnCheck,
    /// Who looked is whom the paper is for.
    #[error("somebody else has to look")]
    SameChecker,
}

/// What somebody can do with a paper now, as far as it depends on them and the paper.
pub fn choices(paper: &Paper, by: &Hand<'_>, around: &Surroundings<'_>) -> Vec<Step> {
    let now = paper.kind.steps().iter().filter(|step| step.hands != Hands::Form && step.from.contains(&paper.state));
    let possible = |step: &Step| {
        (step.act != Act::MarkLost || can_be_lost(around))
            && (step.act != Act::UseException || around.exception.is_some())
            && (step.act != Act::LinkDevice || can_be_linked(paper))
    };
    now.copied().filter(possible).filter(|step| check_hands(*step, paper, by, around).is_ok()).collect()
}

/// Whether there is a device that can be marked as lost.
fn can_be_lost(around: &Surroundings<'_>) -> bool {
    around.device.is_some_and(|standing| OnDevice::MarkLost.from().contains(&standing))
}

/// Whether a device can be linked: what was approved, or went ahead, for one is not for another.
fn can_be_linked(paper: &Paper) -> bool {
    paper.kind != Kind::PersonalDevice || paper.state == State::Filed || paper.device.is_none()
}

/// Takes a step with a paper.
pub fn advance(
    paper: &Paper,
    act: Act,
    (by, entry): (&Hand<'_>, &Entry),
    around: &Surroundings<'_>,
    now: Timestamp,
) -> Result<Moved, Refusal> {
    let step = find(paper, act)?;
    check_hands(step, paper, by, around)?;
    if step.needs.contains(&Need::Checker) {
        approval::check_looking(&paper.applicant, by, around)?;
    }
    take(step, paper, entry, around, now)
}

/// The person it is for takes it back, by their own link: as long as nobody has decided on it.
pub fn withdraw_own(paper: &Paper, entry: &Entry, around: &Surroundings<'_>, now: Timestamp) -> Result<Moved, Refusal> {
    take(find(paper, Act::Withdraw)?, paper, entry, around, now)
}

/// Whether the person it is for fills it in again, by their own link: it was sent back, and they filed it without an account.
pub fn may_correct_own(paper: &Paper) -> bool {
    paper.kind.has_link() && find(paper, Act::FileAgain).is_ok()
}

/// The line of the table for an act from where the paper stands.
fn find(paper: &Paper, act: Act) -> Result<Step, Refusal> {
    let found = paper.kind.steps().iter().find(|step| step.act == act && step.from.contains(&paper.state));
    found.copied().ok_or(Refusal::NotNow(paper.state))
}

fn take(step: Step, paper: &Paper, entry: &Entry, around: &Surroundings<'_>, now: Timestamp) -> Result<Moved, Refusal> {
    let act = step.act;
    let mut moved = Moved {
        act,
        to: step.to,
        period: paper.period,
        device: None,
        asked_until: None,
        exception: None,
        at: now,
        on: None,
        why: String::new(),
        checker: String::new(),
        added: Values::new(),
    };
    for need in step.needs {
        meet(*need, paper, entry, around, &mut moved)?;
    }
    // The history keeps what was answered or decided, each time: the paper itself has the last of it.
    if let Some(told) = moved.added.get(guidance::ANSWER).or_else(|| moved.added.get(record::DECISION)) {
        moved.why.clone_from(told);
    }
    if act == Act::Approve && paper.kind == Kind::PersonalDevice && around.personal == PersonalMode::Prohibited {
        return Err(Refusal::Prohibited);
    }
    if act == Act::LinkDevice && !can_be_linked(paper) {
        return Err(Refusal::OtherDevice);
    }
    if act == Act::Approve && moved.why.is_empty() && personal::has_failed_check(&paper.values) {
        return Err(Refusal::NoCondition);
    }
    if moved.why.is_empty() && take_out::came_back_wrong(&moved.added) {
        return Err(Refusal::NoFinding);
    }
    if act == Act::UseException {
        moved.exception = Some(around.exception.ok_or(Refusal::NoException)?);
    }
    if act == Act::MarkLost && !can_be_lost(around) {
        return Err(Refusal::NothingToMark);
    }
    check_time_and_device(paper.kind, &moved, around)?;
    match (act, paper.asked_until) {
        (Act::AskExtension, _) => (moved.asked_until, moved.period) = (Some(moved.period.until), paper.period),
        (Act::Extend, Some(until)) => moved.period.until = until,
        (_, asked) => moved.asked_until = asked.filter(|_| moved.to == State::Extending),
    }
    Ok(moved)
}

fn check_hands(step: Step, paper: &Paper, by: &Hand<'_>, around: &Surroundings<'_>) -> Result<(), Refusal> {
    match step.hands {
        Hands::Approver => approval::check(&paper.applicant, by, around),
        Hands::Custody | Hands::Secretariat if by.role == Role::Secretariat => Ok(()),
        Hands::Secretariat => Err(Refusal::Secretariats),
        Hands::Facility | Hands::Form | Hands::Custody => match by.role {
            Role::Head | Role::Administrator | Role::Deputy => Ok(()),
            Role::Secretariat | Role::Auditor => Err(Refusal::NotYours(None)),
        },
    }
}

fn meet(need: Need, paper: &Paper, entry: &Entry, around: &Surroundings<'_>, moved: &mut Moved) -> Result<(), Refusal> {
    match need {
        Need::Why => moved.why = reason(&entry.why).map_err(|_| Refusal::Reason)?,
        Need::Note if entry.why.trim().is_empty() => {}
        Need::Note => moved.why = reason(&entry.why).map_err(|_| Refusal::Note)?,
        Need::Later | Need::Shorter if entry.until.trim().is_empty() => {}
        Need::Until | Need::Later => moved.period = paper.period.extended(&entry.until, around.most_days, moved.at)?,
        Need::Anew => moved.period = Period::starting(moved.at, &entry.until, (around.most_days, false), moved.at)?,
        Need::Shorter => moved.period = paper.period.shortened(&entry.until).ok_or(Refusal::NotShorter)?,
        Need::Device => moved.device = Some(entry.device.trim().parse().map_err(|_| Refusal::NoDevice)?),
        Need::Cleared if entry.cleared => {}
        Need::Cleared => return Err(Refusal::NotCleared),
        Need::Checker => moved.checker = checker(paper, &entry.checker)?,
        Need::LostAt if entry.when.trim().is_empty() => {}
        Need::When | Need::LostAt => {
            let earliest = paper.filed_at.min(paper.period.from).plus_days(-EARLIER_DAYS);
            moved.on = Some(instant(&entry.when, moved.at).filter(|at| *at >= earliest).ok_or(Refusal::When)?);
        }
        Need::Fields(fields) => moved.added = read_all(fields, |name| entry.fields.get(name).map(String::as_str))?,
        Need::OnPaper if entry.on.trim().is_empty() => {}
        Need::OnPaper => {
            let on = around.rules.paper_ok.then(|| paper_day(&entry.on, Some(paper.last_on), moved.at)).flatten();
            moved.on = Some(on.ok_or(Refusal::PaperDay)?);
        }
    }
    Ok(())
}

fn checker(paper: &Paper, typed: &str) -> Result<String, Refusal> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        Err(Refusal::NoChecker)
    } else if same_name(&name, &paper.applicant.name) {
        Err(Refusal::SameChecker)
    } else {
        Ok(name)
    }
}

/// What lets something out needs a period that runs and a device in use; what brings it back never does.
fn check_time_and_device(kind: Kind, moved: &Moved, around: &Surroundings<'_>) -> Result<(), Refusal> {
    let lets_out = matches!(moved.act, Act::Approve | Act::UseException | Act::TakeOut | Act::Extend);
    if !lets_out {
        return Ok(());
    }
    // A person's own device may be approved while it waits to be confirmed: it enrols in the same flow.
    let fits = |standing: &Standing| match kind {
        Kind::TakeOut
        | Kind::HandOver
        | Kind::Incident
        | Kind::Guidance
        | Kind::Restriction
        | Kind::Consideration
        | Kind::FacilityCheck => *standing == Standing::Active,
        Kind::PersonalDevice => matches!(standing, Standing::Active | Standing::Pending),
    };
    if let Some(standing) = around.device.filter(|standing| !fits(standing)) {
        return Err(Refusal::DeviceNotInUse(standing));
    }
    // A day on paper counts from midnight; the period begins at one.
    let done = moved.on.unwrap_or(moved.at);
    if moved.act == Act::TakeOut && done < moved.period.from {
        Err(Refusal::NotYet)
    } else if moved.act != Act::Extend && moved.period.until <= done {
        Err(Refusal::PeriodOver)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
