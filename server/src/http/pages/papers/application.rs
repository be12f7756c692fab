//! The page of whoever filed a paper without an account: how it stands, what is asked of them, and what they can do with it. It opens by
//! the link that they got when they filed, and by the one that was mailed to them, which proves their address before anything else. It
//! names nobody and no device, for the link may be in other hands by now.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::value;
use super::one::{detail, what};
use super::{Staff, days, days_called, mark, past_act, place, standing, title};
use crate::domain::act::{Actor, Done, What};
use crate::domain::membership::Doing;
use crate::domain::paper::{Act, Entry, Kind, Paper, Surroundings, may_correct_own, withdraw_own};
use crate::domain::people::link::Token;
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::people::throttle;
use crate::http::pages::membership::closed;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, banner, page, shell};
use crate::store::belonging::Home;
use crate::store::paper::{self, Contact, Found};
use crate::store::throttle as counters;
use crate::views::{ApplicationPage, Moment, Proof, WithdrawForm};
use crate::words::Text;

/// Path of the page, before its secret.
pub(super) const PATH: &str = "/application/";

/// Somebody's own paper, as their link opened it.
pub(super) struct Own {
    pub home: Home,
    pub found: Found,
    /// Path of its page.
    pub path: String,
    /// The mail address that they gave.
    contact: Option<Contact>,
    /// Whether the link is the one that was mailed.
    mailed: bool,
}

impl Own {
    /// Whether it is known to be in the hands of whoever filed: an address is proved first.
    fn is_theirs(&self) -> bool {
        !self.mailed || self.contact.as_ref().is_some_and(|contact| contact.confirmed.is_some())
    }

    fn proof(&self) -> Option<Proof> {
        let contact = self.contact.as_ref()?;
        Some(match contact.confirmed {
            Some(_) => Proof::Given,
            None if self.mailed => Proof::Asked(format!("{}/address", self.path)),
            None => Proof::Mailed(Text::new("application-mailed").with("until", contact.ends_at)),
        })
    }
}

