//! Working hours in Japan: 8:00 to 18:00 JST on weekdays that are neither a national holiday nor within 12月29日–1月3日, when public
//! offices are closed (行政機関の休日に関する法律 §1). Beyond the years of the file weekends and those six days are all that is known.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::LazyLock;

use hashimori_shared::time::{DAY, Timestamp};
use jiff::civil::{Date, date};

/// First and last hour of work, JST.
const OPENS: i64 = 8;
const CLOSES: i64 = 18;
/// JST is nine hours ahead of UTC.
const JST_S: i64 = 9 * 3_600;
/// Longest row of days off that is looked through; ten days is the longest there has been.
const LONGEST: i64 = 30;

/// The file's days, as days since 1970-01-01.
static HOLIDAYS: LazyLock<HashSet<i64>> = LazyLock::new(|| lines().map(|(day, _)| number(day)).collect());

/// The file's lines: the day, and what it is called.
fn lines() -> impl Iterator<Item = (Date, &'static str)> {
    let text = include_str!("../../assets/holidays.csv");
    text.lines().filter_map(|line| line.split_once(',')).filter_map(|(day, name)| Some((day.parse().ok()?, name)))
}

fn number(day: Date) -> i64 {
    i64::from((day - date(1970, 1, 1)).get_days())
}

/// Days before the file's end from which somebody is told to add the next year.
const NOTICE_DAYS: i64 = 60;

/// How many days ahead of `at` holidays are known, where that is soon no more than weekends; negative: it is so already.
pub fn runs_out(at: Timestamp) -> Option<i64> {
    let last = lines().map(|(day, _)| day.year()).max().map_or(0, |year| number(date(year, 12, 31)));
    let left = last - at.jst_day();
    (left <= NOTICE_DAYS).then_some(left)
}

/// Whether anybody works on this JST day.
fn is_working_day(day: i64) -> bool {
    // 1970-01-01 was a Thursday.
    let weekend = matches!((day + 3).rem_euclid(7), 5 | 6);
    let civil = date(1970, 1, 1).checked_add(jiff::Span::new().try_days(day).unwrap_or_default());
    let closed = civil.is_ok_and(|at| matches!((at.month(), at.day()), (12, 29..=31) | (1, 1..=3)));
    !weekend && !closed && !HOLIDAYS.contains(&day)
}

/// `at` itself when it lies within working hours, else the next moment at which they begin.
pub fn next_working(at: Timestamp) -> Timestamp {
    let (today, into) = (at.jst_day(), (at.seconds() + JST_S).rem_euclid(DAY));
    let opening = |day: i64| Timestamp::from_seconds(day * DAY + OPENS * 3_600 - JST_S);
    if is_working_day(today) && into < CLOSES * 3_600 {
        return if into < OPENS * 3_600 { opening(today) } else { at };
    }
    let next = (today + 1..today + LONGEST).find(|day| is_working_day(*day));
    opening(next.unwrap_or(today + LONGEST))
}
