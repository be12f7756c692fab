//! What roles ask of the store: one administrator at a time, dates kept, an account that closes at once, and what is left out of the count.

use std::sync::Arc;

use hashimori_server::appointments::{self, Hands, Refused, Whom, Wish};
use hashimori_server::domain::act::Act;
use hashimori_server::domain::device::{Ownership, Standing};
use hashimori_server::domain::enrolment::CodeWish;
use hashimori_server::domain::ids::{AppointmentId, PersonId, TokenId};
use hashimori_server::domain::people::event::By;
use hashimori_server::domain::people::role::{DeputyTerm, Newcomer};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::domain::token::Grant;
use hashimori_server::store::api_token::{self, NewToken};
use hashimori_server::store::appointment::{self, NewAppointment};
use hashimori_server::store::exclusion::{self, Kind};
use hashimori_server::store::{device, facility, invitation, person, session};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    a_facility_never_has_two_administrators_at_once_whatever_is_written,
    a_hand_over_closes_the_formers_account_and_keeps_the_dates,
    a_change_of_role_ends_what_was_handed_out_in_the_one_before,
    of_two_hand_overs_at_once_one_wins_and_the_other_is_told,
    two_secretariats_that_end_each_other_leave_one,
    vacancies_are_counted_from_the_day_they_began,
    deputies_act_within_dates_that_a_session_brings_along,
    what_is_out_of_the_count_is_listed_newest_first_with_its_reason,
);

fn hands<'a>(bed: &'a Bed, doer: Option<&'a Person>) -> Hands<'a> {
    Hands { random: &bed.random, now: bed.now, doer, deputies_everywhere: false }
}

async fn appoint(bed: &Bed, scope: Scope, role: Role, login: &str, seen: Option<AppointmentId>) -> anyhow::Result<Result<Person, Refused>> {
    let whom = Whom::Newcomer(Newcomer::parse(login, &format!("架空 {login}"))?);
    let mut tx = bed.store.begin_ledger().await?;
    let done = appointments::appoint(&mut tx, &hands(bed, None), &Wish { scope, role, whom, why: "見本", seen }).await;
    if done.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(done.map(|appointed| appointed.person))
}

fn here(bed: &Bed) -> Scope {
    Scope::Facility(bed.region, bed.facility)
}

async fn a_facility_never_has_two_administrators_at_once_whatever_is_written(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    appoint(&bed, here(&bed), Role::Administrator, "hanako", None).await??;
    let refused = appoint(&bed, here(&bed), Role::Administrator, "jiro", None).await?;
    assert!(matches!(&refused, Err(Refused::Changed(Some(held))) if held.person.login.as_str() == "hanako"), "{refused:?}");
    let id = PersonId::new(bed.random.uuid(bed.now));
    let second =
        Person { id, role: Role::Administrator, scope: here(&bed), login: Login::parse("jiro")?, name: "架空 次郎".to_owned() };
    let mut tx = bed.store.begin().await?;
    assert!(person::insert(&mut tx, &second, bed.now).await.is_err(), "the store itself refuses a second account");
    drop(tx);
    let mut tx = bed.store.begin().await?;
    person::insert_closed(&mut tx, &second, bed.now).await?;
    let new = NewAppointment { id: AppointmentId::new(bed.random.uuid(bed.now)), person: &second, by: By::Operator, why: "見本" };
    assert!(appointment::insert(&mut tx, &new, bed.now).await.is_err(), "and a second appointment");
    drop(tx);
    let elsewhere = Scope::Facility(bed.region, bed.another_facility().await?);
    appoint(&bed, elsewhere, Role::Administrator, "saburo", None).await??;
    Ok(())
}

