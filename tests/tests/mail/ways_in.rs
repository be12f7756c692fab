//! The way in for whoever lost it, by mail and through the real program.

use anyhow::{Context as _, ensure};
use hashimori_tests::collector::Collector;
use hashimori_tests::smtp::{Mode, PASSWORD, Post, USER};
use hashimori_tests::visitor::{Visitor, text_of};
use totp_rs::{Builder, Secret};

use crate::ORIGIN;

const PAGE_PASSWORD: &str = "amber ferry crossing";

/// Through the real program: an address is registered, the link for somebody locked out goes there and to no screen.
#[test]
fn a_lost_way_in_comes_back_by_mail_to_the_registered_address() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let mut collector = Collector::prepare(None)?;
    for (name, value) in [
        ("WEB__PUBLIC_URL", ORIGIN.replace("https", "http")),
        ("MAIL__HOST", "127.0.0.1".to_owned()),
        ("MAIL__PORT", post.port().to_string()),
        ("MAIL__SENDER", "hashimori@hotaru.example".to_owned()),
        ("MAIL__USER", USER.to_owned()),
        ("MAIL__AUTHORITIES", post.authority().display().to_string()),
    ] {
        collector.set(&format!("HASHIMORI__{name}"), &value);
    }
    let origin = ORIGIN.replace("https", "http");
    collector.init()?;
    collector.command_reading(&["mail", "set-password"], &format!("{PASSWORD}\n"))?.expect(0)?;
    let said = collector.command(&["mail", "test", "--to", "uketsuke@hotaru.example"])?.expect(0)?.out;
    ensure!(said.contains("took it"), "{said}");
    ensure!(post.letter(1)?.text.contains(&origin), "the test letter names no address");
    collector.run()?;
    let link = |arguments: &[&str]| -> anyhow::Result<String> {
        let said = collector.command(arguments)?.expect(0)?.out;
        Ok(format!("/start/{}", said.trim().split_once("/start/").context("no link")?.1))
    };
    let hanako = link(&["account", "reset", "--login", "hanako"])?;
    let jimu = link(&["account", "invite", "--login", "hotaru-jimu", "--name", "見本 事務"])?;
    let mut owner = Visitor::at(collector.web_address());
    set_up(&mut owner, &hanako)?;
    let page = owner.open("/account/mail")?;
    owner.send(&page, "/account/mail", &[("address", "hanako@hotaru.example")])?;
    let letter = post.letter(2)?;
    ensure!(letter.header("To") == Some("hanako@hotaru.example"), "{:?}", letter.head);
    let confirm = letter.path(&origin)?;
    ensure!(Visitor::at(collector.web_address()).open(&confirm)?.contains("name=\"password\""), "a stranger is asked to sign in");
    let page = owner.open(&confirm)?;
    ensure!(owner.send(&page, &confirm, &[])?.contains("hanako@hotaru.example"), "it is not registered");

    let mut secretariat = Visitor::at(collector.web_address());
    set_up(&mut secretariat, &jimu)?;
    let page = secretariat.open("/accounts")?;
    let reset = page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|action| action.ends_with("/reset"));
    let reset = reset.context("nobody to reset")?.to_owned();
    let page = secretariat.send(&page, &reset, &[])?;
    ensure!(!page.contains("/start/"), "the link is on the screen:\n{page}");
    let letter = post.letter(3)?;
    ensure!(letter.header("To") == Some("hanako@hotaru.example"), "{:?}", letter.head);
    let mut again = Visitor::at(collector.web_address());
    set_up(&mut again, &letter.path(&origin)?)?;
    ensure!(post.letter(4)?.text.contains("設定し直されました"), "the owner is told");
    ensure!(collector.stop()?.success(), "it did not end well");
    Ok(())
}

/// Sets an account up through its link.
fn set_up(person: &mut Visitor, link: &str) -> anyhow::Result<()> {
    let page = person.open(link)?;
    person.send(&page, link, &[])?;
    let page = person.open("/setup/password")?;
    let page = person.send(&page, "/setup/password", &[("password", PAGE_PASSWORD), ("again", PAGE_PASSWORD)])?;
    let seed = text_of(&page, "code-text")?.replace(' ', "");
    let app = Builder::new().with_secret(Secret::try_from_base32(&seed).map_err(|e| anyhow::anyhow!("{e:?}"))?).build_noncompliant();
    let page = person.send(&page, "/setup/app", &[("code", &app.generate_current().to_string())])?;
    ensure!(page.contains("<li><code>"), "no recovery codes in\n{page}");
    Ok(())
}
