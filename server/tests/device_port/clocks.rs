//! Clocks of devices and of the collector.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::enrolment::CodeWish;
use hashimori_server::jobs;
use hashimori_server::pki::DEVICE_LEAF_DAYS;
use hashimori_server::store::{device_state, meta};
use hashimori_shared::checkin::{CHECK_IN_PATH, CheckInReply, Outcome};
use hashimori_shared::enroll::{ENROLL_PATH, Issued, LEAVE_PATH, RENEW_PATH};
use hashimori_shared::problem::kind;
use hashimori_shared::report::{Report, sample};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use serde_json::json;

use crate::bench::{Bench, NOW};
use crate::client::{Answer, Machine, Quirks, config, connect};

const YEAR: i64 = 365 * 86_400;
/// What a wrong clock shows: nothing yet, or a year too much.
const WRONG: [Timestamp; 2] = [Timestamp::from_seconds(0), NOW.plus_seconds(YEAR)];

/// The collector starts again and finds its clock wrong; devices still know what time it is when they connect.
async fn go_wrong(bench: &mut Bench, wrong: Timestamp) {
    // Its mark is as of the last look at the clock.
    bench.halt().await;
    bench.resume(false).await;
    assert!(!bench.app().clock_guard.is_frozen());
    bench.halt().await;
    bench.clock.set(wrong);
    bench.resume(false).await;
    assert!(bench.app().clock_guard.is_frozen());
}

/// Connects while the bench's one clock shows a device's time, and posts while it shows the collector's.
async fn post_at(bench: &Bench, machine: &Machine, (right, wrong): (Timestamp, Timestamp), (path, body): (&str, String)) -> (Answer, bool) {
    bench.clock.set(right);
    let mut connection = if path == ENROLL_PATH {
        connect(&config(bench, None, &Quirks::default()), bench.address()).await.expect("connects")
    } else {
        machine.connect(bench).await
    };
    bench.clock.set(wrong);
    let answer = connection.post(path, body.as_bytes()).await.expect("an answer");
    (answer, connection.is_resumed())
}

fn check_in_of(machine: &mut Machine, bench: &Bench, report: &Report, at: Timestamp) -> String {
    let mut body = machine.next(bench, "");
    body["observed_at"] = json!(at.seconds());
    body["sent_at"] = json!(at.seconds());
    body["body"] = json!({ "report": report });
    body.to_string()
}

#[tokio::test]
async fn a_wrong_clock_issues_leaves_of_the_usual_length_and_lets_no_expired_code_work_again() {
    for wrong in WRONG {
        let mut bench = Bench::start().await;
        let mut machine = Machine::active(&bench, "a").await;
        let expired = bench.issue(bench.wish(1)).await;
        bench.clock.advance(3_601);
        assert_eq!(machine.check_in(&bench).await.status, 200);
        let live = bench.issue(CodeWish { auto_confirm: true, ..bench.wish(2) }).await;
        let right = bench.now();
        go_wrong(&mut bench, wrong).await;
        let times = (right, wrong);

        let newcomer = Machine::new("b");
        let (refused, _) = post_at(&bench, &newcomer, times, (ENROLL_PATH, newcomer.enrolment(&expired).to_string())).await;
        assert!(refused.status == 403 && refused.problem().is(kind::CODE_REFUSED), "{wrong:?}");
        let (enrolled, _) = post_at(&bench, &newcomer, times, (ENROLL_PATH, newcomer.enrolment(&live).to_string())).await;
        assert_eq!(Machine::leaf_ends(&enrolled), right.plus_days(DEVICE_LEAF_DAYS), "{wrong:?}");
        let issued: Issued = serde_json::from_slice(&enrolled.body).expect("issued");
        assert_eq!(issued.server_time, right);
        let standing = bench.device(issued.device.parse().expect("an id")).await.standing;
        assert_eq!(standing, Standing::Pending, "the code may have run out long ago: a person looks");

        let renewal = json!({ "v": 1, "csr": Machine::csr(&machine.key) }).to_string();
        let (renewed, resumed) = post_at(&bench, &machine, times, (RENEW_PATH, renewal)).await;
        assert!(resumed, "ticket keys outlive a wrong clock");
        assert_eq!(Machine::leaf_ends(&renewed), right.plus_days(DEVICE_LEAF_DAYS), "{wrong:?}");
        bench.halt().await;
        bench.clock.set(right.plus_seconds(3_600));
        bench.resume(false).await;
        machine.take(&bench, &renewed);
        assert_eq!(machine.check_in(&bench).await.reply().outcome, Outcome::Accepted);
    }
}

