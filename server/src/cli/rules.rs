//! `pack` and `catalogue`: what is in force, and whether a file would be taken.

use std::path::PathBuf;

use clap::Subcommand;

use crate::config::Settings;
use crate::rules::{RuleBook, check_catalogue, check_pack};

#[derive(Debug, Subcommand)]
pub(super) enum PackCommand {
    /// Lists the packs in force.
    List,
    /// Validates a pack, or the official text beside one (PACKID.official.toml); says line and reason when it is refused.
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
                println!("{}  {}  {} {}", pack.id(), pack.revision(), pack.title().ja(), pack.edition().ja());
            }
        }
        PackCommand::Check { file } => {
            let pack = check_pack(&file, || RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref()))?;
            let clauses = pack.clauses();
            let texts = clauses.iter().filter(|c| c.official_text.is_some()).count();
            let official = if texts > 0 { format!(", {texts} with the official text") } else { String::new() };
            println!("{} is valid: {} {}, {} clauses{official}", file.display(), pack.id(), pack.revision(), clauses.len());
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
