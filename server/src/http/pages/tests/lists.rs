//! Lists go on: nothing that waits for a person is out of reach because of how many wait.

use super::browser::Page;
use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::enrolment::CodeWish;

#[tokio::test]
async fn the_fifty_first_device_that_waits_is_on_the_next_page() {
    let world = World::new().await;
    let mut waiting = Vec::new();
    for _ in 0..51 {
        waiting.push(world.add_device(world.region, world.facility, "往診").await.to_string());
    }
    // Within one second the order of ids is chance.
    waiting.sort_unstable();
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let first = browser.get(&format!("/facilities/{}/pending", world.facility)).await;
    let second = browser.get(&first.link("次の機器を見る")).await;
    let shown = |page: &Page| -> Vec<String> {
        let ids = page.body.split("action=\"/devices/").skip(1).filter_map(|rest| rest.split_once("/confirm\""));
        ids.map(|(id, _)| id.to_owned()).filter(|id| id.len() == 36).collect()
    };
    assert_eq!((shown(&first), shown(&second)), (waiting[..50].to_vec(), waiting[50..].to_vec()));
    assert!(!second.says("先頭へ").text().contains("次の機器を見る"));
    browser.get(&format!("/facilities/{}/pending?after=nonsense", world.facility)).await.status(404);
}

#[tokio::test]
async fn the_fifty_first_code_is_on_the_next_page_and_can_be_revoked() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.expect("begins");
    for uses in 1..=51 {
        let (region, facility) = (world.region, world.facility);
        let wish = CodeWish { region, facility, uses, hours: 1, auto_confirm: false, ownership: Ownership::Managed };
        let (issued, _) = wish.issue([0; 10], MORNING, &world.random).expect("issued");
        tx.insert_code(&issued, "operator").await.expect("inserts");
    }
    tx.commit().await.expect("commits");
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let first = browser.get(&format!("/facilities/{}/codes", world.facility)).await;
    assert_eq!(first.body.matches("/revoke\"").count(), 50);
    let next = first.link("次の登録コードを見る");
    let second = browser.get(next.trim_end_matches("#live")).await;
    assert_eq!(second.body.matches("/revoke\"").count(), 1);
    let revoke = second.body.split("action=\"/codes/").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    browser.submit(&format!("/codes/{revoke}"), &[]).await.redirects_to(&format!("/facilities/{}/codes", world.facility));
    let left = browser.get(&format!("/facilities/{}/codes", world.facility)).await;
    assert!(left.body.matches("/revoke\"").count() == 50 && !left.text().contains("次の登録コードを見る"));
}
