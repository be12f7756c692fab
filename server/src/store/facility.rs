//! Facilities (事業所). Everything of a facility is asked for with the facility's id, so that another's cannot be met.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, rank, rows};
use crate::domain::ids::{FacilityId, RegionId};

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

/// A page of a region's facilities, in order of id; `after` is the last one of the page before.
pub async fn list(store: &Store, region: RegionId, after: Option<FacilityId>, limit: u16) -> Result<Vec<Facility>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE region_id = $1 AND id > $2 ORDER BY id LIMIT $3")))
        .bind(region.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Adds one; it stands in the region's list at once, and is ranked when its first device comes.
pub async fn insert(tx: &mut Tx, facility: &Facility) -> Result<(), Error> {
    sqlx::query("INSERT INTO facility (id, region_id, name, created_at) VALUES ($1, $2, $3, $4)")
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
        id: row.try_get::<&str, _>(0)?.parse().map_err(|_| rows::decode_error("facility.id"))?,
        region: row.try_get::<&str, _>(1)?.parse().map_err(|_| rows::decode_error("facility.region_id"))?,
        name: row.try_get(2)?,
        created_at: Timestamp::from_seconds(row.try_get(3)?),
    })
}
