//! How long the collector takes to answer each page, in one process and without a network: 8 readers at once, over a store filled
//! with 2,000 devices in 200 facilities and one with 250,000 in 40,000, while check-ins come in at half of what the writer takes
//! at most. Prints figures, asserts nothing.
//!
//! `cargo bench -p hashimori-server --bench pages` (SQLite, in the current folder's file system), `… -- 2000` for the small one alone,
//! any other number for that many devices; with `HASHIMORI_BENCH_POSTGRES=URL` on PostgreSQL (an empty database: everything is left
//! in it; give the size too). `HASHIMORI_BENCH_RATE=N`: N check-ins a second instead, as half of what a whole collector takes over TLS.

#![expect(clippy::cast_precision_loss, reason = "figures for people to read")]

mod checkins;
mod fill;
mod ledger;
mod readers;
mod toggle;

use std::time::Duration;

use hashimori_server::store::StoreUrl;
use hashimori_shared::time::Timestamp;

use crate::checkins::Crowd;
use crate::fill::Filled;
use crate::readers::Walk;

/// What every clock says.
const START: Timestamp = Timestamp::from_seconds(1_785_713_400);
/// How long the maximum is measured for.
const FLAT_OUT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let asked: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    for devices in if asked.is_empty() { vec![2_000, 250_000] } else { asked } {
        let facilities = if devices <= 2_000 { devices.div_ceil(10) } else { devices * 4 / 25 };
        let folder = tempfile::tempdir_in(".")?;
        let url = match std::env::var("HASHIMORI_BENCH_POSTGRES") {
            Ok(url) => StoreUrl::Postgres(url),
            Err(_) => StoreUrl::Sqlite(folder.path().join("bench.db")),
        };
        measure(Filled::new(url, devices, facilities).await?).await?;
    }
    Ok(())
}

async fn measure(filled: Filled) -> anyhow::Result<()> {
    toggle::measure(&filled).await?;
    let walk = Walk::new(&filled).await?;
    let crowd = Crowd::gather(&filled).await?;
    let most = crowd.flat_out(FLAT_OUT).await?;
    let rate = match std::env::var("HASHIMORI_BENCH_RATE") {
        Ok(rate) => rate.parse()?,
        Err(_) => most / 2.0,
    };
    let work = crowd.work_at(rate);
    println!("{} devices, {} readers; check-ins: {most:.0}/s at most, {rate:.0}/s meanwhile", filled.devices, readers::READERS);
    walk.measure().await?;
    println!("meanwhile {}\n", work.rest().await?);
    crowd.part().await
}

/// The value below which this many thousandths lie, in milliseconds.
fn part_ms(sorted: &[Duration], thousandths: usize) -> f64 {
    sorted.get(sorted.len().saturating_sub(1) * thousandths / 1000).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
}
