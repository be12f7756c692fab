//! A whole path with the real programs, then a search for what must be nowhere: secrets and names in the log, secrets in database
//! and backup.

use std::path::Path;

use anyhow::{Context as _, ensure};
use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::{AuthorityKind, Store, StoreUrl, meta};
use hashimori_shared::code::EnrolmentCode;
use hashimori_tests::agent::Agent;
use hashimori_tests::collector::{Collector, FACILITY, REGION};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::visitor::{Visitor, text_of};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "amber ferry crossing";
const WRONG_PASSWORD: &str = "ember fairy crossing";
const MAIL_PASSWORD: &str = "himitsu-of-the-post-office";
const PERSON: &str = "見本 花子";

/// Something to search for.
type Needle = (&'static str, Vec<u8>);

/// What is left when the path has been walked and the collector has ended.
struct Walked {
    collector: Collector,
    log: String,
    /// The id that one answer carried.
    request: String,
    /// The master key's text.
    master: String,
    secrets: Vec<Needle>,
}

/// Init, one-time link, password and app, code, a real agent, confirmation, verdict, wrong and right sign-in, backup.
fn walk(database: Option<&str>) -> anyhow::Result<Walked> {
    let mut collector = Collector::prepare(database)?;
    collector.set("HASHIMORI__LOG__FORMAT", "json");
    collector.set("HASHIMORI__LOG__FILTER", "debug");
    let made: serde_json::Value = serde_json::from_str(&collector.init()?.out)?;
    collector.command_reading(&["mail", "set-password"], MAIL_PASSWORD)?.expect(0)?;
    collector.run()?;
    let mut secrets: Vec<Needle> =
        vec![("the password", PASSWORD.into()), ("a wrong password", WRONG_PASSWORD.into()), ("the mail password", MAIL_PASSWORD.into())];
    let recovery_key = made["recovery_key"].as_str().context("recovery_key")?;
    secrets.push(("the recovery key", recovery_key.into()));
    let master = std::fs::read_to_string(made["master_key"].as_str().context("master_key")?)?;
    secrets.push(("the master key", HEXLOWER.decode(master.trim().as_bytes())?));
    secrets.push(("the master key's text", master.trim().into()));

    let invited =
        collector.command(&["account", "invite", "--facility", FACILITY, "--hand-over", "--login", "hotaru-kanri", "--name", PERSON])?;
    let link = invited.expect(0)?.out;
    let link = link.trim().split_once("/start/").context("no link")?.1;
    secrets.push(("a one-time link", link.into()));

    let mut person = Visitor::at(collector.web_address());
    let start = format!("/start/{link}");
    let page = person.open(&start)?;
    person.send(&page, &start, &[])?;
    let page = person.open("/setup/password")?;
    let page = person.send(&page, "/setup/password", &[("password", WRONG_PASSWORD), ("again", PASSWORD)])?;
    let page = person.send(&page, "/setup/password", &[("password", PASSWORD), ("again", PASSWORD)])?;
    let seed = text_of(&page, "code-text")?.replace(' ', "");
    secrets.push(("the app's seed", BASE32_NOPAD.decode(seed.as_bytes())?));
    let app = Builder::new().with_secret(Secret::try_from_base32(&seed).map_err(|e| anyhow::anyhow!("{e:?}"))?).build_noncompliant();
    secrets.push(("the app's seed as text", seed.into()));
    let before = person.secret().context("a cookie")?.to_owned();
    let page = person.send(&page, "/setup/app", &[("code", &app.generate_current().to_string())])?;
    let recovery: Vec<String> = page.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next()).map(str::to_owned).collect();
    ensure!(recovery.len() > 4, "no recovery codes in\n{page}");
    secrets.extend(recovery.iter().map(|code| ("a recovery code", code.clone().into_bytes())));
    let session = person.secret().context("a cookie")?.to_owned();
    ensure!(session != before, "signing in keeps the visitor's secret");

    let page = person.open("/")?;
    let facility = page.split("/facilities/").nth(1).and_then(|rest| rest.split(['/', '"']).next()).context("a facility")?;
    let (codes, pending) = (format!("/facilities/{facility}/codes"), format!("/facilities/{facility}/pending"));
    let page = person.open(&codes)?;
    let page = person.send(&page, &codes, &[("uses", "2"), ("hours", "24")])?;
    let code = text_of(&page, "code-text")?.to_owned();
    let agent = Agent::new()?;
    agent.enroll(&collector, &code)?.expect(0)?;
    agent.check_in()?.expect(0)?;
    let device = agent.device()?;
    let page = person.open(&pending)?;
    person.send(&page, &format!("/devices/{device}/confirm"), &[])?;
    agent.check_in()?.expect(0)?;
    ensure!(person.open(&format!("/devices/{device}"))?.contains("§20-1"), "no verdict on the device's page");
    let parsed: EnrolmentCode = code.parse()?;
    secrets.push(("an enrolment code", code.replace('-', "").into_bytes()));
    secrets.push(("an enrolment code as typed", code.into_bytes()));
    secrets.push(("an enrolment code's secret", parsed.secret.to_vec()));
    secrets.push(("an enrolment code's secret in a request", parsed.secret_hex().into_bytes()));

    // What goes wrong must be as silent: a wrong link, a wrong password, a code of another collector, garbage.
    let wrong: String = link.chars().rev().collect();
    person.open(&format!("/start/{wrong}"))?;
    secrets.push(("a link that does not work", wrong.into_bytes()));
    let mut stranger = Visitor::at(collector.web_address());
    let page = stranger.open("/sign-in")?;
    let page = stranger.send(&page, "/sign-in", &[("login", "hotaru-kanri"), ("password", WRONG_PASSWORD), ("code", "000000")])?;
    let typed = [("login", "hotaru-kanri"), ("password", PASSWORD), ("code", recovery[0].as_str())];
    ensure!(stranger.send(&page, "/sign-in", &typed)?.contains(FACILITY), "the second sign-in failed");
    secrets.extend([session, stranger.secret().context("a cookie")?.to_owned()].map(|text| ("a session", text.into_bytes())));

    let request = stranger.ask("GET", "/what-is-checked", "")?.header("x-request-id").context("no request id")?.to_owned();
    collector.command(&["backup", "--to", &collector.folder().join("backups").display().to_string()])?.expect(0)?;
    collector.process()?.signal("TERM")?;
    ensure!(collector.process()?.ended()?.success(), "it did not end well");
    // What it said at its end counts too.
    let log = collector.process()?.said();
    Ok(Walked { collector, log, request, master: master.trim().to_owned(), secrets })
}

