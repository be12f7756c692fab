//! Strangers who hold connections, half-open or open, from the device's own address.

use std::time::Duration;

use hashimori_shared::checkin::Outcome;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::bench::Bench;
use crate::client::Machine;
use crate::skipped::skipped;

/// The beginning of a TLS record that never ends.
const HALF: &[u8] = &[0x16, 3, 1, 2, 0, 1];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_fifteen_thousand_half_open_handshakes_from_its_address_a_device_checks_in_within_ten_seconds() {
    let files = hashimori_server::limits::raise_open_files().unwrap_or(usize::MAX);
    // Each end of the displaced ones is closed by the collector, so that only the crowd's own ends count.
    let crowd = 15_000.min(files.saturating_sub(3_000));
    if crowd < 15_000 {
        skipped(format!("only {files} open files are allowed (ulimit -Hn, LimitNOFILE=): {crowd} half-open handshakes instead of 15,000"));
    }
    let bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let mut held = Vec::with_capacity(crowd);
    for _ in 0..crowd {
        let mut stream = TcpStream::connect(bench.address()).await.expect("connects");
        let _ = stream.write_all(HALF).await;
        held.push(stream);
    }
    let attempt = async {
        loop {
            machine.forget_sessions(&bench);
            let body = machine.next(&bench, "0.1.0").to_string();
            let config = crate::client::config(&bench, Some(machine.identity()), &crate::client::Quirks::default());
            let Ok(mut connection) = crate::client::connect(&config, bench.address()).await else {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            };
            if let Ok(answer) = connection.post(hashimori_shared::checkin::CHECK_IN_PATH, body.as_bytes()).await {
                break answer.reply().outcome;
            }
        }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(10), attempt).await.expect("within ten seconds, retries included");
    assert_eq!(outcome, Outcome::Accepted);
    // The collector itself has seen the crowd: each of them took a seat and lost it to another, or holds one still.
    let outcomes =
        ["Evicted", "TimedOut", "Failed"].map(|outcome| bench.metric(&format!("hashimori_handshakes_total{{outcome=\"{outcome}\"}}")));
    let seen = outcomes.iter().sum::<i64>() + bench.metric("hashimori_half_open");
    let most = i64::try_from(crowd - crowd / 15).expect("a number");
    assert!(seen >= most, "{seen} of {crowd}: {outcomes:?}");
    drop(held);
}

#[tokio::test]
async fn strangers_who_hold_finished_connections_give_way_to_newcomers_and_never_fill_every_place() {
    let bench = Bench::start_with("[limits]\nconnections = 16\nhalf_open = 12\nhalf_open_per_address = 6\n").await;
    let mut machine = Machine::active(&bench, "a").await;
    let anonymous = crate::client::config(&bench, None, &crate::client::Quirks::default());
    let mut held = Vec::new();
    for _ in 0..40 {
        held.push(crate::client::connect(&anonymous, bench.address()).await.expect("a stranger may shake hands"));
    }
    assert_eq!(machine.check_in(&bench).await.reply().outcome, Outcome::Accepted);
    let Some(mut oldest) = held.drain(..1).next() else { panic!("held") };
    assert!(oldest.post("/v1/enroll", b"{}").await.is_err(), "the first stranger has given way");
}

#[tokio::test]
async fn more_connections_than_allowed_are_let_go_at_once_and_a_place_given_back_is_used() {
    let bench = Bench::start_with("[limits]\nconnections = 6\nhalf_open = 2\n").await;
    let mut machine = Machine::active(&bench, "a").await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(machine.connect(&bench).await);
    }
    let identity = crate::client::config(&bench, Some(machine.identity()), &crate::client::Quirks::default());
    assert!(crate::client::connect(&identity, bench.address()).await.is_err(), "a seventh was let in");
    // Whoever is in is served all the same.
    let body = machine.next(&bench, "0.1.0").to_string();
    let reply = held[0].post(hashimori_shared::checkin::CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").reply();
    assert_eq!(reply.outcome, Outcome::Accepted);
    drop(held);
    // The collector notices the closed ones in its own time.
    let again = async {
        loop {
            if let Ok(connection) = crate::client::connect(&identity, bench.address()).await {
                break connection;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), again).await.expect("a place is free again");
}
