//! A small file system of its own in memory, to fill up or to make read-only. Mounting needs root.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

use crate::skipped::skipped;

/// A mounted tmpfs. Dropped, it is unmounted.
#[derive(Debug)]
pub struct Volume {
    path: PathBuf,
}

impl Volume {
    /// Mounts `size` (as mount(8) writes it, `8m`) at `path`; `None`, said loudly, where mounting is not allowed.
    pub fn mount(path: &Path, size: &str) -> anyhow::Result<Option<Self>> {
        std::fs::create_dir_all(path)?;
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700"), "hashimori-test"]).arg(path).output()?;
        if !mounted.status.success() {
            skipped(format!("no file system can be mounted here: {}", String::from_utf8_lossy(&mounted.stderr).trim()));
            return Ok(None);
        }
        Ok(Some(Self { path: path.to_owned() }))
    }

    /// Writes until nothing more fits; the file to delete when there is to be room again.
    pub fn fill(&self) -> anyhow::Result<PathBuf> {
        use std::io::Write as _;
        let path = self.path.join("filler");
        let mut file = std::fs::File::create(&path)?;
        for size in [64 * 1024, 512] {
            while file.write_all(&vec![0; size]).and_then(|()| file.flush()).is_ok() {}
        }
        Ok(path)
    }

    /// Allows no more writing.
    pub fn make_read_only(&self) -> anyhow::Result<()> {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.path).status()?;
        ensure!(done.success(), "{} could not be made read-only", self.path.display());
        Ok(())
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Lazily: a collector may still be going down.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}
