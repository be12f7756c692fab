//! 機器管理台帳 through the pages: what is written down by hand, devices on which no checking program runs, and who reads what of it.

use hashimori_shared::report::sample;

use super::browser::Browser;
use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::people::Role;

/// A tablet of the facility, as it is written in.
const TABLET: &[(&str, &str)] = &[
    ("label", "往診用タブレット"),
    ("ownership", "managed"),
    ("class", "tablet"),
    ("number", "T-012"),
    ("model", "架空電機 T1"),
    ("encrypted", "yes"),
    ("line", "架空通信 000-0000-0000"),
    ("imei", "０１２３"),
];

/// The present version of a device's card.
async fn seen(browser: &mut Browser, path: &str) -> String {
    browser.get(path).await.field("seen")
}

#[tokio::test]
async fn what_is_known_of_a_device_is_written_down_and_stands_on_its_page_in_the_ledger_and_in_its_file() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    let other = world.add_device(world.region, world.facility, "受付2").await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (page, path, list) = (format!("/devices/{id}"), format!("/devices/{id}/card"), format!("/facilities/{}/ledger", world.facility));
    browser.get(&page).await.says("まだ何も書かれていません").says("台帳の記入を直す");
    let (first, long) = (seen(&mut browser, &path).await, "名".repeat(101));
    for (field, typed, says) in [
        ("acquired", "2026-02-29", "「取得日」を、暦にある日で"),
        ("imei", "123", "下4桁の数字だけ"),
        ("user", long.as_str(), "「利用者」"),
    ] {
        let refused = browser.submit(&path, &[("seen", first.as_str()), ("place", "受付"), (field, typed)]).await;
        refused.status(422).says(says);
        assert_eq!(refused.field("place"), "受付", "what was typed is kept");
    }
    let card = [("seen", first.as_str()), ("number", "P-001"), ("user", "髙﨑 𠮷男"), ("place", "受付"), ("acquired", "2024-02-29")];
    browser.submit(&path, &card).await.redirects_to(&page);
    browser.get(&page).await.says("管理番号（ラベル）\nP-001").says("髙﨑 𠮷男").says("見本 花子");
    browser
        .submit(&path, &[("seen", first.as_str()), ("place", "倉庫")])
        .await
        .status(409)
        .says("すでにご自身で「機器の台帳の記入」をしています");
    assert_eq!(world.acts("ledger_kept").await, ["fields=number,user,place,acquired"]);

    let elsewhere = format!("/devices/{other}/card");
    let second = seen(&mut browser, &elsewhere).await;
    browser.submit(&elsewhere, &[("seen", second.as_str()), ("number", "P-001")]).await.status(422).says("機器「受付1」が使っています");
    browser.get(&list).await.says("受付1").says("P-001").says("受付2").says("登録待ち");
    let file = browser.get(&format!("{list}.csv")).await;
    file.status(200);
    assert!(file.body.contains("P-001") && file.body.contains("髙﨑 𠮷男") && file.body.contains("製造番号"), "{}", file.body);
    assert!(world.acts("exported").await.iter().any(|act| act == "file=ledger rows=2"), "{:?}", world.acts("exported").await);
}

#[tokio::test]
async fn a_tablet_without_a_checking_program_is_in_the_ledger_never_counts_as_compliant_and_goes_out_and_missing_like_any_other() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (here, today) = (format!("/facilities/{}", world.facility), format!("/facilities/{}/today", world.facility));
    let new = format!("{here}/ledger/new");
    let form = browser.get(&new).await;
    form.status(200).says("適合とは数えません");
    browser.submit(&new, &[&TABLET[1..], &[("label", " ")]].concat()).await.status(422).says("機器の名前を");
    let once = browser.get(&new).await.field("once");
    let typed = [TABLET, &[("once", once.as_str())]].concat();
    let page = browser.submit(&new, &typed).await.location.expect("a device");
    browser.submit(&new, &typed).await.redirects_to(&page);
    assert_eq!(world.acts("device_entered").await, ["ownership=managed"], "written in once");
    let shown = browser.get(&page).await;
    shown.says("未確認").says("点検プログラムのない機器です").says("架空電機 T1").says("0123");
    assert!(!shown.text().contains("適合\n"), "{}", shown.text());
    browser.get(&here).await.says("往診用タブレット").says("未確認");
    assert!(!browser.get(&today).await.text().contains("一度も"), "nobody waits for its report");
    browser.submit(&new, &[&TABLET[1..], &[("label", "もう1台")]].concat()).await.status(422).says("往診用タブレット");

    // A standing notice names it.
    let (device, papers) = (page.trim_start_matches("/devices/").to_owned(), format!("{here}/papers/new"));
    browser.get(&papers).await.status(200);
    let notice = [
        ("kind", "take_out"),
        ("applicant", "見本 看護師"),
        ("device", device.as_str()),
        ("form", "standing"),
        ("contents", "訪問予定表"),
        ("medium", "タブレット"),
        ("purpose", "訪問看護"),
        ("place", "架空町"),
        ("protection", "画面のロック"),
        ("from", "2026-08-03"),
        ("until", "2026-09-30"),
    ];
    browser.submit(&papers, &notice).await.status(303);
    // What the carrier asks for stands beside the report of its loss.
    let lost =
        [("kind", "incident"), ("applicant", "見本 看護師"), ("what", "loss"), ("situation", "見当たらない"), ("device", device.as_str())];
    let incident = browser.submit(&papers, &lost).await.location.expect("an incident");
    browser.get(&incident).await.says("架空通信 000-0000-0000").says("暗号化している").says("T-012");
}

#[tokio::test]
async fn what_is_written_of_a_persons_own_device_is_its_facilitys_to_read() {
    let world = World::new().await;
    let id = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    world.confirm(world.facility, id).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (path, list) = (format!("/devices/{id}/card"), format!("/facilities/{}/ledger", world.facility));
    let version = seen(&mut administrator, &path).await;
    administrator.submit(&path, &[("seen", version.as_str()), ("user", "見本 太郎"), ("imei", "0123")]).await.status(303);
    administrator.get(&list).await.says("太郎のスマホ").says("見本 太郎");
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, None, "etsuran").await;
    for reader in [&mut secretariat, &mut auditor] {
        for path in [list.clone(), format!("{list}.csv"), "/log".to_owned()] {
            let shown = reader.get(&path).await;
            shown.status(200);
            assert!(!shown.body.contains("太郎"), "{path}: {}", shown.text());
        }
        reader.get(&list).await.says("個人所有の機器");
        reader.get(&path).await.status(403);
    }
    let (mut neighbour, _) = world.signed_in(world.region, Some(world.neighbour), "jiro").await;
    neighbour.get(&list).await.status(404);
}
