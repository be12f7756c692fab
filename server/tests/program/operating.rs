//! The operator's commands, most of them beside a running collector.

use crate::{Running, init, refused, run, text};

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
