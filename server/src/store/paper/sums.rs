//! Open papers in numbers, by how they stand at an instant.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{kind, state};
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::paper::{Kind, State};
use crate::store::{Error, Store};

/// Open papers that stand alike, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCount {
    /// Of which kind.
    pub kind: Kind,
    /// How they stand.
    pub state: State,
    /// Whether their period is over.
    pub over: bool,
    /// Whether it ends within a week.
    pub ends_soon: bool,
    /// How many.
    pub papers: i64,
    /// The first instant at which one was filed, or over.
    pub since: Timestamp,
}

/// Days before its end from which a paper ends soon.
pub(super) const SOON_DAYS: i64 = 7;

/// Open papers, counted by how they stand: $1 is now, $2 when what ends soon ends.
const COUNTED: &str = "SELECT kind, state, CASE WHEN until_at <= $1 THEN 2 WHEN until_at <= $2 THEN 1 ELSE 0 END, COUNT(*), \
    MIN(CASE WHEN until_at <= $1 THEN until_at ELSE filed_at END) FROM paper WHERE open = 1";

/// A facility's open papers, counted by how they stand now.
pub async fn count_open(store: &Store, facility: FacilityId, now: Timestamp) -> Result<Vec<OpenCount>, Error> {
    counted(store, "facility_id = $3", (now, facility.to_string())).await
}

/// The same of what the 事務局 has to look after in a region: 注意・指導 that were answered or went on, and what is over of those and of
/// 利用制限. What only waits for its day is not counted.
pub async fn count_measures(store: &Store, region: RegionId, now: Timestamp) -> Result<Vec<OpenCount>, Error> {
    counted(
        store,
        "region_id = $3 AND kind IN ('guidance', 'restriction') AND (state IN ('escalated', 'answered') OR until_at <= $1)",
        (now, region.to_string()),
    )
    .await
}

async fn counted(store: &Store, of: &str, (now, id): (Timestamp, String)) -> Result<Vec<OpenCount>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COUNTED} AND {of} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")))
        .bind(now.seconds())
        .bind(now.plus_days(SOON_DAYS).seconds())
        .bind(id)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let end: i64 = row.try_get(2)?;
            Ok(OpenCount {
                kind: kind(row.try_get(0)?)?,
                state: state(row.try_get(1)?)?,
                over: end == 2,
                ends_soon: end == 1,
                papers: row.try_get(3)?,
                since: Timestamp::from_seconds(row.try_get(4)?),
            })
        })
        .collect()
}

/// How many incidents of a region are open, and since when the first is.
pub async fn count_incidents(store: &Store, region: RegionId) -> Result<(i64, Option<Timestamp>), Error> {
    let (open, since): (i64, Option<i64>) =
        sqlx::query_as("SELECT COUNT(*), MIN(filed_at) FROM paper WHERE region_id = $1 AND kind = $2 AND open = 1")
            .bind(region.to_string())
            .bind(Kind::Incident.as_str())
            .fetch_one(store.read())
            .await?;
    Ok((open, since.map(Timestamp::from_seconds)))
}

/// Which of these kinds a facility has never filed.
pub async fn list_never_filed(store: &Store, facility: FacilityId, kinds: &[Kind]) -> Result<Vec<Kind>, Error> {
    let mut never = Vec::new();
    for &kind in kinds {
        // What was filed may be kept no longer: its number is.
        let any: i64 = sqlx::query_scalar(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM paper WHERE facility_id = $1 AND kind = $2 LIMIT 1) p) \
             + (SELECT COUNT(*) FROM paper_number WHERE facility_id = $1 AND kind = $2)",
        )
        .bind(facility.to_string())
        .bind(kind.as_str())
        .fetch_one(store.read())
        .await?;
        never.extend((any == 0).then_some(kind));
    }
    Ok(never)
}

/// How many papers of a facility went ahead under a 災害時特例 and are neither approved nor ended.
pub async fn count_exempt(store: &Store, facility: FacilityId) -> Result<i64, Error> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM paper WHERE facility_id = $1 AND open = 1 AND exception_id IS NOT NULL AND state IN ('exempt', 'revoked')",
    )
    .bind(facility.to_string())
    .fetch_one(store.read())
    .await
}
