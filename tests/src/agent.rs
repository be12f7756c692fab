//! A real agent: `hashimori-agent` with a state folder of its own, if need be with a wrong clock or behind a proxy.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::collector::Collector;
use crate::programs::program;

/// What a program said before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Runs `command` to its end, with `input` on its standard input.
    pub fn by(command: &mut Command, input: &str) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
        // A program that does not read its input to the end is free to.
        let _ = child.stdin.take().context("standard input")?.write_all(input.as_bytes());
        let output = child.wait_with_output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) })
    }

    /// Itself, if it ended with this code; else an error with its words.
    pub fn expect(self, code: i32) -> anyhow::Result<Self> {
        anyhow::ensure!(self.code == code, "ended with {} instead of {code}\n{}\n{}", self.code, self.out, self.err);
        Ok(self)
    }
}

/// An installed agent.
#[derive(Debug)]
pub struct Agent {
    state: TempDir,
    environment: Vec<(String, String)>,
}

impl Agent {
    /// One with an empty state folder.
    pub fn new() -> anyhow::Result<Self> {
        let state = tempfile::Builder::new().prefix("hashimori-agent-").tempdir()?;
        Ok(Self { state, environment: Vec::new() })
    }

    /// Its state folder.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// From now on its clock is off by `offset`, as libfaketime writes it (`+5y`, `-400d`).
    pub fn with_clock(&mut self, offset: &str) -> anyhow::Result<()> {
        self.environment.extend(wrong_clock(offset)?);
        Ok(())
    }

    /// From now on it reaches the world through this proxy only.
    pub fn with_proxy(&mut self, url: &str) {
        self.set("HTTPS_PROXY", url);
    }

    /// Sets an environment variable from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Runs one command of it.
    pub fn run(&self, arguments: &[&str], input: &str) -> anyhow::Result<Said> {
        self.run_under(&[], arguments, input)
    }

    /// Runs one command of it under another program, which is given with its own arguments.
    pub fn run_under(&self, outer: &[&str], arguments: &[&str], input: &str) -> anyhow::Result<Said> {
        let agent = program("hashimori-agent")?;
        let mut command = match outer {
            [] => Command::new(agent),
            [outer, rest @ ..] => {
                let mut command = Command::new(outer);
                command.args(rest).arg(agent);
                command
            }
        };
        let proxies = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "HASHIMORI_PROXY"];
        for variable in proxies.into_iter().chain(["HASHIMORI_CONFIG", "LC_ALL", "LC_MESSAGES", "LANG"]) {
            command.env_remove(variable);
        }
        command.arg("--state").arg(self.state.path()).args(arguments).envs(self.environment.iter().cloned());
        Said::by(&mut command, input)
    }

    /// Enrols at `collector` with this code on standard input.
    pub fn enroll(&self, collector: &Collector, code: &str) -> anyhow::Result<Said> {
        self.enroll_with(collector, code, &[])
    }

    /// The same with more arguments.
    pub fn enroll_with(&self, collector: &Collector, code: &str, more: &[&str]) -> anyhow::Result<Said> {
        let address = collector.device_address().to_string();
        let arguments = ["enroll", "--server", &address, "--code-file", "-", "--label", "試験機"];
        self.run(&[&arguments[..], more].concat(), code)
    }

    /// Checks in once.
    pub fn check_in(&self) -> anyhow::Result<Said> {
        self.run(&["check-in"], "")
    }

    /// `status --json`.
    pub fn status(&self) -> anyhow::Result<serde_json::Value> {
        let said = self.run(&["status", "--json"], "")?;
        serde_json::from_str(&said.out).with_context(|| format!("{said:?}"))
    }

    /// Its device id, once enrolled.
    pub fn device(&self) -> anyhow::Result<String> {
        Ok(self.status()?["device"].as_str().context("no device id in its status")?.to_owned())
    }
}

/// Environment in which a program's clock (not its stopwatch) is off by `offset`.
pub fn wrong_clock(offset: &str) -> anyhow::Result<Vec<(String, String)>> {
    let library = std::fs::read_dir("/usr/lib")?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists())
        .context("libfaketime is not installed; tests/run.sh does that")?;
    let pairs =
        [("LD_PRELOAD", library.to_string_lossy().into_owned()), ("FAKETIME", offset.to_owned()), ("DONT_FAKE_MONOTONIC", "1".to_owned())];
    Ok(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
