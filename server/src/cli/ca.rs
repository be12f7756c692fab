//! `ca`: looking at the authority of devices, keeping its root offline, rotating, and telling devices what comes next.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::operator::Operator;
use crate::config::Settings;
use crate::domain::act::Actor;
use crate::pki::{Authority, Say, WhichRoot, announce, export_root_key, forget_root_key, rotate_issuing, switch_root};
use crate::secrets::write_private;

const TAKEN_UP: &str = "a running collector takes it up within ten minutes, or at once on SIGHUP";

#[derive(Debug, Subcommand)]
pub(super) enum CaCommand {
    /// Shows root, issuing CA, server leaf and announcements.
    Show,
    /// Writes a root's certificate and private key to a new file (PEM). Keep it offline.
    Backup {
        /// New file.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Then forgets the key here: from now on `--root-key` has to be given.
        #[arg(long)]
        offline: bool,
        /// Of the announced next root instead of the one in use.
        #[arg(long)]
        next: bool,
    },
    /// Makes a new issuing CA and server leaf under the same root; devices need not enrol again.
    Rotate(RootKey),
    /// Makes the next root and announces it, signed by this one, in every check-in answer.
    NextRoot(RootKey),
    /// Takes the announced next root into use; issuing CA and server leaf are made anew below it, devices need not enrol again.
    /// The key of the root before it is forgotten.
    SwitchRoot(NextRootKey),
    /// Announces, signed by the root, that the collector moves to these endpoints.
    Successor {
        #[command(flatten)]
        root: RootKey,
        /// `host:port`, in the order in which to try them.
        #[arg(required = true, value_name = "HOST:PORT")]
        endpoints: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct RootKey {
    /// File that `ca backup` wrote, when the root's key is kept offline.
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct NextRootKey {
    /// File that `ca backup --next` wrote, when the next root's key is kept offline.
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
}

fn read(file: Option<&Path>) -> anyhow::Result<Option<zeroize::Zeroizing<String>>> {
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Some(zeroize::Zeroizing::new(text)))
}

impl RootKey {
    fn read(&self) -> anyhow::Result<Option<zeroize::Zeroizing<String>>> {
        read(self.root_key.as_deref())
    }
}

pub(super) async fn run(settings: Settings, command: CaCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    let (store, names) = (&operator.store, &operator.settings.device.names);
    match command {
        CaCommand::Show => show(&operator).await,
        CaCommand::Backup { to, offline, next } => {
            backup(&operator, if next { WhichRoot::Next } else { WhichRoot::Present }, &to, offline).await
        }
        CaCommand::Rotate(root) => {
            rotate_issuing(store, names, root.read()?.as_deref().map(String::as_str), (Actor::Operator, operator.hands())).await?;
            println!("a new issuing CA is in use; {TAKEN_UP}");
            Ok(())
        }
        CaCommand::NextRoot(root) => {
            let said = announce(store, Say::NextRoot, root.read()?.as_deref().map(String::as_str), operator.hands()).await?;
            println!("announced: {}; {TAKEN_UP}", said.payload);
            println!("give devices a week or two to hear of it, then run `hashimori-server ca switch-root`");
            Ok(())
        }
        CaCommand::SwitchRoot(NextRootKey { root_key }) => {
            switch_root(store, names, read(root_key.as_deref())?.as_deref().map(String::as_str), operator.hands()).await?;
            println!("the next root is the root now, and the key of the one before it is forgotten; {TAKEN_UP}");
            println!("devices need not enrol again; enrolment codes name the new root from now on");
            Ok(())
        }
        CaCommand::Successor { root, endpoints } => {
            for endpoint in &endpoints {
                let port = endpoint.rsplit_once(':').filter(|(host, _)| !host.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
                if port.is_none_or(|p| p == 0) {
                    bail!("{endpoint} is not an endpoint: give it as HOST:PORT");
                }
            }
            let said = announce(store, Say::Successor(endpoints), root.read()?.as_deref().map(String::as_str), operator.hands()).await?;
            println!("announced: {}", said.payload);
            Ok(())
        }
    }
}

async fn show(operator: &Operator) -> anyhow::Result<()> {
    let authority = Authority::load(&operator.store, &operator.master).await?;
    let until = |end: hashimori_shared::time::Timestamp| format!("until {} ({} days)", end.jst_date(), end.days_since(operator.now));
    let key = if authority.root_key_here { "key here, sealed" } else { "key offline" };
    println!("root         pin {}  {}  {key}", data_encoding::HEXLOWER.encode(&authority.root_pin), until(authority.root_ends));
    println!("issuing CA   {}", until(authority.issuing_ends));
    println!("server leaf  {}", until(authority.server_ends));
    println!("trusted      {} root(s), {} of them from before a switch", authority.roots.len(), authority.older_roots);
    for said in &authority.announcements {
        println!("announced    {}", said.payload);
    }
    if authority.issuing_runs_out(operator.now) {
        println!("warning      the issuing CA ends within 90 days: run `hashimori-server ca rotate`");
    }
    Ok(())
}

async fn backup(operator: &Operator, which: WhichRoot, to: &Path, offline: bool) -> anyhow::Result<()> {
    let pem = export_root_key(&operator.store, which, operator.hands()).await?;
    write_private(to, pem.as_bytes()).with_context(|| format!("cannot write {}", to.display()))?;
    if offline {
        forget_root_key(&operator.store, which, operator.hands()).await?;
        println!("wrote {}; its key is not here any more", to.display());
    } else {
        println!("wrote {}", to.display());
    }
    Ok(())
}
