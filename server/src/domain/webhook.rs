//! Webhooks: what other systems are told, to whom it may go, and what becomes of it. A webhook is told ids, states and dates, never
//! a name. Knows neither SQL nor HTTP.

mod event;
mod network;

pub use event::Event;
pub use network::{InvalidNetwork, Network, Networks};

use super::worded::words;
use crate::words::Text;

/// Webhooks of one place.
pub const MOST: i64 = 5;
/// Longest address, in characters.
pub const LONGEST_URL: usize = 500;
/// A webhook that has failed for so long is switched off.
pub const FAILING_DAYS: i64 = 5;
/// A secret that was renewed goes on signing beside the new one for so long.
pub const OVERLAP_S: i64 = 86_400;
/// Least seconds between two messages that counts have changed.
pub const COUNTS_EVERY_S: i64 = 300;

words!(
    /// What a webhook is told of.
    Topic {
        /// Papers and own rules: filed, approved, refused, moved on.
        Approvals = "approvals", "connect-topic-approvals";
        /// Incidents, and devices that are lost or back.
        Incidents = "incidents", "connect-topic-incidents";
        /// 災害時特例.
        Disaster = "disaster", "connect-topic-disaster";
        /// How many devices read how, when that has changed.
        States = "states", "connect-topic-states";
    }
);

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered with this status.
    Answered(u16),
    /// It could not be reached, or not over TLS as it has to be.
    Unreachable,
    /// It did not answer in time.
    Slow,
    /// Its address is none that a webhook may go to.
    Forbidden,
    /// Address or secret do not open any more.
    Sealed,
    /// The webhook was switched off before.
    SwitchedOff,
}

impl Outcome {
    /// Whether it has arrived.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }

    /// Whether the receiver asks not to be told any more (RFC 9110 §15.5.11; Standard Webhooks).
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Answered(410))
    }

    /// Whether the receiver refuses this message, and may take the others: a fault of the client's (RFC 9110 §15.5) that is neither a
    /// matter of time nor of how many there are.
    pub const fn is_its_own(self) -> bool {
        matches!(self, Self::Answered(400..=499)) && !matches!(self, Self::Answered(408 | 410 | 429))
    }

    /// The stored word.
    pub fn to_word(self) -> String {
        match self {
            Self::Answered(status) => format!("answered {status}"),
            Self::Unreachable => "unreachable".to_owned(),
            Self::Slow => "slow".to_owned(),
            Self::Forbidden => "forbidden".to_owned(),
            Self::Sealed => "sealed".to_owned(),
            Self::SwitchedOff => "switched_off".to_owned(),
        }
    }

    /// What a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        if let Some(status) = word.strip_prefix("answered ") {
            return status.parse().ok().map(Self::Answered);
        }
        let all = [Self::Unreachable, Self::Slow, Self::Forbidden, Self::Sealed, Self::SwitchedOff];
        all.into_iter().find(|outcome| outcome.to_word() == word)
    }

    /// As people read it.
    pub fn text(self) -> Text {
        match self {
            Self::Answered(status) => {
                let key = if self.is_good() { "connect-outcome-good" } else { "connect-outcome-answered" };
                Text::new(key).with("code", i64::from(status))
            }
            Self::Unreachable => Text::new("connect-outcome-unreachable"),
            Self::Slow => Text::new("connect-outcome-slow"),
            Self::Forbidden => Text::new("connect-outcome-forbidden"),
            Self::Sealed => Text::new("connect-outcome-sealed"),
            Self::SwitchedOff => Text::new("connect-outcome-switched-off"),
        }
    }
}

/// Seconds of rest after each failure in turn; after the last of them a message is given up.
const RESTS_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Seconds until a message is tried again after `tries` failures, with up to a tenth more so that collectors do not meet; `None`: it
/// is given up, three days after it happened.
pub fn next_try(tries: i64, random: u8) -> Option<i64> {
    let rest = *RESTS_S.get(usize::try_from(tries - 1).ok()?)?;
    Some(rest + rest * i64::from(random) / 2_560)
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;

    #[test]
    fn every_outcome_survives_its_word_and_only_a_success_is_one() {
        let bad = [Outcome::Unreachable, Outcome::Slow, Outcome::Forbidden, Outcome::Sealed, Outcome::SwitchedOff];
        let answers = [100, 199, 300, 301, 404, 410, 500, 599].map(Outcome::Answered);
        for outcome in bad.into_iter().chain(answers) {
            assert!(!outcome.is_good(), "{outcome:?}");
            assert_eq!(Outcome::from_word(&outcome.to_word()), Some(outcome));
            assert!(Lang::ALL.iter().all(|lang| !outcome.text().in_lang(*lang).is_empty()));
        }
        assert!(Outcome::Answered(200).is_good() && Outcome::Answered(204).is_good());
        assert!(Outcome::Answered(410).is_gone());
        assert!([400, 404, 413, 422].into_iter().all(|status| Outcome::Answered(status).is_its_own()));
        assert!([204, 302, 408, 410, 429, 500, 503].into_iter().all(|status| !Outcome::Answered(status).is_its_own()));
        assert!(bad.iter().all(|outcome| !outcome.is_its_own()));
        assert_eq!(Outcome::from_word("answered well"), None);
    }

    #[test]
    fn tries_come_rarer_and_end_after_three_days() {
        let rests: Vec<i64> = (1..).map_while(|tries| next_try(tries, 0)).collect();
        assert!(rests.is_sorted() && rests.len() == RESTS_S.len());
        assert!((3 * 86_400..4 * 86_400).contains(&rests.iter().sum::<i64>()));
        assert_eq!((next_try(1, 255), next_try(10, 0), next_try(0, 0), next_try(-1, 0)), (Some(5), None, None, None));
    }
}
