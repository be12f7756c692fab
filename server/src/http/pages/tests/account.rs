//! 自分のアカウント and the fresh proof that its acts need.

use super::browser::{Browser, Page};
use super::world::{MORNING, PASSWORD, World};
use crate::domain::ids::ProviderId;
use crate::domain::people::session::FRESH_S;
use crate::domain::people::totp::Seed;
use crate::store::oidc::{self, Provider};

const OTHER: &str = "violet lantern harbour";

async fn sign_in(world: &World, login: &str, password: &str, seed: &Seed) -> (Browser, Page) {
    world.clock.advance(60);
    let mut browser = Browser::new(&world.router);
    browser.get("/sign-in").await.status(200);
    let code = world.code(seed);
    let page = browser.submit("/sign-in", &[("login", login), ("password", password), ("code", &code), ("next", "/rules")]).await;
    (browser, page)
}

#[tokio::test]
async fn an_act_that_matters_asks_for_a_fresh_code_and_keeps_what_was_typed_but_no_password() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get("/account/password").await.status(200);
    world.clock.advance(FRESH_S);
    browser.get("/account/password").await.redirects_to("/step-up?next=/account/password");
    let typed = [("password", OTHER), ("again", OTHER), ("label", "覚え書き")];
    browser.submit("/account/password", &typed).await.redirects_to("/step-up?next=/step-up/continue");
    let page = browser.get("/step-up?next=/step-up/continue").await;
    page.status(200).says("入力した内容は残っています");
    browser.submit("/step-up", &[("code", "000000"), ("next", "/step-up/continue")]).await.status(422).says("確認コードが違います");
    let code = world.code(&seed);
    browser.submit("/step-up", &[("code", &code), ("next", "/step-up/continue")]).await.redirects_to("/step-up/continue");
    let kept = browser.get("/step-up/continue").await;
    kept.status(200).says("まだ送信していません");
    assert!(kept.body.contains("action=\"/account/password\"") && kept.body.contains("覚え書き"));
    assert!(!kept.body.contains(OTHER), "a password is never shown again");
    browser.submit("/account/password", &[("label", "覚え書き")]).await.status(422).says("13文字以上");
    browser.submit("/account/password", &typed).await.redirects_to("/account");
    sign_in(&world, "hanako", PASSWORD, &seed).await.1.status(422);
    sign_in(&world, "hanako", OTHER, &seed).await.1.redirects_to("/rules");
}

#[tokio::test]
async fn a_code_that_confirms_devices_by_itself_is_small_short_and_behind_a_fresh_proof() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let path = format!("/facilities/{}/codes", world.facility);
    browser.get(&path).await.says("50台まで、24時間以内");
    for (uses, hours) in [("51", "24"), ("50", "72")] {
        browser
            .submit(&path, &[("uses", uses), ("hours", hours), ("confirm", "auto")])
            .await
            .status(422)
            .says("自動で確認する登録コードは");
    }
    world.clock.advance(FRESH_S);
    browser.submit(&path, &[("uses", "50"), ("hours", "24")]).await.redirects_to(&format!("{path}/issued"));
    let wish = [("uses", "50"), ("hours", "24"), ("confirm", "auto")];
    browser.submit(&path, &wish).await.redirects_to("/step-up?next=/step-up/continue");
    let code = world.code(&seed);
    browser.submit("/step-up", &[("code", &code), ("next", "/step-up/continue")]).await.redirects_to("/step-up/continue");
    let kept = browser.get("/step-up/continue").await;
    assert_eq!((kept.field("uses").as_str(), kept.field("confirm").as_str()), ("50", "auto"));
    browser.submit(&path, &wish).await.redirects_to(&format!("{path}/issued"));
    browser.get(&path).await.says("自動で確認");
}

#[tokio::test]
async fn a_code_proves_once_and_guessing_it_is_stopped() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    world.clock.advance(FRESH_S);
    let code = world.code(&seed);
    browser.get("/step-up").await;
    browser.submit("/step-up", &[("code", &code)]).await.redirects_to("/");
    world.clock.advance(FRESH_S);
    browser.get("/step-up").await;
    browser.submit("/step-up", &[("code", &code)]).await.status(422);
    for _ in 0..7 {
        browser.submit("/step-up", &[("code", "123456")]).await;
    }
    let code = world.code(&seed);
    browser.submit("/step-up", &[("code", &code)]).await.status(429).says("一時的に受け付けを止めています");
}

