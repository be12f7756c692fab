//! What the collector's answers lead to.

use super::*;
use crate::testing::problem;

#[test]
fn unchanged_facts_travel_as_a_heartbeat_that_names_the_acknowledged_report() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    let device = Device::at(&server, &pki);
    for facts in [1, 1, 2, 2] {
        assert_eq!(device.check_in(facts).1, Ended::Done);
    }
    let seen = check_ins(&server);
    assert_eq!(seen.iter().map(is_full).collect::<Vec<_>>(), [true, false, true, false]);
    let raw = serde_json::to_vec(&observation(2).report).expect("JSON");
    assert_eq!(seen[3]["body"]["unchanged"], ReportDigest::of(&raw).to_string());
    assert_eq!(seqs(&server), [1, 2, 3, 4]);
}

#[test]
fn a_collector_that_does_not_know_the_base_gets_the_same_facts_in_full_under_the_next_number() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![accepted(), json(200, &reply("full_wanted", NOW.seconds(), 1))]);
    let device = Device::at(&server, &pki);
    device.check_in(1);
    assert_eq!(device.check_in(1).1, Ended::Done);
    let seen = check_ins(&server);
    assert_eq!(seen.iter().map(is_full).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(seen[2]["body"], seen[0]["body"]);
    assert_eq!(seen[2]["observed_at"], seen[1]["observed_at"]);
    assert_eq!(seqs(&server), [1, 2, 3]);
    assert_eq!(device.cycle().outbox.len(), 0);
}

#[test]
fn a_collector_that_wants_in_full_what_was_full_is_not_asked_in_a_circle() {
    let pki = Arc::new(Pki::new("根"));
    let wanted = || json(200, &reply("full_wanted", NOW.seconds(), 1));
    let server = collector(&pki, vec![wanted(), wanted()]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Later(Wait::Backoff, Exit::Later));
    assert_eq!((check_ins(&server).len(), device.cycle().outbox.len()), (1, 1));
}

#[test]
fn after_a_restore_of_the_collector_everything_is_sent_in_full_again() {
    let pki = Arc::new(Pki::new("根"));
    let restored = || json(200, &reply("accepted", NOW.seconds(), 2));
    let server = collector(&pki, vec![accepted(), accepted(), restored(), restored(), restored()]);
    let device = Device::at(&server, &pki);
    for facts in [1, 1, 1, 1, 1] {
        device.check_in(facts);
    }
    // The third answer names another epoch: the fourth is full, the fifth a heartbeat in the new epoch.
    assert_eq!(check_ins(&server).iter().map(is_full).collect::<Vec<_>>(), [true, false, false, true, false]);
}

#[test]
fn a_lost_answer_is_asked_again_with_the_same_boot_number_and_body() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![(0, vec![], vec![]), json(200, &reply("duplicate", NOW.seconds(), 1))]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Later(Wait::Backoff, Exit::Later));
    let mut later = device.cycle();
    assert_eq!(later.send(&|| NOW.plus_days(1)).expect("state"), Ended::Done);
    let seen = check_ins(&server);
    assert_eq!(seen.len(), 2);
    for field in ["boot", "seq", "observed_at", "body"] {
        assert_eq!(seen[0][field], seen[1][field], "{field}");
    }
    assert_eq!((later.outbox.len(), later.progress.failures, later.progress.trouble), (0, 0, None));
}

#[test]
fn what_could_not_be_sent_waits_on_the_disk_and_goes_oldest_first() {
    let pki = Arc::new(Pki::new("根"));
    let busy = |s: &str| (503, vec![("Retry-After", s.to_owned())], vec![]);
    let server = collector(&pki, vec![busy("120"), busy("7"), (429, vec![], vec![])]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Later(Wait::Told(120), Exit::Later));
    assert_eq!(device.check_in(2).1, Ended::Later(Wait::Told(7), Exit::Later));
    assert_eq!(device.check_in(2).1, Ended::Later(Wait::Backoff, Exit::Later));
    assert_eq!(device.check_in(2).1, Ended::Done);
    assert_eq!(seqs(&server), [1, 1, 1, 1, 2, 3, 4]);
    assert_eq!(check_ins(&server).iter().skip(3).map(is_full).collect::<Vec<_>>(), [true, true, false, false]);
}

#[test]
fn a_retired_device_goes_quiet_for_good() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![problem(410, "retired")]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Retired);
    assert_eq!(device.check_in(2).1, Ended::Retired);
    assert_eq!(check_ins(&server).len(), 1);
}

#[test]
fn a_report_that_the_collector_refuses_does_not_block_the_next_and_is_counted() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![problem(400, "invalid-request")]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Done);
    assert_eq!(device.folder.list("damaged").expect("listed").len(), 1);
    let (cycle, ended) = device.check_in(2);
    assert_eq!((ended, cycle.progress.set_aside), (Ended::Done, 1));
    assert_eq!(check_ins(&server)[1]["dropped"], 1);
}

#[test]
fn answers_of_two_sides_that_do_not_understand_each_other_lose_nothing() {
    let pki = Arc::new(Pki::new("根"));
    let server =
        collector(&pki, vec![problem(400, "unsupported-version"), problem(401, "certificate-required"), (200, vec![], b"<html>".to_vec())]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Later(Wait::Regular, Exit::Refused));
    assert_eq!(device.cycle().send(&|| NOW).expect("state"), Ended::Later(Wait::Regular, Exit::Refused));
    assert_eq!(device.cycle().send(&|| NOW).expect("state"), Ended::Later(Wait::Backoff, Exit::Later));
    assert_eq!(device.cycle().outbox.len(), 1);
}

