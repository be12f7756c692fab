//! Papers in the store: numbered within a facility, moved on by one of two, every step kept, and counted by the clock.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, FacilityId, PaperId, PersonId};
use hashimori_server::domain::paper::{Act, Kind, Moved, Paper, Period, State, Values, Wish};
use hashimori_server::store::paper::{self, Filter, NewPaper, OpenCount};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    papers_are_numbered_within_their_facility_and_kept_letter_for_letter,
    of_two_steps_from_the_same_state_one_is_taken_and_every_step_stays,
    what_overlaps_is_found_until_it_is_closed,
    open_papers_are_counted_by_the_clock_and_listed_page_by_page,
    an_applicants_own_link_opens_their_paper_and_no_other,
);

pub(super) fn wish(bed: &Bed, device: Option<DeviceId>, (from, until): (i64, i64)) -> Wish {
    Wish {
        applicant: "髙﨑 𠮷男".to_owned(),
        device,
        period: Period { from: bed.now.plus_days(from), until: bed.now.plus_days(until) },
        values: [("contents".to_owned(), "架空の予定表\n3件 \"'%_".to_owned())].into(),
        on: Some(bed.now.plus_days(-1)),
    }
}

pub(super) fn new<'a>(bed: &Bed, id: PaperId, kind: Kind, wish: &'a Wish, by: Actor) -> NewPaper<'a> {
    let (region, facility) = (bed.region, bed.facility);
    NewPaper { id, region, facility, kind, wish, applicant: None, exception: None, own_hash: None, by, at: bed.now }
}

async fn file(bed: &Bed, facility: FacilityId, wish: &Wish) -> anyhow::Result<(PaperId, i64)> {
    let id = PaperId::new(bed.random.uuid(bed.now));
    let by = PersonId::new(bed.random.uuid(bed.now));
    let new = NewPaper { applicant: Some(by), ..new(bed, id, Kind::TakeOut, wish, Actor::Person(by)) };
    let new = NewPaper { facility, ..new };
    let mut tx = bed.store.begin_ledger().await?;
    let number = paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok((id, number))
}

pub(super) async fn found(bed: &Bed, id: PaperId) -> anyhow::Result<Paper> {
    Ok(paper::find(&bed.store, bed.facility, id).await?.expect("a paper").paper)
}

pub(super) async fn step(bed: &Bed, paper: &Paper, act: Act, to: State) -> anyhow::Result<bool> {
    let moved = Moved {
        act,
        to,
        period: paper.period,
        device: None,
        asked_until: None,
        exception: None,
        at: bed.now,
        on: None,
        why: format!("{act:?}"),
        checker: String::new(),
        added: Values::new(),
    };
    let mut tx = bed.store.begin_ledger().await?;
    let done = paper::move_on(&mut tx, paper, &moved, Actor::Person(PersonId::new(bed.random.uuid(bed.now)))).await?;
    tx.commit().await?;
    Ok(done)
}

async fn papers_are_numbered_within_their_facility_and_kept_letter_for_letter(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let elsewhere = bed.another_facility().await?;
    let (device, _) = bed.device(Standing::Active).await?;
    let wish = wish(&bed, Some(device), (0, 3));
    let (first, number) = file(&bed, bed.facility, &wish).await?;
    assert_eq!((number, file(&bed, elsewhere, &wish).await?.1, file(&bed, bed.facility, &wish).await?.1), (1, 1, 2));
    let kept = paper::find(&bed.store, bed.facility, first).await?.expect("a paper");
    assert_eq!((kept.paper.applicant.name.as_str(), &kept.paper.values), ("髙﨑 𠮷男", &wish.values));
    assert_eq!((kept.paper.period, kept.paper.filed_at, kept.paper.device), (wish.period, bed.now.plus_days(-1), Some(device)));
    assert_eq!(kept.device.map(|about| about.standing), Some(Standing::Active));
    assert_eq!(paper::find(&bed.store, elsewhere, first).await?, None, "another facility does not meet it");
    Ok(())
}

