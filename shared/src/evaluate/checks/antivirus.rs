//! §20-3: antivirus there, watching, and fresh. Of several products the best one counts.

use super::super::context::Context;
use super::super::gap::{self, Age, Gap};
use super::super::outcome::Outcome;
use super::Result;
use crate::catalogue::AntivirusKind;
use crate::pack::{Check, Clause};
use crate::report::{AntivirusProduct, OsFamily, Reading};
use crate::time::Timestamp;
use crate::verdict::State;

/// Some product of the catalogue is there.
pub(super) fn present(cx: &Context<'_>) -> Result {
    if let Some(outcome) = exempt(cx) {
        return Ok(outcome);
    }
    let Some((product, age)) = best(cx)? else { return Ok(none_found(cx)) };
    let reason = format!("{}が入っています", name(cx, product));
    Ok(gap::aged(Outcome::measured(State::Compliant, reason), age, cx.parameters().staleness.stale_days))
}

/// The best product watches files as they are used.
pub(super) fn real_time(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    if let Some(outcome) = exempt(cx) {
        return Ok(outcome);
    }
    let Some((product, age)) = best(cx)? else { return Ok(none_found(cx)) };
    let name = name(cx, product);
    let outcome = match &product.real_time {
        Reading::Value(true) => Outcome::measured(State::Compliant, format!("{name}のリアルタイム保護が有効です")),
        Reading::Value(false) => Outcome::measured(State::NonCompliant, format!("{name}のリアルタイム保護が無効です")),
        Reading::Unknown(unknown) => return Ok(opaque(cx, clause, check, name, Gap::unknown(unknown))),
    };
    Ok(gap::aged(outcome, age, cx.parameters().staleness.stale_days))
}

/// The best product's signatures are fresh.
pub(super) fn signatures(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    if let Some(outcome) = exempt(cx) {
        return Ok(outcome);
    }
    let Some((product, age)) = best(cx)? else { return Ok(none_found(cx)) };
    let name = name(cx, product);
    let outcome = match &product.signatures_at {
        Reading::Value(at) => {
            let (state, words) = freshness(cx, *at);
            Outcome::measured(state, format!("{name}の{words}"))
        }
        Reading::Unknown(unknown) => return Ok(opaque(cx, clause, check, name, Gap::unknown(unknown))),
    };
    Ok(gap::aged(outcome, age, cx.parameters().staleness.stale_days))
}

fn opaque(cx: &Context<'_>, clause: &Clause, check: &Check, name: &str, mut gap: Gap) -> Outcome {
    gap.reason = format!("{name}: {}", gap.reason);
    gap.settle(cx, clause, check)
}

fn freshness(cx: &Context<'_>, at: Timestamp) -> (State, String) {
    let rules = &cx.parameters().antivirus;
    let words = |note: &str| format!("定義ファイルは{}のもの{note}", at.jst_date());
    if cx.clock.is_ahead(at) {
        return (State::Unknown, words("で、未来の日付です。機器の時計を確認してください"));
    }
    if cx.clock.is_past(at.plus_days(i64::from(rules.fail_days))) {
        return (State::NonCompliant, words(&format!("で、{}日を過ぎています", rules.fail_days)));
    }
    if cx.clock.is_past(at.plus_days(i64::from(rules.amber_days))) {
        return (State::RecommendationUnmet, words(&format!("で、{}日を過ぎています", rules.amber_days)));
    }
    (State::Compliant, words("です"))
}

/// iOS and iPadOS have no antivirus to install.
fn exempt(cx: &Context<'_>) -> Option<Outcome> {
    let none = cx.family() == OsFamily::Ios;
    none.then(|| Outcome::measured(State::NotApplicable, "このOSには導入できるウイルス対策ソフトがありません"))
}

fn none_found(cx: &Context<'_>) -> Outcome {
    let version = cx.catalogues().antivirus.version();
    let built_in = cx.machine().and_then(|m| m.antivirus.as_ref()).and_then(|f| f.value()).is_some_and(|a| !a.products.is_empty());
    let note = if built_in { "（OS内蔵の機能だけでは数えません）" } else { "" };
    Outcome::measured(State::NonCompliant, format!("目録（{version}）にあるウイルス対策ソフトは見つかりませんでした{note}"))
}

/// The product that comes off best in all that is known of it; `None` = none that counts.
fn best<'a>(cx: &Context<'a>) -> std::result::Result<Option<(&'a AntivirusProduct, Age)>, Gap> {
    let (found, age) = gap::machine(cx, |m| m.antivirus.as_ref())?;
    let counts = |p: &&AntivirusProduct| cx.catalogues().antivirus.find(&p.id).is_none_or(|e| e.kind != AntivirusKind::BuiltIn);
    let rank = |p: &&AntivirusProduct| {
        let watching = match p.real_time {
            Reading::Value(true) => State::Compliant,
            Reading::Value(false) => State::NonCompliant,
            Reading::Unknown(_) => State::Unknown,
        };
        let fresh = p.signatures_at.value().map_or(State::Unknown, |at| freshness(cx, *at).0);
        (watching.max(fresh), watching, fresh)
    };
    Ok(found.products.iter().filter(counts).min_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.id.cmp(&b.id))).map(|p| (p, age)))
}

fn name<'a>(cx: &Context<'a>, product: &'a AntivirusProduct) -> &'a str {
    cx.catalogues().antivirus.find(&product.id).map_or(product.id.as_str(), |e| e.name.as_str())
}
