//! The files of a paper, as its page shows them.

use super::Moment;
use crate::words::Text;

/// The files of a paper.
#[derive(Clone, Debug)]
pub(crate) struct PaperFiles {
    pub lines: Vec<FileLine>,
    /// How many there are that are not this reader's business.
    pub hidden: usize,
    /// Whether the reader adds and removes files.
    pub may_change: bool,
    /// Whether there are as many as there may be.
    pub full: bool,
    pub most: usize,
    pub most_mib: usize,
    /// Whether the form for another one stands open.
    pub open: bool,
    /// What was typed of it.
    pub note: String,
    pub longest_note: usize,
    pub longest_reason: usize,
}

impl PaperFiles {
    /// Whether there is nothing to show.
    pub(crate) const fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.hidden == 0 && !self.may_change
    }
}

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct FileLine {
    pub n: i64,
    pub name: String,
    /// What it is and how large.
    pub about: Text,
    pub by: Text,
    pub at: Moment,
    pub remark: String,
    /// That it is gone, and why.
    pub removed: Option<Text>,
    /// Whether the form to remove it stands open, with the reason as typed.
    pub open: bool,
    pub why: String,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl PaperFiles {
        /// With files, which the reader may remove; as many as there may be.
        pub(crate) fn sample() -> Self {
            let there = FileLine {
                n: 1,
                name: "見本.pdf".to_owned(),
                about: Text::new("file-about").with("format", "PDF".to_owned()).with("kib", 1234_i64),
                by: Text::verbatim("見本 花子"),
                at: Moment::new(NOW, NOW),
                remark: "見本".to_owned(),
                removed: None,
                open: true,
                why: "見本".to_owned(),
            };
            let gone = FileLine {
                n: 2,
                name: String::new(),
                remark: String::new(),
                removed: Some(Text::new("file-removed").with("by", "見本 花子".to_owned()).with("at", NOW).with("why", "見本".to_owned())),
                open: false,
                ..there.clone()
            };
            Self { lines: vec![there, gone], hidden: 0, full: true, ..Self::hidden_sample() }
        }

        /// Of a paper whose content is others' business, or to which one can be added.
        pub(crate) fn hidden_sample() -> Self {
            Self {
                lines: Vec::new(),
                hidden: 1,
                may_change: true,
                full: false,
                most: 5,
                most_mib: 5,
                open: true,
                note: "見本".to_owned(),
                longest_note: 100,
                longest_reason: 200,
            }
        }
    }
}
