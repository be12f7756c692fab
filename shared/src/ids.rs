//! Identifiers that cross the wire. Pseudonyms and digests only: no personal name is an identifier.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::lang::Lang;

/// An identifier that is not of the form its type asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {form}")]
pub struct InvalidId {
    /// Which identifier.
    pub what: &'static str,
    /// The form it must have.
    pub form: &'static str,
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $what:literal, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            #[doc = "From its raw bytes."]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }
            #[doc = "Its raw bytes."]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let mut bytes = [0; $bytes];
                let err = InvalidId { what: $what, form: $form };
                if text.len() != $bytes * 2 {
                    return Err(err);
                }
                HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).map_err(|_| err)?;
                Ok(Self(bytes))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": concat!("^[0-9a-f]{", stringify!($bytes), "*2}$").replace(concat!(stringify!($bytes), "*2"), &($bytes * 2).to_string()), "description": $form })
            }
        }
    };
}

hex_id!(
    /// SHA-256 of the exact bytes of a report's JSON; heartbeats name the base report by it.
    ReportDigest, 32, "report digest", "64 lower-case hexadecimal digits"
);
hex_id!(
    /// One boot of one device, as a keyed digest of the OS's boot id; replays and interleaved clones show by it.
    BootId, 16, "boot id", "32 lower-case hexadecimal digits"
);
hex_id!(
    /// The collector's store epoch: new after `init` and after every `restore`; a device that sees another sends in full.
    StoreEpoch, 16, "store epoch", "32 lower-case hexadecimal digits"
);
hex_id!(
    /// Which verdict a device already holds (first 16 bytes of SHA-256 of its JSON).
    VerdictDigest, 16, "verdict digest", "32 lower-case hexadecimal digits"
);

impl ReportDigest {
    /// Digest of a report's exact JSON bytes.
    pub fn of(json: &[u8]) -> Self {
        Self(Sha256::digest(json).into())
    }
}

impl VerdictDigest {
    /// The name of the same verdict told in another language by this edition of the rules, and back again: a verdict is stored in
    /// Japanese alone, so what a device holds in another language is known without putting it into words once more.
    #[must_use]
    pub fn told_in(self, lang: Lang, edition: &str) -> Self {
        if lang.is_japanese() {
            return self;
        }
        let fold = Self::of(format!("{} {edition}", lang.tag()).as_bytes());
        Self(std::array::from_fn(|at| self.0[at] ^ fold.0[at]))
    }

    /// Digest of a verdict summary's exact JSON bytes.
    pub fn of(json: &[u8]) -> Self {
        let full: [u8; 32] = Sha256::digest(json).into();
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        Self(short)
    }
}

/// A per-device pseudonym of an OS account: 2–16 lower-case letters or digits, meaningless off the device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct AccountId(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9]{2,16}$")))] String);

impl AccountId {
    /// The pseudonym's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let well_formed = (2..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !well_formed {
            return Err(InvalidId { what: "account pseudonym", form: "2 to 16 lower-case letters or digits" });
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_its_text_form_and_refuses_other_lengths_and_capitals() {
        let digest = ReportDigest::of(b"{}");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!(digest.to_string()[1..].parse::<ReportDigest>().is_err());
        assert!(digest.to_string().to_uppercase().parse::<ReportDigest>().is_err());
    }

    #[test]
    fn a_verdict_has_a_name_for_each_language_and_edition_and_each_leads_back_to_the_stored_one() {
        let stored = VerdictDigest::of(b"{}");
        assert_eq!(stored.told_in(Lang::Japanese, "1"), stored);
        let english = stored.told_in(Lang::English, "1");
        assert_ne!(english, stored);
        assert_eq!(english.told_in(Lang::English, "1"), stored);
        assert_ne!(english.told_in(Lang::English, "2"), stored);
    }

    #[test]
    fn an_account_pseudonym_cannot_carry_a_name() {
        assert!("a1b2".parse::<AccountId>().is_ok());
        for bad in ["a", "yamada hanako", "山田", "A1", "0123456789abcdef0"] {
            assert!(bad.parse::<AccountId>().is_err(), "{bad}");
        }
    }
}
