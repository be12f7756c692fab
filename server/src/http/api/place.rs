//! What the token itself is, and the counts of what it reads of.

use axum::extract::State as Use;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{answer, instant};
use super::guard::Caller;
use super::problem::ApiError;
use super::words;
use crate::domain::people::Scope;
use crate::domain::summary::{Counts, Summary};
use crate::http::pages::Web;
use crate::store::belonging::Home;
use crate::store::disaster::cover;
use crate::store::rollup;

/// A token.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenItem {
    #[schema(format = "uuid")]
    id: String,
    /// What it is for, as it was named.
    label: String,
    #[schema(format = "uuid")]
    region: String,
    /// The facility that it reads of; null: the whole region.
    #[schema(format = "uuid")]
    facility: Option<String>,
    grants: Vec<GrantWord>,
    /// From when on it does not work any more.
    #[schema(format = "date-time")]
    ends_at: String,
}

/// What a token may read.
#[derive(Serialize)]
pub(super) struct GrantWord(&'static str);

impl ToSchema for GrantWord {
    fn name() -> std::borrow::Cow<'static, str> {
        "Grant".into()
    }
}

impl utoipa::PartialSchema for GrantWord {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        words::grants()
    }
}

/// What the token is.
#[utoipa::path(get, path = "/api/v1/token", operation_id = "show_token", security(("token" = [])), responses((status = 200, description = "The token.", body = TokenItem)))]
pub(super) async fn show_token(Caller(token): Caller) -> Result<Response, ApiError> {
    answer(&TokenItem {
        id: token.id.to_string(),
        label: token.label,
        region: token.scope.region().to_string(),
        facility: token.scope.facility().map(|id| id.to_string()),
        grants: token.grants.iter().map(|grant| GrantWord(grant.as_str())).collect(),
        ends_at: instant(token.ends_at),
    })
}

/// How many devices read in one way.
#[derive(Serialize, ToSchema)]
pub(super) struct CountItem {
    /// How they read today, silence included.
    #[schema(schema_with = words::readings)]
    reading: &'static str,
    devices: i64,
}

/// Devices summed up. What nobody can tell is counted as `unknown`, never as `compliant`.
#[derive(Serialize, ToSchema)]
pub(super) struct SumItem {
    /// Devices in all, without those out of use.
    devices: i64,
    /// By how they read, gravest first; each device once.
    counts: Vec<CountItem>,
    /// Devices in use that have not been heard of for too long, or ever.
    silent: i64,
}

impl SumItem {
    pub(super) fn of(sum: &Summary) -> Self {
        Self { devices: sum.counts.all(), counts: counted(&sum.counts), silent: sum.silence.all() }
    }
}

fn counted(counts: &Counts) -> Vec<CountItem> {
    counts.present().map(|(reading, devices)| CountItem { reading: reading.as_str(), devices }).collect()
}

/// The counts of what a token reads of.
#[derive(Serialize, ToSchema)]
pub(super) struct CountsItem {
    #[schema(format = "uuid")]
    region: String,
    /// Null: the whole region.
    #[schema(format = "uuid")]
    facility: Option<String>,
    sum: SumItem,
    /// How the devices under a disaster-time exception (§25) read without it. They stand in `sum` as well: an exception is laid over
    /// verdicts and never edits them.
    under_exception: Vec<CountItem>,
}

/// Counts of the facility or region that the token reads of.
#[utoipa::path(get, path = "/api/v1/counts", operation_id = "show_counts", security(("token" = ["facilities:read"])), responses((status = 200, description = "The counts.", body = CountsItem)))]
pub(super) async fn show_counts(Use(web): Use<Web>, Caller(token): Caller) -> Result<Response, ApiError> {
    let (now, rules) = (web.clock.now(), web.pack().parameters().staleness.clone());
    let region = token.scope.region();
    let (scope, under) = match token.scope {
        Scope::Region(region) => {
            let open = cover::open_in(web.store.read(), region, now).await?;
            let under = cover::counts(&web.store, (region, &open, None), now, &rules).await?;
            (rollup::Scope::Region(region), Some(under))
        }
        Scope::Facility(_, facility) => (rollup::Scope::Facility(facility), None),
    };
    let sum = rollup::summary(&web.store, scope, now.jst_day(), &rules).await?;
    let under = match (under, token.scope.facility()) {
        (Some(under), _) => under,
        (None, Some(facility)) if cover::is_covered(web.store.read(), Home { region, facility }, now).await? => sum.counts.in_use(),
        (None, _) => Counts::default(),
    };
    answer(&CountsItem {
        region: region.to_string(),
        facility: token.scope.facility().map(|id| id.to_string()),
        sum: SumItem::of(&sum),
        under_exception: counted(&under),
    })
}
