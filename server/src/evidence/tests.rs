//! An honest archive holds, and every way to tamper with one is found at the file it touched.

use std::io::{Cursor, Read as _, Write as _};

use hashimori_shared::time::Timestamp;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::list::List;
use super::*;
use crate::domain::act::Words;
use crate::domain::log::{Entry, LogKey, Mark, Seal, commitment};
use crate::random::Random;
use crate::secrets::MasterKey;

/// What an archive consists of: names and contents.
type Files = Vec<(String, Vec<u8>)>;

fn key(seed: u64) -> LogKey {
    let random = Random::seeded(seed);
    LogKey::generate(&MasterKey::generate(&random), &random).expect("a key").0
}

fn about() -> About {
    let named = |name: &str| Named { id: "i".to_owned(), name: name.to_owned() };
    About {
        region: named("架空圏域"),
        facility: named("さくら架空診療所"),
        from: "2026-08-01".to_owned(),
        until: "2026-08-31".to_owned(),
        made_at: "2026-09-01 09:00".to_owned(),
        reader: "auditor".to_owned(),
        log_head: None,
    }
}

/// Three entries of a log, the second another facility's, as `list_links` gives them: the first and the third.
fn links(key: &LogKey) -> Vec<Link> {
    let (mut mark, mut links) = (Mark::GENESIS, Vec::new());
    for n in 1..=4 {
        let words = Words { actor: "見本 花子".to_owned(), object: format!("受付{n}"), remark: String::new() };
        let entry = Entry {
            id: format!("e{n}"),
            at: n,
            region: Some("r".to_owned()),
            facility: Some("f".to_owned()),
            actor: "a".to_owned(),
            what: "signed_in".to_owned(),
            object_kind: None,
            object_id: None,
            detail: format!("n={n}"),
            commitment: commitment("00", &words),
        };
        let previous = mark.hash;
        mark = mark.followed_by(&entry);
        let signature = (n == 4).then(|| key.sign(Seal::Run, &mark, Timestamp::from_seconds(n)));
        if n != 2 {
            links.push(Link::new(entry, mark, previous, signature, Some(("00".to_owned(), words))));
        }
    }
    links
}

async fn made(key: LogKey, links: &[Link]) -> Vec<u8> {
    let mut packing = Packing::new();
    packing.file("devices.csv").await.expect("begins");
    packing.rows("機器\r\n".repeat(1_000).into_bytes(), 999).await.expect("goes on");
    packing.rows(b"last\r\n".to_vec(), 1).await.expect("goes on");
    packing.file("empty.csv").await.expect("begins");
    packing.file(CHAIN).await.expect("begins");
    let written: Vec<String> = links.iter().map(|link| serde_json::to_string(link).expect("json") + "\n").collect();
    packing.rows(written.concat().into_bytes(), links.len()).await.expect("goes on");
    let mut packed = packing.finish(about(), key).await.expect("made");
    let mut bytes = Vec::new();
    packed.file.read_to_end(&mut bytes).expect("reads");
    assert_eq!(packed.bytes, bytes.len() as u64);
    assert_eq!(packed.rows, 1_000 + links.len() as u64);
    bytes
}

fn unpacked(bytes: &[u8]) -> Files {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).expect("a file");
            let (name, mut content) = (file.name().expect("a name").into_owned(), Vec::new());
            file.read_to_end(&mut content).expect("reads");
            (name, content)
        })
        .collect()
}

fn packed(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name, SimpleFileOptions::default()).expect("begins");
        zip.write_all(content).expect("writes");
    }
    zip.finish().expect("ends").into_inner()
}

fn content<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(known, _)| known == name).expect("a file").1
}

/// Signs a list anew, as whoever has this key would.
fn sign(files: &mut Files, key: &LogKey, change: impl FnOnce(&mut List)) {
    let mut list: List = serde_json::from_slice(content(files, LIST)).expect("a list");
    list.key = key.public().to_string();
    change(&mut list);
    let text = serde_json::to_vec(&list).expect("json");
    *content(files, SIGNATURE) = key.sign_evidence(&text).into_bytes();
    *content(files, LIST) = text;
}

fn found(bytes: Vec<u8>) -> String {
    check(Cursor::new(bytes), &key(1).public()).map_or_else(|bad| bad.to_string(), |checked| format!("{} entries", checked.entries))
}

#[tokio::test]
async fn an_honest_archive_holds_and_says_what_is_in_it() {
    let bytes = made(key(1), &links(&key(1))).await;
    let checked = check(Cursor::new(bytes.clone()), &key(1).public()).expect("holds");
    assert_eq!((checked.entries, checked.list.about), (3, about()));
    let rows: Vec<(&str, u64)> = checked.list.files.iter().map(|file| (file.name.as_str(), file.rows)).collect();
    assert_eq!(rows, [("devices.csv", 1_000), ("empty.csv", 0), (CHAIN, 3)]);
    let files = unpacked(&bytes);
    assert_eq!(found(packed(&files)), "3 entries", "also packed anew by another program");
}

