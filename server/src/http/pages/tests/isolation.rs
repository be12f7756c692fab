//! Isolation, driven by the one table of routes: every route × every role × own, other facility's, other region's and no object.
//! Who may do what stands here once more, in full, so that a right given away by mistake fails a test.

use std::collections::BTreeSet;

use axum::http::Method;

use super::super::routes::{Access, Object, Route, table};
use super::browser::{Browser, Page};
use super::world::World;
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::notice::Reach;
use crate::domain::people::Role::{self, Administrator, Auditor, Deputy, Head, Secretariat};
use crate::domain::people::{Right, Scope};

const AT_FACILITY: &[Role] = &[Head, Administrator, Deputy];
const ENROL: &[Role] = &[Secretariat, Head, Administrator, Deputy];
const APPOINT: &[Role] = &[Secretariat, Head];
const REGION: &[Role] = &[Secretariat];

/// Every act behind sign-in but those on the own account, and who may do it.
const ACTS: &[(&str, &[Role])] = &[
    ("/accounts/{person}/reset", REGION),
    ("/accounts/{person}/erase", REGION),
    ("/accounts/appoint", REGION),
    ("/accounts/end", REGION),
    ("/letters/noted", REGION),
    ("/intakes/new", REGION),
    ("/facilities/{facility}/membership", REGION),
    ("/facilities/{facility}/codes", ENROL),
    ("/codes/{code}/revoke", ENROL),
    ("/devices/{device}/confirm", ENROL),
    ("/devices/{device}/refuse", ENROL),
    ("/devices/{device}/alerts/close", ENROL),
    ("/devices/{device}/retire", AT_FACILITY),
    ("/devices/{device}/sort", AT_FACILITY),
    ("/devices/{device}/card", AT_FACILITY),
    ("/facilities/{facility}/ledger/new", AT_FACILITY),
    ("/devices/{device}/lost", ENROL),
    ("/devices/{device}/found", ENROL),
    ("/notices", REGION),
    ("/notices/{notice}/correct", REGION),
    ("/notices/{notice}/withdraw", REGION),
    ("/facilities/{facility}/notices/{notice}", AT_FACILITY),
    ("/areas", REGION),
    ("/areas/{area}", REGION),
    ("/areas/{area}/name", REGION),
    ("/facilities/{facility}/self-check", AT_FACILITY),
    ("/facilities/{facility}/papers/new", ENROL),
    ("/facilities/{facility}/links", AT_FACILITY),
    ("/facilities/{facility}/personal-devices", ENROL),
    ("/papers/{paper}/act", ENROL),
    ("/papers/{paper}/code", AT_FACILITY),
    ("/papers/{paper}/edit", AT_FACILITY),
    ("/papers/{paper}/files", AT_FACILITY),
    ("/papers/{paper}/files/{file}/remove", AT_FACILITY),
    ("/facilities/{facility}/own-rules", AT_FACILITY),
    ("/facilities/{facility}/own-rules/withdraw", AT_FACILITY),
    ("/facilities/{facility}/own-rules/decide", REGION),
    ("/facilities/{facility}/staff/review", AT_FACILITY),
    ("/facilities/{facility}/staff/new", AT_FACILITY),
    ("/facilities/{facility}/staff/import", AT_FACILITY),
    ("/facilities/{facility}/staff/pledges", AT_FACILITY),
    ("/facilities/{facility}/staff/pledges/edition", AT_FACILITY),
    ("/facilities/{facility}/staff/training", AT_FACILITY),
    ("/facilities/{facility}/staff/training/void", AT_FACILITY),
    ("/facilities/{facility}/staff/{number}/act", AT_FACILITY),
    ("/facilities/{facility}/staff/{number}/edit", AT_FACILITY),
    ("/disaster", REGION),
    ("/disaster/{exception}", REGION),
    ("/facilities/{facility}/disaster", AT_FACILITY),
    ("/facilities/{facility}/disaster/let-in", AT_FACILITY),
    ("/facilities/{facility}/disaster/clear", AT_FACILITY),
    ("/facilities/{facility}/disaster/door", AT_FACILITY),
    ("/facilities/{facility}/disaster/gone", AT_FACILITY),
    ("/facilities/{facility}/people/appoint", APPOINT),
    ("/facilities/{facility}/people/end", APPOINT),
    ("/facilities/{facility}/people/deputy", APPOINT),
    ("/connections/tokens", REGION),
    ("/connections/tokens/revoke", REGION),
    ("/facilities/{facility}/connections/tokens", AT_FACILITY),
    ("/facilities/{facility}/connections/tokens/revoke", AT_FACILITY),
    ("/connections/webhooks", REGION),
    ("/connections/webhooks/act", REGION),
    ("/facilities/{facility}/connections/webhooks", AT_FACILITY),
    ("/facilities/{facility}/connections/webhooks/act", AT_FACILITY),
];

