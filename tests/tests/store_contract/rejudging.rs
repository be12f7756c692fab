//! What changes by time alone, and what other rules change: judged anew in batches until nothing is due.

use std::sync::Arc;

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::judge::{Judge, Subject};
use hashimori_server::store::ingest::Rejected;
use hashimori_server::store::{device_state, history};
use hashimori_shared::checkin::{Outcome, VerdictSummary};
use hashimori_shared::report::sample;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::Verdict;
use hashimori_tests::bed::{Bed, On, bundled_rules};

on_both_engines!(
    a_verdict_that_changes_by_time_alone_is_what_judging_at_that_time_gives,
    other_rules_judge_every_device_anew_and_say_how_many_are_left,
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
