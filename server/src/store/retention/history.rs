//! What devices told: reports and changes of state, walked by key from the oldest, and marks of presence, a year at a time.

use std::collections::{BTreeMap, HashMap};

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{BATCH, Plan, count};
use crate::domain::ids::RegionId;
use crate::domain::retention::{Cutoffs, Hold, Record};
use crate::store::{Error, Store, ingest, meta, rows};

/// What grows old row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aged {
    /// Reports.
    Reports,
    /// Changes of state.
    Changes,
}

impl Aged {
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Reports => "report",
            Self::Changes => "state_change",
        }
    }

    const fn at(self) -> &'static str {
        match self {
            Self::Reports => "received_at",
            Self::Changes => "at",
        }
    }

    pub(super) const fn record(self) -> Record {
        match self {
            Self::Reports => Record::Reports,
            Self::Changes => Record::Changes,
        }
    }

    const fn cutoff(self, cutoffs: &Cutoffs) -> Timestamp {
        match self {
            Self::Reports => cutoffs.reports,
            Self::Changes => cutoffs.records,
        }
    }
}

/// What keeps a device's history.
struct Kept {
    region: RegionId,
    hold: Hold,
    /// Of a device in use: the report it is judged by, and its newest.
    reports: Option<(i64, i64)>,
}

