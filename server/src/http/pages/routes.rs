//! The one table of pages: path, who may call it, which object it is about, and its handler. The router is built from it,
//! and so is the isolation test: a page that is not in the table does not exist.

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::guard::{Guard, guard};
use super::{PageError, Web, assets, device, enrolment, headers, places, rules, self_check, setup, sign_in, visit};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Public,
    /// Whoever sets an account up from a one-time link.
    Setup,
    /// Anybody signed in; `Object` says whose things they see.
    SignedIn,
}

/// What a path's parameter names; it has to lie within the person's scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// Nothing.
    None,
    /// `{facility}`.
    Facility,
    /// `{device}`.
    Device,
    /// `{code}`: an enrolment code.
    Code,
}

/// One entry.
pub(super) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub object: Object,
    handler: MethodRouter<Web>,
}

const fn route(method: Method, path: &'static str, access: Access, object: Object, handler: MethodRouter<Web>) -> Route {
    Route { method, path, access, object, handler }
}

/// Every page.
pub(super) fn table() -> Vec<Route> {
    use Access::{Public, Setup, SignedIn};
    vec![
        route(Method::GET, "/sign-in", Public, Object::None, get(sign_in::show_sign_in)),
        route(Method::POST, "/sign-in", Public, Object::None, post(sign_in::sign_in)),
        route(Method::POST, "/sign-out", Public, Object::None, post(sign_in::sign_out)),
        route(Method::GET, "/start/{secret}", Public, Object::None, get(setup::show_start)),
        route(Method::POST, "/start/{secret}", Public, Object::None, post(setup::start)),
        route(Method::GET, "/setup/password", Setup, Object::None, get(setup::show_password)),
        route(Method::POST, "/setup/password", Setup, Object::None, post(setup::set_password)),
        route(Method::GET, "/setup/app", Setup, Object::None, get(setup::show_app)),
        route(Method::POST, "/setup/app", Setup, Object::None, post(setup::set_app)),
        route(Method::GET, "/setup/recovery", SignedIn, Object::None, get(setup::show_recovery)),
        route(Method::GET, "/", SignedIn, Object::None, get(places::show_home)),
        route(Method::GET, "/facilities/{facility}", SignedIn, Object::Facility, get(places::show_facility)),
        route(Method::GET, "/facilities/{facility}/codes", SignedIn, Object::Facility, get(enrolment::show_codes)),
        route(Method::POST, "/facilities/{facility}/codes", SignedIn, Object::Facility, post(enrolment::issue_code)),
        route(Method::GET, "/facilities/{facility}/codes/issued", SignedIn, Object::Facility, get(enrolment::show_issued_code)),
        route(Method::POST, "/codes/{code}/revoke", SignedIn, Object::Code, post(enrolment::revoke_code)),
        route(Method::GET, "/facilities/{facility}/pending", SignedIn, Object::Facility, get(enrolment::show_pending)),
        route(Method::GET, "/facilities/{facility}/self-check", SignedIn, Object::Facility, get(self_check::show_self_check)),
        route(Method::POST, "/facilities/{facility}/self-check", SignedIn, Object::Facility, post(self_check::answer_self_check)),
        route(Method::GET, "/devices/{device}", SignedIn, Object::Device, get(device::show_device)),
        route(Method::POST, "/devices/{device}/confirm", SignedIn, Object::Device, post(device::confirm_device)),
        route(Method::POST, "/devices/{device}/refuse", SignedIn, Object::Device, post(device::refuse_device)),
        route(Method::GET, "/rules", SignedIn, Object::None, get(rules::show_rules)),
        route(Method::GET, "/what-is-checked", Public, Object::None, get(rules::show_what_is_checked)),
    ]
}

/// The router of the table. Layers, from the outside: headers, visit (cookie, CSRF, error pages), guard (who, whose), handler.
pub(super) fn router(web: Web) -> Router {
    let mut pages = Router::new();
    for Route { method, path, access, object, handler } in table() {
        let guarded = Guard { web: web.clone(), method, access, object };
        pages = pages.route(path, handler.route_layer(from_fn_with_state(guarded, guard)));
    }
    pages
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::NotFound })
        .layer(from_fn_with_state(web.clone(), visit::visit))
        .route("/assets/{version}/style.css", get(assets::get_stylesheet))
        .route("/assets/{version}/icon.svg", get(assets::get_icon))
        .layer(from_fn_with_state(web.clone(), headers::guard_browser))
        .with_state(web)
}
