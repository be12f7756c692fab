//! Links of a facility through which people without an account file a paper. Only hashes are here; a new one ends the one before.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::belonging::Home;
use super::{Error, Store, Tx, rows};
use crate::domain::ids::{FacilityId, PersonId};
use crate::domain::paper::Kind;

/// A link as its page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it files.
    pub kind: Kind,
    /// Since when it works.
    pub made_at: Timestamp,
    /// Who made it; `None`: no longer on file.
    pub made_by: Option<String>,
}

/// Makes a facility's link for one kind of paper, in place of the one before.
pub async fn put(tx: &mut Tx, (facility, kind): (FacilityId, Kind), hash: &str, (by, at): (PersonId, Timestamp)) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO facility_link (facility_id, purpose, hash, made_at, made_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (facility_id, purpose) DO UPDATE SET hash = excluded.hash, made_at = excluded.made_at, made_by = excluded.made_by",
    )
    .bind(facility.to_string())
    .bind(kind.as_str())
    .bind(hash)
    .bind(at.seconds())
    .bind(by.to_string())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Ends a link; `false`: there was none.
pub async fn delete(tx: &mut Tx, facility: FacilityId, kind: Kind) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM facility_link WHERE facility_id = $1 AND purpose = $2")
        .bind(facility.to_string())
        .bind(kind.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whose link this is, and what it files.
pub async fn find(store: &Store, hash: &str) -> Result<Option<(Home, Kind)>, Error> {
    let row =
        sqlx::query("SELECT f.region_id, f.id, l.purpose FROM facility_link l JOIN facility f ON f.id = l.facility_id WHERE l.hash = $1")
            .bind(hash)
            .fetch_optional(store.read())
            .await?;
    row.map(|row| {
        let home = Home { region: rows::parsed(&row, 0, "facility.region_id")?, facility: rows::parsed(&row, 1, "facility.id")? };
        Ok((home, kind(row.try_get(2)?)?))
    })
    .transpose()
}

/// The links of a facility that work.
pub async fn list(store: &Store, facility: FacilityId) -> Result<Vec<Link>, Error> {
    sqlx::query(
        "SELECT l.purpose, l.made_at, p.name FROM facility_link l LEFT JOIN person p ON p.id = l.made_by WHERE l.facility_id = $1 ORDER BY 1",
    )
    .bind(facility.to_string())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| Ok(Link { kind: kind(row.try_get(0)?)?, made_at: Timestamp::from_seconds(row.try_get(1)?), made_by: row.try_get(2)? }))
    .collect()
}

fn kind(word: &str) -> Result<Kind, Error> {
    Kind::from_word(word).ok_or_else(|| rows::decode_error("facility_link.purpose"))
}
