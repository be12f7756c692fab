//! View of 自己点検: questions, devices, and who answered before.

use askama::Template;

use hashimori_shared::lang::Lang;

use super::{Moment, Place, Said, Shell};
use crate::domain::self_check::{Choice, Form, Question, UNTIL};
use crate::words::Text;

/// `/facilities/{facility}/self-check`.
#[derive(Template)]
#[template(path = "self_check.html")]
pub(crate) struct SelfCheckPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether the person may answer; others see the list of acts.
    pub may_answer: bool,
    /// The form's mark.
    pub once: String,
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
    pub title: Said,
    pub text: Said,
    pub choices: &'static [Choice],
    /// As answered before.
    pub typed: String,
    /// Until when something is held back, where that is an answer.
    pub until: Option<Until>,
    /// The first of those that devices mostly answer themselves.
    pub opens: bool,
}

/// The field for the last day of a hold.
#[derive(Clone, Debug)]
pub(crate) struct Until {
    pub field: String,
    pub typed: String,
    /// At most so many days from today.
    pub days: u32,
}

impl AskedQuestion {
    /// A question of the pack with what was typed before, in the reader's language; they come in the order of `questions`.
    pub(crate) fn all<'a>(asked: Vec<Question>, lang: Lang, typed: impl Fn(&str) -> &'a str) -> Vec<Self> {
        let opens = asked.iter().position(|question| question.beside_the_device);
        let one = |(at, question): (usize, Question)| {
            let field = question.field();
            let (choices, days) = match question.form {
                Form::Day => (&[][..], None),
                Form::Choice(choices) => (choices, None),
                Form::Held(choices, days) => (choices, Some(days)),
            };
            let until = days.map(|days| {
                let field = format!("{field}{UNTIL}");
                Until { typed: typed(&field).to_owned(), field, days }
            });
            Self {
                at,
                typed: typed(&field).to_owned(),
                field,
                title: Said::of(&question.title, lang),
                text: Said::of(&question.text, lang),
                clause: question.clause,
                choices,
                until,
                opens: opens == Some(at),
            }
        };
        asked.into_iter().enumerate().map(one).collect()
    }
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
    use crate::domain::self_check::questions;

    impl Sample for SelfCheckPage {
        fn samples() -> Vec<Self> {
            let asked = AskedQuestion::all(questions(&Pack::bundled()), Lang::Japanese, |_| "yes");
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = SelfCheckLine {
                at: Moment::new(now, now),
                by: Text::verbatim("見本 花子"),
                grade: "grade-administrator",
                devices: 3,
                note: "見本".to_owned(),
            };
            let sample = |full: bool| Self {
                shell: Shell::sample("self-check-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                may_answer: full,
                once: "0f".to_owned(),
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
