//! Power cuts: an ext4 image on a loop device, shut down under the running store, mounted again. Every acknowledged check-in is
//! found again; the control (`synchronous=OFF`) must lose some. Needs root and loop devices; skipped loudly without.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_server::random::Random;
use hashimori_tests::host::{between, live, lost};
use tempfile::TempDir;

const CUTS: u8 = 10;

/// A small disk of its own.
struct Disk {
    image: PathBuf,
    mount: PathBuf,
    _folder: TempDir,
}

impl Disk {
    /// `None` where this machine lends no loop devices.
    fn new() -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let (image, mount) = (folder.path().join("disk.ext4"), folder.path().join("mount"));
        std::fs::File::create(&image)?.set_len(192 << 20)?;
        std::fs::create_dir(&mount)?;
        run("mkfs.ext4", &["-q", "-F", &image.display().to_string()])?;
        let disk = Self { image, mount, _folder: folder };
        if let Err(error) = disk.mount() {
            eprintln!("SKIPPED: no loop device to cut the power of: {error:#}");
            return Ok(None);
        }
        Ok(Some(disk))
    }

    fn mount(&self) -> anyhow::Result<()> {
        run("mount", &["-o", "loop", &self.image.display().to_string(), &self.mount.display().to_string()])
    }

    fn unmount(&self) -> anyhow::Result<()> {
        run("umount", &[&self.mount.display().to_string()])
    }

    /// From here on nothing reaches the disk, not even what the kernel still holds.
    fn cut(&self) -> anyhow::Result<()> {
        run("xfs_io", &["-F", "-x", "-c", "shutdown", &self.mount.display().to_string()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.unmount();
    }
}

fn run(program: &str, args: &[&str]) -> anyhow::Result<()> {
    let done = Command::new(program).args(args).output().with_context(|| format!("{program} (tests/run.sh installs it)"))?;
    ensure!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

async fn one_cut(disk: &Disk, (life, switches): (u8, &[&str]), count: usize) -> anyhow::Result<(usize, usize)> {
    let folder: &Path = &disk.mount;
    let mut lines = live(folder, (life, switches), count, |_| disk.cut())?;
    // Only what was heard before the cut began counts: unlike a real one, this cut leaves the process alive, and a sync that races
    // with it may be reported as done by the kernel although the disk no longer took it.
    lines.truncate(count);
    disk.unmount()?;
    disk.mount()?;
    let gone = lost(folder, &lines).await;
    Ok((lines.len(), gone.len()))
}

#[tokio::test]
async fn every_check_in_acknowledged_before_a_power_cut_is_found_again() -> anyhow::Result<()> {
    let Some(disk) = Disk::new()? else { return Ok(()) };
    let random = Arc::new(Random::seeded(30));
    let mut total = 0;
    for life in 1..=CUTS {
        let (acknowledged, gone) = one_cut(&disk, (life, &[]), between(&random, 1, 1500)).await?;
        assert_eq!(gone, 0, "cut {life}: {gone} of {acknowledged} lost");
        total += acknowledged;
    }
    println!("{CUTS} power cuts, {total} acknowledged, 0 lost");
    Ok(())
}

#[tokio::test]
async fn the_control_that_never_syncs_loses_some() -> anyhow::Result<()> {
    let random = Arc::new(Random::seeded(31));
    for life in 1..=CUTS {
        let Some(disk) = Disk::new()? else { return Ok(()) };
        let (acknowledged, gone) = one_cut(&disk, (life, &["--unsynced"]), between(&random, 200, 1500)).await?;
        if gone > 0 {
            println!("control: cut {life}, {acknowledged} acknowledged, {gone} lost");
            return Ok(());
        }
    }
    anyhow::bail!("the control lost nothing in {CUTS} cuts: the test cannot tell")
}
