//! A region full of made-up facilities and devices, small enough for a test: somebody who has never seen it signs in and finds the worst
//! device, the reason and the remedy in three clicks; and what its pages weigh on the way to a browser. Keeps the pictures of the READMEs:
//!
//! `HASHIMORI_SCREENSHOTS=$PWD/tests/screenshots cargo test -p hashimori-tests --test demo_region three_clicks`

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use hashimori_server::http::pages;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::Collector;
use hashimori_tests::visitor::{App, Visitor};
use hashimori_tests::waiting::{PATIENCE, until};
use hashimori_tests::walk::now;
use thirtyfour::{By, WebElement};

const REGION: &str = "見本の圏域（架空）";
const PASSWORD: &str = "amber ferry crossing";
/// What a first view may weigh: page, stylesheet, icon and script, as they travel.
const FIRST_VIEW: usize = 60 * 1024;

/// Somebody with an account, signed in once already.
struct Person {
    login: String,
    visitor: Visitor,
    app: App,
    /// When the app's first code was used.
    since: u64,
}

impl Person {
    fn new(collector: &Collector, login: &str, link: &str) -> anyhow::Result<Self> {
        let (mut visitor, since) = (Visitor::at(collector.web_address()), u64::try_from(now()?.seconds())?);
        let app = visitor.set_up_at(link, PASSWORD, since)?;
        // Whoever filled the region had the account before: its owner is told once.
        visitor.post("/account", "/account/told", &[])?;
        Ok(Self { login: login.to_owned(), visitor, app, since })
    }

    /// A code that was not used: the next step's is taken a step early.
    fn code(&self) -> anyhow::Result<String> {
        Ok(self.app.code(u64::try_from(now()?.seconds())?.max(self.since + 30)))
    }
}

/// A full region, and two of its people: its 事務局, and the administrator of the facility that needs most.
struct Region {
    collector: Collector,
    facility: String,
    secretariat: Person,
    administrator: Person,
}

impl Region {
    fn filled() -> anyhow::Result<Self> {
        let collector = Collector::start()?;
        let (facility, login) = collector.fill_demo(REGION, (12, 90))?;
        let person = |login: &str, arguments: &[&str]| {
            let link = collector.invite(REGION, &[arguments, &["--login", login]].concat())?;
            Person::new(&collector, login, &link)
        };
        let mut secretariat = person("mihon-jimu", &[])?;
        let administrator = person(&login, &["--facility", &facility])?;
        until("the overview to be in order, and answers to be judged", || {
            let page = secretariat.visitor.open("/").ok()?;
            let first = page.split("id=\"list\"").nth(1)?.split("<tbody").nth(1)?.split("</th>").next()?.to_owned();
            (first.contains(&facility) && page.contains("</svg>適合</span>")).then_some(())
        })?;
        Ok(Self { collector, facility, secretariat, administrator })
    }
}

/// Somebody at a browser who is counted the clicks of.
struct Reader<'b> {
    browser: &'b Browser,
    clicks: u32,
}

impl<'b> Reader<'b> {
    /// Signs in, and stands before what comes then.
    async fn new(browser: &'b Browser, region: &Region, person: &Person) -> anyhow::Result<Self> {
        let reader = Self { browser, clicks: 0 };
        browser.page.set_implicit_wait_timeout(PATIENCE).await?;
        let address = format!("http://{}/sign-in", region.collector.web_address());
        browser.page.goto(&address).await?;
        browser.page.delete_all_cookies().await?;
        browser.page.goto(&address).await?;
        for (field, typed) in [("login", person.login.as_str()), ("password", PASSWORD), ("code", &person.code()?)] {
            browser.page.find(By::Id(field)).await.with_context(|| format!("no {field}"))?.send_keys(typed).await?;
        }
        reader.find("//form[@action='/sign-in']//button").await?.click().await?;
        reader.find("//nav[@class='site-nav']").await?;
        Ok(reader)
    }

    async fn find(&self, path: &str) -> anyhow::Result<WebElement> {
        self.browser.page.find(By::XPath(path)).await.with_context(|| format!("no {path}"))
    }

    /// Clicks and waits for a page whose heading holds `then`.
    async fn click(&mut self, path: &str, then: &str) -> anyhow::Result<()> {
        self.find(path).await?.click().await?;
        self.clicks += 1;
        self.find(&format!("//h1[contains(normalize-space(.), '{then}')]")).await.map(drop)
    }

    async fn text(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.find(path).await?.text().await?)
    }

    /// The page of a device that says on its first screen how it stands, and of each clause that is missed why, and what to do.
    async fn reads_reason_and_remedy(&self) -> anyhow::Result<()> {
        let headline = self.text("//section[@class='headline']").await?;
        ensure!(headline.contains("不適合") && headline.contains("§"), "{headline}");
        let row = "//tr[td[1][contains(., '不適合')]]";
        for (cell, what) in [("td[3]", "reason"), ("td[4]", "remedy")] {
            let said = self.text(&format!("({row})[1]/{cell}")).await?;
            ensure!(said.chars().count() > 8, "no {what}: {said}");
        }
        let missed = self.browser.page.find_all(By::XPath(row)).await?.len();
        ensure!(missed >= 4, "only {missed} clauses are missed: it is not the worst device");
        Ok(())
    }
}

