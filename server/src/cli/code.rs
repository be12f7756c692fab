//! `code issue`: an enrolment code from the operator's desk. It is shown once; only its hash is stored.

use clap::{Args, Subcommand};

use super::operator::{self, Operator};
use crate::config::Settings;
use crate::domain::act::{Actor, Done, What};
use crate::domain::device::Ownership;
use crate::domain::enrolment::CodeWish;
use crate::pki::Authority;
use crate::store::log;

#[derive(Debug, Subcommand)]
pub(super) enum CodeCommand {
    /// Issues a code for a facility's devices and prints it.
    Issue(IssueArgs),
}

#[derive(Debug, Args)]
pub(super) struct IssueArgs {
    /// Region, by name or id, when there are several.
    #[arg(long)]
    region: Option<String>,
    /// Facility, by name or id.
    #[arg(long)]
    facility: String,
    /// How many devices it lets in.
    #[arg(long, default_value_t = 1)]
    uses: u32,
    /// For how many hours it works.
    #[arg(long, default_value_t = 24)]
    hours: u32,
    /// Devices skip 登録待ち (at most 50 devices and 24 hours).
    #[arg(long)]
    auto_confirm: bool,
    /// The devices are people's own (§20-7).
    #[arg(long)]
    personal: bool,
    /// Prints one JSON object instead of the code alone.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(settings: Settings, command: CodeCommand) -> anyhow::Result<()> {
    let CodeCommand::Issue(args) = command;
    let operator = Operator::start(settings).await?;
    let region = operator::region(&operator.store, args.region.as_deref()).await?;
    let facility = operator::facility(&operator.store, region.id, &args.facility).await?;
    let authority = Authority::load(&operator.store, &operator.master).await?;
    let wish = CodeWish {
        region: region.id,
        facility: facility.id,
        uses: args.uses,
        hours: args.hours,
        auto_confirm: args.auto_confirm,
        ownership: if args.personal { Ownership::Personal } else { Ownership::Managed },
    };
    let (issued, code) = wish.issue(authority.root_pin, operator.now, &operator.random)?;
    let mut tx = operator.store.begin().await?;
    tx.insert_code(&issued, "operator").await?;
    let done = Done::by(Actor::Operator, What::CodeIssued, operator.now).at_facility(region.id, facility.id).on_code(issued.id);
    log::write(&mut tx, &operator.random, &done.noting(issued.wish.to_detail())).await?;
    tx.commit().await?;
    if args.json {
        let shown = serde_json::json!({
            "code": code.to_text(),
            "id": issued.id.to_string(),
            "expires_at": issued.expires_at.seconds(),
            "uses": issued.wish.uses,
        });
        println!("{shown}");
    } else {
        println!("{}", code.to_text());
        eprintln!(
            "{} まで、{}台。端末では: hashimori-agent enroll --server {}",
            issued.expires_at.jst_minute(),
            args.uses,
            operator.settings.device.endpoint(None)
        );
    }
    Ok(())
}
