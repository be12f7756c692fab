//! What a 災害時特例 lets in: registered by link or by the administrator, and cleared one by one until the file can be closed.

use super::browser::{Browser, Page};
use super::letters::reach;
use super::mail::letters;
use super::world::World;
use crate::domain::ids::FacilityId;
use crate::domain::mail::Kind;
use crate::domain::people::Role;
use crate::domain::people::totp::Seed;

const BASIS: &str = "規程第25条";
const CHECKS: [(&str, &str); 4] = [("check", "logged_out"), ("check", "passwords"), ("check", "pictures"), ("check", "apps")];

struct Flood {
    world: World,
    administrator: Browser,
    seed: Seed,
    secretariat: (Browser, Seed),
    /// Path of the exception's file.
    file: String,
}

impl Flood {
    /// One is in force in the whole region.
    async fn new(drill: bool) -> Self {
        let world = World::new().await;
        let (administrator, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        let (mut browser, office) = world.signed_in(world.region, None, "jimukyoku").await;
        browser.get("/disaster").await.status(200);
        let mut fields = vec![("why", "大雨"), ("basis", BASIS), ("days", "7")];
        fields.extend(drill.then_some(("drill", "yes")));
        let file = browser.submit("/disaster", &fields).await.location.expect("a path");
        Self { world, administrator, seed, secretariat: (browser, office), file }
    }

    fn path(&self, at: &str) -> String {
        format!("/facilities/{}/disaster/{at}", self.world.facility)
    }

    /// The facility's link, as its administrator sees it.
    async fn door(&mut self) -> String {
        let path = self.path("door");
        self.administrator.get(&path).await.status(200);
        self.administrator.submit(&path, &[]).await.redirects_to(&path);
        let page = self.administrator.get(&path).await;
        let link = page.body.split("https://hashimori.example/join/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link");
        format!("/join/{link}")
    }

    async fn register(&mut self, fields: &[(&str, &str)]) -> Page {
        let path = self.path("let-in");
        self.administrator.get(&path).await.status(200);
        self.administrator.submit(&path, fields).await
    }

    async fn decide(&mut self, fields: &[(&str, &str)]) -> Page {
        let (browser, seed) = &mut self.secretariat;
        self.world.proven(browser, seed, &self.file).await;
        browser.get(&self.file).await.status(200);
        browser.submit(&self.file, fields).await
    }

    /// The newest line that is not cleared.
    async fn newest(&mut self) -> String {
        self.administrator.get(&self.path("let-in")).await.field("id")
    }

    async fn clear(&mut self, id: &str, fields: &[(&str, &str)]) -> Page {
        let mut all = vec![("id", id)];
        all.extend(fields);
        self.administrator.submit(&self.path("clear"), &all).await
    }
}

#[tokio::test]
async fn whoever_has_the_facilitys_link_registers_without_an_account_or_leaves_the_name_out() {
    let mut flood = Flood::new(false).await;
    let link = flood.door().await;
    let mut nurse = Browser::new(&flood.world.router);
    nurse.get(&link).await.status(200).says("さくら架空診療所").says("診療とケアを続けてかまいません");
    let fields = [("name", "見本 守"), ("machine", "phone"), ("contact", "000-0000-0000")];
    for _ in 0..2 {
        // A double click registers one device.
        nurse.submit(&link, &fields).await.redirects_to(&format!("{link}?done=yes"));
    }
    let done = nurse.get(&format!("{link}?done=yes")).await;
    done.says("登録しました");
    assert!(!done.body.contains("見本 守"), "the next one at this telephone does not read it");
    nurse.submit(&link, &[("name", ""), ("machine", "tablet"), ("skip", "yes")]).await.redirects_to(&format!("{link}?done=yes"));
    nurse.submit(&link, &[("name", &"名".repeat(61))]).await.status(422).says("60文字まで");

    let list = flood.administrator.get(&flood.path("let-in")).await;
    list.says("見本 守").says("000-0000-0000").says("名前なし").says("タブレット");
    let (browser, _) = &mut flood.secretariat;
    let seen = browser.get(&format!("/facilities/{}/disaster/let-in", flood.world.facility)).await;
    seen.says("スマートフォン");
    assert!(!seen.body.contains("見本 守") && !seen.body.contains("000-0000"), "whose it is stays at the facility");
    let file = browser.get(&flood.file).await;
    file.says("職員個人の端末\n1件").says("名前なしで使った端末\n1件").says("まだ整理されていないもの\n2件");
    assert_eq!(flood.world.acts("disaster_let_in").await.len(), 2);
}

#[tokio::test]
async fn a_link_is_void_once_there_is_another_and_says_so_when_no_exception_holds() {
    let mut flood = Flood::new(false).await;
    let old = flood.door().await;
    let new = flood.door().await;
    assert_ne!(old, new);
    let mut nurse = Browser::new(&flood.world.router);
    nurse.get(&old).await.status(404);
    nurse.get("/join/AAAA").await.status(404);
    nurse.get(&new).await.status(200);
    flood.decide(&[("act", "lift"), ("why", "解除")]).await.redirects_to(&flood.file.clone());
    nurse.get(&new).await.status(200).says("いま災害時特例は発動されていない");
    nurse.submit(&new, &[("name", "見本 守")]).await.status(200).says("受け付けていません");
    assert_eq!(flood.world.acts("disaster_let_in").await, [""; 0]);
    assert_eq!(flood.world.acts("disaster_door_made").await.len(), 2);
}

#[tokio::test]
async fn a_link_takes_a_whole_facility_at_once_and_no_flood() {
    let mut flood = Flood::new(false).await;
    let link = flood.door().await;
    let mut nurse = Browser::new(&flood.world.router);
    nurse.get(&link).await.status(200);
    for _ in 0..120 {
        nurse.submit(&link, &[("skip", "yes")]).await.redirects_to(&format!("{link}?done=yes"));
    }
    nurse.submit(&link, &[("skip", "yes")]).await.status(429).says("診療とケアを続けて");
    flood.world.clock.advance(15 * 60);
    nurse.submit(&link, &[("skip", "yes")]).await.redirects_to(&format!("{link}?done=yes"));
}

#[tokio::test]
async fn guests_have_a_home_and_an_end_and_what_was_used_is_entered_from_paper_with_its_own_time() {
    let mut flood = Flood::new(false).await;
    let guest = [("whose", "guest"), ("name", "見本 救子"), ("machine", "phone"), ("days", "3")];
    flood.register(&guest).await.status(422).says("氏名と所属").says("職員個人の端末");
    let mut whole = guest.to_vec();
    whole.push(("from", "架空医療班"));
    flood.register(&whole).await.redirects_to(&flood.path("let-in"));
    flood.administrator.get(&flood.path("let-in")).await.says("架空医療班").says("期限 2026年8月6日 09:00");
    let today = format!("/facilities/{}/today", flood.world.facility);
    assert!(!flood.administrator.get(&today).await.text().contains("整理が残って"));

    flood
        .register(&[("name", "見本 遅"), ("event", "2026-08-02T20:00")])
        .await
        .status(422)
        .says("発動されていませんでした")
        .says("端末を登録する");
    flood.world.clock.advance(3600);
    flood.administrator = flood.world.back("hanako", &flood.seed).await;
    flood.register(&[("name", "見本 遅"), ("event", "2026-08-03T09:30")]).await.redirects_to(&flood.path("let-in"));
    let acts = flood.world.acts("disaster_let_in").await;
    assert!(acts[1].contains("whose=own"), "{acts:?}");

    flood.world.clock.advance(3 * 86_400);
    let (mut head, _) = flood.world.signed_in_as(Role::Head, flood.world.region, Some(flood.world.facility), "shocho").await;
    head.get(&today).await.says("災害時特例で使った端末・届出・申請1件の整理が残っています");
    head.get(&flood.path("let-in")).await.says("期限切れ");
}

#[tokio::test]
async fn the_file_is_closed_only_when_everything_is_cleared_and_silence_reaches_the_secretariat() {
    let mut flood = Flood::new(false).await;
    for (whose, name) in [("own", "見本 守"), ("lent", "見本 共用")] {
        flood.register(&[("whose", whose), ("name", name), ("machine", "phone")]).await.redirects_to(&flood.path("let-in"));
    }
    let file = flood.file.clone();
    flood.decide(&[("act", "lift"), ("why", "避難指示の解除")]).await.redirects_to(&file);
    flood.decide(&[("act", "report"), ("why", "連絡網の見直し")]).await.redirects_to(&file);
    flood.decide(&[("act", "close"), ("why", "確認")]).await.status(422).says("まだ整理されていない機器・人が2件");

    let lent = flood.newest().await;
    flood.clear(&lent, &CHECKS).await.status(422).says("すべての項目");
    let mut all = CHECKS.to_vec();
    all.push(("check", "new_password"));
    flood.clear(&lent, &all).await.redirects_to(&flood.path("let-in"));
    let own = flood.newest().await;
    assert_ne!(own, lent);
    flood.clear(&own, &[("how", "unreachable")]).await.status(422).says("理由を書いてください");

    let region = "/";
    assert!(!flood.secretariat.0.get(region).await.text().contains("整理の期限を過ぎた"));
    flood.world.clock.advance(14 * 86_400);
    let (mut other, _) = flood.world.signed_in(flood.world.region, None, "jimukyoku2").await;
    other.get(region).await.says("整理の期限を過ぎた災害時特例の端末が1件あります");
    other.get(&file).await.says("まだ整理されていない事業所").says("さくら架空診療所: 1件");

    let (mut head, _) = flood.world.signed_in_as(Role::Head, flood.world.region, Some(flood.world.facility), "shocho").await;
    head.get(&flood.path("let-in")).await.status(200);
    let mut fields = vec![("id", own.as_str())];
    fields.extend(CHECKS);
    head.submit(&flood.path("clear"), &fields).await.redirects_to(&flood.path("let-in"));
    head.submit(&flood.path("clear"), &fields).await.status(409).says("すでにご自身で「災害時特例の端末の整理」");
    assert_eq!(flood.world.acts("disaster_cleared").await.len(), 2, "cleared once each");
    other.get(&file).await.status(200);
    other.submit(&file, &[("act", "close"), ("why", "確認")]).await.redirects_to(&file);
    other.get(&file).await.says("終結").says("連絡網の見直し");
}

#[tokio::test]
async fn many_devices_are_noted_as_gone_in_one_act_and_in_a_drill_none_is() {
    for drill in [false, true] {
        let mut flood = Flood::new(drill).await;
        let world = &flood.world;
        let mut devices = Vec::new();
        for label in ["受付1", "受付2", "往診用"] {
            devices.push(world.add_used(world.facility, label, None).await.to_string());
        }
        let path = flood.path("gone");
        flood.administrator.get(&path).await.says("受付1").says("往診用");
        let fields = [("how", "flooded"), ("why", "1階が浸水"), ("device", devices[0].as_str()), ("device", devices[1].as_str())];
        flood.administrator.submit(&path, &fields[1..]).await.status(422).says("どうなったか");
        flood.administrator.submit(&path, &fields[..2]).await.status(422).says("1台以上");
        reach(&flood.world, "jimukyoku").await;
        reach(&flood.world, "hanako").await;
        letters(&flood.world).await;
        flood.administrator.submit(&path, &fields).await.redirects_to(&path);
        let (list, office) = (format!("/facilities/{}/papers?kind=incident&is=open", flood.world.facility), "/incidents".to_owned());
        let mut told: Vec<_> = letters(&flood.world).await.into_iter().map(|(kind, _, path)| (kind, path)).collect();
        told.sort();
        let one_each = [(Kind::IncidentReported, list), (Kind::IncidentReported, office)];
        assert_eq!(told, if drill { &[][..] } else { &one_each[..] }, "one letter for all of them");
        let page = flood.administrator.get(&path).await;
        page.says("失った機器").says("水没");
        let mut standings = Vec::new();
        for device in &devices {
            standings.push(flood.world.standing(device).await.expect("a device"));
        }
        let gone = if drill { "active" } else { "lost" };
        assert_eq!(standings, [gone, gone, "active"]);
        let what = if drill { "disaster_drilled" } else { "device_lost" };
        assert!(flood.world.acts(what).await[0].starts_with("how=flooded"));
        let file = flood.file.clone();
        flood.secretariat.0.get(&file).await.says("失った機器\n2件");
    }
}

#[tokio::test]
async fn another_facilitys_line_is_not_cleared_and_a_drills_is_marked() {
    let mut flood = Flood::new(true).await;
    flood.register(&[("name", "見本 守")]).await.redirects_to(&flood.path("let-in"));
    flood.administrator.get(&flood.path("let-in")).await.says("【訓練】");
    let id = flood.newest().await;
    let neighbour: FacilityId = flood.world.neighbour;
    let (mut jiro, _) = flood.world.signed_in(flood.world.region, Some(neighbour), "jiro").await;
    jiro.get(&format!("/facilities/{neighbour}/disaster/let-in")).await.status(200);
    let mut fields = vec![("id", id.as_str())];
    fields.extend(CHECKS);
    jiro.submit(&format!("/facilities/{neighbour}/disaster/clear"), &fields).await.status(404);
    assert_eq!(flood.world.acts("disaster_cleared").await, [""; 0]);
    assert!(flood.world.acts("disaster_let_in").await[0].ends_with("drill"));
}
