//! What signing in asks of the store: accounts, links, sessions, passkeys, throttles, events, on either engine.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{CodeId, DeviceId, FacilityId, PasskeyId, PersonId, RegionId};
use hashimori_server::domain::people::event::{By, Kind};
use hashimori_server::domain::people::reset::{DELAY_S, USABLE_S, Waiting};
use hashimori_server::domain::people::session::{ABSOLUTE_S, IDLE_S};
use hashimori_server::domain::people::ways::Ways;
use hashimori_server::domain::people::{Login, Person, Role, Scope, throttle};
use hashimori_server::store::session::Setup;
use hashimori_server::store::{
    account_event, belonging, delayed_reset, invitation, passkey, person, session, taken_form, throttle as counters,
};
use hashimori_shared::lang::Lang;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    an_account_is_found_by_its_name_and_shows_the_ways_in_that_it_has,
    accounts_of_a_region_are_listed_page_by_page_and_never_anothers,
    a_code_or_time_step_is_taken_once,
    a_link_is_taken_once_and_replaced_by_the_next,
    a_session_lives_within_its_limits_and_ends_alone_with_others_or_all,
    a_session_that_sets_up_keeps_its_choices,
    what_a_session_lays_down_is_taken_once_and_a_draft_stays,
    a_passkey_is_registered_once_and_removed_by_its_owner_alone,
    a_challenge_is_spent_once_until_it_ends,
    of_two_forms_with_one_mark_one_is_taken_and_the_other_finds_where_it_led,
    failures_count_within_their_window,
    tries_made_at_once_are_counted_one_after_the_other,
    an_owner_is_told_once_of_what_others_did,
    a_delayed_reset_waits_and_cannot_be_pushed_away,
    things_know_where_they_belong,
);

async fn add(bed: &Bed, login: &str, facility: Option<FacilityId>) -> anyhow::Result<Person> {
    let (role, scope) = match facility {
        None => (Role::Secretariat, Scope::Region(bed.region)),
        Some(facility) => (Role::Auditor, Scope::Facility(bed.region, facility)),
    };
    let person =
        Person { id: PersonId::new(bed.random.uuid(bed.now)), role, scope, login: Login::parse(login)?, name: format!("架空 {login}") };
    let mut tx = bed.store.begin().await?;
    person::insert(&mut tx, &person, bed.now).await?;
    tx.commit().await?;
    Ok(person)
}

async fn an_account_is_found_by_its_name_and_shows_the_ways_in_that_it_has(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, "hanako", Some(bed.facility)).await?;
    let db = bed.store.read();
    assert_eq!(person::find_by_login(db, &hanako.login).await?, Some(hanako.clone()));
    assert_eq!(person::find_by_login(db, &Login::parse("nobody")?).await?, None);
    assert_eq!(person::find_name(db, hanako.id).await?.as_deref(), Some("架空 hanako"));
    assert_eq!(person::find_ways(db, hanako.id).await?, Ways::default());
    let mut tx = bed.store.begin().await?;
    person::update_secrets(&mut tx, hanako.id, "phc", "sealed", 7).await?;
    person::update_signed_in(&mut tx, hanako.id, bed.now).await?;
    tx.commit().await?;
    let known = person::find_credentials(db, &hanako.login).await?.expect("known");
    assert_eq!((known.password.as_deref(), known.totp.as_deref()), (Some("phc"), Some("sealed")));
    assert_eq!(person::find_ways(db, hanako.id).await?, Ways { password: true, app: true, ..Ways::default() });
    let mut tx = bed.store.begin().await?;
    person::update_password(&mut tx, hanako.id, "other").await?;
    person::update_app(&mut tx, hanako.id, "another", 9).await?;
    person::replace_recovery_codes(&mut tx, hanako.id, &["a".to_owned(), "b".to_owned()]).await?;
    tx.commit().await?;
    let known = person::find_credentials(db, &hanako.login).await?.expect("known");
    assert_eq!((known.password.as_deref(), known.totp.as_deref()), (Some("other"), Some("another")));
    assert_eq!(person::count_recovery_codes(db, hanako.id).await?, 2);
    let mut tx = bed.store.begin().await?;
    person::clear_secrets(&mut tx, hanako.id).await?;
    tx.commit().await?;
    assert_eq!(person::find_ways(db, hanako.id).await?, Ways::default());
    assert_eq!(person::count_recovery_codes(db, hanako.id).await?, 0);
    Ok(())
}

