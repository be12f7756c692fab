//! Papers in the store: numbered within a facility, moved on by one of two, every step kept, and counted by the clock.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, FacilityId, PaperId, PersonId};
use hashimori_server::domain::paper::{Act, Kind, Moved, Paper, Period, State, Values, Wish};
use hashimori_server::store::paper::{self, Filter, NewPaper, OpenCount};
use hashimori_server::store::{facility_link, personal_policy};
use hashimori_shared::pack::PersonalMode;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    papers_are_numbered_within_their_facility_and_kept_letter_for_letter,
    of_two_steps_from_the_same_state_one_is_taken_and_every_step_stays,
    what_overlaps_is_found_until_it_is_closed,
    open_papers_are_counted_by_the_clock_and_listed_page_by_page,
    a_facilitys_newest_decision_and_newest_link_count,
    approvals_in_force_are_those_of_the_device_now,
    an_incident_keeps_what_is_added_and_is_found_in_its_region_until_it_is_closed,
    what_the_secretariat_issues_is_counted_in_its_region_by_the_clock_and_a_restriction_holds_within_its_days,
);

fn wish(bed: &Bed, device: Option<DeviceId>, (from, until): (i64, i64)) -> Wish {
    Wish {
        applicant: "髙﨑 𠮷男".to_owned(),
        device,
        period: Period { from: bed.now.plus_days(from), until: bed.now.plus_days(until) },
        values: [("contents".to_owned(), "架空の予定表\n3件 \"'%_".to_owned())].into(),
        on: Some(bed.now.plus_days(-1)),
    }
}

async fn file(bed: &Bed, facility: FacilityId, wish: &Wish) -> anyhow::Result<(PaperId, i64)> {
    let id = PaperId::new(bed.random.uuid(bed.now));
    let by = PersonId::new(bed.random.uuid(bed.now));
    let new =
        NewPaper { id, region: bed.region, facility, kind: Kind::TakeOut, wish, applicant: Some(by), by: Actor::Person(by), at: bed.now };
    let mut tx = bed.store.begin_ledger().await?;
    let number = paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok((id, number))
}

async fn found(bed: &Bed, id: PaperId) -> anyhow::Result<Paper> {
    Ok(paper::find(&bed.store, bed.facility, id).await?.expect("a paper").paper)
}

