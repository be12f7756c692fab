//! Secrets at rest: one master key, kept outside the data folder, seals every other secret (CA keys, ticket keys, TOTP seeds).
//! Invariant: database and data folder alone yield no secret; the purpose is authenticated, so a sealed value cannot be moved elsewhere.

mod master;

pub(crate) use master::is_exposed;
pub use master::{CREDENTIAL, KeySource, MasterKeyError, write_private};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::random::Random;

/// Format of a sealed value: this byte, 12 bytes of nonce, ciphertext, 16 bytes of tag (RFC 8439).
const SEALED_V1: u8 = 1;
const NONCE: usize = 12;

/// A sealed value could not be opened: other master key, other purpose, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret cannot be opened: it was sealed with another master key or is damaged")]
pub struct CannotOpen;

/// The master key: 256 bits.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// From its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A fresh one.
    pub fn generate(random: &Random) -> Self {
        Self::from_bytes(random.bytes())
    }

    /// Its text form for a key file or a credential: 64 lower-case hexadecimal digits.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::HEXLOWER.encode(&*self.0))
    }

    fn aead(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &*self.0).ok().map(LessSafeKey::new)
    }

    /// Seals `plain` for `purpose` (e.g. `issuing-key`), which has to be named again to open it.
    pub fn seal(&self, purpose: &str, plain: &[u8], random: &Random) -> Vec<u8> {
        let nonce: [u8; NONCE] = random.bytes();
        let mut body = plain.to_vec();
        let mut sealed = Vec::with_capacity(1 + NONCE + plain.len() + 16);
        sealed.push(SEALED_V1);
        sealed.extend(nonce);
        // A key of the right length and a message below 256 GiB cannot fail.
        if let Some(key) = self.aead()
            && key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut body).is_ok()
        {
            sealed.extend(body);
        }
        sealed
    }

    /// A name for `value` that only this key can make again (HMAC-SHA256, first 16 bytes, hexadecimal).
    pub fn pseudonym(&self, purpose: &str, value: &[u8]) -> String {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &*self.0);
        let mut context = ring::hmac::Context::with_key(&key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(value);
        data_encoding::HEXLOWER.encode(&context.sign().as_ref()[..16])
    }

    /// Opens what `seal` made for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let (&SEALED_V1, rest) = sealed.split_first().ok_or(CannotOpen)? else { return Err(CannotOpen) };
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or(CannotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
        let mut body = Zeroizing::new(body.to_vec());
        let key = self.aead().ok_or(CannotOpen)?;
        let length = key.open_in_place(nonce, Aad::from(purpose), &mut body).map_err(|_| CannotOpen)?.len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_and_its_purpose_and_undamaged() {
        let random = Random::seeded(1);
        let key = MasterKey::generate(&random);
        let sealed = key.seal("issuing-key", b"the secret", &random);
        assert!(!sealed.windows(6).any(|w| w == b"secret"));
        assert_eq!(key.open("issuing-key", &sealed).as_deref(), Ok(&b"the secret".to_vec()));
        assert_eq!(key.open("totp-seed", &sealed), Err(CannotOpen));
        assert_eq!(MasterKey::generate(&random).open("issuing-key", &sealed), Err(CannotOpen));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(key.open("issuing-key", &damaged), Err(CannotOpen), "byte {at}");
            assert_eq!(key.open("issuing-key", &sealed[..at]), Err(CannotOpen), "cut at {at}");
        }
    }
}
