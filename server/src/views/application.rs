//! View of the page of whoever applied without an account.

use askama::Template;

use super::{Mark, Shell};
use crate::words::Text;

/// `/application/{secret}`.
#[derive(Template)]
#[template(path = "application.html")]
pub(crate) struct ApplicationPage {
    pub shell: Shell,
    /// The facility's name.
    pub facility: String,
    pub action: String,
    /// Whether the reader's address is proved.
    pub proved: bool,
    pub mark: Mark,
    pub period: Text,
    /// What was said with the last decision.
    pub why: Option<String>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for ApplicationPage {
        fn samples() -> Vec<Self> {
            let sample = |proved: bool, mark| Self {
                shell: Shell::sample(
                    Text::new("paper-numbered").with("kind", Text::new("paper-personal-device")).with("number", 3_i64),
                    false,
                ),
                facility: "さくら架空診療所".to_owned(),
                action: "/application/AAAA".to_owned(),
                proved,
                mark,
                period: Text::verbatim("見本"),
                why: proved.then(|| "見本".to_owned()),
            };
            vec![sample(false, Mark::waiting("paper-state-filed")), sample(true, Mark::running("paper-state-in-use"))]
        }
    }
}