#[test]
fn a_damaged_memory_sends_in_full_under_numbers_never_used_before() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    let device = Device::at(&server, &pki);
    device.check_in(1);
    std::fs::write(device.folder.path().join("progress.json"), b"garbage").expect("damaged");
    let (cycle, ended) = device.check_in(1);
    assert_eq!((ended, cycle.progress.set_aside), (Ended::Done, 1));
    assert!(is_full(&check_ins(&server)[1]) && seqs(&server)[1] > 1 << 32);
}

#[test]
fn a_heartbeat_whose_report_is_gone_is_dropped_and_counted() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![accepted(), json(200, &reply("full_wanted", NOW.seconds(), 1))]);
    let device = Device::at(&server, &pki);
    device.check_in(1);
    for file in ["base.json", "observed.json"] {
        device.folder.write(file, b"{}").expect("written");
    }
    let mut cycle = device.cycle();
    let digest = cycle.progress.base.expect("a base").digest;
    let entry = Entry { boot: observation(1).boot, seq: cycle.take_seq(), observed_at: NOW, body: Body::Unchanged(digest) };
    cycle.outbox.push(&entry).expect("pushed");
    assert_eq!(cycle.send(&|| NOW).expect("state"), Ended::Done);
    device.check_in(2);
    assert_eq!(check_ins(&server)[2]["dropped"], 1);
}

#[test]
fn a_held_device_forgets_the_verdict_and_a_stolen_collector_cannot_steer_the_terminal() {
    let pki = Arc::new(Pki::new("根"));
    let mut first = reply("accepted", NOW.seconds(), 1);
    first["verdict"] = serde_json::json!({ "headline": "compliant", "clauses": [
        { "clause": "§20-1", "title": "題", "state": "compliant", "reason": "\u{1b}]0;x\u{7}良い" }] });
    let mut held = reply("accepted", NOW.seconds(), 1);
    held["standing"] = "held".into();
    held["message"] = "\u{1b}[2J管理者に連絡してください".into();
    let server = collector(&pki, vec![json(200, &first), json(200, &held)]);
    let device = Device::at(&server, &pki);
    let (cycle, _) = device.check_in(1);
    assert_eq!(cycle.progress.verdict.expect("a verdict").clauses[0].reason, "]0;x良い");
    let (cycle, _) = device.check_in(1);
    assert_eq!((cycle.progress.verdict, cycle.progress.verdict_digest), (None, None));
    assert_eq!(cycle.progress.last_reply.expect("a reply").message.as_deref(), Some("[2J管理者に連絡してください"));
}

#[test]
fn the_verdict_is_kept_and_named_so_that_it_need_not_be_sent_again() {
    let pki = Arc::new(Pki::new("根"));
    let mut with_verdict = reply("accepted", NOW.seconds(), 1);
    with_verdict["verdict"] = serde_json::json!({ "headline": "unknown", "clauses": [
        { "clause": "§20-1", "title": "起動時パスワード", "state": "unknown", "reason": "読み取れません" }] });
    let server = collector(&pki, vec![json(200, &with_verdict)]);
    let device = Device::at(&server, &pki);
    device.check_in(1);
    let (cycle, _) = device.check_in(1);
    assert_eq!(cycle.progress.verdict.as_ref().map(|v| v.clauses.len()), Some(1));
    let own = hashimori_shared::ids::VerdictDigest::of(&serde_json::to_vec(&cycle.progress.verdict).expect("JSON"));
    assert_eq!(check_ins(&server)[1]["have_verdict"], own.to_string());
}

#[test]
fn a_device_set_to_a_language_asks_for_it_and_names_what_it_holds_as_the_collector_does() {
    let pki = Arc::new(Pki::new("根"));
    let mut english = reply("accepted", NOW.seconds(), 1);
    english["verdict"] = serde_json::json!({ "headline": "unknown", "clauses": [
        { "clause": "§20-1", "title": "Start-up password", "state": "unknown", "reason": "not read yet" }] });
    english["verdict_digest"] = "0a".repeat(16).into();
    english["lang"] = "en".into();
    let server = collector(&pki, vec![json(200, &english)]);
    let mut device = Device::at(&server, &pki);
    device.language = Some(Lang::English);
    device.check_in(1);
    let (cycle, _) = device.check_in(1);
    assert_eq!(cycle.progress.verdict_lang, Lang::English);
    assert_eq!(check_ins(&server)[1]["have_verdict"], "0a".repeat(16));
    device.language = None;
    device.check_in(1);
    let asked: Vec<_> = server.seen().into_iter().map(|seen| seen.language).collect();
    assert_eq!(asked, [Some("en".to_owned()), Some("en".to_owned()), None], "Japanese is what a collector answers unasked");
}

#[test]
fn what_went_wrong_is_kept_in_every_language() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![problem(500, "internal")]);
    let (cycle, _) = Device::at(&server, &pki).check_in(1);
    let note = cycle.progress.trouble.expect("a note");
    for lang in Lang::ALL {
        assert_eq!(note.get(lang), (words::FAILED_THERE.get(lang), lang));
    }
}
