//! What is to be done by when, as plain days: whoever reminds of them needs no more than these.

use hashimori_shared::pack::Parameters;
use hashimori_shared::time::{DAY, Timestamp};

use super::{JoinItem, LeaveItem, Member, State};

/// An edition of the pledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Its number; the first is form 3 as the rules have it.
    pub n: i64,
    /// What the facility calls it; empty: form 3.
    pub name: String,
    /// From which day on it is the one that is signed.
    pub from: Timestamp,
}

impl Edition {
    /// Form 3 as the rules have it.
    pub const FIRST: Self = Self { n: 1, name: String::new(), from: Timestamp::from_seconds(0) };
}

/// What days are reckoned by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The pledge that is signed now.
    pub edition: Edition,
    /// Longest time between two trainings, in days.
    pub training_days: i64,
    /// Longest age of the network's password, in days; 0: not judged.
    pub password_days: i64,
    /// Longest time between two reviews of the list, in days.
    pub review_days: i64,
}

impl Rules {
    /// By a pack's numbers.
    pub fn new(edition: Edition, pack: &Parameters) -> Self {
        Self {
            edition,
            training_days: pack.training.interval_days.into(),
            password_days: pack.network_password.max_age_days.into(),
            // A person's confirmation holds that long, whatever it is about.
            review_days: pack.attestation.days.into(),
        }
    }
}

impl Member {
    /// Since when a pledge of the present edition is missing.
    pub fn pledge_due(&self, rules: &Rules) -> Option<Timestamp> {
        let signed = self.pledge.is_some_and(|pledge| pledge.edition >= rules.edition.n);
        (self.state.is_present() && !signed).then(|| self.details.joined.max(rules.edition.from))
    }

    /// By when a training is due.
    pub fn training_due(&self, rules: &Rules) -> Option<Timestamp> {
        let due = self.trained.map_or(self.details.joined, |on| on.plus_days(rules.training_days));
        self.state.is_present().then_some(due)
    }

    /// By when the network's password should have been changed, where its last change was declared.
    pub fn password_due(&self, rules: &Rules) -> Option<Timestamp> {
        let due = self.changed.map(|on| on.plus_days(rules.password_days));
        due.filter(|_| self.state.is_present() && rules.password_days > 0)
    }

    /// What of the joiner's checklist is open. `now` decides whether a training is too old.
    pub fn open_to_join(&self, rules: &Rules, now: Timestamp) -> Vec<JoinItem> {
        if self.state != State::Joining {
            return Vec::new();
        }
        let open = |item: &JoinItem| match item {
            JoinItem::Pledge => self.pledge_due(rules).is_some(),
            JoinItem::Training => self.trained.is_none_or(|on| on.plus_days(rules.training_days) <= now),
            JoinItem::McsId => self.details.mcs_id.is_empty(),
        };
        JoinItem::ALL.iter().copied().filter(open).collect()
    }

    /// What of the leaver's checklist is open.
    pub fn open_to_leave(&self) -> Vec<LeaveItem> {
        if self.state != State::Leaving {
            return Vec::new();
        }
        LeaveItem::ALL.iter().copied().filter(|item| !self.cleared.contains(item)).collect()
    }

    /// From when on the leaver's checklist is overdue: the end of the last day.
    pub fn leaving_due(&self) -> Option<Timestamp> {
        self.last_day.filter(|_| self.state == State::Leaving).map(|day| day.plus_seconds(DAY))
    }
}
