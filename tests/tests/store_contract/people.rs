//! What people ask of the store: pages by key, and never another facility's.

use hashimori_server::domain::device::Standing;
use hashimori_server::store::{alert, device, device_state, facility, history};
use hashimori_shared::report::sample;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    another_facilitys_device_answers_like_one_that_does_not_exist,
    a_list_read_page_by_page_holds_every_device_once,
    an_act_that_was_not_committed_leaves_nothing,
);

async fn another_facilitys_device_answers_like_one_that_does_not_exist(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let (id, n) = bed.device(Standing::Lost).await?;
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    assert_eq!(device::find(&bed.store, other, id).await?, None);
    assert_eq!(device::list(&bed.store, other, None, 10).await?, []);
    assert_eq!(device_state::find(&bed.store, other, n).await?, None);
    assert_eq!(device_state::list(&bed.store, other, &[n]).await?, []);
    assert_eq!(history::list(&bed.store, other, n, None, 10).await?, []);
    assert!(!history::was_present(&bed.store, other, n, bed.now.jst_day()).await?);
    assert_eq!(alert::list(&bed.store, other, 10).await?, []);
    let mut tx = bed.store.begin_ledger().await?;
    assert!(!device::rename(&mut tx, other, id, "よその端末").await?);
    let decision = device::Decision { standing: Standing::Retired, by: "架空 太郎".to_owned(), at: bed.now };
    assert!(!device::stand(&mut tx, other, id, Standing::ALL, &decision).await?);
    let seen = alert::Seen { device: n, kind: alert::Kind::LostSeen, times: 1 };
    assert!(!alert::close(&mut tx, other, seen, "架空 太郎", bed.now).await?);
    tx.commit().await?;
    assert_eq!(alert::list_about(&bed.store, other, n).await?, []);
    assert_eq!((alert::count(&bed.store, bed.facility).await?.0, alert::count(&bed.store, other).await?), (1, (0, 0)));
    bed.send(n, (1, 2), &sample::good_debian(bed.now)).await?;
    let mut tx = bed.store.begin().await?;
    assert!(!alert::close(&mut tx, bed.facility, seen, "架空 花子", bed.now).await?, "it happened again after somebody looked");
    let seen = alert::Seen { times: 2, ..seen };
    assert!(alert::close(&mut tx, bed.facility, seen, "架空 花子", bed.now).await?);
    tx.commit().await?;
    assert_eq!(alert::count(&bed.store, bed.facility).await?, (0, 0));
    assert_eq!(alert::list(&bed.store, bed.facility, 10).await?, []);
    Ok(())
}

async fn a_list_read_page_by_page_holds_every_device_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(bed.device(Standing::Active).await?.0);
        bed.device_in(other, Standing::Active).await?;
    }
    made.sort();
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = device::list(&bed.store, bed.facility, after, 3).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        read.extend(page.iter().map(|d| d.id));
    }
    assert_eq!(read, made);
    assert_eq!(device::list_waiting(&bed.store, bed.facility, None, 10).await?, [], "nobody waits for a decision");
    let mut waiting = Vec::new();
    for standing in [Standing::Pending, Standing::Reconfirm, Standing::Copied, Standing::Lost] {
        waiting.push(bed.device(standing).await?.0);
        bed.device_in(other, standing).await?;
    }
    waiting.pop();
    waiting.sort();
    let first = device::list_waiting(&bed.store, bed.facility, None, 2).await?;
    let rest = device::list_waiting(&bed.store, bed.facility, Some(first[1].id), 2).await?;
    assert_eq!(first.iter().chain(&rest).map(|d| d.id).collect::<Vec<_>>(), waiting);
    let facilities = facility::list(&bed.store, bed.region, None, 10).await?;
    assert_eq!(facilities.len(), 2);
    assert_eq!(facility::list(&bed.store, bed.region, Some(facilities[0].id), 10).await?, facilities[1..]);
    Ok(())
}

async fn an_act_that_was_not_committed_leaves_nothing(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (id, _) = bed.device(Standing::Active).await?;
    let mut tx = bed.store.begin_ledger().await?;
    assert!(device::rename(&mut tx, bed.facility, id, "別の名").await?);
    drop(tx);
    let found = device::find(&bed.store, bed.facility, id).await?.expect("the device");
    assert_eq!(found.label, "受付の端末");
    Ok(())
}
