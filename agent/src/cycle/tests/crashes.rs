//! A crash between any two changes of the state folder loses no stored check-in and never gives one number to two.

use std::collections::BTreeMap;

use super::*;

/// What the collector knows after a device went through `rounds`, crashing after `changes` changes in the round `crash_in`.
fn after_a_crash(facts: &[u32], crash_in: usize, changes: u32) -> (Vec<Value>, u32, usize) {
    let pki = Arc::new(Pki::new("根"));
    // The third request is answered `full_wanted`, so that crashes also fall into that exchange.
    let server = collector(&pki, vec![accepted(), accepted(), json(200, &reply("full_wanted", NOW.seconds(), 1))]);
    let device = Device::at(&server, &pki);
    let mut stored = 0;
    for (round, facts) in facts.iter().enumerate() {
        let folder = if round == crash_in { device.folder.crashing_after(changes) } else { device.folder.clone() };
        let mut cycle = device.cycle_in(folder);
        let now = NOW.plus_seconds(i64::try_from(round).expect("small") * 3600);
        if cycle.store(now, observation(*facts)).is_ok() {
            stored += 1;
        }
        // The process is gone after the first failure; what was sent was sent.
        let _ = cycle.send(&|| now);
    }
    let mut last = device.cycle();
    assert_eq!(last.send(&|| NOW.plus_days(1)).expect("state"), Ended::Done);
    assert_eq!(last.outbox.len(), 0);
    (check_ins(&server), last.progress.dropped, stored)
}

#[test]
fn whatever_was_stored_arrives_and_no_number_ever_carries_two_things() {
    let facts = [1, 1, 1, 2];
    for crash_in in 0..facts.len() {
        for changes in 0..14 {
            let (seen, dropped, stored) = after_a_crash(&facts, crash_in, changes);
            let mut by_number = BTreeMap::new();
            for check_in in &seen {
                let content = (check_in["body"].clone(), check_in["observed_at"].clone());
                let first = by_number.entry(check_in["seq"].as_u64()).or_insert_with(|| content.clone());
                assert_eq!(*first, content, "round {crash_in}, change {changes}");
            }
            let mut instants: Vec<_> = seen.iter().map(|c| c["observed_at"].as_i64()).collect();
            instants.sort_unstable();
            instants.dedup();
            assert!(instants.len() >= stored, "round {crash_in}, change {changes}: {} of {stored} arrived", instants.len());
            assert_eq!(dropped, 0);
            if crash_in == facts.len() - 1 && stored < facts.len() {
                continue; // the last facts were never stored, so nobody can expect them
            }
            let newest = seen.iter().rev().find(|c| is_full(c)).expect("a full report");
            assert_eq!(newest["body"]["report"]["machine"]["last_update"]["value"], 2, "round {crash_in}, change {changes}");
        }
    }
}
