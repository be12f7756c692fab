//! The authority as the store keeps it: created once, loaded at start, renewed before it runs out, rotated on demand.

use std::sync::Arc;

use hashimori_shared::enroll::Announcement;
use hashimori_shared::time::{DAY, Timestamp};
use rcgen::{Issuer, KeyPair, SigningKey};
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::issue::{self, LeafRequest, Subject, Validity};
use super::{DeviceLeaf, InvalidRequest, WhichRoot, switch};
use crate::domain::act::{Actor, Done, What};
use crate::random::Random;
use crate::secrets::{CannotOpen, MasterKey};
use crate::store::{self, AuthorityKind, AuthorityRow, Store, Tx, log};

/// Years of the root and of the issuing CA, in days.
pub(super) const ROOT_DAYS: i64 = 20 * 365;
const ISSUING_DAYS: i64 = 2 * 365;
/// Days before its end at which the issuing CA is renewed, or asked for when the root is offline.
const ISSUING_MARGIN_DAYS: i64 = 90;
/// The device port's leaf: replaced when a third of it is left.
const SERVER_DAYS: i64 = 90;
const SERVER_MARGIN_DAYS: i64 = 30;

/// Host names and addresses that devices reach the device port by.
pub type ServerNames = [String];

/// What can go wrong with the authority.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] store::Error),
    /// Never initialised.
    #[error("this store has no certificate authority yet: run `hashimori-server init` first")]
    Missing,
    /// A sealed key does not open.
    #[error("{0}")]
    Sealed(#[from] CannotOpen),
    /// A certificate could not be made or read.
    #[error("a certificate could not be made or read: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused a key.
    #[error("a key was refused: {0}")]
    Key(#[from] rustls::Error),
    /// The root key is kept offline.
    #[error("the root key is kept offline: give it with `--root-key FILE`")]
    RootOffline,
    /// A root key that does not belong to the root.
    #[error("that key does not belong to the root certificate")]
    ForeignRootKey,
    /// There is no next root to take into use.
    #[error("no next root has been announced: run `hashimori-server ca next-root` first, and give devices time to hear of it")]
    NoNextRoot,
    /// A request that is refused.
    #[error("{0}")]
    Request(#[from] InvalidRequest),
}

/// The authority, ready to use.
#[derive(Debug)]
pub struct Authority {
    /// Roots that device leaves may chain to: the present one, the announced next one, and those from before a switch.
    pub roots: Vec<CertificateDer<'static>>,
    /// How many of them are from before a switch: trusted while a leaf below them may still be renewed.
    pub older_roots: usize,
    /// The issuing certificate, DER.
    pub issuing: CertificateDer<'static>,
    /// When the issuing certificate ends.
    pub issuing_ends: Timestamp,
    /// When the root ends.
    pub root_ends: Timestamp,
    /// Whether the root's key is here (sealed) rather than offline.
    pub root_key_here: bool,
    /// First 80 bits of SHA-256 over the root's SubjectPublicKeyInfo, as enrolment codes carry it.
    pub root_pin: [u8; 10],
    /// The device port's leaf with its chain and key.
    pub server: Arc<CertifiedKey>,
    /// When that leaf ends.
    pub server_ends: Timestamp,
    /// Announcements that check-ins carry.
    pub announcements: Vec<Announcement>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Loads the authority from the store.
    pub async fn load(store: &Store, master: &MasterKey) -> Result<Self, PkiError> {
        let mut followed = store.list_authority(AuthorityKind::Root).await?.into_iter();
        let root = followed.next().ok_or(PkiError::Missing)?;
        let older: Vec<_> = followed.map(|row| CertificateDer::from(row.certificate)).collect();
        let next = store.list_authority(AuthorityKind::NextRoot).await?;
        let issuing = store.list_authority(AuthorityKind::Issuing).await?.into_iter().next().ok_or(PkiError::Missing)?;
        let server = store.list_authority(AuthorityKind::Server).await?.into_iter().next().ok_or(PkiError::Missing)?;
        let issuing_der = CertificateDer::from(issuing.certificate.clone());
        let issuer = Issuer::from_ca_cert_der(&issuing_der, open_key(&issuing, AuthorityKind::Issuing, master)?)?;
        let root_der = CertificateDer::from(root.certificate);
        let server_key = open_key(&server, AuthorityKind::Server, master)?;
        let key = any_ecdsa_type(&PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der())))?;
        let root_pin = pin(&root_der)?;
        let mut chain = vec![CertificateDer::from(server.certificate), issuing_der.clone(), root_der.clone()];
        chain.extend(way_from(&older, &root_der, store).await?);
        let mut roots = vec![root_der];
        roots.extend(next.into_iter().map(|row| CertificateDer::from(row.certificate)));
        let older_roots = older.len();
        roots.extend(older);
        Ok(Self {
            roots,
            older_roots,
            issuing: issuing_der,
            issuing_ends: issuing.not_after,
            root_ends: root.not_after,
            root_key_here: root.sealed_key.is_some(),
            root_pin,
            server: Arc::new(CertifiedKey::new(chain, key)),
            server_ends: server.not_after,
            announcements: store.list_announcements().await?,
            issuer,
        })
    }

    /// Issues a device's leaf over the key of its checked request.
    pub fn issue(&self, request: &LeafRequest, subject: Subject, now: Timestamp, random: &Random) -> Result<DeviceLeaf, PkiError> {
        Ok(issue::device(&self.issuer, request, subject, now, random)?)
    }

    /// The chain that a device keeps: its leaf and the issuing certificate, base64 of DER.
    pub fn chain_for(&self, leaf: &DeviceLeaf) -> Vec<String> {
        [leaf.der.as_slice(), self.issuing.as_ref()].map(|der| data_encoding::BASE64.encode(der)).into()
    }

    /// Whether the issuing CA is within its last 90 days: somebody should know.
    pub fn issuing_runs_out(&self, now: Timestamp) -> bool {
        self.issuing_ends.seconds_since(now) < ISSUING_MARGIN_DAYS * DAY
    }
}

