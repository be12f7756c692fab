//! Forbidden software (§20-2), matched here so that no list of programs leaves the device: by process, package and file name.
//! File contents are never opened. Says what was searched, how deep, and what could not be.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::FileType;
use std::path::{Component, Path, PathBuf};

use hashimori_shared::catalogue::{Software, SoftwareEntry};
use hashimori_shared::report::{Fact, ForbiddenSoftware, SoftwareHit, UnknownCode, UnreadablePlace};

use super::disk::Obstacle;
use super::{Survey, accounts, homes, running};

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
    let deep = survey.machine.limits.walk_depth;
    Fact::read(
        found,
        format!(
            "processes, packages, file names ({deep} levels of folders below a home and other places, 1 below a home's hidden folders)"
        ),
    )
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
    let is_here = |person: &&accounts::Person| !person.home.is_empty() && !survey.lies_elsewhere(&person.home);
    let local: Vec<_> = survey.people.iter().filter(is_here).collect();
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

/// A name to look for, in lower case, with what it says where it is found.
struct Wanted<'a> {
    entry: &'a SoftwareEntry,
    name: String,
    sign: Sign,
}

#[derive(Clone, Copy)]
enum Sign {
    /// The program.
    Enough,
    /// The program, if one of its traces lies beside it.
    NeedsTrace,
    /// A file that only this program leaves: it is there under another name, or was.
    Trace,
}

fn by_file(survey: &Survey, catalogue: &Software, search: &mut Search) {
    let wanted: Vec<_> = catalogue
        .entries()
        .iter()
        .flat_map(|entry| {
            let sign = |needs_second_signal| if needs_second_signal { Sign::NeedsTrace } else { Sign::Enough };
            let executables = entry.processes.iter().map(move |process| (process.name.as_str(), sign(process.needs_second_signal)));
            let traces = entry.traces.iter().map(|trace| (trace.as_str(), Sign::Trace));
            executables.chain(traces).map(move |(name, sign)| Wanted { entry, name: name.to_ascii_lowercase(), sign })
        })
        .collect();
    let (disk, depth) = (&survey.machine.disk, survey.machine.limits.walk_depth);
    let mut system = Walk::new(survey, &wanted);
    for dir in ["/opt", "/srv", "/usr/local/bin", "/usr/local/games", "/usr/games"] {
        system.folder(&disk.at(dir), depth);
    }
    for dir in ["/usr/bin", "/usr/sbin", "/usr/local/sbin"] {
        system.folder(&disk.at(dir), 1);
    }
    let outcome = system.finish(search);
    search.close("programs", outcome);
    // A network share below these is not this device's, and left out without a word.
    let mut disks = Walk { leaves_out_elsewhere: true, ..Walk::new(survey, &wanted) };
    for dir in ["/data", "/media", "/mnt", "/run/media"] {
        disks.folder(&disk.at(dir), depth + 1);
    }
    let outcome = disks.finish(search);
    search.close("disks", outcome);
    let mut home_outcome = survey.people_listed;
    let mut walk_home = |home: &str| {
        let mut walk = Walk::new(survey, &wanted);
        walk.home(&disk.at(home));
        walk.finish(search)
    };
    for person in &survey.people {
        let searched = homes::open(survey, person).map_err(Obstacle::code).and_then(|()| walk_home(&person.home));
        home_outcome = home_outcome.and(searched);
    }
    if survey.people.iter().all(|person| person.home != "/root") {
        home_outcome = home_outcome.and(walk_home("/root"));
    }
    search.close("home", home_outcome);
}

/// A bounded walk by names only. Does not follow links, but for those that stand for a folder of a home itself.
struct Walk<'a> {
    survey: &'a Survey,
    wanted: &'a [Wanted<'a>],
    left: u32,
    leaves_out_elsewhere: bool,
    found: Vec<(&'a SoftwareEntry, &'static str)>,
    obstacle: Option<UnknownCode>,
}

/// What a folder holds under one name.
struct Named {
    name: OsString,
    kind: Option<FileType>,
}

impl Named {
    fn is_dir(&self) -> bool {
        self.kind.is_some_and(|kind| kind.is_dir())
    }
}

