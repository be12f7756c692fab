//! Forbidden software (§20-2), matched here so that no list of programs leaves the device: by process, package and file name.
//! File contents are never opened. Says what was searched to the end and what was not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hashimori_shared::catalogue::{Software, SoftwareEntry};
use hashimori_shared::report::{Fact, ForbiddenSoftware, SoftwareHit, UnknownCode, UnreadablePlace};

use super::disk::Obstacle;
use super::{Survey, homes, running};

/// What was found and where.
#[derive(Default)]
struct Search {
    hits: BTreeSet<SoftwareHit>,
    searched: BTreeSet<&'static str>,
    unreadable: Vec<UnreadablePlace>,
}

impl Search {
    fn hit(&mut self, entry: &SoftwareEntry, how: &str) {
        self.hits.insert(SoftwareHit { id: entry.id.clone(), how: how.to_owned() });
    }

    /// A place counts as searched only if every part of it was.
    fn close(&mut self, place: &'static str, outcome: Result<(), UnknownCode>) {
        match outcome {
            Ok(()) => drop(self.searched.insert(place)),
            Err(code) => self.unreadable.push(UnreadablePlace { place: place.to_owned(), code }),
        }
    }
}

pub(super) fn forbidden_software(survey: &Survey) -> Fact<ForbiddenSoftware> {
    const SOURCE: &str = "processes, packages, file names";
    let catalogue = match &survey.signatures {
        Ok(signatures) => signatures.software.clone(),
        Err(why) => return Fact::unknown(UnknownCode::ParseFailed, why.as_str(), SOURCE),
    };
    let mut search = Search::default();
    by_process(survey, &catalogue, &mut search);
    by_package(survey, &catalogue, &mut search);
    by_file(survey, &catalogue, &mut search);
    search.unreadable.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| a.code.cmp(&b.code)));
    search.unreadable.dedup();
    let (hits, searched) = (search.hits.into_iter().collect(), search.searched.into_iter().map(str::to_owned).collect());
    let found = ForbiddenSoftware { hits, catalogue: catalogue.version().to_owned(), searched, unreadable: search.unreadable };
    Fact::read(found, SOURCE)
}

fn by_process(survey: &Survey, catalogue: &Software, search: &mut Search) {
    let names = match &survey.processes {
        Ok(names) => names,
        Err(obstacle) => return search.close("processes", Err(obstacle.code())),
    };
    for entry in catalogue.entries() {
        if entry.processes.iter().any(|process| !process.needs_second_signal && running::is_running(names, &process.name)) {
            search.hit(entry, "process");
        }
    }
    search.close("processes", Ok(()));
}

fn by_package(survey: &Survey, catalogue: &Software, search: &mut Search) {
    let disk = &survey.machine.disk;
    match &survey.packages {
        Ok(packages) => {
            let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
            for entry in catalogue.entries().iter().filter(|entry| entry.packages.dpkg.iter().any(|name| names.contains(name.as_str()))) {
                search.hit(entry, "package");
            }
            search.close("dpkg", Ok(()));
        }
        Err(Obstacle::Missing) => {}
        Err(obstacle) => search.close("dpkg", Err(obstacle.code())),
    }
    if disk.exists("/var/lib/rpm/rpmdb.sqlite") || disk.exists("/usr/lib/sysimage/rpm/rpmdb.sqlite") || disk.exists("/var/lib/rpm/Packages")
    {
        search.close("rpm", Err(UnknownCode::NotReadYet));
    }
    let mut flatpak_dirs = vec!["/var/lib/flatpak/app".to_owned()];
    let local: Vec<_> = survey.people.iter().filter(|person| !survey.lies_elsewhere(&person.home)).collect();
    flatpak_dirs.extend(local.iter().map(|person| format!("{}/.local/share/flatpak/app", person.home)));
    let flatpaks = names_in(survey, &flatpak_dirs);
    let snaps = names_in(survey, &["/snap".to_owned(), "/var/lib/snapd/snap".to_owned()]);
    for (place, found) in [("flatpak", flatpaks), ("snap", snaps)] {
        match found {
            Ok(names) => {
                for entry in catalogue.entries() {
                    let wanted = if place == "flatpak" { &entry.packages.flatpak } else { &entry.packages.snap };
                    if wanted.iter().any(|name| names.contains(name)) {
                        search.hit(entry, "package");
                    }
                }
                search.close(place, Ok(()));
            }
            Err(obstacle) => search.close(place, Err(obstacle.code())),
        }
    }
}

fn names_in(survey: &Survey, dirs: &[String]) -> Result<BTreeSet<String>, Obstacle> {
    let mut names = BTreeSet::new();
    for dir in dirs {
        names.extend(survey.machine.disk.names_if_any(dir)?);
    }
    Ok(names)
}

