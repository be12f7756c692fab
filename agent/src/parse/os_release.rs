//! `/etc/os-release` (os-release(5)) to the OS fact. Support dates are judged on the collector.

use hashimori_shared::report::{Os, OsFamily};

use super::{Garbage, keyfile::shell_value};

/// The OS from os-release; `point` is the distribution's own finer version (`/etc/debian_version`: `12.11`), if any.
pub fn os(text: &str, point: Option<&str>) -> Result<Os, Garbage> {
    let field = |key| shell_value(text, key).filter(|value| !value.is_empty() && value.len() <= 100 && !value.contains(char::is_control));
    let id = field("ID").filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
    let id = id.ok_or(Garbage("os-release has no usable ID"))?;
    // Rolling and unstable releases have no VERSION_ID: the empty version matches no support date, which is the truth.
    let version = field("VERSION_ID").unwrap_or_default();
    let build = point.map(str::trim).filter(|p| !p.is_empty() && p.len() <= 40 && p.starts_with(&format!("{version}."))).map(str::to_owned);
    let name = field("PRETTY_NAME").or_else(|| field("NAME")).unwrap_or_else(|| id.clone());
    Ok(Os { family: OsFamily::Linux, id, version, build, edition: field("VARIANT_ID"), name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn debian_and_ubuntu_say_who_they_are() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n";
        let os12 = os(debian, Some("12.11\n")).expect("parses");
        assert_eq!((os12.id.as_str(), os12.version.as_str(), os12.build.as_deref()), ("debian", "12", Some("12.11")));
        let ubuntu = "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\nPRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\n";
        let noble = os(ubuntu, Some("trixie/sid\n")).expect("parses");
        assert_eq!((noble.version.as_str(), noble.build), ("24.04", None));
    }

    #[test]
    fn debian_unstable_has_no_version_and_garbage_has_no_id() {
        assert_eq!(os("ID=debian\nPRETTY_NAME=\"Debian forky/sid\"\n", Some("forky/sid")).expect("parses").version, "");
        assert!(os("\u{0}\u{1}binary", None).is_err());
        assert!(os("ID=\"a b/../c\"", None).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", point in "\\PC*") {
            let _ = os(&text, Some(&point));
        }
    }
}
