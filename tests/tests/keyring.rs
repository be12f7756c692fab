//! The master key in a real keyring: made there by `init`, found by every command, never replaced by another key anywhere when the
//! keyring is locked, gone or lacks it.

use anyhow::{Context as _, ensure};
use hashimori_tests::agent::{Agent, Said};
use hashimori_tests::collector::{Collector, FACILITY, REGION};
use hashimori_tests::keyring::Session;
use hashimori_tests::process::Running;

/// A collector whose master key shall lie in the session's keyring.
fn collector(session: &Session, name: &str) -> anyhow::Result<Collector> {
    let mut collector = Collector::prepare(None)?;
    session.lend_to(&mut collector, name);
    Ok(collector)
}

fn made(said: Said) -> anyhow::Result<serde_json::Value> {
    Ok(serde_json::from_str(&said.expect(0)?.out)?)
}

/// `serve` and each command end at once with these words, and nothing is made that would stand in for the key.
fn refuses(collector: &Collector, words: &[&str]) -> anyhow::Result<()> {
    let mut running = Running::start(&mut collector.serve()?, &collector.folder().join("refused.log"))?;
    let status = running.ended()?;
    let mut all = vec![(running.said(), status.code())];
    for command in [&["ca", "rotate"][..], &["init", "--region", REGION, "--facility", FACILITY]] {
        let said = collector.command(command)?;
        all.push((format!("{}{}", said.out, said.err), Some(said.code)));
    }
    for (said, code) in all {
        ensure!(code == Some(1) && !said.contains("panicked"), "{code:?}\n{said}");
        for word in words {
            ensure!(said.contains(word), "nothing about {word:?} in:\n{said}");
        }
    }
    ensure!(!collector.folder().join("data.master-key").exists(), "a key was made beside the keyring");
    Ok(())
}

#[test]
fn a_master_key_in_the_keyring_serves_and_rotates_and_is_put_there_again_by_a_restore() -> anyhow::Result<()> {
    let Some(mut session) = Session::start()? else { return Ok(()) };
    let mut old = collector(&session, "架空の収集サーバー")?;
    let checked = old.command(&["serve", "--check-config"])?.expect(0)?.out;
    ensure!(checked.contains("comes from the keyring: keyring:架空の収集サーバー"), "{checked}");
    let first = made(old.init()?)?;
    ensure!(first["master_key"] == "keyring:架空の収集サーバー", "{first}");
    ensure!(!old.folder().join("data.master-key").exists(), "no file is made beside the keyring");
    ensure!(made(old.init()?)?["root_pin"] == first["root_pin"], "run again, init finds the same key");
    old.command(&["ca", "rotate"])?.expect(0)?;
    // As after a reboot, once somebody has unlocked it.
    session.restart_unlocked()?;
    old.run()?;
    let agent = Agent::new()?;
    agent.enroll(&old, &old.code_for(1)?.to_text())?.expect(0)?;
    agent.check_in()?.expect(0)?;
    let backups = old.folder().join("backups");
    let file = old.command(&["backup", "--to", backups.to_str().context("UTF-8")?])?.expect(0)?.out;
    old.stop()?;

    let recovery_key = first["recovery_key"].as_str().context("a recovery key")?;
    let restore = |into: &Collector| into.command_reading(&["restore", file.trim(), "--none-lost"], recovery_key);
    // The name is taken by another collector's key: it stays, and nothing is restored.
    let mut new = collector(&session, "もう一つ")?;
    new.init()?.expect(0)?;
    std::fs::remove_dir_all(new.data())?;
    let refused = restore(&new)?.expect(1)?.err;
    ensure!(refused.contains("another master key") && refused.contains("keyring:もう一つ"), "{refused}");
    session.lend_to(&mut new, "三つめ");
    restore(&new)?.expect(0)?;
    new.run()?;
    ensure!(new.stop()?.success(), "it serves what was restored");
    ensure!(new.command(&["device", "list", "--facility", FACILITY])?.expect(0)?.out.contains("試験機"), "the device is not there");
    Ok(())
}

#[test]
fn a_keyring_that_is_locked_or_gone_or_without_the_key_is_said_and_no_other_key_is_made() -> anyhow::Result<()> {
    let Some(mut session) = Session::start()? else { return Ok(()) };
    let mut collector = collector(&session, "架空の収集サーバー")?;
    collector.init()?.expect(0)?;
    session.restart_locked()?;
    refuses(&collector, &["架空の収集サーバー", "locked", "unlock it"])?;
    session.end_keyring()?;
    refuses(&collector, &["架空の収集サーバー", "no keyring answers", "session bus"])?;
    session.restart_unlocked()?;
    session.lend_to(&mut collector, "別の名");
    refuses(&collector, &["no master key keyring:別の名"])?;
    session.lend_to(&mut collector, "架空の収集サーバー");
    collector.run()?;
    ensure!(collector.stop()?.success(), "with the key it serves, and ends well");
    collector.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    refuses(&collector, &["架空の収集サーバー", "no keyring answers"])
}
