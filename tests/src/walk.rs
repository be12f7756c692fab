//! A person at a browser who goes through pages as people do: with a pointer, or with nothing but a keyboard.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use hashimori_server::domain::people::totp::Seed;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use thirtyfour::{By, Key, WebDriver, WebElement};

use crate::browser::Browser;
use crate::collector::Collector;

/// A password that no list has.
pub const PASSWORD: &str = "amber ferry crossing";
/// How long the driver looks for something that is not there yet.
pub const PATIENCE: Duration = Duration::from_secs(40);
/// Stops of the Tab key on one page; more is a trap.
const STOPS: usize = 400;

/// What a person acts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Clicks.
    Pointer,
    /// Tab, Enter, Space, typing, and the arrows within a group of choices. Each stop on the way must show where the focus is.
    Keys,
}

/// A person at a browser.
#[derive(Debug)]
pub struct Walk<'a> {
    /// The browser.
    pub browser: &'a Browser,
    origin: String,
    /// What they act with.
    pub hand: Hand,
}

/// What the Tab key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    /// Past the last one: out of the page.
    Outside,
    /// An element, by its place among all.
    At(u64),
}

impl<'a> Walk<'a> {
    /// Somebody before the collector's web port, which they call by the name `host`.
    pub async fn begin(browser: &'a Browser, collector: &Collector, (host, hand): (&str, Hand)) -> anyhow::Result<Self> {
        browser.page.set_implicit_wait_timeout(PATIENCE).await?;
        Ok(Self { browser, origin: format!("http://{host}:{}", collector.web_address().port()), hand })
    }

    fn page(&self) -> &WebDriver {
        &self.browser.page
    }

    /// Types an address.
    pub async fn open(&self, path: &str) -> anyhow::Result<()> {
        Ok(self.page().goto(format!("{}{path}", self.origin)).await?)
    }

    /// Path of the page that is shown.
    pub async fn path(&self) -> anyhow::Result<String> {
        let address = self.page().current_url().await?;
        Ok(address.as_str().trim_start_matches(self.origin.as_str()).to_owned())
    }

    /// Status with which the page that is shown was answered.
    pub async fn status(&self) -> anyhow::Result<u16> {
        let script = "return performance.getEntriesByType('navigation')[0].responseStatus;";
        Ok(self.page().execute(script, vec![]).await?.convert()?)
    }

    /// What the page says.
    pub async fn text(&self) -> anyhow::Result<String> {
        Ok(self.page().find(By::Tag("main")).await?.text().await?)
    }

    /// Text of the element with this class.
    pub async fn text_of(&self, class: &str) -> anyhow::Result<String> {
        Ok(self.page().find(By::ClassName(class)).await.with_context(|| format!("no {class}"))?.text().await?)
    }

    /// Waits until the page says this.
    pub async fn sees(&self, words: &str) -> anyhow::Result<()> {
        let found = self.page().find(By::XPath(format!("//main[contains(normalize-space(.), '{words}')]"))).await;
        if found.is_err() {
            bail!("{words} is not on {}:\n{}", self.path().await?, self.text().await?);
        }
        Ok(())
    }

    async fn find(&self, what: &str, path: &str) -> anyhow::Result<WebElement> {
        let found = self.page().find(By::XPath(path)).await;
        match found {
            Ok(element) => Ok(element),
            Err(_) => bail!("no {what} on {}:\n{}", self.path().await?, self.text().await?),
        }
    }

    /// Presses the button with these words on it or for it, and waits for a page that says `then`.
    pub async fn press(&self, words: &str, then: &str) -> anyhow::Result<()> {
        let path = format!("//button[normalize-space()='{words}' or @aria-label='{words}']");
        let button = self.find(&format!("button {words}"), &path).await?;
        self.act(&button, " ").await?;
        self.sees(then).await
    }

    /// Follows the link of the page whose words contain these, and waits for a page that says `then`.
    pub async fn follow(&self, words: &str, then: &str) -> anyhow::Result<()> {
        self.follow_out(words).await?;
        self.sees(then).await
    }

    /// Follows a link that leads to another host.
    pub async fn follow_out(&self, words: &str) -> anyhow::Result<()> {
        let link = self
            .find(&format!("link {words}"), &format!("//main//a[contains(normalize-space(), '{words}') or @aria-label='{words}']"))
            .await?;
        self.act(&link, Key::Enter.value().to_string().as_str()).await
    }

    /// Follows a link in the head of the page, by all of its words.
    pub async fn follow_above(&self, words: &str, then: &str) -> anyhow::Result<()> {
        let link = self.find(&format!("link {words}"), &format!("//header//a[normalize-space()='{words}']")).await?;
        self.act(&link, Key::Enter.value().to_string().as_str()).await?;
        self.sees(then).await
    }

