//! People's words: what was declared or confirmed, by whom, and until when it stands.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::outcome::Outcome;
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::time::Timestamp;
use crate::verdict::{Evidence, State};

/// One answer to one check of one clause, about one device or a whole facility's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Clause id, `§20-6`.
    pub clause: String,
    /// Check id within the clause.
    pub check: String,
    /// What was answered.
    pub answer: Answer,
    /// Who answered; decides the grade.
    pub by: AttestedBy,
    /// When.
    pub at: Timestamp,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Met.
    Yes,
    /// Met as far as the device can (§20-1: 4–5 characters, 「設定不可能」 with the reason on record).
    Limited,
    /// Met in part: the desirable is missed (§20-1: long enough, but not letters and digits mixed).
    Partly,
    /// Not met.
    No,
    /// Does not apply to this device, e.g. it has no mobile line.
    NotApplicable,
    /// Held back for a recorded reason until this instant (§20-5: 互換性のための保留, paid extended support).
    Until(Timestamp),
    /// Last done at this instant (§19-4, §20-1: password changed).
    On(Timestamp),
}

impl Answer {
    /// From best to worst, to settle two answers of the same instant.
    const fn gravity(self) -> u8 {
        match self {
            Self::NotApplicable => 0,
            Self::Yes | Self::Until(_) | Self::On(_) => 1,
            Self::Limited => 2,
            Self::Partly => 3,
            Self::No => 4,
        }
    }
}

/// Who answered. There is no way to say "measured": a person's word never reads as a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttestedBy {
    /// The person at the device.
    Person,
    /// A named administrator who looked.
    Administrator,
    /// A management service it was imported from.
    ManagementService,
    /// A cryptographic proof, e.g. a passkey with user verification.
    Proof,
}

impl AttestedBy {
    /// The grade of evidence.
    pub const fn evidence(self) -> Evidence {
        match self {
            Self::Person => Evidence::Declared,
            Self::Administrator => Evidence::Confirmed,
            Self::ManagementService => Evidence::Imported,
            Self::Proof => Evidence::Proven,
        }
    }
}

/// How a check stands with people.
pub(super) enum Standing<'a> {
    /// An attestation counts.
    Valid(&'a Attestation),
    /// The newest one has run out, at this instant.
    Expired(Timestamp),
    /// Nobody has answered.
    None,
}

impl<'a> Standing<'a> {
    /// The newest counts, but a better answer of a weaker grade does not displace an older one that still stands.
    pub(super) fn find(cx: &Context<'a>, clause: &Clause, check: &Check) -> Self {
        let mut standing = Vec::new();
        let mut expired = None;
        for a in cx.input.attestations.iter().filter(|a| a.check == check.id && a.clause == clause.id) {
            let ends = a.at.plus_days(i64::from(cx.attest_days()));
            if cx.clock.is_ahead(a.at) {
                continue;
            }
            if cx.clock.reached(ends) {
                expired = expired.max(Some(ends));
            } else {
                standing.push(a);
            }
        }
        // Oldest first, so that the outcome does not depend on the order of the input.
        standing.sort_unstable_by_key(|a| (a.at, a.by.evidence(), a.answer.gravity(), a.answer));
        match (standing.into_iter().reduce(prevailing), expired) {
            (Some(a), _) => Self::Valid(a),
            (None, Some(at)) => Self::Expired(at),
            (None, None) => Self::None,
        }
    }

    /// What it comes to for a check whose answers are plain ones; `None` where nothing stands.
    pub(super) fn settle(&self, cx: &Context<'_>) -> Option<Outcome> {
        let Self::Valid(a) = self else { return None };
        let state = match a.answer {
            Answer::Yes | Answer::Limited => State::Compliant,
            Answer::Partly => State::RecommendationUnmet,
            Answer::No => State::NonCompliant,
            Answer::NotApplicable => State::NotApplicable,
            Answer::Until(_) | Answer::On(_) => return None,
        };
        Some(Outcome::new(state, Some(a.by.evidence()), words(cx, a)))
    }
}

/// 「2026年8月3日の管理者確認で「はい」（2027年8月3日まで有効）」.
pub(super) fn words(cx: &Context<'_>, a: &Attestation) -> String {
    let answer = match a.answer {
        Answer::Yes | Answer::Until(_) | Answer::On(_) => cx.pick("はい", "yes"),
        Answer::Limited => cx.pick("設定できる上限まで実施（理由の記録あり）", "as far as the device can (the reason is on record)"),
        Answer::Partly => cx.pick("一部のみ", "in part"),
        Answer::No => cx.pick("いいえ", "no"),
        Answer::NotApplicable => cx.pick("該当なし", "not applicable"),
    };
    let (day, grade, until) = (cx.day(a.at), a.by.evidence().label(cx.lang), until(cx, a));
    say!(cx.lang, "{day}の{grade}で「{answer}」（{until}まで有効）", "\"{answer}\", {grade} on {day} (valid until {until})")
}

/// The day on which a word runs out.
pub(super) fn until(cx: &Context<'_>, a: &Attestation) -> String {
    cx.day(a.at.plus_days(i64::from(cx.attest_days())))
}

/// Which of two attestations of one check counts.
fn prevailing<'a>(older: &'a Attestation, newer: &'a Attestation) -> &'a Attestation {
    let improves = newer.answer.gravity() < older.answer.gravity();
    if improves && newer.by.evidence() < older.by.evidence() { older } else { newer }
}
