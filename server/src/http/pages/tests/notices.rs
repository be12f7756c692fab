//! お知らせ as people do them: sent, shown on 今日の対応, opened, confirmed, corrected and taken back; and who sees which.

use super::browser::{Browser, Page};
use super::world::{MORNING, World};
use crate::domain::notice::Reach;
use crate::domain::people::Role;

/// A notice to everybody until 2026-08-10.
fn notice<'a>(changed: &[(&'static str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("title", "大雨への備え"),
        ("body", "機器の一覧を\r\n印刷してください"),
        ("weight", "important"),
        ("until", "2026-08-10"),
        ("remind", "3"),
        ("reach", "all"),
    ];
    for (name, value) in changed {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    fields
}

async fn send(secretariat: &mut Browser, changed: &[(&'static str, &str)]) -> Page {
    secretariat.get("/notices/new").await.status(200);
    secretariat.submit("/notices", &notice(changed)).await
}

/// The path of a notice at a facility.
fn at(world: &World, sent: &Page) -> String {
    format!("/facilities/{}{}", world.facility, sent.location.as_deref().expect("a notice"))
}

#[tokio::test]
async fn a_notice_stands_on_today_until_it_is_confirmed_and_the_secretariat_sees_who_has_and_who_has_not() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, Some(world.facility), "kansa").await;
    let today = format!("/facilities/{}/today", world.facility);
    let before = administrator.get(&today).await;
    assert!(!before.text().contains("未確認）"), "{}", before.text());
    administrator.ask_again(&today, &before.revision()).await.status(304);
    let sent = send(&mut secretariat, &[]).await;
    let (one, here) = (sent.location.clone().expect("a notice"), at(&world, &sent));
    administrator.ask_again(&today, &before.revision()).await.status(200).says("大雨への備え");
    administrator.get(&today).await.says("事務局からのお知らせ（未確認）").says("重要");
    secretariat.get("/notices").await.says("2か所のうち確認0、開封のみ0、未読2");
    secretariat.get(&one).await.says("未読").says("見本 花子").says("3日後に、確認していない事業所へ");

    auditor.get(&here).await.status(200).says("印刷してください");
    secretariat.get(&here).await.status(200);
    secretariat.get("/notices").await.says("未読2");
    administrator.get(&here).await.says("機器の一覧を").says("開封、未確認");
    secretariat.get("/notices").await.says("確認0、開封のみ1、未読1");
    world.clock.advance(60);
    administrator.submit(&here, &[]).await.redirects_to(&here);
    administrator.submit(&here, &[]).await.redirects_to(&here);
    let page = administrator.get(&here).await;
    page.says("2026年8月3日 09:01に確認");
    assert!(!page.body.contains("<form method=\"post\" action=\"/facilities"), "there is nothing more to do");
    assert!(!administrator.get(&today).await.text().contains("大雨への備え"));
    head.get(&today).await.says("大雨への備え");
    secretariat.get(&format!("{one}?is=confirmed")).await.says("さくら架空診療所").says("に確認");
    assert!(!secretariat.get(&format!("{one}?is=unread")).await.text().contains("さくら架空診療所"));
    secretariat.get(&format!("{one}?is=nothing")).await.status(404);
    assert_eq!(world.acts("notice_sent").await, ["reach=region places=0 weight=important"]);
    assert_eq!(world.acts("notice_confirmed").await.len(), 1);
    // After its last day it is read, and asked of nobody.
    world.clock.set(MORNING.plus_days(8));
    let (mut deputy, _) = world.signed_in_as(Role::Deputy, world.region, Some(world.facility), "daiko").await;
    world.allow_deputies(world.facility).await;
    assert!(!deputy.get(&today).await.text().contains("大雨への備え"));
    deputy.get(&here).await.says("期限は過ぎました");
    deputy.submit(&here, &[]).await.status(409);
}

