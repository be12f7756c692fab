//! Backups: a copy of the store and the master key, sealed to the operator's recovery key, which is printed once and kept on
//! paper. Database and backups together yield no secret without it.
//!
//! A file is an age file (https://age-encryption.org/v1) whose plain text is one line of JSON (`Header`) and then the copy.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use anyhow::{Context as _, bail, ensure};
use hashimori_shared::ids::StoreEpoch;
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::domain::act::{Actor, Done, What};
use crate::domain::device::Standing;
use crate::domain::ids::{DeviceId, FacilityId};
use crate::incidents::{BY_OPERATOR, Gone, report_loss};
use crate::random::Random;
use crate::store::backup::{Made, copy, record};
use crate::store::restore::Vacant;
use crate::store::{Engine, Store, StoreUrl, belonging, device, log, meta};

const FORMAT: u32 = 1;
const SUFFIX: &str = ".hashimori-backup";

/// Age at which a daily backup is overdue, seconds.
pub const OVERDUE_S: i64 = 36 * 3_600;

/// Whether somebody has to look: the `newest` backup that was made is too old, or there is none although the `last` try failed.
pub fn is_overdue(last: Option<&Made>, newest: Option<&Made>, now: Timestamp) -> bool {
    newest.map_or(last.is_some(), |made| now.seconds_since(made.at) > OVERDUE_S)
}

/// First line of a backup's plain text.
#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    engine: String,
    made_at: Timestamp,
    master_key: String,
}

/// Makes the recovery key of a store that has none. The text is printed once and never stored; the store keeps its public half.
pub async fn make_recovery_key(store: &Store, (random, now): (&Random, Timestamp)) -> anyhow::Result<Option<Zeroizing<String>>> {
    if meta::find(store, "backup_recipient").await?.is_some() {
        return Ok(None);
    }
    let identity = age::x25519::Identity::generate();
    let mut tx = store.begin().await?;
    meta::put(&mut tx, "backup_recipient", &identity.to_public().to_string()).await?;
    log::write(&mut tx, random, &Done::by(Actor::Operator, What::RecoveryKeyMade, now)).await?;
    tx.commit().await?;
    Ok(Some(Zeroizing::new(identity.to_string().expose_secret().to_owned())))
}

/// Makes a backup in `folder`, remembers it, and removes all but the newest `keep`. The copy is checked before it is sealed, and the
/// sealed file is read back and compared; whether it opens, only the recovery key can tell, which is not here.
pub async fn make(
    store: &Store,
    master_key: &str,
    folder: &Path,
    (keep, now): (usize, Timestamp),
    (by, random): (Actor, &Random),
) -> anyhow::Result<PathBuf> {
    let outcome = make_file(store, master_key, folder, now).await;
    let made = match &outcome {
        Ok(path) => Made { at: now, file: path.display().to_string(), bytes: i64::try_from(path.metadata()?.len())?, failure: None },
        Err(error) => Made { at: now, file: folder.display().to_string(), bytes: 0, failure: Some(format!("{error:#}")) },
    };
    let mut tx = store.begin().await?;
    record(&mut tx, &made).await?;
    let detail = if made.failure.is_some() { "failed".to_owned() } else { format!("bytes={}", made.bytes) };
    log::write(&mut tx, random, &Done::by(by, What::BackupMade, now).noting(detail)).await?;
    tx.commit().await?;
    let path = outcome?;
    prune(folder, keep, &path)?;
    Ok(path)
}

async fn make_file(store: &Store, master_key: &str, folder: &Path, now: Timestamp) -> anyhow::Result<PathBuf> {
    let recipient = meta::find(store, "backup_recipient").await?;
    let recipient = recipient.context("there is no recovery key yet; make one with `hashimori-server backup --new-recovery-key`")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let passing = passing(folder, ".copy-")?;
    let plain = passing.path().join(PLAIN);
    copy(store.url(), &plain).await?;
    let path = folder.join(format!("{:010}{SUFFIX}", now.seconds()));
    let header = Header {
        format: FORMAT,
        engine: match store.engine() {
            Engine::Sqlite => "sqlite".to_owned(),
            Engine::Postgres => "postgres".to_owned(),
        },
        made_at: now,
        master_key: master_key.to_owned(),
    };
    let sealed = path.clone();
    tokio::task::spawn_blocking(move || seal(&recipient, &header, &plain, &sealed)).await??;
    Ok(path)
}

fn seal(recipient: &str, header: &Header, plain: &Path, sealed: &Path) -> anyhow::Result<()> {
    let recipient: age::x25519::Recipient = recipient.parse().map_err(|e| anyhow::anyhow!("the stored recovery key is damaged: {e}"))?;
    let partial = sealed.with_extension("partial");
    let file = Hashed { inner: private(&partial)?, hash: Sha256::new() };
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _))?;
    let mut out = encryptor.wrap_output(BufWriter::new(file))?;
    serde_json::to_writer(&mut out, header)?;
    out.write_all(b"\n")?;
    std::io::copy(&mut File::open(plain)?, &mut out)?;
    let written = out.finish()?.into_inner()?;
    written.inner.sync_all()?;
    let mut there = Hashed { inner: std::io::sink(), hash: Sha256::new() };
    std::io::copy(&mut File::open(&partial)?, &mut there)?;
    ensure!(
        there.hash.finalize() == written.hash.finalize(),
        "{} does not hold what was written into it; look at its disk",
        partial.display()
    );
    std::fs::rename(&partial, sealed)?;
    File::open(sealed.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Digests what goes through it.
#[derive(Debug)]
struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: std::io::Write> std::io::Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// What happened since the backup and is not in it: said by a person before anything is served again.
#[derive(Clone, Debug)]
pub enum Since {
    /// No device was lost or retired since.
    NothingLost,
    /// These were.
    Devices(Vec<(DeviceId, Standing)>),
}

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// The instant the store stands at again.
    pub made_at: Timestamp,
    /// The store's new epoch: every device sends in full again.
    pub epoch: StoreEpoch,
}

