//! The page of whoever applied without an account, behind the link that was mailed to them: it proves their address, and says how their
//! application stands. It names nobody and no device, for whoever holds the link reads it.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;

use super::{days, mark, title};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::PaperId;
use crate::domain::mail::{Kind as Mail, Letter, Link, MailAddress, PROVE_S, Recipients, Said};
use crate::domain::paper::Act;
use crate::domain::people::link::Token;
use crate::domain::people::throttle;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::mail::secret_link;
use crate::store::belonging::Home;
use crate::store::paper::{self, Found, NewContact};
use crate::store::{Tx, facility, mail, throttle as counters};
use crate::views::ApplicationPage;
use crate::words::Text;

/// Path of the page, before its secret.
const PATH: &str = "/application/";

/// The address as typed, where one was; or what is wrong with it.
pub(super) async fn address(web: &Web, typed: &str) -> Result<Result<Option<MailAddress>, (StatusCode, Text)>, PageError> {
    if typed.trim().is_empty() {
        return Ok(Ok(None));
    }
    let Ok(address) = MailAddress::parse(typed) else {
        return Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, Text::new("account-mail-wrong"))));
    };
    let blocked = counters::blocked_until(web.store.read(), &throttle::applicant(address.as_str()), web.now()).await?;
    Ok(match blocked {
        None => Ok(Some(address)),
        Some(until) => Err((StatusCode::TOO_MANY_REQUESTS, Text::new("account-mail-often").with("until", until))),
    })
}

/// Mails the link that proves an address to it.
pub(super) async fn ask_for_proof(web: &Web, tx: &mut Tx, paper: PaperId, (address, lang): (&MailAddress, Lang)) -> Result<(), PageError> {
    let (now, token) = (web.now(), Token::new(&web.random));
    let (hash, ends_at) = (token.hash(), now.plus_seconds(PROVE_S));
    counters::count_failure(tx, &throttle::applicant(address.as_str()), now).await?;
    let link = secret_link(&web.master, &web.random, &format!("{PATH}{}", token.to_text()));
    let Link::Secret(sealed) = &link else { return Err(PageError::internal("a secret link is sealed")) };
    paper::insert_contact(tx, &NewContact { paper, address, lang, hash: &hash, sealed, ends_at }).await?;
    let letter = Letter::new(Mail::ApplicantConfirm, Recipients::Applicant(paper), link).about("until", Said::At(ends_at));
    mail::queue(tx, (&web.random, now), &letter).await?;
    Ok(())
}

/// The paper behind a link, and whether its address is proved. Wrong ones are counted.
async fn usable(web: &Web, visitor: &Visitor, secret: &str) -> Result<(Home, Found, bool), PageError> {
    let (now, buckets) = (web.now(), throttle::link(secret, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    if let Some(hash) = Token::parse(secret).map(|token| token.hash())
        && let Some((home, id, proved)) = paper::find_by_way(&web.store, &hash, now).await?
        && let Some(found) = paper::find(&web.store, home.facility, id).await?
    {
        return Ok((home, found, proved));
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(PageError::LinkUnusable)
}

/// `GET /application/{secret}`: changes nothing, for mail scanners open links.
pub(in crate::http::pages) async fn show_application(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let (home, found, proved) = usable(&web, &visitor, &secret).await?;
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    // What was said with the last decision: the condition of an approval, or why there is none.
    let past = paper::history(&web.store, found.paper.id).await?;
    let decision = past.into_iter().rev().find(|past| matches!(past.act, Act::Approve | Act::SendBack | Act::Refuse | Act::Revoke));
    page(&ApplicationPage {
        shell: shell(title(&found.paper), &visitor, None),
        facility: facility.name,
        action: format!("{PATH}{secret}"),
        proved,
        mark: mark(&web, &found.paper),
        period: days(&found.paper),
        why: decision.map(|past| past.why).filter(|why| !why.is_empty()),
    })
}

/// `POST /application/{secret}`: proves the address.
pub(in crate::http::pages) async fn prove_address(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let (home, found, _) = usable(&web, &visitor, &secret).await?;
    let (paper, now) = (&found.paper, web.now());
    let mut tx = web.store.begin().await?;
    if paper::confirm_contact(&mut tx, paper.id, now).await? {
        let done = Done::by(Actor::Stranger, What::ApplicantConfirmed, now).at_facility(home.region, home.facility);
        web.log(&mut tx, &done.on_paper(paper.id, paper.number)).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("{PATH}{secret}")).into_response())
}
