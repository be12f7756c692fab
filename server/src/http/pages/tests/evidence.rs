//! An auditor's evidence through the pages: made after a fresh proof, logged, proven, and without what a reader may not see.

use std::io::{Cursor, Read as _};

use hashimori_shared::report::sample;

use super::browser::Browser;
use super::world::World;
use crate::domain::device::Ownership;
use crate::domain::ids::PersonId;
use crate::domain::log::LogKey;
use crate::domain::people::Role;
use crate::domain::people::session::FRESH_S;
use crate::domain::staff::Training;
use crate::evidence::{CHAIN, Checked, check};
use crate::store::{log, staff};

const PERIOD: &str = "from=2026-08-01&to=2026-08-31";

async fn key(world: &World) -> LogKey {
    log::ensure_key(&world.store, &world.master, &world.random, super::world::MORNING).await.expect("a key")
}

/// An archive that holds, and its files by name.
async fn fetched(world: &World, browser: &mut Browser) -> (Checked, Vec<(String, String)>) {
    let path = format!("/facilities/{}/evidence.zip?{PERIOD}", world.facility);
    let (code, headers, bytes) = browser.download(&path).await;
    assert_eq!((code, headers["content-type"].as_bytes()), (200, b"application/zip".as_slice()));
    assert_eq!(headers["content-disposition"], "attachment; filename=\"hashimori-evidence-20260801-20260831.zip\"");
    let checked = check(Cursor::new(bytes.clone()), &key(world).await.public()).expect("holds");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let files = checked.list.files.iter().map(|listed| {
        let mut text = String::new();
        zip.by_name(&listed.name).expect("a file").read_to_string(&mut text).expect("utf-8");
        (listed.name.clone(), text)
    });
    let files = files.collect();
    (checked, files)
}

fn file<'a>(files: &'a [(String, String)], name: &str) -> &'a str {
    &files.iter().find(|(known, _)| known == name).expect("a file").1
}

/// Somebody on the list, a training of theirs and a review.
async fn teach(world: &World, name: &str) {
    let (now, by) = (super::world::MORNING, PersonId::new(world.random.uuid(super::world::MORNING)));
    let number = world.add_member(world.region, world.facility, name).await;
    let member = staff::find(world.store.read(), world.facility, number).await.expect("reads").expect("a member");
    let words = |text: &str| text.to_owned();
    let training =
        Training {
            on: now, topic: words("守秘"), teacher: words("架空 講師"), material: words("手引き"), understood: words("口頭")
        };
    let mut tx = world.store.begin_ledger().await.expect("begins");
    staff::training::insert(&mut tx, world.facility, (&training, &[member.id]), (by, now)).await.expect("inserts");
    staff::review::insert(&mut tx, world.facility, (1, "架空 二郎が抜けている"), (by, now)).await.expect("inserts");
    tx.commit().await.expect("commits");
}

async fn filled() -> World {
    let world = World::new().await;
    let log_key = key(&world).await;
    let office = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, office).await;
    world.report(world.facility, office, &sample::bad_debian(super::world::MORNING)).await;
    let own = world.add_device_of(Ownership::Personal, world.region, world.facility, "花子の電話").await;
    world.confirm(world.facility, own).await;
    world.add_paper(world.region, world.facility, Some(office), "見本 看護師").await;
    let elsewhere = world.add_device(world.region, world.neighbour, "もみじ1").await;
    world.report(world.neighbour, elsewhere, &sample::good_debian(super::world::MORNING)).await;
    world.add_exception(world.region).await;
    teach(&world, "髙﨑 𠮷男").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    administrator.get(&format!("/devices/{own}")).await.status(200);
    while log::seal(&world.store, &log_key, super::world::MORNING, None).await.expect("seals").more {}
    world
}

