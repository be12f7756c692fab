//! Whether each browser profile of a person saves passwords. Never opens where passwords are kept.

use std::collections::BTreeSet;

use hashimori_shared::report::{BrowserProfile, Fact, Reading};

use super::accounts::Person;
use super::browser_forms::{FORMS, FirefoxKind, Form, Package, Settings};
use super::browsers::{firefox_folders, is_installed};
use super::disk::{Disk, Obstacle};
use super::{Survey, homes};
use crate::parse::browsers::{Policy, chromium_policy, chromium_preference, firefox_policy, firefox_preference, firefox_profiles};

/// Password saving in every profile of one person. A browser that is used and cannot be read has one profile that is unknown.
pub(super) fn password_saving(survey: &Survey, person: &Person) -> Fact<Vec<BrowserProfile>> {
    const SOURCE: &str = "browser profiles in ~, browser policies in /etc";
    let read = || -> Result<Vec<BrowserProfile>, Obstacle> {
        homes::open(survey, person)?;
        let (disk, home) = (&survey.machine.disk, person.home.as_str());
        let mut profiles = Vec::new();
        let mut seen = BTreeSet::new();
        for form in FORMS {
            let before = profiles.len();
            let roots: Vec<String> = form.roots.iter().filter(|root| seen.insert(**root)).map(|root| format!("{home}/{root}")).collect();
            match form.settings {
                Settings::Chromium(policies) => {
                    for root in &roots {
                        chromium(disk, form.id, root, policies, &mut profiles)?;
                    }
                }
                Settings::Firefox(_) if roots.is_empty() => {}
                Settings::Firefox(kind) => {
                    let policy = firefox_policies(survey, person, kind);
                    for root in &roots {
                        firefox(disk, root, &policy, &mut profiles)?;
                    }
                }
                Settings::Unread => {
                    let used = roots.iter().any(|root| disk.exists(root));
                    if used || (form.roots.is_empty() && is_installed(survey, home, form.package)) {
                        add(&mut profiles, form.id, Err(Obstacle::NotRead))?;
                    }
                    continue;
                }
            }
            if profiles.len() == before && hides_its_profile(survey, home, form) {
                add(&mut profiles, form.id, Err(Obstacle::NotRead))?;
            }
        }
        Ok(profiles)
    };
    read().map_or_else(|obstacle| obstacle.fact(SOURCE), |profiles| Fact::read(profiles, SOURCE))
}

/// A sandboxed browser that this person has started, and that keeps no profile where it is looked for: it has one elsewhere.
fn hides_its_profile(survey: &Survey, home: &str, form: &Form) -> bool {
    let data = match form.package {
        Package::Dpkg(_) => return false,
        Package::Snap(name) => format!("{home}/snap/{name}/common"),
        Package::Flatpak(id) => format!("{home}/.var/app/{id}/config"),
    };
    let started = survey.machine.disk.names(&data).is_ok_and(|names| !names.is_empty());
    started && is_installed(survey, home, form.package)
}

const MOST_PROFILES: usize = 50;

fn add(profiles: &mut Vec<BrowserProfile>, browser: &str, saves: Result<(bool, bool), Obstacle>) -> Result<(), Obstacle> {
    if profiles.len() >= MOST_PROFILES {
        return Err(Obstacle::TooBig);
    }
    let ordinal = profiles.iter().filter(|profile| profile.browser == browser).count() + 1;
    let (saves_passwords, locked) = match saves {
        Ok((saves, locked)) => (Reading::Value(saves), locked),
        Err(obstacle) => (obstacle.reading(), false),
    };
    profiles.push(BrowserProfile { browser: browser.to_owned(), profile: format!("p{ordinal}"), saves_passwords, locked });
    Ok(())
}

fn chromium(disk: &Disk, browser: &str, root: &str, policies: &str, profiles: &mut Vec<BrowserProfile>) -> Result<(), Obstacle> {
    let dirs = disk.names_if_any(root)?;
    let candidates = std::iter::once(root.to_owned()).chain(dirs.iter().map(|dir| format!("{root}/{dir}")));
    let internal = |dir: &String| dir.ends_with("/System Profile") || dir.ends_with("/Guest Profile");
    let policy = chromium_policies(disk, policies);
    for dir in candidates.filter(|dir| !internal(dir)) {
        let own = match disk.bytes(&format!("{dir}/Preferences")) {
            Err(Obstacle::Missing) => continue,
            other => other.and_then(|json| Ok(chromium_preference(&json)?)),
        };
        let saves = policy.and_then(|policy| match policy.mandatory {
            Some(saves) => Ok((saves, true)),
            None => Ok((own?.or(policy.recommended).unwrap_or(true), false)),
        });
        add(profiles, browser, saves)?;
    }
    Ok(())
}

