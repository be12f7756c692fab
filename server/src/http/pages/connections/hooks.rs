//! Webhooks: made, tested, given another secret, switched on again, ended.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Seat, Typing, connections_page};
use crate::domain::act::{Done, What};
use crate::domain::ids::WebhookId;
use crate::domain::people::Scope;
use crate::domain::token::{LONGEST_LABEL, label};
use crate::domain::webhook::{Event, FAILING_DAYS, MOST, OVERLAP_S, Outcome, Topic};
use crate::http::pages::guard::Who;
use crate::http::pages::setup::put_once;
use crate::http::pages::typed::{Typed, given};
use crate::http::pages::visit::{Fields, Kept, Visitor};
use crate::http::pages::{PageError, Web, twice};
use crate::store::webhook::{self, Delivery, NewWebhook, Webhook};
use crate::views::{DeliveryLine, HookForm, HookLine, Mark, Moment};
use crate::webhooks::{Target, WrongTarget, make_secret, seal_target};
use crate::words::Text;

/// Messages shown of each.
const SHOWN: u16 = 10;

/// The webhooks of a place, with their last messages.
pub(super) async fn lines(web: &Web, scope: Scope) -> Result<Vec<HookLine>, PageError> {
    let mut lines = Vec::new();
    for webhook in webhook::list(web.store.read(), scope).await? {
        let sent = webhook::list_deliveries(web.store.read(), webhook.id, SHOWN).await?;
        lines.push(line(web, webhook, sent));
    }
    Ok(lines)
}

fn line(web: &Web, webhook: Webhook, sent: Vec<Delivery>) -> HookLine {
    let now = web.now();
    let (mark, trouble) = match (webhook.disabled_at, webhook.failing_since) {
        (Some(at), _) => (Mark::out_of_use("connect-off"), Some(Text::new("connect-off-since").with("at", at))),
        (None, Some(at)) => {
            let text = Text::new("connect-failing-since").with("at", at).with("days", FAILING_DAYS);
            (Mark::alarming("connect-failing"), Some(text))
        }
        (None, None) => (Mark::running("connect-on"), None),
    };
    let delivery = |sent: Delivery| DeliveryLine {
        kind: sent.kind,
        at: Moment::new(sent.at, now),
        outcome: sent.outcome.map_or(Text::new("connect-outcome-none"), Outcome::text),
        next: sent.next.filter(|_| sent.outcome.is_some()).map(|at| Moment::new(at, now)),
    };
    HookLine {
        id: webhook.id.to_string(),
        topics: webhook.topics.iter().map(|topic| topic.key()).collect(),
        made: Moment::new(webhook.made_at, now),
        by: webhook.made_by.map_or(Text::new("oplog-erased"), Text::verbatim),
        mark,
        trouble,
        off: webhook.disabled_at.is_some(),
        old_until: webhook.old_until.filter(|until| now < *until).map(|until| Text::new("connect-old-until").with("until", until)),
        sent: sent.into_iter().map(delivery).collect(),
        label: webhook.label,
        host: webhook.host,
    }
}

/// `POST …/connections/webhooks`
pub(in crate::http::pages) async fn make_webhook(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    seat: Seat,
    Typed(fields): Typed<Fields>,
) -> Result<Response, PageError> {
    let now = web.now();
    let typed = form(&fields);
    let refuse = async |hook: HookForm, error: Text| {
        let typed = Typing { hook, of_hook: true, error: Some(error), ..Typing::default() };
        let answer = connections_page(&web, &visitor, (&person, seat), typed).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
    };
    let (label, target, topics) = match read(&web, &typed) {
        Ok(read) => read,
        Err(error) => return refuse(typed, error).await,
    };
    let (id, secret) = (WebhookId::new(web.random.uuid(now)), make_secret(&web.master, &web.random));
    let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &twice::mark_of(&fields)).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    if webhook::count(&mut tx, seat.0).await? >= MOST {
        tx.rollback().await?;
        return refuse(typed, Text::new("connect-wrong-most-hooks").with("n", MOST)).await;
    }
    let new = NewWebhook {
        id,
        scope: seat.0,
        label: &label,
        host: target.host(),
        target: &seal_target(&web.master, &web.random, &target),
        secret: &secret.sealed,
        topics: &topics,
        made: (person.id, now),
    };
    webhook::insert(&mut tx, &new).await?;
    let once = put_once(&web, &mut tx, &visitor, &secret.shown).await?;
    let done = Done::by_person(&person, What::WebhookMade, now).in_scope(seat.0).on_webhook(id, &label);
    let told = topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>().join(",");
    web.log(&mut tx, &done.noting(format!("host={} topics={told}", target.host()))).await?;
    let next = format!("{}/issued", seat.base());
    taking.leads_to(&web, &mut tx, &next, Some(&once)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}

