//! How often one token may ask. Sheds load in each process by itself: nothing that anybody relies on depends on it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hashimori_shared::time::Timestamp;

use crate::domain::ids::TokenId;

/// Requests of one token in one minute.
const PER_MINUTE: u32 = 600;
const MINUTE_S: i64 = 60;

/// Requests of the present minute.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    minute: i64,
    tokens: HashMap<TokenId, u32>,
}

impl Pace {
    /// Counts a request; when it may come again, where it is one too many.
    pub(super) fn count(&self, token: TokenId, now: Timestamp) -> Result<(), Timestamp> {
        let minute = now.seconds().div_euclid(MINUTE_S);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.minute != minute {
            *counted = Counted { minute, tokens: HashMap::new() };
        }
        let requests = counted.tokens.entry(token).or_default();
        *requests = requests.saturating_add(1);
        if *requests > PER_MINUTE { Err(Timestamp::from_seconds((minute + 1).saturating_mul(MINUTE_S))) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_asks_too_often_waits_for_the_next_minute_and_others_do_not() {
        let (pace, now) = (Pace::default(), Timestamp::from_seconds(1_785_715_200));
        let [busy, other] = [1, 2].map(|n| TokenId::new(uuid::Uuid::from_u128(n)));
        for _ in 0..PER_MINUTE {
            assert_eq!(pace.count(busy, now), Ok(()));
        }
        assert_eq!(pace.count(busy, now.plus_seconds(59)), Err(now.plus_seconds(60)));
        assert_eq!(pace.count(other, now), Ok(()));
        assert_eq!(pace.count(busy, now.plus_seconds(60)), Ok(()));
    }
}
