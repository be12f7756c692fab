//! Two regions with facilities and people, all fictional, behind the real router; and devices that report.

mod added;
mod people;

use std::sync::Arc;

use axum::Router;
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::ids::BootId;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use tokio::sync::watch;

use super::super::{Parts, Web, WebSettings, router};
use crate::clock::{Clock as _, SetClock};
use crate::domain::device::Standing;
use crate::domain::ids::{DeviceId, FacilityId, RegionId};
use crate::domain::judge::{Judge, Rules};
use crate::domain::webhook::Networks;
use crate::pki::{Authority, Hands, Pki, Tickets, create_authority};
use crate::random::Random;
use crate::rules::RuleBook;
use crate::secrets::MasterKey;
use crate::store::device::{self, Decision};
use crate::store::facility::Facility;
use crate::store::ingest::{self, Ingest, NewReport, Submission};
use crate::store::region::Region;
use crate::store::{Store, StoreUrl, facility, meta, rank, region};

/// 2026-08-03 09:00 JST.
pub(super) const MORNING: Timestamp = Timestamp::from_seconds(1_785_715_200);
/// Address of the web port.
pub(super) const ORIGIN: &str = "https://hashimori.example";
pub(super) const PASSWORD: &str = "amber ferry crossing";

pub(super) struct World {
    pub store: Store,
    pub clock: SetClock,
    pub random: Arc<Random>,
    pub router: Router,
    pub region: RegionId,
    pub other_region: RegionId,
    /// A facility of `region`.
    pub facility: FacilityId,
    /// Another facility of `region`.
    pub neighbour: FacilityId,
    /// A facility of `other_region`.
    pub foreign: FacilityId,
    pub pack: Arc<Pack>,
    pub root_pin: [u8; 10],
    pub master: Arc<MasterKey>,
    /// The edition that pages follow.
    pub books: crate::rules::Rules,
    ingest: Ingest,
    _rules: watch::Sender<Arc<dyn Judge>>,
    _folder: tempfile::TempDir,
}

async fn authority(store: &Store, master: &MasterKey, random: &Random) -> Pki {
    let mut tx = store.begin().await.expect("begins");
    let names = vec!["collector.example".to_owned()];
    create_authority(&mut tx, &names, Hands { master, random, now: MORNING }).await.expect("made");
    tx.commit().await.expect("commits");
    Pki::new(Authority::load(store, master).await.expect("loads"), Arc::new(Tickets::default()))
}

