//! Views of mail: the own address, and what has not arrived.

use askama::Template;

use super::{Moment, Shell};
use crate::store::mail::Troubles;
use crate::words::Text;

/// Mail on the account's page.
#[derive(Clone, Debug)]
pub(crate) struct MailSection {
    /// Whether the collector sends any.
    pub on: bool,
    /// The registered address.
    pub address: Option<String>,
    /// Says that another waits for its link.
    pub pending: Option<Text>,
    /// Whether there is anything to be removed.
    pub removable: bool,
}

/// `/account/mail`.
#[derive(Template)]
#[template(path = "account_mail.html")]
pub(crate) struct AccountMailPage {
    pub shell: Shell,
    /// As typed before, or as registered.
    pub address: String,
    pub error: Option<Text>,
}

/// `/account/mail/confirm/{secret}`.
#[derive(Template)]
#[template(path = "confirm_mail.html")]
pub(crate) struct ConfirmMailPage {
    pub shell: Shell,
    pub action: String,
    pub about: Text,
}

/// `/letters`.
#[derive(Template)]
#[template(path = "letters.html")]
pub(crate) struct LettersPage {
    pub shell: Shell,
    pub letters: Vec<LetterLine>,
    /// Whether there are some to be noted, and the reader may.
    pub may_note: bool,
}

/// A letter that has not arrived.
#[derive(Clone, Debug)]
pub(crate) struct LetterLine {
    /// Key of the words.
    pub what: &'static str,
    pub name: Text,
    /// Key of the word.
    pub role: Option<&'static str>,
    pub facility: Option<String>,
    pub queued: Moment,
    pub why: Text,
    pub next: Text,
}

/// One line about mail that has not arrived.
#[derive(Clone, Debug)]
pub(crate) struct MailNote {
    /// Whether somebody has to do something.
    pub grave: bool,
    pub text: Text,
}

impl MailNote {
    /// What failed for good before what is tried again; `None`: all is well.
    pub(crate) fn of(troubles: Troubles) -> Option<Self> {
        match troubles {
            Troubles { failed: 0, retried: 0 } => None,
            Troubles { failed: 0, retried } => Some(Self { grave: false, text: Text::new("letters-note-retried").with("n", retried) }),
            Troubles { failed, .. } => Some(Self { grave: true, text: Text::new("letters-note-failed").with("n", failed) }),
        }
    }
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;

    use super::super::Sample;
    use super::*;
    use crate::domain::mail::{Failure, Kind};

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl Sample for AccountMailPage {
        fn samples() -> Vec<Self> {
            let sample =
                |address: &str, error| Self { shell: Shell::sample("account-mail-title", true), address: address.to_owned(), error };
            vec![sample("", None), sample("hanako", Some(Text::new("account-mail-wrong")))]
        }
    }

    impl Sample for ConfirmMailPage {
        fn samples() -> Vec<Self> {
            let about = Text::new("account-mail-confirm-about")
                .with("address", "hanako@hotaru.example".to_owned())
                .with("login", "hanako".to_owned());
            let shell = Shell::sample("account-mail-confirm-title", true);
            vec![Self { shell, action: "/account/mail/confirm/AAAA".to_owned(), about }]
        }
    }

    impl Sample for LettersPage {
        fn samples() -> Vec<Self> {
            let line = |kind: Kind, failure: Failure, next| LetterLine {
                what: kind.subject(),
                name: if kind == Kind::ResetLink { Text::verbatim("見本 花子") } else { Text::new("letters-applicant") },
                role: (kind == Kind::ResetLink).then_some("role-administrator"),
                facility: (kind == Kind::ResetLink).then(|| "さくら架空診療所".to_owned()),
                queued: Moment::new(NOW.plus_days(-1), NOW),
                why: failure.text(),
                next,
            };
            let letters = vec![
                line(Kind::ResetLink, Failure::Refused(550), Text::new("letters-given-up")),
                line(Kind::Vacancies, Failure::Unreachable, Text::new("letters-again").with("at", NOW)),
            ];
            let sample = |letters, may_note| Self { shell: Shell::sample("letters-title", true), letters, may_note };
            vec![sample(letters, true), sample(Vec::new(), false)]
        }
    }
}
