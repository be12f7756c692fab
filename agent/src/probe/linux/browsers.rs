//! Installed browsers: packages of every form, and programs put somewhere without one.

use hashimori_shared::report::{Browser, Fact};

use super::browser_forms::{FORMS, Package};
use super::disk::Disk;
use super::{Survey, homes};
use crate::parse::apt::installed;
use crate::parse::keyfile;

/// All that are found, for everybody and in people's homes. Homes that cannot be looked into are told by their own facts.
pub(super) fn browsers(survey: &Survey) -> Fact<Vec<Browser>> {
    const SOURCE: &str = "/var/lib/dpkg/status, snap, flatpak, /opt, homes";
    let packages = match &survey.packages {
        Ok(packages) => packages,
        Err(obstacle) => return obstacle.fact(SOURCE),
    };
    let homes = open_homes(survey);
    let mut found = Vec::new();
    for form in FORMS {
        let versions = versions(survey, &homes, packages, form.package);
        found.extend(versions.into_iter().map(|version| Browser { id: form.id.to_owned(), version }));
    }
    for dir in firefox_folders(survey, &homes) {
        found.push(Browser { id: "firefox".to_owned(), version: firefox_version(&survey.machine.disk, &dir) });
    }
    for (id, program) in LAID_DOWN {
        if survey.machine.disk.exists(program) && found.iter().all(|browser| browser.id != id) {
            found.push(Browser { id: id.to_owned(), version: UNNAMED.to_owned() });
        }
    }
    found.sort();
    found.dedup();
    Fact::read(found, SOURCE)
}

/// Programs that come by package, and here without one.
const LAID_DOWN: [(&str, &str); 6] = [
    ("brave", "/opt/brave.com/brave/brave"),
    ("chrome", "/opt/google/chrome/chrome"),
    ("chromium", "/opt/chromium/chrome"),
    ("edge", "/opt/microsoft/msedge/msedge"),
    ("opera", "/opt/opera/opera"),
    ("vivaldi", "/opt/vivaldi/vivaldi"),
];

fn open_homes(survey: &Survey) -> Vec<&str> {
    survey.people.iter().filter(|person| homes::open(survey, person).is_ok()).map(|person| person.home.as_str()).collect()
}

/// Versions in which a package is installed.
fn versions(survey: &Survey, homes: &[&str], packages: &[installed::Package], package: Package) -> Vec<String> {
    let disk = &survey.machine.disk;
    match package {
        Package::Dpkg(name) => {
            // Ubuntu's packages of this version only call for the snap.
            let installed = packages.iter().filter(|package| package.name == name).map(|package| upstream(&package.version));
            installed.filter(|version| !version.contains("snap")).collect()
        }
        Package::Snap(name) => ["/snap", "/var/lib/snapd/snap"].iter().find_map(|dir| snap_version(disk, dir, name)).into_iter().collect(),
        Package::Flatpak(id) => {
            let own = homes.iter().map(|home| format!("{home}/.local/share/flatpak"));
            let places = std::iter::once("/var/lib/flatpak".to_owned()).chain(own);
            places.filter_map(|place| flatpak_version(disk, &place, id)).collect()
        }
    }
}

/// Whether a package is installed for everybody, or for the person whose home this is.
pub(super) fn is_installed(survey: &Survey, home: &str, package: Package) -> bool {
    let packages = survey.packages.as_deref().unwrap_or_default();
    !versions(survey, &[home], packages, package).is_empty()
}

/// Folders with a Firefox as its maker packs it: in the usual places, and in people's homes.
pub(super) fn firefox_folders(survey: &Survey, homes: &[&str]) -> Vec<String> {
    const FOR_ALL: [&str; 5] = ["/opt/firefox", "/opt/firefox-esr", "/opt/mozilla/firefox", "/usr/local/firefox", "/usr/local/lib/firefox"];
    const IN_HOMES: [&str; 11] = [
        "firefox",
        "bin/firefox",
        "opt/firefox",
        "Applications/firefox",
        ".local/firefox",
        ".local/opt/firefox",
        ".local/share/firefox",
        "Desktop/firefox",
        "デスクトップ/firefox",
        "Downloads/firefox",
        "ダウンロード/firefox",
    ];
    let in_homes = homes.iter().flat_map(|home| IN_HOMES.map(|dir| format!("{home}/{dir}")));
    let places = FOR_ALL.map(str::to_owned).into_iter().chain(in_homes);
    places.filter(|dir| survey.machine.disk.exists(&format!("{dir}/application.ini"))).collect()
}

fn firefox_version(disk: &Disk, dir: &str) -> String {
    let ini = disk.text(&format!("{dir}/application.ini")).unwrap_or_default();
    let version = keyfile::value(&ini, "App", "Version").filter(|version| !version.is_empty() && version.len() <= 40);
    version.map_or_else(|| UNNAMED.to_owned(), str::to_owned)
}

/// `1:115.14.0esr-1~deb12u1` is `115.14.0esr`.
fn upstream(version: &str) -> String {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.rsplit_once('-').map_or(version, |(upstream, _)| upstream).chars().take(40).collect()
}

const UNNAMED: &str = "unknown";

fn snap_version(disk: &Disk, place: &str, snap: &str) -> Option<String> {
    let dir = format!("{place}/{snap}/current");
    disk.exists(&dir).then(|| {
        let yaml = disk.text(&format!("{dir}/meta/snap.yaml")).unwrap_or_default();
        let version = yaml.lines().find_map(|line| line.strip_prefix("version:")).map(|version| version.trim().trim_matches(['\'', '"']));
        version.filter(|version| !version.is_empty()).map_or_else(|| UNNAMED.to_owned(), upstream)
    })
}

fn flatpak_version(disk: &Disk, place: &str, id: &str) -> Option<String> {
    let dir = format!("{place}/app/{id}");
    disk.exists(&dir).then(|| {
        let files = format!("{dir}/current/active/files/share");
        let info = [format!("{files}/metainfo/{id}.metainfo.xml"), format!("{files}/appdata/{id}.appdata.xml")];
        let text = info.iter().find_map(|path| disk.text(path).ok()).unwrap_or_default();
        let release =
            text.split("<release ").nth(1).and_then(|rest| rest.split("version=\"").nth(1)).and_then(|rest| rest.split('"').next());
        release.filter(|version| !version.is_empty() && version.len() <= 40).map_or_else(|| UNNAMED.to_owned(), str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_version_is_cut_to_what_the_maker_calls_it() {
        assert_eq!(upstream("115.14.0esr-1~deb12u1"), "115.14.0esr");
        assert_eq!(upstream("1:142.0.7444.59-1"), "142.0.7444.59");
        assert_eq!(upstream("128.0"), "128.0");
    }
}