/// Pages that not everybody reads within whose scope they lie: those of acts.
const PAGES: &[(&str, &[Role])] = &[
    ("/notices/new", REGION),
    ("/notices/{notice}/correct", REGION),
    ("/accounts/issued", REGION),
    ("/accounts/appoint", REGION),
    ("/intakes/new", REGION),
    ("/devices/{device}/retire", AT_FACILITY),
    ("/facilities/{facility}/papers/new", ENROL),
    ("/facilities/{facility}/links/issued", AT_FACILITY),
    ("/papers/{paper}/edit", AT_FACILITY),
    ("/facilities/{facility}/staff/new", AT_FACILITY),
    ("/facilities/{facility}/staff/pledges", AT_FACILITY),
    ("/facilities/{facility}/staff/training", AT_FACILITY),
    ("/facilities/{facility}/staff/import", AT_FACILITY),
    ("/facilities/{facility}/staff/print", AT_FACILITY),
    ("/facilities/{facility}/staff/export", AT_FACILITY),
    ("/facilities/{facility}/staff.csv", AT_FACILITY),
    ("/facilities/{facility}/staff/{number}", AT_FACILITY),
    ("/facilities/{facility}/staff/{number}/edit", AT_FACILITY),
    ("/facilities/{facility}/disaster/door", AT_FACILITY),
    ("/facilities/{facility}/disaster/gone", AT_FACILITY),
    ("/devices/{device}/card", AT_FACILITY),
    ("/facilities/{facility}/ledger/new", AT_FACILITY),
    ("/devices/{device}/sort", AT_FACILITY),
    ("/devices/{device}/lost", ENROL),
    ("/devices/{device}/found", ENROL),
    ("/facilities/{facility}/people/appoint", APPOINT),
    ("/facilities/{facility}/people/issued", APPOINT),
    ("/connections/issued", REGION),
    ("/facilities/{facility}/connections/issued", AT_FACILITY),
];

pub(super) fn right(route: &Route) -> Option<Right> {
    match route.access {
        Access::Public | Access::Setup => None,
        Access::SignedIn(right) | Access::Region(right) => Some(right),
    }
}

fn is_own(route: &Route) -> bool {
    right(route) == Some(Right::OwnAccount)
}

pub(super) fn allowed(route: &Route) -> &'static [Role] {
    let listed = if route.method == Method::GET { PAGES } else { ACTS };
    listed.iter().find(|(path, _)| *path == route.path).map_or(&Role::ALL, |(_, roles)| *roles)
}

/// One object of each kind, all of one facility.
pub(super) struct Things {
    pub(super) facility: String,
    pub(super) device: String,
    code: String,
    person: String,
    pub(super) paper: String,
    exception: String,
    notice: String,
    area: String,
    number: String,
    file: String,
}

impl Things {
    pub(super) async fn of(world: &World, region: RegionId, facility: FacilityId, login: &str) -> Self {
        let paper = world.add_paper(region, facility, None, "見本 看護師").await;
        Self {
            exception: world.add_exception(region).await.to_string(),
            notice: world.add_notice(region, Reach::Facilities(vec![facility])).await.to_string(),
            person: world.add_person(region, facility, login).await.to_string(),
            facility: facility.to_string(),
            device: world.add_device(region, facility, "見本機").await.to_string(),
            code: world.add_code(region, facility).await.to_string(),
            paper: paper.to_string(),
            file: world.add_file(paper).await.to_string(),
            area: world.add_area(region, login, &[facility]).await.to_string(),
            number: world.add_member(region, facility, "見本 看護師").await.to_string(),
        }
    }

