//! View of 自己点検: questions, devices, and who answered before.

use askama::Template;

use super::{Moment, Place, Shell};
use crate::domain::self_check::Choice;
use crate::words::Text;

/// `/facilities/{facility}/self-check`.
#[derive(Template)]
#[template(path = "self_check.html")]
pub(crate) struct SelfCheckPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether the person may answer; others see the list of acts.
    pub may_answer: bool,
    /// Devices answered for just now.
    pub done: Option<u32>,
    pub error: Option<Text>,
    /// Devices for which nobody has answered within the pack's time.
    pub due: i64,
    pub questions: Vec<AskedQuestion>,
    pub devices: Vec<Tick>,
    pub for_some: bool,
    pub by_person: bool,
    /// As typed before.
    pub note: String,
    pub longest_note: usize,
    pub past: Vec<SelfCheckLine>,
}

/// One question; without choices it asks for a day.
#[derive(Clone, Debug)]
pub(crate) struct AskedQuestion {
    pub at: usize,
    pub field: String,
    pub clause: String,
    pub title: String,
    pub text: String,
    pub choices: &'static [Choice],
    /// As answered before.
    pub typed: String,
}

/// A device to tick.
#[derive(Clone, Debug)]
pub(crate) struct Tick {
    pub id: String,
    pub label: Text,
    pub ticked: bool,
}

/// One act.
#[derive(Clone, Debug)]
pub(crate) struct SelfCheckLine {
    pub at: Moment,
    pub by: Text,
    /// Key of the word.
    pub grade: &'static str,
    pub devices: i64,
    pub note: String,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::pack::Pack;
    use hashimori_shared::time::Timestamp;

    use super::super::Sample;
    use super::*;
    use crate::domain::self_check::{Form, questions};

    impl Sample for SelfCheckPage {
        fn samples() -> Vec<Self> {
            let asked = questions(&Pack::bundled()).into_iter().enumerate().map(|(at, q)| AskedQuestion {
                at,
                field: q.field(),
                clause: q.clause,
                title: q.title,
                text: q.text,
                choices: match q.form {
                    Form::Choice(choices) => choices,
                    Form::Day => &[],
                },
                typed: "yes".to_owned(),
            });
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = SelfCheckLine {
                at: Moment::new(now, now),
                by: Text::verbatim("見本 花子"),
                grade: "grade-administrator",
                devices: 3,
                note: "見本".to_owned(),
            };
            let asked: Vec<_> = asked.collect();
            let sample = |full: bool| Self {
                shell: Shell::sample("self-check-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                may_answer: full,
                done: full.then_some(3),
                error: full.then(|| Text::new("self-check-no-grade")),
                due: if full { 2 } else { 0 },
                questions: asked.clone(),
                devices: vec![Tick { id: "d".to_owned(), label: Text::verbatim("受付1"), ticked: full }],
                for_some: full,
                by_person: !full,
                note: String::new(),
                longest_note: 500,
                past: if full { vec![line.clone()] } else { Vec::new() },
            };
            vec![sample(true), sample(false)]
        }
    }
}
