//! Every word that acts note has words for people, and what is noted reads as sentences.

use std::collections::BTreeSet;

use super::*;
use crate::words::tests::{is_test, literals, speakers, without_tests};

fn read(what: What, detail: &str, lang: Lang) -> String {
    together(notes(Some(what), detail, lang)).map(|text| text.in_lang(lang)).unwrap_or_default()
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The words of a detail as a literal of the source writes it: names before `=`, and what stands alone beside them.
fn words_of(literal: &str) -> Vec<String> {
    if literal.contains(['?', '&', '/', '<', ';']) {
        return Vec::new();
    }
    let pieces: Vec<&str> = literal.split(' ').filter(|piece| !piece.is_empty()).collect();
    let names: Vec<&str> = pieces.iter().filter_map(|piece| Some(piece.split_once('=')?.0)).filter(|name| is_word(name)).collect();
    let appended = literal.starts_with(' ') && pieces.len() == 1;
    let beside = pieces.iter().filter(|piece| !piece.contains('=')).map(|piece| piece.split('{').next().unwrap_or_default());
    let alone = beside.filter(|word| (appended || !names.is_empty()) && is_word(word));
    names.iter().copied().chain(alone).map(str::to_owned).collect()
}

#[test]
fn whatever_acts_note_has_words() {
    let mut found = BTreeSet::new();
    for (_, text) in speakers().into_iter().filter(|(place, _)| !is_test(place)) {
        let source = without_tests(&text);
        let notes = [".noting(", "fn to_detail(", "fn detail(", "fn under(", "fn editions("];
        if notes.iter().any(|sign| source.contains(sign)) {
            found.extend(literals(&text).iter().flat_map(|literal| words_of(literal)));
        }
        let given = source.split(".noting(\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(given.flat_map(|detail| detail.split(' ').map(|word| word.split('=').next().unwrap_or_default().to_owned())));
    }
    for known in ["role", "auto_confirm", "drill", "ownership", "again", "since_backup", "happened", "catalogues"] {
        assert!(found.contains(known), "the search does not see {known}: {found:?}");
    }
    // The versions of catalogues are read apart.
    found.remove("catalogues");
    let known: BTreeSet<&str> = NAMED.iter().map(|(name, ..)| *name).chain(ALONE.iter().map(|(word, _)| *word)).collect();
    let without: Vec<&String> = found.iter().filter(|word| !known.contains(word.as_str())).collect();
    assert!(without.is_empty(), "no words for {without:?}");
}

#[test]
fn details_read_as_sentences_in_both_languages_and_ids_are_left_out() {
    let id = "0198f0aa-0000-7000-8000-000000000001";
    let cases = [
        (
            What::CodeIssued,
            "uses=14 hours=1 managed auto_confirm".to_owned(),
            "使える回数: 14回、有効な時間: 1時間、事業所の機器、登録した機器は確認を待たない",
            "Can be used: 14 times; Valid for: 1 hour; The facility; Devices need no confirmation",
        ),
        (
            What::PaperMoved,
            format!("kind=take_out act=take_out state=out exception={id}"),
            "種類: 持出届、手続: 持ち出したことを記録する、状態: 持出中、災害時特例によるもの",
            "",
        ),
        (What::FacilityMade, "act=take_in state=in".to_owned(), "手続: 登録する、状態: 利用中", ""),
        (What::HandedOver, format!("role=administrator former={id}"), "役割: いつつばし連絡帳管理者", ""),
        (
            What::DisasterExtended,
            "reach=areas event=1785715200 until=1785801600 drill".to_owned(),
            "範囲: 地区、起きた日時: 2026年8月3日 09:00、期限: 2026年8月4日 09:00、訓練",
            "Reach: areas; Happened at: 2026-08-03 09:00; Until: 2026-08-04 09:00; Drill",
        ),
        (
            What::DeviceChanged,
            "ownership=managed>personal class=tablet>phone".to_owned(),
            "所有: 事業所の機器 → 個人所有の機器、機器の種類: タブレット → スマートフォン",
            "",
        ),
        (What::DeviceLost, "happened=2026-08-03T08:30".to_owned(), "起きた日時: 2026年8月3日 08:30", "Happened at: 2026-08-03 08:30"),
        (
            What::Exported,
            "file=evidence from=2026-08-01 to=2026-08-31 rows=3 list=00ff".to_owned(),
            "書き出したもの: 証跡一式、最初の日: 2026年8月1日、最後の日: 2026年8月31日、3行、一覧の要約値: 00ff",
            "",
        ),
        (What::FileAttached, "file=2 format=pdf bytes=13".to_owned(), "ファイル2、形式: PDF、大きさ: 13バイト", ""),
        (What::RecordsDeleted, "papers=3 people=1".to_owned(), "届出・申請・事故報告: 3件、役割を離れた人の氏名: 1件", ""),
        (What::LogTrimmed, "entries=9 until=12".to_owned(), "削除した記録: 9件、12番まで", "Entries deleted: 9; Up to number 12"),
        (
            What::RulesLoaded,
            "itsutsubashi=3 catalogues=os 2026-11-25, browsers 2026-11-25, software 2026-11-25, antivirus 2026-11-25".to_owned(),
            "itsutsubashi 第3版、一覧表: 2026年11月25日",
            "itsutsubashi, edition 3; Catalogues: 2026-11-25",
        ),
        (
            What::RulesLoaded,
            "itsutsubashi=3 catalogues=os 2026-12-01, browsers own-2".to_owned(),
            "itsutsubashi 第3版、一覧表: OS 2026年12月1日、ブラウザ own-2",
            "",
        ),
        (What::PaperFiled, format!("kind=incident from={id}"), "種類: 事故報告（紛失・盗難・異常・不正アクセス）", ""),
        (What::FactorChanged, "passkey_added".to_owned(), "パスキーを登録しました。", ""),
    ];
    for (what, detail, japanese, english) in cases {
        assert_eq!(read(what, &detail, Lang::Japanese), japanese, "{detail}");
        if !english.is_empty() {
            assert_eq!(read(what, &detail, Lang::English), english, "{detail}");
        }
    }
}

#[test]
fn what_this_build_does_not_know_is_shown_as_it_is_stored() {
    for detail in ["colour=blue", "role=emperor", "until=tomorrow", "whatever", "state=beyond"] {
        assert_eq!(read(What::PaperMoved, detail, Lang::Japanese), detail);
    }
    assert_eq!(notes(None, "rows=3 of=something", Lang::English), [Text::verbatim("rows=3 of=something")]);
    assert!(notes(Some(What::SignedIn), "", Lang::English).is_empty());
}