#[tokio::test]
async fn every_way_to_tamper_is_found_and_the_first_bad_file_is_named() {
    let honest = unpacked(&made(key(1), &links(&key(1))).await);
    let tampered = |change: &dyn Fn(&mut Files)| {
        let mut files = honest.clone();
        change(&mut files);
        found(packed(&files))
    };
    let changed = "devices.csv: its content is not what was signed";
    assert_eq!(tampered(&|f| content(f, "devices.csv")[0] ^= 1), changed, "one bit");
    assert_eq!(tampered(&|f| content(f, "devices.csv").push(b' ')), changed, "longer");
    assert_eq!(tampered(&|f| content(f, "devices.csv").truncate(9)), changed, "shorter");
    assert_eq!(tampered(&|f| content(f, "empty.csv").push(b'x')), "empty.csv: its content is not what was signed");
    assert_eq!(tampered(&|f| f.retain(|(name, _)| name != "empty.csv")), "empty.csv: it is missing");
    assert_eq!(tampered(&|f| f.push(("more.csv".to_owned(), Vec::new()))), "more.csv: it is not in the signed list");
    assert_eq!(tampered(&|f| f.retain(|(name, _)| name != LIST)), "manifest.json: it is missing");
    assert_eq!(tampered(&|f| f.retain(|(name, _)| name != SIGNATURE)), "manifest.sig: it is missing");
    assert_eq!(tampered(&|f| content(f, LIST).push(b' ')), "manifest.json: it is not what was signed");
    assert_eq!(tampered(&|f| *content(f, SIGNATURE) = b"00".to_vec()), "manifest.json: it is not what was signed");
    let two = |f: &mut Files| {
        content(f, "empty.csv").push(b'x');
        content(f, "devices.csv")[0] ^= 1;
    };
    assert_eq!(tampered(&two), changed, "the first in the list's order");
    let swapped = |f: &mut Files| {
        let last = f.len() - 1;
        f.swap(0, last);
    };
    assert_eq!(tampered(&swapped), "3 entries", "where a file lies says nothing");
}

#[tokio::test]
async fn another_collectors_key_is_told_apart_and_proves_nothing_here() {
    let foreign = made(key(2), &links(&key(2))).await;
    let other = key(2).public();
    assert_eq!(found(foreign.clone()), format!("manifest.json: it was signed by another key ({other})"));
    assert!(check(Cursor::new(foreign), &other).is_ok());
    // Whoever changes a file and signs the list with a key of their own.
    let mut files = unpacked(&made(key(1), &links(&key(1))).await);
    content(&mut files, "devices.csv").clear();
    sign(&mut files, &key(3), |list| list.files[0].bytes = 0);
    assert_eq!(found(packed(&files)), format!("manifest.json: it was signed by another key ({})", key(3).public()));
    // And names the true key all the same.
    sign(&mut files, &key(3), |list| list.key = key(1).public().to_string());
    assert_eq!(found(packed(&files)), "manifest.json: it is not what was signed");
}

#[tokio::test]
async fn the_log_is_proven_by_its_own_hashes_even_where_the_list_was_signed() {
    let changed = |n: usize, from: &str, to: &str| {
        let mut links: Vec<String> = links(&key(1)).iter().map(|link| serde_json::to_string(link).expect("json")).collect();
        assert!(links[n].contains(from), "{from} in {}", links[n]);
        links[n] = links[n].replacen(from, to, 1);
        links.iter().map(|line| serde_json::from_str(line).expect("json")).collect::<Vec<Link>>()
    };
    for (n, from, to, seq) in [
        (0, "n=1", "n=9", 1),
        (1, "signed_in", "exported", 3),
        (1, "受付3", "受付9", 3),
        (2, "\"seq\":4", "\"seq\":5", 5),
        (2, "\"at\":4", "\"at\":5", 4),
    ] {
        let bytes = made(key(1), &changed(n, from, to)).await;
        assert_eq!(found(bytes), format!("{CHAIN}: entry {seq} does not hold"), "{from} to {to}");
    }
    // Entries 3 and 4 lie right behind each other: a third that was left out and another log's put there does not lead to the fourth.
    let mut mixed = links(&key(1));
    let foreign = serde_json::to_string(&mixed[1]).expect("json").replace("\"seq\":3", "\"seq\":2");
    mixed.insert(1, serde_json::from_str(&foreign).expect("json"));
    assert_eq!(found(made(key(1), &mixed).await), format!("{CHAIN}: entry 2 does not hold"));
}

#[tokio::test]
async fn what_is_no_archive_or_has_something_behind_its_end_is_refused() {
    let honest = made(key(1), &links(&key(1))).await;
    assert!(found(Vec::new()).starts_with("this is not a ZIP archive"));
    assert!(found(b"PK\x03\x04 and so on, for long enough".to_vec()).starts_with("this is not a ZIP archive"));
    assert!(found(honest[..honest.len() - 1].to_vec()).starts_with("this is not a ZIP archive"));
    assert!(found([honest.as_slice(), b"x"].concat()).starts_with("this is not a ZIP archive"));
    // The same name twice: the count at the end tells more files than there are names.
    let files = unpacked(&honest);
    let mut twice = packed(&files.iter().cloned().chain([("devices.csW".to_owned(), b"other".to_vec())]).collect());
    let mut at = 0;
    while let Some(found) = twice[at..].windows(11).position(|w| w == b"devices.csW") {
        at += found;
        twice[at..at + 11].copy_from_slice(b"devices.csv");
    }
    let refused = found(twice);
    assert!(refused.starts_with("a file is in the archive twice") || refused.starts_with("this is not a ZIP archive"), "{refused}");
}

#[tokio::test]
async fn an_archive_that_would_grow_too_large_is_not_made() {
    let mut packing = Packing::of_at_most(1_000);
    packing.file("devices.csv").await.expect("begins");
    let refused = loop {
        if let Err(error) = packing.rows(vec![0; 100], 1).await {
            break error;
        }
    };
    assert!(matches!(refused, PackingError::TooLarge), "{refused:?}");
    let mut packing = Packing::of_at_most(1_000);
    packing.file("devices.csv").await.expect("begins");
    packing.rows(vec![0; 1_000], 1).await.expect("just as much");
    assert!(packing.finish(about(), key(1)).await.is_ok());
}
