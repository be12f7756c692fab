//! What has to be right before it starts: the master key, the configuration, the store; each refusal says what to do.

use std::net::TcpListener;
use std::process::Command;

use hashimori_server::secrets::write_private;

use crate::skipped::skipped;
use crate::{Running, SERVER, init, program, refused, run, serve_arguments, text};

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
fn the_systemd_unit_is_hardened() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/server/hashimori-server.service");
    let Ok(output) = Command::new("systemd-analyze").args(["security", "--offline=true", "--threshold=25", unit]).output() else {
        skipped("systemd-analyze is not installed; tests/run.sh installs it");
        return;
    };
    assert!(output.status.success(), "{}", text(&output));
}
