//! The sealer: numbers what was written, links it by hashes, signs where the log stands. One at a time: SQLite's turn, or an
//! advisory lock on PostgreSQL.
//!
//! Invariant: it goes on from the signed head, never from the last entry it finds, so that what was cut off is missed for ever.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{COLUMNS, Error, Head, SEAL_LOCK, Store, Tx, entry, head, put_head};
use crate::domain::log::{Entry, LogKey, Mark, Seal, from_hex, to_hex};
use crate::store::Engine;

/// Entries sealed in one transaction.
const RUN: i64 = 500;

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Entries sealed.
    pub entries: usize,
    /// Whether there may be more.
    pub more: bool,
    /// The day's head, when this run took it.
    pub day: Option<Mark>,
}

/// The sealer cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Nothing that this collector signed says where the log stands.
    #[error("the operation log's signed head is missing or was changed: nothing is sealed until somebody has looked (`verify-log`)")]
    NoHead,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] Error),
}

/// Begins a transaction in which entries may be numbered.
pub async fn begin_log(store: &Store) -> Result<Tx, Error> {
    let mut tx = store.begin_apart().await?;
    if store.engine() == Engine::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SEAL_LOCK).execute(&mut *tx).await?;
    }
    Ok(tx)
}

/// Seals what was written, and takes the day's head when `day` (a JST day) has none yet. Looks first, so that an idle collector
/// begins no transaction.
pub async fn seal(store: &Store, key: &LogKey, now: Timestamp, day: Option<i64>) -> Result<Sealed, SealError> {
    let day = match day {
        Some(today) if !has_day(store, today).await? => Some(today),
        Some(_) | None => None,
    };
    let waiting: Option<String> =
        sqlx::query_scalar("SELECT id FROM log_entry WHERE seq IS NULL ORDER BY at, id LIMIT 1").fetch_optional(store.read()).await?;
    if waiting.is_none() && day.is_none() {
        return Ok(Sealed { entries: 0, more: false, day: None });
    }
    let mut tx = begin_log(store).await?;
    let Some(head) = head(&mut tx).await?.filter(|head| head.is_signed_by(key)) else { return Err(SealError::NoHead) };
    let taken = match day {
        Some(today) if head.mark.seq > 0 => put_day(&mut tx, key, today, &head).await?.then_some(head.mark),
        Some(_) | None => None,
    };
    let entries = waiting_entries(&mut tx).await?;
    let mark = number(&mut tx, key, head.mark, &entries).await?;
    if mark != head.mark {
        put_head(&mut tx, key, &mark, now).await?;
    }
    tx.commit().await?;
    Ok(Sealed { entries: entries.len(), more: i64::try_from(entries.len()).is_ok_and(|n| n == RUN), day: taken })
}

async fn waiting_entries(tx: &mut Tx) -> Result<Vec<Entry>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM log_entry e WHERE e.seq IS NULL ORDER BY e.at, e.id LIMIT $1");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(RUN).fetch_all(&mut **tx).await?.iter().map(entry).collect()
}

async fn number(tx: &mut Tx, key: &LogKey, from: Mark, entries: &[Entry]) -> Result<Mark, Error> {
    let mut mark = from;
    for (at, entry) in entries.iter().enumerate() {
        mark = mark.followed_by(entry);
        let last = at + 1 == entries.len();
        // Signed with the entry's own time, which its hash covers.
        let signature = last.then(|| key.sign(Seal::Run, &mark, Timestamp::from_seconds(entry.at)));
        sqlx::query("UPDATE log_entry SET seq = $1, hash = $2, signature = $3 WHERE id = $4")
            .bind(mark.seq)
            .bind(to_hex(&mark.hash))
            .bind(signature)
            .bind(entry.id.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(mark)
}

async fn has_day(store: &Store, day: i64) -> Result<bool, Error> {
    let found: Option<i64> = sqlx::query_scalar("SELECT day FROM log_day WHERE day >= $1").bind(day).fetch_optional(store.read()).await?;
    Ok(found.is_some())
}

async fn put_day(tx: &mut Tx, key: &LogKey, day: i64, head: &Head) -> Result<bool, Error> {
    let done = sqlx::query("INSERT INTO log_day (day, seq, hash, at, signature) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (day) DO NOTHING")
        .bind(day)
        .bind(head.mark.seq)
        .bind(to_hex(&head.mark.hash))
        .bind(head.at.seconds())
        .bind(key.sign(Seal::Day(day), &head.mark, head.at))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The newest day's head: the JST day and where the log stood when it began.
pub async fn newest_day(store: &Store) -> Result<Option<(i64, Mark)>, Error> {
    let row = sqlx::query("SELECT day, seq, hash FROM log_day ORDER BY day DESC LIMIT 1").fetch_optional(store.read()).await?;
    let Some(row) = row else { return Ok(None) };
    let hash = from_hex(row.try_get(2)?).ok_or_else(|| crate::store::rows::decode_error("log_day.hash"))?;
    Ok(Some((row.try_get(0)?, Mark { seq: row.try_get(1)?, hash })))
}
