//! `verify-log`: proves the operation log beside a collector that may be running. Exit code 1 and the first broken entry when it
//! does not hold.

use anyhow::{Context as _, bail};
use clap::Args;

use super::operator::Operator;
use crate::config::Settings;
use crate::domain::log::Mark;
use crate::store::log;

#[derive(Debug, Args)]
pub(super) struct VerifyLogArgs {
    /// A head that was printed or mailed earlier: the log has to be its continuation.
    #[arg(long, value_name = "HEAD")]
    anchor: Option<Mark>,
}

pub(super) async fn run(settings: Settings, args: VerifyLogArgs) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    let key = log::key(&operator.store, &operator.master).await?;
    let whole = match log::verify(&operator.store, &key, args.anchor).await.context("the log could not be read to its end")? {
        Ok(whole) => whole,
        Err(found) => bail!("the operation log does not hold: {found}"),
    };
    println!("the operation log holds: {} entries after number {}", whole.entries, whole.after);
    println!("head      {}", whole.head);
    println!("key       {}", key.public());
    if whole.erased > 0 {
        println!("erased    {} entries without names, by acts that are in the log", whole.erased);
    }
    if whole.waiting > 0 {
        println!("waiting   {} entries are not sealed yet: nothing is proven of them", whole.waiting);
    }
    Ok(())
}
