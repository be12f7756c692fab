//! What is done twice, too late or from a page that was left: nothing is lost, nothing happens a second time, and whoever did it is told.

use super::browser::{Browser, Page};
use super::world::{MORNING, PASSWORD, World};
use crate::domain::people::session::IDLE_S;
use crate::domain::people::totp::Seed;
use crate::store::self_check;

async fn sign_in(world: &World, seed: &Seed, off_s: i64) -> Page {
    let code = seed.code_at(crate::clock::Clock::now(&world.clock).plus_seconds(off_s)).expect("a code");
    let mut browser = Browser::new(&world.router);
    browser.get("/sign-in").await.status(200);
    browser.submit("/sign-in", &[("login", "hanako"), ("password", PASSWORD), ("code", &code)]).await
}

#[tokio::test]
async fn a_phone_whose_clock_is_off_by_a_step_signs_in_and_one_that_is_further_off_does_not() {
    for (off_s, code) in [(-30, 303), (0, 303), (30, 303), (-90, 422), (90, 422)] {
        let world = World::new().await;
        let (_, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        // Steps away from the one whose code was used.
        world.clock.advance(300);
        let page = sign_in(&world, &seed, off_s).await;
        assert_eq!(page.code, code, "off by {off_s} s");
        if code == 422 {
            page.says("スマートフォンの時刻が合っているか");
        }
    }
}

#[tokio::test]
async fn a_decision_sent_twice_happens_once_and_the_second_says_that_it_was_done() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get(&format!("/facilities/{}/pending", world.facility)).await.says("受付1");
    let confirm = format!("/devices/{id}/confirm");
    browser.submit(&confirm, &[]).await.redirects_to(&format!("/devices/{id}"));
    browser.submit(&confirm, &[]).await.status(409).says("すでにご自身で「機器の確認」").says("何も変えていません");
    assert_eq!(world.acts("device_confirmed").await.len(), 1);

    let retire = format!("/devices/{id}/retire");
    browser.get(&retire).await.status(200);
    browser.submit(&retire, &[("why", "廃棄")]).await.redirects_to(&format!("/devices/{id}"));
    let late = browser.submit(&retire, &[("why", "買い替えのため")]).await;
    late.status(409).says("「機器の使用終了」").says("理由\n買い替えのため");
    browser.get(&retire).await.status(409).says("「機器の使用終了」");
    assert_eq!(world.acts("device_retired").await.len(), 1);
}

#[tokio::test]
async fn a_form_from_a_page_left_behind_is_taken_no_second_time() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let codes = format!("/facilities/{}/codes", world.facility);
    browser.get(&codes).await.status(200);
    browser.submit(&codes, &[("uses", "1"), ("hours", "1")]).await.redirects_to(&format!("{codes}/issued"));
    browser.get(&format!("{codes}/issued")).await.says("この画面でしか見られません");
    // Back to it: the code is not there any more, and the page says what to do.
    browser.get(&format!("{codes}/issued")).await.says("一度だけ");

    // Signed out, and back to a form of before: nothing happens, and what was typed is there to be copied.
    let left = browser.csrf.clone();
    browser.submit("/sign-out", &[]).await.redirects_to("/sign-in");
    browser.csrf = left;
    let page = browser.submit(&codes, &[("uses", "7"), ("hours", "24")]).await;
    page.status(403).says("何も変更していません").says("登録できる台数").says("7");
    assert_eq!(world.store.list_live_codes(world.facility, None, (MORNING, 10)).await.expect("lists").len(), 1);
    world.clock.advance(60);
    sign_in(&world, &seed, 0).await.status(303);
}

