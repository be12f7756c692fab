//! What is read at a glance: the region worst first, 今日の対応, the devices behind a number, the log, and files for a spreadsheet.

use hashimori_shared::report::sample;
use hashimori_shared::time::DAY;

use super::browser::{Browser, Page};
use super::world::{MORNING, World};
use crate::clock::Clock as _;
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{DeviceId, FacilityId};
use crate::store::facility::{self, Facility};
use crate::store::log::{self, ChainState};

impl World {
    /// A facility of the region with one device that has reported this.
    async fn add_facility(&self, name: &str) -> FacilityId {
        let id = FacilityId::new(self.random.uuid(self.clock.now()));
        let new = Facility { id, region: self.region, name: name.to_owned(), created_at: self.clock.now() };
        let mut tx = self.store.begin().await.expect("begins");
        facility::insert(&mut tx, &new).await.expect("inserts");
        tx.commit().await.expect("commits");
        id
    }

    pub(super) async fn add_used(&self, facility: FacilityId, label: &str, report: Option<&hashimori_shared::report::Report>) -> DeviceId {
        let id = self.add_device(self.region, facility, label).await;
        self.confirm(facility, id).await;
        if let Some(report) = report {
            self.report(facility, id, report).await;
        }
        id
    }

    /// Who exports must have proven themself just now.
    pub(super) async fn proven(&self, browser: &mut Browser, seed: &crate::domain::people::totp::Seed, next: &str) {
        self.clock.advance(60);
        browser.get("/step-up").await.status(200);
        browser.submit("/step-up", &[("code", &self.code(seed)), ("next", next)]).await.redirects_to(next);
    }
}

/// Paths of links that hold `part`.
fn links(page: &Page, part: &str) -> Vec<String> {
    let hrefs = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs.filter(|href| href.contains(part)).map(|href| href.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

#[tokio::test]
async fn the_region_begins_with_the_worst_facility_and_can_be_narrowed_by_state_and_name() {
    let world = World::new().await;
    world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    world.add_used(world.neighbour, "調剤1", Some(&sample::bad_debian(MORNING))).await;
    let waiting = world.add_facility("あおい架空歯科").await;
    world.add_device(world.region, waiting, "診察室").await;
    world.add_facility("からの架空施設").await;
    world.rank().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let home = browser.get("/").await;
    let names = |page: &Page| -> Vec<String> {
        page.text().lines().filter(|l| l.contains("架空") && !l.contains("圏域")).map(str::to_owned).collect()
    };
    assert_eq!(names(&home), ["もみじ架空薬局", "あおい架空歯科", "さくら架空診療所", "からの架空施設"], "{}", home.text());
    home.status(200).says("不適合").says("2026年8月3日から記録しています").says(&format!("{} linux", env!("CARGO_PKG_VERSION")));
    let bad = browser.get("/?state=non-compliant").await;
    assert_eq!(names(&bad), ["もみじ架空薬局"]);
    assert!(bad.body.contains("value=\"non-compliant\" selected"));
    let by_name = browser.get("/?q=%E6%9E%B6%E7%A9%BA%E6%AD%AF").await;
    assert_eq!(names(&by_name)[1..], ["あおい架空歯科"], "the first one is the caption");
    browser.get("/?q=%E8%AA%BF%E5%89%A4").await.says("調剤1").says("条件に合う事業所はありません");
    browser.get("/?q=%25").await.says("条件に合う事業所はありません");
    browser.get("/?state=nonsense").await.status(404);
    browser.get("/?after=nonsense").await.status(404);
    assert!(!browser.get("/?q=%E4%BB%AE%E6%83%B3").await.text().contains("みなと"), "another region's facility is not found");
}

#[tokio::test]
async fn a_long_region_pages_by_key_and_every_facility_is_on_exactly_one_page() {
    let world = World::new().await;
    for n in 0..58 {
        let id = world.add_facility(&format!("架空{n:03}")).await;
        if n % 3 == 0 {
            world.add_device(world.region, id, "見本機").await;
        }
    }
    world.rank().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut path, mut seen, mut pages) = (Some("/".to_owned()), Vec::new(), 0);
    while let Some(next) = path {
        let page = browser.get(&next).await;
        page.status(200);
        seen.extend(links(&page, "/facilities/").into_iter().filter(|href| !href.contains("is=")));
        path = links(&page, "after=").into_iter().next();
        pages += 1;
    }
    assert_eq!((pages, seen.len()), (3, 60));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 60);
}

#[tokio::test]
async fn the_trend_is_a_chart_with_a_table_and_ends_with_today_as_it_is() {
    let world = World::new().await;
    world.add_used(world.facility, "受付1", Some(&sample::bad_debian(MORNING))).await;
    world.rank().await;
    world.clock.advance(DAY);
    world.add_used(world.neighbour, "調剤1", Some(&sample::bad_debian(world.clock.now()))).await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let page = browser.get("/").await;
    page.says("2026年8月3日の1台から、2026年8月4日は2台です").says("数字で見る");
    assert_eq!(page.body.matches("<polyline").count(), 4);
    assert!(page.body.contains("<svg role=\"img\" aria-labelledby=\"trend trend-about\""));
}

