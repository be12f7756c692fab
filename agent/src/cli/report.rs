//! `report`: exactly what the next check-in would state. No network, and nothing in the state folder changes.

use clap::Args;
use hashimori_shared::lang::Lang;
use hashimori_shared::report::Report;

use super::World;
use super::explain::facts;
use crate::exit::{Exit, Failure};
use crate::probe::{self, ProbeContext};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// 送るJSONをそのまま出す
    #[arg(long)]
    json: bool,
    /// 報告の形式（JSON Schema）を出す
    #[arg(long, conflicts_with = "json")]
    schema: bool,
}

pub(super) fn report(mut world: World, args: &ReportArgs) -> Result<Exit, Failure> {
    let failed = |e: serde_json::Error| Failure::new(Exit::Failed, "内容を書き出せません。").because(e);
    if args.schema {
        println!("{}", serde_json::to_string_pretty(&schemars::schema_for!(Report)).map_err(failed)?);
        return Ok(Exit::Done);
    }
    let key = world.pseudonym_key_or_temporary();
    let now = World::now();
    let report = world.observe(now, key).report;
    if args.json {
        println!("{}", serde_json::to_string(&report).map_err(failed)?);
    } else {
        print!("{}", facts::describe(&report, now, &probe::account_names(&ProbeContext::new(now, key)), Lang::Japanese));
    }
    Ok(Exit::Done)
}
