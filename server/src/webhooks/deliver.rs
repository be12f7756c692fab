//! What is due is sent: several receivers at once, one message after the other to each, and none further to one that fails, unless it
//! refuses that message only.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashimori_shared::time::Timestamp;
use serde_json::json;
use tokio::task::JoinSet;

use super::send::{Message, Target, send};
use super::{Hands, SECRET_PURPOSE, TARGET_PURPOSE, WebhookSettings, open, sign};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{EventId, WebhookId};
use crate::domain::people::Scope;
use crate::domain::webhook::{FAILING_DAYS, Outcome, next_try};
use crate::store::webhook::{self, Claimed};
use crate::store::{Tx, log};

/// Deliveries of one run, and receivers at once.
const BATCH: u16 = 200;
const AT_ONCE: usize = 8;
/// How long a delivery is in hand: longer than any conversation with a receiver takes.
const IN_HAND_S: i64 = 120;

/// Sends what is due.
pub(super) async fn empty(hands: Hands<'_>) -> anyhow::Result<()> {
    let mut due: BTreeMap<WebhookId, Vec<EventId>> = BTreeMap::new();
    for (event, webhook) in webhook::list_due(hands.store.read(), hands.clock.now(), BATCH).await? {
        due.entry(webhook).or_default().push(event);
    }
    let settings = Arc::new(hands.settings.clone());
    // Each round sends the next message of some receivers; those that failed take no part in the next one.
    while !due.is_empty() {
        let mut round = JoinSet::new();
        let webhooks: Vec<WebhookId> = due.keys().copied().collect();
        for webhook in webhooks.into_iter().take(AT_ONCE) {
            let Some(event) = due.get_mut(&webhook).filter(|events| !events.is_empty()).map(|events| events.remove(0)) else {
                due.remove(&webhook);
                continue;
            };
            if let Some(claimed) = claim(hands, (event, webhook)).await? {
                begin(&mut round, hands, &settings, claimed);
            }
        }
        while let Some(ended) = round.join_next().await {
            let (claimed, outcome) = ended?;
            if !note(hands, &claimed, outcome).await? {
                due.remove(&claimed.webhook);
            }
        }
    }
    Ok(())
}

async fn claim(hands: Hands<'_>, which: (EventId, WebhookId)) -> anyhow::Result<Option<Claimed>> {
    let now = hands.clock.now();
    let mut tx = hands.store.begin().await?;
    let claimed = webhook::claim(&mut tx, which, (now, now.plus_seconds(IN_HAND_S))).await?;
    tx.commit().await?;
    Ok(claimed)
}

fn begin(round: &mut JoinSet<(Claimed, Outcome)>, hands: Hands<'_>, settings: &Arc<WebhookSettings>, claimed: Claimed) {
    let written = write(hands, &claimed);
    let settings = Arc::clone(settings);
    round.spawn(async move {
        let outcome = match written {
            Some((target, message)) => send(&settings, &target, message).await,
            None => Outcome::Sealed,
        };
        (claimed, outcome)
    });
}

/// The message, signed at this try's own time; `None`: its address or secret do not open.
fn write(hands: Hands<'_>, claimed: &Claimed) -> Option<(Target, Message)> {
    let target = open(hands.master, TARGET_PURPOSE, &claimed.target)?;
    let target = Target::read(std::str::from_utf8(&target).ok()?).ok()?;
    let secret = open(hands.master, SECRET_PURPOSE, &claimed.secret)?;
    let (id, now, body) = (claimed.event.to_string(), hands.clock.now(), body(hands.public_url, claimed));
    let mut signature = sign(&secret, &id, now, &body);
    // A receiver that has not been given the new secret yet finds its own among several (Standard Webhooks).
    let old = claimed.old.as_ref().filter(|(_, until)| now < *until).and_then(|(old, _)| open(hands.master, SECRET_PURPOSE, old));
    if let Some(old) = old {
        signature = format!("{signature} {}", sign(&old, &id, now, &body));
    }
    Some((target, Message { id, timestamp: now.seconds(), signature, body }))
}

