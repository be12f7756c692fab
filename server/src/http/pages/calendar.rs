//! 期限のカレンダー: a secret address of the owner's, which a calendar reads. Shown once, made anew or ended at any time. What it holds is
//! what is due, where and by when; no names of people, and none of devices.

use axum::extract::{Path, State as Use};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::guard::{Who, check_right};
use super::own_rules::pack_at;
use super::setup::{put_once, take_once};
use super::typed::Typed;
use super::visit::{Kept, Visitor};
use super::{PageError, Web, page_once, shell, staff};
use crate::domain::device::Ownership;
use crate::domain::ics::{Event, When, calendar};
use crate::domain::paper::{Kind, Paper, State};
use crate::domain::people::event::Kind as Happened;
use crate::domain::people::link::Token;
use crate::domain::people::{Person, Right, Scope, throttle};
use crate::store::belonging::Home;
use crate::store::disaster::cover::{self, Open};
use crate::store::disaster::let_in;
use crate::store::paper::{self, Filter};
use crate::store::{facility, feed, self_check, throttle as counters};
use crate::views::{CalendarPage, Moment};
use crate::words::Text;

/// Path of an address, before its secret.
const PATH: &str = "/calendar/";
/// Ending by which programs know what it is.
const ENDING: &str = ".ics";
/// Papers looked at, of a region's at once.
const PAPERS: u16 = 500;
/// How long a calendar may go by what it read.
const FRESH_S: i64 = 900;

/// Since when the owner has an address, for the account's page.
pub(super) async fn since(web: &Web, who: &Person) -> Result<Option<Moment>, PageError> {
    Ok(feed::made_at(web.store.read(), who.id).await?.map(|at| Moment::new(at, web.now())))
}

/// What is to become of the address.
#[derive(Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    to: String,
}

/// `POST /account/calendar`
pub(super) async fn change(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(who): Who,
    Typed(change): Typed<Change>,
) -> Result<Response, PageError> {
    let mut tx = web.store.begin().await?;
    match change.to.as_str() {
        "new" => {
            let token = Token::new(&web.random);
            feed::put(&mut tx, who.id, &token.hash(), visitor.lang, web.now()).await?;
            put_once(&web, &mut tx, &visitor, &format!("{}{PATH}{}{ENDING}", web.settings.public_url, token.to_text())).await?;
            web.note(&mut tx, &who, Happened::CalendarMade).await?;
        }
        "end" => {
            if feed::delete_of(&mut tx, who.id).await? {
                web.note(&mut tx, &who, Happened::CalendarEnded).await?;
            }
        }
        _ => return Err(PageError::Malformed(Kept::default())),
    }
    tx.commit().await?;
    Ok(Redirect::to(if change.to == "new" { "/account/calendar" } else { "/account#calendar" }).into_response())
}

/// `GET /account/calendar`: the address, once.
pub(super) async fn show(Use(web): Use<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let url = take_once(&web, &visitor).await?.filter(|once| once.contains(PATH));
    page_once(&CalendarPage { shell: shell("calendar-title", &visitor, Some(&who)), url })
}

/// `GET /calendar/{secret}`: for programs, which have no session. An address that is nobody's answers like a page that does not exist.
pub(super) async fn read(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let (now, typed) = (web.now(), secret.strip_suffix(ENDING).unwrap_or(&secret));
    let wrong = throttle::link(typed, &visitor.network);
    if let Some(until) = counters::blocked_until(web.store.read(), &wrong, now).await? {
        return Err(PageError::Throttled(until));
    }
    let hash = Token::parse(typed).map(|token| token.hash());
    let found = match &hash {
        Some(hash) => feed::find(web.store.read(), hash).await?,
        None => None,
    };
    let (Some(hash), Some((reader, lang))) = (hash, found) else {
        feed::count(&web.store, &wrong, now).await?;
        return Err(PageError::NotFound);
    };
    let often = throttle::feed(&hash);
    if let Some(until) = counters::blocked_until(web.store.read(), &often, now).await? {
        return Err(PageError::Throttled(until));
    }
    feed::count(&web.store, &often, now).await?;
    let deputies = match reader.scope {
        Scope::Facility(_, id) => facility::deputy_term(web.store.read(), id).await?,
        Scope::Region(_) => None,
    };
    // A 代行者 who does not act at this time reads nothing.
    check_right(&web, &reader, Right::Read, deputies).map_err(|_| PageError::NotFound)?;
    let events = events(&web, &reader, lang).await?;
    let tag = tag(&events);
    let caching = [(header::CACHE_CONTROL, format!("private, max-age={FRESH_S}")), (header::ETAG, format!("\"{tag}\""))];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.trim_start_matches("W/").trim_matches('"') == tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let name = Text::new("calendar-name").in_lang(lang);
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    Ok((caching, [kind], calendar(&name, &events, now)).into_response())
}

