//! §20-5: support, age, pending updates, holds.

use super::*;

fn os(id: &str, version: &str, edition: Option<&str>) -> Case {
    good().with(|r| {
        let Some(Fact { reading: Reading::Value(os), .. }) = &mut r.machine.os else { return };
        (os.id, os.version, os.edition) = (id.into(), version.into(), edition.map(str::to_owned));
    })
}

#[test]
fn free_long_term_support_counts_with_a_note_and_bought_support_only_with_evidence() {
    let lts = os("debian", "12", None).check("§20-5", "os_support");
    assert_eq!(lts.state, State::Compliant);
    assert!(lts.reason.contains("無償の長期サポート"), "{}", lts.reason);
    assert_eq!(os("debian", "11", None).state("§20-5", "os_support"), State::NonCompliant);
    let esu = || os("windows", "19045", Some("pro"));
    assert_eq!(esu().state("§20-5", "os_support"), State::Unknown);
    let said = |by| esu().said("§20-5", "os_support", Answer::Yes, by, 1).state("§20-5", "os_support");
    assert_eq!(said(AttestedBy::Person), State::Unknown, "not one's own word");
    assert_eq!(said(AttestedBy::Administrator), State::Compliant);
}

#[test]
fn a_version_that_lives_on_in_another_edition_is_not_told_without_the_edition() {
    assert_eq!(os("windows", "26100", Some("home")).state("§20-5", "os_support"), State::NonCompliant);
    assert_eq!(os("windows", "26100", Some("enterprise")).state("§20-5", "os_support"), State::Compliant);
    assert_eq!(os("windows", "26100", None).state("§20-5", "os_support"), State::Unknown);
    assert_eq!(os("beos", "5", None).state("§20-5", "os_support"), State::Unknown);
}

#[test]
fn a_catalogue_that_has_grown_old_proves_no_support_without_an_end_date() {
    let mut case = os("macos", "26.1", None);
    assert_eq!(case.state("§20-5", "os_support"), State::Compliant);
    case.now = NOW.plus_days(200);
    assert_eq!(case.state("§20-5", "os_support"), State::Unknown);
}

#[test]
fn the_last_update_turns_amber_and_red_unless_fresh_lists_show_that_nothing_waits() {
    let case = |days, total| {
        good().with(|r| {
            r.machine.last_update = Some(Fact::read(days_ago(days), "dpkg.log"));
            let Some(Fact { reading: Reading::Value(p), .. }) = &mut r.machine.pending_updates else { return };
            p.total = total;
        })
    };
    let state = |days, total| case(days, total).state("§20-5", "os_updated");
    assert_eq!(
        [state(45, 1), state(46, 1), state(90, 1), state(91, 1)],
        [State::Compliant, State::RecommendationUnmet, State::RecommendationUnmet, State::NonCompliant]
    );
    assert_eq!(state(400, 0), State::Compliant);
}

#[test]
fn a_recorded_hold_softens_a_late_update_while_it_runs_and_never_makes_it_a_pass() {
    let held = |answer, by, days| {
        good()
            .with(|r| {
                r.machine.last_update = Some(Fact::read(days_ago(120), "dpkg.log"));
                r.machine.pending_updates = None;
            })
            .said("§20-5", "os_updated", answer, by, days)
            .state("§20-5", "os_updated")
    };
    assert_eq!(held(Answer::Until(days_ago(-400)), AttestedBy::Administrator, 89), State::RecommendationUnmet);
    assert_eq!(held(Answer::Until(days_ago(-400)), AttestedBy::Administrator, 91), State::NonCompliant, "reviewed after 90 days");
    assert_eq!(held(Answer::Until(days_ago(1)), AttestedBy::Administrator, 10), State::NonCompliant, "run out");
    assert_eq!(held(Answer::Until(days_ago(-10)), AttestedBy::Person, 10), State::NonCompliant, "not one's own word");
    assert_eq!(held(Answer::Yes, AttestedBy::Administrator, 10), State::NonCompliant, "no word undoes a measured miss");
}

#[test]
fn what_a_hold_softens_rests_on_who_recorded_it_and_beside_what_is_amber_anyway_it_is_named() {
    let case = |days: i64| {
        good()
            .with(|r| {
                r.machine.last_update = Some(Fact::read(days_ago(days), "dpkg.log"));
                r.machine.pending_updates = None;
            })
            .said("§20-5", "os_updated", Answer::Until(days_ago(-30)), AttestedBy::Administrator, 10)
            .check("§20-5", "os_updated")
    };
    let softened = case(120);
    assert_eq!((softened.state, softened.evidence), (State::RecommendationUnmet, Some(Evidence::Confirmed)));
    assert!(softened.reason.contains("保留が2026年12月22日まで記録されています（管理者確認）"), "{}", softened.reason);
    let amber = case(50);
    assert_eq!((amber.state, amber.evidence), (State::RecommendationUnmet, Some(Evidence::Measured)));
    assert!(amber.reason.contains("保留が2026年12月22日まで"), "{}", amber.reason);
}

#[test]
fn old_lists_do_not_say_that_nothing_is_pending() {
    let aged = |days| {
        good().with(|r| {
            let Some(Fact { reading: Reading::Value(p), .. }) = &mut r.machine.pending_updates else { return };
            p.lists_refreshed_at = days_ago(days);
        })
    };
    assert_eq!(aged(14).state("§20-5", "pending"), State::Compliant);
    assert_eq!(aged(15).state("§20-5", "pending"), State::Unknown);
}

#[test]
fn lists_without_a_security_archive_never_show_that_nothing_waits() {
    let without = |total, updated| {
        good().with(|r| {
            r.machine.last_update = Some(Fact::read(days_ago(updated), "dpkg.log"));
            let Some(Fact { reading: Reading::Value(p), .. }) = &mut r.machine.pending_updates else { return };
            p.total = total;
            p.security = Reading::unknown(UnknownCode::SourceMissing, "no security archive");
        })
    };
    let pending = without(0, 400).check("§20-5", "pending");
    assert_eq!(pending.state, State::Unknown);
    assert!(pending.reason.contains("セキュリティ更新の有無が分かりません") && pending.remedy.is_some(), "{pending:?}");
    assert_eq!(without(0, 400).state("§20-5", "os_updated"), State::NonCompliant, "the last update alone decides");
    assert_eq!(without(2, 1).state("§20-5", "pending"), State::RecommendationUnmet);
    let gone = good().with(|r| r.machine.pending_updates = Some(Fact::unknown(UnknownCode::SourceMissing, "no list", "x")));
    assert_eq!(gone.state("§20-5", "pending"), State::Unknown);
}
