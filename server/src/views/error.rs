//! Views of what went wrong: always what to do next, and what was typed where a form could not be taken.

use askama::Template;

use super::Shell;
use crate::words::Text;

/// Any error.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub shell: Shell,
    /// What to do.
    pub text: Text,
    /// (key of the name on screen, as typed).
    pub kept: Vec<(&'static str, String)>,
}

/// The session or the form has grown too old.
#[derive(Template)]
#[template(path = "expired.html")]
pub(crate) struct ExpiredPage {
    pub shell: Shell,
    /// (key of the name on screen, as typed).
    pub kept: Vec<(&'static str, String)>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for ErrorPage {
        fn samples() -> Vec<Self> {
            let sample = |signed_in, kept| Self {
                shell: Shell::sample("error-too-large-title", signed_in),
                text: Text::new("error-too-large"),
                kept,
            };
            vec![sample(true, vec![("kept-why", "見本".to_owned())]), sample(false, Vec::new())]
        }
    }

    impl Sample for ExpiredPage {
        fn samples() -> Vec<Self> {
            let sample = |kept| Self { shell: Shell::sample("error-again-title", false), kept };
            vec![sample(vec![("kept-login", "hanako".to_owned())]), sample(Vec::new())]
        }
    }
}
