//! §20-5: the OS is one its maker still repairs, was updated lately, and no security update waits.

use super::super::attestation::{Answer, Standing};
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::Result;
use crate::pack::{Check, Clause};
use crate::report::{PendingUpdates, Reading};
use crate::time::Timestamp;
use crate::verdict::{Evidence, State};

/// Support: regular, then free long-term (with a note), then what must be bought (only with evidence), then none.
pub(super) fn support(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (os, age) = gap::machine(cx, |m| m.os.as_ref())?;
    let catalogue = &cx.catalogues().os;
    let Some(release) = catalogue.find(os) else {
        let reason = format!("{}（{} {}）は目録（{}）にありません", os.name, os.id, os.version, catalogue.version());
        return Err(Gap::plain(reason, None));
    };
    let name = release.name();
    let Some(ends) = release.ends() else {
        let max = cx.parameters().update.catalogue_max_age_days;
        if cx.clock.is_past(catalogue.as_of().plus_days(i64::from(max))) {
            let reason = format!("{name}のサポート終了日は公表されておらず、目録（{}）が古いため確かめられません", catalogue.version());
            return Err(Gap::plain(reason, None));
        }
        let reason = format!("{name}はサポート中です（終了日は公表されていません。{}現在）", catalogue.as_of().jst_date());
        return Ok(gap::aged(Outcome::measured(State::Compliant, reason), age, cx.parameters().staleness.stale_days));
    };
    let outcome = if !cx.clock.is_past(ends) {
        Outcome::measured(State::Compliant, format!("{name}のサポートは{}までです", ends.jst_date()))
    } else if let Some(lts) = release.lts_ends().filter(|lts| !cx.clock.is_past(*lts)) {
        let reason = format!("{name}の通常サポートは{}に終わり、無償の長期サポート（{}まで）の期間です", ends.jst_date(), lts.jst_date());
        Outcome::measured(State::Compliant, reason)
    } else if let Some(esu) = release.esu_ends().filter(|esu| !cx.clock.is_past(*esu)) {
        extended(cx, clause, check, name, release.lts_ends().unwrap_or(ends), esu)
    } else if let Some(other) = catalogue.longer_edition(os).filter(|end| !cx.clock.is_past(*end)) {
        let reason = format!("{name}はエディションによって{}までサポートされますが、エディションが分かりません", other.jst_date());
        return Err(Gap::plain(reason, None));
    } else {
        let last = release.esu_ends().or(release.lts_ends()).unwrap_or(ends).max(ends);
        Outcome::measured(State::NonCompliant, format!("{name}のサポートは{}に終わりました", last.jst_date()))
    };
    Ok(gap::aged(outcome, age, cx.parameters().staleness.stale_days))
}

/// Bought support counts on an administrator's word or better, never on the person's own.
fn extended(cx: &Context<'_>, clause: &Clause, check: &Check, name: &str, ended: Timestamp, esu: Timestamp) -> Outcome {
    let standing = cx.attestation(clause, check);
    if let Standing::Valid(a) = standing
        && a.by.evidence() >= Evidence::Confirmed
    {
        let evidence = Some(a.by.evidence());
        let until = match a.answer {
            Answer::Until(until) => until.min(esu),
            Answer::Yes => esu,
            Answer::No => {
                return Outcome::new(
                    State::NonCompliant,
                    evidence,
                    format!("{name}のサポートは{}に終わり、延長サポートもありません", ended.jst_date()),
                );
            }
            Answer::Limited | Answer::Partly | Answer::NotApplicable | Answer::On(_) => ended,
        };
        if !cx.clock.is_past(until) {
            let reason = format!("{name}の延長サポートの契約が確認されています（{}まで）", until.jst_date());
            return Outcome::new(State::Compliant, evidence, reason);
        }
    }
    let reason =
        format!("{name}の無償サポートは{}に終わりました。延長サポート（{}まで）の契約が確認できません", ended.jst_date(), esu.jst_date());
    Outcome {
        state: State::Unknown,
        evidence: None,
        reason: reason.into(),
        remedy: Some("新しいOSに更新するか、延長サポートの契約を管理者が記録してください"),
    }
}

