//! The collector's own signature on its log: Ed25519 (RFC 8032). Its seed is stored sealed by the master key, like every secret.

use data_encoding::HEXLOWER;
use hashimori_shared::time::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::Mark;
use crate::random::Random;
use crate::secrets::{CannotOpen, MasterKey};

const PURPOSE: &str = "log-key";

/// What a signature says about a mark; each kind is worthless as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The log stands here now.
    Head,
    /// A run of the sealer ended here.
    Run,
    /// The log stood here when this JST day began.
    Day(i64),
    /// What lies before was deleted.
    Checkpoint,
}

/// Signs and checks marks.
pub struct LogKey(Ed25519KeyPair);

impl std::fmt::Debug for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogKey(…)")
    }
}

impl LogKey {
    /// A fresh key and its sealed form.
    pub fn generate(master: &MasterKey, random: &Random) -> Result<(Self, Vec<u8>), CannotOpen> {
        let seed = zeroize::Zeroizing::new(random.bytes::<32>());
        Ok((Self::from_seed(&*seed)?, master.seal(PURPOSE, &*seed, random)))
    }

    /// The key in its sealed form.
    pub fn open(sealed: &[u8], master: &MasterKey) -> Result<Self, CannotOpen> {
        Self::from_seed(&master.open(PURPOSE, sealed)?)
    }

    fn from_seed(seed: &[u8]) -> Result<Self, CannotOpen> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| CannotOpen)
    }

    /// Signs, hexadecimal.
    pub fn sign(&self, seal: Seal, mark: &Mark, at: Timestamp) -> String {
        HEXLOWER.encode(self.0.sign(&message(seal, mark, at)).as_ref())
    }

    /// Whether this key signed just this.
    pub fn signed(&self, seal: Seal, mark: &Mark, at: Timestamp, signature: &str) -> bool {
        self.public().signed(seal, mark, at, signature)
    }

    /// Signs the list of an auditor's evidence, hexadecimal.
    pub fn sign_evidence(&self, list: &[u8]) -> String {
        HEXLOWER.encode(self.0.sign(&evidence(list)).as_ref())
    }

    /// The half of the key that anybody may have.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().try_into().unwrap_or([0; 32]))
    }
}

/// What a signature is checked with, away from the collector as well: 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// Not the public half of a signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a collector's public key has 64 hexadecimal digits")]
pub struct InvalidKey;

impl PublicKey {
    /// Whether its other half signed just this.
    pub fn signed(&self, seal: Seal, mark: &Mark, at: Timestamp, signature: &str) -> bool {
        self.verifies(&message(seal, mark, at), signature)
    }

    /// Whether its other half signed this list of evidence.
    pub fn signed_evidence(&self, list: &[u8], signature: &str) -> bool {
        self.verifies(&evidence(list), signature)
    }

    fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = HEXLOWER.decode(signature.as_bytes()) else { return false };
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, &signature).is_ok()
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// Spaces and capitals are forgiven.
impl std::str::FromStr for PublicKey {
    type Err = InvalidKey;
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        super::from_hex(&text).map(Self).ok_or(InvalidKey)
    }
}

fn evidence(list: &[u8]) -> Vec<u8> {
    [b"hashimori-evidence-1\0", list].concat()
}

fn message(seal: Seal, mark: &Mark, at: Timestamp) -> Vec<u8> {
    let (kind, day) = match seal {
        Seal::Head => (0, 0),
        Seal::Run => (1, 0),
        Seal::Day(day) => (2, day),
        Seal::Checkpoint => (3, 0),
    };
    let mut message = b"hashimori-log-mark-1\0".to_vec();
    message.push(kind);
    for number in [day, mark.seq, at.seconds()] {
        message.extend(number.to_be_bytes());
    }
    message.extend(mark.hash);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_kind_mark_and_time_alone_and_the_key_opens_with_its_master_key_alone() {
        let random = Random::seeded(4);
        let master = MasterKey::generate(&random);
        let (key, sealed) = LogKey::generate(&master, &random).expect("a key");
        assert!(LogKey::open(&sealed, &MasterKey::generate(&random)).is_err());
        let key = LogKey::open(&sealed, &master).map_or(key, |opened| opened);
        let (mark, at) = (Mark { seq: 7, hash: [3; 32] }, Timestamp::from_seconds(9));
        let signature = key.sign(Seal::Run, &mark, at);
        assert!(key.signed(Seal::Run, &mark, at, &signature));
        for other in [Seal::Head, Seal::Day(0), Seal::Checkpoint] {
            assert!(!key.signed(other, &mark, at, &signature), "{other:?}");
        }
        assert!(!key.signed(Seal::Run, &Mark { seq: 8, ..mark }, at, &signature));
        assert!(!key.signed(Seal::Run, &Mark { hash: [4; 32], ..mark }, at, &signature));
        assert!(!key.signed(Seal::Run, &mark, at.plus_seconds(1), &signature));
        assert!(!LogKey::generate(&master, &random).expect("a key").0.signed(Seal::Run, &mark, at, &signature));
    }

    #[test]
    fn a_list_of_evidence_is_signed_for_itself_alone_and_checked_with_the_printed_public_key() {
        let random = Random::seeded(4);
        let (key, _) = LogKey::generate(&MasterKey::generate(&random), &random).expect("a key");
        let signature = key.sign_evidence(b"list");
        let public: PublicKey = format!(" {} ", key.public().to_string().to_uppercase()).parse().expect("as it is printed");
        assert!(public.signed_evidence(b"list", &signature));
        assert!(!public.signed_evidence(b"lisT", &signature) && !public.signed_evidence(b"list", "00"));
        let mark = Mark { seq: 7, hash: [3; 32] };
        assert!(!public.signed(Seal::Head, &mark, Timestamp::from_seconds(9), &signature), "and is no head of the log");
        assert_eq!("00".parse::<PublicKey>(), Err(InvalidKey));
    }
}
