//! 機器管理台帳: what is written down about a device by hand, over the version that was seen, beside what is known of it otherwise.

use hashimori_server::domain::device::{DeviceN, Standing};
use hashimori_server::domain::ids::{DeviceId, PersonId};
use hashimori_server::store::ledger::{self, Card, Entry};
use hashimori_server::store::membership;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    a_card_is_written_over_the_version_that_was_seen_and_a_number_is_borne_once,
    what_is_written_in_by_hand_is_counted_while_it_is_in_use_and_forgotten_with_its_facilitys_people,
);

fn card(version: i64, by_hand: bool, number: &str) -> Card {
    let values = [("number", number), ("user", "髙﨑 𠮷男")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Card { by_hand, values, version, ..Card::default() }
}

/// Whether it was written.
async fn put(bed: &Bed, id: DeviceId, card: &Card) -> anyhow::Result<bool> {
    let mut tx = bed.store.begin_ledger().await?;
    let by = PersonId::new(bed.random.uuid(bed.now));
    let done = ledger::put(&mut tx, (bed.facility, id), card, (by, bed.now)).await?;
    tx.commit().await?;
    Ok(done)
}

async fn entry(bed: &Bed, n: DeviceN) -> anyhow::Result<Entry> {
    Ok(ledger::find(&bed.store, bed.facility, n).await?)
}

async fn a_card_is_written_over_the_version_that_was_seen_and_a_number_is_borne_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Active).await?;
    let (other, _) = bed.device(Standing::Active).await?;
    assert_eq!(entry(&bed, n).await?, Entry::default());
    assert!(put(&bed, id, &card(0, false, "P-001")).await?);
    assert!(!put(&bed, id, &card(0, false, "P-002")).await?, "somebody else was first");
    let written = entry(&bed, n).await?.card;
    assert_eq!((written.version, written.values["number"].as_str(), written.at), (1, "P-001", Some(bed.now)));
    assert!(put(&bed, id, &Card { values: written.values.clone(), ..card(1, false, "") }).await?);
    let mut tx = bed.store.begin_ledger().await?;
    assert!(ledger::numbered(&mut tx, bed.facility, "P-001", None).await?.is_some());
    assert!(ledger::numbered(&mut tx, bed.facility, "P-001", Some(other)).await?.is_some());
    assert_eq!(ledger::numbered(&mut tx, bed.facility, "P-001", Some(id)).await?, None, "its own");
    tx.rollback().await?;
    let elsewhere = bed.another_facility().await?;
    let mut tx = bed.store.begin_ledger().await?;
    assert_eq!(ledger::numbered(&mut tx, elsewhere, "P-001", None).await?, None, "another facility's numbers are its own");
    tx.rollback().await?;
    assert_eq!(ledger::find(&bed.store, elsewhere, n).await?, Entry::default(), "nor is what is written there read");
    bed.stand(id, Standing::Retired).await?;
    assert_eq!(entry(&bed, n).await?.retired_at, Some(bed.now));
    Ok(())
}

async fn what_is_written_in_by_hand_is_counted_while_it_is_in_use_and_forgotten_with_its_facilitys_people(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let count = async || ledger::count_by_hand(&bed.store, bed.facility).await;
    let ((id, n), (measured, _)) = (bed.device(Standing::Active).await?, bed.device(Standing::Active).await?);
    assert!(put(&bed, id, &card(0, true, "T-001")).await? && put(&bed, measured, &card(0, false, "P-001")).await?);
    assert_eq!(count().await?, 1);
    let mut tx = bed.store.begin_ledger().await?;
    membership::erase_personal(&mut tx, bed.facility).await?;
    tx.commit().await?;
    let left = entry(&bed, n).await?.card;
    assert!(left.values.is_empty() && left.by_hand, "{left:?}");
    bed.stand(id, Standing::Retired).await?;
    assert_eq!(count().await?, 0);
    Ok(())
}
