//! Browsers of every origin, their profiles, and which policy binds which.

use serde_json::{Value, json};

use crate::tree::{Tree, clinic_pc};

const BROWSERS: &str = "/machine/browsers/value";
const SAVING: &str = "/accounts/0/password_saving/value";

fn browser(id: &str, version: &str) -> Value {
    json!({"id": id, "version": version})
}

/// What is said of each profile: browser, saves passwords or why that is not known, fixed by policy.
fn saving(tree: &Tree) -> Vec<(String, Value, bool)> {
    let profiles = tree.fact(SAVING);
    let one = |p: &Value| {
        let saves = p["saves_passwords"].get("value").unwrap_or(&p["saves_passwords"]["unknown"]["code"]).clone();
        (p["browser"].as_str().expect("an id").to_owned(), saves, p["locked"].as_bool().expect("a switch"))
    };
    profiles.as_array().expect("a list").iter().map(one).collect()
}

/// The clinic's PC without its Chromium profiles.
fn pc() -> Tree {
    let tree = clinic_pc();
    std::fs::remove_dir_all(tree.0.path().join("home/hanako/.config/chromium")).expect("removed");
    tree
}

#[test]
fn browsers_from_snap_flatpak_and_a_makers_archive_are_listed_and_their_profiles_read() {
    let tree = pc();
    tree.put("snap/chromium/current/meta/snap.yaml", "name: chromium\nversion: 142.0.7444.59\n")
        .put("home/hanako/snap/chromium/common/chromium/Default/Preferences", "{}")
        .put(
            "var/lib/flatpak/app/com.brave.Browser/current/active/files/share/metainfo/com.brave.Browser.metainfo.xml",
            "<releases><release version=\"1.84.132\" date=\"2026-11-01\"/></releases>",
        )
        .put("home/hanako/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser/Default/Preferences", "{}")
        .put("home/hanako/.local/share/flatpak/app/com.vivaldi.Vivaldi/current/x", "")
        .put("opt/firefox/application.ini", "[App]\nVendor=Mozilla\nVersion=145.0\n")
        .put("home/hanako/firefox/application.ini", "[App]\nVersion=130.0\n")
        .put("opt/microsoft/msedge/msedge", "");
    let expected = [
        browser("brave", "1.84.132"),
        browser("chromium", "142.0.7444.59"),
        browser("edge", "unknown"),
        browser("firefox", "130.0"),
        browser("firefox", "140.4.0esr"),
        browser("firefox", "145.0"),
        browser("vivaldi", "unknown"),
    ];
    assert_eq!(tree.fact(BROWSERS), json!(expected));
    let of = |id: &str| saving(&tree).into_iter().find(|(browser, _, _)| browser == id).map(|(_, saves, _)| saves);
    assert_eq!((of("chromium"), of("brave")), (Some(json!(true)), Some(json!(true))));
}

#[test]
fn a_browser_whose_settings_are_not_read_is_listed_and_where_it_is_used_nothing_is_known_of_it() {
    let tree = pc();
    let status = |name: &str| format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0-1\n\n");
    tree.put("var/lib/dpkg/status", ["librewolf", "epiphany-browser", "falkon", "seamonkey"].map(status).concat());
    let listed = tree.fact(BROWSERS);
    let ids: Vec<_> = listed.as_array().expect("a list").iter().map(|b| b["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["epiphany", "falkon", "librewolf", "seamonkey"]);
    let unknown = |tree: &Tree| -> Vec<String> {
        saving(tree).into_iter().filter(|(_, saves, _)| saves == "not_read_yet").map(|(browser, _, _)| browser).collect()
    };
    assert_eq!(unknown(&tree), ["seamonkey"], "where its profiles lie is not known: everybody may have one");
    tree.put("home/hanako/.librewolf/profiles.ini", "").put("home/hanako/.config/falkon/x", "");
    assert_eq!(unknown(&tree), ["falkon", "librewolf", "seamonkey"]);
}

const LOCKS: &str = r#"{"policies":{"OfferToSaveLogins":false}}"#;
const PROFILES: &str = "[Profile0]\nPath=p\n";

fn firefox(tree: &Tree, root: &str) {
    tree.put(&format!("home/hanako/{root}/profiles.ini"), PROFILES).put(&format!("home/hanako/{root}/p/prefs.js"), "");
}

#[test]
fn a_flatpaks_firefox_does_not_see_the_systems_policies_and_a_snaps_does() {
    let tree = pc();
    std::fs::remove_dir_all(tree.0.path().join("home/hanako/.mozilla")).expect("removed");
    tree.put("etc/firefox/policies/policies.json", LOCKS).put("home/hanako/.profile", "");
    for root in [".mozilla/firefox", "snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox"] {
        firefox(&tree, root);
    }
    let said: Vec<_> = saving(&tree).into_iter().map(|(_, saves, locked)| (saves, locked)).collect();
    assert_eq!(said, [(json!(false), true), (json!(false), true), (json!(true), false)]);
    tree.remove("etc/firefox/policies/policies.json").put("usr/lib/firefox-esr/distribution/policies.json", LOCKS);
    let said: Vec<_> = saving(&tree).into_iter().map(|(_, saves, locked)| (saves, locked)).collect();
    assert_eq!(said, [(json!(false), true), (json!(true), false), (json!(true), false)], "beside the package: only for the package");
}

#[test]
fn the_systems_policy_file_takes_the_place_of_the_one_beside_the_program() {
    let tree = pc();
    tree.put("home/hanako/.mozilla/firefox/ef56ab78.default-esr/prefs.js", "")
        .put("usr/lib/firefox-esr/distribution/policies.json", LOCKS)
        .put("etc/firefox/policies/policies.json", r#"{"policies":{"DisableTelemetry":true}}"#);
    assert_eq!(saving(&tree), [("firefox".to_owned(), json!(true), false)], "it says nothing of passwords, and the other is not read");
    tree.put("etc/firefox-esr/policies/policies.json", LOCKS);
    assert_eq!(saving(&tree)[0].1, "parse_failed", "two that contradict each other");
}

#[test]
fn a_policy_that_one_of_two_programs_with_the_same_profiles_does_not_see_fixes_nothing() {
    let tree = pc();
    tree.put("home/hanako/.mozilla/firefox/ef56ab78.default-esr/prefs.js", "")
        .put("usr/lib/firefox-esr/distribution/policies.json", LOCKS)
        .put("home/hanako/firefox/application.ini", "[App]\nVersion=145.0\n");
    assert_eq!(saving(&tree), [("firefox".to_owned(), json!(true), false)]);
    tree.put("home/hanako/firefox/distribution/policies.json", LOCKS);
    assert_eq!(saving(&tree), [("firefox".to_owned(), json!(false), true)]);
}
