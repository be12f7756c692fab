//! `device`: the operator's acts on how a device stands. On SQLite the collector must not run meanwhile: it remembers standings.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::operator;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::domain::act::{Act, Actor, Done};
use crate::domain::ids::DeviceId;
use crate::incidents::{BY_OPERATOR, Gone, report_loss};
use crate::random::Random;
use crate::store::belonging::Home;
use crate::store::device::{self, Decision};
use crate::store::{Store, log};

#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// Lists a facility's devices: id, standing, label.
    List(Where),
    /// Confirms a device that waits in 登録待ち, or anew after a restore.
    Confirm(Given),
    /// Notes a device as lost: what it sends is kept as evidence and changes no verdict. Opens an incident.
    Lost(Given),
    /// Takes a device out of use for good: it is refused from now on.
    Retire(Given),
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
pub(super) struct Given {
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
    let (given, act) = match command {
        DeviceCommand::List(at) => return list(store, &at).await,
        DeviceCommand::Confirm(given) => (given, Act::Confirm),
        DeviceCommand::Lost(given) => (given, Act::MarkLost),
        DeviceCommand::Retire(given) => (given, Act::Retire),
    };
    let region = operator::region(store, given.at.region.as_deref()).await?;
    let facility = operator::facility(store, region.id, &given.at.facility).await?;
    let found = device::find(store, facility.id, given.device).await?.context("the facility has no such device")?;
    let decision = Decision { standing: act.to(), by: "operator".to_owned(), at: SystemClock.now() };
    let (random, home) = (Random::from_system(), Home { region: region.id, facility: facility.id });
    let mut tx = store.begin_ledger().await?;
    if !device::stand(&mut tx, facility.id, given.device, act.from(), &decision).await? {
        bail!("the device is {}; from there it cannot become {}", found.standing.as_str(), act.to().as_str());
    }
    let done = Done::by(Actor::Operator, act.what(), decision.at).at_facility(region.id, facility.id);
    log::write(&mut tx, &random, &done.on_device(found.id, &found.label)).await?;
    let incident = match act {
        Act::MarkLost => {
            let gone = Gone { device: Some(found.id), why: &BY_OPERATOR, by: Actor::Operator, from: &found.id.to_string() };
            report_loss(&mut tx, (&random, decision.at), home, &gone).await?
        }
        Act::Confirm | Act::Refuse | Act::Reclaim | Act::Retire => None,
    };
    tx.commit().await?;
    println!("{} {} → {}", given.device, found.standing.as_str(), act.to().as_str());
    if let Some(incident) = incident {
        println!("/papers/{incident}");
    }
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
