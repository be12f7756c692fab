//! Personal devices as people do it: asked for without an account through the facility's link, approved by somebody else, shown over
//! the verdict, and ended; and how the facility decides about them.

use super::browser::{Browser, Page};
pub(super) use super::steps::act;
use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::people::Role;

pub(super) fn application<'a>(changed: &[(&'static str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("kind", "personal_device"),
        ("applicant", "髙﨑 𠮷男"),
        ("unusable", "往診用タブレット"),
        ("cause", "broken"),
        ("work", "連絡帳の閲覧"),
        ("model", "スマートフォン 架空電機 A1"),
        ("os", "Android 15"),
        ("wipe", "yes"),
        ("from", "2026-08-03"),
        ("until", "2026-08-12"),
    ];
    let checks = ["check_lock", "check_antivirus", "check_os", "check_sharing", "check_password", "check_family"];
    fields.extend(checks.map(|check| (check, "yes")));
    for (name, value) in changed {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    fields
}

/// Makes the facility's link; its path.
pub(super) async fn new_link(world: &World, administrator: &mut Browser) -> String {
    let links = format!("/facilities/{}/links", world.facility);
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", "personal_device")]).await.redirects_to(&format!("{links}/issued"));
    let shown = administrator.get(&format!("{links}/issued")).await;
    let secret = shown.body.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link").to_owned();
    assert!(!administrator.get(&format!("{links}/issued")).await.body.contains(&secret), "shown once");
    format!("/apply/{secret}")
}

/// The path of the applicant's own page, after filing through the facility's link.
pub(super) fn own_link(filed: &Page) -> String {
    let path = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.body));
    assert!(path.starts_with("/application/"), "{path}");
    path
}

/// The path of the facility's newest paper.
pub(super) async fn newest(world: &World, browser: &mut Browser) -> String {
    let list = browser.get(&format!("/facilities/{}/papers?kind=personal_device", world.facility)).await;
    let path = list.body.split("href=\"/papers/").nth(1).and_then(|rest| rest.split('"').next()).expect("a paper");
    format!("/papers/{path}")
}

#[tokio::test]
async fn a_phone_is_asked_for_through_the_link_approved_shown_over_its_verdict_and_ended() {
    let world = World::new().await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.status(200).says("さくら架空診療所");
    let own = own_link(&nurse.submit(&link, &application(&[])).await);
    nurse.get(&own).await.says("第1号").says("承認待ち");

    let device = format!("/devices/{phone}");
    administrator.get(&device).await.says("承認なし");
    let paper = newest(&world, &mut administrator).await;
    administrator.get(&paper).await.says("髙﨑 𠮷男").says("サインインしていない人");
    act(&mut administrator, &paper, "link_device", &[("device", "")]).await.status(422).says("結び付ける機器を選んで");
    act(&mut administrator, &paper, "link_device", &[("device", &phone.to_string())]).await.redirects_to(&paper);
    administrator.get(&device).await.says("承認なし");
    act(&mut administrator, &paper, "approve", &[("until", "2026-09-30")]).await.status(422).says("申請の期間のなか");
    act(&mut administrator, &paper, "approve", &[("until", "2026-08-09"), ("why", "閲覧だけ")]).await.redirects_to(&paper);
    administrator.get(&device).await.says("承認による例外").says("2026年8月9日 まで");
    administrator.get(&paper).await.says("2026年8月3日 – 2026年8月9日").says("閲覧だけ");

    world.clock.set(MORNING.plus_days(7));
    let (mut deputy, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    deputy.get(&device).await.says("承認なし");
    deputy.get(&format!("/facilities/{}/today", world.facility)).await.says("承認の期間が終わった個人所有の機器が1件あります。");
    deputy.get(&paper).await.says("失効");
    let checked = [("data", "yes"), ("logout", "yes"), ("checker", "見本 花子")];
    act(&mut deputy, &paper, "confirm_end", &checked).await.status(422).says("三つとも確かめて");
    let own = [checked.as_slice(), &[("passwords", "yes"), ("checker", "高崎吉男")]].concat();
    let own: Vec<_> = own.into_iter().filter(|field| *field != ("checker", "見本 花子")).collect();
    act(&mut deputy, &paper, "confirm_end", &own).await.status(422).says("本人は確認者になれません");
    act(&mut deputy, &paper, "confirm_end", &[checked.as_slice(), &[("passwords", "yes")]].concat()).await.redirects_to(&paper);
    deputy.get(&paper).await.says("完了");
}

#[tokio::test]
async fn a_link_that_was_replaced_or_ended_answers_like_one_that_never_was() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let first = new_link(&world, &mut administrator).await;
    let second = new_link(&world, &mut administrator).await;
    let mut stranger = Browser::new(&world.router);
    let absent = stranger.get(&format!("/apply/{}", "A".repeat(43))).await;
    absent.status(404);
    let replaced = stranger.get(&first).await;
    assert_eq!((replaced.code, replaced.text()), (absent.code, absent.text()));
    // Opened while it worked, sent after it was ended.
    stranger.get(&second).await.status(200);
    let links = format!("/facilities/{}/links", world.facility);
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", "personal_device"), ("to", "end")]).await.redirects_to(&links);
    stranger.submit(&second, &application(&[])).await.status(404);
    assert!(world.acts("paper_filed").await.is_empty());
    assert_eq!(world.acts("facility_link_changed").await.len(), 3);
    administrator.submit(&links, &[("kind", "take_out")]).await.status(400);
}

