//! Secret addresses under which calendars read an account's deadlines: one for each account at most, hashed at rest.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use super::{Error, Store, person, throttle};
use crate::domain::ids::PersonId;
use crate::domain::people::Person;
use crate::domain::people::throttle::Bucket;

/// Gives an account an address; the one before works no longer.
pub async fn put(tx: &mut AnyConnection, person: PersonId, hash: &str, lang: Lang, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO calendar_feed (person_id, hash, language, made_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, language = excluded.language, made_at = excluded.made_at",
    )
    .bind(person.to_string())
    .bind(hash)
    .bind(lang.tag())
    .bind(now.seconds())
    .execute(tx)
    .await
    .map(drop)
}

/// Ends an account's address; whether there was one.
pub async fn delete_of(tx: &mut AnyConnection, person: PersonId) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM calendar_feed WHERE person_id = $1").bind(person.to_string()).execute(tx).await?;
    Ok(done.rows_affected() > 0)
}

/// Since when an account has one.
pub async fn made_at(db: impl Executor<'_, Database = Any>, person: PersonId) -> Result<Option<Timestamp>, Error> {
    let at: Option<i64> =
        sqlx::query_scalar("SELECT made_at FROM calendar_feed WHERE person_id = $1").bind(person.to_string()).fetch_optional(db).await?;
    Ok(at.map(Timestamp::from_seconds))
}

/// Whose address this is, and in which language it is read; nobody's who holds no role any more.
pub async fn find(db: impl Executor<'_, Database = Any>, hash: &str) -> Result<Option<(Person, Lang)>, Error> {
    let row = sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name, coalesce(p.language, f.language) AS language \
         FROM calendar_feed f JOIN person p ON p.id = f.person_id WHERE f.hash = $1 AND p.disabled_at IS NULL",
    )
    .bind(hash)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((person::person(&row)?, Lang::from_tag(&row.try_get::<String, _>("language")?).unwrap_or_default())))
}

/// Counts a reading, in a transaction that changes nothing the writer remembers: calendars come by the clock, all day.
pub async fn count(store: &Store, buckets: &[Bucket], now: Timestamp) -> Result<(), Error> {
    let mut tx = store.begin_apart().await?;
    throttle::count_failure(&mut tx, buckets, now).await?;
    tx.commit().await
}
