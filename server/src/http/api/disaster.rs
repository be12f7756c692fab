//! 災害時特例 that hold now, drills marked as such.

use axum::extract::State as Use;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{answer, instant};
use super::guard::Caller;
use super::problem::ApiError;
use super::words;
use crate::domain::people::Scope;
use crate::http::pages::Web;
use crate::store::belonging::Home;
use crate::store::disaster::cover::{self, Open};

/// A disaster-time exception (§25) that holds.
#[derive(Serialize, ToSchema)]
pub(super) struct ExceptionItem {
    #[schema(format = "uuid")]
    id: String,
    /// Whether it is a drill: a drill touches nothing real.
    drill: bool,
    #[schema(schema_with = words::phases)]
    phase: &'static str,
    #[schema(format = "date-time")]
    began_at: String,
    /// Its end; it never extends itself.
    #[schema(format = "date-time")]
    ends_at: String,
    /// Whether it covers its whole region.
    whole_region: bool,
}

/// What holds over the facility, or anywhere in the region, that the token reads of.
#[derive(Serialize, ToSchema)]
pub(super) struct ExceptionList {
    /// Whether anything real holds.
    holds: bool,
    items: Vec<ExceptionItem>,
}

/// Disaster-time exceptions that hold now.
#[utoipa::path(get, path = "/api/v1/disaster", operation_id = "show_disaster", security(("token" = ["disaster:read"])), responses((status = 200, description = "What holds.", body = ExceptionList)))]
pub(super) async fn show_disaster(Use(web): Use<Web>, Caller(token): Caller) -> Result<Response, ApiError> {
    let now = web.clock.now();
    let open = match token.scope {
        Scope::Region(region) => cover::open_in(web.store.read(), region, now).await?,
        Scope::Facility(region, facility) => cover::open_over(web.store.read(), Home { region, facility }, now).await?,
    };
    let item = |open: &Open| ExceptionItem {
        id: open.id.to_string(),
        drill: open.drill,
        phase: open.phase.as_str(),
        began_at: instant(open.began_at),
        ends_at: instant(open.ends_at),
        whole_region: open.whole,
    };
    answer(&ExceptionList { holds: open.iter().any(|open| !open.drill), items: open.iter().map(item).collect() })
}
