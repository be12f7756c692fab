//! `/var/lib/dpkg/status`: which packages are installed, in which version (deb822(5), dpkg(1)).

use crate::parse::Garbage;

/// One installed package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Architecture, or `all`.
    pub architecture: String,
    /// Installed version.
    pub version: String,
}

/// A field of one deb822 paragraph (first line only).
pub fn field<'a>(paragraph: &'a str, name: &str) -> Option<&'a str> {
    paragraph.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The packages whose files are on the machine, ordered by name. A text without one is garbage: dpkg itself is always installed.
pub fn installed(status: &str) -> Result<Vec<Package>, Garbage> {
    let mut packages: Vec<_> = status.split("\n\n").filter_map(package).collect();
    packages.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    if packages.is_empty() { Err(Garbage("the package database holds no installed package")) } else { Ok(packages) }
}

fn package(paragraph: &str) -> Option<Package> {
    let (mut name, mut status, mut architecture, mut version) = (None, None, None, None);
    for line in paragraph.trim_start_matches('\n').lines() {
        match line.split_once(": ") {
            Some(("Package", value)) => name = Some(value),
            Some(("Status", value)) => status = Some(value),
            Some(("Architecture", value)) => architecture = Some(value),
            Some(("Version", value)) => {
                version = Some(value);
                break; // dpkg writes it after the other three
            }
            _ => {}
        }
    }
    let on_disk = !matches!(status?.rsplit(' ').next()?, "not-installed" | "config-files");
    on_disk.then_some(Package {
        name: name?.trim().to_owned(),
        architecture: architecture?.trim().to_owned(),
        version: version?.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_removed_is_not_installed_and_what_is_held_or_half_done_is() {
        let status = "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\nDescription: x\n y\n\n\
                      Package: b\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
                      Package: c\nStatus: hold ok installed\nArchitecture: all\nVersion: 2:1-1\n\n\
                      Package: d\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: 3\n";
        let names: Vec<_> = installed(status).expect("parses").into_iter().map(|package| package.name).collect();
        assert_eq!(names, ["a", "c", "d"]);
        assert!(installed("garbage").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = (installed(&text), field(&text, "a"));
        }
    }
}
