//! What was done to an exception, as its file keeps it: who, when it happened, when it was entered, why, and until when it then held.

use hashimori_shared::time::Timestamp;

use crate::domain::act::Actor;

super::words!(
    /// What was done.
    StepKind {
        /// 仮発動.
        Begun = "begun", "disaster-step-begun";
        /// The facility's renewal while the 事務局 has not answered.
        Renewed = "renewed", "disaster-step-renewed";
        /// 追認.
        Ratified = "ratified", "disaster-step-ratified";
        /// 不承認.
        Refused = "refused", "disaster-step-refused";
        /// Taken back by the facility.
        Withdrawn = "withdrawn", "disaster-step-withdrawn";
        /// 発動 by the 事務局.
        Activated = "activated", "disaster-step-activated";
        /// 延長.
        Extended = "extended", "disaster-step-extended";
        /// 解除 in some of its places.
        LiftedInPart = "lifted_in_part", "disaster-step-lifted-in-part";
        /// 解除.
        Lifted = "lifted", "disaster-step-lifted";
        /// Its time ran out.
        Lapsed = "lapsed", "disaster-step-lapsed";
        /// 報告.
        Reported = "reported", "disaster-step-reported";
        /// 終結.
        Closed = "closed", "disaster-step-closed";
    }
);

/// One line of an exception's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// Who.
    pub by: Actor,
    /// Why.
    pub why: String,
    /// When it happened.
    pub event_at: Timestamp,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Until when the exception held after it, where it held.
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_being_stored() {
        assert!(StepKind::ALL.iter().copied().all(|kind| StepKind::from_word(kind.as_str()) == Some(kind)));
    }
}
