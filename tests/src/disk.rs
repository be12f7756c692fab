//! An ext4 disk in a file of its own, whose power can be cut. Needs root and loop devices.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::skipped::skipped;

/// A mounted disk. Dropped, it is unmounted and gone.
#[derive(Debug)]
pub struct Disk {
    image: PathBuf,
    mount: PathBuf,
    _folder: TempDir,
}

impl Disk {
    /// Mounts a fresh one at `mount`; `None`, said loudly, where this machine lends no loop devices.
    pub fn mounted(mount: &Path) -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("disk.ext4");
        std::fs::File::create(&image)?.set_len(192 << 20)?;
        std::fs::create_dir_all(mount)?;
        run("mkfs.ext4", &["-q", "-F", &image.display().to_string()])?;
        let disk = Self { image, mount: mount.to_owned(), _folder: folder };
        if let Err(error) = disk.mount() {
            skipped(format!("no loop device to cut the power of: {error:#}"));
            return Ok(None);
        }
        Ok(Some(disk))
    }

    /// From here on nothing reaches the disk, not even what the kernel still holds.
    pub fn cut(&self) -> anyhow::Result<()> {
        run("xfs_io", &["-F", "-x", "-c", "shutdown", &self.mount.display().to_string()])
    }

    /// The power is back: what the disk holds, and nothing else. Nobody may be using it.
    pub fn mount_again(&self) -> anyhow::Result<()> {
        self.unmount()?;
        self.mount()
    }

    fn mount(&self) -> anyhow::Result<()> {
        run("mount", &["-o", "loop", &self.image.display().to_string(), &self.mount.display().to_string()])
    }

    fn unmount(&self) -> anyhow::Result<()> {
        run("umount", &[&self.mount.display().to_string()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a collector may still be going down.
        let _ = Command::new("umount").arg("-l").arg(&self.mount).output();
    }
}

fn run(program: &str, args: &[&str]) -> anyhow::Result<()> {
    let done = Command::new(program).args(args).output().with_context(|| format!("{program} (tests/run.sh installs it)"))?;
    ensure!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}
