//! Facts that are not there: why, whether a person may answer instead, and how old a carried-over value is.

use std::borrow::Cow;

use super::attestation::Standing;
use super::context::{Context, Reporting};
use super::outcome::Outcome;
use crate::lang::say;
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
    pub(super) fn unknown(cx: &Context<'_>, unknown: &crate::report::Unknown) -> Self {
        let code = unknown.code;
        Self { reason: code.reason(cx.lang).into(), structural: is_structural(code), remedy: code.remedy(cx.lang) }
    }

    /// The report does not have the fact at all.
    pub(super) fn absent(cx: &Context<'_>) -> Self {
        match (cx.input.report, cx.input.device.reporting) {
            (Some(_), _) => Self::plain(
                cx.pick("この機器の点検プログラムはこの項目を報告していません", "this device's checking program does not report this"),
                Some(cx.pick("点検プログラムを新しい版に更新してください", "Update the checking program to a newer version")),
            ),
            (None, Reporting::Agent) => Self::plain(
                cx.pick("まだ報告がありません", "nothing has been reported yet"),
                Some(cx.pick(
                    "機器の電源とネットワークを確認し、点検プログラムを動かしてください",
                    "See that the device is on and connected, and start the checking program",
                )),
            ),
            (None, Reporting::People) => Self {
                reason: cx.pick("点検プログラムを入れられない機器です", "no checking program can run on this device").into(),
                structural: true,
                remedy: None,
            },
        }
    }

    /// A gap that only looking again can close.
    pub(super) fn plain(reason: impl Into<Cow<'static, str>>, remedy: Option<&'static str>) -> Self {
        Self { reason: reason.into(), structural: false, remedy }
    }

    /// 未確認, unless a person may answer (the pack asks) and has.
    pub(super) fn settle(&self, cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
        if self.structural && check.question.is_some() {
            let standing = cx.plain_answer(clause, check);
            if let Some(outcome) = standing.settle(cx) {
                return outcome;
            }
            if let Standing::Expired(at) = standing {
                let (why, day) = (&self.reason, cx.day(at));
                let reason = say!(cx.lang, "{why}。申告は{day}に期限が切れました", "{why}; the declaration ran out on {day}");
                return Outcome { reason: reason.into(), ..self.open(cx, check) };
            }
        }
        self.open(cx, check)
    }

    /// 未確認 with the way out: asking a person, where that is one.
    pub(super) fn open(&self, cx: &Context<'_>, check: &Check) -> Outcome {
        let asked = self.structural && check.question.is_some();
        Outcome { remedy: if asked { Some(ask(cx)) } else { self.remedy }, ..self.unanswered() }
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
        Reading::Unknown(unknown) => Err(Gap::unknown(cx, unknown)),
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

/// Where the way to a person's answer is.
const fn ask(cx: &Context<'_>) -> &'static str {
    cx.pick("管理者が機器を見て確かめ、「自己点検」で答えてください", "An administrator looks at the device and answers under Self-check")
}

fn age(cx: &Context<'_>, observed_at: Option<Timestamp>) -> Result<Age, Gap> {
    let Some(at) = observed_at else { return Ok(Age::Fresh) };
    if cx.clock.is_ahead(at) {
        let day = cx.day(at);
        let reason = say!(cx.lang, "読み取った日時が未来（{day}）です", "it says that it was read in the future ({day})");
        return Err(Gap::plain(reason, Some(cx.pick("機器の時計を確認してください", "Check the device's clock"))));
    }
    let rules = &cx.parameters().staleness;
    if cx.clock.is_past(at.plus_days(i64::from(rules.unknown_days))) {
        let (day, days) = (cx.day(at), rules.unknown_days);
        let reason =
            say!(cx.lang, "最後に読み取れたのは{day}で、{days}日を過ぎています", "it was last read on {day}, more than {days} days ago");
        let remedy = cx.pick("その利用者がログインすると読み取れます", "It can be read once that user has logged in");
        return Err(Gap::plain(reason, Some(remedy)));
    }
    Ok(if cx.clock.is_past(at.plus_days(i64::from(rules.stale_days))) { Age::Stale(at) } else { Age::Fresh })
}

/// Old evidence of a pass is 要確認; old evidence of a miss stays a miss until it is too old to say anything.
pub(super) fn aged(cx: &Context<'_>, outcome: Outcome, age: Age) -> Outcome {
    let days = cx.parameters().staleness.stale_days;
    match age {
        Age::Stale(at) if outcome.state < State::Stale => Outcome {
            state: State::Stale,
            reason: {
                let (why, day) = (&outcome.reason, cx.day(at));
                say!(cx.lang, "{why}。{day}に読み取った値で、{days}日を過ぎています", "{why}; read on {day}, more than {days} days ago")
                    .into()
            },
            remedy: Some(cx.pick("その利用者がログインすると読み取り直します", "It is read again once that user has logged in")),
            ..outcome
        },
        Age::Fresh | Age::Stale(_) => outcome,
    }
}
