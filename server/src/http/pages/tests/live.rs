//! Pages that renew themselves: asked again they say nothing for as long as nothing has changed, and keep nobody signed in.

use hashimori_shared::report::sample;

use super::browser::Browser;
use super::world::{MORNING, World};
use crate::domain::device::Standing;
use crate::domain::people::Role;
use crate::domain::people::session::IDLE_S;

/// Whether the page, as it was opened, still holds.
async fn holds(browser: &mut Browser, path: &str, revision: &str) -> bool {
    let page = browser.ask_again(path, revision).await;
    if page.code == 304 {
        assert!(page.body.is_empty(), "{path}: {}", page.body);
        return true;
    }
    page.status(200);
    assert_ne!(page.revision(), revision, "{path}");
    false
}

#[tokio::test]
async fn a_page_that_renews_itself_hears_nothing_until_something_it_shows_has_changed() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let facility = format!("/facilities/{}", world.facility);
    let pages = [facility.clone(), format!("{facility}/today"), format!("{facility}/pending")];
    for path in &pages {
        let revision = administrator.get(path).await.revision();
        assert!(holds(&mut administrator, path, &revision).await, "{path}");
        // Somebody reads a page, and somebody else signs in: nothing to be told of.
        administrator.get(&format!("/devices/{id}")).await.status(200);
        world.signed_in_as(Role::Auditor, world.region, Some(world.neighbour), &format!("kansa{}", path.len())).await;
        world.add_device(world.region, world.neighbour, "隣の機器").await;
        assert!(holds(&mut administrator, path, &revision).await, "{path}: another facility's matters");
    }
    let mut last = administrator.get(&facility).await.revision();
    world.stand(world.facility, id, Standing::Active).await;
    assert!(!holds(&mut administrator, &facility, &last).await, "confirmed");
    last = administrator.get(&facility).await.revision();
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    assert!(!holds(&mut administrator, &facility, &last).await, "reported");
    for path in &pages {
        let revision = administrator.get(path).await.revision();
        world.stand(world.facility, id, Standing::Lost).await;
        world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
        assert!(!holds(&mut administrator, path, &revision).await, "{path}: a lost device was heard of");
        world.stand(world.facility, id, Standing::Active).await;
    }
    let revision = administrator.get(&facility).await.revision();
    administrator
        .submit(&format!("{facility}/codes"), &[("uses", "1"), ("hours", "1")])
        .await
        .redirects_to(&format!("{facility}/codes/issued"));
    assert!(!holds(&mut administrator, &facility, &revision).await, "an act");
}

#[tokio::test]
async fn the_overview_renews_itself_when_a_facility_of_the_region_changes_and_when_the_order_does() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let foreign = world.add_device(world.other_region, world.foreign, "よその機器").await;
    world.rank().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let revision = secretariat.get("/").await.revision();
    world.stand(world.foreign, foreign, Standing::Active).await;
    world.rank().await;
    assert!(holds(&mut secretariat, "/", &revision).await, "another region's matters");
    world.stand(world.facility, id, Standing::Active).await;
    assert!(!holds(&mut secretariat, "/", &revision).await);
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    let revision = secretariat.get("/").await.revision();
    assert!(holds(&mut secretariat, "/", &revision).await);
    world.rank().await;
    assert!(!holds(&mut secretariat, "/", &revision).await, "the list is in another order");
    let filtered = "/?state=non-compliant";
    let revision = secretariat.get(filtered).await.revision();
    assert!(holds(&mut secretariat, filtered, &revision).await);
}

#[tokio::test]
async fn a_page_that_renews_itself_on_an_empty_desk_does_not_keep_anybody_signed_in() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/today", world.facility);
    let revision = administrator.get(&path).await.revision();
    for _ in 0..IDLE_S / 300 - 1 {
        world.clock.advance(300);
        assert!(holds(&mut administrator, &path, &revision).await);
    }
    world.clock.advance(300);
    let page = administrator.ask_again(&path, &revision).await;
    assert!(page.code == 303 && page.location.is_some_and(|to| to.starts_with("/sign-in")));
}

#[tokio::test]
async fn who_may_not_see_a_page_learns_nothing_from_asking_whether_it_holds() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut neighbour, _) = world.signed_in(world.region, Some(world.neighbour), "jiro").await;
    for page in ["", "/today", "/pending"] {
        let path = format!("/facilities/{}{page}", world.facility);
        let revision = administrator.get(&path).await.revision();
        neighbour.ask_again(&path, &revision).await.status(404);
    }
}
