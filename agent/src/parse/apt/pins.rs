//! Priorities of archives and versions (apt_preferences(5)): which version apt would install.

use crate::parse::Garbage;

use super::installed::field;

/// What a Release file says of its archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    origin: String,
    label: String,
    suite: String,
    codename: String,
    not_automatic: bool,
    but_automatic_upgrades: bool,
    /// When the archive made this Release file, as `Date:` says.
    pub date: Option<jiff::Timestamp>,
}

impl Archive {
    /// From an `InRelease` or `Release` file.
    pub fn from_release(text: &str) -> Self {
        let head = text.split("\nSHA256:").next().unwrap_or_default();
        let get = |name| field(head, name).unwrap_or_default().to_owned();
        let yes = |name| field(head, name).is_some_and(|value| value.eq_ignore_ascii_case("yes"));
        let date = field(head, "Date").map(|date| date.replace("UTC", "GMT"));
        Self {
            origin: get("Origin"),
            label: get("Label"),
            suite: get("Suite"),
            codename: get("Codename"),
            not_automatic: yes("NotAutomatic"),
            but_automatic_upgrades: yes("ButAutomaticUpgrades"),
            date: date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok()).map(|zoned| zoned.timestamp()),
        }
    }

    /// Whether it is a security archive: Debian labels it `Debian-Security`, Ubuntu's suites end in `-security`.
    pub fn is_security(&self) -> bool {
        self.label.to_ascii_lowercase().contains("security") || self.suite.ends_with("-security") || self.codename.ends_with("-security")
    }

    /// Who publishes it: `Debian`, `Google LLC`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its suite: `stable-security`.
    pub fn suite(&self) -> &str {
        &self.suite
    }

    /// Its release's code name: `trixie-security`.
    pub fn codename(&self) -> &str {
        &self.codename
    }

    /// Priority without any pin.
    fn own_priority(&self, default_release: Option<&str>) -> i32 {
        match (self.not_automatic, self.but_automatic_upgrades) {
            (true, true) => 100,
            (true, false) => 1,
            (false, _) if default_release.is_some_and(|release| release == self.suite || release == self.codename) => 990,
            (false, _) => 500,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Release(Vec<(char, String)>),
    Version(String),
    Origin(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pin {
    /// Name patterns; empty = every package.
    packages: Vec<String>,
    target: Target,
    priority: i32,
}

/// All pins of the machine and its default release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pins: Vec<Pin>,
    default_release: Option<String>,
}

const FORM: Garbage = Garbage("apt's preferences have a form this agent does not follow");

impl Preferences {
    /// Adds one preferences file. What cannot be followed exactly (regular expressions, source-package pins) is refused.
    pub fn add_file(&mut self, text: &str) -> Result<(), Garbage> {
        let uncommented: String = text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
        for paragraph in uncommented.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
            let (Some(package), Some(pin), Some(priority)) =
                (field(paragraph, "Package"), field(paragraph, "Pin"), field(paragraph, "Pin-Priority"))
            else {
                return Err(FORM);
            };
            if package.contains(['/', ':']) {
                return Err(FORM);
            }
            let packages = if package == "*" { Vec::new() } else { package.split_ascii_whitespace().map(str::to_owned).collect() };
            self.pins.push(Pin { packages, target: target(pin)?, priority: priority.parse().map_err(|_| FORM)? });
        }
        Ok(())
    }

    /// Takes `APT::Default-Release` from a file of apt.conf(5), if it is there.
    pub fn add_configuration(&mut self, text: &str) {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('#'));
        for value in lines.filter_map(|line| line.strip_prefix("APT::Default-Release")) {
            self.default_release = Some(value.trim().trim_end_matches(';').trim().trim_matches('"').to_owned());
        }
    }

    /// The priority of one version in one archive served by `host`. A specific pin goes before a general one, the first of a kind wins.
    pub fn priority(&self, package: &str, version: &str, archive: &Archive, host: &str) -> i32 {
        let matching = |specific: bool| {
            self.pins.iter().find(|pin| {
                let named = if specific {
                    pin.packages.iter().any(|pattern| glob(pattern.as_bytes(), package.as_bytes()))
                } else {
                    pin.packages.is_empty()
                };
                named && pin.target.matches(version, archive, host)
            })
        };
        matching(true).or_else(|| matching(false)).map_or_else(|| archive.own_priority(self.default_release.as_deref()), |pin| pin.priority)
    }
}

