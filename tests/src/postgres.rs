//! A PostgreSQL cluster of its own, in a temporary folder, from Debian's package. PostgreSQL refuses root, so root lends it the package's account.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::process::Running;

/// A running cluster. Dropped, it is killed and its folder removed.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    server: Running,
    folder: TempDir,
}

impl Postgres {
    /// Makes and starts a cluster; ready when this returns.
    pub fn start() -> anyhow::Result<Self> {
        let programs = newest_programs()?;
        let account = Account::to_run_as()?;
        let folder = tempfile::Builder::new().prefix("hashimori-pg-").tempdir()?;
        if let Some(account) = &account {
            std::os::unix::fs::chown(folder.path(), Some(account.user), Some(account.group))?;
        }
        let data = folder.path().join("data");
        let mut init = Command::new(programs.join("initdb"));
        init.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8"]);
        let made = lend(&mut init, account.as_ref(), folder.path()).output().context("initdb")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let port = free_port()?;
        let mut serve = Command::new(programs.join("postgres"));
        serve.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        let log = folder.path().join("log");
        let mut server = Running::start(lend(&mut serve, account.as_ref(), folder.path()), &log)?;
        server.until_said("PostgreSQL to be ready", |said| said.contains("ready to accept connections").then_some(()))?;
        Ok(Self { port, server, folder })
    }

    /// Makes an empty database and gives its URL.
    pub fn database(&self, name: &str) -> anyhow::Result<String> {
        let made = Command::new(newest_programs()?.join("createdb"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", name])
            .output()
            .context("createdb")?;
        ensure!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    /// Process id of the postmaster.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// The cluster's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn newest_programs() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .context("PostgreSQL is not installed; tests/run.sh does that")?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("postgres").is_file())
        .collect();
    versions.sort();
    Ok(versions.pop().context("no PostgreSQL server under /usr/lib/postgresql; tests/run.sh installs it")?.1)
}

struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The package's account when this is root, else nobody else.
    fn to_run_as() -> anyhow::Result<Option<Self>> {
        let own = std::fs::metadata("/proc/self")?;
        if std::os::unix::fs::MetadataExt::uid(&own) != 0 {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd")?;
        let line = accounts.lines().find(|line| line.starts_with("postgres:")).context("no account postgres")?;
        let mut fields = line.split(':').skip(2);
        let (user, group) = (fields.next().unwrap_or_default().parse()?, fields.next().unwrap_or_default().parse()?);
        Ok(Some(Self { user, group }))
    }
}

fn lend<'c>(command: &'c mut Command, account: Option<&Account>, folder: &Path) -> &'c mut Command {
    command.current_dir(folder);
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
    command
}
