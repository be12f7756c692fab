//! The catalogues by which software is recognised on this device: those of the package, or files that its local administrator laid into
//! a folder. They never come from the collector: a stolen collector must not be able to search devices.

use std::path::Path;

use hashimori_shared::catalogue::{Antivirus, Browsers, CatalogueKind, OsSupport, Software};

/// What forbidden software and antivirus products are recognised by.
#[derive(Clone, Debug)]
pub struct Signatures {
    /// Forbidden software.
    pub software: Software,
    /// Antivirus products.
    pub antivirus: Antivirus,
}

impl Signatures {
    /// Those compiled in.
    pub fn bundled() -> Self {
        Self { software: Software::bundled(), antivirus: Antivirus::bundled() }
    }

    /// Those compiled in, replaced by the files of a folder, named and checked like the collector's (`os` and `browsers`, which only the
    /// collector uses, may lie there too). What is wrong names file and line, in English.
    pub fn load(folder: Option<&Path>) -> Result<Self, String> {
        let mut signatures = Self::bundled();
        let Some(folder) = folder else { return Ok(signatures) };
        let unreadable = |path: &Path, e: std::io::Error| format!("cannot read {}: {e}", path.display());
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
            paths.push(entry.map_err(|e| unreadable(folder, e))?.path());
        }
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(kind) = CatalogueKind::of_file(name) else {
                return Err(format!("{} is not named like a catalogue (software or antivirus, with .toml)", path.display()));
            };
            let text = std::fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?;
            let refused = |e| format!("{}: {e}", path.display());
            match kind {
                CatalogueKind::Software => signatures.software = Software::parse(&text).map_err(refused)?,
                CatalogueKind::Antivirus => signatures.antivirus = Antivirus::parse(&text).map_err(refused)?,
                CatalogueKind::Os => drop(OsSupport::parse(&text).map_err(refused)?),
                CatalogueKind::Browsers => drop(Browsers::parse(&text).map_err(refused)?),
            }
        }
        Ok(signatures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_administrators_file_replaces_the_one_of_the_package_and_leaves_the_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "version = \"own-1\"\nsource = \"x\"\n[[software]]\nid = \"hotaru\"\nname = \"Hotaru\"\njudgement = \"forbidden\"\n";
        std::fs::write(folder.path().join("software-own.toml"), text).expect("writes");
        let signatures = Signatures::load(Some(folder.path())).expect("valid");
        assert!(signatures.software.find("hotaru").is_some() && signatures.software.find("winny").is_none());
        assert_eq!(signatures.antivirus, Antivirus::bundled());
    }

    #[test]
    fn a_bad_file_is_refused_with_its_name_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("writes");
            let error = Signatures::load(Some(folder.path())).expect_err("refused");
            std::fs::remove_file(folder.path().join(name)).expect("removes");
            error
        };
        let error = refused("software.toml", "version = \"1\"\nsource =\n");
        assert!(error.contains("software.toml") && error.contains("line 2"), "{error}");
        assert!(refused("programs.toml", "").contains("is not named like a catalogue"));
        assert!(refused("os.toml", "version = 1\n").contains("os catalogue"), "those it does not use are checked too");
        assert!(Signatures::load(Some(Path::new("/nonexistent"))).is_err());
    }
}