fn target(pin: &str) -> Result<Target, Garbage> {
    let (kind, rest) = pin.split_once(char::is_whitespace).ok_or(FORM)?;
    let rest = rest.trim();
    match kind {
        "version" => Ok(Target::Version(rest.to_owned())),
        "origin" => Ok(Target::Origin(rest.trim_matches('"').to_owned())),
        "release" => {
            let condition = |part: &str| match part.trim().split_once('=') {
                Some((key @ ("a" | "n" | "o" | "l"), value)) => Ok((key.chars().next().ok_or(FORM)?, value.trim_matches('"').to_owned())),
                None => Ok(('a', part.trim().to_owned())),
                // Component, version and architecture conditions are not kept in what this agent reads.
                Some(_) => Err(FORM),
            };
            rest.split(',').map(condition).collect::<Result<_, _>>().map(Target::Release)
        }
        _ => Err(FORM),
    }
}

impl Target {
    fn matches(&self, version: &str, archive: &Archive, host: &str) -> bool {
        match self {
            Self::Version(pattern) => glob(pattern.as_bytes(), version.as_bytes()),
            Self::Origin(site) => glob(site.as_bytes(), host.as_bytes()),
            Self::Release(conditions) => conditions.iter().all(|(key, pattern)| {
                let is = |text: &str| glob(pattern.as_bytes(), text.as_bytes());
                match key {
                    'n' => is(&archive.codename),
                    'o' => is(&archive.origin),
                    'l' => is(&archive.label),
                    _ => is(&archive.suite) || is(&archive.codename),
                }
            }),
        }
    }
}

/// fnmatch(3) with `*` and `?` only.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star_at, star_read)) = star else { return false };
                at = star_at + 1;
                read = star_read + 1;
                star = Some((star_at, read));
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECURITY: &str = include_str!("../../../fixtures/apt/debian-security-InRelease-head");

    fn archive(text: &str) -> Archive {
        Archive::from_release(text)
    }

    #[test]
    fn a_security_archive_says_so_and_when_it_was_made() {
        let security = archive(SECURITY);
        assert!(security.is_security());
        assert_eq!(security.date.expect("dated").to_string(), "2026-11-21T00:53:02Z");
        assert!(archive("Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble-security\n").is_security());
        assert!(!archive("Origin: Debian\nLabel: Debian\nSuite: oldstable\nCodename: bookworm\n").is_security());
    }

    #[test]
    fn backports_and_pins_change_what_apt_would_install() {
        let (stable, backports) =
            (archive("Suite: stable\nCodename: trixie\nOrigin: Debian\n"), archive("NotAutomatic: yes\nButAutomaticUpgrades: yes\n"));
        let mut preferences = Preferences::default();
        assert_eq!((preferences.priority("a", "1", &stable, "h"), preferences.priority("a", "1", &backports, "h")), (500, 100));
        let text = "# site\nPackage: *\nPin: release n=trixie, o=Debian\nPin-Priority: 400\n\nPackage: firefox*\nPin: origin \"packages.example.jp\"\nPin-Priority: -1\n\n";
        preferences.add_file(text).expect("parses");
        assert_eq!(preferences.priority("a", "1", &stable, "h"), 400);
        assert_eq!(preferences.priority("firefox-esr", "1", &stable, "packages.example.jp"), -1);
        preferences.add_configuration("APT::Default-Release \"stable\";\n");
        assert_eq!(Preferences { pins: Vec::new(), ..preferences }.priority("a", "1", &stable, "h"), 990);
    }

    #[test]
    fn a_pin_that_cannot_be_followed_exactly_is_refused() {
        for text in [
            "Package: /^lib/\nPin: version 1\nPin-Priority: 1\n",
            "Package: a\nPin: release c=main\nPin-Priority: 1",
            "garbage",
            "Package: a\n",
        ] {
            assert!(Preferences::default().add_file(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", pattern in "[ab*?]{0,8}", name in "[ab]{0,8}") {
            let mut preferences = Preferences::default();
            let _ = preferences.add_file(&text);
            preferences.add_configuration(&text);
            let _ = Archive::from_release(&text);
            let _ = glob(pattern.as_bytes(), name.as_bytes());
        }
    }
}
