//! §20-2: no file-sharing software. A hit is a fact; "nothing found" counts only where every place that must be searched was searched.

use super::super::attestation::Standing;
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::Result;
use crate::catalogue::Judgement;
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::report::{ForbiddenSoftware, OsFamily, SoftwareHit, UnknownCode, UnreadablePlace, words};
use crate::verdict::{Evidence, State};

pub(super) fn forbidden(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (found, age) = gap::machine(cx, |m| m.forbidden_software.as_ref())?;
    let catalogue = &cx.catalogues().software;
    let is_review = |hit: &&SoftwareHit| catalogue.find(&hit.id).is_some_and(|e| e.judgement == Judgement::Review);
    // An id this catalogue does not know is a newer catalogue's name for a forbidden program.
    let forbidden: Vec<&SoftwareHit> = found.hits.iter().filter(|h| !is_review(h)).collect();
    let lang = cx.lang;
    if !forbidden.is_empty() {
        let names = names(cx, &forbidden);
        let reason = say!(lang, "ファイル交換ソフトが見つかりました: {names}", "file-sharing software was found: {names}");
        return Ok(gap::aged(cx, Outcome::measured(State::NonCompliant, reason), age));
    }
    let missing = unsearched(cx, found);
    if !missing.is_empty() {
        let places = lang.list(&missing);
        let reason = say!(lang, "調べられなかった場所があります: {places}", "some places could not be searched: {places}");
        return Err(Gap::plain(reason, UnknownCode::NoPermission.remedy(lang)));
    }
    let review: Vec<&SoftwareHit> = found.hits.iter().filter(is_review).collect();
    if !review.is_empty() {
        let standing = cx.plain_answer(clause, check);
        let confirmed = matches!(standing, Standing::Valid(a) if a.by.evidence() >= Evidence::Confirmed);
        let names = names(cx, &review);
        if let Some(outcome) = standing.settle(cx).filter(|_| confirmed) {
            return Ok(Outcome { reason: format!("{names}: {}", outcome.reason).into(), ..outcome });
        }
        return Ok(Outcome {
            state: State::AwaitingDeclaration,
            evidence: None,
            reason: say!(
                lang,
                "業務で必要なものか、管理者の確認が要ります: {names}",
                "an administrator has to confirm that the work needs it: {names}"
            )
            .into(),
            remedy: Some(cx.pick(
                "不要なら削除し、必要なら管理者が「自己点検」で答えてください",
                "Remove it, or, where it is needed, an administrator answers under Self-check",
            )),
        });
    }
    let places: Vec<&str> = found.searched.iter().map(|p| words::place(p, cx.lang)).collect();
    let (places, version) = (lang.list(&places), cx.edition(&found.catalogue));
    let reason = say!(
        lang,
        "調べた場所（{places}）に、知られたファイル交換ソフトの名前はありません（フォルダは決まった深さまで、名前で調べています。{version}の一覧表）",
        "in the places searched ({places}) there is no known name of file-sharing software (folders are searched by name, to a set depth; catalogue {version})"
    );
    Ok(gap::aged(cx, Outcome::measured(State::Compliant, reason), age))
}

/// Places that exist but could not be read, and places the pack wants searched that were not.
fn unsearched(cx: &Context<'_>, found: &ForbiddenSoftware) -> Vec<String> {
    let unread = |u: &UnreadablePlace| format!("{}{}", words::place(&u.place, cx.lang), cx.lang.bracket(u.code.reason(cx.lang)));
    let mut missing: Vec<String> = found.unreadable.iter().map(unread).collect();
    let rules = &cx.parameters().software;
    let wanted = match cx.family() {
        OsFamily::Linux => &rules.places_linux,
        OsFamily::Windows => &rules.places_windows,
        OsFamily::Macos => &rules.places_macos,
        OsFamily::Ios | OsFamily::Android | OsFamily::Other => {
            let words = cx.pick("OSが分からないため、調べるべき場所を決められません", "which places matter is unknown, as the OS is");
            missing.push(words.to_owned());
            return missing;
        }
    };
    for group in wanted {
        let was_searched = group.split('|').any(|kind| found.searched.iter().any(|s| s == kind));
        let is_named = group.split('|').any(|kind| found.unreadable.iter().any(|u| u.place == kind));
        if !was_searched && !is_named {
            let places: Vec<&str> = group.split('|').map(|kind| words::place(kind, cx.lang)).collect();
            missing.push(places.join(cx.pick("または", " or ")));
        }
    }
    missing
}

fn names(cx: &Context<'_>, hits: &[&SoftwareHit]) -> String {
    let catalogue = &cx.catalogues().software;
    let how = |how: &str| match how {
        "process" => cx.pick("実行中", "running"),
        "package" => cx.pick("インストール済み", "installed"),
        "file" => cx.pick("ファイル", "a file"),
        "trace" => cx.pick("このソフトが残すファイル", "a file that this program leaves behind"),
        _ => cx.pick("検出", "found"),
    };
    let word = |h: &&SoftwareHit| {
        let name = catalogue.find(&h.id).map_or(h.id.as_str(), |e| e.name_in(cx.lang));
        format!("{name}{}", cx.lang.bracket(how(&h.how)))
    };
    cx.lang.list(&hits.iter().map(word).collect::<Vec<_>>())
}
