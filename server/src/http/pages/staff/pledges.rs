//! 誓約 (§17): which edition is signed, who has signed it, and the record of signatures, many persons in one act.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::ticked::{keep, steps, ticked};
use super::{Book, called};
use crate::domain::act::{Done, What};
use crate::domain::paper::day_start;
use crate::domain::people::Person;
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::staff::{Act, Edition, Entry, LONGEST_TOPIC, Member, Pledge, advance, text};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::place;
use crate::http::pages::typed::{Asked, Typed, given};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::staff;
use crate::views::{PledgesPage, Ticked};
use crate::words::Text;

/// How far ahead a new edition can be set, in days.
const AHEAD: i64 = 366;

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Opened {
    /// Signatures that were noted.
    noted: Option<u32>,
    /// A new edition was set.
    set: Option<String>,
}

/// What the page says first, and what was typed before.
#[derive(Default)]
struct Before {
    done: Option<Text>,
    error: Option<Text>,
    typed: Fields,
    /// Whether what was typed is a new edition.
    of_edition: bool,
}

/// `GET /facilities/{facility}/staff/pledges`
pub(in crate::http::pages) async fn show_pledges(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(opened): Asked<Opened>,
) -> Result<Response, PageError> {
    let done = match (opened.noted, opened.set) {
        (Some(n), _) => Some(Text::new("staff-pledges-noted").with("n", n)),
        (None, Some(_)) => Some(Text::new("staff-edition-set")),
        (None, None) => None,
    };
    pledges_page(&web, &visitor, (&person, home), Before { done, ..Before::default() }).await
}

/// Which edition was signed, and when.
pub(super) fn signed(pledge: Pledge, editions: &[Edition]) -> Text {
    let edition = editions.iter().find(|known| known.n == pledge.edition).map_or(Text::new("staff-form-3"), called);
    let key = if pledge.before { "staff-pledge-before" } else { "staff-pledge-signed" };
    Text::new(key).with("edition", edition).with("day", Text::Day(pledge.on))
}

async fn pledges_page(web: &Web, visitor: &Visitor, (person, home): (&Person, Home), before: Before) -> Result<Response, PageError> {
    let book = Book::at(web, home).await?;
    let editions = staff::pledge::list(web.store.read(), home.facility).await?;
    let chosen = ticked(&before.typed);
    let line = |member: &Member| Ticked {
        number: member.number,
        name: member.details.name.clone(),
        note: member.pledge.map_or(Text::new("staff-pledge-none"), |pledge| signed(pledge, &editions)),
        chosen: chosen.contains(&member.number),
    };
    let present = || book.members.iter().filter(|member| member.state.is_present());
    let typed = |field: &str| given(&before.typed, field).to_owned();
    page(&PledgesPage {
        shell: shell("staff-pledges", visitor, Some(person)),
        facility: place(web, home).await?,
        done: before.done,
        error: before.error,
        edition: called(&book.rules.edition),
        since: (book.rules.edition.n > 1).then_some(Text::Day(book.rules.edition.from)),
        missing: present().filter(|member| member.pledge_due(&book.rules).is_some()).map(line).collect(),
        signed: present().filter(|member| member.pledge_due(&book.rules).is_none()).map(line).collect(),
        day: typed("day"),
        before: typed("before") == "yes",
        kept: typed("kept"),
        longest_reason: LONGEST_REASON,
        name: typed("name"),
        from: typed("from"),
        of_edition: before.of_edition,
        longest: LONGEST_TOPIC,
    })
}

/// `POST /facilities/{facility}/staff/pledges`
pub(in crate::http::pages) async fn note_pledges(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let book = Book::at(&web, home).await?;
    let text = |field: &str| given(&typed, field).to_owned();
    let entry = Entry { day: text("day"), before: given(&typed, "before") == "yes", why: text("kept"), ..Entry::default() };
    let pledge = |member: &Member| advance(member, Act::Pledge, (person.id, &entry), &book.rules, book.now);
    let error = match steps(&book, &typed, pledge) {
        // Where it is kept is written down as the reason of the step.
        Err(error) if error.field() == Some("why") => error.about_field("kept"),
        Err(error) => error,
        Ok(steps) => {
            let noted = steps.len();
            let mut tx = web.store.begin_ledger().await?;
            keep(&web, &mut tx, (&person, home), steps).await?;
            let done = Done::by_person(&person, What::PledgesNoted, book.now).at_facility(home.region, home.facility);
            web.log(&mut tx, &done.noting(format!("edition={} persons={noted}", book.rules.edition.n))).await?;
            tx.commit().await?;
            return Ok(Redirect::to(&format!("/facilities/{}/staff/pledges?noted={noted}", home.facility)).into_response());
        }
    };
    let before = Before { error: Some(error), typed, ..Before::default() };
    let answer = pledges_page(&web, &visitor, (&person, home), before).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

/// `POST /facilities/{facility}/staff/pledges/edition`
pub(in crate::http::pages) async fn set_edition(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let now = web.now();
    let name = text(given(&typed, "name"), LONGEST_TOPIC);
    let from = day_start(given(&typed, "from")).filter(|day| *day <= now.plus_days(AHEAD));
    let error = match (name, from) {
        (None, _) => Text::of_field("staff-wrong-edition", "name").with("most", LONGEST_TOPIC),
        (Some(_), None) => Text::of_field("staff-wrong-joined", "from"),
        (Some(name), Some(from)) => {
            let mut tx = web.store.begin_ledger().await?;
            let n = staff::pledge::insert(&mut tx, home.facility, (&name, from), (person.id, now)).await?;
            let done = Done::by_person(&person, What::PledgeEditionSet, now).at_facility(home.region, home.facility);
            web.log(&mut tx, &done.noting(format!("edition={n}")).saying(name)).await?;
            tx.commit().await?;
            return Ok(Redirect::to(&format!("/facilities/{}/staff/pledges?set=yes", home.facility)).into_response());
        }
    };
    let before = Before { error: Some(error), typed, of_edition: true, ..Before::default() };
    let answer = pledges_page(&web, &visitor, (&person, home), before).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}
