//! What a person must look at stands on the pages of facility, device and region until somebody says that they have looked.

use hashimori_shared::ids::BootId;
use hashimori_shared::report::sample;

use super::world::{MORNING, World};
use crate::domain::device::{Ownership, Standing};

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

#[tokio::test]
async fn a_copied_device_stays_under_what_is_to_be_done_until_somebody_has_decided_on_it() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    // Two machines under one key.
    let key = (BootId::from_bytes([1; 16]), 1);
    for report in [sample::good_debian(MORNING), sample::bad_debian(MORNING)] {
        world.report_under(world.facility, id, key, &report).await;
    }
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (facility, today) = (format!("/facilities/{}", world.facility), format!("/facilities/{}/today", world.facility));
    browser.get(&today).await.says("同じ鍵がほかの機器でも使われている疑いのある機器が1台あります");
    let page = browser.get(&facility).await;
    let close = format!("/devices/{id}/alerts/close");
    browser.submit(&close, &[("kind", &page.field("kind")), ("times", &page.field("times"))]).await.redirects_to(&facility);
    assert!(!browser.get(&facility).await.text().contains("確かめること"));
    browser.get(&today).await.says("疑いのある機器が1台あります");
    secretariat.get("/").await.says("疑いのある機器が1台あります");
    browser.submit(&format!("/devices/{id}/confirm"), &[]).await.redirects_to(&format!("/devices/{id}"));
    assert!(!browser.get(&today).await.text().contains("疑いのある機器"));
    assert!(!secretariat.get("/").await.text().contains("疑いのある機器"));
}

#[tokio::test]
async fn an_alert_on_a_persons_own_device_is_its_facilitys_to_close() {
    let world = World::new().await;
    let id = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    world.stand(world.facility, id, Standing::Lost).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (facility, close) = (format!("/facilities/{}", world.facility), format!("/devices/{id}/alerts/close"));
    let seen = secretariat.get(&facility).await;
    seen.says("紛失として扱っている機器から");
    assert!(!seen.body.contains(&close), "no button for what is not theirs");
    let typed = [("kind", "lost_seen"), ("times", "1")];
    secretariat.submit(&close, &typed).await.status(403).says("その事業所の担当者だけです");
    let page = administrator.get(&facility).await;
    assert!(page.says("太郎のスマホ").body.contains(&close));
    administrator.submit(&close, &typed).await.redirects_to(&facility);
    assert!(!administrator.get(&facility).await.text().contains("確かめること"));
}
