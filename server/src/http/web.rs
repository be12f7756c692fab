//! The web port (people's pages, health checks) and Prometheus' port: axum under the same limits of time and size.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::access::{self, RequestId};
use super::body::{self, Budget, Lent, Unread};
use super::device::DevicePort;
use super::half_open::HalfOpen;
use super::listener::{self, LONGEST_GOODBYE};
use super::pages;
use super::proxied;
use super::refusal::Refusal;
use crate::app::App;
use crate::config::{Limits, WebTls};

/// Connections of people and their proxies, and requests under way on one of them (HTTP/2).
const CONNECTIONS: usize = 512;
const STREAMS: u32 = 8;
/// Bytes that may wait unread on one request and on one connection (HTTP/2).
const STREAM_WINDOW: u32 = 64 * 1024;
const WINDOW: u32 = 128 * 1024;
/// Bytes of all bodies that are read or worked on at once.
const BODIES: usize = 16 << 20;
/// Longest a page may take to be made.
const REQUEST: Duration = Duration::from_secs(30);
/// The same with a file that comes meanwhile over the line of a telephone.
const REQUEST_WITH_FILE: Duration = Duration::from_mins(3);
/// Bytes that are read to their end though no page wanted them.
const UNWANTED: usize = 8 << 20;

/// Longest the store may take to answer before the collector calls itself not ready.
const READY: Duration = Duration::from_secs(2);

