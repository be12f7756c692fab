//! `device`: the operator's acts on how a device stands. On SQLite the collector must not run meanwhile: it remembers standings.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::operator;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::domain::act::{Act, Actor, Done, What};
use crate::domain::ids::{DeviceId, PaperId};
use crate::domain::mail::{self, Letter, Link, Recipients};
use crate::domain::paper::{Kind, Wish};
use crate::domain::people::Role;
use crate::random::Random;
use crate::store::belonging::Home;
use crate::store::device::{self, Decision};
use crate::store::paper::{self, NewPaper};
use crate::store::{Store, Tx, log, mail as outbox};
use crate::words::Text;

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
        Act::MarkLost => report(&mut tx, &random, home, (found.id, decision.at)).await?,
        Act::Confirm | Act::Refuse | Act::Reclaim | Act::Retire => None,
    };
    tx.commit().await?;
    println!("{} {} → {}", given.device, found.standing.as_str(), act.to().as_str());
    if let Some(incident) = incident {
        println!("/papers/{incident}");
    }
    Ok(())
}

/// A loss goes on as an incident, as where it is noted on the device's page, unless one is open that is about it; what happened is still
/// to be told there. Returns a new one.
async fn report(tx: &mut Tx, random: &Random, home: Home, (device, now): (DeviceId, Timestamp)) -> anyhow::Result<Option<PaperId>> {
    if paper::find_incident_of_loss(tx, home.facility, device).await?.is_some() {
        return Ok(None);
    }
    let in_japanese = |key| Text::new(key).in_lang(Lang::Japanese);
    let wish = Wish::loss(in_japanese("actor-operator"), Some(device), &in_japanese("loss-by-operator"), now)?;
    let (id, kind, (region, facility)) = (PaperId::new(random.uuid(now)), Kind::Incident, (home.region, home.facility));
    let (applicant, exception, own_hash, by, wish) = (None, None, None, Actor::Operator, &wish);
    let number = paper::insert(tx, &NewPaper { id, region, facility, kind, wish, applicant, exception, own_hash, by, at: now }).await?;
    let done = Done::by(Actor::Operator, What::PaperFiled, now).at_facility(region, facility).on_paper(id, number);
    log::write(tx, random, &done.noting(format!("kind={} from={device}", kind.as_str()))).await?;
    for to in [Recipients::Facility(facility, Role::IN_CHARGE), Recipients::Secretariat(region)] {
        let letter = Letter::new(mail::Kind::IncidentReported, to, Link::Page(format!("/papers/{id}"))).once(format!("{id} 0"));
        outbox::queue(tx, (random, now), &letter).await?;
    }
    Ok(Some(id))
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