/// What is told: ids, states and dates, and where a person reads on.
fn body(public_url: &str, claimed: &Claimed) -> String {
    let (kind, id) = &claimed.object;
    json!({
        "type": claimed.kind,
        "timestamp": jiff::Timestamp::from_second(claimed.at.seconds()).unwrap_or_default().to_string(),
        "data": {
            "region": claimed.scope.region().to_string(),
            "facility": claimed.facility,
            "object": { "kind": kind, "id": id },
            "facts": claimed.facts,
            "page": format!("{public_url}{}", page(claimed.scope, kind, id)),
        },
    })
    .to_string()
}

/// The page of what it is about, as those who look after the webhook see it.
fn page(scope: Scope, kind: &str, id: &str) -> String {
    let own = scope.facility().map(|facility| format!("/facilities/{facility}"));
    match (kind, own) {
        ("paper", _) => format!("/papers/{id}"),
        ("device", _) => format!("/devices/{id}"),
        ("facility", _) => format!("/facilities/{id}"),
        ("disaster", Some(own)) => format!("{own}/disaster"),
        ("disaster", None) => format!("/disaster/{id}"),
        ("webhook", own) => format!("{}/connections", own.unwrap_or_default()),
        (_, own) => own.unwrap_or_else(|| "/".to_owned()),
    }
}

/// Notes how a try went; whether the receiver takes part in the next round.
async fn note(hands: Hands<'_>, claimed: &Claimed, outcome: Outcome) -> anyhow::Result<bool> {
    let now = hands.clock.now();
    let mut tx = hands.store.begin().await?;
    let since = webhook::note_health(&mut tx, claimed.webhook, outcome.is_good(), now).await?;
    if outcome.is_good() {
        webhook::put_sent(&mut tx, claimed, outcome).await?;
        tx.commit().await?;
        return Ok(true);
    }
    let [random] = hands.random.bytes();
    match next_try(claimed.tries, random) {
        Some(rest) if !outcome.is_gone() => webhook::put_off(&mut tx, claimed, outcome, now.plus_seconds(rest)).await?,
        Some(_) | None => webhook::put_failed(&mut tx, claimed, outcome).await?,
    }
    tracing::warn!(webhook = %claimed.webhook, outcome = outcome.to_word(), tries = claimed.tries, "a webhook was not taken");
    if outcome.is_gone() || since.is_some_and(|since| now.days_since(since) >= FAILING_DAYS) {
        switch_off(hands, &mut tx, claimed, now).await?;
    }
    tx.commit().await?;
    Ok(outcome.is_its_own())
}

async fn switch_off(hands: Hands<'_>, tx: &mut Tx, claimed: &Claimed, now: Timestamp) -> anyhow::Result<()> {
    webhook::fail_waiting(tx, claimed.webhook).await?;
    if webhook::disable(tx, claimed.webhook, now).await? {
        let done = Done::by(Actor::Collector, What::WebhookDisabled, now).in_scope(claimed.scope);
        log::write(tx, hands.random, &done.on_webhook(claimed.webhook, &claimed.label)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{FacilityId, RegionId};

    #[test]
    fn a_message_leads_to_a_page_that_its_readers_see() {
        let [region, facility] = [1, 2].map(uuid::Uuid::from_u128);
        let regions = Scope::Region(RegionId::new(region));
        let own = Scope::Facility(RegionId::new(region), FacilityId::new(facility));
        assert_eq!(page(regions, "disaster", "x"), "/disaster/x");
        assert_eq!(page(own, "disaster", "x"), format!("/facilities/{facility}/disaster"));
        assert_eq!(page(own, "paper", "x"), "/papers/x");
        assert_eq!((page(regions, "webhook", "x"), page(regions, "region", "x")), ("/connections".to_owned(), "/".to_owned()));
    }
}