#[tokio::test]
async fn whatever_was_typed_into_a_form_that_comes_too_late_is_shown_to_be_copied() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let form = format!("/facilities/{}/papers/new", world.facility);
    browser.get(&form).await.status(200);
    world.clock.advance(IDLE_S);
    let situation = format!("受付の棚から無くなっていた。{}", "あ".repeat(400));
    let typed = [
        ("kind", "incident"),
        ("applicant", "見本 花子"),
        ("what", "loss"),
        ("situation", &situation),
        ("held", "unknown"),
        ("from", "2026-08-03"),
        ("password", "secret words here"),
    ];
    let page = browser.submit(&form, &typed).await;
    page.status(403).says("何も変更していません").says("氏名\n見本 花子").says(&situation).says("2026-08-03");
    assert!(!page.text().contains("incident") && !page.body.contains("secret words"), "neither choices nor secrets: {}", page.text());
}

#[tokio::test]
async fn what_is_too_large_or_no_form_of_ours_is_shown_again_to_be_copied_and_no_secret_with_it() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let retire = format!("/devices/{id}/retire");
    browser.get(&retire).await.status(200);
    let long = format!("入れ替えのため{}", "あ".repeat(8_000));
    let page = browser.submit(&retire, &[("why", &long), ("password", "secret words here")]).await;
    page.status(413).says("大きすぎます").says("入れ替えのためあああ");
    assert!(!page.body.contains("secret words here"));
    let codes = format!("/facilities/{}/codes", world.facility);
    browser.get(&codes).await.status(200);
    browser.submit(&codes, &[("uses", "12")]).await.status(400).says("入力し直してください").says("登録できる台数").says("12");
    assert_eq!(world.standing(&id.to_string()).await.as_deref(), Some("pending"));
}

/// What an answer does to the cookie for which browsers forget a page: sets it, takes it away, or leaves it.
fn forgets(page: &Page) -> Option<String> {
    let sets = page.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok());
    let set = sets.into_iter().find(|set| set.starts_with("shown="))?;
    assert!(set.ends_with("; HttpOnly; SameSite=Lax; Secure") && set.contains("; Path=/"), "{set}");
    set.split(';').next().map(str::to_owned)
}

#[tokio::test]
async fn whatever_page_shows_something_once_changes_a_cookie_when_it_is_left() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/account").await;
    let shown = browser.get("/setup/recovery").await;
    assert_eq!(forgets(shown.says("この画面でしか見られません")).as_deref(), Some("shown=1"));
    assert_eq!(forgets(&browser.get("/setup/recovery").await).as_deref(), Some("shown=2"), "each time another one");
    assert_eq!(forgets(&browser.get("/account").await).as_deref(), Some("shown="));
    assert_eq!(forgets(&browser.get("/account").await), None);

    let own = ["/setup/recovery", "/account/calendar"];
    let once = super::super::routes::table().into_iter().filter(|route| route.method == "GET");
    let once: Vec<_> = once.filter(|route| route.path.ends_with("/issued") || own.contains(&route.path)).collect();
    assert!(once.len() >= 8, "{}", once.len());
    for route in once {
        let path = route.path.replace("{facility}", &world.facility.to_string());
        let pages = [browser.get(&path).await, office.get(&path).await];
        let opened: Vec<_> = pages.iter().filter(|page| page.code == 200).collect();
        assert!(!opened.is_empty() && opened.iter().all(|page| forgets(page).is_some_and(|set| set != "shown=")), "{path}");
    }
}

/// The mark of the form on this page.
fn mark(page: &Page) -> String {
    page.body.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a mark").to_owned()
}

