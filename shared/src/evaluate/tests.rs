//! What verdicts say, and what they must not be talked into: guesses seen in other agents are refused here one by one.

use super::*;
use crate::catalogue::Catalogues;
use crate::lang::Lang;
use crate::pack::Pack;
use crate::report::{
    AntivirusProduct, DeviceClass, Fact, LoginPassword, Management, OsFamily, PasswordPolicy, Reading, Report, ScreenLock, SoftwareHit,
    UnknownCode, UnreadablePlace, sample,
};
use crate::time::Timestamp;

/// 2026-11-22 12:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_795_316_400);

mod antivirus;
mod browsers;
mod languages;
mod locks;
mod passwords;
mod people;
mod software;
mod updates;

struct Case {
    report: Option<Report>,
    attestations: Vec<Attestation>,
    device: DeviceContext,
    now: Timestamp,
}

fn good() -> Case {
    Case { report: Some(sample::good_debian(NOW)), attestations: Vec::new(), device: DeviceContext::default(), now: NOW }
}

impl Case {
    fn report(&mut self) -> &mut Report {
        self.report.as_mut().expect("has a report")
    }

    fn with(mut self, change: impl FnOnce(&mut Report)) -> Self {
        change(self.report());
        self
    }

    fn said(mut self, clause: &str, check: &str, answer: Answer, by: AttestedBy, days_ago: i64) -> Self {
        self.attestations.push(Attestation { clause: clause.into(), check: check.into(), answer, by, at: NOW.plus_days(-days_ago) });
        self
    }

    fn verdict(&self) -> Verdict {
        self.verdict_in(Lang::Japanese)
    }

    fn verdict_in(&self, lang: Lang) -> Verdict {
        let (pack, catalogues) = (Pack::bundled(), Catalogues::bundled());
        let report = self.report.as_ref();
        let input =
            Input { pack: &pack, catalogues: &catalogues, report, attestations: &self.attestations, device: &self.device, now: self.now };
        evaluate_in(&input, lang)
    }

    fn check(&self, clause: &str, check: &str) -> SubCheck {
        let clause = self.verdict().clauses.into_iter().find(|c| c.clause == clause).expect("the clause is judged");
        clause.checks.into_iter().find(|c| c.id == check).expect("the check is there")
    }

    fn state(&self, clause: &str, check: &str) -> State {
        self.check(clause, check).state
    }
}

fn days_ago(n: i64) -> Timestamp {
    NOW.plus_days(-n)
}

#[test]
fn a_device_that_has_not_reported_passes_nothing_that_a_machine_answers() {
    let verdict = Case { report: None, ..good() }.verdict();
    assert_eq!(verdict.headline, State::Unknown);
    for c in &verdict.clauses {
        assert_ne!(c.state, State::Compliant, "{}", c.clause);
    }
}

#[test]
fn a_well_kept_pc_waits_only_for_what_people_answer() {
    let verdict = good().verdict();
    assert_eq!(verdict.headline, State::AwaitingDeclaration);
    for check in verdict.clauses.iter().flat_map(|c| &c.checks) {
        assert!(check.state <= State::Compliant || check.state == State::AwaitingDeclaration, "{}: {}", check.id, check.reason);
    }
}

#[test]
fn a_neglected_pc_is_told_what_is_missed_and_what_to_do() {
    let verdict = Case { report: Some(sample::bad_debian(NOW)), ..good() }.verdict();
    assert_eq!(verdict.headline, State::NonCompliant);
    let missed: Vec<&str> = verdict.clauses.iter().filter(|c| c.state == State::NonCompliant).map(|c| c.clause.as_str()).collect();
    assert_eq!(missed, ["§20-1", "§20-2", "§20-3", "§20-4", "§20-5"]);
    assert!(verdict.clauses.iter().filter(|c| c.state == State::NonCompliant).all(|c| c.remedy.is_some()));
}

#[test]
fn everything_answered_and_everything_measured_is_a_pass_with_its_weakest_evidence() {
    let mut case = good();
    for (clause, check) in [
        ("§19-1", "private"),
        ("§19-2", "address"),
        ("§19-3", "own_id"),
        ("§19-4", "length"),
        ("§19-5", "logout"),
        ("§20-1", "guess"),
        ("§20-2", "unlisted"),
        ("§20-6", "no_copies"),
        ("§20-12", "considered"),
    ] {
        case = case.said(clause, check, Answer::Yes, AttestedBy::Person, 5);
    }
    case = case.said("§19-4", "age", Answer::On(days_ago(10)), AttestedBy::Person, 5);
    let verdict = case.verdict();
    assert_eq!(verdict.headline, State::Compliant);
    let evidence = |id: &str| verdict.clauses.iter().find(|c| c.clause == id).and_then(|c| c.evidence);
    assert_eq!(evidence("§20-1"), Some(Evidence::Declared));
    assert_eq!(evidence("§20-3"), Some(Evidence::Measured));
}