fn chromium_policies(disk: &Disk, dir: &str) -> Result<Policy, Obstacle> {
    if dir.is_empty() {
        return Ok(Policy::default());
    }
    let of = |kind: &str| -> Result<Option<bool>, Obstacle> {
        let dir = format!("{dir}/{kind}");
        let mut found = None;
        for name in disk.names_if_any(&dir)?.iter().filter(|name| super::disk::has_ending(name, "json")) {
            let said = chromium_policy(&disk.bytes(&format!("{dir}/{name}"))?)?;
            if said.is_some() && found.is_some() && said != found {
                return Err(Obstacle::Garbage("two policy files contradict each other"));
            }
            found = said.or(found);
        }
        Ok(found)
    };
    Ok(Policy { mandatory: of("managed")?, recommended: of("recommended")? })
}

/// One Firefox program: where the system's settings for it lie, and its own.
struct Program {
    /// Folders of policies that go before the one beside the program.
    system: &'static [&'static str],
    dir: String,
    preferences: &'static [&'static str],
}

/// The programs that may use the profiles in a home's ordinary place.
fn programs(survey: &Survey, person: &Person) -> Vec<Program> {
    let (disk, packages) = (&survey.machine.disk, survey.packages.as_deref().unwrap_or_default());
    let comes_with_the_system =
        |name: &str| packages.iter().any(|package| package.name == name) || disk.exists(&format!("/usr/lib/{name}"));
    let mut programs: Vec<Program> = firefox_folders(survey, &[&person.home])
        .into_iter()
        .map(|dir| Program { system: &["/etc/firefox"], dir, preferences: &[] })
        .collect();
    if comes_with_the_system("firefox-esr") {
        programs.push(Program {
            system: &["/etc/firefox", "/etc/firefox-esr"],
            dir: "/usr/lib/firefox-esr".to_owned(),
            preferences: &["/etc/firefox-esr", "/usr/lib/firefox-esr/defaults/pref"],
        });
    }
    if comes_with_the_system("firefox") || programs.is_empty() {
        programs.push(Program {
            system: &["/etc/firefox"],
            dir: "/usr/lib/firefox".to_owned(),
            preferences: &["/etc/firefox/pref", "/usr/lib/firefox/defaults/pref"],
        });
    }
    programs
}

/// What the policies that a Firefox of this kind sees say. Where several programs share the profiles, only what all of them obey.
fn firefox_policies(survey: &Survey, person: &Person, kind: FirefoxKind) -> Result<Policy, Obstacle> {
    let disk = &survey.machine.disk;
    match kind {
        FirefoxKind::Flatpak => Ok(Policy::default()),
        FirefoxKind::Snap => {
            let places = ["/etc/firefox/policies", "/snap/firefox/current/usr/lib/firefox/distribution"];
            Ok(first_policy(disk, &places.map(str::to_owned))?.unwrap_or_default())
        }
        FirefoxKind::System => {
            let said: Vec<Policy> = programs(survey, person).iter().map(|program| of_program(disk, program)).collect::<Result<_, _>>()?;
            let agreed = |pick: fn(&Policy) -> Option<bool>| {
                let first = said.first().and_then(pick);
                if said.iter().all(|policy| pick(policy) == first) { first } else { None }
            };
            Ok(Policy { mandatory: agreed(|policy| policy.mandatory), recommended: agreed(|policy| policy.recommended) })
        }
    }
}

fn of_program(disk: &Disk, program: &Program) -> Result<Policy, Obstacle> {
    let system = system_policy(disk, program.system)?;
    let mut policy = match system {
        Some(policy) => policy,
        None => first_policy(disk, &[format!("{}/distribution", program.dir)])?.unwrap_or_default(),
    };
    for dir in program.preferences {
        for name in disk.names_if_any(dir)?.iter().filter(|name| super::disk::has_ending(name, "js")) {
            match firefox_preference(&disk.text(&format!("{dir}/{name}"))?)? {
                Some((saves, true)) => policy.mandatory = policy.mandatory.or(Some(saves)),
                Some((saves, false)) => policy.recommended = policy.recommended.or(Some(saves)),
                None => {}
            }
        }
    }
    Ok(policy)
}

/// The system's policy file, where there is one. Which of two names a build looks under is not known: they must not contradict.
fn system_policy(disk: &Disk, dirs: &[&str]) -> Result<Option<Policy>, Obstacle> {
    let mut found = None;
    for dir in dirs {
        let Some(policy) = first_policy(disk, &[format!("{dir}/policies")])? else { continue };
        if found.is_some_and(|earlier| earlier != policy) {
            return Err(Obstacle::Garbage("two policy files contradict each other"));
        }
        found = Some(policy);
    }
    Ok(found)
}

