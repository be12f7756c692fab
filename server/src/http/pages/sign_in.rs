//! Signing in and out. One form, one answer for every kind of failure, the same work whether or not the account exists.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::typed::{Asked, Typed};
use super::visit::{NewCookie, Visitor};
use super::{PageError, Web, fail, page, shell};
use crate::domain::act::{Actor, Done, What};
use crate::domain::people::link::Token;
use crate::domain::people::password::PasswordHash;
use crate::domain::people::totp::Seed;
use crate::domain::people::{Login, Person, recovery, throttle};
use crate::store::{Tx, person, session, throttle as counters};
use crate::views::SignInPage;

/// Purpose under which TOTP seeds are sealed.
pub(super) const TOTP_PURPOSE: &str = "totp-seed";
const REFUSED: &str =
    "ログインID、パスワード、確認コードのいずれかが違います。確認コードは一度しか使えないため、次のコードに変わってから入力してください。";

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
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
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if is_path && next.is_ascii() && next.len() <= 300 { next } else { "/" }
}

/// Percent-encodes a path for a query value.
pub(super) fn encode(path: &str) -> String {
    path.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn form(visitor: &Visitor, login: &str, next: &str, error: Option<String>) -> SignInPage {
    SignInPage { shell: shell("サインイン", visitor, None), login: login.to_owned(), next: local(next).to_owned(), error }
}

/// `GET /sign-in`
pub(super) async fn show_sign_in(visitor: Visitor, Asked(Next { next }): Asked<Next>) -> Result<Response, PageError> {
    page(&form(&visitor, "", &next, None))
}

/// `POST /sign-in`
pub(super) async fn sign_in(State(web): State<Web>, visitor: Visitor, Typed(typed): Typed<SignIn>) -> Result<Response, PageError> {
    let now = web.now();
    // An impossible name counts under what was typed, like any other.
    let login = Login::parse(&typed.login).ok();
    let counted = login.as_ref().map_or(typed.login.as_str(), Login::as_str);
    let buckets = throttle::sign_in(counted, &visitor.network);
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        let view = form(&visitor, &typed.login, &typed.next, Some(fail::throttled_text(until)));
        return Ok((StatusCode::TOO_MANY_REQUESTS, page(&view)?).into_response());
    }
    let known = match &login {
        Some(login) => person::find_by_login(web.store.read(), login).await?,
        None => None,
    };
    let Some(person) = prove(&web, login, typed.password, &typed.code).await? else {
        let mut tx = web.store.begin().await?;
        counters::count_failure(&mut tx, &buckets, now).await?;
        log_failure(&web, &mut tx, known.as_ref(), &buckets).await?;
        tx.commit().await?;
        let view = form(&visitor, &typed.login, &typed.next, Some(REFUSED.to_owned()));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&view)?).into_response());
    };
    let mut tx = web.store.begin().await?;
    counters::clear(&mut tx, &buckets[0]).await?;
    session::delete_ended(&mut tx, now).await?;
    counters::delete_older(&mut tx, now.plus_days(-1)).await?;
    let token = begin(&web, &mut tx, &visitor, &person).await?;
    web.log(&mut tx, &Done::by_person(&person, What::SignedIn, now)).await?;
    tx.commit().await?;
    Ok(with_cookie(token, local(&typed.next)))
}

/// Logs failures to sign in when their number doubles, so that a flood of tries is a handful of entries: counted per account, and
/// per network for names that are nobody's.
async fn log_failure(web: &Web, tx: &mut Tx, known: Option<&Person>, buckets: &[throttle::Bucket]) -> Result<(), PageError> {
    let (_, account, network) = (&buckets[0], &buckets[1], &buckets[2]);
    let failures = counters::failures(tx, if known.is_some() { account } else { network }).await?;
    if !u64::try_from(failures).is_ok_and(u64::is_power_of_two) {
        return Ok(());
    }
    let done = Done::by(Actor::Stranger, What::SignInFailed, web.now()).noting(format!("failures={failures}"));
    match known {
        Some(person) => web.log(tx, &done.on_person(person)).await,
        None => web.log(tx, &done).await,
    }
}

/// The person, if password and code are theirs. The password is worked on even if there is no such person; a right code is
/// used up only together with the right password, so that nobody can use up another's codes.
async fn prove(web: &Web, login: Option<Login>, password: String, code: &str) -> Result<Option<Person>, PageError> {
    let known = match &login {
        Some(login) => person::find_credentials(web.store.read(), login).await?,
        None => None,
    };
    let stored = known.as_ref().and_then(|k| k.password.clone()).map(PasswordHash::from_stored);
    let password_fits =
        web.hash(move |_| stored.map_or_else(|| PasswordHash::verify_nobody(&password), |hash| hash.verify(&password))).await?;
    let Some(known) = known else { return Ok(None) };
    let Some(sealed) = &known.totp else { return Ok(None) };
    let seed = Seed::from_bytes(&web.open(TOTP_PURPOSE, sealed)?).ok_or_else(|| PageError::internal("a seed has another length"))?;
    if !password_fits {
        return Ok(None);
    }
    let mut tx = web.store.begin().await?;
    let taken = match (seed.step_of(code, web.now()), recovery::hash(code)) {
        (Some(step), _) => person::take_totp_step(&mut tx, known.person.id, step).await?,
        (None, Some(hash)) => person::take_recovery_code(&mut tx, known.person.id, &hash).await?,
        (None, None) => false,
    };
    tx.commit().await?;
    Ok(taken.then_some(known.person))
}

/// Begins a signed-in session under a fresh secret; the old secret's session ends.
pub(super) async fn begin(web: &Web, tx: &mut Tx, visitor: &Visitor, person: &Person) -> Result<Token, PageError> {
    let token = Token::new(&web.random);
    session::delete(tx, &visitor.token.hash()).await?;
    session::insert_signed_in(tx, &token.hash(), person.id, web.now()).await?;
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
