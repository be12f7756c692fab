//! Taking the announced next root into use. What stands below the root before it stays trusted until no leaf of it can come back.

use hashimori_shared::enroll::AnnouncementPayload;
use rcgen::Issuer;
use rustls_pki_types::CertificateDer;

use super::announce::sign;
use super::authority::issue_below_root;
use super::issue::Validity;
use super::{DEVICE_LEAF_DAYS, DRAWER_DAYS, Hands, PkiError, ServerNames, WhichRoot};
use crate::domain::act::{Actor, Done, What};
use crate::store::{AuthorityKind, Store, log};

/// Days for which the root before the switch stays trusted: the last leaf below it, and the drawer after that.
const OLDER_DAYS: i64 = DEVICE_LEAF_DAYS + DRAWER_DAYS;

/// Makes the announced next root the root: issuing CA and the device port's leaf are made anew below it. A device that has not
/// heard of it yet reaches it over the certificate that the root before it gave it. That root's key is forgotten: nothing is to be
/// signed with it any more. `root_key` (PKCS#8 PEM) is needed when the next root's key is kept offline, and stays there.
pub async fn switch_root(store: &Store, names: &ServerNames, root_key: Option<&str>, hands: Hands<'_>) -> Result<(), PkiError> {
    let row = WhichRoot::Next.find(store).await?;
    let key = WhichRoot::Next.key(&row, root_key, hands.master)?;
    let der = CertificateDer::from(row.certificate);
    let validity = Validity { not_before: row.not_before, not_after: row.not_after };
    let mut tx = store.begin().await?;
    tx.delete_authority(AuthorityKind::NextRoot).await?;
    tx.forget_authority_key(AuthorityKind::Root).await?;
    for announced in store.list_announcements().await? {
        // Devices that enrol from now on know only this root; the next root itself has to be signed by the one before it.
        if let Ok(AnnouncementPayload::Successor { serial, .. }) = serde_json::from_str(&announced.payload) {
            tx.update_announcement(serial, &sign(&key, &announced.payload)?).await?;
        }
    }
    let pair = (der, key);
    if root_key.is_some() {
        hands.insert_without_key(&mut tx, AuthorityKind::Root, &pair.0, validity).await?;
    } else {
        hands.insert(&mut tx, AuthorityKind::Root, &pair, validity).await?;
    }
    let root = Issuer::from_ca_cert_der(&pair.0, &pair.1)?;
    issue_below_root(&mut tx, &root, names, hands).await?;
    log::write(&mut tx, hands.random, &Done::by(Actor::Operator, What::RootSwitched, hands.now)).await?;
    Ok(tx.commit().await?)
}

/// Ends trust in roots whose last leaf can no longer come back; whether there was any.
pub(super) async fn end_older_roots(store: &Store, hands: Hands<'_>) -> Result<bool, PkiError> {
    let mut tx = store.begin().await?;
    let ended = tx.delete_followed_roots(hands.now.plus_days(-OLDER_DAYS)).await?;
    if ended == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    let done = Done::by(Actor::Collector, What::RootEnded, hands.now).noting(format!("roots={ended}"));
    log::write(&mut tx, hands.random, &done).await?;
    tx.commit().await?;
    Ok(true)
}
