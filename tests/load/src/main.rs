//! `hashimori-load`: how many check-ins a second the collector makes durable, beside a bare echo of the same shape in the same run.
//! Starts both by itself on the loopback interface; sends nothing anywhere else; bounded in devices, connections and time.

mod authority;
mod demo;
mod drive;
mod echo;
mod fleet;
mod measure;
mod process;
mod report;
mod tally;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::drive::Shape;

#[derive(Parser)]
#[command(version, about = "Measures the collector's check-ins beside a bare TLS echo of the same shape.")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    plan: Plan,
}

#[derive(Subcommand)]
enum Command {
    /// The bare echo (started by the program itself).
    #[command(hide = true)]
    Echo {
        /// Folder with its certificates.
        folder: PathBuf,
        /// Bytes of every answer.
        reply_bytes: usize,
    },
    /// Fills a fictional region at a collector that runs already (`deploy/quickstart.sh --demo`).
    #[command(hide = true)]
    Demo(demo::Demo),
}

/// What is measured.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Plan {
    /// Shapes of connection to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["kept", "resumed", "full"])]
    shapes: Vec<Shape>,
    /// Devices, each with a key and a certificate of its own.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    devices: u32,
    /// Connections at the same time.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    connections: u32,
    /// Of a hundred check-ins, how many carry a changed report (the others are heartbeats).
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=100))]
    changed: u32,
    /// Rounds of echo, collector, echo.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Seconds of each part of a round.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,
    /// Idle connections held to see what one costs.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=15_000))]
    held: u32,
    /// Measure on a PostgreSQL of its own instead of SQLite.
    #[arg(long)]
    postgres: bool,
    /// Also write the figures to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

impl Plan {
    fn part(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.command {
            Some(Command::Echo { folder, reply_bytes }) => echo::serve(&folder, reply_bytes).await,
            Some(Command::Demo(demo)) => demo.run().await,
            None => measure::all(arguments.plan).await,
        }
    })
}