async fn step(bed: &Bed, paper: &Paper, act: Act, to: State) -> anyhow::Result<bool> {
    let moved = Moved {
        act,
        to,
        period: paper.period,
        device: None,
        asked_until: None,
        at: bed.now,
        on: None,
        why: format!("{act:?}"),
        checker: String::new(),
        added: Values::new(),
    };
    let mut tx = bed.store.begin_ledger().await?;
    let done = paper::move_on(&mut tx, paper, &moved, PersonId::new(bed.random.uuid(bed.now))).await?;
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
    assert!(paper::refile(&mut tx, &back, (&other, None), (PersonId::new(bed.random.uuid(bed.now)), bed.now)).await?);
    assert!(!paper::refile(&mut tx, &back, (&other, None), (PersonId::new(bed.random.uuid(bed.now)), bed.now)).await?);
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

async fn an_incident_keeps_what_is_added_and_is_found_in_its_region_until_it_is_closed(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (device, _) = bed.device(Standing::Active).await?;
    let (id, by) = (PaperId::new(bed.random.uuid(bed.now)), Actor::Stranger);
    let wish = wish(&bed, None, (0, 100));
    let new =
        NewPaper { id, region: bed.region, facility: bed.facility, kind: Kind::Incident, wish: &wish, applicant: None, by, at: bed.now };
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    let reported = found(&bed, id).await?;
    assert_eq!(reported.state, State::Reported, "nobody with an account has looked");
    assert_eq!(paper::history(&bed.store, id).await?[0].by_word, "stranger");
    assert_eq!(paper::count_incidents(&bed.store, bed.region).await?, (1, Some(bed.now.plus_days(-1))));
    let listed = paper::list_open(&bed.store, bed.region, Kind::Incident, 10).await?;
    assert_eq!((listed[0].0, listed[0].2.paper.id), (bed.facility, id));

    let added: Values = [("cause".to_owned(), "見本".to_owned())].into();
    let moved = Moved {
        act: Act::CloseIncident,
        to: State::Closed,
        period: reported.period,
        device: Some(device),
        asked_until: None,
        at: bed.now,
        on: None,
        why: String::new(),
        checker: String::new(),
        added,
    };
    let mut tx = bed.store.begin_ledger().await?;
    assert!(paper::move_on(&mut tx, &reported, &moved, PersonId::new(bed.random.uuid(bed.now))).await?);
    tx.commit().await?;
    let closed = found(&bed, id).await?;
    assert_eq!((closed.values.len(), closed.device), (2, Some(device)));
    assert_eq!(paper::count_incidents(&bed.store, bed.region).await?, (0, None));
    Ok(())
}

async fn a_facilitys_newest_decision_and_newest_link_count(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let by = PersonId::new(bed.random.uuid(bed.now));
    for (mode, risk) in [(PersonalMode::Prohibited, "一"), (PersonalMode::Standing, "二")] {
        let mut tx = bed.store.begin_ledger().await?;
        personal_policy::insert(&mut tx, bed.facility, (mode, risk), (by, bed.now)).await?;
        tx.commit().await?;
    }
    let decided = personal_policy::list(&bed.store, bed.facility, 10).await?;
    assert_eq!(decided.iter().map(|policy| policy.mode).collect::<Vec<_>>(), [PersonalMode::Standing, PersonalMode::Prohibited]);
    assert!(personal_policy::list(&bed.store, bed.another_facility().await?, 10).await?.is_empty());

    let mut tx = bed.store.begin().await?;
    for (kind, hash) in [(Kind::PersonalDevice, "a"), (Kind::Incident, "b"), (Kind::PersonalDevice, "c")] {
        facility_link::put(&mut tx, (bed.facility, kind), hash, (by, bed.now)).await?;
    }
    tx.commit().await?;
    let kind = async |hash| -> anyhow::Result<_> { Ok(facility_link::find(&bed.store, hash).await?.map(|(_, kind)| kind)) };
    assert_eq!((kind("a").await?, kind("b").await?, kind("c").await?), (None, Some(Kind::Incident), Some(Kind::PersonalDevice)));
    assert_eq!(facility_link::list(&bed.store, bed.facility).await?.len(), 2);
    let mut tx = bed.store.begin().await?;
    assert!(facility_link::delete(&mut tx, bed.facility, Kind::Incident).await?);
    assert!(!facility_link::delete(&mut tx, bed.facility, Kind::Incident).await?);
    tx.commit().await?;
    assert_eq!(kind("b").await?, None);
    Ok(())
}

async fn approvals_in_force_are_those_of_the_device_now(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (device, _) = bed.device(Standing::Active).await?;
    let (id, by) = (PaperId::new(bed.random.uuid(bed.now)), PersonId::new(bed.random.uuid(bed.now)));
    let wish = wish(&bed, Some(device), (0, 3));
    let (kind, at) = (Kind::PersonalDevice, bed.now);
    let new = NewPaper { id, region: bed.region, facility: bed.facility, kind, wish: &wish, applicant: None, by: Actor::Person(by), at };
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    let in_force = async |days| -> anyhow::Result<usize> {
        Ok(paper::list_in_force(&bed.store, bed.facility, device, bed.now.plus_days(days)).await?.len())
    };
    assert_eq!(in_force(0).await?, 0, "asked for is not approved");
    assert!(step(&bed, &found(&bed, id).await?, Act::Approve, State::InUse).await?);
    assert_eq!((in_force(-1).await?, in_force(0).await?, in_force(2).await?, in_force(3).await?), (0, 1, 1, 0));
    assert!(step(&bed, &found(&bed, id).await?, Act::Revoke, State::Revoked).await?);
    assert_eq!(in_force(0).await?, 0);
    Ok(())
}

async fn file_of(bed: &Bed, kind: Kind, (from, until): (i64, i64)) -> anyhow::Result<PaperId> {
    let (id, by) = (PaperId::new(bed.random.uuid(bed.now)), Actor::Person(PersonId::new(bed.random.uuid(bed.now))));
    let wish = wish(bed, None, (from, until));
    let new = NewPaper { id, region: bed.region, facility: bed.facility, kind, wish: &wish, applicant: None, by, at: bed.now };
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn what_the_secretariat_issues_is_counted_in_its_region_by_the_clock_and_a_restriction_holds_within_its_days(
    on: On,
) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let guidance = file_of(&bed, Kind::Guidance, (0, 3)).await?;
    let restriction = file_of(&bed, Kind::Restriction, (1, 3)).await?;
    file_of(&bed, Kind::Consideration, (0, 3)).await?;
    let counts = async |days| -> anyhow::Result<Vec<(State, bool)>> {
        let open = paper::count_measures(&bed.store, bed.region, bed.now.plus_days(days)).await?;
        Ok(open.into_iter().map(|count| (count.state, count.over)).collect())
    };
    assert_eq!(
        counts(0).await?,
        [(State::Issued, false), (State::Restricted, false)],
        "a facility's own records are not the secretariat's"
    );
    assert_eq!(counts(3).await?, [(State::Issued, true), (State::Restricted, true)]);
    let holds = async |days| -> anyhow::Result<usize> {
        Ok(paper::list_restrictions(&bed.store, bed.facility, bed.now.plus_days(days)).await?.len())
    };
    assert_eq!((holds(0).await?, holds(1).await?, holds(2).await?, holds(3).await?), (0, 1, 1, 0));
    assert!(paper::list_restrictions(&bed.store, bed.another_facility().await?, bed.now.plus_days(1)).await?.is_empty());
    assert!(step(&bed, &found(&bed, restriction).await?, Act::Lift, State::Closed).await?);
    assert_eq!((holds(1).await?, counts(0).await?.len()), (0, 1));

    let numbered = async |kind, number| paper::find_numbered(&bed.store, bed.facility, (kind, number)).await;
    assert_eq!((numbered(Kind::Guidance, 1).await?, numbered(Kind::Guidance, 2).await?), (Some(guidance), None));
    let records = [Kind::Consideration, Kind::FacilityCheck];
    assert_eq!(paper::list_never_filed(&bed.store, bed.facility, &records).await?, [Kind::FacilityCheck]);
    Ok(())
}
