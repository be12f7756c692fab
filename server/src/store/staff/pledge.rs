//! Editions of the pledge (§17). The first needs no row: it is form 3 as the rules have it.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, Executor, Row as _};

use crate::domain::ids::{FacilityId, PersonId};
use crate::domain::staff::Edition;
use crate::store::{Error, Tx};

/// The edition that a facility has signed now.
pub async fn newest(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Edition, Error> {
    let row = sqlx::query("SELECT n, name, from_on FROM pledge_edition WHERE facility_id = $1 AND newest = 1")
        .bind(facility.to_string())
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(Edition::FIRST), |row| {
        Ok(Edition { n: row.try_get(0)?, name: row.try_get(1)?, from: Timestamp::from_seconds(row.try_get(2)?) })
    })
}

/// Every edition of a facility after the first, the newest first.
pub async fn list(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Vec<Edition>, Error> {
    sqlx::query("SELECT n, name, from_on FROM pledge_edition WHERE facility_id = $1 ORDER BY n DESC")
        .bind(facility.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| Ok(Edition { n: row.try_get(0)?, name: row.try_get(1)?, from: Timestamp::from_seconds(row.try_get(2)?) }))
        .collect()
}

/// Sets a new edition (in a transaction of `Store::begin_ledger`); its number.
pub async fn insert(
    tx: &mut Tx,
    facility: FacilityId,
    (name, from): (&str, Timestamp),
    (by, at): (PersonId, Timestamp),
) -> Result<i64, Error> {
    let n = newest(&mut **tx, facility).await?.n + 1;
    sqlx::query("UPDATE pledge_edition SET newest = 0 WHERE facility_id = $1 AND newest = 1")
        .bind(facility.to_string())
        .execute(&mut **tx)
        .await?;
    sqlx::query("INSERT INTO pledge_edition (facility_id, n, newest, name, from_on, at, by_whom) VALUES ($1, $2, 1, $3, $4, $5, $6)")
        .bind(facility.to_string())
        .bind(n)
        .bind(name.to_owned())
        .bind(from.seconds())
        .bind(at.seconds())
        .bind(by.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(n)
}
