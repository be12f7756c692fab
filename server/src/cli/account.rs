//! `account invite`: a role and a one-time link for a person. `account reset`: a link for somebody who has lost the way in.
//! `account end`: a role ends, and its account is closed.

use anyhow::{Context as _, ensure};
use clap::Subcommand;

use super::operator::{self, Operator};
use crate::accounts;
use crate::appointments::{self, Hands};
use crate::config::Settings;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Login, Role, Scope};
use crate::random::Random;
use crate::rules::RuleBook;
use crate::store::{Store, appointment, person};
use hashimori_shared::time::Timestamp;

/// What stands as the reason where the operator gives none: the command, in nobody's language.
const UNSAID: &str = "hashimori-server account";

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Appoints a person and prints their one-time link.
    Invite {
        /// Region, by name or id, when there are several.
        #[arg(long)]
        region: Option<String>,
        /// Facility, by name or id; without it, the role is for the whole region.
        #[arg(long)]
        facility: Option<String>,
        /// secretariat (事務局), head (事業所管理者), administrator (管理者), deputy (代行者) or auditor (閲覧); without it,
        /// administrator at a facility, else secretariat.
        #[arg(long, value_parser = parse_role)]
        role: Option<Role>,
        /// Sign-in name.
        #[arg(long)]
        login: String,
        /// Name shown to colleagues.
        #[arg(long)]
        name: String,
        /// Why, for the record.
        #[arg(long, default_value = UNSAID)]
        why: String,
        /// Takes the role from whoever holds it; their sign-ins end at once.
        #[arg(long)]
        hand_over: bool,
    },
    /// Prints a one-time link for an account that lost its way in; its sessions end, and its owner is told.
    Reset {
        /// Sign-in name.
        #[arg(long)]
        login: String,
    },
    /// Ends a person's role: the account is closed at once. The last 事務局 of a region stays.
    End {
        /// Sign-in name.
        #[arg(long)]
        login: String,
        /// Why, for the record.
        #[arg(long, default_value = UNSAID)]
        why: String,
    },
}

fn parse_role(word: &str) -> Result<Role, String> {
    Role::from_code(word).ok_or_else(|| format!("one of {}", Role::ALL.map(Role::code).join(", ")))
}

fn checked(why: &str) -> anyhow::Result<String> {
    let why = reason(why).ok();
    ensure!(why.is_some(), "a reason has 1 to {LONGEST_REASON} characters");
    Ok(why.unwrap_or_default())
}

pub(super) async fn run(settings: Settings, command: AccountCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    match command {
        AccountCommand::Invite { region, facility, role, login, name, why, hand_over } => {
            let region = operator::region(&operator.store, region.as_deref()).await?;
            let scope = match facility {
                Some(wanted) => Scope::Facility(region.id, operator::facility(&operator.store, region.id, &wanted).await?.id),
                None => Scope::Region(region.id),
            };
            let book = RuleBook::load(operator.settings.packs.as_deref(), operator.settings.catalogues.as_deref())?;
            let deputies_everywhere = book.packs().any(|pack| pack.id() == region.pack && pack.parameters().administrator.deputy);
            let why = checked(&why)?;
            let person = Person { scope, role, login: &login, name: &name, why: &why, hand_over, deputies_everywhere };
            println!("{}", invite(&operator.store, &operator.random, operator.now, &operator.settings, person).await?);
        }
        AccountCommand::Reset { login } => {
            let invited = accounts::reset(&operator.store, &operator.random, operator.now, &login).await?;
            let invited = invited.with_context(|| format!("there is no account {login}"))?;
            println!("{}{}", operator.settings.web.url(None), invited.path);
        }
        AccountCommand::End { login, why } => end(&operator, &login, &checked(&why)?).await?,
    }
    Ok(())
}

async fn end(operator: &Operator, login: &str, why: &str) -> anyhow::Result<()> {
    let mut tx = operator.store.begin_ledger().await?;
    let known = person::find_by_login(&mut *tx, &Login::parse(login)?).await?.with_context(|| format!("there is no account {login}"))?;
    let held = appointment::find_of(&mut *tx, known.id, operator.now).await?.with_context(|| format!("{login} holds no role"))?;
    let hands = Hands { random: &operator.random, now: operator.now, doer: None, deputies_everywhere: false };
    appointments::end(&mut tx, &hands, &held, why).await?;
    tx.commit().await?;
    println!("{} {} → ended", known.login, held.person.role.code());
    Ok(())
}

/// Whom to invite.
pub(super) struct Person<'a> {
    pub(super) scope: Scope,
    /// `None`: the administrator of a facility, the 事務局 of a region.
    pub(super) role: Option<Role>,
    pub(super) login: &'a str,
    pub(super) name: &'a str,
    pub(super) why: &'a str,
    pub(super) hand_over: bool,
    pub(super) deputies_everywhere: bool,
}

impl<'a> Person<'a> {
    /// Somebody of a first region, in the role that goes without saying.
    pub(super) const fn first(scope: Scope, login: &'a str, name: &'a str) -> Self {
        Self { scope, role: None, login, name, why: UNSAID, hand_over: false, deputies_everywhere: false }
    }
}

/// Invites and returns the whole link.
pub(super) async fn invite(
    store: &Store,
    random: &Random,
    now: Timestamp,
    settings: &Settings,
    person: Person<'_>,
) -> anyhow::Result<String> {
    let Person { scope, role, login, name, why, hand_over, deputies_everywhere } = person;
    let role = role.unwrap_or(match scope {
        Scope::Region(_) => Role::Secretariat,
        Scope::Facility(..) => Role::Administrator,
    });
    let wanted = accounts::Invite { scope, role, login, name, why, hand_over, deputies_everywhere };
    let invited = accounts::invite(store, random, now, &wanted).await?;
    Ok(format!("{}{}", settings.web.url(None), invited.path))
}
