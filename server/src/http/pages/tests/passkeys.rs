//! Passkeys: set up, sign in, prove anew, add and remove; and every answer that must prove nothing.

use super::authenticator::{Authenticator, PRESENT};
use super::browser::{Browser, Page};
use super::world::World;

/// A browser in which a person has set up their account with a passkey.
async fn set_up(world: &World, login: &str, id: &[u8]) -> (Browser, Authenticator) {
    let link = world.link(world.region, None, login).await;
    let mut browser = Browser::new(&world.router);
    browser.get(&link).await.status(200);
    browser.submit(&link, &[]).await.redirects_to("/setup");
    let page = browser.get("/setup").await;
    page.status(200).says("パスキー（おすすめ）");
    let mut key = Authenticator::new(id);
    let answer = key.register(&page);
    browser.submit("/setup/passkey", &[("state", &page.field("state")), ("answer", &answer)]).await.redirects_to("/account");
    (browser, key)
}

async fn answer(browser: &mut Browser, page: &Page, path: &str, answer: &str, next: &str) -> Page {
    browser.submit(path, &[("state", &page.field("state")), ("answer", answer), ("next", next)]).await
}

async fn sign_in(world: &World, key: &mut Authenticator) -> (Browser, Page) {
    let mut browser = Browser::new(&world.router);
    let page = browser.get("/sign-in").await;
    let text = key.prove(&page);
    let page = answer(&mut browser, &page, "/sign-in/passkey", &text, "/rules").await;
    (browser, page)
}

#[tokio::test]
async fn a_link_leads_to_an_account_with_a_passkey_that_signs_in_without_a_name() {
    let world = World::new().await;
    let (mut browser, mut key) = set_up(&world, "jimukyoku", b"one").await;
    browser.get("/account").await.status(200).says("パスキーを登録しました").says("まだ使っていません");
    world.clock.advance(24 * 3600);
    let (mut browser, page) = sign_in(&world, &mut key).await;
    page.redirects_to("/rules");
    let account = browser.get("/account").await;
    account.status(200).says("たった今").says("ほかの方法を登録すると削除できます");
    assert!(!account.body.contains("この方法をやめる"), "there is no password to give up");
}

#[tokio::test]
async fn an_account_that_is_set_up_again_with_a_passkey_loses_its_calendar_address_too() {
    let world = World::new().await;
    let (mut before, _) = world.signed_in(world.region, None, "jimukyoku").await;
    before.get("/account").await.status(200);
    before.submit("/account/calendar", &[("to", "new")]).await.redirects_to("/account/calendar");
    let page = before.get("/account/calendar").await;
    let address = page.body.split("https://hashimori.example").nth(1).and_then(|rest| rest.split('<').next()).expect("an address");
    Browser::new(&world.router).get(address).await.status(200);
    set_up(&world, "jimukyoku", b"one").await;
    Browser::new(&world.router).get(address).await.status(404);
    before.get("/account").await.redirects_to("/sign-in?next=/account");
}

#[tokio::test]
async fn an_answer_counts_once_and_only_for_its_own_page_browser_and_time() {
    let world = World::new().await;
    let (_, mut key) = set_up(&world, "jimukyoku", b"one").await;
    let mut browser = Browser::new(&world.router);
    let page = browser.get("/sign-in").await;
    let text = key.prove(&page);
    let mut stranger = Browser::new(&world.router);
    stranger.get("/sign-in").await;
    answer(&mut stranger, &page, "/sign-in/passkey", &text, "/").await.status(422).says("すでに送信されています");
    answer(&mut browser, &page, "/sign-in/passkey", &text, "/").await.redirects_to("/");
    // The same browser session again, as a replay of the whole request would be.
    let mut other = Browser::new(&world.router);
    let late = other.get("/sign-in").await;
    let late_text = key.prove(&late);
    world.clock.advance(30 * 60);
    answer(&mut other, &late, "/sign-in/passkey", &late_text, "/").await.status(422).says("もう一度、パスキーのボタン");
    // A page for proving oneself anew does not sign in.
    let (mut signed_in, _) = sign_in(&world, &mut key).await;
    let step_up = signed_in.get("/step-up").await;
    let text = key.prove(&step_up);
    answer(&mut signed_in, &step_up, "/sign-in/passkey", &text, "/").await.status(422);
}

#[tokio::test]
async fn a_challenge_that_was_answered_is_not_taken_again_in_the_same_session() {
    let world = World::new().await;
    let (mut browser, mut key) = set_up(&world, "jimukyoku", b"one").await;
    let page = browser.get("/step-up").await;
    let text = key.prove(&page);
    answer(&mut browser, &page, "/step-up/passkey", &text, "/rules").await.redirects_to("/rules");
    let again = key.prove(&page);
    answer(&mut browser, &page, "/step-up/passkey", &again, "/rules").await.status(422).says("すでに送信されています");
}

