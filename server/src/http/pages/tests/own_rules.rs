//! 事業所の定め (§26) as people file, accept and withdraw it.

use hashimori_shared::report::sample;

use super::world::{MORNING, World};
use crate::domain::people::Role;
use crate::store::own_rules;

#[tokio::test]
async fn a_stricter_filing_is_in_force_at_once_and_the_devices_page_says_by_which_rule_it_fails() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/own-rules", world.facility);
    let page = browser.get(&path).await;
    page.status(200).says("この事業所の定めはありません").says("まだ届出がありません").says("圏域の規程: 900秒");
    let filing = [("screen_lock.max_s", "６０"), ("why", "受付に人がいない時間がある")];
    browser.submit(&path, &filing).await.redirects_to(&format!("{path}?done=filed"));
    let page = browser.get(&format!("{path}?done=filed")).await;
    page.says("届け出ました。").says("第1号: 効力あり").says("60秒").says("受付に人がいない時間がある").says("見本 花子");
    assert!(page.body.contains("value=\"60\""), "the form begins with what is in force: {}", page.body);
    world.sweep().await;
    let page = browser.get(&format!("/devices/{id}")).await;
    page.says("基準の1分より長くなっています");
    page.says("事業所の定め（§26、第1号）による: 離席から画面ロックまでの時間 60秒（圏域の規程: 900秒）");
    page.says("事業所の定め（§26、第1号）、一覧表");
    browser.like("en");
    let page = browser.get(&format!("/devices/{id}")).await;
    page.says("later than the 1 min asked for").says("own rules (§26, no. 1): Absence until the screen locks 60 seconds");
    let acts = world.acts("own_rules_filed").await;
    assert!(acts.len() == 1 && acts[0].contains("number=1 stage=in_force screen_lock.max_s=60"), "{acts:?}");
}

#[tokio::test]
async fn a_looser_filing_waits_for_the_secretariat_who_accepts_it_with_a_reason() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let path = format!("/facilities/{}/own-rules", world.facility);
    browser.get(&path).await.status(200);
    let filing = [("screen_lock.max_s", "1800"), ("password.min", "8"), ("why", "訪問先で画面を見ながら話すため")];
    browser.submit(&path, &filing).await.redirects_to(&format!("{path}?done=waiting"));
    browser.get(&path).await.says("この事業所の定めはありません").says("第1号: 承認待ち").says("緩める");
    secretariat.get("/").await.says("承認待ちの届出が1件あります");
    secretariat.get("/own-rules").await.status(200).says("さくら架空診療所").says("訪問先で画面を見ながら話すため");
    let page = secretariat.get(&path).await;
    page.status(200).says("事務局の判断");
    assert!(!page.text().contains("この届出を取り下げる"), "withdrawing is the facility's");
    let filed = page.field("filing");
    let decide = format!("{path}/decide");
    secretariat.submit(&decide, &[("filing", &filed), ("decision", "accept")]).await.status(422).says("理由");
    secretariat.submit(&decide, &[("filing", &filed), ("why", "見た")]).await.status(422).says("「承認する」か「承認しない」");
    let accept = [("filing", filed.as_str()), ("decision", "accept"), ("why", "訪問時に限る")];
    secretariat.submit(&decide, &accept).await.redirects_to(&format!("{path}?done=accepted"));
    secretariat.submit(&decide, &accept).await.status(409).says("すでにご自身で「事業所の定めの承認」をしています");
    secretariat.get("/own-rules").await.says("承認待ちの届出はありません").says("効力あり");
    browser.get(&path).await.says("第1号: 効力あり").says("事務局の承認:").says("訪問時に限る");
    assert_eq!((world.acts("own_rules_filed").await.len(), world.acts("own_rules_accepted").await.len()), (1, 1));
}

#[tokio::test]
async fn what_is_no_filing_says_so_and_keeps_what_was_typed() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/own-rules", world.facility);
    browser.get(&path).await.status(200);
    for (field, typed, said) in [
        ("screen_lock.max_s", "5分", "「離席から画面ロックまでの時間」は数字で"),
        ("screen_lock.max_s", "5", "30から86400まで"),
        ("password.max_age_days", "20", "30から366まで、または0（判定しない）"),
        ("antivirus.fail_days", "3", "「定義ファイルが古い（推奨未達）とする日数」は「定義ファイルが古すぎる（不適合）とする日数」以下"),
        ("screen_lock.max_s", "900", "圏域の規程と違う項目がありません"),
    ] {
        let page = browser.submit(&path, &[(field, typed), ("why", "見本の理由")]).await;
        page.status(422).says(said);
        assert!(page.body.contains(&format!("value=\"{typed}\"")) && page.body.contains("value=\"見本の理由\""), "{said}");
    }
    browser.submit(&path, &[("password.min", "8")]).await.status(422).says("理由");
    let strict = [("password.min", "8"), ("why", "見本の理由")];
    browser.submit(&path, &strict).await.status(303);
    browser.submit(&path, &strict).await.status(422).says("同じ内容の届出が、すでに効力を持つか承認待ちです");
    assert_eq!(own_rules::list(&world.store, world.facility, 9).await.expect("reads").len(), 1);
}

#[tokio::test]
async fn a_filing_is_withdrawn_by_its_facility_alone_and_the_regions_rules_hold_again() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let (mut neighbour, _) = world.signed_in(world.region, Some(world.neighbour), "jiro").await;
    let path = format!("/facilities/{}/own-rules", world.facility);
    browser.get(&path).await.status(200);
    browser.submit(&path, &[("attestation.days", "180"), ("attestation.personal_days", "60"), ("why", "見本")]).await.status(303);
    let filed = browser.get(&path).await.field("filing");
    let theirs = format!("/facilities/{}/own-rules/withdraw", world.neighbour);
    neighbour.get("/sign-in").await;
    neighbour.submit(&theirs, &[("filing", &filed), ("why", "見本")]).await.status(409);
    head.get(&path).await.says("第1号: 効力あり");
    let withdraw = format!("{path}/withdraw");
    head.submit(&withdraw, &[("filing", &filed), ("why", "")]).await.status(422);
    head.submit(&withdraw, &[("filing", &filed), ("why", "元に戻す")]).await.redirects_to(&format!("{path}?done=withdrawn"));
    browser.get(&path).await.says("この事業所の定めはありません").says("第1号: 取下げ").says("元に戻す");
}
