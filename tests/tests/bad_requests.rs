//! What a device port may be sent: nothing of it is stored, each refusal says what is wrong, and the next good check-in is taken.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use hashimori_shared::checkin::{Body, CHECK_IN_PATH};
use hashimori_shared::problem::{Problem, kind};
use hashimori_shared::time::Timestamp;
use hashimori_tests::collector::{Collector, get};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::synthetic::{Synthetic, report};
use hashimori_tests::visitor::Visitor;
use hashimori_tests::waiting::{PATIENCE, until};
use hashimori_tests::wire::{Answer, Connection, device_tls, request};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use serde_json::value::RawValue;
use tokio::io::AsyncReadExt as _;

const NOW: Timestamp = Timestamp::from_seconds(1_785_000_000);

struct Scene {
    collector: Collector,
    device: Synthetic,
    connection: Connection,
}

impl Scene {
    async fn new() -> anyhow::Result<Self> {
        Self::on(None).await
    }

    async fn on(database: Option<&str>) -> anyhow::Result<Self> {
        Self::at(Collector::start_on(database)?).await
    }

    async fn at(collector: Collector) -> anyhow::Result<Self> {
        let code = collector.code_for(1)?;
        let device = Synthetic::enroll(collector.device_address(), &code, 1).await?;
        let connection = Connection::open(collector.device_address(), &device.tls(false)?).await?;
        Ok(Self { collector, device, connection })
    }

    /// Sends a body on a connection that is replaced when the collector has closed it.
    async fn send(&mut self, body: &[u8]) -> anyhow::Result<Answer> {
        let answer = self.connection.post(CHECK_IN_PATH, body, true).await?;
        if answer.header("connection") == Some("close") {
            self.connection = Connection::open(self.collector.device_address(), &self.device.tls(false)?).await?;
        }
        Ok(answer)
    }

    /// A check-in around any JSON in place of a report.
    fn around(&self, report: &str) -> anyhow::Result<Vec<u8>> {
        self.device.wrap(Body::Report(RawValue::from_string(report.to_owned())?), NOW)
    }

    /// The collector still takes what is good.
    async fn still_serves(&mut self) -> anyhow::Result<()> {
        let answer = self.device.check_in(self.collector.device_address(), true, NOW).await?;
        anyhow::ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
        Ok(())
    }
}

/// As much of a head as a port reads (`limits.header_bytes`), to the byte: nothing is left unread when it answers.
fn head_without_end(path: &str) -> Vec<u8> {
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nx-long: ").into_bytes();
    head.resize(16_384, b'x');
    head
}

fn problem(answer: &Answer) -> anyhow::Result<Problem> {
    let problem: Problem = serde_json::from_slice(&answer.body).with_context(|| format!("{} {}", answer.status, answer.text()))?;
    anyhow::ensure!(problem.status == answer.status, "{problem:?}");
    anyhow::ensure!(problem.instance.is_some(), "no request id in {problem:?}");
    Ok(problem)
}

#[tokio::test]
async fn bodies_that_are_no_check_in_are_refused_and_say_why() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    let good = String::from_utf8(scene.device.next(true, NOW)?)?;
    let whole = serde_json::to_string(&report(1, 1))?;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let other_version = good.replacen("\"v\":1", "\"v\":9999", 1);
    let bad: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("garbage", (0..=255).collect()),
        ("text that is not UTF-8", [b"{\"v\":1,\"boot\":\"", &[0xff, 0xfe][..], b"\"}"].concat()),
        ("truncated JSON", good.as_bytes()[..good.len() / 2].to_vec()),
        ("two documents", [good.as_bytes(), good.as_bytes()].concat()),
        ("an unknown field", good.replacen('{', "{\"extra\":1,", 1).into_bytes()),
        ("a field twice", good.replacen('{', "{\"seq\":7,", 1).into_bytes()),
        ("a number out of range", good.replacen("\"seq\":1", "\"seq\":-1", 1).into_bytes()),
        ("nesting without end", deep.clone().into_bytes()),
        ("another protocol version", other_version.into_bytes()),
        ("a report that is a number", scene.around("1")?),
        ("a report that is nested without end", scene.around(&format!("{{\"v\":1,\"x\":{deep}}}"))?),
        ("a report with a key twice", scene.around(&whole.replacen('{', "{\"v\":1,", 1))?),
        ("a fact twice", scene.around(&whole.replacen("\"machine\":{", "\"machine\":{\"os\":{\"value\":1,\"source\":\"x\"},", 1))?),
        ("a report of another version", scene.around(&whole.replacen("\"v\":1", "\"v\":9999", 1))?),
        ("a string without end", scene.around(&whole.replacen("\"source\":\"", &format!("\"source\":\"{}", "x".repeat(60_000)), 1))?),
    ];
    for (what, body) in bad {
        let answer = scene.send(&body).await.context(what)?;
        assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
        let problem = problem(&answer).context(what)?;
        assert!(problem.is(kind::INVALID_REQUEST) || problem.is(kind::UNSUPPORTED_VERSION), "{what}: {problem:?}");
        assert!(problem.detail.is_some() || !problem.errors.is_empty(), "{what}: nothing says what is wrong: {problem:?}");
        scene.still_serves().await.context(what)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_body_too_large_is_refused_before_it_is_read() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    let head = format!("POST {CHECK_IN_PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\n\r\n");
    scene.connection.send(head.as_bytes()).await?;
    let answer = scene.connection.answer().await?;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(problem(&answer)?.detail.as_deref(), Some("at most 262144 bytes"));
    scene.still_serves().await
}

