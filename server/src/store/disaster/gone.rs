//! Devices that are gone in a disaster, as its report counts them. In a drill nothing but the row here is written.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::device::{DeviceN, Ownership};
use crate::domain::disaster::gone::Gone;
use crate::domain::ids::{DeviceId, ExceptionId, FacilityId};
use crate::store::{Error, Store, rows};

/// One that is gone.
#[derive(Clone, Debug)]
pub struct NewGone {
    /// Under which exception it is counted.
    pub exception: ExceptionId,
    /// Whose device.
    pub facility: FacilityId,
    /// Which.
    pub device: DeviceN,
    /// How.
    pub how: Gone,
    /// When it happened.
    pub event_at: Timestamp,
    /// When that was entered.
    pub entered_at: Timestamp,
    /// Who entered it: stored word.
    pub by: String,
}

/// Adds one; one that is noted already stays as it is.
pub async fn insert(tx: &mut AnyConnection, new: &NewGone) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO disaster_gone (disaster_id, n, facility_id, how, event_at, entered_at, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (disaster_id, n) DO NOTHING",
    )
    .bind(new.exception.to_string())
    .bind(new.device.0)
    .bind(new.facility.to_string())
    .bind(new.how.as_str())
    .bind(new.event_at.seconds())
    .bind(new.entered_at.seconds())
    .bind(new.by.clone())
    .execute(tx)
    .await
    .map(drop)
}

/// How many are gone under an exception.
pub async fn count(db: impl Executor<'_, Database = Any>, exception: ExceptionId) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM disaster_gone WHERE disaster_id = $1").bind(exception.to_string()).fetch_one(db).await
}

/// A facility's under an exception: the device, how, and when it happened; the newest first.
pub async fn list(
    store: &Store,
    facility: FacilityId,
    exception: ExceptionId,
    limit: u16,
) -> Result<Vec<(DeviceN, Gone, Timestamp)>, Error> {
    sqlx::query(
        "SELECT n, how, event_at FROM disaster_gone WHERE facility_id = $1 AND disaster_id = $2 ORDER BY entered_at DESC, n LIMIT $3",
    )
    .bind(facility.to_string())
    .bind(exception.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let how = Gone::from_word(row.try_get(1)?).ok_or_else(|| rows::decode_error("disaster_gone.how"))?;
        Ok((DeviceN(row.try_get(0)?), how, Timestamp::from_seconds(row.try_get(2)?)))
    })
    .collect()
}

/// One that is gone, as the evidence has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Under which exception it is counted, and whether that was a drill.
    pub exception: (ExceptionId, bool),
    /// Which device; its number is where the next page begins.
    pub device: (DeviceId, DeviceN),
    /// What it is called.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// How.
    pub how: Gone,
    /// When it happened, and when that was entered.
    pub at: (Timestamp, Timestamp),
    /// Stored word of who entered it, and their name; `None`: no person, or erased.
    pub by: (String, Option<String>),
}

/// A page of those of a facility that were gone within a time; `after` is the last one of the page before.
pub async fn list_between(
    store: &Store,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    after: Option<&Line>,
    limit: u16,
) -> Result<Vec<Line>, Error> {
    sqlx::query(
        "SELECT g.disaster_id, x.drill, d.id, g.n, d.label, d.ownership, g.how, g.event_at, g.entered_at, g.entered_by, p.name \
         FROM disaster_gone g JOIN disaster x ON x.id = g.disaster_id JOIN device d ON d.n = g.n LEFT JOIN person p ON p.id = g.entered_by \
         WHERE g.facility_id = $1 AND g.event_at >= $2 AND g.event_at < $3 AND (g.disaster_id, g.n) > ($4, $5) \
         ORDER BY g.disaster_id, g.n LIMIT $6",
    )
    .bind(facility.to_string())
    .bind(from.seconds())
    .bind(until.seconds())
    .bind(after.map(|line| line.exception.0.to_string()).unwrap_or_default())
    .bind(after.map_or(0, |line| line.device.1.0))
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let at = |column: usize| row.try_get(column).map(Timestamp::from_seconds);
        Ok(Line {
            exception: (rows::parsed(row, 0, "disaster_gone.disaster_id")?, row.try_get::<i64, _>(1)? != 0),
            device: (rows::parsed(row, 2, "device.id")?, DeviceN(row.try_get(3)?)),
            label: row.try_get(4)?,
            ownership: Ownership::from_word(row.try_get(5)?).ok_or_else(|| rows::decode_error("device.ownership"))?,
            how: Gone::from_word(row.try_get(6)?).ok_or_else(|| rows::decode_error("disaster_gone.how"))?,
            at: (at(7)?, at(8)?),
            by: (row.try_get(9)?, row.try_get(10)?),
        })
    })
    .collect()
}
