//! Devices of a facility or region summed up from roll-ups: how many read how, how many are silent, where the facility stands in
//! a list that begins with the worst, and when silence alone changes any of it.

use std::collections::BTreeMap;

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::verdict::State;

use super::device::Standing;
use super::reading::{Band, Reading};

/// Devices are counted within a step of a place; more than this many are none too many.
const STEP: i64 = 1_000_000_000;

/// Devices in use that have not been heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    /// For longer than the pack's days for 要確認.
    pub stale: i64,
    /// For longer than the pack's days for 未確認.
    pub long: i64,
    /// Ever.
    pub never: i64,
}

impl Silence {
    /// All of them.
    pub const fn all(self) -> i64 {
        self.stale + self.long + self.never
    }
}

/// A sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Devices by how they read.
    pub counts: Counts,
    /// Devices in use that are silent.
    pub silence: Silence,
    /// JST day on which silence alone changes the sum.
    pub changes_on: Option<i64>,
    today: i64,
    rules: StalenessRules,
}

impl Summary {
    /// Of nothing yet, on the JST day `today`.
    pub fn new(today: i64, rules: &StalenessRules) -> Self {
        Self { counts: Counts::default(), silence: Silence::default(), changes_on: None, today, rules: rules.clone() }
    }

    /// Adds devices that stand alike.
    pub fn add(&mut self, standing: Standing, headline: Option<State>, day: Option<i64>, devices: i64) {
        let Some(reading) = Reading::of(standing, headline, day, self.today, &self.rules) else { return };
        self.counts.add(reading, devices);
        if standing != Standing::Active || devices == 0 {
            return;
        }
        let Some(day) = day else {
            self.silence.never += devices;
            return;
        };
        let [stale, long] = [self.rules.stale_days, self.rules.unknown_days].map(|days| day + i64::from(days) + 1);
        if self.today >= long {
            self.silence.long += devices;
        } else if self.today >= stale {
            self.silence.stale += devices;
        }
        let next = [stale, long].into_iter().filter(|on| *on > self.today).min();
        self.changes_on = [self.changes_on, next].into_iter().flatten().min();
    }

    /// Where a facility stands in the list that begins with the worst: by the gravest reading, then by how many read so.
    pub fn place(&self) -> i64 {
        let worst = Reading::ALL.into_iter().zip(0..).map(|(reading, at)| (at, self.counts.of(reading))).find(|(_, n)| *n > 0);
        worst.map_or(STEP * 100, |(at, devices)| STEP * at - devices.min(STEP - 1))
    }
}

/// Devices by how they read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Reading, i64>);

impl Counts {
    /// How many read so.
    pub fn of(&self, reading: Reading) -> i64 {
        self.0.get(&reading).copied().unwrap_or(0)
    }

    /// How many there are in all.
    pub fn all(&self) -> i64 {
        self.0.values().sum()
    }

    /// How many a band holds.
    pub fn band(&self, band: Band) -> i64 {
        self.0.iter().filter(|(reading, _)| reading.band() == band).map(|(_, n)| n).sum()
    }

    /// Those that there are, gravest first.
    pub fn present(&self) -> impl Iterator<Item = (Reading, i64)> {
        self.0.iter().filter(|(_, n)| **n != 0).map(|(reading, n)| (*reading, *n))
    }

    fn add(&mut self, reading: Reading, devices: i64) {
        *self.0.entry(reading).or_default() += devices;
    }

    /// Those in use: without what waits for a person's decision, is lost or may be a copy. A 災害時特例 covers only these.
    #[must_use]
    pub fn in_use(&self) -> Self {
        let waits = |reading| matches!(reading, Reading::Lost | Reading::Copied | Reading::Pending | Reading::Reconfirm);
        Self(self.0.iter().filter(|(reading, _)| !waits(**reading)).map(|(reading, n)| (*reading, *n)).collect())
    }

