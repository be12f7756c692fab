//! SIGKILL at random (seeded) moments under load: every acknowledged check-in is found again. The control acknowledges before
//! the commit and must lose some, or this test proves nothing.

use std::process::Command;
use std::sync::Arc;

use anyhow::ensure;
use hashimori_server::random::Random;
use hashimori_tests::host::{Line, between, live, lost};

const ROUNDS: u8 = 20;

fn kill(process: u32) -> anyhow::Result<()> {
    let done = Command::new("kill").args(["-KILL", &process.to_string()]).status()?;
    ensure!(done.success(), "kill says {done}");
    Ok(())
}

#[tokio::test]
async fn every_check_in_acknowledged_before_a_kill_is_found_again() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let random = Arc::new(Random::seeded(20));
    let mut acknowledged: Vec<Line> = Vec::new();
    for life in 1..=ROUNDS {
        let count = between(&random, 1, 1200);
        let lines = live(folder.path(), (life, &[]), count, kill)?;
        let gone = lost(folder.path(), &lines).await;
        assert!(gone.is_empty(), "life {life}: {} of {} lost, first {:?}", gone.len(), lines.len(), gone.first());
        acknowledged.extend(lines);
    }
    println!("{} kills, {} acknowledged, 0 lost", ROUNDS, acknowledged.len());
    Ok(())
}

#[tokio::test]
async fn the_control_that_acknowledges_before_the_commit_loses_some() -> anyhow::Result<()> {
    let random = Arc::new(Random::seeded(21));
    let (mut acknowledged, mut gone) = (0, 0);
    for life in 1..=ROUNDS {
        let folder = tempfile::tempdir()?;
        let lines = live(folder.path(), (life, &["--hasty"]), between(&random, 1, 1200), kill)?;
        acknowledged += lines.len();
        gone += lost(folder.path(), &lines).await.len();
        if gone > 0 {
            println!("control: {life} kills, {acknowledged} acknowledged early, {gone} lost");
            return Ok(());
        }
    }
    anyhow::bail!("the control lost nothing in {ROUNDS} kills: the test cannot tell")
}