/// What this link opens. Wrong ones are counted.
async fn open(web: &Web, visitor: &Visitor, secret: &str) -> Result<Own, PageError> {
    let (now, buckets) = (web.now(), throttle::link(secret, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    if let Some(hash) = Token::parse(secret).map(|token| token.hash())
        && let Some((home, found, mailed)) = find(web, &hash).await?
    {
        let contact = paper::find_contact(web.store.read(), found.paper.id).await?;
        let contact = contact.filter(|contact| contact.confirmed.is_some() || contact.ends_at > now);
        return Ok(Own { home, found, path: format!("{PATH}{secret}"), contact, mailed });
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(PageError::LinkUnusable)
}

/// The paper behind either link, and whether it was the mailed one.
async fn find(web: &Web, hash: &str) -> Result<Option<(Home, Found, bool)>, PageError> {
    if let Some((home, found)) = paper::find_own(&web.store, hash).await? {
        return Ok(Some((home, found, false)));
    }
    let Some((home, id)) = paper::find_by_way(&web.store, hash, web.now()).await? else { return Ok(None) };
    Ok(paper::find(&web.store, home.facility, id).await?.map(|found| (home, found, true)))
}

/// The paper behind a link with which something is to be done.
pub(super) async fn open_theirs(web: &Web, visitor: &Visitor, secret: &str) -> Result<Own, PageError> {
    let own = open(web, visitor, secret).await?;
    if own.is_theirs() { Ok(own) } else { Err(PageError::Conflict(Text::new("application-prove-first"))) }
}

/// `GET /application/{secret}`: changes nothing, for mail scanners open links.
pub(in crate::http::pages) async fn show_application(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let own = open(&web, &visitor, &secret).await?;
    own_page(&web, &visitor, &own, None).await
}

/// A withdrawal that was refused: the reason as typed, and why not.
type Refused = (String, Text);

async fn own_page(web: &Web, visitor: &Visitor, own: &Own, refused: Option<Refused>) -> Result<Response, PageError> {
    let (paper, staff) = (&own.found.paper, Staff::of(web, own.home).await?);
    let visitor = &banner::behind_link(web, visitor, own.home).await?;
    let (why, error) = refused.map_or((String::new(), None), |(why, error)| (why, Some(error)));
    let form = WithdrawForm { action: format!("{}/withdraw", own.path), version: paper.version, why, longest: LONGEST_REASON };
    let theirs = own.is_theirs();
    page(&ApplicationPage {
        shell: shell(title(paper), visitor, None),
        facility: place(web, own.home).await?.name,
        received: (theirs && paper.version == 0 && error.is_none()).then(|| received(paper)),
        proof: own.proof(),
        mark: mark(web, paper),
        told: standing::told(paper, staff.exception.is_some(), web.now()),
        said: if theirs { said(web, paper).await? } else { None },
        filed: (paper.kind.filing().1, Moment::new(paper.filed_at, web.now())),
        period: (days_called(paper.kind), days(paper)),
        url: format!("{}{}", web.settings.public_url, own.path),
        correct: (theirs && may_correct_own(paper)).then(|| format!("{}/edit", own.path)),
        withdraw: (theirs && can_withdraw(web, paper, &staff.around(&own.found))).then_some(form),
        error,
    })
}

/// Somebody was quicker, or the same form came twice: when and with what, as the paper's history has it, and nobody's name.
pub(super) async fn overtaken(web: &Web, paper: &Paper) -> Result<Text, PageError> {
    let Some(past) = paper::history(&web.store, paper.id).await?.pop() else { return Ok(Text::new("application-changed")) };
    let own = past.by_word == Actor::Stranger.to_word();
    let said = Text::new(if own { "application-done-before" } else { "application-overtaken" });
    Ok(said.with("at", past.at).with("act", Text::new(past_act(paper, past.act))))
}

/// What is said as long as nothing has become of it.
fn received(paper: &Paper) -> Text {
    Text::new(if paper.kind == Kind::Incident { "application-received-report" } else { "application-received" }).with("n", paper.number)
}

/// What was said with the decision by which it stands as it does: what that is called, and the words.
pub(super) async fn said(web: &Web, paper: &Paper) -> Result<Option<(&'static str, String)>, PageError> {
    let Some((act, called)) = standing::decided(paper.state) else { return Ok(None) };
    let past = paper::history(&web.store, paper.id).await?;
    let last = past.into_iter().rev().find(|past| past.act == act);
    Ok(last.map(|past| past.why).filter(|why| !why.is_empty()).map(|why| (called, why)))
}

/// Whether it could be taken back with a reason.
fn can_withdraw(web: &Web, paper: &Paper, around: &Surroundings<'_>) -> bool {
    let entry = Entry { why: "-".to_owned(), ..Entry::default() };
    withdraw_own(paper, &entry, around, web.now()).is_ok()
}

/// `POST /application/{secret}/address`: proves the address to which this link was mailed.
pub(in crate::http::pages) async fn prove_address(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let own = open(&web, &visitor, &secret).await?;
    let (paper, now) = (&own.found.paper, web.now());
    if own.mailed {
        let mut tx = web.store.begin().await?;
        if paper::confirm_contact(&mut tx, paper.id, now).await? {
            let done = Done::by(Actor::Stranger, What::ApplicantConfirmed, now).at_facility(own.home.region, own.home.facility);
            web.log(&mut tx, &done.on_paper(paper.id, paper.number)).await?;
        }
        tx.commit().await?;
    }
    Ok(Redirect::to(&own.path).into_response())
}

/// `POST /application/{secret}/withdraw`: whoever decided meanwhile was faster.
pub(in crate::http::pages) async fn withdraw_application(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let own = open_theirs(&web, &visitor, &secret).await?;
    let (paper, home, staff) = (&own.found.paper, own.home, Staff::of(&web, own.home).await?);
    let why = value(&typed, "why").unwrap_or_default().to_owned();
    let entry = Entry { why: why.clone(), ..Entry::default() };
    let refuse = async |status: StatusCode, error: Text| {
        let answer = own_page(&web, &visitor, &own, Some((why.clone(), error))).await?;
        Ok((status, answer).into_response())
    };
    if value(&typed, "seen") != Some(paper.version.to_string().as_str()) {
        return refuse(StatusCode::CONFLICT, overtaken(&web, paper).await?).await;
    }
    if let Some(why) = closed(&web, home, Doing::of_step(paper.kind, Act::Withdraw)).await? {
        return refuse(StatusCode::CONFLICT, why).await;
    }
    let moved = match withdraw_own(paper, &entry, &staff.around(&own.found), web.now()) {
        Ok(moved) => moved,
        Err(refusal) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, refusal.text()).await,
    };
    let mut tx = web.store.begin_ledger().await?;
    if !paper::move_on(&mut tx, paper, &moved, Actor::Stranger).await? {
        tx.rollback().await?;
        return Err(PageError::Conflict(overtaken(&web, paper).await?));
    }
    let done = Done::by(Actor::Stranger, what(moved.act), moved.at).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_paper(paper.id, paper.number).noting(format!("{} link", detail(paper.kind, &moved)))).await?;
    tx.commit().await?;
    Ok(Redirect::to(&own.path).into_response())
}
