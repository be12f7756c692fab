//! Codes, quarantine, and the hardware that is shown.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::enrolment::{CodeWish, FAILURES_ALLOWED, Suspicion, THROTTLE_WINDOW_S};
use hashimori_server::domain::ids::{FacilityId, PersonId};
use hashimori_server::domain::people::role::DeputyTerm;
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::store::facility::{self, Facility};
use hashimori_server::store::{device, person};
use hashimori_shared::checkin;
use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::problem::kind;
use serde_json::json;

use crate::bench::Bench;
use crate::client::Machine;

#[tokio::test]
async fn a_code_lets_a_device_into_quarantine_with_the_hardware_it_showed() {
    let bench = Bench::start().await;
    let mut machine = Machine::new("a");
    let id = machine.enrol(&bench).await;
    let device = bench.device(id).await;
    assert_eq!((device.standing, device.label.as_str(), device.confirmed_at), (Standing::Pending, "受付1号機", None));
    let shown = bench.app().store.find_evidence(id).await.expect("reads").expect("evidence");
    assert_eq!((shown.maker.as_deref(), shown.model.as_deref(), shown.suspicion), (Some("架空電機"), Some("FX-1"), None));
    assert_eq!(json!(shown.ids), machine.hardware);
    let reply = machine.check_in(&bench).await.reply();
    assert_eq!(reply.standing, checkin::Standing::Pending);
    bench.decide(id, Standing::Active).await;
    assert_eq!(machine.check_in(&bench).await.reply().standing, checkin::Standing::Active);
}

