//! `verify-evidence`: proves an auditor's archive. With `--key` it needs no store: it can run wherever the archive is. Exit code 1 and
//! the first bad file when it does not hold.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::operator::Operator;
use crate::config::Settings;
use crate::domain::log::PublicKey;
use crate::evidence::{self, Checked};
use crate::store::log;

#[derive(Debug, Args)]
pub(super) struct VerifyEvidenceArgs {
    /// The archive.
    file: PathBuf,
    /// Public key of the collector that made it, as its page and `verify-log` show it [default: this collector's own].
    #[arg(long, value_name = "KEY")]
    key: Option<PublicKey>,
}

pub(super) async fn run(settings: Settings, args: VerifyEvidenceArgs) -> anyhow::Result<()> {
    let archive = File::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    let key = if let Some(key) = args.key {
        key
    } else {
        let operator = Operator::start(settings).await?;
        log::key(&operator.store, &operator.master).await?.public()
    };
    let Checked { list, entries } = match evidence::check(archive, &key) {
        Ok(checked) => checked,
        Err(bad) => bail!("{} does not hold: {bad}", args.file.display()),
    };
    println!("the archive holds: {} files, signed by {}", list.files.len(), list.key);
    println!("facility  {} ({})", list.about.facility.name, list.about.region.name);
    println!("period    {} to {}, made {} for {}", list.about.from, list.about.until, list.about.made_at, list.about.reader);
    for file in &list.files {
        println!("file      {} {} rows {}", file.sha256, file.rows, file.name);
    }
    println!("log       {entries} entries, each with the hash that the collector gave it");
    if let Some(head) = &list.about.log_head {
        println!("head      {head}");
    }
    Ok(())
}
