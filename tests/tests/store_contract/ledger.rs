//! How a device's standing in the ledger decides what its check-ins do.

use hashimori_server::domain::device::Standing;
use hashimori_server::store::ingest::Rejected;
use hashimori_server::store::{alert, device_state, history, rollup};
use hashimori_shared::checkin::{Outcome, Standing as Told};
use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;
use hashimori_tests::bed::{Bed, On, whole};

on_both_engines!(
    a_check_in_from_a_lost_device_is_evidence_raises_an_alert_and_changes_no_verdict,
    interleaved_boots_are_a_suspected_copy_held_for_a_person,
    a_device_retired_between_two_check_ins_is_refused_at_the_second,
    a_device_that_waits_for_confirmation_is_judged_and_counted_apart,
    a_device_that_comes_back_is_judged_anew,
    history_has_a_row_per_change_and_a_mark_per_day,
);

async fn a_check_in_from_a_lost_device_is_evidence_raises_an_alert_and_changes_no_verdict(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Active).await?;
    let (good, bad) = (sample::good_debian(bed.now), sample::bad_debian(bed.now));
    bed.send(n, (1, 1), &good).await?;
    bed.stand(id, Standing::Lost).await?;
    let before = device_state::find(&bed.store, bed.facility, n).await?;
    for seq in 2..4 {
        let answer = bed.send(n, (1, seq), &bad).await?;
        assert_eq!((answer.outcome, answer.standing, answer.verdict), (Outcome::Accepted, Told::Held, None));
    }
    let beat = bed.beat(n, (1, 4), whole(&good).1).await?;
    assert_eq!((beat.outcome, beat.standing), (Outcome::Accepted, Told::Held));
    assert_eq!(device_state::find(&bed.store, bed.facility, n).await?, before);
    assert!(device_state::report_digests(&bed.store).await?.contains(&(n, whole(&bad).1)), "kept as evidence");
    let alerts = alert::list(&bed.store, bed.facility, 10).await?;
    assert_eq!(alerts.iter().map(|a| (a.device, a.kind, a.times)).collect::<Vec<_>>(), [(id, alert::Kind::LostSeen, 3)]);
    Ok(())
}

async fn interleaved_boots_are_a_suspected_copy_held_for_a_person(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Active).await?;
    let (good, bad) = (sample::good_debian(bed.now), sample::bad_debian(bed.now));
    bed.send(n, (1, 10), &good).await?;
    assert_eq!(bed.beat(n, (2, 11), whole(&good).1).await?.standing, Told::Active, "a reboot");
    let answer = bed.send(n, (1, 11), &bad).await?;
    assert_eq!((answer.outcome, answer.standing, answer.verdict), (Outcome::Accepted, Told::Held, None));
    let device = hashimori_server::store::device::find(&bed.store, bed.facility, id).await?.expect("the device");
    assert_eq!(device.standing, Standing::Copied);
    let present = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
    assert_eq!(present.report, serde_json::to_vec(&good)?, "the other machine's report decides nothing");
    let alerts = alert::list(&bed.store, bed.facility, 10).await?;
    assert_eq!(alerts.iter().map(|a| a.kind).collect::<Vec<_>>(), [alert::Kind::Copied]);
    let counts = rollup::counts(&bed.store, rollup::Scope::Facility(bed.facility)).await?;
    assert_eq!(counts.iter().map(|c| (c.standing, c.devices)).collect::<Vec<_>>(), [(Standing::Copied, 1)]);
    Ok(())
}

async fn a_device_retired_between_two_check_ins_is_refused_at_the_second(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    let (_, digest) = whole(&report);
    bed.send(n, (1, 1), &report).await?;
    bed.beat(n, (1, 2), digest).await?;
    bed.stand(id, Standing::Retired).await?;
    assert_eq!(bed.beat(n, (1, 3), digest).await, Err(Rejected::OutOfUse));
    assert_eq!(bed.send(n, (1, 4), &report).await, Err(Rejected::OutOfUse));
    Ok(())
}

async fn a_device_that_waits_for_confirmation_is_judged_and_counted_apart(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Pending).await?;
    let answer = bed.send(n, (1, 1), &sample::bad_debian(bed.now)).await?;
    assert_eq!(answer.standing, Told::Pending);
    assert_eq!(answer.verdict.expect("a verdict").headline, State::NonCompliant);
    let scope = rollup::Scope::Facility(bed.facility);
    let standings = async |bed: &Bed| anyhow::Ok(rollup::counts(&bed.store, scope).await?.iter().map(|c| c.standing).collect::<Vec<_>>());
    assert_eq!(standings(&bed).await?, [Standing::Pending]);
    bed.stand(id, Standing::Active).await?;
    assert_eq!(standings(&bed).await?, [Standing::Active]);
    Ok(())
}

async fn a_device_that_comes_back_is_judged_anew(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Active).await?;
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.stand(id, Standing::Lost).await?;
    bed.now = bed.now.plus_days(400);
    while bed.ingest.rejudge(bed.now).await?.more {}
    let held = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
    bed.stand(id, Standing::Active).await?;
    while bed.ingest.rejudge(bed.now).await?.more {}
    let back = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
    assert_ne!(held.verdict, back.verdict, "the signatures are more than a year old");
    assert_eq!(back.judged_at, bed.now);
    Ok(())
}

async fn history_has_a_row_per_change_and_a_mark_per_day(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (good, bad) = (sample::good_debian(bed.now), sample::bad_debian(bed.now));
    let first = bed.now.jst_day();
    bed.send(n, (1, 1), &good).await?;
    for seq in 2..6 {
        bed.beat(n, (1, seq), whole(&good).1).await?;
    }
    bed.ingest.fold().await?;
    bed.now = bed.now.plus_days(2);
    bed.send(n, (1, 6), &bad).await?;
    bed.ingest.fold().await?;
    let changes = history::list(&bed.store, bed.facility, n, None, 10).await?;
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[0].headline, State::NonCompliant);
    assert_eq!(history::list(&bed.store, bed.facility, n, Some(changes[0].id), 10).await?, changes[1..]);
    for (day, present) in [(first - 1, false), (first, true), (first + 1, false), (first + 2, true)] {
        assert_eq!(history::was_present(&bed.store, bed.facility, n, day).await?, present, "day {day}");
    }
    Ok(())
}
