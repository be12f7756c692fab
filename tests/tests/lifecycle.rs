//! A collector's signals and its health: SIGTERM under load, SIGHUP with other certificates, a database that goes and comes back.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_server::store::{Store, StoreUrl, meta};
use hashimori_shared::checkin::CHECK_IN_PATH;
use hashimori_shared::time::Timestamp;
use hashimori_tests::collector::{Collector, get};
use hashimori_tests::crowd::{Crowd, found_again};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::waiting::{until, until_async};
use hashimori_tests::wire::{Connection, device_tls, request};

const NOW: Timestamp = Timestamp::from_seconds(1_785_000_000);

#[test]
fn with_its_defaults_a_collector_backs_up_soon_after_the_start_and_tells_the_backups_age() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    collector.forget("HASHIMORI__BACKUP__DAILY");
    collector.init()?;
    collector.run()?;
    let folder = collector.data().join("backup");
    let made = until("a backup", || {
        let mut files = std::fs::read_dir(&folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
        files.find(|path| path.extension().is_some_and(|e| e == "hashimori-backup"))
    })?;
    ensure!(made.metadata()?.len() > 10_000, "it holds a store");
    // The file appears before it is remembered.
    let age = until("its age", || collector.metric("hashimori_backup_age_seconds").ok().filter(|age| *age >= 0.0))?;
    ensure!(age < 3_600.0, "{age}");
    let left: Vec<_> = std::fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    ensure!(left.len() == 1, "nothing in plain text stays: {left:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_ins_under_way_at_sigterm_are_answered_or_taken_again_and_none_acknowledged_is_lost() -> anyhow::Result<()> {
    const DEVICES: u32 = 6;
    let mut collector = Collector::prepare(None)?;
    // One body stays half-sent while others make their load.
    collector.set("HASHIMORI__LIMITS__BODY_S", "60");
    collector.init()?;
    collector.run()?;
    let (code, address) = (collector.code_for(DEVICES + 2)?, collector.device_address());
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(Synthetic::enroll(address, &code, number).await?);
    }
    let crowd = Crowd::work(devices, address);
    // One has said half of its check-in, one says nothing at all.
    let mut slow = Synthetic::enroll(address, &code, DEVICES).await?;
    let mut half = Connection::open(address, &slow.tls(false)?).await?;
    let body = slow.next(true, NOW)?;
    let whole = request(CHECK_IN_PATH, &body, true);
    half.send(&whole[..whole.len() - 20]).await?;
    let mut idle = Connection::open(address, &Synthetic::enroll(address, &code, DEVICES + 1).await?.tls(false)?).await?;

    crowd.until_acknowledged(200).await?;
    collector.process()?.signal("TERM")?;
    collector.process()?.until_said("the end to begin", |said| said.contains("stopping").then_some(()))?;
    half.send(&whole[whole.len() - 20..]).await?;
    let answer = half.answer().await.context("a check-in whose body was under way")?;
    assert!(slow.learn(&answer)?, "{} {}", answer.status, answer.text());
    assert!(idle.answer().await.is_err(), "an idle connection is closed at once");
    let status = collector.process()?.ended()?;
    let said = collector.process()?.said();
    assert!(status.success() && !said.contains("still open"), "{status}\n{said}");

    let acknowledged = crowd.acknowledged();
    let mut sent = crowd.rest().await?;
    collector.run()?;
    // More than the newest are not asked for again.
    let (found, again) = found_again(&collector, &mut sent, 50).await?;
    println!("{acknowledged} acknowledged, {found} of them asked for again and known, {again} unanswered ones taken again");
    Ok(())
}

/// Writes a certificate of this name and its key; the certificate.
fn make_certificate(collector: &Collector, name: &str) -> anyhow::Result<Vec<u8>> {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()])?;
    std::fs::write(collector.folder().join("web.pem"), made.cert.pem())?;
    std::fs::write(collector.folder().join("web.key"), made.signing_key.serialize_pem())?;
    Ok(made.cert.der().to_vec())
}

async fn shown(collector: &Collector) -> anyhow::Result<Connection> {
    Connection::open(collector.web_address(), &Arc::new(device_tls(None)?)).await
}

