//! A child process that ends with its owner, and what it said.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::Context as _;

use crate::waiting::until;

/// A running program. Dropped, it is killed.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command` with both its outputs appended to the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let out = File::options().create(true).append(true).open(log).with_context(|| log.display().to_string())?;
        let err = out.try_clone()?;
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { name, child, log: log.to_owned() })
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until it ends by itself.
    pub fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        let name = self.name.clone();
        until(&format!("{name} to end"), || self.child.try_wait().transpose())?.context(name)
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until `find` finds something in what it says; fails early, with its words, when it ends before.
    pub fn until_said<T>(&mut self, what: &str, mut find: impl FnMut(&str) -> Option<T>) -> anyhow::Result<T> {
        let found = until(what, || {
            let ended = !self.is_alive();
            match find(&self.said()) {
                Some(found) => Some(Some(found)),
                None if ended => Some(None),
                None => None,
            }
        });
        found.with_context(|| self.said())?.with_context(|| format!("{} ended before {what}:\n{}", self.name, self.said()))
    }

    /// Sends a signal by its name, `TERM` or `HUP`.
    pub fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let status = Command::new("kill").args(["-s", signal, "--", &self.id().to_string()]).status()?;
        anyhow::ensure!(status.success(), "{} could not be sent {signal}", self.name);
        Ok(())
    }

    /// Asks it to end and waits.
    pub fn stop(mut self) -> anyhow::Result<ExitStatus> {
        self.signal("TERM")?;
        self.ended()
    }

    /// Ends it at once (SIGKILL).
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Already gone is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
