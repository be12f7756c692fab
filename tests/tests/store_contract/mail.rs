//! The outbox and registered addresses: what is queued with which act, who has a letter in hand, and what is forgotten when.

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::ids::PersonId;
use hashimori_server::domain::mail::{Failure, Kind, Letter, Link, MailAddress, Recipients, Said};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::store::mail::{self, Pending, Troubles};
use hashimori_server::store::{appointment, log, person};
use hashimori_shared::lang::Lang;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    a_letter_goes_to_those_who_are_meant_and_have_an_address_and_only_if_its_act_is_committed,
    nobody_gets_two_letters_about_one_occasion_or_more_reminders_than_anybody_reads,
    a_reminder_that_was_held_up_waits_for_the_next_working_hour_and_what_is_urgent_does_not,
    a_letter_is_in_one_hand_at_a_time_and_comes_back_when_that_hand_dies,
    what_has_gone_or_is_given_up_keeps_no_address,
    an_address_is_registered_by_its_own_link_once_and_by_nobody_elses,
    a_closed_account_and_an_erased_person_leave_no_address_and_no_letter,
);

async fn add(bed: &Bed, login: &str, role: Role) -> anyhow::Result<Person> {
    let scope = if role == Role::Secretariat { Scope::Region(bed.region) } else { Scope::Facility(bed.region, bed.facility) };
    let person =
        Person { id: PersonId::new(bed.random.uuid(bed.now)), role, scope, login: Login::parse(login)?, name: "架空 花子".to_owned() };
    let mut tx = bed.store.begin().await?;
    person::insert(&mut tx, &person, bed.now).await?;
    tx.commit().await?;
    Ok(person)
}

fn address(name: &str) -> MailAddress {
    MailAddress::parse(&format!("{name}@hotaru.example")).expect("an address")
}

/// Somebody with a registered address.
async fn reached(bed: &Bed, login: &str, role: Role) -> anyhow::Result<Person> {
    let person = add(bed, login, role).await?;
    let mut tx = bed.store.begin().await?;
    mail::put_pending(&mut tx, person.id, login, &Pending { address: address(login), ends_at: bed.now.plus_seconds(1) }).await?;
    assert!(mail::confirm(&mut tx, person.id, login, bed.now).await?);
    tx.commit().await?;
    Ok(person)
}