#[tokio::test]
async fn sighup_takes_up_other_web_certificates_and_keeps_what_is_in_use_when_they_are_no_good() -> anyhow::Result<()> {
    const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut collector = Collector::prepare(None)?;
    let first = make_certificate(&collector, "one.hotaru.example")?;
    for (key, file) in [("CERTIFICATE", "web.pem"), ("KEY", "web.key")] {
        collector.set(&format!("HASHIMORI__WEB__{key}"), &collector.folder().join(file).display().to_string());
    }
    collector.init()?;
    collector.run()?;
    let mut open = shown(&collector).await?;
    assert_eq!(open.certificate(), Some(first.as_slice()));

    let second = make_certificate(&collector, "two.hotaru.example")?;
    collector.process()?.signal("HUP")?;
    collector.process()?.until_said("the reload", |said| said.contains("read the web port's certificate again").then_some(()))?;
    assert_eq!(shown(&collector).await?.certificate(), Some(second.as_slice()));
    open.send(HEALTH).await?;
    assert_eq!(open.answer().await?.status, 200, "a connection from before goes on");

    std::fs::write(collector.folder().join("web.key"), "nonsense")?;
    collector.process()?.signal("HUP")?;
    collector.process()?.until_said("the refusal", |said| said.contains("the web port keeps its certificate").then_some(()))?;
    let said = collector.process()?.said();
    assert!(said.contains("web.key"), "the setting is named:\n{said}");
    let mut still = shown(&collector).await?;
    assert_eq!(still.certificate(), Some(second.as_slice()));
    still.send(HEALTH).await?;
    assert_eq!(still.answer().await?.status, 200);
    assert!(collector.stop()?.success());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_its_database_is_gone_it_says_so_sheds_with_retry_after_and_goes_on_when_it_is_back() -> anyhow::Result<()> {
    let mut postgres = Postgres::start()?;
    let mut collector = Collector::start_on(Some(&postgres.database("gone")?))?;
    let mut device = Synthetic::enroll(collector.device_address(), &collector.code_for(1)?, 1).await?;
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);
    assert_eq!(get(collector.web_address(), "/readyz")?, "ready\n");

    postgres.halt()?;
    let error = get(collector.web_address(), "/readyz").expect_err("ready without its store").to_string();
    assert!(error.contains("503"), "{error}");
    assert_eq!(get(collector.web_address(), "/healthz")?, "ok\n");
    assert!(get(collector.metrics_address(), "/metrics")?.contains("hashimori_connections"), "counts need no store");
    let refused = device.check_in(collector.device_address(), true, NOW).await?;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some(), "{}", refused.head);
    assert!(collector.process()?.is_alive(), "{}", collector.process()?.said());

    postgres.resume()?;
    let address = collector.web_address();
    until("the collector to be ready again", || get(address, "/readyz").ok())?;
    let again = device.check_in(collector.device_address(), true, NOW).await?;
    assert_eq!(again.status, 200, "{}", again.text());
    assert!(collector.stop()?.success());
    Ok(())
}

#[tokio::test]
async fn sighup_takes_up_other_catalogues_and_keeps_those_in_force_when_a_file_is_no_good() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    let file = collector.folder().join("catalogues").join("os.toml");
    std::fs::create_dir(file.parent().context("a folder")?)?;
    collector.set("HASHIMORI__RULES__CATALOGUES", &file.parent().context("a folder")?.display().to_string());
    collector.init()?;
    collector.run()?;
    let mut device = Synthetic::enroll(collector.device_address(), &collector.code_for(1)?, 1).await?;
    let store = Store::open_beside(StoreUrl::Sqlite(collector.data().join("store.db"))).await?;
    let judged_with = async || -> anyhow::Result<String> {
        Ok(sqlx::query_scalar("SELECT judged_with FROM device_state").fetch_one(store.read()).await?)
    };
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);
    let before = (meta::find(&store, "rules_noted").await?.context("noted")?, judged_with().await?);

    let bundled = include_str!("../../shared/catalogues/os-support.toml");
    let version = bundled.lines().find(|line| line.starts_with("version")).context("a version")?;
    std::fs::write(&file, bundled.replacen(version, "version = \"2099-01-01\"", 1))?;
    collector.process()?.signal("HUP")?;
    collector.process()?.until_said("the reload", |said| said.contains("read packs and catalogues again").then_some(()))?;
    let noted = until_async("the operation log to say so", async || {
        let noted = meta::find(&store, "rules_noted").await.ok().flatten()?;
        (noted != before.0).then_some(noted)
    })
    .await?;
    assert!(noted.contains("2099-01-01"), "{noted}");
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);
    let after = judged_with().await?;
    assert_ne!(after, before.1, "a new report is judged under the new edition");

    std::fs::write(&file, "version = \"2099-02-02\"\nnonsense = [\n")?;
    collector.process()?.signal("HUP")?;
    collector.process()?.until_said("the refusal", |said| said.contains("packs and catalogues in force stay").then_some(()))?;
    let said = collector.process()?.said();
    assert!(said.contains("os.toml"), "the file is named:\n{said}");
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);
    assert_eq!((meta::find(&store, "rules_noted").await?, judged_with().await?), (Some(noted), after));
    store.close().await;
    assert!(collector.stop()?.success());
    Ok(())
}

#[tokio::test]
async fn sighup_takes_up_what_the_operator_did_to_the_authority() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let stranger = Arc::new(device_tls(None)?);
    let address = collector.device_address();
    let leaf = async || -> anyhow::Result<Vec<u8>> {
        Ok(Connection::open(address, &stranger).await?.certificate().context("a certificate")?.to_vec())
    };
    let mut device = Synthetic::enroll(address, &collector.code_for(1)?, 1).await?;
    let before = leaf().await?;
    collector.command(&["ca", "rotate"])?.expect(0)?;
    assert_eq!(leaf().await?, before, "not before it is told to");
    collector.process()?.signal("HUP")?;
    collector.process()?.until_said("the reload", |said| said.contains("read the authority of devices again").then_some(()))?;
    assert_ne!(leaf().await?, before);
    assert_eq!(device.check_in(address, true, NOW).await?.status, 200, "a leaf of the issuing CA before it goes on");
    assert!(collector.stop()?.success());
    Ok(())
}
