//! The conversation with the collector as an enrolled device: which endpoint, which certificate, renewal.
//! Endpoints are tried in order when the present one cannot be reached or says that it is gone.

use data_encoding::BASE64;
use hashimori_shared::checkin::PROTOCOL_VERSION;
use hashimori_shared::enroll::{Issued, LEAVE_PATH, LeaveRequest, RENEW_PATH, RenewRequest};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::client::{Answer, Collector, Disposition, Endpoint, Me, NoAnswer, disposition};
use crate::config::ProxySetting;
use crate::identity::Identity;
use crate::key::DeviceKey;
use crate::state::Folder;
use crate::trust::Trust;
use crate::words;

/// Talks for one enrolled device.
#[derive(Debug)]
pub(crate) struct Link {
    folder: Folder,
    identity: Identity,
    key: DeviceKey,
    proxy: Option<ProxySetting>,
    certain_time: Timestamp,
    language: Lang,
    connected: Option<Collector>,
}

/// A client with its TLS session tickets, and whom it speaks for.
#[derive(Debug)]
pub(crate) struct Connection {
    identity: Identity,
    collector: Collector,
}

/// Why a renewal did not happen.
#[derive(Debug)]
pub(crate) enum NotRenewed {
    /// No answer.
    NoAnswer(NoAnswer),
    /// An answer that brings no certificate.
    Answered(Answer),
    /// A certificate that is not for this device's key, or something in between local.
    Unusable(String),
}

impl Link {
    /// For `identity`, judging certificates at `certain_time`.
    pub(crate) const fn new(
        folder: Folder,
        identity: Identity,
        key: DeviceKey,
        proxy: Option<ProxySetting>,
        certain_time: Timestamp,
    ) -> Self {
        Self { folder, identity, key, proxy, certain_time, language: Lang::Japanese, connected: None }
    }

    /// Asks for answers in this language from the next connection on.
    pub(crate) const fn ask_for(&mut self, language: Lang) {
        self.language = language;
    }

    /// The connection, for a later `reuse`.
    pub(crate) fn into_connection(self) -> Option<Connection> {
        let mut collector = self.connected?;
        collector.hang_up();
        Some(Connection { identity: self.identity, collector })
    }

    /// Goes on with an earlier connection if it speaks for the very same identity.
    pub(crate) fn reuse(&mut self, connection: Option<Connection>) {
        self.connected = connection.filter(|c| c.identity == self.identity).map(|c| c.collector);
    }

    /// The identity as it stands.
    pub(crate) const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Changes the identity, durably; the next request connects anew.
    pub(crate) fn change_identity(&mut self, identity: Identity) -> Result<(), crate::state::StateError> {
        identity.save(&self.folder)?;
        self.identity = identity;
        self.connected = None;
        Ok(())
    }

    /// Moves the instant certificates are judged at; takes effect with the next connection that verifies one.
    pub(crate) const fn set_certain_time(&mut self, at: Timestamp) {
        self.certain_time = at;
    }

    /// The endpoint in use, for messages.
    pub(crate) fn endpoint(&self) -> &str {
        self.identity.endpoints.first().map_or("", String::as_str)
    }

    /// Posts to the present endpoint, then to its successors as long as nothing answers or the answer is that it is gone.
    /// A successor that answers becomes the present endpoint.
    pub(crate) fn post(&mut self, path: &str, json: &[u8]) -> Result<Answer, NoAnswer> {
        let mut first_failure = None;
        for at in 0..self.identity.endpoints.len() {
            if at > 0 {
                self.connected = None;
            }
            let result = self.connect(at).and_then(|collector| collector.post(path, json));
            match result {
                Ok(answer) if disposition(&answer) == Disposition::Gone && at + 1 < self.identity.endpoints.len() => {}
                Ok(answer) => {
                    if at > 0 && disposition(&answer) != Disposition::Gone {
                        self.prefer(at);
                    }
                    return Ok(answer);
                }
                Err(failure) => {
                    self.connected = None;
                    first_failure.get_or_insert(failure);
                }
            }
        }
        self.connected = None;
        Err(first_failure.unwrap_or_else(|| NoAnswer::Unreachable("no endpoint is known".to_owned())))
    }

    fn connect(&mut self, at: usize) -> Result<&Collector, NoAnswer> {
        let text = self.identity.endpoints.get(at).map_or("", String::as_str);
        let endpoint: Endpoint = text.parse().map_err(|e| NoAnswer::Unreachable(format!("{text}: {e}")))?;
        if self.connected.as_ref().is_none_or(|c| *c.endpoint() != endpoint) {
            let me = Me::Device(self.identity.chain_ders(), self.key.for_tls());
            let trust = Trust::Roots(self.identity.root_ders());
            let collector = Collector::new(endpoint, trust, me, self.certain_time, self.proxy.as_ref())?;
            self.connected = Some(collector.asking_for(self.language));
        }
        self.connected.as_ref().ok_or_else(|| NoAnswer::Unreachable("not connected".to_owned()))
    }

    fn prefer(&mut self, at: usize) {
        let mut identity = self.identity.clone();
        let successor = identity.endpoints.remove(at);
        identity.endpoints.insert(0, successor);
        if let Err(e) = identity.save(&self.folder) {
            eprintln!("<4>the successor endpoint could not be kept: {e}");
        }
        self.identity = identity;
    }

    /// Renews the leaf over the same key.
    pub(crate) fn renew(&mut self) -> Result<(), NotRenewed> {
        let csr = self.key.request().map_err(|e| NotRenewed::Unusable(e.to_string()))?;
        let json = serde_json::to_vec(&RenewRequest { v: PROTOCOL_VERSION, csr }).unwrap_or_default();
        let answer = self.post(RENEW_PATH, &json).map_err(NotRenewed::NoAnswer)?;
        if answer.status != 200 {
            return Err(NotRenewed::Answered(answer));
        }
        let Ok(issued) = serde_json::from_slice::<Issued>(&answer.body) else { return Err(NotRenewed::Answered(answer)) };
        let chain = usable_chain(&issued, &self.key, self.certain_time).map_err(|e| NotRenewed::Unusable(e.to_owned()))?;
        let identity = Identity { chain, facility: words::plain(&issued.facility), ..self.identity.clone() };
        self.change_identity(identity).map_err(|e| NotRenewed::Unusable(e.to_string()))
    }

    /// Tells the collector that this device leaves.
    pub(crate) fn leave(&mut self, now: Timestamp) -> Result<Answer, NoAnswer> {
        let json = serde_json::to_vec(&LeaveRequest { v: PROTOCOL_VERSION, left_at: now }).unwrap_or_default();
        self.post(LEAVE_PATH, &json)
    }
}

/// The issued chain, once it is sure that its leaf is over this device's key and has not ended before what is certainly past
/// (a collector whose clock is wrong).
pub(crate) fn usable_chain(issued: &Issued, key: &DeviceKey, certain_time: Timestamp) -> Result<Vec<String>, &'static str> {
    let leaf = issued.chain.first().and_then(|text| BASE64.decode(text.as_bytes()).ok()).ok_or("the answer holds no certificate")?;
    let leaf = CertificateDer::from(leaf);
    let (_, certificate) = X509Certificate::from_der(&leaf).map_err(|_| "the issued certificate cannot be read")?;
    if *certificate.public_key().subject_public_key.data != *key.public_key() {
        return Err("the issued certificate is for another key");
    }
    if certificate.validity().not_after.timestamp() <= certain_time.seconds() {
        return Err("the issued certificate has ended already: the collector's clock is wrong");
    }
    Ok(issued.chain.clone())
}
