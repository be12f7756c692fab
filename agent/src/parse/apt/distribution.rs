//! Which of the archives in apt's lists are the distribution's own, and so able to say that nothing waits: a browser maker's
//! archive alone, or the security archive of an earlier release, says nothing about the system.

use super::pins::Archive;
use crate::parse::keyfile::shell_value;

/// The distribution as `/etc/os-release` names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// `ID` and `ID_LIKE`: a derived distribution takes most of its packages from its parent's archives.
    ids: Vec<String>,
    /// Code names of this release and of its parent's; empty where os-release does not say.
    codenames: Vec<String>,
}

impl Distribution {
    /// From the text of os-release(5).
    pub fn from_os_release(text: &str) -> Self {
        let words = |key: &str| -> Vec<String> {
            shell_value(text, key).unwrap_or_default().split_ascii_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
        };
        let ids = [words("ID"), words("ID_LIKE")].concat();
        let codenames = ["VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME"].iter().flat_map(|key| words(key)).collect();
        Self { ids, codenames }
    }

    /// Whether an archive is one of this very release of the distribution, or of its parent.
    pub fn owns(&self, archive: &Archive) -> bool {
        let origin = plain(archive.origin());
        let of_this_release = |name: &String| {
            let of = |found: &str| plain(found).strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
            of(archive.codename()) || of(archive.suite())
        };
        self.ids.contains(&origin) && (self.codenames.is_empty() || self.codenames.iter().any(of_this_release))
    }
}

/// Lower case without blanks: `Linux Mint` is `linuxmint`.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DEBIAN: &str = "ID=debian\nVERSION_CODENAME=trixie\n";
    const MINT: &str = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=zara\nUBUNTU_CODENAME=noble\n";

    fn owns(os_release: &str, release: &str) -> bool {
        Distribution::from_os_release(os_release).owns(&Archive::from_release(release))
    }

    #[test]
    fn a_browser_makers_archive_and_that_of_an_earlier_release_are_not_the_distributions_own() {
        assert!(owns(DEBIAN, "Origin: Debian\nSuite: stable\nCodename: trixie\n"));
        assert!(owns(DEBIAN, "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: trixie-security\n"));
        assert!(!owns(DEBIAN, "Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nCodename: bookworm-security\n"));
        assert!(!owns(DEBIAN, "Origin: Google LLC\nSuite: stable\nCodename: stable\n"));
        assert!(!owns("garbage", "Origin: Debian\nCodename: trixie\n"));
    }

    #[test]
    fn a_derived_distribution_is_served_by_its_parents_archives_too() {
        assert!(owns(MINT, "Origin: Ubuntu\nSuite: noble-security\nCodename: noble\n"));
        assert!(owns(MINT, "Origin: linuxmint\nSuite: zara\nCodename: zara\n"));
        assert!(!owns(MINT, "Origin: Ubuntu\nSuite: jammy-security\nCodename: jammy\n"));
        assert!(owns("ID=debian\n", "Origin: Debian\nCodename: anything\n"), "a release that does not name itself");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", release in "\\PC*") {
            let _ = owns(&text, &release);
        }
    }
}
