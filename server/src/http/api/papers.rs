//! Papers and incidents: what kind, how they stand, and when. Nobody's name, and nothing that was filled in.

use axum::extract::State as Use;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Asked, Page, answer, cut, day, instant};
use super::guard::{Caller, Here};
use super::problem::ApiError;
use super::words;
use crate::domain::ids::{FacilityId, PaperId};
use crate::domain::paper::{Kind, Paper};
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
    /// Its page.
    #[schema(format = "uri")]
    page: String,
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
    let filter = Filter { kind, open: wanted.open.unwrap_or(false), ended_by: None, before };
    let mut found = paper::list(&web.store, home.facility, filter, limit + 1).await?;
    let next = cut(&mut found, limit, |found| found.paper.id.to_string());
    let items = found.iter().map(|found| item(&web, home.facility, &found.paper)).collect();
    answer(&PaperList { items, next })
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
    let items = found.iter().map(|(facility, found)| item(&web, *facility, &found.paper)).collect();
    answer(&PaperList { items, next })
}

fn item(web: &Web, facility: FacilityId, paper: &Paper) -> PaperItem {
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
        page: format!("{}/papers/{}", web.settings.public_url, paper.id),
    }
}
