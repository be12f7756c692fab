//! The operation log's arithmetic: what is hashed, what is signed, what is committed to. Knows neither the store nor the clock.
//!
//! Invariant: an entry's hash covers its number, its predecessor's hash and every column but the signature; its words are covered
//! by a salted commitment, so that they can be erased without breaking the chain.

mod key;

pub use key::{InvalidKey, LogKey, PublicKey, Seal};

use std::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::act::Words;

/// A page read again within this time is the same view.
pub const SAME_VIEW_S: i64 = 600;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// Where a chain stands: the number and hash of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number of the entry; 0 before the first.
    pub seq: i64,
    /// Its hash; zeros before the first.
    pub hash: Digest,
}

impl Mark {
    /// Before the first entry.
    pub const GENESIS: Self = Self { seq: 0, hash: [0; 32] };

    /// The mark of the entry that follows this one.
    #[must_use]
    pub fn followed_by(&self, entry: &Entry) -> Self {
        let seq = self.seq + 1;
        let mut hasher = Sha256::new();
        hasher.update(b"hashimori-log-entry-1\0");
        hasher.update(seq.to_be_bytes());
        hasher.update(self.hash);
        hasher.update(entry.at.to_be_bytes());
        let fields = [&entry.id, &entry.actor, &entry.what, &entry.detail, &entry.commitment].map(|text| Some(text.as_str()));
        let places = [&entry.region, &entry.facility, &entry.object_kind, &entry.object_id].map(|text| text.as_deref());
        for field in fields.into_iter().chain(places) {
            update(&mut hasher, field);
        }
        Self { seq, hash: hasher.finalize().into() }
    }
}

/// A field's presence, length and text: no two lists of fields have the same encoding.
fn update(hasher: &mut Sha256, field: Option<&str>) {
    let Some(text) = field else { return hasher.update([0]) };
    hasher.update([1]);
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

/// An entry as stored, in stored words: what this build does not know is hashed all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Id.
    pub id: String,
    /// When, seconds UTC.
    pub at: i64,
    /// Region.
    pub region: Option<String>,
    /// Facility.
    pub facility: Option<String>,
    /// Actor's word.
    pub actor: String,
    /// Act's word.
    pub what: String,
    /// Object's kind.
    pub object_kind: Option<String>,
    /// Object's id.
    pub object_id: Option<String>,
    /// Numbers and words of ours.
    pub detail: String,
    /// `commitment` of its words.
    pub commitment: String,
}

/// What an entry holds of its words: SHA-256 over a random salt and the words, hexadecimal. Without the salt, which is erased
/// together with the words, it says nothing about them.
pub fn commitment(salt: &str, words: &Words) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"hashimori-log-words-1\0");
    for field in [salt, &words.actor, &words.object, &words.remark] {
        update(&mut hasher, Some(field));
    }
    HEXLOWER.encode(&hasher.finalize())
}

/// A digest's text.
pub fn to_hex(digest: &Digest) -> String {
    HEXLOWER.encode(digest)
}

/// A digest out of its text.
pub fn from_hex(text: &str) -> Option<Digest> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// A mark as it is printed, mailed and typed: `NUMBER:HASH`. Spaces and capitals are forgiven.
impl FromStr for Mark {
    type Err = InvalidMark;
    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        let (seq, hash) = text.split_once(':').ok_or(InvalidMark)?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(InvalidMark)?;
        Ok(Self { seq, hash: from_hex(hash).ok_or(InvalidMark)? })
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, to_hex(&self.hash))
    }
}

/// Not a head of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head of the log reads NUMBER:HASH, with 64 hexadecimal digits")]
pub struct InvalidMark;

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let text = |t: &str| t.to_owned();
        Entry {
            id: text("i"),
            at: 1,
            region: Some(text("r")),
            facility: None,
            actor: text("a"),
            what: text("w"),
            object_kind: None,
            object_id: Some(text("o")),
            detail: text("d"),
            commitment: text("c"),
        }
    }

    #[test]
    fn every_field_of_an_entry_its_number_and_its_predecessor_change_its_hash() {
        let base = Mark::GENESIS.followed_by(&entry());
        let changes: [fn(&mut Entry); 10] = [
            |e| e.id.push('x'),
            |e| e.at += 1,
            |e| e.region = None,
            |e| e.facility = Some(String::new()),
            |e| e.actor.push('x'),
            |e| e.what.push('x'),
            |e| e.object_kind = Some("o".to_owned()),
            |e| e.object_id = None,
            |e| e.detail.push('x'),
            |e| e.commitment.push('x'),
        ];
        for (n, change) in changes.into_iter().enumerate() {
            let mut other = entry();
            change(&mut other);
            assert_ne!(Mark::GENESIS.followed_by(&other).hash, base.hash, "change {n}");
        }
        assert_ne!(base.followed_by(&entry()).hash, base.hash);
        assert_ne!(Mark { seq: 1, ..Mark::GENESIS }.followed_by(&entry()).hash, base.hash);
        let mut moved = entry();
        (moved.actor, moved.what) = ("aw".to_owned(), String::new());
        assert_ne!(Mark::GENESIS.followed_by(&moved).hash, base.hash, "text does not flow from one field to the next");
    }

    #[test]
    fn a_commitment_depends_on_the_salt_and_on_every_word() {
        let words = Words { actor: "見本 花子".to_owned(), object: "受付1".to_owned(), remark: String::new() };
        let base = commitment("s", &words);
        assert_ne!(commitment("t", &words), base);
        assert_ne!(commitment("s", &Words { actor: "見本 太郎".to_owned(), ..words.clone() }), base);
        assert_ne!(commitment("s", &Words { remark: "x".to_owned(), ..words }), base);
    }

    #[test]
    fn a_head_survives_its_printed_form() {
        let mark = Mark::GENESIS.followed_by(&entry());
        assert_eq!(mark.to_string().parse(), Ok(mark));
        assert_eq!(format!(" {} ", mark.to_string().to_uppercase()).parse(), Ok(mark));
        for bad in ["", "1", "0:00", "-1:ab", &format!("0:{}", "0".repeat(64))] {
            assert_eq!(bad.parse::<Mark>(), Err(InvalidMark), "{bad}");
        }
    }
}
