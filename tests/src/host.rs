//! What the killed process does (load on its own store), and how its acknowledgements are checked afterwards.

use std::io::BufRead as _;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};

use anyhow::{Context as _, bail, ensure};
use hashimori_server::domain::device::{DeviceN, Standing};
use hashimori_server::domain::ids::DeviceId;
use hashimori_server::random::Random;
use hashimori_server::store::ingest::{Body, Ingest, Rejected, Settings, Submission, WriterError};
use hashimori_server::store::{Store, StoreUrl, device_state, meta};
use hashimori_shared::ids::{BootId, ReportDigest};
use hashimori_shared::report::sample;
use tokio::sync::watch;

use crate::bed::{self, MORNING, bundled_rules, whole};
use crate::programs::program;
use crate::waiting::PATIENCE;

/// Devices that check in at the same time.
const DEVICES: i64 = 12;
/// A host ends by itself after so many check-ins of each device.
const ENOUGH: u64 = 20_000;

/// One life of a collector's store under load.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Number of this life: its devices' boot id.
    pub life: u8,
    /// The control: a writer that answers before the commit.
    pub hasty: bool,
}

/// Why a host ended other than by being killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It has done enough.
    Enough,
    /// The disk failed; nothing was acknowledged after that.
    DiskFailed,
}

impl Host {
    /// Loads the store until the end, saying a line per acknowledgement.
    pub async fn run(self, store: Store, said: impl Fn(String) -> std::io::Result<()> + Clone + Send + 'static) -> anyhow::Result<Ended> {
        let random = Random::seeded(u64::from(self.life));
        meta::ensure_epoch(&store, &random).await?;
        furnish(&store, &random).await?;
        let (_rules, judge) = watch::channel(bundled_rules());
        let settings = Settings { judge, queue: 256, batch: 64 };
        let (ingest, writer) =
            if self.hasty { Ingest::start_hasty(store, settings).await? } else { Ingest::start(store, settings).await? };
        let devices: Vec<_> =
            (1..=DEVICES).map(|n| tokio::spawn(self.check_in_for_ever(ingest.clone(), DeviceN(n), said.clone()))).collect();
        drop(ingest);
        for device in devices {
            device.await??;
        }
        match writer.await? {
            Ok(()) => Ok(Ended::Enough),
            Err(WriterError::Disk(_) | WriterError::Damaged(_)) => Ok(Ended::DiskFailed),
            Err(error) => Err(error.into()),
        }
    }

    async fn check_in_for_ever(self, ingest: Ingest, device: DeviceN, said: impl Fn(String) -> std::io::Result<()>) -> anyhow::Result<()> {
        let mut base = None;
        for seq in 1..=ENOUGH {
            let now = MORNING.plus_seconds(i64::from(self.life) * 100_000 + i64::try_from(seq)?);
            let (body, digest) = match base {
                Some(base) if seq % 4 != 0 => (Body::Unchanged(base), None),
                _ => {
                    let (body, digest) = whole(&sample::good_debian(now));
                    (body, Some(digest))
                }
            };
            let check_in = Submission {
                device,
                boot: BootId::from_bytes([self.life; 16]),
                seq,
                observed_at: now,
                sent_at: now,
                received_at: now,
                have_verdict: None,
                dropped: 0,
                body,
            };
            let line = Line { device, life: self.life, seq, digest }.to_string();
            match ingest.submit(check_in).await {
                Ok(_) => said(line)?,
                Err(Rejected::Stopped | Rejected::StorageFull | Rejected::Unavailable) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            base = digest.or(base);
        }
        Ok(())
    }
}

async fn furnish(store: &Store, random: &Random) -> anyhow::Result<()> {
    if hashimori_server::store::device::find_by_n(store.read(), DeviceN(DEVICES)).await?.is_some() {
        return Ok(());
    }
    let (region, facility) = bed::found(store, random, "架空圏域", "架空クリニック").await?;
    for _ in 0..DEVICES {
        let id = DeviceId::new(random.uuid(MORNING));
        bed::enrol(store, (region, facility), id, Standing::Active, MORNING).await?;
    }
    Ok(())
}

/// One acknowledged check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The device.
    pub device: DeviceN,
    /// Boot, by its number.
    pub life: u8,
    /// Sequence number.
    pub seq: u64,
    /// Digest of the report, where it carried one.
    pub digest: Option<ReportDigest>,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digest = self.digest.map_or_else(|| "-".to_owned(), |d| d.to_string());
        write!(f, "ack {} {} {} {digest}", self.device.0, self.life, self.seq)
    }
}

