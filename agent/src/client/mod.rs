//! The collector as the agent sees it: POST of JSON over TLS 1.3, one connection per conversation, resumed by tickets,
//! directly or through a CONNECT proxy. Everything has a time limit and a size limit.

mod endpoint;
mod policy;
mod tls;

pub(crate) use endpoint::Endpoint;
pub(crate) use policy::{Disposition, disposition};

use std::sync::Arc;
use std::time::Duration;

use hashimori_shared::lang::Lang;
use hashimori_shared::problem::Problem;
use hashimori_shared::time::Timestamp;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _, TcpConnector};

use crate::config::ProxySetting;
use crate::trust::{Distrust, PinnedVerifier, Trust};
use tls::TlsConnector;

/// Longest answer that is read.
const LONGEST_ANSWER: u64 = 256 * 1024;

/// The HTTP answer, whatever it says.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// `Retry-After`, seconds.
    pub(crate) retry_after_s: Option<u32>,
    /// Body, at most `LONGEST_ANSWER`.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The problem it carries, if it is one (RFC 9457).
    pub(crate) fn problem(&self) -> Option<Problem> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The server's certificate is refused.
    #[error("the server's certificate is not trusted: {0:?}")]
    Untrusted(Distrust),
    /// The proxy refused or is not one.
    #[error("proxy: {0}")]
    Proxy(String),
    /// The TLS conversation failed for another reason, the other side's alert included.
    #[error("TLS: {0}")]
    Tls(String),
    /// Nothing there, name not found, connection lost, time is up.
    #[error("{0}")]
    Unreachable(String),
}

/// Who the agent is towards the server.
#[derive(Debug)]
pub(crate) enum Me {
    /// Nobody yet: enrolment.
    Anonymous,
    /// The device with this chain and key.
    Device(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
}

/// A client for one endpoint.
#[derive(Debug)]
pub(crate) struct Collector {
    agent: ureq::Agent,
    http: ureq::config::Config,
    tls: Tls,
    endpoint: Endpoint,
    verifier: Arc<PinnedVerifier>,
    language: Lang,
}

impl Collector {
    /// A client for `endpoint`; connects when first used.
    pub(crate) fn new(
        endpoint: Endpoint,
        trust: Trust,
        me: Me,
        certain_time: Timestamp,
        proxy: Option<&ProxySetting>,
    ) -> Result<Self, NoAnswer> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(PinnedVerifier::new(trust, certain_time, provider.clone()));
        let tls = |e: rustls::Error| NoAnswer::Tls(e.to_string());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(tls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone());
        let mut config = match me {
            Me::Anonymous => builder.with_no_client_auth(),
            Me::Device(chain, key) => builder.with_client_auth_cert(chain, key).map_err(tls)?,
        };
        config.resumption = Resumption::in_memory_sessions(2);
        let tls = Tls { collector: Arc::new(config), proxy: proxy_tls(proxy, certain_time)? };
        let http = http_config(proxy)?;
        let agent = agent(&http, &tls);
        Ok(Self { agent, http, tls, endpoint, verifier, language: Lang::Japanese })
    }

    /// Asks for answers in this language (RFC 9110 §12.5.4); Japanese is what collectors answer unasked.
    #[must_use]
    pub(crate) const fn asking_for(mut self, language: Lang) -> Self {
        self.language = language;
        self
    }

    /// Ends the conversation: connection and buffers go, the TLS session tickets stay.
    pub(crate) fn hang_up(&mut self) {
        self.agent = agent(&self.http, &self.tls);
    }

