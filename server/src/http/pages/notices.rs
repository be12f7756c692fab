//! お知らせ (§23) of the 事務局: the list, one with who has read it, and taking one back. Sending is `form`'s, reading at a facility is
//! `facility`'s.

mod facility;
mod form;

use std::slice;

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) use facility::{confirm_notice, show_facility_notice, show_facility_notices, unconfirmed};
pub(super) use form::{correct_notice, send_notice, show_correct, show_new};

use super::guard::Who;
use super::typed::{Asked, Typed};
use super::visit::Visitor;
use super::{PageError, Web, overtaken, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::ids::{FacilityId, NoticeId, RegionId};
use crate::domain::notice::{Ending, Weight};
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Person, Right, may};
use crate::store::log::Reach;
use crate::store::notice::{self, Counts, Found, Opened, Reader};
use crate::views::{Mark, Moment, NoticeLine, NoticePage, NoticeView, NoticesPage, Place, ReaderLine, ReadersAt};
use crate::words::Text;

/// Notices on one page.
const NOTICES: u16 = 25;
/// Facilities on one page.
const FACILITIES: u16 = 50;

async fn find(web: &Web, region: RegionId, id: &str) -> Result<Found, PageError> {
    let id: NoticeId = id.parse().map_err(|_| PageError::NotFound)?;
    notice::find(web.store.read(), region, id).await?.ok_or(PageError::NotFound)
}

/// Somebody was quicker: who took a notice back, or sent another in its place. One that is over by its own day says that it is.
async fn overtaken(web: &Web, reader: &Person, id: NoticeId) -> Result<PageError, PageError> {
    let (region, unsaid) = (reader.scope.region(), "notice-not-valid");
    let found = notice::find(web.store.read(), region, id).await?.ok_or(PageError::NotFound)?;
    let (about, act) = match (&found.notice.ended, found.corrected_by) {
        (Some((Ending::Withdrawn, ..)), _) => (id, What::NoticeWithdrawn),
        (Some((Ending::Corrected, ..)), Some(newer)) => (newer, What::NoticeCorrected),
        (Some((Ending::Corrected, ..)) | None, _) => return Ok(PageError::Conflict(Text::new(unsaid))),
    };
    overtaken::in_log(web, reader, (Reach::Region(region), &about.to_string()), &[act], unsaid).await
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Before {
    before: Option<String>,
}

impl Before {
    fn read(&self) -> Result<Option<NoticeId>, PageError> {
        self.before.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)
    }
}

/// `GET /notices`
pub(super) async fn show_notices(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<Before>,
) -> Result<Response, PageError> {
    let before = asked.read()?;
    let mut found = notice::list(&web.store, person.scope.region(), before, NOTICES + 1).await?;
    let next = next(&mut found, "/notices", |found| found.notice.id);
    let counts = notice::count_all(&web.store, person.scope.region(), &found).await?;
    let lines = found
        .iter()
        .zip(counts)
        .map(|(found, counts)| NoticeLine { counts: Some(told(counts)), ..line(&web, found, format!("/notices/{}", found.notice.id)) });
    page(&NoticesPage {
        shell: shell("notices-title", &visitor, Some(&person)),
        facility: None,
        lines: lines.collect(),
        may_send: may(person.role, Right::Notify),
        next,
        paged: before.is_some(),
    })
}

/// Cuts a list to one page; the path of the next one.
fn next<T>(found: &mut Vec<T>, path: &str, id: impl Fn(&T) -> NoticeId) -> Option<String> {
    let more = found.len() > usize::from(NOTICES);
    found.truncate(usize::from(NOTICES));
    found.last().filter(|_| more).map(|last| format!("{path}?before={}", id(last)))
}

fn told(counts: Counts) -> Text {
    let text = Text::new("notice-counts").with("all", counts.all).with("confirmed", counts.confirmed);
    text.with("opened", counts.opened).with("unread", counts.unread())
}

const fn weight(weight: Weight) -> Option<Mark> {
    match weight {
        Weight::Normal => None,
        Weight::Important => Some(Mark::waiting(weight.key())),
        Weight::Emergency => Some(Mark::alarming(weight.key())),
    }
}

/// Why it is not to be read any more.
fn over(web: &Web, found: &Found) -> Option<Mark> {
    match &found.notice.ended {
        Some((how, ..)) => Some(Mark::out_of_use(how.key())),
        None if found.notice.is_valid(web.now()) => None,
        None => Some(Mark::out_of_use("notice-over")),
    }
}

fn line(web: &Web, found: &Found, link: String) -> NoticeLine {
    let said = &found.notice.said;
    NoticeLine {
        link,
        title: said.title.clone(),
        weight: weight(said.weight),
        over: over(web, found),
        sent: Moment::new(found.notice.sent_at, web.now()),
        until: Text::Day(said.until.plus_seconds(-1)),
        read: None,
        counts: None,
    }
}

/// A notice as it is read; `list` is where the others are.
fn view(web: &Web, found: &Found, list: &str) -> NoticeView {
    let (notice, now) = (&found.notice, web.now());
    let ended = notice.ended.as_ref().map(|(how, at, why)| {
        let text = Text::new(match how {
            Ending::Withdrawn => "notice-was-withdrawn",
            Ending::Corrected => "notice-was-corrected",
        });
        text.with("at", *at).with("why", why.clone())
    });
    let over = (notice.ended.is_none() && !notice.is_valid(now)).then_some(Text::new("notice-is-over"));
    NoticeView {
        weight: weight(notice.said.weight),
        lines: notice.said.body.lines().map(str::to_owned).collect(),
        sent: Moment::new(notice.sent_at, now),
        sender: found.sender.clone(),
        until: Text::Day(notice.said.until.plus_seconds(-1)),
        over: ended.or(over),
        corrected_by: found.corrected_by.map(|id| format!("{list}/{id}")),
        corrects: notice.corrects.map(|id| format!("{list}/{id}")),
    }
}

