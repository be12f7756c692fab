//! Which installed packages have a later version in apt's lists. Streams over the lists (tens of megabytes) and keeps only what concerns
//! installed packages.

use std::collections::HashMap;
use std::io::{self, Read};

use memchr::memmem;

use super::installed::Package;
use super::pins::{Archive, Preferences};
use super::version::compare;

/// Updates that apt would install, and those that a security archive offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Packages for which a later version is the candidate.
    pub total: u32,
    /// Of these and of held-back ones: packages for which a security archive has a later version.
    pub security: u32,
}

#[derive(Clone, Debug)]
struct Offer {
    version: String,
    priority: i32,
    security: bool,
}

/// Installed packages with every later version that the lists offer.
pub struct Ledger<'a> {
    by_name: HashMap<&'a [u8], Vec<usize>>,
    packages: &'a [Package],
    /// Priority of the installed version: 100, or that of an archive that still holds it.
    own_priority: Vec<i32>,
    offers: Vec<Vec<Offer>>,
    preferences: &'a Preferences,
}

/// What is looked through at a time; a paragraph is a few kilobytes.
const CHUNK: usize = 256 << 10;
/// Longest paragraph that is taken.
const LONGEST: usize = 4 << 20;

impl<'a> Ledger<'a> {
    /// An empty ledger of these packages.
    pub fn new(packages: &'a [Package], preferences: &'a Preferences) -> Self {
        let mut by_name: HashMap<&[u8], Vec<usize>> = HashMap::with_capacity(packages.len());
        for (index, package) in packages.iter().enumerate() {
            by_name.entry(package.name.as_bytes()).or_default().push(index);
        }
        Self { by_name, packages, own_priority: vec![100; packages.len()], offers: vec![Vec::new(); packages.len()], preferences }
    }

    /// Reads one `Packages` list of `archive`, served by `host`.
    pub fn read(&mut self, list: &mut dyn Read, archive: &Archive, host: &str) -> io::Result<()> {
        let end = memmem::Finder::new(b"\n\n");
        let mut buffer = vec![0; CHUNK];
        let mut filled = 0;
        loop {
            if filled == buffer.len() {
                if buffer.len() >= LONGEST {
                    return Err(io::Error::other("a paragraph without end"));
                }
                buffer.resize(buffer.len() * 2, 0);
            }
            let count = list.read(&mut buffer[filled..])?;
            filled += count;
            // Full buffers only: a decompressor gives little at a time, and what is left over is moved each time.
            if count > 0 && filled < buffer.len() {
                continue;
            }
            let mut start = 0;
            while let Some(length) = end.find(&buffer[start..filled]) {
                self.paragraph(&buffer[start..start + length], archive, host);
                start += length + 2;
            }
            if count == 0 {
                self.paragraph(&buffer[start..filled], archive, host);
                return Ok(());
            }
            buffer.copy_within(start..filled, 0);
            filled -= start;
        }
    }

    fn paragraph(&mut self, bytes: &[u8], archive: &Archive, host: &str) {
        let bytes = bytes.trim_ascii_start();
        let Some(rest) = bytes.strip_prefix(b"Package: ") else { return };
        let name = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let Some(indices) = self.by_name.get(name) else { return };
        let field = |label: &[u8]| {
            let start = memmem::find(rest, label)? + label.len();
            let value = &rest[start..];
            std::str::from_utf8(&value[..memchr::memchr(b'\n', value).unwrap_or(value.len())]).ok().map(str::trim)
        };
        let (Some(version), Some(architecture)) = (field(b"\nVersion: "), field(b"\nArchitecture: ")) else { return };
        for &index in indices {
            let package = &self.packages[index];
            // A package may change between one architecture and `all`; apt takes that for an upgrade too.
            if architecture != package.architecture && architecture != "all" && package.architecture != "all" {
                continue;
            }
            let order = compare(version, &package.version);
            if order.is_lt() {
                continue;
            }
            let priority = self.preferences.priority(&package.name, version, archive, host);
            if order.is_eq() {
                self.own_priority[index] = self.own_priority[index].max(priority);
            } else {
                self.offers[index].push(Offer { version: version.to_owned(), priority, security: archive.is_security() });
            }
        }
    }

