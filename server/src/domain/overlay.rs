//! What a device's state reads as now: the stored verdict and, laid over it when read, how long the device has been silent.
//! Invariant: an overlay never edits a verdict, and silence never improves one. Lists and counts use the same days, so they agree.

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::verdict::State;

/// The state to show for a headline of a device last heard of on `last_day` (JST day), today being `today`.
/// Nothing reported yet, or never heard of, is 未確認.
pub fn read_as(headline: Option<State>, last_day: Option<i64>, today: i64, rules: &StalenessRules) -> State {
    let (Some(headline), Some(last_day)) = (headline, last_day) else { return State::Unknown };
    headline.max(silence(last_day, today, rules).unwrap_or(headline))
}

/// What silence alone makes of a device: 要確認, then 未確認.
pub fn silence(last_day: i64, today: i64, rules: &StalenessRules) -> Option<State> {
    let days = today.saturating_sub(last_day);
    if days > i64::from(rules.unknown_days) {
        Some(State::Unknown)
    } else if days > i64::from(rules.stale_days) {
        Some(State::Stale)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: StalenessRules = StalenessRules { stale_days: 7, unknown_days: 30, dormant_days: 90 };

    #[test]
    fn a_silent_device_reads_as_stale_then_unknown_and_never_better_than_its_verdict() {
        let at = |headline, days: i64| read_as(Some(headline), Some(100 - days), 100, &RULES);
        assert_eq!(at(State::Compliant, 7), State::Compliant);
        assert_eq!(at(State::Compliant, 8), State::Stale);
        assert_eq!(at(State::Compliant, 30), State::Stale);
        assert_eq!(at(State::Compliant, 31), State::Unknown);
        assert_eq!(at(State::NonCompliant, 31), State::NonCompliant);
        for headline in State::ALL {
            assert!((0..40).all(|days| at(headline, days) >= headline));
        }
    }

    #[test]
    fn a_device_that_never_reported_is_unknown() {
        assert_eq!(read_as(None, Some(100), 100, &RULES), State::Unknown);
        assert_eq!(read_as(None, None, 100, &RULES), State::Unknown);
    }
}
