//! Taking check-ins: a bounded queue, one writer, one transaction for whatever has queued up, an answer only after its commit.
//!
//! ```text
//! let (ingest, writer) = Ingest::start(store, Settings { … }).await?;   // one per process; `writer` ends when it must stop
//! let report = NewReport::new(json_bytes, parsed_report)?;              // digest and compression, on the caller's thread
//! match ingest.submit(Submission { … }).await {
//!     Ok(ack) => …,              // durable: answer it
//!     Err(rejected) => …,        // nothing was stored
//! }
//! ```
//!
//! The caller knows the device's number from its certificate (a mapping that never changes); its standing is read
//! inside the storing transaction. Ending: `stop`, or drop every `Ingest`; the writer drains the queue, folds the tail and ends.
//!
//! Invariants: nothing is acknowledged before the commit that holds it is durable; one bad check-in never fails its
//! neighbours; a check-in counts once; a device that is held or refused changes no verdict.

mod codec;
mod decide;
mod fold;
mod keys;
mod known;
mod rejudge;
mod tail;
mod varint;
mod writer;
mod writes;

pub use codec::{pack, unpack};
pub use fold::Taken;
pub(super) use fold::jst_year;
pub(super) use known::load;
pub use rejudge::Rejudged;
pub(super) use rejudge::{DUE_BY_ANSWER, DUE_BY_RULES, DUE_BY_SORT};

use std::sync::Arc;

use hashimori_shared::checkin::{Outcome, Standing as Told, VerdictSummary};
use hashimori_shared::ids::{BootId, ReportDigest, StoreEpoch, VerdictDigest};
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::keys::Mark;
use super::{Error, Store, meta};
use crate::domain::device::DeviceN;
use crate::domain::judge::Judge;

/// `report.kind` of one that was taken for its device's own, in its turn.
pub(super) const CURRENT: i64 = writes::ReportKind::Current as i64;

/// What the writer is started with.
#[derive(Clone)]
pub struct Settings {
    /// Packs and catalogues in force; send a new one to have every device judged anew (`Ingest::rejudge`).
    pub judge: watch::Receiver<Arc<dyn Judge>>,
    /// Check-ins that may wait; one more is `Rejected::Overloaded`. 2,048 is right for 2 cores.
    pub queue: usize,
    /// Check-ins in one transaction at most.
    pub batch: usize,
}

/// One check-in, parsed and within its limits.
#[derive(Debug)]
pub struct Submission {
    /// The device, by its certificate.
    pub device: DeviceN,
    /// `CheckIn::boot`.
    pub boot: BootId,
    /// `CheckIn::seq`.
    pub seq: u64,
    /// `CheckIn::observed_at`.
    pub observed_at: Timestamp,
    /// `CheckIn::sent_at`.
    pub sent_at: Timestamp,
    /// The collector's time when it arrived.
    pub received_at: Timestamp,
    /// `CheckIn::have_verdict`.
    pub have_verdict: Option<VerdictDigest>,
    /// `CheckIn::dropped`.
    pub dropped: u32,
    /// What it states.
    pub body: Body,
}

impl Submission {
    /// Its key. What a device says of the future is not remembered: once its clock is right, everything would seem late.
    fn mark(&self) -> Mark {
        Mark { boot: self.boot, seq: self.seq, observed_at: self.observed_at.min(self.received_at) }
    }
}

/// What a check-in states.
#[derive(Debug)]
pub enum Body {
    /// The facts are those of an earlier report.
    Unchanged(ReportDigest),
    /// A whole report.
    Report(Box<NewReport>),
}

/// A report ready to be stored.
#[derive(Debug)]
pub struct NewReport {
    digest: ReportDigest,
    report: Report,
    packed: codec::Packed,
}

impl NewReport {
    /// From the exact bytes of the body and what they were parsed to.
    pub fn new(json: &[u8], report: Report) -> std::io::Result<Self> {
        Ok(Self { digest: ReportDigest::of(json), report, packed: pack(json)? })
    }
}

/// A check-in is durable; this is what to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// What became of it.
    pub outcome: Outcome,
    /// What the device is told of its standing.
    pub standing: Told,
    /// The store's epoch.
    pub epoch: StoreEpoch,
    /// Rule pack of the device's region.
    pub pack: Arc<str>,
    /// The verdict, unless the device holds it already, may not be told, or has none yet.
    pub verdict: Option<VerdictSummary>,
}