/// Another one when anything in it is another; when it was made does not count.
fn tag(events: &[Event]) -> String {
    let text = calendar("", events, Timestamp::from_seconds(0));
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..16])
}

/// What is due in the reader's scope, in order of time.
async fn events(web: &Web, reader: &Person, lang: Lang) -> Result<Vec<Event>, PageError> {
    let mut events = match reader.scope {
        Scope::Region(region) => {
            let (mut events, mut after) = (Vec::new(), None);
            loop {
                let open = paper::list_open(&web.store, (region, Kind::Incident), (after, PAPERS)).await?;
                after = open.last().map(|(.., last)| last.paper.id);
                let read = open.len();
                for (_, name, found) in open {
                    let where_to = Text::new("calendar-at").with("facility", name);
                    statutory(web, &found.paper, (Some(where_to), lang), &mut events).await?;
                }
                if read < usize::from(PAPERS) {
                    break;
                }
            }
            let open = cover::open_in(web.store.read(), region, web.now()).await?;
            events.extend(open.iter().map(|open| disaster(web, open, "/disaster", lang)));
            let (_, over) = let_in::count_overdue(&web.store, region, (web.now(), web.now())).await?;
            events.extend(over.map(|over| clear_up(web, (region.to_string(), over), "/disaster", lang)));
            events
        }
        Scope::Facility(region, facility) => of_facility(web, Home { region, facility }, lang).await?,
    };
    events.sort_by(|a, b| (a.when, &a.uid).cmp(&(b.when, &b.uid)));
    Ok(events)
}

async fn of_facility(web: &Web, home: Home, lang: Lang) -> Result<Vec<Event>, PageError> {
    let mut events = Vec::new();
    let open = Filter { open: true, ..Filter::default() };
    for found in paper::list(&web.store, home.facility, open, PAPERS).await? {
        let paper = &found.paper;
        if paper.kind == Kind::Incident {
            statutory(web, paper, (None, lang), &mut events).await?;
        } else if let Some(key) = ends(paper) {
            let summary = Text::new("calendar-paper").with("what", Text::new(key)).with("paper", title(paper));
            let day = When::Day(paper.period.until.plus_seconds(-1));
            events.push(event(web, (format!("paper-{}", paper.id), day), summary.in_lang(lang), &format!("/papers/{}", paper.id)));
        }
    }
    let pack = pack_at(web, home).await?;
    let rules = &pack.parameters().attestation;
    for (ownership, answered) in self_check::oldest_answers(&web.store, home.facility).await? {
        let days = match ownership {
            Ownership::Managed => rules.days,
            Ownership::Personal => rules.personal_days,
        };
        let (uid, key) = match ownership {
            Ownership::Managed => ("attestation", "calendar-attestation"),
            Ownership::Personal => ("attestation-personal", "calendar-attestation-personal"),
        };
        // A device that nobody has answered for is due today.
        let due = answered.map_or(web.now(), |at| at.plus_days(i64::from(days)));
        let path = format!("/facilities/{}/self-check", home.facility);
        let uid = format!("{uid}-{}", home.facility);
        events.push(event(web, (uid, When::Day(due)), Text::new(key).in_lang(lang), &path));
    }
    if let Some(due) = staff::next_review(web, home).await? {
        let (uid, path) = (format!("staff-review-{}", home.facility), format!("/facilities/{}/staff", home.facility));
        events.push(event(web, (uid, When::Day(due)), Text::new("calendar-staff-review").in_lang(lang), &path));
    }
    let path = format!("/facilities/{}/disaster", home.facility);
    let covering = cover::open_over(web.store.read(), home, web.now()).await?;
    events.extend(covering.iter().map(|open| disaster(web, open, &path, lang)));
    let over = let_in::left_at(&web.store, home, web.now()).await?;
    events.extend(over.map(|over| clear_up(web, (home.facility.to_string(), over), &format!("{path}/let-in"), lang)));
    Ok(events)
}

