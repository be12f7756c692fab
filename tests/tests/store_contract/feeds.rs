//! What calendars read: when the next self-check is due, and the secret addresses.

use hashimori_server::domain::device::{Ownership, Standing};
use hashimori_server::domain::ids::PersonId;
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::store::{appointment, feed, person, self_check, throttle};
use hashimori_shared::lang::Lang;
use hashimori_tests::bed::{Bed, On};

use super::evidence::answer;

on_both_engines!(
    the_oldest_answer_of_the_devices_in_use_says_when_the_next_is_due,
    an_address_for_calendars_is_found_by_its_digest_until_it_ends_or_its_owner_leaves,
);

async fn the_oldest_answer_of_the_devices_in_use_says_when_the_next_is_due(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    assert_eq!(self_check::oldest_answers(&bed.store, bed.facility).await?, []);
    bed.device(Standing::Active).await?;
    bed.device(Standing::Pending).await?;
    assert_eq!(self_check::oldest_answers(&bed.store, bed.facility).await?, [(Ownership::Managed, None)]);
    let answered = bed.now;
    answer(&bed).await?;
    assert_eq!(self_check::oldest_answers(&bed.store, bed.facility).await?, [(Ownership::Managed, Some(answered))]);
    bed.now = bed.now.plus_days(1);
    answer(&bed).await?;
    assert_eq!(self_check::oldest_answers(&bed.store, bed.facility).await?, [(Ownership::Managed, Some(bed.now))]);
    bed.device(Standing::Active).await?;
    assert_eq!(self_check::oldest_answers(&bed.store, bed.facility).await?, [(Ownership::Managed, None)], "one that nobody answered for");
    Ok(())
}

async fn an_address_for_calendars_is_found_by_its_digest_until_it_ends_or_its_owner_leaves(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let hanako = Person {
        id: PersonId::new(bed.random.uuid(bed.now)),
        role: Role::Administrator,
        scope: Scope::Facility(bed.region, bed.facility),
        login: Login::parse("hanako")?,
        name: "架空 花子".to_owned(),
    };
    let mut tx = bed.store.begin().await?;
    person::insert(&mut tx, &hanako, bed.now).await?;
    feed::put(&mut tx, hanako.id, "first", Lang::English, bed.now).await?;
    feed::put(&mut tx, hanako.id, "second", Lang::English, bed.now.plus_seconds(1)).await?;
    tx.commit().await?;
    assert_eq!(feed::find(bed.store.read(), "first").await?, None);
    assert_eq!(feed::find(bed.store.read(), "second").await?, Some((hanako.clone(), Lang::English)));
    assert_eq!(feed::made_at(bed.store.read(), hanako.id).await?, Some(bed.now.plus_seconds(1)));
    let mut tx = bed.store.begin_ledger().await?;
    appointment::close_account(&mut tx, hanako.id, bed.now).await?;
    tx.commit().await?;
    assert_eq!(feed::find(bed.store.read(), "second").await?, None);
    let mut tx = bed.store.begin().await?;
    assert!(!feed::delete_of(&mut tx, hanako.id).await?, "gone with the account");
    feed::put(&mut tx, hanako.id, "third", Lang::Japanese, bed.now).await?;
    assert!(feed::delete_of(&mut tx, hanako.id).await?);
    tx.commit().await?;
    let buckets = hashimori_server::domain::people::throttle::feed("third");
    feed::count(&bed.store, &buckets, bed.now).await?;
    assert_eq!(throttle::blocked_until(bed.store.read(), &buckets, bed.now).await?, None);
    Ok(())
}
