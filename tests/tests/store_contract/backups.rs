//! Backup and restore: what was in the store comes back, the epoch is another, and what was lost since is marked before anything is served.

use hashimori_server::backup::{self, Since};
use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::store::{Store, StoreUrl, device, device_state};
use hashimori_shared::report::sample;
use hashimori_tests::bed::{Bed, On, empty};

on_both_engines!(
    a_backup_comes_back_in_another_epoch_with_the_losses_since_marked,
    a_backup_opens_with_its_own_recovery_key_only_and_never_overwrites_a_store,
);

const MASTER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

async fn a_backup_comes_back_in_another_epoch_with_the_losses_since_marked(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, kept) = bed.device(Standing::Active).await?;
    let (lost, _) = bed.device(Standing::Active).await?;
    let before = bed.send(kept, (1, 1), &sample::good_debian(bed.now)).await?.epoch;
    let key = backup::make_recovery_key(&bed.store, (&bed.random, bed.now)).await?.expect("the first one");
    assert!(backup::make_recovery_key(&bed.store, (&bed.random, bed.now)).await?.is_none(), "there is one recovery key");
    let folder = tempfile::tempdir()?;
    for day in 0..4 {
        backup::make(&bed.store, MASTER, folder.path(), (2, bed.now.plus_days(day)), (Actor::Operator, &bed.random)).await?;
    }
    let mut files: Vec<_> = std::fs::read_dir(folder.path())?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    assert_eq!(files.len(), 2, "the newest two are kept, and nothing in plain text: {files:?}");
    let newest = hashimori_server::store::backup::newest(&bed.store).await?.expect("remembered");
    assert_eq!(newest.at, bed.now.plus_days(3));

    let target = empty(on)?;
    let since = Since::Devices(vec![(lost, Standing::Lost)]);
    let restored = backup::restore(&files[1], &key, target.url.clone(), (&since, "架空 花子"), (&bed.random, bed.now)).await?;
    assert_ne!(restored.epoch, before);
    assert_eq!(restored.master_key.as_str(), MASTER);
    let store = Store::open(target.url.clone()).await?;
    let found = device::find(&store, bed.facility, lost).await?.expect("the device");
    assert_eq!(found.standing, Standing::Lost);
    let (there, here) = (device_state::find(&store, bed.facility, kept).await?, device_state::find(&bed.store, bed.facility, kept).await?);
    assert!(there.is_some() && there == here);
    Ok(())
}

async fn a_backup_opens_with_its_own_recovery_key_only_and_never_overwrites_a_store(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let folder = tempfile::tempdir()?;
    let early = backup::make(&bed.store, MASTER, folder.path(), (2, bed.now), (Actor::Operator, &bed.random))
        .await
        .expect_err("there is no recovery key");
    assert!(early.to_string().contains("--new-recovery-key"), "{early:#}");
    let key = backup::make_recovery_key(&bed.store, (&bed.random, bed.now)).await?.expect("the first one");
    let file = backup::make(&bed.store, MASTER, folder.path(), (2, bed.now), (Actor::Operator, &bed.random)).await?;
    let sealed = std::fs::read(&file)?;
    assert!(!sealed.windows(MASTER.len()).any(|w| w == MASTER.as_bytes()));

    let other = Bed::on(On::Sqlite).await?;
    let foreign = backup::make_recovery_key(&other.store, (&other.random, other.now)).await?.expect("another one");
    let (target, people) = (empty(on)?, (&Since::NothingLost, "架空 花子"));
    let refused = backup::restore(&file, &foreign, target.url.clone(), people, (&bed.random, bed.now)).await.expect_err("another key");
    assert!(format!("{refused:#}").contains("another recovery key"), "{refused:#}");
    let cut = folder.path().join("cut");
    std::fs::write(&cut, &sealed[..sealed.len() / 2])?;
    backup::restore(&cut, &key, target.url.clone(), people, (&bed.random, bed.now)).await.expect_err("half a file");
    if let StoreUrl::Sqlite(path) = bed.store.url() {
        let url = StoreUrl::Sqlite(path.clone());
        let refused = backup::restore(&file, &key, url, people, (&bed.random, bed.now)).await.expect_err("a store is there");
        assert!(refused.to_string().contains("never overwrites"), "{refused:#}");
    }
    backup::restore(&file, &key, target.url.clone(), people, (&bed.random, bed.now)).await?;
    Ok(())
}
