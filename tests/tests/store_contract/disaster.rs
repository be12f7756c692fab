//! 災害時特例: one row lays itself over every count and takes itself away again; nobody's act is lost to somebody faster.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::area::Area;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::disaster::{By, Ending, Exception, Office, Phase, Place, Reach, Refused, StepKind};
use hashimori_server::domain::ids::{AreaId, RegionId};
use hashimori_server::domain::reading::Reading;
use hashimori_server::exceptions::{self, Act, Deed, Failed};
use hashimori_server::store::area;
use hashimori_server::store::belonging::Home;
use hashimori_server::store::disaster::{self, cover};
use hashimori_server::store::rollup::{self, Scope};
use hashimori_shared::pack::{DisasterRules, Pack, StalenessRules};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    one_row_covers_a_region_or_a_facility_and_its_end_leaves_nothing_behind,
    an_area_covers_its_facilities_until_it_is_lifted_there,
    of_two_who_decide_at_once_one_is_told_and_the_file_has_one_line,
    a_lapse_is_read_before_it_is_recorded_and_recorded_once,
    what_a_facility_took_back_is_remembered_with_its_hours,
    of_many_who_begin_at_once_one_does_and_the_others_read_that_it_holds,
);

fn rules() -> (StalenessRules, DisasterRules) {
    let pack = Pack::bundled();
    (pack.parameters().staleness.clone(), pack.parameters().disaster.clone())
}

fn act(bed: &Bed) -> Act<'_> {
    Act { random: &bed.random, doer: None, why: "浸水".to_owned(), event_at: bed.now, now: bed.now }
}

pub(super) async fn activate(bed: &Bed, reach: Reach, drill: bool) -> anyhow::Result<Exception> {
    let mut tx = bed.store.begin().await?;
    let made = exceptions::activate(&mut tx, &act(bed), (bed.region, reach), ("規程第25条".to_owned(), drill), 7).await?;
    tx.commit().await?;
    Ok(made)
}

async fn begin(bed: &Bed) -> anyhow::Result<Result<Exception, Failed>> {
    let home = Home { region: bed.region, facility: bed.facility };
    let mut tx = bed.store.begin().await?;
    let done = exceptions::begin(&mut tx, &act(bed), home, ("規程第25条".to_owned(), false), &rules().1).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    Ok(done)
}

async fn take_back(bed: &Bed, exception: &Exception) -> anyhow::Result<Exception> {
    let own = Home { region: bed.region, facility: bed.facility };
    let mut tx = bed.store.begin().await?;
    let done = exceptions::act_on(&mut tx, &act(bed), (bed.region, exception.id, Some(own)), Deed::Withdraw, &rules().1).await?;
    tx.commit().await?;
    Ok(done)
}

pub(super) async fn decide(bed: &Bed, exception: &Exception, deed: Deed) -> anyhow::Result<Result<Exception, Failed>> {
    let mut tx = bed.store.begin().await?;
    let done = exceptions::act_on(&mut tx, &act(bed), (bed.region, exception.id, None), deed, &rules().1).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    Ok(done)
}

async fn open_in(bed: &Bed) -> Result<Vec<cover::Open>, hashimori_server::store::Error> {
    cover::open_in(bed.store.read(), bed.region, bed.now).await
}

