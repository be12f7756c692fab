//! Passkeys on pages: registering one, signing in with one, proving oneself anew with one.
//! Invariant: an answer counts once, for the page's own purpose and browser session, and not later than `LIFETIME_S` after it was asked for.
//! The ceremony's state travels through the page, sealed, so that looking at a page writes nothing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::guard::{SettingUp, Who};
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, account, fail, page, setup, shell, sign_in, step_up};
use crate::domain::act::{Done, What};
use crate::domain::ids::PasskeyId;
use crate::domain::people::event::Kind;
use crate::domain::people::{Person, browser, throttle};
use crate::passkeys::{Offer, Passkeys, Proven};
use crate::store::passkey::NewPasskey;
use crate::store::{Tx, feed, invitation, oidc, passkey, person, session, throttle as counters};
use crate::views::{NewPasskeyPage, PasskeyForm, PasskeyOffer};
use crate::words::Text;

const PURPOSE: &str = "passkey-ceremony";
/// Longer than anybody looks at a page before pressing the button, shorter than a shift.
const LIFETIME_S: i64 = 30 * 60;
const NAME_CHARS: usize = 40;

const STALE: Text = Text::new("passkey-stale");
const UNPROVEN: Text = Text::new("passkey-unproven");
const KNOWN: Text = Text::new("passkey-known");

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// Setting an account up.
    Setup,
    /// One passkey more.
    Add,
    /// Signing in.
    SignIn,
    /// Proving oneself anew.
    StepUp,
}

/// What travels through the page, sealed.
#[derive(Serialize, Deserialize)]
struct Ceremony {
    purpose: Purpose,
    /// Hash of the cookie's secret that the page was made for.
    session: String,
    ends_at: i64,
    state: String,
}

/// What the page's script sends back.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    state: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    next: String,
}

/// The passkeys of the address this page is looked at under, or why there are none.
pub(super) fn here<'a>(web: &'a Web, visitor: &Visitor) -> Result<&'a Passkeys, PasskeyOffer> {
    let passkeys = web.passkeys.as_deref().ok_or(PasskeyOffer::Nowhere)?;
    if passkeys.belong_to(&visitor.host) {
        return Ok(passkeys);
    }
    let port = visitor.host.rsplit_once(':').filter(|_| passkeys.address() == "http://localhost").map(|(_, port)| format!(":{port}"));
    Err(PasskeyOffer::Elsewhere(format!("{}{}", passkeys.address(), port.unwrap_or_default())))
}

fn form(web: &Web, visitor: &Visitor, purpose: Purpose, offer: Offer) -> Result<PasskeyForm, PageError> {
    let ends_at = web.now().plus_seconds(LIFETIME_S).seconds();
    let ceremony = Ceremony { purpose, session: visitor.token.hash(), ends_at, state: offer.state };
    let text = serde_json::to_vec(&ceremony).map_err(PageError::internal)?;
    Ok(PasskeyForm { options: offer.options, state: web.seal(PURPOSE, &text) })
}

/// What a page shows where any passkey will do.
pub(super) fn offer_proof(web: &Web, visitor: &Visitor, purpose: Purpose) -> Result<PasskeyOffer, PageError> {
    match here(web, visitor) {
        Ok(passkeys) => Ok(PasskeyOffer::Here(form(web, visitor, purpose, passkeys.offer_proof().map_err(PageError::internal)?)?)),
        Err(none) => Ok(none),
    }
}

/// What a page shows where a passkey can be registered.
pub(super) async fn offer_registration(web: &Web, visitor: &Visitor, purpose: Purpose, person: &Person) -> Result<PasskeyOffer, PageError> {
    let passkeys = match here(web, visitor) {
        Ok(passkeys) => passkeys,
        Err(none) => return Ok(none),
    };
    let known: Vec<String> = match purpose {
        // Whoever sets an account up again loses its passkeys anyway, and may well bring the same authenticator.
        Purpose::Setup => Vec::new(),
        Purpose::Add | Purpose::SignIn | Purpose::StepUp => {
            passkey::list(web.store.read(), person.id).await?.into_iter().map(|known| known.credential).collect()
        }
    };
    let offer = passkeys.offer_registration(person, &known).map_err(PageError::internal)?;
    Ok(PasskeyOffer::Here(form(web, visitor, purpose, offer)?))
}

/// A ceremony that was opened again: still in time, of this session and purpose. Not yet used up.
struct Opened {
    state: String,
    ends_at: Timestamp,
}

impl Opened {
    fn new(web: &Web, visitor: &Visitor, purpose: Purpose, sealed: &str) -> Result<Self, Text> {
        let text = web.open(PURPOSE, sealed).map_err(|_| STALE)?;
        let ceremony: Ceremony = serde_json::from_slice(&text).map_err(|_| STALE)?;
        let ends_at = Timestamp::from_seconds(ceremony.ends_at);
        let fits = ceremony.purpose == purpose && ceremony.session == visitor.token.hash() && web.now().seconds_since(ends_at) < 0;
        if fits { Ok(Self { state: ceremony.state, ends_at }) } else { Err(STALE) }
    }

