//! What people read and do: the region, a facility, a device's verdict, codes, 登録待ち. Side effects are asserted in the store.

use std::collections::BTreeSet;

use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::report::sample;
use hashimori_shared::time::DAY;

use super::world::{MORNING, World};
use crate::domain::enrolment::secret_hash;
use crate::domain::people::Role;
use crate::store::backup::{self, Made};

#[tokio::test]
async fn the_device_page_says_the_worst_in_one_sentence_and_then_every_clause_with_reason_and_remedy() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get(&format!("/devices/{id}")).await.says("まだだれも確認していません");
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

/// Where the page's QR code is dark, row by row, without its quiet zone.
fn drawn(page: &str) -> Vec<Vec<bool>> {
    let svg = page.split("<svg class=\"qr\"").nth(1).expect("a QR code");
    let side: usize = svg.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a side").parse().expect("modules");
    let path = svg.split("class=\"qr-dark\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
    let mut dark = vec![vec![false; side]; side];
    for module in path.split('M').skip(1) {
        let (x, y) = module.strip_suffix("h1v1h-1z").and_then(|at| at.split_once(' ')).expect("a module");
        dark[y.parse::<usize>().expect("a row")][x.parse::<usize>().expect("a column")] = true;
    }
    let quiet = |at: usize| at < 4 || at >= side - 4;
    assert!((0..side).all(|y| (0..side).all(|x| !dark[y][x] || !(quiet(x) || quiet(y)))), "ink in the quiet zone");
    dark[4..side - 4].iter().map(|row| row[4..side - 4].to_vec()).collect()
}

/// The same of a text, as the encoder's own matrix has it.
fn modules(text: &str) -> Vec<Vec<bool>> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).expect("drawn");
    let width = code.width();
    (0..width).map(|y| (0..width).map(|x| code[(x, y)] == qrcode::Color::Dark).collect()).collect()
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
    assert_eq!(drawn(&shown.body), modules(text), "what a camera reads is what is written beside it");
    browser.get(&format!("{codes}/issued")).await.says("一度だけ表示します");
    let live = world.store.list_live_codes(world.facility, None, (MORNING, 10)).await.expect("lists");
    assert_eq!((live.len(), live[0].uses_allowed), (1, 5));
    assert_eq!(live[0].expires_at, MORNING.plus_seconds(3 * DAY));
    let mut tx = world.store.begin().await.expect("begins");
    assert!(tx.use_code(&secret_hash(&code.secret), MORNING).await.expect("reads").is_some());
    drop(tx);
    browser.get(&codes).await.says("0 / 5台");
    browser.submit(&format!("/codes/{}/revoke", live[0].id), &[]).await.redirects_to(&codes);
    assert!(world.store.list_live_codes(world.facility, None, (MORNING, 10)).await.expect("lists").is_empty());
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
    two.submit(&format!("/devices/{id}/refuse"), &[])
        .await
        .status(409)
        .says("2026年8月3日 09:00に見本 花子さんが先に「機器の確認」をしています");
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
    home.status(200).says("架空圏域の状況").says("さくら架空診療所").says("もみじ架空薬局");
    for (days, failure, said) in [
        (2, None, "要対応: 最新のバックアップは2日前のものです"),
        (1, None, "バックアップ: 最新のものは1日前に作りました"),
        (0, Some("no space".to_owned()), "要対応: たった今のバックアップに失敗しました。最後に作れたのは1日前です"),
    ] {
        let made = Made { at: MORNING.plus_days(-days), file: "f".to_owned(), bytes: 1, failure };
        let mut tx = world.store.begin().await.expect("begins");
        backup::record(&mut tx, &made).await.expect("records");
        tx.commit().await.expect("commits");
        secretariat.get("/").await.says(said);
    }
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    administrator.get("/").await.redirects_to(&format!("/facilities/{}/today", world.facility));
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
        assert!(page.body.contains(clause.title.ja()), "{}", clause.id);
    }
    page.says("未検証");
}

#[tokio::test]
async fn a_reader_of_english_gets_a_verdict_s_words_in_english_and_its_states_as_they_are_stored() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/devices/{id}");
    browser.get(&path).await.says("ファイル交換ソフトが見つかりました: qBittorrent（実行中）");
    browser.like("en");
    let page = browser.get(&path).await;
    page.says("file-sharing software was found: qBittorrent (running)")
        .says("No file-sharing software")
        .says("Prohibited")
        .says("measured");
    page.says("Automatic screen lock").says("does not lock by itself (gnome)");
    assert!(!page.body.contains("ファイル交換ソフトが見つかりました"), "{}", page.body);

    // The ledger changed after the verdict: judging again would come to something else, so the stored words stand and say what they are.
    let mut tx = world.store.begin_ledger().await.expect("begins");
    sqlx::query("UPDATE device SET class = 'desktop'").execute(&mut *tx).await.expect("writes");
    tx.commit().await.expect("commits");
    let page = browser.get(&path).await;
    assert!(page.body.contains("<p lang=\"ja\">まだ申告がありません</p>"), "{}", page.body);
    page.says("file-sharing software was found");
}

#[tokio::test]
async fn the_regulation_is_explained_in_english_too() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.like("en");
    let page = browser.get("/rules").await;
    page.says("Knows who uses which ID of the network").says("Network administrator").says("Declaration or confirmation");
    page.says("Revised on 8 February 2019");
}

#[tokio::test]
async fn every_page_at_which_the_rules_say_a_clause_is_done_opens_for_whoever_reads_them() {
    let world = World::new().await;
    let readers = [(Role::Administrator, Some(world.facility)), (Role::Secretariat, None), (Role::Auditor, None)];
    for (role, facility) in readers {
        let (mut browser, _) = world.signed_in_as(role, world.region, facility, role.code()).await;
        let rules = browser.get("/rules").await;
        let table = rules.body.split_once("<main").expect("a page").1.split_once("</main>").expect("a page").0;
        let links: BTreeSet<&str> = table.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(links.len() > 5, "{role:?}: {links:?}");
        for link in links {
            let path = link.replace("&#38;", "&").replace("&amp;", "&");
            assert_eq!(browser.get(&path).await.code, 200, "{role:?}: {path}");
        }
    }
}
