//! What a person must look at stands on the pages of facility, device and region until somebody says that they have looked.

use hashimori_shared::report::sample;

use super::world::{MORNING, World};
use crate::domain::device::Standing;

#[tokio::test]
async fn a_lost_device_that_reports_stands_on_every_page_it_concerns_until_somebody_has_looked() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.stand(world.facility, id, Standing::Lost).await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut neighbour, _) = world.signed_in(world.region, Some(world.neighbour), "jiro").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    assert!(!secretariat.get("/").await.text().contains("紛失とした機器"));
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;

    secretariat.get("/").await.says("紛失とした機器1台から通信がありました");
    let facility = format!("/facilities/{}", world.facility);
    administrator.get(&format!("{facility}/today")).await.says("紛失とした機器1台から通信がありました");
    let page = administrator.get(&facility).await;
    page.says("確かめることがあります（1件）").says("往診用ノート: 紛失として扱っている機器から、状態報告が届きました");
    page.says("最後: 2026年8月3日 09:00（たった今）、最初: 2026年8月3日 09:00、1回");
    administrator.get(&format!("/devices/{id}")).await.says("紛失として扱っている機器から");
    assert!(!neighbour.get(&format!("/facilities/{}", world.neighbour)).await.text().contains("往診用ノート"));

    let close = format!("/devices/{id}/alerts/close");
    neighbour.submit(&close, &[("kind", "lost_seen"), ("times", "1")]).await.status(404);
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    // What they looked at had happened once; it has happened again since.
    administrator.submit(&close, &[("kind", "lost_seen"), ("times", "1")]).await.redirects_to(&facility);
    let page = administrator.get(&facility).await;
    page.says("、2回");
    administrator.submit(&close, &[("kind", &page.field("kind")), ("times", &page.field("times"))]).await.redirects_to(&facility);
    assert!(!administrator.get(&facility).await.text().contains("確かめること"));
    assert!(!secretariat.get("/").await.text().contains("紛失とした機器"));
    // Twice is once.
    administrator.submit(&close, &[("kind", "lost_seen"), ("times", "2")]).await.redirects_to(&facility);
    let entries = world.acts("alert_closed").await;
    assert_eq!(entries, ["kind=lost_seen times=2"]);
}

#[tokio::test]
async fn a_copied_device_is_found_among_those_that_wait_and_can_be_confirmed_there() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.stand(world.facility, id, Standing::Copied).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get(&format!("/facilities/{}", world.facility)).await.says("人の確認を待つ機器が1台あります");
    browser.get(&format!("/facilities/{}/pending", world.facility)).await.says("受付1").says("複製の疑い");
    browser.submit(&format!("/devices/{id}/confirm"), &[]).await.redirects_to(&format!("/devices/{id}"));
    assert_eq!(world.standing(&id.to_string()).await.as_deref(), Some("active"));
}
