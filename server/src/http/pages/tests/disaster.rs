//! 災害時特例 through the pages: a facility begins it, the 事務局 answers, everybody is told, counts stand apart, and it ends.

use hashimori_shared::report::sample;

use super::browser::{Browser, Page};
use super::world::{MORNING, PASSWORD, World};
use crate::clock::Clock as _;
use crate::domain::area::Area;
use crate::domain::ids::AreaId;
use crate::domain::people::totp::Seed;
use crate::exceptions;
use crate::store::area;

const HOUR: i64 = 3600;
const BASIS: &str = "規程第25条、避難指示";

/// Two people who act: the administrator of a facility and the 事務局.
struct Night {
    world: World,
    administrator: (Browser, Seed),
    secretariat: (Browser, Seed),
}

impl Night {
    async fn new() -> Self {
        let world = World::new().await;
        let administrator = world.signed_in(world.region, Some(world.facility), "hanako").await;
        let secretariat = world.signed_in(world.region, None, "jimukyoku").await;
        Self { world, administrator, secretariat }
    }

    fn local(&self) -> String {
        format!("/facilities/{}/disaster", self.world.facility)
    }

    /// The administrator proves themself and begins it.
    async fn begin(&mut self, extra: &[(&str, &str)]) -> Page {
        let path = self.local();
        self.world.proven(&mut self.administrator.0, &self.administrator.1, &path).await;
        self.administrator.0.get(&path).await.status(200);
        let mut fields = vec![("act", "begin"), ("why", "浸水・停電"), ("basis", BASIS)];
        fields.extend(extra);
        self.administrator.0.submit(&path, &fields).await
    }

    /// The 事務局 proves itself and posts this.
    async fn decide(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.world.proven(&mut self.secretariat.0, &self.secretariat.1, path).await;
        self.secretariat.0.get(path).await.status(200);
        self.secretariat.0.submit(path, fields).await
    }

    async fn activate(&mut self) -> String {
        let page = self.decide("/disaster", &[("why", "大雨特別警報"), ("basis", BASIS), ("days", "7")]).await;
        assert_eq!(page.code, 303, "{}", page.body);
        page.location.expect("a path")
    }
}

impl World {
    /// Somebody signs in anew, after however long.
    pub(super) async fn back(&self, login: &str, seed: &Seed) -> Browser {
        self.clock.advance(60);
        let mut browser = Browser::new(&self.router);
        browser.get("/sign-in").await.status(200);
        let code = self.code(seed);
        let page = browser.submit("/sign-in", &[("login", login), ("password", PASSWORD), ("code", &code)]).await;
        page.status(303);
        browser
    }
}