#[tokio::test]
async fn headers_without_end_are_refused() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    scene.connection.send(&head_without_end(CHECK_IN_PATH)).await?;
    let answer = scene.connection.answer().await?;
    assert!(answer.head.starts_with("HTTP/1.1 431 Request Header Fields Too Large"), "{}", answer.head);
    scene.connection = Connection::open(scene.collector.device_address(), &scene.device.tls(false)?).await?;
    // Far more than the limit is not even read: whether the answer arrives before the connection is reset is the network's affair.
    scene.connection.send(&head_without_end(CHECK_IN_PATH).repeat(12)).await.ok();
    assert!(scene.connection.answer().await.map_or(true, |answer| answer.status == 431));
    scene.still_serves().await
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_body_stores_nothing() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    let body = scene.device.next(true, NOW)?;
    let whole = request(CHECK_IN_PATH, &body, true);
    scene.connection.send(&whole[..whole.len() - 10]).await?;
    let Scene { collector, mut device, connection } = scene;
    connection.close().await;
    // The same check-in, sent whole now, is new to the collector.
    let mut again = Connection::open(collector.device_address(), &device.tls(false)?).await?;
    let answer = again.post(CHECK_IN_PATH, &body, false).await?;
    assert!(device.learn(&answer)?, "{} {}", answer.status, answer.text());
    Ok(())
}

#[tokio::test]
async fn the_same_check_in_twice_counts_once() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    let body = scene.device.next(true, NOW)?;
    assert!(scene.send(&body).await?.text().contains("\"outcome\":\"accepted\""));
    assert!(scene.send(&body).await?.text().contains("\"outcome\":\"duplicate\""));
    scene.still_serves().await
}

#[tokio::test]
async fn who_has_no_certificate_of_ours_is_refused() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    let body = scene.device.next(true, NOW)?;

    let mut nobody = Connection::open(scene.collector.device_address(), &Arc::new(device_tls(None)?)).await?;
    let answer = nobody.post(CHECK_IN_PATH, &body, false).await?;
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert!(problem(&answer)?.is(kind::CERTIFICATE_REQUIRED));

    let key = KeyPair::generate()?;
    let foreign = CertificateParams::new(vec![scene.device.id.clone()])?.self_signed(&key)?;
    let tls = device_tls(Some((vec![foreign.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))))?;
    // In TLS 1.3 a client learns at its first read that its certificate was refused.
    let refused = async {
        let mut foreigner = Connection::open(scene.collector.device_address(), &Arc::new(tls)).await?;
        foreigner.post(CHECK_IN_PATH, &body, false).await
    };
    match refused.await {
        Ok(answer) => assert!(problem(&answer)?.is(kind::CERTIFICATE_REQUIRED), "{}", answer.text()),
        Err(error) => assert!(format!("{error:#}").contains("alert") || format!("{error:#}").contains("closed"), "{error:#}"),
    }
    scene.still_serves().await
}

#[tokio::test]
async fn a_certificate_whose_key_one_does_not_hold_is_refused() -> anyhow::Result<()> {
    let mut scene = Scene::new().await?;
    let body = scene.device.next(true, NOW)?;
    let stolen = scene.device.tls_with(&KeyPair::generate()?)?;
    let refused = async {
        let mut thief = Connection::open(scene.collector.device_address(), &stolen).await?;
        thief.post(CHECK_IN_PATH, &body, false).await
    };
    assert!(refused.await.is_err(), "a certificate without its key was let in");
    scene.still_serves().await
}