/// Why the web port's certificate files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WebTlsError {
    /// A file cannot be read or holds something else.
    #[error("{key} = {path}: {cause}")]
    File {
        /// The setting.
        key: &'static str,
        /// The file.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// Certificate and key do not belong together.
    #[error("web.certificate and web.key do not belong together: {0}")]
    Pair(#[source] rustls::Error),
}

/// TLS of the web port; the files are read again on SIGHUP.
#[derive(Debug)]
pub struct WebTlsConfig {
    files: WebTls,
    current: RwLock<Arc<ServerConfig>>,
}

impl WebTlsConfig {
    /// Reads the files.
    pub fn load(files: WebTls) -> Result<Self, WebTlsError> {
        let current = RwLock::new(read(&files)?);
        Ok(Self { files, current })
    }

    /// Reads the files again; when they are not valid, what is in use stays.
    pub fn reload(&self) -> Result<(), WebTlsError> {
        let fresh = read(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(files: &WebTls) -> Result<Arc<ServerConfig>, WebTlsError> {
    let wrong = |key, path: &std::path::Path, cause: String| WebTlsError::File { key, path: path.display().to_string(), cause };
    let in_certificate = |cause: String| wrong("web.certificate", &files.certificate, cause);
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| in_certificate(e.to_string()))?;
    if chain.is_empty() {
        return Err(in_certificate("holds no certificate".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| wrong("web.key", &files.key, e.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|b| b.with_no_client_auth().with_single_cert(chain, key))
        .map_err(WebTlsError::Pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// `/healthz`: the process answers. `/readyz`: the store does, and the writer takes check-ins.
pub fn health(app: App) -> Router {
    async fn ready(State(app): State<App>) -> Response {
        let store = tokio::time::timeout(READY, crate::store::meta::epoch(&app.store)).await;
        let writer = app.ingest.is_running();
        if matches!(store, Ok(Ok(_))) && writer {
            "ready\n".into_response()
        } else {
            let id = app.random.uuid(app.clock.now());
            let mut response = Refusal::NotReady.answer(&HeaderMap::new(), id);
            response.extensions_mut().insert(RequestId(id));
            response
        }
    }
    let routes = Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready)).with_state(app.clone());
    access::numbered(routes, app)
}

/// `/metrics`, on a port of its own. What can be asked is asked when Prometheus asks.
pub fn metrics(app: App, device: Arc<DevicePort>) -> Router {
    async fn text(State((app, device)): State<(App, Arc<DevicePort>)>) -> Response {
        device.measure();
        app.metrics.waiting.set(i64::try_from(app.ingest.waiting()).unwrap_or(i64::MAX));
        app.metrics.issuing_ends_in.set(app.pki.authority().issuing_ends.seconds_since(app.clock.now()));
        ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.metrics.text()).into_response()
    }
    let routes = Router::new().route("/metrics", get(text)).with_state((app.clone(), device));
    access::numbered(routes, app)
}

/// One port served by axum.
#[derive(Clone)]
pub struct WebPort {
    app: App,
    router: Router,
    tls: Option<Arc<WebTlsConfig>>,
    limits: Limits,
    bodies: Budget,
    gate: Arc<HalfOpen>,
    places: Arc<Semaphore>,
    /// Proxies that say first who their client is.
    proxies: Arc<[IpAddr]>,
}

impl WebPort {
    /// Serving `router`.
    pub fn new(app: App, router: Router, tls: Option<Arc<WebTlsConfig>>) -> Self {
        let (limits, gate) = (app.settings.limits, HalfOpen::new(CONNECTIONS, CONNECTIONS / 4));
        let (bodies, places) = (Budget::of(BODIES), Arc::new(Semaphore::new(CONNECTIONS)));
        Self { app, router, tls, limits, bodies, gate, places, proxies: Arc::default() }
    }

    /// The same, with the PROXY protocol spoken by these.
    #[must_use]
    pub fn behind(self, proxies: &[IpAddr]) -> Self {
        Self { proxies: proxies.into(), ..self }
    }

    /// Serves until `stop`; open connections then finish the request they are in.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken, tasks: TaskTracker) {
        while let Some((stream, address)) = listener::next(&listener, &stop).await {
            let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else { continue };
            tasks.spawn(self.clone().connection(stream, address, permit, stop.clone()));
        }
    }

    async fn connection(self, mut stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit, stop: CancellationToken) {
        let _ = stream.set_nodelay(true);
        let Some(address) = self.client(&mut stream, peer).await else { return };
        match &self.tls {
            None => self.http(stream, address, stop).await,
            Some(tls) => {
                let mut place = self.gate.take(address.ip());
                let stream = tokio::select! {
                    done = tokio::time::timeout(self.limits.handshake, tls.acceptor().accept(stream)) => match done {
                        Ok(Ok(stream)) => stream,
                        Ok(Err(_)) | Err(_) => return,
                    },
                    () = place.evicted() => return,
                };
                drop(place);
                self.http(stream, address, stop).await;
            }
        }
        drop(permit);
    }

    /// Who is at the other end: the peer, or whom a proxy names; `None`: it should have and did not.
    async fn client(&self, stream: &mut TcpStream, peer: SocketAddr) -> Option<SocketAddr> {
        if !proxied::is_among(&self.proxies, peer.ip()) {
            return Some(peer);
        }
        match tokio::time::timeout(self.limits.handshake, proxied::client(stream)).await {
            Ok(Ok(client)) => Some(client.map_or(peer, |client| SocketAddr::new(client, 0))),
            Ok(Err(error)) => {
                tracing::warn!(proxy = %peer.ip(), %error, "a connection to the web port was refused");
                None
            }
            Err(_) => None,
        }
    }

    async fn http(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, address: SocketAddr, stop: CancellationToken) {
        let (port, limits) = (self.clone(), self.limits);
        let (under_way, watched) = watch::channel(Asked::default());
        let under_way = Arc::new(under_way);
        let service = service_fn(move |request| {
            let (port, asked) = (port.clone(), UnderWay::begin(&under_way));
            async move {
                let response = port.answer(request, address).await;
                drop(asked);
                Ok::<_, Infallible>(response)
            }
        });
        let mut builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header)
            .max_buf_size(self.limits.header_bytes)
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10))
            .max_header_list_size(u32::try_from(self.limits.header_bytes).unwrap_or(u32::MAX))
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_concurrent_streams(STREAMS);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let finish = tokio::select! {
            ended = connection.as_mut() => return note(ended),
            () = stop.cancelled() => LONGEST_GOODBYE,
            () = quiet(watched, limits) => limits.header,
        };
        connection.as_mut().graceful_shutdown();
        if let Ok(ended) = tokio::time::timeout(finish, connection).await {
            note(ended);
        } else {
            tracing::debug!("a connection of the web port did not end and was cut");
        }
    }

    /// One request: its body within its limits of time and size, then the page within its own.
    async fn answer(self, request: hyper::Request<Incoming>, address: SocketAddr) -> Response {
        let (head, body) = request.into_parts();
        let asked = head.headers.clone();
        if pages::has_parts(&asked) {
            let (lent, mut unread) = Lent::of(body);
            let response = self.page(Request::from_parts(head, Body::new(lent)), address, REQUEST_WITH_FILE).await;
            if let Ok(unread) = unread.try_recv() {
                let _ = tokio::time::timeout(self.limits.body, body::drain(unread, UNWANTED)).await;
            }
            return response;
        }
        let whole = match tokio::time::timeout(self.limits.body, body::read(body, self.limits.body_bytes, &self.bodies)).await {
            Ok(Ok(whole)) => whole,
            Ok(Err(Unread::TooLong)) => return self.refuse(Refusal::TooLong, &asked),
            Ok(Err(Unread::Broken)) => return self.refuse(Refusal::Broken, &asked),
            Ok(Err(Unread::NoRoom)) => return self.refuse(Refusal::Busy, &asked),
            Err(_) => return self.refuse(Refusal::TooSlow, &asked),
        };
        // `whole` is held until the page is there.
        self.page(Request::from_parts(head, Body::from(whole.bytes.clone())), address, REQUEST).await
    }

    /// The page that a request leads to; the limit ends those that hang.
    async fn page(&self, mut request: Request, address: SocketAddr, limit: Duration) -> Response {
        let asked = request.headers().clone();
        request.extensions_mut().insert(ConnectInfo(address));
        // The router itself cannot fail.
        match tokio::time::timeout(limit, self.router.clone().oneshot(request)).await {
            Ok(Ok(response)) => response,
            Err(_) => self.refuse(Refusal::Hung, &asked),
        }
    }

    fn refuse(&self, why: Refusal, asked: &HeaderMap) -> Response {
        let id = self.app.random.uuid(self.app.clock.now());
        tracing::info!(request = %id, refused = ?why, "no page was reached");
        why.answer(asked, id)
    }
}

fn note(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection of the web port ended");
    }
}