#[tokio::test]
async fn a_self_check_sent_twice_is_done_once_and_the_second_shows_the_same() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/self-check", world.facility);
    let once = mark(&browser.get(&path).await);
    let answer = [("once", once.as_str()), ("for", "all"), ("grade", "administrator"), ("§20-6.no_copies", "yes")];
    // What was refused was not done: the same form, put right, is.
    browser.submit(&path, &answer[..3]).await.status(422).says("質問に1つ以上答えてください");
    for _ in 0..3 {
        browser.submit(&path, &answer).await.redirects_to(&format!("{path}?done=1"));
    }
    let done = self_check::list(&world.store, world.facility, 5).await.expect("reads").len();
    assert_eq!((done, world.acts("attested").await.len()), (1, 1));
    // The page's next form is another one, and another browser's form is its own.
    let next = mark(&browser.get(&path).await);
    assert_ne!(next, once);
    let answer = [("once", next.as_str()), ("for", "all"), ("grade", "administrator"), ("§20-6.no_copies", "no")];
    browser.submit(&path, &answer).await.redirects_to(&format!("{path}?done=1"));
    assert_eq!(world.acts("attested").await.len(), 2);
    let (mut head, _) = world.signed_in_as(crate::domain::people::Role::Head, world.region, Some(world.facility), "shocho").await;
    head.get(&path).await.status(200);
    head.submit(&path, &answer).await.redirects_to(&format!("{path}?done=1"));
    assert_eq!(world.acts("attested").await.len(), 3, "a mark belongs to the browser that was given it");
}

/// Sends a form twice, as a double click does; where both answers lead.
async fn twice(browser: &mut Browser, (page, action): (&str, &str), fields: &[(&str, &str)]) -> String {
    browser.get(page).await.status(200);
    let [first, second] = [browser.submit(action, fields).await, browser.submit(action, fields).await];
    assert_eq!((first.code, second.code), (303, 303), "{}{}", first.text(), second.text());
    assert_eq!(first.location, second.location);
    first.location.expect("a page")
}

