//! The file of holidays against the Act, and the hours.

use std::collections::{BTreeMap, BTreeSet};

use hashimori_shared::lang::Lang;
use jiff::civil::Weekday;

use super::*;

fn at(text: &str) -> Timestamp {
    let moment: jiff::Timestamp = format!("{text}:00+09:00").parse().expect("a time");
    Timestamp::from_seconds(moment.as_second())
}

/// The `n`th Monday of a month (the Act, §2: 成人の日, 海の日, 敬老の日, スポーツの日).
fn monday(year: i16, month: i8, n: i8) -> Date {
    date(year, month, 1).nth_weekday_of_month(n, Weekday::Monday).expect("a Monday")
}

/// Day of the equinox in JST, by the usual approximation for 1980–2099.
fn equinox(year: i16, at_1980: f64) -> i8 {
    let years = f64::from(year - 1980);
    let day = at_1980 + 0.242_194 * years - f64::from((year - 1980) / 4);
    #[expect(clippy::cast_possible_truncation, reason = "a day of the month")]
    let day = day as i8;
    day
}

/// Every day off of a year, as the Act makes it.
fn by_the_act(year: i16) -> BTreeMap<Date, &'static str> {
    let fixed = [
        (1, 1, "元日"),
        (2, 11, "建国記念の日"),
        (2, 23, "天皇誕生日"),
        (3, equinox(year, 20.8431), "春分の日"),
        (4, 29, "昭和の日"),
        (5, 3, "憲法記念日"),
        (5, 4, "みどりの日"),
        (5, 5, "こどもの日"),
        (8, 11, "山の日"),
        (9, equinox(year, 23.2488), "秋分の日"),
        (11, 3, "文化の日"),
        (11, 23, "勤労感謝の日"),
    ];
    let mut days: BTreeMap<Date, &str> = fixed.into_iter().map(|(month, day, name)| (date(year, month, day), name)).collect();
    days.insert(monday(year, 1, 2), "成人の日");
    days.insert(monday(year, 7, 3), "海の日");
    days.insert(monday(year, 9, 3), "敬老の日");
    days.insert(monday(year, 10, 2), "スポーツの日");
    let named: BTreeSet<Date> = days.keys().copied().collect();
    for &day in &named {
        // §3-2: the nearest following day that is none, for one on a Sunday. §3-3: a day between two.
        if day.weekday() == Weekday::Sunday {
            let mut next = day.tomorrow().expect("a day");
            while named.contains(&next) {
                next = next.tomorrow().expect("a day");
            }
            days.insert(next, "休日");
        }
        let (between, after) = (day.tomorrow().expect("a day"), day.tomorrow().expect("a day").tomorrow().expect("a day"));
        if named.contains(&after) && !named.contains(&between) {
            days.entry(between).or_insert("休日");
        }
    }
    days
}

#[test]
fn the_file_names_its_source_and_holds_exactly_the_days_that_the_act_makes_of_each_of_its_years() {
    let text = include_str!("../../../assets/holidays.csv");
    assert!(text.contains("Source: Cabinet Office"));
    let listed: Vec<(Date, &str)> = lines().collect();
    assert_eq!(listed.len(), text.lines().filter(|line| !line.starts_with('#')).count(), "every line is a day");
    assert!(listed.is_sorted_by_key(|(day, _)| *day));
    let years: BTreeSet<i16> = listed.iter().map(|(day, _)| day.year()).collect();
    assert!(years.contains(&2026) && years.contains(&2027));
    for year in years {
        let of_year: BTreeMap<Date, &str> = listed.iter().copied().filter(|(day, _)| day.year() == year).collect();
        assert_eq!(of_year, by_the_act(year), "{year}");
    }
}

#[test]
fn what_comes_at_night_on_weekends_and_on_holidays_waits_for_the_next_morning_of_work() {
    for (comes, goes) in [
        ("2026-08-03T09:00", "2026-08-03T09:00"),
        ("2026-08-03T08:00", "2026-08-03T08:00"),
        ("2026-08-03T07:59", "2026-08-03T08:00"),
        ("2026-08-03T17:59", "2026-08-03T17:59"),
        ("2026-08-03T18:00", "2026-08-04T08:00"),
        ("2026-08-07T18:00", "2026-08-10T08:00"), // Friday evening
        ("2026-08-10T20:00", "2026-08-12T08:00"), // 山の日 in between
        ("2026-09-18T18:00", "2026-09-24T08:00"), // a weekend, two holidays and the day between them
        ("2026-05-01T18:00", "2026-05-07T08:00"), // 憲法記念日 is a Sunday
        ("2026-12-28T18:00", "2027-01-04T08:00"), // offices close over the New Year
    ] {
        assert_eq!(next_working(at(comes)).jst_minute_in(Lang::English), goes.replace('T', " "), "{comes}");
    }
}

#[test]
fn a_year_that_the_file_does_not_have_still_has_weekends_and_a_new_year() {
    assert_eq!(next_working(at("2100-01-02T12:00")), at("2100-01-04T08:00"));
    assert_eq!(next_working(at("2100-01-09T12:00")), at("2100-01-11T08:00"));
}

#[test]
fn the_end_of_the_holidays_known_is_told_sixty_days_ahead_and_after_it() {
    let noon = |day: Date| Timestamp::from_seconds(number(day) * DAY + 3 * 3_600);
    let last = lines().last().expect("a holiday").0.year();
    let end = date(last, 12, 31);
    assert_eq!(runs_out(noon(end.checked_sub(jiff::Span::new().days(61)).expect("a day"))), None);
    assert_eq!(runs_out(noon(end.checked_sub(jiff::Span::new().days(60)).expect("a day"))), Some(60));
    assert_eq!(runs_out(noon(end)), Some(0));
    assert_eq!(runs_out(noon(date(last + 1, 1, 1))), Some(-1));
}