async fn accounts_of_a_region_are_listed_page_by_page_and_never_anothers(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let foreign = RegionId::new(bed.random.uuid(bed.now));
    let mut people = Vec::new();
    for n in 0..5 {
        people.push(add(&bed, &format!("person-{n}"), (n % 2 == 0).then_some(bed.facility)).await?);
    }
    people.sort_by_key(|p| p.id);
    let db = bed.store.read();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = person::list(db, bed.region, after, 2, bed.now).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.person.id);
        seen.extend(page);
    }
    assert_eq!(seen.iter().map(|a| a.person.clone()).collect::<Vec<_>>(), people);
    for account in &seen {
        let named = account.facility.as_deref();
        assert_eq!(named, matches!(account.person.scope, Scope::Facility(..)).then_some("架空クリニック"));
        assert_eq!((account.signed_in_at, account.link_until), (None, None));
    }
    assert_eq!(person::list(db, foreign, None, 10, bed.now).await?, []);
    assert_eq!(person::find(db, foreign, people[0].id, bed.now).await?, None);
    let mut tx = bed.store.begin().await?;
    invitation::insert(&mut tx, "hash", people[0].id, bed.now, bed.now.plus_seconds(60)).await?;
    person::update_signed_in(&mut tx, people[0].id, bed.now).await?;
    tx.commit().await?;
    let found = person::find(db, bed.region, people[0].id, bed.now).await?.expect("there");
    assert_eq!((found.signed_in_at, found.link_until), (Some(bed.now), Some(bed.now.plus_seconds(60))));
    let later = person::find(db, bed.region, people[0].id, bed.now.plus_seconds(60)).await?.expect("there");
    assert_eq!(later.link_until, None);
    Ok(())
}

async fn a_code_or_time_step_is_taken_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (hanako, taro) = (add(&bed, "hanako", None).await?, add(&bed, "taro", None).await?);
    let mut tx = bed.store.begin().await?;
    person::replace_recovery_codes(&mut tx, hanako.id, &["a".to_owned(), "b".to_owned()]).await?;
    assert!(!person::take_recovery_code(&mut tx, taro.id, "a").await?, "another's code");
    assert!(person::take_recovery_code(&mut tx, hanako.id, "a").await?);
    assert!(!person::take_recovery_code(&mut tx, hanako.id, "a").await?);
    assert!(person::take_totp_step(&mut tx, hanako.id, 10).await?);
    assert!(!person::take_totp_step(&mut tx, hanako.id, 10).await?);
    assert!(!person::take_totp_step(&mut tx, hanako.id, 9).await?, "a code from before");
    assert!(person::take_totp_step(&mut tx, hanako.id, 11).await?);
    tx.commit().await?;
    Ok(())
}

async fn a_link_is_taken_once_and_replaced_by_the_next(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, "hanako", None).await?;
    let end = bed.now.plus_seconds(60);
    let mut tx = bed.store.begin().await?;
    invitation::insert(&mut tx, "first", hanako.id, bed.now, end).await?;
    invitation::insert(&mut tx, "second", hanako.id, bed.now, end).await?;
    tx.commit().await?;
    let db = bed.store.read();
    assert_eq!(invitation::find_usable(db, "first", bed.now).await?, None);
    assert_eq!(invitation::find_usable(db, "second", bed.now).await?, Some((hanako, end)));
    assert_eq!(invitation::find_usable(db, "second", end).await?, None);
    let mut tx = bed.store.begin().await?;
    assert!(!invitation::take(&mut tx, "second", end).await?);
    assert!(invitation::take(&mut tx, "second", bed.now).await?);
    assert!(!invitation::take(&mut tx, "second", bed.now).await?);
    tx.commit().await?;
    assert_eq!(invitation::find_usable(db, "second", bed.now).await?, None);
    Ok(())
}