#[tokio::test]
async fn another_app_replaces_the_first_together_with_its_recovery_codes_and_ends_other_sessions() {
    let world = World::new().await;
    let (mut browser, old) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/setup/recovery").await.says("この画面でしか見られません");
    let (mut elsewhere, _) = sign_in(&world, "jimukyoku", PASSWORD, &old).await;
    elsewhere.get("/account").await.status(200).says("いま使っているもの");
    let page = browser.get("/account/app").await;
    let (new, offer) = (page.status(200).seed(), page.field("offer"));
    browser.submit("/account/app", &[("offer", &offer), ("code", "000000")]).await.status(422).says("コードが違います");
    let foreign = elsewhere.get("/account/app").await.field("offer");
    let code = world.code(&new);
    browser.submit("/account/app", &[("offer", &foreign), ("code", &code)]).await.redirects_to("/account/app");
    browser.submit("/account/app", &[("offer", &offer), ("code", &code)]).await.redirects_to("/setup/recovery");
    browser.get("/setup/recovery").await.says("以前の予備コードは使えません");
    elsewhere.get("/account").await.redirects_to("/sign-in?next=/account");
    sign_in(&world, "jimukyoku", PASSWORD, &old).await.1.status(422);
    sign_in(&world, "jimukyoku", PASSWORD, &new).await.1.redirects_to("/rules");
}

#[tokio::test]
async fn new_recovery_codes_void_the_old_ones() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let first = |page: &Page| page.body.split("<li><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code").to_owned();
    let old = first(&browser.get("/setup/recovery").await);
    browser.get("/account").await.says("あと8個使えます");
    browser.submit("/account/codes", &[]).await.redirects_to("/setup/recovery");
    let new = first(&browser.get("/setup/recovery").await);
    for (code, status) in [(old.as_str(), 422), (&new, 303)] {
        let mut other = Browser::new(&world.router);
        other.get("/sign-in").await;
        other.submit("/sign-in", &[("login", "jimukyoku"), ("password", PASSWORD), ("code", code)]).await.status(status);
    }
    browser.get("/account").await.says("あと7個使えます").says("予備コードを作り直しました");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_all_others_or_all() {
    let world = World::new().await;
    let (mut first, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut second, _) = sign_in(&world, "jimukyoku", PASSWORD, &seed).await;
    let (mut third, _) = sign_in(&world, "jimukyoku", PASSWORD, &seed).await;
    let page = first.get("/account").await;
    assert_eq!(page.body.matches("name=\"session\"").count(), 5, "three sessions, the others, all");
    // The one used last comes first: `third`, but for the one that looks.
    let row = page
        .body
        .split("<tr role=\"row\">")
        .find(|row| row.contains("name=\"session\"") && !row.contains("いま使っているもの"))
        .expect("a row");
    let hash = row.split("name=\"session\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a session");
    first.submit("/account/sessions/end", &[("session", hash)]).await.redirects_to("/account");
    third.get("/account").await.redirects_to("/sign-in?next=/account");
    second.get("/account").await.status(200);
    first.submit("/account/sessions/end", &[("session", "others")]).await.redirects_to("/account");
    second.get("/account").await.redirects_to("/sign-in?next=/account");
    first.get("/account").await.status(200);
    first.submit("/account/sessions/end", &[("session", "all")]).await;
    first.get("/account").await.redirects_to("/sign-in?next=/account");
}

#[tokio::test]
async fn unlinking_a_provider_ends_every_other_session_as_removing_a_passkey_does() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut elsewhere, _) = sign_in(&world, "jimukyoku", PASSWORD, &seed).await;
    let provider = Provider {
        id: ProviderId::new(world.random.uuid(MORNING)),
        region: world.region,
        label: "架空の組織".to_owned(),
        issuer: "https://op.example".to_owned(),
        client_id: "hashimori".to_owned(),
        secret: None,
    };
    let owner = world.person("jimukyoku").await;
    let mut tx = world.store.begin().await.expect("begins");
    oidc::put(&mut tx, &provider, MORNING).await.expect("writes");
    assert!(oidc::insert_identity(&mut tx, provider.id, ("subject", "見本 花子"), owner, MORNING).await.expect("writes"));
    tx.commit().await.expect("commits");
    browser.get("/account").await.says("架空の組織");
    elsewhere.get("/account").await.status(200);
    browser.submit("/account/oidc/remove", &[]).await.redirects_to("/account");
    elsewhere.get("/account").await.redirects_to("/sign-in?next=/account");
    browser.get("/account").await.status(200);
}
