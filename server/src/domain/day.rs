//! A day as people type it, and a day and a time to the minute, in JST.

use std::ops::RangeInclusive;

use hashimori_shared::time::Timestamp;

use super::people::half_width;

/// The midnight (JST) at which a typed day begins: year, month and day with `-` or `/` between them; full-width signs and blanks around
/// them are forgiven. `None`: not a day of the calendar, or a year that does not have its four digits.
pub fn day_start(typed: &str) -> Option<Timestamp> {
    let typed: String = typed.chars().map(half_width).collect();
    let mut parts = typed.split(['-', '/']).map(str::trim);
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return None };
    let narrow = |part| i8::try_from(number(part, 1..=2)?).ok();
    let date = jiff::civil::Date::new(number(year, 4..=4)?, narrow(month)?, narrow(day)?).ok()?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).ok()?;
    Some(Timestamp::from_seconds(midnight.timestamp().as_second()))
}

/// The minute (JST) that was typed: a day, `T` or a blank, hour and minute with `:` between them, as forgiving as `day_start`.
pub fn minute_start(typed: &str) -> Option<Timestamp> {
    let typed: String = typed.chars().map(half_width).collect();
    let (day, time) = typed.split_once('T').or_else(|| typed.trim().split_once(' '))?;
    let (hour, minute) = time.split_once(':')?;
    let below = |typed: &str, end| number(typed.trim(), 1..=2).filter(|number| *number < end).map(i64::from);
    Some(day_start(day)?.plus_seconds(below(hour, 24)? * 3600 + below(minute, 60)? * 60))
}

/// A number of so many digits and nothing else.
fn number(typed: &str, digits: RangeInclusive<usize>) -> Option<i16> {
    let fits = digits.contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
    if fits { typed.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::boxes;

    #[test]
    fn a_day_has_a_year_of_four_digits_a_month_and_a_day_and_nothing_else() {
        let third = day_start("2026-08-03");
        assert_eq!(third.map(Timestamp::seconds), Some(1_785_682_800));
        for same in ["2026-8-3", "２０２６-８-０３", " 2026 - 8 - 3 ", "2026/8/3"] {
            assert_eq!(day_start(same), third, "{same}");
        }
        let bad = [
            "",
            "--",
            "2026--3",
            "2026-8-",
            "-8-3",
            "令和8-8-3",
            "8-8-3",
            "026-8-3",
            "02026-8-3",
            "+026-8-3",
            "2026-008-3",
            "2026-8-+3",
            "2026-0-3",
            "2026-13-3",
            "2026-2-30",
            "2026-8-3-",
            "2026-8-3T9:30",
            "20260803",
            "2026年8月3日",
            "2026\\-8-3",
        ];
        for bad in bad {
            assert_eq!(day_start(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_minute_is_a_day_and_a_time_of_the_clock_and_nothing_else() {
        let half_past_eight = minute_start("2026-08-03T08:30");
        assert_eq!(half_past_eight.map(Timestamp::seconds), Some(1_785_713_400));
        for same in ["2026-8-3T8:30", " 2026-08-03 08:30 ", "２０２６-8-3T ８:３０", "2026/8/3 8:30"] {
            assert_eq!(minute_start(same), half_past_eight, "{same}");
        }
        for bad in
            ["", "2026-8-3", "2026-8-3T:", "2026-8-3T9:", "2026-8-3T:30", "2026-8-3T24:00", "2026-8-3T9:60", "2026-8-3T9:30:15", "--T9:30"]
        {
            assert_eq!(minute_start(bad), None, "{bad}");
        }
    }

    fn full_width(digits: &str) -> String {
        digits.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect()
    }

    proptest! {
        #[test]
        fn a_day_typed_in_its_boxes_is_that_day(year in 1970..2200_i16, month in 1..=12_i8, day in 1..=28_i8, wide: bool) {
            let typed = [year.to_string(), month.to_string(), day.to_string()].map(|part| if wide { full_width(&part) } else { part });
            let typed = boxes::join(&typed.each_ref().map(String::as_str));
            let read = day_start(&typed).map(|at| at.jst_date_in(Lang::English));
            prop_assert_eq!(read, Some(format!("{year:04}-{month:02}-{day:02}")));
        }
    }
}
