//! The one table of pages: path, who may call it, which object it is about, and its handler. The router is built from it,
//! and so is the isolation test: a page that is not in the table does not exist.

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::guard::{Guard, guard};
use super::{
    PageError, Web, account, accounts, alerts, assets, device, enrolment, excluded, export, headers, language, listed, log, lost, oidc,
    overview, passkey, people, places, retire, rules, self_check, setup, sign_in, step_up, today, visit,
};
use crate::domain::people::Right;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Public,
    /// Whoever sets an account up from a one-time link.
    Setup,
    /// Anybody signed in whose role has this right; `Object` says whose things they see.
    SignedIn(Right),
    /// Those who look after or read a whole region, if their role has this right; for others the page does not exist.
    Region(Right),
}

/// What a route asks of who is signed in, beyond that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing.
    Session,
    /// A passkey or a code shown within the last ten minutes.
    StepUp,
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
    /// `{person}`: an account of the region; only on `Access::Region`.
    Person,
}

/// One entry.
pub(super) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub object: Object,
    pub needs: Needs,
    handler: MethodRouter<Web>,
}

const fn route(method: Method, path: &'static str, access: Access, object: Object, handler: MethodRouter<Web>) -> Route {
    Route { method, path, access, object, needs: Needs::Session, handler }
}

impl Route {
    /// The same, for an act that matters: a fresh proof first.
    fn stepped_up(self) -> Self {
        Self { needs: Needs::StepUp, ..self }
    }
}

