//! §20-3: antivirus there, watching, and fresh. Of several products the best one counts.

use super::super::context::Context;
use super::super::gap::{self, Age, Gap};
use super::super::outcome::Outcome;
use super::Result;
use crate::catalogue::AntivirusKind;
use crate::lang::say;
use crate::pack::{CheckKind, Clause};
use crate::report::{AntivirusProduct, Reading, Unknown};
use crate::time::Timestamp;
use crate::verdict::State;

/// Some product of the catalogue is there.
pub(super) fn present(cx: &Context<'_>, clause: &Clause) -> Result {
    if let Some(outcome) = exempt(cx) {
        return Ok(outcome);
    }
    let Some(best) = best(cx, clause)? else { return Ok(none_found(cx)) };
    Ok(best.aged(
        cx,
        Outcome::measured(State::Compliant, {
            let name = best.name;
            say!(cx.lang, "{name}が入っています", "{name} is installed")
        }),
    ))
}

/// The best product watches files as they are used.
pub(super) fn real_time(cx: &Context<'_>, clause: &Clause) -> Result {
    if let Some(outcome) = exempt(cx) {
        return Ok(outcome);
    }
    let Some(mut best) = best(cx, clause)? else { return Ok(none_found(cx)) };
    let outcome = std::mem::replace(&mut best.real_time, Outcome::new(State::Unknown, None, ""));
    Ok(best.aged(cx, outcome))
}

/// The best product's signatures are fresh. Those of a product that does not watch say nothing by themselves.
pub(super) fn signatures(cx: &Context<'_>, clause: &Clause) -> Result {
    if let Some(outcome) = exempt(cx) {
        return Ok(outcome);
    }
    let Some(mut best) = best(cx, clause)? else { return Ok(none_found(cx)) };
    let mut outcome = std::mem::replace(&mut best.signatures, Outcome::new(State::Unknown, None, ""));
    if outcome.state < best.real_time.state {
        outcome.state = best.real_time.state;
        outcome.reason = format!("{}{}", best.real_time.reason, cx.lang.bracket(&outcome.reason)).into();
        outcome.remedy = best.real_time.remedy;
    }
    Ok(best.aged(cx, outcome))
}

/// The product that comes off best, with what is known of it.
struct Best<'a> {
    name: &'a str,
    real_time: Outcome,
    signatures: Outcome,
    age: Age,
}

impl Best<'_> {
    fn aged(&self, cx: &Context<'_>, outcome: Outcome) -> Outcome {
        gap::aged(cx, outcome, self.age)
    }
}

/// A product that keeps silent: what a person said of it, where a person is to be heard.
fn silent(cx: &Context<'_>, clause: &Clause, kind: Option<CheckKind>, name: &str, unknown: &Unknown) -> Outcome {
    let mut gap = Gap::unknown(cx, unknown);
    gap.reason = format!("{name}: {}", gap.reason).into();
    match clause.checks.iter().find(|c| Some(c.kind) == kind) {
        Some(check) => gap.settle(cx, clause, check),
        None => gap.unanswered(),
    }
}

fn freshness(cx: &Context<'_>, at: Timestamp) -> (State, String) {
    let rules = &cx.parameters().antivirus;
    let (lang, day) = (cx.lang, cx.day(at));
    let late =
        |days: u32| say!(lang, "定義ファイルは{day}のもので、{days}日を過ぎています", "signatures are of {day}, more than {days} days old");
    if cx.clock.is_ahead(at) {
        let words = say!(
            lang,
            "定義ファイルは{day}のもので、未来の日付です。機器の時計を確認してください",
            "signatures are of {day}, which lies in the future; check the device's clock"
        );
        return (State::Unknown, words);
    }
    if cx.clock.is_past(at.plus_days(i64::from(rules.fail_days))) {
        return (State::NonCompliant, late(rules.fail_days));
    }
    if cx.clock.is_past(at.plus_days(i64::from(rules.amber_days))) {
        return (State::RecommendationUnmet, late(rules.amber_days));
    }
    (State::Compliant, say!(lang, "定義ファイルは{day}のものです", "signatures are of {day}"))
}

/// Systems for which the pack knows nothing to install.
fn exempt(cx: &Context<'_>) -> Option<Outcome> {
    let none = cx.parameters().antivirus.exempt_os.contains(&cx.family());
    let words = cx.pick("このOSには導入できるウイルス対策ソフトがありません", "there is no antivirus software to install on this system");
    none.then(|| Outcome::measured(State::NotApplicable, words))
}

fn none_found(cx: &Context<'_>) -> Outcome {
    let version = cx.edition(cx.catalogues().antivirus.version());
    let built_in = cx.machine().and_then(|m| m.antivirus.as_ref()).and_then(|f| f.value()).is_some_and(|a| !a.products.is_empty());
    let note = cx.pick("（OS内蔵の機能だけでは数えません）", " (what is built into the system does not count)");
    let note = if built_in { note } else { "" };
    let words = say!(
        cx.lang,
        "一覧表（{version}）にあるウイルス対策ソフトは見つかりませんでした{note}",
        "no antivirus software of the catalogue ({version}) was found{note}"
    );
    Outcome::measured(State::NonCompliant, words)
}

/// First who watches, then whose signatures are fresh: so that losing sight of one product never shows another in a better light.
fn best<'a>(cx: &Context<'a>, clause: &Clause) -> std::result::Result<Option<Best<'a>>, Gap> {
    let (found, age) = gap::machine(cx, |m| m.antivirus.as_ref())?;
    let counts = |p: &&AntivirusProduct| cx.catalogues().antivirus.find(&p.id).is_none_or(|e| e.kind != AntivirusKind::BuiltIn);
    let products = || found.products.iter().filter(counts);
    // A word about who watches is heard only where no product says: else it would push a measured product aside.
    let opaque = |p: &AntivirusProduct| matches!(&p.real_time, Reading::Unknown(u) if gap::is_structural(u.code));
    let heard = products().all(opaque).then_some(CheckKind::AntivirusRealTime);
    let known = |p: &'a AntivirusProduct| {
        let name = name(cx, p);
        let real_time = match &p.real_time {
            Reading::Value(true) => Outcome::measured(
                State::Compliant,
                say!(cx.lang, "{name}のリアルタイム保護が有効です", "{name}'s real-time protection is on"),
            ),
            Reading::Value(false) => Outcome::measured(
                State::NonCompliant,
                say!(cx.lang, "{name}のリアルタイム保護が無効です", "{name}'s real-time protection is off"),
            ),
            Reading::Unknown(unknown) => silent(cx, clause, heard, name, unknown),
        };
        let signatures = match &p.signatures_at {
            Reading::Value(at) => {
                let (state, words) = freshness(cx, *at);
                Outcome::measured(state, say!(cx.lang, "{name}の{words}", "{name}: {words}"))
            }
            Reading::Unknown(unknown) => silent(cx, clause, Some(CheckKind::AntivirusSignatures), name, unknown),
        };
        Best { name, real_time, signatures, age }
    };
    let rank = |b: &Best<'a>| (b.real_time.state, b.signatures.state, b.name);
    Ok(products().map(known).min_by(|a, b| rank(a).cmp(&rank(b))))
}

fn name<'a>(cx: &Context<'a>, product: &'a AntivirusProduct) -> &'a str {
    cx.catalogues().antivirus.find(&product.id).map_or(product.id.as_str(), |e| e.name_in(cx.lang))
}
