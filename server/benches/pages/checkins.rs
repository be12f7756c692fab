//! Devices that check in while pages are read: straight into the writer, so that a client's TLS takes nothing from the readers'
//! cores, and with the jobs beside it that follow from check-ins.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hashimori_server::domain::device::DeviceN;
use hashimori_server::domain::judge::Judge;
use hashimori_server::store::ingest::{Body, Ingest, NewReport, Rejected, Settings, Submission, WriterError};
use hashimori_server::store::{Store, log, rank};
use hashimori_shared::ids::{ReportDigest, VerdictDigest};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::Fact;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::fill::{BOOT, Filled, is_bad, is_heard, judge, report_of};
use crate::{START, part_ms};

/// As the collector itself is set.
const QUEUE: usize = 2_048;
const BATCH: usize = 1_024;
/// Check-ins under way while the maximum is measured.
const IN_FLIGHT: usize = 256;
/// Of so many check-ins one carries a report, and of so many reports one tells of another state.
const CHANGED: u64 = 10;
const TURNED: u64 = 20;
/// How often check-ins are sent at a set pace.
const STEP: Duration = Duration::from_millis(5);

/// What a device remembers between two check-ins.
struct Memory {
    n: i64,
    seq: u64,
    base: ReportDigest,
    verdict: Option<VerdictDigest>,
}

/// The devices in use, and the writer they report to.
pub(crate) struct Crowd {
    fleet: Arc<Fleet>,
    writer: JoinHandle<Result<(), WriterError>>,
    jobs: JoinSet<anyhow::Result<()>>,
    _rules: watch::Sender<Arc<dyn Judge>>,
}

struct Fleet {
    ingest: Ingest,
    devices: Vec<Mutex<Memory>>,
    next: AtomicUsize,
    turn: AtomicU64,
}

impl Crowd {
    pub(crate) async fn gather(filled: &Filled) -> anyhow::Result<Self> {
        let (rules, judge) = watch::channel(judge());
        let (ingest, writer) = Ingest::start(filled.store.clone(), Settings { judge, queue: QUEUE, batch: BATCH }).await?;
        let mut kinds = Vec::new();
        for n in [1_i64, 2] {
            let sql = "SELECT verdict_digest FROM device_state WHERE n = $1";
            let digest: Vec<u8> = sqlx::query_scalar(sql).bind(n).fetch_one(filled.store.read()).await?;
            let verdict = digest.try_into().ok().map(VerdictDigest::from_bytes);
            kinds.push((ReportDigest::of(&serde_json::to_vec(&report_of(is_bad(n)))?), verdict));
        }
        let remembered = |n: i64| {
            let (base, verdict) = kinds[usize::from(is_bad(n))];
            Mutex::new(Memory { n, seq: 1, base, verdict })
        };
        let devices = (1..=i64::try_from(filled.devices)?).filter(|n| is_heard(*n)).map(remembered).collect();
        let fleet = Fleet { ingest: ingest.clone(), devices, next: AtomicUsize::new(0), turn: AtomicU64::new(0) };
        let mut jobs = JoinSet::new();
        jobs.spawn(keep_in_order(filled.store.clone()));
        jobs.spawn(judge_anew(ingest));
        let (store, key) = (filled.store.clone(), log::ensure_key(&filled.store, &filled.master, &filled.random, START).await?);
        jobs.spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(500));
            loop {
                tick.tick().await;
                while log::seal(&store, &key, START, Some(START.jst_day())).await?.more {}
            }
        });
        Ok(Self { fleet: Arc::new(fleet), writer, jobs, _rules: rules })
    }

    /// Check-ins a second that become durable when nothing else goes on.
    pub(crate) async fn flat_out(&self, how_long: Duration) -> anyhow::Result<f64> {
        let (began, mut lanes) = (Instant::now(), JoinSet::new());
        for _ in 0..IN_FLIGHT {
            let fleet = Arc::clone(&self.fleet);
            lanes.spawn(async move {
                let mut done = 0_u64;
                while began.elapsed() < how_long {
                    fleet.one().await?;
                    done += 1;
                }
                anyhow::Ok(done)
            });
        }
        let mut done = 0;
        while let Some(lane) = lanes.join_next().await {
            done += lane??;
        }
        Ok(done as f64 / began.elapsed().as_secs_f64())
    }

    /// Sends so many a second until `rest`, whether or not they are answered.
    pub(crate) fn work_at(&self, rate: f64) -> Work {
        let (fleet, (stop, mut stopped)) = (Arc::clone(&self.fleet), watch::channel(()));
        let pace = tokio::spawn(async move {
            let (began, mut tick, mut sent) = (Instant::now(), tokio::time::interval(STEP), 0_u64);
            let (mut under_way, mut sum) = (JoinSet::new(), Sum::default());
            loop {
                tokio::select! {
                    biased;
                    _ = stopped.changed() => break,
                    _ = tick.tick() => {
                        while (sent as f64) < began.elapsed().as_secs_f64() * rate {
                            let fleet = Arc::clone(&fleet);
                            under_way.spawn(async move {
                                let asked = Instant::now();
                                fleet.one().await.map(|()| asked.elapsed())
                            });
                            sent += 1;
                        }
                    }
                    Some(done) = under_way.join_next() => sum.add(done?)?,
                }
            }
            while let Some(done) = under_way.join_next().await {
                sum.add(done?)?;
            }
            sum.elapsed = began.elapsed();
            Ok(sum)
        });
        Work { stop, pace }
    }

    /// Ends the jobs and the writer.
    pub(crate) async fn part(mut self) -> anyhow::Result<()> {
        self.jobs.shutdown().await;
        self.fleet.ingest.stop().await;
        Ok(self.writer.await??)
    }
}

