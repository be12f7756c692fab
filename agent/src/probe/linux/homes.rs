//! Whether a person's home folder can be looked into at all: present, readable, on this machine, and unlocked.

use super::Survey;
use super::accounts::Person;
use super::disk::Obstacle;
use crate::parse::mounts::Rest;

/// Names of which an ordinary home has at least one; a home locked by file-system encryption shows none of them.
const FAMILIAR: [&str; 10] =
    [".bashrc", ".profile", ".bash_logout", ".config", ".cache", ".local", ".mozilla", ".zshrc", ".bash_history", ".bash_profile"];

/// `Ok` if looking into the home tells the truth about the person's settings.
pub(super) fn open(survey: &Survey, person: &Person) -> Result<(), Obstacle> {
    if person.home.is_empty() {
        return Err(Obstacle::HomeUnknown);
    }
    if survey.lies_elsewhere(&person.home) {
        return Err(Obstacle::Elsewhere);
    }
    let names = match survey.machine.disk.names(&person.home) {
        Ok(names) => names,
        Err(Obstacle::Missing) => return Err(Obstacle::Closed),
        Err(obstacle) => return Err(obstacle),
    };
    let locked =
        names.iter().any(|name| name == "Access-Your-Private-Data.desktop") || !names.iter().any(|name| FAMILIAR.contains(&name.as_str()));
    if locked { Err(Obstacle::Closed) } else { Ok(()) }
}

impl Survey {
    /// Whether a path lies on another machine or behind a program, where a look can hang or start a download.
    pub(super) fn lies_elsewhere(&self, path: &str) -> bool {
        let Ok(mounts) = &self.mounts else { return false };
        let under = |point: &str| point == "/" || path == point || path.strip_prefix(point).is_some_and(|rest| rest.starts_with('/'));
        let mount = mounts.iter().filter(|mount| under(&mount.point)).max_by_key(|mount| mount.point.len());
        mount.is_some_and(|mount| mount.rest() == Rest::Elsewhere)
    }
}
