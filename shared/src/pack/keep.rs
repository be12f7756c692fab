//! How long something is kept, in days, months or years of the calendar, as a pack says it: `"13 months"`. Knows no clock.
//!
//! Counted as 民法 140条 and 143条 count: the day itself is left out, and the period ends with the day of the same number, or with the
//! month's last day where it has none: 13 months from 31 January 2027 end with 29 February 2028.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::time::Timestamp;

/// A length of time for which something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Days.
    Days(u16),
    /// Months.
    Months(u16),
}

/// Longest that can be said, in months and in days: a hundred years.
const MOST_MONTHS: u16 = 1_200;
const MOST_DAYS: u16 = 36_600;

/// Not a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time to keep is a number of days, or such as \"13 months\" or \"5 years\"; a hundred years at most")]
pub struct InvalidKeep;

impl Keep {
    /// The fewest days that it can be.
    pub fn at_least_days(self) -> u32 {
        match self {
            Self::Days(days) => u32::from(days),
            // 28 days of February, and no run of months is shorter on the average.
            Self::Months(months) => u32::from(months) * 28,
        }
    }

    /// The most days that it can be.
    pub fn at_most_days(self) -> u32 {
        match self {
            Self::Days(days) => u32::from(days),
            Self::Months(months) => u32::from(months) * 31,
        }
    }

    /// The last day on which something of this day is kept.
    fn last_day(self, of: Date) -> Option<Date> {
        match self {
            Self::Days(days) => of.checked_add(i64::from(days).days()).ok(),
            Self::Months(months) => of.checked_add(i64::from(months).months()).ok(),
        }
    }

    /// Whatever is older than this instant (JST midnight) has been kept long enough at `now`. `None`: nothing can be told at such a time.
    pub fn cutoff(self, now: Timestamp) -> Option<Timestamp> {
        let today = jst_date(now)?;
        let mut first = match self {
            Self::Days(days) => today.checked_sub(i64::from(days).days()).ok()?,
            Self::Months(months) => today.checked_sub(i64::from(months).months()).ok()?,
        };
        // Subtracting ends where adding does but for the ends of months: at most a few days apart.
        while self.last_day(first)? >= today {
            first = first.yesterday().ok()?;
        }
        while self.last_day(first)? < today {
            first = first.tomorrow().ok()?;
        }
        jst_midnight(first)
    }

    /// The instant (JST midnight) from which something of `at` has been kept long enough. `None`: nothing can be told of such a time.
    pub fn end(self, at: Timestamp) -> Option<Timestamp> {
        jst_midnight(self.last_day(jst_date(at)?)?.tomorrow().ok()?)
    }
}

fn jst_midnight(date: Date) -> Option<Timestamp> {
    let midnight = date.to_zoned(TimeZone::fixed(Offset::constant(9))).ok()?;
    Some(Timestamp::from_seconds(midnight.timestamp().as_second()))
}

fn jst_date(at: Timestamp) -> Option<Date> {
    Some(Offset::constant(9).to_datetime(jiff::Timestamp::from_second(at.seconds()).ok()?).date())
}

/// `396 days`, `13 months`, `5 years`.
impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days} days"),
            Self::Months(months) if months % 12 == 0 => write!(f, "{} years", months / 12),
            Self::Months(months) => write!(f, "{months} months"),
        }
    }
}

impl FromStr for Keep {
    type Err = InvalidKeep;
    fn from_str(text: &str) -> Result<Self, InvalidKeep> {
        let (number, unit) = text.trim().split_once(' ').ok_or(InvalidKeep)?;
        let number: u16 = number.parse().map_err(|_| InvalidKeep)?;
        let keep = match unit.trim() {
            "day" | "days" => Self::Days(number),
            "month" | "months" => Self::Months(number),
            "year" | "years" => Self::Months(number.checked_mul(12).ok_or(InvalidKeep)?),
            _ => return Err(InvalidKeep),
        };
        let ok = match keep {
            Self::Days(days) => (1..=MOST_DAYS).contains(&days),
            Self::Months(months) => (1..=MOST_MONTHS).contains(&months),
        };
        if ok { Ok(keep) } else { Err(InvalidKeep) }
    }
}

