//! A collector of one region and one facility, in this process; on SQLite, or on PostgreSQL where `HASHIMORI_TEST_POSTGRES` is a
//! superuser's URL (`hashimori-with-postgres cargo test …`).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hashimori_server::app::App;
use hashimori_server::clock::{Clock as _, SetClock};
use hashimori_server::config::{Fragments, Settings};
use hashimori_server::domain::device::{DeviceN, Ownership, Standing};
use hashimori_server::domain::enrolment::CodeWish;
use hashimori_server::domain::ids::{DeviceId, FacilityId, RegionId};
use hashimori_server::lifecycle::Signals;
use hashimori_server::pki::{Hands, create_authority};
use hashimori_server::random::Random;
use hashimori_server::serve::{Bound, Ports, World, serve, start};
use hashimori_server::store::device::{self, Decision, Device};
use hashimori_server::store::facility::{self, Facility};
use hashimori_server::store::region::{self, Region};
use hashimori_server::store::{Store, meta};
use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::time::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// When the tests begin: a day in September 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

pub(crate) struct Bench {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: SetClock,
    pub(crate) random: Arc<Random>,
    pub(crate) region: RegionId,
    pub(crate) facility: FacilityId,
    extra: String,
    database: Option<String>,
    running: Option<Running>,
}

/// A database of its own, where the tests are to run on PostgreSQL.
async fn fresh_database() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let cluster = std::env::var("HASHIMORI_TEST_POSTGRES").ok()?;
    let name = format!("bench_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut superuser = AnyConnection::connect(&format!("{cluster}/postgres")).await.expect("HASHIMORI_TEST_POSTGRES answers");
    superuser.execute(sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))).await.expect("made");
    superuser.close().await.expect("closes");
    Some(format!("{cluster}/{name}"))
}

struct Running {
    app: App,
    bound: Bound,
    stop: CancellationToken,
    done: JoinHandle<anyhow::Result<()>>,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// With more lines of configuration.
    pub(crate) async fn start_with(extra: &str) -> Self {
        let random = Arc::new(Random::seeded(7));
        let mut bench = Self {
            dir: tempfile::tempdir().expect("a folder"),
            clock: SetClock::at(NOW),
            region: RegionId::new(random.uuid(NOW)),
            facility: FacilityId::new(random.uuid(NOW)),
            random,
            extra: extra.to_owned(),
            database: fresh_database().await,
            running: None,
        };
        bench.init().await;
        bench.resume(false).await;
        bench
    }

    fn settings(&self) -> Settings {
        let data = self.dir.path().join("data");
        let store = self.database.as_ref().map_or_else(String::new, |url| format!("[store]\nurl = \"{url}\"\n"));
        let text = format!(
            "data = \"{}\"\n{store}[device]\nlisten = \"127.0.0.1:0\"\n[web]\nlisten = \"127.0.0.1:0\"\n[metrics]\nlisten = \"127.0.0.1:0\"\n{}",
            data.display(),
            self.extra
        );
        let mut fragments = Fragments::default();
        fragments.text("bench", &text).expect("valid");
        Settings::validate(fragments.merge().expect("merges"), None).expect("valid")
    }

    async fn init(&self) {
        let settings = self.settings();
        std::fs::create_dir(&settings.data).expect("made");
        let master = settings.master_key.create(&settings.data, &self.random).expect("made");
        let store = Store::open(settings.store.clone()).await.expect("opens");
        meta::ensure_epoch(&store, &self.random).await.expect("an epoch");
        let mut tx = store.begin().await.expect("begins");
        let hands = Hands { master: &master, random: &self.random, now: NOW };
        create_authority(&mut tx, &settings.device.names, hands).await.expect("created");
        let pack = "itsutsubashi-2019-02-08".to_owned();
        let region = Region { id: self.region, name: "架空圏域".to_owned(), pack, created_at: NOW };
        region::insert(&mut tx, &region).await.expect("inserted");
        let facility = Facility { id: self.facility, region: self.region, name: "架空診療所".to_owned(), created_at: NOW };
        facility::insert(&mut tx, &facility).await.expect("inserted");
        tx.commit().await.expect("commits");
        store.close().await;
    }

