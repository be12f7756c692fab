//! Devices that are gone in a disaster, as its report counts them. In a drill nothing but the row here is written.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::device::DeviceN;
use crate::domain::disaster::gone::Gone;
use crate::domain::ids::{ExceptionId, FacilityId};
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
