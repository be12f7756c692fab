//! Signing in, in a real Chromium with a virtual authenticator: a passkey registered from a one-time link, signing in with it,
//! proving oneself anew, losing the way in and getting it back; and the way by password and code without JavaScript.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::oidc::{CLIENT_SECRET, Provider};
use hashimori_tests::walk::{Hand, PASSWORD, PATIENCE, Walk, link};
use thirtyfour::By;

#[tokio::test]
async fn a_passkey_is_registered_from_the_link_signs_in_without_a_name_and_proves_anew() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let authenticator = browser.add_authenticator().await?;
    let walk = Walk::begin(&browser, &collector, ("localhost", Hand::Pointer)).await?;
    walk.open(&link(&collector, &["account", "invite", "--name", "見本 花子", "--login", "jimukyoku"])?).await?;
    walk.press("設定を始める", "パスキー（おすすめ）").await?;
    walk.browser.looks_right("setup-choice").await?;
    walk.press("パスキーを登録する", "このアカウントの記録").await?;
    walk.sees("パスキーを登録しました").await?;
    walk.browser.looks_right("account-passkey").await?;
    walk.sign_out().await?;
    walk.browser.looks_right("sign-in-passkey").await?;
    walk.press("パスキーでサインイン", FACILITY).await?;

    // A second way, so that the first may go; the app's page comes after the password, for alone it opens nothing.
    walk.open("/account/password").await?;
    walk.browser.looks_right("account-password").await?;
    walk.fill("password", PASSWORD).await?;
    walk.fill("again", PASSWORD).await?;
    walk.press("パスワードを変更する", "QRコードを読み取ります").await?;
    walk.browser.looks_right("account-app").await?;
    walk.register_app("登録する").await?;
    walk.open("/step-up?next=/account").await?;
    walk.browser.looks_right("step-up").await?;
    walk.press("パスキーで確認する", "あと8個使えます").await?;
    walk.browser.looks_right("account-both").await?;
    walk.open("/accounts").await?;
    walk.browser.looks_right("accounts").await?;

    // When the authenticator does not know its user, the page says so, and the other way is right below.
    walk.sign_out().await?;
    browser.mistake_user(&authenticator).await?;
    walk.press("パスキーでサインイン", "もう一度ボタンを押すか").await?;
    walk.browser.looks_right("sign-in-no-passkey").await?;
    let said = browser.console().await?;
    ensure!(said.iter().all(|line| line.contains("422")), "{said:#?}");
    browser.quit().await
}

#[tokio::test]
async fn who_lost_the_app_gets_a_link_from_the_secretariat_and_is_told() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &collector, ("127.0.0.1", Hand::Pointer)).await?;
    let invite = ["account", "invite", "--name", "見本 花子", "--facility", FACILITY, "--login", "hanako"];
    walk.open(&link(&collector, &invite)?).await?;
    walk.press("設定を始める", "このアドレスではパスキーを使えない").await?;
    walk.choose_password_and_app("設定を終える").await?;
    walk.sign_out().await?;
    walk.open("/sign-in/lost").await?;
    walk.browser.looks_right("lost").await?;
    walk.fill("login", "hanako").await?;
    walk.fill("password", PASSWORD).await?;
    walk.press("設定し直しを申し込む", "受け付けました").await?;

    walk.open(&link(&collector, &["account", "invite", "--name", "見本 次郎", "--login", "jimukyoku"])?).await?;
    walk.press("設定を始める", "新しいパスワード").await?;
    walk.choose_password_and_app("設定を終える").await?;
    walk.open("/accounts").await?;
    walk.sees("hanako").await?;
    let button = By::XPath("//tr[contains(., 'hanako')]//button");
    browser.page.find(button).await?.click().await?;
    walk.sees("この画面でしか見られません").await?;
    walk.browser.looks_right("issued-link").await?;
    let issued = browser.page.find(By::ClassName("code-text")).await?.text().await?;
    walk.sign_out().await?;
    browser.page.goto(&issued).await?;
    walk.sees("使えなくなります").await?;
    walk.press("設定を始める", "新しいパスワード").await?;
    let mut app = walk.choose_password_and_app("設定を終える").await?;
    walk.sign_out().await?;
    walk.fill("login", "hanako").await?;
    walk.fill("password", PASSWORD).await?;
    walk.fill("code", &app.code()?).await?;
    walk.press("サインイン", "設定し直されました").await?;
    walk.browser.looks_right("account-told").await?;
    walk.press("確認しました", "機器").await?;
    browser.quit().await
}

