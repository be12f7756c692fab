//! A store under test: either engine, a fictional region with a facility, devices, and the writer with the real rules.
//! The only part of this crate that knows the collector from inside.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::Context as _;
use hashimori_server::domain::device::{DeviceN, Ownership, Standing};
use hashimori_server::domain::ids::{DeviceId, FacilityId, RegionId};
use hashimori_server::domain::judge::{Judge, Rules};
use hashimori_server::random::Random;
use hashimori_server::store::ingest::{Ack, Body, Ingest, NewReport, Rejected, Settings, Submission, WriterError};
use hashimori_server::store::{Store, StoreUrl, device, facility, meta, region};
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::ids::{BootId, ReportDigest};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{DeviceClass, Report};
use hashimori_shared::time::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::postgres::Postgres;

/// 2026-08-03T08:30 JST: the instant a bed starts at.
pub const MORNING: Timestamp = Timestamp::from_seconds(1_785_713_400);

/// Which database a bed stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A SQLite file in a folder of its own.
    Sqlite,
    /// A database of its own in a PostgreSQL cluster shared by the tests of one run.
    Postgres,
}

/// A store under test.
pub struct Bed {
    /// The store.
    pub store: Store,
    /// The way in to the writer.
    pub ingest: Ingest,
    /// Sends other rules to the writer.
    pub rules: watch::Sender<Arc<dyn Judge>>,
    /// The region.
    pub region: RegionId,
    /// Its facility.
    pub facility: FacilityId,
    /// Ids are made from it.
    pub random: Random,
    /// The collector's clock.
    pub now: Timestamp,
    writer: JoinHandle<Result<(), WriterError>>,
    queue: usize,
    _place: Place,
}

/// Where a store can be made; removed when dropped.
pub struct Place {
    /// For `Store::open`.
    pub url: StoreUrl,
    _folder: TempDir,
    _cluster: Option<Arc<Postgres>>,
}

/// A place of its own for a store, with none in it yet.
pub fn empty(engine: On) -> anyhow::Result<Place> {
    let folder = tempfile::tempdir()?;
    let (url, cluster) = match engine {
        On::Sqlite => (StoreUrl::Sqlite(folder.path().join("store.db")), None),
        On::Postgres => {
            let cluster = shared_cluster()?;
            (StoreUrl::Postgres(fresh_database(&cluster)?), Some(cluster))
        }
    };
    Ok(Place { url, _folder: folder, _cluster: cluster })
}

/// The bundled rules.
pub fn bundled_rules() -> Arc<dyn Judge> {
    Arc::new(Rules::new([Pack::bundled()], Catalogues::bundled()))
}

impl Bed {
    /// A bed with the bundled rules.
    pub async fn on(engine: On) -> anyhow::Result<Self> {
        Self::with(engine, bundled_rules(), 2048).await
    }

    /// A bed with other rules and a queue of this length.
    pub async fn with(engine: On, judge: Arc<dyn Judge>, queue: usize) -> anyhow::Result<Self> {
        let place = empty(engine)?;
        let store = Store::open(place.url.clone()).await?;
        let random = Random::seeded(7);
        meta::ensure_epoch(&store, &random).await?;
        let (region, facility) = found(&store, &random, "架空圏域", "架空クリニック").await?;
        let (rules, judge) = watch::channel(judge);
        let (ingest, writer) = Ingest::start(store.clone(), Settings { judge, queue, batch: 512 }).await?;
        Ok(Self { store, ingest, rules, region, facility, random, now: MORNING, writer, queue, _place: place })
    }