/// What a device needs that heard of none but these older roots: each of their successors as the older one certified it, and the
/// older roots themselves, for whoever enrols with a code that names one of them.
async fn way_from(
    older: &[CertificateDer<'static>],
    root: &CertificateDer<'static>,
    store: &Store,
) -> Result<Vec<CertificateDer<'static>>, PkiError> {
    let Some(oldest) = older.len().checked_sub(1) else { return Ok(Vec::new()) };
    let successors = std::iter::once(root).chain(&older[..oldest]).map(pin).collect::<Result<Vec<_>, _>>()?;
    let mut way = Vec::new();
    for row in store.list_authority(AuthorityKind::Cross).await? {
        let cross = CertificateDer::from(row.certificate);
        if successors.contains(&pin(&cross)?) {
            way.push(cross);
        }
    }
    way.extend_from_slice(older);
    Ok(way)
}

/// First 80 bits of SHA-256 over the certificate's SubjectPublicKeyInfo.
fn pin(root: &CertificateDer<'_>) -> Result<[u8; 10], PkiError> {
    let (_, parsed) = X509Certificate::from_der(root).map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    let digest = Sha256::digest(parsed.public_key().raw);
    let mut pin = [0; 10];
    pin.copy_from_slice(&digest[..10]);
    Ok(pin)
}

const fn purpose(kind: AuthorityKind) -> &'static str {
    match kind {
        AuthorityKind::Root => "root-key",
        AuthorityKind::NextRoot => "next-root-key",
        AuthorityKind::Cross => "cross-key",
        AuthorityKind::Issuing => "issuing-key",
        AuthorityKind::Server => "server-key",
    }
}

pub(super) fn open_key(row: &AuthorityRow, kind: AuthorityKind, master: &MasterKey) -> Result<KeyPair, PkiError> {
    let sealed = row.sealed_key.as_deref().ok_or(PkiError::RootOffline)?;
    let der = master.open(purpose(kind), sealed)?;
    Ok(KeyPair::try_from(der.as_slice())?)
}

fn sealed_row(
    kind: AuthorityKind,
    (certificate, key): &(CertificateDer<'static>, KeyPair),
    validity: Validity,
    master: &MasterKey,
    random: &Random,
) -> AuthorityRow {
    let der = zeroize::Zeroizing::new(key.serialize_der());
    AuthorityRow {
        certificate: certificate.to_vec(),
        sealed_key: Some(master.seal(purpose(kind), &der, random)),
        not_before: validity.not_before,
        not_after: validity.not_after,
    }
}

/// Who acts, with what: the arguments every act of the authority needs.
#[derive(Clone, Copy, Debug)]
pub struct Hands<'a> {
    /// Seals and opens keys.
    pub master: &'a MasterKey,
    /// Serials and nonces.
    pub random: &'a Random,
    /// Now.
    pub now: Timestamp,
}

impl Hands<'_> {
    pub(super) async fn insert(
        &self,
        tx: &mut Tx,
        kind: AuthorityKind,
        pair: &(CertificateDer<'static>, KeyPair),
        validity: Validity,
    ) -> Result<(), PkiError> {
        let row = sealed_row(kind, pair, validity, self.master, self.random);
        tx.insert_authority(&self.random.uuid(self.now).to_string(), kind, &row, self.now).await?;
        Ok(())
    }

    pub(super) async fn insert_without_key(
        &self,
        tx: &mut Tx,
        kind: AuthorityKind,
        certificate: &CertificateDer<'static>,
        Validity { not_before, not_after }: Validity,
    ) -> Result<(), PkiError> {
        let row = AuthorityRow { certificate: certificate.to_vec(), sealed_key: None, not_before, not_after };
        tx.insert_authority(&self.random.uuid(self.now).to_string(), kind, &row, self.now).await?;
        Ok(())
    }
}

