//! 紛失 and 発見 as people do them: what is asked, what stands beside it at once, what it does, and who reads what.

use hashimori_shared::report::sample;
use hashimori_shared::time::DAY;

use super::browser::Browser;
use super::former::file;
use super::mail::{letters, register};
use super::world::{MORNING, World};
use crate::domain::boxes::split;
use crate::domain::device::{Ownership, Standing};
use crate::domain::mail::Kind;
use crate::domain::people::Role;
use crate::domain::people::session::FRESH_S;

/// Notes a loss; the incident to which that leads.
async fn lose(browser: &mut Browser, path: &str, (at, why): (&str, &str)) -> String {
    let noted = browser.submit(path, &[("at", at), ("why", why)]).await;
    let incident = noted.status(303).location.clone().expect("a path");
    assert!(incident.starts_with("/papers/"), "{incident}");
    incident
}

/// Incidents of the world's facility.
async fn incidents(world: &World) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM paper WHERE kind = 'incident'").fetch_one(world.store.read()).await.expect("reads")
}

#[tokio::test]
async fn a_loss_noted_on_the_device_is_an_incident_of_which_everybody_is_told_and_whose_clock_runs() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.confirm(world.facility, id).await;
    let (mut administrator, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    register(&world, &mut administrator, "hanako@hotaru.example").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    register(&world, &mut secretariat, "jimu@hotaru.example").await;
    let (page, path) = (format!("/devices/{id}"), format!("/devices/{id}/lost"));
    administrator.get(&path).await.status(200).says("事故報告ができ、事務局に知らせます");
    let incident = lose(&mut administrator, &path, ("2026-08-03T09:00", "電車に置き忘れた")).await;

    let mut told = letters(&world).await;
    told.sort_by(|one, other| one.1.cmp(&other.1));
    let to = |address: &str| (Kind::IncidentReported, address.to_owned(), incident.clone());
    assert_eq!(told, [to("hanako@hotaru.example"), to("jimu@hotaru.example")]);
    administrator.get(&format!("/facilities/{}/today", world.facility)).await.says("対応中の事故が1件あります。");
    let shown = administrator.get(&incident).await;
    shown.says("対応中").says("機器の紛失").says("電車に置き忘れた").says("往診用ノート");
    shown.says("速報（個人情報保護委員会）の期限は 2026年8月8日です（あと5日）");
    secretariat.get("/").await.says("対応中の事故が1件あります。");
    secretariat.get("/incidents").await.says("さくら架空診療所").says("機器の紛失");
    assert_eq!(administrator.get(&page).await.link("事故報告（紛失・盗難・異常・不正アクセス） 第1号"), incident);
    assert_eq!(world.acts("paper_filed").await, [format!("kind=incident from={id}")]);

    // Found: the incident stays open, and says so.
    let found = format!("/devices/{id}/found");
    world.clock.advance(FRESH_S);
    let code = world.code(&seed);
    administrator.get("/step-up?next=/account").await;
    administrator.submit("/step-up", &[("code", &code), ("next", "/account")]).await.status(303);
    administrator.get(&found).await.status(200).says("事故報告は終わりません");
    administrator.submit(&found, &[("at", "2026-08-03T09:02"), ("why", "駅に届いていた")]).await.redirects_to(&page);
    administrator.get(&page).await.says("対応中の事故報告");
    administrator.get(&incident).await.says("対応中").says("2026年8月3日 09:02に見つかったと記録されています。");
    // Missing once more: that is another loss, and another clock.
    let again = lose(&mut administrator, &path, ("2026-08-03T09:04", "また見当たらない")).await;
    assert_ne!(again, incident);
    assert_eq!(incidents(&world).await, 2);
}

#[tokio::test]
async fn a_loss_noted_on_the_device_goes_on_in_the_incident_that_reported_it_and_in_no_other() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await.to_string();
    world.confirm(world.facility, id.parse().expect("an id")).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (new, links) = (format!("/facilities/{}/papers/new", world.facility), format!("/facilities/{}/links", world.facility));
    administrator.get(&new).await.status(200);
    let reported = [("applicant", "見本 看護師"), ("situation", "見本"), ("device", id.as_str())];
    let fault = administrator.submit(&new, &[&reported[..], &[("kind", "incident"), ("what", "fault")]].concat()).await;
    let fault = fault.location.expect("filed");
    let theft = administrator.submit(&new, &[&reported[..], &[("kind", "incident"), ("what", "theft")]].concat()).await;
    let theft = theft.location.expect("filed");
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", "incident")]).await.status(303);
    let shown = administrator.get(&format!("{links}/issued")).await;
    let link = format!("/apply/{}", shown.body.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link"));
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.status(200);
    nurse.submit(&link, &[&reported[..], &[("what", "loss")]].concat()).await.status(303);
    let path = format!("/devices/{id}/lost");
    let asked = administrator.get(&path).await;
    asked.says("受付待ちの事故報告があります");
    administrator.get(&asked.link("事故報告（紛失・盗難・異常・不正アクセス） 第3号")).await.says("報告あり（受付待ち）");
    assert_eq!(lose(&mut administrator, &path, ("2026-08-03T09:00", "車上荒らし")).await, theft);
    let shown = administrator.get(&theft).await;
    shown.says("対応中").says("車上荒らし").says("2026年8月3日 09:00");
    assert_eq!(world.acts("paper_moved").await, [format!("kind=incident act=mark_lost state=open from={id}")]);
    assert!(!administrator.get(&fault).await.text().contains("車上荒らし"));
    assert_eq!(incidents(&world).await, 3, "no fourth one");
}