async fn a_session_lives_within_its_limits_and_ends_alone_with_others_or_all(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (hanako, taro) = (add(&bed, "hanako", None).await?, add(&bed, "taro", None).await?);
    let mut tx = bed.store.begin().await?;
    for hash in ["one", "two", "three", "four"] {
        session::insert_signed_in(&mut tx, hash, hanako.id, "Chrome（Windows）", bed.now).await?;
    }
    session::insert_signed_in(&mut tx, "theirs", taro.id, "", bed.now).await?;
    tx.commit().await?;
    let db = bed.store.read();
    let found = session::find_signed_in(db, "one", bed.now).await?.expect("alive");
    assert_eq!((found.person, found.seen_at, found.proved_at), (hanako.clone(), bed.now, bed.now));
    assert!(session::find_signed_in(db, "one", bed.now.plus_seconds(IDLE_S)).await?.is_none());
    let later = bed.now.plus_seconds(60);
    let mut tx = bed.store.begin().await?;
    session::touch(&mut tx, "two", later).await?;
    session::update_proved(&mut tx, "two", later).await?;
    assert!(!session::delete_one_of(&mut tx, taro.id, "one").await?, "another's session");
    assert!(session::delete_one_of(&mut tx, hanako.id, "one").await?);
    tx.commit().await?;
    let listed = session::list(db, hanako.id, later).await?;
    assert_eq!(listed.iter().map(|s| s.hash.as_str()).collect::<Vec<_>>(), ["two", "four", "three"]);
    assert_eq!((listed[0].seen_at, listed[0].browser.as_str()), (later, "Chrome（Windows）"));
    assert_eq!(session::find_signed_in(db, "two", later).await?.expect("alive").proved_at, later);
    assert_eq!(session::find_signed_in(db, "two", later).await?.expect("alive").language, None, "the browser's");
    for chosen in [Some(Lang::English), None, Some(Lang::Japanese)] {
        let mut tx = bed.store.begin().await?;
        person::update_language(&mut tx, hanako.id, chosen).await?;
        tx.commit().await?;
        assert_eq!(session::find_signed_in(db, "two", later).await?.expect("alive").language, chosen);
        assert_eq!((person::find_language(db, hanako.id).await?, person::find_language(db, taro.id).await?), (chosen, None));
    }
    let mut tx = bed.store.begin().await?;
    session::delete_others_of(&mut tx, hanako.id, "two").await?;
    tx.commit().await?;
    assert_eq!(session::list(db, hanako.id, later).await?.len(), 1);
    assert!(session::find_signed_in(db, "theirs", later).await?.is_some());
    let mut tx = bed.store.begin().await?;
    session::delete(&mut tx, "two").await?;
    session::delete_of(&mut tx, taro.id).await?;
    session::insert_signed_in(&mut tx, "five", taro.id, "", bed.now).await?;
    session::delete_ended(&mut tx, bed.now.plus_seconds(ABSOLUTE_S)).await?;
    tx.commit().await?;
    for hash in ["two", "theirs", "five"] {
        assert!(session::find_signed_in(db, hash, bed.now).await?.is_none(), "{hash}");
    }
    Ok(())
}

