//! Secrets that travel in a link or a cookie: 256 random bits; only their SHA-256 is stored.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::random::Random;

/// How long a one-time link from `init` or an invitation can be used.
pub const LINK_LIFETIME_S: i64 = 72 * 3600;

/// A secret that opens something by being shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A fresh one.
    pub fn new(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// From a link or cookie; `None` when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// As it travels: 43 URL-safe characters.
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// As it is stored.
    pub fn hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0))
    }

    /// A second secret that follows from this one and from which this one does not follow.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(purpose.as_bytes());
        hasher.update([0]);
        hasher.update(self.0);
        Self(hasher.finalize().into())
    }

    /// Equality in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_and_neither_its_hash_nor_its_debug_form_shows_it() {
        let token = Token::new(&Random::seeded(3));
        assert!(Token::parse(&token.to_text()).is_some_and(|t| t.matches(&token)));
        assert_ne!(token.hash(), token.to_text());
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(!token.derive("csrf").matches(&token));
        assert!(Token::parse("short").is_none());
    }
}
