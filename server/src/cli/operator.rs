//! What operator commands work with: the store beside a collector that may be running, the master key, the real clock.

use std::sync::Arc;

use anyhow::{Context as _, bail};

use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::domain::ids::{FacilityId, RegionId};
use crate::pki::Hands;
use crate::random::Random;
use crate::secrets::MasterKey;
use crate::store::facility::Facility;
use crate::store::region::Region;
use crate::store::{Store, facility, region};
use hashimori_shared::time::Timestamp;

/// An operator at the machine.
pub(super) struct Operator {
    pub(super) settings: Settings,
    pub(super) store: Store,
    pub(super) master: MasterKey,
    pub(super) random: Arc<Random>,
    pub(super) now: Timestamp,
}

impl Operator {
    pub(super) async fn start(settings: Settings) -> anyhow::Result<Self> {
        let store = Store::open_beside(settings.store.clone()).await?;
        let master = settings.master_key.load(&settings.data)?;
        Ok(Self { settings, store, master, random: Arc::new(Random::from_system()), now: SystemClock.now() })
    }

    pub(super) fn hands(&self) -> Hands<'_> {
        Hands { master: &self.master, random: &self.random, now: self.now }
    }
}

/// The region with this id or name; without either, the only one.
pub(super) async fn region(store: &Store, wanted: Option<&str>) -> anyhow::Result<Region> {
    let mut all = region::list(store).await?;
    if let Some(wanted) = wanted {
        all.retain(|r| r.name == wanted || wanted.parse() == Ok(r.id));
    }
    match (all.pop(), all.is_empty(), wanted) {
        (Some(only), true, _) => Ok(only),
        (None, _, Some(wanted)) => bail!("there is no region {wanted}"),
        (None, _, None) => bail!("there is no region yet: run `hashimori-server init`"),
        (Some(_), false, _) => bail!("there are several such regions: say which with `--region NAME`"),
    }
}

/// A facility of a region by id or name.
pub(super) async fn facility(store: &Store, region: RegionId, wanted: &str) -> anyhow::Result<Facility> {
    find_facility(store, region, wanted).await?.with_context(|| format!("the region has no facility {wanted}"))
}

pub(super) async fn find_facility(store: &Store, region: RegionId, wanted: &str) -> anyhow::Result<Option<Facility>> {
    if let Ok(id) = wanted.parse::<FacilityId>() {
        return Ok(facility::find(store, region, id).await?);
    }
    let mut after = None;
    let mut found = None;
    loop {
        let page = facility::list(store, region, after, 200).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.id);
        for facility in page {
            if facility.name == wanted && found.replace(facility).is_some() {
                bail!("there are several facilities named {wanted}: give the id");
            }
        }
    }
}
