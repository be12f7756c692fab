//! The ways back for those who lost theirs: by the 事務局, by a colleague, after a day, and at the machine.

use super::browser::{Browser, Page};
use super::world::{PASSWORD, World};
use crate::domain::people::reset::{DELAY_S, USABLE_S};
use crate::domain::people::session::FRESH_S;
use crate::domain::people::totp::Seed;

async fn sign_in(world: &World, login: &str, seed: &Seed) -> (Browser, Page) {
    world.clock.advance(60);
    let mut browser = Browser::new(&world.router);
    browser.get("/sign-in").await;
    let code = world.code(seed);
    let page = browser.submit("/sign-in", &[("login", login), ("password", PASSWORD), ("code", &code), ("next", "/rules")]).await;
    (browser, page)
}

/// Sets an account up through a link with the usual password.
async fn use_link(world: &World, link: &str) -> (Browser, Seed) {
    let mut browser = Browser::new(&world.router);
    browser.get(link).await.status(200).says("いままでのパスワード");
    browser.submit(link, &[]).await.redirects_to("/setup");
    set_up(world, browser).await
}

async fn set_up(world: &World, mut browser: Browser) -> (Browser, Seed) {
    browser.get("/setup/password").await.status(200);
    browser.submit("/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await.redirects_to("/setup/app");
    let seed = browser.get("/setup/app").await.seed();
    let code = world.code(&seed);
    browser.submit("/setup/app", &[("code", &code)]).await.redirects_to("/setup/recovery");
    (browser, seed)
}

#[tokio::test]
async fn the_secretariat_issues_a_link_behind_a_fresh_proof_and_its_owner_is_told() {
    let world = World::new().await;
    let (mut administrator, old) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let hanako = world.person("hanako").await;
    let reset = format!("/accounts/{hanako}/reset");
    administrator.get("/accounts").await.status(404);
    administrator.submit(&reset, &[]).await.status(404);

    secretariat.get("/accounts").await.status(200).says("hanako").says("パスワードと確認アプリ").says("さくら架空診療所");
    world.clock.advance(FRESH_S);
    secretariat.submit(&reset, &[]).await.redirects_to("/step-up?next=/step-up/continue");
    let code = world.code(&seed);
    secretariat.submit("/step-up", &[("code", &code), ("next", "/step-up/continue")]).await.redirects_to("/step-up/continue");
    secretariat.get("/step-up/continue").await.says("送信する");
    secretariat.submit(&reset, &[]).await.redirects_to("/accounts/issued");
    let issued = secretariat.get("/accounts/issued").await;
    issued.says("見本 花子 さん専用").says("https://hashimori.example/start/");
    secretariat.get("/accounts/issued").await.says("一度だけ表示します");
    secretariat.get("/accounts").await.says("リンク発行済み");
    administrator.get("/account").await.redirects_to("/sign-in?next=/account");

    // Until the link is used the old way works, and says what happened.
    let (mut owner, page) = sign_in(&world, "hanako", &old).await;
    page.redirects_to("/account");
    owner.get("/account").await.says("リンクが発行されました").says("見本 花子");
    let link = issued.body.split("https://hashimori.example").nth(1).and_then(|rest| rest.split('<').next()).expect("a link").to_owned();
    let (_, new) = use_link(&world, &link).await;
    owner.get("/account").await.redirects_to("/sign-in?next=/account");
    sign_in(&world, "hanako", &old).await.1.status(422);
    let (mut owner, page) = sign_in(&world, "hanako", &new).await;
    page.redirects_to("/account");
    owner.get("/account").await.says("設定し直されました");
    owner.submit("/account/told", &[]).await.redirects_to("/");
    sign_in(&world, "hanako", &new).await.1.redirects_to("/rules");
}

#[tokio::test]
async fn nobody_issues_a_link_to_themself_or_across_regions() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let own = world.person("jimukyoku").await;
    secretariat.get("/accounts").await;
    secretariat.submit(&format!("/accounts/{own}/reset"), &[]).await.status(409).says("ほかの事務局の方");
    let foreign = world.add_person(world.other_region, world.foreign, "saburo").await;
    secretariat.submit(&format!("/accounts/{foreign}/reset"), &[]).await.status(404);
    assert!(!secretariat.get("/accounts").await.body.contains("saburo"));
    world.link(world.region, None, "hoka").await;
    let colleague = world.person("hoka").await;
    secretariat.submit(&format!("/accounts/{colleague}/reset"), &[]).await.redirects_to("/accounts/issued");
}

