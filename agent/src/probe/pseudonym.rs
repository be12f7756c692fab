//! Keyed, one-way identifiers: an account's pseudonym and a boot's id mean nothing off the device.

use data_encoding::HEXLOWER;
use hashimori_shared::ids::{AccountId, BootId};
use sha2::{Digest as _, Sha256};

/// Nested keyed SHA-256 (inner and outer hash both keyed), so that no suffix of a name can be appended to a known digest.
fn keyed(key: &[u8; 32], label: &str, message: &[u8]) -> [u8; 32] {
    let inner = Sha256::new().chain_update(key).chain_update(label).chain_update([0]).chain_update(message).finalize();
    Sha256::new().chain_update(key).chain_update([1]).chain_update(inner).finalize().into()
}

/// The pseudonym of the account `name` with the number `uid`. A new account that reuses the name gets the same one only with the same number.
#[cfg_attr(
    any(not(target_os = "linux"), feature = "none-platform"),
    expect(dead_code, reason = "a platform without accounts has none to name")
)]
pub(super) fn account(key: &[u8; 32], name: &str, uid: u32) -> AccountId {
    let digest = keyed(key, "hashimori account v1", format!("{uid}:{name}").as_bytes());
    let text = format!("u{}", HEXLOWER.encode(&digest[..5]));
    text.parse().unwrap_or_else(|_| unnamed())
}

/// The pseudonym that stands for "some account" when the list of accounts cannot be read.
pub(super) fn unnamed() -> AccountId {
    const TEXT: &str = "unlisted";
    #[expect(clippy::expect_used, reason = "a constant of eight lower-case letters is a valid pseudonym")]
    TEXT.parse().expect("constant")
}

pub(super) fn boot(key: &[u8; 32], marker: &str) -> BootId {
    let digest = keyed(key, "hashimori boot v1", marker.as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    BootId::from_bytes(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_id_depends_on_the_key_and_on_the_boot() {
        assert_eq!(boot(&[1; 32], "a"), boot(&[1; 32], "a"));
        assert_ne!(boot(&[1; 32], "a"), boot(&[2; 32], "a"));
        assert_ne!(boot(&[1; 32], "a"), boot(&[1; 32], "b"));
    }

    #[cfg(all(target_os = "linux", not(feature = "none-platform")))]
    #[test]
    fn a_pseudonym_tells_accounts_apart_and_differs_between_devices() {
        let ids = [account(&[1; 32], "hanako", 1000), account(&[1; 32], "taro", 1000), account(&[2; 32], "hanako", 1000)];
        assert!(ids[0] != ids[1] && ids[0] != ids[2]);
        assert!(!ids[0].as_str().contains("hanako"));
    }
}