    /// These without `others`, which are among them.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        Self(self.0.iter().map(|(reading, n)| (*reading, n - others.of(*reading))).collect())
    }

    /// As stored: `non-compliant=3 pending=1`.
    pub fn to_text(&self) -> String {
        self.present().map(|(reading, n)| format!("{}={n}", reading.as_str())).collect::<Vec<_>>().join(" ")
    }

    /// What `to_text` wrote; a word that this build does not know is left out.
    pub fn parse(text: &str) -> Self {
        let mut counts = Self::default();
        for (word, n) in text.split_ascii_whitespace().filter_map(|pair| pair.split_once('=')) {
            if let (Some(reading), Ok(n)) = (Reading::from_word(word), n.parse()) {
                counts.add(reading, n);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: StalenessRules = StalenessRules { stale_days: 7, unknown_days: 30, dormant_days: 90 };

    fn sum(today: i64, devices: &[(Standing, Option<State>, Option<i64>, i64)]) -> Summary {
        let mut sum = Summary::new(today, &RULES);
        for (standing, headline, day, n) in devices {
            sum.add(*standing, *headline, *day, *n);
        }
        sum
    }

    #[test]
    fn the_gravest_reading_decides_the_place_and_then_how_many_there_are() {
        let one_bad = sum(100, &[(Standing::Active, Some(State::NonCompliant), Some(100), 1)]);
        let two_bad = sum(100, &[(Standing::Active, Some(State::NonCompliant), Some(100), 2)]);
        let many_unknown = sum(100, &[(Standing::Active, None, None, 500)]);
        let lost = sum(100, &[(Standing::Lost, Some(State::Compliant), Some(100), 1)]);
        let fine = sum(100, &[(Standing::Active, Some(State::Compliant), Some(100), 9)]);
        let out_of_use = sum(100, &[(Standing::Retired, Some(State::NonCompliant), Some(100), 9)]);
        let places = [&lost, &two_bad, &one_bad, &many_unknown, &fine, &out_of_use].map(Summary::place);
        assert!(places.is_sorted() && places.windows(2).all(|w| w[0] != w[1]), "{places:?}");
    }

    #[test]
    fn silence_is_counted_apart_and_says_when_it_changes() {
        let on = |today| sum(today, &[(Standing::Active, Some(State::Compliant), Some(100), 2), (Standing::Active, None, None, 1)]);
        assert_eq!((on(107).silence, on(107).changes_on), (Silence { stale: 0, long: 0, never: 1 }, Some(108)));
        assert_eq!((on(108).silence, on(108).changes_on), (Silence { stale: 2, long: 0, never: 1 }, Some(131)));
        assert_eq!((on(131).silence, on(131).changes_on), (Silence { stale: 0, long: 2, never: 1 }, None));
        for day in [108, 131] {
            assert_ne!(on(day - 1).counts, on(day).counts, "it changes on the day it names");
            assert_eq!(on(day - 2).counts, on(day - 1).counts, "and not before");
        }
    }

    #[test]
    fn what_is_under_an_exception_is_counted_apart_and_hides_nothing_that_waits_for_a_person() {
        let active = |state, n| (Standing::Active, Some(state), Some(100), n);
        let all = sum(100, &[active(State::Compliant, 5), active(State::NonCompliant, 2), (Standing::Lost, None, None, 1)]).counts;
        let covered =
            sum(100, &[active(State::Compliant, 3), active(State::NonCompliant, 1), (Standing::Lost, None, None, 1)]).counts.in_use();
        assert_eq!((covered.all(), covered.of(Reading::Lost)), (4, 0));
        assert_eq!(all.without(&covered).to_text(), "lost=1 non-compliant=1 compliant=2");
        assert_eq!(all.without(&covered).all() + covered.all(), all.all());
    }

    #[test]
    fn counts_survive_being_stored() {
        let counts = sum(100, &[(Standing::Active, Some(State::NonCompliant), Some(100), 3), (Standing::Pending, None, None, 1)]).counts;
        assert_eq!(counts.to_text(), "non-compliant=3 pending=1");
        assert_eq!(Counts::parse(&counts.to_text()), counts);
        assert_eq!(Counts::parse("of-tomorrow=4 pending=1").all(), 1);
        assert_eq!((counts.band(Band::Act), counts.band(Band::Fine)), (3, 0));
    }
}
