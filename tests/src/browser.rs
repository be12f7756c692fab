//! Debian's Chromium, driven through its own driver, with a fresh profile that phones nobody.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use thirtyfour::{CapabilitiesHelper as _, ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::process::Running;

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=ja",
    "--window-size=390,844",
];

/// A browser. Call `quit` at the end; dropped without it, its processes are killed.
#[derive(Debug)]
pub struct Browser {
    /// The page under test.
    pub page: WebDriver,
    _driver: Running,
    profile: TempDir,
    /// What the console said at the pages looked at.
    heard: Mutex<Vec<String>>,
}

/// The two schemes of colours; the last one stays.
const SCHEMES: [&str; 2] = ["dark", "light"];

/// What cannot be told apart where colours are forced: controls, states and banners without an edge, and icons in another colour than
/// the words beside them.
const LOST_IN_FORCED_COLOURS: &str = "if (!matchMedia('(forced-colors: active)').matches) return ['colours are not forced'];
    const shown = one => one.checkVisibility() && one.getClientRects().length > 0;
    const edged = ({ style, width }) => style !== 'none' && parseFloat(width) > 0;
    const lost = [];
    const boxes = '.button, select, textarea, input:not([type=hidden], [type=radio], [type=checkbox]), .state, .banner';
    for (const one of document.querySelectorAll(boxes)) {
        const style = getComputedStyle(one);
        const edges = ['Top', 'Right', 'Bottom', 'Left'].map(side => ({ style: style[`border${side}Style`], width: style[`border${side}Width`] }));
        if (shown(one) && !edges.every(edged)) lost.push('without an edge: ' + one.outerHTML.slice(0, 120));
    }
    for (const one of document.querySelectorAll('svg.icon')) {
        const style = getComputedStyle(one);
        if (shown(one) && style.fill !== style.color) lost.push('in a colour of its own: ' + one.outerHTML.slice(0, 120));
    }
    return lost;";

/// What a first view may weigh: page, stylesheet, icon and scripts, as they travel.
const FIRST_VIEW: usize = 60 * 1024;
/// Bytes of the page and of all that it loads, as they travel.
const WEIGHT: &str = "const parts = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return parts.reduce((sum, part) => sum + part.encodedBodySize, 0);";
/// Controls that are less than 44 px high; where a label belongs to one, a press on it counts. Links within a text are no controls.
const TOO_SMALL_TO_HIT: &str = "const high = one => one.getBoundingClientRect().height;
    const place = one => ['radio', 'checkbox'].includes(one.type) ? one.closest('li') ?? one.parentElement : one;
    const controls = '.button, button, summary, select, textarea, input:not([type=hidden]), .site-nav a';
    return [...document.querySelectorAll(controls)].filter(one => one.checkVisibility() && high(place(one)) < 43.5)
        .map(one => `${high(place(one))} px: ${one.outerHTML.slice(0, 120)}`);";

/// Starts a driver; it and its port.
fn drive(home: &Path) -> anyhow::Result<(Running, u16)> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").env("HOME", home);
    let mut driver = Running::start(&mut command, &home.join("driver.log")).context("tests/run.sh installs chromium-driver")?;
    let port = driver.until_said("chromedriver's port", |said| {
        said.split_once("started successfully on port ")?.1.split('.').next()?.parse::<u16>().ok()
    })?;
    Ok((driver, port))
}

