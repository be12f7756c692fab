//! What the agent remembers between check-ins: counters, the acknowledged base report, the last answer.

use hashimori_shared::checkin::{Outcome, Standing, VerdictSummary};
use hashimori_shared::ids::{ReportDigest, StoreEpoch, VerdictDigest};
use hashimori_shared::lang::Lang;
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};

use super::{Folder, Found, StateError};

const FILE: &str = "progress.json";
const OBSERVED: &str = "observed.json";
const BASE: &str = "base.json";

/// Counters and the collector's last answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    /// Next sequence number; numbers start at 1.
    pub(crate) next_seq: u64,
    /// The full report the collector has acknowledged, if any.
    pub(crate) base: Option<Base>,
    /// Digest of the report whose bytes are kept beside it.
    pub(crate) kept: Option<ReportDigest>,
    /// Check-ins dropped since the last acknowledged one.
    pub(crate) dropped: u32,
    /// Damaged or refused files set aside since enrolment.
    pub(crate) set_aside: u32,
    /// The last answer.
    pub(crate) last_reply: Option<LastReply>,
    /// The verdict the collector last told.
    pub(crate) verdict: Option<VerdictSummary>,
    /// Its language; what an older agent kept is Japanese.
    pub(crate) verdict_lang: Lang,
    /// What the collector knows it by.
    pub(crate) verdict_digest: Option<VerdictDigest>,
    /// Failed attempts in a row.
    pub(crate) failures: u32,
    /// When the next check-in is due, by the device's clock.
    pub(crate) next_due: Option<Timestamp>,
    /// The interval the collector asked for, seconds.
    pub(crate) interval_s: Option<u32>,
    /// When the collector said that this device is retired.
    pub(crate) retired_at: Option<Timestamp>,
    /// The last thing that went wrong, until something goes right.
    pub(crate) trouble: Option<Note>,
    /// Instant both clocks have reached: certificates are judged against it (see `trust`).
    pub(crate) known_time: Option<Timestamp>,
}

/// The acknowledged base report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Base {
    /// Digest of its bytes.
    pub(crate) digest: ReportDigest,
    /// Store epoch it was acknowledged in; under another one it does not count.
    pub(crate) epoch: StoreEpoch,
    /// When it was acknowledged, by the device's clock.
    pub(crate) sent_at: Timestamp,
}

/// The collector's last answer to a check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastReply {
    /// By the device's clock.
    pub(crate) at: Timestamp,
    /// By the collector's clock.
    pub(crate) server_time: Timestamp,
    /// Outcome.
    pub(crate) outcome: Outcome,
    /// Standing.
    pub(crate) standing: Standing,
    /// Rule pack.
    pub(crate) pack: String,
    /// A sentence for the person.
    pub(crate) message: Option<String>,
    /// Its language.
    #[serde(default)]
    pub(crate) lang: Lang,
    /// Store epoch.
    pub(crate) epoch: StoreEpoch,
}

/// Something that went wrong, for `status` and `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// By the device's clock.
    pub(crate) at: Timestamp,
    /// What and what to do (Japanese).
    pub(crate) text: String,
    /// The same in English; an older agent kept none.
    #[serde(default)]
    pub(crate) english: Option<String>,
}

impl Note {
    /// Keeps what is said, in every language: who will read it is not known yet.
    pub(crate) fn new(at: Timestamp, said: impl Fn(Lang) -> String) -> Self {
        Self { at, text: said(Lang::Japanese), english: Some(said(Lang::English)) }
    }

    /// In a language as far as it is kept in it, and the language it then is in.
    pub(crate) fn get(&self, lang: Lang) -> (&str, Lang) {
        match (lang, &self.english) {
            (Lang::English, Some(english)) => (english, Lang::English),
            (Lang::English, None) | (Lang::Japanese, _) => (&self.text, Lang::Japanese),
        }
    }
}

/// The latest observation, with its instant: the next one retains from it what cannot be read then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Observed {
    /// When, by the device's clock.
    pub(crate) at: Timestamp,
    /// The facts.
    pub(crate) report: Report,
}

impl Progress {
    /// Reads it; a damaged one is set aside and everything is sent in full again. Sequence numbers then go on from a random
    /// high number: one used before in this boot would read as a duplicate, and what it carries would be lost.
    pub(crate) fn load(folder: &Folder, rng: &mut impl Rng) -> Result<Self, StateError> {
        Ok(match load(folder, FILE)? {
            Loaded::Value(progress) => progress,
            Loaded::Absent => Self { next_seq: 1, ..Self::default() },
            Loaded::Damaged => {
                folder.set_aside(FILE)?;
                Self { next_seq: rng.random_range(1 << 32..1 << 48), set_aside: 1, ..Self::default() }
            }
        })
    }

    /// Reads it for looking only: nothing is changed, a damaged one counts as fresh.
    pub(crate) fn peek(folder: &Folder) -> Result<Self, StateError> {
        Ok(match load(folder, FILE)? {
            Loaded::Value(progress) => progress,
            Loaded::Absent | Loaded::Damaged => Self { next_seq: 1, ..Self::default() },
        })
    }

    /// Writes it durably.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), StateError> {
        folder.write(FILE, &to_json(self))
    }

    /// How far the device's clock is from the collector's, seconds (positive: the device is ahead), as of the last answer.
    pub(crate) fn clock_skew_s(&self) -> Option<i64> {
        self.last_reply.as_ref().map(|reply| reply.at.seconds_since(reply.server_time))
    }
}

impl Observed {
    /// The latest observation, if one is kept and whole.
    pub(crate) fn load(folder: &Folder) -> Result<Option<Self>, StateError> {
        Ok(match load(folder, OBSERVED)? {
            Loaded::Value(observed) => Some(observed),
            Loaded::Absent | Loaded::Damaged => None,
        })
    }

    /// Writes it durably.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), StateError> {
        folder.write(OBSERVED, &to_json(self))
    }
}

impl Base {
    /// Bytes of the last acknowledged full report, if they are kept and fit `digest`.
    pub(crate) fn bytes(folder: &Folder, digest: ReportDigest) -> Result<Option<Vec<u8>>, StateError> {
        Ok(match folder.read(BASE)? {
            Found::Content(bytes) if ReportDigest::of(&bytes) == digest => Some(bytes),
            Found::Content(_) | Found::Absent | Found::Damaged => None,
        })
    }

    /// Keeps the bytes of the report that was acknowledged.
    pub(crate) fn keep(folder: &Folder, bytes: &[u8]) -> Result<(), StateError> {
        folder.write(BASE, bytes)
    }
}

enum Loaded<T> {
    Value(T),
    Absent,
    Damaged,
}

fn load<T: for<'de> Deserialize<'de>>(folder: &Folder, name: &str) -> Result<Loaded<T>, StateError> {
    Ok(match folder.read(name)? {
        Found::Content(bytes) => serde_json::from_slice(&bytes).map_or(Loaded::Damaged, Loaded::Value),
        Found::Absent => Loaded::Absent,
        Found::Damaged => Loaded::Damaged,
    })
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default() // plain structs with string keys: cannot fail
}
