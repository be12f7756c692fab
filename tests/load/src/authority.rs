//! Certificates for the echo, shaped like the collector's: root, issuing authority, leaf, all P-256.

use std::path::Path;

use hashimori_tests::wire::device_tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ClientConfig;
use rustls::pki_types::PrivateKeyDer;

/// An authority of two tiers.
pub(crate) struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    issuing: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let root = CertifiedIssuer::self_signed(authority(), KeyPair::generate()?)?;
        let issuing = CertifiedIssuer::signed_by(authority(), KeyPair::generate()?, &root)?;
        Ok(Self { root, issuing })
    }

    /// Writes what `echo::serve` reads.
    pub(crate) fn write_for_server(&self, folder: &Path) -> anyhow::Result<()> {
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &self.issuing)?;
        std::fs::write(folder.join("root.pem"), self.root.pem())?;
        std::fs::write(folder.join("chain.pem"), [leaf.pem(), self.issuing.pem()].concat())?;
        std::fs::write(folder.join("key.pem"), key.serialize_pem())?;
        Ok(())
    }

    /// A client's TLS with a leaf of its own.
    pub(crate) fn client(&self) -> anyhow::Result<ClientConfig> {
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec!["device".to_owned()])?.signed_by(&key, &self.issuing)?;
        let chain = vec![leaf.der().clone(), self.issuing.der().clone()];
        device_tls(Some((chain, PrivateKeyDer::Pkcs8(key.serialize_der().into()))))
    }
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}