    /// Another facility of the same region.
    pub async fn another_facility(&self) -> anyhow::Result<FacilityId> {
        let id = FacilityId::new(self.random.uuid(self.now));
        let mut tx = self.store.begin().await?;
        let row = facility::Facility { id, region: self.region, name: "架空薬局".to_owned(), created_at: self.now };
        facility::insert(&mut tx, &row).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds a device that stands like this.
    pub async fn device(&self, standing: Standing) -> anyhow::Result<(DeviceId, DeviceN)> {
        self.device_in(self.facility, standing).await
    }

    /// Adds a device to a facility.
    pub async fn device_in(&self, facility: FacilityId, standing: Standing) -> anyhow::Result<(DeviceId, DeviceN)> {
        let id = DeviceId::new(self.random.uuid(self.now));
        let n = enrol(&self.store, (self.region, facility), id, standing, self.now).await?;
        Ok((id, n))
    }

    /// A person sets how a device stands.
    pub async fn stand(&self, id: DeviceId, standing: Standing) -> anyhow::Result<()> {
        let mut tx = self.store.begin_ledger().await?;
        let decision = device::Decision { standing, by: "架空 花子".to_owned(), at: self.now };
        let done = device::stand(&mut tx, self.facility, id, Standing::ALL, &decision).await?;
        anyhow::ensure!(done, "no such device");
        Ok(tx.commit().await?)
    }

    /// A check-in as a device would send it now.
    pub fn check_in(&self, device: DeviceN, (boot, seq): (u8, u64), body: Body) -> Submission {
        Submission {
            device,
            boot: BootId::from_bytes([boot; 16]),
            seq,
            observed_at: self.now,
            sent_at: self.now,
            received_at: self.now,
            have_verdict: None,
            dropped: 0,
            body,
        }
    }

    /// Sends a whole report.
    pub async fn send(&self, device: DeviceN, key: (u8, u64), report: &Report) -> Result<Ack, Rejected> {
        let (body, _) = whole(report);
        self.ingest.submit(self.check_in(device, key, body)).await
    }

    /// Sends a heartbeat.
    pub async fn beat(&self, device: DeviceN, key: (u8, u64), base: ReportDigest) -> Result<Ack, Rejected> {
        self.ingest.submit(self.check_in(device, key, Body::Unchanged(base))).await
    }

    /// Ends the writer without letting it fold, and starts another: what a crash leaves, seen from the store.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.writer.abort();
        let _ = (&mut self.writer).await;
        self.start().await
    }

    /// Ends the writer in order, and starts another.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.ingest.stop().await;
        (&mut self.writer).await??;
        self.start().await
    }

    async fn start(&mut self) -> anyhow::Result<()> {
        let settings = Settings { judge: self.rules.subscribe(), queue: self.queue, batch: 512 };
        (self.ingest, self.writer) = Ingest::start(self.store.clone(), settings).await?;
        Ok(())
    }
}

/// A report as a body, and its digest.
pub fn whole(report: &Report) -> (Body, ReportDigest) {
    let json = serde_json::to_vec(report).unwrap_or_default();
    let digest = ReportDigest::of(&json);
    let new = NewReport::new(&json, report.clone()).unwrap_or_else(|e| unreachable!("compressing in memory: {e}"));
    (Body::Report(Box::new(new)), digest)
}

/// Adds a device to a facility.
pub async fn enrol(
    store: &Store,
    (region, facility): (RegionId, FacilityId),
    id: DeviceId,
    standing: Standing,
    now: Timestamp,
) -> anyhow::Result<DeviceN> {
    let new = device::NewDevice {
        id,
        region,
        facility,
        label: "受付の端末".to_owned(),
        ownership: Ownership::Managed,
        class: DeviceClass::Unclear,
        standing,
        enrolled_at: now,
        confirmed_by: None,
    };
    let mut tx = store.begin_ledger().await?;
    let n = device::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(n)
}

/// Adds a region with one facility.
pub async fn found(store: &Store, random: &Random, network: &str, clinic: &str) -> anyhow::Result<(RegionId, FacilityId)> {
    let region = RegionId::new(random.uuid(MORNING));
    let facility = FacilityId::new(random.uuid(MORNING));
    let mut tx = store.begin().await?;
    let row = region::Region { id: region, name: network.to_owned(), pack: Pack::bundled().id().to_owned(), created_at: MORNING };
    region::insert(&mut tx, &row).await?;
    let row = facility::Facility { id: facility, region, name: clinic.to_owned(), created_at: MORNING };
    facility::insert(&mut tx, &row).await?;
    tx.commit().await?;
    Ok((region, facility))
}

fn shared_cluster() -> anyhow::Result<Arc<Postgres>> {
    static CLUSTER: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
    let mut slot = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = slot.upgrade() {
        return Ok(running);
    }
    let started = Arc::new(Postgres::start().context("a PostgreSQL for the test")?);
    *slot = Arc::downgrade(&started);
    Ok(started)
}

fn fresh_database(cluster: &Postgres) -> anyhow::Result<String> {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    cluster.database(&format!("bed_{}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)))
}
