//! Pending updates: which lists may speak, and how old what they say is.

use std::fs::File;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::tree::{NOW, clinic_pc};

const LISTS: &str = "var/lib/apt/lists";
const PENDING: &str = "/machine/pending_updates";
const SECURITY: [&str; 2] = ["InRelease", "main_binary-amd64_Packages"];
const MAIN: [&str; 2] = SECURITY;

fn without(parts: &[(&str, &[&str])]) -> crate::tree::Tree {
    let tree = clinic_pc();
    for (archive, files) in parts {
        for file in *files {
            tree.remove(&format!("{LISTS}/deb.debian.org_debian{archive}_{file}"));
        }
    }
    tree
}

#[test]
fn lists_are_as_old_as_their_archives_say_however_new_apts_stamps_are() {
    let tree = clinic_pc();
    for stamp in ["update-stamp", "update-success-stamp"] {
        tree.put(&format!("var/lib/apt/periodic/{stamp}"), "");
        let file = File::open(tree.0.path().join("var/lib/apt/periodic").join(stamp)).expect("opened");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(NOW.cast_unsigned())).expect("touched");
    }
    let made = "2026-11-21T00:53:02Z".parse::<jiff::Timestamp>().expect("the security archive's date").as_second();
    assert_eq!(tree.fact(&format!("{PENDING}/value/lists_refreshed_at")), made);
    let old = tree.put(
        &format!("{LISTS}/deb.debian.org_debian-security_dists_trixie-security_InRelease"),
        "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nDate: Sat, 01 Aug 2026 09:00:00 UTC\n",
    );
    assert_eq!(old.fact(&format!("{PENDING}/value/lists_refreshed_at")), 1_785_574_800, "fresh stamps do not make old lists new");
}

#[test]
fn without_a_security_archive_what_waits_for_security_is_unknown() {
    let tree = without(&[("-security_dists_trixie-security", &SECURITY)]);
    let pending = tree.fact(&format!("{PENDING}/value"));
    assert_eq!((&pending["total"], &pending["security"]["unknown"]["code"]), (&json!(1), &json!("source_missing")), "{pending}");
    let only_named = without(&[("-security_dists_trixie-security", &SECURITY[1..])]);
    assert_eq!(
        only_named.fact(&format!("{PENDING}/value/security/unknown/code")),
        "source_missing",
        "named, but its list was never fetched"
    );
}

#[test]
fn a_browser_makers_archive_alone_says_nothing_about_the_system() {
    let tree = without(&[("-security_dists_trixie-security", &SECURITY), ("_dists_trixie", &MAIN)]);
    assert_eq!(tree.fact(&format!("{PENDING}/unknown/code")), "source_missing");
    let chrome = "dl.google.com_linux_chrome_deb_dists_stable";
    tree.put(&format!("{LISTS}/{chrome}_InRelease"), "Origin: Google LLC\nSuite: stable\nDate: Fri, 20 Nov 2026 09:00:00 UTC\n")
        .put(&format!("{LISTS}/{chrome}_main_binary-amd64_Packages"), "Package: google-chrome-stable\nVersion: 1\nArchitecture: amd64\n\n");
    let pending = tree.fact(PENDING);
    assert_eq!((&pending["unknown"]["code"], &pending["value"]), (&json!("source_missing"), &Value::Null), "{pending}");
}

#[test]
fn the_security_archive_of_an_earlier_release_does_not_speak_for_this_one() {
    let tree = clinic_pc();
    tree.put("etc/os-release", "ID=debian\nVERSION_ID=\"14\"\nVERSION_CODENAME=forky\nPRETTY_NAME=\"Debian GNU/Linux 14\"\n");
    assert_eq!(tree.fact(&format!("{PENDING}/unknown/code")), "source_missing");
}
