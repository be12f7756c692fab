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
        let Ok(signature) = HEXLOWER.decode(signature.as_bytes()) else { return false };
        UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref()).verify(&message(seal, mark, at), &signature).is_ok()
    }
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
}
