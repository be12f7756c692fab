//! A letter as an act hands it over, and what became of trying to send it.

use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kind, MailAddress};
use crate::domain::ids::{FacilityId, PaperId, PersonId, RegionId};
use crate::domain::people::Role;
use crate::words::{Text, Value};

/// Who gets it: those of them who have a registered address. Nobody having one is no failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipients<'a> {
    /// The owner of an account.
    Person(PersonId),
    /// Every 事務局 of a region.
    Secretariat(RegionId),
    /// Those who hold one of these roles at a facility.
    Facility(FacilityId, &'a [Role]),
    /// An address that is not registered yet, or no longer, of this account.
    Address(PersonId, MailAddress),
    /// Whom a paper is for, who has no account: at the address they gave, once they proved it (or to have them prove it).
    Applicant(PaperId),
}

/// Where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A path on the web port that holds no secret.
    Page(String),
    /// A path that holds one, sealed (`crate::mail::secret_link`): the store alone must not open it.
    Secret(String),
}

/// A value in what it says: never a person's name or a device's label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// A number.
    Number(i64),
    /// Words that are the same in every language.
    Words(String),
    /// To the minute, JST.
    At(Timestamp),
    /// The day, JST.
    Day(Timestamp),
}

impl From<Said> for Value {
    fn from(said: Said) -> Self {
        match said {
            Said::Number(number) => Self::Number(number),
            Said::Words(words) => Self::Text(Text::Verbatim(words)),
            Said::At(at) => at.into(),
            Said::Day(at) => Self::Text(Text::Day(at)),
        }
    }
}

/// A letter to be queued with `store::mail::queue`, in the transaction of the act that causes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter<'a> {
    /// What it is about.
    pub kind: Kind,
    /// Who gets it.
    pub to: Recipients<'a>,
    /// The values of its body, by the names in `Kind::values`.
    pub about: Vec<(&'static str, Said)>,
    /// Where it leads.
    pub link: Link,
    /// Names the occasion: nobody gets two letters of one kind about the same.
    pub once: Option<String>,
}

impl<'a> Letter<'a> {
    /// A letter without values.
    pub const fn new(kind: Kind, to: Recipients<'a>, link: Link) -> Self {
        Self { kind, to, about: Vec::new(), link, once: None }
    }

    /// With one value more.
    #[must_use]
    pub fn about(mut self, name: &'static str, said: Said) -> Self {
        debug_assert!(self.kind.values().contains(&name), "{:?} does not say {name}", self.kind);
        self.about.push((name, said));
        self
    }

    /// At most once for this occasion, such as `2026-08-03`.
    #[must_use]
    pub fn once(self, occasion: impl Into<String>) -> Self {
        Self { once: Some(occasion.into()), ..self }
    }
}

/// Why a try failed. Never the server's own words: they repeat the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection, none that is encrypted as it has to be, or one that broke.
    Unreachable,
    /// The server does not let the collector in: user or password (RFC 4954 §6). Somebody has to see to that, not the letter.
    Denied(u16),
    /// The server said to come back later (RFC 5321 §4.2.1: 4yz).
    Later(u16),
    /// The server refused it for good (5yz).
    Refused(u16),
    /// It cannot be written: its secret link does not open any more, or a sentence is missing.
    Unwritable,
    /// Its time ran out before it was tried.
    Overdue,
    /// A reminder, while more letters wait for the same person than anybody reads.
    TooMany,
}

impl Failure {
    /// The stored word.
    pub fn to_word(self) -> String {
        match self {
            Self::Unreachable => "unreachable".to_owned(),
            Self::Denied(code) => format!("denied {code}"),
            Self::Later(code) => format!("later {code}"),
            Self::Refused(code) => format!("refused {code}"),
            Self::Unwritable => "unwritable".to_owned(),
            Self::Overdue => "overdue".to_owned(),
            Self::TooMany => "too_many".to_owned(),
        }
    }

    /// What a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.split_once(' ') {
            Some(("denied", code)) => code.parse().ok().map(Self::Denied),
            Some(("later", code)) => code.parse().ok().map(Self::Later),
            Some(("refused", code)) => code.parse().ok().map(Self::Refused),
            Some(_) => None,
            None => {
                let bare = [Self::Unreachable, Self::Unwritable, Self::Overdue, Self::TooMany];
                bare.into_iter().find(|failure| failure.to_word() == word)
            }
        }
    }

    /// Whether trying again may help.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::Denied(_) | Self::Later(_))
    }

    /// Whether the server as a whole is in the way: other letters would fare no better now.
    pub const fn is_the_servers(self) -> bool {
        // 421: the service is closing (RFC 5321 §3.8).
        matches!(self, Self::Unreachable | Self::Denied(_) | Self::Later(421))
    }

    /// As the 事務局 reads it.
    pub fn text(self) -> Text {
        match self {
            Self::Unreachable => Text::new("mail-failure-unreachable"),
            Self::Denied(code) => Text::new("mail-failure-denied").with("code", i64::from(code)),
            Self::Later(code) => Text::new("mail-failure-later").with("code", i64::from(code)),
            Self::Refused(code) => Text::new("mail-failure-refused").with("code", i64::from(code)),
            Self::Unwritable => Text::new("mail-failure-unwritable"),
            Self::Overdue => Text::new("mail-failure-overdue"),
            Self::TooMany => Text::new("mail-failure-too-many"),
        }
    }
}

/// Longest rest between two tries.
const LONGEST_REST_S: i64 = 3_600;

/// Seconds until a letter is tried again after `tries` failures: a minute, doubled each time up to an hour, with up to a tenth more
/// so that collectors do not meet. A letter is tried until its time runs out (`Kind::keeps_s`).
pub fn next_try(tries: i64, random: u8) -> i64 {
    let doubled = 60_i64.checked_shl(u32::try_from(tries.clamp(1, 16) - 1).unwrap_or(0)).unwrap_or(LONGEST_REST_S);
    let rest = doubled.min(LONGEST_REST_S);
    rest + rest * i64::from(random) / 2_560
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_survives_its_word_and_says_something_in_both_languages() {
        use hashimori_shared::lang::Lang;
        let passing = [Failure::Unreachable, Failure::Denied(535), Failure::Later(451)];
        assert!(passing.iter().all(|failure| failure.is_passing()));
        for failure in passing.into_iter().chain([Failure::Later(421), Failure::Refused(550), Failure::Unwritable, Failure::Overdue]) {
            assert_eq!(Failure::from_word(&failure.to_word()), Some(failure));
            for lang in Lang::ALL {
                assert!(!failure.text().in_lang(lang).is_empty());
            }
        }
        assert_eq!(Failure::from_word("later soon"), None);
    }

    #[test]
    fn tries_come_rarer_up_to_one_an_hour() {
        let rests: Vec<i64> = (1..=9).map(|tries| next_try(tries, 0)).collect();
        assert_eq!(rests, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
        assert_eq!(next_try(100, 255), 3_600 + 358);
    }
}
