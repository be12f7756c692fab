//! People's own devices in the store: what a facility decides about them and by which link they are asked for, what is approved of them,
//! and what is used before it is approved.

use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::disaster::let_in::{LetIn, Said, Typed};
use hashimori_server::domain::disaster::{Place, Reach};
use hashimori_server::domain::ids::{AreaId, LetInId, PaperId, PersonId, RegionId};
use hashimori_server::domain::paper::{Act, Kind, State};
use hashimori_server::exceptions::{self, Deed};
use hashimori_server::store::belonging::Home;
use hashimori_server::store::disaster::let_in;
use hashimori_server::store::paper::{self, Filter, NewPaper};
use hashimori_server::store::{facility_link, personal_policy};
use hashimori_shared::pack::{Pack, PersonalMode};
use hashimori_shared::report::sample;
use hashimori_shared::time::Timestamp;
use hashimori_tests::bed::{Bed, On};

use super::disaster::{activate, decide};
use super::papers::{found, new, step, wish};

on_both_engines!(
    what_went_ahead_under_an_exception_is_counted_until_it_is_approved_or_ended,
    an_approval_in_force_is_counted_as_the_device_would_read_without_it,
    a_facilitys_newest_decision_and_newest_link_count,
    approvals_in_force_are_those_of_the_device_now,
    what_is_left_counts_from_its_end_where_it_lies_and_not_while_another_exception_holds,
);

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
    assert_eq!(let_in::count_overdue(&bed.store, bed.region, (bed.now, bed.now)).await?, (2, Some(exception.ends_at)));
    let overdue = async |after, limit| let_in::list_overdue(&bed.store, bed.region, (bed.now, bed.now), (after, limit)).await;
    assert_eq!(overdue(None, 9).await?, [(facility, 2)], "the paper, too");
    assert_eq!(overdue(Some(facility), 9).await?, [], "the next page");
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
    // Another one for the days after: only then, and only for the same person, does it take the first one's place.
    let next = PaperId::new(bed.random.uuid(bed.now));
    let wish = self::wish(&bed, Some(device), (3, 6));
    let mut tx = bed.store.begin_ledger().await?;
    let number = paper::insert(&mut tx, &new(&bed, next, Kind::PersonalDevice, &wish, Actor::Person(by))).await?;
    tx.commit().await?;
    let renewed = async |days| -> anyhow::Result<Vec<(PaperId, i64)>> {
        let found = paper::list_renewed(bed.store.read(), bed.now.plus_days(days), 9).await?;
        Ok(found.into_iter().map(|found| (found.paper.id, found.by)).collect())
    };
    assert_eq!(renewed(3).await?, [], "nobody has approved it");
    assert!(step(&bed, &found(&bed, next).await?, Act::Approve, State::InUse).await?);
    assert_eq!((renewed(2).await?, renewed(3).await?, renewed(6).await?), (vec![], vec![(id, number)], vec![]));
    assert!(step(&bed, &found(&bed, id).await?, Act::Revoke, State::Revoked).await?);
    assert_eq!(in_force(0).await?, 0);
    Ok(())
}

async fn what_is_left_counts_from_its_end_where_it_lies_and_not_while_another_exception_holds(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (facility, other) = (bed.facility, bed.another_facility().await?);
    let places = [facility, other].map(Place::covered).to_vec();
    let wide = activate(&bed, Reach::Facilities(places), false).await?;
    let enter = async |bed: &Bed, exception, whose: &str, days: &str| -> anyhow::Result<()> {
        let said = Said::parse(Typed { whose, name: "見本 守", from: "架空医療班", days, ..Typed::default() }, 7).expect("taken");
        let (id, by) = (LetInId::new(bed.random.uuid(bed.now)), Actor::Operator);
        let mut tx = bed.store.begin().await?;
        let_in::insert(&mut tx, &LetIn { id, exception, facility, said, event_at: bed.now, entered_at: bed.now, by }).await?;
        Ok(tx.commit().await?)
    };
    let counted = async |bed: &Bed| -> anyhow::Result<(i64, (i64, Option<Timestamp>))> {
        let due = let_in::count_due(&bed.store, facility, bed.now).await?;
        Ok((due, let_in::count_overdue(&bed.store, bed.region, (bed.now, bed.now)).await?))
    };
    enter(&bed, wide.id, "own", "").await?;
    enter(&bed, wide.id, "guest", "2").await?;
    assert_eq!(counted(&bed).await?, (0, (0, None)));
    bed.now = bed.now.plus_days(1);
    let lifted = bed.now;
    decide(&bed, &wide, Deed::LiftIn(vec![facility.to_string()])).await??;
    assert_eq!(counted(&bed).await?, (2, (2, Some(lifted))), "it goes on elsewhere, and is over here");
    let home = |facility| Home { region: bed.region, facility };
    assert_eq!(let_in::left_at(&bed.store, home(facility), bed.now).await?, Some(lifted));
    assert_eq!(let_in::left_at(&bed.store, home(other), bed.now).await?, None);

    let drill = activate(&bed, Reach::Region, true).await?;
    assert_eq!(counted(&bed).await?.0, 2, "a drill stands for nothing");
    let again = activate(&bed, Reach::Region, false).await?;
    assert_eq!(counted(&bed).await?, (0, (0, None)), "another one holds");
    bed.now = bed.now.plus_days(2);
    let stayed_until = lifted.plus_days(1);
    assert_eq!(counted(&bed).await?, (1, (1, Some(stayed_until))), "a guest's stay is over whatever holds");
    decide(&bed, &again, Deed::Lift).await??;
    assert_eq!(counted(&bed).await?, (2, (2, Some(lifted))));
    decide(&bed, &drill, Deed::Lift).await?.map(drop)?;
    Ok(())
}
