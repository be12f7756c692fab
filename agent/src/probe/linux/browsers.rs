//! Installed browsers, and whether each profile saves passwords. Never opens where passwords are kept.

use hashimori_shared::report::{Browser, BrowserProfile, Fact, Reading};

use super::accounts::Person;
use super::disk::{Disk, Obstacle};
use super::{Survey, homes};
use crate::parse::browsers::{Policy, chromium_policy, chromium_preference, firefox_policy, firefox_preference, firefox_profiles};

/// Debian package, snap and Flatpak names of each browser.
const PACKAGES: [(&str, &[&str], &str, &str); 7] = [
    ("brave", &["brave-browser"], "brave", "com.brave.Browser"),
    ("chrome", &["google-chrome-stable", "google-chrome-beta", "google-chrome-unstable"], "", "com.google.Chrome"),
    ("chromium", &["chromium", "chromium-browser"], "chromium", "org.chromium.Chromium"),
    ("edge", &["microsoft-edge-stable", "microsoft-edge-beta", "microsoft-edge-dev"], "", "com.microsoft.Edge"),
    ("firefox", &["firefox", "firefox-esr"], "firefox", "org.mozilla.firefox"),
    ("opera", &["opera-stable", "opera-beta"], "opera", "com.opera.Opera"),
    ("vivaldi", &["vivaldi-stable"], "", "com.vivaldi.Vivaldi"),
];

pub(super) fn browsers(survey: &Survey) -> Fact<Vec<Browser>> {
    const SOURCE: &str = "/var/lib/dpkg/status, snap, flatpak";
    let packages = match &survey.packages {
        Ok(packages) => packages,
        Err(obstacle) => return obstacle.fact(SOURCE),
    };
    let disk = &survey.machine.disk;
    let mut found = Vec::new();
    for (id, debian, snap, flatpak) in PACKAGES {
        let installed = packages.iter().filter(|package| debian.contains(&package.name.as_str()));
        let mut versions: Vec<String> = installed.map(|package| upstream(&package.version)).filter(|v| !v.contains("snap")).collect();
        if !snap.is_empty() {
            versions.extend(snap_version(disk, snap));
        }
        versions.extend(flatpak_version(disk, flatpak));
        found.extend(versions.into_iter().map(|version| Browser { id: id.to_owned(), version }));
    }
    found.sort();
    found.dedup();
    Fact::read(found, SOURCE)
}

/// `1:115.14.0esr-1~deb12u1` is `115.14.0esr`.
fn upstream(version: &str) -> String {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.rsplit_once('-').map_or(version, |(upstream, _)| upstream).chars().take(40).collect()
}

const UNNAMED: &str = "unknown";

fn snap_version(disk: &Disk, snap: &str) -> Option<String> {
    let dir = format!("/snap/{snap}/current");
    disk.exists(&dir).then(|| {
        let yaml = disk.text(&format!("{dir}/meta/snap.yaml")).unwrap_or_default();
        let version = yaml.lines().find_map(|line| line.strip_prefix("version:")).map(|version| version.trim().trim_matches(['\'', '"']));
        version.filter(|version| !version.is_empty()).map_or_else(|| UNNAMED.to_owned(), upstream)
    })
}

fn flatpak_version(disk: &Disk, id: &str) -> Option<String> {
    let dir = format!("/var/lib/flatpak/app/{id}");
    disk.exists(&dir).then(|| {
        let files = format!("{dir}/current/active/files/share");
        let info = [format!("{files}/metainfo/{id}.metainfo.xml"), format!("{files}/appdata/{id}.appdata.xml")];
        let text = info.iter().find_map(|path| disk.text(path).ok()).unwrap_or_default();
        let release =
            text.split("<release ").nth(1).and_then(|rest| rest.split("version=\"").nth(1)).and_then(|rest| rest.split('"').next());
        release.filter(|version| !version.is_empty() && version.len() <= 40).map_or_else(|| UNNAMED.to_owned(), str::to_owned)
    })
}

/// Where Chromium's kin keep their profiles below a home, and the folder of policies each obeys (empty: none it could see).
const CHROMIUM_ROOTS: [(&str, &str, &str); 14] = [
    ("brave", ".config/BraveSoftware/Brave-Browser", "/etc/brave/policies"),
    ("brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser", ""),
    ("chrome", ".config/google-chrome", "/etc/opt/chrome/policies"),
    ("chrome", ".config/google-chrome-beta", "/etc/opt/chrome/policies"),
    ("chrome", ".config/google-chrome-unstable", "/etc/opt/chrome/policies"),
    ("chrome", ".var/app/com.google.Chrome/config/google-chrome", ""),
    ("chromium", ".config/chromium", "/etc/chromium/policies"),
    ("chromium", "snap/chromium/common/chromium", ""),
    ("chromium", ".var/app/org.chromium.Chromium/config/chromium", ""),
    ("edge", ".config/microsoft-edge", "/etc/opt/edge/policies"),
    ("edge", ".config/microsoft-edge-beta", "/etc/opt/edge/policies"),
    ("edge", ".var/app/com.microsoft.Edge/config/microsoft-edge", ""),
    ("opera", ".config/opera", ""),
    ("vivaldi", ".config/vivaldi", ""),
];

const FIREFOX_ROOTS: [&str; 4] = [
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
];

/// Password saving in every profile of one person.
pub(super) fn password_saving(survey: &Survey, person: &Person) -> Fact<Vec<BrowserProfile>> {
    const SOURCE: &str = "browser profiles in ~, browser policies in /etc";
    let read = || -> Result<Vec<BrowserProfile>, Obstacle> {
        homes::open(survey, person)?;
        let disk = &survey.machine.disk;
        let mut profiles = Vec::new();
        for (browser, root, policies) in CHROMIUM_ROOTS {
            chromium(disk, browser, &format!("{}/{root}", person.home), policies, &mut profiles)?;
        }
        let policy = firefox_policies(disk);
        for root in FIREFOX_ROOTS {
            firefox(disk, &format!("{}/{root}", person.home), &policy, &mut profiles)?;
        }
        Ok(profiles)
    };
    read().map_or_else(|obstacle| obstacle.fact(SOURCE), |profiles| Fact::read(profiles, SOURCE))
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

/// Firefox's policies and the preferences that come with the installation. The file in `/etc` wins over the one beside the program.
fn firefox_policies(disk: &Disk) -> Result<Policy, Obstacle> {
    let mut policy = Policy::default();
    let files = [
        "/etc/firefox/policies/policies.json",
        "/etc/firefox-esr/policies/policies.json",
        "/usr/lib/firefox/distribution/policies.json",
        "/usr/lib/firefox-esr/distribution/policies.json",
        "/opt/firefox/distribution/policies.json",
    ];
    for path in files {
        match disk.bytes(path) {
            Ok(json) => {
                let said = firefox_policy(&json)?;
                policy = Policy { mandatory: policy.mandatory.or(said.mandatory), recommended: policy.recommended.or(said.recommended) };
            }
            Err(Obstacle::Missing) => {}
            Err(obstacle) => return Err(obstacle),
        }
    }
    for dir in ["/etc/firefox-esr", "/etc/firefox/pref", "/usr/lib/firefox/defaults/pref", "/usr/lib/firefox-esr/defaults/pref"] {
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

    #[test]
    fn a_package_version_is_cut_to_what_the_maker_calls_it() {
        assert_eq!(upstream("115.14.0esr-1~deb12u1"), "115.14.0esr");
        assert_eq!(upstream("1:142.0.7444.59-1"), "142.0.7444.59");
        assert_eq!(upstream("128.0"), "128.0");
    }
}
