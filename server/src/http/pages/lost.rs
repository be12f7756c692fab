//! The way back for a 事務局 without a second factor: with the password alone, after a day, through the registered address where there
//! is one. Whoever asks gets the same answer, after the same work, unless the password is right and the day has passed. How others get
//! back is written on the same page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::sign_in::{check_password, with_cookie};
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, fail, page, setup, shell};
use crate::accounts::{Handing, RESET_LINK_S, issue_link};
use crate::domain::people::event::Kind;
use crate::domain::people::link::Token;
use crate::domain::people::reset::Waiting;
use crate::domain::people::{Login, Person, Role, throttle};
use crate::store::{delayed_reset, invitation, mail, throttle as counters};
use crate::views::LostPage;
use crate::words::Text;

/// `GET /sign-in/lost`
pub(super) async fn show_lost(visitor: Visitor) -> Result<Response, PageError> {
    lost_page(&visitor, "", None, None)
}

fn lost_page(visitor: &Visitor, login: &str, told: Option<&'static str>, error: Option<Text>) -> Result<Response, PageError> {
    page(&LostPage { shell: shell("lost-title", visitor, None), login: login.to_owned(), told, error })
}

/// Who asks.
#[derive(Deserialize)]
pub(super) struct Ask {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
}

/// `POST /sign-in/lost`
pub(super) async fn ask(State(web): State<Web>, visitor: Visitor, Typed(typed): Typed<Ask>) -> Result<Response, PageError> {
    let now = web.now();
    let login = Login::parse(&typed.login).ok();
    let counted = login.as_ref().map_or(typed.login.as_str(), Login::as_str).to_owned();
    let buckets = throttle::sign_in(&counted, &visitor.network);
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        let answer = lost_page(&visitor, &typed.login, None, Some(fail::throttled_text(until)))?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, answer).into_response());
    }
    let known = check_password(&web, login, typed.password).await?;
    let mut tx = web.store.begin_counting().await?;
    // Tries that were sent at once all got this far.
    if let Some(until) = counters::blocked_in(&mut tx, &buckets, now).await? {
        tx.rollback().await?;
        let answer = lost_page(&visitor, &typed.login, None, Some(fail::throttled_text(until)))?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, answer).into_response());
    }
    // Right or wrong counts alike: the answer must not tell, and nobody needs this often.
    counters::count_failure(&mut tx, &buckets, now).await?;
    let secretariat = known.map(|known| known.person).filter(|person| person.role == Role::Secretariat);
    if let Some(person) = secretariat {
        match delayed_reset::find(&mut *tx, person.id, now).await? {
            Some(waiting) if waiting.is_ready(now) => return begin(&web, tx, &visitor, person).await,
            Some(_) => {}
            None => {
                delayed_reset::insert(&mut tx, person.id, Waiting::asked(now)).await?;
                web.note(&mut tx, &person, Kind::ResetAsked).await?;
            }
        }
    }
    tx.commit().await?;
    lost_page(&visitor, &typed.login, Some("lost-asked"), None)
}

/// The day has passed, and nobody signed in meanwhile: a one-time link goes to the registered address. Where there is none, it is as if
/// one had been opened.
async fn begin(web: &Web, mut tx: crate::store::Tx, visitor: &Visitor, person: Person) -> Result<Response, PageError> {
    let (now, link) = (web.now(), Token::new(&web.random));
    delayed_reset::delete(&mut tx, person.id).await?;
    if web.settings.mail && mail::find_address(&mut *tx, person.id).await?.is_some() {
        issue_link(&mut tx, &web.random, now, (&person, Handing::Mailed(&web.master)), Some(&person)).await?;
        tx.commit().await?;
        return lost_page(visitor, person.login.as_str(), Some("lost-mailed"), None);
    }
    invitation::insert(&mut tx, &link.hash(), person.id, now, now.plus_seconds(RESET_LINK_S)).await?;
    let token = setup::begin(web, &mut tx, visitor, person, link.hash()).await?;
    tx.commit().await?;
    Ok(with_cookie(token, "/setup"))
}
