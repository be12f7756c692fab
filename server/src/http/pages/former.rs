//! People who hold no role any more: who they are, and erasing a name before its time. Asked once more, with its consequences.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::Who;
use super::typed::{Asked, Typed};
use super::visit::Visitor;
use super::{PageError, Web, overtaken, page, shell};
use crate::domain::act::What;
use crate::domain::ids::PersonId;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Person, Right, may};
use crate::retain::{self, Refused};
use crate::store::log::Reach;
use crate::store::retention;
use crate::views::{ConfirmPage, FormerLine, FormerPage, Moment, kept};
use crate::words::Text;

/// People on one page.
const PEOPLE: u16 = 50;

/// Where the list begins: after this id.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

/// `GET /accounts/former`
pub(super) async fn show_former(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(who): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let after: Option<PersonId> = asked.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let mut former = retention::list_former(&web.store, who.scope.region(), after, PEOPLE + 1).await?;
    let more = former.len() > usize::from(PEOPLE);
    former.truncate(usize::from(PEOPLE));
    let next = former.last().filter(|_| more).map(|last| format!("/accounts/former?after={}", last.person.id));
    page(&FormerPage {
        shell: shell("retention-former-title", &visitor, Some(&who)),
        about: Text::new("retention-former-about").with("period", kept(web.pack.parameters().retention.former_people)),
        may_erase: may(who.role, Right::Erase),
        people: former
            .into_iter()
            .map(|former| FormerLine {
                id: former.person.id.to_string(),
                login: former.person.login.to_string(),
                role: former.person.role.key(),
                name: former.person.name,
                facility: former.facility,
                left: Moment::new(former.left_at, web.now()),
            })
            .collect(),
        next,
        paged: after.is_some(),
    })
}

/// An erasure as typed.
#[derive(Debug, Deserialize)]
pub(super) struct Erasure {
    #[serde(default)]
    why: String,
    #[serde(default)]
    confirmed: String,
}

/// `POST /accounts/{person}/erase`: first says what will be so, then does it.
pub(super) async fn erase(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(who): Who,
    Path(id): Path<String>,
    Typed(typed): Typed<Erasure>,
) -> Result<Response, PageError> {
    let id: PersonId = id.parse().map_err(|_| PageError::NotFound)?;
    let why = reason(&typed.why);
    let mut tx = web.store.begin_ledger().await?;
    let former = retention::find_former(&mut tx, who.scope.region(), id).await?;
    // Tried even before it is confirmed: whatever would be refused is said at once.
    let doer = (&who, why.as_deref().unwrap_or_default());
    let erased = retain::erase(&mut tx, &web.random, (who.scope.region(), id), Some(doer), web.now()).await;
    let former = match (erased, former) {
        (Ok(()), Some(former)) => former,
        (Err(Refused::Store(error)), _) => return Err(error.into()),
        (Err(Refused::OpenPaper), _) => return Err(PageError::Conflict(Text::new("retention-open-paper"))),
        (Err(Refused::NotFormer), _) | (Ok(()), None) => {
            tx.rollback().await?;
            let (region, erased) = (Reach::Region(who.scope.region()), [What::PersonErased]);
            return Err(overtaken::in_log(&web, &who, (region, &id.to_string()), &erased, "retention-not-former").await?);
        }
    };
    if typed.confirmed == "yes" && why.is_ok() {
        tx.commit().await?;
        return Ok(Redirect::to("/accounts/former").into_response());
    }
    tx.rollback().await?;
    let wrong = typed.confirmed == "yes";
    let answer = confirm(&visitor, &who, &former, typed.why, wrong)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer })
}

fn confirm(visitor: &Visitor, who: &Person, former: &Person, why: String, wrong: bool) -> Result<Response, PageError> {
    page(&ConfirmPage {
        shell: shell("retention-erase-title", visitor, Some(who)),
        back: (Text::new("retention-former-title"), "/accounts/former".to_owned()),
        action: format!("/accounts/{}/erase", former.id),
        consequences: vec![
            Text::new("retention-then-gone").with("name", former.name.clone()),
            Text::new("retention-then-chain"),
            Text::new("retention-then-typed"),
            Text::new("retention-then-recorded"),
        ],
        fields: Vec::new(),
        why: Some(why),
        longest_reason: LONGEST_REASON,
        button: "retention-erase",
        error: wrong.then(|| Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON)),
    })
}
