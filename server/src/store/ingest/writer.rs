//! The one writer: drains the queue into one transaction, commits, then answers. Between batches it folds the tail.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hashimori_shared::checkin::VerdictSummary;
use hashimori_shared::ids::{ReportDigest, StoreEpoch};
use hashimori_shared::verdict::Verdict;
use sqlx::Row as _;
use tokio::sync::mpsc;

use super::decide::{Decided, Desk, Reply};
use super::fold::Backlog;
use super::keys::Relation;
use super::known::{self, Known};
use super::rejudge::Round;
use super::writes::Writes;
use super::{Ack, Answer, Body, Rejected, Request, Settings, Submission, WriterError, unpack};
use crate::domain::device::DeviceN;
use crate::domain::judge::Judge;
use crate::store::{Engine, Error, Failure, Store, Tx, classify, rows, self_check};

/// How often the writer looks whether the tail should be folded.
const TICK: Duration = Duration::from_secs(1);
/// A hasty writer commits every so many batches.
const HASTE: i64 = 4;
/// Devices remembered between transactions (SQLite only), about 0.5 KiB each.
const REMEMBERED: usize = 50_000;

type Queued = (Submission, Answer);
type Stored = Result<Ack, Rejected>;

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) settings: Settings,
    epoch: StoreEpoch,
    /// Last tail row read or written.
    pub(super) last_tail: i64,
    /// `tail_mark.folded` as last read.
    pub(super) folded: i64,
    /// Keys in the tail that are not folded yet.
    pub(super) backlog: Backlog,
    /// Devices as of `acts` and `ledger`.
    remembered: HashMap<DeviceN, Known>,
    /// Last numbers given to a report and to a change of state, as of the same.
    numbers: Option<(i64, i64)>,
    acts: u64,
    /// The ledger's count in the last transaction begun; `None` after one that was not committed.
    ledger: Option<i64>,
    /// How far the walk under the rules in force has come.
    pub(super) round: Round,
    /// False until the tail was read, and after any failure.
    in_step: bool,
    /// `Ingest::start_hasty`: answers, and commits with one of the next batches.
    hasty: bool,
    uncommitted: Option<Tx>,
}

