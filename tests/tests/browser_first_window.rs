//! The first window in a real Chromium: a person signs in by one-time link, issues a code, the real agent enrols with it,
//! the person confirms it, and the verdict is on the device's page. On a phone and on a desk, with and without JavaScript.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use hashimori_tests::agent::Agent;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use thirtyfour::{By, WebDriver};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "amber ferry crossing";

/// A person at a browser, looking at the collector's web port.
struct Person<'a> {
    browser: &'a Browser,
    origin: String,
}

/// How long the driver looks for something that is not there yet.
const PATIENCE: Duration = Duration::from_secs(40);

impl<'a> Person<'a> {
    async fn new(browser: &'a Browser, collector: &Collector) -> anyhow::Result<Self> {
        browser.page.set_implicit_wait_timeout(PATIENCE).await?;
        Ok(Self { browser, origin: format!("http://{}", collector.web_address()) })
    }

    fn page(&self) -> &WebDriver {
        &self.browser.page
    }

    async fn open(&self, path: &str) -> anyhow::Result<()> {
        Ok(self.page().goto(format!("{}{path}", self.origin)).await?)
    }

    async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let field = self.page().find(By::Id(id)).await.with_context(|| format!("no field {id}"))?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Presses the button with these words and waits for a page that says `then`.
    async fn press(&self, words: &str, then: &str) -> anyhow::Result<()> {
        let button = self.page().find(By::XPath(format!("//button[normalize-space()='{words}']"))).await;
        button.with_context(|| format!("no button {words}"))?.click().await?;
        self.sees(then).await
    }

    /// Follows the link with these words and waits for a page that says `then`.
    async fn follow(&self, words: &str, then: &str) -> anyhow::Result<()> {
        self.page().find(By::PartialLinkText(words)).await.with_context(|| format!("no link {words}"))?.click().await?;
        self.sees(then).await
    }

    async fn text(&self) -> anyhow::Result<String> {
        Ok(self.page().find(By::Tag("main")).await?.text().await?)
    }

    /// Waits (the driver does, `PATIENCE` long) until the page says this.
    async fn sees(&self, words: &str) -> anyhow::Result<()> {
        let found = self.page().find(By::XPath(format!("//main[contains(normalize-space(.), '{words}')]"))).await;
        if found.is_err() {
            bail!("{words} is not on {}:\n{}", self.page().current_url().await?, self.text().await?);
        }
        Ok(())
    }
}

/// A new person's one-time link, as its path.
fn invite(collector: &Collector, arguments: &[&str]) -> anyhow::Result<String> {
    let said = collector.command(&[&["account", "invite", "--name", "見本 花子"], arguments].concat())?.expect(0)?;
    let link = said.out.trim();
    let at = link.find("/start/").with_context(|| format!("no link in {link}"))?;
    Ok(link[at..].to_owned())
}

/// Sets the account up through the pages: password, authenticator app, recovery codes. Looks at each page on the way.
async fn set_up(person: &Person<'_>, link: &str, look: bool) -> anyhow::Result<()> {
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
    let text = person.page().find(By::ClassName("code-text")).await?.text().await?;
    let secret = Secret::try_from_base32(text.replace(' ', "")).map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let code = Builder::new().with_secret(secret).build_noncompliant().generate_current();
    person.fill("code", &code.to_string()).await?;
    person.press("設定を終える", "この画面でしか見られません").await?;
    if look {
        person.browser.looks_right("recovery").await?;
    }
    person.follow("最初のページへ", "機器").await
}

/// Issues a code, lets the real agent enrol with it, confirms the device and reads its verdict.
async fn enrol_a_device(person: &Person<'_>, collector: &Collector, look: bool) -> anyhow::Result<()> {
    person.sees("機器はまだ登録されていません").await?;
    person.follow("機器を登録する", "新しい登録コード").await?;
    if look {
        person.browser.looks_right("codes").await?;
    }
    person.press("登録コードを発行する", "この画面でしか見られません").await?;
    if look {
        person.browser.looks_right("code").await?;
    }
    let code = person.page().find(By::ClassName("code-text")).await?.text().await?;
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
    person.page().find(By::Id("q0-yes")).await?.click().await?;
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
    let person = Person::new(&browser, &collector).await?;
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
    let person = Person::new(&browser, &collector).await?;
    set_up(&person, &invite(&collector, &["--facility", FACILITY, "--login", "hanako"])?, false).await?;
    enrol_a_device(&person, &collector, false).await?;
    browser.quit().await
}

#[tokio::test]
async fn the_secretariat_sees_every_facility_of_its_region() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let person = Person::new(&browser, &collector).await?;
    set_up(&person, &invite(&collector, &["--login", "jimukyoku"])?, false).await?;
    person.sees(FACILITY).await?;
    person.browser.looks_right("region").await?;
    browser.quit().await
}
