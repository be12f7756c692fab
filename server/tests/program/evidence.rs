//! The auditor's command, which needs no store.

use std::io::Read as _;

use hashimori_server::domain::log::LogKey;
use hashimori_server::evidence::{About, Named, Packing};
use hashimori_server::random::Random;
use hashimori_server::secrets::MasterKey;

use crate::{refused, run, text};

/// An archive as the pages make it, signed by this key.
async fn archive(key: LogKey) -> Vec<u8> {
    let named = |name: &str| Named { id: "i".to_owned(), name: name.to_owned() };
    let about = About {
        region: named("架空圏域"),
        facility: named("架空診療所"),
        from: "2026-08-01".to_owned(),
        until: "2026-08-31".to_owned(),
        made_at: "2026-09-01 09:00".to_owned(),
        reader: "auditor".to_owned(),
        log_head: None,
    };
    let mut packing = Packing::new();
    packing.file("devices.csv").await.expect("begins");
    packing.rows(b"\"a\"\r\n".to_vec(), 0).await.expect("goes on");
    let mut packed = packing.finish(about, key).await.expect("made");
    let mut bytes = Vec::new();
    packed.file.read_to_end(&mut bytes).expect("reads");
    bytes
}

#[tokio::test]
async fn evidence_is_proven_without_a_store_by_the_printed_key_and_another_key_or_a_damaged_file_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = || {
        let random = Random::seeded(3);
        LogKey::generate(&MasterKey::generate(&random), &random).expect("a key").0
    };
    let (file, public) = (dir.path().join("evidence.zip"), key().public().to_string());
    let name = file.to_str().expect("UTF-8");
    let mut bytes = archive(key()).await;
    std::fs::write(&file, &bytes).expect("writes");
    let proven = run(dir.path(), &["verify-evidence", "--key", &public, name]);
    let said = text(&proven);
    assert!(proven.status.success() && said.contains("the archive holds: 1 files") && said.contains("架空診療所"), "{said}");
    refused(dir.path(), &["verify-evidence", "--key", &"00".repeat(32), name], &["does not hold", "another key", &public]);
    let at = bytes.len() / 3;
    bytes.truncate(at);
    std::fs::write(&file, &bytes).expect("writes");
    refused(dir.path(), &["verify-evidence", "--key", &public, name], &["does not hold", "not a ZIP archive"]);
    refused(dir.path(), &["verify-evidence", "--key", &public, "/does/not/exist.zip"], &["cannot open /does/not/exist.zip"]);
    let wrong = run(dir.path(), &["verify-evidence", "--key", "00", name]);
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong));
}