/// The keys that the collector itself keeps, opened with the master key, as bytes and as text.
async fn keys_of(store: &Store, master: &str) -> anyhow::Result<Vec<Needle>> {
    let master = MasterKey::from_bytes(HEXLOWER.decode(master.as_bytes())?.try_into().map_err(|_| anyhow::anyhow!("a master key"))?);
    let mut keys: Vec<(&'static str, Vec<u8>)> = Vec::new();
    let authority = [
        (AuthorityKind::Root, "root-key", "the root's key"),
        (AuthorityKind::Issuing, "issuing-key", "the issuing key"),
        (AuthorityKind::Server, "server-key", "the device port's key"),
    ];
    for (kind, purpose, what) in authority {
        for row in store.list_authority(kind).await? {
            let key = master.open(purpose, &row.sealed_key.context("a sealed key")?)?;
            // PKCS#8 of a P-256 key: the 32 bytes of the private scalar follow the fixed head (RFC 5915).
            keys.push((what, key[36..68].to_vec()));
        }
    }
    for (_, sealed, _) in store.list_ticket_keys().await? {
        keys.push(("a ticket key", master.open("ticket-key", &sealed)?.to_vec()));
    }
    let log = meta::find(store, "log_key").await?.context("the log's key")?;
    keys.push(("the log's signing key", master.open("log-key", &BASE64.decode(log.as_bytes())?)?.to_vec()));
    for what in ["the root's key", "the issuing key", "the device port's key", "a ticket key", "the log's signing key"] {
        ensure!(keys.iter().any(|(known, key)| *known == what && key.len() == 32), "{what} is not in the store");
    }
    let forms = |(what, key): (&'static str, Vec<u8>)| {
        // Of whole three bytes, so that it is the same in the middle of something longer.
        let (hex, base64) = (HEXLOWER.encode(&key), BASE64.encode(&key[..30]));
        [(what, key), (what, hex.into_bytes()), (what, base64.into_bytes())]
    };
    Ok(keys.into_iter().flat_map(forms).collect())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// What of these is in which file below `folder`.
fn found(folder: &Path, needles: &[Needle]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(found(&path, needles)?);
        } else if path.is_file() {
            let bytes = std::fs::read(&path)?;
            let here = needles.iter().filter(|(_, needle)| contains(&bytes, needle));
            all.extend(here.map(|(what, _)| format!("{what} in {}", path.display())));
        }
    }
    Ok(all)
}

