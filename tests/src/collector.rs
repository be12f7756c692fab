//! A real collector: `hashimori-server` with a folder of its own, on ports of its own choosing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context as _, ensure};
use hashimori_shared::code::EnrolmentCode;
use serde::Deserialize;
use tempfile::TempDir;

use crate::agent::{Said, wrong_clock};
use crate::process::Running;
use crate::programs::program;
use crate::waiting::PATIENCE;

/// Display name of the fictional facility every test collector starts with.
pub const FACILITY: &str = "架空医院 ほたる";

/// Display name of its fictional region.
pub const REGION: &str = "ほたる川圏域（架空）";

/// A collector. Dropped, it is killed and its folder removed.
#[derive(Debug)]
pub struct Collector {
    folder: TempDir,
    environment: Vec<(String, String)>,
    running: Option<Running>,
    device: SocketAddr,
    web: SocketAddr,
    metrics: SocketAddr,
    starts: u32,
    accept_clock: bool,
}

/// What `serve --ports-file` writes.
#[derive(Deserialize)]
struct Ports {
    device: SocketAddr,
    web: SocketAddr,
    metrics: SocketAddr,
}

const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

impl Collector {
    /// Made and started on SQLite.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_on(None)
    }

    /// Made and started; `database` = a PostgreSQL URL, or SQLite.
    pub fn start_on(database: Option<&str>) -> anyhow::Result<Self> {
        let mut collector = Self::prepare(database)?;
        collector.init()?;
        collector.run()?;
        Ok(collector)
    }

    /// Only a folder and an environment.
    pub fn prepare(database: Option<&str>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("hashimori-collector-").tempdir()?;
        let mut collector = Self {
            folder,
            environment: Vec::new(),
            running: None,
            device: NOWHERE,
            web: NOWHERE,
            metrics: NOWHERE,
            starts: 0,
            accept_clock: false,
        };
        collector.set("HASHIMORI__DATA", &collector.data().display().to_string());
        collector.set("HASHIMORI__BACKUP__DAILY", "false");
        if let Some(url) = database {
            collector.set("HASHIMORI__STORE__URL", url);
        }
        Ok(collector)
    }

    /// Makes the store with a region, a facility and a first account.
    pub fn init(&self) -> anyhow::Result<Said> {
        self.command(&["init", "--region", REGION, "--facility", FACILITY, "--administrator", "hanako", "--json"])?.expect(0)
    }

    /// Another process in front of the same database, with the same master key.
    pub fn sibling(&self) -> anyhow::Result<Self> {
        let mut sibling = Self::prepare(None)?;
        sibling.environment.clone_from(&self.environment);
        sibling.run()?;
        Ok(sibling)
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder around its data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sets an environment variable from its next start or command on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Leaves this to the program's own default again.
    pub fn forget(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// From its next start on its clock is off by `offset`, as libfaketime writes it.
    pub fn set_clock(&mut self, offset: &str) -> anyhow::Result<()> {
        for (name, value) in wrong_clock(offset)? {
            self.set(&name, &value);
        }
        Ok(())
    }

    /// From its next start on it is told to believe its clock.
    pub const fn accept_clock(&mut self) {
        self.accept_clock = true;
    }

    /// Starts it; once it has had ports it keeps them.
    pub fn run(&mut self) -> anyhow::Result<()> {
        let serve = self.serve()?;
        self.run_as(serve)
    }

    /// The same under another program, given with its own arguments, that becomes it (`strace -D`).
    pub fn run_under(&mut self, outer: &[&str]) -> anyhow::Result<()> {
        let serve = self.serve()?;
        let mut command = Command::new(outer.first().context("a program")?);
        command.args(&outer[1..]).arg(serve.get_program()).args(serve.get_args());
        command.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self.run_as(command)
    }

    fn run_as(&mut self, mut serve: Command) -> anyhow::Result<()> {
        self.starts += 1;
        let log = self.folder.path().join(format!("log.{}", self.starts));
        let file = self.folder.path().join("ports.json");
        if file.exists() {
            std::fs::remove_file(&file)?;
        }
        let mut running = Running::start(serve.arg("--ports-file").arg(&file), &log)?;
        let ports: Ports = running.until_said("the collector's ports", |_| serde_json::from_slice(&std::fs::read(&file).ok()?).ok())?;
        (self.device, self.web, self.metrics) = (ports.device, ports.web, ports.metrics);
        self.running = Some(running);
        Ok(())
    }

    /// `serve`, to be started by whoever wants to see it fail.
    pub fn serve(&self) -> anyhow::Result<Command> {
        let mut command = self.program()?;
        command.arg("serve");
        if self.accept_clock {
            command.arg("--accept-clock");
        }
        for (name, address) in [("DEVICE", self.device), ("WEB", self.web), ("METRICS", self.metrics)] {
            command.env(format!("HASHIMORI__{name}__LISTEN"), address.to_string());
        }
        Ok(command)
    }

    /// Runs another command of `hashimori-server` on the same store.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<Said> {
        self.command_reading(arguments, "")
    }

    /// The same with `input` on its standard input.
    pub fn command_reading(&self, arguments: &[&str], input: &str) -> anyhow::Result<Said> {
        Said::by(self.program()?.args(arguments), input)
    }

    fn program(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(program("hashimori-server")?);
        command.envs(self.environment.iter().cloned());
        Ok(command)
    }

    /// Fills another, fictional region of so many facilities and devices through its own ports, as `deploy/quickstart.sh --demo`
    /// does; name, and its administrator's sign-in name, of the facility that needs most.
    pub fn fill_demo(&self, region: &str, (facilities, devices): (u32, u32)) -> anyhow::Result<(String, String)> {
        let mut command = Command::new(program("hashimori-load")?);
        command.envs(self.environment.iter().cloned()).arg("demo").args(["--region", region]);
        command.arg("--server").arg(program("hashimori-server")?).arg("--store").arg(self.data().join("store.db"));
        command.arg("--done").arg(self.folder.path().join("demo.done"));
        for (flag, value) in [("--device", self.device), ("--web", self.web)] {
            command.arg(flag).arg(value.to_string());
        }
        for (flag, count) in [("--facilities", facilities), ("--devices", devices)] {
            command.arg(flag).arg(count.to_string());
        }
        let said = Said::by(&mut command, "")?.expect(0)?;
        let mut parts = said.out.trim().split('\t');
        let (facility, login) = parts.next().zip(parts.next()).with_context(|| said.out.clone())?;
        Ok((facility.to_owned(), login.to_owned()))
    }

    /// The path of a new one-time link for a person of a region.
    pub fn invite(&self, region: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let said = self.command(&[&["account", "invite", "--region", region, "--name", "見本 花子"], arguments].concat())?.expect(0)?;
        let at = said.out.find("/start/").with_context(|| format!("no link in {}", said.out))?;
        Ok(said.out[at..].trim().to_owned())
    }

    /// Where devices connect.
    pub const fn device_address(&self) -> SocketAddr {
        self.device
    }

    /// Where people connect.
    pub const fn web_address(&self) -> SocketAddr {
        self.web
    }

    /// Where Prometheus connects.
    pub const fn metrics_address(&self) -> SocketAddr {
        self.metrics
    }

    /// Process id; 0 when it does not run.
    pub fn id(&self) -> u32 {
        self.running.as_ref().map_or(0, Running::id)
    }

    /// The running process.
    pub fn process(&mut self) -> anyhow::Result<&mut Running> {
        self.running.as_mut().context("the collector does not run")
    }

    /// Asks it to stop and waits.
    pub fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        self.running.take().context("the collector does not run")?.stop()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
    }

    /// An enrolment code's text, with further arguments of `code issue`.
    pub fn code(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let said = self.command(&[&["code", "issue", "--facility", FACILITY], arguments].concat())?.expect(0)?;
        Ok(said.out.trim().to_owned())
    }

    /// A code that confirms `devices` devices by itself.
    pub fn code_for(&self, devices: u32) -> anyhow::Result<EnrolmentCode> {
        Ok(self.code(&["--auto-confirm", "--uses", &devices.to_string(), "--hours", "1"])?.parse()?)
    }

    /// An operator's act on a device: `confirm`, `lost`, `retire`. On SQLite the collector must be stopped.
    pub fn device(&self, act: &str, device: &str) -> anyhow::Result<Said> {
        self.command(&["device", act, "--facility", FACILITY, device])?.expect(0)
    }

    /// Value of a metric by its exact name and labels; 0 when it is not there.
    pub fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let text = get(self.metrics, "/metrics")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(Ok(0.0), |value| Ok(value.trim().parse()?))
    }
}

/// A plain HTTP GET; the body.
pub fn get(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").context("no HTTP answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    Ok(body.to_owned())
}
