//! The Back button of a real Chromium, with JavaScript and without: after an act it leads to no form that acts a second time, to
//! nothing that was shown once, and after signing out to nothing of the account. Chromium may keep a page for Back as it was, whatever
//! `no-store` says; it lets go of it when a cookie changes that scripts do not see.

use anyhow::ensure;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::walk::{Hand, Walk, link};
use thirtyfour::By;

const OWN: &str = "サインイン中のブラウザ";

/// Presses Back, and waits for a page of this path. Where it still has the form, sends it once more: it says that it was done.
async fn sends_again(walk: &Walk<'_>, path: &str, (sign, button): (&str, &str), done: &str) -> anyhow::Result<()> {
    walk.browser.page.back().await?;
    ensure!(walk.path().await?.ends_with(path), "Back leads to {}", walk.path().await?);
    let shows_it = async || anyhow::Ok(walk.browser.page.source().await?.contains(sign));
    if shows_it().await?
        && let Err(error) = walk.press(button, done).await
    {
        // With JavaScript, a page that comes back renews itself, perhaps under the hand.
        ensure!(!shows_it().await?, "{error:#}");
    }
    Ok(())
}

/// The markup of the page that is shown does not have this.
async fn lacks(walk: &Walk<'_>, words: &str) -> anyhow::Result<()> {
    let shown = walk.browser.page.source().await?;
    ensure!(!shown.contains(words), "{words} is on {}", walk.path().await?);
    Ok(())
}

/// Presses Back to a page that showed this once: it says so, and has it no more.
async fn is_forgotten(walk: &Walk<'_>, secret: &str, says: &str) -> anyhow::Result<()> {
    walk.browser.page.back().await?;
    walk.sees(says).await?;
    lacks(walk, secret).await
}

/// How many entries of the log tell of this act.
async fn acts(walk: &Walk<'_>, word: &str) -> anyhow::Result<usize> {
    walk.open(&format!("/log?act={word}")).await?;
    walk.sees("記録（新しい順）").await?;
    Ok(walk.browser.page.source().await?.matches("<tr").count() - 1)
}

async fn goes_back(browser: &Browser) -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let walk = Walk::begin(browser, &collector, ("127.0.0.1", Hand::Pointer)).await?;
    walk.set_up(&link(&collector, &["account", "invite", "--facility", FACILITY, "--name", "見本 花子", "--login", "hanako"])?).await?;
    let recovery = browser.page.find(By::Css("main li code")).await?.text().await?;
    walk.follow("最初のページへ", "機器はまだ登録されていません").await?;
    is_forgotten(&walk, &recovery, "予備コードは作ったときに一度だけ表示します").await?;
    walk.follow_above("今日の対応", "機器はまだ登録されていません").await?;

    walk.follow("機器を登録する", "新しい登録コード").await?;
    walk.press("登録コードを発行する", "この画面でしか見られません").await?;
    let code = walk.text_of("code-text").await?;
    Synthetic::enroll(collector.device_address(), &code.parse()?, 3).await?;
    walk.follow_above("今日の対応", "登録待ちの機器が1台あります").await?;
    is_forgotten(&walk, &code, "登録コードは、発行したときに一度だけ表示します").await?;
    walk.follow_above("今日の対応", "登録待ちの機器が1台あります").await?;
    walk.follow("現物と見比べて確認する", "登録の申し出").await?;
    walk.press("試験機3 を確認する", "機器番号").await?;
    sends_again(&walk, "/pending", ("試験機3 を確認する", "試験機3 を確認する"), "「機器の確認」").await?;

    walk.follow_above("機器", "試験機3").await?;
    walk.follow("試験機3", "機器番号").await?;
    walk.follow("使用を終える（廃止）", "次のようになります").await?;
    walk.fill("why", "見本の理由").await?;
    walk.press("使用を終える", "使用終了").await?;
    sends_again(&walk, "/retire", ("name=\"why\"", "使用を終える"), "「機器の使用終了」").await?;
    for act in ["code_issued", "device_confirmed", "device_retired"] {
        ensure!(acts(&walk, act).await? == 1, "{act}");
    }

    // Signed out, however far one goes back.
    walk.follow_above("自分のアカウント", OWN).await?;
    walk.sign_out().await?;
    for _ in 0..3 {
        walk.browser.page.back().await?;
        walk.sees("パスワードと確認コードでサインイン").await?;
        for own in ["見本 花子", OWN, "試験機3", FACILITY] {
            lacks(&walk, own).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn back_leads_to_no_form_that_acts_twice_and_after_signing_out_to_nothing_of_the_account() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    goes_back(&browser).await?;
    browser.quit().await
}

#[tokio::test]
async fn without_javascript_back_does_the_same() -> anyhow::Result<()> {
    let browser = Browser::start_without_scripts().await?;
    goes_back(&browser).await?;
    browser.quit().await
}