    /// Uses it up; `false` when it was answered before.
    async fn spend(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, PageError> {
        let digest = HEXLOWER.encode(&Sha256::digest(self.state.as_bytes()));
        Ok(passkey::spend_challenge(tx, &digest, self.ends_at, now).await?)
    }
}

/// A registration that holds, or what to tell the person.
fn registered(web: &Web, visitor: &Visitor, purpose: Purpose, sent: &Sent) -> Result<(Opened, Proven), Text> {
    let passkeys = here(web, visitor).map_err(|_| UNPROVEN)?;
    let opened = Opened::new(web, visitor, purpose, &sent.state)?;
    let proven = passkeys.accept_registration(&opened.state, &sent.answer).map_err(|cause| refuse(&cause))?;
    Ok((opened, proven))
}

fn refuse(cause: &crate::passkeys::Refused) -> Text {
    tracing::info!(%cause, "a passkey was refused");
    UNPROVEN
}

/// The person whose passkey answered, after the challenge was used up in `tx`; or what to tell them.
async fn proven(web: &Web, tx: &mut Tx, visitor: &Visitor, purpose: Purpose, sent: &Sent) -> Result<Result<Person, Text>, PageError> {
    let Ok(passkeys) = here(web, visitor) else { return Ok(Err(UNPROVEN)) };
    let opened = match Opened::new(web, visitor, purpose, &sent.state) {
        Ok(opened) => opened,
        Err(text) => return Ok(Err(text)),
    };
    let (claimed, credential) = match passkeys.claimed(&sent.answer) {
        Ok(claimed) => claimed,
        Err(cause) => return Ok(Err(refuse(&cause))),
    };
    let Some((person, stored)) = passkey::find(&mut **tx, &credential).await?.filter(|(person, _)| person.id == claimed) else {
        return Ok(Err(UNPROVEN));
    };
    let used = match passkeys.accept_proof(&opened.state, &sent.answer, &stored) {
        Ok(used) => used,
        Err(cause) => return Ok(Err(refuse(&cause))),
    };
    let now = web.now();
    if !opened.spend(tx, now).await? {
        return Ok(Err(STALE));
    }
    passkey::update_used(tx, &credential, &used.stored, now).await?;
    Ok(Ok(person))
}

/// `POST /sign-in/passkey`
pub(super) async fn sign_in(State(web): State<Web>, visitor: Visitor, Typed(sent): Typed<Sent>) -> Result<Response, PageError> {
    let (now, buckets) = (web.now(), throttle::passkey(&visitor.token.hash(), &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return sign_in::refused(&web, &visitor, StatusCode::TOO_MANY_REQUESTS, "", &sent.next, fail::throttled_text(until)).await;
    }
    let mut tx = web.store.begin_counting().await?;
    if let Some(until) = counters::blocked_in(&mut tx, &buckets, now).await? {
        tx.rollback().await?;
        return sign_in::refused(&web, &visitor, StatusCode::TOO_MANY_REQUESTS, "", &sent.next, fail::throttled_text(until)).await;
    }
    match proven(&web, &mut tx, &visitor, Purpose::SignIn, &sent).await? {
        Ok(person) => sign_in::complete(&web, tx, &visitor, (&person, now), &sent.next).await,
        Err(text) => {
            counters::count_failure(&mut tx, &buckets, now).await?;
            sign_in::log_failure(&web, &mut tx, None, &buckets[1]).await?;
            tx.commit().await?;
            sign_in::refused(&web, &visitor, StatusCode::UNPROCESSABLE_ENTITY, "", &sent.next, text).await
        }
    }
}

/// `POST /step-up/passkey`
pub(super) async fn step_up(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(sent): Typed<Sent>,
) -> Result<Response, PageError> {
    let (now, buckets) = (web.now(), throttle::step_up(who.login.as_str(), &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return step_up::refused(&web, &visitor, &who, &sent.next, StatusCode::TOO_MANY_REQUESTS, fail::throttled_text(until)).await;
    }
    let mut tx = web.store.begin_counting().await?;
    if let Some(until) = counters::blocked_in(&mut tx, &buckets, now).await? {
        tx.rollback().await?;
        return step_up::refused(&web, &visitor, &who, &sent.next, StatusCode::TOO_MANY_REQUESTS, fail::throttled_text(until)).await;
    }
    let text = match proven(&web, &mut tx, &visitor, Purpose::StepUp, &sent).await? {
        Ok(person) if person.id == who.id => return step_up::complete(tx, &visitor, &buckets[0], &sent.next, now).await,
        Ok(_) => Text::new("passkey-of-another"),
        Err(text) => text,
    };
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    step_up::refused(&web, &visitor, &who, &sent.next, StatusCode::UNPROCESSABLE_ENTITY, text).await
}

/// What to call a passkey that nobody named.
fn named(typed: &str, visitor: &Visitor) -> String {
    let name: String = typed.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    if name.is_empty() {
        return Text::new("passkey-named").with("browser", browser::named(&visitor.browser)).in_lang(visitor.lang);
    }
    name
}

async fn insert(web: &Web, tx: &mut Tx, owner: &Person, name: &str, proven: &Proven) -> Result<bool, PageError> {
    let now = web.now();
    let id = PasskeyId::new(web.random.uuid(now));
    let new = NewPasskey { id, person: owner.id, name, credential: &proven.credential, stored: &proven.stored };
    if !passkey::insert(tx, new, now).await? {
        return Ok(false);
    }
    web.note(tx, owner, Kind::PasskeyAdded).await?;
    Ok(true)
}

/// `POST /setup/passkey`: uses the link up; every former way in is void.
pub(super) async fn set_up(
    State(web): State<Web>,
    visitor: Visitor,
    SettingUp(setup): SettingUp,
    Typed(sent): Typed<Sent>,
) -> Result<Response, PageError> {
    let (opened, proven) = match registered(&web, &visitor, Purpose::Setup, &sent) {
        Ok(registered) => registered,
        Err(text) => return setup::choice_refused(&web, &visitor, &setup, text).await,
    };
    let (now, owner) = (web.now(), setup.person.id);
    let mut tx = web.store.begin().await?;
    if !opened.spend(&mut tx, now).await? || !invitation::take(&mut tx, &setup.invitation, now).await? {
        return Err(PageError::SetUpOver);
    }
    setup::note_reset(&web, &mut tx, &setup.person).await?;
    person::clear_secrets(&mut tx, owner).await?;
    passkey::delete_of(&mut tx, owner).await?;
    feed::delete_of(&mut tx, owner).await?;
    oidc::delete_identity(&mut tx, owner).await?;
    session::delete_of(&mut tx, owner).await?;
    if !insert(&web, &mut tx, &setup.person, &named(&sent.name, &visitor), &proven).await? {
        tx.rollback().await?;
        return setup::choice_refused(&web, &visitor, &setup, KNOWN).await;
    }
    super::mail::register(&web, &mut tx, &setup.person, &setup.invitation).await?;
    let token = sign_in::begin(&web, &mut tx, &visitor, &setup.person).await?;
    web.log(&mut tx, &Done::by_person(&setup.person, What::AccountSetUp, now).on_person(&setup.person)).await?;
    tx.commit().await?;
    Ok(sign_in::with_cookie(token, "/account"))
}

/// `GET /account/passkeys`
pub(super) async fn show_new(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    new_page(&web, &visitor, &who, named("", &visitor), None).await
}

async fn new_page(web: &Web, visitor: &Visitor, who: &Person, name: String, error: Option<Text>) -> Result<Response, PageError> {
    page(&NewPasskeyPage {
        shell: shell("account-passkey-title", visitor, Some(who)),
        offer: offer_registration(web, visitor, Purpose::Add, who).await?,
        name,
        error,
    })
}

/// `POST /account/passkeys`
pub(super) async fn add(State(web): State<Web>, visitor: Visitor, Who(who): Who, Typed(sent): Typed<Sent>) -> Result<Response, PageError> {
    let refused = match registered(&web, &visitor, Purpose::Add, &sent) {
        Err(text) => text,
        Ok((opened, proven)) => {
            let mut tx = web.store.begin().await?;
            if !opened.spend(&mut tx, web.now()).await? {
                STALE
            } else if insert(&web, &mut tx, &who, &named(&sent.name, &visitor), &proven).await? {
                tx.commit().await?;
                return Ok(Redirect::to("/account").into_response());
            } else {
                KNOWN
            }
        }
    };
    let answer = new_page(&web, &visitor, &who, sent.name, Some(refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

/// Which passkey.
#[derive(Deserialize)]
pub(super) struct Which {
    passkey: String,
}

/// `POST /account/passkeys/remove`: never the last way in. Other sessions end, for one of them may be why it is removed.
pub(super) async fn remove(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(Which { passkey: id }): Typed<Which>,
) -> Result<Response, PageError> {
    let id: PasskeyId = id.parse().map_err(|_| PageError::NotFound)?;
    let mut tx = web.store.begin().await?;
    let ways = person::find_ways(&mut *tx, who.id).await?;
    if !ways.may_remove_passkey() {
        return Err(PageError::Conflict(account::LAST_WAY));
    }
    // Removed before is removed all the same.
    if passkey::delete(&mut tx, who.id, id).await? {
        web.note(&mut tx, &who, Kind::PasskeyRemoved).await?;
        session::delete_others_of(&mut tx, who.id, &visitor.token.hash()).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/account").into_response())
}