    /// The endpoint.
    pub(crate) const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The root that the last accepted server's chain ended in.
    pub(crate) fn root(&self) -> Option<CertificateDer<'static>> {
        self.verifier.root()
    }

    /// Posts JSON and returns the answer, whatever its status.
    pub(crate) fn post(&self, path: &str, json: &[u8]) -> Result<Answer, NoAnswer> {
        let mut request = self.agent.post(self.endpoint.url(path)).header("Content-Type", "application/json");
        if !self.language.is_japanese() {
            request = request.header("Accept-Language", self.language.tag());
        }
        let result = request.send(json);
        let mut response = result.map_err(|e| self.no_answer(e))?;
        let retry_after_s = response.headers().get("Retry-After").and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec().map_err(|e| self.no_answer(e))?;
        Ok(Answer { status, retry_after_s, body })
    }

    fn no_answer(&self, error: ureq::Error) -> NoAnswer {
        if let Some(distrust) = self.verifier.take_distrust() {
            return NoAnswer::Untrusted(distrust);
        }
        if let Some(distrust) = self.tls.proxy.as_ref().and_then(|proxy| proxy.verifier.take_distrust()) {
            return NoAnswer::Proxy(format!("its certificate is not trusted: {distrust:?}"));
        }
        let is_tls = |io: &std::io::Error| io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some();
        match error {
            ureq::Error::ConnectProxyFailed(why) => NoAnswer::Proxy(why),
            ureq::Error::Io(io) if is_tls(&io) => NoAnswer::Tls(io.to_string()),
            ureq::Error::Other(other) if other.is::<rustls::Error>() => NoAnswer::Tls(other.to_string()),
            other => NoAnswer::Unreachable(other.to_string()),
        }
    }
}

/// TLS to the collector, and to a proxy that wants it for itself.
#[derive(Debug)]
struct Tls {
    collector: Arc<ClientConfig>,
    proxy: Option<ProxyTls>,
}

/// TLS to a proxy.
#[derive(Debug)]
struct ProxyTls {
    config: Arc<ClientConfig>,
    verifier: Arc<PinnedVerifier>,
}

/// TLS 1.3 to an `https://` proxy, trusted by the file that the configuration names alone.
fn proxy_tls(proxy: Option<&ProxySetting>, certain_time: Timestamp) -> Result<Option<ProxyTls>, NoAnswer> {
    let Some(setting) = proxy.filter(|setting| setting.url.starts_with("https://")) else { return Ok(None) };
    let Some(file) = &setting.ca else { return Err(NoAnswer::Proxy("an https proxy needs proxy_ca".to_owned())) };
    let roots = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let roots = roots.map_err(|e| NoAnswer::Proxy(format!("proxy_ca {}: {e}", file.display())))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(PinnedVerifier::new(Trust::Roots(roots), certain_time, provider.clone()));
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|e| NoAnswer::Tls(e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_no_client_auth();
    Ok(Some(ProxyTls { config: Arc::new(config), verifier }))
}

fn agent(http: &ureq::config::Config, tls: &Tls) -> ureq::Agent {
    let tls_connector = TlsConnector::new(Arc::clone(&tls.collector), tls.proxy.as_ref().map(|proxy| Arc::clone(&proxy.config)));
    let connector = ().chain(ConnectProxyConnector::default()).chain(TcpConnector::default()).chain(tls_connector);
    ureq::Agent::with_parts(http.clone(), connector, DefaultResolver::default())
}

fn http_config(proxy: Option<&ProxySetting>) -> Result<ureq::config::Config, NoAnswer> {
    let proxy = match proxy {
        None => None,
        Some(setting) => {
            let parsed = ureq::Proxy::new(&setting.url).map_err(|e| NoAnswer::Proxy(e.to_string()))?;
            let protocol = if setting.url.starts_with("https://") { ureq::ProxyProtocol::Https } else { ureq::ProxyProtocol::Http };
            let mut builder = ureq::Proxy::builder(protocol).host(parsed.host()).port(parsed.port());
            if let Some(user) = parsed.username() {
                builder = builder.username(user);
            }
            if let Some(password) = parsed.password() {
                builder = builder.password(password);
            }
            for host in setting.no_proxy.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|h| !h.is_empty()) {
                builder = builder.no_proxy(host);
            }
            Some(builder.build().map_err(|e| NoAnswer::Proxy(e.to_string()))?)
        }
    };
    Ok(ureq::Agent::config_builder()
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("hashimori-agent/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(Duration::from_secs(10)))
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_send_request(Some(Duration::from_secs(10)))
        .timeout_send_body(Some(Duration::from_secs(30)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_recv_body(Some(Duration::from_secs(30)))
        .timeout_global(Some(Duration::from_secs(90)))
        .input_buffer_size(16 * 1024)
        .output_buffer_size(16 * 1024)
        .max_response_header_size(16 * 1024)
        .max_idle_connections(1)
        .max_idle_age(Duration::from_secs(5))
        .build())
}
