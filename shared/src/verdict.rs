//! What an evaluation says: states, evidence grades, clause verdicts, headline. Words for people are in the regulation's vocabulary.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;
use crate::time::Timestamp;

/// How a device stands on one sub-check or clause, from best to worst (`Ord` follows the headline's order of gravity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 該当なし: the clause does not apply to this kind of device.
    NotApplicable,
    /// 適合: met, on evidence.
    Compliant,
    /// 推奨未達: a recommendation is not met.
    RecommendationUnmet,
    /// 申告待ち: only a person can answer, and nobody has.
    AwaitingDeclaration,
    /// 要確認: the evidence has grown old.
    Stale,
    /// 未確認: cannot tell, with the reason. Never a pass, never a fail.
    Unknown,
    /// 不適合: a requirement is not met.
    NonCompliant,
}

impl State {
    /// Every state, best first.
    pub const ALL: [Self; 7] = [
        Self::NotApplicable,
        Self::Compliant,
        Self::RecommendationUnmet,
        Self::AwaitingDeclaration,
        Self::Stale,
        Self::Unknown,
        Self::NonCompliant,
    ];

    /// The word on screens.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::NotApplicable => lang.pick("該当なし", "Not applicable"),
            Self::Compliant => lang.pick("適合", "Compliant"),
            Self::RecommendationUnmet => lang.pick("推奨未達", "Recommendation unmet"),
            Self::AwaitingDeclaration => lang.pick("申告待ち", "Awaiting a declaration"),
            Self::Stale => lang.pick("要確認", "Out of date"),
            Self::Unknown => lang.pick("未確認", "Cannot tell"),
            Self::NonCompliant => lang.pick("不適合", "Not compliant"),
        }
    }

    /// The word on screens, in Japanese.
    pub const fn label_ja(self) -> &'static str {
        self.label(Lang::Japanese)
    }

    /// Stable small number for the store (roll-ups, packed verdicts); the inverse is `from_code`.
    pub const fn code(self) -> i64 {
        match self {
            Self::NotApplicable => 0,
            Self::Compliant => 1,
            Self::RecommendationUnmet => 2,
            Self::AwaitingDeclaration => 3,
            Self::Stale => 4,
            Self::Unknown => 5,
            Self::NonCompliant => 6,
        }
    }

    /// The state a stored number stands for.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// How strong the evidence is, from weakest to strongest. A grade never rises without naming who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// 本人申告: declared by the person.
    Declared,
    /// 管理者確認: confirmed by a named administrator.
    Confirmed,
    /// 取込: imported from a management service.
    Imported,
    /// 実測: measured by the agent (the device said so; its root user can lie).
    Measured,
    /// 証明: proven cryptographically.
    Proven,
}

impl Evidence {
    /// The word on screens.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Declared => lang.pick("本人申告", "declared"),
            Self::Confirmed => lang.pick("管理者確認", "confirmed by an administrator"),
            Self::Imported => lang.pick("取込", "imported"),
            Self::Measured => lang.pick("実測", "measured"),
            Self::Proven => lang.pick("証明", "proven"),
        }
    }

    /// The word on screens, in Japanese.
    pub const fn label_ja(self) -> &'static str {
        self.label(Lang::Japanese)
    }
}

/// How binding a clause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// 必須: must be done.
    Must,
    /// 禁止: must not be done; judged like 必須.
    Prohibited,
    /// 推奨: recommended.
    Recommended,
    /// 努力: duty of effort.
    Effort,
    /// 検討: to be considered.
    Consider,
    /// 権限: an authority.
    Authority,
    /// 許可・例外: a permission or exception.
    Exception,
    /// 定義・目的: a definition or purpose.
    Definition,
}

impl Strength {
    /// The word on screens.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Must => lang.pick("必須", "Required"),
            Self::Prohibited => lang.pick("禁止", "Prohibited"),
            Self::Recommended => lang.pick("推奨", "Recommended"),
            Self::Effort => lang.pick("努力", "Duty of effort"),
            Self::Consider => lang.pick("検討", "To be considered"),
            Self::Authority => lang.pick("権限", "Authority"),
            Self::Exception => lang.pick("許可・例外", "Permission or exception"),
            Self::Definition => lang.pick("定義・目的", "Definition or purpose"),
        }
    }

    /// The word on screens, in Japanese.
    pub const fn label_ja(self) -> &'static str {
        self.label(Lang::Japanese)
    }

    /// Whether a miss makes the device's headline 不適合.
    pub const fn is_binding(self) -> bool {
        matches!(self, Self::Must | Self::Prohibited)
    }
}

/// One part of a clause (§20-1: set / length / age / hard to guess), with its own state and evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubCheck {
    /// Stable id within the clause: `set`, `length`, `age`, …
    pub id: String,
    /// Its state.
    pub state: State,
    /// Grade of the evidence; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// One Japanese sentence with the numbers that decided.
    pub reason: String,
    /// What to do, in Japanese, for this OS; `None` where nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// The verdict on one clause: the worst of its sub-checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseVerdict {
    /// Clause id as the pack writes it: `§20-1`.
    pub clause: String,
    /// How binding it is.
    pub strength: Strength,
    /// State of the clause.
    pub state: State,
    /// Weakest evidence among the sub-checks that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Reason of the sub-check that decided.
    pub reason: String,
    /// Remedy of the sub-check that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The parts, in the pack's order.
    pub checks: Vec<SubCheck>,
}

/// The verdict on a device. Custody (§20-7, §20-8), staleness of the whole device and the disaster exception are not in it: they are a read-time overlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Pack id, e.g. `itsutsubashi-2019-02-08`.
    pub pack: String,
    /// Revision of the pack's data (facility and region overrides applied).
    pub pack_revision: String,
    /// The facility's own rules (§26) it was made with, by the name they are filed under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_rules: Option<String>,
    /// Version of the catalogues used.
    pub catalogues: String,
    /// Worst of the binding clauses; recommendations can lower it to 推奨未達 at most.
    pub headline: State,
    /// Every clause the pack answers for devices, in the pack's order.
    pub clauses: Vec<ClauseVerdict>,
    /// Next instant at which this verdict changes by time alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_its_stored_number_and_gravity_follows_the_headline_order() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        assert!(State::ALL.is_sorted());
        assert_eq!(State::from_code(7), None);
        // design: 不適合 > 未確認 > 要確認 > 申告待ち > 推奨未達 > 適合
        assert!(State::NonCompliant > State::Unknown && State::Unknown > State::Stale);
    }
}
