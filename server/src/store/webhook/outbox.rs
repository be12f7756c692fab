//! The outbox of webhooks: an event is queued in the transaction of the act that causes it, one row whatever the number of webhooks;
//! a job hands it out to those that want it, and sends. Whoever claims a delivery has it for a while, and one that dies with it in hand
//! leaves it to the next.

use hashimori_shared::time::Timestamp;
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::ids::{EventId, WebhookId};
use crate::domain::people::Scope;
use crate::domain::webhook::{Event, Outcome};
use crate::random::Random;
use crate::store::api_token::scope;
use crate::store::{Error, Tx, rows};

/// Messages that wait for one webhook, at most: a receiver that is down for days is told the rest by the pages.
const MOST_WAITING: i64 = 1_000;

/// Queues an event, if anybody in its region wants to know of its kind.
pub async fn queue(tx: &mut AnyConnection, random: &Random, event: &Event) -> Result<(), Error> {
    let wanted: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM webhook WHERE region_id = $1 AND disabled_at IS NULL AND topics LIKE $2 LIMIT 1")
            .bind(event.region.to_string())
            .bind(rows::like(event.topic.as_str()))
            .fetch_optional(&mut *tx)
            .await?;
    if wanted.is_none() {
        return Ok(());
    }
    insert(tx, random, event, None).await
}

/// Queues an event that is meant for one webhook alone: a test, or the counts that it follows.
pub async fn queue_for(tx: &mut AnyConnection, random: &Random, event: &Event, webhook: WebhookId) -> Result<(), Error> {
    insert(tx, random, event, Some(webhook)).await
}

async fn insert(tx: &mut AnyConnection, random: &Random, event: &Event, webhook: Option<WebhookId>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO webhook_event (id, region_id, facility_id, topic, kind, object_kind, object_id, facts, at, webhook_id, handed_out) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
    )
    .bind(random.uuid(event.at).to_string())
    .bind(event.region.to_string())
    .bind(event.facility.map(|id| id.to_string()))
    .bind(event.topic.as_str())
    .bind(event.kind.as_str())
    .bind(event.object.kind)
    .bind(event.object.id.as_str())
    .bind(event.facts.to_string())
    .bind(event.at.seconds())
    .bind(webhook.map(|id| id.to_string()))
    .execute(tx)
    .await
    .map(drop)
}

/// Events that nobody has handed out yet, the oldest first.
pub async fn list_waiting_events(db: impl Executor<'_, Database = Any>, limit: u16) -> Result<Vec<EventId>, Error> {
    let found: Vec<String> = sqlx::query_scalar("SELECT id FROM webhook_event WHERE handed_out = 0 ORDER BY id LIMIT $1")
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    found.iter().map(|id| id.parse().map_err(|_| rows::decode_error("webhook_event.id"))).collect()
}

/// Webhooks that an event goes to: the region's, its facility's, those of the facilities that a 災害時特例 is about; only those that
/// were there when it happened, and that keep up. To one that fails it goes no sooner than what waits for it already, but for messages
/// that it refused by themselves (`Outcome::is_its_own`).
const WANT: &str = "SELECT e.id, w.id, CASE WHEN w.failing_since IS NULL THEN $2 ELSE COALESCE((SELECT MIN(d.due_at) \
     FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.due_at > $2 AND NOT (COALESCE(d.answer, '') LIKE 'answered 4%' \
     AND d.answer NOT IN ('answered 408', 'answered 410', 'answered 429'))), $2) END, 0, 'waiting' \
     FROM webhook_event e JOIN webhook w ON w.region_id = e.region_id \
     WHERE e.id = $1 AND w.disabled_at IS NULL AND w.made_at <= e.at \
     AND (SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting') < $3 \
     AND CASE WHEN e.webhook_id IS NOT NULL THEN e.webhook_id = w.id ELSE \
       ' ' || w.topics || ' ' LIKE '% ' || e.topic || ' %' AND (w.facility_id IS NULL OR w.facility_id = e.facility_id OR EXISTS ( \
         SELECT 1 FROM disaster x WHERE e.object_kind = 'disaster' AND x.id = e.object_id AND (x.reach = 'region' OR x.id IN ( \
           SELECT p.disaster_id FROM disaster_place p WHERE p.place = w.facility_id \
           OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = w.facility_id))))) END";

