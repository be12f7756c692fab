//! Papers and incidents: what kind, how they stand, and when; of incidents the deadlines of the law. Nobody's name, and nothing that was
//! filled in.

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Asked, Page, answer, cut, day, instant};
use super::guard::{Caller, Here};
use super::problem::ApiError;
use super::words;
use crate::domain::ids::{FacilityId, PaperId};
use crate::domain::paper::{Act, Deadline, Kind, Paper, State};
use crate::http::pages::Web;
use crate::store::paper::{self, Filter};

/// A paper.
#[derive(Serialize, ToSchema)]
pub(super) struct PaperItem {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    facility: String,
    #[schema(schema_with = words::kinds)]
    kind: &'static str,
    /// Its number among the facility's papers of its kind.
    number: i64,
    #[schema(schema_with = words::paper_states)]
    state: &'static str,
    /// Whether something is still to be done with it.
    open: bool,
    /// Whether what was taken out should have been back.
    overdue: bool,
    /// The device it is about, where it is about one.
    #[schema(format = "uuid")]
    device: Option<String>,
    /// The first day (of an incident: the day on which it was found).
    #[schema(format = "date")]
    from: String,
    /// The last day; null: an incident has none.
    #[schema(format = "date")]
    last_day: Option<String>,
    #[schema(format = "date-time")]
    filed_at: String,
    /// Of an incident: by when it has to be reported to the authority.
    deadlines: Vec<DeadlineItem>,
    /// Its page.
    #[schema(format = "uri")]
    page: String,
}

/// A deadline of the law, for a report on an incident to the authority.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadlineItem {
    /// `report_first`: 速報; `report_full`: 確報.
    #[schema(schema_with = words::reports)]
    report: &'static str,
    /// The end of its last day.
    #[schema(format = "date-time")]
    due: String,
    /// Whether it has to be reported at all: not where it was decided that nothing can have leaked, nor of a report that was dismissed.
    needed: bool,
    /// When it was reported; null: it was not.
    #[schema(format = "date-time")]
    reported_at: Option<String>,
    /// Whether it was reported in time; false also while there is time left.
    met: bool,
}

/// A page of papers.
#[derive(Serialize, ToSchema)]
pub(super) struct PaperList {
    items: Vec<PaperItem>,
    /// `after` of the next page; null: this is the last one.
    #[schema(format = "uuid")]
    next: Option<String>,
}

/// Which papers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of this kind only.
    #[param(required = false, schema_with = words::kinds)]
    kind: Option<String>,
    /// `true`: only those with which something is still to be done.
    #[param(required = false, value_type = bool)]
    open: Option<bool>,
    /// Only older ones than this: `next` of the page before.
    #[param(required = false, value_type = String, format = "uuid")]
    after: Option<String>,
    /// Entries of a page at most; 50 when it is not said.
    #[param(required = false, value_type = u16, minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// Papers of a facility, the newest first.
#[utoipa::path(get, path = "/api/v1/facilities/{facility}/papers", operation_id = "list_papers", params(("facility" = String, Path, format = "uuid"), Wanted), security(("token" = ["papers:read"])), responses((status = 200, description = "A page of them.", body = PaperList)))]
pub(super) async fn list_papers(Use(web): Use<Web>, Here(home): Here, Asked(wanted): Asked<Wanted>) -> Result<Response, ApiError> {
    let kind =
        wanted.kind.as_deref().map(|word| Kind::from_word(word).ok_or_else(|| ApiError::Query(format!("`kind` is one of {}", known()))));
    let kind = kind.transpose()?;
    let (before, limit) = Page::of(wanted.after, wanted.limit).read::<PaperId>()?;
    let filter = Filter { kind, open: wanted.open.unwrap_or(false), before, ..Filter::default() };
    let mut found = paper::list(&web.store, home.facility, filter, limit + 1).await?;
    let next = cut(&mut found, limit, |found| found.paper.id.to_string());
    let papers: Vec<(FacilityId, Paper)> = found.into_iter().map(|found| (home.facility, found.paper)).collect();
    answer(&PaperList { items: items(&web, &papers).await?, next })
}

fn known() -> String {
    Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// Open incidents of the facility or region that the token reads of, the oldest first.
#[utoipa::path(get, path = "/api/v1/incidents", operation_id = "list_incidents", params(Page), security(("token" = ["incidents:read"])), responses((status = 200, description = "A page of them.", body = PaperList)))]
pub(super) async fn list_incidents(Use(web): Use<Web>, Caller(token): Caller, Asked(page): Asked<Page>) -> Result<Response, ApiError> {
    let (after, limit) = page.read::<PaperId>()?;
    let mut found = paper::list_open_incidents(&web.store, token.scope, after, limit + 1).await?;
    let next = cut(&mut found, limit, |(_, found)| found.paper.id.to_string());
    let papers: Vec<(FacilityId, Paper)> = found.into_iter().map(|(facility, found)| (facility, found.paper)).collect();
    answer(&PaperList { items: items(&web, &papers).await?, next })
}

async fn items(web: &Web, papers: &[(FacilityId, Paper)]) -> Result<Vec<PaperItem>, ApiError> {
    let incidents: Vec<PaperId> = papers.iter().filter(|(_, paper)| paper.kind == Kind::Incident).map(|(_, paper)| paper.id).collect();
    let reported = paper::list_reported(&web.store, &incidents).await?;
    let of = |paper: &Paper| reported.get(&paper.id).map_or(&[][..], Vec::as_slice);
    Ok(papers.iter().map(|(facility, paper)| item(web, *facility, paper, of(paper))).collect())
}

/// The deadlines of an incident; `reported` are the steps by which they are met or stopped.
fn deadlines(web: &Web, paper: &Paper, reported: &[(Act, Timestamp)]) -> Vec<DeadlineItem> {
    if paper.kind != Kind::Incident {
        return Vec::new();
    }
    let when = |act: Act| reported.iter().find(|(done, _)| *done == act).map(|(_, at)| *at);
    let needed = paper.state != State::Dismissed && when(Act::NoLeak).is_none();
    let all = paper.deadlines(&web.pack().parameters().incident);
    all.map(|Deadline { act, due }| {
        let reported_at = when(act);
        let met = reported_at.is_some_and(|at| at < due);
        DeadlineItem { report: act.as_str(), due: instant(due), needed, reported_at: reported_at.map(instant), met }
    })
    .into()
}

fn item(web: &Web, facility: FacilityId, paper: &Paper, reported: &[(Act, Timestamp)]) -> PaperItem {
    PaperItem {
        id: paper.id.to_string(),
        facility: facility.to_string(),
        kind: paper.kind.as_str(),
        number: paper.number,
        state: paper.state.as_str(),
        open: !paper.state.is_final(),
        overdue: paper.is_overdue(web.clock.now()),
        device: paper.device.map(|id| id.to_string()),
        from: day(paper.period.from),
        last_day: (paper.kind != Kind::Incident).then(|| day(paper.period.last_day())),
        filed_at: instant(paper.filed_at),
        deadlines: deadlines(web, paper, reported),
        page: format!("{}/papers/{}", web.settings.public_url, paper.id),
    }
}
