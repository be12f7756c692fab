//! OpenID Connect on pages: signing in, proving oneself anew, linking and unlinking an account.
//! Invariants: a return counts once, in the browser that was sent out, for what it was sent out for, and not later than `LIFETIME_S`;
//! an account is linked only after its owner, freshly proven, has read whom the provider names and agreed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::guard::Who;
use super::sign_in::{self, Next, local};
use super::typed::{Asked, Typed};
use super::visit::Visitor;
use super::{PageError, Web, account, page, shell, step_up};
use crate::domain::ids::ProviderId;
use crate::domain::people::event::Kind;
use crate::domain::people::ways::Ways;
use crate::domain::people::{Person, throttle};
use crate::oidc::{Client, Pledge, Proven, Refused, Secret};
use crate::store::oidc::Provider;
use crate::store::{oidc, passkey, person, session, throttle as counters};
use crate::views::{Moment, OidcLine, OidcLinkPage};
use crate::words::Text;

/// Purpose under which the client secret is sealed.
pub(crate) const SECRET_PURPOSE: &str = "oidc-secret";
const STATE_PURPOSE: &str = "oidc-state";
const LINK_PURPOSE: &str = "oidc-link";
/// Longer than signing in elsewhere takes, shorter than a shift.
const LIFETIME_S: i64 = 30 * 60;
/// Where providers send browsers back to.
pub(crate) const RETURN: &str = "/oidc/return";

/// What a browser was sent out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Purpose {
    SignIn,
    StepUp,
    Link,
}

/// What travels with the browser as `state`, sealed.
#[derive(Serialize, Deserialize)]
struct Errand {
    purpose: Purpose,
    provider: String,
    /// Hash of the cookie's secret of the browser that was sent out.
    session: String,
    pledge: Pledge,
    next: String,
    ends_at: i64,
}

/// A subject that its browser's owner may link, sealed into the page that asks for it.
#[derive(Serialize, Deserialize)]
struct Claim {
    provider: String,
    person: String,
    subject: String,
    name: String,
    ends_at: i64,
}

/// Seals something for a URL.
fn seal(web: &Web, purpose: &str, what: &impl Serialize) -> Result<String, PageError> {
    let text = serde_json::to_vec(what).map_err(PageError::internal)?;
    Ok(BASE64URL_NOPAD.encode(&web.master.seal(purpose, &text, &web.random)))
}

/// Opens what `seal` made; anything else is none of ours.
fn open<T: serde::de::DeserializeOwned>(web: &Web, purpose: &str, sealed: &str) -> Option<T> {
    let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
    serde_json::from_slice(&web.master.open(purpose, &bytes).ok()?).ok()
}

fn client(web: &Web, provider: &Provider) -> Result<Client, PageError> {
    let secret = match &provider.secret {
        Some(sealed) => Some(Secret(Zeroizing::new(String::from_utf8(web.open(SECRET_PURPOSE, sealed)?).map_err(PageError::internal)?))),
        None => None,
    };
    Ok(Client {
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        secret,
        redirect: format!("{}{RETURN}", web.settings.public_url),
    })
}

async fn provider(web: &Web, id: &str) -> Result<Provider, PageError> {
    let id: ProviderId = id.parse().map_err(|_| PageError::NotFound)?;
    oidc::find(web.store.read(), id).await?.ok_or(PageError::NotFound)
}

/// The provider of this person's own region; another region's does not exist.
async fn own_provider(web: &Web, who: &Person, id: &str) -> Result<Provider, PageError> {
    let found = provider(web, id).await?;
    if found.region == who.scope.region() { Ok(found) } else { Err(PageError::NotFound) }
}

async fn send_out(web: &Web, visitor: &Visitor, provider: &Provider, purpose: Purpose, next: &str) -> Result<Response, PageError> {
    let pledge = Pledge::new(&web.random);
    let errand = Errand {
        purpose,
        provider: provider.id.to_string(),
        session: visitor.token.hash(),
        pledge: pledge.clone(),
        next: local(next).to_owned(),
        ends_at: web.now().plus_seconds(LIFETIME_S).seconds(),
    };
    let state = seal(web, STATE_PURPOSE, &errand)?;
    match client(web, provider)?.begin(&pledge, state, purpose != Purpose::SignIn).await {
        Ok(url) => Ok(Redirect::to(&url).into_response()),
        Err(cause) => {
            tracing::warn!(%cause, provider = %provider.id, "an OpenID provider cannot be reached");
            Err(PageError::Conflict(UNREACHABLE))
        }
    }
}

