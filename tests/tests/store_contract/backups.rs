//! Backup and restore: what was in the store comes back, the epoch is another, and what was lost since is marked before anything is served.

use hashimori_server::backup::{self, Since};
use hashimori_server::domain::act::Actor;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::DeviceId;
use hashimori_server::domain::paper::Kind;
use hashimori_server::store::{Store, StoreUrl, device, device_state, paper};
use hashimori_shared::report::sample;
use hashimori_tests::bed::{Bed, On, empty};
use sqlx::{AnyConnection, Connection as _};

on_both_engines!(
    a_backup_comes_back_in_another_epoch_with_the_losses_since_marked,
    a_backup_opens_with_its_own_recovery_key_only_and_never_overwrites_a_store,
    a_restore_that_does_not_come_to_its_end_leaves_nothing_to_be_served_and_can_be_tried_again,
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
    let mut told = String::new();
    let keep = |master: &str| {
        master.clone_into(&mut told);
        Ok(())
    };
    let restored = backup::restore((&files[1], &key), target.url.clone(), (&since, "架空 花子"), keep, (&bed.random, bed.now)).await?;
    assert_ne!(restored.epoch, before);
    assert_eq!(told, MASTER);
    let store = Store::open(target.url.clone()).await?;
    let found = device::find(&store, bed.facility, lost).await?.expect("the device");
    assert_eq!(found.standing, Standing::Lost);
    let incidents = paper::list_open(&store, (bed.region, Kind::Incident), (None, 9)).await?;
    assert_eq!(incidents.iter().map(|(.., found)| found.paper.device).collect::<Vec<_>>(), [Some(lost)], "its loss goes on as an incident");
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
    let refused =
        backup::restore((&file, &foreign), target.url.clone(), people, any, (&bed.random, bed.now)).await.expect_err("another key");
    assert!(format!("{refused:#}").contains("another recovery key"), "{refused:#}");
    let cut = folder.path().join("cut");
    std::fs::write(&cut, &sealed[..sealed.len() / 2])?;
    backup::restore((&cut, &key), target.url.clone(), people, any, (&bed.random, bed.now)).await.expect_err("half a file");
    backup::restore((&file, &key), target.url.clone(), people, any, (&bed.random, bed.now)).await?;
    let again = backup::restore((&file, &key), target.url.clone(), people, any, (&bed.random, bed.now)).await;
    let refused = again.expect_err("a store is there");
    assert!(refused.to_string().contains("never overwrites"), "{refused:#}");
    Ok(())
}

/// Whatever master key it is.
#[expect(clippy::unnecessary_wraps, reason = "`restore` takes one that may refuse")]
fn any(_: &str) -> anyhow::Result<()> {
    Ok(())
}

async fn a_restore_that_does_not_come_to_its_end_leaves_nothing_to_be_served_and_can_be_tried_again(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (lost, _) = bed.device(Standing::Active).await?;
    let key = backup::make_recovery_key(&bed.store, (&bed.random, bed.now)).await?.expect("the first one");
    let folder = tempfile::tempdir()?;
    let file = backup::make(&bed.store, MASTER, folder.path(), (2, bed.now), (Actor::Operator, &bed.random)).await?;
    let (target, hands) = (empty(on)?, (&bed.random, bed.now));
    let mistyped = DeviceId::new(bed.random.uuid(bed.now));
    let wrong = Since::Devices(vec![(lost, Standing::Lost), (mistyped, Standing::Lost)]);
    let right = Since::Devices(vec![(lost, Standing::Lost)]);

    let other = |_: &str| anyhow::bail!("another master key");
    let refused = backup::restore((&file, &key), target.url.clone(), (&right, "架空 花子"), other, hands).await.expect_err("refused");
    assert!(refused.to_string().contains("another master key"), "{refused:#}");
    nothing_stands(&target.url).await?;
    let refused = backup::restore((&file, &key), target.url.clone(), (&wrong, "架空 花子"), any, hands).await.expect_err("mistyped");
    assert!(refused.to_string().contains(&mistyped.to_string()), "{refused:#}");
    match &target.url {
        StoreUrl::Sqlite(_) => nothing_stands(&target.url).await?,
        StoreUrl::Postgres(_) => {
            let refused = Store::open(target.url.clone()).await.expect_err("half restored");
            assert!(refused.to_string().contains("run `hashimori-server restore` again"), "{refused}");
            assert!(Store::open_beside(target.url.clone()).await.is_err());
        }
    }
    backup::restore((&file, &key), target.url.clone(), (&right, "架空 花子"), any, hands).await?;
    let store = Store::open(target.url.clone()).await?;
    assert_eq!(device::find(&store, bed.facility, lost).await?.expect("the device").standing, Standing::Lost);
    Ok(())
}

async fn nothing_stands(url: &StoreUrl) -> anyhow::Result<()> {
    match url {
        StoreUrl::Sqlite(path) => {
            let left: Vec<_> =
                std::fs::read_dir(path.parent().expect("a folder"))?.map(|e| e.map(|e| e.file_name())).collect::<Result<_, _>>()?;
            assert!(left.iter().all(|name| name.to_string_lossy().ends_with(".lock")), "{left:?}");
        }
        StoreUrl::Postgres(url) => {
            let mut connection = AnyConnection::connect(url).await?;
            let tables: i64 =
                sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetch_one(&mut connection).await?;
            assert_eq!(tables, 0);
        }
    }
    Ok(())
}
