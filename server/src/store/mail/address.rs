//! Registered addresses, and those that wait for their link. Only the hash of the secret in a link is here.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::ids::PersonId;
use crate::domain::mail::MailAddress;
use crate::store::{Error, rows};

/// An address that waits until its link is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub address: MailAddress,
    /// Until when the link works.
    pub ends_at: Timestamp,
}

fn parsed(text: &str, column: &'static str) -> Result<MailAddress, Error> {
    MailAddress::parse(text).map_err(|_| rows::decode_error(column))
}

/// The registered address of an account.
pub async fn find(db: impl Executor<'_, Database = Any>, person: PersonId) -> Result<Option<MailAddress>, Error> {
    let row = sqlx::query("SELECT address FROM mail_address WHERE person_id = $1").bind(person.to_string()).fetch_optional(db).await?;
    row.map(|row| parsed(row.try_get(0)?, "mail_address.address")).transpose()
}

/// The address of an account that waits for its link.
pub async fn find_pending(db: impl Executor<'_, Database = Any>, person: PersonId, now: Timestamp) -> Result<Option<Pending>, Error> {
    let row = sqlx::query("SELECT address, ends_at FROM mail_confirmation WHERE person_id = $1 AND ends_at > $2")
        .bind(person.to_string())
        .bind(now.seconds())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let ends_at = Timestamp::from_seconds(row.try_get(1)?);
        Ok(Pending { address: parsed(row.try_get(0)?, "mail_confirmation.address")?, ends_at })
    })
    .transpose()
}

/// Notes an address that is to be confirmed by the link with this hash; one that waited before is forgotten.
pub async fn put_pending(tx: &mut AnyConnection, person: PersonId, hash: &str, pending: &Pending) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO mail_confirmation (person_id, address, hash, ends_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person_id) DO UPDATE SET address = excluded.address, hash = excluded.hash, ends_at = excluded.ends_at",
    )
    .bind(person.to_string())
    .bind(pending.address.as_str())
    .bind(hash)
    .bind(pending.ends_at.seconds())
    .execute(tx)
    .await
    .map(drop)
}

/// The address that the link with this hash confirms for this account, if it still can. Used, expired, replaced, unknown and
/// somebody else's answer alike.
pub async fn find_by_link(
    db: impl Executor<'_, Database = Any>,
    person: PersonId,
    hash: &str,
    now: Timestamp,
) -> Result<Option<MailAddress>, Error> {
    let row = sqlx::query("SELECT address FROM mail_confirmation WHERE person_id = $1 AND hash = $2 AND ends_at > $3")
        .bind(person.to_string())
        .bind(hash)
        .bind(now.seconds())
        .fetch_optional(db)
        .await?;
    row.map(|row| parsed(row.try_get(0)?, "mail_confirmation.address")).transpose()
}

/// Registers the address that waits for this link, in place of another. `false`: the link can no longer be used.
pub async fn confirm(tx: &mut AnyConnection, person: PersonId, hash: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO mail_address (person_id, address, confirmed_at) \
         SELECT person_id, address, CAST($3 AS BIGINT) FROM mail_confirmation WHERE person_id = $1 AND hash = $2 AND ends_at > $3 \
         ON CONFLICT (person_id) DO UPDATE SET address = excluded.address, confirmed_at = excluded.confirmed_at",
    )
    .bind(person.to_string())
    .bind(hash)
    .bind(now.seconds())
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM mail_confirmation WHERE person_id = $1 AND hash = $2").bind(person.to_string()).bind(hash).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets the address of an account, and one that waits. Returns the one that was registered.
pub async fn delete(tx: &mut AnyConnection, person: PersonId) -> Result<Option<MailAddress>, Error> {
    let former = find(&mut *tx, person).await?;
    for sql in ["DELETE FROM mail_address WHERE person_id = $1", "DELETE FROM mail_confirmation WHERE person_id = $1"] {
        sqlx::query(sql).bind(person.to_string()).execute(&mut *tx).await?;
    }
    Ok(former)
}

/// Forgets everything of a person that is here: addresses, and letters that wait.
pub async fn delete_of(tx: &mut AnyConnection, person: PersonId) -> Result<(), Error> {
    delete(&mut *tx, person).await?;
    sqlx::query("DELETE FROM letter WHERE person_id = $1").bind(person.to_string()).execute(tx).await.map(drop)
}
