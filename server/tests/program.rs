//! The real program at its edges: configuration, refusals to start that say what to do, operator commands, signals, systemd unit.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use hashimori_server::domain::log::LogKey;
use hashimori_server::evidence::{About, Named, Packing};
use hashimori_server::random::Random;
use hashimori_server::secrets::{MasterKey, write_private};
use skipped::skipped;

#[path = "../../tests/src/skipped.rs"]
pub mod skipped;

const SERVER: &str = env!("CARGO_BIN_EXE_hashimori-server");
const KEPT: &[&str] = &["--set", "device.listen=127.0.0.1:0", "--set", "web.listen=127.0.0.1:0", "--set", "metrics.listen=127.0.0.1:0"];

fn program(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(SERVER);
    command.env_clear().arg("--data").arg(dir.join("data")).args(arguments);
    command
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    program(dir, arguments).output().expect("runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn refused(dir: &Path, arguments: &[&str], words: &[&str]) {
    let output = run(dir, arguments);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is missing in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

fn init(dir: &Path) -> serde_json::Value {
    let output = run(dir, &["init", "--region", "架空圏域", "--facility", "架空診療所", "--administrator", "kanri", "--json"]);
    assert!(output.status.success(), "{}", text(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn serve_arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["serve"], KEPT, more].concat()
}

struct Running {
    child: Child,
    ports: serde_json::Value,
}

impl Running {
    fn start(dir: &Path) -> Self {
        let file = dir.join("ports");
        let name = file.to_str().expect("UTF-8").to_owned();
        let _ = std::fs::remove_file(&file);
        let mut child =
            program(dir, &serve_arguments(&["--ports-file", &name])).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
        let began = Instant::now();
        let ports = loop {
            if let Ok(text) = std::fs::read_to_string(&file) {
                break serde_json::from_str(&text).expect("whole");
            }
            if let Some(status) = child.try_wait().expect("waits") {
                let mut said = String::new();
                child.stderr.take().expect("piped").read_to_string(&mut said).expect("reads");
                panic!("ended with {status}: {said}");
            }
            assert!(began.elapsed() < Duration::from_mins(2), "the collector did not open its ports");
            std::thread::sleep(Duration::from_millis(20));
        };
        Self { child, ports }
    }

    fn get(&self, port: &str, path: &str) -> String {
        use std::io::Write as _;
        let mut stream = std::net::TcpStream::connect(self.ports[port].as_str().expect("an address")).expect("connects");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("writes");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("reads");
        answer
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().expect("kills").success());
    }

    /// Ends it and returns its log.
    fn end(mut self) -> String {
        self.signal("TERM");
        let mut log = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut log).expect("reads");
        assert!(self.child.wait().expect("ends").success(), "{log}");
        log
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn init_is_harmless_when_run_again_and_hands_out_a_fresh_link() {
    let dir = tempfile::tempdir().expect("a folder");
    let (first, second) = (init(dir.path()), init(dir.path()));
    for same in ["region", "facility", "root_pin", "master_key"] {
        assert_eq!(first[same], second[same], "{same}");
    }
    assert_ne!(first["administrator_link"], second["administrator_link"]);
}

#[test]
fn a_store_that_is_sealed_with_one_key_is_never_given_another() {
    let dir = tempfile::tempdir().expect("a folder");
    init(dir.path());
    let key = dir.path().join("data.master-key");
    let right = std::fs::read(&key).expect("reads");
    std::fs::remove_file(&key).expect("removes");
    refused(dir.path(), &["init", "--region", "架空圏域"], &["data.master-key", "put its copy there", "no new one was made"]);
    assert!(!key.exists());
    // A key's file is its owner's alone, as `init` makes it.
    write_private(&key, right.trim_ascii()).expect("writes");
    init(dir.path());
}

#[test]
fn every_refusal_to_start_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a folder");
    let serve = serve_arguments(&[]);
    refused(dir.path(), &serve, &["master key", "init"]);
    refused(dir.path(), &["serve", "--set", "device.lissten=x"], &["lissten", "--set"]);
    refused(dir.path(), &["serve", "--set", "web.listen=0.0.0.0:80"], &["web.listen", "TLS"]);
    refused(dir.path(), &["serve", "--config", "/nonexistent/server.toml"], &["/nonexistent/server.toml"]);
    init(dir.path());
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = format!("device.listen={}", taken.local_addr().expect("an address"));
    refused(dir.path(), &[serve.as_slice(), &["--set", &listen]].concat(), &["device port", "in use", "device.listen"]);
    let key = dir.path().join("data.master-key");
    let right = std::fs::read(&key).expect("reads");
    std::fs::write(&key, "11".repeat(32)).expect("writes");
    refused(dir.path(), &serve, &["sealed", "another master key"]);
    std::fs::write(&key, right).expect("writes");
    let database = dir.path().join("data/store.db");
    let whole = std::fs::read(&database).expect("reads");
    std::fs::write(&database, vec![7; 8_192]).expect("writes");
    refused(dir.path(), &serve, &["not a database", "restore"]);
    std::fs::write(&database, whole).expect("writes");
    let running = Running::start(dir.path());
    refused(dir.path(), &serve, &["another collector is running"]);
    running.end();
}

#[test]
fn a_restore_that_is_refused_leaves_nothing_in_the_way_of_the_next_one() {
    let (old, new) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let made = init(old.path());
    let backups = old.path().join("backups");
    let backup = run(old.path(), &["backup", "--to", backups.to_str().expect("UTF-8")]);
    assert!(backup.status.success(), "{}", text(&backup));
    let file = String::from_utf8_lossy(&backup.stdout).trim().to_owned();
    let key = new.path().join("recovery-key");
    std::fs::write(&key, made["recovery_key"].as_str().expect("a key")).expect("writes");
    let key = key.to_str().expect("UTF-8").to_owned();
    let restore = |more: &[&'static str]| -> Vec<String> {
        let fixed = ["restore", file.as_str(), "--recovery-key-file", key.as_str()];
        fixed.into_iter().chain(more.iter().copied()).map(str::to_owned).collect()
    };
    let refused = |arguments: &[String], words: &[&str]| {
        refused(new.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>(), words);
    };
    let (master, store) = (new.path().join("data.master-key"), new.path().join("data/store.db"));
    // A key's file is its owner's alone: another collector's, with other contents.
    init(new.path());
    std::fs::remove_dir_all(new.path().join("data")).expect("removes");
    refused(&restore(&["--none-lost"]), &["another master key", "nothing was restored"]);
    assert!(!store.exists());
    std::fs::remove_file(&master).expect("removes");
    let unknown = "01930000-0000-7000-8000-000000000001";
    refused(&restore(&["--lost", unknown]), &[unknown, "not in this backup"]);
    assert!(!store.exists());
    refused(&serve_arguments(&[]).into_iter().map(str::to_owned).collect::<Vec<_>>(), &["there is no store", "restore"]);
    let arguments = restore(&["--none-lost"]);
    let done = run(new.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(done.status.success(), "{}", text(&done));
    refused(&restore(&["--none-lost"]), &["never overwrites"]);
    Running::start(new.path()).end();
}

#[test]
fn the_master_key_comes_from_systemds_credential_as_well_and_a_wrong_one_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a folder");
    let credentials = dir.path().join("credentials");
    std::fs::create_dir(&credentials).expect("made");
    let credential = credentials.join("hashimori-master-key");
    let run = |arguments: &[&str]| program(dir.path(), arguments).env("CREDENTIALS_DIRECTORY", &credentials).output().expect("runs");
    std::fs::write(&credential, "5a".repeat(32)).expect("writes");
    let made = run(&["init", "--region", "架空圏域", "--facility", "架空診療所"]);
    assert!(made.status.success(), "{}", text(&made));
    assert!(!dir.path().join("data.master-key").exists(), "no second key is made beside the credential");
    let issue = ["ca", "rotate"];
    assert!(run(&issue).status.success(), "{}", text(&run(&issue)));
    for (key, words) in [("a5".repeat(32), ["sealed", "another master key"]), ("5a".repeat(31), ["64 hexadecimal", "hashimori-master-key"])]
    {
        std::fs::write(&credential, key).expect("writes");
        let refused = run(&serve_arguments(&[]));
        assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
        assert!(words.iter().all(|word| text(&refused).contains(word)), "{}", text(&refused));
    }
    std::fs::remove_file(&credential).expect("removes");
    refused(dir.path(), &serve_arguments(&[]), &["master key", "secrets.master_key_file", "init"]);
}

#[test]
fn check_config_says_what_is_wrong_before_anything_is_touched() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = dir.path().join("server.toml");
    let path = config.to_str().expect("UTF-8");
    for (content, words) in [
        ("[limits]\nbody_seconds = 3\n", vec!["body_seconds", "line 2", path]),
        ("[devise]\nlisten = \"127.0.0.1:1\"\n", vec!["devise", path]),
        ("[web]\ncertificate = \"/nowhere/chain.pem\"\n", vec!["web.key"]),
        ("[limits]\nheader_s = 0\n", vec!["limits.header_s"]),
    ] {
        std::fs::write(&config, content).expect("writes");
        refused(dir.path(), &["serve", "--check-config", "--config", path], &words);
    }
    std::fs::write(&config, "[limits]\nbody_s = 3\n").expect("writes");
    let valid = run(dir.path(), &["serve", "--check-config", "--config", path]);
    assert!(valid.status.success() && text(&valid).contains("the master key comes from the file: "), "{}", text(&valid));
    assert!(!dir.path().join("data").exists(), "checking makes nothing");
}

#[test]
fn a_store_of_a_newer_collector_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    init(dir.path());
    let url = format!("sqlite://{}", dir.path().join("data/store.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&url).await.expect("opens");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)",
        )
        .execute(&pool)
        .await
        .expect("inserts");
        pool.close().await;
    });
    refused(dir.path(), &serve_arguments(&[]), &["9999", "newer"]);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    // Not even root makes folders here.
    let output =
        Command::new(SERVER).env_clear().args(["init", "--data", "/proc/hashimori", "--region", "架空圏域"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("/proc/hashimori"), "{}", text(&output));
    init(dir.path());
    let output = Command::new(SERVER)
        .env_clear()
        .args(["code", "issue", "--facility", "x"])
        .arg("--data")
        .arg(dir.path().join("other"))
        .output()
        .expect("runs");
    assert!(text(&output).contains("there is no store"), "{}", text(&output));
}

