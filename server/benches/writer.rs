//! What the store's writer can do without TLS, and what a device costs in a year. Prints figures, asserts nothing.
//!
//! `cargo bench -p hashimori-server --bench writer` (throughput on SQLite, in the current folder's file system),
//! `… -- device-year` (bytes per device-year at 15 minutes); with `HASHIMORI_BENCH_POSTGRES=URL` the same on PostgreSQL
//! (an empty database: everything is left in it).

#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures for people to read")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hashimori_server::domain::device::{DeviceN, Ownership, Standing};
use hashimori_server::domain::ids::{DeviceId, FacilityId, RegionId};
use hashimori_server::domain::judge::{Judge, Rules};
use hashimori_server::random::Random;
use hashimori_server::store::ingest::{Body, Ingest, NewReport, Settings, Submission};
use hashimori_server::store::{Store, StoreUrl, device, facility, meta, region};
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::ids::{BootId, ReportDigest, VerdictDigest};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{DeviceClass, Reading, Report, sample};
use hashimori_shared::time::Timestamp;
use tokio::sync::watch;

const START: Timestamp = Timestamp::from_seconds(1_785_713_400);
const SECONDS: u64 = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let url = match std::env::var("HASHIMORI_BENCH_POSTGRES") {
        Ok(url) => StoreUrl::Postgres(url),
        Err(_) => StoreUrl::Sqlite(folder.path().join("bench.db")),
    };
    if std::env::args().any(|a| a == "device-year") {
        return device_year(url).await;
    }
    let bench = Bench::new(url, 2_000).await?;
    bench.first_reports().await?;
    for changed in [0, 10, 100] {
        for in_flight in [1, 64, 256, 1024] {
            bench.throughput(in_flight, changed).await?;
        }
    }
    Ok(())
}

/// What a device remembers between two check-ins.
#[derive(Clone, Copy)]
struct Memory {
    seq: u64,
    base: ReportDigest,
    verdict: Option<VerdictDigest>,
}

struct Bench {
    store: Store,
    ingest: Ingest,
    devices: Arc<Vec<Mutex<Memory>>>,
    _rules: watch::Sender<Arc<dyn Judge>>,
}

impl Bench {
    async fn new(url: StoreUrl, devices: i64) -> anyhow::Result<Self> {
        let store = Store::open(url).await?;
        let random = Random::seeded(1);
        meta::ensure_epoch(&store, &random).await?;
        enrol(&store, &random, devices).await?;
        let judge: Arc<dyn Judge> = Arc::new(Rules::new([Pack::bundled()], Catalogues::bundled()));
        let (rules, judge) = watch::channel(judge);
        let (ingest, _) = Ingest::start(store.clone(), Settings { judge, queue: 4096, batch: 512 }).await?;
        let nothing = Memory { seq: 0, base: ReportDigest::from_bytes([0; 32]), verdict: None };
        let devices = Arc::new((0..devices).map(|_| Mutex::new(nothing)).collect::<Vec<_>>());
        Ok(Self { store, ingest, devices, _rules: rules })
    }

    /// Every device sends its first report.
    async fn first_reports(&self) -> anyhow::Result<()> {
        for at in 0..self.devices.len() {
            one(&self.ingest, &self.devices, at, (START, Some(0))).await?;
        }
        self.ingest.fold().await?;
        Ok(())
    }

    async fn throughput(&self, in_flight: usize, changed_percent: u64) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(SECONDS);
        let written = written();
        let tasks: Vec<_> = (0..in_flight)
            .map(|lane| {
                let (ingest, devices) = (self.ingest.clone(), Arc::clone(&self.devices));
                tokio::spawn(async move {
                    let (mut at, mut turn, mut waits) = (lane, lane as u64, Vec::new());
                    while Instant::now() < until {
                        at = (at + in_flight) % devices.len();
                        turn += 37;
                        let asked = Instant::now();
                        let step = (turn % 100 < changed_percent).then_some(turn);
                        if one(&ingest, &devices, at, (START.plus_seconds(60), step)).await.is_ok() {
                            waits.push(asked.elapsed());
                        }
                    }
                    waits
                })
            })
            .collect();
        let mut waits = Vec::new();
        for task in tasks {
            waits.extend(task.await?);
        }
        waits.sort_unstable();
        let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or_default();
        println!(
            "{changed_percent:3} % changed, {in_flight:4} in flight: {:7}/s, p50 {:?}, p99 {:?}, {} B written each",
            waits.len() as u64 / SECONDS,
            at(50),
            at(99),
            (self::written() - written) / (waits.len() as u64).max(1)
        );
        self.ingest.fold().await?;
        Ok(())
    }
}

