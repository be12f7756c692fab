//! Notices as a facility reads them. That somebody in charge opened one is kept the first time, and that they confirmed it; whoever only
//! looks on leaves no trace.

use axum::extract::{Path, State as Use};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Before, did, line, next, overtaken, view};
use crate::domain::act::{Done, What};
use crate::domain::ids::NoticeId;
use crate::domain::people::{Person, Right, may};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::place;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::notice::{self, Found, Of, Reading};
use crate::views::{FacilityNoticePage, Mark, NoticeLine, NoticesPage};
use crate::words::Text;

/// Notices that 今日の対応 shows.
const SHOWN: u16 = 5;

fn list_path(home: Home) -> String {
    format!("/facilities/{}/notices", home.facility)
}

/// Whether the reader is one of those it is for.
fn is_reader(person: &Person) -> bool {
    may(person.role, Right::Acknowledge)
}

fn read_line(web: &Web, home: Home, person: &Person, (found, reading): &(Found, Reading)) -> NoticeLine {
    let mark = match (reading.opened, reading.confirmed) {
        (_, Some(_)) => Mark::running("notice-confirmed"),
        (Some(_), None) => Mark::waiting("notice-opened"),
        (None, None) => Mark::waiting("notice-unread"),
    };
    let read = is_reader(person).then_some(mark);
    NoticeLine { read, ..line(web, found, format!("{}/{}", list_path(home), found.notice.id)) }
}

/// Notices that are valid and that the reader has not confirmed, for 今日の対応; and how each reads, for telling whether that changed.
pub(in crate::http::pages) async fn unconfirmed(
    web: &Web,
    home: Home,
    person: &Person,
) -> Result<(Vec<NoticeLine>, Vec<NoticeId>), PageError> {
    if !is_reader(person) {
        return Ok((Vec::new(), Vec::new()));
    }
    let found = notice::list_for(&web.store, home, person.id, Of::Unconfirmed(web.now()), SHOWN).await?;
    let ids = found.iter().map(|(found, _)| found.notice.id).collect();
    Ok((found.iter().map(|found| read_line(web, home, person, found)).collect(), ids))
}

/// `GET /facilities/{facility}/notices`
pub(in crate::http::pages) async fn show_facility_notices(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(asked): Asked<Before>,
) -> Result<Response, PageError> {
    let before = asked.read()?;
    let mut found = notice::list_for(&web.store, home, person.id, Of::All(before), super::NOTICES + 1).await?;
    let next = next(&mut found, &list_path(home), |(found, _)| found.notice.id);
    page(&NoticesPage {
        shell: shell("notices-title", &visitor, Some(&person)),
        facility: Some(place(&web, home).await?),
        lines: found.iter().map(|found| read_line(&web, home, &person, found)).collect(),
        may_send: may(person.role, Right::Notify),
        next,
        paged: before.is_some(),
    })
}

async fn find(web: &Web, home: Home, person: &Person, id: &str) -> Result<(Found, Reading), PageError> {
    let id: NoticeId = id.parse().map_err(|_| PageError::NotFound)?;
    notice::list_for(&web.store, home, person.id, Of::One(id), 1).await?.pop().ok_or(PageError::NotFound)
}

/// `GET /facilities/{facility}/notices/{notice}`
pub(in crate::http::pages) async fn show_facility_notice(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (found, mut reading) = find(&web, home, &person, &id).await?;
    let now = web.now();
    if is_reader(&person) && reading.opened.is_none() {
        let mut tx = web.store.begin().await?;
        notice::open(&mut tx, found.notice.id, home, (person.id, now)).await?;
        tx.commit().await?;
        reading.opened = Some(now);
    }
    page(&FacilityNoticePage {
        shell: shell(Text::verbatim(&found.notice.said.title), &visitor, Some(&person)),
        facility: place(&web, home).await?,
        id: found.notice.id.to_string(),
        notice: view(&web, &found, &list_path(home)),
        did: is_reader(&person).then(|| did(reading)),
        may_confirm: is_reader(&person) && reading.confirmed.is_none() && found.notice.is_valid(now),
    })
}

/// `POST /facilities/{facility}/notices/{notice}`: read and understood.
pub(in crate::http::pages) async fn confirm_notice(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (found, _) = find(&web, home, &person, &id).await?;
    let (notice, now) = (&found.notice, web.now());
    if !notice.is_valid(now) {
        return Err(overtaken(&web, &person, notice.id).await?);
    }
    let mut tx = web.store.begin().await?;
    if notice::confirm(&mut tx, notice.id, home, (person.id, now)).await? {
        web.log(&mut tx, &Done::by_person(&person, What::NoticeConfirmed, now).on_notice(notice.id, &notice.said.title)).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}/{}", list_path(home), notice.id)).into_response())
}
