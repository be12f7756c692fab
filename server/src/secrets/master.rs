//! Where the master key comes from: a systemd credential, or a file outside the data folder that only its owner can read.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::MasterKey;
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
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// It cannot be read.
    #[error("cannot read the master key {path}: {cause}; give `secrets.master_key_file`, or run `hashimori-server init` first")]
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
    /// It is not 64 hexadecimal digits.
    #[error("the master key {0} is not 64 hexadecimal digits")]
    Form(PathBuf),
    /// Others than its owner can read it.
    #[error("the master key {0} can be read by others than its owner: run `chmod 600` on it")]
    Exposed(PathBuf),
    /// It lies where a copy of the data folder would carry it along.
    #[error("the master key {0} lies inside the data folder: a stolen copy of the data would open itself; move it elsewhere")]
    InsideData(PathBuf),
}

impl KeySource {
    /// Its path.
    pub fn path(&self) -> &Path {
        match self {
            Self::Credential(path) | Self::File(path) => path,
        }
    }

    /// Reads the key; `data` is the data folder, in which it must not lie.
    pub fn load(&self, data: &Path) -> Result<MasterKey, MasterKeyError> {
        let path = self.path();
        self.check_place(data)?;
        let text = fs::read_to_string(path).map_err(|cause| MasterKeyError::Read { path: path.to_owned(), cause })?;
        if matches!(self, Self::File(_)) && is_exposed(path) {
            return Err(MasterKeyError::Exposed(path.to_owned()));
        }
        let mut bytes = [0; 32];
        let text = zeroize::Zeroizing::new(text);
        let digits = text.trim().as_bytes();
        if digits.len() != 64 || data_encoding::HEXLOWER_PERMISSIVE.decode_mut(digits, &mut bytes).is_err() {
            return Err(MasterKeyError::Form(path.to_owned()));
        }
        Ok(MasterKey::from_bytes(bytes))
    }

    /// Reads the key, or makes and stores a fresh one when the file does not exist yet.
    pub fn load_or_create(&self, data: &Path, random: &Random) -> Result<MasterKey, MasterKeyError> {
        self.check_place(data)?;
        if let Self::File(path) = self
            && !path.exists()
        {
            let key = MasterKey::generate(random);
            write_private(path, key.to_text().as_bytes()).map_err(|cause| MasterKeyError::Write { path: path.clone(), cause })?;
        }
        self.load(data)
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
        let made = source.load_or_create(&data, &random).expect("made");
        let read = source.load_or_create(&data, &random).expect("read");
        assert_eq!(*made.to_text(), *read.to_text());
    }

    #[test]
    fn a_master_key_inside_the_data_folder_or_readable_by_others_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let inside = KeySource::File(dir.path().join("master.key"));
        assert!(matches!(inside.load_or_create(dir.path(), &Random::seeded(3)), Err(MasterKeyError::InsideData(_))));
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
