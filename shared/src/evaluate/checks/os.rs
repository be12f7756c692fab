//! §20-5: the OS is one its maker still repairs, was updated lately, and no security update waits.

use super::super::attestation::{Answer, Standing, words};
use super::super::context::Context;
use super::super::gap::{self, Gap};
use super::super::outcome::Outcome;
use super::Result;
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::report::{PendingUpdates, Reading};
use crate::time::Timestamp;
use crate::verdict::{Evidence, State};

/// Support: regular, then free long-term (with a note), then what must be bought (only with evidence), then none.
pub(super) fn support(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (os, age) = gap::machine(cx, |m| m.os.as_ref())?;
    let catalogue = &cx.catalogues().os;
    let (lang, listed) = (cx.lang, cx.edition(catalogue.version()));
    let Some(release) = catalogue.find(os) else {
        let (name, id, version) = (&os.name, &os.id, &os.version);
        let reason = say!(
            lang,
            "{name}（{id} {version}）は一覧表（{listed}）にありません",
            "{name} ({id} {version}) is not in the catalogue ({listed})"
        );
        return Err(Gap::plain(reason, None));
    };
    let name = release.name();
    let Some(ends) = release.ends() else {
        let max = cx.parameters().update.catalogue_max_age_days;
        if cx.clock.is_past(catalogue.as_of().plus_days(i64::from(max))) {
            let reason = say!(
                lang,
                "{name}のサポート終了日は公表されておらず、一覧表（{listed}）が古いため確かめられません",
                "the maker publishes no last day for {name}, and the catalogue ({listed}) is too old to tell"
            );
            return Err(Gap::plain(reason, None));
        }
        let day = cx.day(catalogue.as_of());
        let reason = say!(
            lang,
            "{name}はサポート中です（終了日は公表されていません。{day}現在）",
            "{name} is supported (no last day is published; as of {day})"
        );
        return Ok(gap::aged(cx, Outcome::measured(State::Compliant, reason), age));
    };
    let ended = cx.day(ends);
    let outcome = if !cx.clock.is_past(ends) {
        Outcome::measured(State::Compliant, say!(lang, "{name}のサポートは{ended}までです", "{name} is supported until {ended}"))
    } else if let Some(lts) = release.lts_ends().filter(|lts| !cx.clock.is_past(*lts)) {
        let until = cx.day(lts);
        let reason = say!(
            lang,
            "{name}の通常サポートは{ended}に終わり、無償の長期サポート（{until}まで）の期間です",
            "regular support of {name} ended on {ended}; free long-term support runs until {until}"
        );
        Outcome::measured(State::Compliant, reason)
    } else if let Some(esu) = release.esu_ends().filter(|esu| !cx.clock.is_past(*esu)) {
        extended(cx, clause, check, name, release.lts_ends().unwrap_or(ends), esu)
    } else if let Some(other) = catalogue.longer_edition(os).filter(|end| !cx.clock.is_past(*end)) {
        let until = cx.day(other);
        let reason = say!(
            lang,
            "{name}はエディションによって{until}までサポートされますが、エディションが分かりません",
            "one edition of {name} is supported until {until}, but the edition is not known"
        );
        return Err(Gap::plain(reason, None));
    } else {
        let last = cx.day(release.esu_ends().or(release.lts_ends()).unwrap_or(ends).max(ends));
        Outcome::measured(State::NonCompliant, say!(lang, "{name}のサポートは{last}に終わりました", "support of {name} ended on {last}"))
    };
    Ok(gap::aged(cx, outcome, age))
}