/// Puts a backup back as the store at `url`, which must be empty, begins a new epoch, and marks what was lost since: all of it, or
/// nothing that could be served. `keep` is given the master key before anything is put back, and may refuse.
pub async fn restore(
    (file, recovery_key): (&Path, &str),
    url: StoreUrl,
    (since, by): (&Since, &str),
    keep: impl FnOnce(&str) -> anyhow::Result<()>,
    (random, now): (&Random, Timestamp),
) -> anyhow::Result<Restored> {
    let engine = match &url {
        StoreUrl::Sqlite(_) => "sqlite",
        StoreUrl::Postgres(_) => "postgres",
    };
    let vacant = Vacant::take(url).await?;
    let passing = passing(&vacant.folder(), ".restore-")?;
    let plain = passing.path().join(PLAIN);
    let header = unseal(file, recovery_key, &plain)?;
    ensure!(header.engine == engine, "this backup is of a store on {}, the configured store is on {engine}", header.engine);
    keep(&header.master_key)?;
    let restoring = vacant.fill(plain).await?;
    let mut tx = restoring.store().begin_ledger().await?;
    let epoch = meta::renew_epoch(&mut tx, random).await?;
    let detail = format!("backup_of={}", header.made_at.seconds());
    log::write(&mut tx, random, &Done::by(Actor::Operator, What::Restored, now).noting(detail)).await?;
    if let Since::Devices(devices) = since {
        for (id, standing) in devices {
            let home = belonging::of_device(&mut *tx, *id).await?;
            let Some(home) = home else {
                bail!("device {id} is not in this backup; leave it out: it will wait for confirmation (再確認待ち)")
            };
            mark(&mut tx, home.facility, *id, *standing, (by, now)).await?;
            let what = if *standing == Standing::Lost { What::DeviceLost } else { What::DeviceRetired };
            let done = Done::by(Actor::Operator, what, now).at_facility(home.region, home.facility).on_device(*id, "");
            log::write(&mut tx, random, &done.noting("since_backup")).await?;
            if *standing == Standing::Lost {
                let gone = Gone { device: Some(*id), why: &BY_OPERATOR, by: Actor::Operator, from: &id.to_string() };
                report_loss(&mut tx, (random, now), home, &gone).await?;
            }
        }
    }
    restoring.finish(tx).await?;
    Ok(Restored { made_at: header.made_at, epoch })
}

async fn mark(
    tx: &mut crate::store::Tx,
    facility: FacilityId,
    id: DeviceId,
    standing: Standing,
    (by, at): (&str, Timestamp),
) -> anyhow::Result<()> {
    ensure!(matches!(standing, Standing::Lost | Standing::Retired), "a device is marked lost or retired, not {}", standing.as_str());
    let decision = device::Decision { standing, by: by.to_owned(), at };
    ensure!(device::stand(tx, facility, id, Standing::ALL, &decision).await?, "device {id} could not be marked");
    Ok(())
}

fn unseal(file: &Path, recovery_key: &str, plain: &Path) -> anyhow::Result<Header> {
    let identity: age::x25519::Identity =
        recovery_key.trim().parse().map_err(|_| anyhow::anyhow!("this is not a recovery key; it begins with AGE-SECRET-KEY-1"))?;
    let sealed = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let damaged = || format!("{} is not a backup of ours, is damaged, or was sealed to another recovery key", file.display());
    let opened = age::Decryptor::new(BufReader::new(sealed)).with_context(damaged)?;
    let mut stream = BufReader::new(opened.decrypt(std::iter::once(&identity as _)).with_context(damaged)?);
    let mut line = Zeroizing::new(Vec::new());
    stream.by_ref().take(4096).read_until(b'\n', &mut line).with_context(damaged)?;
    let header: Header = serde_json::from_slice(&line).with_context(damaged)?;
    ensure!(header.format == FORMAT, "{} was made by a newer collector (format {})", file.display(), header.format);
    let mut out = private(plain)?;
    std::io::copy(&mut stream, &mut out).with_context(damaged)?;
    out.sync_all()?;
    Ok(header)
}

/// Removes all but the newest `keep` backups; names sort by time. The one just made stays, whatever a wrong clock has named it.
fn prune(folder: &Path, keep: usize, made: &Path) -> anyhow::Result<()> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path != made && path.to_string_lossy().ends_with(SUFFIX))
        .collect();
    files.sort_unstable();
    let old = files.len().saturating_sub(keep.saturating_sub(1));
    for path in &files[..old] {
        std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// A plain copy's name within its folder.
const PLAIN: &str = "store";

/// A folder for a plain copy on its way: new, under a name nobody can foresee, its owner's alone; removed when dropped.
fn passing(folder: &Path, prefix: &str) -> anyhow::Result<TempDir> {
    tempfile::Builder::new().prefix(prefix).tempdir_in(folder).with_context(|| format!("cannot write in {}", folder.display()))
}

/// A new file that only its owner can read.
fn private(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("cannot write {}", path.display()))
}
