//! What is taken out of the log: entries after their time, with a signed checkpoint; a person's words, with an entry that says so.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{Error, KeyError, Store, Tx, begin_log, write};
use crate::domain::act::{Actor, Done, What, Words};
use crate::domain::ids::PersonId;
use crate::domain::log::{LogKey, Mark, Seal, from_hex, to_hex};
use crate::random::Random;
use crate::store::{mail, rows};

/// Most entries deleted in one transaction.
pub const TRIMMED_AT_ONCE: u64 = 2_000;

/// Deletes entries from before `before`, and with them their words, `TRIMMED_AT_ONCE` at most. The chain goes on from a signed
/// checkpoint. Returns how many.
pub async fn trim(store: &Store, key: &LogKey, random: &Random, (before, now): (Timestamp, Timestamp)) -> Result<u64, KeyError> {
    let old: Option<i64> = sqlx::query_scalar("SELECT seq FROM log_entry WHERE seq IS NOT NULL AND at < $1 LIMIT 1")
        .bind(before.seconds())
        .fetch_optional(store.read())
        .await?;
    if old.is_none() {
        return Ok(0);
    }
    let mut tx = begin_log(store).await?;
    // Entries leave in the chain's order: none goes while an older one stays. The newest is never deleted.
    let row = sqlx::query(
        "SELECT seq, hash FROM log_entry WHERE seq < (SELECT coalesce(min(seq), (SELECT max(seq) FROM log_entry)) \
         FROM log_entry WHERE seq IS NOT NULL AND at >= $1) AND seq < (SELECT min(seq) FROM log_entry) + $2 ORDER BY seq DESC LIMIT 1",
    )
    .bind(before.seconds())
    .bind(i64::try_from(TRIMMED_AT_ONCE).unwrap_or(i64::MAX))
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(0) };
    let hash = from_hex(row.try_get(1)?).ok_or_else(|| rows::decode_error("log_entry.hash"))?;
    let mark = Mark { seq: row.try_get(0)?, hash };
    sqlx::query("INSERT INTO log_checkpoint (seq, hash, at, signature) VALUES ($1, $2, $3, $4)")
        .bind(mark.seq)
        .bind(to_hex(&mark.hash))
        .bind(now.seconds())
        .bind(key.sign(Seal::Checkpoint, &mark, now))
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM log_words WHERE entry_id IN (SELECT id FROM log_entry WHERE seq <= $1)")
        .bind(mark.seq)
        .execute(&mut *tx)
        .await?;
    let deleted = sqlx::query("DELETE FROM log_entry WHERE seq <= $1").bind(mark.seq).execute(&mut *tx).await?.rows_affected();
    let detail = format!("entries={deleted} until={}", mark.seq);
    write(&mut tx, random, &Done::by(Actor::Collector, What::LogTrimmed, now).noting(detail)).await?;
    tx.commit().await?;
    Ok(deleted)
}

/// Erases the words of every entry that is by a person or about them, and writes `done`, which must be about that person.
/// The entries and the chain stay. Where mail reached the person is forgotten as well.
pub async fn erase_person(tx: &mut Tx, random: &Random, person: PersonId, done: &Done) -> Result<(), Error> {
    sqlx::query("DELETE FROM log_words WHERE entry_id IN (SELECT id FROM log_entry WHERE actor = $1 OR object_id = $1)")
        .bind(person.to_string())
        .execute(&mut **tx)
        .await?;
    mail::delete_of(tx, person).await?;
    let words = Words { object: String::new(), ..done.words.clone() };
    write(tx, random, &Done { words, ..done.clone() }).await
}
