//! The command line: settings from file, environment and flags, then one command. Exit codes: 0 done, 1 failed, 2 wrong usage.

mod account;
mod area;
mod backup;
mod ca;
mod code;
mod device;
mod disaster;
mod facility;
mod init;
mod mail;
mod oidc;
mod operator;
mod rules;
mod serve;
mod verify_evidence;
mod verify_log;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Fragments, Settings};

/// 橋守 Hashimori: the collector of device posture, and its operator's commands.
#[derive(Debug, Parser)]
#[command(name = "hashimori-server", version)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Where settings come from; each can also be an environment variable such as `HASHIMORI__DEVICE__LISTEN`.
#[derive(Debug, Args)]
struct Common {
    /// Configuration file [default: /etc/hashimori/server.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder (`data`).
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// File of the master key, outside the data folder (`secrets.master_key_file`).
    #[arg(long, global = true, value_name = "FILE")]
    master_key_file: Option<PathBuf>,
    /// Sets one key, such as `device.listen=127.0.0.1:0`; may be repeated.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves devices and people.
    Serve(serve::ServeArgs),
    /// Makes the certificate authority, the region, a facility and first accounts; harmless when run again.
    Init(init::InitArgs),
    /// Enrolment codes.
    #[command(subcommand)]
    Code(code::CodeCommand),
    /// Devices, and how they stand.
    #[command(subcommand)]
    Device(device::DeviceCommand),
    /// Facilities of a region.
    #[command(subcommand)]
    Facility(facility::FacilityCommand),
    /// The disaster exception (§25).
    #[command(subcommand)]
    Disaster(disaster::DisasterCommand),
    /// Areas: named parts of a region.
    #[command(subcommand)]
    Area(area::AreaCommand),
    /// Accounts of people.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Sign-in over OpenID Connect, an option of a region.
    #[command(subcommand)]
    Oidc(oidc::OidcCommand),
    /// Mail: the server's password, and a letter to try it.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// The certificate authority of devices.
    #[command(subcommand)]
    Ca(ca::CaCommand),
    /// Rule packs.
    #[command(subcommand)]
    Pack(rules::PackCommand),
    /// Catalogues of the world outside: support dates, program names.
    #[command(subcommand)]
    Catalogue(rules::CatalogueCommand),
    /// Backs the store up, sealed to the recovery key.
    Backup(backup::BackupArgs),
    /// Puts a backup back.
    Restore(backup::RestoreArgs),
    /// Proves the operation log; points at the first entry that does not hold.
    VerifyLog(verify_log::VerifyLogArgs),
    /// Proves an auditor's archive; names the first file that does not hold.
    VerifyEvidence(verify_evidence::VerifyEvidenceArgs),
    /// Brings the store's schema up to date, as `serve` does by itself.
    Migrate,
}

/// Used when no `--config` is given.
const DEFAULT_CONFIG: &str = "/etc/hashimori/server.toml";

impl Common {
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut fragments = Fragments::default();
        let usual = || Some(PathBuf::from(DEFAULT_CONFIG)).filter(|path| path.exists());
        if let Some(path) = self.config.clone().or_else(usual) {
            fragments.file(&path)?;
        }
        fragments.environment(std::env::vars())?;
        for text in &self.set {
            let (key, value) = text.split_once('=').ok_or_else(|| anyhow::anyhow!("--set {text}: give it as KEY=VALUE"))?;
            fragments.set(&format!("--set {key}"), key.trim(), value.trim())?;
        }
        for (flag, key, path) in [("--data", "data", &self.data), ("--master-key-file", "secrets.master_key_file", &self.master_key_file)] {
            if let Some(path) = path {
                let text = path.to_str().ok_or_else(|| anyhow::anyhow!("{flag}: the path is not UTF-8"))?;
                // Quoted, so that a folder named `1` stays a path.
                fragments.set(flag, key, &toml::Value::String(text.to_owned()).to_string())?;
            }
        }
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Ok(Settings::validate(fragments.merge()?, credentials.as_deref())?)
    }
}

/// Parses the command line and runs it.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hashimori-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(cli: Cli) -> anyhow::Result<()> {
    let settings = cli.common.settings()?;
    crate::logging::start(settings.log_format, &settings.log_filter);
    match cli.command {
        Command::Serve(args) => serve::run(settings, args).await,
        Command::Init(args) => init::run(&settings, args).await,
        Command::Code(command) => code::run(settings, command).await,
        Command::Device(command) => device::run(settings, command).await,
        Command::Facility(command) => facility::run(settings, command).await,
        Command::Disaster(command) => disaster::run(settings, command).await,
        Command::Area(command) => area::run(settings, command).await,
        Command::Account(command) => account::run(settings, command).await,
        Command::Oidc(command) => oidc::run(settings, command).await,
        Command::Mail(command) => mail::run(settings, command).await,
        Command::Ca(command) => ca::run(settings, command).await,
        Command::Pack(command) => rules::pack(&settings, command),
        Command::Catalogue(command) => rules::catalogue(&settings, command),
        Command::Backup(args) => backup::backup(settings, args).await,
        Command::Restore(args) => backup::restore(settings, args).await,
        Command::VerifyLog(args) => verify_log::run(settings, args).await,
        Command::VerifyEvidence(args) => verify_evidence::run(settings, args).await,
        Command::Migrate => {
            crate::store::Store::open(settings.store).await?.close().await;
            println!("the store's schema is up to date");
            Ok(())
        }
    }
}
