//! One ordinary PC, and what garbage, absence and locked homes do to what is read of it.

use hashimori_agent::probe::{self, ProbeContext};
use hashimori_shared::time::Timestamp;
use serde_json::{Value, json};

use crate::tree::{NOW, PASSWD, SHADOW, Tree, clinic_pc, fixture};

#[test]
fn a_clinic_pc_is_read_from_its_own_files() {
    let report = clinic_pc().report();
    let value = |name: &str| report["machine"][name]["value"].clone();
    assert_eq!(value("os")["build"], "13.2");
    assert_eq!(value("auto_login"), json!({"enabled": false, "by": "gdm3"}));
    let policy = value("password_policy");
    assert_eq!((&policy["enforced"], &policy["min_length"], &policy["letters_and_digits"]), (&json!(true), &json!(10), &json!(true)));
    let pending = value("pending_updates");
    assert_eq!((&pending["total"], &pending["security"]["value"]), (&json!(2), &json!(1)));
    assert_eq!(value("reboot_required"), false);
    assert_eq!(value("last_update"), 1_794_304_800);
    assert_eq!(value("browsers"), json!([{"id": "firefox", "version": "140.4.0esr"}]));
    assert_eq!(value("hardware"), json!({"class": "laptop", "vendor": "LENOVO", "model": "ThinkPad Example"}));
    let ids = value("hardware_ids");
    assert!(ids["system_uuid"].is_string() && ids["machine_id"].is_string() && ids["serial"].is_null(), "{ids}");
    assert_eq!(value("mobile_line"), true);
    let account = &report["accounts"][0];
    assert_eq!(account["login_password"]["value"], "set");
    assert_eq!(account["password_changed"]["value"], 20_700 * 86_400);
    assert_eq!(account["screen_lock"]["value"], json!({"locks_after_s": 300, "desktop": "gnome"}));
    let saving = &account["password_saving"]["value"];
    let of = |at: usize| (saving[at]["browser"].as_str(), saving[at]["profile"].as_str(), saving[at]["saves_passwords"]["value"].as_bool());
    assert_eq!(of(0), (Some("chromium"), Some("p1"), Some(false)));
    assert_eq!(of(1), (Some("chromium"), Some("p2"), Some(true)));
    assert_eq!(of(2), (Some("firefox"), Some("p1"), Some(false)));
}

#[test]
fn each_mount_is_judged_by_what_lies_below_it_and_verity_is_no_encryption() {
    let found = clinic_pc().fact("/machine/disk_encryption/value");
    let of = |at: usize| (found[at]["mount"].as_str(), found[at]["encrypted"]["value"].as_bool(), found[at]["method"].as_str());
    assert_eq!(of(0), (Some("/"), Some(true), Some("luks2")));
    assert_eq!(of(1), (Some("/home"), Some(false), Some("none")));
    assert_eq!(of(2), (Some("swap"), Some(true), Some("plain")));
}

#[test]
fn one_unencrypted_leg_makes_the_whole_mount_unencrypted() {
    let tree = clinic_pc();
    tree.put("sys/class/block/dm-1/slaves/sdb1/x", "").put("sys/class/block/sdb1/size", "1");
    assert_eq!(tree.fact("/machine/disk_encryption/value/0/encrypted/value"), false);
}

#[test]
fn what_shows_only_on_a_running_system_is_unknown_in_a_recorded_one() {
    let report = clinic_pc().report();
    let clamav = &report["machine"]["antivirus"]["value"]["products"][0];
    assert_eq!((clamav["id"].as_str(), clamav["signatures_at"]["value"].as_i64()), (Some("clamav"), Some(1_795_165_200)));
    assert!(clamav["real_time"]["value"].is_null());
    assert!(report["machine"]["firewall"]["value"].is_null());
    let software = &report["machine"]["forbidden_software"]["value"];
    assert_eq!(software["unreadable"][0]["place"], "processes");
}

