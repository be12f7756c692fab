//! Until when each OS version gets security updates. Sources are named in the data file.

use serde::Deserialize;

use super::date::Day;
use super::{CatalogueError, read};
use crate::report::Os;
use crate::time::Timestamp;

const BUNDLED: &str = include_str!("../../catalogues/os-support.toml");

/// The OS support catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OsSupport {
    version: String,
    source: String,
    as_of: Day,
    os: Vec<OsRelease>,
}

/// One OS version (or one edition of it).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OsRelease {
    id: String,
    version: String,
    /// Only for this edition, as `Os::edition` names it.
    edition: Option<String>,
    name: String,
    ends: Option<Day>,
    lts_ends: Option<Day>,
    esu_ends: Option<Day>,
}

impl OsRelease {
    /// Name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Last second of the maker's regular free support; `None` = the maker serviced it when the catalogue was made and publishes no date.
    pub fn ends(&self) -> Option<Timestamp> {
        self.ends.map(Day::last_second)
    }

    /// Last second of free long-term support after that, if there is any.
    pub fn lts_ends(&self) -> Option<Timestamp> {
        self.lts_ends.map(Day::last_second)
    }

    /// Last second of support that must be bought or asked for (ESU, ESM, ELS), if there is any.
    pub fn esu_ends(&self) -> Option<Timestamp> {
        self.esu_ends.map(Day::last_second)
    }
}

impl OsSupport {
    /// Reads the catalogue from its text (TOML).
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        read("os", text)
    }

    /// The catalogue compiled into this build.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn bundled() -> Self {
        Self::parse(BUNDLED).expect("the bundled catalogue is valid")
    }

    /// Version of the data.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where the dates were read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day for which the dates were true.
    pub const fn as_of(&self) -> Timestamp {
        self.as_of.start()
    }

    /// Every entry, as the file lists them.
    pub fn releases(&self) -> &[OsRelease] {
        &self.os
    }

    /// The entry that fits an OS best: its edition before the general one, the longer version before the shorter.
    pub fn find(&self, os: &Os) -> Option<&OsRelease> {
        let fits = |e: &&OsRelease| {
            e.id == os.id && version_fits(&e.version, &os.version) && e.edition.as_ref().is_none_or(|ed| Some(ed) == os.edition.as_ref())
        };
        self.os.iter().filter(fits).max_by_key(|e| (e.version.len(), e.edition.is_some()))
    }
}

impl OsSupport {
    /// When the edition is not known: the latest end among this version's editions that outlive the general entry.
    pub fn longer_edition(&self, os: &Os) -> Option<Timestamp> {
        if os.edition.is_some() {
            return None;
        }
        let same = self.os.iter().filter(|e| e.id == os.id && version_fits(&e.version, &os.version));
        same.filter(|e| e.edition.is_some()).filter_map(OsRelease::ends).max()
    }
}

/// `15` fits `15` and `15.7`, not `150`.
fn version_fits(entry: &str, version: &str) -> bool {
    version.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
