//! HTTP/1.1 by hand over TLS, lean enough to share two cores with the collector it loads, and low enough to send what a library would refuse to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::waiting::PATIENCE;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Status line and headers, as received.
    pub head: String,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A TLS connection that speaks HTTP/1.1.
#[derive(Debug)]
pub struct Connection {
    stream: TlsStream<TcpStream>,
    received: Vec<u8>,
}

impl Connection {
    /// Connects and finishes the handshake.
    pub async fn open(address: SocketAddr, tls: &Arc<ClientConfig>) -> anyhow::Result<Self> {
        Self::over(TcpStream::connect(address).await?, address, tls).await
    }

    /// The same from this address of our own.
    pub async fn open_from(from: IpAddr, address: SocketAddr, tls: &Arc<ClientConfig>) -> anyhow::Result<Self> {
        let socket = if from.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.bind(SocketAddr::new(from, 0))?;
        Self::over(socket.connect(address).await?, address, tls).await
    }

    async fn over(tcp: TcpStream, address: SocketAddr, tls: &Arc<ClientConfig>) -> anyhow::Result<Self> {
        tcp.set_nodelay(true)?;
        let name = ServerName::IpAddress(address.ip().into());
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await?;
        Ok(Self { stream, received: Vec::with_capacity(4096) })
    }

    /// Whether the handshake resumed an earlier session.
    pub fn resumed(&self) -> bool {
        self.stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed)
    }

    /// The certificate that the other side showed, DER.
    pub fn certificate(&self) -> Option<&[u8]> {
        self.stream.get_ref().1.peer_certificates()?.first().map(AsRef::as_ref)
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    /// Sends a JSON body and reads the answer.
    pub async fn post(&mut self, path: &str, body: &[u8], keep: bool) -> anyhow::Result<Answer> {
        self.send(&request(path, body, keep)).await?;
        self.answer().await
    }

    /// Reads one answer, which is waited for with patience but not for ever.
    pub async fn answer(&mut self) -> anyhow::Result<Answer> {
        let answer = tokio::time::timeout(PATIENCE, self.whole_answer()).await;
        answer.with_context(|| format!("no answer for {PATIENCE:?}"))?
    }

    async fn whole_answer(&mut self) -> anyhow::Result<Answer> {
        let end = loop {
            if let Some(at) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let head = String::from_utf8(self.received[..end].to_vec()).context("a head that is not text")?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status")?;
        let length = length_of(&head)?;
        while self.received.len() < end + length {
            self.read_more().await?;
        }
        let body = self.received[end..end + length].to_vec();
        self.received.drain(..end + length);
        Ok(Answer { status, head, body })
    }

    /// Says that nothing follows, and waits until the other side has closed too.
    pub async fn close(mut self) {
        // Whatever happens now happens after the answer.
        let _ = self.stream.shutdown().await;
    }

    async fn read_more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the collector closed the connection in the middle of an answer: {:?}", String::from_utf8_lossy(&self.received));
        }
        Ok(())
    }
}

/// A request's bytes.
pub fn request(path: &str, body: &[u8], keep: bool) -> Vec<u8> {
    let close = if keep { "" } else { "connection: close\r\n" };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{close}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn length_of(head: &str) -> anyhow::Result<usize> {
    for line in head.lines().skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            return value.trim().parse().context("content-length");
        }
        anyhow::ensure!(!name.eq_ignore_ascii_case("transfer-encoding"), "the device port never answers in chunks");
    }
    Ok(0)
}

/// TLS as a device speaks it, with or without a certificate.
pub fn device_tls(identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>) -> anyhow::Result<ClientConfig> {
    Ok(match identity {
        Some((chain, key)) => any_collector()?.with_client_auth_cert(chain, key)?,
        None => any_collector()?.with_no_client_auth(),
    })
}

/// TLS with a certificate and a key that need not belong together.
pub fn device_tls_unchecked(chain: Vec<CertificateDer<'static>>, key: &PrivateKeyDer<'static>) -> anyhow::Result<ClientConfig> {
    let key = rustls::crypto::ring::sign::any_ecdsa_type(key)?;
    let identity = rustls::sign::SingleCertAndKey::from(rustls::sign::CertifiedKey::new(chain, key));
    Ok(any_collector()?.with_client_cert_resolver(Arc::new(identity)))
}

fn any_collector() -> anyhow::Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCollector(provider))))
}

/// Takes any certificate whose owner holds its key: whom the real agent trusts is tested with the real agent.
#[derive(Debug)]
struct AnyCollector(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCollector {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 on the device port".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
