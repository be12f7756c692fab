//! What was done to an exception, as its file keeps it: who, when it happened, when it was entered, why, and until when it then held.

use hashimori_shared::time::Timestamp;

use crate::domain::act::Actor;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// 仮発動.
    Begun,
    /// The facility's renewal while the 事務局 has not answered.
    Renewed,
    /// 追認.
    Ratified,
    /// 不承認.
    Refused,
    /// Taken back by the facility.
    Withdrawn,
    /// 発動 by the 事務局.
    Activated,
    /// 延長.
    Extended,
    /// 解除 in some of its places.
    LiftedInPart,
    /// 解除.
    Lifted,
    /// Its time ran out.
    Lapsed,
    /// 報告.
    Reported,
    /// 終結.
    Closed,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Begun,
        Self::Renewed,
        Self::Ratified,
        Self::Refused,
        Self::Withdrawn,
        Self::Activated,
        Self::Extended,
        Self::LiftedInPart,
        Self::Lifted,
        Self::Lapsed,
        Self::Reported,
        Self::Closed,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Renewed => "renewed",
            Self::Ratified => "ratified",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Activated => "activated",
            Self::Extended => "extended",
            Self::LiftedInPart => "lifted_in_part",
            Self::Lifted => "lifted",
            Self::Lapsed => "lapsed",
            Self::Reported => "reported",
            Self::Closed => "closed",
        }
    }

    /// The kind a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Key of the word on screen.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Begun => "disaster-step-begun",
            Self::Renewed => "disaster-step-renewed",
            Self::Ratified => "disaster-step-ratified",
            Self::Refused => "disaster-step-refused",
            Self::Withdrawn => "disaster-step-withdrawn",
            Self::Activated => "disaster-step-activated",
            Self::Extended => "disaster-step-extended",
            Self::LiftedInPart => "disaster-step-lifted-in-part",
            Self::Lifted => "disaster-step-lifted",
            Self::Lapsed => "disaster-step-lapsed",
            Self::Reported => "disaster-step-reported",
            Self::Closed => "disaster-step-closed",
        }
    }
}

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
        assert!(StepKind::ALL.into_iter().all(|kind| StepKind::from_word(kind.as_str()) == Some(kind)));
    }
}
