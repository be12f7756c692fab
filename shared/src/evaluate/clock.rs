//! The only way evaluation sees time. Each question not yet answered "yes" leaves the instant at which it will be:
//! answers only ever flip from no to yes, so nothing can change before the earliest of them.

use std::cell::Cell;

use crate::time::Timestamp;

/// An instant further ahead of now than this is a wrong clock, not an observation.
const AHEAD_S: i64 = 86_400;

pub(super) struct Clock {
    now: Timestamp,
    next: Cell<Option<Timestamp>>,
}

impl Clock {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { now, next: Cell::new(None) }
    }

    /// Whether it is `at` or later.
    pub(super) fn reached(&self, at: Timestamp) -> bool {
        if self.now >= at {
            return true;
        }
        if self.next.get().is_none_or(|n| at < n) {
            self.next.set(Some(at));
        }
        false
    }

    /// Whether it is later than `limit`.
    pub(super) fn is_past(&self, limit: Timestamp) -> bool {
        self.reached(limit.plus_seconds(1))
    }

    /// Whether `at` lies so far ahead that it cannot have been observed.
    pub(super) fn is_ahead(&self, at: Timestamp) -> bool {
        !self.reached(at.plus_seconds(-AHEAD_S))
    }

    /// The next instant at which an answer flips.
    pub(super) const fn next_change_at(&self) -> Option<Timestamp> {
        self.next.get()
    }
}
