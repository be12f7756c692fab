//! The HTTP API for machines, read-only, under `/api/v1`; `doc` describes it. `table` is the one list of its routes: the router and
//! the isolation test are built from it, and `guard` decides before a handler runs what a token may read.

mod answer;
mod devices;
mod disaster;
mod doc;
mod facilities;
mod guard;
mod pace;
mod papers;
mod place;
mod problem;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use super::pages::Web;
use crate::domain::token::Grant;
use guard::{Guard, guard};
use pace::Pace;
use problem::ApiError;

/// What a path's parameter names; it has to lie within what the token reads of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// Nothing.
    None,
    /// `{facility}`.
    Facility,
    /// `{device}`.
    Device,
}

/// One entry.
pub(super) struct Route {
    pub(super) path: &'static str,
    /// What the token has to be good for; `None`: any token.
    pub(super) grant: Option<Grant>,
    pub(super) object: Object,
    handler: MethodRouter<Web>,
}

const fn route(path: &'static str, grant: Option<Grant>, object: Object, handler: MethodRouter<Web>) -> Route {
    Route { path, grant, object, handler }
}

/// Every route that takes a token; all of them are read with GET.
pub(super) fn table() -> Vec<Route> {
    use Grant::{Devices, Disaster, Facilities, Incidents, Papers};
    vec![
        route("/api/v1/token", None, Object::None, get(place::show_token)),
        route("/api/v1/counts", Some(Facilities), Object::None, get(place::show_counts)),
        route("/api/v1/facilities", Some(Facilities), Object::None, get(facilities::list_facilities)),
        route("/api/v1/facilities/{facility}", Some(Facilities), Object::Facility, get(facilities::show_facility)),
        route("/api/v1/facilities/{facility}/devices", Some(Devices), Object::Facility, get(devices::list_devices)),
        route("/api/v1/devices/{device}", Some(Devices), Object::Device, get(devices::show_device)),
        route("/api/v1/devices/{device}/clauses", Some(Devices), Object::Device, get(devices::show_clauses)),
        route("/api/v1/facilities/{facility}/papers", Some(Papers), Object::Facility, get(papers::list_papers)),
        route("/api/v1/incidents", Some(Incidents), Object::None, get(papers::list_incidents)),
        route("/api/v1/disaster", Some(Disaster), Object::None, get(disaster::show_disaster)),
    ]
}

/// The router of the table, the document, and what answers everything else under `/api/` in the machines' own way.
pub(super) fn router(web: &Web) -> Router<Web> {
    let pace = Arc::new(Pace::default());
    let mut api = Router::new().route("/api/openapi.json", get(doc::show));
    for Route { path, grant, object, handler } in table() {
        let guarded = Guard { web: web.clone(), pace: Arc::clone(&pace), grant, object };
        api = api.route(path, handler.route_layer(from_fn_with_state(guarded, guard)));
    }
    let nothing = async |State(web): State<Web>| -> Response { ApiError::NotFound.answer(&web) };
    let only_read = async |State(web): State<Web>| -> Response { ApiError::OnlyRead.answer(&web) };
    api.route("/api/{*rest}", get(nothing)).method_not_allowed_fallback(only_read)
}
