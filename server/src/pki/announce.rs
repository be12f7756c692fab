//! Announcements to every device, signed by the root that devices trust: its successor, or where the collector moves.

use hashimori_shared::enroll::{Announcement, AnnouncementPayload};
use rcgen::{Issuer, KeyPair, SigningKey as _};
use rustls_pki_types::CertificateDer;

use super::{Hands, PkiError, WhichRoot, issue};
use crate::domain::act::{Actor, Done, What};
use crate::store::{AuthorityKind, Store, log};

/// What the operator wants to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// A new root is trusted as well from now on; it is made here.
    NextRoot,
    /// The collector moves to these endpoints (`host:port`).
    Successor(Vec<String>),
}

/// Signs with the root (its key here, or given as PKCS#8 PEM) and stores an announcement for every check-in answer.
pub async fn announce(store: &Store, say: Say, root_key: Option<&str>, hands: Hands<'_>) -> Result<Announcement, PkiError> {
    let row = WhichRoot::Present.find(store).await?;
    let key = WhichRoot::Present.key(&row, root_key, hands.master)?;
    let der = CertificateDer::from(row.certificate);
    let mut tx = store.begin().await?;
    let serial = tx.next_announcement_serial().await?;
    let (kind, payload) = match say {
        Say::NextRoot => {
            let validity = issue::Validity::days(hands.now, super::authority::ROOT_DAYS);
            let next = issue::root(validity, hands.random)?;
            let root = data_encoding::BASE64.encode(&next.0);
            let validity_of_cross = issue::Validity { not_before: hands.now, not_after: row.not_after.min(validity.not_after) };
            let cross = issue::cross(&Issuer::from_ca_cert_der(&der, &key)?, &next, validity_of_cross, hands.random)?;
            hands.insert(&mut tx, AuthorityKind::NextRoot, &next, validity).await?;
            hands.insert_without_key(&mut tx, AuthorityKind::Cross, &cross, validity_of_cross).await?;
            ("next_root", AnnouncementPayload::NextRoot { serial, root })
        }
        Say::Successor(endpoints) => ("successor", AnnouncementPayload::Successor { serial, endpoints }),
    };
    let payload = serde_json::to_string(&payload).map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    let announcement = Announcement { signature: sign(&key, &payload)?, payload };
    tx.insert_announcement(serial, kind, &announcement, hands.now).await?;
    let done = Done::by(Actor::Operator, What::Announced, hands.now).noting(format!("kind={kind} serial={serial}"));
    log::write(&mut tx, hands.random, &done).await?;
    tx.commit().await?;
    Ok(announcement)
}

/// A root's signature over an announcement's payload.
pub(super) fn sign(key: &KeyPair, payload: &str) -> Result<String, PkiError> {
    Ok(data_encoding::BASE64.encode(&key.sign(payload.as_bytes())?))
}
