//! The Back button of a real Chromium, with JavaScript and without: after an act it leads to no form that acts a second time, and
//! after signing out to nothing of the account.

use anyhow::ensure;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::walk::{Hand, Walk, link};

const OWN: &str = "サインイン中のブラウザ";

/// Presses Back, and waits for a page that says this.
async fn back(walk: &Walk<'_>, then: &str) -> anyhow::Result<()> {
    walk.browser.page.back().await?;
    walk.sees(then).await
}

/// The markup of the page that is shown does not have this.
async fn lacks(walk: &Walk<'_>, words: &str) -> anyhow::Result<()> {
    let shown = walk.browser.page.source().await?;
    ensure!(!shown.contains(words), "{words} is on {}", walk.path().await?);
    Ok(())
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
    walk.follow("最初のページへ", "機器はまだ登録されていません").await?;

    // What is shown once is not shown again.
    walk.follow("機器を登録する", "新しい登録コード").await?;
    walk.fill("uses", "2").await?;
    walk.press("登録コードを発行する", "この画面でしか見られません").await?;
    let code = walk.text_of("code-text").await?;
    walk.follow_above("自分のアカウント", OWN).await?;
    back(&walk, "一度だけ表示します").await?;
    lacks(&walk, &code).await?;
    back(&walk, "0 / 2台").await?;
    ensure!(acts(&walk, "code_issued").await? == 1, "going back issues no second code");

    // A decision is not on offer any more, and the form of an act says that it was done.
    Synthetic::enroll(collector.device_address(), &code.parse()?, 3).await?;
    walk.follow_above("今日の対応", "登録待ちの機器が1台あります").await?;
    walk.follow("現物と見比べて確認する", "登録の申し出").await?;
    walk.press("試験機3 を確認する", "機器番号").await?;
    back(&walk, "登録待ちの機器はありません").await?;
    walk.browser.page.forward().await?;
    walk.sees("機器番号").await?;
    walk.follow("使用を終える（廃止）", "次のようになります").await?;
    walk.fill("why", "見本の理由").await?;
    walk.press("使用を終える", "使用終了").await?;
    back(&walk, "「機器の使用終了」").await?;
    lacks(&walk, "name=\"why\"").await?;
    ensure!((acts(&walk, "device_confirmed").await?, acts(&walk, "device_retired").await?) == (1, 1), "each once");

    // Signed out, however far one goes back.
    walk.follow_above("自分のアカウント", OWN).await?;
    walk.sign_out().await?;
    for _ in 0..3 {
        back(&walk, "パスワードと確認コードでサインイン").await?;
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
