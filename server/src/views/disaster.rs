//! Views of 災害時特例: the region's list, one exception's file, and a facility's page.

use askama::Template;

use super::{Moment, Place, Shell};
use crate::words::Text;

/// `/disaster`.
#[derive(Template)]
#[template(path = "disaster.html")]
pub(crate) struct DisasterPage {
    pub shell: Shell,
    /// What waits for 追認.
    pub waiting: Vec<ExceptionLine>,
    /// All of the page.
    pub lines: Vec<ExceptionLine>,
    pub next: Option<String>,
    /// The form of 発動; `None`: the reader may not.
    pub form: Option<ExceptionForm>,
}

/// One exception in a list.
#[derive(Clone, Debug)]
pub(crate) struct ExceptionLine {
    pub id: String,
    pub drill: bool,
    /// Key of where it stands.
    pub phase: &'static str,
    pub is_open: bool,
    /// What it covers.
    pub reach: Text,
    pub reason: String,
    pub began: Moment,
    /// When it ends or ended.
    pub ends: Moment,
    /// Key of how it ended.
    pub ending: Option<&'static str>,
}

/// `/disaster/{exception}`: everything about one.
#[derive(Template)]
#[template(path = "disaster_file.html")]
pub(crate) struct ExceptionFile {
    pub shell: Shell,
    pub line: ExceptionLine,
    pub basis: String,
    pub entered: Moment,
    /// What it covers, place by place, with since when it is not.
    pub places: Vec<(Text, Option<Moment>)>,
    pub steps: Vec<FileStep>,
    /// What it let in, in numbers: (key, number).
    pub figures: Vec<(&'static str, i64)>,
    /// What is left at each facility: (id, name, number).
    pub left: Vec<(String, String, i64)>,
    /// What can be done; `None`: nothing, or not by the reader.
    pub form: Option<ExceptionForm>,
}

/// One line of a file.
#[derive(Clone, Debug)]
pub(crate) struct FileStep {
    /// Key.
    pub what: &'static str,
    pub who: Text,
    pub why: String,
    pub event: Moment,
    pub entered: Moment,
    pub until: Option<Moment>,
}

/// `/facilities/{facility}/disaster`.
#[derive(Template)]
#[template(path = "disaster_facility.html")]
pub(crate) struct FacilityDisasterPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// What holds here.
    pub lines: Vec<ExceptionLine>,
    /// What the reader can begin, renew or take back.
    pub form: Option<ExceptionForm>,
    /// Whether the reader registers and clears what is let in.
    pub may_register: bool,
    /// How many are to be cleared now.
    pub due: i64,
}

/// `/disaster/paper`.
#[derive(Template)]
#[template(path = "disaster_paper.html")]
pub(crate) struct DisasterPaperPage {
    pub shell: Shell,
    /// Empty lines.
    pub blank: std::ops::Range<u8>,
}

/// The form in which something is done to an exception, or one is begun: as filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExceptionForm {
    pub action: String,
    /// Key of the heading.
    pub title: &'static str,
    /// Key of what it means.
    pub about: &'static str,
    /// Key of the button.
    pub button: &'static str,
    /// Hidden fields.
    pub hidden: Vec<(&'static str, String)>,
    /// What is to be done, where there is a choice.
    pub acts: Vec<Choice>,
    /// Which places.
    pub places: Vec<Choice>,
    /// Key of what they are.
    pub places_title: &'static str,
    pub why: String,
    /// `None`: not asked for.
    pub basis: Option<String>,
    /// `None`: not asked for.
    pub days: Option<String>,
    pub event: String,
    /// `None`: not asked for.
    pub drill: Option<bool>,
    pub longest: usize,
    pub error: Option<Text>,
}

