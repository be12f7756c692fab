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

#[test]
fn a_kind_of_machine_that_only_the_ledger_says_is_a_persons_word() {
    let wipe = |class, firmware| {
        let mut case = good();
        case.device.class = class;
        if let Some(Fact { reading: Reading::Value(hardware), .. }) = &mut case.report().machine.hardware {
            hardware.class = firmware;
        }
        case.check("§20-10", "remote_wipe")
    };
    let measured = wipe(None, DeviceClass::Desktop);
    assert_eq!((measured.state, measured.evidence), (State::NotApplicable, Some(Evidence::Measured)));
    assert_eq!(wipe(Some(DeviceClass::Desktop), DeviceClass::Desktop).evidence, Some(Evidence::Measured), "the firmware says the same");
    let said = wipe(Some(DeviceClass::Desktop), DeviceClass::Laptop);
    assert_eq!((said.state, said.evidence), (State::NotApplicable, Some(Evidence::Confirmed)));
    assert!(said.reason.contains("台帳に登録された種類が据え置きのパソコン"), "{}", said.reason);
    assert!(said.reason.contains("機器の報告では持ち運ぶパソコン"), "{}", said.reason);
    assert_eq!(wipe(Some(DeviceClass::Laptop), DeviceClass::Desktop).state, State::AwaitingDeclaration, "the ledger wins both ways");
}

#[test]
fn a_network_password_changed_too_long_ago_shows_what_the_guideline_says_too() {
    for answer in [Answer::On(days_ago(91)), Answer::No] {
        let overdue = good().said("§19-4", "age", answer, AttestedBy::Person, 1).check("§19-4", "age");
        assert_eq!(overdue.state, State::RecommendationUnmet);
        assert!(overdue.reason.contains("第7.0版・未検証"), "{}", overdue.reason);
    }
}

#[test]
fn old_evidence_of_device_management_does_not_answer_for_people() {
    let managed = |days| {
        let management = Management { enrolled: true, provider: None, remote_wipe: Reading::Value(true) };
        let fact = Fact { observed_at: Some(days_ago(days)), ..Fact::read(management, "x") };
        let mut case = good().with(|r| r.machine.management = Some(fact));
        case.device.class = Some(DeviceClass::Laptop);
        [case.state("§20-10", "remote_wipe"), case.state("§20-12", "considered")]
    };
    assert_eq!(managed(1), [State::Compliant; 2]);
    assert_eq!([managed(8), managed(-1826)], [[State::AwaitingDeclaration; 2]; 2]);
}

#[test]
fn a_word_is_heard_only_where_the_pack_asks_for_it_and_the_way_there_is_said() {
    let kde = || Fact::unknown(UnknownCode::NotReadYet, "a desktop that is not read yet", "kscreenlockerrc");
    let case = || good().with(|r| r.accounts.iter_mut().for_each(|a| a.screen_lock = Some(kde())));
    let open = case().check("§19-6", "screen");
    assert_eq!(open.state, State::Unknown);
    assert!(open.remedy.as_deref().is_some_and(|r| r.contains("「自己点検」で答えてください")), "{:?}", open.remedy);
    let said = case().said("§19-6", "screen", Answer::Yes, AttestedBy::Administrator, 1).check("§19-6", "screen");
    assert_eq!((said.state, said.evidence), (State::Compliant, Some(Evidence::Confirmed)));
    let expired = case().said("§19-6", "screen", Answer::Yes, AttestedBy::Administrator, 365).check("§19-6", "screen");
    assert_eq!(expired.state, State::Unknown);
    assert!(expired.reason.contains("期限が切れました"), "{}", expired.reason);

    let question = "question = \"席を離れて15分以内に、画面が自動でロックされますか\"\n";
    let text = include_str!("../../../packs/itsutsubashi-2019-02-08.toml");
    assert!(text.contains(question));
    let pack = Pack::parse(&text.replacen(question, "", 1)).expect("valid");
    let case = case().said("§19-6", "screen", Answer::Yes, AttestedBy::Administrator, 1);
    let input = Input {
        pack: &pack,
        catalogues: &Catalogues::bundled(),
        report: case.report.as_ref(),
        attestations: &case.attestations,
        device: &case.device,
        now: NOW,
    };
    let clause = evaluate(&input).clauses.into_iter().find(|c| c.clause == "§19-6").expect("judged");
    let screen = &clause.checks[1];
    assert_eq!(screen.state, State::Unknown, "nobody was asked");
    assert!(screen.remedy.as_deref().is_some_and(|r| !r.contains("自己点検")), "{:?}", screen.remedy);
}

#[test]
fn the_start_up_passwords_day_is_declared_where_the_account_is_kept_elsewhere() {
    let elsewhere = || {
        good()
            .with(|r| r.accounts.iter_mut().for_each(|a| a.password_changed = Some(Fact::unknown(UnknownCode::DirectoryAccount, "", "x"))))
    };
    let age = |answer| elsewhere().said("§20-1", "age", answer, AttestedBy::Person, 1).check("§20-1", "age");
    assert!(elsewhere().check("§20-1", "age").remedy.is_some_and(|r| r.contains("「自己点検」")));
    let fresh = age(Answer::On(days_ago(20)));
    assert_eq!((fresh.state, fresh.evidence), (State::Compliant, Some(Evidence::Declared)));
    assert_eq!(age(Answer::On(days_ago(100))).state, State::NonCompliant);
    let measured = good().said("§20-1", "age", Answer::On(days_ago(1)), AttestedBy::Administrator, 0);
    let measured = measured.with(|r| r.accounts[0].password_changed = Some(Fact::read(days_ago(200), "/etc/shadow")));
    assert_eq!(measured.state("§20-1", "age"), State::NonCompliant, "no day that is declared undoes one that was read");
}