/// Hands an event out to those that want it. Returns how many there are.
pub async fn hand_out(tx: &mut Tx, id: EventId, now: Timestamp) -> Result<u64, Error> {
    let mine = sqlx::query("UPDATE webhook_event SET handed_out = 1 WHERE id = $1 AND handed_out = 0")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    if mine.rows_affected() == 0 {
        return Ok(0);
    }
    let sql = format!("INSERT INTO webhook_delivery (event_id, webhook_id, due_at, tries, state) {WANT} ON CONFLICT DO NOTHING");
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).bind(now.seconds()).bind(MOST_WAITING).execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

/// Deliveries that are due, those that wait longest first.
pub async fn list_due(db: impl Executor<'_, Database = Any>, now: Timestamp, limit: u16) -> Result<Vec<(EventId, WebhookId)>, Error> {
    sqlx::query(
        "SELECT event_id, webhook_id FROM webhook_delivery WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, event_id LIMIT $2",
    )
    .bind(now.seconds())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| Ok((event_id(row.try_get(0)?)?, webhook_id(row.try_get(1)?)?)))
    .collect()
}

/// A delivery in hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Which event; the same at every try, so that a receiver can tell a second copy.
    pub event: EventId,
    /// Which webhook.
    pub webhook: WebhookId,
    /// Whose it is.
    pub scope: Scope,
    /// What it is for.
    pub label: String,
    /// Where it goes, sealed.
    pub target: String,
    /// What it is signed with, sealed.
    pub secret: String,
    /// What it was signed with before, sealed, and until when it is signed with that too.
    pub old: Option<(String, Timestamp)>,
    /// What it is called.
    pub kind: String,
    /// Of which facility it tells; `None`: of the region.
    pub facility: Option<String>,
    /// Kind and id of what it is about.
    pub object: (String, String),
    /// What is told of it.
    pub facts: Value,
    /// When it happened.
    pub at: Timestamp,
    /// Tries, this one included.
    pub tries: i64,
}

/// Takes a delivery in hand until `until`, when another may try it; `None`: somebody else has it, or it is gone. Counts a try.
pub async fn claim(
    tx: &mut Tx,
    (event, webhook): (EventId, WebhookId),
    (now, until): (Timestamp, Timestamp),
) -> Result<Option<Claimed>, Error> {
    let done = sqlx::query(
        "UPDATE webhook_delivery SET due_at = $4, tries = tries + 1, tried_at = $3 \
         WHERE event_id = $1 AND webhook_id = $2 AND state = 'waiting' AND due_at <= $3",
    )
    .bind(event.to_string())
    .bind(webhook.to_string())
    .bind(now.seconds())
    .bind(until.seconds())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let row = sqlx::query(
        "SELECT w.region_id, w.facility_id, w.target, w.secret, e.kind, e.facility_id, e.object_kind, e.object_id, e.facts, e.at, d.tries, w.label, \
         w.old_secret, w.old_until \
         FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id JOIN webhook_event e ON e.id = d.event_id \
         WHERE d.event_id = $1 AND d.webhook_id = $2",
    )
    .bind(event.to_string())
    .bind(webhook.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| claimed(&row, event, webhook)).transpose()
}

fn claimed(row: &AnyRow, event: EventId, webhook: WebhookId) -> Result<Claimed, Error> {
    Ok(Claimed {
        event,
        webhook,
        scope: scope(row.try_get(0)?, row.try_get(1)?)?,
        target: row.try_get(2)?,
        secret: row.try_get(3)?,
        kind: row.try_get(4)?,
        facility: row.try_get(5)?,
        object: (row.try_get(6)?, row.try_get(7)?),
        facts: serde_json::from_str(row.try_get(8)?).map_err(|_| rows::decode_error("webhook_event.facts"))?,
        at: Timestamp::from_seconds(row.try_get(9)?),
        tries: row.try_get(10)?,
        label: row.try_get(11)?,
        old: row.try_get::<Option<String>, _>(12)?.zip(row.try_get::<Option<i64>, _>(13)?.map(Timestamp::from_seconds)),
    })
}

/// It has arrived.
pub async fn put_sent(tx: &mut Tx, claimed: &Claimed, outcome: Outcome) -> Result<(), Error> {
    end(tx, claimed, ("sent", outcome)).await
}

