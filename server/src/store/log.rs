//! The operation log. `write` belongs into the transaction of the act; `seal` links what was written; `verify` proves it;
//! `list` shows it.
//!
//! Invariant: an entry is written with the act it tells of or not at all, and after it is sealed nothing changes it. Only
//! `trim` deletes entries, and leaves a signed checkpoint; only `erase_person` deletes words, and leaves an entry.

mod chain;
mod keep;
mod list;
mod seal;
mod verify;

pub use chain::list_links;
pub use keep::{TRIMMED_AT_ONCE, erase_person, trim};
pub use list::{ChainState, Filter, Line, Reach, View, count, list, list_views, newest_but, newest_of, set_state, state};
pub use seal::{SealError, Sealed, begin_log, newest_day, seal};
pub use verify::{Break, Whole, Why, verify};

use data_encoding::{BASE64, HEXLOWER};
use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Error, Store, Tx, meta, webhook};
use crate::domain::act::{Actor, Done, What, Words};
use crate::domain::ids::PersonId;
use crate::domain::log::{Entry, LogKey, Mark, SAME_VIEW_S, Seal, commitment};
use crate::domain::webhook::Event;
use crate::random::Random;
use crate::secrets::MasterKey;

/// PostgreSQL's advisory lock under which entries are numbered ("oplogseal" cut to eight ASCII letters).
const SEAL_LOCK: i64 = 0x6f70_6c6f_6773_6561;
/// `meta` keys: the sealed signing key, and where the log stands.
const KEY: &str = "log_key";
const HEAD: &str = "log_head";

const COLUMNS: &str = "e.id, e.at, e.region_id, e.facility_id, e.actor, e.what, e.object_kind, e.object_id, e.detail, e.commitment";

fn entry(row: &AnyRow) -> Result<Entry, Error> {
    Ok(Entry {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        region: row.try_get(2)?,
        facility: row.try_get(3)?,
        actor: row.try_get(4)?,
        what: row.try_get(5)?,
        object_kind: row.try_get(6)?,
        object_id: row.try_get(7)?,
        detail: row.try_get(8)?,
        commitment: row.try_get(9)?,
    })
}

/// Writes an act into the log, and for the webhooks that are told of it, in the transaction that does it.
pub async fn write(tx: &mut AnyConnection, random: &Random, done: &Done) -> Result<(), Error> {
    let id = random.uuid(done.at).to_string();
    let salt = HEXLOWER.encode(&random.bytes::<16>());
    let committed = commitment(&salt, &done.words);
    sqlx::query(
        "INSERT INTO log_entry (id, at, region_id, facility_id, actor, what, object_kind, object_id, detail, commitment) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id.as_str())
    .bind(done.at.seconds())
    .bind(done.region.map(|id| id.to_string()))
    .bind(done.facility.map(|id| id.to_string()))
    .bind(done.actor.to_word())
    .bind(done.what.as_str())
    .bind(done.object.as_ref().map(|object| object.kind))
    .bind(done.object.as_ref().map(|object| object.id.clone()))
    .bind(done.detail.as_str())
    .bind(committed)
    .execute(&mut *tx)
    .await?;
    let Words { actor, object, remark } = &done.words;
    sqlx::query("INSERT INTO log_words (entry_id, salt, actor, object, remark) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(salt)
        .bind(actor.as_str())
        .bind(object.as_str())
        .bind(remark.as_str())
        .execute(&mut *tx)
        .await?;
    match Event::of(done) {
        Some(event) => webhook::queue(tx, random, &event).await,
        None => Ok(()),
    }
}

/// Writes that somebody looked at an object, or at what the detail names of it, unless the same person did within `SAME_VIEW_S`.
pub async fn write_view(store: &Store, random: &Random, person: PersonId, done: &Done) -> Result<(), Error> {
    let object = done.object.as_ref().map(|object| object.id.as_str()).unwrap_or_default();
    let object = format!("{object} {}", done.detail).trim_end().to_owned();
    let before = done.at.plus_seconds(-SAME_VIEW_S).seconds();
    let seen: Option<i64> = sqlx::query_scalar("SELECT since FROM log_view WHERE person_id = $1 AND object_id = $2 AND since > $3")
        .bind(person.to_string())
        .bind(object.as_str())
        .bind(before)
        .fetch_optional(store.read())
        .await?;
    if seen.is_some() {
        return Ok(());
    }
    let mut tx = store.begin_apart().await?;
    let first = sqlx::query(
        "INSERT INTO log_view (person_id, object_id, since) VALUES ($1, $2, $3) \
         ON CONFLICT (person_id, object_id) DO UPDATE SET since = excluded.since WHERE log_view.since <= $4",
    )
    .bind(person.to_string())
    .bind(object)
    .bind(done.at.seconds())
    .bind(before)
    .execute(&mut *tx)
    .await?;
    if first.rows_affected() == 1 {
        write(&mut tx, random, done).await?;
    }
    tx.commit().await
}

/// Writes one act that has no other transaction, such as an export: before anything of it is shown.
pub async fn write_alone(store: &Store, random: &Random, done: &Done) -> Result<(), Error> {
    let mut tx = store.begin_apart().await?;
    write(&mut tx, random, done).await?;
    tx.commit().await
}

/// The signing key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is none.
    #[error("the operation log has no signing key")]
    Missing,
    /// It was sealed by another master key, or is damaged.
    #[error("the operation log's signing key cannot be opened with this master key")]
    CannotOpen,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] Error),
}

