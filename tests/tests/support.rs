//! The support code itself: what the other tests stand on works on this machine.

use hashimori_tests::browser::Browser;
use hashimori_tests::postgres::Postgres;

#[test]
fn a_postgresql_of_our_own_starts_and_holds_a_database() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    assert!(postgres.database("one")?.ends_with("/one"));
    Ok(())
}

#[tokio::test]
async fn a_browser_opens_a_page_and_axe_finds_what_is_wrong_with_it() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    browser.page.goto("data:text/html,<html lang=ja><title>x</title><main><h1>x</h1><img src='x:'></main></html>").await?;
    let found = browser.axe().await?;
    assert!(found.iter().any(|violation| violation.starts_with("image-alt")), "{found:?}");
    browser.quit().await
}
