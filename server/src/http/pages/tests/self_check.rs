//! 自己点検 as people do it: what was typed is kept on a refusal, an act answers for the chosen devices alone, and the verdict follows.

use hashimori_shared::report::sample;

use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::people::Role;
use crate::store::self_check;

#[tokio::test]
async fn an_administrator_answers_for_many_devices_at_once_and_the_verdict_names_who_looked() {
    let world = World::new().await;
    let mut devices = Vec::new();
    for label in ["受付1", "受付2"] {
        let id = world.add_device(world.region, world.facility, label).await;
        world.confirm(world.facility, id).await;
        world.report(world.facility, id, &sample::good_debian(MORNING)).await;
        devices.push(id);
    }
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/self-check", world.facility);
    browser.get(&path).await.status(200).says("2台").says("まだ記録がありません").says("画面の写し");
    let answer = [("for", "all"), ("grade", "administrator"), ("§20-6.no_copies", "yes"), ("§19-1.private", "no")];
    browser.submit(&path, &answer).await.redirects_to(&format!("{path}?done=2"));
    browser.get(&format!("{path}?done=2")).await.says("2台について記録しました").says("見本 花子").says("管理者確認");
    world.sweep().await;
    let page = browser.get(&format!("/devices/{}", devices[1])).await;
    page.says("2026年8月3日の管理者確認で「はい」").says("管理者確認で「いいえ」");
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_and_what_was_typed_is_kept() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/self-check", world.facility);
    browser.get(&path).await.status(200);
    let all = ("for", "all");
    let looked = ("grade", "administrator");
    let yes = ("§20-6.no_copies", "yes");
    browser.submit(&path, &[all, looked, yes]).await.status(422).says("使用中の機器がありません");
    world.confirm(world.facility, id).await;
    browser.submit(&path, &[all, looked]).await.status(422).says("質問に1つ以上答えてください");
    browser.submit(&path, &[("for", "some"), looked, yes]).await.status(422).says("機器を1台以上選ぶ");
    let page = browser.submit(&path, &[all, looked, yes, ("§19-4.age", "2030-01-01"), ("note", "棚卸しで確認")]).await;
    page.status(422).says("§19-4の日付は、今日までの日").says("棚卸しで確認");
    assert!(page.body.contains("value=\"yes\" checked"), "{}", page.body);
    assert_eq!(page.typed("§19-4.age"), ["2030", "01", "01"]);
    assert!(self_check::list(&world.store, world.facility, 5).await.expect("reads").is_empty(), "nothing half-written");
}

#[tokio::test]
async fn a_device_of_another_facility_cannot_be_answered_for_and_the_secretariat_reads_only() {
    let world = World::new().await;
    let own = world.add_device(world.region, world.facility, "受付1").await.to_string();
    let theirs = world.add_device(world.region, world.neighbour, "薬局1").await.to_string();
    for (facility, id) in [(world.facility, &own), (world.neighbour, &theirs)] {
        world.confirm(facility, id.parse().expect("an id")).await;
    }
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/self-check", world.facility);
    browser.get(&format!("{path}?device={own}")).await.status(200);
    let some = [("for", "some"), ("grade", "person"), ("§20-6.no_copies", "yes")];
    browser.submit(&path, &[&some[..], &[("device", &theirs)]].concat()).await.status(422).says("機器を1台以上選ぶ");
    browser.submit(&path, &[&some[..], &[("device", &own), ("device", &theirs)]].concat()).await.redirects_to(&format!("{path}?done=1"));
    assert!(self_check::list(&world.store, world.neighbour, 5).await.expect("reads").is_empty());
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get(&path).await.status(200).says("本人申告");
    secretariat.submit(&path, &[&some[..], &[("for", "all")]].concat()).await.status(403).says("あなたの役割（事務局）ではできません");
}

#[tokio::test]
async fn a_late_update_is_held_back_until_a_day_for_a_reason_and_the_verdict_says_until_when() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/self-check", world.facility);
    browser.get(&path).await.says("点検プログラムが読み取れない機器のための質問").says("いつまで保留しますか（今日から90日以内）");
    let hold = [("for", "all"), ("grade", "administrator"), ("§20-5.os_updated", "hold"), ("§20-5.os_updated.until", "2026-09-30")];
    let page = browser.submit(&path, &hold).await;
    page.status(422).says("メモに理由や契約を書いてください");
    assert!(page.body.contains("value=\"hold\" checked"), "what was typed is kept");
    assert_eq!(page.typed("§20-5.os_updated.until"), ["2026", "09", "30"]);
    browser.submit(&path, &[&hold[..], &[("note", "検査機器の対応待ち")]].concat()).await.redirects_to(&format!("{path}?done=1"));
    world.sweep().await;
    browser.get(&format!("/devices/{id}")).await.says("互換性のための保留が2026年9月30日まで記録されています（管理者確認）");
}

#[tokio::test]
async fn a_reader_of_english_is_asked_in_english() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.like("en");
    let page = browser.get(&format!("/facilities/{}/self-check", world.facility)).await;
    page.says("Updates of OS and browsers: Are all security updates installed?");
    page.says("Held back for compatibility").says("at most 90 days from today");
}

#[tokio::test]
async fn answers_about_a_personal_device_run_out_sooner_and_today_says_so() {
    let world = World::new().await;
    for (ownership, label) in [(Ownership::Managed, "受付1"), (Ownership::Personal, "花子の電話")] {
        let id = world.add_device_of(ownership, world.region, world.facility, label).await;
        world.confirm(world.facility, id).await;
    }
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/self-check", world.facility);
    let today = format!("/facilities/{}/today", world.facility);
    browser.get(&today).await.says("自己点検の期限が来ている機器が2台あります。");
    browser.get(&path).await.status(200);
    browser.submit(&path, &[("for", "all"), ("grade", "person"), ("§20-6.no_copies", "yes")]).await.status(303);
    let due = browser.get(&today).await.status(200).text();
    assert!(!due.contains("自己点検の期限が来ている"), "{due}");
    for (days, login, said) in [(91, "kansa", "機器が1台あります。"), (366, "kansa2", "機器が2台あります。")] {
        world.clock.set(MORNING.plus_days(days));
        let (mut reader, _) = world.signed_in_as(Role::Auditor, world.region, Some(world.facility), login).await;
        reader.get(&today).await.says(&format!("自己点検の期限が来ている{said}"));
    }
}
