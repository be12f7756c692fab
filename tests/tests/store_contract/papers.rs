//! Papers in the store: numbered within a facility, moved on by one of two, every step kept, and counted by the clock.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, FacilityId, PaperId, PersonId};
use hashimori_server::domain::paper::{Act, Fit, Format, Kind, Moved, Paper, Period, State, Values, Wish};
use hashimori_server::store::paper::{self, Added, Filter, NewAttachment, NewPaper, OpenCount};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    papers_are_numbered_within_their_facility_and_kept_letter_for_letter,
    files_of_a_paper_are_kept_byte_for_byte_until_they_are_removed_and_a_closed_paper_keeps_what_it_has,
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

/// Adds a file called after its content.
async fn attach(bed: &Bed, paper: PaperId, (name, body): (&str, &[u8])) -> anyhow::Result<Added> {
    let fit = Fit { name: name.to_owned(), format: Format::Png };
    // As good as a digest here.
    let sha256 = format!("{:064x}", body.iter().map(|byte| u64::from(*byte)).sum::<u64>());
    let (by, at) = (PersonId::new(bed.random.uuid(bed.now)), bed.now);
    let mut tx = bed.store.begin_ledger().await?;
    let new = NewAttachment { paper, fit: &fit, sha256: &sha256, remark: "控え", body, by, at };
    let added = paper::insert_attachment(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(added)
}

async fn remove(bed: &Bed, paper: PaperId, n: i64) -> anyhow::Result<bool> {
    let mut tx = bed.store.begin_ledger().await?;
    let by = (PersonId::new(bed.random.uuid(bed.now)), bed.now);
    let removed = paper::remove_attachment(&mut tx, (paper, n), "取り違え", by).await?;
    tx.commit().await?;
    Ok(removed)
}

async fn files_of_a_paper_are_kept_byte_for_byte_until_they_are_removed_and_a_closed_paper_keeps_what_it_has(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let elsewhere = bed.another_facility().await?;
    let wish = wish(&bed, None, (0, 3));
    let (id, _) = file(&bed, bed.facility, &wish).await?;
    let (other, _) = file(&bed, elsewhere, &wish).await?;
    let whole: Vec<u8> = (0..=255).cycle().take(5 << 20).collect();
    assert_eq!(attach(&bed, id, ("髙﨑 𠮷男.png", &whole)).await?, Added::As(1));
    assert_eq!(attach(&bed, id, ("again.png", &whole)).await?, Added::There(1), "the same content is there once");
    assert_eq!(attach(&bed, other, ("again.png", &whole)).await?, Added::As(1), "of each paper");
    assert_eq!(paper::find_body(bed.store.read(), (id, 1)).await?.as_deref(), Some(whole.as_slice()));
    for n in 2..=5_u8 {
        assert_eq!(attach(&bed, id, ("x.png", &[n])).await?, Added::As(n.into()));
    }
    assert_eq!(attach(&bed, id, ("x.png", &[6])).await?, Added::Full);
    assert!(remove(&bed, id, 2).await? && !remove(&bed, id, 2).await? && !remove(&bed, id, 9).await?);
    assert_eq!(attach(&bed, id, ("x.png", &[2])).await?, Added::As(6), "no number is given out twice");

    let listed = paper::list_attachments(&bed.store, id).await?;
    assert_eq!(listed.iter().map(|file| file.n).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let (first, gone) = (&listed[0], &listed[1]);
    assert_eq!((first.name.as_str(), first.format, first.size, first.remark.as_str()), ("髙﨑 𠮷男.png", Format::Png, 5 << 20, "控え"));
    assert_eq!((gone.name.as_str(), gone.remark.as_str(), gone.size), ("", "", 1));
    let removed = gone.removed.as_ref().expect("removed");
    assert_eq!((removed.at, removed.why.as_str(), first.removed.is_none()), (bed.now, "取り違え", true));
    assert_eq!(paper::find_body(bed.store.read(), (id, 2)).await?, None);

    let days = (bed.now, bed.now.plus_seconds(1));
    let page = async |after, limit| paper::list_attachments_between(&bed.store, bed.facility, days, after, limit).await;
    assert_eq!(page(None, 4).await?, listed[..4], "this facility's alone");
    assert_eq!(page(Some((id, 4)), 4).await?, listed[4..]);
    let later = (bed.now.plus_seconds(1), bed.now.plus_days(1));
    assert!(paper::list_attachments_between(&bed.store, bed.facility, later, None, 4).await?.is_empty());

    let paper = found(&bed, id).await?;
    assert!(step(&bed, &paper, Act::Withdraw, State::Withdrawn).await?);
    assert_eq!(attach(&bed, id, ("x.png", &[9])).await?, Added::Closed);
    assert!(!remove(&bed, id, 3).await?);
    assert_eq!(paper::find_body(bed.store.read(), (id, 3)).await?, Some(vec![3]));
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
    let by = || (Actor::Stranger, bed.now, "前の記入".to_owned());
    assert!(paper::refile(&mut tx, &back, (&other, None), None, by()).await?);
    assert!(!paper::refile(&mut tx, &back, (&other, None), None, by()).await?);
    tx.commit().await?;
    let again = found(&bed, id).await?;
    assert_eq!((again.state, again.period, again.applicant.person, again.version), (State::Filed, other.period, None, 2));
    let past = paper::history(&bed.store, id).await?;
    assert_eq!(past.iter().map(|past| past.act).collect::<Vec<_>>(), [Act::File, Act::SendBack, Act::FileAgain]);
    assert_eq!(past[2].why, "前の記入", "what stood there before stays");
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