async fn of_two_steps_from_the_same_state_one_is_taken_and_every_step_stays(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, _) = file(&bed, bed.facility, &wish(&bed, None, (0, 3))).await?;
    let seen = found(&bed, id).await?;
    let (approve, refuse) = tokio::join!(step(&bed, &seen, Act::Approve, State::Approved), step(&bed, &seen, Act::Refuse, State::Refused));
    assert!(approve? ^ refuse?, "exactly one of two who decide at once");
    let history = paper::history(&bed.store, id).await?;
    assert_eq!(history.len(), 2);
    assert_eq!(history.last().map(|past| past.state), Some(found(&bed, id).await?.state));
    assert_eq!(history[0].on, Some(bed.now.plus_days(-1)));

    let (id, _) = file(&bed, bed.facility, &wish(&bed, None, (0, 3))).await?;
    assert!(step(&bed, &found(&bed, id).await?, Act::SendBack, State::SentBack).await?);
    let back = found(&bed, id).await?;
    let other = wish(&bed, None, (1, 2));
    let mut tx = bed.store.begin_ledger().await?;
    assert!(paper::refile(&mut tx, &back, (&other, None), None, (Actor::Stranger, bed.now)).await?);
    assert!(!paper::refile(&mut tx, &back, (&other, None), None, (Actor::Stranger, bed.now)).await?);
    tx.commit().await?;
    let again = found(&bed, id).await?;
    assert_eq!((again.state, again.period, again.applicant.person, again.version), (State::Filed, other.period, None, 2));
    let acts: Vec<_> = paper::history(&bed.store, id).await?.into_iter().map(|past| past.act).collect();
    assert_eq!(acts, [Act::File, Act::SendBack, Act::FileAgain]);
    Ok(())
}

async fn what_overlaps_is_found_until_it_is_closed(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (device, _) = bed.device(Standing::Active).await?;
    let (other, _) = bed.device(Standing::Active).await?;
    let (id, number) = file(&bed, bed.facility, &wish(&bed, Some(device), (0, 3))).await?;
    let clash = async |device, from, until, except| -> anyhow::Result<Option<i64>> {
        let period = wish(&bed, None, (from, until)).period;
        let mut tx = bed.store.begin_ledger().await?;
        Ok(paper::overlapping(&mut tx, bed.facility, (Kind::TakeOut, device, period), except).await?)
    };
    assert_eq!(clash(device, 2, 5, None).await?, Some(number));
    assert_eq!(clash(device, 2, 5, Some(id)).await?, None, "not with itself");
    assert_eq!(clash(device, 3, 5, None).await?, None, "the next day");
    assert_eq!(clash(other, 2, 5, None).await?, None);
    assert!(step(&bed, &found(&bed, id).await?, Act::Withdraw, State::Withdrawn).await?);
    assert_eq!(clash(device, 2, 5, None).await?, None);
    Ok(())
}

async fn open_papers_are_counted_by_the_clock_and_listed_page_by_page(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(file(&bed, bed.facility, &wish(&bed, None, (0, 3))).await?.0);
    }
    for state in [State::Approved, State::Out] {
        assert!(step(&bed, &found(&bed, ids[0]).await?, Act::TakeOut, state).await?);
    }
    assert!(step(&bed, &found(&bed, ids[1]).await?, Act::Refuse, State::Refused).await?);
    let count = |state, over, since: i64| OpenCount {
        kind: Kind::TakeOut,
        state,
        over,
        ends_soon: !over,
        papers: 1,
        since: bed.now.plus_days(since),
    };
    let now = paper::count_open(&bed.store, bed.facility, bed.now).await?;
    assert_eq!(now, [count(State::Filed, false, -1), count(State::Out, false, -1)]);
    let later = paper::count_open(&bed.store, bed.facility, bed.now.plus_days(3)).await?;
    assert_eq!(later, [count(State::Filed, true, 3), count(State::Out, true, 3)], "by the clock, whoever looked");

    ids.sort_unstable();
    ids.reverse();
    let page = async |filter| -> anyhow::Result<Vec<PaperId>> {
        Ok(paper::list(&bed.store, bed.facility, filter, 2).await?.iter().map(|found| found.paper.id).collect())
    };
    assert_eq!(page(Filter::default()).await?, ids[..2]);
    assert_eq!(page(Filter { before: Some(ids[1]), kind: Some(Kind::TakeOut), ..Filter::default() }).await?, ids[2..]);
    let open = Filter { open: true, ..Filter::default() };
    assert_eq!(page(open).await?.len(), 2);
    assert!(page(Filter { ended_by: Some(bed.now), ..open }).await?.is_empty());
    Ok(())
}

async fn an_applicants_own_link_opens_their_paper_and_no_other(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let wish = wish(&bed, None, (0, 3));
    let ids = [(); 2].map(|()| PaperId::new(bed.random.uuid(bed.now)));
    let mut tx = bed.store.begin_ledger().await?;
    for (id, hash) in ids.iter().zip(["a", "b"]) {
        let new = NewPaper { own_hash: Some(hash), ..new(&bed, *id, Kind::PersonalDevice, &wish, Actor::Stranger) };
        paper::insert(&mut tx, &new).await?;
    }
    tx.commit().await?;
    let own = paper::find_own(&bed.store, "b").await?.expect("a paper");
    assert_eq!((own.0.facility, own.0.region, own.1.paper.id), (bed.facility, bed.region, ids[1]));
    assert_eq!(paper::find_own(&bed.store, "c").await?, None);
    Ok(())
}