#[test]
fn the_desktops_settings_decide_and_another_desktop_is_not_guessed_at() {
    let tree = clinic_pc();
    tree.put("home/hanako/.config/dconf/user", fixture("gnome/user"));
    assert_eq!(tree.fact("/accounts/0/screen_lock/value/locks_after_s"), Value::Null, "switched off by the person");
    tree.put("etc/dconf/profile/user", "user-db:user\nsystem-db:local\n").put("etc/dconf/db/local", fixture("gnome/local-locked"));
    assert_eq!(tree.fact("/accounts/0/screen_lock/value/locks_after_s"), 330, "locked by the clinic");
    tree.put("var/lib/AccountsService/users/hanako", "[User]\nSession=plasma\n");
    assert_eq!(tree.fact("/accounts/0/screen_lock/unknown/code"), "not_read_yet");
    tree.put("var/lib/AccountsService/users/hanako", "[User]\nSession=gnome\n");
    tree.put("etc/X11/default-display-manager", "/usr/sbin/lightdm\n");
    assert_eq!(tree.fact("/accounts/0/screen_lock/unknown/code"), "conflicting_sources");
}

#[test]
fn a_home_that_is_locked_or_away_tells_nothing_about_its_person() {
    let tree = clinic_pc();
    for name in [".config", ".mozilla"] {
        std::fs::remove_dir_all(tree.0.path().join("home/hanako").join(name)).expect("removed");
    }
    tree.remove("home/hanako/.profile").put("home/hanako/Zk3vQm,+9xA", "");
    for fact in ["screen_lock", "password_saving"] {
        assert_eq!(tree.fact(&format!("/accounts/0/{fact}/unknown/code")), "user_not_logged_in", "{fact}");
    }
    let unreadable = tree.fact("/machine/forbidden_software/value/unreadable");
    assert!(unreadable.as_array().expect("a list").iter().any(|place| place["place"] == "home"), "{unreadable}");
    tree.put("proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/dm-1 rw\n24 22 0:50 / /home rw - fuse.rclone cloud: rw\n");
    assert_eq!(tree.fact("/accounts/0/screen_lock/unknown/code"), "not_inspected_by_design");
}

#[test]
fn blank_and_expired_accounts_and_those_kept_elsewhere_are_told_apart() {
    let tree = clinic_pc();
    tree.put(
        "etc/passwd",
        format!("{PASSWD}taro:x:1001:1001::/home/taro:/bin/bash\njiro:x:1002:1002::/home/jiro:/bin/bash\nguest:x:500:500::/:/bin/sh\n"),
    );
    tree.put("etc/shadow", format!("{SHADOW}taro::20000:0:99999:7:::\njiro:$y$a$b$c:20000:0:99999:7::20500:\nguest::20000::::::\n"));
    let report = tree.report();
    let mut states: Vec<_> =
        report["accounts"].as_array().expect("a list").iter().map(|account| account["login_password"]["value"].as_str()).collect();
    states.sort_unstable();
    assert_eq!(
        states,
        [Some("blank"), Some("blank"), Some("set")],
        "the expired account is disabled; a blank one counts whatever its number"
    );
}

#[test]
fn no_name_of_a_person_leaves_the_device() {
    let tree = clinic_pc();
    tree.put("proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/dm-1 rw\n24 22 8:9 / /home/hanako rw - ext4 /dev/sda9 rw\n");
    let report = tree.report().to_string();
    assert!(!report.contains("hanako") && !report.contains("$y$") && !report.contains("0123456789abcdef"), "{report}");
}

#[test]
fn forbidden_software_is_found_by_package_and_by_file_and_an_ambiguous_name_needs_its_traces() {
    let tree = clinic_pc();
    tree.put("home/hanako/Downloads/tools/Winny.exe", "").put("home/hanako/Desktop/a/share.exe", "").put("opt/x/readme", "");
    let hits = tree.fact("/machine/forbidden_software/value/hits");
    assert_eq!(hits, json!([{"id": "winny", "how": "file"}]));
    let status = "Package: qbittorrent\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.0-1\n\n";
    tree.put("var/lib/dpkg/status", status);
    assert_eq!(tree.fact("/machine/forbidden_software/value/hits/0"), json!({"id": "qbittorrent", "how": "package"}));
}

#[test]
fn a_huge_home_is_not_searched_to_the_end_and_says_so() {
    let tree = clinic_pc();
    for number in 0..60 {
        tree.put(&format!("home/hanako/Downloads/{number}"), "");
    }
    let mut context = ProbeContext { root: tree.0.path().to_owned(), ..ProbeContext::new(Timestamp::from_seconds(NOW), [7; 32]) };
    context.limits.walk_entries = 50;
    let report = serde_json::to_value(probe::observe(&context)).expect("serialises");
    let software = &report["machine"]["forbidden_software"]["value"];
    assert!(software["unreadable"].as_array().expect("a list").contains(&json!({"place": "home", "code": "timeout"})), "{software}");
    assert!(!software["searched"].as_array().expect("a list").contains(&json!("home")));
}