/// Tests listen on this machine.
pub(super) fn this_machine() -> Networks {
    Networks(["127.0.0.0/8", "::1"].map(|text| text.parse().expect("a network")).into())
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(StoreUrl::Sqlite(folder.path().join("store.db"))).await.expect("opens");
        let (clock, random) = (SetClock::at(MORNING), Arc::new(Random::seeded(7)));
        let master = Arc::new(MasterKey::generate(&random));
        let pki = Arc::new(authority(&store, &master, &random).await);
        let (pack, root_pin) = (Arc::new(Pack::bundled()), pki.authority().root_pin);
        let judge: Arc<dyn Judge> = Arc::new(Rules::new([Pack::bundled()], Catalogues::bundled()));
        let (rules, judge) = watch::channel(judge);
        let books = crate::rules::Rules::new(RuleBook::load(None, None).expect("the bundled ones"));
        meta::ensure_epoch(&store, &random).await.expect("an epoch");
        let limits = ingest::Settings { judge, queue: 64, batch: 64 };
        let (ingest, _) = Ingest::start(store.clone(), limits).await.expect("starts");
        let web = Web::new(Parts {
            store: store.clone(),
            clock: Arc::new(clock.clone()),
            random: Arc::clone(&random),
            master: Arc::clone(&master),
            books: books.books(),
            pki,
            settings: WebSettings {
                secure: true,
                device_address: "collector.example:8443".to_owned(),
                public_url: ORIGIN.to_owned(),
                trusted_proxies: Vec::new(),
                daily_backup: true,
                mail: true,
                webhooks: this_machine(),
            },
        });
        let region = RegionId::new(random.uuid(MORNING));
        let other_region = RegionId::new(random.uuid(MORNING));
        let [facility, neighbour, foreign] = std::array::from_fn(|_| FacilityId::new(random.uuid(MORNING)));
        let router = router(web);
        let world = Self {
            store,
            clock,
            random,
            router,
            region,
            other_region,
            facility,
            neighbour,
            foreign,
            pack,
            root_pin,
            master,
            books,
            ingest,
            _rules: rules,
            _folder: folder,
        };
        world.add_places().await;
        world
    }

    async fn add_places(&self) {
        let mut tx = self.store.begin().await.expect("begins");
        for (id, name) in [(self.region, "架空圏域"), (self.other_region, "仮想圏域")] {
            let region = Region { id, name: name.to_owned(), pack: Pack::bundled().id().to_owned(), created_at: MORNING };
            region::insert(&mut tx, &region).await.expect("inserts");
        }
        for (id, region, name) in [
            (self.facility, self.region, "さくら架空診療所"),
            (self.neighbour, self.region, "もみじ架空薬局"),
            (self.foreign, self.other_region, "みなと仮想訪問看護"),
        ] {
            facility::insert(&mut tx, &Facility { id, region, name: name.to_owned(), created_at: MORNING }).await.expect("inserts");
        }
        tx.commit().await.expect("commits");
    }

    /// How a device stands.
    pub(super) async fn standing(&self, device: &str) -> Option<String> {
        for facility in [self.facility, self.neighbour, self.foreign] {
            let id = device.parse().expect("an id");
            if let Some(found) = device::find(&self.store, facility, id).await.expect("reads") {
                return Some(found.standing.as_str().to_owned());
            }
        }
        None
    }

    /// A person confirms a device.
    pub(super) async fn confirm(&self, facility: FacilityId, id: DeviceId) {
        let decision = Decision { standing: Standing::Active, by: "見本".to_owned(), at: self.clock.now() };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        assert!(device::stand(&mut tx, facility, id, &[Standing::Pending], &decision).await.expect("writes"));
        tx.commit().await.expect("commits");
    }

    /// Details of the operation log's entries about one kind of act, oldest first.
    pub(super) async fn acts(&self, what: &str) -> Vec<String> {
        let query = sqlx::query_scalar("SELECT detail FROM log_entry WHERE what = $1 ORDER BY id").bind(what.to_owned());
        query.fetch_all(self.store.read()).await.expect("reads")
    }

    /// How a device stands from now on, whatever came before.
    pub(super) async fn stand(&self, facility: FacilityId, id: DeviceId, standing: Standing) {
        let decision = Decision { standing, by: "見本".to_owned(), at: self.clock.now() };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        assert!(device::stand(&mut tx, facility, id, Standing::ALL, &decision).await.expect("writes"));
        tx.commit().await.expect("commits");
    }

    /// What is due is judged anew, as the sweeper does.
    pub(super) async fn sweep(&self) {
        while self.ingest.rejudge(self.clock.now()).await.expect("runs").more {}
    }

    /// Facilities are put in order anew, as the job does.
    pub(super) async fn rank(&self) {
        while rank::refresh(&self.store, self.clock.now().jst_day(), &self.pack.parameters().staleness).await.expect("ranks") {}
    }

    /// A device checks in with a report, through the writer.
    pub(super) async fn report(&self, facility: FacilityId, id: DeviceId, report: &Report) {
        self.report_under(facility, id, (BootId::from_bytes(self.random.bytes()), 1), report).await;
    }

    /// The same under this key.
    pub(super) async fn report_under(&self, facility: FacilityId, id: DeviceId, (boot, seq): (BootId, u64), report: &Report) {
        let device = device::find(&self.store, facility, id).await.expect("reads").expect("a device").n;
        let json = serde_json::to_vec(report).expect("json");
        let now = self.clock.now();
        let body = ingest::Body::Report(Box::new(NewReport::new(&json, report.clone()).expect("packs")));
        let submission =
            Submission { device, boot, seq, observed_at: now, sent_at: now, received_at: now, have_verdict: None, dropped: 0, body };
        self.ingest.submit(submission).await.expect("stored");
        self.ingest.fold().await.expect("folded");
    }
}
