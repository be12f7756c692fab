//! A verdict in English says what the Japanese one says, and nothing of it stays Japanese.

use super::*;
use crate::lang::{Lang, is_japanese};
use crate::report::BrowserProfile;

/// Every sample, as it is, with answers to everything, and with answers that ran out.
fn cases() -> Vec<Case> {
    let reports = [sample::good_debian(NOW), sample::bad_debian(NOW), sample::all_unknown(NOW), sample::japanese_windows(NOW)];
    let pack = Pack::bundled();
    let mut cases = vec![Case { report: None, ..good() }];
    cases.extend(halves_seen());
    for report in reports {
        let of = |report: &Report| Case { report: Some(report.clone()), ..good() };
        cases.push(of(&report));
        cases.push(Case { now: NOW.plus_days(20), ..of(&report) });
        cases.push(Case { now: NOW.plus_days(400), ..of(&report) });
        let answers = [Answer::Yes, Answer::No, Answer::Partly, Answer::Limited, Answer::NotApplicable, Answer::On(NOW)];
        for answer in answers.into_iter().chain([Answer::On(days_ago(200)), Answer::Until(days_ago(-30))]) {
            let mut case = of(&report);
            for clause in pack.device_clauses() {
                for check in &clause.checks {
                    case = case.said(&clause.id, &check.id, answer, AttestedBy::Administrator, 5);
                }
            }
            cases.push(Case { now: NOW.plus_days(380), attestations: case.attestations.clone(), ..of(&report) });
            for device in [
                DeviceContext { class: Some(DeviceClass::Tablet), ownership: Ownership::Personal, ..DeviceContext::default() },
                DeviceContext { class: Some(DeviceClass::Server), reporting: Reporting::People, ..DeviceContext::default() },
            ] {
                cases.push(Case { device, report: None, attestations: case.attestations.clone(), now: NOW });
                cases.push(Case { device, attestations: case.attestations.clone(), ..of(&report) });
            }
            cases.push(case);
        }
    }
    cases
}

/// What no sample has: lists that leave something open.
fn halves_seen() -> Vec<Case> {
    let used = BrowserProfile { browser: "firefox".into(), profile: "p1".into(), saves_passwords: Reading::Value(false), locked: false };
    let profiles = |profiles: Fact<Vec<BrowserProfile>>| {
        good().with(|r| {
            r.machine.browsers = Some(Fact::read(Vec::new(), "x"));
            r.accounts.iter_mut().for_each(|account| account.password_saving = Some(profiles.clone()));
        })
    };
    let no_archive = good().with(|r| {
        let Some(Fact { reading: Reading::Value(p), .. }) = &mut r.machine.pending_updates else { return };
        (p.total, p.security) = (0, Reading::unknown(UnknownCode::SourceMissing, "x"));
    });
    let left_behind = good().with(|r| {
        let Some(Fact { reading: Reading::Value(found), .. }) = &mut r.machine.forbidden_software else { return };
        found.searched.push("disks".into());
        found.hits.push(SoftwareHit { id: "winny".into(), how: "trace".into() });
    });
    let disk_unread = good().with(|r| {
        let Some(Fact { reading: Reading::Value(found), .. }) = &mut r.machine.forbidden_software else { return };
        found.unreadable.push(UnreadablePlace { place: "disks".into(), code: UnknownCode::Timeout });
    });
    vec![
        profiles(Fact::read(vec![used], "x")),
        profiles(Fact::read(Vec::new(), "x")),
        profiles(Fact::unknown(UnknownCode::NoPermission, "", "x")),
        profiles(Fact::unknown(UnknownCode::DirectoryAccount, "", "x")),
        profiles(Fact::read(Vec::new(), "x")).with(|r| r.accounts.clear()),
        no_archive,
        left_behind,
        disk_unread,
    ]
}

#[test]
fn every_sample_reads_the_same_in_both_languages_and_no_japanese_is_left_in_english() {
    for case in cases() {
        let (japanese, english) = (case.verdict_in(Lang::Japanese), case.verdict_in(Lang::English));
        assert_eq!((japanese.headline, japanese.next_change_at), (english.headline, english.next_change_at));
        for (ja, en) in japanese.clauses.iter().zip(&english.clauses) {
            assert_eq!((&ja.clause, ja.state, ja.evidence), (&en.clause, en.state, en.evidence));
            for (ja, en) in ja.checks.iter().zip(&en.checks) {
                assert_eq!((&ja.id, ja.state, ja.evidence), (&en.id, en.state, en.evidence));
                assert_eq!(ja.remedy.is_some(), en.remedy.is_some(), "{}", ja.id);
                assert!(is_japanese(&ja.reason), "{}", ja.reason);
                for words in [Some(&en.reason), en.remedy.as_ref()].into_iter().flatten() {
                    assert!(!words.is_empty() && !is_japanese(words), "{}: {words}", en.id);
                }
            }
        }
    }
}

#[test]
fn what_travels_in_english_says_the_same_as_in_japanese_and_no_japanese_is_left_in_it() {
    let pack = Pack::bundled();
    for case in cases() {
        let of = |lang| case.verdict_in(lang).summary(&pack, lang);
        let (japanese, english) = (of(Lang::Japanese), of(Lang::English));
        assert_eq!(japanese.clauses.len(), english.clauses.len());
        for (ja, en) in japanese.clauses.iter().zip(&english.clauses) {
            assert_eq!((&ja.clause, ja.state, ja.evidence, ja.remedy.is_some()), (&en.clause, en.state, en.evidence, en.remedy.is_some()));
            for words in [Some(&en.title), Some(&en.reason), en.remedy.as_ref()].into_iter().flatten() {
                assert!(!words.is_empty() && !is_japanese(words) && !words.contains('。'), "{}: {words}", en.clause);
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_in_each_language_and_japanese_unless_told() {
    let case = good();
    let bytes = |lang| serde_json::to_vec(&case.verdict_in(lang)).expect("serialises");
    assert_eq!(bytes(Lang::English), bytes(Lang::English));
    assert_eq!(case.verdict(), case.verdict_in(Lang::Japanese));
}

#[test]
fn a_reason_in_english_holds_the_numbers_that_decided() {
    let english = |case: Case, clause: &str, check: &str| {
        let clause = case.verdict_in(Lang::English).clauses.into_iter().find(|c| c.clause == clause).expect("judged");
        clause.checks.into_iter().find(|c| c.id == check).expect("there").reason
    };
    let late = good()
        .with(|r| r.accounts[0].screen_lock = Some(Fact::read(ScreenLock { locks_after_s: Some(930), desktop: "gnome".into() }, "x")));
    assert_eq!(
        english(late, "§19-6", "screen"),
        "account k7f2: the screen locks after 15 min 30 s of absence, later than the 15 min asked for"
    );
    assert_eq!(english(good(), "§20-3", "signatures"), "ClamAV: signatures are of 2026-11-21");
}
