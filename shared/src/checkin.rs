//! The check-in: `POST /v1/check-in` on the device port, JSON both ways. The device is known by its certificate, never by the body.
//! `Accept-Language` (RFC 9110 §12.5.4) asks for the words of the answer in a language; without it they are Japanese.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ids::{BootId, ReportDigest, StoreEpoch, VerdictDigest};
use crate::lang::Lang;
use crate::time::Timestamp;
use crate::verdict::State;

/// Version of the check-in protocol that this build speaks.
pub const PROTOCOL_VERSION: u16 = 1;

/// Path of the check-in.
pub const CHECK_IN_PATH: &str = "/v1/check-in";

/// One check-in. (device, boot, seq) names it: sent twice, it counts once.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// `PROTOCOL_VERSION`.
    pub v: u16,
    /// The boot it was made in.
    pub boot: BootId,
    /// Counter within the device's own state, from 1.
    pub seq: u64,
    /// When the facts were observed, by the device's clock.
    pub observed_at: Timestamp,
    /// The device's clock when sending; the collector computes 時刻ずれ from it.
    pub sent_at: Timestamp,
    /// The verdict the device already holds (`CheckInReply::verdict_digest`); the reply leaves an unchanged one in the same language out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub have_verdict: Option<VerdictDigest>,
    /// Check-ins the outbox had to drop since the last acknowledged one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u32,
    /// The facts, or that they are those of an earlier report.
    pub body: Body,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What a check-in states.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A whole report; its digest is SHA-256 of these exact bytes.
    Report(Box<RawValue>),
    /// The facts are those of the report with this digest.
    Unchanged(ReportDigest),
}

/// The collector's answer: data, never commands. An answer with `Accepted` or `Duplicate` means the check-in is durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInReply {
    /// Protocol version of the answer.
    pub v: u16,
    /// What became of the check-in.
    pub outcome: Outcome,
    /// The collector's clock.
    pub server_time: Timestamp,
    /// Seconds until the next check-in is wanted.
    pub next_check_in_s: u32,
    /// The collector's store epoch.
    pub epoch: StoreEpoch,
    /// How the device stands in the ledger.
    pub standing: Standing,
    /// Pack the verdict was made with.
    pub pack: String,
    /// The verdict, unless the device holds it already or may not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictSummary>,
    /// What names this verdict from now on; left out: `VerdictDigest::of` its exact bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_digest: Option<VerdictDigest>,
    /// Language of `verdict` and `message`: the one asked for, or Japanese, also where the words are to be had in Japanese alone.
    #[serde(default, skip_serializing_if = "Lang::is_japanese")]
    pub lang: Lang,
    /// A sentence for the person at the device, e.g. 「管理者に連絡してください」.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Signed announcements of the operator's CA (next root, successor endpoints), verified by the agent before use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announcements: Vec<crate::enroll::Announcement>,
}

/// What became of a check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Stored.
    Accepted,
    /// Stored before; nothing new was written.
    Duplicate,
    /// The base report is not known here: send the whole report (same content, next sequence number).
    FullWanted,
}

/// How a device stands in the ledger, as far as it may know. A retired device is refused (410) and gets no reply of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 登録待ち: waits for a person to confirm it.
    Pending,
    /// In use.
    Active,
    /// Lost, suspected copy, or to be confirmed again: ask the administrator.
    Held,
}

/// The verdict as the device keeps it for `status` and `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictSummary {
    /// Headline state.
    pub headline: State,
    /// Every clause answered for this device.
    pub clauses: Vec<ClauseSummary>,
}

/// One clause as the device keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseSummary {
    /// Clause id, `§20-1`.
    pub clause: String,
    /// Its title in a few words.
    pub title: String,
    /// State.
    pub state: State,
    /// Grade of the evidence, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<crate::verdict::Evidence>,
    /// Reason.
    pub reason: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}
