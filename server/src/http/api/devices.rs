//! Devices and how they stand. Of a person's own device a region's token reads how it stands, and nothing that it told.

use std::collections::HashMap;

use axum::extract::{Path, State as Use};
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Asked, Page, answer, cut, instant};
use super::guard::{Caller, Here};
use super::problem::ApiError;
use super::words;
use crate::domain::device::{ClassWord, Ownership, Standing};
use crate::domain::ids::DeviceId;
use crate::domain::people::Scope;
use crate::domain::reading::Reading;
use crate::http::pages::Web;
use crate::store::belonging::Home;
use crate::store::device::{self, Device};
use crate::store::device_state::{self, Line};
use crate::store::disaster::cover;

/// A device.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceItem {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    facility: String,
    /// What its facility calls it; null to a region's token where the device is a person's own.
    label: Option<String>,
    #[schema(schema_with = words::ownerships)]
    ownership: &'static str,
    /// What kind of machine it is; null as `label` is.
    #[schema(schema_with = words::class_or_none)]
    class: Option<&'static str>,
    /// How it stands in the ledger.
    #[schema(schema_with = words::standings)]
    standing: &'static str,
    /// How it reads today, silence included; null: it is out of use.
    #[schema(schema_with = words::reading_or_none)]
    reading: Option<&'static str>,
    /// Since when its verdict has been what it is; null: it has not reported.
    #[schema(format = "date-time")]
    since: Option<String>,
    #[schema(format = "date-time")]
    last_seen_at: Option<String>,
    /// Whether a disaster-time exception (§25) is laid over its verdict.
    under_exception: bool,
    /// Its page.
    #[schema(format = "uri")]
    page: String,
}

/// A page of devices, in order of enrolment.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceList {
    items: Vec<DeviceItem>,
    /// `after` of the next page; null: this is the last one.
    #[schema(format = "uuid")]
    next: Option<String>,
}

/// Devices of a facility, those out of use included.
#[utoipa::path(get, path = "/api/v1/facilities/{facility}/devices", operation_id = "list_devices", params(("facility" = String, Path, format = "uuid"), Page), security(("token" = ["devices:read"])), responses((status = 200, description = "A page of them.", body = DeviceList)))]
pub(super) async fn list_devices(
    Use(web): Use<Web>,
    Caller(token): Caller,
    Here(home): Here,
    Asked(page): Asked<Page>,
) -> Result<Response, ApiError> {
    let (after, limit) = page.read::<DeviceId>()?;
    let mut found = device::list(&web.store, home.facility, after, limit + 1).await?;
    let next = cut(&mut found, limit, |device| device.id.to_string());
    let numbers: Vec<_> = found.iter().map(|device| device.n).collect();
    let lines: HashMap<_, _> =
        device_state::list(&web.store, home.facility, &numbers).await?.into_iter().map(|line| (line.device, line)).collect();
    let covered = cover::is_covered(web.store.read(), home, web.clock.now()).await?;
    let items = found.iter().map(|device| item(&web, token.scope, (device, lines.get(&device.n)), covered)).collect();
    answer(&DeviceList { items, next })
}

/// One device.
#[utoipa::path(get, path = "/api/v1/devices/{device}", operation_id = "show_device", params(("device" = String, Path, format = "uuid")), security(("token" = ["devices:read"])), responses((status = 200, description = "The device.", body = DeviceItem)))]
pub(super) async fn show_device(
    Use(web): Use<Web>,
    Caller(token): Caller,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let (device, line) = find(&web, home, &id).await?;
    let covered = cover::is_covered(web.store.read(), home, web.clock.now()).await?;
    answer(&item(&web, token.scope, (&device, line.as_ref()), covered))
}

/// How a device stands on one clause.
#[derive(Serialize, ToSchema)]
pub(super) struct ClauseItem {
    /// `§20-1`.
    clause: String,
    /// A few words of the rule pack, in Japanese; null where the pack in force has no such clause.
    title: Option<String>,
    #[schema(schema_with = words::strength_or_none)]
    strength: Option<&'static str>,
    /// As judged last. `unknown` is never a pass.
    #[schema(schema_with = words::states)]
    state: &'static str,
}

/// How a device stands, clause by clause.
#[derive(Serialize, ToSchema)]
pub(super) struct ClauseList {
    #[schema(format = "uuid")]
    device: String,
    /// The rule pack in force.
    pack: String,
    /// Empty: the device has not reported.
    items: Vec<ClauseItem>,
}

/// How a device stands on each clause of the rules.
#[utoipa::path(get, path = "/api/v1/devices/{device}/clauses", operation_id = "show_clauses", params(("device" = String, Path, format = "uuid")), security(("token" = ["devices:read"])), responses((status = 200, description = "Its clauses.", body = ClauseList)))]
pub(super) async fn show_clauses(Use(web): Use<Web>, Here(home): Here, Path(id): Path<String>) -> Result<Response, ApiError> {
    let (device, line) = find(&web, home, &id).await?;
    let pack = web.pack();
    let clause = |(id, code): (String, i64)| {
        let rule = pack.clause(&id);
        ClauseItem {
            title: rule.map(|rule| rule.title.get(Lang::Japanese).to_owned()),
            strength: rule.map(|rule| words::strength(rule.strength)),
            // A state that this program does not know is no pass, and is not left out either.
            state: Reading::from(State::from_code(code).unwrap_or(State::Unknown)).as_str(),
            clause: id,
        }
    };
    let items = line.map(|line| line.clauses.into_iter().map(clause).collect()).unwrap_or_default();
    answer(&ClauseList { device: device.id.to_string(), pack: pack.id().to_owned(), items })
}

async fn find(web: &Web, home: Home, id: &str) -> Result<(Device, Option<Line>), ApiError> {
    let id: DeviceId = id.parse().map_err(|_| ApiError::NotFound)?;
    let device = device::find(&web.store, home.facility, id).await?.ok_or(ApiError::NotFound)?;
    let line = device_state::list(&web.store, home.facility, &[device.n]).await?.into_iter().next();
    Ok((device, line))
}

/// Whether what a device is called, and is, is the token's business.
const fn sees_facts(scope: Scope, of: Ownership) -> bool {
    match (scope, of) {
        (Scope::Region(_), Ownership::Personal) => false,
        (Scope::Region(_), Ownership::Managed) | (Scope::Facility(..), _) => true,
    }
}

fn item(web: &Web, scope: Scope, (device, line): (&Device, Option<&Line>), covered: bool) -> DeviceItem {
    let seen = line.and_then(|line| line.last_seen_at);
    let headline = line.and_then(|line| line.headline);
    let (today, day) = (web.clock.now().jst_day(), seen.map(Timestamp::jst_day));
    let reading = Reading::of(device.standing, headline, day, today, &web.pack().parameters().staleness);
    let shown = sees_facts(scope, device.ownership);
    DeviceItem {
        id: device.id.to_string(),
        facility: device.facility.to_string(),
        label: shown.then(|| device.label.clone()),
        ownership: device.ownership.as_str(),
        class: shown.then(|| ClassWord::from(device.class).as_str()),
        standing: device.standing.as_str(),
        reading: reading.map(Reading::as_str),
        since: line.and_then(|line| line.since).map(instant),
        last_seen_at: seen.map(instant),
        under_exception: covered && device.standing == Standing::Active,
        page: format!("{}/devices/{}", web.settings.public_url, device.id),
    }
}
