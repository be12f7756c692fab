//! Laws of the evaluation, held by random reports, attestations and instants.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::catalogue::Catalogues;
use crate::pack::{OwnParameter, OwnRules, Pack};
use crate::report::{self, Account, Fact, LoginPassword, Reading, Report, UnknownCode};
use crate::time::Timestamp;

mod generate;
mod lose;

static PACK: LazyLock<Pack> = LazyLock::new(Pack::bundled);
static CATALOGUES: LazyLock<Catalogues> = LazyLock::new(Catalogues::bundled);

/// 2026-11-22 12:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_795_316_400);

fn verdict(report: &Report, attestations: &[Attestation], device: DeviceContext, now: Timestamp) -> Verdict {
    let input = Input { pack: &PACK, catalogues: &CATALOGUES, report: Some(report), attestations, device: &device, now };
    evaluate(&input)
}

/// Every state with its name: sub-checks, clauses, headline.
fn states(v: &Verdict) -> Vec<(String, State)> {
    let mut all = vec![("headline".to_owned(), v.headline)];
    for c in &v.clauses {
        all.push((c.clause.clone(), c.state));
        all.extend(c.checks.iter().map(|k| (format!("{} {}", c.clause, k.id), k.state)));
    }
    all
}

/// Fails where a state got better on the way to 適合 or 該当なし.
fn no_pass_out_of_nothing(before: &Verdict, after: &Verdict) -> Result<(), TestCaseError> {
    for ((name, before), (_, after)) in states(before).into_iter().zip(states(after)) {
        prop_assert!(after > State::Compliant || before <= after, "{name}: {before:?} became {after:?}");
    }
    Ok(())
}

/// Fails where anything got better, by how grave a state is.
fn never_lighter(before: &Verdict, after: &Verdict, weight: fn(State) -> State) -> Result<(), TestCaseError> {
    prop_assert!(weight(after.headline) >= weight(before.headline), "headline: {:?} became {:?}", before.headline, after.headline);
    for (x, y) in before.clauses.iter().zip(&after.clauses) {
        // In a clause that is not binding 推奨未達 *is* the miss, and so graver than not knowing.
        let is_miss = |s: State| s == State::RecommendationUnmet && !x.strength.is_binding();
        let gravity = |s: State| if is_miss(s) { State::NonCompliant } else { weight(s) };
        prop_assert!(gravity(y.state) >= gravity(x.state), "{}: {:?} became {:?}", x.clause, x.state, y.state);
        for (x, y) in x.checks.iter().zip(&y.checks) {
            prop_assert!(gravity(y.state) >= gravity(x.state), "{}: {:?} became {:?} ({})", x.id, x.state, y.state, y.reason);
        }
    }
    Ok(())
}

fn never_better(before: &Verdict, after: &Verdict) -> Result<(), TestCaseError> {
    never_lighter(before, after, |state| state)
}

/// The same, but 要確認 and 申告待ち weigh the same: a password changed under the policy rests on a fact that may run out, one changed
/// before it on a person's word.
fn never_better_but_for_who_is_asked(before: &Verdict, after: &Verdict) -> Result<(), TestCaseError> {
    never_lighter(before, after, |state| if state == State::AwaitingDeclaration { State::Stale } else { state })
}

/// An account that misses everything an account can miss.
fn failing_account() -> Account {
    let mut account = report::sample::bad_debian(NOW).accounts.remove(0);
    account.id = "zzzz".parse().expect("well formed");
    account
}

