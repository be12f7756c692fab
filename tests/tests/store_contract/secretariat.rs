//! Papers over a region in the store: whose approval is the 事務局's, incidents, and what it issues itself.

use hashimori_server::appointments::{self, Hands, Whom};
use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{AppointmentId, PaperId, PersonId};
use hashimori_server::domain::paper::{Act, ForSecretariat, Kind, Moved, State, Values, Wish};
use hashimori_server::domain::people::event::By;
use hashimori_server::domain::people::role::Newcomer;
use hashimori_server::domain::people::{Role, Scope};
use hashimori_server::store::appointment::{self, Held, NewAppointment};
use hashimori_server::store::paper::{self, NewPaper};
use hashimori_tests::bed::{Bed, On};
use hashimori_tests::recount;

use super::papers::{found, new, step, wish};

on_both_engines!(
    an_incident_keeps_what_is_added_and_is_found_in_its_region_until_it_is_closed,
    an_administrators_own_paper_is_the_secretariats_while_there_is_no_head,
    what_the_secretariat_issues_is_counted_in_its_region_by_the_clock_and_a_restriction_holds_within_its_days,
);

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

async fn an_administrators_own_paper_is_the_secretariats_while_there_is_no_head(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let appoint = async |role, login: &str| -> anyhow::Result<Held> {
        let (scope, whom) = (Scope::Facility(bed.region, bed.facility), Whom::Newcomer(Newcomer::parse(login, &format!("架空 {login}"))?));
        let hands = Hands { random: &bed.random, now: bed.now, doer: None, deputies_everywhere: false };
        let mut tx = bed.store.begin_ledger().await?;
        let wish = appointments::Wish { scope, role, whom, why: "見本", seen: None };
        let done = appointments::appoint(&mut tx, &hands, &wish).await?;
        tx.commit().await?;
        Ok(appointment::find_of(bed.store.read(), done.person.id, bed.now).await?.expect("appointed"))
    };
    let administrator = appoint(Role::Administrator, "hanako").await?;
    let leave = async |held: &Held| -> anyhow::Result<()> {
        let mut tx = bed.store.begin_ledger().await?;
        assert!(appointment::end(&mut tx, held, By::Operator, "見本", bed.now).await?);
        Ok(tx.commit().await?)
    };
    let (own, others) = (PaperId::new(bed.random.uuid(bed.now)), PaperId::new(bed.random.uuid(bed.now)));
    let wish = wish(&bed, None, (0, 3));
    let mut tx = bed.store.begin_ledger().await?;
    for (id, applicant) in [(own, Some(administrator.person.id)), (others, None)] {
        paper::insert(&mut tx, &NewPaper { applicant, ..new(&bed, id, Kind::TakeOut, &wish, Actor::Operator) }).await?;
    }
    tx.commit().await?;
    let waiting = async |which| -> anyhow::Result<Vec<PaperId>> {
        let listed = paper::list_for_secretariat(&bed.store, bed.region, which, (None, 9)).await?;
        let (counted, _) = paper::count_for_secretariat(&bed.store, bed.region, which).await?;
        assert_eq!(usize::try_from(counted)?, listed.len());
        assert_eq!(recount::wrong_owners(&bed.store).await?, 0);
        Ok(listed.into_iter().map(|(.., found)| found.paper.id).collect())
    };
    assert_eq!(waiting(ForSecretariat::WithoutHead).await?, [own]);
    assert!(waiting(ForSecretariat::Never).await?.is_empty());
    let head = appoint(Role::Head, "shocho").await?;
    assert!(waiting(ForSecretariat::WithoutHead).await?.is_empty());
    assert_eq!(waiting(ForSecretariat::Always).await?, [own]);
    leave(&head).await?;
    assert_eq!(waiting(ForSecretariat::WithoutHead).await?, [own], "nobody is above the administrator again");
    leave(&administrator).await?;
    assert!(waiting(ForSecretariat::Always).await?.is_empty(), "whoever comes next decides about it");
    let mut tx = bed.store.begin_ledger().await?;
    let again =
        NewAppointment { id: AppointmentId::new(bed.random.uuid(bed.now)), person: &administrator.person, by: By::Operator, why: "見本" };
    appointment::insert(&mut tx, &again, bed.now).await?;
    tx.commit().await?;
    assert_eq!(waiting(ForSecretariat::Always).await?, [own]);
    // Whoever filed without an account is known by name, also where they become administrator later.
    let (earlier, named) = (PaperId::new(bed.random.uuid(bed.now)), Wish { applicant: "架空　hanako".to_owned(), ..wish });
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new(&bed, earlier, Kind::TakeOut, &named, Actor::Stranger)).await?;
    tx.commit().await?;
    let of_name = paper::list_for_secretariat(&bed.store, bed.region, ForSecretariat::Always, (None, 9)).await?;
    assert_eq!(of_name.len(), 2);
    assert!(step(&bed, &found(&bed, earlier).await?, Act::Refuse, State::Refused).await?);
    assert!(step(&bed, &found(&bed, own).await?, Act::Approve, State::Approved).await?);
    assert!(waiting(ForSecretariat::Always).await?.is_empty());
    Ok(())
}

async fn file_of(bed: &Bed, kind: Kind, (from, until): (i64, i64)) -> anyhow::Result<PaperId> {
    let (id, by) = (PaperId::new(bed.random.uuid(bed.now)), Actor::Person(PersonId::new(bed.random.uuid(bed.now))));
    let wish = wish(bed, None, (from, until));
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new(bed, id, kind, &wish, by)).await?;
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
    assert!(counts(0).await?.is_empty(), "what waits for its day needs no hand");
    assert_eq!(counts(3).await?, [(State::Issued, true), (State::Restricted, true)], "a facility's own records are not the secretariat's");
    let holds = async |days| -> anyhow::Result<usize> {
        Ok(paper::list_restrictions(&bed.store, bed.facility, bed.now.plus_days(days)).await?.len())
    };
    assert_eq!((holds(0).await?, holds(1).await?, holds(2).await?, holds(3).await?), (0, 1, 1, 0));
    assert!(paper::list_restrictions(&bed.store, bed.another_facility().await?, bed.now.plus_days(1)).await?.is_empty());
    assert!(step(&bed, &found(&bed, restriction).await?, Act::Lift, State::Closed).await?);
    assert_eq!((holds(1).await?, counts(3).await?.len()), (0, 1));

    let numbered = async |kind, number| paper::find_numbered(&bed.store, bed.facility, (kind, number)).await;
    assert_eq!((numbered(Kind::Guidance, 1).await?, numbered(Kind::Guidance, 2).await?), (Some(guidance), None));
    let records = [Kind::Consideration, Kind::FacilityCheck];
    assert_eq!(paper::list_never_filed(&bed.store, bed.facility, &records).await?, [Kind::FacilityCheck]);
    // What was filed once may be kept no longer.
    let mut tx = bed.store.begin_ledger().await?;
    let kept = "INSERT INTO paper_number (facility_id, kind, number) VALUES ($1, 'facility_check', 1)";
    sqlx::query(kept).bind(bed.facility.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    assert!(paper::list_never_filed(&bed.store, bed.facility, &records).await?.is_empty());
    Ok(())
}
