//! Which client certificates the device port lets through the handshake: device leaves that chain to a root of ours.
//! Validity is judged at an instant when the leaf was young: a tablet from the drawer may connect and renew.
//! Its expiry and standing are checked per request, since a resumed session never comes here.

use std::sync::{Arc, PoisonError, RwLock};

use hashimori_shared::time::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Verifies client certificates against the roots in use; the roots can be replaced while running.
#[derive(Debug)]
pub struct DeviceVerifier {
    inner: RwLock<Arc<dyn ClientCertVerifier>>,
}

fn webpki(roots: &[CertificateDer<'static>]) -> Result<Arc<dyn ClientCertVerifier>, VerifierBuilderError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots.iter().cloned());
    WebPkiClientVerifier::builder_with_provider(Arc::new(store), Arc::new(rustls::crypto::ring::default_provider()))
        .allow_unauthenticated()
        .clear_root_hint_subjects()
        .build()
}

impl DeviceVerifier {
    /// Trusting leaves below these roots.
    pub fn new(roots: &[CertificateDer<'static>]) -> Result<Self, VerifierBuilderError> {
        Ok(Self { inner: RwLock::new(webpki(roots)?) })
    }

    /// Trusts these roots from now on.
    pub fn replace_roots(&self, roots: &[CertificateDer<'static>]) -> Result<(), VerifierBuilderError> {
        let fresh = webpki(roots)?;
        *self.inner.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn inner(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.inner.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first instant at which the whole chain was valid.
fn young(leaf: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Result<UnixTime, Error> {
    let mut latest = Timestamp::from_seconds(0);
    for der in std::iter::once(leaf).chain(intermediates) {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        latest = latest.max(Timestamp::from_seconds(parsed.validity().not_before.timestamp()));
    }
    let seconds = u64::try_from(latest.seconds()).unwrap_or(0);
    Ok(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
}

impl ClientCertVerifier for DeviceVerifier {
    /// Enrolment comes without a certificate; every other request is refused without one.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if intermediates.len() > 3 {
            return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        }
        self.inner().verify_client_cert(leaf, intermediates, young(leaf, intermediates)?)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(rustls::PeerIncompatible::Tls13RequiredForQuic))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner().verify_tls13_signature(message, leaf, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
