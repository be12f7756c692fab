//! Reviewing the list (留1-2): one act says that it is right, or what is different. It confirms the list as it was seen, no other.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Book, Wanted, staff_page};
use crate::domain::act::{Done, What};
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::typed::{Typed, given};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web};
use crate::store::staff;
use crate::words::Text;

/// `POST /facilities/{facility}/staff/review`
pub(in crate::http::pages) async fn review(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (book, now) = (Book::at(&web, home).await?, web.now());
    let differences = match given(&typed, "is") {
        "right" => Ok(String::new()),
        "different" => reason(given(&typed, "differences"))
            .map_err(|_| Text::of_field("staff-wrong-differences", "differences").with("most", LONGEST_REASON)),
        _ => Err(Text::of_field("staff-review-choose", "is")),
    };
    let error = match differences {
        Err(error) => error,
        Ok(_) if book.members.is_empty() => Text::new("staff-review-empty"),
        Ok(_) if given(&typed, "seen") != book.revision() => Text::new("staff-review-changed"),
        Ok(differences) => {
            let persons = i64::try_from(book.members.len()).unwrap_or(i64::MAX);
            let mut tx = web.store.begin_ledger().await?;
            staff::review::insert(&mut tx, home.facility, (persons, &differences), (person.id, now)).await?;
            let done = Done::by_person(&person, What::StaffReviewed, now).at_facility(home.region, home.facility);
            web.log(&mut tx, &done.noting(format!("persons={persons} different={}", !differences.is_empty()))).await?;
            tx.commit().await?;
            return Ok(Redirect::to(&format!("/facilities/{}/staff?done=reviewed", home.facility)).into_response());
        }
    };
    let again = (Wanted::default(), Some(error), given(&typed, "differences").to_owned());
    let answer = staff_page(&web, &visitor, (&person, home), again).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}
