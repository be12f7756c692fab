//! 期限のカレンダー: a secret address that is shown once, read by a program without a session, and ended at any time.

use hashimori_shared::report::sample;

use super::browser::{Browser, Page};
use super::world::{MORNING, World};
use crate::domain::people::Role;

/// Makes an address; its path.
async fn made(browser: &mut Browser) -> String {
    browser.get("/account").await.status(200).says("期限のカレンダー");
    browser.submit("/account/calendar", &[("to", "new")]).await.redirects_to("/account/calendar");
    let page = browser.get("/account/calendar").await;
    let url = page.body.split("https://hashimori.example").nth(1).and_then(|rest| rest.split('<').next()).expect("an address");
    browser.get("/account/calendar").await.says("作ったときに一度だけ");
    url.to_owned()
}

async fn read(world: &World, path: &str) -> Page {
    Browser::new(&world.router).get(path).await
}

fn unfolded(page: &Page) -> String {
    page.body.replace("\r\n ", "")
}

#[tokio::test]
async fn a_calendar_reads_what_is_due_at_the_own_facility_and_no_names() {
    let world = World::new().await;
    let device = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, device).await;
    world.report(world.facility, device, &sample::good_debian(MORNING)).await;
    world.add_paper(world.region, world.facility, Some(device), "見本 看護師").await;
    world.add_paper(world.region, world.neighbour, None, "見本 薬剤師").await;
    world.add_member(world.region, world.facility, "見本 看護師").await;
    world.add_exception(world.region).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = made(&mut administrator).await;
    assert!(path.starts_with("/calendar/"), "{path}");
    let page = read(&world, &path).await;
    page.status(200);
    assert_eq!(page.headers["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "private, max-age=900");
    let text = unfolded(&page);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.contains("SUMMARY:手続きの終わっていない書類の最終日（持出届 第1号）\r\n"), "{text}");
    assert!(text.contains("DTSTART;VALUE=DATE:20260807\r\n"), "five days from the 3rd: {text}");
    assert!(text.contains("SUMMARY:自己点検の期限\r\n") && text.contains("SUMMARY:訓練の期限（災害時特例）\r\n"), "{text}");
    assert!(text.contains("SUMMARY:利用者の名簿の見直し\r\n") && text.contains("DTSTART;VALUE=DATE:20270803\r\n"), "a year on: {text}");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 4, "and nothing of another facility: {text}");
    for name in ["見本", "花子", "受付1", "さくら"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    let tag = page.headers["etag"].to_str().expect("ascii").trim_matches('"').to_owned();
    world.clock.set(MORNING.plus_seconds(60));
    Browser::new(&world.router).ask_again(&path, &tag).await.status(304);
    assert_eq!(world.acts("calendar_changed").await.len(), 1);
}

#[tokio::test]
async fn it_goes_by_the_facilitys_own_rules_and_says_when_what_an_exception_let_in_is_to_be_cleared() {
    let world = World::new().await;
    world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let at = |path: &str| format!("/facilities/{}/{path}", world.facility);
    administrator.get(&at("self-check")).await.status(200);
    let answer = [("for", "all"), ("grade", "administrator"), ("§20-6.no_copies", "yes")];
    administrator.submit(&at("self-check"), &answer).await.status(303);
    administrator.get(&at("own-rules")).await.status(200);
    let own = [("attestation.days", "180"), ("attestation.personal_days", "60"), ("why", "見本")];
    administrator.submit(&at("own-rules"), &own).await.status(303);
    office.get("/disaster").await.status(200);
    let begun = [("why", "大雨"), ("basis", "規程第25条"), ("days", "7")];
    let file = office.submit("/disaster", &begun).await.location.expect("a path");
    administrator.get(&at("disaster/let-in")).await.status(200);
    administrator.submit(&at("disaster/let-in"), &[("name", "見本 守")]).await.status(303);
    let (own, regions) = (made(&mut administrator).await, made(&mut office).await);
    let clear = "SUMMARY:災害時特例の整理の期限\r\n";
    let text = unfolded(&read(&world, &own).await);
    assert!(text.contains("DTSTART;VALUE=DATE:20270130\r\n") && !text.contains(clear), "180 days on: {text}");
    office.get(&file).await.status(200);
    office.submit(&file, &[("act", "lift"), ("why", "解除")]).await.status(303);
    for path in [own, regions] {
        let text = unfolded(&read(&world, &path).await);
        assert!(text.contains(clear) && text.contains("DTSTART:20260817T"), "14 days on: {text}");
    }
}