fn letter(to: Recipients<'_>) -> Letter<'_> {
    Letter::new(Kind::ResetUsed, to, Link::Page("/account".to_owned())).about("at", Said::Number(1))
}

async fn queue(bed: &Bed, letter: &Letter<'_>) -> anyhow::Result<usize> {
    let mut tx = bed.store.begin().await?;
    let queued = mail::queue(&mut tx, (&bed.random, bed.now), letter).await?;
    tx.commit().await?;
    Ok(queued)
}

async fn waiting(bed: &Bed) -> anyhow::Result<i64> {
    Ok(mail::count_waiting(bed.store.read()).await?.0)
}

async fn a_letter_goes_to_those_who_are_meant_and_have_an_address_and_only_if_its_act_is_committed(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let head = reached(&bed, "shocho", Role::Head).await?;
    reached(&bed, "hanako", Role::Administrator).await?;
    reached(&bed, "jimu", Role::Secretariat).await?;
    let nowhere = add(&bed, "jiro", Role::Deputy).await?;
    let mut tx = bed.store.begin().await?;
    assert_eq!(mail::queue(&mut tx, (&bed.random, bed.now), &letter(Recipients::Person(head.id))).await?, 1);
    tx.rollback().await?;
    assert_eq!(waiting(&bed).await?, 0, "the act was not done, so nobody is told of it");
    let roles = [Role::Administrator, Role::Deputy];
    for (to, letters) in [
        (Recipients::Person(head.id), 1),
        (Recipients::Person(nowhere.id), 0),
        (Recipients::Secretariat(bed.region), 1),
        (Recipients::Facility(bed.facility, &roles), 1),
        (Recipients::Facility(bed.another_facility().await?, &Role::ALL), 0),
        (Recipients::Address(nowhere.id, address("elsewhere")), 1),
    ] {
        assert_eq!(queue(&bed, &letter(to.clone())).await?, letters, "{to:?}");
    }
    let mut tx = bed.store.begin().await?;
    person::update_language(&mut tx, head.id, Some(Lang::English)).await?;
    let mut went = Vec::new();
    for id in mail::list_due(&mut *tx, bed.now, 10).await? {
        let taken = mail::claim(&mut tx, id, (bed.now, bed.now.plus_seconds(60))).await?.expect("mine");
        assert_eq!((taken.tries, taken.link, taken.about.len()), (1, Link::Page("/account".to_owned()), 1));
        went.push((taken.address.as_str().to_owned(), taken.lang));
    }
    went.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [("elsewhere", None), ("hanako", None), ("jimu", None), ("shocho", Some(Lang::English))];
    assert_eq!(went, expected.map(|(name, lang)| (format!("{name}@hotaru.example"), lang)));
    Ok(())
}

async fn nobody_gets_two_letters_about_one_occasion_or_more_reminders_than_anybody_reads(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let jimu = reached(&bed, "jimu", Role::Secretariat).await?;
    reached(&bed, "jimu2", Role::Secretariat).await?;
    let reminder = |occasion: &str| letter(Recipients::Secretariat(bed.region)).once(occasion);
    assert_eq!(queue(&bed, &reminder("2026-08-03")).await?, 2);
    assert_eq!(queue(&bed, &reminder("2026-08-03")).await?, 0);
    assert_eq!(queue(&bed, &reminder("2026-08-04")).await?, 2);
    for _ in 0..120 {
        assert_eq!(queue(&bed, &letter(Recipients::Person(jimu.id))).await?, 1, "what is urgent always goes");
    }
    let late = Letter::new(Kind::Vacancies, Recipients::Secretariat(bed.region), Link::Page("/vacancies".to_owned())).once("2026-08");
    assert_eq!(queue(&bed, &late).await?, 1, "the other one reads it");
    assert_eq!(queue(&bed, &late).await?, 0);
    assert_eq!(mail::troubles(bed.store.read(), bed.region).await?, Troubles { failed: 1, retried: 0 }, "and it is seen that one does not");
    let trouble = mail::list_troubles(bed.store.read(), bed.region, 10).await?.remove(0);
    assert_eq!((trouble.kind, trouble.failure, trouble.next_try), (Kind::Vacancies, Failure::TooMany, None));
    let mut tx = bed.store.begin().await?;
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM letter WHERE state = 'failed' AND (address IS NOT NULL OR link <> '')")
        .fetch_one(&mut *tx)
        .await?;
    assert_eq!((kept, mail::discard_waiting(&mut tx).await?), (0, 125));
    tx.commit().await?;
    Ok(())
}

async fn a_reminder_that_was_held_up_waits_for_the_next_working_hour_and_what_is_urgent_does_not(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let jimu = reached(&bed, "jimu", Role::Secretariat).await?;
    // An evening on which the mail server comes back: both were due by day.
    bed.now = Kind::Vacancies.due(bed.now);
    queue(&bed, &Letter::new(Kind::Vacancies, Recipients::Person(jimu.id), Link::Page("/vacancies".to_owned()))).await?;
    queue(&bed, &letter(Recipients::Person(jimu.id))).await?;
    let evening = bed.now.plus_seconds(13 * 3600);
    let morning = Kind::Vacancies.due(evening);
    assert!(morning > evening);
    let mut went = Vec::new();
    for now in [evening, morning] {
        let mut tx = bed.store.begin().await?;
        for id in mail::list_due(&mut *tx, now, 10).await? {
            if let Some(taken) = mail::claim(&mut tx, id, (now, now.plus_seconds(60))).await? {
                went.push((taken.kind, taken.tries, now));
                mail::put_sent(&mut tx, id, now).await?;
            }
        }
        assert_eq!(mail::list_due(&mut *tx, morning.plus_seconds(-1), 10).await?, [], "nothing more at night");
        tx.commit().await?;
    }
    assert_eq!(went, [(Kind::ResetUsed, 1, evening), (Kind::Vacancies, 1, morning)], "it was not tried at night");
    Ok(())
}

async fn a_letter_is_in_one_hand_at_a_time_and_comes_back_when_that_hand_dies(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = reached(&bed, "hanako", Role::Administrator).await?;
    queue(&bed, &letter(Recipients::Person(hanako.id))).await?;
    let due = mail::list_due(bed.store.read(), bed.now, 10).await?;
    assert_eq!(due.len(), 1);
    let until = bed.now.plus_seconds(60);
    let mut tx = bed.store.begin().await?;
    assert!(mail::claim(&mut tx, due[0], (bed.now, until)).await?.is_some());
    tx.commit().await?;
    let mut tx = bed.store.begin().await?;
    assert_eq!(mail::claim(&mut tx, due[0], (bed.now, until)).await?, None, "somebody else has it");
    tx.commit().await?;
    assert_eq!(mail::list_due(bed.store.read(), bed.now, 10).await?, []);
    let mut tx = bed.store.begin().await?;
    let again = mail::claim(&mut tx, due[0], (until, until.plus_seconds(60))).await?.expect("nobody has it any more");
    assert_eq!((again.id, again.tries), (due[0], 2));
    mail::put_retry(&mut tx, due[0], Failure::Unreachable, until.plus_seconds(90)).await?;
    tx.commit().await?;
    assert_eq!(mail::count_waiting(bed.store.read()).await?, (1, 1));
    assert_eq!(mail::list_due(bed.store.read(), until.plus_seconds(89), 10).await?, []);
    assert_eq!(mail::troubles(bed.store.read(), bed.region).await?, Troubles { failed: 0, retried: 1 });
    let trouble = mail::list_troubles(bed.store.read(), bed.region, 10).await?.remove(0);
    assert_eq!((trouble.kind, trouble.failure, trouble.next_try), (Kind::ResetUsed, Failure::Unreachable, Some(until.plus_seconds(90))));
    Ok(())
}

async fn what_has_gone_or_is_given_up_keeps_no_address(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = reached(&bed, "hanako", Role::Administrator).await?;
    for _ in 0..3 {
        queue(&bed, &letter(Recipients::Person(hanako.id))).await?;
    }
    let due = mail::list_due(bed.store.read(), bed.now, 10).await?;
    let mut tx = bed.store.begin().await?;
    mail::put_sent(&mut tx, due[0], bed.now).await?;
    mail::put_failed(&mut tx, due[1], Failure::Refused(550), bed.now).await?;
    let late = bed.now.plus_seconds(Kind::ResetUsed.keeps_s());
    assert_eq!(mail::end_overdue(&mut tx, late.plus_seconds(-1)).await?, 0);
    assert_eq!(mail::end_overdue(&mut tx, late).await?, 1);
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM letter WHERE address IS NOT NULL OR link <> ''").fetch_one(&mut *tx).await?;
    assert_eq!(kept, 0);
    tx.commit().await?;
    assert_eq!(mail::troubles(bed.store.read(), bed.region).await?, Troubles { failed: 2, retried: 0 });
    let mut tx = bed.store.begin().await?;
    assert_eq!(mail::note_failed(&mut tx, bed.region, late).await?, 2);
    mail::delete_old(&mut tx, (late, late)).await?;
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM letter").fetch_one(&mut *tx).await?;
    assert_eq!(kept, 1, "the one that ended just now");
    tx.commit().await?;
    assert_eq!(mail::list_troubles(bed.store.read(), bed.region, 10).await?, []);
    Ok(())
}

async fn an_address_is_registered_by_its_own_link_once_and_by_nobody_elses(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (hanako, taro) = (add(&bed, "hanako", Role::Administrator).await?, add(&bed, "taro", Role::Head).await?);
    let ends_at = bed.now.plus_seconds(60);
    let mut tx = bed.store.begin().await?;
    mail::put_pending(&mut tx, hanako.id, "first", &Pending { address: address("typo"), ends_at }).await?;
    mail::put_pending(&mut tx, hanako.id, "second", &Pending { address: address("hanako"), ends_at }).await?;
    assert!(!mail::confirm(&mut tx, hanako.id, "first", bed.now).await?, "replaced");
    assert!(!mail::confirm(&mut tx, taro.id, "second", bed.now).await?, "somebody else's");
    assert_eq!(mail::find_by_link(&mut *tx, taro.id, "second", bed.now).await?, None);
    assert_eq!(mail::find_by_link(&mut *tx, hanako.id, "second", ends_at).await?, None, "too late");
    assert_eq!(mail::find_by_link(&mut *tx, hanako.id, "second", bed.now).await?, Some(address("hanako")));
    assert_eq!(mail::find_address(&mut *tx, hanako.id).await?, None, "nothing is registered before its link was opened");
    assert!(mail::confirm(&mut tx, hanako.id, "second", bed.now).await?);
    assert!(!mail::confirm(&mut tx, hanako.id, "second", bed.now).await?, "used");
    assert_eq!(mail::find_address(&mut *tx, hanako.id).await?, Some(address("hanako")));
    assert_eq!(mail::find_pending(&mut *tx, hanako.id, bed.now).await?, None);
    mail::put_pending(&mut tx, hanako.id, "third", &Pending { address: address("new"), ends_at }).await?;
    assert!(!mail::confirm(&mut tx, hanako.id, "third", ends_at).await?, "too late");
    assert_eq!(mail::delete_address(&mut tx, hanako.id).await?, Some(address("hanako")));
    assert_eq!(mail::delete_address(&mut tx, hanako.id).await?, None);
    tx.commit().await?;
    Ok(())
}

async fn a_closed_account_and_an_erased_person_leave_no_address_and_no_letter(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (hanako, taro) = (reached(&bed, "hanako", Role::Administrator).await?, reached(&bed, "taro", Role::Head).await?);
    for person in [&hanako, &taro] {
        queue(&bed, &letter(Recipients::Person(person.id))).await?;
        let mut tx = bed.store.begin().await?;
        let pending = Pending { address: address("another"), ends_at: bed.now.plus_seconds(60) };
        mail::put_pending(&mut tx, person.id, person.login.as_str(), &pending).await?;
        tx.commit().await?;
    }
    let mut tx = bed.store.begin_ledger().await?;
    appointment::close_account(&mut tx, hanako.id, bed.now).await?;
    let done = Done::by(Actor::Operator, What::PersonErased, bed.now).on_person(&taro);
    log::erase_person(&mut tx, &bed.random, taro.id, &done).await?;
    for table in ["letter", "mail_address", "mail_confirmation"] {
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"))).fetch_one(&mut *tx).await?;
        assert_eq!(left, 0, "{table}");
    }
    tx.commit().await?;
    Ok(())
}
