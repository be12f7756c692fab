//! Entry point: the only place with the real clock and the real source of randomness.

use std::process::ExitCode;

fn main() -> ExitCode {
    hashimori_agent::cli::main()
}
