//! この端末: the page that `explain --open` makes on the device, in a real Chromium, and what making it touches.

use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, ensure};
use hashimori_shared::lang::is_japanese;
use hashimori_tests::agent::Agent;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::skipped::skipped;

/// What the screen or the paper is like, as Chromium emulates it.
const MEDIA: [(&str, &str, &str); 3] = [("light", "screen", "light"), ("dark", "screen", "dark"), ("print", "print", "light")];

#[tokio::test]
async fn the_page_of_this_device_reads_well_needs_nothing_from_elsewhere_and_is_its_readers_alone() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let mut agent = Agent::new()?;
    agent.enroll(&collector, &collector.code_for(1)?.to_text())?.expect(0)?;
    agent.check_in()?.expect(0)?;
    // From here on nobody is there to be asked.
    assert!(collector.stop()?.success());
    let home = tempfile::tempdir()?;
    agent.set("HOME", &home.path().display().to_string());
    let trace = home.path().join("trace");
    let strace = ["strace", "-f", "-qq", "-e", "trace=network", "-o", &trace.display().to_string()].map(str::to_owned);
    let said = agent.run_under(&strace.each_ref().map(String::as_str), &["explain", "--open"], "")?.expect(0)?;
    let calls = std::fs::read_to_string(&trace)?;
    assert!(!calls.contains("AF_INET"), "{calls}");

    let file = home.path().join("hashimori-this-device.html");
    assert!(said.out.contains(&file.display().to_string()), "{}", said.out);
    assert_eq!(file.metadata()?.permissions().mode() & 0o777, 0o600);
    let html = std::fs::read_to_string(&file)?;
    for wanted in [FACILITY, "試験機", "§20-1", "§20-3", "直し方: ", "送った内容", "決して集めないもの", "開いても何も送られません"]
    {
        assert!(html.contains(wanted), "no {wanted} in\n{html}");
    }
    for unwanted in ["<script", "<link", "<img", "<form", "src=", "href=", "url(", "@import"] {
        assert!(!html.contains(unwanted), "{unwanted} in\n{html}");
    }

    let browser = Browser::start().await?;
    browser.page.goto(format!("file://{}", file.display())).await?;
    reads_well(&browser, "this-device").await?;
    let ground: String = browser.page.execute("return getComputedStyle(document.body).backgroundColor;", vec![]).await?.convert()?;
    ensure!(ground == "rgb(255, 255, 255)", "the policy lets the stylesheet through: {ground}");
    browser.quit().await
}

/// Within every screen and on paper, and axe finds nothing.
async fn reads_well(browser: &Browser, page: &str) -> anyhow::Result<()> {
    for (name, media, scheme) in MEDIA {
        browser.set_media(media, scheme).await?;
        for width in [360, 1280] {
            browser.set_width(width).await?;
            let (inner, scroll) = browser.widths().await?;
            ensure!(scroll <= inner, "{name} at {width}: {scroll} px of content in {inner} px");
            browser.screenshot(&format!("{page}-{name}-{width}")).await?;
            let findings = browser.axe().await?;
            ensure!(findings.is_empty(), "{name} at {width}: {findings:#?}");
        }
    }
    let console = browser.console().await?;
    ensure!(console.is_empty(), "{console:#?}");
    Ok(())
}

/// The reason of a clause that no machine answers, as the device was told it.
fn reason(agent: &Agent, config: &str) -> anyhow::Result<String> {
    let said = agent.run(&["--config", config, "verdict", "--json"], "")?.expect(0)?;
    let verdict: serde_json::Value = serde_json::from_str(&said.out)?;
    Ok(verdict["clauses"]["§20-6"]["reason"].as_str().context("§20-6")?.to_owned())
}

