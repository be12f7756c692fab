//! Certificates and clocks: whom the agent believes, and when.

use super::*;
use crate::testing::problem;

const LEAF_OF_2026: Span = [(2026, 12, 1), (2027, 3, 1)]; // NOW is 2027-01-15

fn trouble(cycle: &Cycle) -> String {
    cycle.progress.trouble.as_ref().map(|t| t.text.clone()).unwrap_or_default()
}

#[test]
fn a_clock_wrong_by_five_years_either_way_still_checks_in_and_is_known_to_be_wrong() {
    for years in [-5, 5] {
        let pki = Arc::new(Pki::new("根"));
        let server = Server::start_with(&pki, &["127.0.0.1"], LEAF_OF_2026, script(&pki, vec![]));
        let device = Device::at(&server, &pki);
        let device_time = NOW.plus_days(years * 365);
        for _ in 0..2 {
            let (cycle, ended) = device.check_in_at(1, device_time);
            assert_eq!(ended, Ended::Done, "{years}");
            assert_eq!(cycle.progress.clock_skew_s(), Some(years * 365 * 86_400));
        }
        assert_eq!(check_ins(&server)[0]["sent_at"], device_time.seconds(), "the collector sees the device's own clock");
    }
}

#[test]
fn a_certificate_that_ran_out_before_what_is_certainly_past_is_refused() {
    let pki = Arc::new(Pki::new("根"));
    let server = Server::start_with(&pki, &["127.0.0.1"], [(2025, 1, 1), (2025, 4, 1)], script(&pki, vec![]));
    let device = Device::at(&server, &pki);
    let (cycle, ended) = device.check_in(1);
    assert_eq!(ended, Ended::Later(Wait::Backoff, Exit::Untrusted));
    assert!(trouble(&cycle).contains("期限"), "{}", trouble(&cycle));
    assert!(server.seen().is_empty());
}

#[test]
fn behind_tls_inspection_the_foreign_issuer_and_the_address_to_exempt_are_named() {
    let (pki, inspector) = (Pki::new("根"), Arc::new(Pki::new("架空セキュリティ箱")));
    let server = collector(&inspector, vec![]);
    let device = Device::at(&server, &pki);
    let (cycle, ended) = device.check_in(1);
    assert_eq!(ended, Ended::Later(Wait::Backoff, Exit::Untrusted));
    let text = trouble(&cycle);
    assert!(
        text.contains("架空セキュリティ箱 issuing")
            && text.contains(&server.endpoint())
            && text.contains("除外す") | text.contains("対象から外す"),
        "{text}"
    );
    assert!(server.seen().is_empty(), "nothing is said to a stranger");
    assert_eq!(cycle.outbox.len(), 1);
}

#[test]
fn a_certificate_for_another_name_is_refused_and_said_to_be() {
    let pki = Arc::new(Pki::new("根"));
    let server = Server::start_with(&pki, &["other.example"], LONG, script(&pki, vec![]));
    let (cycle, ended) = Device::at(&server, &pki).check_in(1);
    assert_eq!(ended, Ended::Later(Wait::Backoff, Exit::Untrusted));
    assert!(trouble(&cycle).contains("別の名前"), "{}", trouble(&cycle));
}

#[test]
fn an_ageing_leaf_is_renewed_over_the_same_key_after_the_check_in() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    let device = Device::enrolled(&pki, &[server.endpoint()], LEAF_OF_2026);
    let before = device.cycle().identity().chain.clone();
    device.check_in(1);
    assert_eq!(server.seen().len(), 2, "45 days old: a check-in, then a renewal");
    let after = device.cycle().identity().chain.clone();
    assert_ne!(before, after);
    device.check_in(1);
    let leaves: Vec<_> = server.seen().iter().filter(|s| s.path == "/v1/check-in").map(|s| s.leaf.clone().expect("a leaf")).collect();
    assert_eq!(leaves.iter().map(|l| data_encoding::BASE64.encode(l)).collect::<Vec<_>>(), [before[0].clone(), after[0].clone()]);
}

#[test]
fn a_young_leaf_is_left_alone() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    let device = Device::enrolled(&pki, &[server.endpoint()], [(2027, 1, 1), (2027, 4, 1)]);
    device.check_in(1);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_tablet_from_the_drawer_renews_first_and_then_sends_what_waits() {
    let expired_leaf: Span = [(2026, 6, 1), (2026, 8, 30)];
    for (device_time, paths) in [
        (NOW, ["/v1/renew", "/v1/check-in"].as_slice()),
        // Its clock stands still too: the collector has to say it.
        (NOW.plus_days(-200), ["/v1/check-in", "/v1/renew", "/v1/check-in"].as_slice()),
    ] {
        let pki = Arc::new(Pki::new("根"));
        let issuing = pki.clone();
        let server = Server::start(&pki, move |seen| match seen.path.as_str() {
            "/v1/renew" => json(200, &issued(&issuing, &seen.json(), LONG)),
            _ if not_after(seen.leaf.as_deref()) < NOW => problem(403, "certificate-expired"),
            _ => accepted(),
        });
        let device = Device::enrolled(&pki, &[server.endpoint()], expired_leaf);
        assert_eq!(device.check_in_at(1, device_time).1, Ended::Done);
        assert_eq!(server.seen().iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), paths);
        assert_eq!(device.cycle().outbox.len(), 0);
    }
}