/// Which facilities of a notice are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    is: Option<String>,
    after: Option<String>,
}

impl Wanted {
    fn read(&self) -> Result<(Option<Opened>, Option<FacilityId>), PageError> {
        let opened = |word: &str| Opened::ALL.into_iter().find(|is| is.as_str() == word).ok_or(PageError::NotFound);
        let is = self.is.as_deref().map(opened).transpose()?;
        Ok((is, self.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?))
    }
}

/// `GET /notices/{notice}`
pub(super) async fn show_notice(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let found = find(&web, person.scope.region(), &id).await?;
    notice_page(&web, &visitor, &person, (&found, &wanted), None).await
}

async fn notice_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (found, wanted): (&Found, &Wanted),
    refused: Option<(String, Text)>,
) -> Result<Response, PageError> {
    let (region, id) = (person.scope.region(), found.notice.id);
    let (is, after) = wanted.read()?;
    let mut facilities = notice::list_facilities(&web.store, (region, id), is, (after, FACILITIES + 1)).await?;
    let more = facilities.len() > usize::from(FACILITIES);
    facilities.truncate(usize::from(FACILITIES));
    let ids: Vec<FacilityId> = facilities.iter().map(|(id, _)| *id).collect();
    let readings = notice::list_readers(&web.store, id, &ids).await?;
    let filter = is.map(|is| format!("is={}&", is.as_str())).unwrap_or_default();
    let next = facilities.last().filter(|_| more).map(|(last, _)| format!("/notices/{id}?{filter}after={last}#readers"));
    let counts = notice::count_all(&web.store, region, slice::from_ref(found)).await?.pop().unwrap_or_default();
    let numbers = [
        (None, counts.all),
        (Some(Opened::Not), counts.unread()),
        (Some(Opened::Only), counts.opened),
        (Some(Opened::Confirmed), counts.confirmed),
    ];
    let places = notice::list_places(&web.store, id).await?;
    let may_send = may(person.role, Right::Notify) && found.notice.is_valid(web.now());
    let (why, error) = refused.map_or((String::new(), None), |(why, error)| (why, Some(error)));
    page(&NoticePage {
        shell: shell(Text::verbatim(&found.notice.said.title), visitor, Some(person)),
        id: id.to_string(),
        notice: view(web, found, "/notices"),
        places: if found.whole {
            vec![Text::new("notice-reach-all")]
        } else {
            places.into_iter().map(|(_, name)| Text::verbatim(name)).collect()
        },
        remind: found.notice.said.remind_days,
        numbers: numbers
            .map(|(which, n)| {
                let query = which.map(|which| format!("?is={}", which.as_str())).unwrap_or_default();
                (format!("/notices/{id}{query}#readers"), which.map_or("notice-readers-all", state), n, which == is)
            })
            .into(),
        facilities: facilities.into_iter().map(|(id, name)| readers_at((id, name), readings.get(&id))).collect(),
        next,
        may_send,
        longest: LONGEST_REASON,
        why,
        error,
    })
}

const fn state(opened: Opened) -> &'static str {
    match opened {
        Opened::Not => "notice-unread",
        Opened::Only => "notice-opened",
        Opened::Confirmed => "notice-confirmed",
    }
}

fn readers_at((id, name): (FacilityId, String), readers: Option<&Vec<Reader>>) -> ReadersAt {
    let readers = readers.map(Vec::as_slice).unwrap_or_default();
    let opened = Opened::by(readers);
    let mark = match opened {
        Opened::Not => Mark::alarming(state(opened)),
        Opened::Only => Mark::waiting(state(opened)),
        Opened::Confirmed => Mark::running(state(opened)),
    };
    let line = |reader: &Reader| ReaderLine { name: reader.name.clone(), role: reader.role.key(), did: did(reader.reading) };
    ReadersAt { facility: Place { id: id.to_string(), name }, mark, readers: readers.iter().map(line).collect() }
}

/// What somebody did with a notice.
fn did(reading: notice::Reading) -> Text {
    match (reading.opened, reading.confirmed) {
        (_, Some(at)) => Text::new("notice-confirmed-at").with("at", at),
        (Some(at), None) => Text::new("notice-opened-at").with("at", at),
        (None, None) => Text::new("notice-unread"),
    }
}

/// Why, as typed.
#[derive(Debug, Deserialize)]
pub(super) struct Why {
    #[serde(default)]
    why: String,
}

/// `POST /notices/{notice}/withdraw`
pub(super) async fn withdraw_notice(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
    Typed(typed): Typed<Why>,
) -> Result<Response, PageError> {
    let (found, now) = (find(&web, person.scope.region(), &id).await?, web.now());
    let notice = &found.notice;
    let Ok(why) = reason(&typed.why) else {
        let error = Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON);
        let answer = notice_page(&web, &visitor, &person, (&found, &Wanted::default()), Some((typed.why, error))).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
    };
    let mut tx = web.store.begin().await?;
    if !notice.is_valid(now) || !notice::end(&mut tx, notice.id, (Ending::Withdrawn, &why), (person.id, now)).await? {
        tx.rollback().await?;
        return Err(overtaken(&web, &person, notice.id).await?);
    }
    web.log(&mut tx, &Done::by_person(&person, What::NoticeWithdrawn, now).on_notice(notice.id, &notice.said.title).saying(why)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/notices/{}", notice.id)).into_response())
}