/// Key of what ends with a paper's period, while somebody has something to do about it.
const fn ends(paper: &Paper) -> Option<&'static str> {
    match paper.state {
        State::Approved | State::Extending => match paper.kind {
            Kind::TakeOut => Some("calendar-return"),
            Kind::PersonalDevice => Some("calendar-approval-ends"),
            Kind::HandOver | Kind::Incident | Kind::Guidance | Kind::Restriction | Kind::Consideration | Kind::FacilityCheck => {
                Some("calendar-paper-open")
            }
        },
        State::Out => Some("calendar-return"),
        State::InUse | State::Revoked => Some("calendar-approval-ends"),
        State::Issued | State::Escalated => Some("calendar-answer-due"),
        State::Restricted => Some("calendar-restriction-ends"),
        State::Kept => Some("calendar-look-due"),
        State::Exempt => match paper.kind {
            Kind::TakeOut => Some("calendar-return"),
            Kind::PersonalDevice
            | Kind::HandOver
            | Kind::Incident
            | Kind::Guidance
            | Kind::Restriction
            | Kind::Consideration
            | Kind::FacilityCheck => Some("calendar-approval-ends"),
        },
        State::Answered | State::Filed | State::SentBack | State::Returned | State::Planned | State::Wiped | State::WipeConfirmed => {
            Some("calendar-paper-open")
        }
        // An incident has the statutory clock instead; the others are closed.
        State::Reported | State::Open | State::Refused | State::Withdrawn | State::Dismissed | State::Closed | State::Lost => None,
    }
}

fn title(paper: &Paper) -> Text {
    Text::new("paper-numbered").with("kind", Text::new(paper.kind.key())).with("number", paper.number)
}

/// The reports to the authority that are still to be made.
async fn statutory(web: &Web, paper: &Paper, (place, lang): (Option<Text>, Lang), events: &mut Vec<Event>) -> Result<(), PageError> {
    let done: Vec<_> = paper::history(&web.store, paper.id).await?.into_iter().map(|past| past.act).collect();
    for deadline in paper.pending(&done, &web.pack.parameters().incident) {
        let summary = Text::new("calendar-statutory")
            .with("what", Text::new(deadline.act.key()))
            .with("paper", title(paper))
            .with("place", place.clone().unwrap_or_else(|| Text::verbatim("")));
        let uid = format!("{}-{}", deadline.act.as_str(), paper.id);
        let day = When::Day(deadline.due.plus_seconds(-1));
        events.push(event(web, (uid, day), summary.in_lang(lang), &format!("/papers/{}", paper.id)));
    }
    Ok(())
}

fn disaster(web: &Web, open: &Open, path: &str, lang: Lang) -> Event {
    let key = if open.drill { "calendar-drill-ends" } else { "calendar-disaster-ends" };
    event(web, (format!("disaster-{}", open.id), When::At(open.ends_at)), Text::new(key).in_lang(lang), path)
}

/// By when what an exception let in should be cleared, where something is left since it was `over`.
fn clear_up(web: &Web, (place, over): (String, Timestamp), path: &str, lang: Lang) -> Event {
    let due = over.plus_days(i64::from(web.pack.parameters().disaster.clear_days));
    event(web, (format!("disaster-clear-{place}"), When::At(due)), Text::new("calendar-disaster-clear").in_lang(lang), path)
}

fn event(web: &Web, (uid, when): (String, When), summary: String, path: &str) -> Event {
    // The host is enough to make an id unique among collectors.
    let host = web.settings.public_url.rsplit("//").next().unwrap_or_default().split([':', '/']).next().unwrap_or_default();
    Event { uid: format!("{uid}@{host}"), when, summary, url: format!("{}{path}", web.settings.public_url) }
}