#[tokio::test]
async fn of_a_region_it_has_the_laws_deadlines_until_they_are_met() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let path = made(&mut office).await;
    assert_eq!(read(&world, &path).await.body.matches("BEGIN:VEVENT").count(), 0);
    let form = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&form).await.status(200);
    let fields = [
        ("kind", "incident"),
        ("applicant", "見本 花子"),
        ("what", "loss"),
        ("situation", "見本"),
        ("held", "unknown"),
        ("from", "2026-08-03"),
    ];
    let filed = administrator.submit(&form, &fields).await;
    let paper = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.text()));
    let text = unfolded(&read(&world, &path).await);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "{text}");
    assert!(text.contains("（さくら架空診療所）") && text.contains(&format!("URL:https://hashimori.example{paper}")), "{text}");
    assert!(text.contains("DTSTART;VALUE=DATE:20260808\r\n") && text.contains("DTSTART;VALUE=DATE:20260901\r\n"), "{text}");
    assert!(!text.contains("花子"), "{text}");
}

#[tokio::test]
async fn an_address_ends_when_it_is_ended_renewed_or_its_owner_leaves() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let first = made(&mut administrator).await;
    let second = made(&mut administrator).await;
    read(&world, &first).await.status(404);
    read(&world, &second).await.status(200);
    administrator.submit("/account/calendar", &[("to", "sideways")]).await.status(400);
    administrator.get("/account").await.says("アドレスを止める");
    administrator.submit("/account/calendar", &[("to", "end")]).await.redirects_to("/account#calendar");
    read(&world, &second).await.status(404);

    let link = world.link_in_region(Role::Auditor, "etsuran", "見本 太郎").await;
    let (mut auditor, _) = world.set_up(&link).await;
    let third = made(&mut auditor).await;
    read(&world, &third).await.status(200);
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    office.get("/accounts").await;
    let person = world.person("etsuran").await.to_string();
    let asked = office.submit("/accounts/end", &[("person", &person)]).await;
    let appointment = asked.field("appointment");
    let end = [("person", person.as_str()), ("appointment", &appointment), ("why", "任期の終わり"), ("confirmed", "yes")];
    office.submit("/accounts/end", &end).await.redirects_to("/accounts");
    read(&world, &third).await.status(404);
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM calendar_feed").fetch_one(world.store.read()).await.expect("reads");
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn a_deputy_reads_while_they_act_and_whoever_asks_without_end_is_told_to_wait() {
    let world = World::new().await;
    world.allow_deputies(world.facility).await;
    let (mut deputy, _) = world.signed_in_as(Role::Deputy, world.region, Some(world.facility), "daiko").await;
    let path = made(&mut deputy).await;
    for _ in 0..60 {
        read(&world, &path).await.status(200);
    }
    read(&world, &path).await.status(429);
    world.clock.set(MORNING.plus_seconds(3_601));
    read(&world, &path).await.status(200);
    let mut tx = world.store.begin_ledger().await.expect("begins");
    let over = crate::domain::people::role::DeputyTerm { from: MORNING, until: Some(MORNING.plus_seconds(60)) };
    crate::store::facility::put_deputy_term(&mut tx, world.facility, over).await.expect("writes");
    tx.commit().await.expect("commits");
    read(&world, &path).await.status(404);
    let hash: String = sqlx::query_scalar("SELECT hash FROM calendar_feed").fetch_one(world.store.read()).await.expect("reads");
    assert!(!path.contains(&hash) && hash.len() == 64, "only a digest is stored");
}
