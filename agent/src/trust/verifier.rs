//! The rustls verifier: chain, name and key usage as webpki judges them, under the trusted roots only, at an instant the device is sure of.
//! What was presented is kept when it is refused, so that the person can be told who stands in between.

use std::sync::{Arc, Mutex, PoisonError};

use hashimori_shared::time::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use crate::identity::validity;

/// What is trusted.
#[derive(Clone, Debug)]
pub(crate) enum Trust {
    /// The root whose public key's SHA-256 begins with these 80 bits (`EnrolmentCode::root_pin`), taken from the presented chain.
    Pin([u8; 10]),
    /// These roots.
    Roots(Vec<CertificateDer<'static>>),
}

/// Why a server was refused, in terms a person can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// The chain ends in somebody else's root: TLS inspection, the wrong server, or a code of another collector. Holds the issuer's name.
    Foreign(String),
    /// Our root, but the certificate has run out at every instant this device can believe in.
    Expired,
    /// Our root, but the certificate is for another host name.
    OtherName,
    /// Our root, but something else is wrong.
    Invalid(String),
}

/// See the module's head.
#[derive(Debug)]
pub(crate) struct PinnedVerifier {
    trust: Trust,
    certain_time: Timestamp,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    distrust: Option<Distrust>,
    root: Option<CertificateDer<'static>>,
}

impl PinnedVerifier {
    /// Trusts what `trust` says; judges validity at `certain_time` or any later instant, never by the device's clock.
    pub(crate) fn new(trust: Trust, certain_time: Timestamp, provider: Arc<CryptoProvider>) -> Self {
        Self { trust, certain_time, provider, seen: Mutex::default() }
    }

    /// Why the last server was refused, if it was; asking forgets it.
    pub(crate) fn take_distrust(&self) -> Option<Distrust> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).distrust.take()
    }

    /// The root that the last accepted chain ended in.
    pub(crate) fn root(&self) -> Option<CertificateDer<'static>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).root.clone()
    }

    fn trusted_roots(&self, presented: &[CertificateDer<'_>]) -> Vec<CertificateDer<'static>> {
        match &self.trust {
            Trust::Roots(roots) => roots.clone(),
            Trust::Pin(pin) => presented.iter().filter(|der| spki_starts_with(der, pin)).map(|der| der.clone().into_owned()).collect(),
        }
    }

    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
    ) -> Result<Option<CertificateDer<'static>>, Error> {
        let roots = self.trusted_roots(intermediates);
        let first = roots.first().cloned();
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots);
        if store.is_empty() {
            return Err(CertificateError::UnknownIssuer.into());
        }
        let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(store), self.provider.clone())
            .build()
            .map_err(|e| Error::General(e.to_string()))?;
        // The device may have been off since before the server's certificate was made, so "not yet valid" says nothing:
        // the chain is judged at the first instant, from the certain one on, at which all of it has begun.
        let begun = std::iter::once(end_entity).chain(intermediates).filter_map(|der| Some(validity(der)?.0)).max();
        let now = begun.map_or(self.certain_time, |b| b.max(self.certain_time));
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now.seconds()).unwrap_or(0)));
        webpki.verify_server_cert(end_entity, intermediates, name, &[], now)?;
        Ok(first)
    }
}

fn spki_starts_with(der: &CertificateDer<'_>, pin: &[u8; 10]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, c)| Sha256::digest(c.tbs_certificate.subject_pki.raw).starts_with(pin))
}

fn describe(error: &Error, end_entity: &CertificateDer<'_>) -> Distrust {
    match error {
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => Distrust::Expired,
        Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            Distrust::OtherName
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            Distrust::Foreign(issuer(end_entity))
        }
        other => Distrust::Invalid(other.to_string()),
    }
}

/// The issuer's common name, else its organisation, else its whole name; at most 200 characters, control characters dropped.
fn issuer(der: &CertificateDer<'_>) -> String {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return "不明".to_owned() };
    let text = |name: &X509Name<'_>| {
        let common = name.iter_common_name().chain(name.iter_organization()).find_map(|a| a.as_str().ok().map(str::to_owned));
        common.unwrap_or_else(|| name.to_string())
    };
    let name: String = text(certificate.issuer()).chars().filter(|c| !c.is_control()).take(200).collect();
    if name.is_empty() { "名前なし".to_owned() } else { name }
}

impl ServerCertVerifier for PinnedVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.judge(end_entity, intermediates, server_name);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match judged {
            Ok(root) => {
                *seen = Seen { distrust: None, root };
                Ok(ServerCertVerified::assertion())
            }
            Err(error) => {
                seen.distrust = Some(describe(&error, end_entity));
                Err(error)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.3 only".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
