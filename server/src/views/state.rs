//! States as people see them: always a word and a shape, never a colour alone.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::{DAY, Timestamp};
use hashimori_shared::verdict::State;

use crate::domain::reading::Reading;
use crate::words::Text;

/// A state's word, its class in the stylesheet and its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Key of the word.
    pub word: &'static str,
    pub class: &'static str,
    /// SVG path in a box of 24.
    pub icon: &'static str,
    /// Set while the device is 災害時特例中: said beside the state, never instead of it.
    pub excepted: bool,
}

const CROSS: &str =
    "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm5 14.6L15.6 17 12 13.4 8.4 17 7 15.6l3.6-3.6L7 8.4 8.4 7l3.6 3.6L15.6 7 17 8.4 13.4 12z";
const CHECK: &str = "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm-1.6 16L5.6 12.2 7 10.8l3.4 3.4L17 7.6 18.4 9z";
const QUESTION: &str = "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm1 18h-2v-2h2zm2-7.6-.9 1c-.8.7-1.1 1.3-1.1 2.6h-2v-.5c0-1.1.5-2.1 1.2-2.8l1.2-1.3A2 2 0 1 0 10 9H8a4 4 0 1 1 7 2.4z";
const TRIANGLE: &str = "M12 2 1 21h22zm1 16h-2v-2h2zm0-4h-2V9h2z";
const CLOCK: &str = "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm4.2 15.4L11 13.2V6h1.9v6.2l4.3 2.5z";
const PERSON: &str = "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm0 2c-4 0-9 2-9 5v2h18v-2c0-3-5-5-9-5z";
const BOLT: &str = "M13 1 3 14h7l-2 9 11-14h-7l3-8z";
const DASH: &str = "M5 11h14v2.4H5z";

impl Mark {
    /// The mark of a state.
    pub(crate) const fn of(state: State) -> Self {
        let (word, class, icon) = match state {
            State::NotApplicable => ("state-not-applicable", "state-na", DASH),
            State::Compliant => ("state-compliant", "state-compliant", CHECK),
            State::RecommendationUnmet => ("state-recommendation-unmet", "state-recommendation", TRIANGLE),
            State::AwaitingDeclaration => ("state-awaiting-declaration", "state-awaiting", PERSON),
            State::Stale => ("state-stale", "state-stale", CLOCK),
            State::Unknown => ("state-unknown", "state-unknown", QUESTION),
            State::NonCompliant => ("state-non-compliant", "state-noncompliant", CROSS),
        };
        Self { word, class, icon, excepted: false }
    }

    /// The mark of how a device reads.
    pub(crate) const fn reading(reading: Reading) -> Self {
        match reading {
            Reading::Lost => Self::alarming("standing-lost"),
            Reading::Copied => Self::alarming("standing-copied"),
            Reading::NonCompliant => Self::of(State::NonCompliant),
            Reading::Unknown => Self::of(State::Unknown),
            Reading::Stale => Self::of(State::Stale),
            Reading::Pending => Self::waiting("standing-pending"),
            Reading::Reconfirm => Self::waiting("standing-reconfirm"),
            Reading::AwaitingDeclaration => Self::of(State::AwaitingDeclaration),
            Reading::RecommendationUnmet => Self::of(State::RecommendationUnmet),
            Reading::Compliant => Self::of(State::Compliant),
            Reading::NotApplicable => Self::of(State::NotApplicable),
        }
    }

    /// Waiting for a person's decision, in other words than a verdict's; `word` is a key.
    pub(crate) const fn waiting(word: &'static str) -> Self {
        Self { word, class: "state-awaiting", icon: PERSON, excepted: false }
    }

    /// Needs a person's attention, in other words than a verdict's; `word` is a key.
    pub(crate) const fn alarming(word: &'static str) -> Self {
        Self { word, class: "state-noncompliant", icon: TRIANGLE, excepted: false }
    }

    /// 災害時特例中, for counting devices apart.
    pub(crate) const fn exception() -> Self {
        Self { word: "disaster-excepted", class: "state-excepted", icon: BOLT, excepted: false }
    }

    /// 承認による例外: a personal device whose use is approved.
    pub(crate) const fn permitted() -> Self {
        Self::running("custody-exception")
    }