#[tokio::test]
async fn a_loss_noted_on_the_device_is_an_incident_anew_where_nothing_could_leak_the_last_time() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await.to_string();
    world.confirm(world.facility, id.parse().expect("an id")).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    let fields = [("kind", "incident"), ("applicant", "見本 看護師"), ("what", "loss"), ("situation", "見本"), ("device", id.as_str())];
    let before = administrator.submit(&new, &fields).await.location.expect("filed");
    let decided = [("act", "no_leak"), ("seen", "0"), ("why", "事務所の中だった")];
    administrator.submit(&format!("{before}/act"), &decided).await.redirects_to(&before);
    let path = format!("/devices/{id}/lost");
    administrator.get(&path).await.status(200);
    let incident = lose(&mut administrator, &path, ("2026-08-03T09:00", "電車に置き忘れた")).await;
    assert_ne!(incident, before);
    administrator.get(&incident).await.says("速報（個人情報保護委員会）の期限は");
}

#[tokio::test]
async fn a_loss_is_noted_with_its_time_and_how_it_came_about_and_what_protected_the_device_stands_beside_it() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    // Whoever finds it changes what it tells, before anybody notices that it is gone.
    world.clock.advance(2 * 3600);
    world.report(world.facility, id, &sample::all_unknown(MORNING)).await;
    world.clock.advance(3600);
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (page, path) = (format!("/devices/{id}"), format!("/devices/{id}/lost"));
    browser.get(&page).await.says("この機器を紛失とする");
    let asked = browser.get(&path).await;
    asked.status(200).says("まだ何も変わっていません").says("画面のロックと暗号化").says("管理者に連絡してください");
    assert_eq!(asked.typed("at"), ["2026", "08", "03", "12", "00"]);
    for (at, why, says) in [
        ("2026-08-03T12:01", "電車に置き忘れた", "まだ来ていない日時です"),
        ("2026-08-02T12:00", "電車に置き忘れた", "2026年8月3日 09:00より前の日時です"),
        ("きのう", "電車に置き忘れた", "日時を読み取れません"),
        ("2026-08-03T09:30", " ", "理由を"),
    ] {
        let refused = browser.submit(&path, &[("at", at), ("why", why)]).await;
        refused.status(422).says(says);
        assert!(refused.typed("at") == split(at) && refused.field("why") == why, "what was typed is kept");
    }
    lose(&mut browser, &path, ("2026-08-03T09:30", "電車に置き忘れた")).await;
    let lost = browser.get(&page).await;
    lost.says("紛失").says("いつ、なくなったか: 2026年8月3日 09:30").says("状況: 電車に置き忘れた").says("見本 花子が2026年8月3日 12:00に");
    // As it was told before the loss, not after.
    lost.says("機器がこう伝えた時刻: 2026年8月3日 09:00").says("ディスクの暗号化\n/: 暗号化（luks2）");
    assert_eq!(world.acts("device_lost").await, ["happened=2026-08-03T09:30"]);
    browser
        .submit(&path, &[("at", "2026-08-03T09:30"), ("why", "もう一度")])
        .await
        .status(409)
        .says("すでにご自身で「機器の紛失」をしています");

    // From now on what it sends is evidence.
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    browser.get(&format!("/facilities/{}/today", world.facility)).await.says("紛失とした機器1台から通信がありました");
    browser.get(&page).await.says("ディスクの暗号化\n/: 暗号化（luks2）").says("2026年8月3日 09:00");
}

#[tokio::test]
async fn a_device_that_was_never_heard_of_is_not_said_to_be_protected() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get(&format!("/devices/{id}/lost")).await.says("未確認: それまでに、状態報告が届いていません");
    world.report(world.facility, id, &sample::all_unknown(MORNING)).await;
    browser.get(&format!("/devices/{id}/lost")).await.says("ディスクの暗号化\n未確認");
}

