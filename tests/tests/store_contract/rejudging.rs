//! What changes by time alone, and what other rules change: judged anew in batches until nothing is due.

use std::sync::Arc;

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{PersonId, SelfCheckId};
use hashimori_server::domain::judge::{Judge, Subject};
use hashimori_server::domain::self_check::{SelfCheck, questions};
use hashimori_server::store::ingest::{Rejected, Rejudged};
use hashimori_server::store::self_check::NewSelfCheck;
use hashimori_server::store::{device_state, history, self_check};
use hashimori_shared::checkin::{Outcome, VerdictSummary};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::sample;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{Evidence, State, Verdict};
use hashimori_tests::bed::{Bed, On, bundled_rules};

on_both_engines!(
    a_verdict_that_changes_by_time_alone_is_what_judging_at_that_time_gives,
    other_rules_judge_every_device_anew_and_say_how_many_are_left,
    what_people_answer_counts_for_the_devices_they_answered_for_until_it_runs_out,
    once_nothing_is_outdated_the_rules_in_force_are_not_looked_for_again_until_others_come,
    a_judge_that_panics_on_one_report_fails_that_one_only,
);

async fn a_verdict_that_changes_by_time_alone_is_what_judging_at_that_time_gives(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (_, later) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    bed.send(n, (1, 1), &report).await?;
    bed.now = bed.now.plus_days(200);
    while bed.ingest.rejudge(bed.now).await?.more {}
    bed.send(later, (1, 1), &report).await?;
    let waited = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
    let fresh = device_state::find(&bed.store, bed.facility, later).await?.expect("a verdict");
    assert_eq!(waited.verdict, fresh.verdict);
    assert!(waited.verdict.next_change_at.is_none_or(|at| at > bed.now), "nothing is due");
    let causes: Vec<_> = history::list(&bed.store, bed.facility, n, None, 10).await?.into_iter().map(|c| c.cause).collect();
    assert_eq!(causes, ["time", "report"]);
    Ok(())
}

async fn what_people_answer_counts_for_the_devices_they_answered_for_until_it_runs_out(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (_, other) = bed.device(Standing::Active).await?;
    let (_, lost) = bed.device(Standing::Lost).await?;
    let report = sample::good_debian(bed.now);
    for device in [n, other] {
        bed.send(device, (1, 1), &report).await?;
    }
    let typed = [("grade", "administrator"), ("§20-6.no_copies", "yes")];
    let check = SelfCheck::read(&questions(&Pack::bundled()), bed.now, |field| typed.iter().find(|(f, _)| *f == field).map(|(_, v)| *v));
    let check = check.expect("answers");
    let mut new = NewSelfCheck {
        id: SelfCheckId::new(bed.random.uuid(bed.now)),
        facility: bed.facility,
        person: PersonId::new(bed.random.uuid(bed.now)),
        at: bed.now,
        check: &check,
        devices: Some(&[n, lost]),
    };
    let mut tx = bed.store.begin_ledger().await?;
    assert_eq!(self_check::insert(&mut tx, &new).await?, 1, "only what is in use");
    tx.commit().await?;
    let since = |bed: &Bed| (bed.now.plus_days(-365), bed.now.plus_days(-90));
    assert_eq!(self_check::count_due(&bed.store, bed.facility, since(&bed)).await?, 1);
    assert_eq!(bed.ingest.rejudge(bed.now).await?.judged, 1);

    let stands = async |bed: &Bed, device| -> anyhow::Result<_> {
        let found = device_state::find(&bed.store, bed.facility, device).await?.expect("a verdict");
        let clause = found.verdict.clauses.into_iter().find(|c| c.clause == "§20-6").expect("the clause");
        Ok((clause.state, clause.evidence))
    };
    assert_eq!(stands(&bed, n).await?, (State::Compliant, Some(Evidence::Confirmed)));
    assert_eq!(stands(&bed, other).await?, (State::AwaitingDeclaration, None));
    let causes: Vec<_> = history::list(&bed.store, bed.facility, n, None, 10).await?.into_iter().map(|c| c.cause).collect();
    assert_eq!(causes, ["answer", "report"]);

    bed.now = bed.now.plus_days(1);
    bed.send(n, (1, 2), &sample::bad_debian(bed.now)).await?;
    assert_eq!(stands(&bed, n).await?.0, State::Compliant, "a new report does not undo what people said");
    bed.now = bed.now.plus_days(365);
    while bed.ingest.rejudge(bed.now).await?.more {}
    assert_eq!(stands(&bed, n).await?, (State::AwaitingDeclaration, None), "it has run out");
    assert_eq!(self_check::count_due(&bed.store, bed.facility, since(&bed)).await?, 2);

    (new.id, new.devices, new.at) = (SelfCheckId::new(bed.random.uuid(bed.now)), None, bed.now);
    let mut tx = bed.store.begin_ledger().await?;
    assert_eq!(self_check::insert(&mut tx, &new).await?, 2);
    tx.commit().await?;
    let lines = self_check::list(&bed.store, bed.facility, 10).await?;
    assert_eq!(lines.iter().map(|line| line.devices).collect::<Vec<_>>(), [2, 1]);
    Ok(())
}