/// What the banners say.
fn banners(page: &Page) -> String {
    page.body.split("<main").next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_facility_begins_it_at_night_the_secretariat_ratifies_it_and_both_are_told_on_every_page() {
    let mut night = Night::new().await;
    night.begin(&[("event", "2026-08-03T02:30")]).await.redirects_to(&night.local());
    let page = night.administrator.0.get("/rules").await;
    assert!(banners(&page).contains("【緊急】") && banners(&page).contains("追認を待っています"), "{}", page.body);
    assert!(page.body.contains("<time datetime=\"2026-08-03 02:30+09:00\">"), "{}", page.body);
    night.administrator.0.get(&night.local()).await.says("仮発動中（追認待ち）").says("2026年8月4日 02:30");

    let listed = night.secretariat.0.get("/disaster").await;
    listed.says("追認を待つ仮発動が1件あります").says("さくら架空診療所");
    let path = listed.link("さくら架空診療所");
    let file = night.secretariat.0.get(&path).await;
    file.says("2026年8月3日 02:30").says("入力 2026年8月3日 09:01");
    night.decide(&path, &[("act", "ratify"), ("days", "7"), ("why", "状況を確認した")]).await.redirects_to(&path);
    night.secretariat.0.get(&path).await.says("発動中").says("追認").says("見本 花子");
    let page = night.administrator.0.get(&night.local()).await;
    assert!(banners(&page).contains("人命を優先") && !banners(&page).contains("追認を待って"), "{}", page.body);

    let (mut neighbour, _) = night.world.signed_in(night.world.region, Some(night.world.neighbour), "jiro").await;
    let elsewhere = neighbour.get("/rules").await;
    assert!(!elsewhere.body.contains("【緊急】"), "another facility is not covered");
    assert_eq!(night.world.acts("disaster_begun").await.len(), 1);
    assert!(night.world.acts("disaster_ratified").await[0].starts_with("reach=facilities"));
}

#[tokio::test]
async fn unanswered_it_lapses_after_a_day_can_be_renewed_and_ends_as_not_ratified() {
    let mut night = Night::new().await;
    night.begin(&[]).await.redirects_to(&night.local());
    let covered = night.administrator.0.get(&night.local()).await;
    let id = covered.field("exception");
    night.begin(&[]).await.status(409).says("すでにご自身で「仮発動」をしています");
    night.world.clock.advance(20 * HOUR);
    let path = night.local();
    night.administrator.0 = night.world.back("hanako", &night.administrator.1).await;
    night.administrator.0.get(&path).await;
    let renew = [("act", "renew"), ("exception", id.as_str()), ("why", "まだ連絡がつかない")];
    night.administrator.0.submit(&path, &renew).await.redirects_to(&path);
    night.world.clock.advance(24 * HOUR);
    assert_eq!(exceptions::record_lapses(&night.world.store, &night.world.random, night.world.clock.now()).await.expect("records"), 1);
    assert_eq!(exceptions::record_lapses(&night.world.store, &night.world.random, night.world.clock.now()).await.expect("records"), 0);

    let (mut administrator, seed) =
        night.world.signed_in_as(crate::domain::people::Role::Head, night.world.region, Some(night.world.facility), "shocho").await;
    let page = administrator.get(&path).await;
    page.says("災害時特例は発動されていません");
    assert!(!page.body.contains("【緊急】"));
    night.world.proven(&mut administrator, &seed, &path).await;
    administrator.get(&path).await;
    let again = [("act", "begin"), ("why", "もう一度"), ("basis", BASIS)];
    let refused = administrator.submit(&path, &again).await;
    refused.status(422).says("事務局に発動を求めてください");
    assert!(refused.body.contains("value=\"もう一度\""), "what was typed is kept");
    assert_eq!(night.world.acts("disaster_lapsed").await.len(), 1);
    assert!(night.world.acts("disaster_lapsed").await[0].contains("ending=unratified"));
}

#[tokio::test]
async fn two_hundred_and_fifty_thousand_devices_are_counted_apart_on_the_next_page_view_and_back_again() {
    let mut night = Night::new().await;
    let world = &night.world;
    world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    // As if the writer had counted them: 250,000 devices over many facilities, in every state and standing.
    let day = MORNING.jst_day();
    let mut tx = world.store.begin().await.expect("begins");
    for (state, standing, devices) in [(6, "active", 30_000_i64), (1, "active", 200_000), (5, "active", 19_000), (-1, "pending", 999)] {
        for scope in [world.region.to_string(), world.neighbour.to_string()] {
            sqlx::query(
                "INSERT INTO rollup (scope, state, standing, day, devices) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (scope, state, standing, day) DO UPDATE SET devices = rollup.devices + excluded.devices",
            )
            .bind(scope)
            .bind(state)
            .bind(standing)
            .bind(day)
            .bind(devices)
            .execute(&mut *tx)
            .await
            .expect("writes");
        }
    }
    tx.commit().await.expect("commits");
    let before = night.secretariat.0.get("/").await;
    before.says("30000台").says("200000台");
    assert!(!before.text().contains("災害時特例中の機器"));

    let path = night.activate().await;
    let during = night.secretariat.0.get("/").await;
    during.says("災害時特例中の機器").says("249001台").says("30000台").says("999台");
    let text = during.text();
    let (apart, under) = text.split_once("災害時特例中の機器").expect("counted apart");
    assert!(!apart.contains("200000台") && !apart.contains("30000台"), "nothing in use is counted outside: {apart}");
    assert!(apart.contains("999台"), "what waits for a person still does: {apart}");
    assert!(under.contains("200000台"), "{under}");

    night.decide(&path, &[("act", "lift"), ("why", "避難指示の解除")]).await.redirects_to(&path);
    let after = night.secretariat.0.get("/").await;
    after.says("200000台");
    assert_eq!(after.text(), before.text(), "ending it needs no repair");
}

#[tokio::test]
async fn a_device_under_the_exception_keeps_its_verdict_and_says_so_beside_it() {
    let mut night = Night::new().await;
    let world = &night.world;
    let good = world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    let bad = world.add_used(world.facility, "受付2", Some(&sample::bad_debian(MORNING))).await;
    let lost = world.add_used(world.facility, "往診用", None).await;
    world.stand(world.facility, lost, crate::domain::device::Standing::Lost).await;
    let page_of_all = format!("/facilities/{}", world.facility);
    let before = night.administrator.0.get(&format!("/devices/{bad}")).await.text();
    night.begin(&[]).await.redirects_to(&night.local());
    let page = night.administrator.0.get(&page_of_all).await;
    page.says("点検と判定は続いています").says("不適合").says("紛失");
    // The sum above, and one mark beside each of the two devices in use.
    assert_eq!(page.text().matches("災害時特例中").count(), 3, "{}", page.text());
    for device in [good, bad] {
        night.administrator.0.get(&format!("/devices/{device}")).await.says("災害時特例中");
    }
    let during = night.administrator.0.get(&format!("/devices/{bad}")).await;
    during.says("不適合");
    assert!(!night.administrator.0.get(&format!("/devices/{lost}")).await.text().contains("災害時特例中"));
    night.world.clock.advance(25 * HOUR);
    let (mut later, _) =
        night.world.signed_in_as(crate::domain::people::Role::Head, night.world.region, Some(night.world.facility), "shocho").await;
    let after = later.get(&format!("/devices/{bad}")).await.text();
    let verdict = |text: &str| text.lines().take_while(|line| !line.contains("最後の状態報告")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(verdict(&after), verdict(&before), "the verdict was never touched");
}

#[tokio::test]
async fn a_drill_is_marked_on_every_page_and_touches_nothing() {
    let mut night = Night::new().await;
    let world = &night.world;
    world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await;
    let before = night.secretariat.0.get("/").await.text();
    let fields = [("why", "年次訓練"), ("basis", BASIS), ("days", "1"), ("drill", "yes")];
    let made = night.decide("/disaster", &fields).await;
    let path = made.location.expect("a path");
    night.secretariat.0.get(&path).await.says("訓練です。実際の機器");
    for page in [night.secretariat.0.get("/").await, night.administrator.0.get("/rules").await] {
        assert!(banners(&page).contains("【訓練】") && !page.body.contains("【緊急】"), "{}", page.body);
    }
    assert_eq!(night.secretariat.0.get("/").await.text(), before, "counts stay as they are");
    let mut stranger = Browser::new(&night.world.router);
    assert!(banners(&stranger.get("/sign-in").await).contains("【訓練】"));
    // A drill does not stand in the way of the real thing.
    night.begin(&[]).await.redirects_to(&night.local());
    assert!(banners(&night.administrator.0.get("/rules").await).contains("【緊急】"));
}

#[tokio::test]
async fn what_cannot_be_is_said_and_keeps_what_was_typed() {
    let mut night = Night::new().await;
    let page = night.decide("/disaster", &[("why", "大雨"), ("basis", BASIS), ("days", "400")]).await;
    page.status(422).says("日数は1～31の数字");
    assert!(page.body.contains("value=\"大雨\"") && page.body.contains("value=\"400\""));
    for (field, wrong, said) in
        [("event", "2026-08-04T09:00", "実際の日時は"), ("why", " ", "理由を1文字以上"), ("basis", "", "根拠を1文字以上")]
    {
        let fields: Vec<_> = [("why", "大雨"), ("basis", BASIS), ("days", "7"), ("event", "")]
            .map(|(name, value)| (name, if name == field { wrong } else { value }))
            .to_vec();
        night.secretariat.0.submit("/disaster", &fields).await.status(422).says(said);
    }
    let path = night.activate().await;
    night.secretariat.0.submit(&path, &[("act", "extend"), ("days", "31"), ("why", "続く")]).await.status(422).says("日数は");
    night.secretariat.0.submit(&path, &[("act", "close"), ("why", "終わり")]).await.status(422).says("この手続きはできません");
    night.secretariat.0.submit(&path, &[("act", "lift-in"), ("why", "一部")]).await.status(422).says("対象を1つ以上");
    night.secretariat.0.submit(&path, &[("act", ""), ("why", "一部")]).await.status(422).says("手続きを1つ選んで");
    night.secretariat.0.submit(&path, &[("act", "extend"), ("days", "7"), ("why", "続く")]).await.redirects_to(&path);
    night.secretariat.0.get(&path).await.says("発動中（延長）").says("2026年8月17日");
    night.secretariat.0.submit(&path, &[("act", "lift"), ("why", "解除")]).await.redirects_to(&path);
    night.secretariat.0.submit(&path, &[("act", "lift"), ("why", "解除")]).await.status(422).says("「事後整理」");
    night.secretariat.0.submit(&path, &[("act", "report"), ("why", "伝達に30分かかった")]).await.redirects_to(&path);
    night.secretariat.0.submit(&path, &[("act", "close"), ("why", "確認済み")]).await.redirects_to(&path);
    let closed = night.secretariat.0.get(&path).await;
    closed.says("終結").says("伝達に30分かかった");
    assert!(!closed.body.contains("name=\"why\""), "nothing is left to do");
    night.secretariat.0.submit(&path, &[("act", "close"), ("why", "もう一度")]).await.status(409).says("「終結」");
}

#[tokio::test]
async fn a_year_without_the_exception_or_a_drill_is_brought_up_to_the_secretariat() {
    let mut night = Night::new().await;
    let due = "訓練を、1年以上していません";
    assert!(!night.secretariat.0.get("/").await.text().contains(due));
    night.world.clock.advance(367 * 24 * HOUR);
    night.secretariat.0 = night.world.back("jimukyoku", &night.secretariat.1).await;
    night.secretariat.0.get("/").await.says(due);
    night.decide("/disaster", &[("why", "年次訓練"), ("basis", BASIS), ("days", "1"), ("drill", "yes")]).await.status(303);
    assert!(!night.secretariat.0.get("/").await.text().contains(due));
}

#[tokio::test]
async fn an_area_is_activated_alone_extended_and_lifted_beside_another() {
    let mut night = Night::new().await;
    let world = &night.world;
    let mut areas = Vec::new();
    for (name, facility) in [("周東", world.facility), ("玖珂", world.neighbour)] {
        let new = Area { id: AreaId::new(world.random.uuid(MORNING)), region: world.region, name: name.to_owned() };
        let mut tx = world.store.begin().await.expect("begins");
        area::insert(&mut tx, &new, MORNING).await.expect("inserts");
        area::add_facilities(&mut tx, &new, &[facility]).await.expect("adds");
        tx.commit().await.expect("commits");
        areas.push(new.id.to_string());
    }
    night.secretariat.0.get("/disaster").await.says("周東").says("玖珂");
    let fields = [("why", "大雨"), ("basis", BASIS), ("days", "7"), ("place", areas[0].as_str()), ("place", areas[1].as_str())];
    let path = night.decide("/disaster", &fields).await.location.expect("a path");
    night.secretariat.0.get(&path).await.says("ほか1か所").says("選んだ対象だけ解除する");
    let (mut jiro, _) = night.world.signed_in(night.world.region, Some(night.world.neighbour), "jiro").await;
    assert!(banners(&jiro.get("/rules").await).contains("【緊急】"));
    let lift = [("act", "lift-in"), ("why", "玖珂は復旧"), ("place", areas[1].as_str())];
    night.secretariat.0.submit(&path, &lift).await.redirects_to(&path);
    night.secretariat.0.submit(&path, &[("act", "extend"), ("days", "7"), ("why", "周東は続く")]).await.redirects_to(&path);
    night.secretariat.0.get(&path).await.says("に解除").says("発動中（延長）").says("一部の解除");
    assert!(!banners(&jiro.get("/rules").await).contains("【緊急】"), "lifted where it was lifted");
    assert!(banners(&night.administrator.0.get("/rules").await).contains("【緊急】"));
    let unknown = [("why", "大雨"), ("basis", BASIS), ("days", "7"), ("place", "01900000-0000-7000-8000-000000000000")];
    night.secretariat.0.submit("/disaster", &unknown).await.status(404);
}

#[tokio::test]
async fn a_facilitys_own_drill_leaves_room_for_the_real_thing_and_what_the_region_holds_is_not_its_to_begin() {
    let mut night = Night::new().await;
    night.begin(&[("drill", "yes")]).await.redirects_to(&night.local());
    let page = night.administrator.0.get(&night.local()).await;
    page.says("訓練ではなく、実際に仮発動する").says("取り下げる");
    let drill = page.field("exception");
    night.begin(&[]).await.redirects_to(&night.local());
    let page = night.administrator.0.get(&night.local()).await;
    assert!(banners(&page).contains("【緊急】") && banners(&page).contains("【訓練】"), "{}", page.body);
    let own = page.field("exception");
    assert_ne!(own, drill, "what can be renewed is the real one");
    let path = night.local();
    let withdraw = [("act", "withdraw"), ("exception", own.as_str()), ("why", "水が引いた")];
    night.administrator.0.submit(&path, &withdraw).await.redirects_to(&path);
    assert!(!banners(&night.administrator.0.get(&path).await).contains("【緊急】"));
    night.activate().await;
    assert!(!night.administrator.0.get(&path).await.body.contains("name=\"why\""), "it is the secretariat's to end");
    let late = [("act", "begin"), ("why", "浸水"), ("basis", BASIS)];
    night.administrator.0.submit(&path, &late).await.status(409).says("事務局が先に「発動」をしています").says("浸水");
}

#[tokio::test]
async fn the_end_of_a_drill_is_logged_as_one() {
    let mut night = Night::new().await;
    night.begin(&[("drill", "yes")]).await.redirects_to(&night.local());
    night.world.clock.advance(25 * HOUR);
    assert_eq!(exceptions::record_lapses(&night.world.store, &night.world.random, night.world.clock.now()).await.expect("records"), 1);
    let lapsed = night.world.acts("disaster_lapsed").await;
    assert!(lapsed.len() == 1 && lapsed[0].ends_with(" drill"), "{lapsed:?}");
}
