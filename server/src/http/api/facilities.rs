//! Facilities with their roll-ups.

use axum::extract::State as Use;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Asked, Page, answer, cut};
use super::guard::{Caller, Here};
use super::place::SumItem;
use super::problem::ApiError;
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::people::Scope;
use crate::domain::summary::Summary;
use crate::http::pages::Web;
use crate::store::disaster::cover;
use crate::store::facility::{self, Facility};
use crate::store::rollup;

/// A facility.
#[derive(Serialize, ToSchema)]
pub(super) struct FacilityItem {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    sum: SumItem,
    /// Whether a disaster-time exception (§25) holds over it.
    under_exception: bool,
    /// Its page.
    #[schema(format = "uri")]
    page: String,
}

/// A page of facilities, in order of id.
#[derive(Serialize, ToSchema)]
pub(super) struct FacilityList {
    items: Vec<FacilityItem>,
    /// `after` of the next page; null: this is the last one.
    #[schema(format = "uuid")]
    next: Option<String>,
}

/// Facilities that the token reads of.
#[utoipa::path(get, path = "/api/v1/facilities", operation_id = "list_facilities", params(Page), security(("token" = ["facilities:read"])), responses((status = 200, description = "A page of them.", body = FacilityList)))]
pub(super) async fn list_facilities(Use(web): Use<Web>, Caller(token): Caller, Asked(page): Asked<Page>) -> Result<Response, ApiError> {
    let (after, limit) = page.read::<FacilityId>()?;
    let mut found = match token.scope {
        Scope::Region(region) => facility::list(&web.store, region, after, limit + 1).await?,
        Scope::Facility(region, own) => {
            let own = facility::find(&web.store, region, own).await?;
            own.into_iter().filter(|own| after.is_none_or(|after| own.id > after)).collect()
        }
    };
    let next = cut(&mut found, limit, |facility| facility.id.to_string());
    answer(&FacilityList { items: items(&web, token.scope.region(), found).await?, next })
}

/// One facility.
#[utoipa::path(get, path = "/api/v1/facilities/{facility}", operation_id = "show_facility", params(("facility" = String, Path, format = "uuid")), security(("token" = ["facilities:read"])), responses((status = 200, description = "The facility.", body = FacilityItem)))]
pub(super) async fn show_facility(Use(web): Use<Web>, Here(home): Here) -> Result<Response, ApiError> {
    let found = facility::find(&web.store, home.region, home.facility).await?;
    let mut items = items(&web, home.region, found.into_iter().collect()).await?;
    answer(&items.pop().ok_or(ApiError::NotFound)?)
}

async fn items(web: &Web, region: RegionId, found: Vec<Facility>) -> Result<Vec<FacilityItem>, ApiError> {
    let (now, rules) = (web.clock.now(), web.pack().parameters().staleness.clone());
    let ids: Vec<FacilityId> = found.iter().map(|facility| facility.id).collect();
    let sums = rollup::summaries(&web.store, &ids, now.jst_day(), &rules).await?;
    let open = cover::open_in(web.store.read(), region, now).await?;
    let covered = cover::covered(&web.store, (region, &open), &ids, now).await?;
    let none = Summary::new(now.jst_day(), &rules);
    let item = |facility: Facility| FacilityItem {
        id: facility.id.to_string(),
        page: format!("{}/facilities/{}", web.settings.public_url, facility.id),
        sum: SumItem::of(sums.get(&facility.id).unwrap_or(&none)),
        under_exception: covered.contains(&facility.id),
        name: facility.name,
    };
    Ok(found.into_iter().map(item).collect())
}
