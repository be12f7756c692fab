//! The collector's store and writer under load in a process of its own, to be killed: prints a line for every check-in it may
//! acknowledge. `hashimori-store-host FOLDER LIFE [--hasty] [--unsynced]`; the switches are the controls that must lose some.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use hashimori_server::store::{Store, StoreUrl};
use hashimori_tests::host::{self, Host};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().context("a folder")?);
    let life: u8 = args.next().context("a number for this life")?.parse()?;
    let switches: Vec<String> = args.collect();
    let url = StoreUrl::Sqlite(folder.join("store.db"));
    let store = if switches.iter().any(|s| s == "--unsynced") { Store::open_unsynced(url).await? } else { Store::open(url).await? };
    let host = Host { life, hasty: switches.iter().any(|s| s == "--hasty") };
    let said = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush())
    };
    match host.run(store, said).await? {
        host::Ended::Enough => Ok(ExitCode::SUCCESS),
        host::Ended::DiskFailed => Ok(ExitCode::from(4)),
    }
}
