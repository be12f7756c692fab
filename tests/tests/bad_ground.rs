//! A collector on bad ground: a full disk, a read-only folder, a port taken, a broken or foreign database.
//! Each time it says what is wrong and what to do, loses nothing, and goes on or stops cleanly.

use std::process::Command;

use hashimori_shared::time::Timestamp;
use hashimori_tests::agent::Said;
use hashimori_tests::collector::Collector;
use hashimori_tests::process::Running;
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::volume::Volume;

const NOW: Timestamp = Timestamp::from_seconds(1_785_000_000);

/// Starts it expecting that it ends by itself with a failure, and gives its words.
fn refuses_to_start(collector: &Collector) -> anyhow::Result<String> {
    let mut running = Running::start(&mut collector.serve()?, &collector.folder().join("refused.log"))?;
    let status = running.ended()?;
    let said = running.said();
    anyhow::ensure!(status.code().is_some_and(|code| code != 0), "ended with {status}\n{said}");
    anyhow::ensure!(!said.contains("panicked"), "{said}");
    Ok(said)
}

fn mentions(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "nothing about {word:?} in:\n{said}");
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_acknowledged_is_lost_and_with_room_again_it_goes_on() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    let Some(volume) = Volume::mount(&collector.data(), "32m")? else { return Ok(()) };
    collector.init()?;
    collector.run()?;
    let mut device = Synthetic::enroll(collector.device_address(), &collector.code_for(1)?, 1).await?;
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);

    let filler = volume.fill()?;
    let mut acknowledged = 1;
    let refused = loop {
        let answer = device.check_in(collector.device_address(), true, NOW).await?;
        if answer.status != 200 {
            break answer;
        }
        acknowledged += 1;
        anyhow::ensure!(acknowledged < 100_000, "the disk never got full");
    };
    assert_eq!(refused.status, 507, "{}", refused.text());
    assert!(refused.text().contains("no space"), "{}", refused.text());
    assert!(collector.process()?.is_alive(), "a full disk ended the collector:\n{}", collector.process()?.said());

    std::fs::remove_file(filler)?;
    let again = device.check_in(collector.device_address(), true, NOW).await?;
    assert_eq!(again.status, 200, "{}", again.text());
    assert!(collector.stop()?.success());
    collector.run()?;
    assert_eq!(device.check_in(collector.device_address(), false, NOW).await?.status, 200, "the base of a heartbeat was lost");
    Ok(())
}

#[test]
fn a_read_only_data_folder_is_named_and_nothing_starts() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    let Some(volume) = Volume::mount(&collector.data(), "32m")? else { return Ok(()) };
    collector.init()?;
    collector.run()?;
    assert!(collector.stop()?.success());
    volume.make_read_only()?;
    let said = refuses_to_start(&collector)?;
    mentions(&said, &[&collector.data().display().to_string()]);
    assert!(said.to_lowercase().contains("read-only") || said.to_lowercase().contains("readonly"), "{said}");
    Ok(())
}

#[test]
fn a_port_in_use_is_named() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    collector.init()?;
    collector.run()?;
    assert!(collector.stop()?.success());
    let taken = std::net::TcpListener::bind(collector.device_address())?;
    let said = refuses_to_start(&collector)?;
    mentions(&said, &[&taken.local_addr()?.to_string(), "in use"]);
    drop(taken);
    collector.run()
}

#[test]
fn a_corrupt_database_is_named_and_left_as_it_is() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    assert!(collector.stop()?.success());
    let store = collector.data().join("store.db");
    let mut bytes = std::fs::read(&store)?;
    let middle = bytes.len().min(8192);
    bytes[..middle].fill(0x5a);
    std::fs::write(&store, &bytes)?;
    let said = refuses_to_start(&collector)?;
    mentions(&said, &[&store.display().to_string(), "restore"]);
    assert_eq!(std::fs::read(&store)?, bytes, "a corrupt database was written to");
    Ok(())
}

#[test]
fn a_database_newer_than_the_program_is_refused_with_what_to_do() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    assert!(collector.stop()?.success());
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99990101, 'a later one', 1, x'00', 0)";
    let sqlite = Command::new("sqlite3").arg(collector.data().join("store.db")).arg(newer).status()?;
    assert!(sqlite.success());
    let said = refuses_to_start(&collector)?;
    mentions(&said, &["newer"]);
    Ok(())
}

#[test]
fn a_configuration_that_cannot_be_is_refused_by_the_name_of_its_key() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    collector.init()?;
    collector.set("HASHIMORI__DEVICE__LISTN", "127.0.0.1:0");
    mentions(&refuses_to_start(&collector)?, &["listn"]);
    Ok(())
}

#[test]
fn a_store_that_was_never_made_is_said_to_need_init() -> anyhow::Result<()> {
    let collector = Collector::prepare(None)?;
    mentions(&refuses_to_start(&collector)?, &["init"]);
    Ok(())
}

#[test]
fn a_postgresql_that_is_not_there_is_named_without_its_password() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    collector.set("HASHIMORI__STORE__URL", "postgres://somebody:himitsu-no-aikotoba@127.0.0.1:1/nowhere");
    let Said { code, out, err } = collector.command(&["init", "--region", "x", "--facility", "x"])?;
    assert_ne!(code, 0);
    assert!(!format!("{out}{err}").contains("himitsu-no-aikotoba"), "{out}{err}");
    mentions(&err, &["PostgreSQL"]);
    Ok(())
}
