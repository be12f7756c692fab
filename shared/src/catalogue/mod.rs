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

use crate::lang::{Lang, say};

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

/// A version as people read it: the day that it mostly is, else as it is.
pub fn edition_in(version: &str, lang: Lang) -> String {
    let mut parts = version.splitn(3, '-').map(|part| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year @ 1900..), Some(month @ 1..=12), Some(day @ 1..=31)) => say!(lang, "{year}年{month}月{day}日", "{version}"),
        _ => version.to_owned(),
    }
}

/// `Catalogues::version` as people read it: once where all four are of one day.
pub fn editions_in(versions: &str, lang: Lang) -> String {
    let all: Vec<(&str, &str)> = versions.split(", ").filter_map(|one| one.split_once(' ')).collect();
    match all.as_slice() {
        [] => versions.to_owned(),
        [(_, first), rest @ ..] if rest.len() == 3 && rest.iter().all(|(_, version)| version == first) => edition_in(first, lang),
        _ => {
            let named = all.iter().map(|(name, version)| {
                let called = match CatalogueKind::of_file(&format!("{name}.toml")) {
                    Some(CatalogueKind::Os) => "OS",
                    Some(CatalogueKind::Browsers) => lang.pick("ブラウザ", "browsers"),
                    Some(CatalogueKind::Software) => lang.pick("禁じるソフト", "forbidden software"),
                    Some(CatalogueKind::Antivirus) => lang.pick("ウイルス対策ソフト", "antivirus software"),
                    None => name,
                };
                format!("{called} {}", edition_in(version, lang))
            });
            lang.list(&named.collect::<Vec<_>>())
        }
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