/// One check-in of the device at this place: a report whose moving parts stand at `step`, or a heartbeat.
async fn one(ingest: &Ingest, devices: &[Mutex<Memory>], at: usize, (now, step): (Timestamp, Option<u64>)) -> anyhow::Result<()> {
    let n = i64::try_from(at)? + 1;
    let (seq, memory) = {
        let mut memory = devices[at].lock().unwrap_or_else(PoisonError::into_inner);
        memory.seq += 1;
        (memory.seq, *memory)
    };
    let (body, base) = match step {
        None => (Body::Unchanged(memory.base), memory.base),
        Some(step) => {
            let report = report(n, step);
            let json = serde_json::to_vec(&report)?;
            (Body::Report(Box::new(NewReport::new(&json, report)?)), ReportDigest::of(&json))
        }
    };
    let check_in = Submission {
        device: DeviceN(n),
        boot: BootId::from_bytes([(n % 251) as u8; 16]),
        seq,
        observed_at: now,
        sent_at: now,
        received_at: now,
        have_verdict: memory.verdict,
        dropped: 0,
        body,
    };
    let ack = ingest.submit(check_in).await?;
    let mut memory = devices[at].lock().unwrap_or_else(PoisonError::into_inner);
    memory.base = base;
    if let Some(verdict) = ack.verdict {
        memory.verdict = Some(VerdictDigest::of(&serde_json::to_vec(&verdict)?));
    }
    Ok(())
}

/// A year of some devices through the real writer with a set clock: every 15 minutes a check-in, 4 of 96 changed.
async fn device_year(url: StoreUrl) -> anyhow::Result<()> {
    const DEVICES: i64 = 40;
    let days: i64 = std::env::var("HASHIMORI_BENCH_DAYS").ok().and_then(|d| d.parse().ok()).unwrap_or(365);
    let bench = Bench::new(url, DEVICES).await?;
    bench.first_reports().await?;
    let empty = size(&bench.store).await?;
    for slot in 1..days * 96 {
        let now = START.plus_seconds(slot * 900);
        let asked = (0..DEVICES).map(|n| {
            let step = ((slot + n * 7) % 24 == 0).then_some(slot as u64);
            let (ingest, devices) = (bench.ingest.clone(), Arc::clone(&bench.devices));
            tokio::spawn(async move { one(&ingest, &devices, n as usize, (now, step)).await })
        });
        for task in asked.collect::<Vec<_>>() {
            task.await??;
        }
        if slot % 96 == 0 {
            bench.ingest.fold().await?;
            while bench.ingest.rejudge(now).await?.more {}
        }
    }
    bench.ingest.fold().await?;
    let grown = size(&bench.store).await? - empty;
    let per_year = grown as f64 / DEVICES as f64 * 365.0 / days as f64;
    println!("{DEVICES} devices, {days} days: {grown} B grown, {:.3} MB per device-year", per_year / 1e6);
    Ok(())
}

async fn size(store: &Store) -> anyhow::Result<i64> {
    match store.url() {
        StoreUrl::Sqlite(_) => {
            let pages: i64 = sqlx::query_scalar(
                "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)",
            )
            .fetch_one(store.read())
            .await?;
            Ok(pages * 4096)
        }
        StoreUrl::Postgres(_) => {
            sqlx::query("VACUUM FULL").execute(store.read()).await?;
            Ok(sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(store.read()).await?)
        }
    }
}

/// A device's report; what moves from day to day moves with `step`.
fn report(n: i64, step: u64) -> Report {
    let mut report = sample::good_debian(START.plus_days(-(n % 40)));
    let lists = START.plus_seconds(step.cast_signed() * 900);
    if let Some(fact) = &mut report.machine.pending_updates
        && let Reading::Value(pending) = &mut fact.reading
    {
        pending.total = (step % 40) as u32;
        pending.lists_refreshed_at = lists;
    }
    if let Some(fact) = &mut report.machine.antivirus
        && let Reading::Value(antivirus) = &mut fact.reading
    {
        for product in &mut antivirus.products {
            product.signatures_at = Reading::Value(lists.plus_seconds(-7200));
        }
    }
    report
}

async fn enrol(store: &Store, random: &Random, devices: i64) -> anyhow::Result<()> {
    let (region, facility) = (RegionId::new(random.uuid(START)), FacilityId::new(random.uuid(START)));
    let mut tx = store.begin_ledger().await?;
    let row = region::Region { id: region, name: "架空圏域".to_owned(), pack: Pack::bundled().id().to_owned(), created_at: START };
    region::insert(&mut tx, &row).await?;
    let row = facility::Facility { id: facility, region, name: "架空クリニック".to_owned(), created_at: START };
    facility::insert(&mut tx, &row).await?;
    for _ in 0..devices {
        let new = device::NewDevice {
            id: DeviceId::new(random.uuid(START)),
            region,
            facility,
            label: "受付の端末".to_owned(),
            ownership: Ownership::Managed,
            class: DeviceClass::Unclear,
            standing: Standing::Active,
            enrolled_at: START,
            confirmed_by: None,
        };
        device::insert(&mut tx, &new).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Bytes this process has had written to disk.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).and_then(|n| n.parse().ok()).unwrap_or(0)
}
