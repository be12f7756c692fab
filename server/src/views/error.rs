//! Views of what went wrong: always what to do next, and what was typed where a form could not be taken.

use askama::Template;

use super::Shell;

/// Any error.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub shell: Shell,
    /// What to do.
    pub text: String,
}

/// The session or the form has grown too old.
#[derive(Template)]
#[template(path = "expired.html")]
pub(crate) struct ExpiredPage {
    pub shell: Shell,
    /// (name on screen, as typed).
    pub kept: Vec<(&'static str, String)>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for ErrorPage {
        fn samples() -> Vec<Self> {
            let sample =
                |signed_in| Self { shell: Shell::sample("ページが見つかりません", signed_in), text: "見本".to_owned() };
            vec![sample(true), sample(false)]
        }
    }

    impl Sample for ExpiredPage {
        fn samples() -> Vec<Self> {
            let sample = |kept| Self { shell: Shell::sample("もう一度お試しください", false), kept };
            vec![sample(vec![("ログインID", "hanako".to_owned())]), sample(Vec::new())]
        }
    }
}
