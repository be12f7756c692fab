//! Incidents as people do them: reported in a minute without an account, taken up with one tap, measured, and closed with cause and
//! prevention; what a lost device does afterwards closes nothing.

use hashimori_shared::report::sample;

use super::browser::Browser;
use super::steps::act;
use super::world::{MORNING, World};
use crate::domain::people::Role;

const REPORT: &[(&str, &str)] =
    &[("applicant", "見本 看護師"), ("what", "loss"), ("situation", "訪問から戻るとタブレットがない"), ("held", "unknown")];

async fn newest(world: &World, browser: &mut Browser) -> String {
    let list = browser.get(&format!("/facilities/{}/papers?kind=incident", world.facility)).await;
    let path = list.body.split("href=\"/papers/").nth(1).and_then(|rest| rest.split('"').next()).expect("a paper");
    format!("/papers/{path}")
}

/// A tablet in use that has told how it stands.
async fn tablet(world: &World) -> String {
    let id = world.add_device(world.region, world.facility, "往診1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    id.to_string()
}

#[tokio::test]
async fn a_report_without_an_account_changes_no_device_until_one_tap_and_closes_with_cause_and_prevention() {
    let world = World::new().await;
    let device = tablet(&world).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let links = format!("/facilities/{}/links", world.facility);
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", "incident")]).await.status(303);
    let shown = administrator.get(&format!("{links}/issued")).await;
    let link = format!("/apply/{}", shown.body.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link"));
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.status(200).says("急ぎのときは、まず電話してください");
    nurse.submit(&link, &[REPORT, &[("device", device.as_str())]].concat()).await.status(303);
    assert_eq!(world.standing(&device).await.as_deref(), Some("active"));

    let today = format!("/facilities/{}/today", world.facility);
    administrator.get(&today).await.says("事故の報告が1件届き、まだ受け付けられていません");
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "close_incident", &[]).await.status(422).says("いま「報告あり（受付待ち）」");
    act(&mut administrator, &paper, "take_up", &[]).await.redirects_to(&paper);
    act(&mut administrator, &paper, "mark_lost", &[]).await.status(422).says("先に、台帳の機器と結び付けて");
    act(&mut administrator, &paper, "link_device", &[("device", &device)]).await.redirects_to(&paper);
    administrator
        .get(&paper)
        .await
        .says("ディスクの暗号化")
        .says("すべて暗号化されています")
        .says("速報（個人情報保護委員会）の期限は 2026年8月8日です（あと5日）");
    act(&mut administrator, &paper, "mark_lost", &[("when", "2026-08-04T00:00")]).await.status(422).says("いまより前の日時");
    act(&mut administrator, &paper, "mark_lost", &[("when", "2026-08-02T17:40")]).await.redirects_to(&paper);
    assert_eq!(world.standing(&device).await.as_deref(), Some("lost"));
    administrator.get(&format!("/devices/{device}")).await.says("2026年8月2日 17:40");
    act(&mut administrator, &paper, "tell_police", &[("when", "2026-08-03T09:30")]).await.status(422).says("いまより前");
    act(&mut administrator, &paper, "tell_police", &[("when", "2026-08-03T08:30"), ("why", "受理 架空12")]).await.redirects_to(&paper);
    administrator.get(&paper).await.says("行った日時: 2026年8月3日 08:30").says("受理 架空12");

    // What the authority is told stays with the paper, and stands in the form that closes it.
    let told = [("data", "氏名、訪問の予定"), ("harm", "いまのところなし"), ("informed", "3人に電話した")];
    act(&mut administrator, &paper, "report_first", &told).await.redirects_to(&paper);
    act(&mut administrator, &paper, "report_full", &[("published", "しない（人数が少なく、全員に知らせた）")]).await.redirects_to(&paper);
    let reported = administrator.get(&paper).await;
    reported.says("速報（個人情報保護委員会）: 済み").says("氏名、訪問の予定").says("全員に知らせた");
    assert_eq!(reported.body.matches(">3人に電話した</textarea>").count(), 3, "in each form that asks for it: {}", reported.body);

    // It is switched on somewhere: that alerts, and closes nothing.
    world.report(world.facility, device.parse().expect("an id"), &sample::good_debian(MORNING)).await;
    administrator.get(&paper).await.says("対応中").says("事故は終結していません");

    act(&mut administrator, &paper, "close_incident", &[("cause", "置き忘れ")]).await.status(422).says("「再発防止」を入れて");
    let closing = [("cause", "置き忘れ"), ("prevention", "持ち物の確認")];
    act(&mut administrator, &paper, "close_incident", &closing).await.redirects_to(&paper);
    administrator.get(&paper).await.says("完了").says("置き忘れ").says("持ち物の確認").says("3人に電話した");
    assert_eq!(world.standing(&device).await.as_deref(), Some("lost"), "closing the paper finds no device");
}

#[tokio::test]
async fn the_secretariat_sees_open_incidents_of_its_region_and_can_take_them_up() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    let late = [REPORT, &[("kind", "incident"), ("from", "2026-07-01")]].concat();
    administrator.submit(&new, &late).await.status(303);
    let to_come = [REPORT, &[("kind", "incident"), ("from", "2026-08-04")]].concat();
    administrator.submit(&new, &to_come).await.status(422).says("気づいた日は、今日までの日");
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get("/").await.says("対応中の事故が1件あります。");
    secretariat.get("/incidents").await.says("さくら架空診療所").says("機器の紛失").says("過ぎています。すぐに報告してください。");
    let paper = newest(&world, &mut secretariat).await;
    act(&mut secretariat, &paper, "no_leak", &[("why", "暗号化されている")]).await.redirects_to(&paper);
    secretariat.get(&paper).await.says("漏えい等の報告は不要と判断されています。");
    let (mut foreign, _) = world.signed_in_as(Role::Secretariat, world.other_region, None, "yoso").await;
    foreign.get(&paper).await.status(404);
    foreign.get("/incidents").await.says("対応中の事故はありません。");
    administrator.get("/incidents").await.status(404);
}

#[tokio::test]
async fn a_tablet_that_does_not_come_back_goes_on_as_an_incident() {
    let world = World::new().await;
    let device = tablet(&world).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let id = world.add_paper(world.region, world.facility, Some(device.parse().expect("an id")), "見本 看護師").await;
    let paper = format!("/papers/{id}");
    for step in ["approve", "take_out"] {
        act(&mut administrator, &paper, step, &[]).await.redirects_to(&paper);
    }
    act(&mut administrator, &paper, "report_lost", &[("why", "訪問先で見当たらない")]).await.redirects_to(&paper);
    assert_eq!(world.standing(&device).await.as_deref(), Some("lost"));
    let incident = newest(&world, &mut administrator).await;
    administrator.get(&incident).await.says("対応中").says("訪問先で見当たらない").says("機器の紛失").says("往診1");
    administrator.get(&format!("/devices/{device}")).await.says("訪問先で見当たらない");
}
