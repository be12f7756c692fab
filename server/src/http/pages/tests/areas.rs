//! Areas as the 事務局 makes them, and as everybody reads the region by them.

use hashimori_shared::report::sample;

use super::world::{MORNING, World};
use crate::domain::people::Role;
use crate::store::area;

#[tokio::test]
async fn the_secretariat_makes_an_area_names_it_anew_and_says_which_facilities_lie_in_it() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/areas").await.status(200).says("地区はまだありません");
    let long = "東".repeat(41);
    let wrong = browser.submit("/areas", &[("name", &long)]).await;
    wrong.status(422).says("1文字から40文字");
    assert_eq!(wrong.field("name"), long, "what was typed is kept");
    let made = browser.submit("/areas", &[("name", " 周東 ")]).await;
    let path = made.location.clone().expect("it leads to the area");
    browser.submit("/areas", &[("name", "周東")]).await.status(422).says("「周東」という名前の地区が、すでにあります");
    let facility = world.facility.to_string();
    browser.get(&path).await.says("この地区の事業所は0か所です").says("さくら架空診療所").says("もみじ架空薬局");
    let neighbour = world.neighbour.to_string();
    let foreign = world.foreign.to_string();
    let ticked = [("facility", facility.as_str()), ("facility", &foreign)];
    browser.submit(&path, &ticked).await.redirects_to(&format!("{path}?done=yes"));
    let page = browser.get(&format!("{path}?done=yes")).await;
    page.says("保存しました").says("この地区の事業所は1か所です");
    assert!(!page.body.contains("みなと仮想訪問看護"), "another region's facility does not come in");
    // From a page of before, on which neither was ticked: what somebody else ticked meanwhile stays.
    browser.submit(&path, &[("facility", &neighbour)]).await;
    browser.get("/areas").await.says("周東").says("2か所");
    assert_eq!(browser.get(&path).await.body.matches("name=\"was\"").count(), 2);
    browser.submit(&path, &[("was", &facility), ("was", &neighbour)]).await;
    browser.get("/areas").await.says("0か所");
    browser.submit(&format!("{path}/name"), &[("name", "周東東部")]).await.redirects_to(&path);
    browser.get(&path).await.says("地区: 周東東部");
    assert_eq!(world.acts("area_made").await, [""]);
    let mut changes = world.acts("area_changed").await;
    // Within a millisecond the order of ids is chance.
    changes.sort_unstable();
    assert_eq!(changes, ["added=0 removed=2", "added=1 removed=0", "added=1 removed=0", "name"]);
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, None, "etsuran").await;
    let read = auditor.get(&path).await;
    assert!(read.says("周東東部").body.matches("<form").count() < page.body.matches("<form").count(), "an auditor changes nothing");
    let (mut foreign, _) = world.signed_in(world.other_region, None, "yoso").await;
    foreign.get(&path).await.status(404);
    assert!(!foreign.get("/areas").await.text().contains("周東"));
}

#[tokio::test]
async fn the_region_read_by_area_counts_and_lists_what_lies_in_it_and_keeps_the_area_in_every_link() {
    let world = World::new().await;
    let east = world.add_area(world.region, "周東", &[world.neighbour]).await;
    world.clock.advance(1);
    world.add_area(world.region, "港", &[world.neighbour, world.facility]).await;
    for (facility, report) in [(world.facility, sample::bad_debian(MORNING)), (world.neighbour, sample::good_debian(MORNING))] {
        let id = world.add_device(world.region, facility, "受付1").await;
        world.confirm(facility, id).await;
        world.report(facility, id, &report).await;
    }
    world.rank().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/").await.says("さくら架空診療所").says("もみじ架空薬局").says("周東、港").says("不適合");
    let page = browser.get(&format!("/?area={east}")).await;
    page.status(200).says("周東のすべての機器").says("もみじ架空薬局").says("圏域全体のものです");
    assert!(!page.text().contains("さくら架空診療所"), "{}", page.text());
    let counted = page.body.split("class=\"counts\"").nth(1).and_then(|rest| rest.split("</ul>").next()).expect("counts");
    assert!(counted.contains(&format!("area={east}")) && !counted.contains("不適合"), "{counted}");
    let both = browser.get(&format!("/?area={east}&q={}", super::super::sign_in::encode("さくら"))).await;
    both.says("条件に合う事業所はありません");
    assert!(both.body.contains(&format!("<option value=\"{east}\" selected>")), "{}", both.body);
    assert!(!both.text().contains("さくら架空診療所"), "{}", both.text());
    let (mut foreign, _) = world.signed_in(world.other_region, None, "yoso").await;
    foreign.get(&format!("/?area={east}")).await.status(404);
    browser.get("/?area=nonsense").await.status(404);

    let file = browser.get("/export/facilities.csv").await;
    assert!(file.body.lines().next().is_some_and(|line| line.ends_with("\"地区\"")), "{}", file.body);
    let line = file.body.lines().find(|line| line.contains("もみじ")).expect("a line");
    assert!(line.ends_with("\"周東、港\""), "{line}");
    let (mut administrator, _) = world.signed_in(world.region, Some(world.neighbour), "hanako").await;
    administrator.get(&format!("/facilities/{}", world.neighbour)).await.says("地区: 周東、港");
    let inside = area::facilities(world.store.read(), east).await.expect("reads");
    assert_eq!(inside, [world.neighbour]);
}