proptest! {
    #[test]
    fn the_same_input_gives_the_same_bytes(r in generate::report(), a in generate::attestations(), d in generate::device()) {
        let once = serde_json::to_vec(&verdict(&r, &a, d, NOW)).expect("serialises");
        let again = serde_json::to_vec(&verdict(&r.clone(), &a.clone(), d, NOW)).expect("serialises");
        prop_assert_eq!(once, again);
    }

    #[test]
    fn the_order_in_which_people_answered_for_it_does_not_matter(
        r in generate::report(), a in generate::attestations(), d in generate::device(), turn in 0usize..40,
    ) {
        let mut turned = a.clone();
        turned.rotate_left(turn % a.len().max(1));
        prop_assert_eq!(verdict(&r, &a, d, NOW), verdict(&r, &turned, d, NOW));
    }

    #[test]
    fn losing_a_fact_never_turns_anything_into_a_pass(
        r in generate::report(), a in generate::attestations(), d in generate::device(), which in 0usize..64, how in lose::how(),
    ) {
        let mut poorer = r.clone();
        lose::fact(&mut poorer, which, how);
        no_pass_out_of_nothing(&verdict(&r, &a, d, NOW), &verdict(&poorer, &a, d, NOW))?;
    }

    #[test]
    fn what_becomes_unreadable_by_its_nature_passes_only_on_a_persons_word_and_says_so(
        r in generate::report(), a in generate::attestations(), d in generate::device(), which in 0usize..64, how in lose::how_by_nature(),
    ) {
        let mut poorer = r.clone();
        lose::fact(&mut poorer, which, how);
        no_pass_out_of_nothing(&verdict(&r, &[], d, NOW), &verdict(&poorer, &[], d, NOW))?;
        // A proof is stronger than a measurement: of two that decide, the weaker names the grade.
        let a: Vec<_> = a.into_iter().filter(|a| a.by != AttestedBy::Proof).collect();
        let (before, after) = (verdict(&r, &a, d, NOW), verdict(&poorer, &a, d, NOW));
        for (x, y) in before.clauses.iter().flat_map(|c| &c.checks).zip(after.clauses.iter().flat_map(|c| &c.checks)) {
            let newly_passed = y.state <= State::Compliant && y.state < x.state;
            prop_assert!(!newly_passed || y.evidence != Some(Evidence::Measured), "{}: {} / {}", x.id, x.reason, y.reason);
        }
    }

    #[test]
    fn searching_one_place_fewer_never_turns_anything_into_a_pass(
        r in generate::report(), a in generate::attestations(), d in generate::device(), which in 0usize..8,
    ) {
        let mut poorer = r.clone();
        lose::searched(&mut poorer, which);
        no_pass_out_of_nothing(&verdict(&r, &a, d, NOW), &verdict(&poorer, &a, d, NOW))?;
    }

    #[test]
    fn what_was_read_longer_ago_never_passes_better(
        r in generate::report(), a in generate::attestations(), d in generate::device(), days in 1i64..90,
    ) {
        let mut older = r.clone();
        lose::observe_at(&mut older, |at| Some(at.map_or(NOW, |t| t.min(NOW)).plus_days(-days)));
        let mut once = r;
        lose::observe_at(&mut once, |at| at.map(|t| t.min(NOW)));
        no_pass_out_of_nothing(&verdict(&once, &a, d, NOW), &verdict(&older, &a, d, NOW))?;
    }

    #[test]
    fn what_a_wrong_clock_says_was_read_in_the_future_passes_nothing_by_measurement(
        r in generate::report(), a in generate::attestations(), d in generate::device(), days in 2i64..2000,
    ) {
        let mut ahead = r.clone();
        lose::observe_at(&mut ahead, |_| Some(NOW.plus_days(days)));
        let after = verdict(&ahead, &a, d, NOW);
        no_pass_out_of_nothing(&verdict(&r, &a, d, NOW), &after)?;
        for check in after.clauses.iter().flat_map(|c| &c.checks) {
            prop_assert!(check.evidence != Some(Evidence::Measured) || check.state > State::Compliant, "{}: {}", check.id, check.reason);
        }
    }

    #[test]
    fn losing_an_attestation_never_turns_anything_into_a_pass(
        r in generate::report(), a in generate::one_attestation_each(), d in generate::device(), which in 0usize..64,
    ) {
        let mut fewer = a.clone();
        if !fewer.is_empty() {
            fewer.remove(which % a.len());
        }
        no_pass_out_of_nothing(&verdict(&r, &a, d, NOW), &verdict(&r, &fewer, d, NOW))?;
    }

    #[test]
    fn what_was_observed_later_never_reads_as_older(
        r in generate::report(), a in generate::attestations(), d in generate::device(), seconds in 1i64..90 * 86_400,
    ) {
        let mut newer = r.clone();
        for account in &mut newer.accounts {
            lose::observe_later(account, seconds, NOW);
        }
        let (before, after) = (verdict(&r, &a, d, NOW), verdict(&newer, &a, d, NOW));
        for ((name, before), (_, after)) in states(&before).into_iter().zip(states(&after)) {
            prop_assert!(after != State::Stale || before >= State::Stale, "{name}: {before:?} became {after:?}");
            prop_assert!(after != State::Unknown || before >= State::Unknown, "{name}: {before:?} became {after:?}");
        }
    }

    #[test]
    fn a_later_update_signature_or_list_never_reads_as_worse(r in generate::report(), d in generate::device(), seconds in 1i64..90 * 86_400) {
        let mut newer = r.clone();
        lose::happen_later(&mut newer, seconds, NOW);
        never_better_but_for_who_is_asked(&verdict(&newer, &[], d, NOW), &verdict(&r, &[], d, NOW))?;
    }

    #[test]
    fn another_failing_account_never_improves_anything(r in generate::report(), a in generate::attestations(), d in generate::device()) {
        let with = |r: &Report, account: Account| {
            let mut more = r.clone();
            more.accounts.push(account);
            verdict(&more, &a, d, NOW)
        };
        let quiet = Account { last_used: Reading::unknown(UnknownCode::NoPermission, ""), ..failing_account() };
        never_better(&verdict(&r, &a, d, NOW), &with(&r, quiet))?;
        // One that is in use sets those apart that are not. What it misses itself hides them, but for browsers, which are the machine's.
        let mut r = r;
        r.machine.browsers = None;
        never_better(&verdict(&r, &a, d, NOW), &with(&r, failing_account()))?;
    }

    #[test]
    fn another_outdated_browser_never_improves_anything(r in generate::report(), a in generate::attestations(), d in generate::device()) {
        let mut more = r.clone();
        // The first one of a list that was empty is news: that list may have said nothing.
        if let Some(Fact { reading: Reading::Value(browsers), .. }) = &mut more.machine.browsers
            && !browsers.is_empty()
        {
            browsers.push(report::Browser { id: "chromium".into(), version: "60.0".into() });
        }
        never_better(&verdict(&r, &a, d, NOW), &verdict(&more, &a, d, NOW))?;
    }

    #[test]
    fn nothing_changes_before_the_announced_instant(
        r in generate::report(), a in generate::attestations(), d in generate::device(), part in 0u32..=1000, start in -200i64..2000,
    ) {
        let now = NOW.plus_days(start);
        let first = verdict(&r, &a, d, now);
        let until = first.next_change_at.unwrap_or_else(|| now.plus_days(7300));
        prop_assert!(until > now);
        let span = until.seconds_since(now) - 1;
        let later = now.plus_seconds(i64::try_from(i128::from(span) * i128::from(part) / 1000).expect("fits"));
        prop_assert_eq!(&first, &verdict(&r, &a, d, later));
    }

    #[test]
    fn no_word_of_a_person_undoes_a_measured_miss(r in generate::report(), a in generate::attestations(), d in generate::device()) {
        let (without, with) = (verdict(&r, &[], d, NOW), verdict(&r, &a, d, NOW));
        for (x, y) in without.clauses.iter().zip(&with.clauses) {
            for (x, y) in x.checks.iter().zip(&y.checks) {
                let measured_miss = x.state == State::NonCompliant && x.evidence == Some(Evidence::Measured);
                prop_assert!(!measured_miss || y.state > State::Compliant, "{}: {} / {}", x.id, x.reason, y.reason);
            }
        }
    }

    #[test]
    fn a_pass_always_names_its_evidence(r in generate::report(), a in generate::attestations(), d in generate::device()) {
        for clause in verdict(&r, &a, d, NOW).clauses {
            for check in clause.checks {
                prop_assert!(check.state != State::Compliant || check.evidence.is_some(), "{} {}", clause.clause, check.id);
                prop_assert!(!check.reason.is_empty(), "{} {}", clause.clause, check.id);
            }
        }
    }

    #[test]
    fn the_order_of_clauses_in_the_pack_does_not_matter(r in generate::report(), a in generate::attestations(), turn in 1usize..40) {
        let device = DeviceContext::default();
        let input = |pack| Input { pack, catalogues: &CATALOGUES, report: Some(&r), attestations: &a, device: &device, now: NOW };
        let turned = PACK.turned(turn);
        let (straight, turned) = (evaluate(&input(&PACK)), evaluate(&input(&turned)));
        prop_assert_eq!(straight.headline, turned.headline);
        prop_assert_eq!(straight.next_change_at, turned.next_change_at);
        for clause in &straight.clauses {
            prop_assert!(turned.clauses.contains(clause), "{}", clause.clause);
        }
    }
}

