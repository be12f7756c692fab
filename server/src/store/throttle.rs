//! Counters of failures within a window. In the store, so that every process in front of it counts together.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, AnyPool, Executor};

use super::Error;
use crate::domain::people::throttle::Bucket;

/// When the next try is allowed: `None` = now. Good for turning somebody away early; tries made at the same time all find it open,
/// so whoever goes on asks `blocked_in` again.
pub async fn blocked_until(db: &AnyPool, buckets: &[Bucket], now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut until = None;
    for bucket in buckets {
        until = until.max(find(db, bucket).await?.and_then(|counted| end(bucket, counted, now)));
    }
    Ok(until)
}

/// The same within a transaction of `Store::begin_counting`: nobody else's try is counted between this and its end.
pub async fn blocked_in(tx: &mut AnyConnection, buckets: &[Bucket], now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut until = None;
    for bucket in buckets {
        until = until.max(find(&mut *tx, bucket).await?.and_then(|counted| end(bucket, counted, now)));
    }
    Ok(until)
}

/// Until when a counter that stands like this blocks.
fn end(bucket: &Bucket, (since, failures): (Timestamp, i64), now: Timestamp) -> Option<Timestamp> {
    let end = since.plus_seconds(bucket.window_s);
    (failures >= bucket.limit && end > now).then_some(end)
}

async fn find(db: impl Executor<'_, Database = Any>, bucket: &Bucket) -> Result<Option<(Timestamp, i64)>, Error> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT since, failures FROM throttle WHERE bucket = $1").bind(bucket.key.as_str()).fetch_optional(db).await?;
    Ok(row.map(|(since, failures)| (Timestamp::from_seconds(since), failures)))
}

/// Failures counted in one bucket, within a transaction.
pub async fn failures(tx: &mut AnyConnection, bucket: &Bucket) -> Result<i64, Error> {
    Ok(find(tx, bucket).await?.map_or(0, |(_, failures)| failures))
}

/// Counts one failure in each of the buckets.
pub async fn count_failure(tx: &mut AnyConnection, buckets: &[Bucket], now: Timestamp) -> Result<(), Error> {
    for bucket in buckets {
        sqlx::query(
            "INSERT INTO throttle (bucket, since, failures) VALUES ($1, $2, 1) \
             ON CONFLICT (bucket) DO UPDATE SET \
               failures = CASE WHEN throttle.since > $3 THEN throttle.failures + 1 ELSE 1 END, \
               since = CASE WHEN throttle.since > $3 THEN throttle.since ELSE $2 END",
        )
        .bind(bucket.key.as_str())
        .bind(now.seconds())
        .bind(now.plus_seconds(-bucket.window_s).seconds())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Forgets the failures of the narrowest bucket: the person proved themself.
pub async fn clear(tx: &mut AnyConnection, bucket: &Bucket) -> Result<(), Error> {
    sqlx::query("DELETE FROM throttle WHERE bucket = $1").bind(bucket.key.as_str()).execute(tx).await.map(drop)
}

/// Clears away counters begun before `before`.
pub async fn delete_older(tx: &mut AnyConnection, before: Timestamp) -> Result<(), Error> {
    sqlx::query("DELETE FROM throttle WHERE since < $1").bind(before.seconds()).execute(tx).await.map(drop)
}
