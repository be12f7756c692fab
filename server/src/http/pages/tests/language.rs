//! In which language a page is: the browser's, the one chosen in it, or the account's.

use super::browser::{Browser, Page};
use super::world::{PASSWORD, World};

impl Page {
    #[track_caller]
    fn is_in(&self, tag: &str) -> &Self {
        assert!(self.body.contains(&format!("<html lang=\"{tag}\">")), "not in {tag}: {}", self.body);
        self
    }
}

#[tokio::test]
async fn a_browser_that_asks_for_english_gets_the_sign_in_page_and_its_errors_in_english() {
    let world = World::new().await;
    let mut browser = Browser::liking(&world.router, "en-GB,en;q=0.9,ja;q=0.5");
    let page = browser.get("/sign-in").await;
    page.status(200).is_in("en").says("Sign in with a passkey").says("what to do when you cannot sign in");
    let wrong = [("login", "nobody"), ("password", "violet lantern harbour"), ("code", "000000")];
    browser
        .submit("/sign-in", &wrong)
        .await
        .status(422)
        .is_in("en")
        .says("The sign-in name, the password or the verification code is wrong");
    browser.get("/start/x").await.status(404).is_in("en").says("This link cannot be used");
    browser.post("/sign-in", &[("login", "hanako")]).await.status(403).is_in("en").says("Nothing was changed.").says("Sign-in name");
    Browser::new(&world.router).get("/sign-in").await.is_in("ja").says("パスキーでサインイン");
}

#[tokio::test]
async fn anybody_can_choose_a_language_in_their_browser_and_comes_back_to_the_same_page_and_nowhere_else() {
    let world = World::new().await;
    let mut browser = Browser::new(&world.router);
    let page = browser.get("/sign-in?next=/rules").await;
    page.is_in("ja");
    assert_eq!(page.field("back"), "/sign-in?next=/rules");
    let answer = browser.submit("/language", &[("lang", "en"), ("back", "/sign-in?next=/rules")]).await;
    answer.redirects_to("/sign-in?next=/rules");
    let set = answer.set_cookie.expect("a cookie");
    assert!(set.starts_with("lang=en; ") && set.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{set}");
    let page = browser.get("/sign-in").await;
    page.is_in("en");
    assert!(page.body.contains("value=\"ja\" lang=\"ja\">日本語</button>"), "and back: {}", page.body);
    browser.submit("/language", &[("lang", "tlh"), ("back", "//evil.example")]).await.redirects_to("/");
    browser.get("/sign-in").await.is_in("en");
}

#[tokio::test]
async fn the_account_s_choice_wins_on_every_page_and_is_the_account_s_alone() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.like("ja");
    let page = browser.get("/account").await;
    page.is_in("ja");
    assert!(!page.body.contains("action=\"/language\""), "the account page has the choice");
    browser.submit("/account/language", &[("language", "en")]).await.redirects_to("/account");
    browser.get("/account").await.is_in("en").says("Browsers that are signed in");
    browser.get("/").await.is_in("en").says("Facilities of 架空圏域");
    browser.get("/no-such-page").await.status(404).is_in("en").says("Page not found");
    browser.get("/what-is-checked").await.is_in("en");
    browser.submit("/account/language", &[("language", "fr")]).await.status(400).is_in("en");
    browser.post("/account/told", &[]).await.status(403).is_in("en");

    // Elsewhere it counts from the moment that they have signed in.
    world.clock.advance(60);
    let mut elsewhere = Browser::liking(&world.router, "ja");
    elsewhere.get("/sign-in").await.is_in("ja");
    let code = world.code(&seed);
    elsewhere.submit("/sign-in", &[("login", "jimukyoku"), ("password", PASSWORD), ("code", &code)]).await.status(303);
    elsewhere.get("/").await.is_in("en");
    let (mut colleague, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    colleague.get("/account").await.is_in("ja");

    browser.submit("/account/language", &[("language", "")]).await.redirects_to("/account");
    browser.get("/account").await.is_in("ja");
    browser.like("en");
    browser.get("/account").await.is_in("en");
}

#[tokio::test]
async fn an_account_that_is_set_up_again_reads_the_language_it_has_chosen() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, None, "jimukyoku").await;
    browser.get("/account").await;
    browser.submit("/account/language", &[("language", "en")]).await.redirects_to("/account");
    let link = world.link(world.region, None, "jimukyoku").await;
    let mut fresh = Browser::liking(&world.router, "ja");
    fresh.get(&link).await.is_in("ja");
    fresh.submit(&link, &[]).await.redirects_to("/setup");
    fresh.get("/setup/password").await.status(200).is_in("en").says("New password, once more");
}