/// What a connection has asked for so far.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    ever: bool,
    under_way: u32,
}

/// A request that is being answered.
struct UnderWay(Arc<watch::Sender<Asked>>);

impl UnderWay {
    fn begin(count: &Arc<watch::Sender<Asked>>) -> Self {
        count.send_modify(|asked| *asked = Asked { ever: true, under_way: asked.under_way + 1 });
        Self(Arc::clone(count))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|asked| asked.under_way = asked.under_way.saturating_sub(1));
    }
}

/// Returns when a connection has asked for nothing for too long: `limits.header` at its beginning, `limits.idle` later. hyper
/// itself waits without end for the first byte, and on HTTP/2 for as long as the other side answers its pings.
async fn quiet(mut watched: watch::Receiver<Asked>, limits: Limits) {
    loop {
        let asked = *watched.borrow_and_update();
        let limit = if asked.ever { limits.idle } else { limits.header };
        let changed = watched.changed();
        let ended = if asked.under_way > 0 { Ok(changed.await) } else { tokio::time::timeout(limit, changed).await };
        match ended {
            Ok(Ok(())) => {}
            // The service is gone, and the connection with it.
            Ok(Err(_)) => return std::future::pending().await,
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificate_files_of_the_web_port_are_checked_together_and_a_bad_change_keeps_what_is_in_use() {
        let dir = tempfile::tempdir().expect("a folder");
        let files = WebTls { certificate: dir.path().join("chain.pem"), key: dir.path().join("key.pem") };
        let error = WebTlsConfig::load(files.clone()).expect_err("no files").to_string();
        assert!(error.contains("web.certificate"), "{error}");
        let pair = || rcgen::generate_simple_self_signed(vec!["collector.example".to_owned()]).expect("made");
        let (one, other) = (pair(), pair());
        std::fs::write(&files.certificate, one.cert.pem()).expect("writes");
        std::fs::write(&files.key, one.signing_key.serialize_pem()).expect("writes");
        let config = WebTlsConfig::load(files.clone()).expect("a pair");
        std::fs::write(&files.key, other.signing_key.serialize_pem()).expect("writes");
        assert!(matches!(config.reload(), Err(WebTlsError::Pair(_))));
        std::fs::write(&files.key, "nonsense").expect("writes");
        assert!(config.reload().expect_err("refused").to_string().contains("web.key"));
        std::fs::write(&files.certificate, other.cert.pem()).expect("writes");
        std::fs::write(&files.key, other.signing_key.serialize_pem()).expect("writes");
        config.reload().expect("another pair");
    }
}
