//! `init`: everything a collector needs before it can serve. Run again, it adds what is missing and changes nothing else.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use super::account::{Person, invite};
use super::operator::find_facility;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::domain::act::{self, Actor, What};
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::people::Scope;
use crate::pki::{Authority, Hands, PkiError, create_authority};
use crate::random::Random;
use crate::rules::RuleBook;
use crate::store::facility::Facility;
use crate::store::region::Region;
use crate::store::{OpenError, Store, StoreUrl, facility, log, membership, meta, region};
use hashimori_shared::time::Timestamp;

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Name of the region.
    #[arg(long, value_name = "NAME")]
    region: String,
    /// Id of the region's rule pack.
    #[arg(long, value_name = "ID", default_value = "itsutsubashi-2019-02-08")]
    pack: String,
    /// Name of a facility to take in.
    #[arg(long, value_name = "NAME")]
    facility: Option<String>,
    /// Sign-in name of the facility's first administrator; prints a one-time link.
    #[arg(long, value_name = "LOGIN", requires = "facility")]
    administrator: Option<String>,
    /// Sign-in name of the 事務局's first account; prints a one-time link.
    #[arg(long, value_name = "LOGIN")]
    secretariat: Option<String>,
    /// Name the new accounts show to colleagues.
    #[arg(long, value_name = "NAME", default_value = "初期設定の担当者")]
    name: String,
    /// Prints one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, serde::Serialize)]
struct Done {
    region: String,
    facility: Option<String>,
    root_pin: String,
    master_key: String,
    /// Printed once, when it is made; backups open with it alone.
    recovery_key: Option<String>,
    administrator_link: Option<String>,
    secretariat_link: Option<String>,
}

pub(super) async fn run(settings: &Settings, args: InitArgs) -> anyhow::Result<()> {
    let (random, now) = (Arc::new(Random::from_system()), SystemClock.now());
    std::fs::create_dir_all(&settings.data).with_context(|| format!("cannot make the data folder {}", settings.data.display()))?;
    restrict(&settings.data)?;
    let book = RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?;
    if !book.packs().any(|p| p.id() == args.pack) {
        bail!("there is no rule pack {}; `hashimori-server pack list` shows those there are", args.pack);
    }
    let master = if let Some(master) = settings.master_key.find(&settings.data)? {
        master
    } else {
        refuse_a_second_key(settings).await?;
        settings.master_key.create(&settings.data, &random)?
    };
    let store = match Store::open(settings.store.clone()).await {
        // Beside the collector that runs there, what is missing can still be added.
        Err(OpenError::InUse(_)) => Store::open_beside(settings.store.clone()).await?,
        opened => opened?,
    };
    meta::ensure_epoch(&store, &random).await?;
    log::ensure_key(&store, &master, &random, now).await?;
    let authority = match Authority::load(&store, &master).await {
        Ok(authority) => authority,
        Err(PkiError::Missing) => {
            let mut tx = store.begin().await?;
            create_authority(&mut tx, &settings.device.names, Hands { master: &master, random: &random, now }).await?;
            tx.commit().await?;
            Authority::load(&store, &master).await?
        }
        Err(other) => return Err(other.into()),
    };
    let region = ensure_region(&store, &args, &random, now).await?;
    let facility = match &args.facility {
        None => None,
        Some(name) => Some(ensure_facility(&store, region.id, name, &random, now).await?),
    };
    let administrator = match (&args.administrator, &facility) {
        (Some(login), Some(facility)) => {
            let person = Person::first(Scope::Facility(region.id, facility.id), login, &args.name);
            Some(invite(&store, &random, now, settings, person).await?)
        }
        (Some(_), None) => bail!("an administrator needs a facility: give `--facility`"),
        (None, _) => None,
    };
    let secretariat = match &args.secretariat {
        Some(login) => Some(invite(&store, &random, now, settings, Person::first(Scope::Region(region.id), login, &args.name)).await?),
        None => None,
    };
    let recovery_key = crate::backup::make_recovery_key(&store, (&random, now)).await?.map(|key| key.as_str().to_owned());
    store.close().await;
    let done = Done {
        region: region.id.to_string(),
        facility: facility.map(|f| f.id.to_string()),
        root_pin: data_encoding::HEXLOWER.encode(&authority.root_pin),
        master_key: settings.master_key.to_string(),
        recovery_key,
        administrator_link: administrator,
        secretariat_link: secretariat,
    };
    print(&done, args.json)
}