/// Check-ins at a set pace.
pub(crate) struct Work {
    stop: watch::Sender<()>,
    pace: JoinHandle<anyhow::Result<Sum>>,
}

impl Work {
    /// Ends them; what came of them.
    pub(crate) async fn rest(self) -> anyhow::Result<String> {
        self.stop.send(())?;
        let mut sum = self.pace.await??;
        sum.took.sort_unstable();
        let rate = sum.took.len() as f64 / sum.elapsed.as_secs_f64();
        Ok(format!("{rate:.0} check-ins/s, p99 {:.1} ms, {} told to come back", part_ms(&sum.took, 990), sum.shed))
    }
}

#[derive(Default)]
struct Sum {
    took: Vec<Duration>,
    shed: u64,
    elapsed: Duration,
}

impl Sum {
    fn add(&mut self, done: Result<Duration, anyhow::Error>) -> anyhow::Result<()> {
        match done {
            Ok(took) => self.took.push(took),
            Err(error) if error.downcast_ref() == Some(&Rejected::Overloaded) => self.shed += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl Fleet {
    /// One check-in of the device whose turn it is.
    async fn one(&self) -> anyhow::Result<()> {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.devices.len();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let submission = self.devices[at].lock().unwrap_or_else(PoisonError::into_inner).next(turn)?;
        let ack = self.ingest.submit(submission).await?;
        if let Some(verdict) = ack.verdict {
            let mut memory = self.devices[at].lock().unwrap_or_else(PoisonError::into_inner);
            memory.verdict = Some(VerdictDigest::of(&serde_json::to_vec(&verdict)?));
        }
        Ok(())
    }
}

impl Memory {
    /// The device's next check-in.
    fn next(&mut self, turn: u64) -> anyhow::Result<Submission> {
        self.seq += 1;
        let body = if turn.is_multiple_of(CHANGED) {
            let turned = turn.is_multiple_of(CHANGED * TURNED);
            let mut report = report_of(is_bad(self.n) != turned);
            let updated = START.plus_seconds(-i64::try_from(turn % 1_000_000)?);
            report.machine.last_update = Some(Fact::read(updated, "/var/log/dpkg.log"));
            let json = serde_json::to_vec(&report)?;
            self.base = ReportDigest::of(&json);
            Body::Report(Box::new(NewReport::new(&json, report)?))
        } else {
            Body::Unchanged(self.base)
        };
        let now = START.plus_seconds(60);
        Ok(Submission {
            device: DeviceN(self.n),
            boot: BOOT,
            seq: self.seq,
            observed_at: now,
            sent_at: now,
            received_at: now,
            have_verdict: self.verdict,
            dropped: 0,
            body,
        })
    }
}

/// As the collector's job does: facilities whose counts changed are put in order anew.
async fn keep_in_order(store: Store) -> anyhow::Result<()> {
    let (rules, mut tick) = (Pack::bundled().parameters().staleness.clone(), tokio::time::interval(Duration::from_secs(5)));
    loop {
        tick.tick().await;
        while rank::refresh(&store, START.jst_day(), &rules).await? {
            tokio::task::yield_now().await;
        }
    }
}

/// As the collector's job does: what changes by time alone is judged anew.
async fn judge_anew(ingest: Ingest) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(Duration::from_secs(20));
    loop {
        tick.tick().await;
        while ingest.rejudge(START.plus_seconds(60)).await?.more {}
    }
}
