//! `serve`: the collector in the foreground, as systemd wants it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::clock::SystemClock;
use crate::config::Settings;
use crate::lifecycle::Signals;
use crate::random::Random;
use crate::serve::{Ports, World, serve, start};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Checks the configuration, says so and ends.
    #[arg(long)]
    check_config: bool,
    /// Believes the clock, although it shows a time before or far after the last one seen.
    #[arg(long)]
    accept_clock: bool,
    /// Writes the addresses of the open ports to this file (JSON) once they are open.
    #[arg(long, value_name = "FILE")]
    ports_file: Option<PathBuf>,
}

pub(super) async fn run(settings: Settings, args: ServeArgs) -> anyhow::Result<()> {
    if args.check_config {
        println!("the configuration is valid; the master key comes from the {}: {}", settings.master_key.kind(), settings.master_key);
        return Ok(());
    }
    let signals = Signals::listen()?;
    // Ports first: a second collector ends here, before it touches anything.
    let ports = Ports::open(&settings)?;
    let world = World { clock: Arc::new(SystemClock), random: Arc::new(Random::from_system()), accept_clock: args.accept_clock };
    let collector = start(settings, world).await?;
    let bound = ports.bound()?;
    println!("devices  {}", bound.device);
    println!("people   {}", bound.web);
    if let Some(metrics) = bound.metrics {
        println!("metrics  {metrics}");
    }
    if let Some(file) = &args.ports_file {
        bound.write(file)?;
    }
    serve(collector, ports, signals, CancellationToken::new()).await
}