#[tokio::test]
async fn whoever_cannot_sign_in_during_a_disaster_finds_the_blank_sheet_and_the_command() {
    let world = World::new().await;
    let mut anybody = Browser::new(&world.router);
    let lost = anybody.get("/sign-in/lost").await;
    lost.status(200).says("災害のとき").says("hashimori-server disaster");
    let sheet = anybody.get(&lost.link("災害時特例の記録用紙")).await;
    sheet.status(200).says("発動・仮発動").says("使った管理外の端末").says("患者・利用者の氏名や病状は書かないでください");
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    assert!(administrator.get("/disaster/paper").await.body.contains("見本 花子"), "who is signed in stays so");
}

#[tokio::test]
async fn a_secretariat_alone_gets_back_with_its_password_after_a_day_and_not_before() {
    let world = World::new().await;
    world.signed_in(world.region, None, "jimukyoku").await;
    let mut browser = Browser::new(&world.router);
    browser.get("/sign-in/lost").await.status(200).says("24時間後");
    let ask = [("login", "jimukyoku"), ("password", PASSWORD)];
    browser.submit("/sign-in/lost", &ask).await.status(200).says("受け付けました");
    world.clock.advance(DELAY_S - 1);
    browser.submit("/sign-in/lost", &ask).await.status(200).says("受け付けました");
    world.clock.advance(1);
    let mut wrong = Browser::new(&world.router);
    wrong.get("/sign-in/lost").await;
    wrong.submit("/sign-in/lost", &[("login", "jimukyoku"), ("password", "another ferry crossing")]).await.status(200);
    browser.submit("/sign-in/lost", &ask).await.redirects_to("/setup");
    let (_, seed) = set_up(&world, browser).await;
    let (mut owner, page) = sign_in(&world, "jimukyoku", &seed).await;
    page.redirects_to("/account");
    owner.get("/account").await.says("申し込まれました").says("設定し直されました");
}

#[tokio::test]
async fn signing_in_as_usual_stops_a_reset_that_waits_and_says_so() {
    let world = World::new().await;
    let (_, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let ask = [("login", "jimukyoku"), ("password", PASSWORD)];
    let mut thief = Browser::new(&world.router);
    thief.get("/sign-in/lost").await;
    thief.submit("/sign-in/lost", &ask).await.status(200);
    let (mut owner, page) = sign_in(&world, "jimukyoku", &seed).await;
    page.redirects_to("/account");
    owner.get("/account").await.says("申し込まれました").says("取り消しました");
    world.clock.advance(DELAY_S);
    thief.submit("/sign-in/lost", &ask).await.status(200).says("受け付けました");
}

#[tokio::test]
async fn whoever_asks_for_a_delayed_reset_learns_nothing_and_an_administrator_gets_none() {
    let world = World::new().await;
    world.signed_in(world.region, None, "jimukyoku").await;
    world.signed_in(world.region, Some(world.facility), "hanako").await;
    let asked = |login: &'static str, password: &'static str| {
        let mut browser = Browser::new(&world.router);
        async move {
            browser.get("/sign-in/lost").await;
            browser.submit("/sign-in/lost", &[("login", login), ("password", password)]).await.status(200).text()
        }
    };
    let right = asked("jimukyoku", PASSWORD).await;
    for (login, password) in [("jimukyoku", "another ferry crossing"), ("hanako", PASSWORD), ("nobody", PASSWORD), ("事務局", PASSWORD)]
    {
        assert_eq!(asked(login, password).await, right, "{login}");
    }
    world.clock.advance(DELAY_S);
    assert_eq!(asked("hanako", PASSWORD).await, right);
    world.clock.advance(USABLE_S);
    assert_eq!(asked("jimukyoku", PASSWORD).await, right, "too late: it begins anew");
}

#[tokio::test]
async fn the_operator_at_the_machine_issues_a_link_and_ends_the_accounts_sessions() {
    let world = World::new().await;
    let (mut owner, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let now = crate::clock::Clock::now(&world.clock);
    let invited = crate::accounts::reset(&world.store, &world.random, now, "jimukyoku").await.expect("reads").expect("an account");
    owner.get("/account").await.redirects_to("/sign-in?next=/account");
    let (_, seed) = use_link(&world, &invited.path).await;
    let (mut owner, page) = sign_in(&world, "jimukyoku", &seed).await;
    page.redirects_to("/account");
    owner.get("/account").await.says("運用担当者（サーバー上の操作）");
    assert!(crate::accounts::reset(&world.store, &world.random, now, "nobody").await.expect("reads").is_none());
}