impl Serialize for Keep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Keep;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of days, or such as \"13 months\" or \"5 years\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Keep, E> {
                text.parse().map_err(E::custom)
            }
            // A pack written before months could be said has days.
            fn visit_i64<E: de::Error>(self, days: i64) -> Result<Keep, E> {
                u16::try_from(days).ok().filter(|days| (1..=MOST_DAYS).contains(days)).map(Keep::Days).ok_or_else(|| E::custom(InvalidKeep))
            }
            fn visit_u64<E: de::Error>(self, days: u64) -> Result<Keep, E> {
                self.visit_i64(i64::try_from(days).unwrap_or(i64::MAX))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first instant of a day in Japan.
    fn midnight(year: i16, month: i8, day: i8) -> Timestamp {
        let zoned = jiff::civil::date(year, month, day).to_zoned(TimeZone::fixed(Offset::constant(9))).expect("a day");
        Timestamp::from_seconds(zoned.timestamp().as_second())
    }

    /// Whether something of the last second of a day is kept at the last second of another, and gone a second later.
    fn ends_with(keep: &str, of: (i16, i8, i8), last: (i16, i8, i8)) {
        let keep: Keep = keep.parse().expect("a time to keep");
        let at = midnight(of.0, of.1, of.2);
        let end = midnight(last.0, last.1, last.2).plus_days(1);
        for at in [at, at.plus_days(1).plus_seconds(-1)] {
            assert!(keep.cutoff(end.plus_seconds(-1)).is_some_and(|cutoff| at >= cutoff), "{keep} from {of:?} is kept on {last:?}");
            assert!(keep.cutoff(end).is_some_and(|cutoff| at < cutoff), "{keep} from {of:?} is over after {last:?}");
        }
    }

    #[test]
    fn a_period_ends_with_the_day_of_the_same_number_or_the_months_last() {
        ends_with("13 months", (2026, 8, 3), (2027, 9, 3));
        ends_with("13 months", (2026, 12, 31), (2028, 1, 31));
        ends_with("13 months", (2026, 1, 31), (2027, 2, 28));
        ends_with("13 months", (2026, 1, 28), (2027, 2, 28));
        ends_with("13 months", (2027, 1, 31), (2028, 2, 29));
        ends_with("13 months", (2027, 8, 31), (2028, 9, 30));
        ends_with("5 years", (2024, 2, 29), (2029, 2, 28));
        ends_with("5 years", (2023, 2, 28), (2028, 2, 28));
        ends_with("5 years", (2023, 3, 1), (2028, 3, 1));
        ends_with("396 days", (2027, 2, 28), (2028, 3, 30));
    }

    #[test]
    fn words_survive_and_what_makes_no_sense_is_refused() {
        for text in ["396 days", "13 months", "5 years"] {
            assert_eq!(text.parse::<Keep>().map(|keep| keep.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("60 months".parse::<Keep>(), "5 years".parse());
        for bad in ["", "5", "years", "0 days", "-1 days", "1201 months", "101 years", "5 weeks", "99999 days"] {
            assert_eq!(bad.parse::<Keep>(), Err(InvalidKeep), "{bad}");
        }
    }

    #[test]
    fn at_a_time_outside_the_calendar_nothing_has_been_kept_long_enough() {
        for at in [i64::MIN, i64::MAX] {
            assert_eq!(Keep::Months(60).cutoff(Timestamp::from_seconds(at)), None);
        }
    }

    proptest! {
        /// Whatever the day, the cutoff says of each record what counting from its own day says, and never moves back.
        #[test]
        fn the_cutoff_agrees_with_counting_from_each_day(day in 0_i64..60_000, back in -3_i64..4, months in 1_u16..200, days in 1_u16..4_000) {
            for keep in [Keep::Months(months), Keep::Days(days)] {
                let now = Timestamp::from_seconds(0).plus_days(day);
                let cutoff = keep.cutoff(now).expect("within the calendar");
                let at = cutoff.plus_days(back);
                let last = keep.last_day(jst_date(at).expect("a day")).expect("a day");
                prop_assert_eq!(at < cutoff, last < jst_date(now).expect("a day"));
                prop_assert!(keep.cutoff(now.plus_days(1)).expect("within the calendar") >= cutoff);
                let kept = now.days_since(cutoff);
                prop_assert!(kept >= i64::from(keep.at_least_days()) - 1 && kept <= i64::from(keep.at_most_days()) + 1, "{} days", kept);
            }
        }
    }
}
