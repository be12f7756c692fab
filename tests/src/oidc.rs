//! An OpenID provider of our own on the loopback interface: npm's `oidc-provider`, fetched by tests/run.sh.

use std::process::Command;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::process::Running;
use crate::programs::workspace;

/// The client's secret there.
pub const CLIENT_SECRET: &str = "himitsu-of-the-test-client-0123456789";

/// A provider that runs; ended when dropped.
#[derive(Debug)]
pub struct Provider {
    /// Its issuer.
    pub issuer: String,
    _running: Running,
    _folder: TempDir,
}

impl Provider {
    /// Starts one that sends browsers back to `back`.
    pub fn start(back: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let module = std::env::var_os("HASHIMORI_OIDC_PROVIDER")
            .map_or_else(|| workspace().join("target/npm/node_modules/oidc-provider/lib/index.js"), Into::into);
        let mut command = Command::new("node");
        command.arg(workspace().join("tests/fixtures/oidc/provider.mjs")).arg(module).arg(back);
        let mut running = Running::start(&mut command, &folder.path().join("provider.log")).context("tests/run.sh installs node")?;
        let issuer = running.until_said("the issuer", |said| Some(said.split_once("issuer ")?.1.lines().next()?.to_owned()))?;
        Ok(Self { issuer, _running: running, _folder: folder })
    }
}
