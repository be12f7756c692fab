//! The facility's link (and QR code) by which staff register a device without an account while an exception holds. Whoever knows it
//! can register a device and nothing else; nothing waits for it.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::WRONG;
use super::let_in::{form, said, write};
use super::typed::Filled;
use crate::domain::act::{Actor, Done, What};
use crate::domain::disaster::let_in::{LetIn, Said, Typed as Words};
use crate::domain::ids::LetInId;
use crate::domain::membership::Doing;
use crate::domain::people::link::Token;
use crate::domain::people::throttle;
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::papers::place;
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, banner, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::disaster::{door, let_in};
use crate::store::throttle as counters;
use crate::views::{DoorPage, JoinPage, Moment, Qr};
use crate::words::Text;

/// For what the link's secret is sealed.
const PURPOSE: &str = "disaster-door";

/// `GET /facilities/{facility}/disaster/door`
pub(in crate::http::pages) async fn show_door(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let door = match door::find(web.store.read(), home.facility).await? {
        None => None,
        Some((sealed, made)) => {
            let secret = String::from_utf8(web.open(PURPOSE, &sealed)?).map_err(PageError::internal)?;
            let link = format!("{}/join/{secret}", web.settings.public_url);
            let qr = Qr::of(&link).inspect_err(|error| tracing::error!(%error, "a link cannot be drawn as a QR code")).ok();
            Some((link, qr, Moment::new(made, web.now())))
        }
    };
    page(&DoorPage { shell: shell("door-title", &visitor, Some(&person)), facility: place(&web, home).await?, door })
}

/// `POST /facilities/{facility}/disaster/door`: a new link; the old one is void.
pub(in crate::http::pages) async fn renew_door(Use(web): Use<Web>, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    let token = Token::new(&web.random);
    let sealed = web.seal(PURPOSE, token.to_text().as_bytes());
    let mut tx = web.store.begin().await?;
    door::put(&mut tx, home.facility, (&token.hash(), &sealed), web.now()).await?;
    let done = Done::by_person(&person, What::DisasterDoorMade, web.now()).at_facility(home.region, home.facility);
    web.log(&mut tx, &done).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/facilities/{}/disaster/door", home.facility)).into_response())
}

/// Whose link this is. One that is none counts like a one-time link that is none.
async fn opened(web: &Web, visitor: &Visitor, secret: &str) -> Result<(Token, Home, String), PageError> {
    let buckets = throttle::link(secret, &visitor.network);
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, web.now()).await? {
        return Err(PageError::Throttled(until));
    }
    if let Some(token) = Token::parse(secret)
        && let Some((home, name)) = door::opened(web.store.read(), &token.hash()).await?
    {
        return Ok((token, home, name));
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, web.now()).await?;
    tx.commit().await?;
    Err(PageError::LinkUnusable)
}

/// Whether something was just registered.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct After {
    #[serde(default)]
    done: String,
}

/// `GET /join/{secret}`
pub(in crate::http::pages) async fn show_join(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Asked(after): Asked<After>,
) -> Result<Response, PageError> {
    let (_, home, name) = opened(&web, &visitor, &secret).await?;
    join_page(&web, &visitor, (home, name), (&secret, after.done == "yes"), None).await
}

async fn join_page(
    web: &Web,
    visitor: &Visitor,
    (home, name): (Home, String),
    (secret, done): (&str, bool),
    wrong: Option<(&Filled, Text)>,
) -> Result<Response, PageError> {
    let held = let_in::held_over(web.store.read(), home, web.now()).await?;
    let visitor = &banner::behind_link(web, visitor, home).await?;
    let empty = Filled::new(Vec::new());
    let (filled, error) = wrong.map_or((&empty, None), |(filled, error)| (filled, Some(error)));
    page(&JoinPage {
        shell: shell("join-title", visitor, None),
        name,
        drill: held.is_some_and(|(_, drill)| drill),
        done,
        form: held.is_some().then(|| form(web, (format!("/join/{secret}"), false), filled, error)),
    })
}

/// `POST /join/{secret}`
pub(in crate::http::pages) async fn join(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (token, home, name) = opened(&web, &visitor, &secret).await?;
    let (now, mark, filled) = (web.now(), twice::mark_of(&typed), Filled::new(typed));
    let buckets = throttle::door(&token.hash(), &visitor.network);
    if counters::blocked_until(web.store.read(), &buckets, now).await?.is_some() {
        return Err(PageError::Said(StatusCode::TOO_MANY_REQUESTS, Text::new("join-too-many")));
    }
    let Some((exception, drill)) = let_in::held_over(web.store.read(), home, now).await? else {
        return join_page(&web, &visitor, (home, name), (&secret, false), None).await;
    };
    if let Some(why) = closed(&web, home, Doing::Begin).await? {
        let answer = join_page(&web, &visitor, (home, name), (&secret, false), Some((&filled, why))).await?;
        return Ok((StatusCode::CONFLICT, answer).into_response());
    }
    let parsed = if filled.ticked("skip") {
        let skipped = Words { machine: filled.get("machine"), ..Words::default() };
        Said::parse(skipped, 0).map_err(|_| Text::new("let-in-wrong-guest"))
    } else {
        said(&web, &filled)
    };
    let said = match parsed {
        Ok(said) => said,
        Err(wrong) => {
            let answer = join_page(&web, &visitor, (home, name), (&secret, false), Some((&filled, wrong))).await?;
            return Ok((WRONG, answer).into_response());
        }
    };
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    let (id, by) = (LetInId::new(web.random.uuid(now)), Actor::Stranger);
    let new = LetIn { id, exception, facility: home.facility, said, event_at: now, entered_at: now, by };
    let done = Done::by(Actor::Stranger, What::DisasterLetIn, now).at_facility(home.region, home.facility);
    write(&web, (&visitor, &mark), (new, drill), done, &format!("/join/{secret}?done=yes")).await
}