#[tokio::test]
async fn a_device_enrolled_in_english_is_told_in_english_until_it_is_set_to_another_language() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let mut agent = Agent::new()?;
    let home = tempfile::tempdir()?;
    agent.set("HOME", &home.path().display().to_string());
    let (file, config) = (home.path().join("hashimori-this-device.html"), home.path().join("agent.toml"));
    std::fs::write(&config, "")?;
    let config_name = config.display().to_string();
    let page = |agent: &Agent, more: &[&str]| -> anyhow::Result<String> {
        agent.run(&[&["--config", &config_name, "explain", "--open"], more].concat(), "")?.expect(0)?;
        Ok(std::fs::read_to_string(&file)?)
    };
    agent.enroll_with(&collector, &collector.code_for(1)?.to_text(), &["--lang", "en"])?.expect(0)?;
    agent.run(&["--config", &config_name, "check-in"], "")?.expect(0)?;

    let english = reason(&agent, &config_name)?;
    assert!(!is_japanese(&english), "{english}");
    let html = page(&agent, &[])?;
    for wanted in ["<html lang=\"en\">", &english, "What to do: ", "What was sent", "What is never collected", "Opening it sends nothing"] {
        assert!(html.contains(wanted), "no {wanted} in\n{html}");
    }
    let text = agent.run(&["--config", &config_name, "explain"], "")?.expect(0)?.out;
    assert!(text.contains(&english) && text.contains("What this checking program never collects"), "{text}");
    let browser = Browser::start().await?;
    browser.page.goto(format!("file://{}", file.display())).await?;
    reads_well(&browser, "this-device-en").await?;

    // The configuration goes before what was said at enrolment, and is followed at the next check-in.
    std::fs::write(&config, "language = \"ja\"\n")?;
    assert!(page(&agent, &[])?.contains(&format!("<span lang=\"en\">{english}</span>")), "a Japanese page quotes what it was told");
    agent.run(&["--config", &config_name, "check-in"], "")?.expect(0)?;
    let japanese = reason(&agent, &config_name)?;
    assert!(is_japanese(&japanese), "{japanese}");
    let html = page(&agent, &[])?;
    assert!(html.contains("<html lang=\"ja\">") && html.contains(&japanese) && !html.contains("<span lang="), "{html}");
    agent.set("LC_ALL", "en_US.UTF-8");
    let html = page(&agent, &[])?;
    assert!(html.contains("<html lang=\"en\">") && html.contains(&format!("<span lang=\"ja\">{japanese}</span>")), "{html}");
    browser.page.refresh().await?;
    reads_well(&browser, "this-device-mixed").await?;
    assert!(page(&agent, &["--lang", "ja"])?.contains("<html lang=\"ja\">"), "the person's own word goes first");
    browser.quit().await
}

#[test]
fn whoever_is_not_enrolled_is_shown_what_would_be_sent_and_how_to_see_more() -> anyhow::Result<()> {
    let (mut agent, home) = (Agent::new()?, tempfile::tempdir()?);
    agent.set("HOME", &home.path().display().to_string());
    agent.run(&["explain", "--open"], "")?.expect(3)?;
    let html = std::fs::read_to_string(home.path().join("hashimori-this-device.html"))?;
    for wanted in ["まだ登録されていません", "これから送る内容", "sudo hashimori-agent explain --open", "決して集めないもの"]
    {
        assert!(html.contains(wanted), "no {wanted} in\n{html}");
    }
    assert_eq!(std::fs::read_dir(home.path())?.count(), 1, "one file, and nothing half-made beside it");
    let nowhere = {
        agent.set("HOME", "/nonexistent");
        agent.run(&["explain", "--open"], "")?
    };
    assert!(nowhere.code != 0 && nowhere.err.contains("ホームフォルダー"), "{nowhere:?}");
    Ok(())
}

#[test]
fn run_through_sudo_the_page_belongs_to_the_person_and_opens_in_the_persons_own_name() -> anyhow::Result<()> {
    const NOBODY: &str = "65534";
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let home = path("home");
    for part in ["home", "bin", "work"] {
        std::fs::create_dir(folder.path().join(part))?;
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    if std::os::unix::fs::chown(&home, Some(65_534), Some(65_534)).is_err() {
        skipped("only the superuser can give a folder away");
        return Ok(());
    }
    std::fs::write(folder.path().join("passwd"), format!("root:x:0:0::/root:/bin/sh\nhanako:x:{NOBODY}:{NOBODY}::{home}:/bin/sh\n"))?;
    let opener = folder.path().join("bin/xdg-open");
    std::fs::write(&opener, "#!/bin/sh\necho \"$(id -u) $1\" >\"$HOME/opened.part\" && mv \"$HOME/opened.part\" \"$HOME/opened\"\n")?;
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755))?;
    // An opener and an account list of its own, in a mount namespace that ends with it.
    let staged = "set -e; mount -t overlay overlay -o \"lowerdir=/usr/bin,upperdir=$1/bin,workdir=$1/work\" /usr/bin\n\
                  mount --bind \"$1/passwd\" /etc/passwd; shift; exec \"$@\"";
    let outer = ["unshare", "--mount", "sh", "-c", staged, "sh", &folder.path().display().to_string()].map(str::to_owned);
    let outer = outer.each_ref().map(String::as_str);
    let mut agent = Agent::new()?;
    if agent.run_under(&[&outer[..], &["true"]].concat(), &[], "")?.code != 0 {
        skipped("no folder can be laid over another here");
        return Ok(());
    }
    for (name, value) in [("SUDO_UID", NOBODY), ("SUDO_GID", NOBODY), ("DISPLAY", ":9"), ("HOME", "/root")] {
        agent.set(name, value);
    }
    let said = agent.run_under(&outer, &["explain", "--open"], "")?.expect(3)?;
    assert!(said.out.contains("開きました"), "{said:?}");
    let page = folder.path().join("home/hashimori-this-device.html");
    let metadata = page.metadata().context("the page")?;
    assert_eq!((std::os::unix::fs::MetadataExt::uid(&metadata), metadata.permissions().mode() & 0o777), (65_534, 0o600));
    let shown = hashimori_tests::waiting::until("the opener", || std::fs::read_to_string(folder.path().join("home/opened")).ok())?;
    assert_eq!(shown.trim(), format!("{NOBODY} {}", page.display()));
    Ok(())
}
