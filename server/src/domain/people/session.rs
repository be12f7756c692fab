//! How long a session lasts. The limits are judged on the stored instants, never on the cookie's.

use hashimori_shared::time::Timestamp;

/// Without a request for this long, a session has ended.
pub const IDLE_S: i64 = 30 * 60;
/// A session never lasts longer than this.
pub const ABSOLUTE_S: i64 = 12 * 3600;
/// Setting up an account from a one-time link.
pub const SETUP_S: i64 = 60 * 60;
/// For so long after a passkey or a code was shown, acts that matter need no other.
pub const FRESH_S: i64 = 10 * 60;
/// `seen_at` is written at most this often, so that reading pages does not write to the store each time.
pub const TOUCH_EVERY_S: i64 = 60;

/// What a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Came with a one-time link; may set the account's ways in, nothing else.
    Setup,
    /// Signed in with a passkey, or with password and code.
    SignedIn,
}

impl Kind {
    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::SignedIn => "signed_in",
        }
    }

    /// When a session of this kind begun now ends at the latest.
    pub const fn ends_at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Setup => now.plus_seconds(SETUP_S),
            Self::SignedIn => now.plus_seconds(ABSOLUTE_S),
        }
    }
}

/// Whether a session seen last at `seen_at` and ending at `ends_at` still counts.
pub const fn is_alive(seen_at: Timestamp, ends_at: Timestamp, now: Timestamp) -> bool {
    now.seconds_since(seen_at) < IDLE_S && now.seconds_since(ends_at) < 0
}

/// Whether a proof given at `proved_at` still counts as fresh. One from the future is no proof.
pub const fn is_fresh(proved_at: Timestamp, now: Timestamp) -> bool {
    let age = now.seconds_since(proved_at);
    0 <= age && age < FRESH_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_fresh_for_ten_minutes_and_never_from_the_future() {
        let proved = Timestamp::from_seconds(1_000_000);
        for (after, fresh) in [(-1, false), (0, true), (FRESH_S - 1, true), (FRESH_S, false)] {
            assert_eq!(is_fresh(proved, proved.plus_seconds(after)), fresh, "{after}");
        }
    }

    #[test]
    fn a_session_ends_after_half_an_hour_of_silence_and_after_twelve_hours_anyway() {
        let start = Timestamp::from_seconds(1_000_000);
        let end = Kind::SignedIn.ends_at(start);
        assert!(is_alive(start, end, start.plus_seconds(IDLE_S - 1)));
        assert!(!is_alive(start, end, start.plus_seconds(IDLE_S)));
        let late = start.plus_seconds(ABSOLUTE_S);
        assert!(!is_alive(late.plus_seconds(-1), end, late));
    }
}