/// The signing key.
pub async fn key(store: &Store, master: &MasterKey) -> Result<LogKey, KeyError> {
    let sealed = meta::find(store, KEY).await?.ok_or(KeyError::Missing)?;
    let sealed = BASE64.decode(sealed.as_bytes()).map_err(|_| KeyError::CannotOpen)?;
    LogKey::open(&sealed, master).map_err(|_| KeyError::CannotOpen)
}

/// Gives a store without a log its signing key and a signed beginning. A log whose key was taken away gets no other one.
pub async fn ensure_key(store: &Store, master: &MasterKey, random: &Random, now: Timestamp) -> Result<LogKey, KeyError> {
    match key(store, master).await {
        Err(KeyError::Missing) => {}
        found_or_failed => return found_or_failed,
    }
    let mut tx = begin_log(store).await?;
    let sealed_before: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM log_entry WHERE seq IS NOT NULL) + (SELECT count(*) FROM log_checkpoint) + (SELECT count(*) FROM log_day)",
    )
    .fetch_one(&mut *tx)
    .await?;
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM meta WHERE key = $1").bind(KEY).fetch_one(&mut *tx).await?;
    if sealed_before == 0 && there == 0 {
        let (fresh, sealed) = LogKey::generate(master, random).map_err(|_| KeyError::CannotOpen)?;
        meta::put(&mut tx, KEY, &BASE64.encode(&sealed)).await?;
        put_head(&mut tx, &fresh, &Mark::GENESIS, now).await?;
        write(&mut tx, random, &Done::by(Actor::Collector, What::LogBegun, now)).await?;
    }
    tx.commit().await?;
    key(store, master).await
}

/// Where the log stands, as signed last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where.
    pub mark: Mark,
    /// When it was signed.
    pub at: Timestamp,
    signature: String,
}

impl Head {
    fn parse(text: &str) -> Option<Self> {
        let (mark, rest) = text.split_once(' ')?;
        let (at, signature) = rest.split_once(' ')?;
        let (seq, hash) = mark.split_once(':')?;
        let mark = Mark { seq: seq.parse().ok()?, hash: crate::domain::log::from_hex(hash)? };
        Some(Self { mark, at: Timestamp::from_seconds(at.parse().ok()?), signature: signature.to_owned() })
    }

    fn is_signed_by(&self, key: &LogKey) -> bool {
        key.signed(Seal::Head, &self.mark, self.at, &self.signature)
    }
}

async fn put_head(tx: &mut Tx, key: &LogKey, mark: &Mark, at: Timestamp) -> Result<(), Error> {
    meta::put(tx, HEAD, &format!("{mark} {} {}", at.seconds(), key.sign(Seal::Head, mark, at))).await
}

/// Where the log stands; `None` when nothing readable says so.
async fn head(db: &mut AnyConnection) -> Result<Option<Head>, Error> {
    let text: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(HEAD).fetch_optional(db).await?;
    Ok(text.as_deref().and_then(Head::parse))
}