async fn one_row_covers_a_region_or_a_facility_and_its_end_leaves_nothing_behind(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    for standing in [Standing::Active, Standing::Active, Standing::Lost] {
        bed.device(standing).await?;
    }
    bed.device_in(other, Standing::Active).await?;
    let (stale, _) = rules();
    let covered = async |bed: &Bed| cover::counts(&bed.store, (bed.region, &open_in(bed).await?, None), bed.now, &stale).await;
    let before = rollup::counts(&bed.store, Scope::Region(bed.region)).await?;
    assert_eq!(covered(&bed).await?.all(), 0);

    let drill = activate(&bed, Reach::Region, true).await?;
    assert_eq!(covered(&bed).await?.all(), 0, "a drill covers nobody");
    let facilities = [bed.facility, other];
    bed.now = bed.now.plus_seconds(1);
    let here = activate(&bed, Reach::Facilities(vec![Place::covered(bed.facility)]), false).await?;
    assert_eq!((covered(&bed).await?.all(), covered(&bed).await?.of(Reading::Lost)), (2, 0));
    assert_eq!(cover::covered(&bed.store, (bed.region, &open_in(&bed).await?), &facilities, bed.now).await?, [bed.facility].into());
    bed.now = bed.now.plus_seconds(1);
    let whole = activate(&bed, Reach::Region, false).await?;
    assert_eq!(covered(&bed).await?.all(), 3, "a device under two exceptions counts once");
    assert_eq!(cover::covered(&bed.store, (bed.region, &open_in(&bed).await?), &facilities, bed.now).await?, facilities.into());
    let home = Home { region: bed.region, facility: other };
    let over = cover::open_over(bed.store.read(), home, bed.now).await?;
    assert_eq!(over.iter().map(|open| open.id).collect::<Vec<_>>(), [whole.id, drill.id], "what matters for it, the newest first");
    assert!(cover::is_covered(bed.store.read(), home, bed.now).await?);

    bed.now = bed.now.plus_seconds(60);
    decide(&bed, &whole, Deed::Lift).await??;
    decide(&bed, &here, Deed::LiftIn(vec![bed.facility.to_string()])).await??;
    assert_eq!(covered(&bed).await?.all(), 0);
    assert_eq!(rollup::counts(&bed.store, Scope::Region(bed.region)).await?, before, "nothing else was ever written");
    let file = disaster::list(&bed.store, bed.region, None, 10).await?;
    assert_eq!(file.iter().map(|e| e.phase).collect::<Vec<_>>(), [Phase::CleanUp, Phase::CleanUp, Phase::On]);
    Ok(())
}

async fn an_area_covers_its_facilities_until_it_is_lifted_there(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let [west, both] = [bed.another_facility().await?, bed.another_facility().await?];
    for facility in [bed.facility, west, both] {
        bed.device_in(facility, Standing::Active).await?;
    }
    let mut areas = Vec::new();
    for (name, facilities) in [("周東", vec![bed.facility, both]), ("玖珂", vec![west, both])] {
        let new = Area { id: AreaId::new(bed.random.uuid(bed.now)), region: bed.region, name: name.to_owned() };
        let mut tx = bed.store.begin().await?;
        area::insert(&mut tx, &new, bed.now).await?;
        area::add_facilities(&mut tx, &new, &facilities).await?;
        tx.commit().await?;
        areas.push(new.id);
    }
    let made = activate(&bed, Reach::Areas(areas.iter().copied().map(Place::covered).collect()), false).await?;
    let (stale, _) = rules();
    let all = [bed.facility, west, both];
    assert_eq!(cover::covered(&bed.store, (bed.region, &open_in(&bed).await?), &all, bed.now).await?, all.into());
    assert_eq!(
        cover::counts(&bed.store, (bed.region, &open_in(&bed).await?, None), bed.now, &stale).await?.all(),
        3,
        "whoever lies in two areas counts once"
    );

    bed.now = bed.now.plus_seconds(60);
    let left = decide(&bed, &made, Deed::LiftIn(vec![areas[1].to_string()])).await??;
    assert_eq!(left.phase, Phase::On);
    assert_eq!(cover::covered(&bed.store, (bed.region, &open_in(&bed).await?), &all, bed.now).await?, [bed.facility, both].into());
    assert_eq!(cover::counts(&bed.store, (bed.region, &open_in(&bed).await?, None), bed.now, &stale).await?.all(), 2);
    let home = |facility| Home { region: bed.region, facility };
    assert!(cover::is_covered(bed.store.read(), home(both), bed.now).await?);
    assert!(!cover::is_covered(bed.store.read(), home(west), bed.now).await?);
    let found = disaster::list(&bed.store, bed.region, None, 10).await?;
    assert_eq!(found, [left], "what was written is what is read");
    let over = decide(&bed, &made, Deed::LiftIn(vec![areas[0].to_string()])).await??;
    assert_eq!(over.ended, Some((Ending::Lifted, bed.now)));
    Ok(())
}

