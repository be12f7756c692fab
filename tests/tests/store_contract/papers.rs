//! Papers in the store: numbered within a facility, moved on by one of two, every step kept, and counted by the clock.

use hashimori_server::appointments::{self, Hands, Whom};
use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::disaster::Reach;
use hashimori_server::domain::disaster::let_in::{LetIn, Said, Typed};
use hashimori_server::domain::ids::{AreaId, DeviceId, FacilityId, LetInId, PaperId, PersonId, RegionId};
use hashimori_server::domain::paper::{Act, ForSecretariat, Kind, Moved, Paper, Period, State, Values, Wish};
use hashimori_server::domain::people::role::Newcomer;
use hashimori_server::domain::people::{Role, Scope};
use hashimori_server::exceptions;
use hashimori_server::store::disaster::let_in;
use hashimori_server::store::paper::{self, Filter, NewPaper, OpenCount};
use hashimori_server::store::{facility_link, personal_policy};
use hashimori_shared::pack::{Pack, PersonalMode};
use hashimori_shared::report::sample;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    papers_are_numbered_within_their_facility_and_kept_letter_for_letter,
    of_two_steps_from_the_same_state_one_is_taken_and_every_step_stays,
    what_overlaps_is_found_until_it_is_closed,
    open_papers_are_counted_by_the_clock_and_listed_page_by_page,
    a_facilitys_newest_decision_and_newest_link_count,
    approvals_in_force_are_those_of_the_device_now,
    what_went_ahead_under_an_exception_is_counted_until_it_is_approved_or_ended,
    an_approval_in_force_is_counted_as_the_device_would_read_without_it,
    an_administrators_own_paper_is_the_secretariats_while_there_is_no_head,
    an_applicants_own_link_opens_their_paper_and_no_other,
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

fn new<'a>(bed: &Bed, id: PaperId, kind: Kind, wish: &'a Wish, by: Actor) -> NewPaper<'a> {
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
    assert!(paper::refile(&mut tx, &back, (&other, None), None, (PersonId::new(bed.random.uuid(bed.now)), bed.now)).await?);
    assert!(!paper::refile(&mut tx, &back, (&other, None), None, (PersonId::new(bed.random.uuid(bed.now)), bed.now)).await?);
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
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new(&bed, id, Kind::Incident, &wish, by)).await?;
    tx.commit().await?;
    let reported = found(&bed, id).await?;
    assert_eq!(reported.state, State::Reported, "nobody with an account has looked");
    assert_eq!(paper::history(&bed.store, id).await?[0].by_word, "stranger");
    assert_eq!(paper::count_incidents(&bed.store, bed.region).await?, (1, Some(bed.now.plus_days(-1))));
    let listed = paper::list_open(&bed.store, (bed.region, Kind::Incident), (None, 10)).await?;
    assert_eq!((listed[0].0, listed[0].2.paper.id), (bed.facility, id));

    let added: Values = [("cause".to_owned(), "見本".to_owned())].into();
    let moved = Moved {
        act: Act::CloseIncident,
        to: State::Closed,
        period: reported.period,
        device: Some(device),
        asked_until: None,
        exception: None,
        at: bed.now,
        on: None,
        why: String::new(),
        checker: String::new(),
        added,
    };
    let mut tx = bed.store.begin_ledger().await?;
    assert!(paper::move_on(&mut tx, &reported, &moved, Actor::Stranger).await?);
    tx.commit().await?;
    let closed = found(&bed, id).await?;
    assert_eq!((closed.values.len(), closed.device), (2, Some(device)));
    assert_eq!(paper::count_incidents(&bed.store, bed.region).await?, (0, None));
    Ok(())
}

