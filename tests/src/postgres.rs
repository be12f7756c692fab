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
    server: Option<Running>,
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

        let mut cluster = Self { port: free_port()?, server: None, folder };
        if let Err(error) = cluster.resume() {
            // Somebody may have taken the port meanwhile.
            ensure!(format!("{error:#}").contains("could not bind"), error);
            cluster.port = free_port()?;
            cluster.resume()?;
        }
        Ok(cluster)
    }

    /// Starts it on its port; ready when this returns.
    pub fn resume(&mut self) -> anyhow::Result<()> {
        let (folder, account) = (self.folder.path(), Account::to_run_as()?);
        // A log of its own for each start, to wait for the right word.
        let log = (0..100).map(|start| folder.join(format!("log.{start}"))).find(|log| !log.exists()).context("a name for the log")?;
        let mut serve = Command::new(newest_programs()?.join("postgres"));
        serve.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        let mut server = Running::start(lend(&mut serve, account.as_ref(), folder), &log)?;
        server.until_said("PostgreSQL to be ready", |said| said.contains("ready to accept connections").then_some(()))?;
        self.server = Some(server);
        Ok(())
    }

    /// Stops it at once, without a word to whoever is connected (SIGQUIT: "immediate shutdown"); `resume` recovers it.
    pub fn halt(&mut self) -> anyhow::Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        server.signal("QUIT")?;
        server.ended()?;
        Ok(())
    }

    /// Stops it in order, with all of it on the disk (SIGINT: "fast shutdown").
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        server.signal("INT")?;
        server.ended()?;
        Ok(())
    }

    /// Makes an empty database and gives its URL.
    pub fn database(&self, name: &str) -> anyhow::Result<String> {
        let made = Command::new(newest_programs()?.join("createdb"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", name])
            .output()
            .context("createdb")?;
        ensure!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        Ok(format!("{}/{name}", self.url()))
    }

    /// URL of the cluster as its superuser, without a database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// Process id of the postmaster; 0 when it is stopped.
    pub fn id(&self) -> u32 {
        self.server.as_ref().map_or(0, Running::id)
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
