//! The page that somebody without an account gets of their own application: how it stands, and how it is taken back.

use super::browser::Browser;
use super::personal::{act, application, new_link, newest, own_link};
use super::world::World;

/// The version that a form was made with.
fn seen(page: &super::browser::Page) -> String {
    page.field("seen")
}

#[tokio::test]
async fn whoever_asked_without_an_account_takes_it_back_by_their_own_link_and_the_link_says_so_afterwards() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.status(200);
    let own = own_link(&nurse.submit(&link, &application(&[])).await);
    let page = nurse.get(&own).await;
    page.says("第1号").says("承認待ち").says(&format!("https://hashimori.example{own}")).says("申請を取り下げる");
    assert!(!page.body.contains("髙﨑") && !page.body.contains("架空電機"), "a link may be in other hands: {}", page.text());
    let version = seen(&page);
    nurse.submit(&own, &[("seen", &version), ("why", " ")]).await.status(422).says("理由");
    nurse.submit(&own, &[("seen", &version), ("why", "機器が戻った")]).await.redirects_to(&own);
    let after = nurse.get(&own).await;
    after.status(200).says("取下げ").says("この申請は取り下げられています");
    assert!(!after.body.contains("name=\"seen\""), "{}", after.text());
    // Sent once more, from a page that was still open.
    nurse.submit(&own, &[("seen", &version), ("why", "機器が戻った")]).await.status(409).says("申請の状態が変わりました");
    let paper = newest(&world, &mut administrator).await;
    administrator.get(&paper).await.says("取下げ").says("サインインしていない人").says("機器が戻った");
    act(&mut administrator, &paper, "approve", &[]).await.status(409).says("ほかの方が先に手続を進めました");
    assert_eq!(world.acts("paper_moved").await.len(), 1);
    // The facility's own link is another, and goes on.
    nurse.get(&link).await.status(200).says("届け出る");
}

#[tokio::test]
async fn of_an_approval_and_a_withdrawal_at_once_the_second_is_told_and_nothing_is_lost() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.status(200);
    let own = own_link(&nurse.submit(&link, &application(&[])).await);
    let version = seen(&nurse.get(&own).await);
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    let late = nurse.submit(&own, &[("seen", &version), ("why", "やめる")]).await;
    late.status(409).says("申請の状態が変わりました").says("利用中");
    administrator.get(&paper).await.says("利用中（承認済み）");
    world.clock.advance(60);
    // One that was sent back can still be taken back; one that was never made opens nothing.
    nurse.get(&link).await.status(200);
    let second = own_link(&nurse.submit(&link, &application(&[])).await);
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "send_back", &[("why", "機種が読めない")]).await.redirects_to(&paper);
    let page = nurse.get(&second).await;
    page.says("書き直しが必要です");
    nurse.submit(&second, &[("seen", &seen(&page)), ("why", "書き直す")]).await.redirects_to(&second);
    nurse.get(&format!("/apply/{}", "B".repeat(43))).await.status(404);
}