#[tokio::test]
async fn silent_devices_are_counted_found_and_listed() {
    let world = World::new().await;
    world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    world.add_used(world.facility, "受付2", None).await;
    world.rank().await;
    world.clock.set(MORNING.plus_days(31));
    world.rank().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/").await.says("30日を超えて届いていないものが1台").says("一度も届いていないもの（点検プログラムのない機器を含む）が1台");
    let list = browser.get("/?state=silent").await;
    list.says("さくら架空診療所");
    assert!(!list.text().contains("もみじ"));
    let devices = browser.get(&links(&list, "is=silent")[0]).await;
    devices.status(200).says("受付1").says("受付2");
    let never = browser.get(&format!("/facilities/{}/devices?is=never", world.facility)).await;
    assert!(never.text().contains("受付2") && !never.text().contains("受付1"), "{}", never.text());
    browser.get(&format!("/facilities/{}/devices?is=nonsense", world.facility)).await.status(404);
}

#[tokio::test]
async fn today_says_what_needs_a_hand_in_order_and_each_line_leads_to_its_devices() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let today = format!("/facilities/{}/today", world.facility);
    browser.get("/").await.redirects_to(&today);
    browser.get(&today).await.says("機器はまだ登録されていません");
    for label in ["受付1", "受付2"] {
        world.add_used(world.facility, label, Some(&sample::bad_debian(MORNING))).await;
    }
    world.add_device(world.region, world.facility, "待合1").await;
    let page = browser.get(&today).await;
    let text = page.status(200).text();
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not in\n{text}"));
    assert!(at("対応が必要です") < at("§20-3 ") && at("§20-3 ") < at("登録待ちの機器が1台"), "{text}");
    assert!(at("登録待ちの機器が1台") < at("自己点検の期限が来ている機器が2台"), "{text}");
    assert!(!text.contains("違反"));
    let clause = links(&page, "is=non-compliant").into_iter().find(|href| href.contains("20-3")).expect("a link");
    browser.get(&clause).await.status(200).says("受付1").says("受付2").says("§20-3");
    assert!(!browser.get(&clause).await.text().contains("待合1"));
}

#[tokio::test]
async fn a_day_on_which_nothing_needs_a_hand_says_what_was_looked_at_and_when() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    let mut tx = world.store.begin_ledger().await.expect("begins");
    let retired =
        crate::store::device::Decision { standing: crate::domain::device::Standing::Retired, by: "見本".to_owned(), at: MORNING };
    let from = [crate::domain::device::Standing::Pending];
    assert!(crate::store::device::stand(&mut tx, world.facility, id, &from, &retired).await.expect("writes"));
    tx.commit().await.expect("commits");
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let page = browser.get(&format!("/facilities/{}/today", world.facility)).await;
    page.says("2026年8月3日 09:00の時点で").says("自己点検の期限");
    assert!(!page.text().contains("対応が必要です"));
}

#[tokio::test]
async fn the_secretariat_is_told_of_the_collectors_own_troubles() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    assert!(!browser.get("/").await.text().contains("対応が必要です"), "a collector that has just begun has no backup to miss");
    let mut tx = log::begin_log(&world.store).await.expect("begins");
    log::set_state(&mut tx, &ChainState::Broken { seq: 3, at: MORNING }).await.expect("writes");
    tx.commit().await.expect("commits");
    world.clock.advance(2 * DAY);
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku2").await;
    browser.get("/").await.says("操作記録のつながりが途切れています").says("バックアップが1日以上ありません");
    browser.get("/log").await.says("3番でつながりが途切れている");
}

#[tokio::test]
async fn a_file_needs_a_fresh_proof_is_logged_and_opens_in_a_spreadsheet() {
    let world = World::new().await;
    world.add_used(world.facility, "=1+1", Some(&sample::bad_debian(MORNING))).await;
    world.rank().await;
    let (mut browser, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    world.clock.advance(660);
    for path in ["/export/facilities", "/export/facilities.csv", "/log/export", "/log/export.csv"] {
        browser.get(path).await.redirects_to(&format!("/step-up?next={path}"));
    }
    world.proven(&mut browser, &seed, "/export/facilities").await;
    browser.get("/export/facilities").await.says("操作記録に残ります").says("事業所番号");
    let file = browser.get("/export/facilities.csv").await;
    let name = file.headers["content-disposition"].to_str().expect("ascii");
    assert_eq!((file.code, name), (200, "attachment; filename=\"hashimori-facilities-20260803.csv\""));
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}\"事業所番号\",\"事業所\",\"機器の台数\",\"紛失\""), "{}", lines[0]);
    assert!(lines[1].contains("さくら架空診療所") && lines.len() == 4, "{}", file.body);
    let devices = browser.get(&format!("/facilities/{}/devices.csv", world.facility)).await;
    assert!(devices.body.contains("\"'=1+1\"") && devices.body.contains("\"不適合\""), "{}", devices.body);
    browser
        .get("/log?act=exported")
        .await
        .says("書き出し")
        .says("書き出したもの: 事業所の一覧\n2行")
        .says("書き出したもの: 機器の一覧\n1行");
    let entries = browser.get("/log/export.csv?act=exported").await;
    assert_eq!(entries.body.matches("\"書き出し\"").count(), 2, "{}", entries.body);
    assert!(entries.body.contains("\"書き出したもの: 事業所の一覧、2行\""), "{}", entries.body);

    let (mut administrator, _) = world.signed_in(world.region, Some(world.neighbour), "hanako").await;
    administrator.get("/export/facilities.csv").await.status(404);
    administrator.get(&format!("/facilities/{}/devices.csv", world.facility)).await.status(404);
}

