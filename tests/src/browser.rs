//! Debian's Chromium, driven through its own driver, with a fresh profile that phones nobody.

use std::process::Command;

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

/// A browser. Call `quit` at the end; dropped without it, the driver is killed and takes the browser along.
#[derive(Debug)]
pub struct Browser {
    /// The page under test.
    pub page: WebDriver,
    driver: Running,
    _profile: TempDir,
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
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").env("HOME", profile.path());
        let mut driver =
            Running::start(&mut command, &profile.path().join("driver.log")).context("tests/run.sh installs chromium-driver")?;
        let port = driver.until_said("chromedriver's port", |said| {
            said.split_once("started successfully on port ")?.1.split('.').next()?.parse::<u16>().ok()
        })?;

        let mut wishes = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wishes.add_arg(flag)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", profile.path().join("profile").display()))?;
        wishes.accept_insecure_certs(true)?;
        wishes.set_browser_log_level(LoggingPrefsLogLevel::Info)?;
        if !scripts {
            // 2 = blocked, as Chromium's own settings page writes it.
            let blocked = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
            wishes.add_experimental_option("prefs", blocked)?;
        }
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes).await.context("starting Chromium")?;
        Ok(Self { page, driver, _profile: profile })
    }

    /// Runs axe-core on the present page: the violations as `rule: target`, empty when it finds nothing.
    pub async fn axe(&self) -> anyhow::Result<Vec<String>> {
        let source = std::fs::read_to_string(axe_path()).context("axe-core is not there; tests/run.sh fetches it")?;
        self.page.execute(&source, vec![]).await?;
        let run = "const done = arguments[0]; axe.run().then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))));";
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

    /// Gives the window this width in CSS pixels.
    pub async fn set_width(&self, width: u32) -> anyhow::Result<()> {
        Ok(self.page.set_window_rect(0, 0, width, 900).await?)
    }

    /// The page reads well on a phone and on a desk: nothing runs out at the side, no text is squeezed into a column of single
    /// letters, and axe-core finds nothing. Keeps a picture of each.
    pub async fn looks_right(&self, name: &str) -> anyhow::Result<()> {
        for width in [360, 1280] {
            self.set_width(width).await?;
            let (inner, scroll) = self.widths().await?;
            ensure!(scroll <= inner, "{name} at {width}: {scroll} px of content in {inner} px");
            self.screenshot(&format!("{name}-{width}")).await?;
            let squeezed = self.squeezed().await?;
            ensure!(squeezed.is_empty(), "{name} at {width}: too narrow to read: {squeezed:#?}");
            let findings = self.axe().await?;
            ensure!(findings.is_empty(), "{name} at {width}: {findings:#?}");
        }
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
        Ok(self.page.get_log("browser").await?.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect())
    }

    /// Keeps a picture of the window as `NAME.png` in the folder `HASHIMORI_SCREENSHOTS`, where that is set.
    pub async fn screenshot(&self, name: &str) -> anyhow::Result<()> {
        let Some(folder) = std::env::var_os("HASHIMORI_SCREENSHOTS").map(std::path::PathBuf::from) else { return Ok(()) };
        std::fs::create_dir_all(&folder)?;
        Ok(self.page.screenshot(&folder.join(format!("{name}.png"))).await?)
    }

    /// Closes the browser and its driver.
    pub async fn quit(self) -> anyhow::Result<()> {
        self.page.clone().quit().await?;
        self.driver.kill();
        Ok(())
    }
}

fn axe_path() -> std::path::PathBuf {
    std::env::var_os("HASHIMORI_AXE")
        .map_or_else(|| crate::programs::workspace().join("target/npm/node_modules/axe-core/axe.min.js"), Into::into)
}
