//! When something happened, as people type it: to the minute, in Japanese time, and never in the future.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::day::minute_start;

/// Why a typed time cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTime {
    /// Not a day and a time.
    #[error("not a day and a time, such as 2026-08-03 08:30")]
    Unreadable,
    /// Later than now.
    #[error("that has not been yet")]
    Future,
    /// Earlier than it can have been.
    #[error("that was too early")]
    TooEarly,
}

/// The instant typed, between `earliest` and `now` to the minute.
pub fn parse(typed: &str, earliest: Timestamp, now: Timestamp) -> Result<Timestamp, InvalidTime> {
    let at = minute_start(typed).ok_or(InvalidTime::Unreadable)?;
    if at > now {
        Err(InvalidTime::Future)
    } else if at.plus_seconds(59) < earliest {
        Err(InvalidTime::TooEarly)
    } else {
        Ok(at)
    }
}

/// An instant as a form takes it.
pub fn field(at: Timestamp) -> String {
    at.jst_minute_in(Lang::English).replace(' ', "T")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-08-03 09:00:30 JST.
    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_230);

    #[test]
    fn a_time_is_read_in_japan_to_the_minute_however_it_is_written() {
        let half_past_eight = Timestamp::from_seconds(1_785_713_400);
        for typed in ["2026-08-03T08:30", " 2026/8/3 8:30 ", "２０２６-８-３T８:３０"] {
            assert_eq!(parse(typed, half_past_eight, NOW), Ok(half_past_eight), "{typed}");
        }
        assert_eq!(field(half_past_eight), "2026-08-03T08:30");
        for bad in ["", "2026-08-03", "令和8-8-3T8:30", "2026-08-03T24:30", "2026-02-30T08:30", "きのうの夜", "99999-8-3 8:30"] {
            assert_eq!(parse(bad, half_past_eight, NOW), Err(InvalidTime::Unreadable), "{bad}");
        }
    }

    #[test]
    fn what_has_not_been_yet_or_came_before_the_device_is_no_time_but_this_minute_and_its_first_are() {
        let earliest = NOW.plus_seconds(-15);
        let read = |typed| parse(typed, earliest, NOW);
        assert_eq!(read("2026-08-03T09:00"), Ok(Timestamp::from_seconds(1_785_715_200)));
        assert_eq!(read("2026-08-03T09:01"), Err(InvalidTime::Future));
        assert_eq!(read("2026-08-03T08:59"), Err(InvalidTime::TooEarly));
    }
}
