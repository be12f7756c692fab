//! Lists of a region's open papers: read page by page, each paper once, also where several have the same day.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::ids::{PaperId, PersonId};
use hashimori_server::domain::paper::{Act, Kind, Moved, Period, Values, Wish};
use hashimori_server::store::paper::{self, NewPaper};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(a_regions_open_papers_are_read_page_by_page_and_each_once, what_was_reported_of_papers_is_read_for_many_at_once);

async fn file(bed: &Bed, kind: Kind, from: i64) -> anyhow::Result<PaperId> {
    let id = PaperId::new(bed.random.uuid(bed.now));
    let period = Period { from: bed.now.plus_days(from), until: bed.now.plus_days(from + 1) };
    let wish = Wish { applicant: "見本 花子".to_owned(), device: None, period, values: Values::new(), on: None };
    let (region, facility, by) = (bed.region, bed.facility, Actor::Person(PersonId::new(bed.random.uuid(bed.now))));
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: None, exception: None, own_hash: None, by, at: bed.now };
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn a_regions_open_papers_are_read_page_by_page_and_each_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let mut filed = Vec::new();
    for day in [3, 1, 1, 2, 1] {
        filed.push((day, file(&bed, Kind::Incident, day).await?));
    }
    file(&bed, Kind::TakeOut, 0).await?;
    filed.sort_unstable_by_key(|(day, id)| (*day, id.to_string()));
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = paper::list_open(&bed.store, (bed.region, Kind::Incident), (after, 2)).await?;
        let Some((.., last)) = page.last() else { break };
        after = Some(last.paper.id);
        read.extend(page.iter().map(|(.., found)| found.paper.id));
    }
    assert_eq!(read, filed.iter().map(|(_, id)| *id).collect::<Vec<_>>());
    Ok(())
}

async fn what_was_reported_of_papers_is_read_for_many_at_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (first, second, third) =
        (file(&bed, Kind::Incident, 0).await?, file(&bed, Kind::Incident, 0).await?, file(&bed, Kind::Incident, 0).await?);
    let day = bed.now.plus_days(-1);
    for id in [first, second] {
        let seen = paper::find(&bed.store, bed.facility, id).await?.expect("a paper").paper;
        let moved = Moved {
            act: Act::ReportFirst,
            to: seen.state,
            period: seen.period,
            device: None,
            asked_until: None,
            exception: None,
            at: bed.now,
            on: Some(day),
            why: String::new(),
            checker: String::new(),
            added: Values::new(),
        };
        let mut tx = bed.store.begin_ledger().await?;
        assert!(paper::move_on(&mut tx, &seen, &moved, Actor::Operator).await?);
        tx.commit().await?;
    }
    let reported = paper::list_reported(&bed.store, &[first, third]).await?;
    assert_eq!(reported, [(first, vec![(Act::ReportFirst, day)])].into(), "filing is no report, and the second was not asked for");
    assert!(paper::list_reported(&bed.store, &[]).await?.is_empty());
    Ok(())
}
