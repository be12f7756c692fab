//! What is filled in wrong, comes too late or at the same time: each time a clear message, and nothing is lost.

use super::browser::Browser;
use super::personal::{act, application, new_link, newest, own_link};
use super::world::World;
use crate::domain::device::{Ownership, Standing};
use crate::domain::people::Role;
use hashimori_shared::time::Timestamp;

/// 2028-02-28 09:00 JST.
const LEAP: Timestamp = Timestamp::from_seconds(1_835_308_800);

#[tokio::test]
async fn an_application_through_the_link_says_what_is_wrong_and_keeps_every_letter_that_was_typed() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    let long = "𠮷".repeat(61);
    let cases: [(&[(&'static str, &str)], &str); 8] = [
        (&[("until", "2026-08-02")], "最終日は、初日"),
        (&[("from", "2026-08-31"), ("until", "2026-09-31")], "最終日を、暦にある日で"),
        (&[("from", "2027-02-29"), ("until", "2027-03-01")], "初日を、暦にある日で"),
        (&[("from", "2026-07-01"), ("until", "2026-07-31")], "最終日が過ぎています"),
        (&[("until", "2026-09-30")], "30日まで"),
        (&[("check_lock", "maybe")], "選び直してください"),
        (&[("model", "")], "を入れてください"),
        (&[("applicant", &long)], "氏名を、60文字まで"),
    ];
    for (changed, said) in cases {
        nurse.get(&link).await.status(200);
        let page = nurse.submit(&link, &application(changed)).await;
        page.status(422).says(said);
        assert!(page.body.contains("value=\"連絡帳の閲覧\"") && page.body.contains("𠮷"), "{said}: {}", page.text());
    }
    assert!(world.acts("paper_filed").await.is_empty(), "nothing half");
    // What belongs to those with an account is left out without a word, and the rest is taken.
    let own = own_link(&nurse.submit(&link, &application(&[("on", "2026-01-01"), ("device", "x")])).await);
    nurse.get(&own).await.says("2026年8月3日 – 2026年8月12日");
}

#[tokio::test]
async fn a_period_may_begin_or_end_on_a_leap_day_and_at_the_end_of_a_month() {
    let world = World::new().await;
    world.clock.set(LEAP);
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    for (from, until, shown) in [
        ("2028-02-28", "2028-02-29", "2028年2月28日 – 2028年2月29日"),
        ("2028-02-29", "2028-03-29", "2028年2月29日 – 2028年3月29日"),
        ("2028-03-31", "2028-04-29", "2028年3月31日 – 2028年4月29日"),
    ] {
        administrator.get(&new).await.status(200);
        let filed = administrator.submit(&new, &application(&[("from", from), ("until", until)])).await;
        let paper = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.text()));
        administrator.get(&paper).await.says(shown);
    }
    administrator.get(&new).await.status(200);
    let over = [("from", "2028-02-29"), ("until", "2028-03-30")];
    administrator.submit(&new, &application(&over)).await.status(422).says("30日まで");
}

#[tokio::test]
async fn of_two_who_decide_in_the_same_moment_one_decision_stands_and_the_other_is_told() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = world.link_named(Role::Head, "shocho", "架空 三郎").await;
    let (mut head, _) = world.set_up(&link).await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    head.get(&paper).await.status(200);
    administrator.get(&paper).await.status(200);
    let to = format!("{paper}/act");
    let yes = [("act", "approve"), ("seen", "0")];
    let no = [("act", "refuse"), ("seen", "0"), ("why", "機器が戻った")];
    let (approve, refuse) = tokio::join!(administrator.submit(&to, &yes), head.submit(&to, &no));
    let mut codes = [approve.code, refuse.code];
    codes.sort_unstable();
    assert_eq!(codes[0], 303, "{} {}", approve.text(), refuse.text());
    let late = if approve.code == 303 { &refuse } else { &approve };
    assert!(matches!(late.code, 409 | 422), "{}", late.text());
    assert_eq!(world.acts("paper_approved").await.len() + world.acts("paper_refused").await.len(), 1);
    let stands = if approve.code == 303 { "利用中（承認済み）" } else { "不承認" };
    head.get(&paper).await.says(stands);
}

#[tokio::test]
async fn a_personal_device_that_is_retired_in_the_middle_is_not_approved_and_its_use_is_still_ended() {
    let world = World::new().await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    act(&mut administrator, &paper, "link_device", &[("device", &phone.to_string())]).await.redirects_to(&paper);
    world.stand(world.facility, phone, Standing::Retired).await;
    act(&mut administrator, &paper, "approve", &[]).await.status(422).says("機器がいま使用中ではない");
    world.stand(world.facility, phone, Standing::Active).await;
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    world.stand(world.facility, phone, Standing::Retired).await;
    let page = administrator.get(&format!("/devices/{phone}")).await;
    page.status(200);
    assert!(!page.text().contains("承認による例外"), "what is out of use is under no exception: {}", page.text());
    let cleared = [("data", "yes"), ("logout", "yes"), ("passwords", "yes"), ("checker", "見本 花子")];
    act(&mut administrator, &paper, "confirm_end", &cleared).await.redirects_to(&paper);
}

#[tokio::test]
async fn a_name_in_old_letters_is_shown_as_it_was_written_and_is_nobody_else_for_it() {
    let world = World::new().await;
    let link = world.link_named(Role::Administrator, "yoshio", "髙﨑 𠮷男").await;
    let (mut administrator, _) = world.set_up(&link).await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    let mut paper = String::new();
    for own in ["高崎吉男", "髙﨑　𠮷男", "髙崎 吉男"] {
        administrator.get(&new).await.status(200);
        let filed = administrator.submit(&new, &application(&[("applicant", own)])).await;
        paper = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.text()));
        act(&mut administrator, &paper, "approve", &[]).await.status(422).says("ご自分では承認できません");
    }
    for path in [paper.clone(), format!("{paper}/print"), format!("/facilities/{}/papers", world.facility)] {
        administrator.get(&path).await.says("髙崎 吉男");
    }
}
