//! Files of papers through the pages: handed in, opened by whoever sees the paper's content, removed with a reason; what lies or is too
//! much; and who gets nowhere near them.

use std::io::{Cursor, Read as _};

use axum::http::header;

use super::browser::{Browser, parts};
use super::personal::{act, application, newest};
use super::world::World;
use crate::domain::paper::MOST_BYTES;
use crate::domain::people::Role;

const PDF: &[u8] = b"%PDF-1.7\n\xe2\xe3\xcf\xd3";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
/// A name with letters that not every character set has.
const NAME: &str = "髙﨑 𠮷男 届出.pdf";

/// The administrator before a 持出届; its path.
async fn desk() -> (World, Browser, String) {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let paper = world.add_paper(world.region, world.facility, None, "見本 看護師").await;
    let paper = format!("/papers/{paper}");
    browser.get(&paper).await.status(200).says("患者・利用者の氏名、顔、病状");
    (world, browser, paper)
}

#[tokio::test]
async fn a_scan_is_handed_in_opened_as_it_was_and_removed_with_a_reason_and_the_log_knows_its_digest() {
    let (world, mut browser, paper) = desk().await;
    let files = format!("{paper}/files");
    browser.hand_in(&files, &[("note", "紙の届出")], (NAME, "application/pdf", PDF)).await.redirects_to(&paper);
    browser.get(&paper).await.says(NAME).says("PDF・1 KB").says("紙の届出").says("見本 花子");
    browser.get(&format!("{paper}/print")).await.says(NAME);

    let (code, headers, bytes) = browser.download(&format!("{files}/1")).await;
    assert_eq!((code, bytes.as_slice()), (200, PDF));
    for (name, value) in [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"take_out-1-1.pdf\"; \
             filename*=UTF-8''%E9%AB%99%EF%A8%91%20%F0%A0%AE%B7%E7%94%B7%20%E5%B1%8A%E5%87%BA.pdf",
        ),
    ] {
        assert_eq!(headers[name], value);
    }
    let attached = world.acts("file_attached").await;
    assert!(attached[0].starts_with("file=1 format=pdf bytes=13 sha256="), "{attached:?}");
    let digest = attached[0].rsplit('=').next().expect("a digest").to_owned();
    assert_eq!(digest.len(), 64);
    browser.download(&format!("{files}/1")).await;
    assert_eq!(world.acts("file_opened").await, [format!("file=1 sha256={digest}")], "one entry for both times");

    browser.get(&paper).await.status(200);
    browser.submit(&format!("{files}/1/remove"), &[("why", " ")]).await.status(422).says("理由を");
    browser.submit(&format!("{files}/1/remove"), &[("why", "別の人の届出だった")]).await.redirects_to(&paper);
    let page = browser.get(&paper).await;
    page.says("削除しました").says("理由: 別の人の届出だった");
    assert!(!page.body.contains(NAME) && !page.body.contains("紙の届出"), "{}", page.text());
    assert_eq!(browser.get(&format!("{files}/1")).await.code, 404);
    browser.submit(&format!("{files}/1/remove"), &[("why", "もう一度")]).await.status(409).says("すでにご自身で「書類のファイルの削除」");
    assert_eq!(world.acts("file_removed").await, [format!("file=1 sha256={digest}")]);
}