async fn a_session_that_sets_up_keeps_its_choices(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, "hanako", None).await?;
    let setup = Setup { person: hanako, invitation: "link".to_owned(), password: None, totp: "sealed".to_owned() };
    let mut tx = bed.store.begin().await?;
    session::insert_setup(&mut tx, "hash", &setup, bed.now).await?;
    session::update_setup_password(&mut tx, "hash", "phc").await?;
    tx.commit().await?;
    let db = bed.store.read();
    let found = session::find_setup(db, "hash", bed.now).await?.expect("alive");
    assert_eq!((found.invitation.as_str(), found.password.as_deref(), found.totp.as_str()), ("link", Some("phc"), "sealed"));
    assert!(session::find_setup(db, "hash", bed.now.plus_days(1)).await?.is_none());
    assert!(session::find_signed_in(db, "hash", bed.now).await?.is_none(), "it signs nobody in");
    Ok(())
}

async fn what_a_session_lays_down_is_taken_once_and_a_draft_stays(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, "hanako", None).await?;
    let mut tx = bed.store.begin().await?;
    session::insert_signed_in(&mut tx, "hash", hanako.id, "", bed.now).await?;
    session::put_once(&mut tx, "hash", "sealed").await?;
    session::put_draft(&mut tx, "hash", "a draft").await?;
    assert_eq!(session::take_once(&mut tx, "hash").await?.as_deref(), Some("sealed"));
    assert_eq!(session::take_once(&mut tx, "hash").await?, None);
    tx.commit().await?;
    assert_eq!(session::find_draft(bed.store.read(), "hash").await?.as_deref(), Some("a draft"));
    assert_eq!(session::find_draft(bed.store.read(), "no such").await?, None);
    Ok(())
}

async fn a_passkey_is_registered_once_and_removed_by_its_owner_alone(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (hanako, taro) = (add(&bed, "hanako", None).await?, add(&bed, "taro", None).await?);
    let id = PasskeyId::new(bed.random.uuid(bed.now));
    let new = passkey::NewPasskey { id, person: hanako.id, name: "受付の鍵", credential: "AAAA", stored: "{}" };
    let mut tx = bed.store.begin().await?;
    assert!(passkey::insert(&mut tx, new, bed.now).await?);
    let again = passkey::NewPasskey { id: PasskeyId::new(bed.random.uuid(bed.now)), person: taro.id, ..new };
    assert!(!passkey::insert(&mut tx, again, bed.now).await?, "a credential has one owner");
    passkey::update_used(&mut tx, "AAAA", "{\"counter\":1}", bed.now.plus_seconds(5)).await?;
    assert!(!passkey::delete(&mut tx, taro.id, id).await?);
    tx.commit().await?;
    let db = bed.store.read();
    let known = passkey::list(db, hanako.id).await?;
    assert_eq!(known.len(), 1);
    assert_eq!((known[0].name.as_str(), known[0].created_at, known[0].used_at), ("受付の鍵", bed.now, Some(bed.now.plus_seconds(5))));
    assert_eq!(passkey::find(db, "AAAA").await?, Some((hanako.clone(), "{\"counter\":1}".to_owned())));
    assert_eq!(passkey::find(db, "BBBB").await?, None);
    assert_eq!(person::find_ways(db, hanako.id).await?.passkeys, 1);
    let mut tx = bed.store.begin().await?;
    assert!(passkey::delete(&mut tx, hanako.id, id).await?);
    assert!(!passkey::delete(&mut tx, hanako.id, id).await?);
    assert!(passkey::insert(&mut tx, new, bed.now).await?);
    passkey::delete_of(&mut tx, hanako.id).await?;
    tx.commit().await?;
    assert_eq!(passkey::list(db, hanako.id).await?, []);
    Ok(())
}

async fn a_challenge_is_spent_once_until_it_ends(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let end = bed.now.plus_seconds(60);
    let mut tx = bed.store.begin().await?;
    assert!(passkey::spend_challenge(&mut tx, "digest", end, bed.now).await?);
    assert!(!passkey::spend_challenge(&mut tx, "digest", end, bed.now).await?);
    assert!(passkey::spend_challenge(&mut tx, "other", end, bed.now).await?);
    assert!(passkey::spend_challenge(&mut tx, "digest", end.plus_seconds(60), end).await?, "what has ended is forgotten");
    tx.commit().await?;
    Ok(())
}

