//! What other systems read with and are told: tokens by their hash, events with their act, deliveries in one hand at a time.

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::disaster::Reach;
use hashimori_server::domain::ids::{FacilityId, PaperId, PersonId, TokenId, WebhookId};
use hashimori_server::domain::people::Scope;
use hashimori_server::domain::token::Grant;
use hashimori_server::domain::webhook::{Event, Outcome, Topic};
use hashimori_server::exceptions;
use hashimori_server::store::api_token::{self, NewToken};
use hashimori_server::store::webhook::{self, NewWebhook};
use hashimori_server::store::{area, log};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    a_token_is_found_by_its_hash_until_it_ends_or_is_revoked_by_its_own_place,
    an_event_is_queued_with_its_act_and_only_where_somebody_wants_to_know,
    an_event_goes_to_the_region_and_to_whom_it_concerns,
    a_delivery_is_in_one_hand_at_a_time_and_a_failure_holds_the_others_back,
    counts_are_told_by_one_process_and_what_is_old_is_forgotten,
);

fn here(bed: &Bed) -> Scope {
    Scope::Facility(bed.region, bed.facility)
}

async fn add_token(bed: &Bed, scope: Scope, hash: &str) -> anyhow::Result<TokenId> {
    let id = TokenId::new(bed.random.uuid(bed.now));
    let made = (PersonId::new(bed.random.uuid(bed.now)), bed.now);
    let grants = [Grant::Devices, Grant::Papers];
    let new = NewToken { id, scope, label: "見本", grants: &grants, hash, made, ends_at: bed.now.plus_days(30) };
    let mut tx = bed.store.begin().await?;
    api_token::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn add_webhook(bed: &Bed, scope: Scope, topics: &[Topic]) -> anyhow::Result<WebhookId> {
    let id = WebhookId::new(bed.random.uuid(bed.now));
    let made = (PersonId::new(bed.random.uuid(bed.now)), bed.now);
    let new = NewWebhook { id, scope, label: "見本", host: "hook.example", target: "t", secret: "s", topics, made };
    let mut tx = bed.store.begin().await?;
    webhook::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

/// A paper is approved at a facility; the transaction is committed or not.
async fn approve(bed: &Bed, facility: FacilityId, commit: bool) -> anyhow::Result<()> {
    let done = Done::by(Actor::Operator, What::PaperApproved, bed.now).at_facility(bed.region, facility);
    let done = done.on_paper(PaperId::new(bed.random.uuid(bed.now)), 1).noting("kind=take_out act=approve state=approved");
    let mut tx = bed.store.begin().await?;
    log::write(&mut tx, &bed.random, &done).await?;
    if commit {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

/// Hands everything out; to how many webhooks.
async fn hand_out(bed: &Bed) -> anyhow::Result<u64> {
    let mut handed = 0;
    for event in webhook::list_waiting_events(bed.store.read(), 100).await? {
        let mut tx = bed.store.begin().await?;
        handed += webhook::hand_out(&mut tx, event, bed.now).await?;
        assert_eq!(webhook::hand_out(&mut tx, event, bed.now).await?, 0, "once");
        tx.commit().await?;
    }
    Ok(handed)
}

async fn a_token_is_found_by_its_hash_until_it_ends_or_is_revoked_by_its_own_place(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let own = add_token(&bed, here(&bed), "one").await?;
    let regions = add_token(&bed, Scope::Region(bed.region), "two").await?;
    let found = api_token::find(bed.store.read(), "one", bed.now).await?.expect("a token");
    assert_eq!((found.id, found.scope, found.grants.as_slice()), (own, here(&bed), [Grant::Devices, Grant::Papers].as_slice()));
    assert_eq!(api_token::find(bed.store.read(), "One", bed.now).await?, None);
    assert_eq!(api_token::find(bed.store.read(), "one", bed.now.plus_days(30)).await?, None);
    let listed = |scope| api_token::list(bed.store.read(), scope, bed.now);
    assert_eq!(listed(here(&bed)).await?.iter().map(|token| token.id).collect::<Vec<_>>(), [own]);
    assert_eq!(listed(Scope::Region(bed.region)).await?.iter().map(|token| token.id).collect::<Vec<_>>(), [regions]);

    api_token::note_use(&bed.store, &bed.random, &found, bed.now).await?;
    api_token::note_use(&bed.store, &bed.random, &found, bed.now).await?;
    let used = api_token::find(bed.store.read(), "one", bed.now).await?.expect("a token");
    assert_eq!(used.used_at, Some(bed.now));
    let noted: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM log_entry WHERE what = 'token_used'").fetch_one(bed.store.read()).await?;
    assert_eq!(noted, 1, "two requests at once are one use");

    let mut tx = bed.store.begin().await?;
    assert_eq!(api_token::count(&mut tx, here(&bed), bed.now).await?, 1);
    assert_eq!(api_token::revoke(&mut tx, Scope::Region(bed.region), own, bed.now).await?, None, "not its place");
    assert_eq!(api_token::revoke(&mut tx, here(&bed), own, bed.now).await?.as_deref(), Some("見本"));
    assert_eq!(api_token::revoke(&mut tx, here(&bed), own, bed.now).await?, None, "once");
    tx.commit().await?;
    assert_eq!(api_token::find(bed.store.read(), "one", bed.now).await?, None);
    Ok(())
}

async fn an_event_is_queued_with_its_act_and_only_where_somebody_wants_to_know(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    approve(&bed, bed.facility, true).await?;
    add_webhook(&bed, here(&bed), &[Topic::Disaster]).await?;
    approve(&bed, bed.facility, true).await?;
    assert!(webhook::list_waiting_events(bed.store.read(), 9).await?.is_empty(), "nobody wants to know");
    add_webhook(&bed, here(&bed), &[Topic::Approvals, Topic::Incidents]).await?;
    approve(&bed, bed.facility, false).await?;
    assert!(webhook::list_waiting_events(bed.store.read(), 9).await?.is_empty(), "the act was not done");
    approve(&bed, bed.facility, true).await?;
    assert_eq!((hand_out(&bed).await?, webhook::list_waiting_events(bed.store.read(), 9).await?.len()), (1, 0));
    Ok(())
}

async fn an_event_goes_to_the_region_and_to_whom_it_concerns(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (neighbour, inside) = (bed.another_facility().await?, bed.another_facility().await?);
    let all = Topic::ALL;
    let regions = add_webhook(&bed, Scope::Region(bed.region), all).await?;
    let own = add_webhook(&bed, here(&bed), all).await?;
    let neighbours = add_webhook(&bed, Scope::Facility(bed.region, neighbour), all).await?;
    let insides = add_webhook(&bed, Scope::Facility(bed.region, inside), all).await?;
    let told = async |webhook| anyhow::Ok(webhook::list_deliveries(bed.store.read(), webhook, 9).await?.len());
    approve(&bed, bed.facility, true).await?;
    assert_eq!(hand_out(&bed).await?, 2);
    assert_eq!((told(regions).await?, told(own).await?, told(neighbours).await?), (1, 1, 0));

    let place = hashimori_server::domain::area::Area {
        id: hashimori_server::domain::ids::AreaId::new(bed.random.uuid(bed.now)),
        region: bed.region,
        name: "架空町".to_owned(),
    };
    let mut tx = bed.store.begin().await?;
    area::insert(&mut tx, &place, bed.now).await?;
    area::add_facilities(&mut tx, &place, &[inside]).await?;
    tx.commit().await?;
    for (reach, handed) in [
        (Reach::Region, 4),
        (Reach::Areas(vec![hashimori_server::domain::disaster::Place::covered(place.id)]), 2),
        (Reach::Facilities(vec![hashimori_server::domain::disaster::Place::covered(neighbour)]), 2),
    ] {
        let act = exceptions::Act { random: &bed.random, doer: None, why: "見本".to_owned(), event_at: bed.now, now: bed.now };
        let mut tx = bed.store.begin().await?;
        exceptions::activate(&mut tx, &act, (bed.region, reach.clone()), ("見本".to_owned(), true), 7).await?;
        tx.commit().await?;
        assert_eq!(hand_out(&bed).await?, handed, "{reach:?}");
    }
    assert_eq!((told(regions).await?, told(own).await?, told(neighbours).await?, told(insides).await?), (4, 2, 2, 2));
    Ok(())
}

async fn a_delivery_is_in_one_hand_at_a_time_and_a_failure_holds_the_others_back(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let id = add_webhook(&bed, here(&bed), &[Topic::Approvals]).await?;
    for _ in 0..3 {
        approve(&bed, bed.facility, true).await?;
    }
    assert_eq!(hand_out(&bed).await?, 3);
    let due = webhook::list_due(bed.store.read(), bed.now, 9).await?;
    assert_eq!((due.len(), due[0].1), (3, id));
    let (now, until) = (bed.now, bed.now.plus_seconds(120));
    let mut tx = bed.store.begin().await?;
    let claimed = webhook::claim(&mut tx, due[0], (now, until)).await?.expect("due");
    assert_eq!((claimed.kind.as_str(), claimed.tries, claimed.scope), ("paper.approved", 1, here(&bed)));
    assert_eq!((claimed.facts["state"].as_str(), claimed.secret.as_str(), claimed.old), (Some("approved"), "s", None));
    assert_eq!(webhook::claim(&mut tx, due[0], (now, until)).await?, None, "somebody has it in hand");
    let again = webhook::claim(&mut tx, due[0], (until, until.plus_seconds(120))).await?.expect("its hand died");
    webhook::put_off(&mut tx, &again, Outcome::Slow, now.plus_seconds(900)).await?;
    assert_eq!(webhook::note_health(&mut tx, id, false, now).await?, Some(now));
    assert_eq!(webhook::note_health(&mut tx, id, false, now.plus_days(1)).await?, Some(now), "since the first failure");
    tx.commit().await?;
    approve(&bed, bed.facility, true).await?;
    assert_eq!(hand_out(&bed).await?, 1);
    assert!(webhook::list_due(bed.store.read(), now.plus_seconds(899), 9).await?.is_empty(), "the others wait too, and a newcomer");
    assert_eq!(webhook::list_due(bed.store.read(), now.plus_seconds(900), 9).await?.len(), 4);

    let mut tx = bed.store.begin().await?;
    webhook::renew(&mut tx, id, "t", now.plus_seconds(1_000)).await?;
    webhook::forget_old_secrets(&mut tx, now.plus_seconds(999)).await?;
    let third = webhook::claim(&mut tx, due[0], (now.plus_seconds(900), now.plus_seconds(1_000))).await?.expect("due");
    assert_eq!((third.secret.as_str(), third.old.clone()), ("t", Some(("s".to_owned(), now.plus_seconds(1_000)))));
    webhook::forget_old_secrets(&mut tx, now.plus_seconds(1_000)).await?;
    assert_eq!(webhook::find(&mut tx, here(&bed), id).await?.and_then(|found| found.old_until), None);
    webhook::put_sent(&mut tx, &third, Outcome::Answered(204)).await?;
    assert_eq!(webhook::note_health(&mut tx, id, true, now).await?, None);
    assert!(webhook::disable(&mut tx, id, now).await? && !webhook::disable(&mut tx, id, now).await?);
    webhook::fail_waiting(&mut tx, id).await?;
    tx.commit().await?;
    let sent = webhook::list_deliveries(bed.store.read(), id, 9).await?;
    let outcomes: Vec<_> = sent.iter().filter_map(|one| one.outcome).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_good()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::SwitchedOff).count(), 3);
    assert!(sent.iter().all(|one| one.next.is_none()));
    approve(&bed, bed.facility, true).await?;
    assert_eq!(hand_out(&bed).await?, 0, "it is off");
    let mut tx = bed.store.begin().await?;
    assert_eq!(webhook::find(&mut tx, Scope::Region(bed.region), id).await?, None, "not its place");
    let found = webhook::find(&mut tx, here(&bed), id).await?.expect("a webhook");
    assert_eq!((found.disabled_at, found.topics.as_slice()), (Some(now), [Topic::Approvals].as_slice()));
    assert_eq!(webhook::count(&mut tx, here(&bed)).await?, 1);
    webhook::resume(&mut tx, id, now).await?;
    webhook::delete(&mut tx, id).await?;
    tx.commit().await?;
    assert!(webhook::list(bed.store.read(), here(&bed)).await?.is_empty());
    Ok(())
}

async fn counts_are_told_by_one_process_and_what_is_old_is_forgotten(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    add_webhook(&bed, here(&bed), &[Topic::Approvals]).await?;
    let id = add_webhook(&bed, here(&bed), &[Topic::States]).await?;
    let waiting = |before| webhook::list_of_counts(bed.store.read(), before, 9);
    let [first] = waiting(bed.now.plus_seconds(-300)).await?.try_into().expect("one, never told");
    let mut tx = bed.store.begin().await?;
    assert!(webhook::put_told(&mut tx, &first, "pending=1", bed.now).await?);
    assert!(!webhook::put_told(&mut tx, &first, "pending=1", bed.now).await?, "another was faster");
    tx.commit().await?;
    assert!(waiting(bed.now.plus_seconds(-1)).await?.is_empty());
    let [told] = waiting(bed.now).await?.try_into().expect("one");
    assert_eq!((told.id, told.told.as_deref()), (id, Some("pending=1")));

    let mut tx = bed.store.begin().await?;
    webhook::queue_for(&mut tx, &bed.random, &Event::test(id, here(&bed), bed.now), id).await?;
    tx.commit().await?;
    assert_eq!(hand_out(&bed).await?, 1, "meant for one alone");
    let mut tx = bed.store.begin().await?;
    webhook::delete_old(&mut tx, bed.now).await?;
    tx.commit().await?;
    assert_eq!(webhook::list_deliveries(bed.store.read(), id, 9).await?.len(), 1);
    let mut tx = bed.store.begin().await?;
    webhook::delete_old(&mut tx, bed.now.plus_seconds(1)).await?;
    tx.commit().await?;
    assert!(webhook::list_deliveries(bed.store.read(), id, 9).await?.is_empty());
    Ok(())
}