impl Writer {
    pub(super) async fn start(store: Store, settings: Settings, epoch: StoreEpoch, hasty: bool) -> Result<Self, Error> {
        let mut writer = Self {
            store,
            settings,
            epoch,
            last_tail: 0,
            folded: 0,
            backlog: Backlog::default(),
            remembered: HashMap::new(),
            numbers: None,
            acts: 0,
            ledger: None,
            round: Round::default(),
            in_step: false,
            hasty,
            uncommitted: None,
        };
        let tx = writer.open().await?;
        writer.leave(tx).await?;
        Ok(writer)
    }

    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Queued>, mut requests: mpsc::Receiver<Request>) -> Result<(), WriterError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                Some(request) = requests.recv() => match request {
                    // Closed, the queue still yields what is in it, then ends.
                    Request::Stop => queue.close(),
                    Request::Fold(done) => {
                        self.fold_all().await?;
                        let _ = done.send(());
                    }
                    Request::Rejudge(now, done) => {
                        let found = self.rejudge(now).await;
                        let found = self.survive(found)?;
                        let _ = done.send(found.unwrap_or_default());
                    }
                },
                first = queue.recv() => {
                    let Some(first) = first else { break };
                    let mut batch = vec![first];
                    while batch.len() < self.settings.batch && let Ok(next) = queue.try_recv() {
                        batch.push(next);
                    }
                    self.store_batch(batch).await?;
                    if self.backlog.is_pressing() {
                        self.fold_some().await?;
                    }
                }
                _ = tick.tick() => {
                    if self.backlog.is_due() {
                        self.fold_all().await?;
                    }
                }
            }
        }
        self.fold_all().await
    }

    /// Begins a transaction in which memory and store agree.
    pub(super) async fn open(&mut self) -> Result<Tx, Error> {
        if let Some(answered) = self.uncommitted.take() {
            return Ok(answered);
        }
        let (mut tx, ledger) = self.store.begin_ingest().await?;
        let acts = self.store.acts.load(Ordering::SeqCst);
        let alone = match self.store.engine() {
            Engine::Sqlite => acts == self.acts,
            // Acts of this process that touch what is remembered count in the ledger too.
            Engine::Postgres => self.ledger.is_some_and(|last| last + 1 == ledger),
        };
        (self.acts, self.ledger) = (acts, Some(ledger));
        if !alone || self.remembered.len() > REMEMBERED {
            self.remembered.clear();
            self.numbers = None;
        }
        if !self.in_step || (!alone && self.store.engine() == Engine::Postgres) {
            self.read_tail(&mut tx).await?;
            self.in_step = true;
        }
        Ok(tx)
    }

    /// Ends a transaction in which nothing was written.
    pub(super) async fn leave(&mut self, tx: Tx) -> Result<(), Error> {
        self.ledger = None;
        tx.rollback().await
    }

    /// Reads what others (or an earlier life of this process) have put into the tail.
    async fn read_tail(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let folded: i64 = sqlx::query_scalar("SELECT folded FROM tail_mark WHERE one = 1").fetch_one(&mut **tx).await?;
        if folded != self.folded || !self.in_step {
            self.backlog = Backlog::default();
            self.folded = folded;
            self.last_tail = folded;
        }
        let found = sqlx::query("SELECT id, body FROM tail WHERE id > $1 ORDER BY id").bind(self.last_tail).fetch_all(&mut **tx).await?;
        for row in found {
            let id: i64 = row.try_get(0)?;
            let entries = super::tail::read(row.try_get(1)?).ok_or_else(|| rows::decode_error("tail.body"))?;
            self.backlog.add(id, &entries);
            self.last_tail = id;
        }
        Ok(())
    }

    /// Makes sure that `remembered` holds these devices, keys in the tail included.
    pub(super) async fn recall(&mut self, tx: &mut Tx, mut wanted: Vec<DeviceN>) -> Result<(), Error> {
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|n| !self.remembered.contains_key(n));
        let mut fresh = HashMap::with_capacity(wanted.len());
        known::load(tx, &wanted, &mut fresh).await?;
        for (n, mut known) in fresh {
            self.backlog.add_to(&mut known);
            self.remembered.insert(n, known);
        }
        Ok(())
    }

    /// Stores a batch; when a statement fails, one check-in at a time, so that a bad one fails alone.
    async fn store_batch(&mut self, batch: Vec<Queued>) -> Result<(), WriterError> {
        let (submissions, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let results = match self.try_store(&submissions).await {
            Err(error) if submissions.len() > 1 && classify(&error) == Failure::Statement => {
                tracing::warn!(%error, check_ins = submissions.len(), "a batch could not be stored; trying one by one");
                self.forget();
                let mut results = Vec::with_capacity(submissions.len());
                for one in submissions.chunks(1) {
                    let stored = self.try_store(one).await;
                    results.extend(self.settle(stored, 1)?);
                }
                results
            }
            outcome => self.settle(outcome, submissions.len())?,
        };
        for (answer, result) in answers.into_iter().zip(results) {
            let _ = answer.send(result);
        }
        Ok(())
    }

    /// The results of a transaction, or what its failure means for each of its check-ins.
    fn settle(&mut self, outcome: Result<Vec<Stored>, Error>, count: usize) -> Result<Vec<Stored>, WriterError> {
        let error = match outcome {
            Ok(results) => return Ok(results),
            Err(error) => error,
        };
        self.forget();
        let rejected = match classify(&error) {
            Failure::Fatal => return Err(WriterError::Disk(error)),
            Failure::Corrupt => return Err(WriterError::Damaged(error)),
            Failure::Full => Rejected::StorageFull,
            Failure::Unavailable => Rejected::Unavailable,
            Failure::Statement => Rejected::Failed,
        };
        tracing::error!(%error, check_ins = count, "check-ins could not be stored");
        Ok(vec![Err(rejected); count])
    }

    async fn try_store(&mut self, batch: &[Submission]) -> Result<Vec<Stored>, Error> {
        let mut tx = self.open().await?;
        self.recall(&mut tx, batch.iter().map(|s| s.device).collect()).await?;
        let judge = Arc::clone(&self.settings.judge.borrow());
        let reporting = batch.iter().filter(|s| matches!(s.body, Body::Report(_))).map(|s| s.device).collect();
        let mut desk = self.desk(&mut tx, &*judge, reporting).await?;
        desk.stored = stored_reports(&mut tx, self.repeating(batch)).await?;
        let decided: Vec<(DeviceN, Result<Decided, Rejected>)> = batch
            .iter()
            .map(|check_in| {
                let n = check_in.device;
                let result = self.remembered.get_mut(&n).ok_or(Rejected::UnknownDevice).and_then(|known| desk.decide(known, check_in));
                (n, result)
            })
            .collect();
        let numbers = desk.numbers();
        let mut writes = desk.writes;
        let tail_id = self.last_tail + 1;
        writes.write(&mut tx, tail_id).await?;
        let stored = stored_verdicts(&mut tx, &decided).await?;
        if self.hasty && tail_id % HASTE != 0 {
            self.uncommitted = Some(tx);
        } else {
            tx.commit().await?;
        }
        self.numbers = Some(numbers);
        if !writes.entries.is_empty() {
            self.backlog.add(tail_id, &writes.entries);
            self.last_tail = tail_id;
        }
        Ok(decided.into_iter().map(|(n, result)| result.map(|d| self.ack(d, &*judge, stored.get(&n)))).collect())
    }

    /// A desk whose numbers go on from the newest rows, for a transaction that may judge these devices. Whoever commits what was done
    /// at it remembers its numbers.
    pub(super) async fn desk<'a>(&mut self, tx: &mut Tx, judge: &'a dyn Judge, judged: Vec<DeviceN>) -> Result<Desk<'a>, Error> {
        let attestations = self_check::load(tx, &judged).await?;
        let (report_id, change_id) = if let Some(numbers) = self.numbers.take() {
            numbers
        } else {
            let sql = "SELECT (SELECT coalesce(max(id), 0) FROM report), (SELECT coalesce(max(id), 0) FROM state_change)";
            let row = sqlx::query(sql).fetch_one(&mut **tx).await?;
            (row.try_get(0)?, row.try_get(1)?)
        };
        Ok(Desk { judge, attestations, stored: HashSet::new(), report_id, change_id, writes: Writes::default() })
    }

    /// Devices that send a whole report under a key that was taken before, or twice in this batch: rare.
    fn repeating(&self, batch: &[Submission]) -> Vec<i64> {
        let mut keys = HashSet::with_capacity(batch.len());
        let repeats = batch.iter().filter(|s| {
            let taken = self.remembered.get(&s.device).is_some_and(|known| known.keys.relation(&s.mark()) == Relation::Seen);
            !keys.insert((s.device, s.boot, s.seq)) || taken
        });
        let mut devices: Vec<i64> = repeats.filter(|s| matches!(s.body, Body::Report(_))).map(|s| s.device.0).collect();
        devices.sort_unstable();
        devices.dedup();
        devices
    }

    pub(super) fn device(&mut self, n: DeviceN) -> Option<&mut Known> {
        self.remembered.get_mut(&n)
    }

    fn ack(&self, decided: Decided, judge: &dyn Judge, stored: Option<&Verdict>) -> Ack {
        let verdict: Option<VerdictSummary> = match decided.verdict {
            Reply::Nothing => None,
            Reply::Fresh(summary) => Some(summary),
            Reply::Stored => stored.map(|verdict| judge.summarise(verdict)),
        };
        Ack { outcome: decided.outcome, standing: decided.told, epoch: self.epoch, pack: decided.pack, verdict }
    }

    /// After a failure: nothing remembered can be trusted.
    pub(super) fn forget(&mut self) {
        self.remembered.clear();
        self.numbers = None;
        self.ledger = None;
        self.in_step = false;
    }

    /// Lets an error of the writer's own work pass, unless the disk failed; the work is tried again later.
    pub(super) fn survive<T>(&mut self, result: Result<T, Error>) -> Result<Option<T>, WriterError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                self.forget();
                match classify(&error) {
                    Failure::Fatal => Err(WriterError::Disk(error)),
                    Failure::Corrupt => Err(WriterError::Damaged(error)),
                    Failure::Full | Failure::Unavailable | Failure::Statement => {
                        tracing::error!(%error, "the writer's own work failed; it will be tried again");
                        Ok(None)
                    }
                }
            }
        }
    }
}

