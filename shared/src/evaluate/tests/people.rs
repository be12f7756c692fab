//! What people answer, and for how long it stands.

use super::*;

#[test]
fn a_word_stands_for_a_year_and_for_ninety_days_on_a_personal_device() {
    let said = |days, ownership| {
        let mut case = good().said("§20-6", "no_copies", Answer::Yes, AttestedBy::Person, days);
        case.device.ownership = ownership;
        case.check("§20-6", "no_copies")
    };
    assert_eq!(said(364, Ownership::Managed).state, State::Compliant);
    let expired = said(365, Ownership::Managed);
    assert_eq!(expired.state, State::AwaitingDeclaration);
    assert!(expired.reason.contains("2026年11月22日に期限が切れました"), "{}", expired.reason);
    assert_eq!(said(89, Ownership::Personal).state, State::Compliant);
    assert_eq!(said(90, Ownership::Personal).state, State::AwaitingDeclaration);
}

#[test]
fn an_administrators_no_is_not_undone_by_a_later_yes_of_the_person() {
    let case = || good().said("§20-6", "no_copies", Answer::No, AttestedBy::Administrator, 30);
    assert_eq!(case().said("§20-6", "no_copies", Answer::Yes, AttestedBy::Person, 1).state("§20-6", "no_copies"), State::NonCompliant);
    assert_eq!(case().said("§20-6", "no_copies", Answer::Yes, AttestedBy::Administrator, 1).state("§20-6", "no_copies"), State::Compliant);
    let kept = good().said("§20-6", "no_copies", Answer::Yes, AttestedBy::Administrator, 30);
    assert_eq!(kept.said("§20-6", "no_copies", Answer::No, AttestedBy::Person, 1).state("§20-6", "no_copies"), State::NonCompliant);
}

#[test]
fn what_is_carried_about_is_asked_for_remote_wipe_and_a_fixed_pc_is_not() {
    let mut case = good();
    case.device.class = Some(DeviceClass::Tablet);
    assert_eq!(case.state("§20-10", "remote_wipe"), State::AwaitingDeclaration);
    assert_eq!(case.state("§20-11", "line"), State::NotApplicable, "no mobile line");
    case.device.class = Some(DeviceClass::Server);
    assert_eq!(case.state("§20-10", "remote_wipe"), State::NotApplicable);
    case.device.class = None;
    case.report().machine.hardware = None;
    assert_eq!(case.state("§20-10", "remote_wipe"), State::AwaitingDeclaration, "an unknown kind is asked");
}

#[test]
fn where_no_modem_was_seen_a_person_says_whether_there_is_a_mobile_line() {
    let mut case = good().with(|r| r.machine.mobile_line = Some(Fact::unknown(UnknownCode::NotSupportedOs, "no modem is seen now", "x")));
    case.device.class = Some(DeviceClass::Laptop);
    assert_eq!(case.state("§20-11", "line"), State::AwaitingDeclaration);
    let case = case.said("§20-11", "line", Answer::NotApplicable, AttestedBy::Administrator, 1);
    let check = case.check("§20-11", "line");
    assert_eq!((check.state, check.evidence), (State::NotApplicable, Some(Evidence::Confirmed)));
}

#[test]
fn a_phone_without_an_agent_is_answered_by_people_alone() {
    let mut case = Case { report: None, ..good() };
    case.device.reporting = Reporting::People;
    assert_eq!(case.state("§20-1", "set"), State::Unknown);
    let case = case.said("§20-1", "set", Answer::Yes, AttestedBy::Person, 1);
    let check = case.check("§20-1", "set");
    assert_eq!((check.state, check.evidence), (State::Compliant, Some(Evidence::Declared)));
}

#[test]
fn the_networks_own_password_ages_from_the_day_that_was_declared() {
    let age = |answer| good().said("§19-4", "age", answer, AttestedBy::Person, 1).state("§19-4", "age");
    assert_eq!(age(Answer::On(days_ago(90))), State::Compliant);
    assert_eq!(age(Answer::On(days_ago(91))), State::RecommendationUnmet);
    assert_eq!(age(Answer::Yes), State::AwaitingDeclaration, "a yes has no date");
}

#[test]
fn nobody_can_say_that_a_tablet_needs_no_remote_wipe_or_that_a_line_that_is_there_is_not() {
    let mut case = good()
        .with(|r| r.machine.mobile_line = Some(Fact::read(true, "modem")))
        .said("§20-10", "remote_wipe", Answer::NotApplicable, AttestedBy::Administrator, 1)
        .said("§20-11", "line", Answer::NotApplicable, AttestedBy::Administrator, 1);
    case.device.class = Some(DeviceClass::Tablet);
    assert_eq!(case.state("§20-10", "remote_wipe"), State::AwaitingDeclaration);
    assert_eq!(case.state("§20-11", "line"), State::AwaitingDeclaration);
    case.report = None;
    case.device.reporting = Reporting::People;
    assert_eq!(case.state("§20-11", "line"), State::NotApplicable, "without an agent a person says whether there is a line");
}
