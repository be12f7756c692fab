//! The main acts from the first link to the reset of somebody's account, once with nothing but a keyboard and once with JavaScript
//! switched off.

use anyhow::{Context as _, ensure};
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::walk::{App, Hand, Walk, link, now};
use thirtyfour::By;

/// The self-check's question that a day answers.
const CHANGED_ON: &str = "§19-4.age";
/// What every test collector's first administrator is called.
const NAME: &str = "初期設定の担当者";

/// Looks at how the focus goes through the page, where the walk is by keys.
async fn goes_round(walk: &Walk<'_>) -> anyhow::Result<()> {
    if walk.hand == Hand::Keys { walk.goes_round().await } else { Ok(()) }
}

/// An administrator's: a code, the device that enrols with it, the self-check, the log, and the end of the device.
async fn at_the_facility(walk: &Walk<'_>, collector: &Collector) -> anyhow::Result<App> {
    let invite = ["account", "invite", "--facility", FACILITY, "--name", "見本 花子", "--login", "hanako"];
    let app = walk.set_up(&link(collector, &invite)?).await?;
    walk.follow("最初のページへ", "機器はまだ登録されていません").await?;
    walk.follow("機器を登録する", "新しい登録コード").await?;
    goes_round(walk).await?;
    walk.fill("uses", "0").await?;
    // What is allowed stands by the field before, too: what is wrong only once the answer has come.
    walk.press("登録コードを発行する", "＊").await?;
    walk.sees("1から500まで").await?;
    walk.fill("uses", "1").await?;
    walk.press("登録コードを発行する", "この画面でしか見られません").await?;
    let code = walk.text_of("code-text").await?.parse()?;
    let mut device = Synthetic::enroll(collector.device_address(), &code, 3).await?;

    walk.follow_above("今日の対応", "登録待ちの機器が1台あります").await?;
    walk.follow("現物と見比べて確認する", "登録の申し出").await?;
    goes_round(walk).await?;
    walk.press("試験機3 を確認する", "機器番号").await?;
    device.check_in(collector.device_address(), true, now()?).await?;

    walk.follow_above("今日の対応", "自己点検の期限が来ている機器が1台あります").await?;
    goes_round(walk).await?;
    walk.follow("自己点検に答える", "答えがないか、期限の切れた使用中の機器が1台あります").await?;
    goes_round(walk).await?;
    walk.choose("q0-yes").await?;
    walk.fill("note", "現物を見ました").await?;
    for (field, typed) in [(CHANGED_ON, "2026"), ("§19-4.age-m", "13"), ("§19-4.age-d", "1")] {
        walk.fill(field, typed).await?;
    }
    walk.press("この内容で記録する", "＊§19-4の日付は").await?;
    let month = walk.browser.page.find(By::XPath("//input[@id='§19-4.age-m'][@value='13'][@aria-invalid]")).await?;
    ensure!(month.is_displayed().await?, "what was typed stands in its box");
    walk.fill_day(CHANGED_ON, now()?).await?;
    walk.press("この内容で記録する", "1台について記録しました").await?;

    walk.follow_above("操作記録", "記録（新しい順）").await?;
    walk.fill("who", NAME).await?;
    walk.press("さがす", NAME).await?;
    // The name stands on the page before, too: what was typed is in the form only once the answer has come.
    walk.browser.page.find(By::XPath(format!("//input[@id='who'][@value='{NAME}']"))).await?;
    ensure!(walk.path().await?.contains("&who=%E5"), "what is looked for is in the address: {}", walk.path().await?);
    goes_round(walk).await?;

    walk.follow_above("機器", "試験機3").await?;
    goes_round(walk).await?;
    walk.follow("試験機3", "対応が必要な条項").await?;
    goes_round(walk).await?;
    walk.follow("使用を終える（廃止）", "次のようになります").await?;
    walk.fill("why", "見本の理由").await?;
    walk.press("使用を終える", "使用終了").await?;
    let refused = device.check_in(collector.device_address(), true, now()?).await;
    ensure!(!refused.is_ok_and(|answer| answer.status == 200), "out of use is out of use");
    walk.sign_out().await?;
    Ok(app)
}

/// The 事務局's: a facility, its people, and a new link for somebody who has lost the way in.
async fn at_the_secretariat(walk: &Walk<'_>, collector: &Collector) -> anyhow::Result<()> {
    walk.set_up(&link(collector, &["account", "invite", "--name", "見本 次郎", "--login", "jimukyoku"])?).await?;
    walk.follow("最初のページへ", FACILITY).await?;
    goes_round(walk).await?;
    walk.fill("q", "ほたる").await?;
    walk.press("さがす", "「ほたる」").await?;
    walk.follow(FACILITY, "機器").await?;
    walk.follow("担当者", NAME).await?;
    goes_round(walk).await?;
    walk.follow("事業所管理者: 選任する", "担当者").await?;
    goes_round(walk).await?;
    walk.fill("name", "見本 三郎").await?;
    walk.fill("login", "saburo").await?;
    walk.fill("why", "見本の理由").await?;
    walk.press("確認へ進む", "まだ何も変わっていません").await?;
    walk.press("選任する", "この画面でしか見られません").await
}

async fn walk_through(browser: &Browser, hand: Hand) -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let walk = Walk::begin(browser, &collector, ("127.0.0.1", hand)).await?;
    let mut app = at_the_facility(&walk, &collector).await?;
    walk.sign_in("hanako", &mut app, "対応").await?;
    walk.follow_above("自分のアカウント", "サインイン中のブラウザ").await?;
    goes_round(&walk).await?;
    walk.sign_out().await?;

    at_the_secretariat(&walk, &collector).await?;
    walk.follow_above("アカウント", "hanako").await?;
    goes_round(&walk).await?;
    walk.press(&format!("{NAME}（hanako）に新しいリンクを発行"), "この画面でしか見られません").await?;
    let issued = walk.text_of("code-text").await?;
    walk.sign_out().await?;
    let start = issued.find("/start/").map(|at| issued[at..].to_owned()).context("a link")?;
    let mut app = walk.set_up(&start).await?;
    walk.sign_out().await?;
    walk.sign_in("hanako", &mut app, "設定し直されました").await?;
    walk.press("確認しました", "対応").await
}

#[tokio::test]
async fn a_keyboard_alone_leads_through_the_main_acts_and_shows_at_each_stop_where_it_is() -> anyhow::Result<()> {
    let browser = Browser::start().await?;
    walk_through(&browser, Hand::Keys).await?;
    browser.quit().await
}

#[tokio::test]
async fn without_javascript_the_same_acts_are_done() -> anyhow::Result<()> {
    let browser = Browser::start_without_scripts().await?;
    browser.page.goto("data:text/html,<title>off</title><script>document.title = 'on'</script>").await?;
    ensure!(browser.page.title().await? == "off", "scripts run in this browser");
    walk_through(&browser, Hand::Pointer).await?;
    browser.quit().await
}
