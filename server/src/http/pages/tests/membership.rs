//! A facility's way through the network as people do it: applied for, taken in, suspended in the middle of everything, left, erased;
//! and the list that anybody may read.

use super::browser::{Browser, Page};
use super::former::file;
use super::world::{MORNING, World};
use crate::clock::Clock as _;
use crate::domain::device::Standing;
use crate::domain::ids::FacilityId;
use crate::domain::membership::State;
use crate::domain::people::Role;
use crate::store::disaster::let_in;
use crate::store::{device, membership};
use crate::{memberships, store};

const FORMS: [(&str, &str); 8] = [
    ("name", "髙﨑架空医院"),
    ("kind", "clinic"),
    ("seat", "inside"),
    ("form_1", "2026-08-01"),
    ("form_2", ""),
    ("someone", "見本 院長"),
    ("reference", "2026-12"),
    ("tie", ""),
];

fn with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let changed_of = |name: &str| changed.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    FORMS.iter().map(|(name, value)| (*name, changed_of(name).unwrap_or(value))).collect()
}

fn page_of(facility: FacilityId) -> String {
    format!("/facilities/{facility}/membership")
}

/// Sends a step from the page as it stands.
async fn act(browser: &mut Browser, page: &str, act: &str, fields: &[(&str, &str)]) -> Page {
    let seen = browser.get(page).await.seen();
    let fields: Vec<_> = [("act", act), ("seen", seen.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.submit(page, &fields).await
}

async fn suspend(secretariat: &mut Browser, facility: FacilityId) {
    let page = page_of(facility);
    act(secretariat, &page, "suspend", &[("why", "見本の理由")]).await.redirects_to(&page);
}

/// From in to left, with everything handed over.
async fn leave(secretariat: &mut Browser, facility: FacilityId) {
    let page = page_of(facility);
    act(secretariat, &page, "begin_leaving", &[("until", "2026-08-03"), ("why", "閉院のため")]).await.redirects_to(&page);
    act(secretariat, &page, "hand_over", &[("someone", "見本 院長"), ("why", "一覧3件")]).await.redirects_to(&page);
    act(secretariat, &page, "leave", &[("why", "閉院のため"), ("sure", "yes")]).await.redirects_to(&page);
}

#[tokio::test]
async fn an_application_waits_in_the_overview_until_both_forms_are_in_and_the_facility_is_taken_in() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get("/intakes/new").await.status(200).says("様式1（申込書）の受領日");
    let wrong = secretariat.submit("/intakes/new", &with(&[("kind", "")])).await;
    wrong.status(422).says("種別を選んでください");
    assert!(wrong.body.contains("value=\"髙﨑架空医院\""), "what was typed is kept");
    secretariat.submit("/intakes/new", &with(&[("seat", "outside")])).await.status(422).says("圏内との関わりも");
    let made = secretariat.submit("/intakes/new", &with(&[])).await;
    let page = made.location.expect("a page");
    secretariat.get(&page).await.status(200).says("申込").says("提出した人: 見本 院長");
    secretariat.get("/").await.says("登録を待つ事業所の申込が1件あります");
    assert!(!secretariat.get("/").await.text().contains("髙﨑架空医院"), "not in the list before it is taken in");
    secretariat.get("/intakes").await.says("髙﨑架空医院").says("未受領");

    act(&mut secretariat, &page, "take_in", &[("why", "確認済み")]).await.status(422).says("様式1と様式2の両方を受け取ってから");
    let whole = with(&[("form_2", "2026-08-03")]);
    act(&mut secretariat, &page, "amend", &whole).await.redirects_to(&page);
    let stale = secretariat.submit(&page, &[("act", "take_in"), ("seen", "1"), ("why", "確認済み")]).await;
    stale.status(409).says("すでにご自身で「");
    act(&mut secretariat, &page, "take_in", &[("why", "確認済み")]).await.redirects_to(&page);
    secretariat.get(&page).await.says("利用中").says("事業所管理者といつつばし連絡帳管理者を選任してください");
    let home = secretariat.get("/").await;
    home.says("髙﨑架空医院");
    assert!(!home.text().contains("登録を待つ"));
    secretariat.get("/vacancies").await.says("髙﨑架空医院");
    let log = world.acts("facility_made").await;
    assert!(log.iter().any(|detail| detail.contains("act=take_in state=in")), "{log:?}");
}

#[tokio::test]
async fn at_a_facility_that_is_not_in_yet_nothing_can_be_done() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get("/intakes/new").await.status(200);
    let page = secretariat.submit("/intakes/new", &with(&[])).await.location.expect("a page");
    let facility = page.trim_end_matches("/membership");
    secretariat.get(facility).await.status(200).says("まだ登録されていません");
    secretariat.submit(&format!("{facility}/codes"), &[("uses", "1"), ("hours", "24")]).await.status(409).says("まだ登録されていません");
    secretariat.submit(&format!("{facility}/people/appoint"), &[("role", "head"), ("who", "new")]).await.status(409);
    act(&mut secretariat, &page, "send_back", &[("why", "様式2がない")]).await.redirects_to(&page);
    act(&mut secretariat, &page, "decline", &[("why", "取下げの申し出")]).await.redirects_to(&page);
    let shown = secretariat.get(&page).await;
    shown.says("登録しない");
    assert!(!shown.body.contains("name=\"act\""), "nothing is left to do with it");
    secretariat.submit(&page, &[("act", "take_in"), ("seen", "3"), ("why", "確認済み")]).await.status(422).says("この手続きはできません");
}

