//! `account invite`: a one-time link for a new or locked-out person.

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
}

pub(super) async fn run(settings: Settings, command: AccountCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    let AccountCommand::Invite { region, facility, login, name } = command;
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
    Ok(format!("{}{}", settings.web.url(), invited.path))
}