/// Names to look for, in lower case, with the entry and the traces that must lie beside an ambiguous one.
struct Wanted<'a> {
    entry: &'a SoftwareEntry,
    name: String,
    alone_is_enough: bool,
}

fn by_file(survey: &Survey, catalogue: &Software, search: &mut Search) {
    let wanted: Vec<_> = catalogue
        .entries()
        .iter()
        .flat_map(|entry| {
            let executables = entry.processes.iter().map(move |process| (process.name.as_str(), !process.needs_second_signal));
            executables.map(move |(name, alone_is_enough)| Wanted { entry, name: name.to_ascii_lowercase(), alone_is_enough })
        })
        .collect();
    let mut system = Walk::new(survey, &wanted);
    for dir in ["/opt", "/usr/local/bin", "/usr/local/games", "/usr/games", "/srv"] {
        system.folder(&survey.machine.disk.at(dir), survey.machine.limits.walk_depth);
    }
    let outcome = system.finish(search);
    search.close("programs", outcome);
    let mut home_outcome = survey.people_listed;
    for person in &survey.people {
        let searched = homes::open(survey, person).map_err(Obstacle::code).and_then(|()| {
            let mut walk = Walk::new(survey, &wanted);
            walk.home(&survey.machine.disk.at(&person.home));
            walk.finish(search)
        });
        home_outcome = home_outcome.and(searched);
    }
    search.close("home", home_outcome);
}

/// A bounded walk by names only. Does not follow links.
struct Walk<'a> {
    survey: &'a Survey,
    wanted: &'a [Wanted<'a>],
    left: u32,
    found: Vec<&'a SoftwareEntry>,
    obstacle: Option<UnknownCode>,
}

impl<'a> Walk<'a> {
    fn new(survey: &'a Survey, wanted: &'a [Wanted<'a>]) -> Self {
        Self { survey, wanted, left: survey.machine.limits.walk_entries, found: Vec::new(), obstacle: None }
    }

    /// The whole home to a small depth, and the folders where portable programs are put to the full depth.
    fn home(&mut self, home: &Path) {
        const DEEPER: [&str; 14] = [
            "Desktop",
            "Downloads",
            "Documents",
            "デスクトップ",
            "ダウンロード",
            "ドキュメント",
            "bin",
            "Applications",
            "Programs",
            "Apps",
            ".local",
            ".wine",
            "Games",
            "Public",
        ];
        let depth = self.survey.machine.limits.walk_depth;
        for name in self.entries(home) {
            let path = home.join(&name.0);
            self.consider(home, &name.0);
            if name.1 {
                self.folder(&path, if DEEPER.contains(&name.0.as_str()) { depth } else { depth.min(1) });
            }
        }
    }

    fn folder(&mut self, dir: &Path, depth: u32) {
        if depth == 0 || self.left == 0 {
            return;
        }
        // A folder of a cloud drive or another machine: looking would wake it up, so it stays unsearched and is said to be.
        if self.survey.machine.disk.observed(dir).is_some_and(|path| self.survey.lies_elsewhere(&path)) {
            self.obstacle = Some(UnknownCode::NotInspectedByDesign);
            return;
        }
        for (name, is_dir) in self.entries(dir) {
            self.consider(dir, &name);
            if is_dir {
                self.folder(&dir.join(&name), depth - 1);
            }
        }
    }

    /// Names with whether each is a folder, from the folder itself: no file is touched.
    fn entries(&mut self, dir: &Path) -> Vec<(String, bool)> {
        let listing = match std::fs::read_dir(dir) {
            Ok(listing) => listing,
            Err(error) => {
                let obstacle = Obstacle::from(error);
                if obstacle != Obstacle::Missing {
                    self.obstacle = Some(obstacle.code());
                }
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for entry in listing.flatten() {
            if self.left == 0 {
                self.obstacle = Some(UnknownCode::Timeout);
                break;
            }
            self.left -= 1;
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            names.extend(entry.file_name().into_string().ok().map(|name| (name, is_dir)));
        }
        names
    }

    fn consider(&mut self, dir: &Path, name: &str) {
        let lower = name.to_ascii_lowercase();
        for wanted in self.wanted.iter().filter(|wanted| wanted.name == lower) {
            if wanted.alone_is_enough || has_trace(dir, &wanted.entry.traces) {
                self.found.push(wanted.entry);
            }
        }
    }

    fn finish(self, search: &mut Search) -> Result<(), UnknownCode> {
        for entry in self.found {
            search.hit(entry, "file");
        }
        self.obstacle.map_or(Ok(()), Err)
    }
}

fn has_trace(dir: &Path, traces: &[String]) -> bool {
    traces.iter().map(|trace| -> PathBuf { dir.join(trace) }).any(|path| path.symlink_metadata().is_ok())
}
