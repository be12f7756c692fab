//! Keys, duplicates, replays, reordering: a check-in counts once, and none is lost.

use hashimori_server::domain::device::Standing;
use hashimori_server::store::ingest::{Body, Rejected};
use hashimori_server::store::{alert, device, device_state, meta};
use hashimori_shared::checkin::{Outcome, Standing as Told};
use hashimori_shared::ids::{BootId, ReportDigest, VerdictDigest};
use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;
use hashimori_tests::bed::{Bed, On, whole};

on_both_engines!(
    an_acknowledged_check_in_is_found_again_by_its_key_and_a_changed_report_by_its_body,
    a_check_in_sent_twice_counts_once_before_and_after_folding_and_after_a_crash,
    a_heartbeat_that_names_an_unknown_base_is_asked_for_the_whole_report,
    a_report_that_comes_late_is_kept_and_changes_no_verdict,
    no_sequence_number_locks_out_later_ones,
    a_number_that_comes_again_with_other_facts_is_kept_and_raises_the_suspicion_of_a_copy,
    an_unchanged_verdict_is_left_out_of_the_answer,
    after_a_restore_every_device_sends_in_full,
    one_unknown_device_never_fails_its_neighbours,
    a_queue_that_is_full_answers_at_once_and_stores_what_it_took,
);

const BOOT: BootId = BootId::from_bytes([1; 16]);

async fn an_acknowledged_check_in_is_found_again_by_its_key_and_a_changed_report_by_its_body(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    let (_, digest) = whole(&report);
    assert_eq!(bed.send(n, (1, 1), &report).await?.outcome, Outcome::Accepted);
    assert_eq!(bed.beat(n, (1, 2), digest).await?.outcome, Outcome::Accepted);
    for _ in 0..2 {
        let taken = device_state::taken(&bed.store).await?;
        assert_eq!([1, 2, 3].map(|seq| taken.holds(n, BOOT, seq)), [true, true, false]);
        assert_eq!(device_state::report_digests(&bed.store).await?, [(n, digest)]);
        bed.restart().await?;
    }
    let present = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
    assert_eq!(present.report, serde_json::to_vec(&report)?);
    Ok(())
}

async fn a_check_in_sent_twice_counts_once_before_and_after_folding_and_after_a_crash(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    let (_, digest) = whole(&report);
    bed.send(n, (1, 1), &report).await?;
    bed.beat(n, (1, 2), digest).await?;
    for step in 0..3 {
        assert_eq!(bed.send(n, (1, 1), &report).await?.outcome, Outcome::Duplicate, "step {step}");
        assert_eq!(bed.beat(n, (1, 2), digest).await?.outcome, Outcome::Duplicate, "step {step}");
        match step {
            0 => bed.crash().await?,
            _ => bed.ingest.fold().await?,
        }
    }
    let (first, second) = tokio::join!(bed.beat(n, (1, 3), digest), bed.beat(n, (1, 3), digest));
    let mut outcomes = [first?.outcome, second?.outcome];
    outcomes.sort_by_key(|o| *o == Outcome::Duplicate);
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Duplicate], "two in one batch");
    Ok(())
}

async fn a_heartbeat_that_names_an_unknown_base_is_asked_for_the_whole_report(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    let (_, digest) = whole(&report);
    assert_eq!(bed.beat(n, (1, 1), digest).await?.outcome, Outcome::FullWanted);
    assert_eq!(bed.beat(n, (1, 1), digest).await?.outcome, Outcome::FullWanted, "asked again when the answer was lost");
    assert_eq!(bed.send(n, (1, 2), &report).await?.outcome, Outcome::Accepted);
    assert_eq!(bed.beat(n, (1, 3), digest).await?.outcome, Outcome::Accepted);
    Ok(())
}

async fn a_report_that_comes_late_is_kept_and_changes_no_verdict(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (good, bad) = (sample::good_debian(bed.now), sample::bad_debian(bed.now));
    let late = bed.check_in(n, (1, 2), whole(&good).0);
    bed.now = bed.now.plus_seconds(60);
    bed.send(n, (1, 3), &bad).await?;
    let before = device_state::find(&bed.store, bed.facility, n).await?;
    assert_eq!(bed.ingest.submit(late).await?.outcome, Outcome::Accepted);
    assert_eq!(device_state::find(&bed.store, bed.facility, n).await?, before);
    assert!(device_state::report_digests(&bed.store).await?.contains(&(n, whole(&good).1)));
    let headline = before.expect("a verdict").verdict.headline;
    assert_eq!(headline, State::NonCompliant);
    Ok(())
}

