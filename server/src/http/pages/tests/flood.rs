//! The night of a flood through the pages, with a clock that is set: from the first telephone call to the closed file.

use hashimori_shared::report::sample;

use super::browser::{Browser, Page};
use super::world::{MORNING, World};
use crate::clock::Clock as _;
use crate::domain::area::Area;
use crate::domain::ids::{AreaId, FacilityId};
use crate::domain::people::Role;
use crate::domain::people::totp::Seed;
use crate::exceptions;
use crate::store::area;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const BASIS: &str = "規程第25条、避難指示、市災害対策本部";
const CHECKS: [(&str, &str); 5] =
    [("check", "logged_out"), ("check", "passwords"), ("check", "pictures"), ("check", "apps"), ("check", "new_password")];

/// Somebody who signs in anew for everything that matters.
struct Hand {
    browser: Browser,
    seed: Seed,
    login: &'static str,
}

impl Hand {
    async fn new(world: &World, facility: Option<FacilityId>, role: Role, login: &'static str) -> Self {
        let (browser, seed) = world.signed_in_as(role, world.region, facility, login).await;
        Self { browser, seed, login }
    }

    /// Looks at a page, signed in anew.
    async fn reads(&mut self, world: &World, page: &str) -> Page {
        self.browser = world.back(self.login, &self.seed).await;
        let page = self.browser.get(page).await;
        page.status(200);
        page
    }

    /// Looks at a page and sends the form on it; where that leads.
    async fn does(&mut self, world: &World, page: &str, to: &str, fields: &[(&str, &str)]) -> String {
        self.reads(world, page).await;
        let answer = self.browser.submit(to, fields).await;
        assert_eq!(answer.code, 303, "{to} {fields:?}: {}", answer.body);
        answer.location.expect("a path")
    }
}

async fn add_area(world: &World, name: &str, facilities: &[FacilityId]) -> String {
    let new = Area { id: AreaId::new(world.random.uuid(MORNING)), region: world.region, name: name.to_owned() };
    let mut tx = world.store.begin().await.expect("begins");
    area::insert(&mut tx, &new, MORNING).await.expect("inserts");
    area::add_facilities(&mut tx, &new, facilities).await.expect("adds");
    tx.commit().await.expect("commits");
    new.id.to_string()
}