async fn of_two_who_decide_at_once_one_is_told_and_the_file_has_one_line(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let made = activate(&bed, Reach::Region, false).await?;
    let before = made.clone();
    assert!(decide(&bed, &made, Deed::Extend(7)).await?.is_ok());
    let mut tx = bed.store.begin().await?;
    let (actor, office) = (Actor::Operator, Office::Secretariat);
    let (after, _) = before.clone().lift(&By { actor, office, why: "解除".to_owned(), event_at: bed.now, entered_at: bed.now })?;
    assert!(!disaster::update(&mut tx, &before, &after).await?, "it is not as it was read");
    tx.rollback().await?;
    let kinds: Vec<_> = disaster::list_steps(&bed.store, made.id).await?.into_iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [StepKind::Activated, StepKind::Extended]);
    assert_eq!(disaster::count_acts(bed.store.read(), made.id).await?, 2);
    let mut tx = bed.store.begin().await?;
    let other = disaster::find(&mut tx, RegionId::new(bed.random.uuid(bed.now)), made.id).await?;
    assert_eq!(other, None, "another region has no such exception");
    Ok(())
}

async fn a_lapse_is_read_before_it_is_recorded_and_recorded_once(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let home = Home { region: bed.region, facility: bed.facility };
    let made = begin(&bed).await??;
    assert_eq!(disaster::newest_began(&bed.store, bed.region).await?, None, "what a facility tries is no exercise of its region");
    assert!(cover::is_covered(bed.store.read(), home, bed.now.plus_seconds(24 * 3600 - 1)).await?);
    bed.now = bed.now.plus_seconds(24 * 3600);
    assert!(!cover::is_covered(bed.store.read(), home, bed.now).await?, "arithmetic, not a job");
    assert_eq!(exceptions::record_lapses(&bed.store, &bed.random, bed.now.plus_seconds(90)).await?, 1);
    assert_eq!(exceptions::record_lapses(&bed.store, &bed.random, bed.now.plus_seconds(99)).await?, 0);
    let found = disaster::list(&bed.store, bed.region, None, 10).await?;
    assert_eq!(found.iter().map(|e| e.ended).collect::<Vec<_>>(), [Some((Ending::Unratified, made.ends_at))]);
    let last = disaster::list_steps(&bed.store, made.id).await?.pop();
    let last = last.map(|line| (line.kind, line.by, line.event_at, line.entered_at));
    assert_eq!(last, Some((StepKind::Lapsed, "collector".to_owned(), bed.now, bed.now.plus_seconds(90))));
    assert_eq!(disaster::count_acts(bed.store.read(), made.id).await?, 1, "running out is nobody's act");
    // What is done afterwards finds it ended, and the facility may not simply begin again.
    assert!(matches!(decide(&bed, &made, Deed::Ratify(7)).await?, Err(Failed::Refused(_))));
    assert!(begin(&bed).await?.is_err());
    Ok(())
}

async fn what_a_facility_took_back_is_remembered_with_its_hours(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let first = begin(&bed).await??;
    bed.now = first.began_at.plus_seconds(23 * 3600);
    take_back(&bed, &first).await?;
    bed.now = first.began_at.plus_seconds(60 * 3600);
    let second = begin(&bed).await??;
    assert_eq!((second.hours_from, second.ends_at), (first.began_at, first.began_at.plus_seconds(72 * 3600)));
    let mut tx = bed.store.begin().await?;
    assert_eq!(disaster::find(&mut tx, bed.region, second.id).await?.as_ref(), Some(&second), "what was written is what is read");
    tx.rollback().await?;
    bed.now = first.began_at.plus_seconds(71 * 3600);
    take_back(&bed, &second).await?;
    bed.now = first.began_at.plus_seconds(72 * 3600);
    assert!(matches!(begin(&bed).await?, Err(Failed::Refused(Refused::UsedUp(Some(_))))));
    Ok(())
}

async fn of_many_who_begin_at_once_one_does_and_the_others_read_that_it_holds(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (a, b, c, d) = tokio::try_join!(begin(&bed), begin(&bed), begin(&bed), begin(&bed))?;
    let outcomes = [a, b, c, d];
    assert_eq!(outcomes.iter().filter(|done| done.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|done| matches!(done, Err(Failed::Covered))).count(), 3, "{outcomes:?}");
    Ok(())
}