/// Something to choose.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub value: String,
    pub text: Text,
    pub chosen: bool,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl ExceptionLine {
        pub(super) fn sample(ended: bool) -> Self {
            Self {
                id: "x".to_owned(),
                drill: ended,
                phase: if ended { "disaster-clean-up" } else { "disaster-on" },
                is_open: !ended,
                reach: Text::new("disaster-reach-region"),
                reason: "見本".to_owned(),
                began: Moment::sample(-30),
                ends: Moment::sample(-6),
                ending: ended.then_some("disaster-ending-unratified"),
            }
        }
    }

    fn form(filled: bool) -> ExceptionForm {
        let choice = |value: &str, key| Choice { value: value.to_owned(), text: Text::new(key), chosen: filled };
        ExceptionForm {
            action: "/disaster".to_owned(),
            title: "disaster-activate",
            about: "disaster-activate-about",
            button: "disaster-activate-do",
            hidden: vec![("facility", "f".to_owned())],
            acts: vec![choice("extend", "disaster-do-extend"), choice("lift", "disaster-do-lift")],
            places_title: "disaster-field-areas",
            places: if filled { vec![choice("a", "disaster-reach-region")] } else { Vec::new() },
            why: "見本".to_owned(),
            basis: filled.then(|| "見本".to_owned()),
            days: Some("7".to_owned()),
            event: String::new(),
            drill: filled.then_some(true),
            longest: 200,
            error: filled.then(|| Text::new("disaster-wrong-days").with("most", 31_u32)),
        }
    }

    impl Sample for DisasterPage {
        fn samples() -> Vec<Self> {
            let sample = |lines: Vec<ExceptionLine>, form| Self {
                shell: Shell::sample("disaster-title", true),
                waiting: lines.clone(),
                next: (!lines.is_empty()).then(|| "/disaster?after=x".to_owned()),
                lines,
                form,
            };
            vec![sample(vec![ExceptionLine::sample(false), ExceptionLine::sample(true)], Some(form(true))), sample(Vec::new(), None)]
        }
    }

    impl Sample for ExceptionFile {
        fn samples() -> Vec<Self> {
            let step = FileStep {
                what: "disaster-step-extended",
                who: Text::verbatim("見本 花子"),
                why: "見本".to_owned(),
                event: Moment::sample(-30),
                entered: Moment::sample(-29),
                until: Some(Moment::sample(100)),
            };
            let lapsed = FileStep { why: String::new(), until: None, entered: Moment::sample(-30), ..step.clone() };
            let sample = |ended| Self {
                shell: Shell::sample(Text::new("disaster-file-title").with("reach", Text::new("disaster-reach-region")), true),
                line: ExceptionLine::sample(ended),
                basis: "見本".to_owned(),
                entered: Moment::sample(-29),
                places: vec![(Text::verbatim("さくら架空診療所"), ended.then(|| Moment::sample(-6)))],
                steps: vec![step.clone(), lapsed.clone()],
                figures: vec![("let-in-own", 12), ("let-in-open", 3)],
                left: if ended { vec![("f".to_owned(), "さくら架空診療所".to_owned(), 3)] } else { Vec::new() },
                form: (!ended).then(|| form(false)),
            };
            vec![sample(false), sample(true)]
        }
    }

    impl Sample for FacilityDisasterPage {
        fn samples() -> Vec<Self> {
            let sample = |lines: Vec<ExceptionLine>| Self {
                shell: Shell::sample(Text::new("disaster-facility-title").with("facility", "さくら架空診療所".to_owned()), true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                in_region: lines.is_empty(),
                form: lines.is_empty().then(|| form(true)),
                may_register: !lines.is_empty(),
                due: i64::try_from(lines.len()).unwrap_or(0),
                lines,
            };
            vec![sample(vec![ExceptionLine::sample(false)]), sample(Vec::new())]
        }
    }

    impl Sample for DisasterPaperPage {
        fn samples() -> Vec<Self> {
            vec![Self { shell: Shell::sample("disaster-paper-title", true), blank: 0..2 }]
        }
    }
}