#[tokio::test]
async fn a_notice_to_an_area_or_to_some_facilities_does_not_exist_for_others() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut own, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut other, _) = world.signed_in(world.region, Some(world.neighbour), "taro").await;
    let area = world.add_area(world.region, "周東", &[world.facility]).await.to_string();
    let sent = send(&mut secretariat, &[("reach", "areas"), ("area", &area)]).await;
    let (facility, neighbour) = (world.facility.to_string(), world.neighbour.to_string());
    let path = sent.location.clone().expect("a notice");
    secretariat.get(&path).await.says("周東").says("さくら架空診療所");
    own.get(&format!("/facilities/{facility}/notices")).await.says("大雨への備え");
    assert!(!other.get(&format!("/facilities/{neighbour}/notices")).await.text().contains("大雨への備え"));
    let absent = other.get(&format!("/facilities/{neighbour}/notices/{}", world.random.uuid(MORNING))).await;
    absent.status(404);
    let hidden = other.get(&format!("/facilities/{neighbour}{path}")).await;
    assert_eq!((hidden.code, hidden.without_tokens()), (absent.code, absent.without_tokens()));
    other.submit(&format!("/facilities/{neighbour}{path}"), &[]).await.status(404);
    // Another region's, asked for at the own facility.
    let foreign = world.add_notice(world.other_region, Reach::Region).await;
    own.get(&format!("/facilities/{facility}/notices/{foreign}")).await.status(404);
    let named = send(&mut secretariat, &[("reach", "facilities"), ("facility", &neighbour)]).await;
    other.get(&format!("/facilities/{neighbour}{}", named.location.expect("a notice"))).await.status(200);
    secretariat.get(&format!("/notices/new?facility={facility}")).await.status(200);
    send(&mut secretariat, &[("reach", "facilities"), ("facility", &world.foreign.to_string())]).await.status(404);
}

#[tokio::test]
async fn what_is_wrong_with_a_notice_is_said_and_what_was_typed_is_kept() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let facility = world.facility.to_string();
    let wrong: [(&[(&'static str, &str)], &str); 7] = [
        (&[("title", " ")], "題名は"),
        (&[("body", "")], "本文は"),
        (&[("until", "2026-08-02")], "今日から366日後まで"),
        (&[("remind", "いつか")], "再通知は"),
        (&[("reach", "")], "宛先を選んで"),
        (&[("reach", "facilities")], "事業所を1つ以上"),
        (&[("facility", &facility)], "どちらかにして"),
    ];
    for (changed, says) in wrong {
        let page = send(&mut secretariat, changed).await;
        page.status(422).says(says);
        assert!(page.body.contains("印刷してください") || changed[0].0 == "body", "what was typed is kept: {}", page.body);
    }
    let long = "字".repeat(1_501);
    assert!(send(&mut secretariat, &[("body", &long)]).await.status(422).body.contains(&long), "also what is too long");
    assert_eq!(send(&mut secretariat, &[("body", &"字".repeat(1_500))]).await.code, 303);
    secretariat.get("/notices").await.says("大雨への備え");
    assert_eq!(world.acts("notice_sent").await.len(), 1);
}

#[tokio::test]
async fn a_corrected_notice_takes_the_place_of_the_one_before_and_a_withdrawn_one_stays_with_its_reason() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let today = format!("/facilities/{}/today", world.facility);
    let sent = send(&mut secretariat, &[]).await;
    let (one, here) = (sent.location.clone().expect("a notice"), at(&world, &sent));
    administrator.get(&here).await;
    administrator.submit(&here, &[]).await.redirects_to(&here);
    let form = format!("{one}/correct");
    let filled = secretariat.get(&form).await;
    assert_eq!((filled.field("title").as_str(), filled.joined("until").as_str()), ("大雨への備え", "2026-08-10"));
    let corrected = secretariat.submit(&form, &notice(&[("title", "大雨への備え（訂正）")])).await;
    let new = corrected.location.clone().expect("a notice");
    secretariat.get(&one).await.says("訂正されました").says("訂正したお知らせを見る");
    secretariat.get(&new).await.says("前のお知らせを訂正したもの");
    administrator.get(&today).await.says("大雨への備え（訂正）");
    administrator.get(&here).await.says("訂正されました");
    secretariat.get(&form).await.status(409);
    secretariat.submit(&form, &notice(&[])).await.status(409);
    secretariat.get(&new).await;
    let withdraw = format!("{new}/withdraw");
    secretariat.submit(&withdraw, &[("why", " ")]).await.status(422).says("理由");
    secretariat.submit(&withdraw, &[("why", "宛先の誤り")]).await.redirects_to(&new);
    secretariat.get(&new).await.says("撤回されました。理由: 宛先の誤り");
    secretariat.submit(&withdraw, &[("why", "もう一度")]).await.status(409);
    assert!(!administrator.get(&today).await.text().contains("大雨への備え"));
    administrator.get(&format!("/facilities/{}/notices", world.facility)).await.says("撤回").says("訂正済み");
    administrator.get(&at(&world, &corrected)).await.says("宛先の誤り");
    assert_eq!((world.acts("notice_corrected").await.len(), world.acts("notice_withdrawn").await.len()), (1, 1));
}
