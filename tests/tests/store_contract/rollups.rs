//! Law: after every commit the roll-ups equal a recount of the devices.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, PaperId};
use hashimori_server::domain::paper::{Act, Kind, State as PaperState};
use hashimori_server::store::paper;
use hashimori_server::store::rollup::{self, Scope};
use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;
use hashimori_tests::bed::{Bed, On, whole};
use hashimori_tests::recount;

use super::papers::{found, new, step as move_on, wish};

on_both_engines!(whatever_happens_the_rollups_equal_a_recount);

async fn whatever_happens_the_rollups_equal_a_recount(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let mut devices = Vec::new();
    for standing in [Standing::Pending, Standing::Active, Standing::Active, Standing::Active] {
        devices.push(bed.device(standing).await?);
    }
    let reports = [sample::good_debian(bed.now), sample::bad_debian(bed.now)];
    let standings = [Standing::Active, Standing::Lost, Standing::Active, Standing::Retired, Standing::Active, Standing::Copied];
    for step in 1..120_u64 {
        let [what, which, extra, hours, ..] = bed.random.bytes::<4>();
        let (id, n) = devices[usize::from(which) % devices.len()];
        let (at, boot) = (usize::from(extra), [1, 2, 3][usize::try_from(step / 40)?]);
        bed.now = bed.now.plus_seconds(i64::from(hours) * 60);
        match what % 9 {
            0..=2 => drop(bed.send(n, (boot, step), &reports[at % 2]).await),
            3..=4 => drop(bed.beat(n, (boot, step), whole(&reports[at % 2]).1).await),
            5 => bed.stand(id, standings[at % standings.len()]).await?,
            6 => bed.ingest.fold().await?,
            7 => permit(&bed, id).await?,
            _ => drop(bed.ingest.rejudge(bed.now).await?),
        }
        assert_recounted(&bed).await?;
    }
    bed.crash().await?;
    bed.ingest.fold().await?;
    assert_recounted(&bed).await
}

/// Approves the use of a device, or ends it where it is approved.
async fn permit(bed: &Bed, device: DeviceId) -> anyhow::Result<()> {
    if let Some(approved) = paper::list_in_force(&bed.store, bed.facility, device, bed.now).await?.first() {
        assert!(move_on(bed, approved, Act::Revoke, PaperState::Revoked).await?);
        return Ok(());
    }
    let (id, wish) = (PaperId::new(bed.random.uuid(bed.now)), wish(bed, Some(device), (0, 3)));
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new(bed, id, Kind::PersonalDevice, &wish, Actor::Operator)).await?;
    tx.commit().await?;
    assert!(move_on(bed, &found(bed, id).await?, Act::Approve, PaperState::InUse).await?);
    Ok(())
}

/// What the roll-ups of a scope say, in the form of a recount.
async fn kept(bed: &Bed, scope: Scope) -> anyhow::Result<(recount::Devices, recount::Clauses)> {
    let counts = rollup::counts(&bed.store, scope).await?.into_iter();
    let clauses = rollup::clause_counts(&bed.store, scope).await?.into_iter();
    Ok((
        counts.map(|c| ((c.headline.map_or(-1, State::code), c.standing.as_str(), c.day.unwrap_or(-1)), c.devices)).collect(),
        clauses.map(|c| ((c.clause, c.state.code(), c.standing.as_str()), c.devices)).collect(),
    ))
}

/// The writer folds by itself once a second: what was read while the recount changed is read again.
async fn assert_recounted(bed: &Bed) -> anyhow::Result<()> {
    let mut before = recount::recount(&bed.store).await?;
    loop {
        let (facility, region) = (kept(bed, Scope::Facility(bed.facility)).await?, kept(bed, Scope::Region(bed.region)).await?);
        let after = recount::recount(&bed.store).await?;
        if before == after {
            assert_eq!(facility, after);
            assert_eq!(region, after);
            assert_eq!(recount::wrong_permits(&bed.store).await?, 0, "permits stand as their devices do");
            return Ok(());
        }
        before = after;
    }
}
