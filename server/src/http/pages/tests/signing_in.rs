//! From the one-time link to signing in again, and everything that must not work.

use super::browser::Browser;
use super::world::{PASSWORD, World};
use crate::clock::Clock as _;
use crate::domain::people::session::{ABSOLUTE_S, IDLE_S};
use crate::domain::people::throttle;
use crate::domain::people::totp::Seed;
use crate::store::throttle as counters;

async fn sign_in(world: &World, login: &str, password: &str, code: &str) -> (Browser, super::browser::Page) {
    let mut browser = Browser::new(&world.router);
    browser.get("/sign-in").await.status(200);
    let page = browser.submit("/sign-in", &[("login", login), ("password", password), ("code", code), ("next", "/setup/recovery")]).await;
    (browser, page)
}

#[tokio::test]
async fn a_one_time_link_leads_to_an_account_that_signs_in_with_password_and_code() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/setup/recovery").await.status(200).says("この画面でしか見られません");
    browser.get("/setup/recovery").await.status(200).says("一度だけ表示します");
    world.clock.advance(60);
    let code = seed.code_at(crate::clock::Clock::now(&world.clock)).expect("a code");
    let (mut browser, page) = sign_in(&world, "Jimukyoku", PASSWORD, &code).await;
    page.redirects_to("/setup/recovery");
    assert!(page.set_cookie.expect("a fresh secret").ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    browser.get("/setup/recovery").await.status(200);
    browser.submit("/sign-out", &[]).await.redirects_to("/sign-in");
    browser.get("/setup/recovery").await.redirects_to("/sign-in?next=/setup/recovery");
}

