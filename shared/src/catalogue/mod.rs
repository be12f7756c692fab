//! Catalogues: facts about the world that age faster than rules (support dates, program names). Data files with version, source and date.
//! Loadable from text, so that an operator replaces one without a new binary. No I/O here.

mod antivirus;
mod browsers;
mod date;
mod os;
mod software;

pub use antivirus::{Antivirus, AntivirusKind, AntivirusProduct};
pub use browsers::{BrowserVersion, Browsers};
pub use os::{OsRelease, OsSupport};
pub use software::{Judgement, Packages, ProcessName, Software, SoftwareEntry};

use crate::lang::Lang;

/// Why a catalogue was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{catalogue} catalogue, line {line}: {reason}")]
pub struct CatalogueError {
    /// Which catalogue.
    pub catalogue: &'static str,
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and what is expected.
    pub reason: String,
}

/// The four catalogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueKind {
    /// OS support dates.
    Os,
    /// Browser support dates.
    Browsers,
    /// Forbidden software.
    Software,
    /// Antivirus products.
    Antivirus,
}

impl CatalogueKind {
    /// Which one a file holds, by its name: `os.toml`, or with anything after a hyphen or dot, `os-2026-09.toml`.
    pub fn of_file(name: &str) -> Option<Self> {
        match name.strip_suffix(".toml")?.split(['-', '.']).next()? {
            "os" => Some(Self::Os),
            "browsers" => Some(Self::Browsers),
            "software" => Some(Self::Software),
            "antivirus" => Some(Self::Antivirus),
            _ => None,
        }
    }
}

/// Everything the collector evaluates with beside the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogues {
    /// OS support dates.
    pub os: OsSupport,
    /// Browser support dates.
    pub browsers: Browsers,
    /// Forbidden software: names for the ids in reports.
    pub software: Software,
    /// Antivirus products: names for the ids in reports.
    pub antivirus: Antivirus,
    version: String,
}

impl Catalogues {
    /// Of four catalogues, each read with its own `parse`.
    pub fn new(os: OsSupport, browsers: Browsers, software: Software, antivirus: Antivirus) -> Self {
        let version = format!(
            "os {}, browsers {}, software {}, antivirus {}",
            os.version(),
            browsers.version(),
            software.version(),
            antivirus.version()
        );
        Self { os, browsers, software, antivirus, version }
    }

    /// Those compiled into this build.
    pub fn bundled() -> Self {
        Self::new(OsSupport::bundled(), Browsers::bundled(), Software::bundled(), Antivirus::bundled())
    }

    /// The versions of all four, as verdicts name them.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// A name for people, in a language; an English one is there where it differs.
fn name_in<'a>(lang: Lang, name: &'a str, en: Option<&'a str>) -> &'a str {
    match lang {
        Lang::Japanese => name,
        Lang::English => en.unwrap_or(name),
    }
}

/// Refuses an id that is there twice, at its second place.
fn each_once<'a>(catalogue: &'static str, text: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), CatalogueError> {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            let named = format!("id = \"{id}\"");
            let line = text.lines().enumerate().filter(|(_, l)| l.trim() == named).map(|(n, _)| n + 1).nth(1).unwrap_or(1);
            return Err(CatalogueError { catalogue, line, reason: format!("{id} is there twice") });
        }
    }
    Ok(())
}

/// Reads a catalogue file, turning the parser's position into a line.
fn read<T: serde::de::DeserializeOwned>(catalogue: &'static str, text: &str) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        let line = 1 + text.as_bytes().iter().take(at).filter(|&&b| b == b'\n').count();
        CatalogueError { catalogue, line, reason: e.message().to_owned() }
    })
}

#[cfg(test)]
mod tests;
