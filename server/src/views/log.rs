//! View of 操作記録: the filter as typed, how the chain stands, entries newest first.

use askama::Template;

use super::{Mark, Moment, Shell};
use crate::words::Text;

/// `/log`.
#[derive(Template)]
#[template(path = "log.html")]
pub(crate) struct LogPage {
    pub shell: Shell,
    /// Whether the chain held when it was last proven.
    pub chain: (Mark, Text),
    /// The newest head of a day, for comparing.
    pub head: Option<DayHead>,
    pub filter: LogFilter,
    /// What could not be read of the filter.
    pub error: Option<Text>,
    pub lines: Vec<LogLine>,
    pub next: Option<String>,
    pub first: Option<String>,
    /// Path of the page before the file.
    pub export: String,
}

/// A day's head.
#[derive(Clone, Debug)]
pub(crate) struct DayHead {
    pub day: Moment,
    /// Number and hash, as `verify-log --anchor` takes them.
    pub anchor: String,
}

impl DayHead {
    fn name(&self, shell: &Shell) -> String {
        shell.say(Text::new("oplog-head").with("day", self.day.exact(shell.lang)))
    }
}

/// The filter as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogFilter {
    pub from: String,
    pub to: String,
    pub who: String,
    pub object: String,
    /// (word in addresses, key of the words, whether it is chosen)
    pub acts: Vec<(&'static str, &'static str, bool)>,
    /// Whether anything is looked for.
    pub filled: bool,
}

/// An entry.
#[derive(Clone, Debug)]
pub(crate) struct LogLine {
    pub at: Moment,
    pub actor: Text,
    pub act: Text,
    pub object: Option<Text>,
    /// Path of the object's page.
    pub link: Option<String>,
    /// Numbers and words of ours, as sentences.
    pub notes: Vec<Text>,
    /// What was typed.
    pub remark: Option<Text>,
    /// Its number in the chain.
    pub seq: Option<i64>,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;
    use hashimori_shared::verdict::State;

    use super::super::Sample;
    use super::*;

    impl Sample for LogPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = LogLine {
                at: Moment::new(now, now),
                actor: Text::verbatim("見本 花子"),
                act: Text::new("act-exported"),
                object: Some(Text::verbatim("受付1")),
                link: Some("/devices/d".to_owned()),
                notes: vec![Text::new("note-file").with("value", Text::new("note-file-devices")), Text::new("note-rows").with("n", 3_i64)],
                remark: Some(Text::verbatim("見本")),
                seq: Some(3),
            };
            let fresh = LogLine { object: None, link: None, notes: Vec::new(), remark: None, seq: None, ..line.clone() };
            let sample = |lines: Vec<LogLine>, filled: bool| Self {
                shell: Shell::sample("nav-log", true),
                chain: (Mark::of(State::Compliant), Text::new("oplog-chain-unproven")),
                head: filled.then(|| DayHead { day: Moment::new(now, now), anchor: "3:00ff".to_owned() }),
                filter: LogFilter { acts: vec![("", "oplog-find-any", true)], filled, ..LogFilter::default() },
                error: filled.then(|| Text::new("oplog-bad-day")),
                next: filled.then(|| "/log?before=e".to_owned()),
                first: filled.then(|| "/log".to_owned()),
                lines,
                export: "/log/export".to_owned(),
            };
            vec![sample(vec![line, fresh], true), sample(Vec::new(), false)]
        }
    }
}
