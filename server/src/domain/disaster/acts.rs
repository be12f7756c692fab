//! What can be done to an exception: each act consumes it and returns it as it is afterwards, together with the line for its file.

use hashimori_shared::pack::DisasterRules;
use hashimori_shared::time::Timestamp;

use super::{Ending, Exception, LONGEST_DAYS, Phase, Place, Reach, Step, StepKind};
use crate::domain::act::Actor;
use crate::domain::ids::{ExceptionId, FacilityId, RegionId};

/// For whom somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// The 事務局 (or whoever works at the collector's machine in its stead).
    Secretariat,
    /// A facility.
    Facility(FacilityId),
}

/// Who does it, why and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// For whom.
    pub office: Office,
    /// Why.
    pub why: String,
    /// When it happened: not later than it was entered.
    pub event_at: Timestamp,
    /// Now.
    pub entered_at: Timestamp,
}

/// What an exception is begun with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub id: ExceptionId,
    /// Its region.
    pub region: RegionId,
    /// On what it rests.
    pub basis: String,
    /// 訓練.
    pub drill: bool,
}

/// Why an act is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is somebody else's to do.
    #[error("this is not for that office to do")]
    NotYours,
    /// It does not stand so that this could be done: somebody was faster, or it ran out.
    #[error("the exception is {}", .0.as_str())]
    Not(Phase),
    /// A facility has used up its hours; only the 事務局 can go on.
    #[error("a facility's hours are used up until {0:?}; only the secretariat can go on")]
    UsedUp(Option<Timestamp>),
    /// The end is not after the present one.
    #[error("the new end is not later than the present one")]
    NotLater,
    /// It would last longer than may be said at once.
    #[error("an exception may be set to last for 1 to {LONGEST_DAYS} days from now")]
    Days,
    /// It names no place, or not one of its own.
    #[error("it names no place that the exception covers")]
    Places,
    /// It happened before the exception began, or is still to come.
    #[error("this cannot have happened then")]
    Moment,
    /// Somebody or something that was let in is not cleared.
    #[error("{0} that were let in are not cleared")]
    Uncleared(i64),
}

type Done = Result<(Exception, Step), Refused>;

/// From when on a facility's hours are counted when it begins by itself at `at`. Of what it began earlier (as it stands now), one that
/// was not ratified bars another for as long as renewing it in turns could have held it; one that it took back counts until then.
fn hours_from(earlier: &[Exception], at: Timestamp, rules: &DisasterRules) -> Result<Timestamp, Refused> {
    let most = i64::from(rules.provisional_max_hours) * 3600;
    let (mut from, mut again, mut barred) = (at, at, false);
    for (one, (ending, ended)) in earlier.iter().filter_map(|one| Some((one, one.ended?))) {
        let rested = ended.plus_seconds(most);
        if rested <= at {
            continue;
        }
        match ending {
            Ending::Unratified | Ending::Refused => barred = true,
            Ending::Withdrawn => from = from.min(one.hours_from),
            Ending::Lifted | Ending::Lapsed => continue,
        }
        again = again.max(rested);
    }
    if barred || from.plus_seconds(most) <= at { Err(Refused::UsedUp(Some(again))) } else { Ok(from) }
}

impl Exception {
    /// 仮発動 by a facility, for itself; `earlier` are those that it began by itself before, as they stand now.
    pub fn begin(opening: Opening, earlier: &[Self], by: &By, rules: &DisasterRules) -> Done {
        let Office::Facility(facility) = by.office else { return Err(Refused::NotYours) };
        let reach = Reach::Facilities(vec![Place::covered(facility)]);
        let hours_from = hours_from(earlier, by.event_at, rules)?;
        let most = hours_from.plus_seconds(i64::from(rules.provisional_max_hours) * 3600);
        let ends_at = by.event_at.plus_seconds(i64::from(rules.provisional_hours) * 3600).min(most);
        let (begun, step) = Self::open(opening, reach, by, (Phase::Provisional, StepKind::Begun), ends_at)?;
        Ok((Self { hours_from, ..begun }, step))
    }

