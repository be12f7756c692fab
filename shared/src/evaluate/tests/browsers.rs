//! §20-4 and §20-5: profiles and versions of browsers, listed and not.

use super::*;
use crate::report::{Browser, BrowserProfile};

fn profile(browser: &str, saves: Reading<bool>) -> BrowserProfile {
    BrowserProfile { browser: browser.into(), profile: "p1".into(), saves_passwords: saves, locked: false }
}

/// Whose browsers are these, and what each account's profiles are.
fn with(browsers: &[(&str, &str)], profiles: &Fact<Vec<BrowserProfile>>) -> Case {
    good().with(|r| {
        let listed = browsers.iter().map(|(id, version)| Browser { id: (*id).into(), version: (*version).into() });
        r.machine.browsers = Some(Fact::read(listed.collect(), "dpkg"));
        for account in &mut r.accounts {
            account.password_saving = Some(profiles.clone());
        }
    })
}

#[test]
fn a_browser_that_only_its_profile_shows_has_a_version_nobody_knows() {
    let used = || Fact::read(vec![profile("firefox", Reading::Value(false))], "~");
    let check = with(&[], &used()).check("§20-5", "browser");
    assert_eq!(check.state, State::Unknown);
    assert!(check.reason.contains("Firefoxが使われていますが") && check.remedy.is_some(), "{check:?}");
    assert_eq!(with(&[("chromium", "60.0")], &used()).state("§20-5", "browser"), State::NonCompliant, "a known miss stays one");
    assert_eq!(with(&[("firefox", "154.0")], &used()).state("§20-5", "browser"), State::Compliant);
}

#[test]
fn no_browser_is_a_finding_only_where_every_accounts_profiles_are_known_to_be_none() {
    let none = with(&[], &Fact::read(Vec::new(), "~")).check("§20-5", "browser");
    assert_eq!(none.state, State::NotApplicable);
    assert!(none.reason.contains("一覧表にあるブラウザ"), "{}", none.reason);
    let nobody = with(&[], &Fact::read(Vec::new(), "~")).with(|r| r.accounts.clear());
    assert_eq!(nobody.state("§20-5", "browser"), State::Unknown, "nobody says anything");
    for code in [UnknownCode::NoPermission, UnknownCode::UserNotLoggedIn, UnknownCode::NotReadYet] {
        let unread = with(&[], &Fact::unknown(code, "", "~"));
        assert_eq!(unread.state("§20-5", "browser"), State::Unknown, "{code:?}");
        assert_eq!(with(&[("firefox", "154.0")], &Fact::unknown(code, "", "~")).state("§20-5", "browser"), State::Unknown, "{code:?}");
    }
    let confirmed = with(&[("firefox", "154.0")], &Fact::unknown(UnknownCode::DirectoryAccount, "", "~"))
        .said("§20-5", "browser", Answer::Yes, AttestedBy::Administrator, 1)
        .check("§20-5", "browser");
    assert_eq!((confirmed.state, confirmed.evidence), (State::Compliant, Some(Evidence::Confirmed)), "no stronger than the word it needs");
}

#[test]
fn a_browser_that_cannot_be_read_is_no_pass_for_password_saving_and_the_pass_names_what_it_covers() {
    let unread = profile("librewolf", Reading::unknown(UnknownCode::NotReadYet, "not read"));
    let state = |profiles| with(&[("librewolf", "140.0")], &Fact::read(profiles, "~")).state("§20-4", "saving");
    assert_eq!(state(vec![unread.clone(), profile("firefox", Reading::Value(false))]), State::Unknown);
    assert_eq!(state(vec![unread, profile("firefox", Reading::Value(true))]), State::NonCompliant);
    assert_eq!(with(&[("librewolf", "140.0")], &Fact::read(Vec::new(), "~")).state("§20-5", "browser"), State::Unknown, "not listed");
    for profiles in [vec![profile("firefox", Reading::Value(false))], Vec::new()] {
        let pass = with(&[("firefox", "154.0")], &Fact::read(profiles, "~")).check("§20-4", "saving");
        assert!(pass.state == State::Compliant && pass.reason.contains("一覧表にあるブラウザのプロファイル"), "{pass:?}");
    }
}

#[test]
fn where_no_account_is_known_to_be_in_use_a_browser_of_any_of_them_counts() {
    let unused = |long: i64, other: Reading<Timestamp>| {
        let mut case = with(&[], &Fact::read(Vec::new(), "~"));
        let mut dormant = case.report().accounts.swap_remove(0);
        (dormant.id, dormant.last_used) = ("zz9".parse().expect("a pseudonym"), Reading::Value(days_ago(long)));
        dormant.password_saving = Some(Fact::read(vec![profile("firefox", Reading::Value(false))], "~"));
        let mut quiet = dormant.clone();
        (quiet.id, quiet.last_used) = ("zz8".parse().expect("a pseudonym"), other);
        quiet.password_saving = Some(Fact::read(Vec::new(), "~"));
        case.with(|r| r.accounts = vec![dormant, quiet]).state("§20-5", "browser")
    };
    assert_eq!(unused(1, Reading::Value(days_ago(1))), State::Unknown);
    assert_eq!(unused(3000, Reading::Value(days_ago(1))), State::NotApplicable, "unused for long, and set apart");
    assert_eq!(unused(3000, Reading::unknown(UnknownCode::NoPermission, "x")), State::Unknown);
    assert_eq!(unused(3000, Reading::Value(days_ago(3000))), State::Unknown);
}
