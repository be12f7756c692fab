//! Acts that matter, driven by the one table of routes: each asks who is there once more when the last proof is ten minutes old.

use axum::http::Method;

use super::super::routes::{Needs, Route, table};
use super::isolation::{Actor, Things, allowed, call, right};
use super::world::World;
use crate::domain::people::Right;
use crate::domain::people::session::FRESH_S;

/// What is written out, and what decides who comes in or what holds in a region.
fn matters(route: &Route) -> bool {
    if [".csv", ".zip", "/export", "/evidence", "/reset"].iter().any(|end| route.path.ends_with(end)) {
        return true;
    }
    let Some(right) = right(route).filter(|_| route.method != Method::GET) else { return false };
    match right {
        Right::AppointLocally
        | Right::AllowDeputy
        | Right::AppointRegionally
        | Right::Exempt
        | Right::DecideRules
        | Right::Connect
        | Right::ConnectLocally
        | Right::Erase => true,
        Right::OwnAccount
        | Right::Read
        | Right::Export
        | Right::Enrol
        | Right::Attest
        | Right::Retire
        | Right::FilePapers
        | Right::HandlePapers
        | Right::Custody
        | Right::Restore
        | Right::FileRules
        | Right::ExemptLocally
        | Right::Arrange
        | Right::Admit
        | Right::KeepStaff
        | Right::Notify
        | Right::Acknowledge => false,
    }
}

#[test]
fn every_route_that_writes_out_or_gives_roles_or_links_asks_for_a_fresh_proof() {
    let table = table();
    let matter: Vec<&Route> = table.iter().filter(|route| matters(route)).collect();
    assert!(matter.len() >= 25, "{}", matter.len());
    for route in matter {
        assert_eq!(route.needs, Needs::StepUp, "{} {}", route.method, route.path);
    }
}

/// Entries of the operation log.
async fn entries(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM log_entry").fetch_one(world.store.read()).await.expect("reads")
}

#[tokio::test]
async fn with_an_old_proof_such_an_act_leads_to_a_new_one_and_does_nothing() {
    let world = World::new().await;
    let mut actors = Actor::all(&world).await;
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    world.clock.advance(FRESH_S);
    let (before, mut asked) = (entries(&world).await, 0);
    for route in table().iter().filter(|route| route.needs == Needs::StepUp) {
        for actor in &mut actors {
            let page = call(&mut actor.browser, route, &own.path(route)).await;
            let case = format!("{:?} of {:?}: {} {} answered {}", actor.role, actor.scope, route.method, route.path, page.code);
            if allowed(route).contains(&actor.role) && (page.code, actor.is_regional()) != (404, false) {
                assert!(page.code == 303 && page.location.is_some_and(|to| to.starts_with("/step-up?next=")), "{case}");
                asked += 1;
            } else {
                assert!(matches!(page.code, 403 | 404), "{case}");
            }
        }
    }
    assert!(asked >= 100, "{asked}");
    assert_eq!(entries(&world).await, before, "nothing was done");
}
