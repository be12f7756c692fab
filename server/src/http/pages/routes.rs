//! The one table of pages: path, who may call it, which object it is about, and its handler. The router is built from it,
//! and so is the isolation test: a page that is not in the table does not exist.

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::guard::{Guard, guard};
use super::{
    PageError, Web, account, accounts, alerts, areas, assets, calendar, connections, device, disaster, enrolment, evidence, excluded,
    export, former, handed, headers, language, ledger, letters, listed, log, loss, lost, mail, membership, notices, oidc, overview,
    own_rules, papers, passkey, people, places, public, retire, rules, self_check, setup, sign_in, sort, staff, step_up, today, visit,
};
use crate::domain::people::Right;

/// gzip's level: on a line of a shelter bytes are dear, and beyond this they cost more time than they save.
const COMPRESSION: i32 = 4;

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

/// At which facilities something is done; a page is read at any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Those that are in.
    In,
    /// Those that take part, suspended or leaving as they may be.
    TakesPart,
    /// Any: the handler says.
    Any,
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
    /// `{paper}`.
    Paper,
    /// `{person}`: an account of the region; only on `Access::Region`.
    Person,
    /// `{exception}`: a 災害時特例 of the region; only on `Access::Region`.
    Exception,
    /// `{area}`: an area of the region; only on `Access::Region`.
    Area,
    /// `{notice}`: a notice of the region; only on `Access::Region`.
    Notice,
}

/// One entry.
pub(super) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub object: Object,
    pub needs: Needs,
    pub at: At,
    handler: MethodRouter<Web>,
}

const fn route(method: Method, path: &'static str, access: Access, object: Object, handler: MethodRouter<Web>) -> Route {
    Route { method, path, access, object, needs: Needs::Session, at: At::In, handler }
}

impl Route {
    /// The same, for an act that matters: a fresh proof first.
    fn stepped_up(self) -> Self {
        Self { needs: Needs::StepUp, ..self }
    }

    /// The same, for what brings back, ends or looks after: also done at a facility that is suspended or leaving.
    fn while_taking_part(self) -> Self {
        Self { at: At::TakesPart, ..self }
    }

    /// The same, for what depends on more than the facility's state.
    fn at_any(self) -> Self {
        Self { at: At::Any, ..self }
    }
}