proptest! {
    #[test]
    fn a_facilitys_tighter_rules_never_make_a_pass(
        r in generate::report(), a in generate::one_attestation_each(), d in generate::device(), own in generate::tightening(),
    ) {
        let tighter = PACK.with_own_rules("filing", &own, &[]);
        let input = Input { pack: &tighter, catalogues: &CATALOGUES, report: Some(&r), attestations: &a, device: &d, now: NOW };
        no_pass_out_of_nothing(&verdict(&r, &a, d, NOW), &evaluate(&input))?;
    }

    #[test]
    fn a_tighter_limit_on_what_is_measured_never_makes_a_verdict_better(
        r in generate::report(), a in generate::one_attestation_each(), d in generate::device(), own in generate::tightening(),
    ) {
        // How long a word or a list counts is not such a limit: an older "no" may run out and leave the question open.
        let ages = [OwnParameter::UpdateLists, OwnParameter::UpdateHold, OwnParameter::AttestationDays, OwnParameter::AttestationPersonal];
        let own = OwnRules::new(own.iter().filter(|(parameter, _)| !ages.contains(parameter)));
        let tighter = PACK.with_own_rules("filing", &own, &[]);
        let input = Input { pack: &tighter, catalogues: &CATALOGUES, report: Some(&r), attestations: &a, device: &d, now: NOW };
        never_better_but_for_who_is_asked(&verdict(&r, &a, d, NOW), &evaluate(&input))?;
    }
}

