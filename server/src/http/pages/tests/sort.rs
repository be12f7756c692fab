//! 種類・所有 as people say it: what it does to the verdict, who sees what of it, and that it stays in the 事務局's view.

use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;

use super::world::{MORNING, World};
use crate::domain::ids::DeviceId;
use crate::domain::people::Role;
use crate::store::{device, device_state};

async fn state(world: &World, id: DeviceId, clause: &str) -> Option<State> {
    let n = device::find(&world.store, world.facility, id).await.expect("reads").expect("a device").n;
    let lines = device_state::list(&world.store, world.facility, &[n]).await.expect("reads");
    let code = lines[0].clauses.iter().find(|(id, _)| id == clause).map(|(_, code)| *code);
    code.and_then(State::from_code)
}

#[tokio::test]
async fn another_kind_is_judged_at_once_and_the_change_stays_in_the_regions_view_with_its_reason() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    assert_eq!(state(&world, id, "§20-10").await, Some(State::AwaitingDeclaration), "a laptop is carried about");
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (page, path) = (format!("/devices/{id}"), format!("/devices/{id}/sort"));
    browser.get(&page).await.says("種類・所有を改める");
    let asked = browser.get(&path).await;
    asked.status(200).says("すぐに判定をやり直します").says("事務局に見え続けます");
    let was = asked.field("was");
    assert!(asked.body.contains("<option value=\"laptop\" selected>"), "{}", asked.body);
    let typed = |class: &'static str, why: &'static str| {
        [("was", was.clone()), ("ownership", "managed".to_owned()), ("class", class.to_owned()), ("why", why.to_owned())]
    };
    for (class, why, says) in
        [("laptop", "据え置き", "今のままです"), ("boat", "据え置き", "選び直してください"), ("desktop", "", "理由を")]
    {
        let fields = typed(class, why);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = browser.submit(&path, &fields).await;
        refused.status(422).says(says);
        assert_eq!(refused.field("why"), why, "what was typed is kept");
    }
    let fields = typed("desktop", "据え置きの誤り");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit(&path, &fields).await.redirects_to(&page);
    world.sweep().await;
    assert_eq!(state(&world, id, "§20-10").await, Some(State::NotApplicable));
    browser.get(&page).await.says("据え置きのパソコン").says("種類・所有の変更");
    assert_eq!(world.acts("device_changed").await, ["class=laptop>desktop"]);
    // Whoever still looks at the former page is told.
    let stale = [("was", "managed laptop"), ("ownership", "managed"), ("class", "tablet"), ("why", "見間違い")];
    browser.submit(&path, &stale).await.status(409).says("すでにご自身で「機器の情報の変更」をしています");
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let excluded = secretariat.get("/excluded").await;
    excluded.says("種類・所有を改めた").says("持ち運ぶパソコンから据え置きのパソコンに変更").says("据え置きの誤り").says("見本 花子");
    secretariat.get(&path).await.status(403).says("あなたの役割");
}

#[tokio::test]
async fn a_device_that_is_a_persons_own_now_hides_its_facts_its_kind_and_what_is_written_of_it() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "太郎のタブレット").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/devices/{id}/sort");
    let was = browser.get(&path).await.field("was");
    let typed = [("was", was.as_str()), ("ownership", "personal"), ("class", "tablet"), ("why", "太郎の私物だった")];
    browser.submit(&path, &typed).await.redirects_to(&format!("/devices/{id}"));
    world.sweep().await;
    browser.get("/log?act=device_changed").await.says("太郎の私物だった").says("所有: 事業所の機器 → 個人所有の機器");
    browser.get(&format!("/devices/{id}")).await.says("個人所有の機器").says("読み取った内容");
    for (role, login) in [(Role::Secretariat, "jimukyoku"), (Role::Auditor, "etsuran")] {
        let (mut reader, _) = world.signed_in_as(role, world.region, None, login).await;
        for path in [format!("/devices/{id}"), "/log".to_owned(), "/log/export.csv".to_owned()] {
            let page = reader.get(&path).await;
            page.status(200);
            assert!(!page.body.contains("太郎") && !page.text().contains("タブレット"), "{path}: {}", page.text());
        }
        let excluded = reader.get("/excluded").await;
        // The reason stays in their view: that is what the view is for.
        excluded.says("事業所の機器から個人所有の機器に変更").says("太郎の私物だった");
        assert!(!excluded.text().contains("タブレット"), "{}", excluded.text());
    }
}
