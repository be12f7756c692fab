//! What the region's readers keep an eye on: 対象から外した機器 with their reasons, and facilities without an administrator (欠員).

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use serde::Deserialize;

use super::guard::Who;
use super::people::vacant;
use super::places::called;
use super::sort::owner_text;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::device::SortChange;
use crate::domain::ids::ExclusionId;
use crate::domain::people::Person;
use crate::store::exclusion::{self, Kind, Line};
use crate::store::facility;
use crate::views::{ExcludedLine, ExcludedPage, Moment, Place, VacanciesPage};
use crate::words::Text;

/// Lines on one page.
const LINES: u16 = 50;
/// Vacancies listed; the count says when there are more.
const VACANCIES: u16 = 200;

/// Where the list begins: after this line.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

/// `GET /excluded`
pub(super) async fn show_excluded(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let after: Option<ExclusionId> = asked.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let mut lines = exclusion::list(&web.store, person.scope.region(), after, LINES + 1).await?;
    let more = lines.len() > usize::from(LINES);
    lines.truncate(usize::from(LINES));
    let next = lines.last().filter(|_| more).map(|last| format!("/excluded?after={}", last.id));
    page(&ExcludedPage {
        shell: shell(Text::new("excluded-title"), &visitor, Some(&person)),
        lines: lines.into_iter().map(|line| excluded(&web, (&person, visitor.lang), line)).collect(),
        next,
        paged: after.is_some(),
    })
}

fn excluded(web: &Web, (person, lang): (&Person, Lang), line: Line) -> ExcludedLine {
    let (which, more) = match &line.device {
        Some(device) => (called(person, device.ownership, &device.label, device.id), format!("/devices/{}", device.id)),
        None => (Text::new("excluded-devices").with("n", line.devices), format!("/facilities/{}/self-check", line.facility)),
    };
    ExcludedLine {
        what: match line.kind {
            Kind::Retired => "excluded-retired",
            Kind::Refused => "excluded-refused",
            Kind::CannotSet => "excluded-cannot-set",
            Kind::Reclassified => "excluded-reclassified",
        },
        changes: line.change.map(|change| changes(change, lang)).unwrap_or_default(),
        facility: Place { id: line.facility.to_string(), name: line.facility_name },
        link: more,
        device: which,
        at: Moment::new(line.at, web.now()),
        by: line.by.map_or(Text::new("excluded-by-unknown"), Text::verbatim),
        reason: if line.reason.is_empty() { Text::new("excluded-no-reason") } else { Text::verbatim(line.reason) },
    }
}

/// What was replaced by what.
fn changes(change: SortChange, lang: Lang) -> Vec<Text> {
    let owners =
        change.ownership().map(|(was, is)| Text::new("sort-owner-changed").with("was", owner_text(was)).with("is", owner_text(is)));
    let classes = change
        .class()
        .map(|(was, is)| Text::new("sort-class-changed").with("was", was.label(lang).to_owned()).with("is", is.label(lang).to_owned()));
    owners.into_iter().chain(classes).collect()
}

/// `GET /vacancies`
pub(super) async fn show_vacancies(Use(web): Use<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let region = person.scope.region();
    let vacancies = facility::list_vacant(&web.store, region, VACANCIES).await?;
    let (total, _) = facility::count_vacant(&web.store, region, web.now()).await?;
    page(&VacanciesPage {
        shell: shell(Text::new("people-vacancies"), &visitor, Some(&person)),
        vacancies: vacancies
            .into_iter()
            .map(|vacancy| (Place { id: vacancy.id.to_string(), name: vacancy.name }, vacant(&web, vacancy.since)))
            .collect(),
        total,
        allowed: i64::from(web.pack.parameters().administrator.vacancy_alert_days),
    })
}