#[test]
fn an_unknown_fact_says_why_in_japanese_with_the_particulars() {
    let case = good().with(|r| r.machine.os = Some(Fact::unknown(UnknownCode::ParseFailed, "no ID line", "/etc/os-release")));
    let check = case.check("§20-5", "os_support");
    assert_eq!((check.state, check.evidence), (State::Unknown, None));
    assert_eq!(check.reason, "読み取った内容を解釈できません");
}

#[test]
fn the_next_change_is_the_first_line_that_will_be_crossed() {
    // The signatures are one day old and turn amber one second after their seventh day.
    assert_eq!(good().verdict().next_change_at, Some(days_ago(1).plus_days(7).plus_seconds(1)));
}

#[test]
fn a_new_demands_time_to_get_ready_softens_a_miss_until_it_ends() {
    let text = include_str!("../../packs/itsutsubashi-2019-02-08.toml");
    let text = text.replacen("title = \"ウイルス対策ソフト\"", "title = \"ウイルス対策ソフト\"\ngrace_until = \"2026-12-01\"", 1);
    let (pack, catalogues, device) = (Pack::parse(&text).expect("valid"), Catalogues::bundled(), DeviceContext::default());
    let report = sample::bad_debian(NOW);
    let state = |now| {
        let input = Input { pack: &pack, catalogues: &catalogues, report: Some(&report), attestations: &[], device: &device, now };
        evaluate(&input).clauses.into_iter().find(|c| c.clause == "§20-3").map(|c| c.state)
    };
    assert_eq!(state(NOW), Some(State::RecommendationUnmet));
    assert_eq!(state(NOW.plus_days(9)), Some(State::NonCompliant));
}

#[test]
fn the_summary_that_travels_carries_titles_and_the_same_states() {
    let verdict = good().verdict();
    let summary = verdict.summary(&Pack::bundled(), Lang::Japanese);
    assert_eq!(summary.headline, verdict.headline);
    let title = summary.clauses.iter().find(|c| c.clause == "§20-3").map(|c| c.title.as_str());
    assert_eq!(title, Some("ウイルス対策ソフト"));
    assert_eq!(summary.clauses.len(), verdict.clauses.len());
}

#[test]
fn the_summary_tells_of_every_open_part_of_a_clause_and_what_to_do_about_each() {
    let mut verdict = good().verdict();
    let clause = verdict.clauses.iter_mut().find(|c| c.clause == "§20-1").expect("a clause");
    let part = |id: &str, state, reason: &str, remedy: &str| SubCheck {
        id: id.to_owned(),
        state,
        evidence: None,
        reason: reason.to_owned(),
        remedy: Some(remedy.to_owned()),
    };
    let ids: Vec<String> = Pack::bundled().clause("§20-1").expect("a clause").checks.iter().map(|check| check.id.clone()).collect();
    clause.state = State::NonCompliant;
    clause.checks = vec![
        part(&ids[0], State::Compliant, "ある", ""),
        part(&ids[1], State::Unknown, "分からない。", "一度ログインする"),
        part(&ids[2], State::NonCompliant, "古い", "変える"),
        part("another", State::NonCompliant, "弱い", "変える"),
    ];
    let summary = verdict.summary(&Pack::bundled(), Lang::Japanese);
    let told = summary.clauses.iter().find(|c| c.clause == "§20-1").expect("a clause");
    let title = |id: &str| {
        let pack = Pack::bundled();
        pack.clause("§20-1").and_then(|c| c.checks.iter().find(|check| check.id == id)).expect("a check").title.ja().to_owned()
    };
    let reason = format!("{}: 古い。another: 弱い。{}（未確認）: 分からない", title(&ids[2]), title(&ids[1]));
    assert_eq!((told.reason.as_str(), told.remedy.as_deref()), (reason.as_str(), Some("変える。一度ログインする")));
    // One open part says what the clause says.
    let antivirus = |clauses: Vec<(String, String)>| clauses.into_iter().find(|(id, _)| id == "§20-3").map(|(_, reason)| reason);
    let of_verdict = antivirus(verdict.clauses.iter().map(|c| (c.clause.clone(), c.reason.clone())).collect());
    assert_eq!(antivirus(summary.clauses.iter().map(|c| (c.clause.clone(), c.reason.clone())).collect()), of_verdict);
}
