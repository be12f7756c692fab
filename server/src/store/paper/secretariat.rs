//! Papers that are the 事務局's to approve: administrators' own, at facilities where nobody else may (§20-8).

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{COLUMNS, Found, read};
use crate::domain::ids::{FacilityId, PaperId, RegionId};
use crate::domain::paper::ForSecretariat;
use crate::store::{Error, Store, rows};

/// `$2` = 1: whoever else there is at the facility. Only 持出届 and 個人所有機器利用申請 are ever in these states; without their kinds, and
/// with a first day, SQLite takes the index that is made for this (`paper_to_decide`).
const WAITS: &str = "p.region_id = $1 AND p.filed_at >= 0 AND p.open = 1 AND p.applicant_id IS NOT NULL \
     AND p.state IN ('filed', 'extending', 'exempt') \
     AND EXISTS (SELECT 1 FROM appointment a WHERE a.facility_id = p.facility_id AND a.person_id = p.applicant_id \
       AND a.role = 'administrator' AND a.until_at IS NULL) \
     AND ($2 = 1 OR NOT EXISTS (SELECT 1 FROM appointment h WHERE h.facility_id = p.facility_id AND h.role = 'head' AND h.until_at IS NULL))";

/// How many wait, and since when the first.
pub async fn count_for_secretariat(store: &Store, region: RegionId, which: ForSecretariat) -> Result<(i64, Option<Timestamp>), Error> {
    let Some(all) = all(which) else { return Ok((0, None)) };
    let (waiting, since): (i64, Option<i64>) =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT COUNT(*), MIN(p.filed_at) FROM paper p WHERE {WAITS}")))
            .bind(region.to_string())
            .bind(all)
            .fetch_one(store.read())
            .await?;
    Ok((waiting, since.map(Timestamp::from_seconds)))
}

/// Those that wait, the first first and after one of them: where, the facility's name, and the paper.
pub async fn list_for_secretariat(
    store: &Store,
    region: RegionId,
    which: ForSecretariat,
    (after, limit): (Option<PaperId>, u16),
) -> Result<Vec<(FacilityId, String, Found)>, Error> {
    let Some(all) = all(which) else { return Ok(Vec::new()) };
    let sql = COLUMNS.replace(" FROM paper p", ", f.id, f.name FROM paper p")
        + &format!(
            " JOIN facility f ON f.id = p.facility_id WHERE {WAITS} \
           AND ($4 = '' OR (p.filed_at, p.id) > (SELECT q.filed_at, q.id FROM paper q WHERE q.id = $4)) ORDER BY p.filed_at, p.id LIMIT $3"
        );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(all)
        .bind(i64::from(limit))
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let facility = row.try_get::<&str, _>(17)?.parse().map_err(|_| rows::decode_error("facility.id"))?;
            Ok((facility, row.try_get(18)?, read(row)?))
        })
        .collect()
}

const fn all(which: ForSecretariat) -> Option<i64> {
    match which {
        ForSecretariat::Never => None,
        ForSecretariat::WithoutHead => Some(0),
        ForSecretariat::Always => Some(1),
    }
}