#[test]
fn a_report_without_accounts_in_use_passes_nothing_that_is_asked_of_accounts() {
    let mut report = report::sample::good_debian(NOW);
    report.accounts.clear();
    let v = verdict(&report, &[], DeviceContext::default(), NOW);
    let state = |name: &str| states(&v).into_iter().find(|(n, _)| n == name).map(|(_, s)| s);
    for name in ["§19-6 startup", "§19-6 screen", "§20-1 set", "§20-1 age", "§20-4 saving"] {
        assert_eq!(state(name), Some(State::Unknown), "{name}");
    }
}

#[test]
fn an_administrators_word_counts_only_where_the_machine_cannot_answer_by_its_nature() {
    let mut report = report::sample::good_debian(NOW);
    let yes = Attestation {
        clause: "§20-1".into(),
        check: "set".into(),
        answer: Answer::Yes,
        by: AttestedBy::Administrator,
        at: NOW.plus_days(-1),
    };
    let mut set = |code| {
        report.accounts[0].login_password = Some(Fact::<LoginPassword>::unknown(code, "", "x"));
        report.accounts.truncate(1);
        let v = verdict(&report, std::slice::from_ref(&yes), DeviceContext::default(), NOW);
        let check = v.clauses.into_iter().find(|c| c.clause == "§20-1").and_then(|c| c.checks.into_iter().next()).expect("there");
        (check.state, check.evidence)
    };
    assert_eq!(set(UnknownCode::DirectoryAccount), (State::Compliant, Some(Evidence::Confirmed)));
    assert_eq!(set(UnknownCode::NoPermission), (State::Unknown, None));
}
