//! Facts about the store itself: its epoch, and the latest time it has seen.

use hashimori_shared::ids::StoreEpoch;
use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{Error, Store, Tx, rows};
use crate::random::Random;

/// Reads one fact.
pub async fn find(store: &Store, key: &str) -> Result<Option<String>, Error> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(store.read()).await?;
    row.map(|r| r.try_get(0)).transpose()
}

/// Writes one fact.
pub async fn put(tx: &mut Tx, key: &str, value: &str) -> Result<(), Error> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(&mut **tx)
        .await
        .map(|_| ())
}

/// The store's epoch; a store that was never given one (`ensure_epoch`) is an error.
pub async fn epoch(store: &Store) -> Result<StoreEpoch, Error> {
    let text = find(store, "epoch").await?.ok_or(Error::RowNotFound)?;
    text.parse().map_err(|_| rows::decode_error("meta.epoch"))
}

/// Gives a new store its epoch; an old one keeps its own.
pub async fn ensure_epoch(store: &Store, random: &Random) -> Result<StoreEpoch, Error> {
    let fresh = StoreEpoch::from_bytes(random.bytes());
    let mut tx = store.begin().await?;
    sqlx::query("INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT (key) DO NOTHING")
        .bind(fresh.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    epoch(store).await
}

/// Begins another epoch: every device sends in full again, for what it believes to be known here may be gone.
pub async fn renew_epoch(tx: &mut Tx, random: &Random) -> Result<StoreEpoch, Error> {
    let fresh = StoreEpoch::from_bytes(random.bytes());
    put(tx, "epoch", &fresh.to_string()).await?;
    sqlx::query("UPDATE device_state SET digest = NULL").execute(&mut **tx).await?;
    Ok(fresh)
}

/// The latest time the collector has seen, kept so that a clock that fell back is noticed.
pub async fn clock_mark(store: &Store) -> Result<Option<Timestamp>, Error> {
    let Some(text) = find(store, "clock_mark").await? else { return Ok(None) };
    text.parse().map(|s| Some(Timestamp::from_seconds(s))).map_err(|_| rows::decode_error("meta.clock_mark"))
}

/// Sets the mark to `now`.
pub async fn put_clock_mark(tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
    put(tx, "clock_mark", &now.seconds().to_string()).await
}
