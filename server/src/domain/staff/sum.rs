//! A facility's list in numbers: all that those outside the facility see of it, and what 今日の対応 says.

use hashimori_shared::time::Timestamp;

/// How many persons something is due of, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Late {
    /// Persons.
    pub persons: i64,
    /// The earliest day.
    pub since: Option<Timestamp>,
}

/// The numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Those who use the network, or are about to.
    pub persons: i64,
    /// Without a pledge of the present edition.
    pub pledge: Late,
    /// Whose training is due.
    pub training: Late,
    /// Whose network password should have been changed, as far as they declared when it last was.
    pub password: Late,
    /// Whose joiner's checklist is open though they have begun.
    pub joining: Late,
    /// Whose leaver's checklist is open.
    pub leaving: i64,
    /// Of those, who are past their last day.
    pub overdue: Late,
    /// The newest review.
    pub reviewed: Option<Timestamp>,
    /// When the first of those present was registered.
    pub registered: Option<Timestamp>,
}

impl Sum {
    /// By when the list is to be reviewed again; nobody on the list: never.
    pub fn next_review(&self, review_days: i64) -> Option<Timestamp> {
        let due = self.reviewed.or(self.registered).map(|last| last.plus_days(review_days));
        due.filter(|_| self.persons > 0)
    }

    /// Since when a review of the list is due.
    pub fn review_due(&self, review_days: i64, now: Timestamp) -> Option<Timestamp> {
        self.next_review(review_days).filter(|due| *due <= now)
    }

    /// How many things are due.
    pub fn due(&self, review_days: i64, now: Timestamp) -> i64 {
        let persons = [self.pledge, self.training, self.password, self.joining, self.overdue].map(|late| late.persons);
        persons.iter().sum::<i64>() + i64::from(self.review_due(review_days, now).is_some())
    }

    /// Of a hundred persons, how many have a training that is not too old; `None`: nobody is there.
    pub fn trained_percent(&self) -> Option<i64> {
        ((self.persons - self.training.persons) * 100).checked_div(self.persons)
    }
}
