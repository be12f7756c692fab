//! The collector's own clock, held against the latest time it has seen. A clock that started more than 5 minutes behind it, or jumps
//! more than 24 hours ahead, is not believed: check-ins are taken, but nothing expires until a person accepts the clock.
//!
//! Invariant: what is judged, issued, dated or told to devices goes by the collector's time (`ClockGuard::time`), which stands still at
//! the mark meanwhile. What was judged at the mark is due again as soon as the clock is believed and has passed its `next_change_at`.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use hashimori_shared::time::{DAY, Timestamp};

use crate::store::{Error, Store, device_state, meta};

/// How far behind the mark a start may be, seconds.
const BEHIND_S: i64 = 300;
/// How far ahead of the mark a step may be, seconds. A collector that was off for longer is told so by `--accept-clock`.
const AHEAD_S: i64 = DAY;

/// What is wrong with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frozen {
    /// It shows a time before what was seen already.
    Behind,
    /// It jumped ahead.
    Ahead,
}

/// Judges one reading of the clock against the mark.
pub const fn judge(mark: Timestamp, now: Timestamp) -> Option<Frozen> {
    let ahead = now.seconds_since(mark);
    if ahead < -BEHIND_S {
        Some(Frozen::Behind)
    } else if ahead > AHEAD_S {
        Some(Frozen::Ahead)
    } else {
        None
    }
}

/// Whether the clock is believed; one atomic read for handlers.
#[derive(Debug)]
pub struct ClockGuard {
    frozen: AtomicBool,
    mark: AtomicI64,
}

impl ClockGuard {
    /// Judges the clock at the start. With `accept`, whatever it shows is believed from now on (`--accept-clock`).
    pub async fn start(store: &Store, now: Timestamp, accept: bool) -> Result<Self, Error> {
        let known = meta::clock_mark(store).await?;
        if accept && known.is_some_and(|mark| mark > now) {
            // An earlier clock that was believed ran ahead: what it judged would stand until its time comes.
            let mut tx = store.begin_ledger().await?;
            let due = device_state::judge_again_from(&mut tx, now).await?;
            tx.commit().await?;
            tracing::info!(due, "verdicts from a time that is still to come are due again");
        }
        let mark = known.filter(|_| !accept).unwrap_or(now);
        let guard = Self { frozen: AtomicBool::new(judge(mark, now).is_some()), mark: AtomicI64::new(mark.seconds()) };
        guard.keep(store, now).await?;
        Ok(guard)
    }

    /// Looks at the clock again and moves the mark; called every minute. A frozen clock stays so until it is accepted,
    /// or shows a plausible time again.
    pub async fn tick(&self, store: &Store, now: Timestamp) -> Result<Option<Frozen>, Error> {
        let mark = Timestamp::from_seconds(self.mark.load(Ordering::Acquire));
        let verdict = judge(mark, now);
        self.frozen.store(verdict.is_some(), Ordering::Release);
        self.keep(store, now).await?;
        Ok(verdict)
    }

    async fn keep(&self, store: &Store, now: Timestamp) -> Result<(), Error> {
        if self.is_frozen() {
            return Ok(());
        }
        let mark = now.seconds().max(self.mark.load(Ordering::Acquire));
        self.mark.store(mark, Ordering::Release);
        let mut tx = store.begin().await?;
        meta::put_clock_mark(&mut tx, Timestamp::from_seconds(mark)).await?;
        tx.commit().await
    }

    /// Whether expiry, retention and approvals stand still.
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Acquire)
    }

    /// The collector's time when its clock shows `now`: that, or the mark while the clock is not believed.
    pub fn time(&self, now: Timestamp) -> Timestamp {
        if self.notice(now) || self.is_frozen() { Timestamp::from_seconds(self.mark.load(Ordering::Acquire)) } else { now }
    }

    /// Looks at one reading without touching the store: a jump is noticed by the first check-in after it, not by the next minute.
    pub fn notice(&self, now: Timestamp) -> bool {
        let jumped = judge(Timestamp::from_seconds(self.mark.load(Ordering::Acquire)), now).is_some();
        if jumped {
            self.frozen.store(true, Ordering::Release);
        }
        jumped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreUrl;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    async fn store(dir: &tempfile::TempDir) -> Store {
        Store::open(StoreUrl::Sqlite(dir.path().join("store.db"))).await.expect("opens")
    }

    #[tokio::test]
    async fn a_collector_that_wakes_in_1970_or_a_year_ahead_freezes_until_its_clock_is_accepted() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = store(&dir).await;
        assert!(!ClockGuard::start(&store, NOW, false).await.expect("starts").is_frozen());
        for wrong in [Timestamp::from_seconds(0), NOW.plus_days(365), NOW.plus_seconds(-301)] {
            let guard = ClockGuard::start(&store, wrong, false).await.expect("starts");
            assert!(guard.is_frozen(), "{wrong:?}");
            assert!(guard.tick(&store, wrong).await.expect("ticks").is_some());
            assert_eq!(meta::clock_mark(&store).await.expect("reads"), Some(NOW), "a wrong clock leaves the mark alone");
        }
        let accepted = ClockGuard::start(&store, NOW.plus_days(365), true).await.expect("starts");
        assert!(!accepted.is_frozen());
        assert_eq!(meta::clock_mark(&store).await.expect("reads"), Some(NOW.plus_days(365)));
    }

    #[tokio::test]
    async fn a_running_collector_notices_a_jump_and_recovers_when_the_clock_is_put_right() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = store(&dir).await;
        let guard = ClockGuard::start(&store, NOW, false).await.expect("starts");
        assert_eq!(guard.time(NOW.plus_seconds(30)), NOW.plus_seconds(30));
        for wrong in [NOW.plus_days(2), Timestamp::from_seconds(0), NOW.plus_seconds(30)] {
            assert_eq!(guard.time(wrong), NOW, "noticed once, it stands at the mark until the next look");
        }
        assert!(guard.notice(NOW.plus_days(2)) && guard.is_frozen());
        assert_eq!(guard.tick(&store, NOW.plus_seconds(60)).await.expect("ticks"), None);
        assert!(!guard.is_frozen());
        assert!(!guard.notice(NOW.plus_seconds(120)));
    }

    #[test]
    fn small_steps_are_believed_both_ways() {
        assert_eq!(judge(NOW, NOW.plus_seconds(-300)), None);
        assert_eq!(judge(NOW, NOW.plus_seconds(DAY)), None);
        assert_eq!(judge(NOW, NOW.plus_seconds(DAY + 1)), Some(Frozen::Ahead));
        assert_eq!(judge(NOW, NOW.plus_seconds(-301)), Some(Frozen::Behind));
    }
}
