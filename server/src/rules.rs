//! Packs and catalogues in force: those compiled in, and those an operator laid into folders, which replace their namesakes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashimori_shared::catalogue::{Antivirus, Browsers, CatalogueError, CatalogueKind, Catalogues, OsSupport, Software};
use hashimori_shared::checkin::VerdictSummary;
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::{Pack, PackError};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::Verdict;
use tokio::sync::watch;

use crate::domain::judge::{self, Judge, Own, Subject};

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
    /// An official text beside no pack.
    #[error("{path}: there is no pack {id} for this text (its name begins with the pack's id)")]
    Orphan {
        /// Which file.
        path: PathBuf,
        /// The id its name gives.
        id: String,
    },
    /// A file in the catalogue folder that is none of the four.
    #[error("{0} is not named like a catalogue (os, browsers, software or antivirus, with .toml)")]
    Foreign(PathBuf),
}

/// One edition of packs and catalogues.
#[derive(Clone, Debug)]
pub struct RuleBook {
    judge: Arc<judge::Rules>,
    any: Arc<Pack>,
}

impl RuleBook {
    /// Those compiled in, overlaid with the files of the two folders.
    pub fn load(packs: Option<&Path>, catalogues: Option<&Path>) -> Result<Self, RulesError> {
        let mut all = vec![Pack::bundled()];
        let (texts, packs): (Vec<_>, Vec<_>) = toml_files(packs)?.into_iter().partition(|path| official_of(path).is_some());
        for path in packs {
            all.push(Pack::parse(&text(&path)?).map_err(|cause| RulesError::Pack { path, cause })?);
        }
        for path in texts {
            let id = official_of(&path).unwrap_or_default();
            // Of two packs with one id the later counts, so it is the one with the text.
            let Some(pack) = all.iter_mut().rev().find(|pack| pack.id() == id) else {
                return Err(RulesError::Orphan { id: id.to_owned(), path });
            };
            *pack = with_official_text(pack, &path)?;
        }
        let judge = judge::Rules::new(all, load_catalogues(catalogues)?);
        let bundled = Pack::bundled();
        let any = judge.pack(bundled.id()).cloned().unwrap_or(bundled);
        Ok(Self { judge: Arc::new(judge), any: Arc::new(any) })
    }

    /// Every pack, by id.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.judge.packs()
    }

    /// The pack with this id.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.judge.pack(id)
    }

    /// The pack with this id, a facility's own rules laid over it; `None`: there is no such pack, or they cannot be read.
    pub fn pack_with(&self, id: &str, own: &Own) -> Option<Arc<Pack>> {
        self.judge.pack_with(id, own)
    }

    /// The verdict on `subject` at `at` by this edition, its words in a language.
    pub fn judge_in(&self, subject: Subject<'_>, at: Timestamp, lang: Lang) -> Verdict {
        self.judge.judge_in(subject, at, lang)
    }

    /// The verdict as a device keeps it, its words being in a language.
    pub fn summarise_in(&self, verdict: &Verdict, lang: Lang) -> VerdictSummary {
        self.judge.summarise_in(verdict, lang)
    }

    /// Names this edition; a verdict made under another is due again.
    pub fn revision(&self) -> &str {
        self.judge.revision()
    }

    /// What is in force, as the operation log notes it.
    pub fn editions(&self) -> String {
        let packs: Vec<String> = self.packs().map(|pack| format!("{}={}", pack.id(), pack.revision())).collect();
        format!("{} catalogues={}", packs.join(" "), self.catalogues().version())
    }

    /// The pack for pages that belong to no region: the one compiled in, or the file that replaced it.
    pub fn any_pack(&self) -> Arc<Pack> {
        Arc::clone(&self.any)
    }

    /// The catalogues.
    pub fn catalogues(&self) -> &Catalogues {
        self.judge.catalogues()
    }
}

/// Ending of the name of a file with a regulation's own text, `PACKID.official.toml`, beside the packs.
const OFFICIAL: &str = ".official.toml";

/// The id of the pack whose regulation's own text a file holds.
fn official_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_suffix(OFFICIAL)
}

fn with_official_text(pack: &Pack, path: &Path) -> Result<Pack, RulesError> {
    pack.with_official_text(&text(path)?).map_err(|cause| RulesError::Pack { path: path.to_owned(), cause })
}

