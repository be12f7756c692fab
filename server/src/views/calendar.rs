//! View of the secret address that calendars read.

use askama::Template;

use super::Shell;

/// `/account/calendar`.
#[derive(Template)]
#[template(path = "calendar.html")]
pub(crate) struct CalendarPage {
    pub shell: Shell,
    /// The address; holds a secret. `None`: it was shown before.
    pub url: Option<String>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for CalendarPage {
        fn samples() -> Vec<Self> {
            let sample = |url| Self { shell: Shell::sample("calendar-title", true), url };
            vec![sample(Some("https://hashimori.example/calendar/AAAA.ics".to_owned())), sample(None)]
        }
    }
}
