//! Tokens with which machines read a facility or a region: what one may read, for how long, and how it is written.
//! Knows neither SQL nor HTTP.

use hashimori_shared::time::Timestamp;

use super::people::link::Token;
use super::worded::words;

/// What every token begins with, so that whoever finds one in a file knows it for what it is.
const PREFIX: &str = "hashimori_";
/// Longest name of what a token or a webhook is for, in characters.
pub const LONGEST_LABEL: usize = 60;
/// Tokens that may work at one place at a time.
pub const MOST: i64 = 20;
/// Days for which one can be made; the first is proposed.
pub const DAYS: [i64; 3] = [90, 30, 365];

words!(
    /// What a token may read.
    Grant {
        /// Facilities and their counts.
        Facilities = "facilities:read", "connect-grant-facilities";
        /// Devices, how they stand, and their clauses.
        Devices = "devices:read", "connect-grant-devices";
        /// Papers: kind, state and dates.
        Papers = "papers:read", "connect-grant-papers";
        /// Open incidents and their deadlines.
        Incidents = "incidents:read", "connect-grant-incidents";
        /// 災害時特例 that hold.
        Disaster = "disaster:read", "connect-grant-disaster";
    }
);

/// What is wrong with a token as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// What it is for.
    #[error("what it is for has 1 to {LONGEST_LABEL} characters")]
    Label,
    /// Nothing was chosen for it to read.
    #[error("it may read nothing")]
    Nothing,
    /// For how long.
    #[error("not one of the terms offered")]
    Days,
}

/// A token as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWish {
    /// What it is for.
    pub label: String,
    /// What it may read.
    pub grants: Vec<Grant>,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl TokenWish {
    /// As typed: what it is for, words of grants, days.
    pub fn read(typed: &str, grants: &[&str], days: &str, now: Timestamp) -> Result<Self, Invalid> {
        let label = label(typed).ok_or(Invalid::Label)?;
        let grants: Vec<Grant> = Grant::ALL.iter().copied().filter(|grant| grants.contains(&grant.as_str())).collect();
        if grants.is_empty() {
            return Err(Invalid::Nothing);
        }
        let days = DAYS.into_iter().find(|offered| offered.to_string() == days).ok_or(Invalid::Days)?;
        Ok(Self { label, grants, ends_at: now.plus_days(days) })
    }
}

/// What something is for, as typed, on one line; `None`: nothing, or too much.
pub fn label(typed: &str) -> Option<String> {
    let label = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !label.is_empty() && label.chars().count() <= LONGEST_LABEL && !label.chars().any(char::is_control);
    fits.then_some(label)
}

/// Grants as stored and as machines read them.
pub fn to_words(grants: &[Grant]) -> String {
    grants.iter().map(|grant| grant.as_str()).collect::<Vec<_>>().join(" ")
}

/// A token as it is handed over.
pub fn written(token: &Token) -> String {
    format!("{PREFIX}{}", token.to_text())
}

/// The token that somebody shows; `None`: it is none of ours.
pub fn shown(text: &str) -> Option<Token> {
    Token::parse(text.strip_prefix(PREFIX)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    #[test]
    fn a_token_survives_being_written_and_nothing_else_is_taken_for_one() {
        let token = Token::new(&Random::seeded(3));
        let text = written(&token);
        assert!(shown(&text).is_some_and(|again| again.matches(&token)));
        for bad in ["", &token.to_text(), &text[1..], &text.to_uppercase(), "hashimori_", "hashimori_あ"] {
            assert!(shown(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_wish_names_its_use_reads_something_and_ends() {
        let wish = TokenWish::read(" 台帳\n連携 ", &["devices:read", "everything"], "90", NOW).expect("valid");
        assert_eq!((wish.label.as_str(), wish.grants.as_slice()), ("台帳 連携", [Grant::Devices].as_slice()));
        assert_eq!(wish.ends_at, NOW.plus_days(90));
        assert_eq!(TokenWish::read("\u{3000}", &["devices:read"], "90", NOW), Err(Invalid::Label));
        assert_eq!(TokenWish::read(&"長".repeat(LONGEST_LABEL + 1), &["devices:read"], "90", NOW), Err(Invalid::Label));
        assert_eq!(TokenWish::read("x", &["everything"], "90", NOW), Err(Invalid::Nothing));
        for days in ["", "0", "-1", "91", "99999999999999999999"] {
            assert_eq!(TokenWish::read("x", &["devices:read"], days, NOW), Err(Invalid::Days), "{days}");
        }
    }
}
