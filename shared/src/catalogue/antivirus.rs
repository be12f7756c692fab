//! Known antivirus products (§20-3) and where each shows on a device. The device uses the copy in its own package.

use serde::Deserialize;

use super::{CatalogueError, each_once, name_in, read};
use crate::lang::Lang;
use crate::report::OsFamily;

const BUNDLED: &str = include_str!("../../catalogues/antivirus.toml");

/// The antivirus catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Antivirus {
    version: String,
    source: String,
    product: Vec<AntivirusProduct>,
}

/// One product. A unit, process or path proves presence, never protection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AntivirusProduct {
    /// Id as reports write it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The same in English, where it differs.
    pub name_en: Option<String>,
    /// What it is.
    pub kind: AntivirusKind,
    /// Operating systems it runs on.
    pub os: Vec<OsFamily>,
    /// systemd units or Windows services.
    #[serde(default)]
    pub services: Vec<String>,
    /// Base names of processes.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Debian and RPM package names.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Files or folders that exist only with it.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Beginnings of the name it gives itself (Windows Security Center, Uninstall keys).
    #[serde(default)]
    pub display_names: Vec<String>,
}

/// What a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AntivirusKind {
    /// An antivirus product.
    Antivirus,
    /// Endpoint detection and response that protects as well.
    Edr,
    /// Part of the OS and never reported as a product of its own (macOS XProtect).
    BuiltIn,
}

impl AntivirusProduct {
    /// Name for people, in a language.
    pub fn name_in(&self, lang: Lang) -> &str {
        name_in(lang, &self.name, self.name_en.as_deref())
    }
}

impl Antivirus {
    /// Reads the catalogue from its text (TOML).
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let antivirus: Self = read("antivirus", text)?;
        each_once("antivirus", text, antivirus.product.iter().map(|p| p.id.as_str()))?;
        Ok(antivirus)
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

    /// Every product, ordered by id.
    pub fn products(&self) -> &[AntivirusProduct] {
        &self.product
    }

    /// One product by id.
    pub fn find(&self, id: &str) -> Option<&AntivirusProduct> {
        self.product.iter().find(|p| p.id == id)
    }
}
