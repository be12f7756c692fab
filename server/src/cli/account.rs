//! `account invite`: a one-time link for a new person. `account reset`: one for a person who has lost the way in.

use anyhow::Context as _;
use clap::Subcommand;

use super::operator::{self, Operator};
use crate::accounts;
use crate::config::Settings;
use crate::domain::ids::{FacilityId, RegionId};
use crate::random::Random;
use crate::store::Store;
use hashimori_shared::time::Timestamp;

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Prints a one-time link; with `--facility` for its administrator, else for the 事務局.
    Invite {
        /// Region, by name or id, when there are several.
        #[arg(long)]
        region: Option<String>,
        /// Facility, by name or id.
        #[arg(long)]
        facility: Option<String>,
        /// Sign-in name.
        #[arg(long)]
        login: String,
        /// Name shown to colleagues.
        #[arg(long)]
        name: String,
    },
    /// Prints a one-time link for an account that lost its way in; its sessions end, and its owner is told.
    Reset {
        /// Sign-in name.
        #[arg(long)]
        login: String,
    },
}

pub(super) async fn run(settings: Settings, command: AccountCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    let (region, facility, login, name) = match command {
        AccountCommand::Invite { region, facility, login, name } => (region, facility, login, name),
        AccountCommand::Reset { login } => {
            let invited = accounts::reset(&operator.store, &operator.random, operator.now, &login).await?;
            let invited = invited.with_context(|| format!("there is no account {login}"))?;
            println!("{}{}", operator.settings.web.url(None), invited.path);
            return Ok(());
        }
    };
    let region = operator::region(&operator.store, region.as_deref()).await?;
    let facility = match facility {
        Some(wanted) => Some(operator::facility(&operator.store, region.id, &wanted).await?.id),
        None => None,
    };
    let person = Person { region: region.id, facility, login: &login, name: &name };
    println!("{}", invite(&operator.store, &operator.random, operator.now, &operator.settings, person).await?);
    Ok(())
}

/// Whom to invite.
pub(super) struct Person<'a> {
    pub(super) region: RegionId,
    pub(super) facility: Option<FacilityId>,
    pub(super) login: &'a str,
    pub(super) name: &'a str,
}

/// Invites and returns the whole link.
pub(super) async fn invite(
    store: &Store,
    random: &Random,
    now: Timestamp,
    settings: &Settings,
    person: Person<'_>,
) -> anyhow::Result<String> {
    let wanted = accounts::Invite { region: person.region, facility: person.facility, login: person.login, name: person.name };
    let invited = accounts::invite(store, random, now, &wanted).await?;
    Ok(format!("{}{}", settings.web.url(None), invited.path))
}
