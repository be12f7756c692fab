//! The registered address of an account: asked for by its owner, confirmed by a link mailed to it, removed again. The link works only
//! for whoever is signed in as that owner, so that a mistyped address does not hand an account to a stranger.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::Who;
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::mail::{CONFIRM_S, Kind, Letter, Link, MailAddress, Recipients, Said};
use crate::domain::people::event::Kind as Event;
use crate::domain::people::link::Token;
use crate::domain::people::{Person, throttle};
use crate::mail::secret_link;
use crate::store::mail::{self, Pending};
use crate::store::{Tx, throttle as counters};
use crate::views::{AccountMailPage, ConfirmMailPage, MailSection};
use crate::words::Text;

/// Path of the link that confirms an address, before its secret.
const CONFIRM_PATH: &str = "/account/mail/confirm/";

/// What the account's page says of mail; `None`: none is sent and none was.
pub(super) async fn section(web: &Web, who: &Person) -> Result<Option<MailSection>, PageError> {
    let address = mail::find_address(web.store.read(), who.id).await?;
    let pending = mail::find_pending(web.store.read(), who.id, web.now()).await?;
    if !web.settings.mail && address.is_none() && pending.is_none() {
        return Ok(None);
    }
    let pending = pending.map(|pending| {
        let address = pending.address.as_str().to_owned();
        Text::new("account-mail-pending").with("address", address).with("until", pending.ends_at)
    });
    let removable = address.is_some() || pending.is_some();
    Ok(Some(MailSection { on: web.settings.mail, address: address.map(|known| known.as_str().to_owned()), pending, removable }))
}

/// `GET /account/mail`
pub(super) async fn show_address(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let known = mail::find_address(web.store.read(), who.id).await?;
    address_page(&web, &visitor, &who, known.as_ref().map(MailAddress::as_str).unwrap_or_default(), None)
}

fn address_page(web: &Web, visitor: &Visitor, who: &Person, address: &str, error: Option<Text>) -> Result<Response, PageError> {
    if !web.settings.mail {
        return Err(PageError::Conflict(Text::new("account-mail-off")));
    }
    page(&AccountMailPage { shell: shell("account-mail-title", visitor, Some(who)), address: address.to_owned(), error })
}

/// An address as typed.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    address: String,
}

/// `POST /account/mail`: mails the link; nothing changes before it is opened.
pub(super) async fn ask(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(typed): Typed<Asked>,
) -> Result<Response, PageError> {
    let now = web.now();
    let Ok(address) = MailAddress::parse(&typed.address) else {
        let answer = address_page(&web, &visitor, &who, &typed.address, Some(Text::of_field("account-mail-wrong", "address")))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
    };
    let buckets = throttle::mail(who.login.as_str(), address.as_str());
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        let error = Text::of_field("account-mail-often", "address").with("until", until);
        let answer = address_page(&web, &visitor, &who, &typed.address, Some(error))?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, answer).into_response());
    }
    if !web.settings.mail {
        return Err(PageError::Conflict(Text::new("account-mail-off")));
    }
    let (token, ends_at) = (Token::new(&web.random), now.plus_seconds(CONFIRM_S));
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    mail::put_pending(&mut tx, who.id, &token.hash(), &Pending { address: address.clone(), ends_at }).await?;
    let link = secret_link(&web.master, &web.random, &format!("{CONFIRM_PATH}{}", token.to_text()));
    let letter = Letter::new(Kind::AddressConfirm, Recipients::Address(who.id, address), link).about("until", Said::At(ends_at));
    mail::queue(&mut tx, (&web.random, now), &letter).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account#mail").into_response())
}

fn gone() -> PageError {
    PageError::Said(StatusCode::NOT_FOUND, Text::new("account-mail-gone"))
}

/// The address behind a link, if it is this account's and can still be used. Wrong ones are counted.
async fn usable(web: &Web, visitor: &Visitor, who: &Person, secret: &str) -> Result<(String, MailAddress), PageError> {
    let (now, buckets) = (web.now(), throttle::link(secret, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    if let Some(hash) = Token::parse(secret).map(|token| token.hash())
        && let Some(address) = mail::find_by_link(web.store.read(), who.id, &hash, now).await?
    {
        return Ok((hash, address));
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(gone())
}

/// `GET /account/mail/confirm/{secret}`: changes nothing, for mail scanners open links.
pub(super) async fn show_confirm(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let (_, address) = usable(&web, &visitor, &who, &secret).await?;
    let about = Text::new("account-mail-confirm-about").with("address", address.as_str().to_owned()).with("login", who.login.to_string());
    page(&ConfirmMailPage {
        shell: shell("account-mail-confirm-title", &visitor, Some(&who)),
        action: format!("{CONFIRM_PATH}{secret}"),
        about,
    })
}

/// `POST /account/mail/confirm/{secret}`
pub(super) async fn confirm(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let (hash, _) = usable(&web, &visitor, &who, &secret).await?;
    let mut tx = web.store.begin().await?;
    if !register(&web, &mut tx, &who, &hash).await? {
        return Err(gone());
    }
    tx.commit().await?;
    Ok(Redirect::to("/account#mail").into_response())
}

/// Registers the address that waits for the link with this hash, if one does; the former address is told.
pub(super) async fn register(web: &Web, tx: &mut Tx, who: &Person, hash: &str) -> Result<bool, PageError> {
    let former = mail::find_address(&mut **tx, who.id).await?;
    if !mail::confirm(tx, who.id, hash, web.now()).await? {
        return Ok(false);
    }
    let present = mail::find_address(&mut **tx, who.id).await?;
    if let Some(former) = former.filter(|former| Some(former) != present.as_ref()) {
        tell_former(web, tx, who, former).await?;
    }
    web.note(tx, who, Event::AddressRegistered).await?;
    Ok(true)
}

async fn tell_former(web: &Web, tx: &mut Tx, who: &Person, former: MailAddress) -> Result<(), PageError> {
    let (now, link) = (web.now(), Link::Page("/account".to_owned()));
    let letter = Letter::new(Kind::AddressEnded, Recipients::Address(who.id, former), link).about("at", Said::At(now));
    mail::queue(tx, (&web.random, now), &letter).await?;
    Ok(())
}

/// `POST /account/mail/remove`: the address, and one that waits.
pub(super) async fn remove(State(web): State<Web>, Who(who): Who) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    if let Some(former) = mail::delete_address(&mut tx, who.id).await? {
        tell_former(&web, &mut tx, &who, former).await?;
        web.note(&mut tx, &who, Event::AddressRemoved).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/account#mail").into_response())
}
