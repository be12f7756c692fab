//! Somebody else's system: a real HTTPS server on this machine that keeps what it is sent and answers as it is told to.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A message that was received.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Received {
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("json")
    }

    pub(super) fn header(&self, name: &str) -> String {
        self.headers[name].to_str().expect("ascii").to_owned()
    }
}

#[derive(Default)]
struct Kept {
    received: Vec<Received>,
    /// What it answers from now on: a status and, for a redirect, where to.
    answer: (u16, Option<String>),
    /// A status for messages that say something.
    refused: Option<(u16, String)>,
}

/// The receiver.
pub(super) struct Receiver {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    folder: tempfile::TempDir,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), made.cert.pem()).expect("writes");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key))
            .expect("a configuration");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let (address, kept) = (listener.local_addr().expect("an address"), Arc::new(Mutex::new(Kept::default())));
        kept.lock().expect("not poisoned").answer = (204, None);
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&kept)));
        Self { address, kept, folder }
    }

    /// Its address, by number.
    pub(super) fn url(&self) -> String {
        format!("https://{}/hook?key=himitsu", self.address)
    }

    /// The same by name.
    pub(super) fn named_url(&self) -> String {
        format!("https://localhost:{}/hook", self.address.port())
    }

    /// Who signed its certificate.
    pub(super) fn authorities(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// From now on it answers so.
    pub(super) fn answer(&self, status: u16) {
        self.kept.lock().expect("not poisoned").answer = (status, None);
    }

    /// It answers so whatever says this, whatever it answers otherwise.
    pub(super) fn refuse(&self, status: u16, word: &str) {
        self.kept.lock().expect("not poisoned").refused = Some((status, word.to_owned()));
    }

    /// From now on it sends elsewhere.
    pub(super) fn redirect(&self, to: &str) {
        self.kept.lock().expect("not poisoned").answer = (307, Some(to.to_owned()));
    }

    /// What it was sent since it was asked last.
    pub(super) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.kept.lock().expect("not poisoned").received)
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, kept: Arc<Mutex<Kept>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, kept) = (tls.clone(), Arc::clone(&kept));
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(move |request| answer(request, Arc::clone(&kept)));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, kept: Arc<Mutex<Kept>>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let received = Received { path, headers: head.headers, body: String::from_utf8(body.to_vec()).expect("utf-8") };
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = kept.refused.as_ref().filter(|(_, word)| received.body.contains(word)).map(|(status, _)| (*status, None));
    let (status, to) = refused.unwrap_or_else(|| kept.answer.clone());
    kept.received.push(received);
    let mut response = Response::builder().status(status);
    if let Some(to) = to {
        response = response.header("location", to);
    }
    Ok(response.body(Empty::new()).expect("a response"))
}