/// What is sealed already opens with its own key alone: a fresh one would only stand in that one's way.
async fn refuse_a_second_key(settings: &Settings) -> anyhow::Result<()> {
    if let StoreUrl::Sqlite(path) = &settings.store
        && !path.exists()
    {
        return Ok(());
    }
    let store = Store::open(settings.store.clone()).await?;
    let known = meta::find(&store, "epoch").await?;
    store.close().await;
    let place = &settings.master_key;
    ensure!(known.is_none(), "there is no master key {place}, and this store is sealed with one: put its copy there; no new one was made");
    Ok(())
}

async fn ensure_region(store: &Store, args: &InitArgs, random: &Random, now: Timestamp) -> anyhow::Result<Region> {
    if let Some(known) = region::list(store).await?.into_iter().find(|r| r.name == args.region) {
        return Ok(known);
    }
    let new = Region { id: RegionId::new(random.uuid(now)), name: named(&args.region)?, pack: args.pack.clone(), created_at: now };
    let mut tx = store.begin().await?;
    region::insert(&mut tx, &new).await?;
    let done = act::Done::by(Actor::Operator, What::RegionMade, now).in_region(new.id).on_region(new.id, &new.name);
    log::write(&mut tx, random, &done.noting(format!("pack={}", new.pack))).await?;
    tx.commit().await?;
    Ok(new)
}

/// The region's facility with this name, made if it is not there.
pub(super) async fn ensure_facility(
    store: &Store,
    region: RegionId,
    name: &str,
    random: &Random,
    now: Timestamp,
) -> anyhow::Result<Facility> {
    if let Some(known) = find_facility(store, region, name).await? {
        return Ok(known);
    }
    ensure!(!membership::waits(store, region, name).await?, "{name} has applied and waits: take it in at /intakes");
    let new = Facility { id: FacilityId::new(random.uuid(now)), region, name: named(name)?, created_at: now };
    let mut tx = store.begin().await?;
    facility::insert(&mut tx, &new).await?;
    let done = act::Done::by(Actor::Operator, What::FacilityMade, now).at_facility(region, new.id).on_facility(new.id, &new.name);
    log::write(&mut tx, random, &done).await?;
    tx.commit().await?;
    Ok(new)
}

fn print(done: &Done, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(done)?);
        return Ok(());
    }
    println!("region       {}", done.region);
    if let Some(facility) = &done.facility {
        println!("facility     {facility}");
    }
    println!("root pin     {}", done.root_pin);
    println!("master key   {}  (keep a copy apart from every backup: without it no secret opens)", done.master_key);
    if let Some(key) = &done.recovery_key {
        println!("recovery key {key}  (write it down: the daily backups open with it alone, and it is kept nowhere)");
    }
    if let Some(link) = &done.administrator_link {
        println!("管理者       {link}");
    }
    if let Some(link) = &done.secretariat_link {
        println!("事務局       {link}");
    }
    Ok(())
}

/// A name as it is kept.
pub(super) fn named(name: &str) -> anyhow::Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        bail!("a name has 1 to 100 characters");
    }
    Ok(name.to_owned())
}

/// The data folder is nobody else's business.
#[cfg(unix)]
fn restrict(folder: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, permissions).with_context(|| format!("cannot restrict the data folder {}", folder.display()))
}

/// Other systems inherit access from the folder above.
#[cfg(not(unix))]
fn restrict(_: &std::path::Path) -> anyhow::Result<()> {
    Ok(())
}