#[test]
fn the_operator_works_beside_a_running_collector_which_tells_its_health_and_its_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    init(dir.path());
    let running = Running::start(dir.path());
    let output = run(dir.path(), &["code", "issue", "--facility", "架空診療所", "--uses", "2"]);
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let code: hashimori_shared::code::EnrolmentCode = printed.parse().unwrap_or_else(|e| panic!("{e}: {}", text(&output)));
    assert_ne!(code.secret, [0; 16]);
    for (arguments, word) in [
        (vec!["ca", "show"], "root"),
        (vec!["ca", "rotate"], "issuing CA"),
        (vec!["ca", "successor", "new.example:8443"], "successor"),
        (vec!["ca", "next-root"], "next_root"),
        (vec!["pack", "list"], "itsutsubashi-2019-02-08"),
        (vec!["catalogue", "list"], "antivirus"),
        (vec!["account", "invite", "--login", "jimukyoku", "--name", "架空の事務局"], "/start/"),
        (vec!["serve", "--check-config"], "valid"),
    ] {
        let output = run(dir.path(), &arguments);
        assert!(output.status.success() && text(&output).contains(word), "{arguments:?}: {}", text(&output));
    }
    let offline = dir.path().join("root.pem");
    let offline = offline.to_str().expect("UTF-8");
    assert!(run(dir.path(), &["ca", "backup", "--to", offline, "--offline"]).status.success());
    refused(dir.path(), &["ca", "rotate"], &["offline", "--root-key"]);
    assert!(run(dir.path(), &["ca", "rotate", "--root-key", offline]).status.success());
    assert!(running.get("web", "/healthz").contains("ok") && running.get("web", "/readyz").contains("ready"));
    assert!(running.get("metrics", "/metrics").contains("hashimori_clock_frozen 0"));
    running.signal("HUP");
    let log = running.end();
    let secrets = [printed.as_str(), &printed.replace('-', ""), "/start/"];
    assert!(secrets.iter().all(|s| !log.contains(s)), "the log holds a secret: {log}");
}

