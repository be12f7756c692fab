//! Lists of devices: narrowed down by the store they hold what they would hold if each device was looked at; a part of a name finds
//! whoever is called so now.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, RegionId};
use hashimori_server::store::device::{self, Device};
use hashimori_server::store::device_state::Line;
use hashimori_server::store::listed::{self, Only};
use hashimori_server::store::rollup::{self, Scope};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(what_the_store_leaves_out_of_a_list_is_what_the_list_does_not_mean, a_part_of_a_name_finds_whoever_is_called_so_now,);

/// Whether a list is meant to hold a device.
fn means(only: &Only, device: &Device, line: &Line) -> bool {
    let in_use = device.standing == Standing::Active;
    let silent = |day: i64| line.last_seen_at.is_none_or(|at| at.jst_day() < day);
    match only {
        Only::All => true,
        Only::Standing(standing) => device.standing == *standing,
        Only::Headline(state) => in_use && line.headline == Some(*state),
        Only::HeadlineOrSilent(state, day) => in_use && (line.headline.is_none_or(|headline| headline == *state) || silent(*day)),
        Only::Silent(day) => in_use && silent(*day),
        Only::Clause(clause, state) => in_use && line.clauses.contains(&(clause.clone(), state.code())),
    }
}

async fn what_the_store_leaves_out_of_a_list_is_what_the_list_does_not_mean(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    for standing in Standing::ALL {
        for facility in [bed.facility, other] {
            bed.device_in(facility, *standing).await?;
        }
    }
    let (_, silent) = bed.device(Standing::Active).await?;
    bed.send(silent, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.now = bed.now.plus_days(10);
    for report in [sample::good_debian(bed.now), sample::bad_debian(bed.now)] {
        for _ in 0..2 {
            let (_, n) = bed.device(Standing::Active).await?;
            bed.send(n, (1, 1), &report).await?;
        }
    }
    bed.ingest.fold().await?;
    let all = listed::list(&bed.store, bed.facility, &Only::All, (None, 100)).await?;
    assert_eq!(all.len(), Standing::ALL.len() + 5);
    let today = bed.now.jst_day();
    let (scope, rules) = (Scope::Facility(bed.facility), Pack::bundled().parameters().staleness.clone());
    for day in [today - 1, today, today + 20, today + 40] {
        let exact = rollup::sum(&rollup::counts(&bed.store, scope).await?, day, &rules);
        assert_eq!(rollup::summary(&bed.store, scope, day, &rules).await?, exact, "days put together sum up to the same");
        assert_eq!(rollup::summaries(&bed.store, &[bed.facility], day, &rules).await?, [(bed.facility, exact)].into());
    }
    let mut lists = vec![Only::All, Only::Silent(today - 5), Only::Silent(today + 1)];
    lists.extend(Standing::ALL.iter().copied().map(Only::Standing));
    for state in State::ALL {
        lists.extend([Only::Headline(state), Only::HeadlineOrSilent(state, today - 5), Only::Clause("§20-3".to_owned(), state)]);
    }
    let mut found = 0;
    for only in lists {
        let meant: Vec<DeviceId> = all.iter().filter(|(device, line)| means(&only, device, line)).map(|(device, _)| device.id).collect();
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = listed::list(&bed.store, bed.facility, &only, (after, 2)).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.id);
            read.extend(page.iter().map(|(device, _)| device.id));
        }
        assert_eq!(read, meant, "{only:?}");
        found += usize::from(!meant.is_empty() && meant.len() < all.len());
    }
    assert!(found >= 8, "most lists hold some devices and not all: {found}");
    Ok(())
}

async fn a_part_of_a_name_finds_whoever_is_called_so_now(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let names = ["受付PC 3号", "相談室のパソコン", "受付タブレット", "桜", "100%_!"];
    for (at, name) in names.iter().enumerate() {
        let facility = if at % 2 == 0 { bed.facility } else { other };
        let (id, _) = bed.device_in(facility, Standing::Active).await?;
        let mut tx = bed.store.begin_ledger().await?;
        for called in ["元の名前", name] {
            assert!(device::rename(&mut tx, facility, id, called).await?);
        }
        tx.commit().await?;
    }
    let found = async |region: RegionId, text: &str| -> anyhow::Result<Vec<String>> {
        Ok(device::list_named(&bed.store, region, text, 10).await?.into_iter().map(|device| device.label).collect())
    };
    for (text, expected) in [
        ("受付", &["受付PC 3号", "受付タブレット"][..]),
        ("付pc 3", &["受付PC 3号"]),
        ("ソコ", &["相談室のパソコン"]),
        ("桜", &["桜"]),
        ("%_!", &["100%_!"]),
        ("パソコンの", &[]),
        ("無い", &[]),
        ("元の", &[]),
    ] {
        assert_eq!(found(bed.region, text).await?, expected, "{text}");
    }
    let elsewhere = RegionId::new(bed.random.uuid(bed.now));
    assert_eq!(found(elsewhere, "受付").await?, Vec::<String>::new());
    Ok(())
}
