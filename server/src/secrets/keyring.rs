//! The OS keyring of the collector's account: the Secret Service on its session bus (Linux), the Keychain (macOS), the credential
//! vault (Windows). Knows how to ask, and not for ever: a locked keyring waits for a person, and at a daemon there is none.

use std::sync::mpsc;
use std::time::Duration;

use keyring::v1::{Entry, Error};
use zeroize::Zeroizing;

/// The service that entries are filed under (`secret-tool lookup service hashimori-server username NAME`).
pub(super) const SERVICE: &str = "hashimori-server";

/// Longest that a keyring is waited for: enough for a person to unlock it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why a keyring gives or takes nothing.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// There is none to ask.
    #[error("no keyring answers ({0}); on Linux the Secret Service runs on the session bus of the collector's account")]
    Absent(String),
    /// It is locked, and stays so.
    #[error("the keyring is locked and was not unlocked ({0}); unlock it, then run this again")]
    Locked(String),
    /// It did not answer.
    #[error("the keyring did not answer within {} seconds; it may be waiting to be unlocked", PATIENCE.as_secs())]
    Silent,
    /// Several entries have the same name.
    #[error("several entries have this name; delete all but the right one")]
    Ambiguous,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<Error> for KeyringError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoStorageAccess(cause) => Self::Locked(cause.to_string()),
            Error::NoDefaultStore => Self::Absent(error.to_string()),
            Error::Ambiguous(_) => Self::Ambiguous,
            // The crate may know more of them tomorrow. Never with `Debug`: some carry the secret.
            other => Self::Other(other.to_string()),
        }
    }
}

/// The secret filed under `name`, if there is one.
pub(super) fn find(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringError> {
    let name = name.to_owned();
    ask(move || match entry(&name)?.get_secret() {
        Ok(secret) => Ok(Some(Zeroizing::new(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(other) => Err(other.into()),
    })
}

/// Files a secret under `name`.
pub(super) fn keep(name: &str, secret: Zeroizing<String>) -> Result<(), KeyringError> {
    let name = name.to_owned();
    ask(move || Ok(entry(&name)?.set_secret(secret.as_bytes())?))
}

fn entry(name: &str) -> Result<Entry, KeyringError> {
    match Entry::store_status() {
        Ok(()) => Ok(Entry::new(SERVICE, name)?),
        Err(cause) => Err(KeyringError::Absent(cause.to_string())),
    }
}

/// On a thread of its own, which is left behind when nobody answers: the program ends then.
fn ask<T: Send + 'static>(question: impl FnOnce() -> Result<T, KeyringError> + Send + 'static) -> Result<T, KeyringError> {
    let (answer, answered) = mpsc::channel();
    let asked = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || drop(answer.send(question())));
    asked.map_err(|cause| KeyringError::Other(cause.to_string()))?;
    answered.recv_timeout(PATIENCE).unwrap_or(Err(KeyringError::Silent))
}
