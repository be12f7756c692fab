//! Reviews of a facility's list (留1-2): rows are added and never change; the newest stays.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, Executor, Row as _};

use crate::domain::ids::{FacilityId, PersonId};
use crate::store::{Error, Tx};

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// When.
    pub at: Timestamp,
    /// Who; `None`: no longer on file.
    pub by: Option<String>,
    /// How many were on the list.
    pub persons: i64,
    /// What was different; empty: nothing.
    pub differences: String,
}

/// The newest reviews of a facility, the newest first.
pub async fn list(db: impl Executor<'_, Database = Any>, facility: FacilityId, limit: u16) -> Result<Vec<Review>, Error> {
    list_between(db, facility, (Timestamp::from_seconds(0), Timestamp::from_seconds(i64::MAX)), limit).await
}

/// The same within a time.
pub async fn list_between(
    db: impl Executor<'_, Database = Any>,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    limit: u16,
) -> Result<Vec<Review>, Error> {
    sqlx::query(
        "SELECT r.at, p.name, r.persons, r.differences FROM member_review r LEFT JOIN person p ON p.id = r.by_whom \
         WHERE r.facility_id = $1 AND r.at >= $3 AND r.at < $4 ORDER BY r.n DESC LIMIT $2",
    )
    .bind(facility.to_string())
    .bind(i64::from(limit))
    .bind(from.seconds())
    .bind(until.seconds())
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Review {
            at: Timestamp::from_seconds(row.try_get(0)?),
            by: row.try_get(1)?,
            persons: row.try_get(2)?,
            differences: row.try_get(3)?,
        })
    })
    .collect()
}

/// Adds a review (in a transaction of `Store::begin_ledger`).
pub async fn insert(
    tx: &mut Tx,
    facility: FacilityId,
    (persons, differences): (i64, &str),
    (by, at): (PersonId, Timestamp),
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO member_review (facility_id, n, at, by_whom, persons, differences) \
         SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3, $4, $5 FROM member_review WHERE facility_id = $1",
    )
    .bind(facility.to_string())
    .bind(at.seconds())
    .bind(by.to_string())
    .bind(persons)
    .bind(differences.to_owned())
    .execute(&mut **tx)
    .await
    .map(drop)
}
