//! The real binary against a collector over real TLS: enrol, check in, look, leave.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use hashimori_shared::code::EnrolmentCode;
use sha2::{Digest as _, Sha256};
use skipped::skipped;
use testing::{LONG, Pki, Reply, Seen, Server, issued, json, reply};
use x509_parser::prelude::{FromDer as _, X509Certificate};

#[path = "../../tests/src/skipped.rs"]
pub mod skipped;
#[expect(dead_code, reason = "shared with the crate's own tests, which use the rest")]
#[path = "../src/testing.rs"]
mod testing;

fn agent(state: &Path, args: &[&str], stdin: &str) -> Output {
    agent_with(state, args, stdin, &[])
}

fn agent_with(state: &Path, args: &[&str], stdin: &str, env: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hashimori-agent"))
        .args(args)
        .env_clear()
        .envs(env.iter().copied())
        .env("HASHIMORI_STATE", state)
        .env("HASHIMORI_PROXY", "none")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the agent starts");
    child.stdin.take().expect("a pipe").write_all(stdin.as_bytes()).expect("written");
    child.wait_with_output().expect("the agent ends")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A collector that enrols everybody and accepts everything.
fn accepts_everything(pki: Arc<Pki>) -> impl Fn(&Seen) -> Reply {
    move |seen| match seen.path.as_str() {
        "/v1/enroll" | "/v1/renew" => json(200, &issued(&pki, &seen.json(), LONG)),
        "/v1/check-in" => json(200, &reply("accepted", 1_800_000_000, 1)),
        "/v1/leave" => (204, vec![], vec![]),
        _ => (404, vec![], vec![]),
    }
}

fn code(pki: &Pki) -> String {
    let root = pki.root();
    let (_, certificate) = X509Certificate::from_der(&root).expect("a certificate");
    let digest = Sha256::digest(certificate.public_key().raw);
    EnrolmentCode { secret: [7; 16], root_pin: digest[..10].try_into().expect("ten bytes") }.to_text()
}

#[test]
fn a_device_enrols_with_a_typed_code_checks_in_and_leaves_nothing_behind() {
    let pki = Arc::new(Pki::new("架空の根"));
    let server = Server::start(&pki, accepts_everything(pki.clone()));
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");

    let before = agent(&state, &["status"], "");
    assert_eq!(before.status.code(), Some(3), "{}", text(&before));
    let enrolled = agent(&state, &["enroll", "--server", &server.endpoint(), "--label", "受付1"], &code(&pki).to_lowercase());
    assert_eq!(enrolled.status.code(), Some(0), "{}", text(&enrolled));
    assert!(text(&enrolled).contains("架空訪問看護ステーション"), "{}", text(&enrolled));

    for _ in 0..2 {
        let checked_in = agent(&state, &["check-in"], "");
        assert_eq!(checked_in.status.code(), Some(0), "{}", text(&checked_in));
    }
    let seen = server.seen();
    assert_eq!(seen.iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), ["/v1/enroll", "/v1/check-in", "/v1/check-in"]);
    assert!(seen[0].leaf.is_none() && seen[1].leaf.is_some(), "enrolment is anonymous, the rest is not");
    assert_eq!(seen[0].json()["secret"], "07".repeat(16));
    assert!(seen[1].json()["body"]["report"]["machine"].is_object());
    assert_eq!((seen[1].json()["seq"].as_u64(), seen[2].json()["seq"].as_u64()), (Some(1), Some(2)));

    let status = agent(&state, &["status"], "");
    assert_eq!(status.status.code(), Some(0));
    assert!(text(&status).contains("使用中") && text(&status).contains("送信待ち: 0件"), "{}", text(&status));
    let explained = agent(&state, &["explain"], "");
    assert!(text(&explained).contains("決して集めないもの"), "{}", text(&explained));

    let left = agent(&state, &["unenroll"], "");
    assert_eq!(left.status.code(), Some(0), "{}", text(&left));
    assert_eq!(server.seen().last().map(|s| s.path.clone()).as_deref(), Some("/v1/leave"));
    let names: Vec<_> = std::fs::read_dir(&state).expect("listed").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names, ["lock"]);
}

#[test]
fn a_code_of_another_collector_trusts_nobody_and_sends_nothing() {
    let (pki, other) = (Arc::new(Pki::new("架空の根")), Pki::new("よその根"));
    let server = Server::start(&pki, accepts_everything(pki.clone()));
    let dir = tempfile::tempdir().expect("a folder");
    let refused = agent(&dir.path().join("state"), &["enroll", "--server", &server.endpoint()], &code(&other));
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused));
    assert!(text(&refused).contains("架空の根 issuing") && text(&refused).contains(&server.endpoint()), "{}", text(&refused));
    assert!(server.seen().is_empty(), "the secret must not reach a server that the code does not name");
}

#[test]
fn a_machine_whose_clock_is_five_years_off_enrols_checks_in_and_is_told_so() {
    let Some(library) = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
        .map(|dir| format!("{dir}/faketime/libfaketime.so.1"))
        .into_iter()
        .find(|file| Path::new(file).exists())
    else {
        skipped("libfaketime is not installed; tests/run.sh installs it");
        return;
    };
    for (shift, side) in [("-5y", "遅れて"), ("+5y", "進んで")] {
        let pki = Arc::new(Pki::new("架空の根"));
        let server = Server::start(&pki, accepts_everything(pki.clone()));
        let dir = tempfile::tempdir().expect("a folder");
        let wrong = [("LD_PRELOAD", library.as_str()), ("FAKETIME", shift), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
        let run = |args: &[&str], stdin: &str| agent_with(&dir.path().join("state"), args, stdin, &wrong);
        let enrolled = run(&["enroll", "--server", &server.endpoint()], &code(&pki));
        assert_eq!(enrolled.status.code(), Some(0), "{shift}: {}", text(&enrolled));
        let checked_in = run(&["check-in"], "");
        assert_eq!(checked_in.status.code(), Some(0), "{shift}: {}", text(&checked_in));
        let status = text(&run(&["status"], ""));
        assert!(status.contains("時刻ずれ") && status.contains(side), "{shift}: {status}");
    }
}
