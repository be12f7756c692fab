//! 参加事業所の一覧 (§24): the facilities that are in, for anybody, as a page and as JSON. Names, kinds and days alone: nothing of people.

use axum::Json;
use axum::extract::State as Use;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hashimori_shared::lang::Lang;
use serde::{Deserialize, Serialize};

use super::typed::Asked;
use super::visit::{ForAnybody, Visitor};
use super::{PageError, Web, page, shell};
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::membership::{Kind, Membership, State};
use crate::store::region::Region;
use crate::store::{membership, region};
use crate::views::{PublicFacilitiesPage, PublicLine};
use crate::words::Text;

/// Facilities on one page.
const LINES: u16 = 200;
/// How long a copy of the JSON may be used.
const KEPT: &str = "public, max-age=300";

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    region: Option<String>,
    after: Option<String>,
}

/// A page of a region's list.
struct Listed {
    region: Region,
    found: Vec<Membership>,
    /// What the next page is asked with.
    next: Option<String>,
}

/// The regions there are, and a page of the one that is asked for, or is the only one.
async fn listed(web: &Web, wanted: &Wanted) -> Result<(Vec<Region>, Option<Listed>), PageError> {
    let mut regions = region::list(&web.store).await?;
    let chosen = match &wanted.region {
        Some(id) => {
            let id: RegionId = id.parse().map_err(|_| PageError::NotFound)?;
            Some(regions.iter().position(|region| region.id == id).ok_or(PageError::NotFound)?)
        }
        None => (regions.len() == 1).then_some(0),
    };
    let Some(chosen) = chosen else { return Ok((regions, None)) };
    let region = regions.swap_remove(chosen);
    let after: Option<FacilityId> = wanted.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let mut found = membership::list(&web.store, (region.id, State::In), after, LINES + 1).await?;
    let more = found.len() > usize::from(LINES);
    found.truncate(usize::from(LINES));
    let next = found.last().filter(|_| more).map(|last| format!("?region={}&after={}", region.id, last.facility));
    Ok((Vec::new(), Some(Listed { region, found, next })))
}

/// `GET /public/facilities`
pub(super) async fn show_facilities(Use(web): Use<Web>, visitor: Visitor, Asked(wanted): Asked<Wanted>) -> Result<Response, PageError> {
    let (regions, listed) = listed(&web, &wanted).await?;
    let path = |query: &str| format!("/public/facilities{query}");
    let line = |membership: &Membership| PublicLine {
        name: membership.forms.name.clone(),
        kind: membership.forms.kind.key(),
        since: membership.taken_in_at.map_or(Text::new("frame-none"), Text::Day),
    };
    let of_region = listed.as_ref().map(|listed| format!("?region={}", listed.region.id));
    page(&PublicFacilitiesPage {
        shell: shell("public-title", &visitor, None),
        regions: regions.into_iter().map(|region| (path(&format!("?region={}", region.id)), region.name)).collect(),
        region: listed.as_ref().map(|listed| listed.region.name.clone()),
        lines: listed.iter().flat_map(|listed| &listed.found).map(line).collect(),
        json: of_region.as_deref().map(|query| format!("/public/facilities.json{query}")),
        first: of_region.as_deref().filter(|_| wanted.after.is_some()).map(path),
        next: listed.and_then(|listed| listed.next).as_deref().map(path),
    })
}

/// The list for programs.
#[derive(Debug, Serialize)]
struct Answer {
    /// Regions to ask for, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    facilities: Vec<Facility>,
    /// The address of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct Facility {
    name: String,
    /// Our word for its kind; none: not on file.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// The day since when it takes part, JST.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

/// `GET /public/facilities.json`
pub(super) async fn list_facilities(Use(web): Use<Web>, Asked(wanted): Asked<Wanted>) -> Result<Response, PageError> {
    let (regions, listed) = listed(&web, &wanted).await?;
    let facility = |membership: &Membership| Facility {
        name: membership.forms.name.clone(),
        kind: Some(membership.forms.kind).filter(|kind| *kind != Kind::Unstated).map(Kind::as_str),
        since: membership.taken_in_at.map(|at| at.jst_date_in(Lang::English)),
    };
    let answer = Answer {
        regions: regions.into_iter().map(|region| Named { id: region.id.to_string(), name: region.name }).collect(),
        region: listed.as_ref().map(|listed| listed.region.name.clone()),
        facilities: listed.iter().flat_map(|listed| &listed.found).map(facility).collect(),
        next: listed.and_then(|listed| listed.next).map(|query| format!("/public/facilities.json{query}")),
    };
    // The association's own site shows it: its pages may read it from the visitor's browser.
    let headers = [(header::CACHE_CONTROL, KEPT), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    let mut response = (headers, Json(answer)).into_response();
    response.extensions_mut().insert(ForAnybody);
    Ok(response)
}