#[tokio::test]
async fn password_and_code_lead_through_without_javascript() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start_without_scripts().await?;
    let walk = Walk::begin(&browser, &collector, ("localhost", Hand::Pointer)).await?;
    walk.open(&link(&collector, &["account", "invite", "--name", "見本 花子", "--login", "jimukyoku"])?).await?;
    walk.press("設定を始める", "JavaScriptが必要です").await?;
    walk.follow("パスワードと確認アプリで設定する", "新しいパスワード").await?;
    let mut app = walk.choose_password_and_app("設定を終える").await?;
    walk.sign_out().await?;
    walk.fill("login", "jimukyoku").await?;
    walk.fill("password", PASSWORD).await?;
    walk.fill("code", &app.code()?).await?;
    walk.press("サインイン", FACILITY).await?;
    walk.open("/account").await?;
    walk.press("予備コードを作り直す", "この画面でしか見られません").await?;
    walk.open("/step-up?next=/account").await?;
    walk.fill("code", "000000").await?;
    walk.press("確認する", "確認コードが違います").await?;
    let recovery = link(&collector, &["account", "reset", "--login", "jimukyoku"])?;
    walk.open("/account").await?;
    walk.sees("パスワードと確認コードでサインイン").await?;
    walk.open(&recovery).await?;
    walk.sees("いままでのパスワード").await?;
    browser.quit().await
}

/// Signs in at the provider's own pages, which take any password, and agrees to what they ask.
async fn prove_at_provider(walk: &Walk<'_>, name: &str) -> anyhow::Result<()> {
    let page = &walk.browser.page;
    page.find(By::Name("login")).await.context("the provider asks for a name")?.send_keys(name).await?;
    page.find(By::Name("password")).await?.send_keys("anything").await?;
    page.find(By::XPath("//button[@type='submit']")).await?.click().await?;
    // It asks for consent once; then `Continue` is its only button.
    page.set_implicit_wait_timeout(Duration::from_secs(3)).await?;
    if let Ok(button) = page.find(By::XPath("//form[contains(@action,'/interaction/')]//button[normalize-space()='Continue']")).await {
        button.click().await?;
    }
    Ok(page.set_implicit_wait_timeout(PATIENCE).await?)
}

#[tokio::test]
async fn an_account_linked_to_the_organisations_signs_in_and_proves_anew_there_and_nobody_elses_does() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let origin = format!("http://127.0.0.1:{}", collector.web_address().port());
    let provider = Provider::start(&format!("{origin}/oidc/return"))?;
    let setting = ["oidc", "set", "--issuer", &provider.issuer, "--client-id", "hashimori", "--label", "架空の組織"];
    collector.command_reading(&setting, CLIENT_SECRET)?.expect(0)?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &collector, ("127.0.0.1", Hand::Pointer)).await?;
    walk.open(&link(&collector, &["account", "invite", "--name", "見本 花子", "--login", "jimukyoku"])?).await?;
    walk.press("設定を始める", "新しいパスワード").await?;
    walk.choose_password_and_app("設定を終える").await?;

    // Nobody is linked yet: whoever the provider knows is nobody here.
    walk.open("/account").await?;
    walk.sign_out().await?;
    walk.browser.looks_right("sign-in-oidc").await?;
    walk.follow_out("架空の組織でサインイン").await?;
    prove_at_provider(&walk, "hanako-at-work").await?;
    walk.sees("まだどの利用者とも結び付いていません").await?;

    // The owner links it, after having read whom the provider names.
    walk.open(&link(&collector, &["account", "reset", "--login", "jimukyoku"])?).await?;
    walk.press("設定を始める", "新しいパスワード").await?;
    walk.choose_password_and_app("設定を終える").await?;
    walk.open("/account").await?;
    walk.follow_out("架空の組織と結び付ける").await?;
    prove_at_provider(&walk, "hanako-at-work").await?;
    walk.sees("hanako-at-work").await?;
    walk.browser.looks_right("oidc-link").await?;
    walk.press("自分のものなので結び付ける", "「hanako-at-work」と結び付いています").await?;
    walk.browser.looks_right("account-oidc").await?;

    // From now on it signs in, without a question where she is signed in there; so that an act that matters asks first.
    walk.sign_out().await?;
    walk.follow_out("架空の組織でサインイン").await?;
    walk.sees("「hanako-at-work」と結び付いています").await?;
    walk.open("/log/export").await?;
    walk.follow_out("架空の組織でもう一度確認する").await?;
    prove_at_provider(&walk, "hanako-at-work").await?;
    walk.sees("操作記録の書き出し").await?;

    // Somebody else of the same organisation proves nothing in her session.
    walk.open("/step-up?next=/account").await?;
    walk.follow_out("架空の組織でもう一度確認する").await?;
    prove_at_provider(&walk, "taro-at-work").await?;
    walk.sees("組織のアカウントを確認できませんでした").await?;
    browser.quit().await
}
