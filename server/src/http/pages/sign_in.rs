//! Signing in and out. One form, one answer for every kind of failure, the same work whether or not the account exists.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::oidc;
use super::passkey::{Purpose, offer_proof};
use super::typed::{Asked, Typed};
use super::visit::{NewCookie, Visitor};
use super::{PageError, Web, fail, page, shell};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::PersonId;
use crate::domain::people::event::Kind;
use crate::domain::people::link::Token;
use crate::domain::people::password::PasswordHash;
use crate::domain::people::totp::Seed;
use crate::domain::people::{Login, Person, recovery, throttle};
use crate::store::{Tx, account_event, delayed_reset, person, session, throttle as counters};
use crate::views::SignInPage;
use crate::words::Text;

/// Purpose under which TOTP seeds are sealed.
pub(super) const TOTP_PURPOSE: &str = "totp-seed";

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

/// Who comes from an account that is set up already.
pub(super) const FROM_SETUP: &str = "setup";

/// How somebody comes to sign in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Arrival {
    #[serde(default)]
    next: String,
    #[serde(default)]
    from: String,
}

/// Sign-in form.
#[derive(Deserialize)]
pub(super) struct SignIn {
    login: String,
    password: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// A path of ours, or the first page: never another host's.
pub(super) fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if is_path && next.is_ascii() && next.len() <= 300 { next } else { "/" }
}

/// Percent-encodes a path for a query value.
pub(super) fn encode(path: &str) -> String {
    path.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

async fn form(web: &Web, visitor: &Visitor, login: &str, next: &str, error: Option<Text>) -> Result<Response, PageError> {
    page(&SignInPage {
        shell: shell("sign-in-title", visitor, None),
        offer: offer_proof(web, visitor, Purpose::SignIn)?,
        login: login.to_owned(),
        next: local(next).to_owned(),
        error,
        providers: oidc::offered(web, next).await?,
    })
}

/// The form again, with what was wrong and what was typed.
pub(super) async fn refused(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    login: &str,
    next: &str,
    text: Text,
) -> Result<Response, PageError> {
    Ok((status, form(web, visitor, login, next, Some(text)).await?).into_response())
}

/// `GET /sign-in`
pub(super) async fn show_sign_in(
    State(web): State<Web>,
    visitor: Visitor,
    Asked(Arrival { next, from }): Asked<Arrival>,
) -> Result<Response, PageError> {
    let told = (from == FROM_SETUP).then(|| Text::new("sign-in-after-setup"));
    form(&web, &visitor, "", &next, told).await
}

/// `POST /sign-in`
pub(super) async fn sign_in(State(web): State<Web>, visitor: Visitor, Typed(typed): Typed<SignIn>) -> Result<Response, PageError> {
    let now = web.now();
    // An impossible name counts under what was typed, like any other.
    let login = Login::parse(&typed.login).ok();
    let counted = login.as_ref().map_or(typed.login.as_str(), Login::as_str);
    let buckets = throttle::sign_in(counted, &visitor.network);
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        let text = fail::throttled_text(until);
        return refused(&web, &visitor, StatusCode::TOO_MANY_REQUESTS, &typed.login, &typed.next, text).await;
    }
    let claimed = match &login {
        Some(login) => person::find_by_login(web.store.read(), login).await?,
        None => None,
    };
    let known = check_password(&web, login, typed.password).await?;
    let mut tx = web.store.begin_counting().await?;
    // Tries that were sent at once all got this far.
    if let Some(until) = counters::blocked_in(&mut tx, &buckets, now).await? {
        tx.rollback().await?;
        let text = fail::throttled_text(until);
        return refused(&web, &visitor, StatusCode::TOO_MANY_REQUESTS, &typed.login, &typed.next, text).await;
    }
    let person = match known {
        Some(known) if take_code(&web, &mut tx, known.person.id, known.totp.as_deref(), &typed.code).await? => known.person,
        Some(_) | None => {
            counters::count_failure(&mut tx, &buckets, now).await?;
            let counted = if claimed.is_some() { &buckets[1] } else { &buckets[2] };
            log_failure(&web, &mut tx, claimed.as_ref(), counted).await?;
            tx.commit().await?;
            return refused(&web, &visitor, StatusCode::UNPROCESSABLE_ENTITY, &typed.login, &typed.next, Text::new("sign-in-refused"))
                .await;
        }
    };
    counters::clear(&mut tx, &buckets[0]).await?;
    complete(&web, tx, &visitor, (&person, now), &typed.next).await
}

