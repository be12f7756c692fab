//! 自分のアカウント: the owner's ways in, sessions, and what happened to them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use serde::Deserialize;

use super::guard::Who;
use super::setup::{NewPassword, WRONG_CODE, app_form, renew_codes as fresh_codes};
use super::sign_in::TOTP_PURPOSE;
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::people::event::{By, Kind};
use crate::domain::people::password::MIN_CHARS;
use crate::domain::people::totp::Seed;
use crate::domain::people::{Person, Right, browser, may};
use crate::store::account_event::Event;
use crate::store::{account_event, passkey, person, session};
use crate::views::{AccountAppPage, AccountPage, AccountPasswordPage, EventLine, Moment, PasskeyLine, PasswordForm, SessionLine};
use crate::words::Text;

/// Events shown.
const EVENTS: u16 = 20;
/// Why the last way in stays.
pub(super) const LAST_WAY: Text = Text::new("account-last-way");
const OFFER_PURPOSE: &str = "totp-offer";

/// `GET /account`
pub(super) async fn show_account(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let (now, db) = (web.now(), web.store.read());
    let ways = person::find_ways(db, who.id).await?;
    let language = person::find_language(db, who.id).await?;
    let here = visitor.token.hash();
    let mut events = Vec::new();
    for event in account_event::list(db, who.id, EVENTS).await? {
        events.push(event_line(&web, &who, &event).await?);
    }
    let passkeys = passkey::list(db, who.id).await?.into_iter().map(|known| PasskeyLine {
        id: known.id.to_string(),
        name: known.name,
        created: Moment::new(known.created_at, now),
        used: known.used_at.map(|at| Moment::new(at, now)),
    });
    let sessions = session::list(db, who.id, now).await?.into_iter().map(|known| SessionLine {
        here: known.hash == here,
        id: known.hash,
        browser: browser::named(&known.browser),
        started: Moment::new(known.created_at, now),
        seen: Moment::new(known.seen_at, now),
    });
    page(&AccountPage {
        shell: shell("account-title", &visitor, Some(&who)),
        login: who.login.to_string(),
        untold: events.iter().any(|line| !line.seen),
        events,
        passkeys: passkeys.collect(),
        may_remove_passkey: ways.may_remove_passkey(),
        password: ways.password,
        app: ways.app,
        codes_left: person::count_recovery_codes(db, who.id).await?,
        may_remove_password: ways.may_remove_password() && (ways.password || ways.app),
        oidc: super::oidc::line(&web, &who, ways).await?,
        mail: super::mail::section(&web, &who).await?,
        calendar: super::calendar::since(&web, &who).await?,
        sessions: sessions.collect(),
        languages: Lang::ALL.map(|lang| (lang, Some(lang) == language)),
        looks_after: may(who.role, Right::Restore),
    })
}

async fn event_line(web: &Web, who: &Person, event: &Event) -> Result<EventLine, PageError> {
    let by = match event.by {
        By::Operator => Text::new("by-operator"),
        By::Person(id) if id == who.id => Text::new("by-owner"),
        By::Person(id) => person::find_name(web.store.read(), id).await?.map_or(Text::new("by-nobody"), Text::Verbatim),
    };
    let text = Text::new("account-event").with("at", event.at).with("text", Text::new(event.kind.key()));
    Ok(EventLine { text, by, seen: event.seen })
}

/// `POST /account/told`: the owner has read what others did.
pub(super) async fn told(State(web): State<Web>, Who(who): Who) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    account_event::mark_seen(&mut tx, who.id, web.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to("/").into_response())
}

/// Which sessions: one by its hash, `others`, or `all`.
#[derive(Deserialize)]
pub(super) struct Which {
    session: String,
}

/// `POST /account/sessions/end`
pub(super) async fn end_sessions(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(Which { session: which }): Typed<Which>,
) -> Result<Response, PageError> {
    let here = visitor.token.hash();
    let mut tx = web.store.begin().await?;
    match which.as_str() {
        "others" => session::delete_others_of(&mut tx, who.id, &here).await?,
        "all" => session::delete_of(&mut tx, who.id).await?,
        // Ended before is ended all the same.
        hash => session::delete_one_of(&mut tx, who.id, hash).await.map(drop)?,
    }
    let which = if which == "all" || which == "others" { which.as_str() } else { "one" };
    web.log(&mut tx, &Done::by_person(&who, What::SessionsEnded, web.now()).noting(format!("sessions={which}"))).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account").into_response())
}

