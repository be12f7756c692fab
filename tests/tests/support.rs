//! The support code itself: what the other tests stand on works on this machine.

use hashimori_tests::browser::Browser;
use hashimori_tests::postgres::Postgres;
use hashimori_tests::waiting::until;

/// Processes that have this in their command lines.
fn running_with(word: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).filter(|line| line.contains(word)).collect()
}

#[test]
fn a_postgresql_of_our_own_starts_and_holds_a_database() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    assert!(postgres.database("one")?.ends_with("/one"));
    Ok(())
}

#[tokio::test]
async fn a_browser_that_is_dropped_leaves_no_process_behind() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    let profile = browser.profile().display().to_string();
    assert!(!running_with(&profile).is_empty(), "the search finds a browser that runs");
    drop(browser);
    until("the browser to be gone", || running_with(&profile).is_empty().then_some(()))
}

#[tokio::test]
async fn what_the_content_policy_blocks_or_only_the_dark_shows_makes_a_page_look_wrong() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    let page = |head: &str, main: &str| {
        format!("data:text/html,<html lang=ja><title>x</title><meta charset=utf-8>{head}<main><h1>x</h1><p>{main}</p></main></html>")
    };
    browser.page.goto(page("", "良い")).await?;
    browser.looks_right("good").await?;
    let faint = "<style>@media (prefers-color-scheme: dark) { p { color: %23eee } }</style>";
    browser.page.goto(page(faint, "薄い")).await?;
    let error = browser.looks_right("faint").await.expect_err("faint letters in the dark").to_string();
    assert!(error.contains("color-contrast") && error.contains("dark"), "{error}");
    let strict = "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"><script>document.title = 'y'</script>";
    browser.page.goto(page(strict, "止められた")).await?;
    let error = browser.looks_right("blocked").await.expect_err("a script that was blocked").to_string();
    assert!(error.contains("Content Security Policy"), "{error}");
    browser.page.goto(page("", "<span style='display:inline-block;width:500px'>広い</span>")).await?;
    let error = browser.looks_right("wide").await.expect_err("content wider than a phone").to_string();
    assert!(error.contains("500") || error.contains("px of content in 360 px"), "{error}");
    browser.quit().await
}

#[tokio::test]
async fn a_browser_opens_a_page_and_axe_finds_what_is_wrong_with_it() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    browser.page.goto("data:text/html,<html lang=ja><title>x</title><main><h1>x</h1><img src='x:'></main></html>").await?;
    let found = browser.axe().await?;
    assert!(found.iter().any(|violation| violation.starts_with("image-alt")), "{found:?}");
    browser.quit().await
}
