//! Papers that are the 事務局's to approve: administrators' own, at facilities where nobody else may (§20-8).
//!
//! Invariant: an open paper's `above` says what the appointments say now: 1 where it is the own one of the administrator in office and
//! there is a head, 2 where there is none, else 0. So whoever counts looks at no appointment.

use hashimori_shared::time::Timestamp;
use sqlx::{AnyConnection, Row as _};

use super::{COLUMNS, Found, read};
use crate::domain::ids::{FacilityId, PaperId, RegionId};
use crate::domain::paper::ForSecretariat;
use crate::store::{Error, Store, Tx, rows};

const NOTE: &str = "UPDATE paper SET above = CASE \
     WHEN NOT EXISTS (SELECT 1 FROM appointment a WHERE a.facility_id = paper.facility_id AND a.person_id = paper.applicant_id \
       AND a.role = 'administrator' AND a.until_at IS NULL) THEN 0 \
     WHEN EXISTS (SELECT 1 FROM appointment h WHERE h.facility_id = paper.facility_id AND h.role = 'head' AND h.until_at IS NULL) THEN 1 \
     ELSE 2 END WHERE open = 1";

/// Notes whose own a paper is, now that it was filed.
pub(super) async fn note_own(tx: &mut Tx, paper: PaperId) -> Result<(), Error> {
    let sql = format!("{NOTE} AND id = $1");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(paper.to_string()).execute(&mut **tx).await.map(drop)
}

/// The same of all of a facility's, now that a role there began or ended.
pub(in crate::store) async fn note_own_at(tx: &mut AnyConnection, facility: FacilityId) -> Result<(), Error> {
    let sql = format!("{NOTE} AND facility_id = $1 AND applicant_id IS NOT NULL");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(facility.to_string()).execute(tx).await.map(drop)
}

/// From `$2` on. As the index that is made for this says it (`paper_to_decide`); only 持出届 and 個人所有機器利用申請 are ever in these states.
const WAITS: &str = "p.region_id = $1 AND p.open = 1 AND p.above > 0 AND p.above >= $2 AND p.state IN ('filed', 'extending', 'exempt')";

/// How many wait, and since when the first.
pub async fn count_for_secretariat(store: &Store, region: RegionId, which: ForSecretariat) -> Result<(i64, Option<Timestamp>), Error> {
    let Some(above) = above(which) else { return Ok((0, None)) };
    let (waiting, since): (i64, Option<i64>) =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT COUNT(*), MIN(p.filed_at) FROM paper p WHERE {WAITS}")))
            .bind(region.to_string())
            .bind(above)
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
    let Some(above) = above(which) else { return Ok(Vec::new()) };
    let sql = COLUMNS.replace(" FROM paper p", ", f.id, f.name FROM paper p")
        + &format!(
            " JOIN facility f ON f.id = p.facility_id WHERE {WAITS} \
           AND ($4 = '' OR (p.filed_at, p.id) > (SELECT q.filed_at, q.id FROM paper q WHERE q.id = $4)) ORDER BY p.filed_at, p.id LIMIT $3"
        );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(above)
        .bind(i64::from(limit))
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let facility = rows::parsed(row, 17, "facility.id")?;
            Ok((facility, row.try_get(18)?, read(row)?))
        })
        .collect()
}

/// From where on papers are the 事務局's; `None`: none are.
const fn above(which: ForSecretariat) -> Option<i64> {
    match which {
        ForSecretariat::Never => None,
        ForSecretariat::WithoutHead => Some(2),
        ForSecretariat::Always => Some(1),
    }
}
