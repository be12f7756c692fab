//! Packs and catalogues in force: those compiled in, and those an operator laid into folders, which replace their namesakes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashimori_shared::catalogue::{Antivirus, Browsers, CatalogueError, Catalogues, OsSupport, Software};
use hashimori_shared::checkin::VerdictSummary;
use hashimori_shared::evaluate::{self, DeviceContext, Input, Reporting};
use hashimori_shared::pack::{Pack, PackError};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::Verdict;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::config::Settings;
use crate::domain::device::Ownership;
use crate::domain::judge::{Judge, Subject};

/// Why packs or catalogues could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {cause}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A pack is not valid.
    #[error("{path}: {cause}")]
    Pack {
        /// Which file.
        path: PathBuf,
        /// Line and reason.
        #[source]
        cause: PackError,
    },
    /// A catalogue is not valid.
    #[error("{path}: {cause}")]
    Catalogue {
        /// Which file.
        path: PathBuf,
        /// Line and reason.
        #[source]
        cause: CatalogueError,
    },
    /// A file in the catalogue folder that is none of the four.
    #[error("{0} is not named like a catalogue (os, browsers, software or antivirus, with .toml)")]
    Foreign(PathBuf),
}

/// One edition of packs and catalogues.
#[derive(Debug)]
pub struct RuleBook {
    bundled: Pack,
    packs: BTreeMap<String, Pack>,
    catalogues: Catalogues,
    revision: String,
}

impl RuleBook {
    /// Those compiled in, overlaid with the files of the two folders.
    pub fn load(packs: Option<&Path>, catalogues: Option<&Path>) -> Result<Self, RulesError> {
        let bundled = Pack::bundled();
        let mut all = BTreeMap::from([(bundled.id().to_owned(), bundled.clone())]);
        for path in toml_files(packs)? {
            let pack = Pack::parse(&text(&path)?).map_err(|cause| RulesError::Pack { path, cause })?;
            all.insert(pack.id().to_owned(), pack);
        }
        let catalogues = load_catalogues(catalogues)?;
        let mut digest = Sha256::new();
        for pack in all.values() {
            digest.update(format!("{} {}\n", pack.id(), pack.revision()));
        }
        digest.update(catalogues.version());
        let revision = data_encoding::HEXLOWER.encode(&digest.finalize()[..8]);
        Ok(Self { bundled, packs: all, catalogues, revision })
    }

    /// Every pack, by id.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.values()
    }

    /// What is in force, as the operation log notes it.
    pub fn editions(&self) -> String {
        let packs: Vec<String> = self.packs().map(|pack| format!("{}={}", pack.id(), pack.revision())).collect();
        format!("{} catalogues={}", packs.join(" "), self.catalogues.version())
    }

    /// The pack with this id; the one compiled in stands for one that is not here any more, and the verdict says so.
    pub fn pack(&self, id: &str) -> &Pack {
        self.packs.get(id).unwrap_or(&self.bundled)
    }

    /// The pack for pages that belong to no region: the one compiled in, or the file that replaced it.
    pub fn any_pack(&self) -> &Pack {
        self.pack(self.bundled.id())
    }

    /// The catalogues.
    pub const fn catalogues(&self) -> &Catalogues {
        &self.catalogues
    }
}

fn text(path: &Path) -> Result<String, RulesError> {
    fs::read_to_string(path).map_err(|cause| RulesError::Read { path: path.to_owned(), cause })
}

fn toml_files(folder: Option<&Path>) -> Result<Vec<PathBuf>, RulesError> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let read = |cause| RulesError::Read { path: folder.to_owned(), cause };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Names of the four catalogues, as files are named.
pub const CATALOGUES: [&str; 4] = ["os", "browsers", "software", "antivirus"];

/// Checks one catalogue file; its name says which of the four it is. Returns its version.
pub fn check_catalogue(path: &Path) -> Result<String, RulesError> {
    let mut parts = Bundle::default();
    parts.take(path)
}

struct Bundle {
    os: OsSupport,
    browsers: Browsers,
    software: Software,
    antivirus: Antivirus,
}

impl Default for Bundle {
    fn default() -> Self {
        Self { os: OsSupport::bundled(), browsers: Browsers::bundled(), software: Software::bundled(), antivirus: Antivirus::bundled() }
    }
}

impl Bundle {
    fn take(&mut self, path: &Path) -> Result<String, RulesError> {
        let text = text(path)?;
        let refused = |cause| RulesError::Catalogue { path: path.to_owned(), cause };
        // `os.toml`, or with anything before a dot or hyphen after it: `os-2026-09.toml`.
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let version = match stem.split(['-', '.']).next().unwrap_or_default() {
            "os" => {
                self.os = OsSupport::parse(&text).map_err(refused)?;
                self.os.version()
            }
            "browsers" => {
                self.browsers = Browsers::parse(&text).map_err(refused)?;
                self.browsers.version()
            }
            "software" => {
                self.software = Software::parse(&text).map_err(refused)?;
                self.software.version()
            }
            "antivirus" => {
                self.antivirus = Antivirus::parse(&text).map_err(refused)?;
                self.antivirus.version()
            }
            _ => return Err(RulesError::Foreign(path.to_owned())),
        };
        Ok(version.to_owned())
    }
}

fn load_catalogues(folder: Option<&Path>) -> Result<Catalogues, RulesError> {
    let mut parts = Bundle::default();
    for path in toml_files(folder)? {
        parts.take(&path)?;
    }
    Ok(Catalogues::new(parts.os, parts.browsers, parts.software, parts.antivirus))
}

impl Judge for RuleBook {
    fn revision(&self) -> &str {
        &self.revision
    }

    fn judge(&self, subject: Subject<'_>, now: Timestamp) -> Verdict {
        let ownership = match subject.ownership {
            Ownership::Managed => evaluate::Ownership::Managed,
            Ownership::Personal => evaluate::Ownership::Personal,
        };
        let device = DeviceContext { class: None, ownership, reporting: Reporting::Agent };
        let pack = self.pack(subject.pack);
        evaluate::evaluate(&Input {
            pack,
            catalogues: &self.catalogues,
            report: Some(subject.report),
            attestations: &[],
            device: &device,
            now,
        })
    }

    fn summarise(&self, verdict: &Verdict) -> VerdictSummary {
        verdict.summary(self.pack(&verdict.pack))
    }
}

/// The edition in force, replaced whole on SIGHUP.
pub struct Rules {
    book: watch::Sender<Arc<RuleBook>>,
    judge: watch::Sender<Arc<dyn Judge>>,
}

impl Rules {
    /// With this edition.
    pub fn new(book: RuleBook) -> Self {
        let book = Arc::new(book);
        Self { judge: watch::Sender::new(Arc::clone(&book) as Arc<dyn Judge>), book: watch::Sender::new(book) }
    }

    /// The edition in force.
    pub fn book(&self) -> Arc<RuleBook> {
        Arc::clone(&self.book.borrow())
    }

    /// As the writer follows it.
    pub fn judge(&self) -> watch::Receiver<Arc<dyn Judge>> {
        self.judge.subscribe()
    }

    /// Loads the folders again; when something in them is not valid, the edition in force stays.
    pub fn reload(&self, settings: &Settings) -> Result<(), RulesError> {
        let book = Arc::new(RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?);
        self.judge.send_replace(Arc::clone(&book) as Arc<dyn Judge>);
        self.book.send_replace(book);
        Ok(())
    }
}
