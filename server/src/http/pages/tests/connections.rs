//! 外部連携 as people do it: a token is made, shown once, used, and ended.

use super::api::{Machine, ask};
use super::world::World;
use crate::domain::people::Role;

#[tokio::test]
async fn a_token_is_shown_once_reads_what_was_chosen_and_ends_when_it_is_revoked() {
    let world = World::new().await;
    let (mut hanako, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let base = format!("/facilities/{}/connections", world.facility);
    hanako.get(&base).await.status(200).says("いま使えるトークンはありません");
    let fields = [("label", "資産管理"), ("grant", "devices:read"), ("grant", "facilities:read"), ("days", "30")];
    hanako.submit(&format!("{base}/tokens"), &fields).await.redirects_to(&format!("{base}/issued"));
    let issued = hanako.get(&format!("{base}/issued")).await;
    let secret = issued.text().lines().find(|line| line.starts_with("hashimori_")).expect("a token").to_owned();
    hanako.get(&format!("{base}/issued")).await.status(200).says("一度だけ");
    let stored: Vec<String> = sqlx::query_scalar("SELECT hash FROM api_token").fetch_all(world.store.read()).await.expect("reads");
    assert!(stored.iter().all(|hash| !secret.contains(hash)));

    let machine = Machine::with(&world, &secret);
    assert_eq!(machine.get("/api/v1/facilities").await.code, 200);
    assert_eq!(machine.get("/api/v1/disaster").await.code, 403);
    let page = hanako.get(&base).await;
    page.status(200).says("資産管理").says("たった今").says("2026年9月2日");
    let token = page.field("token");
    hanako.submit(&format!("{base}/tokens/revoke"), &[("token", &token)]).await.redirects_to(&base);
    assert_eq!(machine.get("/api/v1/facilities").await.code, 401);
    assert_eq!(world.acts("token_made").await, ["grants=facilities:read,devices:read until=1788307200"]);
    assert_eq!(world.acts("token_revoked").await.len(), 1);
}

#[tokio::test]
async fn a_wish_that_cannot_be_is_refused_and_what_was_typed_stays() {
    let world = World::new().await;
    let (mut jimukyoku, _) = world.signed_in_as(Role::Secretariat, world.region, None, "jimukyoku").await;
    jimukyoku.get("/connections").await.status(200);
    let refused = jimukyoku.submit("/connections/tokens", &[("label", "統計"), ("days", "30")]).await;
    refused.status(422).says("1つ以上");
    assert!(refused.body.contains("value=\"統計\""), "{}", refused.body);
    jimukyoku.submit("/connections/tokens", &[("label", ""), ("grant", "papers:read"), ("days", "30")]).await.status(422);
    jimukyoku.submit("/connections/tokens", &[("label", "統計"), ("grant", "papers:read"), ("days", "31")]).await.status(422);
    assert!(world.acts("token_made").await.is_empty());
}

#[tokio::test]
async fn somebody_elses_token_is_not_ended_by_naming_it() {
    let world = World::new().await;
    let (mut jimukyoku, _) = world.signed_in_as(Role::Secretariat, world.region, None, "jimukyoku").await;
    jimukyoku.get("/connections").await.status(200);
    jimukyoku
        .submit("/connections/tokens", &[("label", "統計"), ("grant", "facilities:read"), ("days", "90")])
        .await
        .redirects_to("/connections/issued");
    let token = jimukyoku.get("/connections").await.field("token");
    let (mut hanako, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let base = format!("/facilities/{}/connections", world.facility);
    assert!(!hanako.get(&base).await.body.contains(&token), "the region's are the region's");
    hanako.submit(&format!("{base}/tokens/revoke"), &[("token", &token)]).await.redirects_to(&base);
    assert!(world.acts("token_revoked").await.is_empty());
    jimukyoku.get("/connections").await.says("統計");
}

#[tokio::test]
async fn anybody_may_read_how_the_api_is_asked_and_nothing_can_be_changed_through_it() {
    let world = World::new().await;
    let document = ask(&world.router, axum::http::Request::get("/api/openapi.json")).await;
    assert_eq!((document.code, document.json()["info"]["title"].as_str()), (200, Some("Hashimori")));
    let posted = ask(&world.router, axum::http::Request::post("/api/v1/facilities")).await;
    assert_eq!((posted.code, posted.headers[axum::http::header::ALLOW].to_str().ok()), (405, Some("GET, HEAD")));
    let nowhere = ask(&world.router, axum::http::Request::get("/api/v2/facilities")).await;
    assert_eq!((nowhere.code, nowhere.json()["type"].as_str()), (404, Some("urn:hashimori:problem:not-found")));
}