/// Why a check-in was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Too many are waiting: 503 with Retry-After.
    #[error("too many check-ins are waiting")]
    Overloaded,
    /// The device is retired or was refused: 410.
    #[error("the device is out of use")]
    OutOfUse,
    /// No device has this number: its certificate outlived a restore.
    #[error("the device is not known to this store")]
    UnknownDevice,
    /// The disk is full: 507; works again when there is space.
    #[error("the store has no space left")]
    StorageFull,
    /// The database is away: 503 with Retry-After.
    #[error("the store cannot be reached")]
    Unavailable,
    /// This one check-in cannot be stored: 500.
    #[error("the check-in could not be stored")]
    Failed,
    /// The writer has stopped: 503.
    #[error("the writer has stopped")]
    Stopped,
}

/// Why the writer ended other than by being asked to.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The disk failed under a commit; what is durable cannot be told, so nothing more is acknowledged.
    #[error("the disk failed under the store, stopping: {0}; see to the disk, then start again")]
    Disk(#[source] Error),
    /// What the store holds cannot be believed any more.
    #[error("the store is damaged, stopping: {0}; put the newest backup in its place with `hashimori-server restore`")]
    Damaged(#[source] Error),
    /// The store could not be read at the start.
    #[error("the store cannot be read: {0}")]
    Store(#[from] Error),
}

type Answer = oneshot::Sender<Result<Ack, Rejected>>;

enum Request {
    Stop,
    Fold(oneshot::Sender<()>),
    Rejudge(Timestamp, oneshot::Sender<Rejudged>),
}

/// The way in to the writer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingest {
    queue: mpsc::Sender<(Submission, Answer)>,
    requests: mpsc::Sender<Request>,
}

impl Ingest {
    /// Starts the writer. The handle yields when every `Ingest` is dropped, or with an error when the disk failed.
    pub async fn start(store: Store, settings: Settings) -> Result<(Self, JoinHandle<Result<(), WriterError>>), WriterError> {
        Self::start_with(store, settings, false).await
    }

    /// The control of the crash test: a writer that answers before it commits and so must lose something. No program of ours calls it.
    #[doc(hidden)]
    pub async fn start_hasty(store: Store, settings: Settings) -> Result<(Self, JoinHandle<Result<(), WriterError>>), WriterError> {
        Self::start_with(store, settings, true).await
    }

    async fn start_with(store: Store, settings: Settings, hasty: bool) -> Result<(Self, JoinHandle<Result<(), WriterError>>), WriterError> {
        let epoch = meta::epoch(&store).await?;
        let (queue, submissions) = mpsc::channel(settings.queue);
        let (requests, asked) = mpsc::channel(8);
        let writer = writer::Writer::start(store, settings, epoch, hasty).await?;
        let handle = tokio::spawn(writer.run(submissions, asked));
        Ok((Self { queue, requests }, handle))
    }

    /// Stores one check-in. Returns when its commit is durable, or at once when too many are waiting.
    pub async fn submit(&self, submission: Submission) -> Result<Ack, Rejected> {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send((submission, answer)) {
            Ok(()) => answered.await.unwrap_or(Err(Rejected::Stopped)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Rejected::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Rejected::Stopped),
        }
    }

    /// Whether the writer takes check-ins.
    pub fn is_running(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Check-ins waiting now.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Asks the writer to store what is waiting, fold the tail and end; later check-ins are `Rejected::Stopped`.
    pub async fn stop(&self) {
        let _ = self.requests.send(Request::Stop).await;
    }

    /// Folds the whole tail now (the writer does so by itself when it has time).
    pub async fn fold(&self) -> Result<(), Rejected> {
        let (done, waited) = oneshot::channel();
        self.requests.send(Request::Fold(done)).await.map_err(|_| Rejected::Stopped)?;
        waited.await.map_err(|_| Rejected::Stopped)
    }

    /// Judges anew one batch of the devices whose verdict changes by time alone at `now`, or was made under another revision.
    pub async fn rejudge(&self, now: Timestamp) -> Result<Rejudged, Rejected> {
        let (done, waited) = oneshot::channel();
        self.requests.send(Request::Rejudge(now, done)).await.map_err(|_| Rejected::Stopped)?;
        waited.await.map_err(|_| Rejected::Stopped)
    }
}
