//! What areas ask of the store: names unique in their region, facilities of that region alone, and counts that come from roll-ups.

use hashimori_server::domain::area::Area;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{AreaId, FacilityId, RegionId};
use hashimori_server::store::rank::{self, Kind, Sought};
use hashimori_server::store::rollup::{self, Scope};
use hashimori_server::store::{area, region};
use hashimori_shared::pack::Pack;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    an_areas_name_is_its_regions_only_one_and_facilities_lie_in_several,
    what_lies_in_an_area_is_listed_and_counted_apart,
    nothing_of_another_region_is_found_or_comes_to_lie_in_an_area,
);

async fn make(bed: &Bed, region: RegionId, name: &str) -> anyhow::Result<Option<Area>> {
    let new = Area { id: AreaId::new(bed.random.uuid(bed.now)), region, name: name.to_owned() };
    let mut tx = bed.store.begin().await?;
    let made = area::insert(&mut tx, &new, bed.now).await?;
    tx.commit().await?;
    Ok(made.then_some(new))
}

async fn add(bed: &Bed, area: &Area, facilities: &[FacilityId]) -> anyhow::Result<u64> {
    let mut tx = bed.store.begin().await?;
    let added = area::add_facilities(&mut tx, area, facilities).await?;
    tx.commit().await?;
    Ok(added)
}

async fn an_areas_name_is_its_regions_only_one_and_facilities_lie_in_several(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let east = make(&bed, bed.region, "周東").await?.expect("a new name");
    // Within a millisecond the order of ids is chance.
    bed.now = bed.now.plus_seconds(1);
    assert_eq!(make(&bed, bed.region, "周東").await?, None);
    let port = make(&bed, bed.region, "港").await?.expect("a new name");
    let mut tx = bed.store.begin().await?;
    assert!(!area::rename(&mut tx, &port, "周東").await?, "that name is another's");
    assert!(area::rename(&mut tx, &port, "港町").await?);
    assert!(area::rename(&mut tx, &port, "港町").await?, "its own name is no other's");
    tx.commit().await?;
    let names = |areas: Vec<Area>| areas.into_iter().map(|area| area.name).collect::<Vec<_>>();
    assert_eq!(names(area::list(bed.store.read(), bed.region).await?), ["周東", "港町"]);

    assert_eq!(add(&bed, &port, &[bed.facility]).await?, 1);
    assert_eq!(add(&bed, &port, &[bed.facility]).await?, 0, "it lies there already");
    add(&bed, &east, &[bed.facility]).await?;
    assert_eq!(names(area::list_of(bed.store.read(), bed.facility).await?), ["周東", "港町"]);
    let bare = bed.another_facility().await?;
    let names = area::names_of(&bed.store, &[bare, bed.facility]).await?;
    assert_eq!(names.get(&bed.facility).map(Vec::as_slice), Some(["周東".to_owned(), "港町".to_owned()].as_slice()));
    assert_eq!(names.get(&bare), None);

    let mut tx = bed.store.begin().await?;
    assert_eq!(area::remove_facilities(&mut tx, &east, &[bed.facility, bare]).await?, 1);
    tx.commit().await?;
    assert_eq!(area::facilities(bed.store.read(), east.id).await?, []);
    let counts = area::count_facilities(bed.store.read(), bed.region).await?;
    assert_eq!((counts.get(&east.id), counts.get(&port.id)), (None, Some(&1)));
    Ok(())
}

async fn what_lies_in_an_area_is_listed_and_counted_apart(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (inside, outside) = (bed.another_facility().await?, bed.another_facility().await?);
    let east = make(&bed, bed.region, "周東").await?.expect("a new name");
    add(&bed, &east, &[bed.facility, inside]).await?;
    for facility in [bed.facility, inside, inside, outside] {
        bed.device_in(facility, Standing::Active).await?;
    }
    let (today, pack) = (bed.now.jst_day(), Pack::bundled());
    let rules = &pack.parameters().staleness;
    while rank::refresh(&bed.store, today, rules).await? {}

    let sought = Sought { area: Some(east.id), ..Sought::on(bed.region, Kind::All) };
    let listed = rank::list(&bed.store, sought, None, 10).await?;
    let mut found: Vec<FacilityId> = listed.iter().map(|line| line.position.facility).collect();
    found.sort_unstable();
    let mut expected = [bed.facility, inside];
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(area::facilities(bed.store.read(), east.id).await?, found);
    let named = rank::list(&bed.store, Sought { named: "クリニック", ..sought }, None, 10).await?;
    assert_eq!(named.iter().map(|line| line.position.facility).collect::<Vec<_>>(), [bed.facility]);

    let all = |sum: hashimori_server::domain::summary::Summary| (sum.counts.all(), sum.silence.never);
    assert_eq!(all(rollup::summary_of_area(&bed.store, east.id, today, rules).await?), (3, 3));
    assert_eq!(all(rollup::summary(&bed.store, Scope::Region(bed.region), today, rules).await?), (4, 4));
    Ok(())
}

async fn nothing_of_another_region_is_found_or_comes_to_lie_in_an_area(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let elsewhere = RegionId::new(bed.random.uuid(bed.now));
    let mut tx = bed.store.begin().await?;
    let row =
        region::Region { id: elsewhere, name: "架空隣圏域".to_owned(), pack: "itsutsubashi-h31".to_owned(), created_at: bed.now };
    region::insert(&mut tx, &row).await?;
    tx.commit().await?;
    let theirs = make(&bed, elsewhere, "周東").await?.expect("the name is free there");
    assert_eq!(add(&bed, &theirs, &[bed.facility, FacilityId::new(bed.random.uuid(bed.now))]).await?, 0);
    assert_eq!(area::find(bed.store.read(), bed.region, theirs.id).await?, None);
    assert_eq!(area::find(bed.store.read(), elsewhere, theirs.id).await?, Some(theirs));
    assert_eq!(area::list(bed.store.read(), bed.region).await?, []);
    Ok(())
}
