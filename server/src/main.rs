//! `hashimori-server`: the command line of the collector. Holds the real clock and the real randomness.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    hashimori_server::cli::run().await
}