/// One batch of the walk, behind the row `after`; where the next one begins, unless nothing older is left. The newest row of all stays,
/// for the next one's number follows from it.
pub async fn sweep(store: &Store, aged: Aged, plan: &Plan, after: i64) -> Result<Option<i64>, Error> {
    let Some(newest) = plan.values().map(|cutoffs| aged.cutoff(cutoffs)).max() else { return Ok(None) };
    let sql = format!(
        "SELECT id, n, {at} FROM {table} WHERE id > $1 AND id < (SELECT max(id) FROM {table}) ORDER BY id LIMIT $2",
        at = aged.at(),
        table = aged.table()
    );
    let page: Vec<(i64, i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(after).bind(BATCH).fetch_all(store.read()).await?;
    let old: Vec<(i64, i64, Timestamp)> =
        page.iter().map(|&(id, n, at)| (id, n, Timestamp::from_seconds(at))).filter(|(_, _, at)| *at < newest).collect();
    // Rows come in the order of time: where none of a batch is old, none behind it is.
    if old.is_empty() {
        return Ok(None);
    }
    let kept = kept(store, &old.iter().map(|(_, n, _)| *n).collect::<Vec<_>>()).await?;
    let mut due: BTreeMap<RegionId, Vec<i64>> = BTreeMap::new();
    for (id, n, at) in old {
        let Some(device) = kept.get(&n) else { continue };
        let Some(cutoffs) = plan.get(&device.region) else { continue };
        let is_present = aged == Aged::Reports && device.reports.is_some_and(|(judged, newest)| id == judged || id == newest);
        if !is_present && device.hold.lets_go(at, aged.cutoff(cutoffs)) {
            due.entry(device.region).or_default().push(id);
        }
    }
    for (region, ids) in &due {
        delete(store, (aged.table(), "id"), (*region, aged.record()), ids).await?;
    }
    let full = i64::try_from(page.len()).is_ok_and(|n| n == BATCH);
    Ok(page.last().map(|(id, _, _)| *id).filter(|_| full))
}

async fn delete(
    store: &Store,
    (table, key): (&'static str, &'static str),
    (region, record): (RegionId, Record),
    keys: &[i64],
) -> Result<(), Error> {
    let mut tx = store.begin_apart().await?;
    let mut gone = 0;
    for group in keys.chunks(rows::MOST) {
        let sql = rows::with_list(&format!("DELETE FROM {table} WHERE {key} IN "), group.len());
        gone += rows::list_query(sql, group).execute(&mut *tx).await?.rows_affected();
    }
    count(&mut tx, &region.to_string(), record, gone).await?;
    tx.commit().await
}

/// What keeps the history of these devices.
async fn kept(store: &Store, devices: &[i64]) -> Result<HashMap<i64, Kept>, Error> {
    let mut devices = devices.to_vec();
    devices.sort_unstable();
    devices.dedup();
    let mut found = HashMap::new();
    for group in devices.chunks(rows::MOST) {
        let sql = rows::with_list(
            "SELECT d.n, d.region_id, d.standing, s.report_id, (SELECT max(r.id) FROM report r WHERE r.n = d.n), \
             (SELECT count(*) FROM loss l WHERE l.n = d.n AND l.closed_at IS NULL) \
               + (SELECT count(*) FROM paper p WHERE p.device_id = d.id AND p.kind = 'incident' AND p.open = 1), \
             (SELECT max(l.closed_at) FROM loss l WHERE l.n = d.n), \
             (SELECT max(t.at) FROM paper p JOIN paper_step t ON t.paper_id = p.id WHERE p.device_id = d.id AND p.kind = 'incident') \
             FROM device d LEFT JOIN device_state s ON s.n = d.n WHERE d.n IN ",
            group.len(),
        );
        for row in rows::list_query(sql, group).fetch_all(store.read()).await? {
            let at = |column: usize| row.try_get::<Option<i64>, _>(column);
            let standing: &str = row.try_get(2)?;
            let hold = Hold {
                open: standing == "lost" || row.try_get::<i64, _>(5)? > 0,
                closed_at: at(6)?.max(at(7)?).map(Timestamp::from_seconds),
            };
            let present = (at(3)?.unwrap_or(0), at(4)?.unwrap_or(0));
            let reports = (!matches!(standing, "retired" | "refused")).then_some(present);
            let region = rows::parsed(&row, 1, "device.region_id")?;
            found.insert(row.try_get(0)?, Kept { region, hold, reports });
        }
    }
    Ok(found)
}

/// `meta` key: the plan of years by which marks of presence were last looked through.
const YEARS: &str = "retention_presence";

/// Deletes years of presence whose last day has been kept long enough. Looks through all of them once a year, not every day; when
/// `stopping` comes first, the next run looks again.
pub async fn presence(store: &Store, plan: &Plan, stopping: impl Fn() -> bool) -> Result<(), Error> {
    let years: BTreeMap<RegionId, i64> =
        plan.iter().map(|(region, cutoffs)| (*region, ingest::jst_year(cutoffs.records.jst_day()).0)).collect();
    let stand = years.iter().map(|(region, year)| format!("{region}={year}")).collect::<Vec<_>>().join(" ");
    if meta::find(store, YEARS).await?.as_deref() == Some(stand.as_str()) {
        return Ok(());
    }
    let newest = years.values().max().copied().unwrap_or(0);
    let mut after = i64::MIN;
    loop {
        let page: Vec<i64> = sqlx::query_scalar("SELECT slot FROM presence WHERE slot > $1 ORDER BY slot LIMIT $2")
            .bind(after)
            .bind(BATCH)
            .fetch_all(store.read())
            .await?;
        let Some(&last) = page.last() else { break };
        after = last;
        let old: Vec<i64> = page.into_iter().filter(|slot| slot % 10_000 < newest).collect();
        let kept = kept(store, &old.iter().map(|slot| slot / 10_000).collect::<Vec<_>>()).await?;
        let mut due: BTreeMap<RegionId, Vec<i64>> = BTreeMap::new();
        for slot in old {
            let Some(device) = kept.get(&(slot / 10_000)) else { continue };
            let (Some(year), Some(cutoffs)) = (years.get(&device.region), plan.get(&device.region)) else { continue };
            // Its days are over; whether the device's loss is, and for long enough, is the hold's to say.
            if slot % 10_000 < *year && device.hold.lets_go(Timestamp::from_seconds(i64::MIN), cutoffs.records) {
                due.entry(device.region).or_default().push(slot);
            }
        }
        for (region, slots) in &due {
            delete(store, ("presence", "slot"), (*region, Record::Presence), slots).await?;
        }
        if stopping() {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
    let mut tx = store.begin_apart().await?;
    meta::put(&mut tx, YEARS, &stand).await?;
    tx.commit().await
}
