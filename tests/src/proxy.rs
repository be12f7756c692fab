//! A forward proxy that knows only CONNECT (RFC 9110 §9.3.6), as offices have them, plain or behind TLS of its own; counts what it
//! let through.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A running proxy on the loopback interface. Dropped, it stops.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    tunnels: Arc<AtomicUsize>,
    /// Its certificate, PEM, where it is behind TLS.
    certificate: Option<String>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts one on a free port.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(None, None).await
    }

    /// Starts one behind TLS, with a certificate of its own making.
    pub async fn start_behind_tls() -> anyhow::Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        Self::start_with(Some(TlsAcceptor::from(Arc::new(config))), Some(made.cert.pem())).await
    }

    async fn start_with(tls: Option<TlsAcceptor>, certificate: Option<String>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let tunnels = Arc::new(AtomicUsize::new(0));
        let opened = Arc::clone(&tunnels);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (tls, opened) = (tls.clone(), Arc::clone(&opened));
                // A failed tunnel is the client's to notice.
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => tunnel(tls.accept(client).await?, opened).await,
                        None => tunnel(client, opened).await,
                    }
                });
            }
        });
        Ok(Self { address, tunnels, certificate, task })
    }

    /// `http://127.0.0.1:PORT`, as `https_proxy` wants it.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.certificate.is_some() { "https" } else { "http" }, self.address)
    }

    /// Its certificate, PEM, where it is behind TLS.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Tunnels opened so far.
    pub fn tunnels(&self) -> usize {
        self.tunnels.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tunnel(client: impl AsyncRead + AsyncWrite + Unpin, opened: Arc<AtomicUsize>) -> anyhow::Result<()> {
    let mut client = BufReader::new(client);
    let mut request = String::new();
    client.read_line(&mut request).await?;
    let target = request.strip_prefix("CONNECT ").and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
    loop {
        let mut header = String::new();
        if client.read_line(&mut header).await? == 0 || header.trim().is_empty() {
            break;
        }
    }
    let Some(target) = target else {
        client.get_mut().write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await?;
        return Ok(());
    };
    let mut server = TcpStream::connect(target).await?;
    opened.fetch_add(1, Ordering::SeqCst);
    client.get_mut().write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
