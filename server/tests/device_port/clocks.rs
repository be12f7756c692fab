//! Clocks of devices and of the collector.

use hashimori_server::store::meta;
use hashimori_shared::checkin::{CHECK_IN_PATH, Outcome};
use serde_json::json;

use crate::bench::{Bench, NOW};
use crate::client::Machine;

const YEAR: i64 = 365 * 86_400;

#[tokio::test]
async fn a_device_whose_clock_is_wrong_by_five_years_still_checks_in() {
    let bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    for skew in [-5 * YEAR, 5 * YEAR] {
        let mut body = machine.next(&bench, "0.1.0");
        let told = bench.now().seconds() + skew;
        body["sent_at"] = json!(told);
        body["observed_at"] = json!(told);
        let answer = machine.connect(&bench).await.post(CHECK_IN_PATH, body.to_string().as_bytes()).await.expect("an answer");
        assert_eq!(answer.reply().outcome, Outcome::Accepted);
        assert_eq!(answer.reply().server_time, bench.now());
    }
    let mut body = machine.next(&bench, "0.1.0");
    body["sent_at"] = json!(i64::MAX);
    let answer = machine.connect(&bench).await.post(CHECK_IN_PATH, body.to_string().as_bytes()).await.expect("an answer");
    assert_eq!((answer.status, answer.problem().errors[0].pointer.as_str()), (400, "/sent_at"));
}

#[tokio::test]
async fn a_collector_in_1970_or_a_year_ahead_takes_check_ins_lets_nothing_expire_and_recovers_when_accepted() {
    let mut bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    for wrong in [0, NOW.seconds() + YEAR] {
        // Only the collector's clock is wrong: the device keeps its TLS session, and its own time.
        let session = machine.connect(&bench).await;
        drop(session);
        bench.halt().await;
        bench.clock.set(hashimori_shared::time::Timestamp::from_seconds(wrong));
        bench.resume(false).await;
        assert!(bench.app().clock_guard.is_frozen());
        bench.clock.set(NOW);
        let connection = machine.connect(&bench).await;
        bench.clock.set(hashimori_shared::time::Timestamp::from_seconds(wrong));
        let mut connection = connection;
        let body = machine.next(&bench, "0.1.0").to_string();
        let reply = connection.post(CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").reply();
        assert_eq!(reply.outcome, Outcome::Accepted, "a leaf that this clock calls expired still works");
        assert_eq!(meta::clock_mark(&bench.app().store).await.expect("reads"), Some(NOW));
        bench.halt().await;
        bench.clock.set(NOW);
        bench.resume(false).await;
        assert!(!bench.app().clock_guard.is_frozen(), "a clock put right needs nobody's word");
    }
    bench.pass(YEAR).await;
    assert!(!bench.app().clock_guard.is_frozen(), "accepted");
}