/// Creates root, issuing CA and the device port's leaf in a store that has none.
pub async fn create_authority(tx: &mut Tx, names: &ServerNames, hands: Hands<'_>) -> Result<(), PkiError> {
    let validity = Validity::days(hands.now, ROOT_DAYS);
    let root = issue::root(validity, hands.random)?;
    hands.insert(tx, AuthorityKind::Root, &root, validity).await?;
    log::write(tx, hands.random, &Done::by(Actor::Operator, What::AuthorityMade, hands.now)).await?;
    let root_issuer = Issuer::from_ca_cert_der(&root.0, root.1)?;
    issue_below_root(tx, &root_issuer, names, hands).await
}

pub(super) async fn issue_below_root(
    tx: &mut Tx,
    root: &Issuer<'_, impl SigningKey>,
    names: &ServerNames,
    hands: Hands<'_>,
) -> Result<(), PkiError> {
    let validity = Validity::days(hands.now, ISSUING_DAYS);
    let issuing = issue::issuing(root, validity, hands.random)?;
    hands.insert(tx, AuthorityKind::Issuing, &issuing, validity).await?;
    let issuer = Issuer::from_ca_cert_der(&issuing.0, issuing.1)?;
    issue_server(tx, &issuer, names, hands).await
}

async fn issue_server(tx: &mut Tx, issuer: &Issuer<'_, KeyPair>, names: &ServerNames, hands: Hands<'_>) -> Result<(), PkiError> {
    let validity = Validity::days(hands.now, SERVER_DAYS);
    let server = issue::server(issuer, names, validity, hands.random)?;
    tx.delete_expired_authority(AuthorityKind::Server, hands.now).await?;
    hands.insert(tx, AuthorityKind::Server, &server, validity).await
}

/// Makes a new issuing CA under the same root: devices trust the root, so none has to enrol again.
/// `root_key` (PKCS#8 PEM) is needed when the root's key is kept offline.
pub async fn rotate_issuing(
    store: &Store,
    names: &ServerNames,
    root_key: Option<&str>,
    (by, hands): (Actor, Hands<'_>),
) -> Result<(), PkiError> {
    let row = WhichRoot::Present.find(store).await?;
    let key = WhichRoot::Present.key(&row, root_key, hands.master)?;
    let der = CertificateDer::from(row.certificate);
    let root = Issuer::from_ca_cert_der(&der, key)?;
    let mut tx = store.begin().await?;
    issue_below_root(&mut tx, &root, names, hands).await?;
    log::write(&mut tx, hands.random, &Done::by(by, What::AuthorityRotated, hands.now)).await?;
    Ok(tx.commit().await?)
}

/// Renews what is about to run out and says whether anything was. The issuing CA renews itself while the root's key is here.
pub async fn renew_due(store: &Store, current: &Authority, names: &ServerNames, hands: Hands<'_>) -> Result<bool, PkiError> {
    if current.older_roots > 0 && switch::end_older_roots(store, hands).await? {
        return Ok(true);
    }
    if current.issuing_runs_out(hands.now) && current.root_key_here {
        rotate_issuing(store, names, None, (Actor::Collector, hands)).await?;
        return Ok(true);
    }
    if current.server_ends.seconds_since(hands.now) < SERVER_MARGIN_DAYS * DAY || !covers(&current.server.cert[0], names) {
        let mut tx = store.begin().await?;
        issue_server(&mut tx, &current.issuer, names, hands).await?;
        tx.commit().await?;
        return Ok(true);
    }
    Ok(false)
}

/// Whether a leaf already carries exactly these names.
fn covers(leaf: &CertificateDer<'_>, names: &ServerNames) -> bool {
    use x509_parser::extensions::GeneralName;
    let Ok((_, parsed)) = X509Certificate::from_der(leaf) else { return false };
    let Ok(Some(san)) = parsed.subject_alternative_name() else { return false };
    let present: Vec<String> = (san.value.general_names.iter())
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => match bytes.len() {
                4 => <[u8; 4]>::try_from(*bytes).ok().map(|b| std::net::Ipv4Addr::from(b).to_string()),
                _ => <[u8; 16]>::try_from(*bytes).ok().map(|b| std::net::Ipv6Addr::from(b).to_string()),
            },
            _ => None,
        })
        .collect();
    names.iter().all(|name| present.contains(name))
}
