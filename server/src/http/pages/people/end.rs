//! 退任: asked once more, with its consequences.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Seats, WRONG, hands, refusal, wrong_reason};
use crate::appointments::{self, Refused};
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Person, Role};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::appointment::Held;
use crate::views::ConfirmPage;
use crate::words::Text;

/// An end as typed.
#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct End {
    person: String,
    /// Which role, once that was said.
    #[serde(default)]
    appointment: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    confirmed: String,
}

/// `POST /facilities/{facility}/people/end`: first says what will be so, then does it.
pub(in crate::http::pages) async fn end(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<End>,
) -> Result<Response, PageError> {
    let seats = Seats::of_facility(&web, home).await?;
    end_at(&web, &visitor, &person, &seats, typed).await
}

/// `POST /accounts/end`
pub(in crate::http::pages) async fn end_regionally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<End>,
) -> Result<Response, PageError> {
    end_at(&web, &visitor, &person, &Seats::of_region(&person), typed).await
}

async fn end_at(web: &Web, visitor: &Visitor, person: &Person, seats: &Seats, typed: End) -> Result<Response, PageError> {
    let mut tx = web.store.begin_ledger().await?;
    let conflict = |text| PageError::Said(StatusCode::CONFLICT, text);
    let held = appointments::holders(&mut tx, seats.scope, web.now()).await?;
    let held = held.into_iter().find(|held| held.person.id.to_string() == typed.person);
    let is_meant = |held: &Held| typed.appointment.is_empty() || held.id.to_string() == typed.appointment;
    let Some(held) = held.filter(is_meant) else {
        return Err(conflict(refusal(&mut tx, seats, Refused::Changed(None)).await?));
    };
    let why = reason(&typed.why);
    // Tried even before it is confirmed: whatever would be refused is said at once.
    if let Err(refused) = appointments::end(&mut tx, &hands(web, person), &held, why.as_deref().unwrap_or_default()).await {
        return Err(conflict(refusal(&mut tx, seats, refused).await?));
    }
    match (typed.confirmed.as_str(), why) {
        ("yes", Ok(_)) => {
            tx.commit().await?;
            Ok(Redirect::to(&seats.home).into_response())
        }
        ("yes", Err(_)) => {
            tx.rollback().await?;
            let answer = confirm_end(visitor, person, seats, (&held, typed.why), Some(wrong_reason()))?;
            Ok((WRONG, answer).into_response())
        }
        (_, _) => {
            tx.rollback().await?;
            confirm_end(visitor, person, seats, (&held, typed.why), None)
        }
    }
}

fn confirm_end(
    visitor: &Visitor,
    person: &Person,
    seats: &Seats,
    (held, why): (&Held, String),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let name = held.person.name.clone();
    let mut consequences = vec![
        Text::new("people-then-ends").with("name", name.clone()).with("role", Text::new(held.person.role.key())),
        Text::new("people-then-former").with("name", name),
    ];
    match held.person.role {
        Role::Administrator => consequences.extend([Text::new("people-then-open"), Text::new("people-then-vacant")]),
        Role::Secretariat | Role::Head | Role::Deputy | Role::Auditor => {}
    }
    consequences.push(Text::new("people-then-recorded"));
    page(&ConfirmPage {
        shell: shell(Text::new("people-title-end"), visitor, Some(person)),
        back: seats.back(),
        action: format!("{}/end", seats.acts),
        consequences,
        fields: vec![("person", held.person.id.to_string()), ("appointment", held.id.to_string())],
        why: Some(why),
        longest_reason: LONGEST_REASON,
        button: "people-do-end",
        error,
    })
}