#[tokio::test]
async fn an_archive_holds_what_happened_at_the_facility_within_the_period_and_is_logged() {
    let world = filled().await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let form = head.get(&format!("/facilities/{}/evidence", world.facility)).await;
    form.status(200).says("監査のための証跡").says("verify-evidence --key");
    let (checked, files) = fetched(&world, &mut head).await;
    assert_eq!((checked.list.about.facility.name.as_str(), checked.list.about.reader.as_str()), ("さくら架空診療所", "head"));
    assert!(checked.entries > 0 && file(&files, CHAIN).lines().count() as u64 == checked.entries);
    let devices = file(&files, "devices.csv");
    assert!(devices.starts_with('\u{feff}') && devices.contains("受付1") && devices.contains("花子の電話"), "{devices}");
    assert!(file(&files, "state-changes.csv").contains("§20-3"));
    assert!(file(&files, "papers.csv").contains("見本 看護師") && file(&files, "paper-steps.csv").contains("届け出る"));
    assert!(file(&files, "operation-log.csv").contains("サインイン") || file(&files, "operation-log.csv").contains("アカウントの設定"));
    assert!(file(&files, "disasters.csv").contains("訓練") && file(&files, "disasters.csv").lines().count() == 2);
    let steps = file(&files, "disaster-steps.csv");
    assert!(steps.contains("\"はい\",\"発動\",") && steps.lines().count() == 2, "{steps}");
    assert_eq!(file(&files, "disaster-gone.csv").lines().count(), 1, "nothing was lost");
    assert!(file(&files, "staff.csv").contains("髙﨑 𠮷男") && file(&files, "trainings.csv").contains("1 髙﨑 𠮷男"));
    assert!(file(&files, "trainings.csv").contains("守秘") && file(&files, "staff-reviews.csv").contains("架空 二郎"));
    assert!(files.iter().all(|(_, text)| !text.contains("もみじ")), "nothing of another facility");
    let logged = world.acts("exported").await;
    assert!(logged.last().is_some_and(|detail| detail.starts_with("file=evidence from=2026-08-01 to=2026-08-31 rows=")), "{logged:?}");
}

#[tokio::test]
async fn whoever_sees_only_how_peoples_own_devices_stand_gets_no_more_of_them() {
    let world = filled().await;
    for (role, facility, login) in
        [(Role::Secretariat, None, "jimukyoku"), (Role::Auditor, None, "etsuran"), (Role::Auditor, Some(world.facility), "kansa")]
    {
        let (mut reader, _) = world.signed_in_as(role, world.region, facility, login).await;
        let (_, files) = fetched(&world, &mut reader).await;
        assert!(files.iter().all(|(name, text)| !text.contains("花子の電話") || panic!("{login}: {name}")), "{login}");
        for name in ["髙﨑", "架空 講師", "架空 二郎"] {
            assert!(files.iter().all(|(_, text)| !text.contains(name)), "{login}: {name}");
        }
        let trainings = file(&files, "trainings.csv");
        assert!(trainings.contains("守秘") && trainings.lines().count() == 2 && file(&files, "staff.csv").lines().count() == 2, "{login}");
        assert!(file(&files, "devices.csv").contains("受付1"), "{login}");
        assert!(file(&files, "README.txt").contains("個人所有の機器については状態だけ"), "{login}");
    }
}

#[tokio::test]
async fn it_needs_a_fresh_proof_and_days_that_make_sense_and_is_not_made_for_another_facility() {
    let world = filled().await;
    let (mut administrator, _) = world.signed_in_as(Role::Deputy, world.region, Some(world.facility), "daiko").await;
    world.allow_deputies(world.facility).await;
    let path = |facility| format!("/facilities/{facility}/evidence.zip");
    let own = path(world.facility);
    administrator.get(&own).await.status(422).says("両方とも入れてください");
    administrator.get(&format!("{own}?from=2026-02-30&to=2026-08-31")).await.status(422).says("期間の日付を読み取れません");
    administrator.get(&format!("{own}?from=2026-08-31&to=2026-08-01")).await.status(422).says("終わりが、始まりより前");
    administrator.get(&format!("{}?{PERIOD}", path(world.neighbour))).await.status(404);
    world.clock.set(super::world::MORNING.plus_seconds(FRESH_S + 1));
    let asked = administrator.get(&format!("{own}?{PERIOD}")).await;
    assert!(asked.location.is_some_and(|to| to.starts_with("/step-up")), "{}", asked.code);
    assert!(world.acts("exported").await.is_empty());
}
