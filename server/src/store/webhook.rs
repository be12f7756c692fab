//! Webhooks of a facility or a region. Everything is asked for with the place it belongs to, so that another's cannot be met.

mod outbox;

pub use outbox::{
    Claimed, Delivery, claim, delete_old, fail_waiting, hand_out, list_deliveries, list_due, list_waiting_events, put_failed, put_off,
    put_sent, queue, queue_for,
};

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::api_token::{OF_PLACE, facility_of, scope};
use super::{Error, Tx, rows};
use crate::domain::ids::{PersonId, WebhookId};
use crate::domain::people::Scope;
use crate::domain::webhook::Topic;

/// A webhook about to be made.
#[derive(Debug)]
pub struct NewWebhook<'a> {
    /// Its id.
    pub id: WebhookId,
    /// Of what it is told.
    pub scope: Scope,
    /// What it is for.
    pub label: &'a str,
    /// The host in its address.
    pub host: &'a str,
    /// Its address, sealed.
    pub target: &'a str,
    /// What it signs with, sealed.
    pub secret: &'a str,
    /// What it is told of.
    pub topics: &'a [Topic],
    /// Who makes it, and when.
    pub made: (PersonId, Timestamp),
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Of what it is told.
    pub scope: Scope,
    /// What it is for.
    pub label: String,
    /// The host in its address.
    pub host: String,
    /// What it is told of.
    pub topics: Vec<Topic>,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom; `None`: no longer on file.
    pub made_by: Option<String>,
    /// Since when it has failed.
    pub failing_since: Option<Timestamp>,
    /// When it was switched off, having failed for too long.
    pub disabled_at: Option<Timestamp>,
    /// Counts that it was told last; `None`: none yet.
    pub told: Option<String>,
}

const COLUMNS: &str = "SELECT w.id, w.region_id, w.facility_id, w.label, w.host, w.topics, w.made_at, p.name, w.failing_since, w.disabled_at, \
     w.told FROM webhook w LEFT JOIN person p ON p.id = w.made_by ";

/// Makes one.
pub async fn insert(tx: &mut Tx, new: &NewWebhook<'_>) -> Result<(), Error> {
    let topics = new.topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>().join(" ");
    sqlx::query(
        "INSERT INTO webhook (id, region_id, facility_id, label, host, target, secret, topics, made_at, made_by, told_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9)",
    )
    .bind(new.id.to_string())
    .bind(new.scope.region().to_string())
    .bind(new.scope.facility().map(|id| id.to_string()))
    .bind(new.label)
    .bind(new.host)
    .bind(new.target)
    .bind(new.secret)
    .bind(topics)
    .bind(new.made.1.seconds())
    .bind(new.made.0.to_string())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The webhooks of a place, in order of their making.
pub async fn list(db: impl Executor<'_, Database = Any>, scope: Scope) -> Result<Vec<Webhook>, Error> {
    let sql = format!("{COLUMNS} WHERE w.region_id = $1 AND COALESCE(w.facility_id, '') = $2 ORDER BY w.id");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.region().to_string())
        .bind(facility_of(scope))
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// One of a place, inside a transaction.
pub async fn find(tx: &mut Tx, scope: Scope, id: WebhookId) -> Result<Option<Webhook>, Error> {
    let sql = format!("{COLUMNS} WHERE w.region_id = $1 AND COALESCE(w.facility_id, '') = $2 AND w.id = $3");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.region().to_string())
        .bind(facility_of(scope))
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(read).transpose()
}

/// How many a place has.
pub async fn count(tx: &mut Tx, scope: Scope) -> Result<i64, Error> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM webhook WHERE {OF_PLACE}")))
        .bind(scope.region().to_string())
        .bind(facility_of(scope))
        .fetch_one(&mut **tx)
        .await
}

/// Forgets one that `find` found, with what it was sent.
pub async fn delete(tx: &mut Tx, id: WebhookId) -> Result<(), Error> {
    for sql in ["DELETE FROM webhook_delivery WHERE webhook_id = $1", "DELETE FROM webhook WHERE id = $1"] {
        sqlx::query(sql).bind(id.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Switches one on again that `find` found; what happened meanwhile is not told.
pub async fn resume(tx: &mut Tx, id: WebhookId, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE webhook SET failing_since = NULL, disabled_at = NULL, told = NULL, told_at = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(now.seconds())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Notes how the last try of one went. Returns since when it has failed.
pub async fn note_health(tx: &mut Tx, id: WebhookId, good: bool, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    if good {
        sqlx::query("UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL")
            .bind(id.to_string())
            .execute(&mut **tx)
            .await?;
        return Ok(None);
    }
    let since: Option<i64> =
        sqlx::query_scalar("UPDATE webhook SET failing_since = COALESCE(failing_since, $2) WHERE id = $1 RETURNING failing_since")
            .bind(id.to_string())
            .bind(now.seconds())
            .fetch_optional(&mut **tx)
            .await?;
    Ok(since.map(Timestamp::from_seconds))
}

/// Switches one off. `false`: it was off already.
pub async fn disable(tx: &mut Tx, id: WebhookId, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE webhook SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL")
        .bind(id.to_string())
        .bind(now.seconds())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Webhooks that want to know how many devices read how, and were told of it before `before` or never.
pub async fn list_of_counts(db: impl Executor<'_, Database = Any>, before: Timestamp, limit: u16) -> Result<Vec<Webhook>, Error> {
    let sql = format!(
        "{COLUMNS} WHERE w.disabled_at IS NULL AND w.topics LIKE $1 AND (w.told IS NULL OR w.told_at <= $2) ORDER BY w.told_at, w.id LIMIT $3"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(rows::like(Topic::States.as_str()))
        .bind(before.seconds())
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Notes which counts one was told last. `false`: another process was faster.
pub async fn put_told(tx: &mut Tx, webhook: &Webhook, counts: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE webhook SET told = $2, told_at = $3 WHERE id = $1 AND COALESCE(told, '-') = $4")
        .bind(webhook.id.to_string())
        .bind(counts)
        .bind(now.seconds())
        .bind(webhook.told.as_deref().unwrap_or("-"))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Webhook, Error> {
    Ok(Webhook {
        id: rows::parsed(row, 0, "webhook.id")?,
        scope: scope(row.try_get(1)?, row.try_get(2)?)?,
        label: row.try_get(3)?,
        host: row.try_get(4)?,
        topics: row.try_get::<&str, _>(5)?.split_ascii_whitespace().filter_map(Topic::from_word).collect(),
        made_at: Timestamp::from_seconds(row.try_get(6)?),
        made_by: row.try_get(7)?,
        failing_since: row.try_get::<Option<i64>, _>(8)?.map(Timestamp::from_seconds),
        disabled_at: row.try_get::<Option<i64>, _>(9)?.map(Timestamp::from_seconds),
        told: row.try_get(10)?,
    })
}
