//! What happened to an account's ways in, for its owner to see.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row};
use uuid::Uuid;

use super::{Error, rows};
use crate::domain::ids::PersonId;
use crate::domain::people::event::{By, Kind};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Who did it.
    pub by: By,
    /// Whether the owner was told.
    pub seen: bool,
}

fn read(row: &AnyRow) -> Result<Event, Error> {
    let by: String = row.try_get("by_whom")?;
    Ok(Event {
        at: Timestamp::from_seconds(row.try_get("at")?),
        kind: Kind::from_code(&row.try_get::<String, _>("kind")?).ok_or_else(|| rows::decode_error("account_event.kind"))?,
        by: By::from_code(&by).ok_or_else(|| rows::decode_error("account_event.by_whom"))?,
        seen: row.try_get::<Option<i64>, _>("seen_at")?.is_some(),
    })
}

/// Adds an event; what a person does to the own account needs no telling.
pub async fn insert(tx: &mut AnyConnection, id: Uuid, person: PersonId, kind: Kind, by: By, now: Timestamp) -> Result<(), Error> {
    let seen = (by == By::Person(person) && !kind.is_always_told()).then_some(now.seconds());
    sqlx::query("INSERT INTO account_event (id, person_id, at, kind, by_whom, seen_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id.to_string())
        .bind(person.to_string())
        .bind(now.seconds())
        .bind(kind.code())
        .bind(by.code())
        .bind(seen)
        .execute(tx)
        .await
        .map(drop)
}

/// The latest events of a person, newest first.
pub async fn list(db: impl Executor<'_, Database = Any>, person: PersonId, limit: u16) -> Result<Vec<Event>, Error> {
    sqlx::query("SELECT at, kind, by_whom, seen_at FROM account_event WHERE person_id = $1 ORDER BY id DESC LIMIT $2")
        .bind(person.to_string())
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Whether there is something its owner was not told yet.
pub async fn is_any_untold(db: impl Executor<'_, Database = Any>, person: PersonId) -> Result<bool, Error> {
    let found: Option<i64> = sqlx::query_scalar("SELECT at FROM account_event WHERE person_id = $1 AND seen_at IS NULL LIMIT 1")
        .bind(person.to_string())
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}

/// The owner has seen everything up to now.
pub async fn mark_seen(tx: &mut AnyConnection, person: PersonId, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE account_event SET seen_at = $2 WHERE person_id = $1 AND seen_at IS NULL")
        .bind(person.to_string())
        .bind(now.seconds())
        .execute(tx)
        .await
        .map(drop)
}
