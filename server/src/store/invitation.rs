//! One-time links: only the hash of the secret in the link is here.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row};

use super::{Error, person};
use crate::domain::ids::PersonId;
use crate::domain::people::Person;

/// Adds a link for a person; earlier unused links of the same person stop working.
pub async fn insert(tx: &mut AnyConnection, hash: &str, person: PersonId, now: Timestamp, expires_at: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE invitation SET expires_at = $2 WHERE person_id = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(person.to_string())
        .bind(now.seconds())
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO invitation (hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(person.to_string())
        .bind(now.seconds())
        .bind(expires_at.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// Whose link this is, if it can still be used. Used, expired, replaced and unknown links answer alike.
pub async fn find_usable(db: impl Executor<'_, Database = Any>, hash: &str, now: Timestamp) -> Result<Option<(Person, Timestamp)>, Error> {
    let row = sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name, i.expires_at \
         FROM invitation i JOIN person p ON p.id = i.person_id \
         WHERE i.hash = $1 AND i.used_at IS NULL AND i.expires_at > $2 AND p.disabled_at IS NULL",
    )
    .bind(hash)
    .bind(now.seconds())
    .fetch_optional(db)
    .await?;
    row.map(|row| Ok((person::person(&row)?, Timestamp::from_seconds(row.try_get("expires_at")?)))).transpose()
}

/// Uses the link up; `false` when it no longer can be.
pub async fn take(tx: &mut AnyConnection, hash: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE invitation SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(hash)
        .bind(now.seconds())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