/// Every page.
pub(super) fn table() -> Vec<Route> {
    [
        of_the_door(),
        of_the_account(),
        of_people(),
        of_the_region(),
        of_facilities(),
        of_devices(),
        of_papers(),
        of_staff(),
        of_disaster(),
        of_connections(),
        of_notices(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Signing in and out, setting an account up, proving oneself again, and what anybody may read.
fn of_the_door() -> Vec<Route> {
    use Access::{Public, Setup, SignedIn};
    use Right::OwnAccount;
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
        route(Method::GET, "/calendar/{secret}", Public, Object::None, get(calendar::read)),
        route(Method::GET, "/what-is-checked", Public, Object::None, get(rules::show_what_is_checked)),
        route(Method::GET, "/public/facilities", Public, Object::None, get(public::show_facilities)),
        route(Method::GET, "/public/facilities.json", Public, Object::None, get(public::list_facilities)),
    ]
}

/// 自分のアカウント.
fn of_the_account() -> Vec<Route> {
    use Access::SignedIn;
    use Right::OwnAccount;
    vec![
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
        route(Method::GET, "/account/mail", SignedIn(OwnAccount), Object::None, get(mail::show_address)).stepped_up(),
        route(Method::POST, "/account/mail", SignedIn(OwnAccount), Object::None, post(mail::ask)).stepped_up(),
        route(Method::POST, "/account/mail/remove", SignedIn(OwnAccount), Object::None, post(mail::remove)).stepped_up(),
        route(Method::GET, "/account/mail/confirm/{secret}", SignedIn(OwnAccount), Object::None, get(mail::show_confirm)),
        route(Method::POST, "/account/mail/confirm/{secret}", SignedIn(OwnAccount), Object::None, post(mail::confirm)),
        route(Method::GET, "/account/calendar", SignedIn(OwnAccount), Object::None, get(calendar::show)),
        route(Method::POST, "/account/calendar", SignedIn(OwnAccount), Object::None, post(calendar::change)).stepped_up(),
        route(Method::GET, "/account/oidc/{provider}", SignedIn(OwnAccount), Object::None, get(oidc::begin_link)).stepped_up(),
        route(Method::POST, "/account/oidc/link", SignedIn(OwnAccount), Object::None, post(oidc::link)).stepped_up(),
        route(Method::POST, "/account/oidc/remove", SignedIn(OwnAccount), Object::None, post(oidc::unlink)).stepped_up(),
    ]
}

/// Accounts, roles, and what is out of the 事務局's count.
fn of_people() -> Vec<Route> {
    use Access::{Region, SignedIn};
    use Right::{AllowDeputy, AppointLocally, AppointRegionally, Erase, Read, Restore};
    vec![
        route(Method::GET, "/accounts", Region(Read), Object::None, get(accounts::show_accounts)),
        route(Method::POST, "/accounts/{person}/reset", Region(Restore), Object::Person, post(accounts::reset)).stepped_up(),
        route(Method::GET, "/accounts/former", Region(Read), Object::None, get(former::show_former)),
        route(Method::POST, "/accounts/{person}/erase", Region(Erase), Object::Person, post(former::erase)).stepped_up(),
        route(Method::GET, "/accounts/appoint", Region(AppointRegionally), Object::None, get(people::show_appoint_regionally)),
        route(Method::POST, "/accounts/appoint", Region(AppointRegionally), Object::None, post(people::appoint_regionally)).stepped_up(),
        route(Method::POST, "/accounts/end", Region(AppointRegionally), Object::None, post(people::end_regionally)).stepped_up(),
        route(Method::GET, "/accounts/issued", Region(Restore), Object::None, get(accounts::show_issued)),
        route(Method::GET, "/facilities/{facility}/people", SignedIn(Read), Object::Facility, get(people::show_people)),
        route(Method::GET, "/facilities/{facility}/people/appoint", SignedIn(AppointLocally), Object::Facility, get(people::show_appoint)),
        route(Method::POST, "/facilities/{facility}/people/appoint", SignedIn(AppointLocally), Object::Facility, post(people::appoint))
            .while_taking_part()
            .stepped_up(),
        route(Method::POST, "/facilities/{facility}/people/end", SignedIn(AppointLocally), Object::Facility, post(people::end))
            .while_taking_part()
            .stepped_up(),
        route(Method::POST, "/facilities/{facility}/people/deputy", SignedIn(AllowDeputy), Object::Facility, post(people::allow_deputy))
            .while_taking_part()
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/people/issued", SignedIn(AppointLocally), Object::Facility, get(people::show_issued)),
        route(Method::GET, "/excluded", Region(Read), Object::None, get(excluded::show_excluded)),
        route(Method::GET, "/vacancies", Region(Read), Object::None, get(excluded::show_vacancies)),
    ]
}

/// A region's overview, lists and log, and the rules.
fn of_the_region() -> Vec<Route> {
    use Access::{Region, SignedIn};
    use Right::{Admit, Arrange, Export, Read, Restore};
    vec![
        route(Method::GET, "/", SignedIn(Read), Object::None, get(overview::show_home)),
        route(Method::GET, "/export/facilities", Region(Export), Object::None, get(export::show_facilities)).stepped_up(),
        route(Method::GET, "/export/facilities.csv", Region(Export), Object::None, get(export::export_facilities)).stepped_up(),
        route(Method::GET, "/log", SignedIn(Read), Object::None, get(log::show_log)),
        route(Method::GET, "/log/export", SignedIn(Export), Object::None, get(log::show_export)).stepped_up(),
        route(Method::GET, "/log/export.csv", SignedIn(Export), Object::None, get(log::export_log)).stepped_up(),
        route(Method::GET, "/own-rules", Region(Read), Object::None, get(own_rules::list)),
        route(Method::GET, "/areas", Region(Read), Object::None, get(areas::show_areas)),
        route(Method::POST, "/areas", Region(Arrange), Object::None, post(areas::make_area)),
        route(Method::GET, "/areas/{area}", Region(Read), Object::Area, get(areas::show_area)),
        route(Method::POST, "/areas/{area}", Region(Arrange), Object::Area, post(areas::assign)),
        route(Method::POST, "/areas/{area}/name", Region(Arrange), Object::Area, post(areas::rename_area)),
        route(Method::GET, "/intakes", Region(Read), Object::None, get(membership::show_intakes)),
        route(Method::GET, "/intakes/new", Region(Admit), Object::None, get(membership::show_application)),
        route(Method::POST, "/intakes/new", Region(Admit), Object::None, post(membership::apply)),
        route(Method::GET, "/facilities/{facility}/membership", SignedIn(Read), Object::Facility, get(membership::show_membership)),
        route(Method::POST, "/facilities/{facility}/membership", Region(Admit), Object::Facility, post(membership::act))
            .at_any()
            .stepped_up(),
        route(Method::GET, "/letters", Region(Read), Object::None, get(letters::show_letters)),
        route(Method::POST, "/letters/noted", Region(Restore), Object::None, post(letters::note_letters)),
        route(Method::GET, "/rules", SignedIn(Read), Object::None, get(rules::show_rules)),
    ]
}

/// A facility: today, devices, codes, self-check, own rules.
fn of_facilities() -> Vec<Route> {
    use Access::{Region, SignedIn};
    use Right::{Attest, DecideRules, Enrol, Export, FileRules, Read, Retire};
    vec![
        route(Method::GET, "/facilities/{facility}", SignedIn(Read), Object::Facility, get(places::show_facility)),
        route(Method::GET, "/facilities/{facility}/today", SignedIn(Read), Object::Facility, get(today::show_today)),
        route(Method::GET, "/facilities/{facility}/devices", SignedIn(Read), Object::Facility, get(listed::show_listed)),
        route(Method::GET, "/facilities/{facility}/export", SignedIn(Export), Object::Facility, get(export::show_devices)).stepped_up(),
        route(Method::GET, "/facilities/{facility}/devices.csv", SignedIn(Export), Object::Facility, get(export::export_devices))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/papers.csv", SignedIn(Export), Object::Facility, get(handed::export_papers))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/people.csv", SignedIn(Export), Object::Facility, get(handed::export_people))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/ledger", SignedIn(Read), Object::Facility, get(ledger::show_ledger)),
        route(Method::GET, "/facilities/{facility}/ledger.csv", SignedIn(Export), Object::Facility, get(ledger::export_ledger))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/ledger/new", SignedIn(Retire), Object::Facility, get(ledger::show_new)),
        route(Method::POST, "/facilities/{facility}/ledger/new", SignedIn(Retire), Object::Facility, post(ledger::enter)),
        route(Method::GET, "/facilities/{facility}/evidence", SignedIn(Export), Object::Facility, get(evidence::show_evidence))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/evidence.zip", SignedIn(Export), Object::Facility, get(evidence::export_evidence))
            .stepped_up(),
        route(Method::GET, "/facilities/{facility}/codes", SignedIn(Read), Object::Facility, get(enrolment::show_codes)),
        route(Method::POST, "/facilities/{facility}/codes", SignedIn(Enrol), Object::Facility, post(enrolment::issue_code)),
        route(Method::GET, "/facilities/{facility}/codes/issued", SignedIn(Read), Object::Facility, get(enrolment::show_issued_code)),
        route(Method::GET, "/facilities/{facility}/pending", SignedIn(Read), Object::Facility, get(enrolment::show_pending)),
        route(Method::GET, "/facilities/{facility}/self-check", SignedIn(Read), Object::Facility, get(self_check::show_self_check)),
        route(Method::POST, "/facilities/{facility}/self-check", SignedIn(Attest), Object::Facility, post(self_check::answer_self_check))
            .while_taking_part(),
        route(Method::GET, "/facilities/{facility}/own-rules", SignedIn(Read), Object::Facility, get(own_rules::show)),
        route(Method::POST, "/facilities/{facility}/own-rules", SignedIn(FileRules), Object::Facility, post(own_rules::file)).at_any(),
        route(Method::POST, "/facilities/{facility}/own-rules/withdraw", SignedIn(FileRules), Object::Facility, post(own_rules::withdraw))
            .while_taking_part(),
        route(Method::POST, "/facilities/{facility}/own-rules/decide", Region(DecideRules), Object::Facility, post(own_rules::decide))
            .stepped_up(),
    ]
}

/// A device, and an enrolment code.
fn of_devices() -> Vec<Route> {
    use Access::SignedIn;
    use Right::{Custody, Enrol, Read, Retire};
    vec![
        route(Method::POST, "/codes/{code}/revoke", SignedIn(Enrol), Object::Code, post(enrolment::revoke_code)).while_taking_part(),
        route(Method::GET, "/devices/{device}", SignedIn(Read), Object::Device, get(device::show_device)),
        route(Method::POST, "/devices/{device}/confirm", SignedIn(Enrol), Object::Device, post(device::confirm_device)),
        route(Method::POST, "/devices/{device}/refuse", SignedIn(Enrol), Object::Device, post(device::refuse_device)).while_taking_part(),
        route(Method::POST, "/devices/{device}/alerts/close", SignedIn(Enrol), Object::Device, post(alerts::close_alert))
            .while_taking_part(),
        route(Method::GET, "/devices/{device}/retire", SignedIn(Retire), Object::Device, get(retire::show_retire)),
        route(Method::POST, "/devices/{device}/retire", SignedIn(Retire), Object::Device, post(retire::retire_device)).while_taking_part(),
        route(Method::GET, "/devices/{device}/card", SignedIn(Retire), Object::Device, get(ledger::show_card)),
        route(Method::POST, "/devices/{device}/card", SignedIn(Retire), Object::Device, post(ledger::keep)).while_taking_part(),
        route(Method::GET, "/devices/{device}/sort", SignedIn(Retire), Object::Device, get(sort::show_sort)),
        route(Method::POST, "/devices/{device}/sort", SignedIn(Retire), Object::Device, post(sort::reclassify)).while_taking_part(),
        route(Method::GET, "/devices/{device}/lost", SignedIn(Custody), Object::Device, get(loss::show_lost)),
        route(Method::POST, "/devices/{device}/lost", SignedIn(Custody), Object::Device, post(loss::mark_lost)).while_taking_part(),
        route(Method::GET, "/devices/{device}/found", SignedIn(Custody), Object::Device, get(loss::show_found)),
        route(Method::POST, "/devices/{device}/found", SignedIn(Custody), Object::Device, post(loss::reclaim))
            .while_taking_part()
            .stepped_up(),
    ]
}

/// Papers, and what comes with them.
fn of_papers() -> Vec<Route> {
    use Access::{Public, Region, SignedIn};
    use Right::{FilePapers, HandlePapers, Read};
    vec![
        route(Method::GET, "/facilities/{facility}/papers", SignedIn(Read), Object::Facility, get(papers::show_papers)),
        route(Method::GET, "/facilities/{facility}/papers/new", SignedIn(HandlePapers), Object::Facility, get(papers::show_new)),
        route(Method::POST, "/facilities/{facility}/papers/new", SignedIn(HandlePapers), Object::Facility, post(papers::file_paper))
            .at_any(),
        route(Method::GET, "/facilities/{facility}/papers/blank", SignedIn(Read), Object::Facility, get(papers::show_blank)),
        route(Method::GET, "/facilities/{facility}/links", SignedIn(Read), Object::Facility, get(papers::show_links)),
        route(Method::POST, "/facilities/{facility}/links", SignedIn(FilePapers), Object::Facility, post(papers::change_link)).at_any(),
        route(Method::GET, "/facilities/{facility}/links/issued", SignedIn(FilePapers), Object::Facility, get(papers::show_link)),
        route(Method::GET, "/facilities/{facility}/personal-devices", SignedIn(Read), Object::Facility, get(papers::show_policy)),
        route(
            Method::POST,
            "/facilities/{facility}/personal-devices",
            SignedIn(HandlePapers),
            Object::Facility,
            post(papers::decide_policy),
        )
        .at_any(),
        route(Method::GET, "/apply/{secret}", Public, Object::None, get(papers::show_apply)),
        route(Method::POST, "/apply/{secret}", Public, Object::None, post(papers::apply)),
        route(Method::GET, "/application/{secret}", Public, Object::None, get(papers::show_application)),
        route(Method::POST, "/application/{secret}/address", Public, Object::None, post(papers::prove_address)),
        route(Method::POST, "/application/{secret}/withdraw", Public, Object::None, post(papers::withdraw_application)),
        route(Method::GET, "/application/{secret}/edit", Public, Object::None, get(papers::show_correction)),
        route(Method::POST, "/application/{secret}/edit", Public, Object::None, post(papers::correct_application)),
        route(Method::GET, "/decisions", Region(Read), Object::None, get(papers::show_decisions)),
        route(Method::GET, "/incidents", Region(Read), Object::None, get(papers::show_incidents)),
        route(Method::GET, "/measures", Region(Read), Object::None, get(papers::show_measures)),
        route(Method::GET, "/papers/{paper}", SignedIn(Read), Object::Paper, get(papers::show_paper)),
        route(Method::POST, "/papers/{paper}/act", SignedIn(HandlePapers), Object::Paper, post(papers::act_on_paper)).at_any(),
        route(Method::GET, "/papers/{paper}/edit", SignedIn(FilePapers), Object::Paper, get(papers::show_edit)),
        route(Method::POST, "/papers/{paper}/edit", SignedIn(FilePapers), Object::Paper, post(papers::file_again)).at_any(),
        route(Method::POST, "/papers/{paper}/code", SignedIn(FilePapers), Object::Paper, post(papers::issue_personal_code)),
        route(Method::POST, "/papers/{paper}/files", SignedIn(FilePapers), Object::Paper, post(papers::attach_file)).while_taking_part(),
        route(Method::GET, "/papers/{paper}/files/{file}", SignedIn(Read), Object::Paper, get(papers::open_file)),
        route(Method::POST, "/papers/{paper}/files/{file}/remove", SignedIn(FilePapers), Object::Paper, post(papers::remove_file))
            .while_taking_part(),
        route(Method::GET, "/papers/{paper}/print", SignedIn(Read), Object::Paper, get(papers::show_print)),
    ]
}

/// 利用者の名簿, pledges and trainings.
fn of_staff() -> Vec<Route> {
    use Access::{Region, SignedIn};
    use Right::{KeepStaff, Read};
    let at = |method, path, right, handler| route(method, path, SignedIn(right), Object::Facility, handler);
    vec![
        route(Method::GET, "/staff", Region(Read), Object::None, get(staff::show_region)),
        at(Method::GET, "/facilities/{facility}/staff", Read, get(staff::show_staff)),
        at(Method::POST, "/facilities/{facility}/staff/review", KeepStaff, post(staff::review)),
        at(Method::GET, "/facilities/{facility}/staff/new", KeepStaff, get(staff::show_new)),
        at(Method::POST, "/facilities/{facility}/staff/new", KeepStaff, post(staff::register)),
        at(Method::GET, "/facilities/{facility}/staff/pledges", KeepStaff, get(staff::show_pledges)),
        at(Method::POST, "/facilities/{facility}/staff/pledges", KeepStaff, post(staff::note_pledges)),
        at(Method::POST, "/facilities/{facility}/staff/pledges/edition", KeepStaff, post(staff::set_edition)),
        at(Method::GET, "/facilities/{facility}/staff/training", KeepStaff, get(staff::show_training)),
        at(Method::POST, "/facilities/{facility}/staff/training", KeepStaff, post(staff::note_training)),
        at(Method::POST, "/facilities/{facility}/staff/training/void", KeepStaff, post(staff::void_training)),
        at(Method::GET, "/facilities/{facility}/staff/import", KeepStaff, get(staff::show_import)),
        at(Method::POST, "/facilities/{facility}/staff/import", KeepStaff, post(staff::import)),
        at(Method::GET, "/facilities/{facility}/staff/print", KeepStaff, get(staff::show_print)),
        at(Method::GET, "/facilities/{facility}/staff/export", KeepStaff, get(staff::show_export)).stepped_up(),
        at(Method::GET, "/facilities/{facility}/staff.csv", KeepStaff, get(staff::export)).stepped_up(),
        at(Method::GET, "/facilities/{facility}/staff/{number}", KeepStaff, get(staff::show_member)),
        at(Method::POST, "/facilities/{facility}/staff/{number}/act", KeepStaff, post(staff::act)),
        at(Method::GET, "/facilities/{facility}/staff/{number}/edit", KeepStaff, get(staff::show_edit)),
        at(Method::POST, "/facilities/{facility}/staff/{number}/edit", KeepStaff, post(staff::correct)),
    ]
}

/// Pages of 災害時特例.
fn of_disaster() -> Vec<Route> {
    use Access::{Public, Region, SignedIn};
    use Right::{Exempt, ExemptLocally, Read};
    vec![
        route(Method::GET, "/disaster", Region(Read), Object::None, get(disaster::show_region)),
        route(Method::POST, "/disaster", Region(Exempt), Object::None, post(disaster::activate)).stepped_up(),
        route(Method::GET, "/disaster/{exception}", Region(Read), Object::Exception, get(disaster::show_file)),
        route(Method::POST, "/disaster/{exception}", Region(Exempt), Object::Exception, post(disaster::act)).stepped_up(),
        route(Method::GET, "/facilities/{facility}/disaster", SignedIn(Read), Object::Facility, get(disaster::show_facility)),
        route(Method::POST, "/facilities/{facility}/disaster", SignedIn(ExemptLocally), Object::Facility, post(disaster::act_locally))
            .at_any()
            .stepped_up(),
        route(Method::GET, "/disaster/paper", SignedIn(Read), Object::None, get(disaster::show_paper)),
        route(Method::GET, "/facilities/{facility}/disaster/let-in", SignedIn(Read), Object::Facility, get(disaster::show_let_in)),
        route(Method::POST, "/facilities/{facility}/disaster/let-in", SignedIn(ExemptLocally), Object::Facility, post(disaster::let_in))
            .at_any(),
        route(Method::POST, "/facilities/{facility}/disaster/clear", SignedIn(ExemptLocally), Object::Facility, post(disaster::clear))
            .while_taking_part(),
        route(Method::GET, "/facilities/{facility}/disaster/door", SignedIn(ExemptLocally), Object::Facility, get(disaster::show_door)),
        route(Method::POST, "/facilities/{facility}/disaster/door", SignedIn(ExemptLocally), Object::Facility, post(disaster::renew_door)),
        route(Method::GET, "/facilities/{facility}/disaster/gone", SignedIn(ExemptLocally), Object::Facility, get(disaster::show_gone)),
        route(Method::POST, "/facilities/{facility}/disaster/gone", SignedIn(ExemptLocally), Object::Facility, post(disaster::note_gone))
            .while_taking_part(),
        route(Method::GET, "/join/{secret}", Public, Object::None, get(disaster::show_join)),
        route(Method::POST, "/join/{secret}", Public, Object::None, post(disaster::join)),
    ]
}

/// 外部連携 of a facility and of the region.
fn of_connections() -> Vec<Route> {
    use Access::{Region, SignedIn};
    use Right::{Connect, ConnectLocally, Read};
    vec![
        route(Method::GET, "/connections", Region(Read), Object::None, get(connections::show_connections)),
        route(Method::GET, "/connections/issued", Region(Connect), Object::None, get(connections::show_issued)),
        route(Method::POST, "/connections/tokens", Region(Connect), Object::None, post(connections::make_token)).stepped_up(),
        route(Method::POST, "/connections/tokens/revoke", Region(Connect), Object::None, post(connections::revoke_token)).stepped_up(),
        route(Method::POST, "/connections/webhooks", Region(Connect), Object::None, post(connections::make_webhook)).stepped_up(),
        route(Method::POST, "/connections/webhooks/act", Region(Connect), Object::None, post(connections::act_on_webhook)).stepped_up(),
        route(
            Method::POST,
            "/facilities/{facility}/connections/webhooks",
            SignedIn(ConnectLocally),
            Object::Facility,
            post(connections::make_webhook),
        )
        .stepped_up(),
        route(
            Method::POST,
            "/facilities/{facility}/connections/webhooks/act",
            SignedIn(ConnectLocally),
            Object::Facility,
            post(connections::act_on_webhook),
        )
        .while_taking_part()
        .stepped_up(),
        route(Method::GET, "/facilities/{facility}/connections", SignedIn(Read), Object::Facility, get(connections::show_connections)),
        route(
            Method::GET,
            "/facilities/{facility}/connections/issued",
            SignedIn(ConnectLocally),
            Object::Facility,
            get(connections::show_issued),
        ),
        route(
            Method::POST,
            "/facilities/{facility}/connections/tokens",
            SignedIn(ConnectLocally),
            Object::Facility,
            post(connections::make_token),
        )
        .stepped_up(),
        route(
            Method::POST,
            "/facilities/{facility}/connections/tokens/revoke",
            SignedIn(ConnectLocally),
            Object::Facility,
            post(connections::revoke_token),
        )
        .while_taking_part()
        .stepped_up(),
    ]
}

/// お知らせ.
fn of_notices() -> Vec<Route> {
    use Access::{Region, SignedIn};
    use Right::{Acknowledge, Notify, Read};
    vec![
        route(Method::GET, "/notices", Region(Read), Object::None, get(notices::show_notices)),
        route(Method::POST, "/notices", Region(Notify), Object::None, post(notices::send_notice)),
        route(Method::GET, "/notices/new", Region(Notify), Object::None, get(notices::show_new)),
        route(Method::GET, "/notices/{notice}", Region(Read), Object::Notice, get(notices::show_notice)),
        route(Method::GET, "/notices/{notice}/correct", Region(Notify), Object::Notice, get(notices::show_correct)),
        route(Method::POST, "/notices/{notice}/correct", Region(Notify), Object::Notice, post(notices::correct_notice)),
        route(Method::POST, "/notices/{notice}/withdraw", Region(Notify), Object::Notice, post(notices::withdraw_notice)),
        route(Method::GET, "/facilities/{facility}/notices", SignedIn(Read), Object::Facility, get(notices::show_facility_notices)),
        route(Method::GET, "/facilities/{facility}/notices/{notice}", SignedIn(Read), Object::Facility, get(notices::show_facility_notice)),
        route(
            Method::POST,
            "/facilities/{facility}/notices/{notice}",
            SignedIn(Acknowledge),
            Object::Facility,
            post(notices::confirm_notice),
        )
        .while_taking_part(),
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

/// The router of the table. Layers, from the outside: compression, headers, visit (cookie, CSRF, error pages), guard (who, whose),
/// handler.
pub(super) fn router(web: Web) -> Router {
    let mut pages = Router::new();
    for Route { method, path, access, object, needs, at, handler } in table() {
        let guarded = Guard { web: web.clone(), method, access, object, needs, at };
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
        .merge(crate::http::api::router(&web))
        .layer(from_fn_with_state(web.clone(), headers::guard_browser))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESSION)))
        .with_state(web)
}
