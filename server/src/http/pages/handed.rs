//! What else is held about a facility, as files: its papers with every step, and its people. With the list of devices they are what is
//! handed over to a facility that leaves. Each reader gets what the pages show them, no more.

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;

use super::export::{file, in_words, stamp};
use super::guard::{Here, Who};
use super::papers::written_out;
use super::visit::Visitor;
use super::{PageError, Web};
use crate::domain::act::{Done, What};
use crate::domain::csv::Csv;
use crate::domain::people::Person;
use crate::store::appointment;
use crate::store::belonging::Home;
use crate::store::paper::{self, Filter};
use crate::store::{facility, log};
use crate::words::Text;

/// Papers read at once.
const READ: u16 = 200;
/// Roles held before, written out.
const PAST: u16 = 10_000;

/// Logs what was written out, and hands it over.
pub(super) async fn hand_out(web: &Web, person: &Person, home: Home, what: &str, (csv, rows): (Csv, usize)) -> Result<Response, PageError> {
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let done = Done::by_person(person, What::Exported, web.now()).at_facility(home.region, home.facility);
    let done = done.on_facility(home.facility, &facility.name).noting(format!("file={what} rows={rows}"));
    log::write_alone(&web.store, &web.random, &done).await?;
    Ok(file(web, what, csv.into_bytes()))
}

/// `GET /facilities/{facility}/papers.csv`
pub(super) async fn export_papers(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    let columns = [
        "papers-col-paper",
        "export-col-number",
        "paper-applicant",
        "paper-device",
        "papers-col-state",
        "export-col-from",
        "export-col-until",
        "paper-filed-at",
        "paper-content",
        "paper-past",
    ];
    let mut csv = Csv::new(&in_words(&columns.map(Text::new), visitor.lang));
    let (mut before, mut rows) = (None, 0);
    loop {
        let papers = paper::list(&web.store, home.facility, Filter { before, ..Filter::default() }, READ).await?;
        for found in &papers {
            csv.row(&written_out(&web, (&person, visitor.lang), found).await?);
        }
        rows += papers.len();
        before = papers.last().map(|last| last.paper.id);
        if papers.len() < usize::from(READ) {
            break;
        }
    }
    hand_out(&web, &person, home, "papers", (csv, rows)).await
}

/// `GET /facilities/{facility}/people.csv`
pub(super) async fn export_people(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    let columns = ["people-col-name", "people-col-role", "export-col-from", "export-col-until", "people-why"];
    let mut csv = Csv::new(&in_words(&columns.map(Text::new), visitor.lang));
    let role = |key, lang: Lang| Text::new(key).in_lang(lang);
    let held = appointment::list(web.store.read(), home.facility, web.now()).await?;
    for held in &held {
        let Person { name, role: of, .. } = &held.person;
        csv.row(&[name.clone(), role(of.key(), visitor.lang), stamp(held.from), String::new(), held.why.clone()]);
    }
    let past = appointment::list_past(web.store.read(), home.facility, PAST).await?;
    for past in &past {
        csv.row(&[past.name.clone(), role(past.role.key(), visitor.lang), stamp(past.from), stamp(past.until), past.why.clone()]);
    }
    hand_out(&web, &person, home, "people", (csv, held.len() + past.len())).await
}
