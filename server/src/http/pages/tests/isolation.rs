//! Isolation, driven by the one table of routes: every route × every role × own, other facility's, other region's and no object.

use axum::http::Method;

use super::super::routes::{Access, Object, Route, table};
use super::browser::{Browser, Page};
use super::world::World;
use crate::domain::ids::{FacilityId, RegionId};

/// One object of each kind, all of one facility.
struct Things {
    facility: String,
    device: String,
    code: String,
    person: String,
}

impl Things {
    async fn of(world: &World, region: RegionId, facility: FacilityId, login: &str) -> Self {
        Self {
            person: world.add_person(region, facility, login).await.to_string(),
            facility: facility.to_string(),
            device: world.add_device(region, facility, "見本機").await.to_string(),
            code: world.add_code(region, facility).await.to_string(),
        }
    }

    fn path(&self, route: &Route) -> String {
        route
            .path
            .replace("{facility}", &self.facility)
            .replace("{device}", &self.device)
            .replace("{code}", &self.code)
            .replace("{person}", &self.person)
            .replace("{secret}", "AAAA")
            .replace("{provider}", "01900000-0000-7000-8000-000000000000")
    }
}

async fn call(browser: &mut Browser, route: &Route, path: &str) -> Page {
    if route.path == "/facilities/{facility}/devices" {
        browser.get(&format!("{path}?is=silent")).await
    } else if route.method == Method::GET {
        browser.get(path).await
    } else {
        // A token of the present session: isolation must not rest on the forgery check.
        browser.get("/sign-in").await.status(200);
        browser
            .submit(
                path,
                &[
                    ("uses", "1"),
                    ("hours", "24"),
                    ("login", "x"),
                    ("password", "x"),
                    ("code", "x"),
                    ("again", "x"),
                    ("session", "x"),
                    ("kind", "copied"),
                    ("times", "1"),
                ],
            )
            .await
    }
}

#[tokio::test]
async fn what_is_not_within_ones_scope_answers_exactly_like_what_does_not_exist() {
    let world = World::new().await;
    let random_id = || world.random.uuid(super::world::MORNING).to_string();
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    let neighbours = Things::of(&world, world.region, world.neighbour, "jiro").await;
    let foreign = Things::of(&world, world.other_region, world.foreign, "saburo").await;
    let nothing = Things { facility: random_id(), device: random_id(), code: random_id(), person: random_id() };
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;

    for route in table().iter().filter(|r| r.object != Object::None) {
        for (browser, role, hidden) in [
            (&mut administrator, "administrator", vec![("neighbour's", &neighbours), ("other region's", &foreign)]),
            (&mut secretariat, "secretariat", vec![("other region's", &foreign)]),
        ] {
            let absent = call(browser, route, &nothing.path(route)).await;
            absent.status(404);
            for (whose, things) in hidden {
                let page = call(browser, route, &things.path(route)).await;
                let case = format!("{role}: {} {} of {whose}", route.method, route.path);
                assert_eq!((page.code, &page.body), (absent.code, &absent.body), "{case}");
            }
        }
        for (is_secretariat, things) in [(true, &own), (false, &own), (true, &neighbours)] {
            if !is_secretariat && route.access == Access::Secretariat {
                call(&mut administrator, route, &things.path(route)).await.status(404);
                continue;
            }
            let browser = if is_secretariat { &mut secretariat } else { &mut administrator };
            let page = call(browser, route, &things.path(route)).await;
            let answered = matches!(page.code, 200 | 303 | 409 | 422);
            assert!(answered, "{} {} in scope answered {}", route.method, route.path, page.code);
        }
    }
    assert_eq!(world.standing(&foreign.device).await.as_deref(), Some("pending"), "nobody of another region decided on it");
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
            (Access::Setup, _) => assert_eq!(page.code, 404, "{path}"),
            (Access::SignedIn | Access::Secretariat, "GET") => assert!(page.location.is_some_and(|l| l.starts_with("/sign-in")), "{path}"),
            (Access::SignedIn | Access::Secretariat, _) => assert_eq!(page.code, 403, "{path}"),
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
