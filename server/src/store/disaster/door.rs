//! A facility's link by which devices are registered without an account. Its secret is stored hashed, and sealed so that whoever
//! looks after the facility can print it again; a new one makes the old one void.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::ids::FacilityId;
use crate::store::belonging::Home;
use crate::store::{Error, rows};

/// The sealed secret and since when it holds.
pub async fn find(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Option<(String, Timestamp)>, Error> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT sealed, made_at FROM disaster_door WHERE facility_id = $1")
        .bind(facility.to_string())
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(sealed, at)| (sealed, Timestamp::from_seconds(at))))
}

/// Puts a new one in the place of the old.
pub async fn put(tx: &mut AnyConnection, facility: FacilityId, (hash, sealed): (&str, &str), now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO disaster_door (facility_id, hash, sealed, made_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (facility_id) DO UPDATE SET hash = excluded.hash, sealed = excluded.sealed, made_at = excluded.made_at",
    )
    .bind(facility.to_string())
    .bind(hash)
    .bind(sealed)
    .bind(now.seconds())
    .execute(tx)
    .await
    .map(drop)
}

/// The facility whose link this is, with its name.
pub async fn opened(db: impl Executor<'_, Database = Any>, hash: &str) -> Result<Option<(Home, String)>, Error> {
    let row =
        sqlx::query("SELECT f.region_id, f.id, f.name FROM disaster_door o JOIN facility f ON f.id = o.facility_id WHERE o.hash = $1")
            .bind(hash)
            .fetch_optional(db)
            .await?;
    let Some(row) = row else { return Ok(None) };
    let home = Home { region: rows::parsed(&row, 0, "facility.region_id")?, facility: rows::parsed(&row, 1, "facility.id")? };
    Ok(Some((home, row.try_get(2)?)))
}