    /// 発動 by the 事務局, for `days` from when it happened.
    pub fn activate(opening: Opening, reach: Reach, by: &By, days: u32) -> Done {
        if by.office != Office::Secretariat {
            return Err(Refused::NotYours);
        }
        if reach.is_empty() {
            return Err(Refused::Places);
        }
        let ends_at = by.event_at.plus_days(i64::from(checked(days)?));
        Self::open(opening, reach, by, (Phase::On, StepKind::Activated), ends_at)
    }

    fn open(opening: Opening, reach: Reach, by: &By, (phase, kind): (Phase, StepKind), ends_at: Timestamp) -> Done {
        if by.event_at > by.entered_at {
            return Err(Refused::Moment);
        }
        let Opening { id, region, basis, drill } = opening;
        let exception = Self {
            id,
            region,
            reach,
            drill,
            reason: by.why.clone(),
            basis,
            began_at: by.event_at,
            entered_at: by.entered_at,
            hours_from: by.event_at,
            phase,
            ends_at,
            ended: None,
        };
        let step = exception.step(kind, by);
        Ok((exception, step))
    }

    /// The facility goes on while the 事務局 has not answered: as long again from now, within the hours in all.
    pub fn renew(self, by: &By, rules: &DisasterRules) -> Done {
        let this = self.standing(by, &[Phase::Provisional])?;
        this.only_its_own(by)?;
        let hours = |hours: u32| i64::from(hours) * 3600;
        let most = this.hours_from.plus_seconds(hours(rules.provisional_max_hours));
        let ends_at = by.entered_at.plus_seconds(hours(rules.provisional_hours)).min(most);
        if ends_at <= this.ends_at {
            return Err(if this.ends_at >= most { Refused::UsedUp(None) } else { Refused::NotLater });
        }
        Ok(Self { ends_at, ..this }.noted(StepKind::Renewed, by))
    }

    /// 追認: from now on it is the 事務局's, for `days`.
    pub fn ratify(self, by: &By, days: u32) -> Done {
        let this = self.standing(by, &[Phase::Provisional])?;
        only_the_secretariat(by)?;
        let ends_at = by.entered_at.plus_days(i64::from(checked(days)?));
        Ok(Self { phase: Phase::On, ends_at, ..this }.noted(StepKind::Ratified, by))
    }

    /// 不承認.
    pub fn refuse(self, by: &By) -> Done {
        let this = self.standing(by, &[Phase::Provisional])?;
        only_the_secretariat(by)?;
        Ok(this.over(Ending::Refused, by.entered_at).noted(StepKind::Refused, by))
    }

    /// The facility takes back what it began, before anybody answered. It held until that was entered, whenever that happened.
    pub fn withdraw(self, by: &By) -> Done {
        let this = self.standing(by, &[Phase::Provisional])?;
        this.only_its_own(by)?;
        Ok(this.over(Ending::Withdrawn, by.entered_at).noted(StepKind::Withdrawn, by))
    }

    /// 延長: `days` longer than it would last.
    pub fn extend(self, by: &By, days: u32) -> Done {
        let this = self.standing(by, &[Phase::On, Phase::Extended])?;
        only_the_secretariat(by)?;
        let ends_at = this.ends_at.plus_days(i64::from(checked(days)?));
        if ends_at > by.entered_at.plus_days(i64::from(LONGEST_DAYS)) {
            return Err(Refused::Days);
        }
        Ok(Self { phase: Phase::Extended, ends_at, ..this }.noted(StepKind::Extended, by))
    }

    /// 解除 in some places: ids of areas or facilities. The last of them ends it as a whole.
    pub fn lift_in(self, by: &By, places: &[String]) -> Done {
        let mut this = self.standing(by, &[Phase::On, Phase::Extended])?;
        only_the_secretariat(by)?;
        let (lifted, left) = match &mut this.reach {
            Reach::Region => (0, 0),
            Reach::Areas(all) => lift(all, places, by.event_at),
            Reach::Facilities(all) => lift(all, places, by.event_at),
        };
        if lifted == 0 {
            return Err(Refused::Places);
        }
        if left == 0 {
            return Ok(this.over(Ending::Lifted, by.event_at).noted(StepKind::Lifted, by));
        }
        Ok(this.noted(StepKind::LiftedInPart, by))
    }

