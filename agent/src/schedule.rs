//! When to check in next. Pure: the clock and the generator are arguments.
//!
//! Each device has its own phase within the interval (a stable hash of its id), so that a region that boots at 08:30
//! spreads out again by itself; jitter keeps equal phases apart; failures back off with full jitter
//! (a uniform draw up to an exponentially growing cap), so that a returning collector does not meet everybody at once.

use hashimori_shared::time::Timestamp;
use rand::{Rng, RngExt as _};
use sha2::{Digest as _, Sha256};

/// Interval until the collector has named one, seconds.
pub const DEFAULT_INTERVAL_S: u32 = 3600;
/// Longest interval and longest `Retry-After` that is honoured, seconds: one day, so that a mistyped number cannot silence a device.
pub const LONGEST_S: u32 = 86_400;
/// First ceiling of the back-off, seconds.
const BACKOFF_BASE_S: u32 = 30;
/// Highest ceiling of the back-off, seconds.
const BACKOFF_CAP_S: u32 = 3600;
/// Shortest wait after a failure, seconds.
const BACKOFF_FLOOR_S: u32 = 5;

/// The interval that holds: the collector's, never shorter than the device's own minimum, never longer than a day.
pub fn interval(server_s: Option<u32>, min_s: u32) -> u32 {
    server_s.unwrap_or(DEFAULT_INTERVAL_S).max(min_s).clamp(1, LONGEST_S)
}

/// A device's place within `interval_s`, stable over restarts and evenly spread over devices.
pub fn phase(device: &str, interval_s: u32) -> u32 {
    let digest = Sha256::digest(device.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u32::try_from(u64::from_be_bytes(first) % u64::from(interval_s.max(1))).unwrap_or(0)
}

/// Seconds from `now` to the next regular check-in: the device's slot nearest to one interval away, plus up to 10 % jitter.
/// Between 0.5 and 1.6 intervals; one interval ± 10 % once the device has found its slot.
pub fn regular(device: &str, now: Timestamp, interval_s: u32, rng: &mut impl Rng) -> u32 {
    let interval_s = interval_s.max(1);
    let interval = i64::from(interval_s);
    let target = now.seconds().saturating_add(interval);
    let beyond = target.saturating_sub(i64::from(phase(device, interval_s))).rem_euclid(interval);
    let to_slot = if beyond * 2 <= interval { -beyond } else { interval - beyond };
    let jitter = i64::from(rng.random_range(0..=interval_s / 10));
    u32::try_from(interval + to_slot + jitter).unwrap_or(interval_s).max(1)
}

/// Seconds to wait after the `failures`-th failure in a row (from 1): full jitter below 30 s, 60 s, 120 s, … one hour.
pub fn backoff(failures: u32, rng: &mut impl Rng) -> u32 {
    let ceiling = BACKOFF_BASE_S.saturating_mul(1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(BACKOFF_CAP_S);
    rng.random_range(BACKOFF_FLOOR_S..=ceiling)
}

/// Seconds to wait when the collector said how long: never sooner, up to 10 % (at least 5 s) later so that not everybody comes at the same second.
pub fn told(retry_after_s: u32, rng: &mut impl Rng) -> u32 {
    let told = retry_after_s.min(LONGEST_S);
    told + rng.random_range(0..=(told / 10).max(5))
}

/// Seconds to the first check-in after the daemon starts: what is left of the persisted wait, else a short draw, so that
/// machines switched on together do not come together. A due time further away than a day is a clock that jumped: ignored.
pub fn first(due: Option<Timestamp>, now: Timestamp, interval_s: u32, rng: &mut impl Rng) -> u32 {
    let soon = rng.random_range(0..=(interval_s / 10).clamp(1, 300));
    match due.map(|d| d.seconds_since(now)) {
        Some(left) if left > i64::from(soon) && left <= i64::from(LONGEST_S) * 11 / 10 => u32::try_from(left).unwrap_or(soon),
        Some(_) | None => soon,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    proptest! {
        #[test]
        fn a_regular_wait_is_half_to_one_point_six_intervals_and_lands_within_a_tenth_after_the_slot(
            device in "[a-z0-9-]{1,36}", now in -4_000_000_000i64..8_000_000_000, interval in 60u32..=LONGEST_S, seed: u64
        ) {
            let mut rng = StdRng::seed_from_u64(seed);
            let wait = regular(&device, Timestamp::from_seconds(now), interval, &mut rng);
            prop_assert!(u64::from(wait) * 10 >= u64::from(interval) * 5 - 10, "{wait} of {interval}");
            prop_assert!(u64::from(wait) * 10 <= u64::from(interval) * 16 + 10, "{wait} of {interval}");
            let after_slot = (now + i64::from(wait) - i64::from(phase(&device, interval))).rem_euclid(i64::from(interval));
            prop_assert!(after_slot <= i64::from(interval / 10));
        }

        #[test]
        fn once_in_its_slot_a_device_keeps_one_interval_give_or_take_a_tenth(device in "[a-z0-9-]{1,36}", interval in 60u32..=LONGEST_S, seed: u64) {
            let mut rng = StdRng::seed_from_u64(seed);
            let start = Timestamp::from_seconds(1_790_000_000);
            let mut now = start.plus_seconds(i64::from(regular(&device, start, interval, &mut rng)));
            for _ in 0..20 {
                let wait = regular(&device, now, interval, &mut rng);
                prop_assert!(wait.abs_diff(interval) <= interval / 10, "{wait} of {interval}");
                now = now.plus_seconds(i64::from(wait));
            }
        }

        #[test]
        fn back_off_never_exceeds_its_ceiling_whatever_the_count(failures: u32, seed: u64) {
            let wait = backoff(failures, &mut StdRng::seed_from_u64(seed));
            prop_assert!((BACKOFF_FLOOR_S..=BACKOFF_CAP_S).contains(&wait));
            if failures <= 1 {
                prop_assert!(wait <= BACKOFF_BASE_S);
            }
        }

        #[test]
        fn retry_after_is_never_undercut_and_overshot_by_a_tenth_at_most(told_s: u32, seed: u64) {
            let wait = told(told_s, &mut StdRng::seed_from_u64(seed));
            let honoured = told_s.min(LONGEST_S);
            prop_assert!(wait >= honoured && wait <= honoured + (honoured / 10).max(5));
        }

        #[test]
        fn a_start_waits_for_a_persisted_due_time_and_never_longer_than_a_day_and_a_tenth(due in proptest::option::of(any::<i64>()), now in any::<i32>(), interval in 60u32..=LONGEST_S, seed: u64) {
            let wait = first(due.map(Timestamp::from_seconds), Timestamp::from_seconds(now.into()), interval, &mut StdRng::seed_from_u64(seed));
            prop_assert!(wait <= LONGEST_S / 10 * 11);
        }

        #[test]
        fn the_interval_is_never_below_the_collectors_nor_beyond_a_day(server in proptest::option::of(any::<u32>()), min in 60u32..=LONGEST_S) {
            let chosen = interval(server, min);
            prop_assert!(chosen >= server.unwrap_or(0).min(LONGEST_S) && chosen >= min && chosen <= LONGEST_S);
        }
    }

    #[test]
    fn ten_thousand_devices_fill_an_hour_evenly() {
        let mut minutes = [0u32; 60];
        for n in 0..10_000 {
            minutes[usize::try_from(phase(&format!("device-{n}"), 3600) / 60).expect("small")] += 1;
        }
        assert!(minutes.iter().all(|&m| (110..=230).contains(&m)), "{minutes:?}");
    }
}