async fn no_sequence_number_locks_out_later_ones(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (good, bad) = (sample::good_debian(bed.now), sample::bad_debian(bed.now));
    bed.send(n, (1, u64::MAX), &good).await?;
    bed.now = bed.now.plus_seconds(60);
    assert_eq!(bed.send(n, (1, 8), &bad).await?.outcome, Outcome::Accepted);
    let present = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
    assert_eq!(present.verdict.headline, State::NonCompliant);

    // The same from a clock that runs five years ahead and is put right within the boot.
    let (_, n) = bed.device(Standing::Active).await?;
    let mut ahead = bed.check_in(n, (1, u64::MAX), whole(&good).0);
    ahead.observed_at = bed.now.plus_days(5 * 365);
    ahead.sent_at = ahead.observed_at;
    bed.ingest.submit(ahead).await?;
    for (seq, report) in [(8, &bad), (9, &good), (10, &bad)] {
        bed.now = bed.now.plus_seconds(60);
        bed.send(n, (1, seq), report).await?;
        let present = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
        assert_eq!(present.report, serde_json::to_vec(report)?, "judged in its turn");
        if seq == 9 {
            bed.restart().await?;
        }
    }
    Ok(())
}

async fn a_number_that_comes_again_with_other_facts_is_kept_and_raises_the_suspicion_of_a_copy(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let reports: Vec<_> = (0..4)
        .map(|at| {
            let mut report = sample::good_debian(bed.now);
            report.agent.version = format!("0.1.{at}");
            report
        })
        .collect();
    let standing =
        async |bed: &Bed, id| -> anyhow::Result<_> { Ok(device::find(&bed.store, bed.facility, id).await?.expect("a device").standing) };
    for folded in [false, true] {
        let (id, n) = bed.device(Standing::Active).await?;
        bed.send(n, (1, 1), &reports[0]).await?;
        bed.send(n, (1, 2), &reports[1]).await?;
        bed.beat(n, (1, 3), whole(&reports[1]).1).await?;
        if folded {
            bed.restart().await?;
        }
        for (seq, report) in [(1, &reports[0]), (2, &reports[1]), (1, &reports[1])] {
            assert_eq!(bed.send(n, (1, seq), report).await?.outcome, Outcome::Duplicate, "a replay is no suspicion");
        }
        assert_eq!(standing(&bed, id).await?, Standing::Active);
        // A snapshot from before number 3 goes on counting with what it sees now.
        let answer = bed.send(n, (1, 3), &reports[2]).await?;
        assert_eq!((answer.outcome, answer.standing, answer.verdict), (Outcome::Accepted, Told::Held, None));
        assert_eq!(standing(&bed, id).await?, Standing::Copied);
        assert!(device_state::report_digests(&bed.store).await?.contains(&(n, whole(&reports[2]).1)), "kept for whoever decides");
        assert_eq!(bed.send(n, (1, 3), &reports[2]).await?.outcome, Outcome::Duplicate);
        let alerts = alert::list(&bed.store, bed.facility, 50).await?;
        let raised: Vec<_> = alerts.iter().filter(|a| a.device == id).map(|a| (a.kind, a.times)).collect();
        assert_eq!(raised, [(alert::Kind::Copied, 1)]);
        let present = device_state::find(&bed.store, bed.facility, n).await?.expect("a verdict");
        assert_eq!(present.report, serde_json::to_vec(&reports[1])?, "the verdict stays");
    }
    let (id, n) = bed.device(Standing::Active).await?;
    let (one, two) = tokio::join!(bed.send(n, (1, 1), &reports[0]), bed.send(n, (1, 1), &reports[3]));
    assert_eq!((one?.outcome, two?.outcome), (Outcome::Accepted, Outcome::Accepted), "two in one batch");
    assert_eq!(standing(&bed, id).await?, Standing::Copied);
    Ok(())
}