#[tokio::test]
async fn a_found_device_is_put_back_in_use_by_a_fresh_proof_and_not_before_it_was_lost() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    world.clock.advance(DAY);
    let (mut browser, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (page, lost, found) = (format!("/devices/{id}"), format!("/devices/{id}/lost"), format!("/devices/{id}/found"));
    browser.get(&found).await.status(409).says("紛失ではなくなっています");
    browser.get(&lost).await.status(200);
    lose(&mut browser, &lost, ("2026-08-04T08:00", "見当たらない")).await;
    world.clock.advance(FRESH_S);
    browser.get(&page).await.says("発見した");
    browser.get(&found).await.status(200).says("だれかが触った様子がないか");
    let typed = [("at", "2026-08-04T09:00"), ("why", "事務室にあった")];
    browser.submit(&found, &typed).await.redirects_to("/step-up?next=/step-up/continue");
    let code = world.code(&seed);
    browser.get("/step-up?next=/step-up/continue").await;
    browser.submit("/step-up", &[("code", &code), ("next", "/step-up/continue")]).await.redirects_to("/step-up/continue");
    browser.get("/step-up/continue").await.status(200);
    let early = browser.submit(&found, &[("at", "2026-08-04T07:59"), ("why", "事務室にあった")]).await;
    early.status(422).says("2026年8月4日 08:00より前の日時です");
    browser.submit(&found, &typed).await.redirects_to(&page);
    assert_eq!(world.standing(&id.to_string()).await.as_deref(), Some("active"));
    let back = browser.get(&page).await;
    back.says("2026年8月4日 08:00に紛失し、2026年8月4日 09:00に見つかりました").says("事務室にあった");
    assert_eq!(world.acts("device_reclaimed").await, ["happened=2026-08-04T09:00"]);
    browser.submit(&found, &typed).await.status(409);
    // Missing once more: what is told is told of this time.
    lose(&mut browser, &lost, ("2026-08-04T09:05", "また見当たらない")).await;
    let again = browser.get(&page).await;
    again.says("また見当たらない");
    assert!(!again.text().contains("事務室にあった"), "{}", again.text());
}

#[tokio::test]
async fn the_secretariat_notes_the_loss_of_a_persons_own_device_and_reads_neither_its_protection_nor_what_the_facility_wrote() {
    let world = World::new().await;
    let id = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::good_debian(MORNING)).await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (page, lost) = (format!("/devices/{id}"), format!("/devices/{id}/lost"));
    let asked = secretariat.get(&lost).await;
    asked.status(200).says("見られるのは、この事業所の担当者だけです");
    assert!(!asked.body.contains("太郎") && !asked.text().contains("ディスクの暗号化"), "{}", asked.text());
    secretariat.submit(&lost, &[("at", "2026-08-03T08:59"), ("why", "電話で聞いた")]).await.status(422);
    let incident = lose(&mut secretariat, &lost, ("2026-08-03T09:00", "太郎が電話した")).await;
    assert_eq!(world.standing(&id.to_string()).await.as_deref(), Some("lost"));
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    administrator.get(&page).await.says("太郎が電話した").says("ディスクの暗号化");
    administrator.get("/log").await.says("太郎が電話した");
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, None, "etsuran").await;
    for reader in [&mut secretariat, &mut auditor] {
        reader.get(&incident).await.says("対応中").says("状況は機器のページで、事業所の担当者だけが見られます");
        for path in [page.as_str(), incident.as_str(), "/log", "/log/export.csv"] {
            let shown = reader.get(path).await;
            shown.status(200);
            assert!(!shown.body.contains("太郎"), "{path}: {}", shown.text());
        }
        reader.get(&page).await.says("紛失").says("個人所有の機器のため");
        reader.get("/log?act=device_lost").await.says("事業所の担当者だけが見られます");
    }
    assert!(!auditor.get(&page).await.text().contains("発見した"), "an auditor changes nothing");
}

#[tokio::test]
async fn a_lost_device_that_is_taken_out_of_use_was_not_found() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.stand(world.facility, id, Standing::Lost).await;
    world.stand(world.facility, id, Standing::Retired).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let page = browser.get(&format!("/devices/{id}")).await;
    page.says("いつ、なくなったか").says("理由の記録がありません");
    assert!(!page.text().contains("発見した") && !page.text().contains("種類・所有を改める"), "{}", page.text());
}

#[tokio::test]
async fn whoever_opens_a_form_about_a_device_or_its_incident_is_among_those_who_read_it_once_in_a_while() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.confirm(world.facility, id).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut read = 0;
    for form in ["lost", "card", "sort", "retire"] {
        let path = format!("/devices/{id}/{form}");
        browser.get(&path).await.status(200);
        browser.get(&path).await.status(200);
        read += 1;
        assert_eq!(world.acts("device_viewed").await.len(), read, "{form}");
        world.clock.advance(660);
    }
    browser.get(&format!("/devices/{id}/found")).await.status(409);
    assert_eq!(world.acts("device_viewed").await.len(), read, "nothing of it was shown");
    let incident = lose(&mut browser, &format!("/devices/{id}/lost"), ("2026-08-03T09:30", "電車に置き忘れた")).await;
    for path in [format!("/devices/{id}/found"), format!("{incident}/print"), incident] {
        world.clock.advance(660);
        browser.get(&path).await.status(200);
        browser.get(&path).await.status(200);
        read += 1;
        assert_eq!(world.acts("device_viewed").await.len(), read, "{path}");
    }
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let elsewhere = file(&mut browser, &world, "見本 看護師").await;
    office.get(&elsewhere).await.status(200);
    assert_eq!(world.acts("device_viewed").await.len(), read, "a paper that is no incident");
    let page = browser.get(&format!("/devices/{id}")).await;
    assert!(page.text().matches("見本 花子").count() >= read, "{}", page.text());
}
