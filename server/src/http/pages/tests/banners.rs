//! 災害時特例 and drills on every page of the one table of routes, whoever looks at it.

use axum::http::Method;

use super::super::routes::{Access, table};
use super::browser::Browser;
use super::isolation::{Actor, Things, call, right};
use super::world::World;

#[tokio::test]
async fn an_exception_and_a_drill_stand_on_every_page_of_the_table_and_on_those_that_say_what_went_wrong() {
    let world = World::new().await;
    // A drill is among the things.
    let own = Things::of(&world, world.region, world.facility, "ichiro").await;
    world.activate(world.region, false).await;
    let (mut seen, mut wrong) = (0, 0);
    for actor in &mut Actor::all(&world).await {
        for route in table().iter().filter(|route| route.method == Method::GET && right(route).is_some()) {
            let page = call(&mut actor.browser, route, &own.path(route)).await;
            if !page.body.contains("<html") {
                continue;
            }
            (seen, wrong) = (seen + i32::from(page.code == 200), wrong + i32::from(page.code >= 400));
            let marked = page.body.contains("【緊急】") && page.body.contains("【訓練】");
            assert!(marked, "{:?} at {} ({}): {}", actor.role, route.path, page.code, page.body);
        }
    }
    assert!(seen > 200 && wrong > 50, "{seen} pages and {wrong} errors were looked at");
    for route in table().iter().filter(|route| route.method == Method::GET && route.access == Access::Public) {
        let page = call(&mut Browser::new(&world.router), route, &own.path(route)).await;
        if page.code == 200 && page.body.contains("<html") {
            assert!(page.body.contains("【緊急】"), "{}: {}", route.path, page.body);
        }
    }
}
