//! In which language pages are read: chosen in a browser by anybody, without an account and without JavaScript, or for an account
//! by its owner. The account's choice wins. A matter of taste: it stands in no log.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use serde::Deserialize;

use super::guard::Who;
use super::sign_in::local;
use super::typed::Typed;
use super::visit::Kept;
use super::{PageError, Web, cookie};
use crate::store::person;

/// A language, and the page to come back to.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`: for this browser. A language that is none of ours changes nothing.
pub(super) async fn choose(State(web): State<Web>, Typed(wish): Typed<Wish>) -> Response {
    let mut response = Redirect::to(local(&wish.back)).into_response();
    let chosen = Lang::from_tag(&wish.lang).and_then(|lang| cookie::set_lang(lang, web.settings.secure));
    if let Some(value) = chosen {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The tag of a language; empty: as the browser asks.
#[derive(Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    language: String,
}

/// `POST /account/language`
pub(super) async fn choose_for_account(State(web): State<Web>, Who(who): Who, Typed(typed): Typed<Choice>) -> Result<Response, PageError> {
    let chosen = match typed.language.as_str() {
        "" => None,
        tag => Some(Lang::from_tag(tag).ok_or(PageError::Malformed(Kept::default()))?),
    };
    let mut tx = web.store.begin().await?;
    person::update_language(&mut tx, who.id, chosen).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account").into_response())
}
