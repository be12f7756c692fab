//! Whom the agent trusts: only the root it was told of. At enrolment the code's fingerprint picks that root out of the presented chain;
//! from then on the kept roots decide. The operating system's certificate store is never asked.

mod announcement;
mod verifier;

pub(crate) use announcement::{Taken, take};
pub(crate) use verifier::{Distrust, PinnedVerifier, Trust};

use hashimori_shared::time::Timestamp;

/// No certificate is judged before this instant, however wrong every clock is: 2026-01-01T00:00:00Z, moved on with releases.
/// A constant instead of the build's clock keeps builds reproducible.
const RELEASED_AFTER: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// The instant that is certainly past: the later of the release and the time known from the collector.
pub(crate) fn certain_time(known: Option<Timestamp>) -> Timestamp {
    known.map_or(RELEASED_AFTER, |k| k.max(RELEASED_AFTER))
}

/// The known time after an answer: it rises only to what *both* clocks have reached, so that neither a device's wrong clock
/// nor a collector's jump into the future makes certificates expire that have not; it never falls.
pub(crate) fn known_time_after(known: Option<Timestamp>, device: Timestamp, server: Timestamp) -> Timestamp {
    certain_time(known).max(device.min(server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_time_follows_both_clocks_and_neither_alone() {
        let t = Timestamp::from_seconds(1_790_000_000);
        let years = |n: i64| t.plus_days(365 * n);
        assert_eq!(known_time_after(None, t, t), t);
        assert_eq!(known_time_after(Some(t), years(5), t.plus_days(1)), t.plus_days(1), "the device's clock runs ahead");
        assert_eq!(known_time_after(Some(t), t.plus_days(1), years(1)), t.plus_days(1), "the collector's clock jumped");
        assert_eq!(known_time_after(Some(t), years(-5), t.plus_days(1)), t, "the device's clock is behind");
        assert_eq!(certain_time(None), RELEASED_AFTER);
    }
}