#[tokio::test]
async fn what_is_not_verified_not_ours_or_not_an_answer_proves_nothing() {
    let world = World::new().await;
    let (_, mut key) = set_up(&world, "jimukyoku", b"one").await;
    let (_, mut others) = set_up(&world, "hoka", b"two").await;
    key.flags = PRESENT;
    sign_in(&world, &mut key).await.1.status(422).says("パスキーを確認できませんでした");
    key.flags |= 0b100;
    key.origin = "https://hashimori.example.evil.example".to_owned();
    sign_in(&world, &mut key).await.1.status(422);
    key.origin = super::world::ORIGIN.to_owned();
    sign_in(&world, &mut Authenticator::new(b"never registered")).await.1.status(422);
    sign_in(&world, &mut Authenticator::new(b"one")).await.1.status(422);
    for text in ["", "{}", "[]", "not json", &"{".repeat(2000)] {
        let mut browser = Browser::new(&world.router);
        let page = browser.get("/sign-in").await;
        answer(&mut browser, &page, "/sign-in/passkey", text, "/").await.status(422);
        browser.submit("/sign-in/passkey", &[("answer", text)]).await.status(422);
    }
    let (mut browser, page) = sign_in(&world, &mut key).await;
    page.redirects_to("/rules");
    let page = browser.get("/step-up").await;
    let text = others.prove(&page);
    answer(&mut browser, &page, "/step-up/passkey", &text, "/").await.status(422).says("ほかの方のパスキー");
}

#[tokio::test]
async fn a_browser_that_answers_wrongly_again_and_again_is_stopped_and_the_colleague_on_the_same_network_is_not() {
    let world = World::new().await;
    let (_, mut key) = set_up(&world, "jimukyoku", b"one").await;
    let mut stubborn = Browser::new(&world.router);
    let page = stubborn.get("/sign-in").await;
    for _ in 0..8 {
        answer(&mut stubborn, &page, "/sign-in/passkey", "{}", "/").await.status(422);
    }
    for _ in 0..200 {
        answer(&mut stubborn, &page, "/sign-in/passkey", "{}", "/").await.status(429).says("一時的に受け付けを止めています");
    }
    sign_in(&world, &mut key).await.1.redirects_to("/rules");
    assert_eq!(world.acts("sign_in_failed").await, ["failures=1", "failures=2", "failures=4", "failures=8"]);
}

#[tokio::test]
async fn passkeys_are_added_and_removed_by_their_owner_but_never_the_last_way_in() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let page = browser.get("/account/passkeys").await;
    let mut first = Authenticator::new(b"first");
    let text = first.register(&page);
    let sent = [("state", page.field("state")), ("answer", text)];
    let sent: Vec<(&str, &str)> = sent.iter().map(|(k, v)| (*k, v.as_str())).collect();
    browser.submit("/account/passkeys", &sent).await.redirects_to("/account");
    browser.submit("/account/passkeys", &sent).await.status(422).says("すでに送信されています");
    // The password may go now, the passkey may not go after it.
    browser.get("/account").await.says("この方法をやめる");
    browser.submit("/account/password/remove", &[]).await.redirects_to("/account");
    let account = browser.get("/account").await;
    let id = world.store_passkey("jimukyoku").await;
    account.says("ほかの方法を登録すると削除できます");
    browser.submit("/account/passkeys/remove", &[("passkey", &id)]).await.status(409).says("サインインできなくなる");
    let page = browser.get("/account/passkeys").await;
    assert_eq!(page.passkey_options()["excludeCredentials"].as_array().map(Vec::len), Some(1));
    let text = Authenticator::new(b"second").register(&page);
    browser.submit("/account/passkeys", &[("state", &page.field("state")), ("answer", &text)]).await.redirects_to("/account");
    browser.submit("/account/passkeys/remove", &[("passkey", &id)]).await.redirects_to("/account");
    sign_in(&world, &mut first).await.1.status(422);
    browser.get("/account").await.says("パスキーを削除しました");
}

#[tokio::test]
async fn another_persons_passkey_and_session_are_not_ones_own_to_end() {
    let world = World::new().await;
    let (_, mut theirs) = set_up(&world, "jimukyoku", b"one").await;
    let (mut browser, _) = set_up(&world, "hoka", b"two").await;
    let page = browser.get("/account/passkeys").await;
    let text = Authenticator::new(b"three").register(&page);
    browser.submit("/account/passkeys", &[("state", &page.field("state")), ("answer", &text)]).await.redirects_to("/account");
    let id = world.store_passkey("jimukyoku").await;
    browser.submit("/account/passkeys/remove", &[("passkey", &id)]).await.redirects_to("/account");
    sign_in(&world, &mut theirs).await.1.redirects_to("/rules");
}

#[tokio::test]
async fn the_way_in_by_password_stays_where_the_address_has_no_passkeys() {
    let world = World::new().await;
    let mut browser = Browser::new(&world.router);
    let page = browser.get_under("192.0.2.7:8080", "/sign-in").await;
    page.status(200).says("このアドレスではパスキーを使えません").says("パスワードと確認コードでサインイン");
    assert!(!page.body.contains("<script"));
}
