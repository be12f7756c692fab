//! Where the master key comes from: the keyring, a systemd credential, or a file outside the data folder that only its owner can read.
//! Invariant: a source that cannot be asked is an error; no other source stands in for it and no new key is made in its stead.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::MasterKey;
use super::keyring::{self, KeyringError, SERVICE};
use crate::random::Random;

/// Name of the systemd credential (`LoadCredentialEncrypted=hashimori-master-key:…`, systemd.exec(5)).
pub const CREDENTIAL: &str = "hashimori-master-key";

/// Where the master key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file in systemd's credential folder of this service.
    Credential(PathBuf),
    /// A file of its own.
    File(PathBuf),
    /// An entry of the keyring, by its name.
    Keyring(String),
}

/// Where it is, as a person looks for it: a path, or `keyring:NAME`.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(path) | Self::File(path) => path.display().fmt(f),
            Self::Keyring(name) => write!(f, "keyring:{name}"),
        }
    }
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// There is none.
    #[error(
        "there is no master key {0}; give `secrets.master_key_file` or `secrets.master_key_keyring`, or run `hashimori-server init` first"
    )]
    Missing(KeySource),
    /// It cannot be read.
    #[error("cannot read the master key {path}: {cause}")]
    Read {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// It cannot be written.
    #[error("cannot write the master key {path}: {cause}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The keyring did not do what it was asked.
    #[error("the master key {SERVICE}/{name} of the keyring: {cause}")]
    Keyring {
        /// Name of the entry.
        name: String,
        /// Why.
        #[source]
        cause: KeyringError,
    },
    /// It is not 64 hexadecimal digits.
    #[error("the master key {0} is not 64 hexadecimal digits")]
    Form(KeySource),
    /// Others than its owner can read it.
    #[error("the master key {0} can be read by others than its owner: run `chmod 600` on it")]
    Exposed(PathBuf),
    /// It lies where a copy of the data folder would carry it along.
    #[error("the master key {0} lies inside the data folder: a stolen copy of the data would open itself; move it elsewhere")]
    InsideData(PathBuf),
    /// It was written and is not found again.
    #[error("the master key {0} was written, but another one is read there: nothing was sealed with it")]
    Unsteady(KeySource),
}

impl KeySource {
    /// What kind of place it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Credential(_) => "systemd credential",
            Self::File(_) => "file",
            Self::Keyring(_) => "keyring",
        }
    }

    /// The key, if it is there; `data` is the data folder, in which it must not lie.
    pub fn find(&self, data: &Path) -> Result<Option<MasterKey>, MasterKeyError> {
        self.check_place(data)?;
        let Some(text) = self.text()? else { return Ok(None) };
        MasterKey::from_text(&text).map(Some).ok_or_else(|| MasterKeyError::Form(self.clone()))
    }

    /// The key, which has to be there.
    pub fn load(&self, data: &Path) -> Result<MasterKey, MasterKeyError> {
        self.find(data)?.ok_or_else(|| MasterKeyError::Missing(self.clone()))
    }

    /// Makes a fresh key and keeps it here, where there is none yet.
    pub fn create(&self, data: &Path, random: &Random) -> Result<MasterKey, MasterKeyError> {
        self.keep(&MasterKey::generate(random), data)
    }

    /// Keeps a key here, where there is none yet, and gives it back as it is read again.
    pub fn keep(&self, key: &MasterKey, data: &Path) -> Result<MasterKey, MasterKeyError> {
        self.check_place(data)?;
        match self {
            Self::Credential(path) | Self::File(path) => {
                write_private(path, key.to_text().as_bytes()).map_err(|cause| MasterKeyError::Write { path: path.clone(), cause })?;
            }
            Self::Keyring(name) => {
                keyring::keep(name, key.to_text()).map_err(|cause| MasterKeyError::Keyring { name: name.clone(), cause })?;
            }
        }
        let read = self.load(data)?;
        if *read.to_text() == *key.to_text() { Ok(read) } else { Err(MasterKeyError::Unsteady(self.clone())) }
    }

    fn text(&self) -> Result<Option<Zeroizing<Vec<u8>>>, MasterKeyError> {
        let path = match self {
            Self::Keyring(name) => {
                return keyring::find(name).map_err(|cause| MasterKeyError::Keyring { name: name.clone(), cause });
            }
            Self::Credential(path) | Self::File(path) => path,
        };
        let text = match fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(MasterKeyError::Read { path: path.clone(), cause }),
        };
        if matches!(self, Self::File(_)) && is_exposed(path) {
            return Err(MasterKeyError::Exposed(path.clone()));
        }
        Ok(Some(text))
    }

    fn check_place(&self, data: &Path) -> Result<(), MasterKeyError> {
        let Self::File(path) = self else { return Ok(()) };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let inside = match (folder.canonicalize(), data.canonicalize()) {
            (Ok(folder), Ok(data)) => folder.starts_with(data),
            (Ok(_) | Err(_), Ok(_) | Err(_)) => path.starts_with(data),
        };
        if inside { Err(MasterKeyError::InsideData(path.clone())) } else { Ok(()) }
    }
}

/// Writes a file that only its owner can read; an existing one is never replaced.
pub fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(unix)]
pub(crate) fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

/// Other systems guard files by access lists, which `init` leaves to the folder's.
#[cfg(not(unix))]
pub(crate) fn is_exposed(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let (data, source) = (dir.path().join("data"), KeySource::File(dir.path().join("master.key")));
        fs::create_dir(&data).expect("made");
        let random = Random::seeded(2);
        assert!(source.find(&data).expect("looked for").is_none());
        assert!(matches!(source.load(&data), Err(MasterKeyError::Missing(_))));
        let made = source.create(&data, &random).expect("made");
        let read = source.load(&data).expect("read");
        assert_eq!(*made.to_text(), *read.to_text());
        assert!(matches!(source.create(&data, &random), Err(MasterKeyError::Write { .. })), "one that is there is never replaced");
        assert_eq!(*source.load(&data).expect("read").to_text(), *made.to_text());
    }

    #[test]
    fn a_master_key_inside_the_data_folder_or_readable_by_others_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let inside = KeySource::File(dir.path().join("master.key"));
        assert!(matches!(inside.create(dir.path(), &Random::seeded(3)), Err(MasterKeyError::InsideData(_))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = dir.path().join("open.key");
            fs::write(&path, "00".repeat(32)).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
            let data = dir.path().join("data");
            assert!(matches!(KeySource::File(path).load(&data), Err(MasterKeyError::Exposed(_))));
        }
    }
}