    pub(super) fn path(&self, route: &Route) -> String {
        route
            .path
            .replace("{facility}", &self.facility)
            .replace("{device}", &self.device)
            .replace("{code}", &self.code)
            .replace("{person}", &self.person)
            .replace("{paper}", &self.paper)
            .replace("{exception}", &self.exception)
            .replace("{notice}", &self.notice)
            .replace("{area}", &self.area)
            .replace("{number}", &self.number)
            .replace("{file}", &self.file)
            .replace("{secret}", "AAAA")
            .replace("{provider}", "01900000-0000-7000-8000-000000000000")
    }

    /// Ids of what belongs to its facility alone.
    pub(super) fn own(&self) -> [&str; 7] {
        [&self.facility, &self.device, &self.code, &self.person, &self.paper, &self.notice, &self.area]
    }

    /// Id of what may hold in the whole region.
    pub(super) fn exception(&self) -> &str {
        &self.exception
    }
}

pub(super) async fn call(browser: &mut Browser, route: &Route, path: &str) -> Page {
    if route.path == "/facilities/{facility}/devices" {
        browser.get(&format!("{path}?is=silent")).await
    } else if route.method == Method::GET {
        browser.get(path).await
    } else {
        // A token of the present session: isolation must not rest on the forgery check.
        browser.get("/sign-in").await.status(200);
        let fields = ["login", "password", "code", "again", "session", "person", "who"].map(|name| (name, "x")).into_iter().chain([
            ("uses", "1"),
            ("hours", "24"),
            ("kind", "copied"),
            ("times", "1"),
        ]);
        browser.submit(path, &fields.collect::<Vec<_>>()).await
    }
}

/// Somebody of each role and place, signed in.
pub(super) struct Actor {
    pub(super) browser: Browser,
    pub(super) role: Role,
    pub(super) scope: Scope,
}

impl Actor {
    pub(super) async fn all(world: &World) -> Vec<Self> {
        world.allow_deputies(world.facility).await;
        let mut actors = Vec::new();
        for (role, facility, login) in [
            (Secretariat, None, "jimukyoku"),
            (Auditor, None, "etsuran"),
            (Head, Some(world.facility), "shocho"),
            (Administrator, Some(world.facility), "hanako"),
            (Deputy, Some(world.facility), "daiko"),
            (Auditor, Some(world.facility), "kansa"),
        ] {
            let (browser, _) = world.signed_in_as(role, world.region, facility, login).await;
            let scope = facility.map_or(Scope::Region(world.region), |facility| Scope::Facility(world.region, facility));
            actors.push(Self { browser, role, scope });
        }
        actors
    }

    pub(super) fn is_regional(&self) -> bool {
        matches!(self.scope, Scope::Region(_))
    }
}

