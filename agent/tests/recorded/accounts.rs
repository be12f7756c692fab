//! Who can log in, and how: past the login program without a password, from a directory, after an expiry, in great number.

use std::os::unix::fs::chown;

use serde_json::{Value, json};

use crate::skipped::skipped;
use crate::tree::{NOW, PASSWD, SHADOW, Tree, clinic_pc};

const PASSWORD: &str = "/accounts/0/login_password";
/// As Debian's gdm3 writes it.
const GDM: &str = "auth requisite pam_nologin.so\nauth sufficient pam_succeed_if.so user ingroup nopasswdlogin\n@include common-auth\n";
const COMMON_AUTH: &str = "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\n";

fn with_door(gdm: &str, group: &str) -> Tree {
    let tree = clinic_pc();
    tree.put("etc/pam.d/gdm-password", gdm).put("etc/pam.d/common-auth", COMMON_AUTH).put("etc/group", group);
    tree
}

#[test]
fn whoever_the_login_program_lets_in_without_a_password_has_none_in_effect() {
    assert_eq!(with_door(GDM, "nopasswdlogin:x:130:\n").fact(PASSWORD)["value"], "set");
    let member = with_door(GDM, "nopasswdlogin:x:130:taro,hanako\n").fact(PASSWORD);
    assert_eq!((&member["value"], &member["source"]), (&json!("blank"), &json!("/etc/pam.d, /etc/group")));
    let everybody = with_door(&format!("auth sufficient pam_permit.so\n{GDM}"), "");
    assert_eq!(everybody.fact(PASSWORD)["value"], "blank");
    let own_group = with_door(GDM, "nopasswdlogin:x:1000:\n");
    assert_eq!(own_group.fact(PASSWORD)["value"], "blank", "the account's own group counts as well");
}

#[test]
fn a_member_of_the_group_whom_the_login_program_may_not_let_in_is_not_known_to_be_asked() {
    let unnamed = with_door("@include common-auth\n", "nopasswdlogin:x:130:hanako\n");
    assert_eq!(unnamed.fact(PASSWORD)["unknown"]["code"], "conflicting_sources");
    let no_stack = clinic_pc();
    no_stack.put("etc/group", "nopasswdlogin:x:130:hanako\n");
    assert_eq!(no_stack.fact(PASSWORD)["unknown"]["code"], "conflicting_sources");
    let on_a_condition = with_door("auth sufficient pam_succeed_if.so tty = tty7\n@include common-auth\n", "");
    assert_eq!(on_a_condition.fact(PASSWORD)["unknown"]["code"], "conflicting_sources");
    assert_eq!(with_door("garbage\n", "").fact(PASSWORD)["unknown"]["code"], "parse_failed");
}

fn kinds(report: &Value) -> Vec<(&str, &str)> {
    let accounts = report["accounts"].as_array().expect("a list");
    let mut kinds: Vec<_> = accounts
        .iter()
        .map(|account| {
            let password = &account["login_password"];
            let said = password.get("value").unwrap_or(&password["unknown"]["code"]);
            (account["kind"].as_str().expect("a kind"), said.as_str().expect("a state"))
        })
        .collect();
    kinds.sort_unstable();
    kinds
}

#[test]
fn people_of_a_directory_show_by_their_homes_also_in_a_folder_of_their_domain() {
    let tree = clinic_pc();
    for (home, uid) in
        [("home/jiro", 1_234_600_500), ("home/CLINIC/saburo", 1_234_600_501), ("home/CLINIC/.cache", 0), ("home/lost+found", 0)]
    {
        tree.put(&format!("{home}/.profile"), "");
        if chown(tree.0.path().join(home), Some(uid), None).is_err() {
            skipped("only the superuser can give a folder away");
            return;
        }
    }
    chown(tree.0.path().join("home/CLINIC"), Some(0), None).expect("given");
    let report = tree.report();
    assert_eq!(kinds(&report), [("directory", "directory_account"), ("directory", "directory_account"), ("local", "set")], "{report}");
    let text = report.to_string();
    assert!(!text.contains("jiro") && !text.contains("saburo") && !text.contains("CLINIC"), "{text}");
    tree.put("etc/pam.d/gdm-password", GDM).put("etc/pam.d/common-auth", COMMON_AUTH).put("etc/group", "nopasswdlogin:x:130:jiro\n");
    assert_eq!(kinds(&tree.report()), [("directory", "blank"), ("directory", "directory_account"), ("local", "set")]);
}

#[test]
fn an_account_that_has_expired_by_the_devices_own_clock_alone_is_still_judged() {
    let tree = clinic_pc();
    tree.put("etc/passwd", format!("{PASSWD}jiro:x:1002:1002::/home/jiro:/bin/bash\n"));
    tree.put("etc/shadow", format!("{SHADOW}jiro::20000:0:99999:7::20500:\n"));
    let expired = 20_500 * 86_400;
    assert!(expired < NOW, "by the device's clock it has");
    assert_eq!(kinds(&tree.report_knowing(expired - 1)), [("local", "blank"), ("local", "set")]);
    assert_eq!(kinds(&tree.report_knowing(i64::MIN)), [("local", "blank"), ("local", "set")]);
    assert_eq!(kinds(&tree.report_knowing(expired)), [("local", "set")]);
}

#[test]
fn a_machine_of_too_many_accounts_sends_what_fits_and_says_that_there_are_more() {
    let tree = clinic_pc();
    let many = (0..80).map(|n| format!("a{n}:x:{}:100::/home/a{n}:/bin/bash\n", 2000 + n)).collect::<Vec<_>>().concat();
    let shadow = (0..80).map(|n| format!("a{n}:$y$j9T$salt$hash:20700:0:99999:7:::\n")).collect::<Vec<_>>().concat();
    tree.put("etc/passwd", format!("{PASSWD}{many}")).put("etc/shadow", format!("{SHADOW}{shadow}blank-line"));
    let report = tree.report();
    let parsed = hashimori_shared::report::parse_report(report.to_string().as_bytes()).expect("a collector takes it");
    assert!(parsed.accounts.len() <= 64 && parsed.accounts.len() > 30, "{}", parsed.accounts.len());
    assert!(kinds(&report).contains(&("other", "parse_failed")), "{:?}", kinds(&report));
}
