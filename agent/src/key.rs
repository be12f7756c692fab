//! The device's private key: made here, never leaves. P-256, PKCS#8.
//!
//! The OS keyring is used where a daemon can open it after a reboot with nobody logged in: the macOS system keychain and the Windows
//! credential vault of the service account. On Linux neither keyring fits a daemon: the kernel's (keyrings(7)) is lost at reboot, and the
//! Secret Service is unlocked by a person's login, so `auto` means the file there, and `keyring` is for an agent run inside a login session
//! (feature `session-keyring`).

use data_encoding::BASE64;
use rcgen::KeyPair;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::KeyChoice;
use crate::state::{Folder, Found, StateError};

const FILE: &str = "device.key";
const SERVICE: &str = "hashimori-agent";

/// Whether a daemon finds a keyring's entry again after a reboot with nobody logged in.
const SURVIVES_REBOOT_FOR_A_DAEMON: bool = cfg!(any(windows, target_os = "macos"));

/// Where the key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyPlace {
    /// A 0600 file in the state folder.
    File,
    /// The OS keyring.
    Keyring,
}

impl KeyPlace {
    /// For `status`.
    pub(crate) const fn label_ja(self) -> &'static str {
        match self {
            Self::File => "状態フォルダー内のファイル（点検プログラムのアカウントだけが読めます）",
            Self::Keyring => "OSの鍵束（キーリング）",
        }
    }
}

/// A key cannot be made, kept or found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// There is none where it should be.
    #[error("the device key is missing or damaged")]
    Missing,
    /// Key generation or encoding failed.
    #[error("key: {0}")]
    Crypto(String),
    /// The keyring failed.
    #[error("keyring: {0}")]
    Keyring(String),
    /// The state folder failed.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The device's key pair.
pub(crate) struct DeviceKey(KeyPair);

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl DeviceKey {
    /// Makes a new P-256 key.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map(Self).map_err(|e| KeyError::Crypto(e.to_string()))
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let der = PrivatePkcs8KeyDer::from(der.to_vec());
        KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256).map(Self).map_err(|_| KeyError::Missing)
    }

    /// A PKCS#10 request over this key (RFC 2986), base64 of DER. It names nothing: the collector decides what the certificate says.
    pub(crate) fn request(&self) -> Result<String, KeyError> {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let csr = params.serialize_request(&self.0).map_err(|e| KeyError::Crypto(e.to_string()))?;
        Ok(BASE64.encode(csr.der()))
    }

    /// The public key (uncompressed point, SEC 1).
    pub(crate) fn public_key(&self) -> &[u8] {
        self.0.public_key_raw()
    }

    /// For TLS.
    pub(crate) fn for_tls(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.0.serialize_der()))
    }

    /// Keeps the key where `choice` says; returns where that was.
    pub(crate) fn keep(&self, folder: &Folder, choice: KeyChoice) -> Result<KeyPlace, KeyError> {
        let der = Zeroizing::new(self.0.serialize_der());
        let (try_keyring, need_keyring) = match choice {
            KeyChoice::File => (false, false),
            KeyChoice::Keyring => (true, true),
            KeyChoice::Auto => (SURVIVES_REBOOT_FOR_A_DAEMON, false),
        };
        if try_keyring {
            match keyring_room::store(&der) {
                Ok(()) => return Ok(KeyPlace::Keyring),
                Err(e) if need_keyring => return Err(KeyError::Keyring(e)),
                Err(_) => {}
            }
        }
        folder.write(FILE, BASE64.encode(&der).as_bytes())?;
        Ok(KeyPlace::File)
    }

    /// The kept key.
    pub(crate) fn load(folder: &Folder, place: KeyPlace) -> Result<Self, KeyError> {
        let der = match place {
            KeyPlace::File => match folder.read(FILE)? {
                Found::Content(text) => Zeroizing::new(BASE64.decode(&text).map_err(|_| KeyError::Missing)?),
                Found::Absent | Found::Damaged => return Err(KeyError::Missing),
            },
            KeyPlace::Keyring => Zeroizing::new(keyring_room::load().map_err(KeyError::Keyring)?),
        };
        Self::from_pkcs8(&der)
    }

    /// Forgets the key wherever it lies.
    pub(crate) fn remove(folder: &Folder, place: KeyPlace) -> Result<(), KeyError> {
        match place {
            KeyPlace::File => Ok(folder.remove(FILE)?),
            KeyPlace::Keyring => keyring_room::remove().map_err(KeyError::Keyring),
        }
    }
}

/// The OS keyring through the `keyring` crate.
#[cfg(any(windows, target_os = "macos", feature = "session-keyring"))]
mod keyring_room {
    use super::SERVICE;
    use keyring::v1::Entry;

    fn entry() -> Result<Entry, String> {
        Entry::new(SERVICE, "device-key").map_err(|e| e.to_string())
    }

    pub(super) fn store(der: &[u8]) -> Result<(), String> {
        entry()?.set_secret(der).map_err(|e| e.to_string())
    }

    pub(super) fn load() -> Result<Vec<u8>, String> {
        entry()?.get_secret().map_err(|e| e.to_string())
    }

    pub(super) fn remove() -> Result<(), String> {
        entry()?.delete_credential().map_err(|e| e.to_string())
    }
}

/// No keyring that a daemon could use: every question is answered with that.
#[cfg(not(any(windows, target_os = "macos", feature = "session-keyring")))]
mod keyring_room {
    use super::SERVICE;

    fn none<T>() -> Result<T, String> {
        Err(format!("this build of {SERVICE} has no keyring that a daemon could use; set key_store = \"file\""))
    }

    pub(super) fn store(_der: &[u8]) -> Result<(), String> {
        none()
    }

    pub(super) fn load() -> Result<Vec<u8>, String> {
        none()
    }

    pub(super) fn remove() -> Result<(), String> {
        none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_kept_in_the_file_is_found_again_and_its_debug_form_shows_nothing() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::at(dir.path().to_owned());
        let key = DeviceKey::generate().expect("made");
        assert_eq!(key.keep(&folder, KeyChoice::File).expect("kept"), KeyPlace::File);
        let again = DeviceKey::load(&folder, KeyPlace::File).expect("found");
        assert_eq!(key.0.public_key_raw(), again.0.public_key_raw());
        assert_eq!(format!("{key:?}"), "DeviceKey(…)");
        DeviceKey::remove(&folder, KeyPlace::File).expect("removed");
        assert!(matches!(DeviceKey::load(&folder, KeyPlace::File), Err(KeyError::Missing)));
    }

    #[cfg(not(any(windows, target_os = "macos", feature = "session-keyring")))]
    #[test]
    fn where_no_keyring_survives_a_reboot_auto_means_the_file_and_asking_for_the_keyring_fails_loudly() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::at(dir.path().to_owned());
        let key = DeviceKey::generate().expect("made");
        assert_eq!(key.keep(&folder, KeyChoice::Auto).expect("kept"), KeyPlace::File);
        assert!(matches!(key.keep(&folder, KeyChoice::Keyring), Err(KeyError::Keyring(_))));
    }
}