    /// The count. A version apt is told never to take (priority below 0) is still counted as security if a security archive has it:
    /// pinning an update away does not close the hole.
    pub fn count(&self) -> Pending {
        let mut pending = Pending { total: 0, security: 0 };
        for (index, offers) in self.offers.iter().enumerate() {
            let candidate = offers.iter().max_by(|a, b| a.priority.cmp(&b.priority).then_with(|| compare(&a.version, &b.version)));
            let taken = candidate.is_some_and(|offer| offer.priority >= self.own_priority[index] && offer.priority > 0);
            let security = offers.iter().any(|offer| offer.security);
            pending.total += u32::from(taken || security);
            pending.security += u32::from(security);
        }
        pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn package(name: &str, architecture: &str, version: &str) -> Package {
        Package { name: name.into(), architecture: architecture.into(), version: version.into() }
    }

    fn paragraph(name: &str, architecture: &str, version: &str) -> String {
        format!("Package: {name}\nSource: x\nVersion: {version}\nArchitecture: {architecture}\nDescription: y\n\n")
    }

    fn count(lists: &[(&str, &str)], preferences: &Preferences) -> Pending {
        let packages = [
            package("bash", "amd64", "5.2-1"),
            package("libc6", "amd64", "2.36-9"),
            package("libc6", "i386", "2.36-9"),
            package("tzdata", "all", "2025a-1"),
        ];
        let mut ledger = Ledger::new(&packages, preferences);
        for (release, list) in lists {
            ledger.read(&mut list.as_bytes(), &Archive::from_release(release), "deb.example.jp").expect("read");
        }
        ledger.count()
    }

    const STABLE: &str = "Origin: Debian\nLabel: Debian\nSuite: stable\n";
    const SECURITY: &str = "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\n";
    const BACKPORTS: &str = "Origin: Debian\nSuite: stable-backports\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n";

    #[test]
    fn only_later_versions_of_the_same_architecture_are_pending() {
        let list = [
            paragraph("bash", "amd64", "5.2-2"),
            paragraph("libc6", "amd64", "2.36-9"),
            paragraph("libc6", "i386", "2.36-10"),
            paragraph("tzdata", "all", "2024b-1"),
            paragraph("other", "amd64", "9"),
        ]
        .concat();
        assert_eq!(count(&[(STABLE, &list)], &Preferences::default()), Pending { total: 2, security: 0 });
    }

    #[test]
    fn a_security_update_counts_once_also_where_a_point_release_has_overtaken_it() {
        let (security, stable) = (paragraph("bash", "amd64", "5.2-1+deb12u1"), paragraph("bash", "amd64", "5.2-3"));
        assert_eq!(count(&[(SECURITY, &security), (STABLE, &stable)], &Preferences::default()), Pending { total: 1, security: 1 });
    }

    #[test]
    fn backports_are_not_pending_for_what_came_from_stable() {
        let (stable, later) = (paragraph("bash", "amd64", "5.2-1"), paragraph("bash", "amd64", "6.0-1~bpo12+1"));
        assert_eq!(count(&[(BACKPORTS, &later), (STABLE, &stable)], &Preferences::default()), Pending { total: 0, security: 0 });
    }

    #[test]
    fn a_pin_takes_an_ordinary_update_away_but_not_a_security_one() {
        let mut never = Preferences::default();
        never.add_file("Package: bash\nPin: release a=*\nPin-Priority: -1\n").expect("parses");
        let later = paragraph("bash", "amd64", "5.2-9");
        assert_eq!(count(&[(STABLE, &later)], &never), Pending { total: 0, security: 0 });
        assert_eq!(count(&[(SECURITY, &later)], &never), Pending { total: 1, security: 1 });
    }

    #[test]
    fn a_paragraph_longer_than_one_look_is_read_whole_and_one_without_end_is_refused() {
        let long = format!("Package: bash\nTag: {}\nVersion: 5.2-2\nArchitecture: amd64\n\n", "x".repeat(CHUNK * 2));
        assert_eq!(count(&[(STABLE, &long)], &Preferences::default()).total, 1);
        let (packages, preferences) = ([package("bash", "amd64", "1")], Preferences::default());
        let endless = Ledger::new(&packages, &preferences).read(&mut io::repeat(b'x'), &Archive::default(), "h");
        assert!(endless.is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_chunks_do_not_matter(noise in proptest::collection::vec(any::<u8>(), 0..400), cut in 1_usize..50) {
            let preferences = Preferences::default();
            let packages = [package("bash", "amd64", "1")];
            let mut bytes = noise;
            bytes.extend_from_slice(b"\n\n");
            bytes.extend_from_slice(paragraph("bash", "amd64", "2").as_bytes());
            let mut whole = Ledger::new(&packages, &preferences);
            whole.read(&mut bytes.as_slice(), &Archive::default(), "h").expect("read");
            let mut slow = Ledger::new(&packages, &preferences);
            slow.read(&mut Slow(&bytes, cut), &Archive::default(), "h").expect("read");
            prop_assert_eq!(whole.count(), slow.count());
        }
    }

    struct Slow<'a>(&'a [u8], usize);
    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
}