#[tokio::test]
async fn every_code_that_does_not_work_gets_the_same_answer() {
    let bench = Bench::start().await;
    let used = bench.issue(bench.wish(1)).await;
    assert_eq!(Machine::new("first").ask_with(&bench, &used).await.status, 200);
    let revoked = bench.issue(bench.wish(5)).await;
    let rows = bench.app().store.list_live_codes(bench.facility, None, (bench.now(), 10)).await.expect("lists");
    let mut tx = bench.app().store.begin().await.expect("begins");
    assert!(tx.revoke_code(bench.facility, rows[0].id, bench.now()).await.expect("revokes"));
    tx.commit().await.expect("commits");
    let expired = bench.issue(bench.wish(1)).await;
    bench.clock.advance(3_600);
    let wrong = EnrolmentCode { secret: [1; 16], root_pin: [0; 10] };
    let mut answers = Vec::new();
    for code in [used, revoked, expired, wrong] {
        let answer = Machine::new("other").ask_with(&bench, &code).await;
        let mut problem = answer.problem();
        assert!(problem.is(kind::CODE_REFUSED));
        problem.instance = None;
        answers.push((answer.status, problem));
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn a_deputys_code_lets_nobody_in_while_the_facility_has_no_deputies() {
    let bench = Bench::start().await;
    let code = bench.issue(bench.wish(1)).await;
    let scope = Scope::Facility(bench.region, bench.facility);
    let (id, login) = (PersonId::new(bench.random.uuid(bench.now())), Login::parse("daiko").expect("a sign-in name"));
    let deputy = Person { id, role: Role::Deputy, scope, login, name: "見本 代行".to_owned() };
    let mut tx = bench.app().store.begin().await.expect("begins");
    person::insert(&mut tx, &deputy, bench.now()).await.expect("inserts");
    sqlx::query("UPDATE enrolment_code SET issued_by = $1").bind(id.to_string()).execute(&mut *tx).await.expect("writes");
    tx.commit().await.expect("commits");
    assert!(Machine::new("a").ask_with(&bench, &code).await.problem().is(kind::CODE_REFUSED));
    let mut tx = bench.app().store.begin_ledger().await.expect("begins");
    facility::put_deputy_term(&mut tx, bench.facility, DeputyTerm { from: bench.now(), until: None }).await.expect("writes");
    tx.commit().await.expect("commits");
    assert_eq!(Machine::new("a").ask_with(&bench, &code).await.status, 200, "being refused has not used the code up");
}

#[tokio::test]
async fn an_origin_with_too_many_wrong_codes_has_to_wait_even_with_a_right_one() {
    let bench = Bench::start().await;
    let right = bench.issue(CodeWish { hours: 24, ..bench.wish(1) }).await;
    for n in 0..FAILURES_ALLOWED {
        let wrong = EnrolmentCode { secret: [u8::try_from(n).expect("small"); 16], root_pin: [0; 10] };
        assert_eq!(Machine::new("x").ask_with(&bench, &wrong).await.status, 403);
    }
    let answer = Machine::new("y").ask_with(&bench, &right).await;
    assert!(answer.status == 429 && answer.problem().is(kind::THROTTLED) && answer.head.contains("retry-after: "));
    bench.clock.advance(THROTTLE_WINDOW_S);
    assert_eq!(Machine::new("y").ask_with(&bench, &right).await.status, 200);
}

#[tokio::test]
async fn a_device_whose_answer_got_lost_asks_again_and_stays_the_same_device() {
    let bench = Bench::start().await;
    let code = bench.issue(bench.wish(2)).await;
    let mut machine = Machine::new("a");
    let first = machine.ask_with(&bench, &code).await;
    let first = machine.take(&bench, &first);
    let again = machine.ask_with(&bench, &code).await;
    assert_eq!(machine.take(&bench, &again), first);
    assert_eq!(Machine::new("b").ask_with(&bench, &code).await.status, 200, "asking again has not used the code up");
    bench.decide(first, Standing::Refused).await;
    assert_eq!(machine.ask_with(&bench, &code).await.status, 403, "a refused device does not come back by its old code");
}

#[tokio::test]
async fn a_bounded_code_lets_in_as_many_as_it_says_also_when_all_ask_at_once() {
    let bench = Bench::start().await;
    let code = bench.issue(bench.wish(3)).await;
    let machines: Vec<_> = (0..5).map(|n| Machine::new(&n.to_string())).collect();
    let asked = tokio::join!(
        machines[0].ask_with(&bench, &code),
        machines[1].ask_with(&bench, &code),
        machines[2].ask_with(&bench, &code),
        machines[3].ask_with(&bench, &code),
        machines[4].ask_with(&bench, &code),
    );
    let statuses = [asked.0.status, asked.1.status, asked.2.status, asked.3.status, asked.4.status];
    let admitted = statuses.into_iter().filter(|status| *status == 200).count();
    assert_eq!(admitted, 3);
}

#[tokio::test]
async fn the_same_hardware_with_another_key_is_flagged_and_waits_for_a_person_even_with_an_auto_confirming_code() {
    let bench = Bench::start().await;
    let mut machine = Machine::new("a");
    let first = machine.enrol(&bench).await;
    let auto = CodeWish { auto_confirm: true, ..bench.wish(2) };
    let code = bench.issue(auto).await;
    let mut reinstalled = Machine::new("a");
    let answer = reinstalled.ask_with(&bench, &code).await;
    let second = reinstalled.take(&bench, &answer);
    assert_ne!(first, second);
    assert_eq!(bench.device(second).await.standing, Standing::Pending);
    let shown = bench.app().store.find_evidence(second).await.expect("reads").expect("evidence");
    assert_eq!(shown.suspicion, Some((Suspicion::SameHardware, Some(first))));
    let mut stranger = Machine::new("b");
    let answer = stranger.ask_with(&bench, &code).await;
    let third = stranger.take(&bench, &answer);
    assert_eq!(bench.device(third).await.standing, Standing::Active, "nothing speaks against this one");
}

#[tokio::test]
async fn a_key_known_under_another_device_waits_for_a_person_whatever_hardware_comes_with_it() {
    let bench = Bench::start().await;
    let elsewhere = FacilityId::new(bench.random.uuid(bench.now()));
    let mut tx = bench.app().store.begin().await.expect("begins");
    let other = Facility { id: elsewhere, region: bench.region, name: "架空薬局".to_owned(), created_at: bench.now() };
    facility::insert(&mut tx, &other).await.expect("inserted");
    tx.commit().await.expect("commits");
    let mut machine = Machine::active(&bench, "a").await;
    let first = machine.id.expect("enrolled");
    bench.decide(first, Standing::Retired).await;
    machine.hardware = Machine::new("another board").hardware;
    for (facility, like) in [(bench.facility, Some(first)), (elsewhere, None)] {
        let code = bench.issue(CodeWish { auto_confirm: true, facility, ..bench.wish(1) }).await;
        let answer = machine.ask_with(&bench, &code).await;
        let back = machine.take(&bench, &answer);
        assert_ne!(back, first);
        let device = device::find(&bench.app().store, facility, back).await.expect("reads").expect("a device");
        assert_eq!(device.standing, Standing::Pending);
        let shown = bench.app().store.find_evidence(back).await.expect("reads").expect("evidence");
        assert_eq!(shown.suspicion, Some((Suspicion::SameKey, like)), "another facility's device is not named");
        bench.decide_at(facility, back, Standing::Refused).await;
    }
}

#[tokio::test]
async fn another_machine_from_the_same_image_is_flagged() {
    let bench = Bench::start().await;
    let mut machine = Machine::new("a");
    let first = machine.enrol(&bench).await;
    let mut copy = Machine::new("b");
    copy.hardware["machine_id"] = machine.hardware["machine_id"].clone();
    let second = copy.enrol(&bench).await;
    let shown = bench.app().store.find_evidence(second).await.expect("reads").expect("evidence");
    assert_eq!(shown.suspicion, Some((Suspicion::SameImage, Some(first))));
}

#[tokio::test]
async fn what_an_enrolment_says_wrongly_is_named_and_uses_no_code_up() {
    let bench = Bench::start().await;
    let code = bench.issue(bench.wish(1)).await;
    let machine = Machine::new("a");
    let rsa_free = json!("AAAA");
    for (field, value, pointer) in [
        ("csr", rsa_free, "/csr"),
        ("secret", json!("xyz"), "/secret"),
        ("label", json!("長".repeat(61)), "/label"),
        ("hardware_ids", json!({ "serial": "NOT-A-DIGEST" }), "/hardware_ids/serial"),
        ("agent", json!({ "version": "v".repeat(129), "platform": "linux", "privileged": true }), "/agent/version"),
    ] {
        let mut body = machine.enrolment(&code);
        body[field] = value;
        let anonymous = crate::client::config(&bench, None, &crate::client::Quirks::default());
        let answer = crate::client::post(&anonymous, bench.address(), "/v1/enroll", &body).await.expect("an answer");
        assert_eq!(answer.status, 400);
        assert_eq!(answer.problem().errors[0].pointer, pointer);
    }
    assert_eq!(machine.ask_with(&bench, &code).await.status, 200);
}

#[tokio::test]
async fn a_facility_that_is_suspended_lets_nothing_in_and_its_code_is_not_used_up() {
    let bench = Bench::start().await;
    let code = bench.issue(bench.wish(1)).await;
    let put = async |state: &'static str| {
        let mut tx = bench.app().store.begin().await.expect("begins");
        sqlx::query("UPDATE facility SET state = $1").bind(state).execute(&mut *tx).await.expect("written");
        tx.commit().await.expect("commits");
    };
    let mut machine = Machine::new("a");
    for state in ["suspended", "leaving", "left"] {
        put(state).await;
        let refused = machine.ask_with(&bench, &code).await;
        let problem = refused.problem();
        assert!(refused.status == 403 && problem.is(kind::CODE_REFUSED), "{state}");
        assert!(problem.detail.is_some_and(|detail| detail.contains("not used up")), "{state}");
    }
    put("in").await;
    let answer = machine.ask_with(&bench, &code).await;
    machine.take(&bench, &answer);
}