#[tokio::test]
async fn a_wrong_clock_judges_and_dates_as_of_the_latest_time_believed_and_judges_anew_when_accepted() {
    for wrong in WRONG {
        let mut bench = Bench::start().await;
        let mut machine = Machine::active(&bench, "a").await;
        let (n, right) = (bench.device(machine.id.expect("enrolled")).await.n, bench.now());
        let mut report = sample::good_debian(right);
        let body = check_in_of(&mut machine, &bench, &report, right);
        let (usual, _) = post_at(&bench, &machine, (right, right), (CHECK_IN_PATH, body)).await;
        let usual = usual.reply().verdict.expect("a verdict");
        let headline = usual.headline;
        assert_ne!(headline, State::NonCompliant);
        go_wrong(&mut bench, wrong).await;
        "0.1.1".clone_into(&mut report.agent.version);
        // Time goes on for the device.
        let body = check_in_of(&mut machine, &bench, &report, right.plus_seconds(600));
        let (answer, _) = post_at(&bench, &machine, (right, wrong), (CHECK_IN_PATH, body)).await;
        let reply: CheckInReply = answer.reply();
        assert_eq!((reply.verdict.expect("a verdict"), reply.server_time), (usual, right), "{wrong:?}");
        bench.app().ingest.fold().await.expect("folds");
        let store = &bench.app().store;
        let present = device_state::find(store, bench.facility, n).await.expect("reads").expect("a verdict");
        assert_eq!((present.judged_at, present.received_at, present.observed_at), (right, right, right), "{wrong:?}");
        let line = device_state::list(store, bench.facility, &[n]).await.expect("lists").remove(0);
        assert_eq!((line.last_seen_at, line.skew_s), (Some(right), 600), "{wrong:?}");

        // It was right after all: a year has passed, and what was judged meanwhile is due.
        bench.halt().await;
        bench.clock.set(right.plus_seconds(YEAR));
        bench.resume(true).await;
        let now = bench.now();
        while bench.app().ingest.rejudge(now).await.expect("judges").more {}
        let present = device_state::find(&bench.app().store, bench.facility, n).await.expect("reads").expect("a verdict");
        assert_eq!(present.judged_at, now);
        assert_eq!(present.verdict.headline, State::NonCompliant, "signatures and updates are a year old");
        // And now it is said to have been wrong: what was judged in a time still to come does not wait for it.
        bench.halt().await;
        bench.clock.set(right.plus_seconds(1_200));
        bench.resume(true).await;
        let now = bench.now();
        while bench.app().ingest.rejudge(now).await.expect("judges").more {}
        let present = device_state::find(&bench.app().store, bench.facility, n).await.expect("reads").expect("a verdict");
        assert_eq!(present.judged_at, now);
        assert_eq!(present.verdict.headline, headline);
    }
}

#[tokio::test]
async fn a_wrong_clock_makes_and_ends_no_ticket_key() {
    let mut bench = Bench::start().await;
    let keys =
        async |bench: &Bench| bench.app().store.list_ticket_keys().await.expect("lists").into_iter().map(|k| k.0).collect::<Vec<_>>();
    let before = keys(&bench).await;
    for wrong in WRONG {
        go_wrong(&mut bench, wrong).await;
        jobs::take_up_authority(bench.app().clone()).await.expect("runs");
        assert_eq!(keys(&bench).await, before, "{wrong:?}");
        bench.halt().await;
        bench.clock.set(NOW);
        bench.resume(false).await;
    }
}

#[tokio::test]
async fn a_tablet_may_lie_in_its_drawer_for_400_days_to_the_second() {
    let mut bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    bench.pass((DEVICE_LEAF_DAYS + 400) * 86_400).await;
    machine.forget_sessions(&bench);
    assert_eq!(machine.renew_with(&bench, &machine.key).await.status, 200);
    bench.clock.advance(1);
    let late = machine.renew_with(&bench, &machine.key).await;
    assert!(late.status == 403 && late.problem().is(kind::CERTIFICATE_EXPIRED));
    assert!(late.problem().detail.is_some_and(|d| d.contains("enrol again")));
}

#[tokio::test]
async fn an_expired_leaf_neither_leaves_nor_brings_a_retired_device_back() {
    let mut bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    bench.pass(DEVICE_LEAF_DAYS * 86_400 + 1).await;
    machine.forget_sessions(&bench);
    let body = json!({ "v": 1, "left_at": bench.now().seconds() }).to_string();
    let left = machine.connect(&bench).await.post(LEAVE_PATH, body.as_bytes()).await.expect("an answer");
    assert!(left.status == 403 && left.problem().is(kind::CERTIFICATE_EXPIRED));
    bench.decide(machine.id.expect("enrolled"), Standing::Retired).await;
    let renewal = machine.renew_with(&bench, &machine.key).await;
    assert!(renewal.status == 410 && renewal.problem().is(kind::RETIRED));
    let answer = machine.check_in(&bench).await;
    assert!(answer.status == 403 && answer.problem().is(kind::CERTIFICATE_EXPIRED));
}

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