impl<'a> Walk<'a> {
    fn new(survey: &'a Survey, wanted: &'a [Wanted<'a>]) -> Self {
        let left = survey.machine.limits.walk_entries;
        Self { survey, wanted, left, leaves_out_elsewhere: false, found: Vec::new(), obstacle: None }
    }

    /// A home to the full depth, but for hidden folders, which are many and full: of those only where programs are put.
    fn home(&mut self, home: &Path) {
        const DEEPER: [&str; 2] = [".local", ".wine"];
        let depth = self.survey.machine.limits.walk_depth;
        for entry in self.entries(home) {
            self.consider(home, &entry);
            let name = entry.name.to_string_lossy();
            let depth = if name.starts_with('.') && !DEEPER.contains(&name.as_ref()) { depth.min(1) } else { depth };
            let path = home.join(&entry.name);
            if entry.is_dir() {
                self.folder(&path, depth);
            } else if entry.kind.is_some_and(|kind| kind.is_symlink()) {
                self.linked(home, &path, depth);
            }
        }
    }

    /// A folder of a home that lies on another disk (`~/Documents` -> `/data/documents`).
    fn linked(&mut self, home: &Path, link: &Path, depth: u32) {
        // Seen before it is touched: a share whose machine is gone would hold the search up.
        let named = std::fs::read_link(link).ok().and_then(|target| self.survey.machine.disk.observed(&straight(&home.join(target))));
        if named.is_some_and(|path| self.survey.lies_elsewhere(&path)) {
            return;
        }
        let home = std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
        match std::fs::canonicalize(link) {
            // Within the home it is searched anyway; what holds the home holds other people's as well.
            Ok(target) if !target.is_dir() || target.starts_with(&home) || home.starts_with(&target) => {}
            Ok(target) if self.survey.machine.disk.observed(&target).is_some() => self.folder(&target, depth),
            Ok(_) => self.obstacle = Some(UnknownCode::NotInspectedByDesign),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.obstacle = Some(Obstacle::from(error).code()),
        }
    }

    fn folder(&mut self, dir: &Path, depth: u32) {
        if depth == 0 || self.left == 0 {
            return;
        }
        // A folder of a cloud drive or another machine: looking would wake it up, so it stays unsearched and is said to be.
        if self.survey.machine.disk.observed(dir).is_some_and(|path| self.survey.lies_elsewhere(&path)) {
            if !self.leaves_out_elsewhere {
                self.obstacle = Some(UnknownCode::NotInspectedByDesign);
            }
            return;
        }
        for entry in self.entries(dir) {
            self.consider(dir, &entry);
            if entry.is_dir() {
                self.folder(&dir.join(&entry.name), depth - 1);
            }
        }
    }

    /// Names with what each is, from the folder itself: no file is touched.
    fn entries(&mut self, dir: &Path) -> Vec<Named> {
        let listing = match std::fs::read_dir(dir) {
            Ok(listing) => listing,
            Err(error) => {
                self.hindered(error);
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for entry in listing {
            if self.left == 0 {
                self.obstacle = Some(UnknownCode::Timeout);
                break;
            }
            self.left -= 1;
            match entry {
                Ok(entry) => names.push(Named { name: entry.file_name(), kind: entry.file_type().ok() }),
                Err(error) => self.hindered(error),
            }
        }
        names
    }

    fn hindered(&mut self, error: std::io::Error) {
        let obstacle = Obstacle::from(error);
        if obstacle != Obstacle::Missing {
            self.obstacle = Some(obstacle.code());
        }
    }

    /// A folder that is called like a program is none.
    fn consider(&mut self, dir: &Path, entry: &Named) {
        if entry.is_dir() {
            return;
        }
        let lower = entry.name.to_string_lossy().to_ascii_lowercase();
        for wanted in self.wanted.iter().filter(|wanted| wanted.name == lower) {
            match wanted.sign {
                Sign::Enough => self.found.push((wanted.entry, "file")),
                Sign::NeedsTrace if has_trace(dir, &wanted.entry.traces) => self.found.push((wanted.entry, "file")),
                Sign::NeedsTrace => {}
                Sign::Trace => self.found.push((wanted.entry, "trace")),
            }
        }
    }

    fn finish(self, search: &mut Search) -> Result<(), UnknownCode> {
        for (entry, how) in self.found {
            search.hit(entry, how);
        }
        self.obstacle.map_or(Ok(()), Err)
    }
}

/// A path without `.` and `..`, by its words alone.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(straight.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => straight.push(part),
        }
    }
    straight
}

fn has_trace(dir: &Path, traces: &[String]) -> bool {
    traces.iter().map(|trace| -> PathBuf { dir.join(trace) }).any(|path| path.symlink_metadata().is_ok())
}