/// It is given up.
pub async fn put_failed(tx: &mut Tx, claimed: &Claimed, outcome: Outcome) -> Result<(), Error> {
    end(tx, claimed, ("failed", outcome)).await
}

async fn end(tx: &mut Tx, claimed: &Claimed, (state, outcome): (&str, Outcome)) -> Result<(), Error> {
    sqlx::query("UPDATE webhook_delivery SET state = $3, answer = $4 WHERE event_id = $1 AND webhook_id = $2 AND state = 'waiting'")
        .bind(claimed.event.to_string())
        .bind(claimed.webhook.to_string())
        .bind(state)
        .bind(outcome.to_word())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// A try failed: it comes again at `due`, and nothing else goes to that receiver before, unless it is this message that it refused.
pub async fn put_off(tx: &mut Tx, claimed: &Claimed, outcome: Outcome, due: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE webhook_delivery SET due_at = $3, answer = $4 WHERE event_id = $1 AND webhook_id = $2 AND state = 'waiting'")
        .bind(claimed.event.to_string())
        .bind(claimed.webhook.to_string())
        .bind(due.seconds())
        .bind(outcome.to_word())
        .execute(&mut **tx)
        .await?;
    if outcome.is_its_own() {
        return Ok(());
    }
    sqlx::query("UPDATE webhook_delivery SET due_at = $2 WHERE webhook_id = $1 AND state = 'waiting' AND due_at < $2")
        .bind(claimed.webhook.to_string())
        .bind(due.seconds())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Gives up what waits for a webhook that is switched off.
pub async fn fail_waiting(tx: &mut Tx, webhook: WebhookId) -> Result<(), Error> {
    sqlx::query("UPDATE webhook_delivery SET state = 'failed', answer = COALESCE(answer, $2) WHERE webhook_id = $1 AND state = 'waiting'")
        .bind(webhook.to_string())
        .bind(Outcome::SwitchedOff.to_word())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// One of the last messages to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What it was called.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// What became of the last try; `None`: it was not tried yet.
    pub outcome: Option<Outcome>,
    /// Tries.
    pub tries: i64,
    /// When it is tried again.
    pub next: Option<Timestamp>,
}

/// The last messages to a webhook, the newest first.
pub async fn list_deliveries(db: impl Executor<'_, Database = Any>, webhook: WebhookId, limit: u16) -> Result<Vec<Delivery>, Error> {
    sqlx::query(
        "SELECT e.kind, e.at, d.answer, d.tries, d.state, d.due_at FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id \
         WHERE d.webhook_id = $1 ORDER BY d.event_id DESC LIMIT $2",
    )
    .bind(webhook.to_string())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        let waits = row.try_get::<&str, _>(4)? == "waiting";
        Ok(Delivery {
            kind: row.try_get(0)?,
            at: Timestamp::from_seconds(row.try_get(1)?),
            outcome: row.try_get::<Option<&str>, _>(2)?.and_then(Outcome::from_word),
            tries: row.try_get(3)?,
            next: waits.then_some(Timestamp::from_seconds(row.try_get(5)?)),
        })
    })
    .collect()
}

/// Events deleted in one transaction, at most.
const DELETED_AT_ONCE: i64 = 500;

/// Deletes events from before `before`, with their deliveries, some at a time; whether there may be more.
pub async fn delete_old(tx: &mut Tx, before: Timestamp) -> Result<bool, Error> {
    // Ids follow each other in time: the oldest come first.
    let old = "SELECT id FROM webhook_event WHERE at < $1 ORDER BY id LIMIT $2";
    let mut gone = 0;
    for sql in [format!("DELETE FROM webhook_delivery WHERE event_id IN ({old})"), format!("DELETE FROM webhook_event WHERE id IN ({old})")]
    {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.seconds()).bind(DELETED_AT_ONCE);
        gone = query.execute(&mut **tx).await?.rows_affected();
    }
    Ok(i64::try_from(gone).is_ok_and(|gone| gone == DELETED_AT_ONCE))
}

fn event_id(text: &str) -> Result<EventId, Error> {
    text.parse().map_err(|_| rows::decode_error("webhook_delivery.event_id"))
}

fn webhook_id(text: &str) -> Result<WebhookId, Error> {
    text.parse().map_err(|_| rows::decode_error("webhook_delivery.webhook_id"))
}
