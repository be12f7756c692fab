//! The roots' private keys: kept here sealed, or offline in a file that an operator gives when a root has to sign.

use rcgen::KeyPair;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::authority::open_key;
use super::{Hands, PkiError};
use crate::domain::act::{Actor, Done, What};
use crate::secrets::MasterKey;
use crate::store::{AuthorityKind, AuthorityRow, Store, log};

/// Which root an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRoot {
    /// The one in use.
    Present,
    /// The one announced as the next.
    Next,
}

impl WhichRoot {
    const fn kind(self) -> AuthorityKind {
        match self {
            Self::Present => AuthorityKind::Root,
            Self::Next => AuthorityKind::NextRoot,
        }
    }

    pub(super) async fn find(self, store: &Store) -> Result<AuthorityRow, PkiError> {
        let missing = match self {
            Self::Present => PkiError::Missing,
            Self::Next => PkiError::NoNextRoot,
        };
        store.list_authority(self.kind()).await?.into_iter().next().ok_or(missing)
    }

    /// Its key: given (PKCS#8 PEM), or kept here.
    pub(super) fn key(self, row: &AuthorityRow, given: Option<&str>, master: &MasterKey) -> Result<KeyPair, PkiError> {
        let key = match given {
            Some(pem) => read_root_key(pem)?,
            None => open_key(row, self.kind(), master)?,
        };
        check_key(&CertificateDer::from(row.certificate.as_slice()), &key)?;
        Ok(key)
    }

    fn noting(self, done: Done) -> Done {
        match self {
            Self::Present => done,
            Self::Next => done.noting("which=next".to_owned()),
        }
    }
}

/// A root's certificate and private key, PEM, for keeping offline. Logged before it is given away.
pub async fn export_root_key(store: &Store, which: WhichRoot, hands: Hands<'_>) -> Result<zeroize::Zeroizing<String>, PkiError> {
    let row = which.find(store).await?;
    let key = zeroize::Zeroizing::new(which.key(&row, None, hands.master)?.serialize_pem());
    let done = Done::by(Actor::Operator, What::RootKeyExported, hands.now);
    log::write_alone(store, hands.random, &which.noting(done)).await?;
    let body = data_encoding::BASE64.encode(&row.certificate);
    let mut pem = zeroize::Zeroizing::new(String::from("-----BEGIN CERTIFICATE-----\n"));
    for line in body.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem.push_str(&key);
    Ok(pem)
}

/// Forgets a root's private key here.
pub async fn forget_root_key(store: &Store, which: WhichRoot, hands: Hands<'_>) -> Result<(), PkiError> {
    let mut tx = store.begin().await?;
    tx.forget_authority_key(which.kind()).await?;
    let done = Done::by(Actor::Operator, What::RootKeyForgotten, hands.now);
    log::write(&mut tx, hands.random, &which.noting(done)).await?;
    Ok(tx.commit().await?)
}

/// A root key as `export_root_key` wrote it: the certificate before it is skipped.
fn read_root_key(pem: &str) -> Result<KeyPair, PkiError> {
    let at = pem.find("-----BEGIN PRIVATE KEY-----").ok_or(PkiError::ForeignRootKey)?;
    Ok(KeyPair::from_pem(&pem[at..])?)
}

/// Whether `key` is the key of `certificate`.
fn check_key(certificate: &CertificateDer<'_>, key: &KeyPair) -> Result<(), PkiError> {
    let (_, parsed) = X509Certificate::from_der(certificate).map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    let same = parsed.public_key().subject_public_key.data.as_ref() == key.public_key_raw();
    if same { Ok(()) } else { Err(PkiError::ForeignRootKey) }
}
