//! View of an auditor's evidence: which period, which files, and how they are checked.

use askama::Template;

use super::{Place, Shell};
use crate::words::Text;

/// `/facilities/{facility}/evidence`.
#[derive(Template)]
#[template(path = "evidence.html")]
pub(crate) struct EvidencePage {
    pub shell: Shell,
    pub facility: Place,
    /// As typed.
    pub from: String,
    pub to: String,
    /// Names of files, and keys of what they hold.
    pub files: Vec<(&'static str, &'static str)>,
    /// The public key that the signature is checked with.
    pub key: Option<String>,
    pub error: Option<Text>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for EvidencePage {
        fn samples() -> Vec<Self> {
            let sample = |key, error| Self {
                shell: Shell::sample("evidence-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                from: "2026-01-01".to_owned(),
                to: "2026-08-03".to_owned(),
                files: vec![("devices.csv", "evidence-file-devices"), ("operation-log.csv", "evidence-file-log")],
                key,
                error,
            };
            vec![sample(Some("00".repeat(32)), None), sample(None, Some(Text::new("evidence-wrong-day")))]
        }
    }
}
