//! Mail that has not arrived, for those who look after a region: what it was about and for whom, never the address.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::guard::Who;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::people::{Right, may};
use crate::store::mail::{self, Trouble};
use crate::views::{LetterLine, LettersPage, Moment};
use crate::words::Text;

/// Letters shown.
const LETTERS: u16 = 100;

/// `GET /letters`
pub(super) async fn show_letters(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let (region, now) = (who.scope.region(), web.now());
    let troubles = mail::troubles(web.store.read(), region).await?;
    let line = |trouble: Trouble| LetterLine {
        what: trouble.kind.subject(),
        role: trouble.person.as_ref().map(|(_, role)| role.key()),
        name: trouble.person.map_or(Text::new("letters-applicant"), |(name, _)| Text::Verbatim(name)),
        facility: trouble.facility,
        queued: Moment::new(trouble.queued_at, now),
        why: trouble.failure.text(),
        next: trouble.next_try.map_or(Text::new("letters-given-up"), |at| Text::new("letters-again").with("at", at)),
    };
    page(&LettersPage {
        shell: shell("letters-title", &visitor, Some(&who)),
        letters: mail::list_troubles(web.store.read(), region, LETTERS).await?.into_iter().map(line).collect(),
        may_note: troubles.failed > 0 && may(who.role, Right::Restore),
    })
}

/// `POST /letters/noted`: those given up have been read.
pub(super) async fn note_letters(State(web): State<Web>, Who(who): Who) -> Result<Response, PageError> {
    let (region, now) = (who.scope.region(), web.now());
    let mut tx = web.store.begin().await?;
    let noted = mail::note_failed(&mut tx, region, now).await?;
    if noted > 0 {
        web.log(&mut tx, &Done::by_person(&who, What::LettersNoted, now).in_region(region).noting(format!("letters={noted}"))).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/letters").into_response())
}
