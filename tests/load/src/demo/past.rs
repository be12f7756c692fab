//! What no device can report today: how the region stood on the days before. Made up like everything here, and written beside the
//! running collector into its trend alone, so that the overview's chart can be judged full.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use hashimori_server::domain::ids::RegionId;
use hashimori_server::domain::reading::Reading;
use hashimori_server::domain::summary::Counts;
use hashimori_server::store::rollup::Scope;
use hashimori_server::store::{Store, StoreUrl, region, trend};
use hashimori_shared::time::Timestamp;

use super::dice::Dice;

/// Days before today, as many as the chart shows.
const DAYS: i64 = 89;
/// How long the collector may take to count the devices that came in.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_secs(1);
/// Looks in a row that find the same once everything is judged.
const ALIKE: u32 = 6;

/// Gives a region of so many devices its past, if it has none.
pub(crate) async fn write(file: &Path, name: &str, devices: i64, (seed, now): (u64, Timestamp)) -> anyhow::Result<()> {
    let store = Store::open_beside(StoreUrl::Sqlite(file.to_owned())).await?;
    let regions = region::list(&store).await?;
    let region = regions.into_iter().find(|region| region.name == name).context("the region is not there")?.id;
    let today = now.jst_day();
    let present = counted(&store, (region, today), devices).await?;
    let mut tx = store.begin().await?;
    let mut dice = Dice::new(seed);
    for ago in 1..=DAYS {
        sqlx::query("INSERT INTO rollup_day (scope, day, counts) VALUES ($1, $2, $3) ON CONFLICT (scope, day) DO NOTHING")
            .bind(region.to_string())
            .bind(today - ago)
            .bind(before(&present, ago, &mut dice))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Today's sums, once every device is among them and all that was answered for them is judged.
async fn counted(store: &Store, (region, today): (RegionId, i64), devices: i64) -> anyhow::Result<Counts> {
    let (mut before, mut alike) = (Counts::default(), 0);
    for _ in 0..PATIENCE.as_secs() / LOOK.as_secs() {
        let days = trend::list(store, Scope::Region(region), (today, today)).await?;
        let present = days.into_iter().next_back().map(|(_, counts)| counts).unwrap_or_default();
        alike = if present == before { alike + 1 } else { 0 };
        if alike >= ALIKE && present.all() >= devices {
            return Ok(present);
        }
        before = present;
        tokio::time::sleep(LOOK).await;
    }
    bail!("the collector has not counted the region's devices within {} s", PATIENCE.as_secs())
}

/// The sums some days ago, as the trend keeps them: half of the devices came in since, and of those there were more than today were
/// out of order, now more, now fewer.
fn before(present: &Counts, ago: i64, dice: &mut Dice) -> String {
    let share = |n: i64| n * (2 * DAYS - ago) / (2 * DAYS);
    let wave = i64::try_from(dice.roll(3)).unwrap_or(0);
    let fine = share(present.of(Reading::Compliant));
    let worse = (fine * ago / (2 * DAYS) + wave).min(fine);
    let then = |reading: Reading| match reading {
        Reading::Compliant => fine - worse,
        Reading::NonCompliant => share(present.of(reading)) + worse,
        other => share(present.of(other)),
    };
    let known = Reading::ALL.into_iter().map(|reading| (reading, then(reading))).filter(|(_, n)| *n > 0);
    known.map(|(reading, n)| format!("{}={n}", reading.as_str())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_has_fewer_devices_than_today_and_a_larger_part_of_them_out_of_order() {
        let present = Counts::parse("non-compliant=200 pending=40 compliant=760");
        let mut dice = Dice::new(1);
        let share = |counts: &Counts| counts.of(Reading::NonCompliant) * 1000 / counts.all();
        for ago in [1, 30, DAYS] {
            let past = Counts::parse(&before(&present, ago, &mut dice));
            assert!(past.all() <= present.all() && past.all() >= present.all() / 2 - 3, "{ago}: {past:?}");
            assert!(share(&past) >= share(&present), "{ago}: {past:?}");
        }
    }
}