    async fn act(&self, element: &WebElement, key: &str) -> anyhow::Result<()> {
        match self.hand {
            Hand::Pointer => Ok(element.click().await?),
            Hand::Keys => {
                self.reach(element).await?;
                self.type_keys(key).await
            }
        }
    }

    /// Types into the field with this id, in place of what stands there.
    pub async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let field = self.page().find(By::Id(id)).await.with_context(|| format!("no field {id}"))?;
        match self.hand {
            Hand::Pointer => {
                field.clear().await?;
                field.send_keys(text).await?;
            }
            Hand::Keys => {
                // What a field holds is selected when Tab comes to it.
                self.reach(&field).await?;
                self.type_keys(text).await?;
            }
        }
        let holds = field.prop("value").await?.unwrap_or_default();
        ensure!(holds == text, "{id} holds {holds:?} after {text:?} was typed");
        Ok(())
    }

    /// Types a day into its boxes, of which the first has this id.
    pub async fn fill_day(&self, id: &str, day: Timestamp) -> anyhow::Result<()> {
        for (end, part) in ["", "-m", "-d"].into_iter().zip(day.jst_date_in(Lang::English).split('-')) {
            self.fill(&format!("{id}{end}"), part.trim_start_matches('0')).await?;
        }
        Ok(())
    }

    /// Gives the field with this id a file, as its dialog would.
    pub async fn give(&self, id: &str, file: &Path) -> anyhow::Result<()> {
        let field = self.page().find(By::Id(id)).await.with_context(|| format!("no field {id}"))?;
        Ok(field.send_keys(file.to_str().context("a path")?).await?)
    }

    /// Chooses among radio buttons or ticks a box.
    pub async fn choose(&self, id: &str) -> anyhow::Result<()> {
        let choice = self.page().find(By::Id(id)).await.with_context(|| format!("no choice {id}"))?;
        match self.hand {
            Hand::Pointer => choice.click().await?,
            Hand::Keys if choice.attr("type").await?.as_deref() == Some("radio") => {
                // Tab comes to the one that is chosen; the arrows go on from there.
                let script =
                    "const all = [...arguments[0].form.elements[arguments[0].name]]; return all.find(one => one.checked) ?? all[0];";
                let stop = self.page().execute(script, vec![choice.to_json()?]).await?.element()?;
                self.reach(&stop).await?;
                for _ in 0..20 {
                    if choice.is_selected().await? {
                        break;
                    }
                    self.type_keys(&Key::Down.value().to_string()).await?;
                }
            }
            Hand::Keys => {
                self.reach(&choice).await?;
                self.type_keys(" ").await?;
            }
        }
        ensure!(choice.is_selected().await?, "{id} is not chosen");
        Ok(())
    }

    async fn type_keys(&self, keys: &str) -> anyhow::Result<()> {
        Ok(self.page().action_chain().send_keys(keys).perform().await?)
    }

    /// Presses Tab until the focus is on this element.
    async fn reach(&self, element: &WebElement) -> anyhow::Result<()> {
        let mut outside = 0;
        for _ in 0..STOPS {
            let here: bool =
                self.page().execute("return document.activeElement === arguments[0];", vec![element.to_json()?]).await?.convert()?;
            if here {
                return Ok(());
            }
            match self.tab(false).await? {
                Stop::Outside => outside += 1,
                Stop::At(_) => {}
            }
            ensure!(outside < 3, "Tab never comes to {} on {}", element.outer_html().await?, self.path().await?);
        }
        bail!("a trap for the focus on {}", self.path().await?)
    }

    /// Presses Tab, or Shift and Tab, once. Where it leads must be seen.
    async fn tab(&self, back: bool) -> anyhow::Result<Stop> {
        let keys = self.page().action_chain();
        let keys = if back { keys.key_down(Key::Shift).send_keys(Key::Tab).key_up(Key::Shift) } else { keys.send_keys(Key::Tab) };
        keys.perform().await?;
        let (place, hidden): (i64, String) = self.page().execute(STOP, vec![]).await?.convert()?;
        ensure!(hidden.is_empty(), "the focus is not seen on {}: {hidden}", self.path().await?);
        Ok(u64::try_from(place).map_or(Stop::Outside, Stop::At))
    }

    /// Tab leads through everything that can be used on the page, in the order in which it is read; Shift and Tab lead back.
    pub async fn goes_round(&self) -> anyhow::Result<()> {
        let path = self.path().await?;
        self.page().refresh().await?;
        let all: Vec<u64> =
            self.page().execute(&format!("const all = [...document.querySelectorAll('*')]; {USABLE}"), vec![]).await?.convert()?;
        let there = self.stops(false, all.len()).await?;
        ensure!(there == all, "Tab on {path} comes to {there:?} of {all:?}");
        let mut back = self.stops(true, all.len()).await?;
        back.reverse();
        ensure!(back == all, "Shift and Tab on {path} come to {back:?} of {all:?}");
        Ok(())
    }

    /// The next elements that Tab comes to, `most` of them, beginning with the one that has the focus.
    async fn stops(&self, back: bool, most: usize) -> anyhow::Result<Vec<u64>> {
        let mut stops = Vec::new();
        let (place, _): (i64, String) = self.page().execute(STOP, vec![]).await?.convert()?;
        stops.extend(u64::try_from(place));
        for _ in 0..most * 4 {
            if stops.len() == most {
                break;
            }
            if let Stop::At(place) = self.tab(back).await?
                && stops.last() != Some(&place)
            {
                stops.push(place);
            }
        }
        Ok(stops)
    }

    /// Signs out.
    pub async fn sign_out(&self) -> anyhow::Result<()> {
        self.press("サインアウト", "パスワードと確認コードでサインイン").await
    }

    /// Sets up the account behind a one-time link with password and app, as far as the recovery codes.
    pub async fn set_up(&self, link: &str) -> anyhow::Result<App> {
        self.open(link).await?;
        let button = self.find("button", "//button[normalize-space()='設定を始める']").await?;
        self.act(&button, " ").await?;
        // Where an address can have no passkey there is nothing to choose.
        let either = "//main//label[@for='password'] | //main//a[contains(., 'パスワードと確認アプリで設定する')]";
        self.find("way to set up", either).await?;
        if !self.path().await?.ends_with("/password") {
            self.follow("パスワードと確認アプリで設定する", "新しいパスワード").await?;
        }
        self.choose_password_and_app("設定を終える").await
    }

    /// Password and app, from the page that asks for the password, as far as the recovery codes; `finish` is the last button.
    pub async fn choose_password_and_app(&self, finish: &str) -> anyhow::Result<App> {
        self.fill("password", PASSWORD).await?;
        self.fill("again", PASSWORD).await?;
        self.press("次へ", "QRコードを読み取ります").await?;
        self.register_app(finish).await
    }

    /// An app, from the page that shows its secret, as far as the recovery codes.
    pub async fn register_app(&self, finish: &str) -> anyhow::Result<App> {
        let text = self.text_of("code-text").await?;
        let bytes = data_encoding::BASE32_NOPAD.decode(text.replace(' ', "").as_bytes())?;
        let mut app = App { seed: Seed::from_bytes(&bytes).context("20 bytes")?, shown: 0 };
        self.fill("code", &app.code()?).await?;
        self.press(finish, "この画面でしか見られません").await?;
        Ok(app)
    }

    /// Signs in with password and code, and waits for a page that says `then`.
    pub async fn sign_in(&self, login: &str, app: &mut App, then: &str) -> anyhow::Result<()> {
        self.fill("login", login).await?;
        self.fill("password", PASSWORD).await?;
        self.fill("code", &app.code()?).await?;
        self.press("サインイン", then).await
    }
}

