//! `backup` and `restore`. A restored store begins another epoch, and what was lost or retired since the backup is said by a
//! person before it can be served.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::{ArgGroup, Args};
use zeroize::Zeroizing;

use super::operator::Operator;
use crate::backup::{self, Since};
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::domain::act::Actor;
use crate::domain::device::Standing;
use crate::domain::ids::DeviceId;
use crate::random::Random;
use crate::secrets::MasterKey;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Folder [default: the daily backup's].
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Makes the recovery key of a store that has none, and prints it; keep it on paper, away from the backups.
    #[arg(long)]
    new_recovery_key: bool,
}

/// Backs up now; a running collector goes on meanwhile.
pub(super) async fn backup(settings: Settings, args: BackupArgs) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    if args.new_recovery_key {
        let key = backup::make_recovery_key(&operator.store, (&operator.random, operator.now)).await?;
        let key = key.context("this store has a recovery key already; it was printed when it was made and is kept nowhere")?;
        println!("recovery key {}", key.as_str());
        return Ok(());
    }
    let usual = || operator.settings.backup.clone().unwrap_or_else(|| operator.settings.data.join("backup"));
    let folder = args.to.unwrap_or_else(usual);
    let (keep, master) = (operator.settings.backups_kept, operator.master.to_text());
    let made = backup::make(&operator.store, &master, &folder, (keep, operator.now), (Actor::Operator, &operator.random)).await?;
    println!("{}", made.display());
    Ok(())
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("since").required(true).multiple(true).args(["none_lost", "lost", "retired"]))]
pub(super) struct RestoreArgs {
    /// File that `backup` wrote.
    file: PathBuf,
    /// File with the recovery key [default: read from standard input].
    #[arg(long, value_name = "FILE")]
    recovery_key_file: Option<PathBuf>,
    /// No device was lost or retired since the backup.
    #[arg(long, conflicts_with_all = ["lost", "retired"])]
    none_lost: bool,
    /// Device lost since the backup; may be repeated.
    #[arg(long, value_name = "DEVICE")]
    lost: Vec<DeviceId>,
    /// Device retired since the backup; may be repeated.
    #[arg(long, value_name = "DEVICE")]
    retired: Vec<DeviceId>,
}

/// Puts a backup back where the settings say the store is, which must be empty.
pub(super) async fn restore(settings: Settings, args: RestoreArgs) -> anyhow::Result<()> {
    let mut key = Zeroizing::new(String::new());
    match &args.recovery_key_file {
        Some(path) => *key = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
        None => drop(std::io::stdin().read_to_string(&mut key)?),
    }
    let devices = |ids: &[DeviceId], standing| ids.iter().map(|id| (*id, standing)).collect::<Vec<_>>();
    let since = if args.none_lost {
        Since::NothingLost
    } else {
        Since::Devices([devices(&args.lost, Standing::Lost), devices(&args.retired, Standing::Retired)].concat())
    };
    std::fs::create_dir_all(&settings.data).with_context(|| format!("cannot make {}", settings.data.display()))?;
    let hands = (&Random::from_system(), SystemClock.now());
    let keep = |master: &str| keep_master_key(&settings, master);
    let restored = backup::restore((&args.file, &key), settings.store.clone(), (&since, "operator"), keep, hands).await?;
    println!("restored to {}; store epoch {}: every device sends in full again", restored.made_at.jst_minute(), restored.epoch);
    Ok(())
}

/// Puts the backup's master key where the settings say it is kept; refuses when another one is there.
fn keep_master_key(settings: &Settings, master: &str) -> anyhow::Result<()> {
    let place = &settings.master_key;
    let Some(present) = place.find(&settings.data)? else {
        let key = MasterKey::from_text(master.as_bytes()).context("the master key in this backup is not 64 hexadecimal digits")?;
        place.keep(&key, &settings.data)?;
        return Ok(());
    };
    ensure!(
        present.to_text().as_str() == master,
        "{place} holds another master key than the backup; nothing was restored. Move it away, then restore again"
    );
    Ok(())
}