async fn an_unchanged_verdict_is_left_out_of_the_answer(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    let (_, digest) = whole(&report);
    let fresh = bed.send(n, (1, 1), &report).await?.verdict.expect("the first answer carries it");
    let stored = bed.beat(n, (1, 2), digest).await?.verdict.expect("the device does not say that it holds one");
    assert_eq!(fresh, stored);
    let mut check_in = bed.check_in(n, (1, 3), Body::Unchanged(digest));
    check_in.have_verdict = Some(VerdictDigest::of(&serde_json::to_vec(&fresh)?));
    assert_eq!(bed.ingest.submit(check_in).await?.verdict, None);
    Ok(())
}

async fn after_a_restore_every_device_sends_in_full(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let report = sample::good_debian(bed.now);
    let (_, digest) = whole(&report);
    let old = bed.send(n, (1, 1), &report).await?.epoch;
    let mut tx = bed.store.begin_ledger().await?;
    let fresh = meta::renew_epoch(&mut tx, &bed.random).await?;
    tx.commit().await?;
    bed.restart().await?;
    let answer = bed.beat(n, (1, 2), digest).await?;
    assert_ne!(old, fresh);
    assert_eq!((answer.outcome, answer.epoch), (Outcome::FullWanted, fresh));
    assert_eq!(bed.send(n, (1, 3), &report).await?.outcome, Outcome::Accepted);
    assert_eq!(bed.beat(n, (1, 4), digest).await?.outcome, Outcome::Accepted);
    Ok(())
}

async fn one_unknown_device_never_fails_its_neighbours(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let stranger = hashimori_server::domain::device::DeviceN(4711);
    let report = sample::good_debian(bed.now);
    let (unknown, known) = tokio::join!(bed.send(stranger, (1, 1), &report), bed.send(n, (1, 1), &report));
    assert_eq!(unknown, Err(Rejected::UnknownDevice));
    assert_eq!(known?.outcome, Outcome::Accepted);
    Ok(())
}

async fn a_queue_that_is_full_answers_at_once_and_stores_what_it_took(on: On) -> anyhow::Result<()> {
    let bed = Bed::with(on, hashimori_tests::bed::bundled_rules(), 4).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let digest = ReportDigest::of(b"{}");
    let act = bed.store.begin_ledger().await?;
    let check_ins: Vec<_> = (1..=40).map(|seq| bed.beat(n, (1, seq), digest)).collect();
    let answers = futures_join(check_ins, async move { act.rollback().await }).await?;
    let overloaded = answers.iter().filter(|a| **a == Err(Rejected::Overloaded)).count();
    assert!(overloaded >= 30, "{overloaded} of 40 were turned away");
    let taken = device_state::taken(&bed.store).await?;
    for (seq, answer) in (1_u64..).zip(&answers) {
        assert_eq!(taken.holds(n, BOOT, seq), answer.is_ok(), "seq {seq}");
    }
    Ok(())
}

/// Polls all check-ins once before the act ends, then waits for their answers.
async fn futures_join<F, T, E>(check_ins: Vec<F>, act: impl Future<Output = Result<(), E>>) -> anyhow::Result<Vec<T>>
where
    F: Future<Output = T>,
    E: std::error::Error + Send + Sync + 'static,
{
    let mut pinned: Vec<_> = check_ins.into_iter().map(Box::pin).collect();
    let mut answers: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
    let mut act = std::pin::pin!(act);
    let mut held = true;
    std::future::poll_fn(|cx| {
        for (slot, check_in) in answers.iter_mut().zip(&mut pinned) {
            if slot.is_none()
                && let std::task::Poll::Ready(answer) = check_in.as_mut().poll(cx)
            {
                *slot = Some(answer);
            }
        }
        if held {
            match act.as_mut().poll(cx) {
                std::task::Poll::Ready(Ok(())) => held = false,
                std::task::Poll::Ready(Err(e)) => return std::task::Poll::Ready(Err(anyhow::Error::new(e))),
                std::task::Poll::Pending => {}
            }
        }
        if answers.iter().all(Option::is_some) { std::task::Poll::Ready(Ok(())) } else { std::task::Poll::Pending }
    })
    .await?;
    Ok(answers.into_iter().flatten().collect())
}