/// Checks one file of the packs' folder: a pack, or the official text beside one, for which `in_force` gives the packs
/// that lie elsewhere. Returns the pack it makes.
pub fn check_pack(path: &Path, in_force: impl FnOnce() -> Result<RuleBook, RulesError>) -> Result<Pack, RulesError> {
    let parse = |path: &Path| Pack::parse(&text(path)?).map_err(|cause| RulesError::Pack { path: path.to_owned(), cause });
    let Some(id) = official_of(path) else { return parse(path) };
    let beside = path.with_file_name(format!("{id}.toml"));
    let pack = if beside.exists() { Some(parse(&beside)?) } else { in_force()?.pack(id).cloned() };
    let pack = pack.ok_or_else(|| RulesError::Orphan { id: id.to_owned(), path: path.to_owned() })?;
    with_official_text(&pack, path)
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
        let kind = path.file_name().and_then(|name| name.to_str()).and_then(CatalogueKind::of_file);
        let version = match kind {
            Some(CatalogueKind::Os) => {
                self.os = OsSupport::parse(&text).map_err(refused)?;
                self.os.version()
            }
            Some(CatalogueKind::Browsers) => {
                self.browsers = Browsers::parse(&text).map_err(refused)?;
                self.browsers.version()
            }
            Some(CatalogueKind::Software) => {
                self.software = Software::parse(&text).map_err(refused)?;
                self.software.version()
            }
            Some(CatalogueKind::Antivirus) => {
                self.antivirus = Antivirus::parse(&text).map_err(refused)?;
                self.antivirus.version()
            }
            None => return Err(RulesError::Foreign(path.to_owned())),
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

    /// As pages follow it.
    pub fn books(&self) -> watch::Receiver<RuleBook> {
        self.book.subscribe()
    }

    /// As the writer follows it.
    pub fn judge(&self) -> watch::Receiver<Arc<dyn Judge>> {
        self.judge.subscribe()
    }

    /// Loads the folders again; when something in them is not valid, the edition in force stays.
    pub fn reload(&self, packs: Option<&Path>, catalogues: Option<&Path>) -> Result<(), RulesError> {
        let book = RuleBook::load(packs, catalogues)?;
        self.judge.send_replace(Arc::clone(&book.judge) as _);
        self.book.send_replace(book);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::evaluate::{Answer, Attestation, AttestedBy};
    use hashimori_shared::report::{DeviceClass, sample};
    use hashimori_shared::verdict::{Evidence, State};

    use super::*;
    use crate::domain::device::Ownership;

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
        let silent = Subject {
            report: &report,
            attestations: &[],
            pack: bundled.id(),
            own: None,
            ownership: Ownership::Managed,
            class: DeviceClass::Laptop,
        };
        assert_eq!(state(silent, "§20-6"), (State::AwaitingDeclaration, None));
        assert_eq!(state(Subject { attestations: &said, ..silent }, "§20-6"), (State::Compliant, Some(Evidence::Confirmed)));
        assert_eq!(state(silent, "§20-10").0, State::AwaitingDeclaration, "a laptop is carried about");
        assert_eq!(state(Subject { class: DeviceClass::Desktop, ..silent }, "§20-10").0, State::NotApplicable);
    }

    const OFFICIAL_NAME: &str = "itsutsubashi-2019-02-08.official.toml";

    #[test]
    fn a_regulations_own_text_beside_the_packs_is_shown_and_changes_no_verdict() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(OFFICIAL_NAME), "\"§20-3\" = \"（正文）\"\n").expect("writes");
        let book = RuleBook::load(Some(folder.path()), None).expect("a text for the pack that is compiled in");
        let pack = book.pack("itsutsubashi-2019-02-08").expect("there");
        assert_eq!(pack.clause("§20-3").and_then(|c| c.official_text.as_deref()), Some("（正文）"));
        assert_eq!(pack.revision(), Pack::bundled().revision(), "nothing is judged anew for it");
    }

    #[test]
    fn a_text_for_no_pack_or_no_clause_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(OFFICIAL_NAME);
        fs::write(&path, "\n\"§27\" = \"x\"\n").expect("writes");
        let error = RuleBook::load(Some(folder.path()), None).expect_err("no such clause").to_string();
        assert!(error.contains(OFFICIAL_NAME) && error.contains("line 2: there is no clause §27"), "{error}");
        assert_eq!(check_pack(&path, || RuleBook::load(None, None)).expect_err("the same").to_string(), error);
        fs::write(&path, "\"§20-3\" = \"x\"\n").expect("writes");
        assert!(check_pack(&path, || RuleBook::load(None, None)).is_ok());
        let orphan = folder.path().join("elsewhere.official.toml");
        fs::rename(&path, &orphan).expect("renames");
        let error = RuleBook::load(Some(folder.path()), None).expect_err("no such pack").to_string();
        assert!(error.contains("there is no pack elsewhere"), "{error}");
    }
}