/// The last update is recent, or fresh lists show that nothing waits.
pub(super) fn updated(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    // Lists without a security archive do not show that nothing waits.
    if let Some(pending) = fresh_lists(cx).filter(|p| p.total == 0 && p.security.value() == Some(&0)) {
        let reason = format!("未適用の更新はありません（{}の一覧による）", pending.lists_refreshed_at.jst_date());
        return Ok(Outcome::measured(State::Compliant, reason));
    }
    let (&at, age) = gap::machine(cx, |m| m.last_update.as_ref())?;
    let rules = &cx.parameters().update;
    let words = |note: &str| format!("最後の更新は{}{note}", at.jst_date());
    if cx.clock.is_ahead(at) {
        return Err(Gap::plain(words("で、未来の日付です"), Some("機器の時計を確認してください")));
    }
    let outcome = if cx.clock.is_past(at.plus_days(i64::from(rules.fail_days))) {
        Outcome::measured(State::NonCompliant, words(&format!("で、{}日を過ぎています", rules.fail_days)))
    } else if cx.clock.is_past(at.plus_days(i64::from(rules.amber_days))) {
        Outcome::measured(State::RecommendationUnmet, words(&format!("で、{}日を過ぎています", rules.amber_days)))
    } else {
        Outcome::measured(State::Compliant, words("です"))
    };
    Ok(gap::aged(held(cx, clause, check, outcome), age, cx.parameters().staleness.stale_days))
}

/// No security update waits; lists too old to tell say nothing.
pub(super) fn pending(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (pending, age) = gap::machine(cx, |m| m.pending_updates.as_ref())?;
    let refreshed = pending.lists_refreshed_at;
    let Some(pending) = fresh_lists(cx) else {
        let days = cx.parameters().update.lists_max_age_days;
        let reason =
            format!("更新の一覧は{}に取得されたもので、{days}日を過ぎているため、未適用の更新の有無が分かりません", refreshed.jst_date());
        return Err(Gap::plain(reason, Some("ネットワークにつないで更新の一覧を取得してください")));
    };
    let listed = format!("（{}の一覧による）", refreshed.jst_date());
    let outcome = match (&pending.security, pending.total) {
        (Reading::Unknown(unknown), 0) => {
            let gap = Gap::unknown(unknown);
            let reason = format!("セキュリティ更新の有無が分かりません（{}）{listed}", gap.reason);
            return Err(Gap { reason: reason.into(), remedy: gap.remedy.or(Some(SECURITY_SOURCE)), ..gap });
        }
        (Reading::Value(0), 0) => Outcome::measured(State::Compliant, format!("未適用の更新はありません{listed}")),
        (Reading::Value(0), total) => {
            Outcome::measured(State::Compliant, format!("未適用のセキュリティ更新はありません（その他{total}件）{listed}"))
        }
        (Reading::Value(n), total) => {
            Outcome::measured(State::RecommendationUnmet, format!("未適用のセキュリティ更新が{n}件あります（全{total}件）{listed}"))
        }
        (Reading::Unknown(_), total) => Outcome::measured(State::RecommendationUnmet, format!("未適用の更新が{total}件あります{listed}")),
    };
    Ok(gap::aged(held(cx, clause, check, outcome), age, cx.parameters().staleness.stale_days))
}

const SECURITY_SOURCE: &str = "OSのセキュリティ更新の取得先を設定し、更新の一覧を取得してください";

fn fresh_lists<'a>(cx: &Context<'a>) -> Option<&'a PendingUpdates> {
    let (pending, _) = gap::machine(cx, |m| m.pending_updates.as_ref()).ok()?;
    let limit = pending.lists_refreshed_at.plus_days(i64::from(cx.parameters().update.lists_max_age_days));
    (!cx.clock.is_ahead(pending.lists_refreshed_at) && !cx.clock.is_past(limit)).then_some(pending)
}

/// A recorded hold (互換性のための保留) softens a miss to 推奨未達 while it runs; it never turns it into a pass.
pub(super) fn held(cx: &Context<'_>, clause: &Clause, check: &Check, outcome: Outcome) -> Outcome {
    if outcome.state != State::NonCompliant {
        return outcome;
    }
    let Standing::Valid(a) = cx.attestation(clause, check) else { return outcome };
    let Answer::Until(until) = a.answer else { return outcome };
    let until = until.min(a.at.plus_days(i64::from(cx.parameters().update.hold_max_days)));
    if a.by.evidence() < Evidence::Confirmed || cx.clock.is_past(until) {
        return outcome;
    }
    Outcome {
        state: State::RecommendationUnmet,
        reason: format!("{}。互換性のための保留が{}まで記録されています", outcome.reason, until.jst_date()).into(),
        ..outcome
    }
}
