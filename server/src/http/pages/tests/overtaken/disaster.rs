//! Of two who act on one disaster exception, or on what it let in.

use super::{Two, tells, tells_own};

#[tokio::test]
async fn an_exception_is_extended_once_and_the_second_form_keeps_its_words() {
    let mut two = Two::in_region().await;
    two.first.get("/disaster").await.status(200);
    let begun = [("why", "大雨"), ("basis", "規程第25条"), ("days", "7")];
    let file = two.first.submit("/disaster", &begun).await.location.expect("a file");
    let seen = two.open(&file).await.field("seen");
    let extend = [("act", "extend"), ("days", "5"), ("why", "川があふれた"), ("seen", seen.as_str())];
    two.first.submit(&file, &extend).await.redirects_to(&file);
    two.later();
    tells_own(&two.first.submit(&file, &extend).await, "延長");
    let other = [("act", "extend"), ("days", "5"), ("why", "道が通れない"), ("seen", seen.as_str())];
    let late = two.second.submit(&file, &other).await;
    tells(&late, "延長");
    assert_eq!((late.field("why").as_str(), late.body.contains("name=\"days\" value=\"5\"")), ("道が通れない", true), "in the form");
    two.second.like("en");
    let english = two.second.submit(&file, &other).await;
    english.status(409).says("見本 一郎 was first (2026-08-03 09:00: Extended)").says("what you typed is still here");
    // Where it cannot be asked for any more, the words stand beside the answer.
    let fresh = late.field("seen");
    let lift = [("act", "lift"), ("why", "水が引いた"), ("seen", fresh.as_str())];
    two.first.submit(&file, &lift).await.redirects_to(&file);
    two.second.submit(&file, &other).await.status(409).says("2026-08-03 09:01: Lifted").says("道が通れない");
    assert_eq!(two.world.acts("disaster_extended").await.len(), 1);
}

#[tokio::test]
async fn a_facility_reads_which_colleague_began_an_exception_and_of_the_secretariat_its_office() {
    let mut two = Two::at_facility().await;
    let path = two.here("disaster");
    two.open(&path).await;
    let begin = |why| [("act", "begin"), ("why", why), ("basis", "規程第25条、避難指示")];
    two.first.submit(&path, &begin("浸水")).await.redirects_to(&path);
    two.later();
    let late = two.second.submit(&path, &begin("停電")).await;
    tells(&late, "仮発動");
    late.says("停電").says("規程第25条、避難指示");
    tells_own(&two.first.submit(&path, &begin("浸水")).await, "仮発動");
    assert_eq!(two.world.acts("disaster_begun").await.len(), 1);

    let page = two.second.get(&path).await;
    let (exception, seen) = (page.field("exception"), page.field("seen"));
    let mut office = two.office().await;
    let file = office.get("/disaster").await.link("さくら架空診療所");
    office.get(&file).await.status(200);
    office.submit(&file, &[("act", "ratify"), ("days", "7"), ("why", "確認した")]).await.redirects_to(&file);
    let renew = [("act", "renew"), ("exception", exception.as_str()), ("seen", seen.as_str()), ("why", "まだ水が引かない")];
    let renewed = two.second.submit(&path, &renew).await;
    renewed.status(409).says("2026年8月3日 09:01に事務局が先に「追認」をしています").says("まだ水が引かない");
    assert!(!renewed.body.contains("見本 事務"), "a facility reads the office: {}", renewed.text());
    // Who acted on another facility's is not for this one to know, whatever its form says that it saw.
    let (mut neighbour, _) = two.world.signed_in(two.world.region, Some(two.world.neighbour), "jiro").await;
    let elsewhere = format!("/facilities/{}/disaster", two.world.neighbour);
    neighbour.get(&elsewhere).await.status(200);
    let foreign = neighbour.submit(&elsewhere, &renew).await;
    assert!(foreign.code == 422 && !foreign.body.contains("先に「"), "{}", foreign.text());
}

#[tokio::test]
async fn what_an_exception_let_in_is_cleared_once() {
    let mut two = Two::at_facility().await;
    let disaster = two.here("disaster");
    two.first.get(&disaster).await.status(200);
    two.first.submit(&disaster, &[("act", "begin"), ("why", "浸水"), ("basis", "規程第25条")]).await.redirects_to(&disaster);
    let list = two.here("disaster/let-in");
    two.first.get(&list).await.status(200);
    two.first.submit(&list, &[("whose", "own"), ("machine", "phone"), ("name", "見本 守")]).await.redirects_to(&list);
    let id = two.open(&list).await.field("id");
    let clear = |why| [("id", id.as_str()), ("how", "unused"), ("why", why)];
    let path = two.here("disaster/clear");
    two.first.submit(&path, &clear("登録の誤り")).await.redirects_to(&list);
    two.later();
    let late = two.second.submit(&path, &clear("使わなかった")).await;
    tells(&late, "災害時特例の端末の整理");
    late.says("使わなかった");
    tells_own(&two.first.submit(&path, &clear("登録の誤り")).await, "災害時特例の端末の整理");
    assert_eq!(two.world.acts("disaster_cleared").await.len(), 1);
}
