//! 紛失 and 発見: one row for each time a device went missing. Opened and closed by `device::stand`, so that no act leaves it out; what
//! was told is added by the act that asked.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::device::Decision;
use super::{Error, Store, Tx};
use crate::domain::device::DeviceN;
use crate::domain::ids::FacilityId;

/// A time at which a device was missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// When it went missing, as told; else when that was noted.
    pub lost_at: Timestamp,
    /// When it was noted, by whom, and why.
    pub noted: Noted,
    /// How it ended; `None`: it is missing.
    pub found: Option<Found>,
}

/// That a lost device was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// When, as told; else when that was noted.
    pub at: Timestamp,
    /// When it was noted, by whom, and why.
    pub noted: Noted,
}

/// Who noted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// When.
    pub at: Timestamp,
    /// Whose word it was: a person's id, or `operator`.
    pub by: String,
    /// That person's name; `None`: nobody with a name on file.
    pub name: Option<String>,
    /// Why; empty: nobody said.
    pub reason: String,
}

/// What somebody told of a loss or a finding.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// When it happened.
    pub at: Timestamp,
    /// How it came about.
    pub reason: &'a str,
}

/// A device is missing from now on, as far as anybody has told.
pub(super) async fn open(tx: &mut Tx, n: DeviceN, decision: &Decision) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO loss (id, region_id, facility_id, n, lost_at, noted_at, noted_by, reason) \
         SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM loss), region_id, facility_id, n, $2, $2, $3, '' FROM device WHERE n = $1",
    )
    .bind(n.0)
    .bind(decision.at.seconds())
    .bind(decision.by.clone())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// A lost device is back in use from now on.
pub(super) async fn close(tx: &mut Tx, n: DeviceN, decision: &Decision) -> Result<(), Error> {
    sqlx::query("UPDATE loss SET found_at = $2, closed_at = $2, closed_by = $3, found_reason = '' WHERE n = $1 AND closed_at IS NULL")
        .bind(n.0)
        .bind(decision.at.seconds())
        .bind(decision.by.clone())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Adds what was told of the loss that was just noted.
pub async fn put_lost(tx: &mut Tx, n: DeviceN, told: Told<'_>) -> Result<(), Error> {
    sqlx::query("UPDATE loss SET lost_at = $2, reason = $3 WHERE n = $1 AND closed_at IS NULL")
        .bind(n.0)
        .bind(told.at.seconds())
        .bind(told.reason)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Adds what was told of the finding that was just noted.
pub async fn put_found(tx: &mut Tx, n: DeviceN, told: Told<'_>) -> Result<(), Error> {
    sqlx::query(
        "UPDATE loss SET found_at = $2, found_reason = $3 WHERE id = (SELECT MAX(id) FROM loss WHERE n = $1 AND closed_at IS NOT NULL)",
    )
    .bind(n.0)
    .bind(told.at.seconds())
    .bind(told.reason)
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The last time a device of a facility went missing.
pub async fn find_last(store: &Store, facility: FacilityId, n: DeviceN) -> Result<Option<Loss>, Error> {
    let row = sqlx::query(
        "SELECT l.lost_at, l.noted_at, l.noted_by, p.name, l.reason, l.found_at, l.closed_at, l.closed_by, q.name, l.found_reason \
         FROM loss l LEFT JOIN person p ON p.id = l.noted_by LEFT JOIN person q ON q.id = l.closed_by \
         WHERE l.facility_id = $1 AND l.n = $2 ORDER BY l.id DESC LIMIT 1",
    )
    .bind(facility.to_string())
    .bind(n.0)
    .fetch_optional(store.read())
    .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Loss, Error> {
    let found = match (row.try_get::<Option<i64>, _>(5)?, row.try_get::<Option<i64>, _>(6)?) {
        (Some(at), Some(noted_at)) => Some(Found {
            at: Timestamp::from_seconds(at),
            noted: Noted {
                at: Timestamp::from_seconds(noted_at),
                by: row.try_get::<Option<String>, _>(7)?.unwrap_or_default(),
                name: row.try_get(8)?,
                reason: row.try_get::<Option<String>, _>(9)?.unwrap_or_default(),
            },
        }),
        (None, _) | (_, None) => None,
    };
    Ok(Loss {
        lost_at: Timestamp::from_seconds(row.try_get(0)?),
        noted: Noted { at: Timestamp::from_seconds(row.try_get(1)?), by: row.try_get(2)?, name: row.try_get(3)?, reason: row.try_get(4)? },
        found,
    })
}