#[test]
fn a_disaster_is_declared_at_the_machine_beside_a_running_collector_and_every_page_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    init(dir.path());
    let running = Running::start(dir.path());
    let activate = ["disaster", "activate", "--reason", "大雨、電話で指示", "--basis", "規程第25条", "--days", "7"];
    let output = run(dir.path(), &activate);
    assert!(output.status.success() && text(&output).contains("  on  region  "), "{}", text(&output));
    let id = text(&output).split_whitespace().next().expect("an id").to_owned();
    assert!(running.get("web", "/sign-in").contains("【緊急】"));
    let extended = run(dir.path(), &["disaster", "extend", "--reason", "続く", "--days", "3", &id]);
    assert!(extended.status.success() && text(&extended).contains("extended"), "{}", text(&extended));
    refused(dir.path(), &["disaster", "ratify", "--reason", "追認", &id], &["the exception is extended"]);
    refused(dir.path(), &["disaster", "lift", "--reason", "解除", "--event", "2999-01-01T00:00", &id], &["--event"]);
    refused(dir.path(), &["disaster", "activate", "--reason", "大雨", "--basis", "25", "--area", "周東"], &["no area 周東"]);
    assert!(run(dir.path(), &["disaster", "lift", "--reason", "解除", &id]).status.success());
    assert!(!running.get("web", "/sign-in").contains("【緊急】"));
    let listed = run(dir.path(), &["disaster", "list"]);
    assert!(text(&listed).contains("clean_up"), "{}", text(&listed));
    running.end();
}

