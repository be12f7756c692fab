//! What is not well-formed is refused by name, quickly, and without harm to anybody else.

use hashimori_shared::checkin::{CHECK_IN_PATH, Outcome};
use hashimori_shared::enroll::{ENROLL_PATH, LEAVE_PATH, RENEW_PATH};
use hashimori_shared::problem::kind;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bench::Bench;
use crate::client::Machine;

#[tokio::test]
async fn broken_check_ins_are_refused_with_the_field_and_the_rule_and_the_connection_goes_on() {
    let bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let good = machine.next(&bench, "0.1.0");
    let with = |pointer: &str, value: serde_json::Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("a field") = value;
        body.to_string().into_bytes()
    };
    let text = good.to_string();
    let mut unknown = good.clone();
    unknown["facility"] = json!("other");
    let deep = text.replace("\"machine\":{}", &format!("\"machine\":{{\"x\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)));
    let twice = text.replacen("\"seq\":1", "\"seq\":1,\"seq\":2", 1);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("garbage", b"\x00\xff not json".to_vec(), ""),
        ("nothing", Vec::new(), ""),
        ("cut off", text.as_bytes()[..text.len() / 2].to_vec(), ""),
        ("nested too deeply", deep.into_bytes(), ""),
        ("a key twice", twice.into_bytes(), ""),
        ("an unknown field", unknown.to_string().into_bytes(), ""),
        ("a report of another version", with("/body/report/v", json!(99)), "/body/report"),
        ("a report without accounts", with("/body/report/accounts", json!(7)), "/body/report"),
        ("a time outside the calendar", with("/observed_at", json!(-1)), "/observed_at"),
    ];
    let mut connection = machine.connect(&bench).await;
    for (what, body, pointer) in cases {
        let answer = connection.post(CHECK_IN_PATH, &body).await.expect(what);
        assert_eq!(answer.status, 400, "{what}");
        let problem = answer.problem();
        assert!(
            problem.is(kind::INVALID_REQUEST) && problem.instance.as_ref().is_some_and(|i| i.starts_with("urn:uuid:")),
            "{what}: {problem:?}"
        );
        let error = problem.errors.first().unwrap_or_else(|| panic!("{what}: {problem:?}"));
        assert!(error.pointer.starts_with(pointer) && !error.rule.is_empty(), "{what}: {error:?}");
    }
    let version = connection.post(CHECK_IN_PATH, &with("/v", json!(99))).await.expect("an answer");
    assert!(version.status == 400 && version.problem().is(kind::UNSUPPORTED_VERSION));
    assert_eq!(connection.post(CHECK_IN_PATH, text.as_bytes()).await.expect("an answer").reply().outcome, Outcome::Accepted);
    let n = bench.device(machine.id.expect("enrolled")).await.n;
    assert_eq!(bench.reports(n).await, 1);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whether_it_is_announced_or_not() {
    let bench = Bench::start().await;
    let machine = Machine::active(&bench, "a").await;
    let long = vec![b' '; 262_145];
    let answer = machine.connect(&bench).await.post(CHECK_IN_PATH, &long).await.expect("an answer");
    assert_eq!(answer.status, 413);
    let mut connection = machine.connect(&bench).await;
    connection.0.write_all(b"POST /v1/check-in HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await.expect("writes");
    for _ in 0..5 {
        let mut chunk = b"10000\r\n".to_vec();
        chunk.extend(vec![b' '; 0x10000]);
        chunk.extend(b"\r\n");
        if connection.0.write_all(&chunk).await.is_err() {
            break;
        }
    }
    assert_eq!(connection.answer().await.expect("an answer").status, 413);
}

#[tokio::test]
async fn other_paths_and_methods_and_oversized_heads_are_refused() {
    let bench = Bench::start().await;
    let machine = Machine::active(&bench, "a").await;
    assert_eq!(machine.connect(&bench).await.post("/v1/other", b"{}").await.expect("an answer").status, 404);
    let mut connection = machine.connect(&bench).await;
    connection.0.write_all(b"GET /v1/check-in HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("writes");
    let answer = connection.answer().await.expect("an answer");
    assert!(answer.status == 405 && answer.head.contains("allow: post"), "{}", answer.head);
    let mut connection = machine.connect(&bench).await;
    let head = format!("POST /v1/check-in HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(20_000));
    let _ = connection.0.write_all(head.as_bytes()).await;
    assert!(connection.answer().await.map_or(431, |a| a.status) == 431);
}

/// Longest that a test waits for what the collector does of itself within a second or two.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// What arrives until the other side ends the connection.
async fn until_ended(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut rest = Vec::new();
    // Whether it ends with a close_notify or without does not matter here.
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the collector did not end the connection");
    rest
}

/// The real device connects while only its own limit is short, so that a loaded machine does not cut off what is well-behaved.
#[tokio::test]
async fn slow_heads_slow_bodies_and_idle_connections_are_ended() {
    let beginnings: [(&str, &[u8]); 3] = [
        ("idle_s", b""),
        ("header_s", b"POST /v1/check-in HT"),
        ("body_s", b"POST /v1/check-in HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{"),
    ];
    for (short, beginning) in beginnings {
        let limits = ["idle_s", "header_s", "body_s", "handshake_s"].map(|key| format!("{key} = {}\n", if key == short { 1 } else { 600 }));
        let bench = Bench::start_with(&format!("[limits]\n{}", limits.concat())).await;
        let machine = Machine::active(&bench, "a").await;
        let mut connection = machine.connect(&bench).await;
        connection.0.write_all(beginning).await.expect("writes");
        connection.0.flush().await.expect("flushes");
        let rest = until_ended(&mut connection.0).await;
        assert!(rest.is_empty(), "{short}: {}", String::from_utf8_lossy(&rest));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_that_does_not_go_on_is_ended() {
    let bench = Bench::start_with("[limits]\nhandshake_s = 1\n").await;
    let mut half_open = tokio::net::TcpStream::connect(bench.address()).await.expect("connects");
    half_open.write_all(&[0x16, 3, 1]).await.expect("writes");
    until_ended(&mut half_open).await;
    assert_eq!(bench.metric("hashimori_handshakes_total{outcome=\"TimedOut\"}"), 1);
}

/// The beginning of a request whose body does not end: `sent` of `announced` bytes.
fn parked(path: &str, announced: usize, sent: usize) -> Vec<u8> {
    let mut bytes = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {announced}\r\n\r\n").into_bytes();
    bytes.resize(bytes.len() + sent, b' ');
    bytes
}

#[tokio::test]
async fn a_stranger_without_a_certificate_is_refused_before_the_body_and_may_send_sixteen_kilobytes_to_enrol() {
    let bench = Bench::start().await;
    let anonymous = crate::client::config(&bench, None, &crate::client::Quirks::default());
    for path in [CHECK_IN_PATH, RENEW_PATH, LEAVE_PATH] {
        let mut stranger = crate::client::connect(&anonymous, bench.address()).await.expect("a stranger may shake hands");
        stranger.0.write_all(&parked(path, 262_144, 0)).await.expect("writes");
        let answer = tokio::time::timeout(PATIENCE, stranger.answer()).await.expect("an answer before any body").expect("an answer");
        assert!(answer.status == 401 && answer.problem().is(kind::CERTIFICATE_REQUIRED), "{path}: {}", answer.head);
    }
    let mut stranger = crate::client::connect(&anonymous, bench.address()).await.expect("a stranger may shake hands");
    stranger.0.write_all(&parked(ENROLL_PATH, 16_385, 0)).await.expect("writes");
    let answer = tokio::time::timeout(PATIENCE, stranger.answer()).await.expect("an answer before any body").expect("an answer");
    assert_eq!(answer.status, 413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_parked_fill_their_share_and_no_more_then_newcomers_are_told_to_come_back() {
    const SHARE: usize = 262_144;
    let bench = Bench::start_with("[limits]\nbodies_bytes = 1048576\nbody_s = 600\nidle_s = 600\n").await;
    let mut machine = Machine::active(&bench, "a").await;
    let anonymous = crate::client::config(&bench, None, &crate::client::Quirks::default());
    let mut strangers = tokio::task::JoinSet::new();
    for _ in 0..=SHARE / 16_000 {
        let mut stranger = crate::client::connect(&anonymous, bench.address()).await.expect("a stranger may shake hands");
        stranger.0.write_all(&parked(ENROLL_PATH, 16_384, 16_000)).await.expect("writes");
        stranger.0.flush().await.expect("flushes");
        strangers.spawn(async move { stranger.answer().await });
    }
    // One of them came when the share was taken; which one, the collector decides.
    let told = tokio::time::timeout(PATIENCE, strangers.join_next()).await.expect("somebody is told to come back");
    let told = told.expect("somebody").expect("no panic").expect("an answer");
    assert!(bench.metric("hashimori_bodies_held_bytes") <= i64::try_from(SHARE).expect("small"));
    assert!(told.status == 503 && told.problem().is(kind::OVERLOADED) && told.head.contains("retry-after: 30"), "{}", told.head);
    assert_eq!(machine.check_in(&bench).await.reply().outcome, Outcome::Accepted, "devices have a share of their own");
    strangers.shutdown().await;
    // What they held is given back when the collector notices that they are gone, and a figure is true when it is asked for.
    let held = || (bench.metric("hashimori_bodies_held_bytes"), bench.metric("hashimori_half_open"));
    for _ in 0..PATIENCE.as_millis() / 20 {
        if held() == (0, 0) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(held(), (0, 0));
    Machine::new("b").enrol(&bench).await;
}
