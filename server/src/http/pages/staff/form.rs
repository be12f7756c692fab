//! Registering somebody, and correcting what is known of them. A name that is on the list already is asked about, never refused.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Book, find};
use crate::domain::act::{Done, What};
use crate::domain::people::Person;
use crate::domain::people::role::LONGEST_NAME;
use crate::domain::staff::{Act, Details, Entry, Field, LONGEST_JOB, LONGEST_MCS_ID, MOST, Member, advance, namesakes};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::place;
use crate::http::pages::typed::{Typed, given};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::staff::{self, Registrar};
use crate::views::{StaffField, StaffFormPage};
use crate::words::Text;

/// The form as it was typed, what is wrong with it, and those who may be the same person.
#[derive(Default)]
struct Before {
    typed: Fields,
    error: Option<Text>,
    namesakes: Vec<Text>,
}

async fn form_page(
    web: &Web,
    visitor: &Visitor,
    (person, home): (&Person, Home),
    known: Option<&Member>,
    before: Before,
) -> Result<Response, PageError> {
    let list = format!("/facilities/{}/staff", home.facility);
    let (action, back, title) = match known {
        Some(member) => (format!("{list}/{}/edit", member.number), format!("{list}/{}", member.number), "staff-act-correct"),
        None => (format!("{list}/new"), list, "staff-new"),
    };
    let field = |field: Field| {
        let (about, longest) = match field {
            Field::Name => ("staff-name-about", LONGEST_NAME),
            Field::Job => ("staff-job-about", LONGEST_JOB),
            Field::Joined => ("staff-joined-about", 10),
            Field::McsId => ("staff-mcs-id-about", LONGEST_MCS_ID),
        };
        StaffField {
            name: field.as_str(),
            label: field.key(),
            about,
            value: given(&before.typed, field.as_str()).to_owned(),
            longest,
            is_day: field == Field::Joined,
            required: field != Field::McsId,
        }
    };
    page(&StaffFormPage {
        shell: shell(title, visitor, Some(person)),
        facility: place(web, home).await?,
        action,
        back,
        seen: known.map(|member| member.version),
        fields: Field::ALL.iter().map(|known| field(*known)).collect(),
        error: before.error,
        sure: given(&before.typed, "sure") == "yes",
        namesakes: before.namesakes,
    })
}

/// `GET /facilities/{facility}/staff/new`
pub(in crate::http::pages) async fn show_new(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    form_page(&web, &visitor, (&person, home), None, Before::default()).await
}

/// `GET /facilities/{facility}/staff/{number}/edit`
pub(in crate::http::pages) async fn show_edit(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path((_, number)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let member = find(&web, home.facility, &number).await?;
    let joined = member.details.joined.jst_date_in(hashimori_shared::lang::Lang::English);
    let typed = Field::ALL.iter().map(|field| {
        let known = match field {
            Field::Name => &member.details.name,
            Field::Job => &member.details.job,
            Field::Joined => &joined,
            Field::McsId => &member.details.mcs_id,
        };
        (field.as_str().to_owned(), known.clone())
    });
    let before = Before { typed: typed.collect(), ..Before::default() };
    form_page(&web, &visitor, (&person, home), Some(&member), before).await
}

/// What was typed, or what the page says about it: a field that is wrong, or somebody who may be the same person.
fn read(book: &Book, typed: &Fields, known: Option<&Member>) -> Result<Details, (Text, Vec<Text>)> {
    let details = Details::read(book.now, |field| given(typed, field.as_str())).map_err(|field| (field.wrong(), Vec::new()))?;
    let others = namesakes(&book.members, &details.name).filter(|other| known.is_none_or(|known| known.number != other.number));
    let same: Vec<Text> = others
        .map(|other| Text::new("staff-namesake").with("name", other.details.name.clone()).with("job", other.details.job.clone()))
        .collect();
    if !same.is_empty() && given(typed, "sure") != "yes" {
        return Err((Text::of_field("staff-same-name", "sure"), same));
    }
    if known.is_none() && book.members.len() >= MOST {
        return Err((Text::new("staff-full").with("most", MOST), Vec::new()));
    }
    Ok(details)
}

/// `POST /facilities/{facility}/staff/new`
pub(in crate::http::pages) async fn register(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let book = Book::at(&web, home).await?;
    // Sent twice, the second would find the first's namesake.
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, &twice::mark_of(&typed)).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    match read(&book, &typed, None) {
        Ok(details) => {
            let registrar = Registrar { random: &web.random, by: person.id, at: book.now };
            let number = staff::insert(&mut tx, home, &[details], registrar).await?;
            let done = Done::by_person(&person, What::StaffRegistered, book.now).at_facility(home.region, home.facility);
            web.log(&mut tx, &done.noting(format!("number={number}"))).await?;
            let next = format!("/facilities/{}/staff/{number}", home.facility);
            taking.leads_to(&web, &mut tx, &next, None).await?;
            tx.commit().await?;
            Ok(Redirect::to(&next).into_response())
        }
        Err((error, namesakes)) => {
            tx.rollback().await?;
            let before = Before { typed, error: Some(error), namesakes };
            let answer = form_page(&web, &visitor, (&person, home), None, before).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
    }
}

/// `POST /facilities/{facility}/staff/{number}/edit`
pub(in crate::http::pages) async fn correct(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path((_, number)): Path<(String, String)>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let member = find(&web, home.facility, &number).await?;
    let book = Book::at(&web, home).await?;
    let taken = read(&book, &typed, Some(&member)).and_then(|details| {
        let entry = Entry { details: Some(details), ..Entry::default() };
        advance(&member, Act::Correct, (person.id, &entry), &book.rules, book.now).map_err(|refusal| (refusal.text(), Vec::new()))
    });
    match taken {
        Ok(moved) => {
            super::one::keep(&web, (&person, home), &typed, member, moved).await?;
            Ok(Redirect::to(&format!("/facilities/{}/staff/{number}", home.facility)).into_response())
        }
        Err((error, namesakes)) => {
            let before = Before { typed, error: Some(error), namesakes };
            let answer = form_page(&web, &visitor, (&person, home), Some(&member), before).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
    }
}
