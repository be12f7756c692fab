//! Makes the dump of a small store that later releases are tried on, with the programs of the release whose schema it is to have:
//! `HASHIMORI_PROGRAMS=<folder of its programs> cargo run -p hashimori-tests --bin hashimori-fixture-store tests/fixtures/store-NNNN`
//! (NNNN: its newest migration). Everybody and everything in it is made up, and so is the master key beside it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_shared::time::Timestamp;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::visitor::{Visitor, text_of};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "amber ferry crossing";
const NOW: Timestamp = Timestamp::from_seconds(1_785_000_000);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("usage: hashimori-fixture-store FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let collector = filled(None).await?;
    let dump = said(Command::new("sqlite3").arg(collector.data().join("store.db")).arg(".dump"))?;
    std::fs::write(folder.join("sqlite.sql"), dump)?;
    std::fs::copy(collector.folder().join("data.master-key"), folder.join("sqlite.master-key"))?;

    let postgres = Postgres::start()?;
    let url = postgres.database("fixture")?;
    let collector = filled(Some(&url)).await?;
    let dump = said(Command::new("pg_dump").args(["--inserts", "--no-owner", "--no-privileges", &url]))?;
    std::fs::write(folder.join("postgres.sql"), dump)?;
    std::fs::copy(collector.folder().join("data.master-key"), folder.join("postgres.master-key"))?;
    Ok(())
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// A collector that has lived a little and was stopped: an account with everything, codes, devices of every standing, reports
/// that changed, heartbeats.
async fn filled(database: Option<&str>) -> anyhow::Result<Collector> {
    let mut collector = Collector::start_on(database)?;
    sign_up(&collector)?;
    collector.code(&["--uses", "3", "--hours", "24"])?;
    let code = collector.code_for(5)?;
    let mut devices = Vec::new();
    for number in 0..4 {
        let mut device = Synthetic::enroll(collector.device_address(), &code, number).await?;
        for changed in [true, false, true, false] {
            let answer = device.check_in(collector.device_address(), changed, NOW).await?;
            ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
        }
        devices.push(device);
    }
    let pending = collector.code(&["--hours", "1"])?.parse()?;
    Synthetic::enroll(collector.device_address(), &pending, 9).await?;
    ensure!(collector.stop()?.success(), "it did not end well");
    collector.device("lost", &devices[2].id)?;
    collector.device("retire", &devices[3].id)?;
    // Once more, so that what waits in the tail is folded.
    collector.run()?;
    ensure!(collector.stop()?.success(), "it did not end well");
    Ok(collector)
}

fn sign_up(collector: &Collector) -> anyhow::Result<()> {
    let invited = collector.command(&[
        "account",
        "invite",
        "--facility",
        FACILITY,
        "--hand-over",
        "--login",
        "hotaru-kanri",
        "--name",
        "見本 花子",
    ])?;
    let link = invited.expect(0)?.out;
    let start = format!("/start/{}", link.trim().split_once("/start/").context("no link")?.1);
    let mut person = Visitor::at(collector.web_address());
    let page = person.open(&start)?;
    person.send(&page, &start, &[])?;
    let page = person.open("/setup/password")?;
    let page = person.send(&page, "/setup/password", &[("password", PASSWORD), ("again", PASSWORD)])?;
    let seed = text_of(&page, "code-text")?.replace(' ', "");
    let app = Builder::new().with_secret(Secret::try_from_base32(&seed).map_err(|e| anyhow::anyhow!("{e:?}"))?).build_noncompliant();
    person.send(&page, "/setup/app", &[("code", &app.generate_current().to_string())])?;
    ensure!(person.open("/")?.contains("機器"), "not signed in");
    Ok(())
}
