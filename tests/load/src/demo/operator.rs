//! The operator at the machine: commands of `hashimori-server` beside the collector that runs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use hashimori_shared::code::EnrolmentCode;
use hashimori_tests::agent::Said;

use super::plan::{Account, Facility};

/// Which collector's operator.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    pub(crate) program: PathBuf,
    /// Its configuration file; without one its environment says everything.
    pub(crate) config: Option<PathBuf>,
    pub(crate) region: String,
}

impl Operator {
    fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let mut command = Command::new(&self.program);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        let said = Said::by(command.args(arguments).args(["--region", &self.region]), input)?.expect(0);
        Ok(said.with_context(|| format!("hashimori-server {}", arguments.join(" ")))?.out)
    }

    /// Makes the region, if it is not there.
    pub(crate) fn make_region(&self) -> anyhow::Result<()> {
        self.command(&["init"], "").map(drop)
    }

    /// Takes these facilities in, with their administrators.
    pub(crate) fn take_in(&self, facilities: &[Facility]) -> anyhow::Result<()> {
        let line = |facility: &Facility| match &facility.administrator {
            Some(Account { login, name }) => format!("{}\t{login}\t{name}\n", facility.name),
            None => format!("{}\n", facility.name),
        };
        self.command(&["facility", "add", "--list", "-"], &facilities.iter().map(line).collect::<String>()).map(drop)
    }

    /// Makes an area, if it is not there, and lets these facilities lie in it.
    pub(crate) fn lay_in_area(&self, name: &str, facilities: &[&str]) -> anyhow::Result<()> {
        if !self.command(&["area", "list"], "")?.lines().any(|line| line.ends_with(name)) {
            self.command(&["area", "make", name], "")?;
        }
        self.command(&[&["area", "add", name], facilities].concat(), "").map(drop)
    }

    /// A code for so many devices.
    pub(crate) fn code(&self, facility: &str, uses: usize, kind: Option<&str>) -> anyhow::Result<EnrolmentCode> {
        let uses = uses.to_string();
        let mut arguments = vec!["code", "issue", "--facility", facility, "--uses", &uses, "--hours", "1"];
        arguments.extend(kind);
        Ok(self.command(&arguments, "")?.trim().parse()?)
    }

    /// The path of a one-time link.
    pub(crate) fn link(&self, facility: &str, account: &Account) -> anyhow::Result<String> {
        let said = self.command(&["account", "invite", "--facility", facility, "--login", &account.login, "--name", &account.name], "")?;
        let at = said.find("/start/").with_context(|| format!("no link in {said}"))?;
        Ok(said[at..].trim().to_owned())
    }
}
