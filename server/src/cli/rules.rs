//! `pack` and `catalogue`: what is in force, and whether a file would be taken.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use hashimori_shared::pack::Pack;

use crate::config::Settings;
use crate::rules::{RuleBook, check_catalogue};

#[derive(Debug, Subcommand)]
pub(super) enum PackCommand {
    /// Lists the packs in force.
    List,
    /// Validates a file; says line and reason when it is refused.
    Check {
        /// File.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum CatalogueCommand {
    /// Shows the versions in force.
    List,
    /// Validates a file, whose name begins with os, browsers, software or antivirus.
    Check {
        /// File.
        file: PathBuf,
    },
}

pub(super) fn pack(settings: &Settings, command: PackCommand) -> anyhow::Result<()> {
    match command {
        PackCommand::List => {
            for pack in RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?.packs() {
                println!("{}  {}  {} {}", pack.id(), pack.revision(), pack.title(), pack.edition());
            }
        }
        PackCommand::Check { file } => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let pack = Pack::parse(&text).with_context(|| file.display().to_string())?;
            println!("{} is valid: {} {}, {} clauses", file.display(), pack.id(), pack.revision(), pack.clauses().len());
        }
    }
    Ok(())
}

pub(super) fn catalogue(settings: &Settings, command: CatalogueCommand) -> anyhow::Result<()> {
    match command {
        CatalogueCommand::List => {
            println!("{}", RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?.catalogues().version());
        }
        CatalogueCommand::Check { file } => {
            println!("{} is valid: version {}", file.display(), check_catalogue(&file)?);
        }
    }
    Ok(())
}
