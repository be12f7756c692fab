//! Views of what comes and goes under a 災害時特例: what is let in, the link by which it registers itself, and what is gone.

use askama::Template;

use super::{Choice, Moment, Place, Qr, Shell};
use crate::words::Text;

/// `/facilities/{facility}/disaster/let-in`.
#[derive(Template)]
#[template(path = "let_in.html")]
pub(crate) struct LetInPage {
    pub shell: Shell,
    pub facility: Place,
    /// The form; `None`: no exception holds, or the reader may not.
    pub form: Option<LetInForm>,
    /// Why there is no form.
    pub closed: Option<Text>,
    pub lines: Vec<LetInLine>,
    pub next: Option<String>,
    /// Path of the form that clears; `None`: the reader may not.
    pub clear: Option<String>,
    /// Ways to clear: (word, key).
    pub ways: Vec<(&'static str, &'static str)>,
    /// Papers that went ahead under an exception and are neither approved nor ended: how many, and the path of their list.
    pub papers: Option<(i64, String)>,
    pub error: Option<Text>,
}

impl LetInPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> String {
        self.lines.iter().position(|line| line.open).map(|at| format!("clear-{}-", at + 1)).unwrap_or_default()
    }
}

/// One that was let in.
#[derive(Clone, Debug)]
pub(crate) struct LetInLine {
    pub id: String,
    pub drill: bool,
    pub who: Text,
    /// What, whose, from where: keys and words.
    pub about: Vec<Text>,
    pub event: Moment,
    /// Until when a guest stays, and whether that is over.
    pub until: Option<(Moment, bool)>,
    pub cleared: Option<(&'static str, Moment)>,
    /// Path of the application that it can be turned into.
    pub apply: Option<String>,
    /// Path and number of the application that it was turned into.
    pub paper: Option<(String, i64)>,
    /// Whether it was to be cleared, and that was refused.
    pub open: bool,
    /// What has to be done: (word, key).
    pub checks: Vec<(&'static str, &'static str)>,
}

/// The form in which a device is registered, as filled in.
#[derive(Clone, Debug)]
pub(crate) struct LetInForm {
    pub action: String,
    pub machines: Vec<Choice>,
    /// Empty: not asked for.
    pub whose: Vec<Choice>,
    pub name: String,
    pub from: String,
    pub contact: String,
    pub days: String,
    pub most_days: u32,
    pub event: String,
    pub longest: usize,
    /// Whether there is a button for using a device without saying whose it is.
    pub skip: bool,
    pub error: Option<Text>,
}

/// `/facilities/{facility}/disaster/door`.
#[derive(Template)]
#[template(path = "door.html")]
pub(crate) struct DoorPage {
    pub shell: Shell,
    pub facility: Place,
    /// The link, its QR code, and since when it holds.
    pub door: Option<(String, Option<Qr>, Moment)>,
}

/// `/facilities/{facility}/disaster/gone`.
#[derive(Template)]
#[template(path = "gone.html")]
pub(crate) struct GonePage {
    pub shell: Shell,
    pub facility: Place,
    pub drill: bool,
    /// Whether an exception holds now.
    pub held: bool,
    /// Devices in use.
    pub devices: Vec<Choice>,
    pub ways: Vec<Choice>,
    pub why: String,
    pub event: String,
    pub longest: usize,
    /// Those noted under the exception that holds: id, name, key of how, when.
    pub gone: Vec<(String, Text, &'static str, Moment)>,
    pub error: Option<Text>,
}

/// `/join/{secret}`.
#[derive(Template)]
#[template(path = "join.html")]
pub(crate) struct JoinPage {
    pub shell: Shell,
    /// The facility.
    pub name: String,
    pub drill: bool,
    /// Set after something was registered.
    pub done: bool,
    /// `None`: no exception holds.
    pub form: Option<LetInForm>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    fn let_in_form(whole: bool) -> LetInForm {
        let choice = |value: &str, key| Choice { value: value.to_owned(), text: Text::new(key), chosen: value == "phone" };
        LetInForm {
            action: "/join/x".to_owned(),
            machines: vec![choice("phone", "let-in-phone"), choice("other", "let-in-other")],
            whose: if whole { vec![choice("own", "let-in-own"), choice("guest", "let-in-guest")] } else { Vec::new() },
            name: "見本 花子".to_owned(),
            from: "架空医療班".to_owned(),
            contact: String::new(),
            days: "3".to_owned(),
            most_days: 7,
            event: String::new(),
            longest: 60,
            skip: !whole,
            error: whole.then(|| Text::new("let-in-wrong-guest")),
        }
    }

    impl Sample for LetInPage {
        fn samples() -> Vec<Self> {
            let open = LetInLine {
                id: "l".to_owned(),
                drill: true,
                who: Text::verbatim("見本 花子"),
                about: vec![Text::new("let-in-phone"), Text::verbatim("架空医療班")],
                event: Moment::sample(-30),
                until: Some((Moment::sample(-6), true)),
                cleared: None,
                apply: Some("/x".to_owned()),
                paper: None,
                open: false,
                checks: vec![("apps", "let-in-check-apps")],
            };
            let cleared =
                LetInLine { drill: false, until: None, cleared: Some(("let-in-cleared-done", Moment::sample(-1))), ..open.clone() };
            let applied = LetInLine { apply: None, paper: Some(("/x".to_owned(), 3)), ..open.clone() };
            let sample = |lines: Vec<LetInLine>| Self {
                shell: Shell::sample("let-in-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                form: (!lines.is_empty()).then(|| let_in_form(true)),
                closed: lines.is_empty().then(|| Text::new("let-in-not-now")),
                next: (!lines.is_empty()).then(|| "/x".to_owned()),
                clear: (!lines.is_empty()).then(|| "/x".to_owned()),
                ways: vec![("done", "let-in-cleared-done")],
                papers: (!lines.is_empty()).then(|| (2, "/x".to_owned())),
                error: (!lines.is_empty()).then(|| Text::new("let-in-left")),
                lines,
            };
            vec![sample(vec![open, applied, cleared]), sample(Vec::new())]
        }
    }

    impl Sample for DoorPage {
        fn samples() -> Vec<Self> {
            let sample = |door| Self {
                shell: Shell::sample("door-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                door,
            };
            let link = "https://hashimori.example/join/x".to_owned();
            vec![
                sample(Some((link.clone(), Qr::of(&link).ok(), Moment::sample(-5)))),
                sample(Some((link, None, Moment::sample(-5)))),
                sample(None),
            ]
        }
    }

    impl Sample for GonePage {
        fn samples() -> Vec<Self> {
            let choice = |value: &str, text| Choice { value: value.to_owned(), text, chosen: true };
            let sample = |held: bool| Self {
                shell: Shell::sample("gone-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                drill: held,
                held,
                devices: if held { vec![choice("d", Text::verbatim("受付1"))] } else { Vec::new() },
                ways: vec![choice("flooded", Text::new("gone-flooded"))],
                why: String::new(),
                event: String::new(),
                longest: 200,
                gone: if held { vec![("d".to_owned(), Text::verbatim("受付2"), "gone-missing", Moment::sample(-5))] } else { Vec::new() },
                error: held.then(|| Text::new("gone-wrong-how")),
            };
            vec![sample(true), sample(false)]
        }
    }

    impl Sample for JoinPage {
        fn samples() -> Vec<Self> {
            let sample = |done, form| Self {
                shell: Shell::sample("join-title", false),
                name: "さくら架空診療所".to_owned(),
                drill: done,
                done,
                form,
            };
            vec![sample(true, Some(let_in_form(false))), sample(false, None)]
        }
    }
}