/// The digests of every report stored of these devices.
async fn stored_reports(tx: &mut Tx, devices: Vec<i64>) -> Result<HashSet<(DeviceN, ReportDigest)>, Error> {
    let mut found = HashSet::new();
    for group in devices.chunks(rows::MOST) {
        let sql = rows::with_list("SELECT n, digest FROM report WHERE n IN ", group.len());
        for row in rows::list_query(sql, group).fetch_all(&mut **tx).await? {
            let digest = row.try_get::<&[u8], _>(1)?.try_into().map_err(|_| rows::decode_error("report.digest"))?;
            found.insert((DeviceN(row.try_get(0)?), ReportDigest::from_bytes(digest)));
        }
    }
    Ok(found)
}

/// The stored verdicts that answers carry.
async fn stored_verdicts(tx: &mut Tx, decided: &[(DeviceN, Result<Decided, Rejected>)]) -> Result<HashMap<DeviceN, Verdict>, Error> {
    let wanted: Vec<i64> =
        decided.iter().filter(|(_, r)| matches!(r, Ok(Decided { verdict: Reply::Stored, .. }))).map(|(n, _)| n.0).collect();
    let mut found = HashMap::new();
    for group in wanted.chunks(rows::MOST) {
        let sql = rows::with_list("SELECT n, codec, verdict FROM device_state WHERE n IN ", group.len());
        for row in rows::list_query(sql, group).fetch_all(&mut **tx).await? {
            let json = unpack(row.try_get(1)?, row.try_get(2)?).map_err(|_| rows::decode_error("device_state.verdict"))?;
            let verdict = serde_json::from_slice(&json).map_err(|_| rows::decode_error("device_state.verdict"))?;
            found.insert(DeviceN(row.try_get(0)?), verdict);
        }
    }
    Ok(found)
}