    /// Goes ahead under a 災害時特例, in other words than a device's; `word` is a key.
    pub(crate) const fn excepted(word: &'static str) -> Self {
        Self { word, class: "state-excepted", icon: BOLT, excepted: false }
    }

    /// The same, of a device that is 災害時特例中 (or is not).
    pub(crate) const fn under(self, excepted: bool) -> Self {
        Self { excepted, ..self }
    }

    /// Runs as it should, in other words than a verdict's; `word` is a key.
    pub(crate) const fn running(word: &'static str) -> Self {
        Self { word, class: "state-na", icon: CLOCK, excepted: false }
    }

    /// Out of use.
    pub(crate) const fn out_of_use(word: &'static str) -> Self {
        Self { word, class: "state-na", icon: DASH, excepted: false }
    }
}

/// A mark and how many devices bear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub mark: Mark,
    pub devices: i64,
}

/// An instant as people read it: how long ago, and exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    at: Timestamp,
    now: Timestamp,
}

impl Moment {
    /// `at`, seen from `now`.
    pub(crate) const fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now }
    }

    /// 「3時間前」, `3 hours ago`; of what is to come, 「あと3時間」, `in 3 hours`.
    pub(crate) fn ago(&self) -> Text {
        let seconds = self.now.seconds_since(self.at);
        let (minutes, hours, days) = if seconds < 0 {
            ("moment-in-minutes", "moment-in-hours", "moment-in-days")
        } else {
            ("moment-minutes-ago", "moment-hours-ago", "moment-days-ago")
        };
        match seconds.saturating_abs() {
            away @ DAY.. => Text::new(days).with("n", away / DAY),
            away @ 3600.. => Text::new(hours).with("n", away / 3600),
            away @ 60.. => Text::new(minutes).with("n", away / 60),
            // Less than a minute is one: it is still to come.
            _ if seconds < 0 => Text::new(minutes).with("n", 1_i64),
            _ => Text::new("moment-now"),
        }
    }

    /// The instant itself.
    pub(crate) const fn minute(&self) -> Text {
        Text::Minute(self.at)
    }

    /// Exactly, and beside it how long ago.
    pub(crate) fn both(&self) -> Text {
        Text::new("moment-both").with("at", self.minute()).with("ago", self.ago())
    }

    /// As machines read it: `2026-08-03 09:00+09:00` (HTML, global date and time).
    pub(crate) fn machine(&self) -> String {
        format!("{}+09:00", self.at.jst_minute_in(Lang::English))
    }

    /// 「2026年8月3日 09:00」, `2026-08-03 09:00`; JST.
    pub(crate) fn exact(&self, lang: Lang) -> String {
        self.at.jst_minute_in(lang)
    }
}

#[cfg(test)]
impl Moment {
    /// So many hours after a sample is looked at.
    pub(crate) fn sample(hours: i64) -> Self {
        let now = Timestamp::from_seconds(1_785_715_200);
        Self::new(now.plus_seconds(hours * 3600), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_shape_and_class_of_its_own() {
        let mut marks: Vec<Mark> = State::ALL.into_iter().map(Mark::of).collect();
        marks.sort_unstable_by_key(|m| m.class);
        marks.dedup_by_key(|m| (m.class, m.icon));
        assert_eq!(marks.len(), State::ALL.len());
    }

    #[test]
    fn a_moment_is_told_in_both_ways() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let ago = |s: i64| Moment::new(now.plus_seconds(-s), now).ago().in_lang(Lang::Japanese);
        assert_eq!([ago(5), ago(61), ago(7300), ago(3 * DAY + 5)], ["たった今", "1分前", "2時間前", "3日前"]);
        assert_eq!([ago(-5), ago(-61), ago(-7300), ago(-3 * DAY - 5)], ["あと1分", "あと1分", "あと2時間", "あと3日"]);
        assert_eq!(Moment::new(now.plus_days(1), now).ago().in_lang(Lang::English), "in 1 day");
        assert_eq!(Moment::new(now, now).exact(Lang::Japanese), "2026年8月3日 09:00");
        assert_eq!(Moment::new(now.plus_seconds(-7300), now).ago().in_lang(Lang::English), "2 hours ago");
    }
}