    /// 解除.
    pub fn lift(self, by: &By) -> Done {
        let this = self.standing(by, &[Phase::On, Phase::Extended])?;
        only_the_secretariat(by)?;
        Ok(this.over(Ending::Lifted, by.event_at).noted(StepKind::Lifted, by))
    }

    /// The line for its file when its time has run out and nobody has recorded it; `None`: it has not.
    pub fn lapse(self, now: Timestamp) -> Option<(Self, Step)> {
        let (was_open, this) = (self.phase.is_open(), self.at(now));
        let (true, Some((_, ended))) = (was_open, this.ended) else { return None };
        let kind = StepKind::Lapsed;
        let step = Step { kind, by: Actor::Collector, why: String::new(), event_at: ended, entered_at: now, until: None };
        Some((this, step))
    }

    /// 報告, with what was learned.
    pub fn report(self, by: &By) -> Done {
        let this = self.standing(by, &[Phase::CleanUp])?;
        only_the_secretariat(by)?;
        Ok(Self { phase: Phase::Reported, ..this }.noted(StepKind::Reported, by))
    }

    /// 終結: only when nothing that was let in is left.
    pub fn close(self, by: &By, uncleared: i64) -> Done {
        let this = self.standing(by, &[Phase::Reported])?;
        only_the_secretariat(by)?;
        if uncleared > 0 {
            return Err(Refused::Uncleared(uncleared));
        }
        Ok(Self { phase: Phase::Closed, ..this }.noted(StepKind::Closed, by))
    }

    /// As it stands when the act is entered; refused where the act does not fit.
    fn standing(self, by: &By, from: &[Phase]) -> Result<Self, Refused> {
        let this = self.at(by.entered_at);
        if by.event_at > by.entered_at || by.event_at < this.began_at {
            return Err(Refused::Moment);
        }
        if from.contains(&this.phase) { Ok(this) } else { Err(Refused::Not(this.phase)) }
    }

    fn only_its_own(&self, by: &By) -> Result<(), Refused> {
        match by.office {
            Office::Facility(facility) if self.reach.covers(facility, &[]) => Ok(()),
            Office::Facility(_) | Office::Secretariat => Err(Refused::NotYours),
        }
    }

    fn over(self, ending: Ending, at: Timestamp) -> Self {
        Self { phase: Phase::CleanUp, ended: Some((ending, at.min(self.ends_at))), ..self }
    }

    fn step(&self, kind: StepKind, by: &By) -> Step {
        let until = self.phase.is_open().then_some(self.ends_at);
        Step { kind, by: by.actor, why: by.why.clone(), event_at: by.event_at, entered_at: by.entered_at, until }
    }

    fn noted(self, kind: StepKind, by: &By) -> (Self, Step) {
        let step = self.step(kind, by);
        (self, step)
    }
}

fn only_the_secretariat(by: &By) -> Result<(), Refused> {
    match by.office {
        Office::Secretariat => Ok(()),
        Office::Facility(_) => Err(Refused::NotYours),
    }
}

fn checked(days: u32) -> Result<u32, Refused> {
    if (1..=LONGEST_DAYS).contains(&days) { Ok(days) } else { Err(Refused::Days) }
}

/// How many were lifted, and how many are left.
fn lift<T: ToString>(all: &mut [Place<T>], named: &[String], at: Timestamp) -> (usize, usize) {
    let mut lifted = 0;
    for place in all.iter_mut().filter(|place| place.lifted_at.is_none()) {
        if named.contains(&place.what.to_string()) {
            place.lifted_at = Some(at);
            lifted += 1;
        }
    }
    (lifted, all.iter().filter(|place| place.lifted_at.is_none()).count())
}
