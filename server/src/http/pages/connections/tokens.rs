//! Tokens: made and ended.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Seat, Typing, connections_page};
use crate::domain::act::{Done, What};
use crate::domain::ids::TokenId;
use crate::domain::people::link::Token;
use crate::domain::token::{Invalid, LONGEST_LABEL, MOST, TokenWish, to_words, written};
use crate::http::pages::guard::Who;
use crate::http::pages::setup::put_once;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, twice};
use crate::store::api_token::{self, NewToken};
use crate::views::TokenForm;
use crate::words::Text;

/// `POST …/connections/tokens`
pub(in crate::http::pages) async fn make_token(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    seat: Seat,
    Typed(fields): Typed<Fields>,
) -> Result<Response, PageError> {
    let now = web.now();
    let typed = form(&fields);
    let grants: Vec<&str> = typed.grants.iter().map(String::as_str).collect();
    let refuse = async |token: TokenForm, error: Text| {
        let typed = Typing { token, error: Some(error), ..Typing::default() };
        let answer = connections_page(&web, &visitor, (&person, seat), typed).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
    };
    let wish = match TokenWish::read(&typed.label, &grants, &typed.days, now) {
        Ok(wish) => wish,
        Err(error) => return refuse(typed, said(error)).await,
    };
    let (token, id) = (Token::new(&web.random), TokenId::new(web.random.uuid(now)));
    let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &twice::mark_of(&fields)).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    if api_token::count(&mut tx, seat.0, now).await? >= MOST {
        tx.rollback().await?;
        return refuse(typed, Text::new("connect-wrong-most").with("n", MOST)).await;
    }
    let new = NewToken {
        id,
        scope: seat.0,
        label: &wish.label,
        grants: &wish.grants,
        hash: &token.hash(),
        made: (person.id, now),
        ends_at: wish.ends_at,
    };
    api_token::insert(&mut tx, &new).await?;
    let sealed = put_once(&web, &mut tx, &visitor, &written(&token)).await?;
    let done = Done::by_person(&person, What::TokenMade, now).in_scope(seat.0).on_token(id, &wish.label);
    web.log(&mut tx, &done.noting(format!("grants={} until={}", to_words(&wish.grants).replace(' ', ","), wish.ends_at.seconds()))).await?;
    let next = format!("{}/issued", seat.base());
    taking.leads_to(&web, &mut tx, &next, Some(&sealed)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}

fn form(fields: &Fields) -> TokenForm {
    let of = |name: &'static str| fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.clone());
    let grants = of("grant").take(16).collect();
    TokenForm { label: of("label").next().unwrap_or_default(), grants, days: of("days").next().unwrap_or_default() }
}

fn said(error: Invalid) -> Text {
    match error {
        Invalid::Label => Text::of_field("connect-wrong-label", "label").with("n", LONGEST_LABEL),
        Invalid::Nothing => Text::of_field("connect-wrong-nothing", "grant"),
        Invalid::Days => Text::of_field("connect-wrong-days", "days"),
    }
}

/// Which token.
#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct Which {
    #[serde(default)]
    token: String,
}

/// `POST …/connections/tokens/revoke`: one that is not there any more was ended by somebody else, which is as well.
pub(in crate::http::pages) async fn revoke_token(
    Use(web): Use<Web>,
    Who(person): Who,
    seat: Seat,
    Typed(which): Typed<Which>,
) -> Result<Response, PageError> {
    let now = web.now();
    if let Ok(id) = which.token.parse::<TokenId>() {
        let mut tx = web.store.begin().await?;
        if let Some(label) = api_token::revoke(&mut tx, seat.0, id, now).await? {
            web.log(&mut tx, &Done::by_person(&person, What::TokenRevoked, now).in_scope(seat.0).on_token(id, &label)).await?;
            tx.commit().await?;
        }
    }
    Ok(Redirect::to(&seat.base()).into_response())
}
