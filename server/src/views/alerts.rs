//! View of what a person must look at, as it stands on the pages of facility and device.

use super::{Moment, Shell};
use crate::words::Text;

/// The open alerts of a page.
#[derive(Clone, Debug)]
pub(crate) struct Alerts {
    /// Those that happened last.
    pub lines: Vec<AlertLine>,
    /// How many are open in all.
    pub open: i64,
}

impl Alerts {
    /// Whether there are others than those shown.
    pub(crate) fn more(&self) -> bool {
        i64::try_from(self.lines.len()).is_ok_and(|shown| shown < self.open)
    }
}

/// One alert.
#[derive(Clone, Debug)]
pub(crate) struct AlertLine {
    /// The device, and what it is called.
    pub device: String,
    pub label: Text,
    /// The word that the form sends.
    pub kind: &'static str,
    /// Key of what happened.
    pub what: &'static str,
    /// Key of what to do.
    pub todo: &'static str,
    /// Whether the device waits for a person's decision.
    pub decide: bool,
    /// Whether the reader may close it.
    pub may_close: bool,
    pub first: Moment,
    pub last: Moment,
    pub times: i64,
}

impl AlertLine {
    /// When and how often, in one sentence.
    pub(crate) fn when(&self, shell: &Shell) -> String {
        let text = Text::new("alerts-when").with("first", shell.exact(&self.first)).with("last", shell.exact(&self.last));
        shell.say(text.with("ago", self.last.ago()).with("times", self.times))
    }
}

#[cfg(test)]
impl Alerts {
    pub(crate) fn sample() -> Self {
        let now = hashimori_shared::time::Timestamp::from_seconds(1_785_715_200);
        let line = AlertLine {
            device: "d".to_owned(),
            label: Text::verbatim("受付1"),
            kind: "lost_seen",
            what: "alerts-lost-seen",
            todo: "alerts-lost-seen-todo",
            decide: false,
            may_close: true,
            first: Moment::new(now.plus_days(-1), now),
            last: Moment::new(now, now),
            times: 3,
        };
        let copied =
            AlertLine { kind: "copied", what: "alerts-copied", todo: "alerts-copied-todo", decide: true, may_close: false, ..line.clone() };
        Self { lines: vec![line, copied], open: 3 }
    }

    pub(crate) const fn none() -> Self {
        Self { lines: Vec::new(), open: 0 }
    }
}
