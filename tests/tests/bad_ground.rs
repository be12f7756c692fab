//! A collector on bad ground: a full disk, a read-only folder, a port taken, a broken or foreign database.
//! Each time it says what is wrong and what to do, loses nothing, and goes on or stops cleanly.

use std::path::Path;
use std::process::Command;

use hashimori_shared::checkin::CHECK_IN_PATH;
use hashimori_shared::time::Timestamp;
use hashimori_tests::agent::Said;
use hashimori_tests::collector::Collector;
use hashimori_tests::crowd::{Sent, found_again};
use hashimori_tests::process::Running;
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::volume::Volume;
use hashimori_tests::wire::Connection;

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
    let mut connection = Connection::open(collector.device_address(), &device.tls(false)?).await?;
    let mut acknowledged = Vec::new();
    let (refused, body) = loop {
        let body = device.next(true, NOW)?;
        let answer = connection.post(CHECK_IN_PATH, &body, true).await?;
        if answer.status != 200 {
            break (answer, body);
        }
        assert!(device.learn(&answer)?, "{}", answer.text());
        acknowledged.push(body);
        anyhow::ensure!(acknowledged.len() < 100_000, "the disk never got full");
    };
    assert_eq!(refused.status, 507, "{}", refused.text());
    mentions(&refused.text(), &["no space", "send it again", "make room"]);
    assert!(refused.header("retry-after").is_some(), "{}", refused.head);
    let said = collector.process()?.said();
    assert!(collector.process()?.is_alive(), "a full disk ended the collector:\n{said}");
    mentions(&said, &["no space left", "make room"]);

    std::fs::remove_file(filler)?;
    let mut sent = [Sent { device, acknowledged, unanswered: Some(body) }];
    assert_eq!(found_again(&collector, &mut sent, 50).await?.1, 1, "the refused one is taken once there is room");
    assert!(collector.stop()?.success());
    collector.run()?;
    let known = found_again(&collector, &mut sent, usize::MAX).await?.0;
    assert_eq!(known, sent[0].acknowledged.len());
    let base = sent[0].device.check_in(collector.device_address(), false, NOW).await?;
    assert!(base.text().contains("\"outcome\":\"accepted\""), "the base of a heartbeat was lost: {}", base.text());
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
    mentions(&said, &["make the data folder writable for the account the collector runs as"]);
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

/// What the store says to a statement.
fn ask(store: &Path, statement: &str) -> anyhow::Result<String> {
    let said = Said::by(Command::new("sqlite3").arg(store).arg(statement), "")?.expect(0)?;
    Ok(said.out.trim().to_owned())
}

#[tokio::test]
async fn damage_in_the_middle_of_the_database_acknowledges_nothing_that_is_not_kept_and_is_named_with_what_to_do() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let mut device = Synthetic::enroll(collector.device_address(), &collector.code_for(1)?, 1).await?;
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);
    assert!(collector.stop()?.success());
    let store = collector.data().join("store.db");
    let (page, size) = ("SELECT rootpage FROM sqlite_master WHERE name = 'device_state'", "PRAGMA page_size");
    let (page, size): (usize, usize) = (ask(&store, page)?.parse()?, ask(&store, size)?.parse()?);
    let mut bytes = std::fs::read(&store)?;
    anyhow::ensure!(page > 1 && page * size < bytes.len(), "page {page} is not in the middle");
    bytes[(page - 1) * size..page * size].fill(0x5a);
    std::fs::write(&store, &bytes)?;

    collector.run()?;
    let refused = device.check_in(collector.device_address(), true, NOW).await?;
    assert_eq!(refused.status, 503, "{}", refused.text());
    let ended = collector.process()?.ended()?;
    let said = collector.process()?.said();
    assert!(ended.code().is_some_and(|code| code != 0) && !said.contains("panicked"), "{ended}\n{said}");
    mentions(&said, &["damaged", "hashimori-server restore"]);
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
    mentions(&said, &["has schema 99990101", "start the newer collector that made it, or restore a backup"]);
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
