//! Forbidden software (§20-2): names and signatures, matched on the device. The device uses the copy in its own package,
//! never one from the collector: a stolen collector must not be able to search devices. Hits travel as ids.

use serde::Deserialize;

use super::{CatalogueError, each_once, name_in, read};
use crate::lang::Lang;

const BUNDLED: &str = include_str!("../../catalogues/software.toml");

/// The software catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Software {
    version: String,
    source: String,
    #[serde(rename = "software")]
    entries: Vec<SoftwareEntry>,
}

/// One program and every name it goes by. Names are compared without regard to ASCII case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftwareEntry {
    /// Id as reports write it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The same in English, where it differs.
    pub name_en: Option<String>,
    /// What a hit means.
    pub judgement: Judgement,
    /// Base names of executables, as processes and as files (`.exe` included on Windows).
    #[serde(default)]
    pub processes: Vec<ProcessName>,
    /// Names in package systems.
    #[serde(default)]
    pub packages: Packages,
    /// Names of files that only this program leaves behind, found beside its executable or in a home folder.
    #[serde(default)]
    pub traces: Vec<String>,
}

/// What a hit means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// A file-sharing program: §20-2 is missed.
    Forbidden,
    /// May be there for another reason (a library, a download tool): a person decides.
    Review,
}

/// The base name of an executable.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessName {
    /// `qbittorrent`, `Winny.exe`.
    pub name: String,
    /// The name alone proves nothing because other programs use it too: one of the entry's `traces` in the same folder,
    /// or `pe_text` in the executable's version information, must be there as well.
    #[serde(default)]
    pub needs_second_signal: bool,
    /// Text in a Windows executable's version information (product name or description) that is that second signal.
    pub pe_text: Option<String>,
}

/// Names in package systems.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Packages {
    /// Debian and Ubuntu.
    pub dpkg: Vec<String>,
    /// RPM distributions.
    pub rpm: Vec<String>,
    /// Flatpak application ids.
    pub flatpak: Vec<String>,
    /// Snap names.
    pub snap: Vec<String>,
    /// Beginnings of `DisplayName` under Windows' Uninstall keys.
    pub uninstall: Vec<String>,
    /// macOS bundle identifiers.
    pub bundle: Vec<String>,
}

impl SoftwareEntry {
    /// Name for people, in a language.
    pub fn name_in(&self, lang: Lang) -> &str {
        name_in(lang, &self.name, self.name_en.as_deref())
    }
}

impl Software {
    /// Reads the catalogue from its text (TOML).
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let software: Self = read("software", text)?;
        each_once("software", text, software.entries.iter().map(|e| e.id.as_str()))?;
        Ok(software)
    }

    /// The catalogue compiled into this build.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn bundled() -> Self {
        Self::parse(BUNDLED).expect("the bundled catalogue is valid")
    }

    /// Version of the data, as reports name it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where the names were read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Every entry, ordered by id.
    pub fn entries(&self) -> &[SoftwareEntry] {
        &self.entries
    }

    /// One entry by id.
    pub fn find(&self, id: &str) -> Option<&SoftwareEntry> {
        self.entries.iter().find(|e| e.id == id)
    }
}