/// Where the focus is: the element's place among all of the page, -1 where it is on none; and, where it is not seen, on what.
const STOP: &str = "const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return [-1, ''];
    const box = at.getBoundingClientRect(), style = getComputedStyle(at);
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return [[...document.querySelectorAll('*')].indexOf(at), ringed && inside ? '' : at.outerHTML.slice(0, 200)];";

/// Places, among `all`, of everything that the Tab key has to come to, in the order of the page.
const USABLE: &str = "return all.map((one, place) => [one, place]).filter(([one]) =>
    one.matches('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]') && !one.disabled && one.type !== 'hidden'
    && one.checkVisibility() && one.getClientRects().length > 0
    && (one.type !== 'radio' || one.checked || ![...one.form.elements[one.name]].some(other => other.checked))
  ).map(([, place]) => place);";

/// An authenticator app that never shows a code twice: it goes to the next step, which the collector takes a step early.
#[derive(Debug)]
pub struct App {
    seed: Seed,
    shown: i64,
}

impl App {
    /// The code it shows.
    pub fn code(&mut self) -> anyhow::Result<String> {
        let now = now()?.seconds();
        self.shown = (now / 30).max(self.shown + 1);
        ensure!(self.shown * 30 <= now + 30, "more codes than a step of tolerance gives");
        self.seed.code_at(Timestamp::from_seconds(self.shown * 30)).context("a code")
    }
}

/// What the machine's clock says.
pub fn now() -> anyhow::Result<Timestamp> {
    #[expect(clippy::disallowed_methods, reason = "the collector under test runs by the machine's clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_seconds(i64::try_from(since.as_secs())?))
}

/// What a command of the collector prints as a one-time link, as its path.
pub fn link(collector: &Collector, arguments: &[&str]) -> anyhow::Result<String> {
    let said = collector.command(arguments)?.expect(0)?;
    let link = said.out.trim();
    let at = link.find("/start/").with_context(|| format!("no link in {link}"))?;
    Ok(link[at..].to_owned())
}