async fn a_hand_over_closes_the_formers_account_and_keeps_the_dates(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let former = appoint(&bed, here(&bed), Role::Administrator, "hanako", None).await??;
    let begun = bed.now;
    let wish =
        CodeWish { region: bed.region, facility: bed.facility, uses: 5, hours: 240, auto_confirm: false, ownership: Ownership::Managed };
    let (code, _) = wish.issue([0; 10], bed.now, &bed.random).map_err(|_| anyhow::anyhow!("no code"))?;
    let mut tx = bed.store.begin().await?;
    person::update_secrets(&mut tx, former.id, "phc", "sealed", 7).await?;
    session::insert_signed_in(&mut tx, "cookie", former.id, "Chrome", bed.now).await?;
    invitation::insert(&mut tx, "link", former.id, bed.now, bed.now.plus_days(9)).await?;
    tx.insert_code(&code, &former.id.to_string()).await?;
    let id = TokenId::new(bed.random.uuid(bed.now));
    let (scope, grants, made) = (here(&bed), &[Grant::Devices], (former.id, bed.now));
    let ends_at = bed.now.plus_days(30);
    api_token::insert(&mut tx, &NewToken { id, scope, label: "見本", grants, hash: "token", made, ends_at }).await?;
    tx.commit().await?;
    assert!(api_token::find(bed.store.read(), "token", bed.now).await?.is_some());
    bed.now = bed.now.plus_seconds(60);
    let held = appointment::list(bed.store.read(), bed.facility, bed.now).await?;
    let new = appoint(&bed, here(&bed), Role::Administrator, "jiro", Some(held[0].id)).await??;
    let db = bed.store.read();
    assert!(session::find_signed_in(db, "cookie", bed.now).await?.is_none());
    assert!(invitation::find_usable(db, "link", bed.now).await?.is_none());
    assert!(api_token::find(db, "token", bed.now).await?.is_none());
    assert!(person::find_credentials(db, &former.login).await?.is_none());
    assert!(!person::find_ways(db, former.id).await?.any(), "nothing of it opens anything when the account comes back");
    assert_eq!(bed.store.list_live_codes(bed.facility, None, (bed.now, 9)).await?, []);
    let held = appointment::list(db, bed.facility, bed.now).await?;
    assert_eq!((held.len(), held[0].person.id, held[0].from), (1, new.id, bed.now));
    let past = appointment::list_past(db, bed.facility, 9).await?;
    assert_eq!((past.len(), past[0].name.as_str(), past[0].from, past[0].until), (1, "架空 hanako", begun, bed.now));
    assert_eq!(appointment::list_candidates(db, here(&bed), 9).await?.len(), 2);
    assert_eq!(facility::vacant_since(db, bed.facility).await?, None);
    Ok(())
}

async fn a_change_of_role_ends_what_was_handed_out_in_the_one_before(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = appoint(&bed, here(&bed), Role::Administrator, "hanako", None).await??;
    let wish =
        CodeWish { region: bed.region, facility: bed.facility, uses: 5, hours: 240, auto_confirm: false, ownership: Ownership::Managed };
    let mut tx = bed.store.begin().await?;
    for maker in [hanako.id.to_string(), "operator".to_owned()] {
        let (code, _) = wish.clone().issue([0; 10], bed.now, &bed.random).map_err(|_| anyhow::anyhow!("no code"))?;
        tx.insert_code(&code, &maker).await?;
    }
    let id = TokenId::new(bed.random.uuid(bed.now));
    let (scope, grants, made) = (here(&bed), &[Grant::Devices], (hanako.id, bed.now));
    let ends_at = bed.now.plus_days(30);
    api_token::insert(&mut tx, &NewToken { id, scope, label: "見本", grants, hash: "token", made, ends_at }).await?;
    tx.commit().await?;
    let mut tx = bed.store.begin_ledger().await?;
    let wish = Wish { scope, role: Role::Auditor, whom: Whom::Known(hanako.id), why: "見本", seen: None };
    appointments::appoint(&mut tx, &hands(&bed, None), &wish).await?;
    tx.commit().await?;
    assert!(api_token::find(bed.store.read(), "token", bed.now).await?.is_none());
    let left = bed.store.list_live_codes(bed.facility, None, (bed.now, 9)).await?;
    assert_eq!(left.iter().map(|code| code.issued_by.as_str()).collect::<Vec<_>>(), ["operator"]);
    Ok(())
}

async fn of_two_hand_overs_at_once_one_wins_and_the_other_is_told(on: On) -> anyhow::Result<()> {
    let bed = Arc::new(Bed::on(on).await?);
    let (one, two) = tokio::join!(
        appoint(&bed, here(&bed), Role::Administrator, "ichiro", None),
        appoint(&bed, here(&bed), Role::Administrator, "jiro", None)
    );
    let (won, lost): (Vec<_>, Vec<_>) = [one?, two?].into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 1));
    assert!(matches!(lost.first(), Some(Err(Refused::Changed(Some(_))))), "{lost:?}");
    assert_eq!(appointment::list(bed.store.read(), bed.facility, bed.now).await?.len(), 1);
    Ok(())
}

async fn end(bed: &Bed, doer: &Person, whom: &Person) -> anyhow::Result<Result<(), Refused>> {
    let mut tx = bed.store.begin_ledger().await?;
    let Some(held) = appointment::find_of(&mut *tx, whom.id, bed.now).await? else { return Ok(Err(Refused::Changed(None))) };
    let done = appointments::end(&mut tx, &hands(bed, Some(doer)), &held, "見本").await;
    if done.is_ok() {
        tx.commit().await?;
    }
    Ok(done)
}

