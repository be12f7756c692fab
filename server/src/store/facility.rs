//! Facilities (事業所). Everything of a facility is asked for with the facility's id, so that another's cannot be met.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::{Error, Store, Tx, rank, rows};
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::people::role::DeputyTerm;

/// A facility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facility {
    /// Its id.
    pub id: FacilityId,
    /// Its region.
    pub region: RegionId,
    /// Its name.
    pub name: String,
    /// When it was taken in.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "SELECT id, region_id, name, created_at FROM facility ";

/// The states of facilities that take part (`membership::State::takes_part`).
pub(super) const TAKES_PART: &str = "('in', 'suspended', 'leaving')";

/// One facility of a region.
pub async fn find(store: &Store, region: RegionId, id: FacilityId) -> Result<Option<Facility>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE region_id = $1 AND id = $2")))
        .bind(region.to_string())
        .bind(id.to_string())
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Whether a region has this facility, inside a transaction.
pub async fn exists_in(tx: &mut Tx, region: RegionId, id: FacilityId) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar("SELECT count(*) FROM facility WHERE region_id = $1 AND id = $2")
        .bind(region.to_string())
        .bind(id.to_string())
        .fetch_one(&mut **tx)
        .await?;
    Ok(found > 0)
}

/// A page of the facilities that take part in a region, in order of id; `after` is the last one of the page before.
pub async fn list(store: &Store, region: RegionId, after: Option<FacilityId>, limit: u16) -> Result<Vec<Facility>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE region_id = $1 AND state IN {TAKES_PART} AND id > $2 ORDER BY id LIMIT $3")))
        .bind(region.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Adds one that is in, without an application; it stands in the region's list at once, and is ranked when its first device comes. It has no administrator yet.
pub async fn insert(tx: &mut Tx, facility: &Facility) -> Result<(), Error> {
    sqlx::query("INSERT INTO facility (id, region_id, name, created_at, vacant_since, taken_in_at) VALUES ($1, $2, $3, $4, $4, $4)")
        .bind(facility.id.to_string())
        .bind(facility.region.to_string())
        .bind(facility.name.clone())
        .bind(facility.created_at.seconds())
        .execute(&mut **tx)
        .await?;
    rank::add(tx, facility.region, facility.id).await
}

fn read(row: &AnyRow) -> Result<Facility, Error> {
    Ok(Facility {
        id: rows::parsed(row, 0, "facility.id")?,
        region: rows::parsed(row, 1, "facility.region_id")?,
        name: row.try_get(2)?,
        created_at: Timestamp::from_seconds(row.try_get(3)?),
    })
}

/// Since when a facility has had no administrator; `None`: it has one.
pub async fn vacant_since(db: impl Executor<'_, Database = Any>, id: FacilityId) -> Result<Option<Timestamp>, Error> {
    let since: Option<Option<i64>> =
        sqlx::query_scalar("SELECT vacant_since FROM facility WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    Ok(since.flatten().map(Timestamp::from_seconds))
}

/// A facility without an administrator (欠員).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vacancy {
    /// Which.
    pub id: FacilityId,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

/// Facilities of a region without an administrator, those without one for longest first.
pub async fn list_vacant(store: &Store, region: RegionId, limit: u16) -> Result<Vec<Vacancy>, Error> {
    sqlx::query(
        "SELECT id, name, vacant_since FROM facility WHERE region_id = $1 AND vacant_since IS NOT NULL ORDER BY vacant_since, id LIMIT $2",
    )
    .bind(region.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(Vacancy { id: rows::parsed(row, 0, "facility.id")?, name: row.try_get(1)?, since: Timestamp::from_seconds(row.try_get(2)?) })
    })
    .collect()
}

/// How many facilities of a region have no administrator: in all, and for longer than since `before`.
pub async fn count_vacant(store: &Store, region: RegionId, before: Timestamp) -> Result<(i64, i64), Error> {
    sqlx::query_as(
        "SELECT COUNT(*), COUNT(CASE WHEN vacant_since < $2 THEN 1 END) FROM facility WHERE region_id = $1 AND vacant_since IS NOT NULL",
    )
    .bind(region.to_string())
    .bind(before.seconds())
    .fetch_one(store.read())
    .await
}

/// Since when the newest of the facilities that have had no administrator since before `before` has had none.
pub async fn newest_vacancy(store: &Store, region: RegionId, before: Timestamp) -> Result<Option<Timestamp>, Error> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(vacant_since) FROM facility WHERE region_id = $1 AND vacant_since < $2")
        .bind(region.to_string())
        .bind(before.seconds())
        .fetch_one(store.read())
        .await?;
    Ok(newest.map(Timestamp::from_seconds))
}

/// Within which dates 代行者 act for a facility; `None`: never so far.
pub async fn deputy_term(db: impl Executor<'_, Database = Any>, id: FacilityId) -> Result<Option<DeputyTerm>, Error> {
    let row = sqlx::query("SELECT deputy_from, deputy_until FROM facility WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map_or(Ok(None), term)
}

/// The dates out of a row that has both columns.
pub(super) fn term(row: &AnyRow) -> Result<Option<DeputyTerm>, Error> {
    let until = row.try_get::<Option<i64>, _>("deputy_until")?.map(Timestamp::from_seconds);
    let from = row.try_get::<Option<i64>, _>("deputy_from")?.map(Timestamp::from_seconds);
    Ok(from.map(|from| DeputyTerm { from, until }))
}

/// Sets those dates.
pub async fn put_deputy_term(tx: &mut Tx, id: FacilityId, term: DeputyTerm) -> Result<(), Error> {
    sqlx::query("UPDATE facility SET deputy_from = $2, deputy_until = $3 WHERE id = $1")
        .bind(id.to_string())
        .bind(term.from.seconds())
        .bind(term.until.map(Timestamp::seconds))
        .execute(&mut **tx)
        .await
        .map(|_| ())
}
