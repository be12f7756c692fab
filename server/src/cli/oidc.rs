//! `oidc set`, `oidc remove`, `oidc show`: sign-in over OpenID Connect, an option of a region.

use std::io::Read as _;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::operator::{self, Operator};
use crate::config::Settings;
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::ProviderId;
use crate::http::pages::{OIDC_RETURN, OIDC_SECRET_PURPOSE};
use crate::oidc::is_issuer;
use crate::store::oidc::Provider;
use crate::store::{log, oidc};

#[derive(Debug, Subcommand)]
pub(super) enum OidcCommand {
    /// Makes a provider the region's; a client secret is read from standard input.
    Set(SetArgs),
    /// Removes the region's provider and every link to it.
    Remove {
        /// Region, by name or id, when there are several.
        #[arg(long)]
        region: Option<String>,
    },
    /// Shows the region's provider and the address it has to send browsers back to.
    Show {
        /// Region, by name or id, when there are several.
        #[arg(long)]
        region: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// Region, by name or id, when there are several.
    #[arg(long)]
    region: Option<String>,
    /// Issuer, as the provider names itself: `https://…`.
    #[arg(long)]
    issuer: String,
    /// Our client id there.
    #[arg(long)]
    client_id: String,
    /// What the button on the sign-in page calls it.
    #[arg(long)]
    label: String,
    /// A public client: there is no secret to be read.
    #[arg(long)]
    public: bool,
}

pub(super) async fn run(settings: Settings, command: OidcCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    match command {
        OidcCommand::Set(args) => set(&operator, args).await,
        OidcCommand::Remove { region } => {
            let region = operator::region(&operator.store, region.as_deref()).await?;
            let mut tx = operator.store.begin().await?;
            ensure!(oidc::delete_of(&mut tx, region.id).await?, "the region {} has no OpenID provider", region.name);
            let done =
                Done::by(Actor::Operator, What::SettingsChanged, operator.now).in_region(region.id).on_region(region.id, &region.name);
            log::write(&mut tx, &operator.random, &done.noting("oidc=none")).await?;
            tx.commit().await?;
            println!("{} has no OpenID provider any more", region.name);
            Ok(())
        }
        OidcCommand::Show { region } => {
            let region = operator::region(&operator.store, region.as_deref()).await?;
            match oidc::find_of(operator.store.read(), region.id).await? {
                Some(known) => println!("{}: {} as {}, called {}", region.name, known.issuer, known.client_id, known.label),
                None => println!("{} has no OpenID provider", region.name),
            }
            println!("browsers come back to {}", operator.settings.web.url(None) + OIDC_RETURN);
            Ok(())
        }
    }
}

async fn set(operator: &Operator, args: SetArgs) -> anyhow::Result<()> {
    ensure!(is_issuer(&args.issuer), "--issuer {}: give an https:// address (http:// only on this machine)", args.issuer);
    let label = args.label.trim();
    ensure!((1..=40).contains(&label.chars().count()), "--label: give 1 to 40 characters");
    let secret = if args.public {
        None
    } else {
        let mut typed = Zeroizing::new(String::new());
        std::io::stdin().read_to_string(&mut typed).context("reading the client secret from standard input")?;
        if typed.trim().is_empty() {
            bail!("standard input holds no client secret; give one, or --public for a client without");
        }
        let sealed = operator.master.seal(OIDC_SECRET_PURPOSE, typed.trim().as_bytes(), &operator.random);
        Some(data_encoding::BASE64.encode(&sealed))
    };
    let region = operator::region(&operator.store, args.region.as_deref()).await?;
    let mut tx = operator.store.begin().await?;
    let same = oidc::find_of(&mut *tx, region.id).await?.filter(|known| known.issuer == args.issuer && known.client_id == args.client_id);
    let wanted = Provider {
        id: same.as_ref().map_or_else(|| ProviderId::new(operator.random.uuid(operator.now)), |known| known.id),
        region: region.id,
        label: label.to_owned(),
        issuer: args.issuer,
        client_id: args.client_id,
        secret,
    };
    if same.is_some() {
        oidc::update(&mut tx, &wanted).await?;
    } else {
        oidc::put(&mut tx, &wanted, operator.now).await?;
    }
    let done = Done::by(Actor::Operator, What::SettingsChanged, operator.now).in_region(region.id).on_region(region.id, &region.name);
    log::write(&mut tx, &operator.random, &done.noting(format!("oidc={}", wanted.id))).await?;
    tx.commit().await?;
    println!(
        "people of {} can link their accounts; the provider has to send browsers back to {}{OIDC_RETURN}",
        region.name,
        operator.settings.web.url(None)
    );
    Ok(())
}