/// The bundled rules under another name, with a mark that makes them panic.
struct Renamed(Arc<dyn Judge>, &'static str);

impl Judge for Renamed {
    fn revision(&self) -> &str {
        self.1
    }
    fn judge(&self, subject: Subject<'_>, now: Timestamp) -> Verdict {
        assert_ne!(subject.report.agent.version, "9.9.9", "a report this judge cannot bear");
        self.0.judge(subject, now)
    }
    fn summarise(&self, verdict: &Verdict) -> VerdictSummary {
        self.0.summarise(verdict)
    }
}

async fn other_rules_judge_every_device_anew_and_say_how_many_are_left(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    for _ in 0..130 {
        let (_, n) = bed.device(Standing::Active).await?;
        bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    }
    assert!(!bed.ingest.rejudge(bed.now).await?.more);
    bed.rules.send_replace(Arc::new(Renamed(bundled_rules(), "another revision")));
    let first = bed.ingest.rejudge(bed.now).await?;
    assert_eq!((first.judged, first.outdated), (128, 2));
    let second = bed.ingest.rejudge(bed.now).await?;
    assert_eq!((second.judged, second.outdated), (2, 0));
    assert!(!bed.ingest.rejudge(bed.now).await?.more);
    Ok(())
}

async fn once_nothing_is_outdated_the_rules_in_force_are_not_looked_for_again_until_others_come(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    assert_eq!(bed.ingest.rejudge(bed.now).await?, Rejudged::default());
    // Nobody but this writer judges: a row that says otherwise is seen only by whoever searches all of them again.
    let mut tx = bed.store.begin().await?;
    sqlx::query("UPDATE device_state SET judged_with = 'another'").execute(&mut *tx).await?;
    tx.commit().await?;
    assert_eq!(bed.ingest.rejudge(bed.now).await?, Rejudged::default(), "an idle collector searched all devices");
    bed.rules.send_replace(Arc::new(Renamed(bundled_rules(), "a third")));
    let found = bed.ingest.rejudge(bed.now).await?;
    assert_eq!((found.judged, found.outdated), (1, 0));
    assert_eq!(bed.ingest.rejudge(bed.now).await?, Rejudged::default());
    Ok(())
}

async fn a_judge_that_panics_on_one_report_fails_that_one_only(on: On) -> anyhow::Result<()> {
    let bed = Bed::with(on, Arc::new(Renamed(bundled_rules(), "one")), 100).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (_, other) = bed.device(Standing::Active).await?;
    let good = sample::good_debian(bed.now);
    let mut unbearable = good.clone();
    "9.9.9".clone_into(&mut unbearable.agent.version);
    let (bad, fine) = tokio::join!(bed.send(n, (1, 1), &unbearable), bed.send(other, (1, 1), &good));
    assert_eq!(bad, Err(Rejected::Failed));
    assert_eq!(fine?.outcome, Outcome::Accepted);
    assert_eq!(bed.send(n, (1, 1), &good).await?.outcome, Outcome::Accepted, "its key was not used up");
    Ok(())
}