#[tokio::test]
async fn what_a_double_click_sends_twice_is_done_once_and_filled_in_otherwise_it_is_another() {
    let world = World::new().await;
    let (mut hanako, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let notice = [("title", "大雨への備え"), ("body", "見本"), ("weight", "normal"), ("until", "2026-08-10"), ("reach", "all")];
    twice(&mut office, ("/notices/new", "/notices"), &notice).await;
    assert_eq!(world.acts("notice_sent").await.len(), 1);
    let again = office.submit("/notices", &[("title", "大雨への備え（2）")].iter().chain(&notice[1..]).copied().collect::<Vec<_>>()).await;
    again.status(303);
    assert_eq!(world.acts("notice_sent").await.len(), 2);

    twice(&mut office, ("/disaster", "/disaster"), &[("why", "大雨"), ("basis", "規程第25条"), ("days", "7"), ("drill", "yes")]).await;
    assert_eq!(world.acts("disaster_activated").await.len(), 1);
    let forms = [("form_1", "2026-08-03"), ("form_2", "2026-08-03"), ("someone", "見本 五郎")];
    let applied = [&[("name", "つばめ架空歯科"), ("kind", "dental"), ("seat", "inside")][..], &forms].concat();
    twice(&mut office, ("/intakes/new", "/intakes/new"), &applied).await;
    assert_eq!(world.acts("membership_applied").await.len(), 1);

    let connections = format!("/facilities/{}/connections", world.facility);
    let token = [("label", "資産管理"), ("grant", "devices:read"), ("days", "30")];
    let issued = twice(&mut hanako, (&connections, &format!("{connections}/tokens")), &token).await;
    hanako.get(&issued).await.says("hashimori_");
    assert_eq!(world.acts("token_made").await.len(), 1);

    let number = world.add_member(world.region, world.facility, "見本 看護師").await.to_string();
    let training = format!("/facilities/{}/staff/training", world.facility);
    let held = [("day", "2026-08-03"), ("topic", "見本"), ("teacher", "見本"), ("who", number.as_str())];
    twice(&mut hanako, (&training, &training), &held).await;
    assert_eq!(world.acts("training_noted").await.len(), 1);
}

#[tokio::test]
async fn whoever_registers_people_with_a_double_click_has_each_of_them_once() {
    let world = World::new().await;
    let (mut hanako, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let staff = format!("/facilities/{}/staff", world.facility);
    let new = format!("{staff}/new");
    let ichiro = [("name", "見本 一郎"), ("job", "看護師"), ("joined", "2026-08-01"), ("mcs_id", "")];
    twice(&mut hanako, (&new, &new), &ichiro).await;
    // The same from a page of its own is asked about, as ever.
    hanako.get(&new).await.status(200);
    hanako.submit(&new, &ichiro).await.status(422).says("見本 一郎");
    let import = format!("{staff}/import");
    hanako.get(&import).await.status(200);
    let table = "見本 二郎,医師,2026-08-01,\n見本 三郎,薬剤師,2026-08-01,\n";
    for _ in 0..2 {
        let sent = hanako.hand_in(&import, &[("table", "")], ("名簿.csv", "text/csv", table.as_bytes())).await;
        sent.redirects_to(&format!("{staff}?done=imported"));
    }
    assert_eq!(world.acts("staff_registered").await, ["number=1", "number=2 persons=2"]);
}

#[tokio::test]
async fn an_appointment_confirmed_twice_happens_once_and_the_second_answer_shows_the_link_too() {
    let world = World::new().await;
    let (mut head, _) = world.signed_in_as(crate::domain::people::Role::Head, world.region, Some(world.facility), "shocho").await;
    let people = format!("/facilities/{}/people", world.facility);
    let form = format!("{people}/appoint");
    head.get(&format!("{form}?role=administrator")).await.status(200);
    let typed = [("role", "administrator"), ("who", "new"), ("name", "見本 次郎"), ("login", "jiro"), ("why", "異動のため")];
    head.submit(&form, &typed).await.status(200).says("まだ何も変わっていません");
    let confirmed = [&typed[..], &[("confirmed", "yes")]].concat();
    for _ in 0..2 {
        head.submit(&form, &confirmed).await.redirects_to(&format!("{people}/issued"));
    }
    head.get(&format!("{people}/issued")).await.says("/start/");
    assert_eq!(world.acts("appointed").await.len(), 2, "the head, and one administrator");
}

#[tokio::test]
async fn a_form_with_a_file_that_comes_too_late_shows_what_was_typed_to_be_copied() {
    let world = World::new().await;
    let paper = world.add_paper(world.region, world.facility, None, "見本 看護師").await;
    let (mut hanako, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let files = format!("/papers/{paper}/files");
    hanako.get(&format!("/papers/{paper}")).await.status(200);
    let pdf = ("受理票.pdf", "application/pdf", b"%PDF-1.7".as_slice());
    world.clock.advance(IDLE_S);
    let late = hanako.hand_in(&files, &[("note", "警察の受理番号 架空12")], pdf).await;
    late.status(403).says("何も変更していません").says("警察の受理番号 架空12");
    let (mut reader, _) = world.signed_in_as(crate::domain::people::Role::Auditor, world.region, Some(world.facility), "kansa").await;
    reader.get(&format!("/papers/{paper}")).await.status(200);
    reader.hand_in(&files, &[("note", "受理番号")], pdf).await.status(403).says("あなたの役割").says("受理番号");
    assert!(world.acts("file_attached").await.is_empty());
}

#[tokio::test]
async fn a_code_asked_for_twice_is_issued_once_and_the_second_answer_shows_it_too() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let codes = format!("/facilities/{}/codes", world.facility);
    let issued = format!("{codes}/issued");
    let once = mark(&browser.get(&codes).await);
    let form = [("once", once.as_str()), ("uses", "1"), ("hours", "1")];
    browser.submit(&codes, &form).await.redirects_to(&issued);
    let shown = browser.get(&issued).await.text();
    assert!(shown.contains("この画面でしか見られません"), "{shown}");
    // The first answer never reached the person: the second click's does.
    browser.submit(&codes, &form).await.redirects_to(&issued);
    assert_eq!(browser.get(&issued).await.text(), shown);
    browser.get(&issued).await.says("一度だけ");
    // Gone back to much later, it shows the code to nobody.
    world.clock.advance(601);
    browser.submit(&codes, &form).await.redirects_to(&issued);
    browser.get(&issued).await.says("一度だけ");
    let live = world.store.list_live_codes(world.facility, None, (MORNING, 10)).await.expect("lists").len();
    assert_eq!((live, world.acts("code_issued").await.len()), (1, 1));
}