/// Bought support counts on an administrator's word or better, never on the person's own.
fn extended(cx: &Context<'_>, clause: &Clause, check: &Check, name: &str, ended: Timestamp, esu: Timestamp) -> Outcome {
    let standing = cx.attestation(clause, check);
    let (lang, last) = (cx.lang, cx.day(ended));
    if let Standing::Valid(a) = standing
        && a.by.evidence() >= Evidence::Confirmed
    {
        let evidence = Some(a.by.evidence());
        let until = match a.answer {
            Answer::Until(until) => until.min(esu),
            Answer::Yes => esu,
            Answer::No => {
                let words = say!(
                    lang,
                    "{name}のサポートは{last}に終わり、延長サポートもありません",
                    "support of {name} ended on {last}, and there is no extended support"
                );
                return Outcome::new(State::NonCompliant, evidence, words);
            }
            Answer::Limited | Answer::Partly | Answer::NotApplicable | Answer::On(_) => ended,
        };
        if !cx.clock.is_past(until) {
            let (until, said) = (cx.day(until), words(cx, a));
            let reason = say!(
                lang,
                "{name}の延長サポート（{until}まで）の契約: {said}",
                "contract for extended support of {name} (until {until}): {said}"
            );
            return Outcome::new(State::Compliant, evidence, reason);
        }
    }
    let until = cx.day(esu);
    let reason = say!(
        lang,
        "{name}の無償サポートは{last}に終わりました。延長サポート（{until}まで）の契約が確認できません",
        "free support of {name} ended on {last}; no contract for extended support (until {until}) is on record"
    );
    Outcome {
        state: State::Unknown,
        evidence: None,
        reason: reason.into(),
        remedy: Some(cx.pick(
            "新しいOSに更新するか、延長サポートの契約があれば管理者が「自己点検」で答えてください",
            "Update to a newer system, or, if there is a contract for extended support, an administrator answers under Self-check",
        )),
    }
}

/// The last update is recent, or fresh lists show that nothing waits.
pub(super) fn updated(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let lang = cx.lang;
    // Lists without a security archive do not show that nothing waits.
    if let Some(pending) = fresh_lists(cx).filter(|p| p.total == 0 && p.security.value() == Some(&0)) {
        let day = cx.day(pending.lists_refreshed_at);
        let reason = say!(lang, "未適用の更新はありません（{day}の一覧による）", "no update waits (by the lists of {day})");
        return Ok(Outcome::measured(State::Compliant, reason));
    }
    let (&at, age) = gap::machine(cx, |m| m.last_update.as_ref())?;
    let rules = &cx.parameters().update;
    let day = cx.day(at);
    let late = |days: u32| say!(lang, "最後の更新は{day}で、{days}日を過ぎています", "last updated on {day}, more than {days} days ago");
    if cx.clock.is_ahead(at) {
        let reason = say!(lang, "最後の更新は{day}で、未来の日付です", "the last update lies in the future ({day})");
        return Err(Gap::plain(reason, Some(cx.pick("機器の時計を確認してください", "Check the device's clock"))));
    }
    let outcome = if cx.clock.is_past(at.plus_days(i64::from(rules.fail_days))) {
        Outcome::measured(State::NonCompliant, late(rules.fail_days))
    } else if cx.clock.is_past(at.plus_days(i64::from(rules.amber_days))) {
        Outcome::measured(State::RecommendationUnmet, late(rules.amber_days))
    } else {
        Outcome::measured(State::Compliant, say!(lang, "最後の更新は{day}です", "last updated on {day}"))
    };
    Ok(gap::aged(cx, held(cx, clause, check, outcome), age))
}

