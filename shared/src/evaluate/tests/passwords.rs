//! §20-1: set, long enough, changed in time; a policy alone proves nothing.

use super::*;

fn policy(enforced: bool, min_length: u32, since: Timestamp) -> Fact<PasswordPolicy> {
    let policy = PasswordPolicy { enforced, min_length, letters_and_digits: true, since: Reading::Value(since) };
    Fact::read(policy, "pwquality")
}

#[test]
fn a_policy_proves_a_password_only_if_it_stood_when_the_password_was_changed() {
    let length = |policy| good().with(|r| r.machine.password_policy = Some(policy)).state("§20-1", "length");
    assert_eq!(length(policy(true, 6, days_ago(31))), State::Compliant);
    assert_eq!(length(policy(true, 6, days_ago(29))), State::AwaitingDeclaration, "changed before the policy");
    assert_eq!(length(policy(false, 6, days_ago(31))), State::AwaitingDeclaration, "not enforced");
    assert_eq!(length(policy(true, 5, days_ago(31))), State::AwaitingDeclaration, "too short to prove anything");
}

#[test]
fn four_characters_pass_only_with_the_reason_on_record_and_letters_alone_are_a_missed_recommendation() {
    let said = |answer| {
        good()
            .with(|r| r.machine.password_policy = None)
            .said("§20-1", "length", answer, AttestedBy::Administrator, 1)
            .check("§20-1", "length")
    };
    assert_eq!(said(Answer::Yes).state, State::Compliant);
    assert_eq!(said(Answer::Partly).state, State::RecommendationUnmet);
    assert_eq!(said(Answer::No).state, State::NonCompliant);
    let limited = said(Answer::Limited);
    assert_eq!((limited.state, limited.evidence), (State::Compliant, Some(Evidence::Confirmed)));
    assert!(limited.reason.contains("4文字以上") && limited.reason.contains("理由の記録"), "{}", limited.reason);
}

#[test]
fn a_blank_password_is_a_miss_whatever_anybody_says() {
    let case = good()
        .with(|r| r.accounts[0].login_password = Some(Fact::read(LoginPassword::Blank, "/etc/shadow")))
        .said("§20-1", "set", Answer::Yes, AttestedBy::Proof, 0)
        .said("§20-1", "length", Answer::Yes, AttestedBy::Proof, 0);
    for check in ["set", "length"] {
        let check = case.check("§20-1", check);
        assert_eq!((check.state, check.evidence), (State::NonCompliant, Some(Evidence::Measured)));
        assert!(check.reason.contains("k7f2") && !check.reason.contains("m3x9"), "{}", check.reason);
    }
}

#[test]
fn an_overdue_password_is_a_miss_and_shows_what_the_guideline_says_as_not_verified() {
    let aged =
        |days| good().with(|r| r.accounts[1].password_changed = Some(Fact::read(days_ago(days), "/etc/shadow"))).check("§20-1", "age");
    assert_eq!(aged(90).state, State::Compliant);
    assert!(aged(76).reason.contains("期限が近づいています"));
    assert!(!aged(75).reason.contains("期限が近づいています"));
    let overdue = aged(91);
    assert_eq!(overdue.state, State::NonCompliant);
    assert!(overdue.reason.contains("2026年8月23日に変更") && overdue.reason.contains("第7.0版・未検証"), "{}", overdue.reason);
}

#[test]
fn a_password_changed_in_the_future_is_a_wrong_clock_and_no_pass() {
    let case = good().with(|r| r.accounts[0].password_changed = Some(Fact::read(days_ago(-400), "/etc/shadow")));
    assert_eq!(case.state("§20-1", "age"), State::Unknown);
}

#[test]
fn a_dormant_account_does_not_fail_the_device_and_is_named() {
    let case = good().with(|r| {
        r.accounts[1].last_used = Reading::Value(days_ago(91));
        r.accounts[1].login_password = Some(Fact::read(LoginPassword::Blank, "/etc/shadow"));
    });
    let check = case.check("§20-1", "set");
    assert_eq!(check.state, State::Compliant);
    assert!(check.reason.contains("休眠のため判定の外: m3x9"), "{}", check.reason);
}

#[test]
fn what_was_read_of_a_password_long_ago_or_by_a_clock_ahead_passes_nothing() {
    let seen = |days, check: &str| {
        let case = good().with(|r| {
            r.accounts.truncate(1);
            let account = &mut r.accounts[0];
            account.login_password = Some(Fact { observed_at: Some(days_ago(days)), ..Fact::read(LoginPassword::Locked, "/etc/shadow") });
            account.password_changed = Some(Fact { observed_at: Some(days_ago(days)), ..Fact::read(days_ago(200), "/etc/shadow") });
        });
        case.state("§20-1", check)
    };
    assert_eq!([seen(1, "length"), seen(1, "age")], [State::NotApplicable, State::NotApplicable]);
    assert_eq!([seen(8, "length"), seen(8, "age")], [State::Stale, State::Stale], "old evidence that there is no password to change");
    assert_eq!([seen(31, "length"), seen(31, "age")], [State::Unknown, State::Unknown]);
    assert_eq!([seen(-1826, "length"), seen(-1826, "age")], [State::Unknown, State::Unknown]);
    let policy = |days| {
        let fact = Fact { observed_at: Some(days_ago(days)), ..policy(true, 6, days_ago(300)) };
        good().with(|r| r.machine.password_policy = Some(fact)).state("§20-1", "length")
    };
    assert_eq!([policy(1), policy(8), policy(-1826)], [State::Compliant, State::AwaitingDeclaration, State::AwaitingDeclaration]);
}
