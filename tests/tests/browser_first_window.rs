//! The first window in a real Chromium: a person signs in by one-time link, issues a code, the real agent enrols with it,
//! the person confirms it, and the verdict is on the device's page. On a phone and on a desk, with and without JavaScript.

use anyhow::ensure;
use hashimori_tests::agent::Agent;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::walk::{Hand, PASSWORD, Walk, link};

/// A new person's one-time link, as its path.
fn invite(collector: &Collector, arguments: &[&str]) -> anyhow::Result<String> {
    link(collector, &[&["account", "invite", "--name", "見本 花子"], arguments].concat())
}

/// Whoever it is clicks.
const HAND: (&str, Hand) = ("127.0.0.1", Hand::Pointer);

/// Sets the account up through the pages: password, authenticator app, recovery codes. Looks at each page on the way.
async fn set_up(person: &Walk<'_>, link: &str, look: bool) -> anyhow::Result<()> {
    person.open(link).await?;
    person.sees("ログインID").await?;
    if look {
        person.browser.looks_right("start").await?;
    }
    person.press("設定を始める", "新しいパスワード").await?;
    if look {
        person.browser.looks_right("password").await?;
    }
    person.fill("password", "aaaaaaaaaaaaaaa").await?;
    person.fill("again", "aaaaaaaaaaaaaaa").await?;
    person.press("次へ", "推測されやすいため使えません").await?;
    person.fill("password", PASSWORD).await?;
    person.fill("again", PASSWORD).await?;
    person.press("次へ", "QRコードを読み取ります").await?;
    if look {
        person.browser.looks_right("app").await?;
    }
    person.register_app("設定を終える").await?;
    if look {
        person.browser.looks_right("recovery").await?;
    }
    person.follow("最初のページへ", "機器").await
}

/// Issues a code, lets the real agent enrol with it, confirms the device and reads its verdict.
async fn enrol_a_device(person: &Walk<'_>, collector: &Collector, look: bool) -> anyhow::Result<()> {
    person.sees("機器はまだ登録されていません").await?;
    person.follow("機器を登録する", "新しい登録コード").await?;
    if look {
        person.browser.looks_right("codes").await?;
    }
    person.press("登録コードを発行する", "この画面でしか見られません").await?;
    if look {
        person.browser.looks_right("code").await?;
    }
    let code = person.text_of("code-text").await?;
    person.sees(&format!(":{}", collector.device_address().port())).await?;

    let agent = Agent::new()?;
    agent.enroll(collector, &code)?.expect(0)?;
    agent.check_in()?.expect(0)?;

    person.open("/").await?;
    person.sees("登録待ちの機器が1台あります").await?;
    person.follow("現物と見比べて確認する", "登録の申し出").await?;
    person.sees("試験機").await?;
    if look {
        person.browser.looks_right("pending").await?;
    }
    person.press("確認する", "機器番号").await?;
    agent.check_in()?.expect(0)?;

    person.open("/").await?;
    person.sees("対応が必要です").await?;
    if look {
        person.browser.looks_right("today").await?;
    }
    person.follow("機器の一覧へ", "試験機").await?;
    if look {
        person.browser.looks_right("facility").await?;
    }
    person.follow("試験機", "対応が必要な条項").await?;
    for clause in ["§19-6", "§20-1", "§20-2", "§20-3", "§20-4", "§20-5"] {
        person.sees(clause).await?;
    }
    person.sees("読み取った内容").await?;
    if look {
        person.browser.looks_right("device").await?;
    }

    person.open("/").await?;
    person.follow("自己点検", "答えがないか、期限の切れた使用中の機器が1台あります").await?;
    person.choose("q0-yes").await?;
    if look {
        person.browser.looks_right("self-check").await?;
    }
    person.press("この内容で記録する", "1台について記録しました").await?;
    Ok(())
}

#[tokio::test]
async fn a_newcomer_signs_in_enrols_this_machine_and_reads_its_verdict() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let person = Walk::begin(&browser, &collector, HAND).await?;
    let link = invite(&collector, &["--facility", FACILITY, "--login", "hanako"])?;
    set_up(&person, &link, true).await?;
    enrol_a_device(&person, &collector, true).await?;
    for (path, name) in [("/log", "log"), ("/rules", "rules"), ("/what-is-checked", "what-is-checked"), ("/sign-in", "sign-in")] {
        person.open(path).await?;
        person.browser.looks_right(name).await?;
    }
    let said = browser.console().await?;
    // The password that was refused on the way answered 422, and the browser notes that.
    let errors: Vec<&String> = said.iter().filter(|line| !line.contains("422")).collect();
    ensure!(errors.is_empty(), "{errors:#?}");

    person.open(&link).await?;
    person.sees("このリンクは使えません").await?;
    person.browser.looks_right("used-link").await?;
    browser.quit().await
}

#[tokio::test]
async fn the_same_way_leads_through_without_javascript() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start_without_scripts().await?;
    let person = Walk::begin(&browser, &collector, HAND).await?;
    set_up(&person, &invite(&collector, &["--facility", FACILITY, "--login", "hanako"])?, false).await?;
    enrol_a_device(&person, &collector, false).await?;
    browser.quit().await
}

#[tokio::test]
async fn the_secretariat_sees_every_facility_of_its_region() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let person = Walk::begin(&browser, &collector, HAND).await?;
    set_up(&person, &invite(&collector, &["--login", "jimukyoku"])?, false).await?;
    person.sees(FACILITY).await?;
    person.browser.looks_right("region").await?;
    browser.quit().await
}
