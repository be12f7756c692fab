//! A facility's list in numbers: all that those outside the facility see of it, and what 今日の対応 says.

use hashimori_shared::time::Timestamp;

use super::{Member, Rules, State};

/// How many persons something is due of, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Late {
    /// Persons.
    pub persons: i64,
    /// The earliest day.
    pub since: Option<Timestamp>,
}

impl Late {
    /// Counts one person of whom something has been due since `due`, if it has.
    fn add(&mut self, due: Option<Timestamp>, now: Timestamp) {
        if let Some(due) = due.filter(|due| *due <= now) {
            self.persons += 1;
            self.since = Some(self.since.map_or(due, |since| since.min(due)));
        }
    }
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
    /// The numbers of a list: what the store counts by itself, reckoned person by person.
    pub fn of<'a>(
        members: impl IntoIterator<Item = (&'a Member, Timestamp)>,
        reviewed: Option<Timestamp>,
        rules: &Rules,
        now: Timestamp,
    ) -> Self {
        let mut sum = Self { reviewed, ..Self::default() };
        for (member, registered) in members {
            sum.persons += i64::from(member.state.is_present());
            sum.leaving += i64::from(member.state == State::Leaving);
            sum.pledge.add(member.pledge_due(rules), now);
            sum.training.add(member.training_due(rules), now);
            sum.joining.add((member.state == State::Joining).then_some(member.details.joined), now);
            sum.overdue.add(member.leaving_due(), now);
            if member.state.is_present() {
                sum.registered = Some(sum.registered.map_or(registered, |first| first.min(registered)));
            }
        }
        sum
    }

    /// Since when a review of the list is due; nobody on the list: never.
    pub fn review_due(&self, review_days: i64, now: Timestamp) -> Option<Timestamp> {
        let due = self.reviewed.or(self.registered).map(|last| last.plus_days(review_days));
        due.filter(|due| self.persons > 0 && *due <= now)
    }

    /// Of a hundred persons, how many have a training that is not too old; `None`: nobody is there.
    pub fn trained_percent(&self) -> Option<i64> {
        ((self.persons - self.training.persons) * 100).checked_div(self.persons)
    }
}
