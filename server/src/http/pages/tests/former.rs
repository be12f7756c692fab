//! Erasing a name: asked once more, refused while it is needed, and gone from every page; and what is kept how long, on the pages.

use super::world::World;
use crate::domain::people::Role;

#[tokio::test]
async fn a_name_is_erased_after_a_reason_and_a_fresh_proof_and_the_log_says_only_that_it_was() {
    let world = World::new().await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let link = world.link_named(Role::Auditor, "taro", "見本 太郎").await;
    world.set_up(&link).await;
    let taro = world.person("taro").await;
    let erase = format!("/accounts/{taro}/erase");
    office.get("/accounts/former").await.status(200).says("役割を離れて氏名が残っている人はいません").says("5年");
    office.get("/accounts").await.status(200);
    office.submit(&erase, &[("why", "見本"), ("confirmed", "yes")]).await.status(409).says("先に退任としてください");

    office.get("/accounts").await;
    let end = format!("/facilities/{}/people/end", world.facility);
    let person = taro.to_string();
    let asked = office.submit(&end, &[("person", &person)]).await;
    let appointment = asked.field("appointment");
    office.submit(&end, &[("person", &person), ("appointment", &appointment), ("why", "任期の終わり"), ("confirmed", "yes")]).await;
    office.get("/accounts/former").await.says("見本 太郎").says("taro").says("さくら架空診療所");

    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, None, "etsuran").await;
    let read = auditor.get("/accounts/former").await;
    read.status(200).says("見本 太郎");
    assert!(!read.body.contains(&erase), "an auditor reads");

    office.get("/accounts/former").await;
    office.submit(&erase, &[]).await.status(200).says("まだ何も変わっていません").says("見本 太郎さんの氏名と利用者名");
    office.submit(&erase, &[("confirmed", "yes"), ("why", " ")]).await.status(422).says("理由を");
    office.get("/accounts/former").await.says("見本 太郎");
    office.submit(&erase, &[("confirmed", "yes"), ("why", "本人の求めによる")]).await.redirects_to("/accounts/former");
    let after = office.get("/accounts/former").await;
    assert!(!after.body.contains("太郎"), "{}", after.text());
    office.submit(&erase, &[("confirmed", "yes"), ("why", "もう一度")]).await.status(409);
    let log = office.get("/log?act=person_erased").await;
    log.status(200).says("氏名の消去").says("本人の求めによる");
    let whole = office.get("/log").await;
    assert!(!whole.body.contains("太郎"), "{}", whole.text());
    whole.says("氏名は消去されています");
    let people = office.get(&format!("/facilities/{}/people", world.facility)).await;
    assert!(!people.body.contains("太郎"), "{}", people.text());
}

#[tokio::test]
async fn an_erased_account_is_offered_for_no_role_and_its_sign_in_name_can_be_given_anew() {
    let world = World::new().await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let link = world.link_in_region(Role::Auditor, "taro", "見本 太郎").await;
    world.set_up(&link).await;
    let person = world.person("taro").await.to_string();
    office.get("/accounts").await;
    let asked = office.submit("/accounts/end", &[("person", &person)]).await;
    let appointment = asked.field("appointment");
    let end = [("person", person.as_str()), ("appointment", &appointment), ("why", "任期の終わり"), ("confirmed", "yes")];
    office.submit("/accounts/end", &end).await.redirects_to("/accounts");
    office.get("/accounts/appoint?role=auditor").await.says("見本 太郎");
    office.get("/accounts/former").await;
    office.submit(&format!("/accounts/{person}/erase"), &[("confirmed", "yes"), ("why", "見本")]).await.redirects_to("/accounts/former");
    let offered = office.get("/accounts/appoint?role=auditor").await;
    assert!(!offered.body.contains(&person), "{}", offered.text());
    world.link_in_region(Role::Auditor, "taro", "見本 次郎").await;
    assert_ne!(world.person("taro").await.to_string(), person);
}

#[tokio::test]
async fn what_is_kept_how_long_stands_on_the_page_of_the_rules_and_on_the_one_for_anybody() {
    let world = World::new().await;
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, Some(world.facility), "kansa").await;
    auditor
        .get("/rules")
        .await
        .status(200)
        .says("保存期間")
        .says("状態報告（機器から届いた内容）")
        .says("13か月")
        .says("規程には保存期間の定めがない");
    let mut anybody = super::browser::Browser::liking(&world.router, "en");
    anybody.get("/what-is-checked").await.status(200).says("deleted after 13 months").says("after 5 years");
}
