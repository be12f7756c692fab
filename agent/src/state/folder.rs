//! Files in the state folder. Written to a temporary name, synced, renamed, and the folder synced (rename(2), fsync(2)):
//! after a power cut a file is the old one or the new one. The first line carries a SHA-256 over the rest;
//! a file that does not fit it is set aside under `damaged/`, never used and never deleted.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

const MAGIC: &str = "hashimori-agent 1 ";
/// Nothing the agent keeps comes near this; a larger file is damage.
const LONGEST_FILE: u64 = 2 * 1024 * 1024;

/// The state folder cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    /// Another process holds the lock.
    #[error("another process is working in the state folder")]
    Busy,
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// Which file or folder.
        path: String,
        /// What the OS said.
        error: io::Error,
    },
}

impl StateError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Io { path, error }
    }
}

/// A state folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Tests only: how many more changes succeed before every further one fails, as after a crash.
    #[cfg(test)]
    changes_left: Option<std::sync::Arc<std::sync::atomic::AtomicU32>>,
}

/// Held while a process changes the state; released when dropped, also by a crash (flock(2)).
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// What a sealed file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Its content.
    Content(Vec<u8>),
    /// There is none.
    Absent,
    /// There is one, but it is damaged.
    Damaged,
}

impl Folder {
    /// The folder at `root`; nothing is touched yet.
    pub(crate) const fn at(root: PathBuf) -> Self {
        Self {
            root,
            #[cfg(test)]
            changes_left: None,
        }
    }

    /// The same folder, in which all changes after the first `changes` fail.
    #[cfg(test)]
    pub(crate) fn crashing_after(&self, changes: u32) -> Self {
        Self { root: self.root.clone(), changes_left: Some(std::sync::Arc::new(changes.into())) }
    }

    #[cfg(test)]
    fn may_change(&self) -> Result<(), StateError> {
        use std::sync::atomic::Ordering::SeqCst;
        let Some(left) = &self.changes_left else { return Ok(()) };
        let spent = left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_err();
        if spent { Err(StateError::io(&self.root)(io::Error::other("crashed"))) } else { Ok(()) }
    }

