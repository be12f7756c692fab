//! For tests only: a CA and a collector on port 0 that speaks real TLS 1.3 and answers by script. Also compiled into the
//! integration tests, so it knows nothing of this crate.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, ServerConnection, SignatureScheme,
    StreamOwned,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use x509_parser::prelude::{FromDer as _, X509Certificate};

type Issuer = CertifiedIssuer<'static, KeyPair>;
/// First day of a certificate's validity and its last, as (year, month, day).
pub(crate) type Span = [(i32, u8, u8); 2];
/// A span that holds whenever the tests run.
pub(crate) const LONG: Span = [(2020, 1, 1), (2060, 1, 1)];

/// A certificate authority like the collector's: a root and an issuing CA.
pub(crate) struct Pki {
    root: Issuer,
    issuing: Issuer,
}

fn validity(params: &mut CertificateParams, [(y1, m1, d1), (y2, m2, d2)]: Span) {
    params.not_before = date_time_ymd(y1, m1, d1);
    params.not_after = date_time_ymd(y2, m2, d2);
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    validity(&mut params, LONG);
    params
}

fn p256() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key")
}

impl Pki {
    /// A new CA whose root is called `name`.
    pub(crate) fn new(name: &str) -> Self {
        let root = CertifiedIssuer::self_signed(ca_params(name), p256()).expect("a root");
        let issuing = CertifiedIssuer::signed_by(ca_params(&format!("{name} issuing")), p256(), &root).expect("an issuing CA");
        Self { root, issuing }
    }

    /// The root certificate.
    pub(crate) fn root(&self) -> CertificateDer<'static> {
        self.root.der().clone()
    }

    /// Signs with the root's key (ECDSA P-256 SHA-256, ASN.1 DER), base64.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        use rcgen::SigningKey as _;
        BASE64.encode(&self.root.key().sign(message).expect("signed"))
    }

    /// Issues a device certificate for a request (base64 of DER); returns the chain as `Issued::chain` carries it.
    pub(crate) fn issue(&self, csr: &str, span: Span) -> Vec<String> {
        let der = BASE64.decode(csr.as_bytes()).expect("base64").into();
        let mut request = CertificateSigningRequestParams::from_der(&der).expect("a request");
        request.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        validity(&mut request.params, span);
        let leaf = request.signed_by(&self.issuing).expect("a leaf");
        vec![BASE64.encode(leaf.der()), BASE64.encode(self.issuing.der())]
    }

    fn server_config(&self, names: &[&str], span: Span, clients: Option<&Self>) -> ServerConfig {
        let mut params = CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).expect("names");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        validity(&mut params, span);
        let key = p256();
        let leaf = params.signed_by(&key, &self.issuing).expect("a leaf");
        let chain = vec![leaf.der().clone(), self.issuing.der().clone(), self.root()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(&[&rustls::version::TLS13]).expect("TLS 1.3");
        let builder = match clients {
            Some(pki) => {
                let mut roots = RootCertStore::empty();
                roots.add(pki.root()).expect("a root");
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).allow_unauthenticated().build();
                builder.with_client_cert_verifier(Arc::new(AnyTime(verifier.expect("a verifier"))))
            }
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, PrivateKeyDer::Pkcs8(key.serialize_der().into())).expect("a configuration");
        config.ticketer = rustls::crypto::ring::Ticketer::new().expect("tickets");
        config
    }
}

/// Takes our own devices' leaves however old they are, as the real collector does for renewal.
#[derive(Debug)]
struct AnyTime(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for AnyTime {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }
    fn client_auth_mandatory(&self) -> bool {
        false
    }
    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let (_, parsed) = X509Certificate::from_der(leaf).map_err(|_| CertificateError::BadEncoding)?;
        let begun = u64::try_from(parsed.validity().not_before.timestamp()).expect("after 1970");
        self.0.verify_client_cert(leaf, others, UnixTime::since_unix_epoch(std::time::Duration::from_secs(begun)))
    }
    fn verify_tls12_signature(
        &self,
        m: &[u8],
        c: &CertificateDer<'_>,
        d: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(m, c, d)
    }
    fn verify_tls13_signature(
        &self,
        m: &[u8],
        c: &CertificateDer<'_>,
        d: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(m, c, d)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// A request as the collector saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Path.
    pub(crate) path: String,
    /// Body.
    pub(crate) body: Vec<u8>,
    /// The client's leaf, if it showed one.
    pub(crate) leaf: Option<Vec<u8>>,
    /// Whether the TLS session was resumed.
    pub(crate) resumed: bool,
    /// `Accept-Language`, if it was sent.
    pub(crate) language: Option<String>,
}

