//! What no page tells, driven by the one table of routes: of another facility's or region's objects nothing, and of a person's own
//! device, to the 事務局 and to auditors, nothing but how it stands. A page that is new in the table is read here by itself.

use axum::http::Method;
use hashimori_shared::report::sample;

use super::super::routes::{Access, Route, table};
use super::isolation::{Actor, Things, call};
use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::people::Role;

fn read_by_people(route: &Route) -> bool {
    route.method == Method::GET && matches!(route.access, Access::SignedIn(_) | Access::Region(_))
}

#[tokio::test]
async fn no_page_shows_anything_of_another_region_or_to_a_facility_of_another_facility() {
    let world = World::new().await;
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    let neighbours = Things::of(&world, world.region, world.neighbour, "jiro").await;
    let foreign = Things::of(&world, world.other_region, world.foreign, "saburo").await;
    let mut actors = Actor::all(&world).await;
    let mut read = 0;
    for route in table().iter().filter(|route| read_by_people(route)) {
        for actor in &mut actors {
            let page = call(&mut actor.browser, route, &own.path(route)).await;
            if page.code != 200 {
                continue;
            }
            read += 1;
            let mut hidden: Vec<&str> = foreign.own().into_iter().chain([foreign.exception(), "仮想圏域", "みなと仮想"]).collect();
            if !actor.is_regional() {
                hidden.extend(neighbours.own().into_iter().chain(["もみじ架空"]));
            }
            for id in hidden {
                assert!(!page.body.contains(id), "{:?} of {:?} reads {id} on {}", actor.role, actor.scope, route.path);
            }
        }
    }
    assert!(read >= 200, "only {read} pages were read");
}

#[tokio::test]
async fn no_page_tells_the_secretariat_or_an_auditor_what_a_personal_device_is_called_or_told() {
    let world = World::new().await;
    let mut own = Things::of(&world, world.region, world.facility, "ichiro").await;
    let id = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    let flooded = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    world.confirm(world.facility, flooded).await;
    world.activate(world.region, false).await;
    let waiting = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    world.add_paper(world.region, world.facility, Some(id), "見本 看護師").await;
    world.add_paper(world.region, world.facility, Some(waiting), "見本 看護師").await;
    let mut actors = Actor::all(&world).await;
    // The facility's own people look at it, answer for it, note its loss and another's, and take a third out of use.
    for actor in actors.iter_mut().filter(|actor| actor.role == Role::Administrator) {
        actor.browser.get(&format!("/devices/{id}")).await.status(200).says("太郎のスマホ");
        let (own, gone) = (format!("/facilities/{}/self-check", world.facility), format!("/facilities/{}/disaster/gone", world.facility));
        let (checked, gone_at) = (id.to_string(), flooded.to_string());
        actor.browser.get(&own).await.status(200);
        let said = [("for", "some"), ("device", checked.as_str()), ("grade", "person"), ("§20-6.no_copies", "yes"), ("note", "太郎に確認")];
        actor.browser.submit(&own, &said).await.status(303);
        actor.browser.get(&own).await.says("太郎に確認");
        actor.browser.get(&gone).await.says("太郎のスマホ");
        actor.browser.submit(&gone, &[("how", "flooded"), ("why", "太郎の車ごと"), ("device", &gone_at)]).await.redirects_to(&gone);
        let lost = actor.browser.get(&format!("/devices/{id}/lost")).await;
        let typed = [("at", lost.joined("at")), ("why", "太郎の鞄ごと".to_owned())];
        let typed: Vec<_> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        actor.browser.submit(&format!("/devices/{id}/lost"), &typed).await.status(303);
        actor.browser.submit(&format!("/devices/{waiting}/retire"), &[("why", "買い替えのため")]).await.status(303);
    }
    world.clock.advance(60);
    let mut told = 0;
    let reported: Vec<String> =
        sqlx::query_scalar("SELECT id FROM paper WHERE kind = 'incident'").fetch_all(world.store.read()).await.expect("reads");
    assert_eq!(reported.len(), 2);
    for (device, paper) in [(id, &reported[0]), (flooded, &reported[1]), (waiting, &reported[0])] {
        own.device = device.to_string();
        own.paper.clone_from(paper);
        for route in table().iter().filter(|route| read_by_people(route)) {
            for actor in &mut actors {
                let page = call(&mut actor.browser, route, &own.path(route)).await;
                let tells = page.code == 200 && ["太郎", "p5w8"].iter().any(|fact| page.body.contains(fact));
                if actor.role.sees_facts(Ownership::Personal) {
                    told += u32::from(tells);
                } else {
                    assert!(!tells, "{:?} of {:?} reads of it on {}:\n{}", actor.role, actor.scope, route.path, page.text());
                }
            }
        }
    }
    assert!(told >= 12, "those at the facility read of it on {told} pages only");
}