#[test]
fn a_console_that_logs_in_by_itself_counts_whatever_the_graphical_login_says() {
    let tree = clinic_pc();
    tree.put(
        "etc/systemd/system/getty@tty2.service.d/autologin.conf",
        "[Service]\nExecStart=\nExecStart=-/sbin/agetty -a hanako %I $TERM\n",
    );
    assert_eq!(tree.fact("/machine/auto_login/value"), json!({"enabled": true, "by": "getty"}));
    let other = clinic_pc();
    other.put("etc/X11/default-display-manager", "/usr/bin/lxdm\n");
    assert_eq!(other.fact("/machine/auto_login/unknown/code"), "not_read_yet");
}

#[test]
fn a_cloud_drive_in_a_home_is_left_alone_and_named_as_not_searched() {
    let tree = clinic_pc();
    tree.put("home/hanako/Documents/cloud/Winny.exe", "");
    tree.put(
        "proc/self/mountinfo",
        "22 1 254:1 / / rw - ext4 /dev/dm-1 rw\n24 22 0:50 / /home/hanako/Documents/cloud rw - fuse.rclone cloud: rw\n",
    );
    let software = tree.fact("/machine/forbidden_software/value");
    assert_eq!(software["hits"], json!([]));
    assert!(
        software["unreadable"].as_array().expect("a list").contains(&json!({"place": "home", "code": "not_inspected_by_design"})),
        "{software}"
    );
}

#[test]
fn garbage_in_any_source_reads_unknown_and_never_a_value() {
    const GARBAGE: &[u8] = b"\x00\x01garbage\xff\xfe no such form\n\x7fELF";
    let sources = [
        ("etc/os-release", "/machine/os"),
        ("etc/gdm3/daemon.conf", "/machine/auto_login"),
        ("etc/pam.d/passwd", "/machine/password_policy"),
        ("etc/pam.d/common-password", "/machine/password_policy"),
        ("etc/security/pwquality.conf", "/machine/password_policy"),
        ("var/lib/dpkg/status", "/machine/pending_updates"),
        ("var/lib/dpkg/status", "/machine/browsers"),
        ("var/lib/dpkg/status", "/machine/reboot_required"),
        ("etc/apt/preferences", "/machine/pending_updates"),
        ("var/log/dpkg.log", "/machine/last_update"),
        ("proc/self/mountinfo", "/machine/disk_encryption"),
        ("etc/ufw/ufw.conf", "/machine/firewall"),
        ("etc/passwd", "/accounts/0/login_password"),
        ("etc/shadow", "/accounts/0/login_password"),
        ("etc/shadow", "/accounts/0/password_changed"),
        ("home/hanako/.config/dconf/user", "/accounts/0/screen_lock"),
        ("usr/share/glib-2.0/schemas/gschemas.compiled", "/accounts/0/screen_lock"),
        ("etc/dconf/profile/user", "/accounts/0/screen_lock"),
        ("home/hanako/.mozilla/firefox/profiles.ini", "/accounts/0/password_saving"),
        ("home/hanako/.config/chromium/Default/Preferences", "/accounts/0/password_saving/value/0/saves_passwords"),
        ("etc/chromium/policies/managed/site.json", "/accounts/0/password_saving/value/0/saves_passwords"),
        ("etc/firefox/policies/policies.json", "/accounts/0/password_saving/value/2/saves_passwords"),
        ("var/lib/clamav/daily.cvd", "/machine/antivirus/value/products/0/signatures_at"),
    ];
    for (path, pointer) in sources {
        let fact = clinic_pc().put(path, GARBAGE).fact(pointer);
        assert!(fact.get("unknown").is_some() && fact.get("value").is_none(), "{path} -> {pointer}: {fact}");
    }
}

#[test]
fn an_empty_tree_has_no_fact_that_could_be_taken_for_a_pass() {
    let tree = Tree(tempfile::tempdir().expect("a folder"));
    let report = tree.report();
    for (name, fact) in report["machine"].as_object().expect("facts") {
        // Not found is all that these two can ever say; each names what it could not search, or claims nothing.
        if name == "forbidden_software" || name == "management" {
            continue;
        }
        assert!(fact.get("unknown").is_some(), "{name}: {fact}");
    }
    assert_eq!(report["machine"]["forbidden_software"]["value"]["unreadable"].as_array().map(Vec::len), Some(2));
    assert!(report["accounts"][0]["login_password"].get("unknown").is_some());
}
