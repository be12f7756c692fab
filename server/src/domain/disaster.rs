//! 災害時特例 (§25): a small state machine. It is an overlay: it waives §20-7 and the approval beforehand of §20-8, and nothing
//! else; no verdict is touched by it, so that ending it needs no repair.
//!
//! Invariants: it is in force from when it began to `ends_at` and not a second longer; only an act moves `ends_at`; what a facility
//! begins by itself never lasts longer than the pack's hours in all unless the 事務局 ratified it, taken back and begun anew or not; what
//! ended never begins again.

mod acts;
pub mod gone;
pub mod let_in;
mod step;

#[cfg(test)]
mod laws;

pub use acts::{By, Office, Opening, Refused};
pub use step::{Step, StepKind};

use hashimori_shared::time::{DAY, Timestamp};

use super::day::minute_start;
use super::ids::{AreaId, ExceptionId, FacilityId, RegionId};
use super::worded::words;

/// Longest that an exception may be set to last from now, in days, whatever the pack's default is.
pub const LONGEST_DAYS: u32 = 31;
/// How far back something may have happened that is entered only now (from paper), in days.
pub const EARLIEST_DAYS: i64 = 90;

words!(
    /// Where an exception stands.
    Phase {
        /// 仮発動: in force by a facility's own act; the 事務局 has not answered.
        Provisional = "provisional", "disaster-provisional";
        /// 発動中.
        On = "on", "disaster-on";
        /// 延長中: its end was moved at least once.
        Extended = "extended", "disaster-extended";
        /// 事後整理: over; whatever was let in is being cleared.
        CleanUp = "clean_up", "disaster-clean-up";
        /// 報告済み.
        Reported = "reported", "disaster-reported";
        /// 終結.
        Closed = "closed", "disaster-closed";
    }
);

impl Phase {
    /// Whether the exception holds in it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Provisional | Self::On | Self::Extended)
    }
}

words!(
    /// How an exception came to its end.
    Ending {
        /// 解除 by the 事務局.
        Lifted = "lifted", "disaster-ending-lifted";
        /// Its time ran out.
        Lapsed = "lapsed", "disaster-ending-lapsed";
        /// 追認なし: the 事務局 had not answered when its time ran out.
        Unratified = "unratified", "disaster-ending-unratified";
        /// 不承認 by the 事務局.
        Refused = "refused", "disaster-ending-refused";
        /// Taken back by the facility that began it.
        Withdrawn = "withdrawn", "disaster-ending-withdrawn";
    }
);

/// What an exception covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every facility of the region.
    Region,
    /// Named areas; a facility may lie in several.
    Areas(Vec<Place<AreaId>>),
    /// Named facilities.
    Facilities(Vec<Place<FacilityId>>),
}

/// One area or facility that an exception covers, until it is lifted there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<T> {
    /// Which.
    pub what: T,
    /// Since when it is not covered any more.
    pub lifted_at: Option<Timestamp>,
}

impl<T> Place<T> {
    /// Covered.
    pub const fn covered(what: T) -> Self {
        Self { what, lifted_at: None }
    }
}

impl Reach {
    /// The stored word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Areas(_) => "areas",
            Self::Facilities(_) => "facilities",
        }
    }

    /// Whether a facility that lies in these areas is covered.
    pub fn covers(&self, facility: FacilityId, areas: &[AreaId]) -> bool {
        match self {
            Self::Region => true,
            Self::Areas(places) => places.iter().any(|place| place.lifted_at.is_none() && areas.contains(&place.what)),
            Self::Facilities(places) => places.iter().any(|place| place.lifted_at.is_none() && place.what == facility),
        }
    }

    /// Whether it names nothing at all.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Region => false,
            Self::Areas(places) => places.is_empty(),
            Self::Facilities(places) => places.is_empty(),
        }
    }
}