#[tokio::test]
async fn a_retired_device_is_refused_on_an_open_connection_and_on_a_resumed_one() -> anyhow::Result<()> {
    // On PostgreSQL an operator acts beside the running collector.
    let postgres = Postgres::start()?;
    let mut scene = Scene::on(Some(&postgres.database("retired")?)).await?;
    let resuming = scene.device.tls(true)?;
    let mut open = Connection::open(scene.collector.device_address(), &resuming).await?;
    let first = scene.device.next(true, NOW)?;
    assert_eq!(open.post(CHECK_IN_PATH, &first, true).await?.status, 200);

    scene.collector.device("retire", &scene.device.id)?;
    let second = scene.device.next(false, NOW)?;
    for (what, mut connection) in [("open", open), ("resumed", Connection::open(scene.collector.device_address(), &resuming).await?)] {
        assert_eq!(connection.resumed(), what == "resumed");
        let answer = connection.post(CHECK_IN_PATH, &second, true).await?;
        assert_eq!(answer.status, 410, "{what}: {}", answer.text());
        assert!(problem(&answer)?.is(kind::RETIRED));
    }
    Ok(())
}

#[tokio::test]
async fn half_open_and_slow_connections_are_closed_and_hold_nobody_up() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    collector.set("HASHIMORI__LOG__FILTER", "debug");
    collector.init()?;
    collector.run()?;
    let mut scene = Scene::at(collector).await?;
    // One says nothing, one stops in the middle of its handshake, one in the middle of a head, one in the middle of a body.
    let mut silent = tokio::net::TcpStream::connect(scene.collector.device_address()).await?;
    let mut half = tokio::net::TcpStream::connect(scene.collector.device_address()).await?;
    tokio::io::AsyncWriteExt::write_all(&mut half, &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await?;
    let tls = scene.device.tls(false)?;
    let mut head = Connection::open(scene.collector.device_address(), &tls).await?;
    head.send(b"POST /v1/check-in HTTP/1.1\r\nhost:").await?;
    let mut body = Connection::open(scene.collector.device_address(), &tls).await?;
    body.send(b"POST /v1/check-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{").await?;
    scene.still_serves().await?;

    let mut rest = Vec::new();
    for stream in [&mut silent, &mut half] {
        // Closed, with or without a TLS alert before it.
        let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.context("a half-open connection stayed open")?;
    }
    for connection in [&mut head, &mut body] {
        // Whoever does not finish a sentence is not answered either.
        let error = connection.answer().await.expect_err("half a request was answered").to_string();
        assert!(error.contains("closed"), "a slow connection stayed open: {error}");
    }
    let said = scene.collector.process()?.said();
    assert_eq!(said.matches("connection was too slow").count(), 2, "{said}");
    scene.still_serves().await?;
    assert!(PATIENCE > Duration::from_secs(30), "longer than the collector's own limits");
    Ok(())
}

#[tokio::test]
async fn the_web_port_has_its_limits_of_size_and_time_too_and_silent_connections_do_not_fill_it() -> anyhow::Result<()> {
    const PLACES: usize = 512;
    let mut collector = Collector::prepare(None)?;
    for limit in ["HEADER_S", "BODY_S", "IDLE_S"] {
        collector.set(&format!("HASHIMORI__LIMITS__{limit}"), "2");
    }
    collector.init()?;
    collector.run()?;
    let address = collector.web_address();
    let form = |length: usize| {
        format!("POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n")
    };
    let for_a_person = |head: &str| head.replacen("host: x\r\n", "host: x\r\naccept: text/html\r\n", 1);
    // One chunk of 0x40001 bytes.
    let endless = form(0).replace("content-length: 0", "transfer-encoding: chunked") + "40001\r\n";
    let cases = [
        ("a head without end", String::from_utf8(head_without_end("/"))?, "HTTP/1.1 431 Request Header Fields Too Large\r\n", ""),
        ("half a head", "GET / HTTP/1.1\r\nhost:".to_owned(), "", ""),
        ("half a body", form(100) + "login=", "HTTP/1.1 408 Request Timeout\r\n", ""),
        (
            "a body that is announced to be too long",
            for_a_person(&form(10_000_000)),
            "HTTP/1.1 413 Payload Too Large\r\n",
            "入力を短くして",
        ),
        // As with the head: one byte more than `limits.body_bytes`.
        (
            "a body without end",
            for_a_person(&endless) + "x".repeat(262_145).as_str(),
            "HTTP/1.1 413 Payload Too Large\r\n",
            "入力を短くして",
        ),
        ("nothing", String::new(), "", ""),
        ("the beginning of HTTP/2 and nothing more", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "\0\0", ""),
    ];
    for (what, sent, start, words) in cases {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        tokio::io::AsyncWriteExt::write_all(&mut stream, sent.as_bytes()).await?;
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.with_context(|| format!("{what} stayed open"))??;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(start) && answer.contains(words), "{what}: {answer:?}");
        assert!(!start.is_empty() || answer.is_empty(), "{what}: {answer:?}");
        if start.contains(" 408 ") {
            let (head, body) = answer.split_once("\r\n\r\n").context("no body")?;
            let told: Problem = serde_json::from_str(body).with_context(|| format!("{what}: {answer}"))?;
            let id = told.instance.as_deref().and_then(|i| i.strip_prefix("urn:uuid:")).context("no request id")?;
            assert!(told.status == 408 && head.contains(&format!("x-request-id: {id}")), "{what}: {answer}");
            collector.process()?.until_said("the same id in the log", |said| said.contains(id).then_some(()))?;
        }
    }
    let mut health = tokio::net::TcpStream::connect(address).await?;
    tokio::io::AsyncWriteExt::write_all(&mut health, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, health.read_to_string(&mut answer)).await.context("no answer")??;
    assert!(answer.contains("\r\nx-request-id: "), "{answer}");

    let mut held = Vec::new();
    for _ in 0..PLACES + 100 {
        held.push(tokio::net::TcpStream::connect(address).await?);
    }
    until("silent connections to be let go", || get(address, "/healthz").ok())?;
    drop(held);
    assert!(collector.stop()?.success());
    Ok(())
}

