//! Law: once nothing is due, ranks, the day's sums and the versions of the agent equal a recount of the devices.

use std::collections::{BTreeMap, BTreeSet};

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::FacilityId;
use hashimori_server::domain::reading::Reading;
use hashimori_server::domain::summary::Summary;
use hashimori_server::store::agents::{self, Version};
use hashimori_server::store::rank::{self, Kind, Sought};
use hashimori_server::store::rollup::Scope;
use hashimori_server::store::{facility, trend};
use hashimori_shared::pack::{Pack, StalenessRules};
use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;
use hashimori_tests::bed::{Bed, On, whole};
use sqlx::Row as _;

on_both_engines!(
    whatever_happens_ranks_days_and_versions_equal_a_recount,
    a_new_facility_stands_in_the_list_at_once_and_a_list_read_page_by_page_holds_every_one_once,
    silence_alone_ranks_a_facility_anew_on_its_day,
    a_day_without_a_change_stands_as_the_day_before,
    a_new_version_is_counted_though_nothing_else_moved,
);

fn rules() -> StalenessRules {
    Pack::bundled().parameters().staleness.clone()
}

async fn rank_all(bed: &Bed) -> anyhow::Result<()> {
    while rank::refresh(&bed.store, bed.now.jst_day(), &rules()).await? {}
    Ok(())
}

/// Every device's sum by facility, and versions in use, counted one by one.
async fn recount(bed: &Bed) -> anyhow::Result<(BTreeMap<String, Summary>, BTreeMap<String, i64>)> {
    let (mut sums, mut versions) = (BTreeMap::new(), BTreeMap::new());
    let rows = sqlx::query(
        "SELECT d.facility_id, d.standing, s.headline, e.day, s.agent FROM device d \
         LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n",
    )
    .fetch_all(bed.store.read())
    .await?;
    for row in &rows {
        let standing = Standing::from_word(row.try_get(1)?).expect("a standing");
        let headline = row.try_get::<Option<i64>, _>(2)?.and_then(State::from_code);
        let sum: &mut Summary = sums.entry(row.try_get(0)?).or_insert_with(|| Summary::new(bed.now.jst_day(), &rules()));
        sum.add(standing, headline, row.try_get(3)?, 1);
        if !matches!(standing, Standing::Retired | Standing::Refused) {
            *versions.entry(row.try_get::<Option<String>, _>(4)?.unwrap_or_default()).or_default() += 1;
        }
    }
    Ok((sums, versions))
}

async fn assert_recounted(bed: &Bed) -> anyhow::Result<()> {
    rank_all(bed).await?;
    let (sums, versions) = recount(bed).await?;
    let mut kinds = vec![Kind::All, Kind::Silent];
    kinds.extend(Reading::ALL.map(Kind::Reading));
    for kind in kinds {
        let mut expected: Vec<(i64, String)> = sums
            .iter()
            .filter_map(|(facility, sum)| {
                let place = match kind {
                    Kind::All => sum.place(),
                    Kind::Silent => -sum.silence.all(),
                    Kind::Reading(reading) => -sum.counts.of(reading),
                };
                (place != 0).then(|| (place, facility.clone()))
            })
            .collect();
        expected.sort();
        let kept = rank::list(&bed.store, Sought::on(bed.region, kind), None, 100).await?;
        let kept: Vec<(i64, String)> = kept.into_iter().map(|r| (r.position.place, r.position.facility.to_string())).collect();
        assert_eq!(kept, expected, "{kind:?}");
    }
    let today = bed.now.jst_day();
    let mut whole = BTreeMap::<Reading, i64>::new();
    for (facility, sum) in &sums {
        let facility: FacilityId = facility.parse()?;
        assert_eq!(trend::list(&bed.store, Scope::Facility(facility), (today, today)).await?, [(today, sum.counts.clone())]);
        for (reading, n) in sum.counts.present() {
            *whole.entry(reading).or_default() += n;
        }
    }
    let region = trend::list(&bed.store, Scope::Region(bed.region), (today, today)).await?;
    assert_eq!(region.len(), 1);
    assert_eq!(region[0].1.present().collect::<BTreeMap<_, _>>(), whole);
    let kept: BTreeSet<Version> = agents::list(&bed.store, Scope::Region(bed.region), 100).await?.into_iter().collect();
    assert_eq!(kept, versions.into_iter().map(|(agent, devices)| Version { agent, devices }).collect());
    Ok(())
}