#[tokio::test]
async fn from_the_first_call_in_the_night_to_the_closed_file_nothing_is_lost_and_nothing_stays_let_in() {
    let world = World::new().await;
    let shuto = add_area(&world, "周東", &[world.facility]).await;
    let kuga = add_area(&world, "玖珂", &[world.neighbour]).await;
    let used = world.add_used(world.facility, "受付1", Some(&sample::good_debian(MORNING))).await.to_string();
    let bad = world.add_used(world.facility, "受付2", Some(&sample::bad_debian(MORNING))).await;
    let mut office = Hand::new(&world, None, Role::Secretariat, "jimukyoku").await;
    let mut nurse = Hand::new(&world, Some(world.facility), Role::Administrator, "hanako").await;
    let local = format!("/facilities/{}/disaster", world.facility);
    let before = office.browser.get("/").await.text();

    // 02:30, entered at 03:00: cut off, without the 事務局.
    world.clock.advance(3 * HOUR);
    let begin = [("act", "begin"), ("why", "浸水・停電"), ("basis", BASIS), ("event", "2026-08-03T11:30")];
    nurse.does(&world, &local, &local, &begin).await;
    let door = format!("{local}/door");
    nurse.browser.get(&door).await.status(200);
    nurse.browser.submit(&door, &[]).await.redirects_to(&door);
    let page = nurse.browser.get(&door).await.body;
    let join = page.split("https://hashimori.example").nth(1).and_then(|rest| rest.split('<').next()).expect("a link").to_owned();

    // 05:30: both areas, seven days; what the facility began is ratified, too.
    world.clock.advance(3 * HOUR);
    let listed = office.reads(&world, "/disaster").await;
    let own = listed.link("さくら架空診療所");
    office.does(&world, &own, &own, &[("act", "ratify"), ("days", "7"), ("why", "状況を確認")]).await;
    let areas = [("why", "大雨特別警報"), ("basis", BASIS), ("days", "7"), ("place", shuto.as_str()), ("place", kuga.as_str())];
    let wide = office.does(&world, "/disaster", "/disaster", &areas).await;
    office.browser.get("/").await.says("災害時特例中の機器").says("不適合");

    // 06:00 and later: own telephones, a lent one, a team's; the collector judges on.
    let mut telephone = Browser::new(&world.router);
    let told = telephone.get(&join).await;
    told.says("さくら架空診療所");
    assert!(told.body.contains("【緊急】") && told.body.contains("サインインして見る"), "{}", told.body);
    telephone.submit(&join, &[("name", "見本 守"), ("machine", "phone")]).await.redirects_to(&format!("{join}?done=yes"));
    telephone.submit(&join, &[("skip", "yes")]).await.redirects_to(&format!("{join}?done=yes"));
    let let_in = format!("{local}/let-in");
    nurse.reads(&world, &let_in).await;
    for fields in [
        vec![("whose", "lent"), ("name", "見本 共用"), ("machine", "tablet")],
        vec![("whose", "guest"), ("name", "見本 救子"), ("from", "架空医療班"), ("days", "3"), ("machine", "phone")],
    ] {
        nurse.browser.submit(&let_in, &fields).await.redirects_to(&let_in);
    }
    world.report(world.facility, bad, &sample::good_debian(world.clock.now())).await;
    nurse.browser.get(&format!("/devices/{bad}")).await.says("災害時特例中");
    let gone = format!("{local}/gone");
    let flooded = [("how", "flooded"), ("why", "1階が浸水"), ("device", used.as_str())];
    nurse.does(&world, &gone, &gone, &flooded).await;

    // Day 6: one area goes on, the other is lifted; what the facility began runs out by itself.
    world.clock.advance(6 * DAY);
    office.does(&world, &wide, &wide, &[("act", "lift-in"), ("why", "玖珂は復旧"), ("place", kuga.as_str())]).await;
    office.does(&world, &wide, &wide, &[("act", "extend"), ("days", "7"), ("why", "周東は続く")]).await;
    world.clock.advance(2 * DAY);
    exceptions::record_lapses(&world.store, &world.random, world.clock.now()).await.expect("records");
    let today = format!("/facilities/{}/today", world.facility);
    let meanwhile = nurse.reads(&world, &today).await.text();
    assert!(meanwhile.contains("1件の整理が残っています"), "the team's stay is over, and the area's still holds: {meanwhile}");

    // Day 14: lifted. What was let in is to be cleared, one by one.
    world.clock.advance(5 * DAY);
    office.does(&world, &wide, &wide, &[("act", "lift"), ("why", "避難指示の解除")]).await;
    let mut head = Hand::new(&world, Some(world.facility), Role::Head, "shocho").await;
    head.browser.get(&today).await.says("4件の整理が残っています");
    for _ in 0..4 {
        let id = head.browser.get(&let_in).await.field("id");
        let mut fields = vec![("id", id.as_str())];
        fields.extend(CHECKS);
        head.browser.submit(&format!("{local}/clear"), &fields).await.redirects_to(&let_in);
    }
    assert!(!head.browser.get(&let_in).await.body.contains("name=\"id\""), "nothing is left");

    // The report, and the closed files.
    for file in [&own, &wide] {
        office.browser.get(file).await.says("まだ整理されていないもの\n0件");
        office.does(&world, file, file, &[("act", "report"), ("why", "連絡網を見直す")]).await;
        office.does(&world, file, file, &[("act", "close"), ("why", "未整理0を確認")]).await;
        office.browser.get(file).await.says("終結");
    }
    let after = office.browser.get("/").await.text();
    assert!(before.contains("不適合") && !after.contains("災害時特例中の機器"), "{after}");
    office.browser.get(&wide).await.says("応援に来た人の端末\n1件").says("名前なしで使った端末\n1件").says("失った機器\n1件");
    for what in ["begun", "ratified", "activated", "extended", "lapsed", "lifted", "closed"] {
        let what = &format!("disaster_{what}");
        assert!(!world.acts(what).await.is_empty(), "{what}");
    }
}
