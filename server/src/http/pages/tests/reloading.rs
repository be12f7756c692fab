//! Packs are read again while the collector runs: the next page follows.

use hashimori_shared::report::sample;

use super::world::{MORNING, World};

/// The bundled pack, as a file that an operator edits.
const PACK: &str = include_str!("../../../../../shared/packs/itsutsubashi-2019-02-08.toml");

#[tokio::test]
async fn after_a_reload_rules_self_check_and_device_follow_the_pack_in_force_and_a_broken_file_changes_nothing() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "受付1").await;
    world.confirm(world.facility, id).await;
    world.report(world.facility, id, &sample::bad_debian(MORNING)).await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let pages = ["/rules".to_owned(), format!("/facilities/{}/self-check", world.facility), format!("/devices/{id}")];
    let title = &world.pack.clause("§20-6").expect("a clause").title;
    let old = title.get(hashimori_shared::lang::Lang::Japanese).to_owned();
    for path in &pages {
        browser.get(path).await.status(200).says(&old);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("itsutsubashi-2019-02-08.toml");
    let edited = PACK.replace(&old, "架空の見出し");
    assert_ne!(edited, PACK);
    std::fs::write(&file, edited).expect("writes");
    world.books.reload(Some(folder.path()), None).expect("a pack");
    for path in &pages {
        let page = browser.get(path).await;
        page.status(200).says("架空の見出し");
        assert!(!page.text().contains(&old), "{path} still says {old}");
    }
    std::fs::write(&file, "no pack").expect("writes");
    world.books.reload(Some(folder.path()), None).expect_err("a broken file");
    for path in &pages {
        browser.get(path).await.says("架空の見出し");
    }
}
