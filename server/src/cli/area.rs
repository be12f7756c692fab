//! `area`: the operator's way to make and name areas, and to say which facilities lie in them.

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};

use super::operator::{self, Operator};
use crate::config::Settings;
use crate::domain::act::{Actor, Done, What};
use crate::domain::area::{self as named, Area};
use crate::domain::ids::{AreaId, FacilityId, RegionId};
use crate::store::region::Region;
use crate::store::{Store, Tx, area, log};

#[derive(Debug, Subcommand)]
pub(super) enum AreaCommand {
    /// Lists a region's areas: id, number of facilities, name.
    List(Within),
    /// Makes an area.
    Make {
        #[command(flatten)]
        within: Within,
        /// Its name.
        name: String,
    },
    /// Gives an area another name.
    Rename {
        #[command(flatten)]
        within: Within,
        /// The area, by name or id.
        area: String,
        /// Its new name.
        name: String,
    },
    /// Lets facilities lie in an area; those that lie in it stay.
    Add(Which),
    /// Takes facilities out of an area.
    Remove(Which),
}

#[derive(Debug, Args)]
pub(super) struct Within {
    /// Region, by name or id, when there are several.
    #[arg(long)]
    region: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    within: Within,
    /// The area, by name or id.
    area: String,
    /// Facilities, by name or id.
    #[arg(required = true)]
    facilities: Vec<String>,
}

pub(super) async fn run(settings: Settings, command: AreaCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    match command {
        AreaCommand::List(within) => list(&operator, &within).await,
        AreaCommand::Make { within, name } => make(&operator, &within, &name).await,
        AreaCommand::Rename { within, area, name } => rename(&operator, &within, (&area, &name)).await,
        AreaCommand::Add(which) => put(&operator, &which, true).await,
        AreaCommand::Remove(which) => put(&operator, &which, false).await,
    }
}

async fn region(operator: &Operator, within: &Within) -> anyhow::Result<Region> {
    operator::region(&operator.store, within.region.as_deref()).await
}

/// An area of a region by id or name.
async fn find(store: &Store, region: RegionId, wanted: &str) -> anyhow::Result<Area> {
    let mut all = area::list(store.read(), region).await?.into_iter();
    all.find(|known| known.name == wanted || wanted.parse() == Ok(known.id)).with_context(|| format!("the region has no area {wanted}"))
}

async fn note(operator: &Operator, tx: &mut Tx, what: What, area: &Area, detail: String) -> anyhow::Result<()> {
    let done = Done::by(Actor::Operator, what, operator.now).in_region(area.region).on_area(area).noting(detail);
    Ok(log::write(tx, &operator.random, &done).await?)
}

async fn list(operator: &Operator, within: &Within) -> anyhow::Result<()> {
    let region = region(operator, within).await?;
    let counts = area::count_facilities(operator.store.read(), region.id).await?;
    for area in area::list(operator.store.read(), region.id).await? {
        println!("{}  {}  {}", area.id, counts.get(&area.id).copied().unwrap_or(0), area.name);
    }
    Ok(())
}

async fn make(operator: &Operator, within: &Within, name: &str) -> anyhow::Result<()> {
    let region = region(operator, within).await?;
    let new = Area { id: AreaId::new(operator.random.uuid(operator.now)), region: region.id, name: named::name(name)? };
    let mut tx = operator.store.begin().await?;
    let known = area::list(&mut *tx, region.id).await?;
    ensure!(known.len() < named::MOST, "a region has {} areas at most; rename one that is not used", named::MOST);
    ensure!(area::insert(&mut tx, &new, operator.now).await?, "{} has an area {} already", region.name, new.name);
    note(operator, &mut tx, What::AreaMade, &new, String::new()).await?;
    tx.commit().await?;
    println!("{}  0  {}", new.id, new.name);
    Ok(())
}

async fn rename(operator: &Operator, within: &Within, (wanted, name): (&str, &str)) -> anyhow::Result<()> {
    let region = region(operator, within).await?;
    let known = find(&operator.store, region.id, wanted).await?;
    let renamed = Area { name: named::name(name)?, ..known.clone() };
    let mut tx = operator.store.begin().await?;
    ensure!(area::rename(&mut tx, &known, &renamed.name).await?, "{} has an area {} already", region.name, renamed.name);
    note(operator, &mut tx, What::AreaChanged, &renamed, "name".to_owned()).await?;
    tx.commit().await?;
    println!("{} → {}", known.name, renamed.name);
    Ok(())
}

async fn put(operator: &Operator, which: &Which, inside: bool) -> anyhow::Result<()> {
    let region = region(operator, &which.within).await?;
    let known = find(&operator.store, region.id, &which.area).await?;
    let mut facilities: Vec<FacilityId> = Vec::with_capacity(which.facilities.len());
    for wanted in &which.facilities {
        facilities.push(operator::facility(&operator.store, region.id, wanted).await?.id);
    }
    let mut tx = operator.store.begin().await?;
    let (word, changed) = if inside {
        ("added", area::add_facilities(&mut tx, &known, &facilities).await?)
    } else {
        ("removed", area::remove_facilities(&mut tx, &known, &facilities).await?)
    };
    if changed > 0 {
        note(operator, &mut tx, What::AreaChanged, &known, format!("{word}={changed}")).await?;
    }
    tx.commit().await?;
    println!("{}: {word} {changed}", known.name);
    Ok(())
}
