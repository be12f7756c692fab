//! The bundled catalogues are readable, ordered and unambiguous; a broken one is refused with its line.

use super::*;
use crate::report::{Os, OsFamily};
use crate::time::Timestamp;

fn os(id: &str, version: &str, edition: Option<&str>) -> Os {
    let (id, version, edition) = (id.to_owned(), version.to_owned(), edition.map(str::to_owned));
    Os { family: OsFamily::Other, name: id.clone(), id, version, build: None, edition }
}

#[test]
fn the_bundled_catalogues_are_valid_and_their_versions_are_named() {
    assert_eq!(Catalogues::bundled().version(), "os 2026-11-25, browsers 2026-11-25, software 2026-11-25, antivirus 2026-11-25");
}

#[test]
fn ids_are_ordered_and_there_once() {
    let software: Vec<String> = Software::bundled().entries().iter().map(|e| e.id.clone()).collect();
    assert!(software.is_sorted_by(|a, b| a < b), "{software:?}");
    let antivirus: Vec<String> = Antivirus::bundled().products().iter().map(|p| p.id.clone()).collect();
    assert!(antivirus.is_sorted_by(|a, b| a < b), "{antivirus:?}");
}

#[test]
fn no_process_name_names_two_programs() {
    let mut seen = std::collections::BTreeMap::new();
    for entry in Software::bundled().entries() {
        for process in &entry.processes {
            assert_eq!(seen.insert(process.name.to_ascii_lowercase(), entry.id.clone()), None, "{}", process.name);
        }
    }
}

#[test]
fn a_common_word_never_counts_by_itself() {
    let software = Software::bundled();
    let share = software.find("share").expect("listed");
    assert!(share.processes.iter().all(|p| p.needs_second_signal));
    assert!(!share.traces.is_empty());
    // Long ago a file-sharing program, today the maker of bootable USB sticks.
    assert!(software.entries().iter().all(|e| e.processes.iter().all(|p| !p.name.eq_ignore_ascii_case("rufus.exe"))));
}

#[test]
fn every_entry_can_be_found_somewhere() {
    for e in Software::bundled().entries() {
        let p = &e.packages;
        let names = [&p.dpkg, &p.rpm, &p.flatpak, &p.snap, &p.uninstall, &p.bundle];
        assert!(!e.processes.is_empty() || names.into_iter().any(|n| !n.is_empty()), "{}", e.id);
    }
    for p in Antivirus::bundled().products() {
        let names = [&p.services, &p.processes, &p.packages, &p.paths, &p.display_names];
        assert!(!p.os.is_empty() && names.into_iter().any(|n| !n.is_empty()), "{}", p.id);
        assert!(!p.os.contains(&OsFamily::Other), "{}", p.id);
    }
}

#[test]
fn a_version_fits_its_own_line_and_not_a_longer_number() {
    let catalogue = OsSupport::bundled();
    let name = |id, version, edition| catalogue.find(&os(id, version, edition)).map(|r| r.name().to_owned());
    assert_eq!(name("macos", "15.7.9", None).as_deref(), Some("macOS 15"));
    assert_eq!(name("debian", "120", None), None);
    assert_eq!(name("ubuntu", "24.04", None).as_deref(), Some("Ubuntu 24.04 LTS"));
    assert_eq!(name("almalinux", "9.6", None).as_deref(), Some("AlmaLinux 9"));
    assert_eq!(name("windows", "26100", Some("ltsc")).as_deref(), Some("Windows 11 24H2 LTSC"));
    assert_eq!(name("windows", "26100", Some("home")).as_deref(), Some("Windows 11 24H2"));
}

#[test]
fn the_last_day_counts_to_its_end_in_japan() {
    let debian = OsSupport::bundled().find(&os("debian", "12", None)).and_then(OsRelease::ends).expect("has an end");
    assert_eq!(debian.jst_minute(), "2026年7月11日 23:59");
    assert_eq!(debian.plus_seconds(1).jst_minute(), "2026年7月12日 00:00");
}

