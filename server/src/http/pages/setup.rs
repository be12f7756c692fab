//! From a one-time link to an account that can sign in: with a passkey, or with password, authenticator app and recovery codes.
//! Opening the link changes nothing (mail scanners open links); it is used up by the last step, by whoever gets there first.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::{SettingUp, Who};
use super::passkey::{Purpose, here, offer_registration};
use super::sign_in::{self, TOTP_PURPOSE, with_cookie};
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, page_once, shell};
use crate::domain::act::{Done, What};
use crate::domain::ids::PersonId;
use crate::domain::people::event::Kind;
use crate::domain::people::link::Token;
use crate::domain::people::password::{self, PasswordHash};
use crate::domain::people::totp::Seed;
use crate::domain::people::{Person, recovery, throttle};
use crate::store::session::Setup;
use crate::store::{Tx, feed, invitation, oidc, passkey, person, session, throttle as counters};
use crate::views::{AppForm, PasswordForm, Qr, RecoveryPage, SetupAppPage, SetupChoicePage, SetupPasswordPage, StartPage};
use crate::words::Text;

const ONCE_PURPOSE: &str = "shown-once";
/// A first code that is not the app's.
pub(super) const WRONG_CODE: Text = Text::of_field("app-wrong-code", "code");

/// The link behind `text`, if it can be used. Failures are counted per network.
async fn usable(web: &Web, visitor: &Visitor, text: &str) -> Result<(String, Person), PageError> {
    let (now, buckets) = (web.now(), throttle::link(text, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    let hash = Token::parse(text).map(|token| token.hash());
    let found = match &hash {
        Some(hash) => invitation::find_usable(web.store.read(), hash, now).await?,
        None => None,
    };
    if let (Some(hash), Some((person, _))) = (hash, found) {
        return Ok((hash, person));
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(PageError::LinkUnusable)
}

/// `GET /start/{secret}`
pub(super) async fn show_start(State(web): State<Web>, visitor: Visitor, Path(secret): Path<String>) -> Result<Response, PageError> {
    let (_, person) = usable(&web, &visitor, &secret).await?;
    let again = person::find_ways(web.store.read(), person.id).await?.any();
    page(&StartPage {
        shell: shell("start-title", &visitor, None),
        again,
        secret,
        name: person.name,
        login: person.login.to_string(),
        role: person.role.key(),
    })
}

/// `POST /start/{secret}`
pub(super) async fn start(State(web): State<Web>, visitor: Visitor, Path(secret): Path<String>) -> Result<Response, PageError> {
    let (hash, person) = usable(&web, &visitor, &secret).await?;
    let mut tx = web.store.begin().await?;
    let token = begin(&web, &mut tx, &visitor, person, hash).await?;
    tx.commit().await?;
    Ok(with_cookie(token, "/setup"))
}

/// Begins setting an account up by the link with this hash.
pub(super) async fn begin(web: &Web, tx: &mut Tx, visitor: &Visitor, person: Person, link: String) -> Result<Token, PageError> {
    let token = Token::new(&web.random);
    let totp = web.seal(TOTP_PURPOSE, Seed::new(&web.random).as_bytes());
    session::delete(tx, &visitor.token.hash()).await?;
    session::insert_setup(tx, &token.hash(), &Setup { person, invitation: link, password: None, totp }, web.now()).await?;
    Ok(token)
}

/// `GET /setup`: passkey or password; where there can be no passkey, there is nothing to choose.
pub(super) async fn show_choice(State(web): State<Web>, visitor: Visitor, SettingUp(setup): SettingUp) -> Result<Response, PageError> {
    if here(&web, &visitor).is_err() {
        return Ok(Redirect::to("/setup/password").into_response());
    }
    choice_page(&web, &visitor, &setup, None).await
}

async fn choice_page(web: &Web, visitor: &Visitor, setup: &Setup, error: Option<Text>) -> Result<Response, PageError> {
    page(&SetupChoicePage {
        shell: shell("setup-title", visitor, None),
        offer: offer_registration(web, visitor, Purpose::Setup, &setup.person).await?,
        error,
    })
}

/// The choice again, with what was wrong.
pub(super) async fn choice_refused(web: &Web, visitor: &Visitor, setup: &Setup, text: Text) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, choice_page(web, visitor, setup, Some(text)).await?).into_response())
}

