//! A 事務局 that lost its second factor and has nobody beside it: the password alone opens the way back, after a day in which
//! the owner, by signing in as usual, stops it.

use hashimori_shared::time::Timestamp;

/// From the request to the first moment it can be used.
pub const DELAY_S: i64 = 24 * 3600;
/// From that moment to the end of the request.
pub const USABLE_S: i64 = 72 * 3600;

/// A request that waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// From when on it can be used.
    pub ready_at: Timestamp,
    /// When it is void.
    pub ends_at: Timestamp,
}

impl Waiting {
    /// A request made now.
    pub const fn asked(now: Timestamp) -> Self {
        let ready_at = now.plus_seconds(DELAY_S);
        Self { asked_at: now, ready_at, ends_at: ready_at.plus_seconds(USABLE_S) }
    }

    /// Whether it can be used now.
    pub const fn is_ready(self, now: Timestamp) -> bool {
        now.seconds_since(self.ready_at) >= 0 && now.seconds_since(self.ends_at) < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_can_be_used_from_one_day_later_for_three_days() {
        let asked = Timestamp::from_seconds(1_000_000);
        let waiting = Waiting::asked(asked);
        for (after, ready) in
            [(0, false), (DELAY_S - 1, false), (DELAY_S, true), (DELAY_S + USABLE_S - 1, true), (DELAY_S + USABLE_S, false)]
        {
            assert_eq!(waiting.is_ready(asked.plus_seconds(after)), ready, "{after}");
        }
    }
}