async fn what_went_ahead_under_an_exception_is_counted_until_it_is_approved_or_ended(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let act = exceptions::Act { random: &bed.random, doer: None, why: "浸水".to_owned(), event_at: bed.now, now: bed.now };
    let mut tx = bed.store.begin().await?;
    let basis = ("規程第25条".to_owned(), false);
    let exception = exceptions::activate(&mut tx, &act, (bed.region, Reach::Region), basis, 7).await?;
    let by = Actor::Operator;
    let said = Said::parse(Typed { name: "見本 守", ..Typed::default() }, 7).expect("taken");
    let entry = LetInId::new(bed.random.uuid(bed.now));
    let (facility, event_at) = (bed.facility, bed.now);
    let_in::insert(&mut tx, &LetIn { id: entry, exception: exception.id, facility, said, event_at, entered_at: event_at, by }).await?;
    tx.commit().await?;
    let (id, waits) = (PaperId::new(bed.random.uuid(bed.now)), PaperId::new(bed.random.uuid(bed.now)));
    let wish = wish(&bed, None, (0, 30));
    let mut tx = bed.store.begin_ledger().await?;
    let under = NewPaper { exception: Some(exception.id), ..new(&bed, id, Kind::PersonalDevice, &wish, by) };
    paper::insert(&mut tx, &under).await?;
    assert!(let_in::link_paper(&mut tx, facility, entry, id).await?);
    // A hand-over is waived by nothing.
    paper::insert(&mut tx, &NewPaper { id: waits, kind: Kind::HandOver, ..under }).await?;
    tx.commit().await?;
    assert_eq!((found(&bed, id).await?.state, found(&bed, id).await?.exception), (State::Exempt, Some(exception.id)));
    assert_eq!((found(&bed, waits).await?.state, found(&bed, waits).await?.exception), (State::Planned, None));
    let figures = let_in::figures_of(bed.store.read(), exception.id).await?;
    assert_eq!((figures.own, figures.papers, figures.open), (1, 1, 2));
    assert_eq!(let_in::count_due(&bed.store, facility, bed.now).await?, 0, "it still holds");
    assert_eq!(paper::count_exempt(&bed.store, facility).await?, 1);
    let exempt = Filter { open: true, exempt: true, ..Filter::default() };
    assert_eq!(paper::list(&bed.store, facility, exempt, 9).await?.len(), 1);

    bed.now = bed.now.plus_days(8);
    assert_eq!(let_in::count_due(&bed.store, facility, bed.now).await?, 2);
    assert_eq!(let_in::count_papers_due(&bed.store, facility, bed.now).await?, 1);
    assert_eq!(let_in::list_open(&bed.store, exception.id, 9).await?.iter().map(|left| left.2).collect::<Vec<_>>(), [2]);
    assert_eq!(let_in::count_overdue(&bed.store, bed.region, bed.now).await?, (2, Some(exception.ends_at)));
    assert!(step(&bed, &found(&bed, id).await?, Act::Approve, State::InUse).await?);
    let mut tx = bed.store.begin_ledger().await?;
    let by = ("operator".to_owned(), bed.now);
    assert_eq!(let_in::clear_by_paper(&mut tx, facility, waits, by.clone()).await?, None);
    assert_eq!(let_in::clear_by_paper(&mut tx, facility, id, by.clone()).await?, Some(entry));
    assert_eq!(let_in::clear_by_paper(&mut tx, facility, id, by).await?, None, "once");
    tx.commit().await?;
    assert_eq!(let_in::count_due(&bed.store, facility, bed.now).await?, 0);
    let figures = let_in::figures_of(bed.store.read(), exception.id).await?;
    assert_eq!((figures.papers, figures.open), (1, 0));
    Ok(())
}