/// Every page.
pub(super) fn table() -> Vec<Route> {
    use Access::{Public, Region, Setup, SignedIn};
    use Right::{AllowDeputy, AppointLocally, AppointRegionally, Attest, Enrol, Export, OwnAccount, Read, Restore, Retire};
    vec![
        route(Method::GET, "/sign-in", Public, Object::None, get(sign_in::show_sign_in)),
        route(Method::POST, "/sign-in", Public, Object::None, post(sign_in::sign_in)),
        route(Method::POST, "/sign-in/passkey", Public, Object::None, post(passkey::sign_in)),
        route(Method::GET, "/sign-in/oidc/{provider}", Public, Object::None, get(oidc::sign_in)),
        route(Method::GET, "/oidc/return", Public, Object::None, get(oidc::come_back)),
        route(Method::GET, "/sign-in/lost", Public, Object::None, get(lost::show_lost)),
        route(Method::POST, "/sign-in/lost", Public, Object::None, post(lost::ask)),
        route(Method::POST, "/sign-out", Public, Object::None, post(sign_in::sign_out)),
        route(Method::POST, "/language", Public, Object::None, post(language::choose)),
        route(Method::GET, "/start/{secret}", Public, Object::None, get(setup::show_start)),
        route(Method::POST, "/start/{secret}", Public, Object::None, post(setup::start)),
        route(Method::GET, "/setup", Setup, Object::None, get(setup::show_choice)),
        route(Method::POST, "/setup/passkey", Setup, Object::None, post(passkey::set_up)),
        route(Method::GET, "/setup/password", Setup, Object::None, get(setup::show_password)),
        route(Method::POST, "/setup/password", Setup, Object::None, post(setup::set_password)),
        route(Method::GET, "/setup/app", Setup, Object::None, get(setup::show_app)),
        route(Method::POST, "/setup/app", Setup, Object::None, post(setup::set_app)),
        route(Method::GET, "/setup/recovery", SignedIn(OwnAccount), Object::None, get(setup::show_recovery)),
        route(Method::GET, "/step-up", SignedIn(OwnAccount), Object::None, get(step_up::show_step_up)),
        route(Method::POST, "/step-up", SignedIn(OwnAccount), Object::None, post(step_up::prove_by_code)),
        route(Method::POST, "/step-up/passkey", SignedIn(OwnAccount), Object::None, post(passkey::step_up)),
        route(Method::GET, "/step-up/oidc/{provider}", SignedIn(OwnAccount), Object::None, get(oidc::prove)),
        route(Method::GET, "/step-up/continue", SignedIn(OwnAccount), Object::None, get(step_up::show_kept)),
        route(Method::GET, "/account", SignedIn(OwnAccount), Object::None, get(account::show_account)),
        route(Method::POST, "/account/told", SignedIn(OwnAccount), Object::None, post(account::told)),
        route(Method::POST, "/account/language", SignedIn(OwnAccount), Object::None, post(language::choose_for_account)),
        route(Method::POST, "/account/sessions/end", SignedIn(OwnAccount), Object::None, post(account::end_sessions)),
        route(Method::GET, "/account/password", SignedIn(OwnAccount), Object::None, get(account::show_password)).stepped_up(),
        route(Method::POST, "/account/password", SignedIn(OwnAccount), Object::None, post(account::set_password)).stepped_up(),
        route(Method::POST, "/account/password/remove", SignedIn(OwnAccount), Object::None, post(account::remove_password)).stepped_up(),
        route(Method::GET, "/account/app", SignedIn(OwnAccount), Object::None, get(account::show_app)).stepped_up(),
        route(Method::POST, "/account/app", SignedIn(OwnAccount), Object::None, post(account::set_app)).stepped_up(),
        route(Method::POST, "/account/codes", SignedIn(OwnAccount), Object::None, post(account::renew_codes)).stepped_up(),
        route(Method::GET, "/account/passkeys", SignedIn(OwnAccount), Object::None, get(passkey::show_new)).stepped_up(),
        route(Method::POST, "/account/passkeys", SignedIn(OwnAccount), Object::None, post(passkey::add)).stepped_up(),
        route(Method::POST, "/account/passkeys/remove", SignedIn(OwnAccount), Object::None, post(passkey::remove)).stepped_up(),
        route(Method::GET, "/account/oidc/{provider}", SignedIn(OwnAccount), Object::None, get(oidc::begin_link)).stepped_up(),
        route(Method::POST, "/account/oidc/link", SignedIn(OwnAccount), Object::None, post(oidc::link)).stepped_up(),
        route(Method::POST, "/account/oidc/remove", SignedIn(OwnAccount), Object::None, post(oidc::unlink)).stepped_up(),
        route(Method::GET, "/accounts", Region(Read), Object::None, get(accounts::show_accounts)),
        route(Method::POST, "/accounts/{person}/reset", Region(Restore), Object::Person, post(accounts::reset)).stepped_up(),
        route(Method::GET, "/accounts/appoint", Region(AppointRegionally), Object::None, get(people::show_appoint_regionally)),
        route(Method::POST, "/accounts/appoint", Region(AppointRegionally), Object::None, post(people::appoint_regionally)).stepped_up(),
        route(Method::POST, "/accounts/end", Region(AppointRegionally), Object::None, post(people::end_regionally)).stepped_up(),
        route(Method::GET, "/accounts/issued", Region(Restore), Object::None, get(accounts::show_issued)),
        route(Method::GET, "/", SignedIn(Read), Object::None, get(overview::show_home)),
        route(Method::GET, "/export/facilities", Region(Export), Object::None, get(export::show_facilities)).stepped_up(),
        route(Method::GET, "/export/facilities.csv", Region(Export), Object::None, get(export::export_facilities)).stepped_up(),
        route(Method::GET, "/log", SignedIn(Read), Object::None, get(log::show_log)),
        route(Method::GET, "/log/export", SignedIn(Export), Object::None, get(log::show_export)).stepped_up(),
        route(Method::GET, "/log/export.csv", SignedIn(Export), Object::None, get(log::export_log)).stepped_up(),
        route(Method::GET, "/facilities/{facility}", SignedIn(Read), Object::Facility, get(places::show_facility)),
        route(Method::GET, "/facilities/{facility}/today", SignedIn(Read), Object::Facility, get(today::show_today)),
        route(Method::GET, "/facilities/{facility}/devices", SignedIn(Read), Object::Facility, get(listed::show_listed)),
        route(Method::GET, "/facilities/{facility}/export", SignedIn(Export), Object::Facility, get(export::show_devices)).stepped_up(),
        route(Method::GET, "/facilities/{facility}/devices.csv", SignedIn(Export), Object::Facility, get(export::export_devices))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/codes", SignedIn(Read), Object::Facility, get(enrolment::show_codes)),
        route(Method::POST, "/facilities/{facility}/codes", SignedIn(Enrol), Object::Facility, post(enrolment::issue_code)),
        route(Method::GET, "/facilities/{facility}/codes/issued", SignedIn(Read), Object::Facility, get(enrolment::show_issued_code)),
        route(Method::POST, "/codes/{code}/revoke", SignedIn(Enrol), Object::Code, post(enrolment::revoke_code)),
        route(Method::GET, "/facilities/{facility}/pending", SignedIn(Read), Object::Facility, get(enrolment::show_pending)),
        route(Method::GET, "/facilities/{facility}/self-check", SignedIn(Read), Object::Facility, get(self_check::show_self_check)),
        route(Method::POST, "/facilities/{facility}/self-check", SignedIn(Attest), Object::Facility, post(self_check::answer_self_check)),
        route(Method::GET, "/devices/{device}", SignedIn(Read), Object::Device, get(device::show_device)),
        route(Method::POST, "/devices/{device}/confirm", SignedIn(Enrol), Object::Device, post(device::confirm_device)),
        route(Method::POST, "/devices/{device}/refuse", SignedIn(Enrol), Object::Device, post(device::refuse_device)),
        route(Method::POST, "/devices/{device}/alerts/close", SignedIn(Enrol), Object::Device, post(alerts::close_alert)),
        route(Method::GET, "/devices/{device}/retire", SignedIn(Retire), Object::Device, get(retire::show_retire)),
        route(Method::POST, "/devices/{device}/retire", SignedIn(Retire), Object::Device, post(retire::retire_device)),
        route(Method::GET, "/facilities/{facility}/people", SignedIn(Read), Object::Facility, get(people::show_people)),
        route(Method::GET, "/facilities/{facility}/people/appoint", SignedIn(AppointLocally), Object::Facility, get(people::show_appoint)),
        route(Method::POST, "/facilities/{facility}/people/appoint", SignedIn(AppointLocally), Object::Facility, post(people::appoint))
            .stepped_up(),
        route(Method::POST, "/facilities/{facility}/people/end", SignedIn(AppointLocally), Object::Facility, post(people::end))
            .stepped_up(),
        route(Method::POST, "/facilities/{facility}/people/deputy", SignedIn(AllowDeputy), Object::Facility, post(people::allow_deputy))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/people/issued", SignedIn(AppointLocally), Object::Facility, get(people::show_issued)),
        route(Method::GET, "/excluded", Region(Read), Object::None, get(excluded::show_excluded)),
        route(Method::GET, "/vacancies", Region(Read), Object::None, get(excluded::show_vacancies)),
        route(Method::GET, "/rules", SignedIn(Read), Object::None, get(rules::show_rules)),
        route(Method::GET, "/what-is-checked", Public, Object::None, get(rules::show_what_is_checked)),
    ]
}

