//! The job's side: what is due, who has it in hand, what became of it.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AnyPool, Executor, Row as _};

use crate::domain::ids::LetterId;
use crate::domain::mail::{Failure, Kind, Link, MailAddress, Said};
use crate::store::{Error, person, rows};

/// A letter in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Which; the same at every try, so that a server can tell a second copy.
    pub id: LetterId,
    /// Where it goes.
    pub address: MailAddress,
    /// The language its reader chose.
    pub lang: Option<Lang>,
    /// What it is about.
    pub kind: Kind,
    /// Values of its body.
    pub about: Vec<(String, Said)>,
    /// Where it leads.
    pub link: Link,
    /// Tries, this one included.
    pub tries: i64,
    /// Until when it is worth sending.
    pub ends_at: Timestamp,
}

/// Letters that are due, those that wait longest first.
pub async fn list_due(db: impl Executor<'_, Database = Any>, now: Timestamp, limit: u16) -> Result<Vec<LetterId>, Error> {
    let due: Vec<String> =
        sqlx::query_scalar("SELECT id FROM letter WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT $2")
            .bind(now.seconds())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?;
    due.iter().map(|id| id.parse().map_err(|_| rows::decode_error("letter.id"))).collect()
}

/// Takes a letter in hand until `until`, when another may try it; `None`: somebody else has it, it is gone, or it may not go at this
/// hour (it was due while nothing could be sent, and is put back to when it may). Counts a try.
pub async fn claim(tx: &mut AnyConnection, id: LetterId, (now, until): (Timestamp, Timestamp)) -> Result<Option<Claimed>, Error> {
    let kind: Option<String> = sqlx::query_scalar("SELECT kind FROM letter WHERE id = $1 AND state = 'waiting' AND due_at <= $2")
        .bind(id.to_string())
        .bind(now.seconds())
        .fetch_optional(&mut *tx)
        .await?;
    let Some(kind) = kind else { return Ok(None) };
    let due = Kind::from_word(&kind).ok_or_else(|| rows::decode_error("letter.kind"))?.due(now);
    if due > now {
        sqlx::query("UPDATE letter SET due_at = $3 WHERE id = $1 AND state = 'waiting' AND due_at <= $2")
            .bind(id.to_string())
            .bind(now.seconds())
            .bind(due.seconds())
            .execute(tx)
            .await?;
        return Ok(None);
    }
    let done = sqlx::query("UPDATE letter SET due_at = $3, tries = tries + 1 WHERE id = $1 AND state = 'waiting' AND due_at <= $2")
        .bind(id.to_string())
        .bind(now.seconds())
        .bind(until.seconds())
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let row = sqlx::query(
        "SELECT l.id, l.address, COALESCE(p.language, c.language) AS language, l.kind, l.about, l.link, l.is_sealed, l.tries, l.ends_at \
         FROM letter l LEFT JOIN person p ON p.id = l.person_id LEFT JOIN paper_contact c ON c.paper_id = l.paper_id \
         WHERE l.id = $1 AND l.address IS NOT NULL",
    )
    .bind(id.to_string())
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(claimed).transpose()
}

fn claimed(row: &AnyRow) -> Result<Claimed, Error> {
    let link: String = row.try_get("link")?;
    Ok(Claimed {
        id: rows::parsed(row, "id", "letter.id")?,
        address: MailAddress::parse(row.try_get("address")?).map_err(|_| rows::decode_error("letter.address"))?,
        lang: person::language(row)?,
        kind: Kind::from_word(row.try_get("kind")?).ok_or_else(|| rows::decode_error("letter.kind"))?,
        about: serde_json::from_str(row.try_get("about")?).map_err(|_| rows::decode_error("letter.about"))?,
        link: if row.try_get::<i64, _>("is_sealed")? == 0 { Link::Page(link) } else { Link::Secret(link) },
        tries: row.try_get("tries")?,
        ends_at: Timestamp::from_seconds(row.try_get("ends_at")?),
    })
}

/// It has gone; its address is forgotten.
pub async fn put_sent(tx: &mut AnyConnection, id: LetterId, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE letter SET state = 'sent', address = NULL, link = '', ended_at = $2 WHERE id = $1 AND state = 'waiting'")
        .bind(id.to_string())
        .bind(now.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// A try failed; the next one is due at `due`.
pub async fn put_retry(tx: &mut AnyConnection, id: LetterId, failure: Failure, due: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE letter SET failure = $2, due_at = $3 WHERE id = $1 AND state = 'waiting'")
        .bind(id.to_string())
        .bind(failure.to_word())
        .bind(due.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// It will not be sent; its address is forgotten.
pub async fn put_failed(tx: &mut AnyConnection, id: LetterId, failure: Failure, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "UPDATE letter SET state = 'failed', failure = $2, address = NULL, link = '', ended_at = $3 WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id.to_string())
    .bind(failure.to_word())
    .bind(now.seconds())
    .execute(tx)
    .await
    .map(drop)
}

/// Gives up what is not worth sending any more; what was never tried is overdue. Returns how many.
pub async fn end_overdue(tx: &mut AnyConnection, now: Timestamp) -> Result<u64, Error> {
    let done = sqlx::query(
        "UPDATE letter SET state = 'failed', failure = COALESCE(failure, $2), address = NULL, link = '', ended_at = $1 \
         WHERE state = 'waiting' AND ends_at <= $1 AND due_at <= $1",
    )
    .bind(now.seconds())
    .bind(Failure::Overdue.to_word())
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Throws away what waits: mail is switched off. Returns how many.
pub async fn discard_waiting(tx: &mut AnyConnection) -> Result<u64, Error> {
    Ok(sqlx::query("DELETE FROM letter WHERE state = 'waiting'").execute(tx).await?.rows_affected())
}

/// Letters deleted in one transaction, at most.
const DELETED_AT_ONCE: i64 = 500;

/// Deletes letters that ended before `before`, some at a time, and links to addresses that can no longer be used; whether there may be
/// more.
pub async fn delete_old(tx: &mut AnyConnection, (before, now): (Timestamp, Timestamp)) -> Result<bool, Error> {
    sqlx::query("DELETE FROM mail_confirmation WHERE ends_at <= $1").bind(now.seconds()).execute(&mut *tx).await?;
    let gone = sqlx::query(
        "DELETE FROM letter WHERE id IN (SELECT id FROM letter WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2)",
    )
    .bind(before.seconds())
    .bind(DELETED_AT_ONCE)
    .execute(tx)
    .await?
    .rows_affected();
    Ok(i64::try_from(gone).is_ok_and(|gone| gone == DELETED_AT_ONCE))
}

/// How many wait, and how many of those have failed at least once.
pub async fn count_waiting(db: &AnyPool) -> Result<(i64, i64), Error> {
    let row = sqlx::query("SELECT COUNT(*), COUNT(failure) FROM letter WHERE state = 'waiting'").fetch_one(db).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
