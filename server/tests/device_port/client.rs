//! A device: its key, its certificate, its TLS sessions, and HTTP/1.1 by hand so that nothing is hidden.

use std::net::SocketAddr;
use std::sync::Arc;

use data_encoding::BASE64;
use hashimori_server::clock::{Clock as _, SetClock};
use hashimori_server::domain::ids::{DeviceId, FacilityId};
use hashimori_server::pki::{LeafRequest, Subject};
use hashimori_shared::checkin::{CHECK_IN_PATH, CheckInReply};
use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::enroll::{ENROLL_PATH, Issued, RENEW_PATH};
use hashimori_shared::problem::Problem;
use hashimori_shared::time::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::bench::Bench;

#[derive(Debug)]
struct Told(SetClock);

impl TimeProvider for Told {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(self.0.now().seconds()).ok()?)))
    }
}

static TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
pub(crate) static TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// How a client differs from a well-behaved device.
pub(crate) struct Quirks {
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) alpn: &'static [u8],
}

impl Default for Quirks {
    fn default() -> Self {
        Self { versions: TLS13, alpn: b"http/1.1" }
    }
}

/// A device with its key.
pub(crate) struct Machine {
    pub(crate) key: KeyPair,
    pub(crate) id: Option<DeviceId>,
    pub(crate) hardware: Value,
    chain: Vec<CertificateDer<'static>>,
    config: Option<Arc<ClientConfig>>,
    seq: u64,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn reply(&self) -> CheckInReply {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).expect("a reply")
    }

    pub(crate) fn problem(&self) -> Problem {
        assert!(self.head.contains("application/problem+json"), "{}", self.head);
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem.status, self.status);
        problem
    }
}

/// An open connection.
pub(crate) struct Connection(pub(crate) TlsStream<TcpStream>);

impl Connection {
    pub(crate) fn is_resumed(&self) -> bool {
        self.0.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    pub(crate) async fn post(&mut self, path: &str, body: &[u8]) -> std::io::Result<Answer> {
        self.post_with("", path, body).await
    }

    /// With more header lines, each with its end.
    pub(crate) async fn post_with(&mut self, lines: &str, path: &str, body: &[u8]) -> std::io::Result<Answer> {
        let (kind, length) = ("content-type: application/json", body.len());
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{kind}\r\n{lines}content-length: {length}\r\n\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.0.write_all(&request).await?;
        self.0.flush().await?;
        self.answer().await
    }

    pub(crate) async fn answer(&mut self) -> std::io::Result<Answer> {
        let mut bytes = Vec::new();
        loop {
            if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                let length =
                    head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |l| l.trim().parse().expect("a length"));
                let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
                while bytes.len() < end + 4 + length {
                    read_more(&mut self.0, &mut bytes).await?;
                }
                return Ok(Answer { status, head, body: bytes[end + 4..end + 4 + length].to_vec() });
            }
            read_more(&mut self.0, &mut bytes).await?;
        }
    }
}