#[test]
fn browser_versions_are_placed_by_their_major_number() {
    let catalogue = Browsers::bundled();
    assert_eq!(catalogue.version_of("firefox", "153.4.0esr"), BrowserVersion::Serviced);
    assert!(matches!(catalogue.version_of("chromium", "150.0.7000.1"), BrowserVersion::Until(_)));
    assert_eq!(catalogue.version_of("edge", "400.0"), BrowserVersion::Serviced);
    assert_eq!(catalogue.version_of("chrome", "12"), BrowserVersion::OlderThanListed);
    for unreadable in ["", "x", "99999999999999999999", "-1"] {
        assert_eq!(catalogue.version_of("firefox", unreadable), BrowserVersion::NotListed, "{unreadable}");
    }
    assert_eq!(catalogue.version_of("opera", "110"), BrowserVersion::NotListed);
}

#[test]
fn a_firefox_that_shares_its_number_with_a_longer_lived_edition_is_judged_by_its_own_life() {
    let catalogue = Browsers::bundled();
    for quick in ["153.0", "153.0.2", "153"] {
        assert!(matches!(catalogue.version_of("firefox", quick), BrowserVersion::Until(_)), "{quick}");
    }
    for long in ["153.0esr", "153.1.0", "153.4.0esr-1~deb13u1"] {
        assert_eq!(catalogue.version_of("firefox", long), BrowserVersion::Serviced, "{long}");
    }
    let ends = |version| match catalogue.version_of("firefox", version) {
        BrowserVersion::Until(at) => at.jst_date(),
        other => format!("{other:?}"),
    };
    assert_eq!((ends("140.0.4"), ends("140.4.0esr")), ("2025年7月22日".to_owned(), "2026年9月29日".to_owned()));
    assert_eq!(catalogue.version_of("firefox", "141.0esr"), BrowserVersion::NotListed, "there is no such edition");
    assert!(matches!(catalogue.version_of("chrome", "150.1.2.3"), BrowserVersion::Until(_)), "only where there are two editions");
}

#[test]
fn what_is_listed_without_a_last_day_is_what_its_maker_serviced_when_the_list_was_made() {
    let catalogue = OsSupport::bundled();
    let open: Vec<&str> = catalogue.releases().iter().filter(|r| r.ends().is_none()).map(OsRelease::name).collect();
    let mut wanted = vec!["LMDE 7", "macOS 26", "macOS 15", "macOS 14", "iOS 26", "iOS 18", "iOS 16", "iOS 15"];
    wanted.extend([
        "iPadOS 26",
        "iPadOS 18",
        "iPadOS 17",
        "iPadOS 16",
        "iPadOS 15",
        "Android 17",
        "Android 16",
        "Android 15",
        "Android 14",
    ]);
    assert_eq!(open, wanted, "everything else needs its last day");
    assert!(catalogue.find(&os("android", "4.3", None)).is_none(), "long dead, and nobody published the day");
}

#[test]
fn a_broken_catalogue_is_refused_with_its_line() {
    let text = "version = \"1\"\nsource = \"x\"\nas_of = \"2026-13-01\"\nos = []\n";
    let error = OsSupport::parse(text).expect_err("no such month");
    assert_eq!((error.catalogue, error.line), ("os", 3));
    assert!(error.reason.contains("is not a date"), "{error}");
    let error = Software::parse("version = \"1\"\nsource = \"x\"\n[[software]]\nid = \"a\"\nname = \"A\"\njudgement = \"maybe\"\n");
    assert_eq!(error.expect_err("unknown judgement").line, 6);
    let entry = "[[software]]\nid = \"a\"\nname = \"A\"\njudgement = \"review\"\n";
    let error = Software::parse(&format!("version = \"1\"\nsource = \"x\"\n{entry}{entry}")).expect_err("twice");
    assert_eq!((error.line, error.reason.as_str()), (8, "a is there twice"));
    assert!(Antivirus::parse("version = \"1\"\nsource = \"x\"\nextra = 1\nproduct = []\n").is_err());
    let today = Timestamp::from_seconds(1_795_316_400);
    assert!(OsSupport::bundled().as_of() < today);
}