#[tokio::test]
async fn a_suspension_in_the_middle_lets_nothing_begin_and_everything_come_back_with_nothing_lost() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let waiting = world.add_device(world.region, world.facility, "受付1").await;
    let device = world.add_device(world.region, world.facility, "受付2").await;
    world.confirm(world.facility, device).await;
    let paper = world.add_paper(world.region, world.facility, Some(device), "見本 看護師").await;
    let asked = world.add_paper(world.region, world.facility, None, "見本 次郎").await;
    let on_paper = |act: &'static str, seen: &'static str| {
        vec![("act", act), ("seen", seen), ("why", "見本の理由"), ("checker", "別の 人"), ("condition", "good")]
    };
    let act_path = format!("/papers/{paper}/act");
    administrator.get(&format!("/papers/{paper}")).await.status(200);
    for (act, seen) in [("approve", "0"), ("take_out", "1")] {
        administrator.submit(&act_path, &on_paper(act, seen)).await.redirects_to(&format!("/papers/{paper}"));
    }
    suspend(&mut secretariat, world.facility).await;

    let here = format!("/facilities/{}", world.facility);
    administrator.get(&here).await.says("利用停止中です");
    administrator.get(&format!("{here}/today")).await.says("利用停止中です");
    let refused = administrator.submit(&format!("/papers/{asked}/act"), &on_paper("approve", "0")).await;
    refused.status(422).says("利用停止中です");
    assert!(refused.body.contains("見本の理由"), "what was typed is kept");
    administrator.submit(&format!("/devices/{waiting}/confirm"), &[]).await.status(409).says("利用停止中です");
    administrator.submit(&format!("{here}/codes"), &[("uses", "1"), ("hours", "24")]).await.status(409).says("利用停止中です");
    let paper_form =
        [("kind", "take_out"), ("applicant", "見本 三郎"), ("contents", "訪問予定表"), ("from", "2026-08-03"), ("until", "2026-08-04")];
    let refused = administrator.submit(&format!("{here}/papers/new"), &paper_form).await;
    refused.status(422).says("利用停止中です");
    assert!(refused.body.contains("value=\"見本 三郎\""), "what was typed is kept");
    let begin = [("act", "begin"), ("why", "浸水"), ("basis", "規程第25条")];
    administrator.submit(&format!("{here}/disaster"), &begin).await.status(422).says("利用停止中です");
    administrator
        .submit(&format!("{here}/disaster/let-in"), &[("machine", "phone"), ("whose", "own")])
        .await
        .status(422)
        .says("利用停止中です");
    administrator.submit(&format!("{here}/disaster/door"), &[]).await.status(409).says("利用停止中です");
    administrator.submit(&format!("{here}/links"), &[("kind", "personal_device")]).await.status(409).says("利用停止中です");
    administrator
        .submit(&format!("{here}/personal-devices"), &[("mode", "standing"), ("risk", "見本")])
        .await
        .status(422)
        .says("利用停止中です");
    assert_eq!(world.standing(&waiting.to_string()).await.as_deref(), Some("pending"));

    // What is out comes back, and what went wrong is reported.
    for (act, seen) in [("return", "2"), ("check_return", "3")] {
        administrator.submit(&act_path, &on_paper(act, seen)).await.redirects_to(&format!("/papers/{paper}"));
    }
    let incident =
        [("kind", "incident"), ("applicant", "見本 三郎"), ("what", "loss"), ("where", "架空町"), ("how", "見本"), ("from", "2026-08-03")];
    let filed = administrator.submit(&format!("{here}/papers/new"), &incident).await;
    assert!(filed.code == 303 || !filed.text().contains("利用停止中"), "{}", filed.text());
    administrator.get(&format!("/devices/{device}/lost")).await.status(200);

    let page = page_of(world.facility);
    act(&mut secretariat, &page, "resume", &[("why", "見本の理由")]).await.redirects_to(&page);
    administrator.get(&format!("/papers/{asked}")).await.status(200);
    administrator.submit(&format!("/papers/{asked}/act"), &on_paper("approve", "0")).await.redirects_to(&format!("/papers/{asked}"));
    administrator.submit(&format!("/devices/{waiting}/confirm"), &[]).await.status(303);
    assert_eq!(world.standing(&waiting.to_string()).await.as_deref(), Some("active"));
}