async fn two_secretariats_that_end_each_other_leave_one(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let one = appoint(&bed, Scope::Region(bed.region), Role::Secretariat, "jimukyoku", None).await??;
    let two = appoint(&bed, Scope::Region(bed.region), Role::Secretariat, "jimukyoku2", None).await??;
    let (first, second) = tokio::join!(end(&bed, &one, &two), end(&bed, &two, &one));
    let outcomes = [first?, second?];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(Refused::LastSecretariat))), "{outcomes:?}");
    assert_eq!(appointment::list_regional(bed.store.read(), bed.region, bed.now).await?.len(), 1);
    Ok(())
}

async fn vacancies_are_counted_from_the_day_they_began(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let founded = bed.now;
    let other = bed.another_facility().await?;
    let hanako = appoint(&bed, here(&bed), Role::Administrator, "hanako", None).await??;
    bed.now = bed.now.plus_days(10);
    let held = appointment::find_of(bed.store.read(), hanako.id, bed.now).await?.expect("a role");
    let mut tx = bed.store.begin_ledger().await?;
    appointments::end(&mut tx, &hands(&bed, None), &held, "退職").await?;
    tx.commit().await?;
    let vacant = facility::list_vacant(&bed.store, bed.region, 9).await?;
    assert_eq!(vacant.iter().map(|v| (v.id, v.since)).collect::<Vec<_>>(), [(other, founded), (bed.facility, bed.now)]);
    assert_eq!(facility::count_vacant(&bed.store, bed.region, bed.now.plus_days(-7)).await?, (2, 1));
    appoint(&bed, here(&bed), Role::Administrator, "jiro", None).await??;
    assert_eq!(facility::count_vacant(&bed.store, bed.region, bed.now.plus_days(-7)).await?, (1, 1));
    Ok(())
}

async fn deputies_act_within_dates_that_a_session_brings_along(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    assert!(matches!(appoint(&bed, here(&bed), Role::Deputy, "daiko", None).await?, Err(Refused::NoDeputies)));
    let term = DeputyTerm { from: bed.now, until: Some(bed.now.plus_days(3)) };
    let mut tx = bed.store.begin().await?;
    facility::put_deputy_term(&mut tx, bed.facility, term).await?;
    tx.commit().await?;
    let deputy = appoint(&bed, here(&bed), Role::Deputy, "daiko", None).await??;
    let mut tx = bed.store.begin().await?;
    session::insert_signed_in(&mut tx, "cookie", deputy.id, "Chrome", bed.now).await?;
    tx.commit().await?;
    let found = session::find_signed_in(bed.store.read(), "cookie", bed.now).await?.expect("signed in");
    assert_eq!((found.person.role, found.deputies), (Role::Deputy, Some(term)));
    let (db, deputy) = (bed.store.read(), deputy.id.to_string());
    for (maker, at, rests) in
        [(deputy.as_str(), bed.now, false), (&deputy, bed.now.plus_days(3), true), ("operator", bed.now.plus_days(3), false)]
    {
        assert_eq!(appointment::rests(db, maker, at).await?, rests, "{maker} at {at:?}");
    }
    Ok(())
}

async fn what_is_out_of_the_count_is_listed_newest_first_with_its_reason(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let mut made = Vec::new();
    for (standing, act) in [(Standing::Pending, Act::Refuse), (Standing::Active, Act::Retire), (Standing::Lost, Act::Retire)] {
        let (id, _) = bed.device(standing).await?;
        bed.now = bed.now.plus_seconds(60);
        let decision = device::Decision { standing: act.to(), by: "operator".to_owned(), at: bed.now };
        let mut tx = bed.store.begin_ledger().await?;
        assert!(device::stand(&mut tx, bed.facility, id, act.from(), &decision).await?);
        if act == Act::Retire {
            exclusion::put_reason(&mut tx, id, "故障のため").await?;
        }
        tx.commit().await?;
        made.push(id);
    }
    bed.device(Standing::Active).await?;
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = exclusion::list(&bed.store, bed.region, after, 2).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        read.extend(page);
    }
    made.reverse();
    assert_eq!(
        read.iter().map(|line| line.device.as_ref().map(|d| d.id)).collect::<Vec<_>>(),
        made.into_iter().map(Some).collect::<Vec<_>>()
    );
    let told: Vec<_> = read.iter().map(|line| (line.kind, line.reason.as_str(), line.by.as_deref())).collect();
    assert_eq!(told, [(Kind::Retired, "故障のため", None), (Kind::Retired, "故障のため", None), (Kind::Refused, "", None)]);
    Ok(())
}
