//! Retired, lost, duplicates, restores: what the ledger says decides each check-in, whatever the connection.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::FacilityId;
use hashimori_server::store::{alert, device, device_state, meta};
use hashimori_shared::checkin::{self, CHECK_IN_PATH, Outcome};
use hashimori_shared::enroll::LEAVE_PATH;
use hashimori_shared::ids::ReportDigest;
use hashimori_shared::problem::kind;
use serde_json::json;

use crate::bench::Bench;
use crate::client::{Machine, report};

const ASK: &str = "管理者に連絡してください";

#[tokio::test]
async fn a_retired_device_is_refused_at_once_on_open_resumed_and_new_connections() {
    let bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let mut open = machine.connect(&bench).await;
    let body = machine.next(&bench, "0.1.0").to_string();
    assert_eq!(open.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").status, 200);
    bench.decide(machine.id.expect("enrolled"), Standing::Retired).await;
    let mut resumed = machine.connect(&bench).await;
    assert!(resumed.is_resumed(), "else this proves nothing");
    machine.forget_sessions(&bench);
    let mut fresh = machine.connect(&bench).await;
    assert!(!fresh.is_resumed());
    for connection in [&mut open, &mut resumed, &mut fresh] {
        let body = machine.next(&bench, "0.1.0").to_string();
        let answer = connection.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer");
        assert!(answer.status == 410 && answer.problem().is(kind::RETIRED));
    }
    let renewal = machine.renew_with(&bench, &machine.key).await;
    assert!(renewal.status == 410 && renewal.problem().is(kind::RETIRED));
    let device = bench.device(machine.id.expect("enrolled")).await;
    assert_eq!(bench.reports(device.n).await, 1, "nothing of it is stored any more");
}

#[tokio::test]
async fn a_lost_device_is_heard_on_every_connection_told_only_to_ask_and_changes_no_verdict() {
    let bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let mut open = machine.connect(&bench).await;
    let body = machine.next(&bench, "0.1.0").to_string();
    let before = open.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").reply();
    assert!(before.verdict.is_some() && before.message.is_none());
    let id = machine.id.expect("enrolled");
    let n = bench.device(id).await.n;
    let verdict = device_state::find(&bench.app().store, bench.facility, n).await.expect("reads").expect("a verdict").verdict;
    bench.decide(id, Standing::Lost).await;
    let mut resumed = machine.connect(&bench).await;
    assert!(resumed.is_resumed());
    for (at, connection) in [&mut open, &mut resumed].into_iter().enumerate() {
        let body = machine.next(&bench, &format!("9.9.{at}")).to_string();
        let reply = connection.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").reply();
        assert_eq!(reply.standing, checkin::Standing::Held);
        assert_eq!((reply.message.as_deref(), reply.verdict), (Some(ASK), None));
    }
    assert_eq!(machine.renew_with(&bench, &machine.key).await.status, 200, "it must stay reachable");
    assert_eq!(bench.reports(n).await, 3, "its reports are evidence");
    let after = device_state::find(&bench.app().store, bench.facility, n).await.expect("reads").expect("a verdict").verdict;
    assert_eq!(verdict, after);
    let open = alert::list(&bench.app().store, bench.facility, 10).await.expect("lists");
    assert!(open.iter().any(|a| a.kind == alert::Kind::LostSeen), "{open:?}");
}

#[tokio::test]
async fn a_replay_counts_once_also_after_a_restart_and_reordering_loses_nothing() {
    let mut bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let (first, second, third) = (machine.next(&bench, "1"), machine.next(&bench, "2"), machine.next(&bench, "3"));
    let mut connection = machine.connect(&bench).await;
    for (body, outcome) in [
        (&third, Outcome::Accepted),
        (&first, Outcome::Accepted),
        (&third, Outcome::Duplicate),
        (&second, Outcome::Accepted),
        (&first, Outcome::Duplicate),
    ] {
        let reply = connection.post(CHECK_IN_PATH, body.to_string().as_bytes()).await.expect("an answer").reply();
        assert_eq!(reply.outcome, outcome);
    }
    drop(connection);
    bench.halt().await;
    bench.resume(false).await;
    let mut connection = machine.connect(&bench).await;
    assert!(connection.is_resumed(), "ticket keys are in the store");
    for body in [first, second, third] {
        let reply = connection.post(CHECK_IN_PATH, body.to_string().as_bytes()).await.expect("an answer").reply();
        assert_eq!(reply.outcome, Outcome::Duplicate);
    }
    let n = bench.device(machine.id.expect("enrolled")).await.n;
    assert_eq!(bench.reports(n).await, 3);
}

#[tokio::test]
async fn an_unchanged_report_is_a_heartbeat_until_a_restore_begins_another_epoch() {
    let mut bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let first = machine.check_in(&bench).await.reply();
    let unchanged = json!({ "unchanged": ReportDigest::of(report("0.1.0").to_string().as_bytes()).to_string() });
    let mut heartbeat = machine.next(&bench, "");
    heartbeat["body"] = unchanged.clone();
    let mut connection = machine.connect(&bench).await;
    let reply = connection.post(CHECK_IN_PATH, heartbeat.to_string().as_bytes()).await.expect("an answer").reply();
    drop(connection);
    assert_eq!((reply.outcome, reply.epoch), (Outcome::Accepted, first.epoch));
    let mut tx = bench.app().store.begin_ledger().await.expect("begins");
    meta::renew_epoch(&mut tx, &bench.random).await.expect("renews");
    tx.commit().await.expect("commits");
    bench.halt().await;
    bench.resume(false).await;
    let mut heartbeat = machine.next(&bench, "");
    heartbeat["body"] = unchanged;
    let mut connection = machine.connect(&bench).await;
    let reply = connection.post(CHECK_IN_PATH, heartbeat.to_string().as_bytes()).await.expect("an answer").reply();
    assert_eq!(reply.outcome, Outcome::FullWanted);
    assert_ne!(reply.epoch, first.epoch);
    assert_eq!(machine.check_in(&bench).await.reply().outcome, Outcome::Accepted);
}

#[tokio::test]
async fn a_device_that_outlived_a_restore_is_heard_and_waits_to_be_confirmed_again() {
    let mut bench = Bench::start().await;
    let Some(data) = bench.store_file() else { return };
    bench.halt().await;
    let backup = std::fs::read(&data).expect("reads");
    bench.resume(false).await;
    let mut machine = Machine::active(&bench, "a").await;
    let id = machine.id.expect("enrolled");
    assert_eq!(machine.check_in(&bench).await.status, 200);
    bench.halt().await;
    std::fs::write(&data, backup).expect("restores");
    bench.resume(false).await;
    machine.forget_sessions(&bench);
    let reply = machine.check_in(&bench).await.reply();
    assert_eq!((reply.outcome, reply.standing), (Outcome::Accepted, checkin::Standing::Held));
    assert_eq!(reply.message.as_deref(), Some(ASK));
    assert_eq!(bench.device(id).await.standing, Standing::Reconfirm);
    bench.decide(id, Standing::Active).await;
    assert_eq!(machine.check_in(&bench).await.reply().standing, checkin::Standing::Active);
}

#[tokio::test]
async fn twenty_devices_that_outlived_a_restore_are_taken_in_at_once() {
    let bench = Bench::start().await;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mut machine = Machine::outliving(&bench, bench.facility);
        let mut connection = machine.connect(&bench).await;
        let body = machine.next(&bench, "0.1.0").to_string();
        asking.spawn(async move { connection.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").reply().standing });
    }
    assert_eq!(asking.join_all().await, [checkin::Standing::Held; 20]);
    let waiting = device::list_standing(&bench.app().store, bench.facility, Standing::Reconfirm, 50).await.expect("lists");
    assert_eq!(waiting.len(), 20);
}

#[tokio::test]
async fn a_device_of_a_facility_that_the_store_does_not_know_is_refused_and_told_why() {
    let bench = Bench::start().await;
    let mut machine = Machine::outliving(&bench, FacilityId::new(bench.random.uuid(bench.now())));
    let answer = machine.check_in(&bench).await;
    assert_eq!(answer.status, 403, "to come back later would not help");
    let problem = answer.problem();
    assert!(problem.is(kind::CERTIFICATE_REQUIRED) && problem.detail.as_ref().is_some_and(|d| d.contains("facility")), "{problem:?}");
}

#[tokio::test]
async fn whatever_is_known_of_a_device_whose_facility_has_left_it_hears_that_it_is_out_of_use() {
    let bench = Bench::start().await;
    let mut tx = bench.app().store.begin().await.expect("begins");
    sqlx::query("UPDATE facility SET state = 'left' WHERE id = $1")
        .bind(bench.facility.to_string())
        .execute(&mut *tx)
        .await
        .expect("written");
    tx.commit().await.expect("commits");
    let mut machine = Machine::outliving(&bench, bench.facility);
    let answer = machine.check_in(&bench).await;
    assert!(answer.status == 410 && answer.problem().is(kind::RETIRED));
}

#[tokio::test]
async fn a_device_that_leaves_is_written_down_and_stays_in_the_ledger() {
    let bench = Bench::start().await;
    let machine = Machine::active(&bench, "a").await;
    let body = json!({ "v": 1, "left_at": bench.now().seconds() }).to_string();
    let answer = machine.connect(&bench).await.post(LEAVE_PATH, body.as_bytes()).await.expect("an answer");
    assert_eq!(answer.status, 204);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM device_leaving").fetch_one(bench.app().store.read()).await.expect("counts");
    assert_eq!(left, 1);
    assert_eq!(bench.device(machine.id.expect("enrolled")).await.standing, Standing::Active);
}
