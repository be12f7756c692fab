//! §20-2: no file-sharing software. A hit is a fact; "nothing found" counts only where every place that must be searched was searched.

use super::super::attestation::Standing;
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::Result;
use crate::catalogue::Judgement;
use crate::pack::{Check, Clause};
use crate::report::{ForbiddenSoftware, OsFamily, SoftwareHit};
use crate::verdict::{Evidence, State};

pub(super) fn forbidden(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (found, age) = gap::machine(cx, |m| m.forbidden_software.as_ref())?;
    let catalogue = &cx.catalogues().software;
    let is_review = |hit: &&SoftwareHit| catalogue.find(&hit.id).is_some_and(|e| e.judgement == Judgement::Review);
    // An id this catalogue does not know is a newer catalogue's name for a forbidden program.
    let forbidden: Vec<&SoftwareHit> = found.hits.iter().filter(|h| !is_review(h)).collect();
    let stale_days = cx.parameters().staleness.stale_days;
    if !forbidden.is_empty() {
        let reason = format!("ファイル交換ソフトが見つかりました: {}", names(cx, &forbidden));
        return Ok(gap::aged(Outcome::measured(State::NonCompliant, reason), age, stale_days));
    }
    let missing = unsearched(cx, found);
    if !missing.is_empty() {
        let reason = format!("調べられなかった場所があります: {}", missing.join("、"));
        return Err(Gap::plain(reason, Some("点検プログラムを管理者権限のサービスとして動かしてください")));
    }
    let review: Vec<&SoftwareHit> = found.hits.iter().filter(is_review).collect();
    if !review.is_empty() {
        let standing = cx.plain_answer(clause, check);
        let confirmed = matches!(standing, Standing::Valid(a) if a.by.evidence() >= Evidence::Confirmed);
        return Ok(standing.settle(cx).filter(|_| confirmed).unwrap_or(Outcome {
            state: State::AwaitingDeclaration,
            evidence: None,
            reason: format!("業務で必要なものか、管理者の確認が要ります: {}", names(cx, &review)).into(),
            remedy: Some("不要なら削除し、必要なら管理者が確認を記録してください"),
        }));
    }
    let places: Vec<&str> = found.searched.iter().map(|p| place(p)).collect();
    let reason = format!(
        "調べた場所（{}）に、知られたファイル交換ソフトの名前はありません（フォルダは決まった深さまで、名前で調べています。目録 {}）",
        places.join("、"),
        found.catalogue
    );
    Ok(gap::aged(Outcome::measured(State::Compliant, reason), age, stale_days))
}

/// Places that exist but could not be read, and places the pack wants searched that were not.
fn unsearched(cx: &Context<'_>, found: &ForbiddenSoftware) -> Vec<String> {
    let mut missing: Vec<String> = found.unreadable.iter().map(|u| format!("{}（{}）", place(&u.place), u.code.reason_ja())).collect();
    let rules = &cx.parameters().software;
    let wanted = match cx.family() {
        OsFamily::Linux => &rules.places_linux,
        OsFamily::Windows => &rules.places_windows,
        OsFamily::Macos => &rules.places_macos,
        OsFamily::Ios | OsFamily::Android | OsFamily::Other => {
            missing.push("OSが分からないため、調べるべき場所を決められません".to_owned());
            return missing;
        }
    };
    for group in wanted {
        let was_searched = group.split('|').any(|kind| found.searched.iter().any(|s| s == kind));
        let is_named = group.split('|').any(|kind| found.unreadable.iter().any(|u| u.place == kind));
        if !was_searched && !is_named {
            missing.push(group.split('|').map(place).collect::<Vec<_>>().join("または"));
        }
    }
    missing
}

fn names(cx: &Context<'_>, hits: &[&SoftwareHit]) -> String {
    let catalogue = &cx.catalogues().software;
    let how = |how: &str| match how {
        "process" => "実行中",
        "package" => "インストール済み",
        "file" => "ファイル",
        "trace" => "このソフトが残すファイル",
        _ => "検出",
    };
    let word = |h: &&SoftwareHit| format!("{}（{}）", catalogue.find(&h.id).map_or(h.id.as_str(), |e| &e.name), how(&h.how));
    hits.iter().map(word).collect::<Vec<_>>().join("、")
}

/// A place's name for people; an unknown kind keeps its own.
fn place(kind: &str) -> &str {
    match kind {
        "processes" => "実行中のプログラム",
        "dpkg" => "インストール済みの一覧（deb）",
        "rpm" => "インストール済みの一覧（rpm）",
        "programs" => "インストール済みの一覧",
        "flatpak" => "Flatpak",
        "snap" => "Snap",
        "disks" => "増設・取り外しのディスク",
        "home" => "利用者のフォルダ",
        other => other,
    }
}