/// Who looks at a page of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Anybody.
    Anybody,
    /// Whoever sets an account up.
    Newcomer,
    /// Anybody signed in.
    SignedIn,
    /// Those who look after or read a whole region.
    OfRegion,
}

/// Every page of the table with whoever looks at it, for a walk through all of them in a real browser.
pub fn looked_at() -> Vec<(&'static str, Reader)> {
    let reader = |access| match access {
        Access::Public => Reader::Anybody,
        Access::Setup => Reader::Newcomer,
        Access::SignedIn(_) => Reader::SignedIn,
        Access::Region(_) => Reader::OfRegion,
    };
    table().iter().filter(|route| route.method == Method::GET).map(|route| (route.path, reader(route.access))).collect()
}

/// The router of the table. Layers, from the outside: headers, visit (cookie, CSRF, error pages), guard (who, whose), handler.
pub(super) fn router(web: Web) -> Router {
    let mut pages = Router::new();
    for Route { method, path, access, object, needs, handler } in table() {
        let guarded = Guard { web: web.clone(), method, access, object, needs };
        pages = pages.route(path, handler.route_layer(from_fn_with_state(guarded, guard)));
    }
    pages
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::NotFound })
        .layer(from_fn_with_state(web.clone(), visit::visit))
        .route("/assets/{version}/style.css", get(assets::get_stylesheet))
        .route("/assets/{version}/icon.svg", get(assets::get_icon))
        .route("/assets/{version}/passkey.js", get(assets::get_passkey_script))
        .route("/assets/{version}/live.js", get(assets::get_live_script))
        .layer(from_fn_with_state(web.clone(), headers::guard_browser))
        .with_state(web)
}