fn password_page(visitor: &Visitor, who: &Person, error: Option<Text>) -> Result<Response, PageError> {
    page(&AccountPasswordPage {
        shell: shell("account-password-title", visitor, Some(who)),
        form: PasswordForm { login: who.login.to_string(), min: MIN_CHARS, error },
    })
}

/// `GET /account/password`
pub(super) async fn show_password(visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    password_page(&visitor, &who, None)
}

/// `POST /account/password`: other sessions end.
pub(super) async fn set_password(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(typed): Typed<NewPassword>,
) -> Result<Response, PageError> {
    let hash = match typed.hashed(&web, who.login.as_str()).await? {
        Ok(hash) => hash,
        Err(text) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, password_page(&visitor, &who, Some(text))?).into_response()),
    };
    let mut tx = web.store.begin().await?;
    person::update_password(&mut tx, who.id, hash.as_str()).await?;
    session::delete_others_of(&mut tx, who.id, &visitor.token.hash()).await?;
    web.note(&mut tx, &who, Kind::PasswordChanged).await?;
    let app = person::find_ways(&mut *tx, who.id).await?.app;
    tx.commit().await?;
    // Without an app the password opens nothing yet.
    Ok(Redirect::to(if app { "/account" } else { "/account/app" }).into_response())
}

/// `POST /account/password/remove`
pub(super) async fn remove_password(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    if !person::find_ways(&mut *tx, who.id).await?.may_remove_password() {
        return Err(PageError::Conflict(LAST_WAY));
    }
    person::clear_secrets(&mut tx, who.id).await?;
    session::delete_others_of(&mut tx, who.id, &visitor.token.hash()).await?;
    web.note(&mut tx, &who, Kind::PasswordRemoved).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account").into_response())
}

fn app_page(web: &Web, visitor: &Visitor, who: &Person, seed: &Seed, error: Option<Text>) -> Result<Response, PageError> {
    page(&AccountAppPage {
        shell: shell("account-app-title", visitor, Some(who)),
        form: app_form(who.login.as_str(), seed, error)?,
        // Bound to this session: another's offer registers nothing here.
        offer: web.seal(&offer_purpose(visitor), seed.as_bytes()),
    })
}

fn offer_purpose(visitor: &Visitor) -> String {
    format!("{OFFER_PURPOSE} {}", visitor.token.hash())
}

/// `GET /account/app`
pub(super) async fn show_app(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    app_page(&web, &visitor, &who, &Seed::new(&web.random), None)
}

/// The new app's first code, and the seed it was offered.
#[derive(Deserialize)]
pub(super) struct FirstCode {
    #[serde(default)]
    offer: String,
    #[serde(default)]
    code: String,
}

/// `POST /account/app`: replaces app and recovery codes; other sessions end.
pub(super) async fn set_app(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(typed): Typed<FirstCode>,
) -> Result<Response, PageError> {
    let opened = web.open(&offer_purpose(&visitor), &typed.offer).ok().and_then(|bytes| Seed::from_bytes(&bytes));
    // An offer of an earlier session is void: a fresh one is shown.
    let Some(seed) = opened else { return Ok(Redirect::to("/account/app").into_response()) };
    let Some(step) = seed.step_of(&typed.code, web.now()) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, app_page(&web, &visitor, &who, &seed, Some(WRONG_CODE))?).into_response());
    };
    let mut tx = web.store.begin().await?;
    person::update_app(&mut tx, who.id, &web.seal(TOTP_PURPOSE, seed.as_bytes()), step).await?;
    fresh_codes(&web, &mut tx, who.id, &visitor.token).await?;
    session::delete_others_of(&mut tx, who.id, &visitor.token.hash()).await?;
    web.note(&mut tx, &who, Kind::AppChanged).await?;
    tx.commit().await?;
    Ok(Redirect::to("/setup/recovery").into_response())
}

/// `POST /account/codes`
pub(super) async fn renew_codes(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    if !person::find_ways(&mut *tx, who.id).await?.app {
        return Err(PageError::Conflict(Text::new("account-no-app")));
    }
    fresh_codes(&web, &mut tx, who.id, &visitor.token).await?;
    web.note(&mut tx, &who, Kind::CodesRenewed).await?;
    tx.commit().await?;
    Ok(Redirect::to("/setup/recovery").into_response())
}
