//! Runs a command with a PostgreSQL cluster of its own, whose superuser's URL it finds in `HASHIMORI_TEST_POSTGRES`.
//! Ends as the command ends.

use std::process::{Command, ExitCode};

use anyhow::Context as _;
use hashimori_tests::postgres::Postgres;

fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().context("usage: hashimori-with-postgres COMMAND [ARGUMENTS…]")?;
    let postgres = Postgres::start()?;
    let status = Command::new(program).args(arguments).env("HASHIMORI_TEST_POSTGRES", postgres.url()).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
