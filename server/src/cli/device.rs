//! `device`: the operator's acts on how a device stands. On SQLite the collector must not run meanwhile: it remembers standings.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::operator;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::domain::device::Standing;
use crate::domain::ids::DeviceId;
use crate::store::Store;
use crate::store::device::{self, Decision};

#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// Lists a facility's devices: id, standing, label.
    List(Where),
    /// Confirms a device that waits in 登録待ち, or anew after a restore.
    Confirm(Act),
    /// Notes a device as lost: what it sends is kept as evidence and changes no verdict.
    Lost(Act),
    /// Takes a device out of use for good: it is refused from now on.
    Retire(Act),
}

#[derive(Debug, Args)]
pub(super) struct Where {
    /// Region, by name or id, when there are several.
    #[arg(long)]
    region: Option<String>,
    /// Facility, by name or id.
    #[arg(long)]
    facility: String,
}

#[derive(Debug, Args)]
pub(super) struct Act {
    #[command(flatten)]
    at: Where,
    /// Id of the device.
    device: DeviceId,
}

pub(super) async fn run(settings: Settings, command: DeviceCommand) -> anyhow::Result<()> {
    let store = Store::open(settings.store).await?;
    let done = act(&store, command).await;
    store.close().await;
    done
}

async fn act(store: &Store, command: DeviceCommand) -> anyhow::Result<()> {
    let (act, from, to): (_, &[Standing], _) = match command {
        DeviceCommand::List(at) => return list(store, &at).await,
        DeviceCommand::Confirm(act) => (act, &[Standing::Pending, Standing::Reconfirm, Standing::Copied], Standing::Active),
        DeviceCommand::Lost(act) => (act, &[Standing::Pending, Standing::Active, Standing::Reconfirm, Standing::Copied], Standing::Lost),
        DeviceCommand::Retire(act) => {
            (act, &[Standing::Pending, Standing::Active, Standing::Lost, Standing::Reconfirm, Standing::Copied], Standing::Retired)
        }
    };
    let region = operator::region(store, act.at.region.as_deref()).await?;
    let facility = operator::facility(store, region.id, &act.at.facility).await?;
    let found = device::find(store, facility.id, act.device).await?.context("the facility has no such device")?;
    let decision = Decision { standing: to, by: "operator".to_owned(), at: SystemClock.now() };
    let mut tx = store.begin_ledger().await?;
    if !device::stand(&mut tx, facility.id, act.device, from, &decision).await? {
        bail!("the device is {}; from there it cannot become {}", found.standing.as_str(), to.as_str());
    }
    tx.commit().await?;
    println!("{} {} → {}", act.device, found.standing.as_str(), to.as_str());
    Ok(())
}

async fn list(store: &Store, at: &Where) -> anyhow::Result<()> {
    const PAGE: u16 = 200;
    let region = operator::region(store, at.region.as_deref()).await?;
    let facility = operator::facility(store, region.id, &at.facility).await?;
    let mut after = None;
    loop {
        let page = device::list(store, facility.id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for device in page {
            println!("{}  {}  {}", device.id, device.standing.as_str(), device.label);
        }
    }
}