const UNREACHABLE: Text = Text::new("oidc-unreachable");
const UNPROVEN: Text = Text::new("oidc-unproven");
const STALE: Text = Text::new("oidc-stale");
const UNLINKED: Text = Text::new("oidc-unlinked");
const TAKEN: Text = Text::new("oidc-taken");

/// `GET /sign-in/oidc/{provider}`
pub(super) async fn sign_in(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
    Asked(Next { next }): Asked<Next>,
) -> Result<Response, PageError> {
    send_out(&web, &visitor, &provider(&web, &id).await?, Purpose::SignIn, &next).await
}

/// `GET /step-up/oidc/{provider}`
pub(super) async fn prove(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Path(id): Path<String>,
    Asked(Next { next }): Asked<Next>,
) -> Result<Response, PageError> {
    send_out(&web, &visitor, &own_provider(&web, &who, &id).await?, Purpose::StepUp, &next).await
}

/// `GET /account/oidc/{provider}`
pub(super) async fn begin_link(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    send_out(&web, &visitor, &own_provider(&web, &who, &id).await?, Purpose::Link, "/account").await
}

/// What a provider's redirect brings (OIDC Core §3.1.2.5, §3.1.2.6).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Return {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// `GET /oidc/return`
pub(super) async fn come_back(
    State(web): State<Web>,
    visitor: Visitor,
    Asked(Return { state, code }): Asked<Return>,
) -> Result<Response, PageError> {
    let (now, buckets) = (web.now(), throttle::passkey(&visitor.token.hash(), &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    let errand = open::<Errand>(&web, STATE_PURPOSE, &state)
        .filter(|errand| errand.session == visitor.token.hash() && now.seconds() < errand.ends_at)
        .ok_or(PageError::Conflict(STALE))?;
    let provider = provider(&web, &errand.provider).await?;
    let anew = errand.purpose != Purpose::SignIn;
    // Without a code the person pressed "cancel" there, or the provider refused.
    let proven = if code.is_empty() {
        Err(Refused::Proof("the browser came back without a code".to_owned()))
    } else {
        client(&web, &provider)?.finish(errand.pledge.clone(), code, now, anew).await
    };
    let proven = match proven {
        Ok(proven) => proven,
        Err(cause) => {
            tracing::info!(%cause, provider = %provider.id, "a return from an OpenID provider was refused");
            let mut tx = web.store.begin().await?;
            counters::count_failure(&mut tx, &buckets, now).await?;
            tx.commit().await?;
            return Err(PageError::Conflict(if matches!(cause, Refused::Provider(_)) { UNREACHABLE } else { UNPROVEN }));
        }
    };
    let mut tx = web.store.begin().await?;
    let digest = HEXLOWER.encode(&Sha256::digest(state.as_bytes()));
    if !passkey::spend_challenge(&mut tx, &digest, Timestamp::from_seconds(errand.ends_at), now).await? {
        return Err(PageError::Conflict(STALE));
    }
    match errand.purpose {
        Purpose::SignIn => {
            let Some(person) = oidc::find_person(&mut *tx, provider.id, &proven.subject).await? else {
                counters::count_failure(&mut tx, &buckets, now).await?;
                sign_in::log_failure(&web, &mut tx, None, &buckets[1]).await?;
                tx.commit().await?;
                return Err(PageError::Conflict(UNLINKED));
            };
            oidc::update_used(&mut tx, person.id, now).await?;
            // Whoever is signed in at the provider comes back without having been asked for anything.
            let proved_at = proven.at.unwrap_or(Timestamp::from_seconds(0));
            sign_in::complete(&web, tx, &visitor, (&person, proved_at), &errand.next).await
        }
        Purpose::StepUp => {
            let signed_in = session::find_signed_in(&mut *tx, &visitor.token.hash(), now).await?.ok_or(PageError::Conflict(STALE))?.person;
            let proven = oidc::find_person(&mut *tx, provider.id, &proven.subject).await?;
            if proven.is_none_or(|person| person.id != signed_in.id) {
                return Err(PageError::Conflict(UNPROVEN));
            }
            oidc::update_used(&mut tx, signed_in.id, now).await?;
            let buckets = throttle::step_up(signed_in.login.as_str(), &visitor.network);
            step_up::complete(tx, &visitor, &buckets[0], &errand.next, now).await
        }
        Purpose::Link => {
            let who = session::find_signed_in(&mut *tx, &visitor.token.hash(), now).await?.ok_or(PageError::Conflict(STALE))?.person;
            tx.commit().await?;
            ask(&web, &visitor, &who, &provider, proven)
        }
    }
}

/// Asks the owner whether this is who they are at the provider.
fn ask(web: &Web, visitor: &Visitor, who: &Person, provider: &Provider, proven: Proven) -> Result<Response, PageError> {
    let claim = Claim {
        provider: provider.id.to_string(),
        person: who.id.to_string(),
        subject: proven.subject,
        name: proven.name.clone(),
        ends_at: web.now().plus_seconds(LIFETIME_S).seconds(),
    };
    page(&OidcLinkPage {
        shell: shell(Text::new("oidc-link-title"), visitor, Some(who)),
        label: provider.label.clone(),
        name: proven.name,
        claim: seal(web, LINK_PURPOSE, &claim)?,
    })
}

/// The page's answer.
#[derive(Deserialize)]
pub(super) struct Agreed {
    claim: String,
}

/// `POST /account/oidc/link`
pub(super) async fn link(State(web): State<Web>, Who(who): Who, Typed(Agreed { claim }): Typed<Agreed>) -> Result<Response, PageError> {
    let now = web.now();
    let claim = open::<Claim>(&web, LINK_PURPOSE, &claim)
        .filter(|claim| claim.person.parse() == Ok(who.id) && now.seconds() < claim.ends_at)
        .ok_or(PageError::Conflict(STALE))?;
    let provider = own_provider(&web, &who, &claim.provider).await?;
    let mut tx = web.store.begin().await?;
    if !oidc::insert_identity(&mut tx, provider.id, (&claim.subject, &claim.name), who.id, now).await? {
        return Err(PageError::Conflict(TAKEN));
    }
    web.note(&mut tx, &who, Kind::OidcLinked).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account").into_response())
}

/// `POST /account/oidc/remove`
pub(super) async fn unlink(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    if !person::find_ways(&mut *tx, who.id).await?.may_remove_oidc() {
        return Err(PageError::Conflict(account::LAST_WAY));
    }
    if oidc::delete_identity(&mut tx, who.id).await? {
        // Whoever came in over the provider, and should not have, is out.
        session::delete_others_of(&mut tx, who.id, &visitor.token.hash()).await?;
        web.note(&mut tx, &who, Kind::OidcUnlinked).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/account").into_response())
}

/// What the sign-in page offers: path and name of each provider.
pub(super) async fn offered(web: &Web, next: &str) -> Result<Vec<(String, String)>, PageError> {
    let all = oidc::list(web.store.read()).await?.into_iter();
    Ok(all.map(|p| (format!("/sign-in/oidc/{}?next={}", p.id, sign_in::encode(local(next))), p.label)).collect())
}

/// What the page of proving oneself anew offers to somebody whose account is linked.
pub(super) async fn proving(web: &Web, who: &Person, next: &str) -> Result<Option<(String, String)>, PageError> {
    let Some(linked) = oidc::find_identity(web.store.read(), who.id).await? else { return Ok(None) };
    let provider = oidc::find(web.store.read(), linked.provider).await?;
    Ok(provider.map(|p| (format!("/step-up/oidc/{}?next={}", p.id, sign_in::encode(local(next))), p.label)))
}

/// What the owner's page says.
pub(super) async fn line(web: &Web, who: &Person, ways: Ways) -> Result<Option<OidcLine>, PageError> {
    let Some(provider) = oidc::find_of(web.store.read(), who.scope.region()).await? else { return Ok(None) };
    let linked = oidc::find_identity(web.store.read(), who.id).await?;
    Ok(Some(OidcLine {
        label: provider.label,
        path: format!("/account/oidc/{}", provider.id),
        linked: linked.map(|linked| (linked.name, linked.used_at.map(|at| Moment::new(at, web.now())))),
        may_remove: ways.may_remove_oidc(),
    }))
}
