//! Days as people type them, and periods: from the beginning of their first day to the end of their last, in JST.

use hashimori_shared::time::{DAY, Timestamp};

use crate::domain::day::{day_start, minute_start};

/// From when (inclusive) to when (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Midnight at which the first day begins.
    pub from: Timestamp,
    /// Midnight at which the last day ends.
    pub until: Timestamp,
}

/// What is wrong with a period as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPeriod {
    /// The first day is not a day.
    #[error("the first day is not a day, such as 2026-08-31")]
    From,
    /// The last day is not a day.
    #[error("the last day is not a day, such as 2026-08-31")]
    Until,
    /// It ends before it begins.
    #[error("it ends before it begins")]
    EndBeforeStart,
    /// It is over already.
    #[error("it is over")]
    Over,
    /// It is longer than allowed, in days.
    #[error("it is longer than {0} days")]
    TooLong(u32),
}

/// The midnight (JST) at which the day of an instant began.
pub(super) fn midnight(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(0).plus_days(at.jst_day()).plus_seconds(-9 * 3600)
}

/// The instant at which something was done, as typed, `now` at the latest; empty: now.
pub(super) fn instant(typed: &str, now: Timestamp) -> Option<Timestamp> {
    if typed.trim().is_empty() {
        return Some(now);
    }
    // What is typed knows minutes only.
    minute_start(typed).filter(|at| *at < now.plus_seconds(60))
}

/// The day a paper bears that was written by hand: today at the latest, and after `since`; `None`: it cannot be read or be true.
pub fn paper_day(typed: &str, since: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let day = day_start(typed)?;
    (day <= now && since.is_none_or(|since| since.jst_day() <= day.jst_day())).then_some(day)
}

impl Period {
    /// As typed; `late`: it may be over already, because it was approved on paper.
    pub fn read(from: &str, until: &str, (most_days, late): (u32, bool), now: Timestamp) -> Result<Self, InvalidPeriod> {
        let from = day_start(from).ok_or(InvalidPeriod::From)?;
        let until = day_start(until).ok_or(InvalidPeriod::Until)?.plus_seconds(DAY);
        Self { from, until }.checked((most_days, late), now)
    }

    /// From the day of this instant to a last day as typed.
    pub fn starting(on: Timestamp, until: &str, (most_days, late): (u32, bool), now: Timestamp) -> Result<Self, InvalidPeriod> {
        let until = day_start(until).ok_or(InvalidPeriod::Until)?.plus_seconds(DAY);
        Self { from: midnight(on), until }.checked((most_days, late), now)
    }

    /// The same with another last day, which has to be later.
    pub fn extended(self, until: &str, most_days: u32, now: Timestamp) -> Result<Self, InvalidPeriod> {
        let until = day_start(until).ok_or(InvalidPeriod::Until)?.plus_seconds(DAY);
        if until <= self.until {
            return Err(InvalidPeriod::EndBeforeStart);
        }
        Self { until, ..self }.checked((most_days, false), now)
    }

    /// The same with an earlier last day; `None`: not a day within it.
    pub fn shortened(self, until: &str) -> Option<Self> {
        let until = day_start(until)?.plus_seconds(DAY);
        (self.from < until && until <= self.until).then_some(Self { until, ..self })
    }

    fn checked(self, (most_days, late): (u32, bool), now: Timestamp) -> Result<Self, InvalidPeriod> {
        if self.until <= self.from {
            Err(InvalidPeriod::EndBeforeStart)
        } else if self.until <= now && !late {
            Err(InvalidPeriod::Over)
        } else if self.until.seconds_since(self.from) > i64::from(most_days) * DAY {
            Err(InvalidPeriod::TooLong(most_days))
        } else {
            Ok(self)
        }
    }

    /// An instant on the last day, to be shown as a day.
    pub const fn last_day(self) -> Timestamp {
        self.until.plus_seconds(-1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-08-03 09:00 JST.
    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn read(from: &str, until: &str) -> Result<Period, InvalidPeriod> {
        Period::read(from, until, (31, false), NOW)
    }

    #[test]
    fn a_period_counts_both_its_days_also_over_the_end_of_a_month_and_in_a_leap_year() {
        let days = |period: Period| period.until.seconds_since(period.from) / DAY;
        assert_eq!(read("2026-08-31", "2026-09-01").map(days), Ok(2));
        assert_eq!(read("2028-02-28", "2028-03-01").map(days), Ok(3));
        assert_eq!(read("2026/8/3", " ２０２６- 08－３ ").map(days), Ok(1));
        assert_eq!(read("2026/08/03", "２０２６-08-03").map(days), Ok(1));
    }

    #[test]
    fn what_is_no_day_ends_too_early_or_lasts_too_long_is_refused_by_name() {
        assert_eq!(read("2027-02-29", "2027-03-01"), Err(InvalidPeriod::From));
        assert_eq!(read("2026-08-31", "2026-09-31"), Err(InvalidPeriod::Until));
        assert_eq!(read("2026-08-05", "2026-08-04"), Err(InvalidPeriod::EndBeforeStart));
        assert_eq!(read("2026-08-01", "2026-08-02"), Err(InvalidPeriod::Over));
        assert!(Period::read("2026-08-01", "2026-08-02", (31, true), NOW).is_ok());
        assert!(read("2026-08-03", "2026-09-02").is_ok());
        assert_eq!(read("2026-08-03", "2026-09-03"), Err(InvalidPeriod::TooLong(31)));
    }

    #[test]
    fn an_extension_is_later_and_within_the_longest_period_as_a_whole() {
        let period = read("2026-08-03", "2026-08-10").expect("a period");
        assert_eq!(period.extended("2026-08-10", 31, NOW), Err(InvalidPeriod::EndBeforeStart));
        assert_eq!(period.extended("2026-09-03", 31, NOW), Err(InvalidPeriod::TooLong(31)));
        assert!(period.extended("2026-08-20", 31, NOW).is_ok_and(|longer| longer.from == period.from));
    }

    #[test]
    fn what_was_done_was_done_before_now() {
        assert_eq!(instant(" ", NOW), Some(NOW));
        assert_eq!(instant("2026-08-03T08:59", NOW), Some(NOW.plus_seconds(-60)));
        assert_eq!(instant("2026-08-03T09:01", NOW), None);
        assert_eq!(instant("2027-02-29T09:00", NOW), None);
    }

    #[test]
    fn a_paper_bears_no_day_to_come_and_none_before_what_it_answers() {
        assert!(paper_day("2026-08-03", None, NOW).is_some());
        assert!(paper_day("2026-08-03", Some(NOW), NOW).is_some(), "the same day");
        assert_eq!(paper_day("2026-08-04", None, NOW), None);
        assert_eq!(paper_day("2026-08-02", Some(NOW), NOW), None);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_as_a_period_is_read_or_refused(from in ".{0,14}", until in ".{0,14}") {
            if let Ok(period) = read(&from, &until) {
                prop_assert!(period.from < period.until && period.until > NOW);
            }
        }
    }
}
