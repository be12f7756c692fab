//! A real Secret Service: a message bus and gnome-keyring's daemon on it, with a home of their own. Nothing else is on that bus, so
//! nobody can be asked for the keyring's passphrase.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::collector::Collector;
use crate::process::Running;
use crate::skipped::skipped;
use crate::waiting::until;

const BUS: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

const NAME: &str = "org.freedesktop.secrets";

/// A session of an account: its bus, and its keyring while that runs.
#[derive(Debug)]
pub struct Session {
    keyring: Option<Running>,
    address: String,
    _bus: Running,
    home: TempDir,
}

impl Session {
    /// With an unlocked keyring; `None` where there is no such daemon, which is said.
    pub fn start() -> anyhow::Result<Option<Self>> {
        let known = |program: &str| Path::new("/usr/bin").join(program).exists();
        if !known("gnome-keyring-daemon") || !known("dbus-daemon") {
            skipped("no keyring can be run here (packages gnome-keyring, dbus-daemon); tests/run.sh installs them");
            return Ok(None);
        }
        let home = tempfile::Builder::new().prefix("hashimori-keyring-").tempdir()?;
        let (config, passphrase) = (home.path().join("bus.conf"), home.path().join("passphrase"));
        std::fs::write(&config, BUS)?;
        std::fs::write(&passphrase, "架空の合言葉")?;
        let mut bus = Command::new("/usr/bin/dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--print-address", "--config-file"]).arg(&config);
        let mut bus = Running::start(&mut bus, &home.path().join("bus.log"))?;
        let address = bus.until_said("the bus's address", |said| {
            said.lines().find(|line| line.starts_with("unix:")).map(|line| line.trim().to_owned())
        })?;
        let mut session = Self { keyring: None, address, _bus: bus, home };
        session.restart_unlocked()?;
        Ok(Some(session))
    }

    /// Ends the keyring, if it runs; the bus stays.
    pub fn end_keyring(&mut self) -> anyhow::Result<()> {
        if let Some(running) = self.keyring.take() {
            running.stop()?;
            until("the keyring to leave the bus", || (!self.is_there()).then_some(()))?;
        }
        Ok(())
    }

    /// Starts the keyring again as a machine does at which nobody has signed in: locked.
    pub fn restart_locked(&mut self) -> anyhow::Result<()> {
        self.restart("exec /usr/bin/gnome-keyring-daemon --foreground --components=secrets")
    }

    /// Starts the keyring again and unlocks it.
    pub fn restart_unlocked(&mut self) -> anyhow::Result<()> {
        self.restart("exec /usr/bin/gnome-keyring-daemon --foreground --components=secrets --unlock <\"$HOME/passphrase\"")
    }

    fn restart(&mut self, script: &str) -> anyhow::Result<()> {
        self.end_keyring()?;
        let mut command = Command::new("sh");
        command.env_clear().args(["-c", script]).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command.env("HOME", self.home.path()).env("XDG_RUNTIME_DIR", self.home.path());
        self.keyring = Some(Running::start(&mut command, &self.home.path().join("keyring.log"))?);
        until("the keyring on the bus", || self.is_there().then_some(())).context("gnome-keyring-daemon")
    }

    fn is_there(&self) -> bool {
        let mut ask = Command::new("dbus-send");
        ask.env("DBUS_SESSION_BUS_ADDRESS", &self.address).args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus"]);
        ask.args(["/", "org.freedesktop.DBus.NameHasOwner"]).arg(format!("string:{NAME}"));
        ask.output().is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("true"))
    }

    /// Makes `collector` look for its master key here under `name`.
    pub fn lend_to(&self, collector: &mut Collector, name: &str) {
        collector.set("DBUS_SESSION_BUS_ADDRESS", &self.address);
        collector.set("HASHIMORI__SECRETS__MASTER_KEY_KEYRING", name);
    }
}