#[test]
fn every_act_of_the_table_is_named_with_its_roles_and_an_auditor_has_none() {
    let table = table();
    let acts: BTreeSet<&str> =
        table.iter().filter(|r| r.method != Method::GET && right(r).is_some() && !is_own(r)).map(|r| r.path).collect();
    let named: BTreeSet<&str> = ACTS.iter().map(|(path, _)| *path).collect();
    assert_eq!(named, acts, "a route must say here who may call it");
    assert_eq!(named.len(), ACTS.len());
    assert!(ACTS.iter().all(|(_, roles)| !roles.contains(&Auditor)));
    for (path, _) in PAGES {
        assert!(table.iter().any(|r| r.method == Method::GET && r.path == *path), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_within_ones_scope_answers_exactly_like_what_does_not_exist() {
    let world = World::new().await;
    let random_id = || world.random.uuid(super::world::MORNING).to_string();
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    let neighbours = Things::of(&world, world.region, world.neighbour, "jiro").await;
    let foreign = Things::of(&world, world.other_region, world.foreign, "saburo").await;
    let nothing = Things {
        facility: random_id(),
        device: random_id(),
        code: random_id(),
        person: random_id(),
        paper: random_id(),
        exception: random_id(),
        notice: random_id(),
        area: random_id(),
        number: "1".to_owned(),
        file: "1".to_owned(),
    };
    let mut actors = Actor::all(&world).await;

    for route in table().iter().filter(|r| r.object != Object::None) {
        for actor in &mut actors {
            let absent = call(&mut actor.browser, route, &nothing.path(route)).await;
            absent.status(404);
            let hidden = if actor.is_regional() { vec![&foreign] } else { vec![&neighbours, &foreign] };
            for things in hidden {
                let page = call(&mut actor.browser, route, &things.path(route)).await;
                let case = format!("{:?} of {:?}: {} {}", actor.role, actor.scope, route.method, route.path);
                assert_eq!((page.code, page.without_tokens()), (absent.code, absent.without_tokens()), "{case}");
            }
        }
    }
    assert_eq!(world.standing(&foreign.device).await.as_deref(), Some("pending"), "nobody of another region decided on it");
    assert_eq!(world.standing(&neighbours.device).await.as_deref(), Some("pending"));
    assert_eq!(world.standing(&own.device).await.as_deref(), Some("pending"));
}

#[tokio::test]
async fn within_ones_scope_a_role_does_what_it_may_and_is_refused_the_rest() {
    let world = World::new().await;
    let mut actors = Actor::all(&world).await;
    for (n, actor) in actors.iter_mut().enumerate() {
        let own = Things::of(&world, world.region, world.facility, &format!("ichiro{n}")).await;
        for route in table().iter().filter(|r| right(r).is_some() && !is_own(r)) {
            let page = call(&mut actor.browser, route, &own.path(route)).await;
            let case = format!("{:?} of {:?}: {} {} answered {}", actor.role, actor.scope, route.method, route.path, page.code);
            if matches!(route.access, Access::Region(_)) && !actor.is_regional() {
                assert_eq!(page.code, 404, "{case}");
            } else if allowed(route).contains(&actor.role) {
                assert!(matches!(page.code, 200 | 303 | 400 | 409 | 422), "{case}");
            } else {
                page.status(403).says("あなたの役割");
            }
        }
        let decided = world.standing(&own.device).await;
        assert_eq!(decided.as_deref() == Some("pending"), actor.role == Auditor, "{:?}: {decided:?}", actor.role);
    }
}

#[tokio::test]
async fn without_signing_in_only_public_pages_answer() {
    let world = World::new().await;
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    for route in table() {
        let mut stranger = Browser::new(&world.router);
        let path = own.path(&route);
        let page = call(&mut stranger, &route, &path).await;
        match (route.access, route.method.as_str()) {
            (Access::Public, _) => assert!(!matches!(page.code, 401 | 403 | 500), "{path}: {}", page.code),
            (Access::Setup, _) => assert_eq!(page.code, if route.method == Method::GET { 404 } else { 303 }, "{path}"),
            (Access::SignedIn(_) | Access::Region(_), "GET") => assert!(page.location.is_some_and(|l| l.starts_with("/sign-in")), "{path}"),
            (Access::SignedIn(_) | Access::Region(_), _) => assert_eq!(page.code, 403, "{path}"),
        }
    }
    assert_eq!(world.standing(&own.device).await.as_deref(), Some("pending"));
}

#[tokio::test]
async fn a_form_without_its_token_is_refused_on_every_route_that_changes_something() {
    let world = World::new().await;
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    for route in table().iter().filter(|r| r.method != Method::GET) {
        let page = administrator.post(&own.path(route), &[("uses", "1"), ("hours", "24")]).await;
        assert_eq!(page.code, 403, "{}", route.path);
    }
    assert_eq!(world.standing(&own.device).await.as_deref(), Some("pending"));
}
