//! Deletes what was kept long enough: in batches, each in a transaction of its own that changes nothing the writer remembers, with the
//! count of what went. What may go is looked for outside of it.
//!
//! Invariants: the newest report of a device in use, and the one it is judged by, never go; nothing goes of a device that is missing, of
//! an open paper or incident, or of a 災害時特例 that is not closed; of a region without cutoffs nothing goes at all. No number is given
//! out twice. No transaction grows with the number of devices or people. `TABLES` says of every table what becomes of its rows.

mod history;
mod people;
mod pieces;
mod records;
mod tables;
mod terms;

pub use history::{Aged, presence, sweep};
pub use people::{Former, due_people, erase, find_former, has_open_papers, list_former};
pub use records::records;
pub use tables::{Fate, TABLES};
pub use terms::useless;

use std::collections::BTreeMap;

use hashimori_shared::time::Timestamp;

use super::{Error, Store, Tx, log, meta};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::RegionId;
use crate::domain::retention::{Cutoffs, Record};
use crate::random::Random;

/// Rows looked at or deleted at once.
const BATCH: i64 = 256;
/// `meta` keys: what went since it was last told, and the last day that is done.
const COUNTS: &str = "retention_counts";
const DAY: &str = "retention_day";

/// What may go, by region; a region that is not in it keeps everything.
pub type Plan = BTreeMap<RegionId, Cutoffs>;

/// What went: region → kind → how many.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// Adds to what went, in the transaction in which it goes.
async fn count(tx: &mut Tx, region: &str, record: Record, gone: u64) -> Result<(), Error> {
    if gone == 0 {
        return Ok(());
    }
    let mut counts = counts(tx).await?;
    *counts.entry(region.to_owned()).or_default().entry(record.as_str().to_owned()).or_default() += gone;
    let text = serde_json::to_string(&counts).map_err(|e| Error::Encode(Box::new(e)))?;
    meta::put(tx, COUNTS, &text).await
}

async fn counts(tx: &mut Tx) -> Result<Counts, Error> {
    let text: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(COUNTS).fetch_optional(&mut **tx).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Whether a JST day is done already.
pub async fn is_done(store: &Store, day: i64) -> Result<bool, Error> {
    Ok(meta::find(store, DAY).await?.as_deref() == Some(day.to_string().as_str()))
}

/// A day is done: what went is told in each region's operation log, also what went in a run that was cut short. How many rows.
pub async fn finish(store: &Store, random: &Random, now: Timestamp) -> Result<u64, Error> {
    let mut tx = store.begin_apart().await?;
    let mut all = 0;
    for (region, gone) in counts(&mut tx).await? {
        let Ok(region) = region.parse::<RegionId>() else { continue };
        all += gone.values().sum::<u64>();
        let detail: Vec<String> = gone.iter().map(|(record, n)| format!("{record}={n}")).collect();
        let done = Done::by(Actor::Collector, What::RecordsDeleted, now).in_region(region).noting(detail.join(" "));
        log::write(&mut tx, random, &done).await?;
    }
    meta::put(&mut tx, COUNTS, "{}").await?;
    meta::put(&mut tx, DAY, &now.jst_day().to_string()).await?;
    tx.commit().await?;
    Ok(all)
}
