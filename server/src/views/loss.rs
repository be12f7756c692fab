//! Views of 紛失 and 発見: what is asked before either is noted, and what a device's page says of its whereabouts.

use askama::Template;
use hashimori_shared::report::words::FactGroup;

use super::{Moment, Shell};
use crate::words::Text;

/// `/devices/{device}/lost`, `/devices/{device}/found`.
#[derive(Template)]
#[template(path = "loss.html")]
pub(crate) struct LossPage {
    pub shell: Shell,
    /// The device's name and path.
    pub back: (Text, String),
    pub action: String,
    pub consequences: Vec<Text>,
    /// Incidents that were reported and nobody has taken up, each with its path.
    pub reports: Vec<(Text, String)>,
    pub protection: Protection,
    /// Key of the name of the field for the time.
    pub at_label: &'static str,
    /// As typed.
    pub at: String,
    pub why: String,
    pub longest_reason: usize,
    /// Key of the button.
    pub button: &'static str,
    pub error: Option<Text>,
}

/// What kept strangers out of a device when it was last heard of.
#[derive(Clone, Debug)]
pub(crate) enum Protection {
    /// As the last report said.
    Told {
        /// When that was observed.
        observed: Moment,
        groups: Vec<FactGroup>,
    },
    /// There is no report.
    NothingReported,
    /// This collector cannot read the report.
    Unreadable,
    /// It is its facility's to read.
    Withheld,
}

/// The part of a device's page about its whereabouts.
#[derive(Clone, Debug)]
pub(crate) struct Custody {
    pub device: String,
    /// Set while it is missing.
    pub missing: Option<Missing>,
    /// When it went missing before, and was found.
    pub found: Option<Text>,
    /// The open incidents about it, each with its path.
    pub incidents: Vec<(Text, String)>,
    pub may_lose: bool,
    pub may_find: bool,
}

/// That a device is missing.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    pub since: Moment,
    /// Who noted it, when and why.
    pub noted: Text,
    pub protection: Protection,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::lang::Lang;
    use hashimori_shared::report::{sample, words};
    use hashimori_shared::time::Timestamp;

    use super::super::Sample;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl Protection {
        fn samples() -> Vec<Self> {
            let told = |report| Self::Told { observed: Moment::new(NOW, NOW), groups: words::protection(report, NOW, Lang::English) };
            vec![told(&sample::good_debian(NOW)), told(&sample::all_unknown(NOW)), Self::NothingReported, Self::Unreadable, Self::Withheld]
        }
    }

    impl Custody {
        /// Missing, found, and nothing to say.
        pub(crate) fn samples() -> Vec<Self> {
            let quiet =
                Self { device: "d".to_owned(), missing: None, found: None, incidents: Vec::new(), may_lose: false, may_find: false };
            let found = Text::new("loss-was")
                .with("lost", NOW)
                .with("found", NOW)
                .with("who", "見本 花子".to_owned())
                .with("why", "見本".to_owned());
            let noted = Text::new("loss-noted").with("at", NOW).with("who", "見本 花子".to_owned()).with("why", "見本".to_owned());
            let missing = |protection| Missing { since: Moment::new(NOW.plus_days(-1), NOW), noted: noted.clone(), protection };
            let mut all: Vec<Self> = Protection::samples()
                .into_iter()
                .map(|protection| Self { missing: Some(missing(protection)), may_find: true, ..quiet.clone() })
                .collect();
            let numbered = Text::new("paper-numbered").with("kind", Text::new("paper-incident")).with("number", 3_i64);
            all.push(Self { found: Some(found), incidents: vec![(numbered, "/papers/p".to_owned())], may_lose: true, ..quiet.clone() });
            all.push(quiet);
            all
        }
    }

    impl Sample for LossPage {
        fn samples() -> Vec<Self> {
            let sample = |(n, protection): (usize, Protection)| Self {
                shell: Shell::sample(Text::new("loss-title").with("device", "受付1".to_owned()), true),
                back: (Text::verbatim("受付1"), "/devices/d".to_owned()),
                action: "/devices/d/lost".to_owned(),
                consequences: vec![Text::new("loss-then-evidence")],
                reports: if n == 0 { vec![(Text::verbatim("見本"), "/papers/p".to_owned())] } else { Vec::new() },
                protection,
                at_label: "loss-at",
                at: "2026-08-03T08:30".to_owned(),
                why: "見本".to_owned(),
                longest_reason: 200,
                button: "loss-do",
                error: (n == 0).then(|| Text::new("happened-future")),
            };
            Protection::samples().into_iter().enumerate().map(sample).collect()
        }
    }
}
