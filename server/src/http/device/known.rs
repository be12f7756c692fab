//! From certificate to device number. A serial's device never changes, so what was looked up once is remembered;
//! standing is not in here. A serial of ours that the store does not know outlived a restore.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::answer::Refused;
use super::peer::Peer;
use crate::app::App;
use crate::domain::device::{DeviceN, Ownership, Standing};
use crate::domain::membership::State;
use crate::pki::DeviceCertificate;
use crate::store::certificate::Holder;
use crate::store::{certificate, device, facility, membership};
use hashimori_shared::report::DeviceClass;
use hashimori_shared::time::Timestamp;

/// Serials remembered; beyond that, memory is emptied and fills again (some 100 bytes each).
const MOST: usize = 100_000;

/// What was looked up.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<HashMap<String, DeviceN>>);

impl Known {
    /// The number of the device with this certificate.
    pub(super) async fn number(&self, app: &App, peer: &Peer, leaf: &DeviceCertificate, now: Timestamp) -> Result<DeviceN, Refused> {
        if let Some(n) = peer.n.get() {
            return Ok(*n);
        }
        let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&leaf.serial).copied();
        let n = match remembered {
            Some(n) => n,
            None => self.look_up(app, leaf, now).await?,
        };
        Ok(*peer.n.get_or_init(|| n))
    }

    async fn look_up(&self, app: &App, leaf: &DeviceCertificate, now: Timestamp) -> Result<DeviceN, Refused> {
        let n = match certificate::find_number(&app.store, &leaf.serial).await? {
            Some(n) => n,
            None => adopt(app, leaf, now).await?,
        };
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(leaf.serial.clone(), n);
        Ok(n)
    }
}

/// Takes in a device that is known by its certificate only: a person has to confirm it again (再確認待ち).
/// Where the device itself is known with the same key, only the renewal was lost, and nothing is to be confirmed.
async fn adopt(app: &App, leaf: &DeviceCertificate, now: Timestamp) -> Result<DeviceN, Refused> {
    let mut tx = app.store.begin_ledger().await?;
    let n = match certificate::find_holder(&mut tx, leaf.device, &leaf.key_digest).await? {
        Holder::SameKey(n) => n,
        // Renewal keeps the key, so this leaf belongs to nobody we let in.
        Holder::OtherKey => return Err(Refused::NoCertificate),
        Holder::Nobody => {
            // Asked within the transaction: another connection may not be had while others wait for the ledger.
            if !facility::exists_in(&mut tx, leaf.region, leaf.facility).await? {
                tracing::warn!(device = %leaf.device, facility = %leaf.facility, "refused a device of a facility that this store does not know: restore a newer backup, or let the device enrol again");
                return Err(Refused::UnknownFacility);
            }
            // Taken out of use with everything of its facility, which the backup does not know of.
            if !membership::find_state(&mut *tx, leaf.facility).await?.is_some_and(State::takes_part) {
                return Err(Refused::Retired);
            }
            let new = device::NewDevice {
                id: leaf.device,
                region: leaf.region,
                facility: leaf.facility,
                label: "復元後に再確認".to_owned(),
                ownership: Ownership::Managed,
                class: DeviceClass::Unclear,
                standing: Standing::Reconfirm,
                enrolled_at: leaf.not_before,
                confirmed_by: None,
            };
            device::insert(&mut tx, &new).await?
        }
    };
    tx.insert_foreign_certificate(leaf, now).await?;
    tx.commit().await?;
    tracing::info!(device = %leaf.device, "took in a certificate that outlived a restore");
    Ok(n)
}
