//! Passkeys: public keys with a name. Nothing here opens anything by itself.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row};

use super::{Error, person, rows};
use crate::domain::ids::{PasskeyId, PersonId};
use crate::domain::people::Person;

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Id.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Credential id, base64url.
    pub credential: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
}

/// A passkey to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// Id.
    pub id: PasskeyId,
    /// Owner.
    pub person: PersonId,
    /// What its owner calls it.
    pub name: &'a str,
    /// Credential id, base64url.
    pub credential: &'a str,
    /// Public key, counter and flags as JSON.
    pub stored: &'a str,
}

fn read(row: &AnyRow) -> Result<Passkey, Error> {
    Ok(Passkey {
        id: rows::parsed(row, "id", "passkey.id")?,
        name: row.try_get("name")?,
        credential: row.try_get("credential")?,
        created_at: Timestamp::from_seconds(row.try_get("created_at")?),
        used_at: row.try_get::<Option<i64>, _>("used_at")?.map(Timestamp::from_seconds),
    })
}

/// A person's passkeys, oldest first.
pub async fn list(db: impl Executor<'_, Database = Any>, person: PersonId) -> Result<Vec<Passkey>, Error> {
    sqlx::query("SELECT id, name, credential, created_at, used_at FROM passkey WHERE person_id = $1 ORDER BY id")
        .bind(person.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Whose passkey has this credential id, and its stored public key; not of accounts that were disabled.
pub async fn find(db: impl Executor<'_, Database = Any>, credential: &str) -> Result<Option<(Person, String)>, Error> {
    let row = sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name, k.stored \
         FROM passkey k JOIN person p ON p.id = k.person_id WHERE k.credential = $1 AND p.disabled_at IS NULL",
    )
    .bind(credential)
    .fetch_optional(db)
    .await?;
    row.map(|row| Ok((person::person(&row)?, row.try_get("stored")?))).transpose()
}

/// Adds a passkey; `false` when the credential is registered already.
pub async fn insert(tx: &mut AnyConnection, new: NewPasskey<'_>, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO passkey (id, person_id, credential, name, stored, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (credential) DO NOTHING",
    )
    .bind(new.id.to_string())
    .bind(new.person.to_string())
    .bind(new.credential)
    .bind(new.name)
    .bind(new.stored)
    .bind(now.seconds())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a passkey was used, and what it is like since.
pub async fn update_used(tx: &mut AnyConnection, credential: &str, stored: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE passkey SET stored = $2, used_at = $3 WHERE credential = $1")
        .bind(credential)
        .bind(stored)
        .bind(now.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// Removes one of a person's passkeys; `false` when there is no such one.
pub async fn delete(tx: &mut AnyConnection, person: PersonId, id: PasskeyId) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM passkey WHERE person_id = $1 AND id = $2")
        .bind(person.to_string())
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes every passkey of a person.
pub async fn delete_of(tx: &mut AnyConnection, person: PersonId) -> Result<(), Error> {
    sqlx::query("DELETE FROM passkey WHERE person_id = $1").bind(person.to_string()).execute(tx).await.map(drop)
}

/// Uses a challenge up; `false` when it was answered before. Forgets those that have ended.
pub async fn spend_challenge(tx: &mut AnyConnection, digest: &str, ends_at: Timestamp, now: Timestamp) -> Result<bool, Error> {
    sqlx::query("DELETE FROM spent_challenge WHERE ends_at <= $1").bind(now.seconds()).execute(&mut *tx).await?;
    let done = sqlx::query("INSERT INTO spent_challenge (digest, ends_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
        .bind(digest)
        .bind(ends_at.seconds())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