#[test]
fn the_log_of_a_whole_path_is_json_names_routes_and_request_ids_and_holds_neither_secrets_nor_names() -> anyhow::Result<()> {
    let Walked { log, request, secrets, .. } = walk(None)?;
    assert!(log.lines().any(|line| line.contains(&request) && line.contains("/what-is-checked")), "{request} is not in\n{log}");
    let (lines, rest): (Vec<&str>, Vec<&str>) = log.lines().partition(|line| line.starts_with('{'));
    assert!(rest.iter().all(|line| ["devices ", "people ", "metrics "].iter().any(|word| line.starts_with(word))), "{rest:#?}");
    let mut routes = Vec::new();
    for line in lines {
        let entry: serde_json::Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        assert!(entry["timestamp"].is_string() && entry["level"].is_string() && entry["target"].is_string(), "{line}");
        if entry["message"] == "answered" {
            assert!(entry["request"].is_string() && entry["status"].is_u64() && entry["took_ms"].is_u64(), "{line}");
            routes.push(entry["route"].as_str().context("route")?.to_owned());
        }
    }
    for route in ["/start/{secret}", "/sign-in", "/devices/{device}", "/facilities/{facility}/codes"] {
        assert!(routes.iter().any(|seen| seen == route), "{route} is not in {routes:?}");
    }
    for (what, needle) in &secrets {
        assert!(!contains(log.as_bytes(), needle), "{what} is in the log:\n{log}");
    }
    for name in [PERSON, "hotaru-kanri", FACILITY, REGION, "試験機"] {
        assert!(!log.contains(name), "{name} is in the log:\n{log}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_and_backup_and_log_hold_no_secret_of_the_whole_path_and_none_of_the_collectors_own_keys() -> anyhow::Result<()> {
    let mut postgres = Postgres::start()?;
    let url = postgres.database("secrets")?;
    for database in [None, Some(url.as_str())] {
        let Walked { collector, log, master, mut secrets, .. } = tokio::task::block_in_place(|| walk(database))?;
        let place = database.map_or_else(|| StoreUrl::Sqlite(collector.data().join("store.db")), |url| StoreUrl::Postgres(url.to_owned()));
        let open = Store::open(place).await?;
        secrets.extend(keys_of(&open, &master).await?);
        open.close().await;
        let store = if database.is_some() {
            // At rest: with nothing left in anybody's memory.
            postgres.stop()?;
            postgres.folder().to_owned()
        } else {
            collector.data()
        };
        let said: Vec<_> = secrets.iter().filter(|(_, needle)| contains(log.as_bytes(), needle)).map(|(what, _)| what).collect();
        assert!(said.is_empty(), "in the log: {said:?}");
        let name: [Needle; 1] = [("a name", PERSON.into())];
        assert!(!found(&store, &name)?.is_empty(), "the search finds what is there: a name");
        for folder in [&store, &collector.data(), &collector.folder().join("backups")] {
            assert_eq!(found(folder, &secrets)?, Vec::<String>::new());
        }
    }
    Ok(())
}
