//! `disaster`: 災害時特例 at the machine, for the night on which the 事務局 has neither its second factor nor a line. May run beside
//! the collector; stands in the operation log and in the exception's file as the operator's act.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::DisasterRules;

use super::operator::{self, Operator};
use crate::config::Settings;
use crate::domain::disaster::{Exception, Place, Reach, event_time};
use crate::domain::ids::ExceptionId;
use crate::domain::people::role::reason;
use crate::exceptions::{self, Act, Deed};
use crate::rules::RuleBook;
use crate::store::region::Region;
use crate::store::{area, disaster};

#[derive(Debug, Subcommand)]
pub(super) enum DisasterCommand {
    /// Lists a region's exceptions, newest first: id, where it stands, what it covers, from when until when.
    List(Where),
    /// Activates one: for the whole region, or for facilities.
    Activate(Activation),
    /// Ratifies what a facility began by itself.
    Ratify(Lasting),
    /// Refuses what a facility began by itself; it ends at once.
    Refuse(Given),
    /// Moves its end by some days.
    Extend(Lasting),
    /// Lifts it; it ends at once.
    Lift(Given),
}

#[derive(Debug, Args)]
pub(super) struct Where {
    /// Region, by name or id, when there are several.
    #[arg(long)]
    region: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Said {
    #[command(flatten)]
    at: Where,
    /// Why; who told the operator to belongs here.
    #[arg(long)]
    reason: String,
    /// When it really happened, as `2026-08-03T02:30` (JST), when it is entered later [default: now].
    #[arg(long, default_value = "")]
    event: String,
}

#[derive(Debug, Args)]
pub(super) struct Activation {
    #[command(flatten)]
    said: Said,
    /// On what it rests: the clause, an evacuation order, the city's headquarters.
    #[arg(long)]
    basis: String,
    /// Area, by name; may be repeated [default: the whole region].
    #[arg(long, conflicts_with = "facility")]
    area: Vec<String>,
    /// Facility, by name or id; may be repeated.
    #[arg(long)]
    facility: Vec<String>,
    /// For how many days [default: the rules'].
    #[arg(long)]
    days: Option<u32>,
    /// As a drill: marked on every page, touches nothing real.
    #[arg(long)]
    drill: bool,
}

#[derive(Debug, Args)]
pub(super) struct Given {
    #[command(flatten)]
    said: Said,
    /// Id of the exception.
    exception: ExceptionId,
}

#[derive(Debug, Args)]
pub(super) struct Lasting {
    #[command(flatten)]
    given: Given,
    /// How many days [default: the rules'].
    #[arg(long)]
    days: Option<u32>,
}

pub(super) async fn run(settings: Settings, command: DisasterCommand) -> anyhow::Result<()> {
    let book = RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?;
    let rules = book.any_pack().parameters().disaster.clone();
    let operator = Operator::start(settings).await?;
    let done = act(&operator, &rules, command).await;
    operator.store.close().await;
    done
}

async fn act(operator: &Operator, rules: &DisasterRules, command: DisasterCommand) -> anyhow::Result<()> {
    let (given, deed) = match command {
        DisasterCommand::List(at) => return list(operator, &at).await,
        DisasterCommand::Activate(activation) => return activate(operator, rules, activation).await,
        DisasterCommand::Ratify(Lasting { given, days }) => (given, Deed::Ratify(days.unwrap_or(rules.expiry_days))),
        DisasterCommand::Refuse(given) => (given, Deed::Refuse),
        DisasterCommand::Extend(Lasting { given, days }) => (given, Deed::Extend(days.unwrap_or(rules.expiry_days))),
        DisasterCommand::Lift(given) => (given, Deed::Lift),
    };
    let (region, act) = said(operator, &given.said).await?;
    let mut tx = operator.store.begin().await?;
    let done = exceptions::act_on(&mut tx, &act, (region.id, given.exception, None), deed, rules).await?;
    tx.commit().await?;
    tell(&done);
    Ok(())
}

async fn said<'a>(operator: &'a Operator, said: &Said) -> anyhow::Result<(Region, Act<'a>)> {
    let region = operator::region(&operator.store, said.at.region.as_deref()).await?;
    let why = reason(&said.reason).context("--reason")?;
    let event_at = event_time(&said.event, operator.now).context("--event")?;
    Ok((region, Act { random: &operator.random, doer: None, why, event_at, now: operator.now }))
}

async fn activate(operator: &Operator, rules: &DisasterRules, wanted: Activation) -> anyhow::Result<()> {
    let (region, act) = said(operator, &wanted.said).await?;
    let basis = reason(&wanted.basis).context("--basis")?;
    let reach = reach(operator, &region, &wanted).await?;
    let days = wanted.days.unwrap_or(rules.expiry_days);
    let mut tx = operator.store.begin().await?;
    let made = exceptions::activate(&mut tx, &act, (region.id, reach), (basis, wanted.drill), days).await?;
    tx.commit().await?;
    tell(&made);
    Ok(())
}

/// Areas, facilities, or the whole region.
async fn reach(operator: &Operator, region: &Region, wanted: &Activation) -> anyhow::Result<Reach> {
    if !wanted.facility.is_empty() {
        let mut facilities = BTreeSet::new();
        for name in &wanted.facility {
            facilities.insert(operator::facility(&operator.store, region.id, name).await?.id);
        }
        return Ok(Reach::Facilities(facilities.into_iter().map(Place::covered).collect()));
    }
    if wanted.area.is_empty() {
        return Ok(Reach::Region);
    }
    let known = area::list(operator.store.read(), region.id).await?;
    let mut areas = BTreeSet::new();
    for name in &wanted.area {
        let Some(found) = known.iter().find(|area| area.name.as_str() == name) else { bail!("the region has no area {name}") };
        areas.insert(found.id);
    }
    Ok(Reach::Areas(areas.into_iter().map(Place::covered).collect()))
}

fn tell(exception: &Exception) {
    let minute = |at: hashimori_shared::time::Timestamp| at.jst_minute_in(Lang::English);
    let drill = if exception.drill { "  drill" } else { "" };
    let ends = exception.ended.map_or(exception.ends_at, |(_, at)| at);
    let (phase, reach) = (exception.phase.as_str(), exception.reach.as_str());
    println!("{}  {phase}  {reach}  {} – {}{drill}", exception.id, minute(exception.began_at), minute(ends));
}

async fn list(operator: &Operator, at: &Where) -> anyhow::Result<()> {
    const PAGE: u16 = 100;
    let region = operator::region(&operator.store, at.region.as_deref()).await?;
    let mut before = None;
    loop {
        let page = disaster::list(&operator.store, region.id, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        before = Some(last.id);
        for exception in page {
            tell(&exception.at(operator.now));
        }
    }
}