async fn of_two_forms_with_one_mark_one_is_taken_and_the_other_finds_where_it_led(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let send = async |path: &str| -> anyhow::Result<(bool, String)> {
        let mut tx = bed.store.begin().await?;
        let first = taken_form::insert(&mut tx, ("session", "mark"), bed.now).await?;
        if first {
            taken_form::update(&mut tx, ("session", "mark"), path, Some("sealed")).await?;
        }
        let taken = taken_form::find(&mut tx, ("session", "mark")).await?.expect("taken");
        tx.commit().await?;
        assert_eq!((taken.once.as_deref(), taken.at), (Some("sealed"), bed.now));
        Ok((first, taken.led_to))
    };
    let (one, other) = tokio::join!(send("/one"), send("/other"));
    let (one, other) = (one?, other?);
    assert!(one.0 ^ other.0, "exactly one of two that come at once");
    assert_eq!(one.1, other.1);

    let mut tx = bed.store.begin().await?;
    assert!(taken_form::insert(&mut tx, ("another", "mark"), bed.now).await?, "another session's mark is its own");
    let refused = taken_form::insert(&mut tx, ("session", "refused"), bed.now).await?;
    tx.rollback().await?;
    let mut tx = bed.store.begin().await?;
    assert!(refused && taken_form::insert(&mut tx, ("session", "refused"), bed.now).await?, "what was undone was not taken");
    assert!(taken_form::insert(&mut tx, ("session", "mark"), bed.now.plus_days(1)).await?, "what is a day old is forgotten");
    tx.commit().await?;
    Ok(())
}

async fn failures_count_within_their_window(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (own, others) = (throttle::sign_in("hanako", "192.0.2.0/24"), throttle::sign_in("taro", "192.0.2.0/24"));
    for _ in 0..own[0].limit {
        assert_eq!(counters::blocked_until(bed.store.read(), &own, bed.now).await?, None);
        let mut tx = bed.store.begin().await?;
        counters::count_failure(&mut tx, &own, bed.now).await?;
        tx.commit().await?;
    }
    let until = bed.now.plus_seconds(own[0].window_s);
    assert_eq!(counters::blocked_until(bed.store.read(), &own, bed.now).await?, Some(until));
    assert_eq!(counters::blocked_until(bed.store.read(), &others, bed.now).await?, None, "the colleague goes on");
    assert_eq!(counters::blocked_until(bed.store.read(), &own, until).await?, None);
    let mut tx = bed.store.begin().await?;
    counters::clear(&mut tx, &own[0]).await?;
    tx.commit().await?;
    assert_eq!(counters::blocked_until(bed.store.read(), &own, bed.now).await?, None);
    let mut tx = bed.store.begin().await?;
    counters::delete_older(&mut tx, bed.now.plus_days(1)).await?;
    tx.commit().await?;
    Ok(())
}

async fn tries_made_at_once_are_counted_one_after_the_other(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let buckets = throttle::sign_in("hanako", "192.0.2.0/24");
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let (store, buckets, now) = (bed.store.clone(), buckets.clone(), bed.now);
        tries.spawn(async move {
            let open = counters::blocked_until(store.read(), &buckets, now).await?.is_none();
            let mut tx = store.begin_counting().await?;
            let taken = counters::blocked_in(&mut tx, &buckets, now).await?.is_none();
            if taken {
                counters::count_failure(&mut tx, &buckets, now).await?;
            }
            tx.commit().await?;
            anyhow::Ok((open, taken))
        });
    }
    let ended = tries.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(ended.iter().filter(|(_, taken)| *taken).count(), 8, "{ended:?}");
    let mut tx = bed.store.begin().await?;
    assert_eq!(counters::failures(&mut tx, &buckets[0]).await?, 8);
    Ok(tx.rollback().await?)
}

