//! Days in boxes for year, month and day: taken as people type them, and where they make no day, shown again in each box as they were.

use super::browser::{Browser, Page};
use super::fields::only;
use super::personal::application;
use super::world::World;
use crate::domain::people::Role;
use crate::domain::people::session::FRESH_S;

/// The form with these days in their boxes in place of whole ones.
fn in_boxes<'a>(form: &[(&'a str, &'a str)], days: &[(&'a str, [(&'a str, &'a str); 3])]) -> Vec<(&'a str, &'a str)> {
    let rest = form.iter().filter(|(name, _)| days.iter().all(|(day, _)| day != name)).copied();
    rest.chain(days.iter().flat_map(|(_, boxes)| *boxes)).collect()
}

const fn from<'a>(year: &'a str, month: &'a str, day: &'a str) -> (&'static str, [(&'static str, &'a str); 3]) {
    ("from", [("from:y", year), ("from:m", month), ("from:d", day)])
}

const fn until<'a>(year: &'a str, month: &'a str, day: &'a str) -> (&'static str, [(&'static str, &'a str); 3]) {
    ("until", [("until:y", year), ("until:m", month), ("until:d", day)])
}

const fn on<'a>(year: &'a str, month: &'a str, day: &'a str) -> (&'static str, [(&'static str, &'a str); 3]) {
    ("on", [("on:y", year), ("on:m", month), ("on:d", day)])
}

/// The tags of a day's boxes.
fn boxes<'a>(page: &'a Page, field: &str) -> Vec<&'a str> {
    let named = format!("name=\"{field}:");
    page.body.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()).filter(|tag| tag.contains(&named)).collect()
}

#[tokio::test]
async fn a_period_is_taken_as_people_type_it_into_its_boxes() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    for (first, last) in [
        (from("2026", "8", "3"), until("2026", "8", "12")),
        (from("２０２６", "８", "３"), until(" 2026", "０８", "１２ ")),
        (from("2026", "08", "03"), until("2026", "8", "12")),
    ] {
        administrator.get(&new).await.status(200);
        let filed = administrator.submit(&new, &in_boxes(&application(&[]), &[first, last, on("", " ", "")])).await;
        let paper = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.text()));
        administrator.get(&paper).await.says("2026年8月3日 – 2026年8月12日");
    }
}

#[tokio::test]
async fn a_day_that_has_to_be_there_and_is_none_stands_in_its_boxes_as_it_was_typed() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    for typed in [["令和8", "13", ""], ["", "", "3"], ["", "", ""], ["2026", "2", "30"], ["8", "8", "3"], ["20-6", "\"8", "<3"]] {
        let [year, month, day] = typed;
        administrator.get(&new).await.status(200);
        let form = in_boxes(&application(&[]), &[from(year, month, day), until("2026", "８", "012")]);
        let page = administrator.submit(&new, &form).await;
        page.status(422).says("＊初日を、暦にある日で、西暦の年・月・日に");
        only(&page, "from");
        assert_eq!(page.typed("from"), typed);
        assert_eq!(page.typed("until"), ["2026", "８", "012"], "the other is not touched");
        let tags = boxes(&page, "from");
        assert_eq!(tags.len(), 3);
        for tag in tags {
            assert!(tag.contains(" aria-invalid=\"true\" aria-describedby=\"from-error from-support\" required"), "{tag}");
            assert!(tag.contains(" inputmode=\"numeric\""), "{tag}");
        }
        assert!(boxes(&page, "until").iter().all(|tag| !tag.contains("aria-invalid")), "{}", page.body);
    }
    assert!(world.acts("paper_filed").await.is_empty(), "nothing half");
}

#[tokio::test]
async fn a_day_that_may_be_left_out_is_refused_in_part_and_left_out_as_a_whole() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    let half = in_boxes(&application(&[]), &[on("2026", "8", "")]);
    let page = administrator.submit(&new, &half).await;
    page.status(422).says("＊紙の日付は");
    only(&page, "on");
    assert_eq!(page.typed("on"), ["2026", "8", ""]);
    assert!(boxes(&page, "on").iter().all(|tag| !tag.contains(" required")), "{}", page.body);
    assert!(page.body.contains("<details open><summary>"), "it is not folded away: {}", page.body);
    administrator.submit(&new, &in_boxes(&application(&[]), &[on("", "", "")])).await.status(303);

    let check = format!("/facilities/{}/self-check", world.facility);
    administrator.get(&check).await.status(200);
    let answer = [("for", "all"), ("grade", "administrator"), ("§19-4.age:y", "2026"), ("§19-4.age:m", "十二"), ("§19-4.age:d", "1")];
    let page = administrator.submit(&check, &answer).await;
    page.status(422).says("＊§19-4の日付は、今日までの日を西暦の年・月・日で");
    only(&page, "§19-4.age");
    assert_eq!(page.typed("§19-4.age"), ["2026", "十二", "1"]);
    let hold = [
        ("for", "all"),
        ("grade", "administrator"),
        ("§20-5.os_updated", "hold"),
        ("§20-5.os_updated.until:y", ""),
        ("§20-5.os_updated.until:m", "9"),
        ("§20-5.os_updated.until:d", "30"),
    ];
    let page = administrator.submit(&check, &hold).await;
    only(page.status(422), "§20-5.os_updated.until");
    assert_eq!(page.typed("§20-5.os_updated.until"), ["", "9", "30"]);
}

