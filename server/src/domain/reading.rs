//! How a device reads to whoever looks after it: its standing where a person has to act on that, else its state as of today.
//! What lists, counts, filters and trends have in common, so that they agree.

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::verdict::State;

use super::device::Standing;
use super::overlay;

/// How a device reads, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// 紛失.
    Lost,
    /// 複製の疑い.
    Copied,
    /// 不適合.
    NonCompliant,
    /// 未確認.
    Unknown,
    /// 要確認.
    Stale,
    /// 登録待ち.
    Pending,
    /// 再確認待ち.
    Reconfirm,
    /// 申告待ち.
    AwaitingDeclaration,
    /// 推奨未達.
    RecommendationUnmet,
    /// 適合.
    Compliant,
    /// 該当なし.
    NotApplicable,
}

/// What a reading asks of people: what a trend tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Something has to be mended.
    Act,
    /// Nobody can tell.
    Tell,
    /// It waits for a person's word.
    Wait,
    /// Nothing.
    Fine,
}

impl Band {
    /// Every band, gravest first.
    pub const ALL: [Self; 4] = [Self::Act, Self::Tell, Self::Wait, Self::Fine];
}

impl Reading {
    /// Every reading, gravest first.
    pub const ALL: [Self; 11] = [
        Self::Lost,
        Self::Copied,
        Self::NonCompliant,
        Self::Unknown,
        Self::Stale,
        Self::Pending,
        Self::Reconfirm,
        Self::AwaitingDeclaration,
        Self::RecommendationUnmet,
        Self::Compliant,
        Self::NotApplicable,
    ];

    /// How a device reads on the JST day `today`; `None`: it is out of use.
    pub fn of(standing: Standing, headline: Option<State>, day: Option<i64>, today: i64, rules: &StalenessRules) -> Option<Self> {
        Some(match standing {
            Standing::Pending => Self::Pending,
            Standing::Lost => Self::Lost,
            Standing::Copied => Self::Copied,
            Standing::Reconfirm => Self::Reconfirm,
            Standing::Retired | Standing::Refused => return None,
            Standing::Active => overlay::read_as(headline, day, today, rules).into(),
        })
    }

    /// The word in addresses and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Copied => "copied",
            Self::NonCompliant => "non-compliant",
            Self::Unknown => "unknown",
            Self::Stale => "stale",
            Self::Pending => "pending",
            Self::Reconfirm => "reconfirm",
            Self::AwaitingDeclaration => "awaiting-declaration",
            Self::RecommendationUnmet => "recommendation-unmet",
            Self::Compliant => "compliant",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The reading a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reading| reading.as_str() == word)
    }

    /// What it asks of people.
    pub const fn band(self) -> Band {
        match self {
            Self::Lost | Self::Copied | Self::NonCompliant => Band::Act,
            Self::Unknown | Self::Stale => Band::Tell,
            Self::Pending | Self::Reconfirm | Self::AwaitingDeclaration => Band::Wait,
            Self::RecommendationUnmet | Self::Compliant | Self::NotApplicable => Band::Fine,
        }
    }
}

impl From<State> for Reading {
    fn from(state: State) -> Self {
        match state {
            State::NonCompliant => Self::NonCompliant,
            State::Unknown => Self::Unknown,
            State::Stale => Self::Stale,
            State::AwaitingDeclaration => Self::AwaitingDeclaration,
            State::RecommendationUnmet => Self::RecommendationUnmet,
            State::Compliant => Self::Compliant,
            State::NotApplicable => Self::NotApplicable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_told_gravest_first_and_survive_their_words() {
        assert!(Reading::ALL.is_sorted() && Band::ALL.is_sorted());
        for reading in Reading::ALL {
            assert_eq!(Reading::from_word(reading.as_str()), Some(reading));
        }
        assert_eq!(Reading::from_word("all"), None);
    }

    #[test]
    fn what_nobody_can_tell_never_reads_as_fine() {
        let rules = StalenessRules { stale_days: 7, unknown_days: 30, dormant_days: 90 };
        for day in [None, Some(0), Some(60)] {
            let read = Reading::of(Standing::Active, None, day, 100, &rules).expect("in use");
            assert_ne!(read.band(), Band::Fine, "{day:?}");
        }
        let silent = Reading::of(Standing::Active, Some(State::Compliant), Some(60), 100, &rules);
        assert_eq!(silent, Some(Reading::Unknown));
    }
}
