//! Requests of a 事務局 without a second factor to be set up again: one per person, usable from `ready_at` on.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row};

use super::Error;
use crate::domain::ids::PersonId;
use crate::domain::people::reset::Waiting;

/// The request of a person that has not ended.
pub async fn find(db: impl Executor<'_, Database = Any>, person: PersonId, now: Timestamp) -> Result<Option<Waiting>, Error> {
    let row = sqlx::query("SELECT asked_at, ready_at, ends_at FROM delayed_reset WHERE person_id = $1 AND ends_at > $2")
        .bind(person.to_string())
        .bind(now.seconds())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(Waiting {
            asked_at: Timestamp::from_seconds(row.try_get("asked_at")?),
            ready_at: Timestamp::from_seconds(row.try_get("ready_at")?),
            ends_at: Timestamp::from_seconds(row.try_get("ends_at")?),
        })
    })
    .transpose()
}

/// Notes a request, unless one is waiting: asking again must not push the end of the delay away. `false`: one is waiting.
pub async fn insert(tx: &mut AnyConnection, person: PersonId, waiting: Waiting) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO delayed_reset (person_id, asked_at, ready_at, ends_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person_id) DO UPDATE SET asked_at = excluded.asked_at, ready_at = excluded.ready_at, ends_at = excluded.ends_at \
         WHERE delayed_reset.ends_at <= excluded.asked_at",
    )
    .bind(person.to_string())
    .bind(waiting.asked_at.seconds())
    .bind(waiting.ready_at.seconds())
    .bind(waiting.ends_at.seconds())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a request away; `false` when there was none.
pub async fn delete(tx: &mut AnyConnection, person: PersonId) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM delayed_reset WHERE person_id = $1").bind(person.to_string()).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}