/// The first of these folders that has a `policies.json`: Firefox reads one file and nothing besides.
fn first_policy(disk: &Disk, dirs: &[String]) -> Result<Option<Policy>, Obstacle> {
    for dir in dirs {
        match disk.bytes(&format!("{dir}/policies.json")) {
            Ok(json) => return Ok(Some(firefox_policy(&json)?)),
            Err(Obstacle::Missing) => {}
            Err(obstacle) => return Err(obstacle),
        }
    }
    Ok(None)
}

fn firefox(disk: &Disk, root: &str, policy: &Result<Policy, Obstacle>, profiles: &mut Vec<BrowserProfile>) -> Result<(), Obstacle> {
    let Some(ini) = disk.text_if_any(&format!("{root}/profiles.ini"))? else { return Ok(()) };
    let mut dirs = firefox_profiles(&ini)?;
    dirs.sort();
    for dir in dirs {
        let dir = if dir.starts_with('/') { dir } else { format!("{root}/{dir}") };
        if !disk.exists(&dir) {
            continue;
        }
        // user.js is copied over prefs.js at each start.
        let mut own: Result<Option<(bool, bool)>, Obstacle> = Ok(None);
        for name in ["prefs.js", "user.js"] {
            own = own.and_then(|before| {
                let said = disk.text_if_any(&format!("{dir}/{name}"))?.map(|text| firefox_preference(&text)).transpose()?.flatten();
                Ok(said.or(before))
            });
        }
        let saves = policy.and_then(|policy| match policy.mandatory {
            Some(saves) => Ok((saves, true)),
            None => Ok((own?.map(|(saves, _)| saves).or(policy.recommended).unwrap_or(true), false)),
        });
        add(profiles, "firefox", saves)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine of one person with this package and this file in the person's home; what is said of password saving.
    fn with(package: Package, file: Option<(&str, &str)>) -> Vec<BrowserProfile> {
        let tree = tempfile::tempdir().expect("a folder");
        let put = |path: &str, text: &str| {
            let at = tree.path().join(path);
            std::fs::create_dir_all(at.parent().expect("a folder")).expect("made");
            std::fs::write(at, text).expect("written");
        };
        put("etc/passwd", "root:x:0:0::/root:/bin/bash\nhanako:x:1000:1000::/home/hanako:/bin/bash\n");
        put("home/hanako/.profile", "");
        let status = |name: &str| format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n");
        match package {
            Package::Dpkg(name) => put("var/lib/dpkg/status", &status(name)),
            Package::Snap(name) => put(&format!("snap/{name}/current/meta/snap.yaml"), "version: 1.0\n"),
            Package::Flatpak(id) => put(&format!("home/hanako/.local/share/flatpak/app/{id}/current/x"), ""),
        }
        if let Some((path, text)) = file {
            put(&format!("home/hanako/{path}"), text);
        }
        let survey = Survey::of_tree(tree.path());
        password_saving(&survey, &survey.people[0]).value().expect("read").clone()
    }

    #[test]
    fn every_form_of_every_browser_is_found_saving_in_every_place_it_keeps_profiles() {
        for form in FORMS {
            if form.roots.is_empty() {
                let profiles = with(form.package, None);
                assert!(profiles.len() == 1 && profiles[0].saves_passwords.value().is_none(), "{form:?}: {profiles:?}");
            }
            for root in form.roots {
                let profiles = match form.settings {
                    Settings::Chromium(_) => with(form.package, Some((&format!("{root}/Default/Preferences"), "{}"))),
                    Settings::Firefox(_) => with(form.package, Some((&format!("{root}/profiles.ini"), "[Profile0]\nPath=.\n"))),
                    Settings::Unread => with(form.package, Some((&format!("{root}/x"), ""))),
                };
                assert_eq!(profiles.len(), 1, "{form:?}: {profiles:?}");
                let expected = (form.settings != Settings::Unread).then_some(&true);
                assert_eq!((profiles[0].browser.as_str(), profiles[0].saves_passwords.value()), (form.id, expected), "{form:?}");
            }
        }
    }

    #[test]
    fn every_browser_of_the_catalogue_has_a_form_and_a_sandboxed_one_that_was_started_is_never_without_a_profile() {
        let catalogue = hashimori_shared::catalogue::Browsers::bundled();
        for id in ["chrome", "chromium", "edge", "firefox"] {
            assert_ne!(catalogue.name(id), id, "the catalogue names it");
            assert!(FORMS.iter().any(|form| form.id == id && form.settings != Settings::Unread), "{id}");
        }
        for (package, file) in [
            (Package::Flatpak("com.brave.Browser"), ".var/app/com.brave.Browser/config/elsewhere/x"),
            (Package::Snap("opera"), "snap/opera/common/elsewhere/x"),
        ] {
            let profiles = with(package, Some((file, "")));
            assert!(profiles.len() == 1 && profiles[0].saves_passwords.value().is_none(), "{package:?}: {profiles:?}");
            assert!(with(package, None).is_empty(), "{package:?}: never started");
        }
    }
}