#[tokio::test]
async fn a_file_that_lies_or_is_too_large_or_empty_is_refused_with_what_to_do_and_the_remark_is_kept() {
    let (world, mut browser, paper) = desk().await;
    let files = format!("{paper}/files");
    let large = [PDF, vec![b' '; MOST_BYTES].as_slice()].concat();
    let cases: [(&str, &str, &[u8], u16, &str); 8] = [
        ("受理票.pdf", "application/pdf", b"MZ\x90\0", 422, "PDF・JPEG・PNGのどれでもありません"),
        ("受理票.pdf", "application/pdf", b"<script>alert(1)</script>", 422, "PDFかJPEGで保存し直して"),
        ("受理票.pdf", "application/pdf", JPEG, 422, "中身はJPEGですが、名前の末尾が合っていません"),
        ("受理票.exe", "application/pdf", PDF, 422, "名前の末尾を「.pdf」に直して"),
        ("受理票.png", "text/html", PNG, 422, "ブラウザは別の種類のファイルとして送りました"),
        ("受理票.pdf", "application/pdf", b"", 422, "「受理票.pdf」には中身がありません"),
        ("", "application/octet-stream", b"", 422, "ファイルが選ばれていません"),
        ("受理票.pdf", "application/pdf", &large, 413, "「受理票.pdf」は5 MBを超えています"),
    ];
    for (name, kind, content, status, said) in cases {
        let page = browser.hand_in(&files, &[("note", "警察の受理番号")], (name, kind, content)).await;
        page.status(status).says(said);
        assert!(
            page.body.contains("value=\"警察の受理番号\"") && page.body.contains("<details class=\"panel\" open><summary>ファイル"),
            "{said}"
        );
    }
    let long = "長".repeat(101);
    let page = browser.hand_in(&files, &[("note", &long)], (NAME, "application/pdf", PDF)).await;
    page.status(422).says("100文字まで");
    let whole = parts(&[("csrf", &browser.csrf), ("note", "途中")], (NAME, "application/pdf", PDF));
    let cut_off = browser.send_parts(&files, whole[..whole.len() - 30].to_vec()).await;
    cut_off.status(400).says("送信が途中で切れたか");
    assert!(cut_off.body.contains("value=\"途中\""));
    browser.send_parts(&files, b"no form at all".to_vec()).await.status(400).says("入力し直してください");
    assert!(world.acts("file_attached").await.is_empty(), "nothing half");
}

#[tokio::test]
async fn a_paper_takes_five_files_the_same_one_once_and_none_when_nothing_is_to_be_done_any_more() {
    let (world, mut browser, paper) = desk().await;
    let files = format!("{paper}/files");
    for n in 0..5_u8 {
        let content = [PDF, &[n]].concat();
        for _ in 0..2 {
            browser.hand_in(&files, &[], (NAME, "application/pdf", &content)).await.redirects_to(&paper);
        }
    }
    assert_eq!(world.acts("file_attached").await.len(), 5, "what was sent twice is there once");
    browser.get(&paper).await.says("ファイルは5個までです");
    browser.hand_in(&files, &[], ("a.png", "image/png", PNG)).await.status(409).says("もう5個あります");
    browser.get(&paper).await.status(200);
    browser.submit(&format!("{files}/2/remove"), &[("why", "見本")]).await.redirects_to(&paper);
    browser.hand_in(&files, &[], ("a.png", "image/png", PNG)).await.redirects_to(&paper);
    assert_eq!(browser.download(&format!("{files}/6")).await.2, PNG);

    act(&mut browser, &paper, "refuse", &[("why", "見本")]).await.redirects_to(&paper);
    let page = browser.get(&paper).await;
    assert!(page.body.contains("a.png") && !page.body.contains("multipart/form-data"), "{}", page.text());
    browser.hand_in(&files, &[], ("b.png", "image/png", JPEG)).await.status(409).says("この書類の手続きは終わっています");
    browser.submit(&format!("{files}/6/remove"), &[("why", "見本")]).await.status(409).says("この書類の手続きは終わっています");
    assert_eq!(browser.download(&format!("{files}/6")).await.0, 200, "what is there stays to be read");
}

#[tokio::test]
async fn what_is_handed_in_with_a_personal_devices_paper_is_its_facilitys_business_alone() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    let files = format!("{paper}/files");
    administrator.get(&paper).await.status(200);
    administrator.hand_in(&files, &[("note", "私物の写真")], ("花子の電話.jpg", "image/jpeg", JPEG)).await.redirects_to(&paper);
    for (role, facility, login) in
        [(Role::Secretariat, None, "jimukyoku"), (Role::Auditor, None, "etsuran"), (Role::Auditor, Some(world.facility), "kansa")]
    {
        let (mut reader, _) = world.signed_in_as(role, world.region, facility, login).await;
        let page = reader.get(&paper).await;
        page.says("添付ファイル").says("1個あります");
        assert!(!page.body.contains("花子の電話") && !page.body.contains("私物の写真"), "{login}: {}", page.text());
        assert!(!page.body.contains("multipart/form-data"), "{login}");
        assert_eq!(reader.download(&format!("{files}/1")).await.0, 404, "{login}");
        assert!(!reader.get(&format!("{paper}/print")).await.body.contains("花子の電話"), "{login}");
        reader.get("/sign-in").await.status(200);
        assert_eq!(reader.hand_in(&files, &[], ("a.jpg", "image/jpeg", JPEG)).await.code, 403, "{login}");
        let log = reader.get("/log").await;
        assert!(!log.body.contains("花子の電話") && !log.body.contains("私物の写真"), "{login}: {}", log.text());
    }
    let said: Vec<String> =
        sqlx::query_scalar("SELECT detail FROM log_entry WHERE what = 'file_opened'").fetch_all(world.store.read()).await.expect("reads");
    assert!(said.is_empty(), "nobody opened it: {said:?}");
}