#[tokio::test]
async fn a_link_works_once_and_not_after_its_time_and_not_after_a_newer_one() {
    let world = World::new().await;
    let first = world.link(world.region, None, "jimukyoku").await;
    let second = world.link(world.region, None, "jimukyoku").await;
    let mut browser = Browser::new(&world.router);
    let replaced = browser.get(&first).await;
    replaced.status(404).says("このリンクは使えません");
    let unknown = browser.get("/start/AAAA").await;
    assert_eq!(replaced.text(), unknown.text());
    browser.get(&second).await.status(200);
    world.clock.advance(72 * 3600);
    browser.get(&second).await.status(404);
    browser.submit(&second, &[]).await.status(404);

    let third = world.link(world.region, None, "jimukyoku").await;
    let (mut one, mut two) = (Browser::new(&world.router), Browser::new(&world.router));
    for browser in [&mut one, &mut two] {
        browser.get(&third).await.status(200);
        browser.submit(&third, &[]).await.redirects_to("/setup");
        browser.get("/setup/password").await;
        browser.submit("/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await.redirects_to("/setup/app");
    }
    let (seed_one, seed_two) = (one.get("/setup/app").await.seed(), two.get("/setup/app").await.seed());
    assert_ne!(seed_one, seed_two, "whoever opened the link as well does not know the other's seed");
    let code = |seed: &crate::domain::people::totp::Seed| seed.code_at(crate::clock::Clock::now(&world.clock)).expect("a code");
    one.submit("/setup/app", &[("code", &code(&seed_one))]).await.redirects_to("/setup/recovery");
    two.submit("/setup/app", &[("code", &code(&seed_two))]).await.redirects_to("/sign-in?from=setup");
    two.get("/sign-in?from=setup").await.status(200).says("設定を終えた方は、ここからサインイン");
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_a_wrong_code_get_the_same_answer() {
    let world = World::new().await;
    let (_, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    world.link(world.region, None, "not-set-up").await;
    world.clock.advance(60);
    let code = seed.code_at(crate::clock::Clock::now(&world.clock)).expect("a code");
    let mut answers = Vec::new();
    for (login, password, code) in [
        ("nobody", PASSWORD, code.as_str()),
        ("not-set-up", PASSWORD, &code),
        ("jimukyoku", "another ferry crossing", &code),
        ("jimukyoku", PASSWORD, "000000"),
        ("事務局", PASSWORD, &code),
    ] {
        let (_, page) = sign_in(&world, login, password, code).await;
        answers.push(page.status(422).text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert!(answers[0].contains("いずれかが違います"));
    let (_, page) = sign_in(&world, "jimukyoku", PASSWORD, &code).await;
    page.redirects_to("/setup/recovery");
}

#[tokio::test]
async fn a_code_counts_once_and_a_recovery_code_stands_in_for_it_once() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let page = browser.get("/setup/recovery").await;
    let recovery = page.body.split("<li><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code").to_owned();
    let setup_code = seed.code_at(crate::clock::Clock::now(&world.clock)).expect("a code");
    sign_in(&world, "jimukyoku", PASSWORD, &setup_code).await.1.status(422);
    sign_in(&world, "jimukyoku", PASSWORD, &recovery.to_lowercase()).await.1.redirects_to("/setup/recovery");
    sign_in(&world, "jimukyoku", PASSWORD, &recovery).await.1.status(422);
    world.clock.advance(90);
    let code = seed.code_at(crate::clock::Clock::now(&world.clock)).expect("a code");
    sign_in(&world, "jimukyoku", PASSWORD, &code).await.1.redirects_to("/setup/recovery");
    sign_in(&world, "jimukyoku", PASSWORD, &code).await.1.status(422);
}

#[tokio::test]
async fn one_bad_typist_is_stopped_and_the_colleague_on_the_same_network_is_not() {
    let world = World::new().await;
    let (_, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let (_, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    for _ in 0..8 {
        sign_in(&world, "hanako", "no ferry crossing", "000000").await.1.status(422);
    }
    for _ in 0..200 {
        sign_in(&world, "hanako", "no ferry crossing", "000000").await.1.status(429).says("一時的に受け付けを止めています");
    }
    world.clock.advance(60);
    let code = seed.code_at(crate::clock::Clock::now(&world.clock)).expect("a code");
    sign_in(&world, "jimukyoku", PASSWORD, &code).await.1.redirects_to("/setup/recovery");
    world.clock.advance(15 * 60);
    sign_in(&world, "hanako", "no ferry crossing", "000000").await.1.status(422);
}

/// Sends the same form from many browsers at once; the codes of the answers, in order.
async fn at_once(browsers: Vec<Browser>, path: &'static str, fields: &'static [(&str, &str)]) -> Vec<u16> {
    let mut tries = tokio::task::JoinSet::new();
    for mut browser in browsers {
        tries.spawn(async move { browser.submit(path, fields).await.code });
    }
    let mut codes = tries.join_all().await;
    codes.sort_unstable();
    codes
}

#[tokio::test]
async fn wrong_tries_that_are_sent_at_once_are_counted_one_after_the_other() {
    let world = World::new().await;
    let (browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let mut strangers = Vec::new();
    for _ in 0..12 {
        let mut stranger = Browser::new(&world.router);
        stranger.get("/sign-in").await.status(200);
        strangers.push(stranger);
    }
    let expected = [[422; 8].as_slice(), &[429; 4]].concat();
    let wrong = &[("login", "hanako"), ("password", "no ferry crossing"), ("code", "000000")];
    assert_eq!(at_once(strangers, "/sign-in", wrong).await, expected);

    let mut same = browser;
    same.get("/step-up?next=/account").await.status(200);
    assert_eq!(at_once(vec![same; 12], "/step-up", &[("code", "000000"), ("next", "/account")]).await, expected);
}

/// Failures to sign in that came before: as these names, from these networks.
async fn failed(world: &World, tries: impl Iterator<Item = (String, String)>) {
    let mut tx = world.store.begin().await.expect("begins");
    for (login, network) in tries {
        counters::count_failure(&mut tx, &throttle::sign_in(&login, &network), world.clock.now()).await.expect("counts");
    }
    tx.commit().await.expect("commits");
}

/// Signs in with everything right, from this address.
async fn sign_in_from(world: &World, address: &str, (login, seed): (&str, &Seed)) -> u16 {
    world.clock.advance(60);
    let (mut browser, code) = (Browser::at(&world.router, address), world.code(seed));
    browser.get("/sign-in").await.status(200);
    browser.submit("/sign-in", &[("login", login), ("password", PASSWORD), ("code", &code)]).await.code
}

#[tokio::test]
async fn guesses_at_one_account_from_everywhere_stop_at_the_account_and_guesses_at_many_names_at_their_network() {
    let world = World::new().await;
    let (_, jimukyoku) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut signed_in, hanako) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    failed(&world, (0..50).map(|n| ("hanako".to_owned(), format!("198.51.{n}.0/24")))).await;
    assert_eq!(sign_in_from(&world, "203.0.113.7", ("hanako", &hanako)).await, 429);
    assert_eq!(sign_in_from(&world, "203.0.113.7", ("jimukyoku", &jimukyoku)).await, 303, "nobody else is stopped by it");
    signed_in.get("/account").await.status(200);
    world.clock.advance(3600);
    assert_eq!(sign_in_from(&world, "203.0.113.7", ("hanako", &hanako)).await, 303);

    failed(&world, (0..150).map(|n| (format!("nobody{n}"), "203.0.113.0/24".to_owned()))).await;
    assert_eq!(sign_in_from(&world, "203.0.113.200", ("jimukyoku", &jimukyoku)).await, 429);
    assert_eq!(sign_in_from(&world, "192.0.2.7", ("jimukyoku", &jimukyoku)).await, 303, "from another network");
    world.clock.advance(15 * 60);
    assert_eq!(sign_in_from(&world, "203.0.113.200", ("jimukyoku", &jimukyoku)).await, 303);
}

#[tokio::test]
async fn a_session_ends_when_idle_and_after_twelve_hours_however_busy() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    world.clock.advance(IDLE_S - 1);
    browser.get("/setup/recovery").await.status(200);
    world.clock.advance(IDLE_S - 1);
    browser.get("/setup/recovery").await.status(200);
    world.clock.advance(IDLE_S);
    browser.get("/setup/recovery").await.redirects_to("/sign-in?next=/setup/recovery");

    let (mut busy, _) = world.signed_in(world.other_region, None, "another").await;
    let mut passed = 0;
    while passed + 1000 < ABSOLUTE_S {
        world.clock.advance(1000);
        passed += 1000;
        busy.get("/setup/recovery").await.status(200);
    }
    world.clock.advance(1000);
    busy.get("/setup/recovery").await.redirects_to("/sign-in?next=/setup/recovery");
}

#[tokio::test]
async fn a_form_without_token_from_elsewhere_or_too_large_changes_nothing_and_keeps_what_was_typed() {
    let world = World::new().await;
    let mut browser = Browser::new(&world.router);
    browser.get("/sign-in").await.status(200);
    let page = browser.post("/sign-in", &[("login", "hanako"), ("password", "secret words here"), ("code", "1")]).await;
    page.status(403).says("何も変更していません").says("hanako");
    assert!(!page.body.contains("secret words here"));
    let page = browser.submit("/sign-in", &[("login", &"x".repeat(40_000))]).await;
    page.status(413).says("大きすぎます");
    browser.submit("/sign-in", &[("login", "hanako")]).await.status(400).says("入力し直してください");
}

#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_storing() {
    let world = World::new().await;
    let mut browser = Browser::new(&world.router);
    for path in ["/sign-in", "/no-such-page", "/start/x"] {
        let page = browser.get(path).await;
        let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().expect("ascii")).to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{path}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("strict-transport-security"), "max-age=31536000", "{path}");
    }
}
