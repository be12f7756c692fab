//! Power cuts: an ext4 image on a loop device, shut down under the running store, mounted again. Every acknowledged check-in is
//! found again; the control (`synchronous=OFF`) must lose some. Needs root and loop devices; skipped loudly without.

use std::path::Path;
use std::sync::Arc;

use hashimori_server::random::Random;
use hashimori_tests::disk::Disk;
use hashimori_tests::host::{between, live, lost};

const CUTS: u8 = 10;

async fn one_cut((disk, folder): (&Disk, &Path), (life, switches): (u8, &[&str]), count: usize) -> anyhow::Result<(usize, usize)> {
    let mut lines = live(folder, (life, switches), count, |_| disk.cut())?;
    // Only what was heard before the cut began counts: unlike a real one, this cut leaves the process alive, and a sync that races
    // with it may be reported as done by the kernel although the disk no longer took it.
    lines.truncate(count);
    disk.mount_again()?;
    let gone = lost(folder, &lines).await;
    Ok((lines.len(), gone.len()))
}

#[tokio::test]
async fn every_check_in_acknowledged_before_a_power_cut_is_found_again() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(disk) = Disk::mounted(folder.path())? else { return Ok(()) };
    let random = Arc::new(Random::seeded(30));
    let mut total = 0;
    for life in 1..=CUTS {
        let (acknowledged, gone) = one_cut((&disk, folder.path()), (life, &[]), between(&random, 1, 1500)).await?;
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
        let folder = tempfile::tempdir()?;
        let Some(disk) = Disk::mounted(folder.path())? else { return Ok(()) };
        let (acknowledged, gone) = one_cut((&disk, folder.path()), (life, &["--unsynced"]), between(&random, 200, 1500)).await?;
        if gone > 0 {
            println!("control: cut {life}, {acknowledged} acknowledged, {gone} lost");
            return Ok(());
        }
    }
    anyhow::bail!("the control lost nothing in {CUTS} cuts: the test cannot tell")
}