#[tokio::test]
async fn nobody_hands_in_anything_who_is_not_signed_in_and_at_home_or_without_a_token_or_elsewhere() {
    let (world, mut administrator, paper) = desk().await;
    let files = format!("{paper}/files");
    let file = (NAME, "application/pdf", PDF);
    let mut stranger = Browser::new(&world.router);
    stranger.get("/sign-in").await.status(200);
    stranger.hand_in(&files, &[], file).await.status(403);
    stranger.hand_in("/apply/AAAA", &[], file).await.status(400);
    assert!(stranger.get(&format!("{files}/1")).await.location.is_some_and(|to| to.starts_with("/sign-in")));
    let (mut neighbour, _) = world.signed_in(world.region, Some(world.neighbour), "jiro").await;
    neighbour.get("/sign-in").await.status(200);
    neighbour.hand_in(&files, &[], file).await.status(404);
    neighbour.hand_in(&format!("/facilities/{}/staff/import", world.facility), &[], file).await.status(404);

    for forged in [vec![], vec![("csrf", "x")], vec![("note", "x"), ("csrf", "AAAA")]] {
        administrator.send_parts(&files, parts(&forged, file)).await.status(403);
    }
    // Its token comes after the file.
    let late = [parts(&[], file), parts(&[("csrf", &administrator.csrf)], file)].concat();
    administrator.send_parts(&files, late).await.status(403);
    administrator.hand_in(&format!("{paper}/act"), &[("act", "approve"), ("seen", "0")], file).await.status(400);
    assert!(world.acts("file_attached").await.is_empty() && world.acts("paper_approved").await.is_empty());
}

#[tokio::test]
async fn an_auditors_archive_holds_the_files_with_their_digests_and_says_of_those_that_were_removed() {
    let (world, mut browser, paper) = desk().await;
    let files = format!("{paper}/files");
    let key = crate::store::log::ensure_key(&world.store, &world.master, &world.random, super::world::MORNING).await.expect("a key");
    browser.hand_in(&files, &[("note", "紙の届出")], (NAME, "application/pdf", PDF)).await.redirects_to(&paper);
    browser.hand_in(&files, &[], ("別人.png", "image/png", PNG)).await.redirects_to(&paper);
    browser.get(&paper).await.status(200);
    browser.submit(&format!("{files}/2/remove"), &[("why", "取り違え")]).await.redirects_to(&paper);
    let archive = format!("/facilities/{}/evidence.zip?from=2026-08-01&to=2026-08-31", world.facility);
    let (code, _, bytes) = browser.download(&archive).await;
    assert_eq!(code, 200);
    let checked = crate::evidence::check(Cursor::new(bytes.clone()), &key.public()).expect("holds");
    let name = format!("files/{}-1.pdf", paper.trim_start_matches("/papers/"));
    let listed = checked.list.files.iter().find(|file| file.name == name).expect("the file");
    let attached = world.acts("file_attached").await;
    assert!(attached.iter().any(|detail| detail.ends_with(&format!("bytes=13 sha256={}", listed.sha256))), "{attached:?}");
    assert_eq!(checked.list.files.iter().filter(|file| file.name.starts_with("files/")).count(), 1, "what is removed is gone");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut read = |name: &str| {
        let mut content = Vec::new();
        zip.by_name(name).expect("a file").read_to_end(&mut content).expect("reads");
        content
    };
    assert_eq!(read(&name), PDF);
    let table = String::from_utf8(read("paper-files.csv")).expect("utf-8");
    assert!(table.contains(NAME) && table.contains(&name) && table.contains(&listed.sha256) && table.contains("紙の届出"), "{table}");
    assert!(table.contains("取り違え") && !table.contains("別人"), "{table}");
}
