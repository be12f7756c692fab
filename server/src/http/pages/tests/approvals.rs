//! What approvals are seen in: counted apart in the overview, beside the device in lists, offered on the device's own page; and the
//! papers that are the 事務局's to approve.

use hashimori_shared::report::sample;

use super::personal::{act, application, newest};
use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::people::Role;

#[tokio::test]
async fn an_approved_phone_is_counted_apart_in_the_region_and_beside_its_verdict_until_the_approval_ends() {
    let world = World::new().await;
    let desk = world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await;
    world.confirm(world.facility, phone).await;
    world.report(world.facility, phone, &sample::bad_debian(MORNING)).await;
    world.rank().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    assert!(!secretariat.get("/").await.text().contains("承認による例外"));
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[("device", &phone.to_string())])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    assert!(!secretariat.get("/").await.text().contains("承認による例外"), "asked for is not approved");
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    let home = secretariat.get("/").await;
    home.says("承認による例外（別に数えています）").says("承認がなければ、次のように判定される機器です");
    let counts = home.text();
    let before = counts.split("承認による例外（別に数えています）").next().unwrap_or_default().to_owned();
    assert!(!before.contains("不適合"), "the one that fails is counted apart: {before}");
    let list = administrator.get(&format!("/facilities/{}", world.facility)).await;
    assert_eq!(list.body.matches("承認による例外").count(), 2, "the sum, and the one device: {}", list.text());
    list.says("不適合");
    administrator.get(&format!("/devices/{desk}")).await.status(200);

    world.clock.set(MORNING.plus_days(10));
    let (mut secretariat, _) = world.signed_in_as(Role::Secretariat, world.region, None, "jimukyoku2").await;
    let after = secretariat.get("/").await.text();
    assert!(!after.contains("承認による例外"), "the approval ran out by the clock: {after}");
}

#[tokio::test]
async fn a_devices_page_offers_the_papers_that_fit_it_with_the_device_filled_in() {
    let world = World::new().await;
    let desk = world.add_used(world.facility, "受付1", None).await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await;
    world.confirm(world.facility, phone).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let page = administrator.get(&format!("/devices/{desk}")).await;
    for name in ["持出届を書く", "引渡し・消去の記録を書く", "事故報告（紛失・盗難・異常・不正アクセス）を書く"]
    {
        let form = administrator.get(&page.link(name).replace("&#38;", "&").replace("&amp;", "&")).await;
        form.status(200);
        assert!(form.body.contains(&format!("<option value=\"{desk}\" selected>")), "{name}");
    }
    assert!(!page.text().contains("個人所有機器利用申請を書く"));
    let own = administrator.get(&format!("/devices/{phone}")).await;
    own.says("個人所有機器利用申請を書く");
    assert!(!own.text().contains("持出届を書く"), "it is not the facility's to take out");
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    assert!(!secretariat.get(&format!("/devices/{desk}")).await.text().contains("持出届を書く"));
}

#[tokio::test]
async fn the_secretariat_sees_what_is_theirs_to_approve_and_only_where_nobody_at_the_facility_may() {
    let world = World::new().await;
    let link = world.link_named(Role::Administrator, "hanako", "架空 花江").await;
    let (mut administrator, _) = world.set_up(&link).await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get("/decisions").await.says("事務局の承認を待つ書類はありません");
    let new = format!("/facilities/{}/papers/new", world.facility);
    for applicant in ["見本 看護師", "架空花江"] {
        administrator.get(&new).await.status(200);
        administrator.submit(&new, &application(&[("applicant", applicant)])).await.status(303);
        world.clock.advance(60);
    }
    secretariat.get("/").await.says("承認を待つ書類が1件あります。");
    let page = secretariat.get("/decisions").await;
    page.says("第2号").says("さくら架空診療所");
    assert!(!page.text().contains("第1号") && !page.body.contains("花江"), "{}", page.text());
    let paper = newest(&world, &mut administrator).await;
    let (mut foreign, _) = world.signed_in_as(Role::Secretariat, world.other_region, None, "yoso").await;
    foreign.get("/decisions").await.says("事務局の承認を待つ書類はありません");
    // Once there is a head it is theirs.
    let head = world.link_named(Role::Head, "shocho", "架空 三郎").await;
    let (mut head, _) = world.set_up(&head).await;
    secretariat.get("/decisions").await.says("事務局の承認を待つ書類はありません");
    act(&mut head, &paper, "approve", &[]).await.redirects_to(&paper);
    administrator.get("/decisions").await.status(404);
}

#[tokio::test]
async fn a_facilitys_own_rules_shorten_the_periods_of_its_papers() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let rules = format!("/facilities/{}/own-rules", world.facility);
    administrator.get(&rules).await.says("包括届の期間（最長）").says("個人所有の機器の利用期間");
    let shorter = [("personal_devices.max_days", "7"), ("take_out.standing_days", "14"), ("why", "短く区切る")];
    administrator.submit(&rules, &shorter).await.status(303);
    let new = format!("/facilities/{}/papers/new?kind=personal_device", world.facility);
    administrator.get(&new).await.says("長くて7日間");
    let to = format!("/facilities/{}/papers/new", world.facility);
    administrator.submit(&to, &application(&[])).await.status(422).says("全部で7日まで");
    administrator.submit(&to, &application(&[("until", "2026-08-09")])).await.status(303);
    let (mut neighbour, _) = world.signed_in(world.region, Some(world.neighbour), "tonari").await;
    neighbour.get(&format!("/facilities/{}/papers/new", world.neighbour)).await.says("長くて183日間");
}
