//! Pages that renew themselves, in a real Chromium: what changes appears without a reload, never under somebody's hands, and a
//! collector that is away for a while, or a session that ended, takes nothing off the screen.

use anyhow::{Context as _, ensure};
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::waiting::until_async;
use hashimori_tests::walk::{Hand, Walk, link};

/// The window comes to the front: the page asks at once, unless somebody is busy with it. Whether it asked.
async fn asks(browser: &Browser) -> anyhow::Result<bool> {
    let script = "let calls = 0; const real = window.fetch;
        window.fetch = (...all) => { calls += 1; return real(...all); };
        document.dispatchEvent(new Event('visibilitychange'));
        window.fetch = real;
        return calls > 0;";
    Ok(browser.page.execute(script, vec![]).await?.convert()?)
}

/// The same until it asks: it does not while it waits for an answer.
async fn asks_in_the_end(browser: &Browser) -> anyhow::Result<()> {
    until_async("the page to ask", async || asks(browser).await.ok().filter(|asked| *asked)).await.map(drop)
}

async fn said(browser: &Browser) -> anyhow::Result<String> {
    Ok(browser.page.execute("return document.querySelector('.live').textContent;", vec![]).await?.convert()?)
}

#[tokio::test]
async fn a_device_that_enrols_appears_on_the_open_page_without_a_reload() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &collector, ("127.0.0.1", Hand::Pointer)).await?;
    walk.set_up(&link(&collector, &["account", "invite", "--facility", FACILITY, "--name", "見本 花子", "--login", "hanako"])?).await?;
    walk.open("/").await?;
    walk.sees("機器はまだ登録されていません").await?;
    browser.page.execute("window.opened = true;", vec![]).await?;
    Synthetic::enroll(collector.device_address(), &collector.code(&[])?.parse()?, 1).await?;
    walk.sees("登録待ちの機器が1台あります").await?;
    ensure!(browser.page.execute("return window.opened === true;", vec![]).await?.convert::<bool>()?, "the page was not loaded again");
    ensure!(said(&browser).await?.contains("に新しい内容に替えました"), "who does not see it is told: {}", said(&browser).await?);
    browser.looks_right("renewed").await?;

    // A collector that is away takes nothing off the screen, and is found again.
    collector.kill();
    asks_in_the_end(&browser).await?;
    walk.sees("登録待ちの機器が1台あります").await?;
    collector.run()?;
    Synthetic::enroll(collector.device_address(), &collector.code(&[])?.parse()?, 2).await?;
    asks_in_the_end(&browser).await?;
    walk.sees("登録待ちの機器が2台あります").await?;

    // Neither does a session that ended; the page says that it is one of before.
    browser.page.delete_all_cookies().await?;
    asks_in_the_end(&browser).await?;
    until_async("the end to be said", async || said(&browser).await.ok().filter(|said| said.contains("サインインが終わった"))).await?;
    walk.sees("登録待ちの機器が2台あります").await?;
    browser.quit().await
}

#[tokio::test]
async fn nothing_is_renewed_under_the_hands_of_whoever_is_typing() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &collector, ("127.0.0.1", Hand::Keys)).await?;
    walk.set_up(&link(&collector, &["account", "invite", "--name", "見本 次郎", "--login", "jimukyoku"])?).await?;
    walk.open("/").await?;
    asks_in_the_end(&browser).await?;
    let focus = "document.getElementById('q').focus();";
    browser.page.execute(focus, vec![]).await?;
    ensure!(!asks(&browser).await?, "the focus is in a form");
    browser.page.execute("document.activeElement.blur();", vec![]).await?;
    asks_in_the_end(&browser).await.context("the focus has left the form, and nothing was typed")?;
    walk.fill("q", "ほたる").await?;
    browser.page.execute("document.activeElement.blur();", vec![]).await?;
    ensure!(!asks(&browser).await?, "something was typed");
    browser.quit().await
}