#[tokio::test]
async fn a_time_has_two_boxes_more_of_which_none_may_be_left_out_alone() {
    let world = World::new().await;
    let device = world.add_device(world.region, world.facility, "往診1").await;
    world.confirm(world.facility, device).await;
    world.clock.advance(3600);
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let lost = format!("/devices/{device}/lost");
    for typed in [["2026", "8", "3", "", ""], ["2026", "8", "3", "9", ""], ["2026", "8", "", "9", "30"], ["2026", "8", "3", "25", "0"]] {
        administrator.get(&lost).await.status(200);
        let [year, month, day, hour, minute] = typed;
        let form = [("at:y", year), ("at:m", month), ("at:d", day), ("at:h", hour), ("at:i", minute), ("why", "置き忘れ")];
        let page = administrator.submit(&lost, &form).await;
        page.status(422).says("＊日時を読み取れません");
        only(&page, "at");
        assert_eq!(page.typed("at"), typed);
    }
    let form = [("at:y", "2026"), ("at:m", "８"), ("at:d", "3"), ("at:h", "９"), ("at:i", "5"), ("why", "置き忘れ")];
    administrator.submit(&lost, &form).await.status(303);
    assert_eq!(world.acts("device_lost").await, ["happened=2026-08-03T09:05"]);
}

#[tokio::test]
async fn the_log_is_searched_by_days_in_boxes_and_its_pages_lead_on_with_them() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let found = administrator.get("/log?from%3Ay=2026&from%3Am=8&from%3Ad=%EF%BC%93&to%3Ay=&to%3Am=&to%3Ad=&who=").await;
    found.status(200);
    assert_eq!((found.typed("from"), found.joined("to")), (["2026", "8", "３"].map(str::to_owned).into(), String::new()));
    assert!(found.body.contains("href=\"/log/export?from=2026-8-%EF%BC%93\""), "{}", found.body);
    let wrong = administrator.get("/log?from:y=2026&from:m=13&from:d=1").await;
    only(wrong.status(422), "from");
    assert_eq!(wrong.typed("from"), ["2026", "13", "1"]);
}

#[tokio::test]
async fn days_of_the_ledger_are_kept_in_one_form_however_they_were_typed() {
    let world = World::new().await;
    let device = world.add_device(world.region, world.facility, "往診1").await;
    world.confirm(world.facility, device).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let card = format!("/devices/{device}/card");
    administrator.get(&card).await.status(200);
    let bad = [("seen", "0"), ("lease:y", "来年"), ("lease:m", ""), ("lease:d", "")];
    let page = administrator.submit(&card, &bad).await;
    only(page.status(422), "lease");
    assert_eq!(page.typed("lease"), ["来年", "", ""]);
    let good = [("seen", "0"), ("lease:y", "２０２７"), ("lease:m", "3"), ("lease:d", "31"), ("tested", "2026/8/1")];
    administrator.submit(&card, &good).await.status(303);
    let again = administrator.get(&card).await;
    assert_eq!((again.joined("lease"), again.joined("tested")), ("2027-03-31".to_owned(), "2026-08-01".to_owned()));
}

#[tokio::test]
async fn a_page_from_before_there_were_boxes_sends_its_day_whole_and_is_understood() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    let page = administrator.submit(&new, &application(&[("until", "2026-02-30")])).await;
    only(page.status(422), "until");
    assert_eq!(page.typed("until"), ["2026", "02", "30"]);
    administrator.submit(&new, &application(&[])).await.status(303);
}

#[tokio::test]
async fn boxes_wait_for_a_fresh_proof_and_what_is_wrong_with_them_is_said_after_it() {
    let world = World::new().await;
    let (mut head, seed) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let people = format!("/facilities/{}/people", world.facility);
    let deputy = format!("{people}/deputy");
    head.get(&people).await.status(200);
    world.clock.advance(FRESH_S);
    let typed = in_boxes(&[("on", "yes"), ("why", "見本の理由")], &[until("2026", "13", "")]);
    head.submit(&deputy, &typed).await.redirects_to("/step-up?next=/step-up/continue");
    head.get("/step-up?next=/step-up/continue").await.status(200);
    let code = world.code(&seed);
    head.submit("/step-up", &[("code", &code), ("next", "/step-up/continue")]).await.redirects_to("/step-up/continue");
    let kept = head.get("/step-up/continue").await;
    let fields = ["on", "why", "until"].map(|name| (name, kept.field(name)));
    let page = head.submit(&deputy, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    page.status(422).says("「いつまで」は");
    assert_eq!(page.typed("until"), ["2026", "13", ""], "{}", page.text());
    assert!(page.body.contains("<a href=\"#deputy-until\">") && page.body.contains("id=\"deputy-until\""), "{}", page.body);
}

#[tokio::test]
async fn a_day_in_boxes_is_kept_with_the_rest_where_a_form_comes_too_late() {
    let world = World::new().await;
    let mut stranger = Browser::new(&world.router);
    let new = format!("/facilities/{}/papers/new", world.facility);
    let form = in_boxes(&application(&[]), &[until("2026", "8", "12")]);
    stranger.post(&new, &form).await.says("入力した内容").says("2026-8-12").says("連絡帳の閲覧");
}
