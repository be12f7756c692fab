//! Announcements to every device, signed by the root that devices trust: its successor, or where the collector moves.

use hashimori_shared::enroll::{Announcement, AnnouncementPayload};
use rcgen::{KeyPair, SigningKey as _};
use rustls_pki_types::CertificateDer;

use super::authority::{PkiError, check_key, open_root_key, read_root_key};
use super::{Hands, issue};
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
    let row = store.list_authority(AuthorityKind::Root).await?.into_iter().next().ok_or(PkiError::Missing)?;
    let key = match root_key {
        Some(pem) => read_root_key(pem)?,
        None => open_root_key(&row, hands.master)?,
    };
    check_key(&CertificateDer::from(row.certificate), &key)?;
    let mut tx = store.begin().await?;
    let serial = tx.next_announcement_serial().await?;
    let (kind, payload) = match say {
        Say::NextRoot => {
            let validity = issue::Validity::days(hands.now, super::authority::ROOT_DAYS);
            let next = issue::root(validity, hands.random)?;
            let root = data_encoding::BASE64.encode(&next.0);
            hands.insert(&mut tx, AuthorityKind::NextRoot, &next, validity).await?;
            ("next_root", AnnouncementPayload::NextRoot { serial, root })
        }
        Say::Successor(endpoints) => ("successor", AnnouncementPayload::Successor { serial, endpoints }),
    };
    let announcement = sign(&key, &payload)?;
    tx.insert_announcement(serial, kind, &announcement, hands.now).await?;
    let done = Done::by(Actor::Operator, What::Announced, hands.now).noting(format!("kind={kind} serial={serial}"));
    log::write(&mut tx, hands.random, &done).await?;
    tx.commit().await?;
    Ok(announcement)
}

fn sign(key: &KeyPair, payload: &AnnouncementPayload) -> Result<Announcement, PkiError> {
    let payload = serde_json::to_string(payload).map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    let signature = data_encoding::BASE64.encode(&key.sign(payload.as_bytes())?);
    Ok(Announcement { payload, signature })
}