async fn read_more(stream: &mut TlsStream<TcpStream>, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    if stream.read_buf(bytes).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

pub(crate) fn config(bench: &Bench, identity: Option<(Vec<CertificateDer<'static>>, &KeyPair)>, quirks: &Quirks) -> Arc<ClientConfig> {
    config_trusting(&bench.app().pki.authority().roots, bench, identity, quirks)
}

/// The same for a device that knows of these roots alone.
pub(crate) fn config_trusting(
    trusted: &[CertificateDer<'static>],
    bench: &Bench,
    identity: Option<(Vec<CertificateDer<'static>>, &KeyPair)>,
    quirks: &Quirks,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(Told(bench.clock.clone())))
        .with_protocol_versions(quirks.versions)
        .expect("versions")
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            builder.with_client_auth_cert(chain, key).expect("an identity")
        }
    };
    config.alpn_protocols = vec![quirks.alpn.to_vec()];
    config.resumption = Resumption::in_memory_sessions(8);
    Arc::new(config)
}

pub(crate) async fn connect(config: &Arc<ClientConfig>, address: SocketAddr) -> std::io::Result<Connection> {
    let tcp = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    Ok(Connection(TlsConnector::from(Arc::clone(config)).connect(name, tcp).await?))
}

/// One request on a new connection.
pub(crate) async fn post(config: &Arc<ClientConfig>, address: SocketAddr, path: &str, body: &Value) -> std::io::Result<Answer> {
    connect(config, address).await?.post(path, body.to_string().as_bytes()).await
}

pub(crate) fn report(words: &str) -> Value {
    json!({
        "v": 1,
        "agent": { "version": words, "platform": "none", "privileged": false },
        "machine": {},
        "accounts": [],
    })
}

impl Machine {
    pub(crate) fn new(hardware: &str) -> Self {
        let digest = |part: &str| {
            data_encoding::HEXLOWER
                .encode(&ring::digest::digest(&ring::digest::SHA256, format!("{part}{hardware}").as_bytes()).as_ref()[..16])
        };
        Self {
            key: KeyPair::generate().expect("a key"),
            id: None,
            hardware: json!({ "system_uuid": digest("u"), "serial": digest("s"), "machine_id": digest("m") }),
            chain: Vec::new(),
            config: None,
            seq: 0,
        }
    }

    pub(crate) fn csr(key: &KeyPair) -> String {
        BASE64.encode(CertificateParams::default().serialize_request(key).expect("a request").der())
    }

    pub(crate) fn enrolment(&self, code: &EnrolmentCode) -> Value {
        json!({
            "v": 1,
            "secret": code.secret_hex(),
            "csr": Self::csr(&self.key),
            "agent": { "version": "0.1.0", "platform": "linux", "privileged": true },
            "hardware": { "class": "laptop", "vendor": "架空電機", "model": "FX-1" },
            "hardware_ids": self.hardware,
            "label": "受付1号機",
        })
    }

    /// Enrols with a fresh code and returns its id.
    pub(crate) async fn enrol(&mut self, bench: &Bench) -> DeviceId {
        let code = bench.issue(bench.wish(1)).await;
        let answer = self.ask_with(bench, &code).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        self.take(bench, &answer)
    }

    /// Enrols and is confirmed by a person.
    pub(crate) async fn active(bench: &Bench, hardware: &str) -> Self {
        let mut machine = Self::new(hardware);
        let id = machine.enrol(bench).await;
        bench.decide(id, hashimori_server::domain::device::Standing::Active).await;
        machine
    }

    /// A device of which only its certificate is known, as after a restore of an older backup.
    pub(crate) fn outliving(bench: &Bench, facility: FacilityId) -> Self {
        let mut machine = Self::new("outliving");
        let der = BASE64.decode(Self::csr(&machine.key).as_bytes()).expect("base64");
        let request = LeafRequest::parse(&der).expect("a request");
        let id = DeviceId::new(bench.random.uuid(bench.now()));
        let subject = Subject { device: id, facility, region: bench.region };
        let authority = bench.app().pki.authority();
        let leaf = authority.issue(&request, subject, bench.now(), &bench.random).expect("issued");
        machine.hold(bench, &authority.chain_for(&leaf));
        machine.id = Some(id);
        machine
    }

    fn hold(&mut self, bench: &Bench, chain: &[String]) {
        self.chain = chain.iter().map(|c| CertificateDer::from(BASE64.decode(c.as_bytes()).expect("base64"))).collect();
        self.config = Some(config(bench, Some((self.chain.clone(), &self.key)), &Quirks::default()));
    }

    /// When the leaf of an answer ends.
    pub(crate) fn leaf_ends(answer: &Answer) -> Timestamp {
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let issued: Issued = serde_json::from_slice(&answer.body).expect("issued");
        let der = BASE64.decode(issued.chain[0].as_bytes()).expect("base64");
        let (_, leaf) = X509Certificate::from_der(&der).expect("a certificate");
        Timestamp::from_seconds(leaf.validity().not_after.timestamp())
    }

    pub(crate) async fn ask_with(&self, bench: &Bench, code: &EnrolmentCode) -> Answer {
        let anonymous = config(bench, None, &Quirks::default());
        post(&anonymous, bench.address(), ENROLL_PATH, &self.enrolment(code)).await.expect("an answer")
    }

    pub(crate) fn take(&mut self, bench: &Bench, answer: &Answer) -> DeviceId {
        let issued: Issued = serde_json::from_slice(&answer.body).expect("issued");
        self.hold(bench, &issued.chain);
        *self.id.insert(issued.device.parse().expect("an id"))
    }

    pub(crate) fn identity(&self) -> (Vec<CertificateDer<'static>>, &KeyPair) {
        (self.chain.clone(), &self.key)
    }

    /// Forgets its TLS sessions.
    pub(crate) fn forget_sessions(&mut self, bench: &Bench) {
        self.config = Some(config(bench, Some(self.identity()), &Quirks::default()));
    }

    pub(crate) async fn connect(&self, bench: &Bench) -> Connection {
        connect(self.config.as_ref().expect("enrolled"), bench.address()).await.expect("connects")
    }

    /// A check-in's body with the next sequence number.
    pub(crate) fn next(&mut self, bench: &Bench, words: &str) -> Value {
        self.seq += 1;
        let now = bench.now().seconds();
        json!({ "v": 1, "boot": "00000000000000000000000000000001", "seq": self.seq, "observed_at": now, "sent_at": now, "body": { "report": report(words) } })
    }

    /// One check-in on a new connection.
    pub(crate) async fn check_in(&mut self, bench: &Bench) -> Answer {
        let body = self.next(bench, "0.1.0").to_string();
        self.connect(bench).await.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer")
    }

    pub(crate) async fn renew_with(&self, bench: &Bench, key: &KeyPair) -> Answer {
        let body = json!({ "v": 1, "csr": Self::csr(key) }).to_string();
        self.connect(bench).await.post(RENEW_PATH, body.as_bytes()).await.expect("an answer")
    }
}