#[tokio::test]
async fn three_clicks_lead_from_signing_in_to_the_worst_device_its_reason_and_its_remedy() -> anyhow::Result<()> {
    let region = tokio::task::spawn_blocking(Region::filled).await??;
    let browser = Browser::start().await?;
    browser.set_media("screen", "light").await?;
    browser.hide_scroll_bars().await?;

    browser.set_width(1280).await?;
    let mut secretariat = Reader::new(&browser, &region, &region.secretariat).await?;
    browser.page.execute("document.getElementById('all').scrollIntoView()", vec![]).await?;
    browser.screenshot_of_window("region").await?;
    let days = browser.page.find_all(By::XPath("//section[@aria-labelledby='trend']//tbody/tr")).await?.len();
    ensure!(days == 90, "the trend tells {days} days");
    secretariat.click("//section[@aria-labelledby='list']//tbody/tr[1]/th/a", &region.facility).await?;
    secretariat.click("//section[@aria-labelledby='list']//tbody/tr[1]/th/a", "1号").await?;
    secretariat.reads_reason_and_remedy().await?;
    ensure!(secretariat.clicks <= 3, "{} clicks", secretariat.clicks);

    browser.set_width(360).await?;
    let mut administrator = Reader::new(&browser, &region, &region.administrator).await?;
    browser.screenshot_of_window("today").await?;
    administrator.click("(//tbody/tr[contains(., '不適合')]//td//a)[1]", "不適合").await?;
    administrator.click("//tbody/tr[1]/th/a", "1号").await?;
    administrator.reads_reason_and_remedy().await?;
    browser.screenshot_of_window("device").await?;
    ensure!(administrator.clicks <= 3, "{} clicks", administrator.clicks);
    browser.quit().await
}

/// Addresses of what a page loads by itself.
fn loaded(page: &str) -> impl Iterator<Item = &str> {
    let tags = page.split('<').filter(|tag| ["link ", "script ", "img ", "source ", "iframe "].iter().any(|name| tag.starts_with(name)));
    tags.filter_map(|tag| [" href=\"", " src=\""].iter().find_map(|attribute| tag.split(attribute).nth(1)?.split('"').next()))
}

#[test]
fn no_first_view_weighs_more_than_sixty_kib_or_asks_another_host_for_anything() -> anyhow::Result<()> {
    let mut region = Region::filled()?;
    let page = region.secretariat.visitor.open("/")?;
    let id = |page: &str, kind: &str| page.split(kind).nth(1).and_then(|rest| rest.split(['/', '"', '?']).next()).map(str::to_owned);
    let list = page.split("id=\"list\"").nth(1).and_then(|rest| rest.split("<tbody").nth(1)).context("a list")?;
    let facility = id(list, "/facilities/").context("a facility")?;
    let page = region.secretariat.visitor.open(&format!("/facilities/{facility}"))?;
    let list = page.split("id=\"list\"").nth(1).context("a list")?;
    let device = id(list, "/devices/").context("a device")?;

    let (mut parts, mut weights) = (BTreeMap::new(), BTreeMap::new());
    for path in pages::readable() {
        let query = if path.ends_with("/devices") { "?is=non-compliant" } else { "" };
        let path = path.replace("{facility}", &facility).replace("{device}", &device) + query;
        for reader in [&mut region.administrator.visitor, &mut region.secretariat.visitor] {
            let page = reader.ask("GET", &path, "")?;
            if page.status != 200 || !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                continue;
            }
            let travels = reader.weigh(&path)?;
            assert_eq!(travels.header("content-encoding"), Some("gzip"), "{path}");
            let mut weight = travels.body.len();
            for part in loaded(&page.text()) {
                assert!(part.starts_with('/') && !part.starts_with("//"), "{path} loads {part}");
                if !parts.contains_key(part) {
                    parts.insert(part.to_owned(), reader.weigh(part)?.body.len());
                }
                weight += parts[part];
            }
            let heaviest = weights.entry(path.clone()).or_insert(0);
            *heaviest = weight.max(*heaviest);
        }
    }
    assert!(weights.len() >= 20 && parts.len() >= 2, "{weights:?} {parts:?}");
    let heavy: Vec<_> = weights.iter().filter(|(_, weight)| **weight > FIRST_VIEW).collect();
    assert!(heavy.is_empty(), "{heavy:?}");
    println!("heaviest: {:?}", weights.iter().max_by_key(|(_, weight)| **weight));
    Ok(())
}