/// No security update waits; lists too old to tell say nothing.
pub(super) fn pending(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let (pending, age) = gap::machine(cx, |m| m.pending_updates.as_ref())?;
    let (lang, day) = (cx.lang, cx.day(pending.lists_refreshed_at));
    let Some(pending) = fresh_lists(cx) else {
        let days = cx.parameters().update.lists_max_age_days;
        let reason = say!(
            lang,
            "更新の一覧は{day}に取得されたもので、{days}日を過ぎているため、未適用の更新の有無が分かりません",
            "the lists of updates are of {day}, more than {days} days old, so nobody knows what waits"
        );
        let remedy =
            cx.pick("ネットワークにつないで更新の一覧を取得してください", "Connect the device and let it fetch the lists of updates");
        return Err(Gap::plain(reason, Some(remedy)));
    };
    let outcome = match (&pending.security, pending.total) {
        (Reading::Unknown(unknown), 0) => {
            let gap = Gap::unknown(cx, unknown);
            let why = &gap.reason;
            let reason = say!(
                lang,
                "セキュリティ更新の有無が分かりません（{why}）（{day}の一覧による）",
                "nobody knows whether security updates wait: {why} (by the lists of {day})"
            );
            let source = cx.pick(
                "OSのセキュリティ更新の取得先を設定し、更新の一覧を取得してください",
                "Set up the system's source of security updates and let the device fetch the lists of updates",
            );
            return Err(Gap { reason: reason.into(), remedy: gap.remedy.or(Some(source)), ..gap });
        }
        (Reading::Value(0), 0) => Outcome::measured(
            State::Compliant,
            say!(lang, "未適用の更新はありません（{day}の一覧による）", "no update waits (by the lists of {day})"),
        ),
        (Reading::Value(0), total) => Outcome::measured(
            State::Compliant,
            say!(
                lang,
                "未適用のセキュリティ更新はありません（その他{total}件）（{day}の一覧による）",
                "no security update waits, {total} other(s) do (by the lists of {day})"
            ),
        ),
        (Reading::Value(n), total) => Outcome::measured(
            State::RecommendationUnmet,
            say!(
                lang,
                "未適用のセキュリティ更新が{n}件あります（全{total}件）（{day}の一覧による）",
                "{n} security update(s) wait, of {total} in all (by the lists of {day})"
            ),
        ),
        (Reading::Unknown(_), total) => Outcome::measured(
            State::RecommendationUnmet,
            say!(lang, "未適用の更新が{total}件あります（{day}の一覧による）", "{total} update(s) wait (by the lists of {day})"),
        ),
    };
    Ok(gap::aged(cx, held(cx, clause, check, outcome), age))
}

fn fresh_lists<'a>(cx: &Context<'a>) -> Option<&'a PendingUpdates> {
    let (pending, _) = gap::machine(cx, |m| m.pending_updates.as_ref()).ok()?;
    let limit = pending.lists_refreshed_at.plus_days(i64::from(cx.parameters().update.lists_max_age_days));
    (!cx.clock.is_ahead(pending.lists_refreshed_at) && !cx.clock.is_past(limit)).then_some(pending)
}

/// A recorded hold (互換性のための保留) softens a miss to 推奨未達 while it runs, on the grade of who recorded it; it never makes a pass.
/// Beside what is 推奨未達 anyway it is named.
pub(super) fn held(cx: &Context<'_>, clause: &Clause, check: &Check, outcome: Outcome) -> Outcome {
    if !matches!(outcome.state, State::NonCompliant | State::RecommendationUnmet) {
        return outcome;
    }
    let Standing::Valid(a) = cx.attestation(clause, check) else { return outcome };
    let Answer::Until(until) = a.answer else { return outcome };
    let until = until.min(a.at.plus_days(i64::from(cx.parameters().update.hold_max_days)));
    if a.by.evidence() < Evidence::Confirmed || cx.clock.is_past(until) {
        return outcome;
    }
    let softened = outcome.state == State::NonCompliant;
    let (why, day, grade) = (outcome.reason, cx.day(until), a.by.evidence().label(cx.lang));
    Outcome {
        state: State::RecommendationUnmet,
        evidence: if softened { outcome.evidence.min(Some(a.by.evidence())) } else { outcome.evidence },
        reason: say!(
            cx.lang,
            "{why}。互換性のための保留が{day}まで記録されています（{grade}）",
            "{why}; held back for compatibility until {day} ({grade})"
        )
        .into(),
        ..outcome
    }
}