/// Tells the owner that the account was set up again, if it had been before.
pub(super) async fn note_reset(web: &Web, tx: &mut Tx, owner: &Person) -> Result<(), PageError> {
    if person::find_ways(&mut **tx, owner.id).await?.any() {
        web.note(tx, owner, Kind::ResetUsed).await?;
    }
    Ok(())
}

/// `GET /setup/password`
pub(super) async fn show_password(State(web): State<Web>, visitor: Visitor, SettingUp(setup): SettingUp) -> Result<Response, PageError> {
    password_page(&web, &visitor, &setup, None)
}

fn password_page(web: &Web, visitor: &Visitor, setup: &Setup, error: Option<Text>) -> Result<Response, PageError> {
    page(&SetupPasswordPage {
        shell: shell("setup-password-title", visitor, None),
        form: PasswordForm { login: setup.person.login.to_string(), min: password::MIN_CHARS, error },
        no_passkeys: here(web, visitor).err(),
    })
}

/// A new password, typed twice. Both are missing when the form had to wait for a fresh proof.
#[derive(Deserialize)]
pub(super) struct NewPassword {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

impl NewPassword {
    /// The hash to be stored, or why the password is refused.
    pub(super) async fn hashed(self, web: &Web, login: &str) -> Result<Result<PasswordHash, Text>, PageError> {
        match password::check(&self.password, login) {
            Err(weak) => return Ok(Err(weak.text())),
            Ok(()) if self.password != self.again => return Ok(Err(Text::of_field("password-differ", "again"))),
            Ok(()) => {}
        }
        let hash = web.hash(move |random| PasswordHash::new(&self.password, random)).await?;
        hash.map(Ok).ok_or_else(|| PageError::internal("argon2 refused its parameters"))
    }
}

/// `POST /setup/password`
pub(super) async fn set_password(
    State(web): State<Web>,
    visitor: Visitor,
    SettingUp(setup): SettingUp,
    Typed(typed): Typed<NewPassword>,
) -> Result<Response, PageError> {
    let hash = match typed.hashed(&web, setup.person.login.as_str()).await? {
        Ok(hash) => hash,
        Err(text) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, password_page(&web, &visitor, &setup, Some(text))?).into_response()),
    };
    let mut tx = web.store.begin().await?;
    session::update_setup_password(&mut tx, &visitor.token.hash(), hash.as_str()).await?;
    tx.commit().await?;
    Ok(Redirect::to("/setup/app").into_response())
}

fn seed(web: &Web, setup: &Setup) -> Result<Seed, PageError> {
    Seed::from_bytes(&web.open(TOTP_PURPOSE, &setup.totp)?).ok_or_else(|| PageError::internal("a seed has another length"))
}

fn app_page(visitor: &Visitor, setup: &Setup, seed: &Seed, error: Option<Text>) -> Result<Response, PageError> {
    page(&SetupAppPage { shell: shell("setup-app-title", visitor, None), form: app_form(setup.person.login.as_str(), seed, error)? })
}

/// How a seed is shown to an authenticator app and its owner.
pub(super) fn app_form(login: &str, seed: &Seed, error: Option<Text>) -> Result<AppForm, PageError> {
    let url = seed.otpauth_url(login).ok_or_else(|| PageError::internal("no otpauth address"))?;
    Ok(AppForm { qr: Qr::of(&url).map_err(PageError::internal)?, secret: seed.to_text(), url, error })
}

