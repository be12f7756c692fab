//! Where the programs under test are. `tests/run.sh` builds them and says so in `HASHIMORI_PROGRAMS`; without it they are built here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, ensure};

/// Root of the workspace this crate was built from.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

/// Path of `hashimori-server`, `hashimori-agent` or `hashimori-load`.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| folder().map_err(|e| format!("{e:#}"))).as_ref().map_err(|e| anyhow::anyhow!("{e}"))?;
    let path = folder.join(name);
    ensure!(path.is_file(), "{} is not there: build it with `cargo build --workspace --bins`", path.display());
    Ok(path)
}

fn folder() -> anyhow::Result<PathBuf> {
    if let Some(folder) = std::env::var_os("HASHIMORI_PROGRAMS") {
        return Ok(folder.into());
    }
    let here = std::env::current_exe().context("where am I")?;
    let folder = here.parent().context("a program lies in a folder")?;
    let Some(profile) = folder.parent().filter(|_| folder.ends_with("deps")) else {
        return Ok(folder.to_owned());
    };
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--workspace", "--bins"]).current_dir(workspace());
    // Cargo sets it for a test; a build script that asks for it (ring's) would run anew each time.
    build.env_remove("CARGO_MANIFEST_DIR");
    if profile.ends_with("release") {
        build.arg("--release");
    }
    ensure!(build.status().context("cargo")?.success(), "the programs do not build");
    Ok(profile.to_owned())
}