impl std::str::FromStr for Line {
    type Err = anyhow::Error;
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut words = text.split(' ');
        ensure!(words.next() == Some("ack"), "not an acknowledgement: {text:?}");
        let mut word = || words.next().context("a line with five words");
        let (device, life, seq) = (DeviceN(word()?.parse()?), word()?.parse()?, word()?.parse()?);
        let digest = word()?;
        let digest = (digest != "-").then(|| digest.parse()).transpose()?;
        Ok(Self { device, life, seq, digest })
    }
}

/// Starts a host in `folder`, lets it acknowledge `count` check-ins, does `then` to it (given its process id), and gives
/// every acknowledgement it got out. It is dead when this returns.
pub fn live(
    folder: &Path,
    (life, switches): (u8, &[&str]),
    count: usize,
    then: impl FnOnce(u32) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Line>> {
    let mut host = Command::new(program("hashimori-store-host")?);
    host.arg(folder).arg(life.to_string()).args(switches).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut host = host.spawn().context("starting the host")?;
    let said = heard(host.stdout.take().context("its output")?);
    let mut lines = Vec::new();
    let mut then = Some(then);
    loop {
        let text = match said.recv_timeout(PATIENCE) {
            Ok(text) => text?,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let _ = host.kill();
                bail!("the host said nothing for {PATIENCE:?} after {} of {count} acknowledgements", lines.len());
            }
        };
        lines.push(text.trim_end().parse::<Line>()?);
        if lines.len() == count
            && let Some(then) = then.take()
        {
            then(host.id())?;
        }
    }
    let _ = host.kill();
    host.wait()?;
    ensure!(then.is_none(), "the host ended after {} of {count} acknowledgements", lines.len());
    Ok(lines)
}

/// The whole lines of a program's output as they come. A line cut off by its end is an answer that never left: nobody was told.
fn heard(output: ChildStdout) -> mpsc::Receiver<std::io::Result<String>> {
    let (found, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut output = std::io::BufReader::new(output);
        loop {
            let mut text = String::new();
            let line = output.read_line(&mut text).map(|_| text);
            if line.as_ref().is_ok_and(|text| !text.ends_with('\n')) || found.send(line).is_err() {
                break;
            }
        }
    });
    heard
}

/// Which acknowledged check-ins the store no longer holds: keys among the taken ones, changed reports also by their body.
/// A store that cannot be opened or read any more holds none.
pub async fn lost(folder: &Path, lines: &[Line]) -> Vec<Line> {
    let store = match Store::open(StoreUrl::Sqlite(folder.join("store.db"))).await {
        Ok(store) => store,
        Err(error) => {
            eprintln!("the store does not open: {error}");
            return lines.to_vec();
        }
    };
    let found = missing(&store, lines).await;
    store.close().await;
    found.unwrap_or_else(|error| {
        eprintln!("the store cannot be read: {error:#}");
        lines.to_vec()
    })
}

/// The same of an open store.
pub async fn missing(store: &Store, lines: &[Line]) -> anyhow::Result<Vec<Line>> {
    let taken = device_state::taken(store).await?;
    let reports: std::collections::HashSet<(DeviceN, ReportDigest)> = device_state::report_digests(store).await?.into_iter().collect();
    let held = |line: &Line| {
        taken.holds(line.device, BootId::from_bytes([line.life; 16]), line.seq)
            && line.digest.is_none_or(|digest| reports.contains(&(line.device, digest)))
    };
    Ok(lines.iter().filter(|line| !held(line)).copied().collect())
}

/// A number between `low` and `high`, from a seed.
pub fn between(random: &Arc<Random>, low: usize, high: usize) -> usize {
    let [a, b] = random.bytes::<2>();
    low + usize::from(u16::from_le_bytes([a, b])) % (high - low)
}