/// `GET /setup/app`
pub(super) async fn show_app(State(web): State<Web>, visitor: Visitor, SettingUp(setup): SettingUp) -> Result<Response, PageError> {
    if setup.password.is_none() {
        return Ok(Redirect::to("/setup/password").into_response());
    }
    app_page(&visitor, &setup, &seed(&web, &setup)?, None)
}

/// The app's first code.
#[derive(Deserialize)]
pub(super) struct FirstCode {
    code: String,
}

/// `POST /setup/app`: the last step; uses the link up and signs in.
pub(super) async fn set_app(
    State(web): State<Web>,
    visitor: Visitor,
    SettingUp(setup): SettingUp,
    Typed(typed): Typed<FirstCode>,
) -> Result<Response, PageError> {
    let Some(password) = &setup.password else { return Ok(Redirect::to("/setup/password").into_response()) };
    let (seed, now) = (seed(&web, &setup)?, web.now());
    let Some(step) = seed.step_of(&typed.code, now) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, app_page(&visitor, &setup, &seed, Some(WRONG_CODE))?).into_response());
    };
    let mut tx = web.store.begin().await?;
    if !invitation::take(&mut tx, &setup.invitation, now).await? {
        return Err(PageError::SetUpOver);
    }
    let owner = setup.person.id;
    note_reset(&web, &mut tx, &setup.person).await?;
    // A link that was mailed proves the address it came to.
    super::mail::register(&web, &mut tx, &setup.person, &setup.invitation).await?;
    person::update_secrets(&mut tx, owner, password, &setup.totp, step).await?;
    passkey::delete_of(&mut tx, owner).await?;
    feed::delete_of(&mut tx, owner).await?;
    oidc::delete_identity(&mut tx, owner).await?;
    session::delete_of(&mut tx, owner).await?;
    let token = sign_in::begin(&web, &mut tx, &visitor, &setup.person).await?;
    web.log(&mut tx, &Done::by_person(&setup.person, What::AccountSetUp, now).on_person(&setup.person)).await?;
    renew_codes(&web, &mut tx, owner, &token).await?;
    tx.commit().await?;
    Ok(with_cookie(token, "/setup/recovery"))
}

/// Replaces a person's recovery codes and lays the new ones down for the next page of this session.
pub(super) async fn renew_codes(web: &Web, tx: &mut Tx, owner: PersonId, token: &Token) -> Result<(), PageError> {
    let codes = recovery::fresh(&web.random);
    let hashes: Vec<String> = codes.iter().filter_map(|code| recovery::hash(code)).collect();
    person::replace_recovery_codes(tx, owner, &hashes).await?;
    Ok(session::put_once(tx, &token.hash(), &web.seal(ONCE_PURPOSE, codes.join("\n").as_bytes())).await?)
}

/// `GET /setup/recovery`: the recovery codes, shown once.
pub(super) async fn show_recovery(State(web): State<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let once = take_once(&web, &visitor).await?;
    let codes = once.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default();
    page_once(&RecoveryPage { shell: shell("recovery-title", &visitor, Some(&person)), codes })
}

/// Lays text down for the session's next page, sealed; as it was sealed.
pub(super) async fn put_once(web: &Web, tx: &mut Tx, visitor: &Visitor, text: &str) -> Result<String, PageError> {
    let sealed = web.seal(ONCE_PURPOSE, text.as_bytes());
    session::put_once(tx, &visitor.token.hash(), &sealed).await?;
    Ok(sealed)
}

/// What the act before laid down for this page; a reload finds nothing.
pub(super) async fn take_once(web: &Web, visitor: &Visitor) -> Result<Option<String>, PageError> {
    let hash = visitor.token.hash();
    // A reload waits for no writer.
    if !session::holds_once(web.store.read(), &hash).await? {
        return Ok(None);
    }
    let mut tx = web.store.begin().await?;
    let sealed = session::take_once(&mut tx, &hash).await?;
    tx.commit().await?;
    let Some(sealed) = sealed else { return Ok(None) };
    String::from_utf8(web.open(ONCE_PURPOSE, &sealed)?).map(Some).map_err(PageError::internal)
}
