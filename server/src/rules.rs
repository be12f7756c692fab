//! Packs and catalogues in force: those compiled in, and those an operator laid into folders, which replace their namesakes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashimori_shared::catalogue::{Antivirus, Browsers, CatalogueError, Catalogues, OsSupport, Software};
use hashimori_shared::pack::{Pack, PackError};
use tokio::sync::watch;

use crate::config::Settings;
use crate::domain::judge::{self, Judge};

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
#[derive(Clone, Debug)]
pub struct RuleBook {
    judge: Arc<judge::Rules>,
}

impl RuleBook {
    /// Those compiled in, overlaid with the files of the two folders.
    pub fn load(packs: Option<&Path>, catalogues: Option<&Path>) -> Result<Self, RulesError> {
        let mut all = vec![Pack::bundled()];
        for path in toml_files(packs)? {
            all.push(Pack::parse(&text(&path)?).map_err(|cause| RulesError::Pack { path, cause })?);
        }
        Ok(Self { judge: Arc::new(judge::Rules::new(all, load_catalogues(catalogues)?)) })
    }

    /// Every pack, by id.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.judge.packs()
    }

    /// What is in force, as the operation log notes it.
    pub fn editions(&self) -> String {
        let packs: Vec<String> = self.packs().map(|pack| format!("{}={}", pack.id(), pack.revision())).collect();
        format!("{} catalogues={}", packs.join(" "), self.catalogues().version())
    }

    /// The pack for pages that belong to no region: the one compiled in, or the file that replaced it.
    pub fn any_pack(&self) -> Pack {
        let bundled = Pack::bundled();
        self.judge.pack(bundled.id()).cloned().unwrap_or(bundled)
    }

    /// The catalogues.
    pub fn catalogues(&self) -> &Catalogues {
        self.judge.catalogues()
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

/// The edition in force, replaced whole on SIGHUP.
pub struct Rules {
    book: watch::Sender<RuleBook>,
    judge: watch::Sender<Arc<dyn Judge>>,
}

impl Rules {
    /// With this edition.
    pub fn new(book: RuleBook) -> Self {
        let judge: Arc<dyn Judge> = Arc::clone(&book.judge) as _;
        Self { judge: watch::Sender::new(judge), book: watch::Sender::new(book) }
    }

    /// The edition in force.
    pub fn book(&self) -> RuleBook {
        self.book.borrow().clone()
    }

    /// As the writer follows it.
    pub fn judge(&self) -> watch::Receiver<Arc<dyn Judge>> {
        self.judge.subscribe()
    }

    /// Loads the folders again; when something in them is not valid, the edition in force stays.
    pub fn reload(&self, settings: &Settings) -> Result<(), RulesError> {
        let book = RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?;
        self.judge.send_replace(Arc::clone(&book.judge) as _);
        self.book.send_replace(book);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::evaluate::{Answer, Attestation, AttestedBy};
    use hashimori_shared::report::{DeviceClass, sample};
    use hashimori_shared::time::Timestamp;
    use hashimori_shared::verdict::{Evidence, State};

    use super::*;
    use crate::domain::device::Ownership;
    use crate::domain::judge::Subject;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn state(subject: Subject<'_>, clause: &str) -> (State, Option<Evidence>) {
        let rules = Rules::new(RuleBook::load(None, None).expect("the bundled ones"));
        let verdict = rules.judge().borrow().judge(subject, NOW);
        let found = verdict.clauses.into_iter().find(|c| c.clause == clause).expect("the clause");
        (found.state, found.evidence)
    }

    #[test]
    fn what_the_writer_judges_with_counts_what_people_said_and_the_kind_of_machine_in_the_ledger() {
        let (report, bundled) = (sample::good_debian(NOW), Pack::bundled());
        let said = [Attestation {
            clause: "§20-6".to_owned(),
            check: "no_copies".to_owned(),
            answer: Answer::Yes,
            by: AttestedBy::Administrator,
            at: NOW,
        }];
        let silent =
            Subject { report: &report, attestations: &[], pack: bundled.id(), ownership: Ownership::Managed, class: DeviceClass::Laptop };
        assert_eq!(state(silent, "§20-6"), (State::AwaitingDeclaration, None));
        assert_eq!(state(Subject { attestations: &said, ..silent }, "§20-6"), (State::Compliant, Some(Evidence::Confirmed)));
        assert_eq!(state(silent, "§20-10").0, State::AwaitingDeclaration, "a laptop is carried about");
        assert_eq!(state(Subject { class: DeviceClass::Desktop, ..silent }, "§20-10").0, State::NotApplicable);
    }
}