fn form(fields: &Fields) -> HookForm {
    let of = |name: &'static str| fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.clone());
    let topics = of("topic").take(16).collect();
    HookForm { label: of("label").next().unwrap_or_default(), url: of("url").next().unwrap_or_default(), topics }
}

fn read(web: &Web, typed: &HookForm) -> Result<(String, Target, Vec<Topic>), Text> {
    let label = label(&typed.label).ok_or_else(|| Text::of_field("connect-wrong-label", "label").with("n", LONGEST_LABEL))?;
    let target = Target::parse(&typed.url, &web.settings.webhooks).map_err(|wrong| {
        let key = match wrong {
            WrongTarget::Form => "connect-wrong-url",
            WrongTarget::Plain => "connect-wrong-plain",
            WrongTarget::Forbidden => "connect-wrong-forbidden",
        };
        Text::of_field(key, "url")
    })?;
    let topics: Vec<Topic> = Topic::ALL.iter().copied().filter(|topic| typed.topics.iter().any(|one| one == topic.as_str())).collect();
    if topics.is_empty() { Err(Text::of_field("connect-wrong-no-topic", "topic")) } else { Ok((label, target, topics)) }
}

/// `POST …/connections/webhooks/act`: `webhook` is to be `test`ed, `renew`ed, `resume`d or `end`ed. What is not there any more was ended by somebody else, which is as well.
pub(in crate::http::pages) async fn act_on_webhook(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    seat: Seat,
    Typed(fields): Typed<Fields>,
) -> Result<Response, PageError> {
    let (now, mut next) = (web.now(), seat.base());
    let Ok(id) = given(&fields, "webhook").parse::<WebhookId>() else { return Err(PageError::Malformed(Kept::default())) };
    let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &twice::mark_of(&fields)).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    let Some(found) = webhook::find(&mut tx, seat.0, id).await? else { return Ok(Redirect::to(&next).into_response()) };
    let mut once = None;
    let what = match given(&fields, "to") {
        "test" if found.disabled_at.is_none() => {
            webhook::queue_for(&mut tx, &web.random, &Event::test(id, seat.0, now), id).await?;
            What::WebhookTested
        }
        "renew" => {
            // Another one now would take the place of the one that the receiver may still check with.
            if let Some(until) = found.old_until.filter(|until| now < *until) {
                return Err(PageError::Conflict(Text::new("connect-renewed-before").with("until", until)));
            }
            let secret = make_secret(&web.master, &web.random);
            webhook::renew(&mut tx, id, &secret.sealed, now.plus_seconds(OVERLAP_S)).await?;
            once = Some(put_once(&web, &mut tx, &visitor, &secret.shown).await?);
            next = format!("{next}/issued");
            What::WebhookRenewed
        }
        "resume" => {
            webhook::resume(&mut tx, id, now).await?;
            What::WebhookResumed
        }
        "end" => {
            webhook::delete(&mut tx, id).await?;
            What::WebhookEnded
        }
        _ => return Err(PageError::Malformed(Kept::default())),
    };
    web.log(&mut tx, &Done::by_person(&person, what, now).in_scope(seat.0).on_webhook(id, &found.label)).await?;
    taking.leads_to(&web, &mut tx, &next, once.as_deref()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}
