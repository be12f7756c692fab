//! Until when each major version of a browser gets security updates. Sources are named in the data file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::date::Day;
use super::{CatalogueError, read};
use crate::time::Timestamp;

const BUNDLED: &str = include_str!("../../catalogues/browsers.toml");

/// The browser catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Browsers {
    version: String,
    source: String,
    as_of: Day,
    browser: Vec<Browser>,
}

/// One browser.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Browser {
    /// Ids as `report::Browser::id` writes them with names for people; forks that follow another's version numbers are listed with it.
    names: BTreeMap<String, String>,
    /// Newest major version when the catalogue was made.
    newest: u32,
    /// The major versions the catalogue knows.
    majors: Vec<Major>,
    /// Of these the long-lived editions (ESR), which share numbers with quick releases and live longer.
    #[serde(default)]
    esr: Vec<Major>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Major {
    major: u32,
    /// Its last day; absent = serviced when the catalogue was made.
    ends: Option<Day>,
}

/// What the catalogue knows of an installed version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserVersion {
    /// Serviced when the catalogue was made, or newer than all it knows.
    Serviced,
    /// The maker supports or supported it until this instant.
    Until(Timestamp),
    /// Older than every version listed.
    OlderThanListed,
    /// The browser or the form of its version is not known.
    NotListed,
}

impl Browsers {
    /// Reads the catalogue from its text (TOML).
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        read("browsers", text)
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

    /// A browser's name for people; the id where it is not listed.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.find(id).and_then(|b| b.names.get(id)).map_or(id, String::as_str)
    }

    /// What is known of `version` of browser `id`.
    pub fn version_of(&self, id: &str, version: &str) -> BrowserVersion {
        let Some(browser) = self.find(id) else { return BrowserVersion::NotListed };
        let digits = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let Ok(major) = digits.parse::<u32>() else { return BrowserVersion::NotListed };
        let listed = if !browser.esr.is_empty() && is_long_lived(version) { &browser.esr } else { &browser.majors };
        match listed.iter().find(|m| m.major == major) {
            Some(m) => m.ends.map_or(BrowserVersion::Serviced, |day| BrowserVersion::Until(day.last_second())),
            None if major > browser.newest => BrowserVersion::Serviced,
            None if listed.iter().all(|m| major < m.major) => BrowserVersion::OlderThanListed,
            None => BrowserVersion::NotListed,
        }
    }

    fn find(&self, id: &str) -> Option<&Browser> {
        self.browser.iter().find(|b| b.names.contains_key(id))
    }
}

/// `153.4.0esr`, `153.4.0`: quick releases are `153.0` and `153.0.x`. A long-lived one that says neither counts as quick: the shorter life.
fn is_long_lived(version: &str) -> bool {
    let minor = version.split('.').nth(1).and_then(|part| part.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok());
    version.contains("esr") || minor.is_some_and(|n| n > 0)
}
