//! From a one-time link to an account that can sign in: password, authenticator app, recovery codes.
//! Opening the link changes nothing (mail scanners open links); it is used up by the last step, by whoever gets there first.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::{SettingUp, Who};
use super::sign_in::{self, TOTP_PURPOSE, with_cookie};
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::people::link::Token;
use crate::domain::people::password::{self, PasswordHash};
use crate::domain::people::totp::Seed;
use crate::domain::people::{recovery, throttle};
use crate::store::session::Setup;
use crate::store::{Tx, invitation, person, session, throttle as counters};
use crate::views::{Qr, RecoveryPage, SetupAppPage, SetupPasswordPage, StartPage};

const ONCE_PURPOSE: &str = "shown-once";

/// The link behind `text`, if it can be used. Failures are counted per network.
async fn usable(web: &Web, visitor: &Visitor, text: &str) -> Result<(String, crate::domain::people::Person), PageError> {
    let (now, buckets) = (web.now(), throttle::link(&visitor.network));
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
    page(&StartPage {
        shell: shell("アカウントの設定", &visitor, None),
        secret,
        name: person.name,
        login: person.login.to_string(),
        role: person.role.label_ja(),
    })
}

/// `POST /start/{secret}`
pub(super) async fn start(State(web): State<Web>, visitor: Visitor, Path(secret): Path<String>) -> Result<Response, PageError> {
    let (hash, person) = usable(&web, &visitor, &secret).await?;
    let token = Token::new(&web.random);
    let totp = web.seal(TOTP_PURPOSE, Seed::new(&web.random).as_bytes());
    let mut tx = web.store.begin().await?;
    session::delete(&mut tx, &visitor.token.hash()).await?;
    session::insert_setup(&mut tx, &token.hash(), &Setup { person, invitation: hash, password: None, totp }, web.now()).await?;
    tx.commit().await?;
    Ok(with_cookie(token, "/setup/password"))
}

/// `GET /setup/password`
pub(super) async fn show_password(visitor: Visitor, SettingUp(setup): SettingUp) -> Result<Response, PageError> {
    password_page(&visitor, &setup, None)
}

fn password_page(visitor: &Visitor, setup: &Setup, error: Option<&'static str>) -> Result<Response, PageError> {
    page(&SetupPasswordPage {
        shell: shell("パスワードの設定（1/2）", visitor, None),
        login: setup.person.login.to_string(),
        min: password::MIN_CHARS,
        error,
    })
}

/// A new password, typed twice.
#[derive(Deserialize)]
pub(super) struct NewPassword {
    password: String,
    again: String,
}

/// `POST /setup/password`
pub(super) async fn set_password(
    State(web): State<Web>,
    visitor: Visitor,
    SettingUp(setup): SettingUp,
    Typed(typed): Typed<NewPassword>,
) -> Result<Response, PageError> {
    let refusal = match password::check(&typed.password, setup.person.login.as_str()) {
        Err(weak) => Some(weak.text_ja()),
        Ok(()) if typed.password != typed.again => Some("2つの欄のパスワードが一致しません。両方に同じものを入力してください。"),
        Ok(()) => None,
    };
    if refusal.is_some() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, password_page(&visitor, &setup, refusal)?).into_response());
    }
    let hash = web.hash(move |random| PasswordHash::new(&typed.password, random)).await?;
    let hash = hash.ok_or_else(|| PageError::internal("argon2 refused its parameters"))?;
    let mut tx = web.store.begin().await?;
    session::update_setup_password(&mut tx, &visitor.token.hash(), hash.as_str()).await?;
    tx.commit().await?;
    Ok(Redirect::to("/setup/app").into_response())
}

fn seed(web: &Web, setup: &Setup) -> Result<Seed, PageError> {
    Seed::from_bytes(&web.open(TOTP_PURPOSE, &setup.totp)?).ok_or_else(|| PageError::internal("a seed has another length"))
}

fn app_page(visitor: &Visitor, setup: &Setup, seed: &Seed, error: Option<&'static str>) -> Result<Response, PageError> {
    let login = setup.person.login.as_str();
    let url = seed.otpauth_url(login).ok_or_else(|| PageError::internal("no otpauth address"))?;
    page(&SetupAppPage {
        shell: shell("確認アプリの登録（2/2）", visitor, None),
        qr: Qr::of(&url).map_err(PageError::internal)?,
        secret: seed.to_text(),
        url,
        error,
    })
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
        let error = "コードが違います。アプリに今出ている6桁を入力してください。続けて違う場合は、スマートフォンの時刻が合っているかを確かめてください。";
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, app_page(&visitor, &setup, &seed, Some(error))?).into_response());
    };
    let codes = recovery::fresh(&web.random);
    let hashes: Vec<String> = codes.iter().filter_map(|code| recovery::hash(code)).collect();
    let mut tx = web.store.begin().await?;
    if !invitation::take(&mut tx, &setup.invitation, now).await? {
        return Err(PageError::LinkUnusable);
    }
    person::update_secrets(&mut tx, setup.person.id, password, &setup.totp, step).await?;
    person::replace_recovery_codes(&mut tx, setup.person.id, &hashes).await?;
    session::delete_of(&mut tx, setup.person.id).await?;
    let token = sign_in::begin(&web, &mut tx, &visitor, &setup.person).await?;
    web.log(&mut tx, &Done::by_person(&setup.person, What::AccountSetUp, now).on_person(&setup.person)).await?;
    session::put_once(&mut tx, &token.hash(), &web.seal(ONCE_PURPOSE, codes.join("\n").as_bytes())).await?;
    tx.commit().await?;
    Ok(with_cookie(token, "/setup/recovery"))
}

/// `GET /setup/recovery`: the recovery codes, shown once.
pub(super) async fn show_recovery(State(web): State<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let once = take_once(&web, &visitor).await?;
    let codes = once.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default();
    page(&RecoveryPage { shell: shell("予備コード", &visitor, Some(&person)), codes })
}

/// Lays text down for the session's next page, sealed.
pub(super) async fn put_once(web: &Web, tx: &mut Tx, visitor: &Visitor, text: &str) -> Result<(), PageError> {
    Ok(session::put_once(tx, &visitor.token.hash(), &web.seal(ONCE_PURPOSE, text.as_bytes())).await?)
}

/// What the act before laid down for this page; a reload finds nothing.
pub(super) async fn take_once(web: &Web, visitor: &Visitor) -> Result<Option<String>, PageError> {
    let mut tx = web.store.begin().await?;
    let sealed = session::take_once(&mut tx, &visitor.token.hash()).await?;
    tx.commit().await?;
    let Some(sealed) = sealed else { return Ok(None) };
    String::from_utf8(web.open(ONCE_PURPOSE, &sealed)?).map(Some).map_err(PageError::internal)
}
