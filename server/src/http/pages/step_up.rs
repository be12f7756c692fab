//! Proving oneself anew before an act that matters. A form that had to wait is kept sealed in the session, without its secrets,
//! and shown again afterwards: sending it takes one press and no typing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::guard::Who;
use super::passkey::{Purpose, offer_proof};
use super::sign_in::{Next, local, take_code};
use super::typed::{Asked, Typed};
use super::visit::{Fields, Visitor};
use super::{PageError, Web, fail, page, shell};
use crate::domain::people::Person;
use crate::domain::people::throttle::{self, Bucket};
use crate::store::{Tx, person, session, throttle as counters};
use crate::views::{KeptPage, StepUpPage};
use crate::words::Text;

const PURPOSE: &str = "step-up-draft";
/// Where a form that waited is shown again.
const KEPT: &str = "/step-up/continue";
/// A form older than this is no longer what the person has in mind.
const KEPT_S: i64 = 30 * 60;
/// Fields that are never kept.
pub(super) const SECRET: [&str; 6] = ["csrf", "password", "again", "code", "answer", "state"];

/// A form that waits.
#[derive(Serialize, Deserialize)]
struct Draft {
    path: String,
    fields: Fields,
    at: i64,
}

/// Keeps what was sent to `path`; the answer sends the person to prove themself.
pub(super) async fn keep(web: &Web, visitor: &Visitor, path: String, mut fields: Fields) -> PageError {
    fields.retain(|(name, _)| !SECRET.contains(&name.as_str()));
    let draft = Draft { path, fields, at: web.now().seconds() };
    let kept = async {
        let text = serde_json::to_vec(&draft).map_err(PageError::internal)?;
        let mut tx = web.store.begin().await?;
        session::put_draft(&mut tx, &visitor.token.hash(), &web.seal(PURPOSE, &text)).await?;
        tx.commit().await?;
        Ok(PageError::StepUpNeeded(KEPT.to_owned()))
    };
    kept.await.unwrap_or_else(|error: PageError| error)
}

async fn step_up_page(web: &Web, visitor: &Visitor, who: &Person, next: &str, error: Option<Text>) -> Result<Response, PageError> {
    let ways = person::find_ways(web.store.read(), who.id).await?;
    page(&StepUpPage {
        shell: shell("step-up-title", visitor, Some(who)),
        offer: if ways.passkeys > 0 { Some(offer_proof(web, visitor, Purpose::StepUp)?) } else { None },
        app: ways.app,
        provider: super::oidc::proving(web, who, next).await?,
        next: local(next).to_owned(),
        error,
    })
}

/// `GET /step-up`
pub(super) async fn show_step_up(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Asked(Next { next }): Asked<Next>,
) -> Result<Response, PageError> {
    step_up_page(&web, &visitor, &who, &next, None).await
}

/// The page again, with what was wrong.
pub(super) async fn refused(
    web: &Web,
    visitor: &Visitor,
    who: &Person,
    next: &str,
    status: StatusCode,
    text: Text,
) -> Result<Response, PageError> {
    Ok((status, step_up_page(web, visitor, who, next, Some(text)).await?).into_response())
}

/// A code, and where to go then.
#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /step-up`
pub(super) async fn prove_by_code(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(typed): Typed<Code>,
) -> Result<Response, PageError> {
    let (now, buckets) = (web.now(), throttle::step_up(who.login.as_str(), &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return refused(&web, &visitor, &who, &typed.next, StatusCode::TOO_MANY_REQUESTS, fail::throttled_text(until)).await;
    }
    let sealed = person::find_credentials(web.store.read(), &who.login).await?.and_then(|known| known.totp);
    let mut tx = web.store.begin_counting().await?;
    // Codes that were sent at once all got this far.
    if let Some(until) = counters::blocked_in(&mut tx, &buckets, now).await? {
        tx.rollback().await?;
        return refused(&web, &visitor, &who, &typed.next, StatusCode::TOO_MANY_REQUESTS, fail::throttled_text(until)).await;
    }
    if take_code(&web, &mut tx, who.id, sealed.as_deref(), &typed.code).await? {
        return complete(tx, &visitor, &buckets[0], &typed.next, now).await;
    }
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    refused(&web, &visitor, &who, &typed.next, StatusCode::UNPROCESSABLE_ENTITY, Text::of_field("step-up-wrong", "code")).await
}

/// The person has proven themself: notes it and goes on.
pub(super) async fn complete(mut tx: Tx, visitor: &Visitor, bucket: &Bucket, next: &str, now: Timestamp) -> Result<Response, PageError> {
    counters::clear(&mut tx, bucket).await?;
    session::update_proved(&mut tx, &visitor.token.hash(), now).await?;
    tx.commit().await?;
    Ok(Redirect::to(local(next)).into_response())
}

/// `GET /step-up/continue`: the form that waited, to be sent with one press.
pub(super) async fn show_kept(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let sealed = session::find_draft(web.store.read(), &visitor.token.hash()).await?;
    let draft = match sealed {
        Some(sealed) => Some(serde_json::from_slice::<Draft>(&web.open(PURPOSE, &sealed)?).map_err(PageError::internal)?),
        None => None,
    };
    let draft = draft.filter(|draft| web.now().seconds() - draft.at < KEPT_S);
    page(&KeptPage {
        shell: shell("kept-title", &visitor, Some(&who)),
        form: draft.map(|draft| (local(&draft.path).to_owned(), draft.fields)),
    })
}