#[test]
fn a_pack_or_catalogue_file_is_refused_with_its_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let broken = dir.path().join("os.toml");
    std::fs::write(&broken, "version = \"1\"\n\nnonsense = [\n").expect("writes");
    let broken = broken.to_str().expect("UTF-8");
    refused(dir.path(), &["pack", "check", broken], &["line 3"]);
    refused(dir.path(), &["catalogue", "check", broken], &["line"]);
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/packs/itsutsubashi-2019-02-08.toml");
    let output = run(dir.path(), &["pack", "check", pack]);
    assert!(output.status.success() && text(&output).contains("valid"), "{}", text(&output));
}

#[test]
fn the_systemd_unit_is_hardened() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/server/hashimori-server.service");
    let Ok(output) = Command::new("systemd-analyze").args(["security", "--offline=true", "--threshold=25", unit]).output() else {
        skipped("systemd-analyze is not installed; tests/run.sh installs it");
        return;
    };
    assert!(output.status.success(), "{}", text(&output));
}

/// An archive as the pages make it, signed by this key.
async fn archive(key: LogKey) -> Vec<u8> {
    let named = |name: &str| Named { id: "i".to_owned(), name: name.to_owned() };
    let about = About {
        region: named("架空圏域"),
        facility: named("架空診療所"),
        from: "2026-08-01".to_owned(),
        until: "2026-08-31".to_owned(),
        made_at: "2026-09-01 09:00".to_owned(),
        reader: "auditor".to_owned(),
        log_head: None,
    };
    let mut packing = Packing::new();
    packing.file("devices.csv").await.expect("begins");
    packing.rows(b"\"a\"\r\n".to_vec(), 0).await.expect("goes on");
    let mut packed = packing.finish(about, key).await.expect("made");
    let mut bytes = Vec::new();
    packed.file.read_to_end(&mut bytes).expect("reads");
    bytes
}

#[tokio::test]
async fn evidence_is_proven_without_a_store_by_the_printed_key_and_another_key_or_a_damaged_file_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = || {
        let random = Random::seeded(3);
        LogKey::generate(&MasterKey::generate(&random), &random).expect("a key").0
    };
    let (file, public) = (dir.path().join("evidence.zip"), key().public().to_string());
    let name = file.to_str().expect("UTF-8");
    let mut bytes = archive(key()).await;
    std::fs::write(&file, &bytes).expect("writes");
    let proven = run(dir.path(), &["verify-evidence", "--key", &public, name]);
    let said = text(&proven);
    assert!(proven.status.success() && said.contains("the archive holds: 1 files") && said.contains("架空診療所"), "{said}");
    refused(dir.path(), &["verify-evidence", "--key", &"00".repeat(32), name], &["does not hold", "another key", &public]);
    let at = bytes.len() / 3;
    bytes.truncate(at);
    std::fs::write(&file, &bytes).expect("writes");
    refused(dir.path(), &["verify-evidence", "--key", &public, name], &["does not hold", "not a ZIP archive"]);
    refused(dir.path(), &["verify-evidence", "--key", &public, "/does/not/exist.zip"], &["cannot open /does/not/exist.zip"]);
    let wrong = run(dir.path(), &["verify-evidence", "--key", "00", name]);
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong));
}