#[tokio::test]
async fn whoever_files_through_a_link_without_end_is_stopped_and_what_was_filed_stays() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut stranger = Browser::new(&world.router);
    stranger.get(&link).await.status(200);
    for n in 1..=12 {
        let own = own_link(&stranger.submit(&link, &application(&[])).await);
        stranger.get(&own).await.says(&format!("第{n}号"));
    }
    stranger.submit(&link, &application(&[])).await.status(429);
    assert_eq!(world.acts("paper_filed").await.len(), 12);
    world.clock.advance(3601);
    let own = own_link(&stranger.submit(&link, &application(&[])).await);
    stranger.get(&own).await.says("第13号");
}

#[tokio::test]
async fn the_administrators_own_phone_is_the_heads_to_decide_also_through_the_link() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut stranger = Browser::new(&world.router);
    stranger.get(&link).await.status(200);
    stranger.submit(&link, &application(&[("applicant", "見本花子")])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "approve", &[]).await.status(422).says("ご自分では承認できません");
    let head = world.link_named(Role::Head, "shocho", "架空 三郎").await;
    let (mut head, _) = world.set_up(&head).await;
    act(&mut head, &paper, "approve", &[]).await.redirects_to(&paper);
}

#[tokio::test]
async fn a_failed_check_is_approved_only_on_a_condition_and_a_missing_one_is_asked_for() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[("check_os", "")])).await.status(422).says("「OSとブラウザを最新にしている」を入れて");
    administrator.submit(&new, &application(&[("unusable", "")])).await.status(422).says("「使えなくなった事業所の機器」を入れて");
    administrator.submit(&new, &application(&[("until", "2026-09-02")])).await.status(422).says("30日まで");
    administrator.submit(&new, &application(&[("check_os", "no")])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "approve", &[]).await.status(422).says("補足に条件を書いて");
    act(&mut administrator, &paper, "approve", &[("why", "今日中に更新")]).await.redirects_to(&paper);
    act(&mut administrator, &paper, "revoke", &[("why", "機器が戻った")]).await.redirects_to(&paper);
    administrator.get(&paper).await.says("取消（終了の確認待ち）");
}

#[tokio::test]
async fn a_code_for_the_device_is_issued_from_its_application_and_enrols_a_personal_one() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    administrator.get(&paper).await.says("この機器を台帳に登録する");
    let issued = format!("/facilities/{}/codes/issued", world.facility);
    administrator.submit(&format!("{paper}/code"), &[]).await.redirects_to(&issued);
    administrator.get(&issued).await.says("1台");
    let owners: Vec<String> =
        sqlx::query_scalar("SELECT ownership FROM enrolment_code").fetch_all(world.store.read()).await.expect("reads");
    assert_eq!(owners, ["personal"]);
    act(&mut administrator, &paper, "withdraw", &[("why", "使わない")]).await.redirects_to(&paper);
    administrator.submit(&format!("{paper}/code"), &[]).await.status(409);
}

#[tokio::test]
async fn one_device_is_not_approved_twice_for_the_same_days() {
    let world = World::new().await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await.to_string();
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let first = newest(&world, &mut administrator).await;
    act(&mut administrator, &first, "link_device", &[("device", &phone)]).await.redirects_to(&first);
    let second = administrator.submit(&new, &application(&[("from", "2026-08-12"), ("until", "2026-08-20")])).await;
    let second = second.location.clone().expect("filed");
    let twice = act(&mut administrator, &second, "link_device", &[("device", &phone)]).await;
    twice.status(422).says("期間の重なる書類（第1号）");
    act(&mut administrator, &first, "withdraw", &[("why", "使わない")]).await.redirects_to(&first);
    act(&mut administrator, &second, "link_device", &[("device", &phone)]).await.redirects_to(&second);
}

#[tokio::test]
async fn a_facility_decides_as_strictly_as_the_rules_and_the_secretariat_enters_what_is_looser() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let policy = format!("/facilities/{}/personal-devices", world.facility);
    administrator.get(&policy).await.says("例外のときだけ").says("まだ決めていません");
    administrator.submit(&policy, &[("mode", "prohibited")]).await.status(422).says("危険についての所見を");
    administrator.submit(&policy, &[("mode", "standing"), ("risk", "見本")]).await.status(422).says("事務局に届け出て");
    administrator.submit(&policy, &[("mode", "prohibited"), ("risk", "私物は使わない")]).await.redirects_to(&policy);
    administrator.get(&policy).await.says("認めない").says("私物は使わない");
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(422).says("利用を認めていません");
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get(&policy).await.status(200);
    secretariat.submit(&policy, &[("mode", "standing"), ("risk", "届出による")]).await.redirects_to(&policy);
    administrator.get(&new).await.status(200);
    administrator
        .submit(&new, &application(&[("until", "2026-12-31")]))
        .await
        .status(422)
        .says("「情報漏えいの危険についての所見（§20-13）」を");
    administrator.submit(&new, &application(&[("until", "2026-12-31"), ("risk", "覗き見")])).await.status(303);
}

#[tokio::test]
async fn the_secretariat_sees_that_there_is_an_application_and_not_what_it_says() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "send_back", &[("why", "髙﨑さんの機種")]).await.redirects_to(&paper);
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let list = format!("/facilities/{}/papers", world.facility);
    for path in [list, paper.clone(), format!("{paper}/print"), "/log".to_owned()] {
        let page = secretariat.get(&path).await;
        page.status(200);
        assert!(!page.body.contains("髙﨑") && !page.body.contains("架空電機"), "{path}: {}", page.text());
    }
    secretariat.get(&paper).await.says("差戻し");
}