/// A 災害時特例.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its id.
    pub id: ExceptionId,
    /// Its region.
    pub region: RegionId,
    /// What it covers.
    pub reach: Reach,
    /// 訓練: marked on every page, and touches nothing real.
    pub drill: bool,
    /// Why.
    pub reason: String,
    /// On what it rests: the clause, an evacuation order, the city's headquarters.
    pub basis: String,
    /// From when on it holds: event time.
    pub began_at: Timestamp,
    /// When that was entered.
    pub entered_at: Timestamp,
    /// From when a facility's own hours are counted: when it began, or an earlier one that was taken back shortly before.
    pub hours_from: Timestamp,
    /// Where it stands, as far as it was recorded; `at` says where it stands now.
    pub phase: Phase,
    /// The first instant at which it does not hold any more.
    pub ends_at: Timestamp,
    /// How and when it ended, once it has.
    pub ended: Option<(Ending, Timestamp)>,
}

impl Exception {
    /// As it stands at `now`: what ran out has ended, whether or not anybody has recorded it.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        if !self.phase.is_open() || now < self.ends_at {
            return self;
        }
        let ending = if self.phase == Phase::Provisional { Ending::Unratified } else { Ending::Lapsed };
        Self { phase: Phase::CleanUp, ended: Some((ending, self.ends_at)), ..self }
    }

    /// Whether it holds at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.phase.is_open() && now < self.ends_at
    }
}

/// What somebody typed is not a moment that can have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a moment of the past {EARLIEST_DAYS} days, such as 2026-08-03T02:30")]
pub struct InvalidMoment;

/// When something happened, as typed (JST, to the minute); nothing typed means now.
pub fn event_time(typed: &str, now: Timestamp) -> Result<Timestamp, InvalidMoment> {
    if typed.trim().is_empty() {
        return Ok(now);
    }
    let at = minute_start(typed).ok_or(InvalidMoment)?;
    let seconds_ago = now.seconds_since(at);
    if (0..=EARLIEST_DAYS * DAY).contains(&seconds_ago) { Ok(at) } else { Err(InvalidMoment) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-08-03 09:00 JST.
    const MORNING: Timestamp = Timestamp::from_seconds(1_785_715_200);

    #[test]
    fn words_survive_being_stored() {
        assert!(Phase::ALL.is_sorted());
        assert!(Phase::ALL.iter().copied().all(|phase| Phase::from_word(phase.as_str()) == Some(phase)));
        assert!(Ending::ALL.iter().copied().all(|ending| Ending::from_word(ending.as_str()) == Some(ending)));
    }

    #[test]
    fn an_event_lies_in_the_past_or_is_now_and_is_read_as_japanese_time() {
        assert_eq!(event_time("", MORNING), Ok(MORNING));
        assert_eq!(event_time("2026-08-03T02:30", MORNING), Ok(MORNING.plus_seconds(-6 * 3600 - 1800)));
        assert_eq!(event_time("２０２６-08-03 09:00", MORNING), Ok(MORNING));
        for wrong in ["2026-08-03T09:01", "2026-02-30T09:00", "2026-01-01T09:00", "昨夜", "9999-99-99T99:99"] {
            assert_eq!(event_time(wrong, MORNING), Err(InvalidMoment), "{wrong}");
        }
        let leap = Timestamp::from_seconds(1_835_366_400); // 2028-02-29 01:00 JST
        assert_eq!(event_time("2028-02-29T00:30", leap.plus_seconds(0)).map(|at| leap.seconds_since(at)), Ok(1800));
    }

    #[test]
    fn an_area_that_was_lifted_covers_nobody_any_more_and_a_facility_may_lie_in_several() {
        let facility = FacilityId::new(uuid::Uuid::from_u128(1));
        let [kuga, shuto, mikawa] = [2, 3, 4].map(|n| AreaId::new(uuid::Uuid::from_u128(n)));
        let lifted = Place { what: mikawa, lifted_at: Some(MORNING) };
        let reach = Reach::Areas(vec![Place::covered(shuto), lifted]);
        assert!(reach.covers(facility, &[kuga, shuto]));
        assert!(!reach.covers(facility, &[mikawa]));
        assert!(!reach.covers(facility, &[]));
        assert!(Reach::Region.covers(facility, &[]));
    }
}
