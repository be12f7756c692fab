//! The operation log within an archive: entries as they were sealed, so that each can be hashed anew and hung on the one before it.

use serde::{Deserialize, Serialize};

use crate::domain::act::Words;
use crate::domain::log::{Entry, Mark, PublicKey, Seal, commitment, from_hex, to_hex};
use hashimori_shared::time::Timestamp;

/// An entry with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    seq: i64,
    /// Hash of the entry before it, whosever that is.
    previous: String,
    hash: String,
    /// The collector's signature, on the last entry of each run of the sealer.
    signature: Option<String>,
    id: String,
    at: i64,
    region: Option<String>,
    facility: Option<String>,
    actor: String,
    what: String,
    object_kind: Option<String>,
    object_id: Option<String>,
    detail: String,
    commitment: String,
    /// The names, with what is needed to prove them; `None`: erased, or not this reader's to see.
    names: Option<Names>,
}

/// Names of an entry, as they were committed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Names {
    salt: String,
    actor: String,
    object: String,
    remark: String,
}

impl Link {
    /// An entry, its mark, the hash before it, its signature, and its names with their salt.
    pub fn new(entry: Entry, mark: Mark, previous: [u8; 32], signature: Option<String>, names: Option<(String, Words)>) -> Self {
        let Entry { id, at, region, facility, actor, what, object_kind, object_id, detail, commitment } = entry;
        let names = names.map(|(salt, words)| Names { salt, actor: words.actor, object: words.object, remark: words.remark });
        let (previous, hash) = (to_hex(&previous), to_hex(&mark.hash));
        Self {
            seq: mark.seq,
            previous,
            hash,
            signature,
            id,
            at,
            region,
            facility,
            actor,
            what,
            object_kind,
            object_id,
            detail,
            commitment,
            names,
        }
    }

    /// Whether it is what its hash, its signature and its commitment say.
    pub(super) fn holds(&self, key: &PublicKey) -> bool {
        let Some(previous) = from_hex(&self.previous) else { return false };
        let entry = Entry {
            id: self.id.clone(),
            at: self.at,
            region: self.region.clone(),
            facility: self.facility.clone(),
            actor: self.actor.clone(),
            what: self.what.clone(),
            object_kind: self.object_kind.clone(),
            object_id: self.object_id.clone(),
            detail: self.detail.clone(),
            commitment: self.commitment.clone(),
        };
        let mark = Mark { seq: self.seq - 1, hash: previous }.followed_by(&entry);
        let signed = self.signature.as_ref().is_none_or(|s| key.signed(Seal::Run, &mark, Timestamp::from_seconds(self.at), s));
        let named = self.names.as_ref().is_none_or(|names| {
            let Names { salt, actor, object, remark } = names.clone();
            commitment(&salt, &Words { actor, object, remark }) == self.commitment
        });
        to_hex(&mark.hash) == self.hash && signed && named
    }

    /// Whether it may come after `before`: right behind it, it must hang on it.
    pub(super) fn follows(&self, before: &Self) -> bool {
        self.seq != before.seq + 1 || self.previous == before.hash
    }

    pub(super) const fn seq(&self) -> i64 {
        self.seq
    }
}
