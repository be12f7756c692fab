//! The list as a file for a spreadsheet and as sheets of A4: the register, and lists on which people sign for the pledge and for a
//! training. A fresh proof and an entry in the log come before the file.

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::{Book, LEFT, called};
use crate::domain::act::{Done, What};
use crate::domain::csv::Csv;
use crate::domain::staff::{Edition, Field, Member};
use crate::http::pages::export::{file, in_words};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::place;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::{log, staff};
use crate::views::{ExportPage, StaffSheetPage};
use crate::words::Text;

/// Columns of the file; those that can be read in again come first.
fn columns() -> Vec<Text> {
    let mut columns: Vec<Text> = Field::ALL.iter().map(|field| Text::new(field.key())).collect();
    let rest = ["papers-col-state", "staff-col-last", "staff-edition", "staff-signed-on", "staff-col-trained", "staff-col-changed"];
    columns.extend(rest.map(Text::new));
    columns
}

/// `GET /facilities/{facility}/staff/export`
pub(in crate::http::pages) async fn show_export(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let list = format!("/facilities/{}/staff", home.facility);
    page(&ExportPage {
        shell: shell("staff-export", &visitor, Some(&person)),
        about: Text::new("staff-export-about").with("facility", place(&web, home).await?.name),
        columns: columns(),
        file: format!("{list}.csv"),
        others: Vec::new(),
        back: list,
    })
}

/// `GET /facilities/{facility}/staff.csv`
pub(in crate::http::pages) async fn export(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let mut members = staff::list(web.store.read(), home.facility).await?;
    members.extend(staff::list_left(web.store.read(), home.facility, LEFT).await?);
    let editions = staff::pledge::list(web.store.read(), home.facility).await?;
    let day = |day: Option<Timestamp>| day.map(|day| day.jst_date_in(Lang::English)).unwrap_or_default();
    let mut csv = Csv::new(&in_words(&columns(), visitor.lang));
    for member in &members {
        csv.row(&[
            member.details.name.clone(),
            member.details.job.clone(),
            day(Some(member.details.joined)),
            member.details.mcs_id.clone(),
            Text::new(member.state.key()).in_lang(visitor.lang),
            day(member.last_day),
            signed(member, &editions).map(|edition| edition.in_lang(visitor.lang)).unwrap_or_default(),
            day(member.pledge.map(|pledge| pledge.on)),
            day(member.trained),
            day(member.changed),
        ]);
    }
    let done = Done::by_person(&person, What::Exported, web.now()).at_facility(home.region, home.facility);
    log::write_alone(&web.store, &web.random, &done.noting(format!("file=staff rows={}", members.len()))).await?;
    Ok(file(&web, "staff", csv.into_bytes()))
}

/// What the edition is called that somebody has signed.
pub(in crate::http::pages) fn signed(member: &Member, editions: &[Edition]) -> Option<Text> {
    let pledge = member.pledge?;
    Some(editions.iter().find(|known| known.n == pledge.edition).map_or(Text::new("staff-form-3"), called))
}

/// Which sheet.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Which {
    sheet: Option<String>,
}

/// `GET /facilities/{facility}/staff/print`
pub(in crate::http::pages) async fn show_print(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(which): Asked<Which>,
) -> Result<Response, PageError> {
    let book = Book::at(&web, home).await?;
    let editions = staff::pledge::list(web.store.read(), home.facility).await?;
    let day = |day: Option<Timestamp>| day.map_or(Text::new("frame-none-yet"), Text::Day);
    let pledge = |member: &Member| match (member.pledge, signed(member, &editions)) {
        (Some(pledge), Some(edition)) => Text::new("staff-pledge-signed").with("edition", edition).with("day", Text::Day(pledge.on)),
        (Some(_), None) | (None, _) => Text::new("staff-pledge-none"),
    };
    let (title, columns): (_, &[&'static str]) = match which.sheet.as_deref() {
        None | Some("register") => (
            "staff-sheet-register",
            &[
                "staff-col-name",
                "staff-col-job",
                "staff-col-mcs-id",
                "staff-col-joined",
                "papers-col-state",
                "staff-pledges",
                "staff-training",
            ],
        ),
        Some("pledges") => ("staff-sheet-pledges", &["staff-col-name", "staff-col-job", "staff-pledges", "staff-sign"]),
        Some("training") => ("staff-sheet-training", &["staff-col-name", "staff-col-job", "staff-col-trained", "staff-sign"]),
        Some(_) => return Err(PageError::NotFound),
    };
    let cell = |member: &Member, column: &&'static str| match *column {
        "staff-col-job" => Text::verbatim(&member.details.job),
        "staff-col-mcs-id" => Text::verbatim(&member.details.mcs_id),
        "staff-col-joined" => Text::Day(member.details.joined),
        "papers-col-state" => Text::new(member.state.key()),
        "staff-pledges" => pledge(member),
        "staff-training" | "staff-col-trained" => day(member.trained),
        // Room to sign.
        _ => Text::verbatim(""),
    };
    page(&StaffSheetPage {
        shell: shell(title, &visitor, Some(&person)),
        facility: place(&web, home).await?,
        at: Text::Day(book.now),
        columns: columns.to_vec(),
        rows: book
            .members
            .iter()
            .map(|member| (member.details.name.clone(), columns.iter().skip(1).map(|column| (*column, cell(member, column))).collect()))
            .collect(),
    })
}