#[tokio::test]
async fn a_long_log_goes_out_whole_and_is_noted_with_its_length_before_it_is_shown() {
    let world = World::new().await;
    let mut tx = log::begin_log(&world.store).await.expect("begins");
    for n in 0..1_001 {
        let done = Done::by(Actor::Collector, What::BackupMade, world.clock.now()).in_region(world.region).noting(format!("number={n}."));
        log::write(&mut tx, &world.random, &done).await.expect("writes");
    }
    tx.commit().await.expect("commits");
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let file = browser.get("/log/export.csv?act=backup_made").await;
    assert_eq!(file.body.matches("\r\n").count(), 1_002, "a row for each entry and one for the names of the columns");
    for n in 0..1_001 {
        assert_eq!(file.body.matches(&format!("number={n}.")).count(), 1, "{n}");
    }
    browser.get("/log?act=exported").await.says("書き出したもの: 操作記録\n1001行");
}

#[tokio::test]
async fn the_log_shows_each_reader_their_own_and_can_be_narrowed() {
    let world = World::new().await;
    for (facility, remark) in [(world.facility, "さくらの一件"), (world.neighbour, "もみじの一件")] {
        let done = Done::by(Actor::Operator, What::SettingsChanged, world.clock.now()).at_facility(world.region, facility).saying(remark);
        log::write_alone(&world.store, &world.random, &done).await.expect("writes");
    }
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    secretariat.get("/log").await.says("さくらの一件").says("もみじの一件").says("まだ確かめていません").says("未確認");
    let own = administrator.get("/log").await;
    own.says("さくらの一件").says("運用担当者");
    assert!(!own.text().contains("もみじ") && !own.text().contains("jimukyoku"));
    let empty = administrator.get("/log?from=2026-08-04").await;
    empty.status(200).says("条件に合う記録はありません");
    administrator.get("/log?to=2026/8/3&act=settings_changed").await.says("さくらの一件");
    let wrong = administrator.get("/log?from=%E3%81%8D%E3%81%AE%E3%81%86").await;
    wrong.status(422).says("日付を読み取れません");
    assert!(wrong.body.contains("value=\"きのう\""), "what was typed is kept");
    administrator.get("/log?act=nonsense").await.status(404);
}

#[tokio::test]
async fn the_log_pages_by_key() {
    let world = World::new().await;
    for n in 0..101 {
        world.clock.advance(1);
        let done = Done::by(Actor::Collector, What::BackupMade, world.clock.now()).in_region(world.region).noting(format!("number={n}"));
        log::write_alone(&world.store, &world.random, &done).await.expect("writes");
    }
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut path, mut seen) = (Some("/log?act=backup_made".to_owned()), 0);
    while let Some(next) = path {
        let page = browser.get(&next).await;
        seen += page.status(200).body.matches("番号: ").count();
        path = links(&page, "before=").into_iter().next();
    }
    assert_eq!(seen, 101);
}

#[tokio::test]
async fn a_devices_page_tells_its_past_and_who_looked() {
    let world = World::new().await;
    let id = world.add_used(world.facility, "受付1", Some(&sample::bad_debian(MORNING))).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/devices/{id}");
    let page = administrator.get(&path).await;
    page.says("判定の移り変わり").says("新しい状態報告").says("この機器のページを見た人").says("見本 花子");
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let both = secretariat.get(&path).await.text();
    let viewers = both.split("この機器のページを見た人").nth(1).expect("a section");
    assert_eq!(viewers.matches("見本 花子").count(), 2, "{viewers}");
    administrator.get(&path).await;
    let again = secretariat.get(&path).await.text();
    let viewers = again.split("この機器のページを見た人").nth(1).expect("a section");
    assert_eq!(viewers.matches("見本 花子").count(), 2, "the same person within ten minutes is one entry");
    secretariat.get(&format!("{path}?before=1")).await.status(200).says("判定はまだ変わっていません");
}