#[tokio::test]
async fn a_strangers_file_is_kept_by_nobody_and_its_sender_is_answered_all_the_same() -> anyhow::Result<()> {
    const FILE: usize = 6 << 20;
    let mut collector = Collector::prepare(None)?;
    collector.set("HASHIMORI__LIMITS__BODY_S", "2");
    collector.init()?;
    collector.run()?;
    let address = collector.web_address();
    let (files, paper) = ("multipart/form-data; boundary=x", "/papers/01900000-0000-7000-8000-000000000000/files");
    for (what, path, sent, status) in [
        ("a whole file", paper, FILE, "403"),
        ("the beginning of a file", paper, 1_000, "403"),
        ("a file where none is taken", "/sign-in", FILE, "400"),
    ] {
        let mut kept_open = Vec::new();
        for _ in 0..8 {
            kept_open.push(tokio::spawn(async move {
                let mut stream = tokio::net::TcpStream::connect(address).await?;
                let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {files}\r\ncontent-length: {FILE}\r\n\r\n");
                let mut whole = head.into_bytes();
                whole.resize(whole.len() + sent, b'x');
                tokio::io::AsyncWriteExt::write_all(&mut stream, &whole).await?;
                let mut answer = vec![0; 12];
                tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer)).await??;
                anyhow::Ok(String::from_utf8(answer)?)
            }));
        }
        for kept_open in kept_open {
            assert_eq!(kept_open.await?.with_context(|| what.to_owned())?, format!("HTTP/1.1 {status}"), "{what}");
        }
    }
    assert!(collector.stop()?.success());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_that_are_parked_fill_their_share_of_memory_and_no_more_then_newcomers_are_told_to_come_back() -> anyhow::Result<()> {
    // 16 MiB for all bodies of the web port, 256 KiB for one: these leave 9 KiB.
    const FORMS: usize = 64;
    const SENT: usize = 262_000;
    let mut collector = Collector::prepare(None)?;
    collector.set("HASHIMORI__LIMITS__BODY_S", "600");
    collector.init()?;
    collector.run()?;
    let address = collector.web_address();
    let park = async move || {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        let head = "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 262144\r\n\r\n";
        let mut sent = head.as_bytes().to_vec();
        sent.resize(head.len() + SENT, b'x');
        tokio::io::AsyncWriteExt::write_all(&mut stream, &sent).await?;
        stream.read_u8().await
    };
    let mut parked = tokio::task::JoinSet::<()>::new();
    for _ in 0..FORMS {
        // One that found no room beside a form of the loop below comes again.
        parked.spawn(async move {
            loop {
                park().await.ok();
            }
        });
    }
    let status_of_a_form = || Visitor::at(address).ask("POST", "/sign-in", &"x".repeat(16_000)).ok();
    let told = until("newcomers to be told to come back", || status_of_a_form().filter(|answer| answer.status == 503))?;
    assert!(told.header("retry-after") == Some("30") && problem(&told)?.is(kind::OVERLOADED), "{}", told.head);
    assert_eq!(get(address, "/healthz")?, "ok\n", "whoever sends no form is served");
    parked.shutdown().await;
    until("the share to be given back", || status_of_a_form().filter(|answer| answer.status != 503))?;
    assert!(collector.stop()?.success());
    Ok(())
}
