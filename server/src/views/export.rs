//! View of what is about to be written out: which file, which columns, and that it is logged.

use askama::Template;

use super::Shell;
use crate::words::Text;

/// A page before a file.
#[derive(Template)]
#[template(path = "export.html")]
pub(crate) struct ExportPage {
    pub shell: Shell,
    /// Where the person came from.
    pub back: String,
    /// What the file holds.
    pub about: Text,
    /// Names of the columns, in order.
    pub columns: Vec<Text>,
    /// Path of the file.
    pub file: String,
    /// Further files that go with it: key of what each holds, path.
    pub others: Vec<(&'static str, String)>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for ExportPage {
        fn samples() -> Vec<Self> {
            vec![Self {
                shell: Shell::sample("export-facilities-title", true),
                back: "/".to_owned(),
                about: Text::new("export-about-facilities"),
                columns: vec![Text::new("export-col-devices"), Text::verbatim("§20-3")],
                file: "/export/facilities.csv".to_owned(),
                others: vec![("export-about-papers", "/facilities/f/papers.csv".to_owned())],
            }]
        }
    }
}
