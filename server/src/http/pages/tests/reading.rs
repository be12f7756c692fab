//! What people read and do: the region, a facility, a device's verdict, codes, 登録待ち. Side effects are asserted in the store.

use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::report::sample;
use hashimori_shared::time::DAY;

use super::world::{MORNING, World};
use crate::domain::enrolment::secret_hash;

#[tokio::test]
async fn the_device_page_says_the_worst_in_one_sentence_and_then_every_clause_with_reason_and_remedy() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get(&format!("/devices/{id}")).await.says("まだ誰も確認していません");
    world.confirm(world.facility, id).await;
    let page = browser.get(&format!("/devices/{id}")).await;
    let text = page.status(200).text();
    let headline: Vec<&str> = text.lines().take(5).collect();
    insta::assert_snapshot!(headline.join("\n"), @"
    さくら架空診療所
    受付1
    不適合
    §20-1 起動時パスワード: アカウント p5w8: 起動時パスワードが空です。誰でもログインできます
    最後の状態報告: たった今（2026年8月3日 09:00）
    ");
    for clause in world.pack.device_clauses() {
        assert!(text.contains(&clause.id), "{} is missing", clause.id);
    }
    for word in ["根拠", "理由", "対応", "実測", "読み取った内容", "送られた内容", "\"platform\": \"linux\""] {
        assert!(page.body.replace("&#34;", "\"").contains(word), "{word} is missing");
    }
}

#[tokio::test]
async fn a_silent_device_reads_as_stale_then_unknown_and_list_count_and_page_agree() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    for (days, word) in [(8, "要確認"), (31, "未確認")] {
        world.clock.set(MORNING.plus_days(days));
        let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        let list = browser.get(&format!("/facilities/{}", world.facility)).await.text();
        assert_eq!(list.lines().filter(|line| line.starts_with(word)).count(), 2, "{word} as count and in the list:\n{list}");
        assert!(list.contains(&format!("{days}日前")), "{list}");
        browser.get(&format!("/devices/{id}")).await.says(word).says(&format!("{days}日間、状態報告がありません"));
    }
}

#[tokio::test]
async fn a_device_that_never_reported_is_unknown_and_says_so() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "").await;
    world.confirm(world.facility, id).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get(&format!("/devices/{id}")).await.says("未確認").says("まだ状態報告がありません").says("名前のない機器");
}

#[tokio::test]
async fn an_enrolment_code_is_shown_once_stored_as_a_hash_and_can_be_revoked() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let codes = format!("/facilities/{}/codes", world.facility);
    browser.get(&codes).await.status(200).says("使える登録コードはありません");
    for bad in ["0", "501", "多数", ""] {
        browser.submit(&codes, &[("uses", bad), ("hours", "24")]).await.status(422).says("1から500まで");
    }
    browser.submit(&codes, &[("uses", "５"), ("hours", "72")]).await.redirects_to(&format!("{codes}/issued"));
    let shown = browser.get(&format!("{codes}/issued")).await;
    shown.says("この画面でしか見られません").says("5台").says("--server collector.example:8443");
    let text = shown.body.split("aria-label=\"登録コード\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    let code: EnrolmentCode = text.parse().expect("a code that agents take");
    assert_eq!(code.root_pin, world.root_pin);
    browser.get(&format!("{codes}/issued")).await.says("一度だけ表示します");
    let live = world.store.list_live_codes(world.facility, MORNING).await.expect("lists");
    assert_eq!((live.len(), live[0].uses_allowed), (1, 5));
    assert_eq!(live[0].expires_at, MORNING.plus_seconds(3 * DAY));
    let mut tx = world.store.begin().await.expect("begins");
    assert!(tx.use_code(&secret_hash(&code.secret), MORNING).await.expect("reads").is_some());
    drop(tx);
    browser.get(&codes).await.says("0 / 5台");
    browser.submit(&format!("/codes/{}/revoke", live[0].id), &[]).await.redirects_to(&codes);
    assert!(world.store.list_live_codes(world.facility, MORNING).await.expect("lists").is_empty());
}

#[tokio::test]
async fn of_two_people_deciding_on_one_device_the_second_is_told_and_changes_nothing() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let (mut one, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut two, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let pending = format!("/facilities/{}/pending", world.facility);
    one.get(&pending).await.says("受付1");
    two.get(&pending).await.says("受付1");
    one.submit(&format!("/devices/{id}/confirm"), &[]).await.redirects_to(&format!("/devices/{id}"));
    two.submit(&format!("/devices/{id}/refuse"), &[]).await.status(409).says("登録待ちではなくなっています");
    assert_eq!(world.standing(&id.to_string()).await.as_deref(), Some("active"));
    two.get(&pending).await.says("登録待ちの機器はありません");
}

#[tokio::test]
async fn the_secretariat_sees_its_regions_facilities_and_an_administrator_lands_on_their_own() {
    let world = World::new().await;
    for (facility, label) in [(world.facility, "受付1"), (world.neighbour, "調剤1")] {
        let id = world.add_device(world.region, facility, label).await;
        world.confirm(facility, id).await;
    }
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let home = secretariat.get("/").await;
    insta::assert_snapshot!(home.status(200).text(), @"
    架空圏域の事業所
    管理者が欠員の事業所が2か所あります。 一覧を見る
    圏域全体
    未確認2台
    事業所
    事業所
    機器の状態
    さくら架空診療所
    未確認1台
    もみじ架空薬局
    未確認1台
    対象から外した機器
    ");
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    administrator.get("/").await.redirects_to(&format!("/facilities/{}", world.facility));
    let own = administrator.get(&format!("/facilities/{}", world.facility)).await;
    own.says("受付1");
    assert!(!own.body.contains("調剤1"));
}

#[tokio::test]
async fn a_long_list_pages_by_key_and_every_device_is_on_exactly_one_page() {
    let world = World::new().await;
    for n in 0..101 {
        world.clock.advance(1);
        world.add_device(world.region, world.facility, &format!("架空機{n:03}")).await;
    }
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut path, mut seen, mut pages) = (Some(format!("/facilities/{}", world.facility)), Vec::new(), 0);
    while let Some(next) = path {
        let page = browser.get(&next).await;
        page.status(200);
        seen.extend(page.text().lines().filter(|line| line.starts_with("架空機")).map(str::to_owned));
        path =
            page.body.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.contains("?after=")).map(str::to_owned);
        pages += 1;
    }
    assert_eq!((pages, seen.len()), (3, 101));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 101);
    browser.get(&format!("/facilities/{}?after=nonsense", world.facility)).await.status(404);
}

#[tokio::test]
async fn the_rules_page_lists_every_clause_of_the_pack() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let page = browser.get("/rules").await;
    for clause in world.pack.clauses() {
        assert!(page.body.contains(&clause.title), "{}", clause.id);
    }
    page.says("未検証");
}
