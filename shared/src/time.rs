//! Instants as the wire and the store hold them (UTC seconds), and how people read them (JST, 西暦, 24 h).

use crate::lang::Lang;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// An instant in UTC, in whole seconds since 1970-01-01T00:00:00Z. Screens show it in JST (UTC+9, no daylight saving).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(i64);

/// Seconds in a day; the rules count in days of 24 hours.
pub const DAY: i64 = 86_400;

impl Timestamp {
    /// From seconds since the Unix epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the Unix epoch.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// This instant moved by `days` (may be negative); saturates.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY)))
    }

    /// This instant moved by `seconds` (may be negative); saturates.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later. Saturates.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole days from `earlier` to this instant, rounded down; negative when `earlier` is later.
    pub const fn days_since(self, earlier: Self) -> i64 {
        self.seconds_since(earlier).div_euclid(DAY)
    }

    /// The JST calendar day as days since 1970-01-01 (used for presence marks and roll-ups).
    pub const fn jst_day(self) -> i64 {
        self.0.saturating_add(9 * 3600).div_euclid(DAY)
    }

    /// `2026年8月3日` in JST; an instant outside the calendar reads 「日時不正」.
    pub fn jst_date(self) -> String {
        self.jst().map_or_else(|| "日時不正".to_owned(), |z| format!("{}年{}月{}日", z.year(), z.month(), z.day()))
    }

    /// `2026年8月3日 17:05` in JST; an instant outside the calendar reads 「日時不正」.
    pub fn jst_minute(self) -> String {
        self.jst().map_or_else(
            || "日時不正".to_owned(),
            |z| format!("{}年{}月{}日 {:02}:{:02}", z.year(), z.month(), z.day(), z.hour(), z.minute()),
        )
    }

    /// The minute in JST as a language writes it: 「2026年8月3日 09:00」, `2026-08-03 09:00`.
    pub fn jst_minute_in(self, lang: Lang) -> String {
        match lang {
            Lang::Japanese => self.jst_minute(),
            Lang::English => self.jst().map_or_else(|| "no such time".to_owned(), |z| z.strftime("%Y-%m-%d %H:%M").to_string()),
        }
    }

    /// The day in JST as a language writes it: 「2026年8月3日」, `2026-08-03`.
    pub fn jst_date_in(self, lang: Lang) -> String {
        match lang {
            Lang::Japanese => self.jst_date(),
            Lang::English => self.jst().map_or_else(|| "no such day".to_owned(), |z| z.strftime("%Y-%m-%d").to_string()),
        }
    }

    fn jst(self) -> Option<jiff::civil::DateTime> {
        Some(Offset::constant(9).to_datetime(jiff::Timestamp::from_second(self.0).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_a_japanese_date_in_jst() {
        let eve = Timestamp::from_seconds(1_785_682_800 - 1); // 2026-08-02T14:59:59Z
        assert_eq!(eve.jst_minute(), "2026年8月2日 23:59");
        assert_eq!(eve.jst_minute_in(Lang::English), "2026-08-02 23:59");
        assert_eq!(eve.jst_date_in(Lang::English), "2026-08-02");
        assert_eq!(eve.plus_seconds(1).jst_date(), "2026年8月3日");
        assert_eq!(eve.plus_seconds(1).jst_day(), eve.jst_day() + 1);
    }

    #[test]
    fn an_instant_outside_the_calendar_is_said_to_be_invalid() {
        assert_eq!(Timestamp::from_seconds(i64::MAX).jst_date(), "日時不正");
    }

    #[test]
    fn days_round_down_on_both_sides_of_zero() {
        let t = Timestamp::from_seconds(10 * DAY);
        assert_eq!(t.plus_seconds(-1).days_since(t), -1);
        assert_eq!(t.plus_seconds(DAY - 1).days_since(t), 0);
    }
}