async fn an_owner_is_told_once_of_what_others_did(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (hanako, taro) = (add(&bed, "hanako", None).await?, add(&bed, "taro", None).await?);
    let db = bed.store.read();
    let mut tx = bed.store.begin().await?;
    account_event::insert(&mut tx, bed.random.uuid(bed.now), hanako.id, Kind::PasskeyAdded, By::Person(hanako.id), bed.now).await?;
    tx.commit().await?;
    assert!(!account_event::is_any_untold(db, hanako.id).await?, "what one does oneself needs no telling");
    let later = bed.now.plus_seconds(1);
    let mut tx = bed.store.begin().await?;
    account_event::insert(&mut tx, bed.random.uuid(later), hanako.id, Kind::ResetIssued, By::Person(taro.id), later).await?;
    account_event::insert(&mut tx, bed.random.uuid(later), taro.id, Kind::ResetIssued, By::Operator, later).await?;
    tx.commit().await?;
    assert!(account_event::is_any_untold(db, hanako.id).await?);
    let events = account_event::list(db, hanako.id, 10).await?;
    assert_eq!(events.iter().map(|e| (e.kind, e.seen)).collect::<Vec<_>>(), [(Kind::ResetIssued, false), (Kind::PasskeyAdded, true)]);
    assert_eq!((events[0].by, events[0].at), (By::Person(taro.id), later));
    let mut tx = bed.store.begin().await?;
    account_event::mark_seen(&mut tx, hanako.id, later).await?;
    tx.commit().await?;
    assert!(!account_event::is_any_untold(db, hanako.id).await?);
    assert!(account_event::is_any_untold(db, taro.id).await?);
    Ok(())
}

async fn a_delayed_reset_waits_and_cannot_be_pushed_away(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, "hanako", None).await?;
    let first = Waiting::asked(bed.now);
    let db = bed.store.read();
    let mut tx = bed.store.begin().await?;
    assert!(delayed_reset::insert(&mut tx, hanako.id, first).await?);
    assert!(!delayed_reset::insert(&mut tx, hanako.id, Waiting::asked(bed.now.plus_seconds(DELAY_S - 1))).await?);
    tx.commit().await?;
    assert_eq!(delayed_reset::find(db, hanako.id, bed.now).await?, Some(first));
    let ended = bed.now.plus_seconds(DELAY_S + USABLE_S);
    assert_eq!(delayed_reset::find(db, hanako.id, ended).await?, None);
    let mut tx = bed.store.begin().await?;
    assert!(delayed_reset::insert(&mut tx, hanako.id, Waiting::asked(ended)).await?);
    assert!(delayed_reset::delete(&mut tx, hanako.id).await?);
    assert!(!delayed_reset::delete(&mut tx, hanako.id).await?);
    tx.commit().await?;
    Ok(())
}

async fn things_know_where_they_belong(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, "hanako", Some(bed.facility)).await?;
    let (device, _) = bed.device(Standing::Active).await?;
    let db = bed.store.read();
    let home = Some(belonging::Home { region: bed.region, facility: bed.facility });
    assert_eq!(belonging::of_facility(db, bed.facility).await?, home);
    assert_eq!(belonging::of_device(db, device).await?, home);
    assert_eq!(belonging::of_person(db, hanako.id).await?, Some(bed.region));
    let id = || bed.random.uuid(bed.now);
    assert_eq!(belonging::of_facility(db, FacilityId::new(id())).await?, None);
    assert_eq!(belonging::of_device(db, DeviceId::new(id())).await?, None);
    assert_eq!(belonging::of_code(db, CodeId::new(id())).await?, None);
    assert_eq!(belonging::of_person(db, PersonId::new(id())).await?, None);
    Ok(())
}