    /// Starts the collector (again).
    pub(crate) async fn resume(&mut self, accept_clock: bool) {
        let settings = self.settings();
        let ports = Ports::open(&settings).expect("free ports");
        let bound = ports.bound().expect("addresses");
        let world = World { clock: Arc::new(self.clock.clone()), random: Arc::clone(&self.random), accept_clock };
        let collector = start(settings, world).await.expect("starts");
        let (app, stop) = (collector.app.clone(), CancellationToken::new());
        let signals = Signals::listen().expect("signals");
        let done = tokio::spawn(serve(collector, ports, signals, stop.clone()));
        self.running = Some(Running { app, bound, stop, done });
    }

    /// Ends the collector gracefully.
    pub(crate) async fn halt(&mut self) {
        let Running { app, stop, done, .. } = self.running.take().expect("running");
        drop(app);
        stop.cancel();
        done.await.expect("no panic").expect("ends well");
    }

    /// Time passes while the collector is off; a person accepts its clock.
    pub(crate) async fn pass(&mut self, seconds: i64) {
        self.halt().await;
        self.clock.advance(seconds);
        self.resume(true).await;
    }

    /// The SQLite file; `None` on PostgreSQL, where what is said of it has been tried on SQLite.
    pub(crate) fn store_file(&self) -> Option<PathBuf> {
        if self.database.is_some() {
            return None;
        }
        Some(self.dir.path().join("data/store.db"))
    }

    pub(crate) fn app(&self) -> &App {
        &self.running.as_ref().expect("running").app
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.as_ref().expect("running").bound.device
    }

    /// Value of a metric, by its exact name and labels, as Prometheus is told now; 0 when it is not there.
    pub(crate) fn metric(&self, name: &str) -> i64 {
        use std::io::{Read as _, Write as _};
        let address = self.running.as_ref().expect("running").bound.metrics.expect("a port");
        tokio::task::block_in_place(|| {
            let mut stream = std::net::TcpStream::connect(address).expect("connects");
            stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("writes");
            let mut text = String::new();
            stream.read_to_string(&mut text).expect("reads");
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            value.map_or(0, |value| value.trim().parse().expect("a number"))
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn wish(&self, uses: u32) -> CodeWish {
        let (region, facility) = (self.region, self.facility);
        CodeWish { region, facility, uses, hours: 1, auto_confirm: false, ownership: Ownership::Managed }
    }

    pub(crate) async fn issue(&self, wish: CodeWish) -> EnrolmentCode {
        let (issued, code) = wish.issue(self.app().pki.authority().root_pin, self.now(), &self.random).expect("a valid wish");
        let mut tx = self.app().store.begin().await.expect("begins");
        tx.insert_code(&issued, "operator").await.expect("inserted");
        tx.commit().await.expect("commits");
        code
    }

    pub(crate) async fn device(&self, id: DeviceId) -> Device {
        device::find(&self.app().store, self.facility, id).await.expect("reads").expect("a device of the facility")
    }

    /// A person decides how a device stands.
    pub(crate) async fn decide(&self, id: DeviceId, standing: Standing) {
        self.decide_at(self.facility, id, standing).await;
    }

    /// The same at another facility.
    pub(crate) async fn decide_at(&self, facility: FacilityId, id: DeviceId, standing: Standing) {
        let mut tx = self.app().store.begin_ledger().await.expect("begins");
        let decision = Decision { standing, by: "person".to_owned(), at: self.now() };
        assert!(device::stand(&mut tx, facility, id, Standing::ALL, &decision).await.expect("stands"));
        tx.commit().await.expect("commits");
    }

    /// How many reports the store holds of a device.
    pub(crate) async fn reports(&self, n: DeviceN) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM report WHERE n = $1").bind(n.0).fetch_one(self.app().store.read()).await.expect("counts")
    }
}
