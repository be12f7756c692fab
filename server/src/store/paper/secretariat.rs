//! Papers that are the 事務局's to approve: administrators' own, at facilities where nobody else may (§20-8).
//!
//! Invariant: an open paper's `above` says what the appointments say now: 1 where it is the own one of the administrator in office and
//! there is a head, 2 where there is none, else 0. So whoever counts looks at no appointment.

use hashimori_shared::time::Timestamp;
use sqlx::{AnyConnection, Row as _};

use super::{COLUMNS, Found, WIDTH, read};
use crate::domain::ids::{FacilityId, PaperId, RegionId};
use crate::domain::paper::{ForSecretariat, same_name};
use crate::store::{Error, Store, Tx, rows};

/// Notes whose own a paper is, now that it was filed.
pub(super) async fn note_own(tx: &mut Tx, paper: PaperId) -> Result<(), Error> {
    let facility: String =
        sqlx::query_scalar("SELECT facility_id FROM paper WHERE id = $1").bind(paper.to_string()).fetch_one(&mut **tx).await?;
    note(tx, &facility, &paper.to_string()).await
}

/// The same of all of a facility's, now that a role there began or ended.
pub(in crate::store) async fn note_own_at(tx: &mut AnyConnection, facility: FacilityId) -> Result<(), Error> {
    note(tx, &facility.to_string(), "").await
}

/// `only`: this paper alone, or all of them. Whoever filed without an account is known by name, as where papers are approved.
async fn note(tx: &mut AnyConnection, facility: &str, only: &str) -> Result<(), Error> {
    let held: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT a.role, p.id, p.name FROM appointment a JOIN person p ON p.id = a.person_id \
         WHERE a.facility_id = $1 AND a.until_at IS NULL AND a.role IN ('administrator', 'head')",
    )
    .bind(facility.to_owned())
    .fetch_all(&mut *tx)
    .await?;
    let administrator = held.iter().find(|(role, ..)| role == "administrator");
    let own = if held.iter().any(|(role, ..)| role == "head") { 1 } else { 2 };
    let open: Vec<(String, Option<String>, String, i64)> =
        sqlx::query_as("SELECT id, applicant_id, applicant, above FROM paper WHERE facility_id = $1 AND open = 1 AND ($2 = '' OR id = $2)")
            .bind(facility.to_owned())
            .bind(only.to_owned())
            .fetch_all(&mut *tx)
            .await?;
    for (paper, person, name, noted) in open {
        let theirs = administrator.is_some_and(|(_, id, called)| person.as_ref() == Some(id) || same_name(called, &name));
        let above = if theirs { own } else { 0 };
        if above != noted {
            sqlx::query("UPDATE paper SET above = $2 WHERE id = $1").bind(paper).bind(above).execute(&mut *tx).await?;
        }
    }
    Ok(())
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
            let facility = rows::parsed(row, WIDTH, "facility.id")?;
            Ok((facility, row.try_get(WIDTH + 1)?, read(row)?))
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