impl Seen {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What the collector answers: status, further headers, body. Status 0 closes the connection without a word.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, Vec<u8>);
type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A scripted collector; ends with the test.
pub(crate) struct Server {
    addr: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Starts one with a certificate for 127.0.0.1.
    pub(crate) fn start(pki: &Pki, script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(pki, &["127.0.0.1"], LONG, script)
    }

    /// Starts one with a certificate for `names`, valid for `span`.
    pub(crate) fn start_with(pki: &Pki, names: &[&str], span: Span, script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let addr = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let config = Arc::new(pki.server_config(names, span, Some(pki)));
        let script: Arc<Script> = Arc::new(script);
        let log = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, script, log) = (config.clone(), script.clone(), log.clone());
                std::thread::spawn(move || serve(stream, config, &*script, &log));
            }
        });
        Self { addr, seen }
    }

    /// `127.0.0.1:port`.
    pub(crate) fn endpoint(&self) -> String {
        self.addr.to_string()
    }

    /// Everything it was asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, script: &Script, log: &Mutex<Vec<Seen>>) -> Option<()> {
    let conn = ServerConnection::new(config).ok()?;
    let mut tls = BufReader::new(StreamOwned::new(conn, stream));
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if tls.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let field = |name: &str| head.lines().find_map(|l| Some(l.to_ascii_lowercase().strip_prefix(name)?.trim().to_owned()));
        let length = field("content-length:").and_then(|l| l.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        tls.read_exact(&mut body).ok()?;
        let conn = &tls.get_ref().conn;
        let seen = Seen {
            path: head.split(' ').nth(1)?.to_owned(),
            body,
            leaf: conn.peer_certificates().and_then(|c| c.first()).map(|c| c.to_vec()),
            resumed: conn.handshake_kind() == Some(rustls::HandshakeKind::Resumed),
            language: field("accept-language:"),
        };
        log.lock().expect("not poisoned").push(seen.clone());
        let (status, headers, body) = script(&seen);
        if status == 0 {
            return None;
        }
        let mut answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            answer.push_str(&[name, ": ", &value, "\r\n"].concat());
        }
        let stream = tls.get_mut();
        stream.write_all(answer.as_bytes()).ok()?;
        stream.write_all(b"\r\n").ok()?;
        stream.write_all(&body).ok()?;
        stream.flush().ok()?;
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, value: &serde_json::Value) -> Reply {
    (status, vec![], serde_json::to_vec(value).expect("JSON"))
}

/// A problem of the collector.
pub(crate) fn problem(status: u16, slug: &str) -> Reply {
    json(status, &serde_json::json!({ "type": format!("urn:hashimori:problem:{slug}"), "title": slug, "status": status }))
}

/// An accepted check-in's answer.
pub(crate) fn reply(outcome: &str, server_time: i64, epoch: u8) -> serde_json::Value {
    serde_json::json!({
        "v": 1, "outcome": outcome, "server_time": server_time, "next_check_in_s": 3600,
        "epoch": format!("{epoch:02x}").repeat(16), "standing": "active", "pack": "itsutsubashi-2019-02-08",
    })
}

/// What enrolment and renewal answer.
pub(crate) fn issued(pki: &Pki, request: &serde_json::Value, span: Span) -> serde_json::Value {
    serde_json::json!({
        "v": 1, "device": "01930000-0000-7000-8000-000000000001", "chain": pki.issue(request["csr"].as_str().expect("a request"), span),
        "facility": "架空訪問看護ステーション", "server_time": 1_800_000_000, "epoch": "01".repeat(16),
    })
}

/// A CONNECT proxy on port 0; ends with the test.
pub(crate) struct Proxy {
    addr: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts one that lets everything through, or refuses everything with 407.
    pub(crate) fn start(lets_through: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let addr = listener.local_addr().expect("an address");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let log = heads.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let log = log.clone();
                std::thread::spawn(move || tunnel(stream, lets_through, &log));
            }
        });
        Self { addr, heads }
    }

    /// `127.0.0.1:port`.
    pub(crate) fn addr(&self) -> String {
        self.addr.to_string()
    }

    /// The request heads it got.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("not poisoned").clone()
    }
}

fn tunnel(client: TcpStream, lets_through: bool, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    log.lock().expect("not poisoned").push(head.clone());
    let mut client = client;
    if !lets_through {
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n").ok()?;
        return None;
    }
    let target = head.split(' ').nth(1)?;
    let server = TcpStream::connect(target).ok()?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    let (mut up_from, mut up_to) = (reader, server.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut up_from, &mut up_to);
        let _ = up_to.shutdown(std::net::Shutdown::Write);
    });
    let mut server = server;
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Both);
    Some(())
}