async fn whatever_happens_ranks_days_and_versions_equal_a_recount(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let mut devices = Vec::new();
    for standing in [Standing::Pending, Standing::Active, Standing::Active] {
        devices.push(bed.device(standing).await?);
        bed.device_in(other, standing).await?;
    }
    let mut reports = [sample::good_debian(bed.now), sample::bad_debian(bed.now)];
    "0.2.0".clone_into(&mut reports[1].agent.version);
    let standings = [Standing::Active, Standing::Lost, Standing::Active, Standing::Retired, Standing::Active];
    for step in 1..40_u64 {
        let [what, which, extra, hours, ..] = bed.random.bytes::<4>();
        let (id, n) = devices[usize::from(which) % devices.len()];
        bed.now = bed.now.plus_seconds(i64::from(hours) * 1800);
        match what % 6 {
            0..=2 => drop(bed.send(n, (1, step), &reports[usize::from(extra) % 2]).await),
            3 => drop(bed.beat(n, (1, step), whole(&reports[0]).1).await),
            4 => bed.stand(id, standings[usize::from(extra) % standings.len()]).await?,
            _ => drop(bed.ingest.rejudge(bed.now).await?),
        }
        // The writer folds by itself too: nothing may be left to fold while the recount is under way.
        bed.ingest.fold().await?;
        assert_recounted(&bed).await?;
    }
    Ok(())
}

async fn a_new_facility_stands_in_the_list_at_once_and_a_list_read_page_by_page_holds_every_one_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let mut all = vec![bed.facility];
    for _ in 0..7 {
        all.push(bed.another_facility().await?);
    }
    bed.device_in(all[3], Standing::Active).await?;
    rank_all(&bed).await?;
    all.push(bed.another_facility().await?);
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = rank::list(&bed.store, Sought::on(bed.region, Kind::All), after, 2).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.position);
        read.extend(page.iter().map(|line| line.position.facility));
    }
    assert_eq!(read[0], all[3], "the one with a device that nobody can tell of stands first");
    read.sort();
    all.sort();
    assert_eq!(read, all);
    let named = rank::list(&bed.store, Sought { named: "クリニック", ..Sought::on(bed.region, Kind::All) }, None, 100).await?;
    assert_eq!(named.iter().map(|line| line.position.facility).collect::<Vec<_>>(), [bed.facility]);
    Ok(())
}

async fn silence_alone_ranks_a_facility_anew_on_its_day(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.ingest.fold().await?;
    rank_all(&bed).await?;
    let silent = async |bed: &Bed| -> anyhow::Result<usize> {
        rank_all(bed).await?;
        Ok(rank::list(&bed.store, Sought::on(bed.region, Kind::Silent), None, 10).await?.len())
    };
    bed.now = bed.now.plus_days(i64::from(rules().stale_days));
    assert_eq!(silent(&bed).await?, 0);
    bed.now = bed.now.plus_days(1);
    assert_eq!(silent(&bed).await?, 1);
    assert!(!rank::refresh(&bed.store, bed.now.jst_day(), &rules()).await?, "nothing is due any more");
    Ok(())
}

async fn a_day_without_a_change_stands_as_the_day_before(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let began = bed.now.jst_day();
    bed.device(Standing::Pending).await?;
    rank_all(&bed).await?;
    bed.now = bed.now.plus_days(5);
    rank_all(&bed).await?;
    bed.device(Standing::Pending).await?;
    rank_all(&bed).await?;
    let pending = async |bed: &Bed, span| -> anyhow::Result<Vec<(i64, i64)>> {
        let days = trend::list(&bed.store, Scope::Region(bed.region), span).await?;
        Ok(days.into_iter().map(|(day, counts)| (day - began, counts.of(Reading::Pending))).collect())
    };
    let all = [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (6, 2)];
    assert_eq!(pending(&bed, (began - 30, began + 6)).await?, all);
    assert_eq!(pending(&bed, (began + 3, began + 5)).await?, all[3..6]);
    bed.now = bed.now.plus_days(403);
    assert_eq!(trend::trim(&bed.store, bed.now).await?, 2, "of either scope the first day goes, the one that later days stand on stays");
    assert_eq!(pending(&bed, (began + 400, began + 401)).await?, [(400, 2), (401, 2)]);
    Ok(())
}

async fn a_new_version_is_counted_though_nothing_else_moved(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let mut report = sample::good_debian(bed.now);
    for (seq, version) in [(1, "0.1.0"), (2, "0.2.0")] {
        report.agent.version = version.to_owned();
        bed.send(n, (1, seq), &report).await?;
        let versions = agents::list(&bed.store, Scope::Facility(bed.facility), 10).await?;
        assert_eq!(versions, [Version { agent: format!("{version} linux"), devices: 1 }]);
    }
    let facilities = facility::list(&bed.store, bed.region, None, 10).await?;
    assert_eq!(facilities.len(), 1);
    Ok(())
}
