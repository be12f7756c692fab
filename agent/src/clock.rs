//! The real clock and the one timer. Everything else is handed `now`.

use std::time::Duration;

use hashimori_shared::time::Timestamp;

/// The device's clock, right or wrong; before 1970 it reads negative.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the real clock; callers take it as an argument")]
pub(crate) fn now() -> Timestamp {
    let seconds = match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |s| -s),
    };
    Timestamp::from_seconds(seconds)
}

/// Sleeps once for `duration`, time in suspend included (`CLOCK_BOOTTIME`, clock_gettime(2)): a laptop that slept
/// through its check-in makes it on waking, and nothing wakes the processor in between.
#[cfg(target_os = "linux")]
pub(crate) fn sleep(duration: Duration) {
    use rustix::thread::{ClockId, NanosleepRelativeResult, Timespec, clock_nanosleep_relative};
    let mut left = Timespec { tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX), tv_nsec: duration.subsec_nanos().into() };
    while let NanosleepRelativeResult::Interrupted(rest) = clock_nanosleep_relative(ClockId::Boottime, &left) {
        left = rest;
    }
}

/// Sleeps once for `duration`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sleep(duration: Duration) {
    std::thread::sleep(duration);
}
