//! Bounded, read-only looks at the file system below a root. Never creates, never follows into a pipe or device, never reads without limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use hashimori_shared::report::{Fact, Reading, UnknownCode};

use crate::parse::Garbage;

/// Why something could not be read. Holds no path: a path can name a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Obstacle {
    #[error("it does not exist")]
    Missing,
    #[error("the agent may not read it")]
    Denied,
    #[error("it is larger than the agent reads")]
    TooBig,
    #[error("it is not a plain file or folder")]
    WrongKind,
    #[error("reading it failed")]
    Failed,
    #[error("it did not answer in time")]
    Timeout,
    #[error("the system bus cannot be reached")]
    NoBus,
    #[error("it shows only on the running system")]
    NotLive,
    #[error("it lies on another machine or behind a program, and is not looked into")]
    Elsewhere,
    #[error("apt holds no list of the distribution's own archive")]
    NoOwnList,
    #[error("this version of the agent does not read it")]
    NotRead,
    #[error("where the home folder of an account kept elsewhere lies is not known")]
    HomeUnknown,
    #[error("it lies in memory")]
    Memory,
    #[error("the person's home folder is not there or not unlocked now")]
    Closed,
    #[error("{0}")]
    Garbage(&'static str),
}

impl Obstacle {
    pub(super) const fn code(self) -> UnknownCode {
        match self {
            Self::Missing | Self::NoBus | Self::NotLive | Self::NoOwnList => UnknownCode::SourceMissing,
            Self::Denied => UnknownCode::NoPermission,
            Self::Timeout => UnknownCode::Timeout,
            Self::Elsewhere => UnknownCode::NotInspectedByDesign,
            Self::Closed => UnknownCode::UserNotLoggedIn,
            Self::HomeUnknown => UnknownCode::DirectoryAccount,
            Self::NotRead | Self::Memory => UnknownCode::NotReadYet,
            Self::TooBig | Self::WrongKind | Self::Failed | Self::Garbage(_) => UnknownCode::ParseFailed,
        }
    }

    pub(super) fn reading<T>(self) -> Reading<T> {
        Reading::unknown(self.code(), self.to_string())
    }

    pub(super) fn fact<T>(self, source: &str) -> Fact<T> {
        Fact::unknown(self.code(), self.to_string(), source)
    }
}

impl From<std::io::Error> for Obstacle {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Failed,
        }
    }
}

impl From<Garbage> for Obstacle {
    fn from(garbage: Garbage) -> Self {
        Self::Garbage(garbage.0)
    }
}

/// The file system below a root, with the largest file it reads whole.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    root: PathBuf,
    file_bytes: u64,
}

impl Disk {
    pub(super) fn new(root: &Path, file_bytes: u64) -> Self {
        Self { root: root.to_owned(), file_bytes }
    }

    /// Where an absolute path of the observed system lies for this process.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The observed system's own path of a place this process sees: the other way round of `at`.
    pub(super) fn observed(&self, place: &Path) -> Option<String> {
        Some(format!("/{}", place.strip_prefix(&self.root).ok()?.to_str()?))
    }

    /// Opens a plain file for reading. Non-blocking, so that a pipe put in a file's place cannot hang the agent.
    pub(super) fn open(&self, path: &str) -> Result<File, Obstacle> {
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(self.at(path))?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(Obstacle::WrongKind) }
    }

    pub(super) fn bytes(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        let mut bytes = Vec::new();
        self.open(path)?.take(self.file_bytes + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.file_bytes { Err(Obstacle::TooBig) } else { Ok(bytes) }
    }

    /// The first `count` bytes (fewer if the file is shorter).
    pub(super) fn head(&self, path: &str, count: u64) -> Result<Vec<u8>, Obstacle> {
        let mut bytes = Vec::new();
        self.open(path)?.take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn text(&self, path: &str) -> Result<String, Obstacle> {
        Ok(String::from_utf8(self.bytes(path)?).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// `None` if there is no such file; every other obstacle stays one.
    pub(super) fn text_if_any(&self, path: &str) -> Result<Option<String>, Obstacle> {
        match self.text(path) {
            Ok(text) => Ok(Some(text)),
            Err(Obstacle::Missing) => Ok(None),
            Err(obstacle) => Err(obstacle),
        }
    }

    pub(super) fn metadata(&self, path: &str) -> Result<Metadata, Obstacle> {
        Ok(std::fs::metadata(self.at(path))?)
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.metadata(path).is_ok()
    }

    /// Names in a folder, sorted; at most 10,000.
    pub(super) fn names(&self, path: &str) -> Result<Vec<String>, Obstacle> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.at(path))?.take(10_000) {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Names in a folder that need not exist.
    pub(super) fn names_if_any(&self, path: &str) -> Result<Vec<String>, Obstacle> {
        match self.names(path) {
            Err(Obstacle::Missing) => Ok(Vec::new()),
            other => other,
        }
    }

    /// Final component of a symbolic link's target.
    pub(super) fn link_name(&self, path: &str) -> Option<String> {
        std::fs::read_link(self.at(path)).ok()?.file_name()?.to_str().map(str::to_owned)
    }
}

/// Whether a file name ends in `.ending`, as programs that read folders of settings compare it: by the letter.
pub(super) fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, found)| !stem.is_empty() && found == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_in_the_place_of_a_file_does_not_hang_and_a_large_file_is_not_read_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        rustix::fs::mknodat(rustix::fs::CWD, dir.path().join("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a pipe");
        std::fs::write(dir.path().join("large"), [b'x'; 11]).expect("written");
        let disk = Disk::new(dir.path(), 10);
        assert_eq!(disk.bytes("/pipe"), Err(Obstacle::WrongKind));
        assert_eq!(disk.bytes("/large"), Err(Obstacle::TooBig));
        assert_eq!(disk.head("/large", 3), Ok(b"xxx".to_vec()));
        assert_eq!(disk.bytes("/none"), Err(Obstacle::Missing));
    }
}