fn not_after(leaf: Option<&[u8]>) -> Timestamp {
    crate::identity::validity(&leaf.expect("a leaf").to_vec().into()).expect("a certificate").1
}

#[test]
fn a_renewed_leaf_that_has_ended_already_is_refused_and_the_old_one_kept() {
    let pki = Arc::new(Pki::new("根"));
    let issuing = pki.clone();
    // A collector that believes to be in 1970.
    let server = Server::start(&pki, move |seen| match seen.path.as_str() {
        "/v1/renew" => json(200, &issued(&issuing, &seen.json(), [(1970, 1, 1), (1970, 4, 1)])),
        _ => accepted(),
    });
    let device = Device::enrolled(&pki, &[server.endpoint()], LEAF_OF_2026);
    let before = device.cycle().identity().chain.clone();
    let (cycle, ended) = device.check_in(1);
    assert_eq!(ended, Ended::Done, "the check-in itself is done");
    assert_eq!(server.seen().iter().filter(|s| s.path == "/v1/renew").count(), 1);
    assert_eq!(cycle.identity().chain, before);
    assert_eq!(device.cycle().identity().chain, before, "on disk too");
}

#[test]
fn a_renewal_that_is_refused_is_not_tried_in_a_circle() {
    let pki = Arc::new(Pki::new("根"));
    let server = Server::start(&pki, |seen| if seen.path == "/v1/renew" { problem(401, "certificate-required") } else { accepted() });
    let device = Device::enrolled(&pki, &[server.endpoint()], [(2025, 6, 1), (2025, 8, 30)]);
    let (cycle, ended) = device.check_in(1);
    assert_eq!(ended, Ended::Later(Wait::Regular, Exit::Refused));
    assert!(trouble(&cycle).contains("更新"), "{}", trouble(&cycle));
    assert_eq!(server.seen().len(), 1);
}

fn announce(pki: &Pki, payload: &serde_json::Value) -> serde_json::Value {
    let payload = payload.to_string();
    let mut answer = reply("accepted", NOW.seconds(), 1);
    answer["announcements"] = serde_json::json!([{ "payload": payload, "signature": pki.sign(payload.as_bytes()) }]);
    answer
}

fn next_root(root: &Pki, serial: u64) -> serde_json::Value {
    serde_json::json!({ "kind": "next_root", "serial": serial, "root": data_encoding::BASE64.encode(&root.root()) })
}

#[test]
fn a_next_root_signed_by_a_trusted_one_lets_the_operator_change_roots_without_enrolling_again() {
    let (pki, next) = (Arc::new(Pki::new("根")), Arc::new(Pki::new("次の根")));
    let server = collector(&pki, vec![json(200, &announce(&pki, &next_root(&next, 1)))]);
    let device = Device::at(&server, &pki);
    device.check_in(1);
    let mut identity = device.cycle().identity().clone();
    assert_eq!(identity.roots.len(), 2);
    let moved = Server::start(&next, |_| accepted());
    identity.endpoints = vec![moved.endpoint()];
    // The new collector's test TLS knows only its own root, so it sees nobody; what counts is that it is trusted.
    identity.chain = next.issue(&DeviceKey::load(&device.folder, identity.key_place).expect("a key").request().expect("a request"), LONG);
    identity.save(&device.folder).expect("saved");
    assert_eq!(device.check_in(1).1, Ended::Done);
}

#[test]
fn announcements_that_are_forged_old_or_nonsense_change_nothing() {
    let (pki, next, stranger) = (Arc::new(Pki::new("根")), Pki::new("次の根"), Pki::new("よそ者"));
    let nonsense = serde_json::json!({ "kind": "run", "command": "rm" });
    let not_a_root = serde_json::json!({ "kind": "next_root", "serial": 9, "root": "AAAA" });
    let bad_endpoint = serde_json::json!({ "kind": "successor", "serial": 9, "endpoints": ["nowhere"] });
    let mut bent = announce(&pki, &next_root(&next, 3));
    bent["announcements"][0]["payload"] = next_root(&stranger, 3).to_string().into();
    let answers = vec![
        json(200, &announce(&stranger, &next_root(&stranger, 1))),
        json(200, &bent),
        json(200, &announce(&pki, &nonsense)),
        json(200, &announce(&pki, &not_a_root)),
        json(200, &announce(&pki, &bad_endpoint)),
    ];
    let count = answers.len();
    let server = collector(&pki, answers);
    let device = Device::at(&server, &pki);
    let before = device.cycle().identity().clone();
    for _ in 0..count {
        assert_eq!(device.check_in(1).1, Ended::Done);
    }
    assert_eq!(*device.cycle().identity(), before);
}

#[test]
fn an_old_successor_cannot_be_played_back() {
    let pki = Arc::new(Pki::new("根"));
    let successor = |serial: u64, host: &str| serde_json::json!({ "kind": "successor", "serial": serial, "endpoints": [host] });
    let answers =
        vec![json(200, &announce(&pki, &successor(2, "new.example:8443"))), json(200, &announce(&pki, &successor(1, "old.example:8443")))];
    let server = collector(&pki, answers);
    let device = Device::at(&server, &pki);
    device.check_in(1);
    device.check_in(1);
    assert_eq!(device.cycle().identity().endpoints, [server.endpoint(), "new.example:8443".to_owned()]);
}