#[tokio::test]
async fn whoever_leaves_takes_the_records_along_and_devices_accounts_and_links_end() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let device = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, device).await;
    let paper = world.add_paper(world.region, world.facility, Some(device), "見本 看護師").await;
    let exception = world.activate(world.region, false).await;
    let out = file(&mut administrator, &world, "見本 花子").await;
    administrator.get(&out).await.says("特例");
    let code = world.add_code(world.region, world.facility).await;
    let links = format!("/facilities/{}/links", world.facility);
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", "incident")]).await.redirects_to(&format!("{links}/issued"));
    let shown = administrator.get(&format!("{links}/issued")).await;
    let secret = shown.body.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link").to_owned();
    let page = page_of(world.facility);

    act(&mut secretariat, &page, "begin_leaving", &[("until", "2026-08-31"), ("why", "閉院のため")]).await.redirects_to(&page);
    let early = act(&mut secretariat, &page, "leave", &[("why", "閉院のため"), ("sure", "yes")]).await;
    early.status(422).says("先に記録");
    let export = administrator.get(&format!("/facilities/{}/export", world.facility)).await;
    export.status(200).says("この事業所の書類と、その経過です");
    let papers = administrator.get(&format!("/facilities/{}/papers.csv", world.facility)).await;
    papers.status(200);
    assert!(papers.body.contains("見本 看護師") && papers.body.contains("受付1") && papers.body.contains("届け出る"), "{}", papers.body);
    let people = administrator.get(&format!("/facilities/{}/people.csv", world.facility)).await;
    assert!(people.body.contains("見本 花子"), "{}", people.body);
    act(&mut secretariat, &page, "hand_over", &[("someone", "見本 院長"), ("why", "一覧3件")]).await.redirects_to(&page);
    let early = act(&mut secretariat, &page, "leave", &[("why", "閉院のため"), ("sure", "yes")]).await;
    early.status(422).says("2026年8月31日より前にはできません");

    // 2026-08-31 10:00 JST; sessions have ended meanwhile.
    world.clock.set(MORNING.plus_days(28).plus_seconds(3600));
    let (mut secretariat, _) = world.signed_in(world.region, None, "tanto").await;
    let (mut administrator, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    secretariat.get("/").await.status(200);
    act(&mut secretariat, &page, "leave", &[("why", "閉院のため")]).await.status(422).says("確認の欄に印");
    act(&mut secretariat, &page, "leave", &[("why", "閉院のため"), ("sure", "yes")]).await.redirects_to(&page);

    assert_eq!(world.standing(&device.to_string()).await.as_deref(), Some("retired"), "its agent is answered 410 from now on");
    assert!(administrator.get("/").await.location.is_some_and(|path| path.starts_with("/sign-in")), "the account is closed");
    Browser::new(&world.router).get(&format!("/apply/{secret}")).await.status(404).says("リンクは使えません");
    let live = world.store.list_live_codes(world.facility, None, (world.clock.now(), 10)).await.expect("reads");
    assert!(live.is_empty(), "the code {code} is revoked");
    secretariat.get(&page).await.says("退会").says("個人情報を消去する日");
    assert!(!secretariat.get("/").await.text().contains("さくら架空診療所"), "it is in no list any more");
    secretariat.get("/intakes?is=left").await.says("さくら架空診療所");
    secretariat.get("/excluded").await.says("閉院のため");
    // What is on file stays, and is read; nothing is done with it but an incident's rest.
    secretariat.get(&format!("/papers/{paper}")).await.status(200).says("見本 看護師").says("記録を終える").says("閉院のため");
    secretariat.get(&out).await.says("記録を終える");
    let figures = let_in::figures_of(world.store.read(), exception).await.expect("counts");
    assert_eq!((figures.papers, figures.open), (1, 0), "nothing is left that nobody could clear");
    assert_eq!(world.acts("paper_moved").await, ["kind=take_out membership=left"; 2]);
    secretariat
        .submit(&format!("/papers/{paper}/act"), &[("act", "refuse"), ("seen", "1"), ("why", "見本")])
        .await
        .status(422)
        .says("退会しました");
    secretariat
        .submit(&format!("/facilities/{}/codes", world.facility), &[("uses", "1"), ("hours", "24")])
        .await
        .status(409)
        .says("退会しました");
}