impl Browser {
    /// Starts driver and browser, with the window of a phone.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(true).await
    }

    /// The same, with JavaScript switched off for every page.
    pub async fn start_without_scripts() -> anyhow::Result<Self> {
        Self::start_with(false).await
    }

    async fn start_with(scripts: bool) -> anyhow::Result<Self> {
        let profile = tempfile::Builder::new().prefix("hashimori-browser-").tempdir()?;
        // It takes a port of IPv6 first, and ends where somebody else has the same one of IPv4.
        let (driver, port) = drive(profile.path()).or_else(|_| drive(profile.path())).or_else(|_| drive(profile.path()))?;

        let mut wishes = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wishes.add_arg(flag)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", profile.path().join("profile").display()))?;
        wishes.accept_insecure_certs(true)?;
        wishes.set_browser_log_level(LoggingPrefsLogLevel::Info)?;
        // `--lang` is what Chromium itself speaks; this is what it asks pages for.
        let mut settings = serde_json::json!({ "intl.accept_languages": "ja" });
        if !scripts {
            // 2 = blocked, as Chromium's own settings page writes it.
            settings["profile.managed_default_content_settings.javascript"] = 2.into();
        }
        wishes.add_experimental_option("prefs", settings)?;
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes).await.context("starting Chromium")?;
        Ok(Self { page, _driver: driver, profile, heard: Mutex::default() })
    }

    /// Runs axe-core on the present page: the violations as `rule: target`, empty when it finds nothing.
    pub async fn axe(&self) -> anyhow::Result<Vec<String>> {
        self.axe_with(ALL_RULES).await
    }

    /// The same with axe-core's options, as JavaScript writes them.
    async fn axe_with(&self, options: &str) -> anyhow::Result<Vec<String>> {
        // Half a megabyte: once for each page is enough.
        if !self.page.execute("return 'axe' in window;", vec![]).await?.convert::<bool>()? {
            let source = std::fs::read_to_string(axe_path()).context("axe-core is not there; tests/run.sh fetches it")?;
            self.page.execute(&source, vec![]).await?;
        }
        let run = format!(
            "const done = arguments[0]; axe.run({options}).then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))));"
        );
        Ok(self.page.execute_async(run, vec![]).await?.convert()?)
    }

    /// Gives the browser a virtual authenticator that verifies its user (DevTools protocol, domain `WebAuthn`); its id.
    pub async fn add_authenticator(&self) -> anyhow::Result<String> {
        let options = serde_json::json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        self.page.cdp().send_raw("WebAuthn.enable", serde_json::json!({})).await?;
        let answer = self.page.cdp().send_raw("WebAuthn.addVirtualAuthenticator", serde_json::json!({ "options": options })).await?;
        Ok(answer.get("authenticatorId").and_then(serde_json::Value::as_str).context("an authenticator's id")?.to_owned())
    }

    /// From now on a virtual authenticator fails to verify its user, as a wrong finger does.
    pub async fn mistake_user(&self, id: &str) -> anyhow::Result<()> {
        let wanted = serde_json::json!({ "authenticatorId": id, "isUserVerified": false });
        self.page.cdp().send_raw("WebAuthn.setUserVerified", wanted).await?;
        Ok(())
    }

    /// Gives the page this width in CSS pixels. A window of Chromium's has a least width, above a phone's; the page has none.
    pub async fn set_width(&self, width: u64) -> anyhow::Result<()> {
        let screen = serde_json::json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.page.cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        let (inner, _) = self.widths().await?;
        ensure!(inner == width, "the page is {inner} px wide instead of {width}");
        Ok(())
    }

    /// From now on the page is shown on this medium (`screen`, `print`) to somebody who prefers this scheme of colours.
    pub async fn set_media(&self, medium: &str, scheme: &str) -> anyhow::Result<()> {
        let features = serde_json::json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.page.cdp().send_raw("Emulation.setEmulatedMedia", serde_json::json!({ "media": medium, "features": features })).await?;
        Ok(())
    }

    /// From now on pages are shown in the few colours of their reader's own choice, as Windows' contrast themes do, or no more.
    async fn force_colours(&self, on: bool) -> anyhow::Result<()> {
        let features = serde_json::json!([{ "name": "forced-colors", "value": if on { "active" } else { "none" } }]);
        self.page.cdp().send_raw("Emulation.setEmulatedMedia", serde_json::json!({ "media": "screen", "features": features })).await?;
        Ok(())
    }

    /// From now on no scroll bar takes a part of the page's width, as on a phone.
    pub async fn hide_scroll_bars(&self) -> anyhow::Result<()> {
        self.page.cdp().send_raw("Emulation.setScrollbarsHidden", serde_json::json!({ "hidden": true })).await?;
        Ok(())
    }

    /// The page reads well on a phone and on a desk, in dark and in light and in colours of the reader's own: nothing runs out at the
    /// side, no text is squeezed into a column of single letters, nothing to press is too small for a finger, axe-core finds nothing,
    /// the content policy had nothing to block, and what travels for a first view is light. Keeps a picture of each.
    pub async fn looks_right(&self, name: &str) -> anyhow::Result<()> {
        for width in [360, 1280] {
            self.set_width(width).await?;
            for scheme in SCHEMES {
                self.set_media("screen", scheme).await?;
                self.screenshot(&format!("{name}-{width}-{scheme}")).await?;
                // The rest of axe's rules does not depend on colours.
                let options = if scheme == "light" { ALL_RULES } else { "{ runOnly: ['color-contrast'] }" };
                let findings = self.axe_with(options).await?;
                ensure!(findings.is_empty(), "{name} at {width}, {scheme}: {findings:#?}");
            }
            let (inner, scroll) = self.widths().await?;
            ensure!(scroll <= inner, "{name} at {width}: {scroll} px of content in {inner} px");
            let squeezed = self.squeezed().await?;
            ensure!(squeezed.is_empty(), "{name} at {width}: too narrow to read: {squeezed:#?}");
            let small: Vec<String> = self.page.execute(TOO_SMALL_TO_HIT, vec![]).await?.convert()?;
            ensure!(small.is_empty(), "{name} at {width}: too small for a finger: {small:#?}");
        }
        let weight: usize = self.page.execute(WEIGHT, vec![]).await?.convert()?;
        ensure!(weight <= FIRST_VIEW, "{name}: {weight} bytes travel for it");
        self.force_colours(true).await?;
        self.screenshot(&format!("{name}-1280-forced")).await?;
        let lost: Vec<String> = self.page.execute(LOST_IN_FORCED_COLOURS, vec![]).await?.convert()?;
        ensure!(lost.is_empty(), "{name} in forced colours: {lost:#?}");
        self.set_media("screen", "light").await?;
        let said = self.said().await?;
        let blocked: Vec<&String> = said.iter().filter(|line| line.contains("Content Security Policy")).collect();
        ensure!(blocked.is_empty(), "{name}: {blocked:#?}");
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).extend(said);
        Ok(())
    }

    /// Texts of six letters or more whose element is less than two letters wide and more than four lines high.
    async fn squeezed(&self) -> anyhow::Result<Vec<String>> {
        let script = "return [...document.querySelectorAll('body *')].filter(e => {
            const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join('');
            const [box, letter] = [e.getBoundingClientRect(), parseFloat(getComputedStyle(e).fontSize)];
            return own.length >= 6 && box.width > 1 && box.width < 2 * letter && box.height > 4 * letter;
        }).map(e => e.tagName + ': ' + e.textContent.trim());";
        Ok(self.page.execute(script, vec![]).await?.convert()?)
    }

    /// Width of the window and of the page's content; content wider than the window has to be scrolled sideways.
    pub async fn widths(&self) -> anyhow::Result<(u64, u64)> {
        let script = "return [window.innerWidth, document.documentElement.scrollWidth];";
        Ok(self.page.execute(script, vec![]).await?.convert()?)
    }

    /// What the console has said since the last call: errors of scripts, blocked content, pages that answered with an error.
    pub async fn console(&self) -> anyhow::Result<Vec<String>> {
        let mut all = std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        all.extend(self.said().await?);
        Ok(all)
    }

    async fn said(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.page.get_log("browser").await?.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect())
    }

    /// Folder of its profile, which its processes name in their arguments.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// Keeps a picture of the page, from its top to its end, as `NAME.png` in the folder `HASHIMORI_SCREENSHOTS`, where that is set.
    pub async fn screenshot(&self, name: &str) -> anyhow::Result<()> {
        if pictures().is_none() {
            return Ok(());
        }
        let script = "return [innerWidth, Math.min(Math.max(innerHeight, document.documentElement.scrollHeight), 8000)];";
        let (width, height): (u64, u64) = self.page.execute(script, vec![]).await?.convert()?;
        let clip = serde_json::json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        self.picture(name, serde_json::json!({ "format": "png", "captureBeyondViewport": true, "clip": clip })).await
    }

    /// The same of what the window shows.
    pub async fn screenshot_of_window(&self, name: &str) -> anyhow::Result<()> {
        self.picture(name, serde_json::json!({ "format": "png" })).await
    }

    async fn picture(&self, name: &str, wanted: serde_json::Value) -> anyhow::Result<()> {
        let Some(folder) = pictures() else { return Ok(()) };
        std::fs::create_dir_all(&folder)?;
        let answer = self.page.cdp().send_raw("Page.captureScreenshot", wanted).await?;
        let picture = answer.get("data").and_then(serde_json::Value::as_str).context("a picture")?;
        Ok(std::fs::write(folder.join(format!("{name}.png")), data_encoding::BASE64.decode(picture.as_bytes())?)?)
    }

    /// The page as it leaves the printer: a PDF on the paper that the page's own rules ask for.
    pub async fn print(&self) -> anyhow::Result<Vec<u8>> {
        let wanted = serde_json::json!({ "preferCSSPageSize": true, "printBackground": false });
        let answer = self.page.cdp().send_raw("Page.printToPDF", wanted).await?;
        let paper = answer.get("data").and_then(serde_json::Value::as_str).context("a PDF")?;
        Ok(data_encoding::BASE64.decode(paper.as_bytes())?)
    }

    /// Closes the browser and its driver.
    pub async fn quit(self) -> anyhow::Result<()> {
        Ok(self.page.clone().quit().await?)
    }

    /// Ids of its processes: all name its profile in their arguments. The driver's death does not end them.
    fn processes(&self) -> Vec<String> {
        let profile = self.profile.path().display().to_string();
        let all = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let names = |process: &std::fs::DirEntry| {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&profile)
        };
        all.filter(names).map(|process| process.file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let processes = self.processes();
        if !processes.is_empty() {
            // Else the end of the page's last handle would ask the driver to close what is gone, and wait two minutes for that.
            let _ = self.page.clone().leak();
            // Gone already is as good as killed.
            let _ = Command::new("kill").arg("-KILL").args(processes).output();
        }
    }
}

/// Where pictures are kept, if anywhere.
fn pictures() -> Option<PathBuf> {
    std::env::var_os("HASHIMORI_SCREENSHOTS").map(PathBuf::from)
}

/// Room for a finger (WCAG 2.2, 2.5.8), too, which axe-core leaves out unless it is asked.
const ALL_RULES: &str = "{ rules: { 'target-size': { enabled: true } } }";

fn axe_path() -> PathBuf {
    std::env::var_os("HASHIMORI_AXE")
        .map_or_else(|| crate::programs::workspace().join("target/npm/node_modules/axe-core/axe.min.js"), Into::into)
}
