//! Facts that are not there: why, whether a person may answer instead, and how old a carried-over value is.

use std::borrow::Cow;

use super::attestation::Standing;
use super::context::{Context, Reporting};
use super::outcome::Outcome;
use crate::pack::{Check, Clause};
use crate::report::{Fact, Reading, UnknownCode};
use crate::time::Timestamp;
use crate::verdict::State;

/// Why there is no value.
#[derive(Clone)]
pub(super) struct Gap {
    pub(super) reason: Cow<'static, str>,
    /// A person may answer instead.
    pub(super) structural: bool,
    pub(super) remedy: Option<&'static str>,
}

/// How old a value is that was carried over from an earlier observation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Of the report itself, or recent.
    Fresh,
    /// Read at this instant, longer ago than `stale_days`.
    Stale(Timestamp),
}

/// Whether a machine of this kind cannot answer by its nature, so that asking a person is the only way.
/// The other obstacles can be removed (rights, a login, a retry): until then nothing is known.
pub(super) const fn is_structural(code: UnknownCode) -> bool {
    match code {
        UnknownCode::NotSupportedOs
        | UnknownCode::NotReadYet
        | UnknownCode::DirectoryAccount
        | UnknownCode::ThirdPartyOpaque
        | UnknownCode::NotInspectedByDesign => true,
        UnknownCode::NoPermission
        | UnknownCode::UserNotLoggedIn
        | UnknownCode::SourceMissing
        | UnknownCode::ParseFailed
        | UnknownCode::Timeout
        | UnknownCode::ConflictingSources
        | UnknownCode::Other => false,
    }
}

impl Gap {
    /// From a reading that is unknown. Its own sentence is English and for the facts table, not for a verdict.
    pub(super) fn unknown(unknown: &crate::report::Unknown) -> Self {
        Self { reason: unknown.code.reason_ja().into(), structural: is_structural(unknown.code), remedy: unknown.code.remedy_ja() }
    }

    /// The report does not have the fact at all.
    pub(super) fn absent(cx: &Context<'_>) -> Self {
        match (cx.input.report, cx.input.device.reporting) {
            (Some(_), _) => {
                Self::plain("この機器の点検プログラムはこの項目を報告していません", Some("点検プログラムを新しい版に更新してください"))
            }
            (None, Reporting::Agent) => {
                Self::plain("まだ報告がありません", Some("機器の電源とネットワークを確認し、点検プログラムを動かしてください"))
            }
            (None, Reporting::People) => {
                Self { reason: "点検プログラムを入れられない機器です".into(), structural: true, remedy: None }
            }
        }
    }

    /// A gap that only looking again can close.
    pub(super) fn plain(reason: impl Into<Cow<'static, str>>, remedy: Option<&'static str>) -> Self {
        Self { reason: reason.into(), structural: false, remedy }
    }

    /// 未確認, unless a person may answer and has.
    pub(super) fn settle(&self, cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
        if self.structural {
            let standing = cx.plain_answer(clause, check);
            if let Some(outcome) = standing.settle(cx) {
                return outcome;
            }
            if let Standing::Expired(at) = standing {
                let reason = format!("{}。申告は{}に期限が切れました", self.reason, at.jst_date());
                return Outcome { reason: reason.into(), ..self.unanswered() };
            }
        }
        self.unanswered()
    }

    /// 未確認, whatever people have said.
    pub(super) fn unanswered(&self) -> Outcome {
        Outcome { state: State::Unknown, evidence: None, reason: self.reason.clone(), remedy: self.remedy }
    }
}

/// The value of a fact, or why there is none.
pub(super) fn read<'a, T>(cx: &Context<'_>, fact: Option<&'a Fact<T>>) -> Result<(&'a T, Age), Gap> {
    let Some(fact) = fact else { return Err(Gap::absent(cx)) };
    match &fact.reading {
        Reading::Unknown(unknown) => Err(Gap::unknown(unknown)),
        Reading::Value(value) => Ok((value, age(cx, fact.observed_at)?)),
    }
}

/// The value of a machine's fact, only where it was read lately: for answers that are better left to people than taken from old evidence.
pub(super) fn machine_fresh<'a, T>(
    cx: &Context<'a>,
    pick: impl FnOnce(&'a crate::report::MachineFacts) -> Option<&'a Fact<T>>,
) -> Option<&'a T> {
    machine(cx, pick).ok().filter(|(_, age)| *age == Age::Fresh).map(|(value, _)| value)
}

/// The value of a machine's fact.
pub(super) fn machine<'a, T>(
    cx: &Context<'a>,
    pick: impl FnOnce(&'a crate::report::MachineFacts) -> Option<&'a Fact<T>>,
) -> Result<(&'a T, Age), Gap> {
    read(cx, cx.machine().and_then(pick))
}

fn age(cx: &Context<'_>, observed_at: Option<Timestamp>) -> Result<Age, Gap> {
    let Some(at) = observed_at else { return Ok(Age::Fresh) };
    if cx.clock.is_ahead(at) {
        let reason = format!("読み取った日時が未来（{}）です", at.jst_date());
        return Err(Gap::plain(reason, Some("機器の時計を確認してください")));
    }
    let rules = &cx.parameters().staleness;
    if cx.clock.is_past(at.plus_days(i64::from(rules.unknown_days))) {
        let reason = format!("最後に読み取れたのは{}で、{}日を過ぎています", at.jst_date(), rules.unknown_days);
        return Err(Gap::plain(reason, Some("その利用者がログインすると読み取れます")));
    }
    Ok(if cx.clock.is_past(at.plus_days(i64::from(rules.stale_days))) { Age::Stale(at) } else { Age::Fresh })
}

/// Old evidence of a pass is 要確認; old evidence of a miss stays a miss until it is too old to say anything.
pub(super) fn aged(outcome: Outcome, age: Age, stale_days: u32) -> Outcome {
    match age {
        Age::Stale(at) if outcome.state < State::Stale => Outcome {
            state: State::Stale,
            reason: format!("{}。{}に読み取った値で、{stale_days}日を過ぎています", outcome.reason, at.jst_date()).into(),
            remedy: Some("その利用者がログインすると読み取り直します"),
            ..outcome
        },
        Age::Fresh | Age::Stale(_) => outcome,
    }
}