async fn an_approval_in_force_is_counted_as_the_device_would_read_without_it(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let rules = Pack::bundled().parameters().staleness.clone();
    let (device, n) = bed.device(Standing::Active).await?;
    bed.send(n, (1, 1), &sample::bad_debian(bed.now)).await?;
    let id = PaperId::new(bed.random.uuid(bed.now));
    let wish = wish(&bed, Some(device), (0, 3));
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new(&bed, id, Kind::PersonalDevice, &wish, Actor::Operator)).await?;
    tx.commit().await?;
    let counted = async |region, days| -> anyhow::Result<i64> {
        Ok(paper::count_permitted(&bed.store, (region, None), bed.now.plus_days(days), &rules).await?.all())
    };
    assert_eq!(counted(bed.region, 0).await?, 0, "asked for is not approved");
    assert!(step(&bed, &found(&bed, id).await?, Act::Approve, State::InUse).await?);
    assert_eq!((counted(bed.region, 0).await?, counted(bed.region, 3).await?), (1, 0));
    assert_eq!(counted(RegionId::new(bed.random.uuid(bed.now)), 0).await?, 0);
    assert_eq!(paper::list_permitted(&bed.store, bed.facility, bed.now).await?, [device].into());
    let area = AreaId::new(bed.random.uuid(bed.now));
    assert_eq!(paper::count_permitted(&bed.store, (bed.region, Some(area)), bed.now, &rules).await?.all(), 0, "it lies elsewhere");
    // Under a disaster exception the device is counted as that.
    let act = exceptions::Act { random: &bed.random, doer: None, why: "浸水".to_owned(), event_at: bed.now, now: bed.now };
    let mut tx = bed.store.begin().await?;
    exceptions::activate(&mut tx, &act, (bed.region, Reach::Region), ("規程第25条".to_owned(), false), 1).await?;
    tx.commit().await?;
    assert_eq!((counted(bed.region, 0).await?, counted(bed.region, 2).await?), (0, 1));
    bed.stand(device, Standing::Lost).await?;
    assert_eq!(counted(bed.region, 2).await?, 0, "what is gone is in nobody's use");
    Ok(())
}

async fn an_administrators_own_paper_is_the_secretariats_while_there_is_no_head(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let appoint = async |role, login: &str| -> anyhow::Result<PersonId> {
        let (scope, whom) = (Scope::Facility(bed.region, bed.facility), Whom::Newcomer(Newcomer::parse(login, &format!("架空 {login}"))?));
        let hands = Hands { random: &bed.random, now: bed.now, doer: None, deputies_everywhere: false };
        let mut tx = bed.store.begin_ledger().await?;
        let wish = appointments::Wish { scope, role, whom, why: "見本", seen: None };
        let done = appointments::appoint(&mut tx, &hands, &wish).await?;
        tx.commit().await?;
        Ok(done.person.id)
    };
    let administrator = appoint(Role::Administrator, "hanako").await?;
    let (own, others) = (PaperId::new(bed.random.uuid(bed.now)), PaperId::new(bed.random.uuid(bed.now)));
    let wish = wish(&bed, None, (0, 3));
    let mut tx = bed.store.begin_ledger().await?;
    for (id, applicant) in [(own, Some(administrator)), (others, None)] {
        paper::insert(&mut tx, &NewPaper { applicant, ..new(&bed, id, Kind::TakeOut, &wish, Actor::Operator) }).await?;
    }
    tx.commit().await?;
    let waiting = async |which| -> anyhow::Result<Vec<PaperId>> {
        let listed = paper::list_for_secretariat(&bed.store, bed.region, which, (None, 9)).await?;
        let (counted, _) = paper::count_for_secretariat(&bed.store, bed.region, which).await?;
        assert_eq!(usize::try_from(counted)?, listed.len());
        Ok(listed.into_iter().map(|(.., found)| found.paper.id).collect())
    };
    assert_eq!(waiting(ForSecretariat::WithoutHead).await?, [own]);
    assert!(waiting(ForSecretariat::Never).await?.is_empty());
    appoint(Role::Head, "shocho").await?;
    assert!(waiting(ForSecretariat::WithoutHead).await?.is_empty());
    assert_eq!(waiting(ForSecretariat::Always).await?, [own]);
    assert!(step(&bed, &found(&bed, own).await?, Act::Approve, State::Approved).await?);
    assert!(waiting(ForSecretariat::Always).await?.is_empty());
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
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new(&bed, id, Kind::PersonalDevice, &wish, Actor::Person(by))).await?;
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
    let (region, facility, at) = (bed.region, bed.facility, bed.now);
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: None, exception: None, own_hash: None, by, at };
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