    /// Its path.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// Creates the folder (0700) if missing and takes the lock.
    pub(crate) fn lock(&self) -> Result<Lock, StateError> {
        make_dir(&self.root)?;
        let path = self.root.join("lock");
        let file = private(OpenOptions::new().create(true).truncate(false).write(true)).open(&path).map_err(StateError::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StateError::Busy),
            Err(TryLockError::Error(error)) => Err(StateError::Io { path: path.display().to_string(), error }),
        }
    }

    /// Reads a sealed file; nothing is changed.
    pub(crate) fn read(&self, name: &str) -> Result<Found, StateError> {
        let path = self.root.join(name);
        match fs::metadata(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Absent),
            Err(error) => return Err(StateError::io(&path)(error)),
            Ok(meta) if meta.len() > LONGEST_FILE => return Ok(Found::Damaged),
            Ok(_) => {}
        }
        let bytes = fs::read(&path).map_err(StateError::io(&path))?;
        Ok(unseal(&bytes).map_or(Found::Damaged, |content| Found::Content(content.to_vec())))
    }

    /// Writes a sealed file atomically and durably.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), StateError> {
        let mut sealed = format!("{MAGIC}{}\n", HEXLOWER.encode(&Sha256::digest(content))).into_bytes();
        sealed.extend_from_slice(content);
        self.write_raw(name, &sealed)
    }

    /// Writes a file as it is (0600), atomically and durably.
    pub(crate) fn write_raw(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        #[cfg(test)]
        self.may_change()?;
        let path = self.root.join(name);
        let parent = path.parent().unwrap_or(&self.root).to_owned();
        make_dir(&parent)?;
        let temporary = path.with_extension("tmp");
        let result = (|| {
            let mut file = private(OpenOptions::new().create(true).truncate(true).write(true)).open(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            sync_dir(&parent)
        })();
        if result.is_err() {
            // A half-written temporary must not keep a full disk full; the error is the write's own.
            let _ = fs::remove_file(&temporary);
        }
        result.map_err(StateError::io(&path))
    }

    /// Removes a file; absent is fine.
    pub(crate) fn remove(&self, name: &str) -> Result<(), StateError> {
        #[cfg(test)]
        self.may_change()?;
        let path = self.root.join(name);
        match fs::remove_file(&path) {
            Ok(()) => sync_dir(path.parent().unwrap_or(&self.root)).map_err(StateError::io(&path)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StateError::io(&path)(error)),
        }
    }

    /// Deletes everything in it except the lock.
    pub(crate) fn clear(&self) -> Result<(), StateError> {
        for entry in fs::read_dir(&self.root).map_err(StateError::io(&self.root))? {
            let entry = entry.map_err(StateError::io(&self.root))?;
            let path = entry.path();
            if entry.file_name() == "lock" {
                continue;
            }
            let is_dir = entry.file_type().map_err(StateError::io(&path))?.is_dir();
            if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.map_err(StateError::io(&path))?;
        }
        sync_dir(&self.root).map_err(StateError::io(&self.root))
    }

    /// Moves a damaged file to `damaged/`, where a person can look at it. At most 16 are kept there: the lexically first goes.
    pub(crate) fn set_aside(&self, name: &str) -> Result<(), StateError> {
        const KEPT: usize = 16;
        let dir = self.root.join("damaged");
        make_dir(&dir)?;
        let mut held = self.list("damaged")?;
        while held.len() >= KEPT {
            self.remove(&format!("damaged/{}", held.remove(0)))?;
        }
        let base = name.replace('/', "-");
        let free = (0..=KEPT).map(|n| format!("{base}.{n}")).find(|candidate| !held.contains(candidate)).unwrap_or(base);
        let path = self.root.join(name);
        fs::rename(&path, dir.join(free)).map_err(StateError::io(&path))
    }

    /// Names in a sub-folder, sorted, temporaries left out; a missing folder is empty.
    pub(crate) fn list(&self, dir: &str) -> Result<Vec<String>, StateError> {
        let path = self.root.join(dir);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StateError::io(&path)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = PathBuf::from(entry.map_err(StateError::io(&path))?.file_name());
            if name.extension().is_some_and(|e| e == "tmp") {
                continue;
            }
            if let Some(name) = name.to_str() {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Creates a folder that only its owner can enter, and those above it.
fn make_dir(dir: &Path) -> Result<(), StateError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(StateError::io(dir))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(unix)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Windows has no fsync for folders; NTFS journals the rename itself.
#[cfg(not(unix))]
fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

fn unseal(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
    let (digest, content) = (rest.get(..64)?, rest.get(65..)?);
    let fits = rest.get(64) == Some(&b'\n') && HEXLOWER.encode(&Sha256::digest(content)).as_bytes() == digest;
    fits.then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::at(dir.path().join("state"));
        (dir, folder)
    }

    #[test]
    fn what_was_written_is_read_again_and_only_its_owner_can_read_it() {
        let (_dir, folder) = folder();
        let _lock = folder.lock().expect("locked");
        folder.write("a.json", b"{}").expect("written");
        assert_eq!(folder.read("a.json").expect("read"), Found::Content(b"{}".to_vec()));
        assert_eq!(folder.read("b.json").expect("read"), Found::Absent);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |p: &Path| fs::metadata(p).expect("metadata").permissions().mode() & 0o777;
            assert_eq!((mode(folder.path()), mode(&folder.path().join("a.json"))), (0o700, 0o600));
        }
    }

    #[test]
    fn a_file_that_lost_a_bit_or_its_end_is_damage_and_can_be_set_aside() {
        let (_dir, folder) = folder();
        let _lock = folder.lock().expect("locked");
        folder.write("a.json", b"{\"seq\":41}").expect("written");
        let path = folder.path().join("a.json");
        let whole = fs::read(&path).expect("read");
        for at in 0..whole.len() {
            let mut bent = whole.clone();
            bent[at] ^= 1;
            fs::write(&path, &bent).expect("bent");
            assert_eq!(folder.read("a.json").expect("read"), Found::Damaged, "bit at {at}");
            fs::write(&path, &whole[..at]).expect("cut");
            assert_eq!(folder.read("a.json").expect("read"), Found::Damaged, "cut at {at}");
        }
        folder.set_aside("a.json").expect("set aside");
        assert_eq!(folder.read("a.json").expect("read"), Found::Absent);
        assert_eq!(folder.list("damaged").expect("listed"), ["a.json.0"]);
    }

    #[test]
    fn damaged_files_set_aside_do_not_pile_up_without_end() {
        let (_dir, folder) = folder();
        let _lock = folder.lock().expect("locked");
        for n in 0..40 {
            folder.write_raw(&format!("outbox/{n:02}"), b"garbage").expect("written");
            folder.set_aside(&format!("outbox/{n:02}")).expect("set aside");
        }
        assert_eq!(folder.list("damaged").expect("listed").len(), 16);
    }

    #[test]
    fn two_processes_cannot_work_in_one_state_folder() {
        let (_dir, folder) = folder();
        let lock = folder.lock().expect("locked");
        assert!(matches!(folder.lock(), Err(StateError::Busy)));
        drop(lock);
        assert!(folder.lock().is_ok());
    }
}
