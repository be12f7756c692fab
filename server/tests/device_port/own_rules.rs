//! 事業所の定め (§26) as a device feels it: it passes, its facility lays down something stricter, and it is told at its next check-in that
//! and why it does not pass any more, although nothing about it has changed.

use hashimori_server::domain::ids::{OwnRulesId, PersonId};
use hashimori_server::domain::own_rules::Draft;
use hashimori_server::store::device_state;
use hashimori_server::store::own_rules::{self, NewOwnRules};
use hashimori_shared::checkin::{CHECK_IN_PATH, VerdictSummary};
use hashimori_shared::ids::ReportDigest;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{Fact, sample};
use hashimori_shared::verdict::State;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::client::Machine;

fn password(verdict: &VerdictSummary) -> (State, String) {
    let clause = verdict.clauses.iter().find(|c| c.clause == "§20-1").expect("the clause");
    (clause.state, clause.reason.clone())
}

async fn check_in(bench: &Bench, machine: &mut Machine, body: Value) -> VerdictSummary {
    let mut check_in = machine.next(bench, "");
    check_in["body"] = body;
    let answer = machine.connect(bench).await.post(CHECK_IN_PATH, check_in.to_string().as_bytes()).await.expect("an answer");
    answer.reply().verdict.expect("a verdict it does not hold yet")
}

#[tokio::test]
async fn a_device_that_passed_fails_its_facilitys_stricter_rules_and_is_told_why_at_its_next_check_in() {
    let bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let mut report = sample::good_debian(bench.now());
    for account in &mut report.accounts {
        account.password_changed = Some(Fact::read(bench.now().plus_days(-50), "/etc/shadow"));
    }
    let report = serde_json::to_value(&report).expect("JSON");
    let before = check_in(&bench, &mut machine, json!({ "report": report })).await;
    assert!(before.headline < State::NonCompliant && password(&before).0 < State::NonCompliant, "{before:?}");

    let typed = |key: &str| if key == "password.max_age_days" { "45" } else { "" };
    let draft = Draft::read(&Pack::bundled(), "訪問先で使うため", typed).expect("a filing");
    let new = NewOwnRules {
        id: OwnRulesId::new(bench.random.uuid(bench.now())),
        region: bench.region,
        facility: bench.facility,
        by: PersonId::new(bench.random.uuid(bench.now())),
        at: bench.now(),
        pack: "itsutsubashi-2019-02-08",
        draft: &draft,
    };
    let mut tx = bench.app().store.begin_ledger().await.expect("begins");
    assert_eq!(own_rules::insert(&mut tx, &new).await.expect("files"), Some(1));
    tx.commit().await.expect("commits");
    while bench.app().ingest.rejudge(bench.now()).await.expect("judges").more {}

    let unchanged = json!({ "unchanged": ReportDigest::of(report.to_string().as_bytes()).to_string() });
    let after = check_in(&bench, &mut machine, unchanged.clone()).await;
    assert_eq!(after.headline, State::NonCompliant);
    let (state, reason) = password(&after);
    assert!(state == State::NonCompliant && reason.contains("45日"), "{state:?} {reason}");
    let mut in_english = machine.next(&bench, "");
    in_english["body"] = unchanged;
    let mut connection = machine.connect(&bench).await;
    let body = in_english.to_string();
    let english = connection.post_with("accept-language: en\r\n", CHECK_IN_PATH, body.as_bytes()).await.expect("an answer").reply();
    let (state, reason) = password(&english.verdict.expect("the same in English"));
    assert!(state == State::NonCompliant && reason.contains("45 days"), "{state:?} {reason}");
    let device = bench.device(machine.id.expect("enrolled")).await;
    let stored = device_state::find(&bench.app().store, bench.facility, device.n).await.expect("reads").expect("a verdict").verdict;
    assert_eq!(stored.own_rules, Some(new.id.to_string()), "the verdict names the filing");
    assert!(stored.pack_revision.starts_with(&format!("{}+", Pack::bundled().revision())), "{}", stored.pack_revision);
}