#[tokio::test]
async fn personal_data_of_who_left_are_erased_by_the_clock_and_not_a_day_before() {
    let world = World::new().await;
    let (_, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let device = world.add_device(world.region, world.facility, "花子のPC").await;
    world.add_paper(world.region, world.facility, Some(device), "見本 看護師").await;
    leave(&mut secretariat, world.facility).await;
    let due = membership::find(world.store.read(), world.facility).await.expect("reads").expect("a facility").erase_at.expect("a day");
    assert_eq!(Some(due), world.pack.parameters().retention.records.end(MORNING));
    assert_eq!(memberships::erase_due(&world.store, &world.random, due.plus_seconds(-1)).await.expect("runs"), 0);
    assert_eq!(memberships::erase_due(&world.store, &world.random, due).await.expect("runs"), 1);
    assert_eq!(memberships::erase_due(&world.store, &world.random, due).await.expect("runs"), 0);

    for sql in [
        "SELECT count(*) FROM person WHERE name = '見本 花子' AND facility_id IS NOT NULL",
        "SELECT count(*) FROM paper WHERE applicant LIKE '%看護師%' OR fields LIKE '%見本%'",
        "SELECT count(*) FROM device WHERE label LIKE '%花子%'",
        "SELECT count(*) FROM membership_step WHERE name <> '' OR why <> ''",
        "SELECT count(*) FROM exclusion WHERE reason <> ''",
        "SELECT count(*) FROM log_words w JOIN log_entry l ON l.id = w.entry_id WHERE l.facility_id IS NOT NULL AND l.what <> 'membership_erased'",
    ] {
        let left: i64 = sqlx::query_scalar(sql).fetch_one(world.store.read()).await.expect("reads");
        assert_eq!(left, 0, "{sql}");
    }
    let state = membership::find_state(world.store.read(), world.facility).await.expect("reads");
    assert_eq!(state, Some(State::Erased));
    let found = device::find(&world.store, world.facility, device).await.expect("reads").expect("the row stays");
    assert_eq!(found.standing, Standing::Retired);
    secretariat.get(&page_of(world.facility)).await.status(200).says("個人情報消去済み").says("収集サーバー");
    // Its sign-in name is free again, for whoever comes.
    let login = crate::domain::people::Login::parse("hanako").expect("a sign-in name");
    assert!(store::person::find_by_login(world.store.read(), &login).await.expect("reads").is_none());
}

#[tokio::test]
async fn a_facility_sees_how_it_stands_and_moves_nothing() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let page = page_of(world.facility);
    let shown = administrator.get(&page).await;
    shown.status(200).says("利用中");
    assert!(!shown.body.contains("name=\"act\""), "nothing to press");
    administrator.submit(&page, &[("act", "suspend"), ("seen", "0"), ("why", "見本")]).await.status(404);
    administrator.get("/intakes").await.status(404);
}

#[tokio::test]
async fn anybody_reads_which_facilities_take_part_and_nothing_of_their_people() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (_, _) = world.signed_in(world.region, Some(world.neighbour), "hanako").await;
    suspend(&mut secretariat, world.facility).await;
    let mut anybody = Browser::new(&world.router);
    anybody.get("/public/facilities").await.status(200).says("架空圏域").says("仮想圏域");
    let page = anybody.get(&format!("/public/facilities?region={}", world.region)).await;
    page.status(200).says("もみじ架空薬局").says("2026年8月3日");
    assert!(!page.text().contains("さくら架空診療所") && !page.text().contains("みなと仮想訪問看護"), "{}", page.text());
    let json = Browser::new(&world.router).get(&format!("/public/facilities.json?region={}", world.region)).await;
    json.status(200);
    let header = |name: &str| json.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!((header("cache-control").as_str(), json.set_cookie.as_deref()), ("public, max-age=300", None), "anybody's, and kept");
    let said: serde_json::Value = serde_json::from_str(&json.body).expect("json");
    assert_eq!(said, serde_json::json!({"region": "架空圏域", "facilities": [{"name": "もみじ架空薬局", "since": "2026-08-03"}]}));
    for wrong in ["?region=x", "?region=01900000-0000-7000-8000-000000000000", &format!("?region={}&after=x", world.region)] {
        Browser::new(&world.router).get(&format!("/public/facilities.json{wrong}")).await.status(404);
        Browser::new(&world.router).get(&format!("/public/facilities{wrong}")).await.status(404);
    }
}
