//! What is not well-formed is refused by name, quickly, and without harm to anybody else.

use hashimori_shared::checkin::{CHECK_IN_PATH, Outcome};
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

#[tokio::test]
async fn slow_heads_slow_bodies_and_idle_connections_are_ended() {
    let bench = Bench::start_with("[limits]\nheader_s = 1\nbody_s = 1\nidle_s = 1\nhandshake_s = 1\n").await;
    let machine = Machine::active(&bench, "a").await;
    let beginnings: [&[u8]; 3] = [b"", b"POST /v1/check-in HT", b"POST /v1/check-in HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{"];
    for beginning in beginnings {
        let mut connection = machine.connect(&bench).await;
        connection.0.write_all(beginning).await.expect("writes");
        connection.0.flush().await.expect("flushes");
        // Ends by itself; whether with a close_notify or without does not matter here.
        let mut rest = Vec::new();
        let _ = connection.0.read_to_end(&mut rest).await;
        assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    }
    let mut half_open = tokio::net::TcpStream::connect(bench.address()).await.expect("connects");
    half_open.write_all(&[0x16, 3, 1]).await.expect("writes");
    let mut rest = Vec::new();
    let _ = half_open.read_to_end(&mut rest).await;
}