/// Logs failures to sign in when their number doubles, so that a flood of tries is a handful of entries: counted per account, and
/// per network for names that are nobody's.
pub(super) async fn log_failure(web: &Web, tx: &mut Tx, known: Option<&Person>, counted: &throttle::Bucket) -> Result<(), PageError> {
    let failures = counters::failures(tx, counted).await?;
    if !u64::try_from(failures).is_ok_and(u64::is_power_of_two) {
        return Ok(());
    }
    let done = Done::by(Actor::Stranger, What::SignInFailed, web.now()).noting(format!("failures={failures}"));
    match known {
        Some(person) => web.log(tx, &done.on_person(person)).await,
        None => web.log(tx, &done).await,
    }
}

/// The account, if the password is its own. The password is worked on even if there is no such account, so that the time an
/// answer takes tells nobody which sign-in names exist.
pub(super) async fn check_password(web: &Web, login: Option<Login>, password: String) -> Result<Option<person::Credentials>, PageError> {
    let known = match &login {
        Some(login) => person::find_credentials(web.store.read(), login).await?,
        None => None,
    };
    let stored = known.as_ref().and_then(|k| k.password.clone()).map_or_else(PasswordHash::nobodys, PasswordHash::from_stored);
    let fits = web.hash(move |_| stored.verify(&password)).await?;
    Ok(known.filter(|_| fits))
}

/// Uses up a code of the app whose sealed seed is given, or a recovery code; `false` when it is neither.
pub(super) async fn take_code(web: &Web, tx: &mut Tx, id: PersonId, sealed: Option<&str>, code: &str) -> Result<bool, PageError> {
    let Some(sealed) = sealed else { return Ok(false) };
    let seed = Seed::from_bytes(&web.open(TOTP_PURPOSE, sealed)?).ok_or_else(|| PageError::internal("a seed has another length"))?;
    Ok(match (seed.step_of(code, web.now()), recovery::hash(code)) {
        (Some(step), _) => person::take_totp_step(tx, id, step).await?,
        (None, Some(hash)) => person::take_recovery_code(tx, id, &hash).await?,
        (None, None) => false,
    })
}

/// Signs a person in who has proven themself then: tidies up, stops a reset that waited, and shows first what they were not told yet.
pub(super) async fn complete(
    web: &Web,
    mut tx: Tx,
    visitor: &Visitor,
    (person, proved_at): (&Person, Timestamp),
    next: &str,
) -> Result<Response, PageError> {
    let now = web.now();
    session::delete_ended(&mut tx, now).await?;
    counters::delete_older(&mut tx, now.plus_days(-1)).await?;
    if delayed_reset::delete(&mut tx, person.id).await? {
        web.note(&mut tx, person, Kind::ResetStopped).await?;
    }
    let untold = account_event::is_any_untold(&mut *tx, person.id).await?;
    let token = begin(web, &mut tx, visitor, person).await?;
    if proved_at != now {
        session::update_proved(&mut tx, &token.hash(), proved_at).await?;
    }
    web.log(&mut tx, &Done::by_person(person, What::SignedIn, now)).await?;
    tx.commit().await?;
    Ok(with_cookie(token, if untold { "/account" } else { local(next) }))
}

/// Begins a signed-in session under a fresh secret; the old secret's session ends.
pub(super) async fn begin(web: &Web, tx: &mut Tx, visitor: &Visitor, person: &Person) -> Result<Token, PageError> {
    let (token, now) = (Token::new(&web.random), web.now());
    session::delete(tx, &visitor.token.hash()).await?;
    session::insert_signed_in(tx, &token.hash(), person.id, &visitor.browser, now).await?;
    person::update_signed_in(tx, person.id, now).await?;
    Ok(token)
}

/// A redirect (303) that also changes the cookie.
pub(super) fn with_cookie(token: Token, path: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    response.extensions_mut().insert(NewCookie(token));
    response
}

/// `POST /sign-out`
pub(super) async fn sign_out(State(web): State<Web>, visitor: Visitor) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    let leaving = session::find_signed_in(&mut *tx, &visitor.token.hash(), web.now()).await?;
    session::delete(&mut tx, &visitor.token.hash()).await?;
    if let Some(leaving) = leaving {
        web.log(&mut tx, &Done::by_person(&leaving.person, What::SignedOut, web.now())).await?;
    }
    tx.commit().await?;
    Ok(with_cookie(Token::new(&web.random), "/sign-in"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_never_lands_on_another_host() {
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nb", ""] {
            assert_eq!(local(foreign), "/", "{foreign}");
        }
        assert_eq!(local("/devices/1?after=2"), "/devices/1?after=2");
        assert_eq!(encode("/devices/1?after=2&x"), "/devices/1%3Fafter%3D2%26x");
    }
}
