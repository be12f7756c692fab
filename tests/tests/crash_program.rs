//! The collector itself, under load from devices with real certificates over TLS, is killed and loses its power at random (seeded)
//! moments: every check-in it acknowledged it knows again. `crash_kill` and `crash_power` try its store more often.

use std::sync::Arc;

use hashimori_server::random::Random;
use hashimori_tests::collector::Collector;
use hashimori_tests::crowd::{Crowd, Sent, found_again};
use hashimori_tests::disk::Disk;
use hashimori_tests::host::between;
use hashimori_tests::synthetic::Synthetic;

const DEVICES: u32 = 6;
const KILLS: usize = 6;
const CUTS: usize = 3;

/// A crowd's devices, enrolled and not at work yet.
async fn enrolled(collector: &Collector) -> anyhow::Result<Vec<Synthetic>> {
    let code = collector.code_for(DEVICES)?;
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(Synthetic::enroll(collector.device_address(), &code, number).await?);
    }
    Ok(devices)
}

fn devices_of(sent: Vec<Sent>) -> Vec<Synthetic> {
    sent.into_iter().map(|sent| sent.device).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_collector_acknowledged_before_it_was_killed_it_knows_when_it_is_back() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let mut devices = enrolled(&collector).await?;
    let random = Arc::new(Random::seeded(40));
    let mut total = 0;
    for _ in 0..KILLS {
        let crowd = Crowd::work(devices, collector.device_address());
        crowd.until_acknowledged(between(&random, 1, 300)).await?;
        collector.kill();
        let mut sent = crowd.rest().await?;
        collector.run()?;
        total += found_again(&collector, &mut sent, usize::MAX).await?.0;
        devices = devices_of(sent);
    }
    println!("{KILLS} kills, {total} acknowledged, 0 lost");
    assert!(total > KILLS, "nothing was acknowledged");
    assert!(collector.stop()?.success());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_collector_acknowledged_before_its_power_was_cut_it_knows_when_it_is_back() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    let Some(disk) = Disk::mounted(&collector.data())? else { return Ok(()) };
    collector.init()?;
    collector.run()?;
    let mut devices = enrolled(&collector).await?;
    let random = Arc::new(Random::seeded(41));
    let mut total = 0;
    for _ in 0..CUTS {
        let crowd = Crowd::work(devices, collector.device_address());
        crowd.until_acknowledged(between(&random, 1, 300)).await?;
        // As in `crash_power`: only what was heard before the cut began counts.
        crowd.deafen();
        disk.cut()?;
        collector.kill();
        let mut sent = crowd.rest().await?;
        disk.mount_again()?;
        collector.run()?;
        total += found_again(&collector, &mut sent, usize::MAX).await?.0;
        devices = devices_of(sent);
    }
    println!("{CUTS} power cuts, {total} acknowledged, 0 lost");
    assert!(total > CUTS, "nothing was acknowledged");
    Ok(())
}
