//! What is kept how long. The periods are the pack's; what is open is kept until it is closed and from then on as long as the rest.
//! Knows neither the store nor the clock.

use hashimori_shared::pack::{Keep, RetentionRules};
use hashimori_shared::time::Timestamp;

use super::worded::words;

words!(
    /// Kinds of what goes after its time.
    Record {
        /// Reports of devices, as they came.
        Reports = "reports", "retention-reports";
        /// Changes of state.
        Changes = "changes", "retention-changes";
        /// Days on which devices were heard of, a year at a time.
        Presence = "presence", "retention-presence";
        /// Papers with their steps.
        Papers = "papers", "retention-papers";
        /// Times at which devices were missing.
        Losses = "losses", "retention-losses";
        /// Self-checks.
        SelfChecks = "self_checks", "retention-self-checks";
        /// Filings of facilities' own rules that ended.
        OwnRules = "own_rules", "retention-own-rules";
        /// Decisions about personal devices that another one replaced.
        Policies = "policies", "retention-policies";
        /// Those who have left the list of staff.
        Members = "members", "retention-members";
        /// Trainings with those who took part.
        Trainings = "trainings", "retention-trainings";
        /// Editions of the pledge that another one replaced.
        Pledges = "pledges", "retention-pledges";
        /// Reviews of the list of staff.
        Reviews = "reviews", "retention-reviews";
        /// お知らせ with who read them.
        Notices = "notices", "retention-notices";
        /// Alerts that somebody looked at.
        Alerts = "alerts", "retention-alerts";
        /// What happened to the ways into accounts.
        AccountEvents = "account_events", "retention-account-events";
        /// 災害時特例 with what they let in.
        Disasters = "disasters", "retention-disasters";
        /// The operation log.
        Log = "log", "retention-log";
        /// Names of those who hold no role any more.
        People = "people", "retention-people";
    }
);

impl Record {
    /// How long it is kept.
    pub const fn keep(self, rules: &RetentionRules) -> Keep {
        match self {
            Self::Reports => rules.reports,
            Self::People => rules.former_people,
            Self::Changes
            | Self::Presence
            | Self::Papers
            | Self::Losses
            | Self::SelfChecks
            | Self::OwnRules
            | Self::Policies
            | Self::Members
            | Self::Trainings
            | Self::Pledges
            | Self::Reviews
            | Self::Notices
            | Self::Alerts
            | Self::AccountEvents
            | Self::Disasters
            | Self::Log => rules.records,
        }
    }
}

/// Whatever is older than these has been kept long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutoffs {
    /// Reports.
    pub reports: Timestamp,
    /// Everything else that is recorded.
    pub records: Timestamp,
    /// The end of somebody's last role.
    pub former_people: Timestamp,
}

impl Cutoffs {
    /// By a pack's rules; `None` at a time outside the calendar: then nothing goes.
    pub fn at(rules: &RetentionRules, now: Timestamp) -> Option<Self> {
        Some(Self {
            reports: rules.reports.cutoff(now)?,
            records: rules.records.cutoff(now)?,
            former_people: rules.former_people.cutoff(now)?,
        })
    }
}

/// Why what a device told is kept beyond its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    /// The device is missing, or an incident with it is open.
    pub open: bool,
    /// When the last loss of it, or incident with it, was closed.
    pub closed_at: Option<Timestamp>,
}

impl Hold {
    /// Whether something of this instant has been kept long enough.
    pub fn lets_go(self, at: Timestamp, cutoff: Timestamp) -> bool {
        !self.open && self.closed_at.unwrap_or(at).max(at) < cutoff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_kept_and_what_was_closed_is_kept_from_then_on() {
        let [cutoff, old, closed] = [1_000, 10, 1_000].map(Timestamp::from_seconds);
        assert!(Hold::default().lets_go(old, cutoff) && !Hold::default().lets_go(cutoff, cutoff));
        assert!(!Hold { open: true, closed_at: None }.lets_go(old, cutoff));
        assert!(!Hold { open: false, closed_at: Some(closed) }.lets_go(old, cutoff));
        assert!(Hold { open: false, closed_at: Some(closed.plus_seconds(-1)) }.lets_go(old, cutoff));
        assert!(!Hold { open: false, closed_at: Some(old) }.lets_go(cutoff, cutoff), "its own day counts too");
    }

    #[test]
    fn every_kind_is_kept_as_long_as_the_pack_says() {
        let pack = hashimori_shared::pack::Pack::bundled();
        let kept = |record: Record| record.keep(&pack.parameters().retention).to_string();
        assert_eq!(kept(Record::Reports), "13 months");
        assert!(Record::ALL.iter().filter(|&&record| record != Record::Reports).all(|&record| kept(record) == "5 years"));
    }
}
