//! Views of 機器管理台帳: the list, and what is written down about one device.

use askama::Template;

use super::{FormField, Mark, Moment, Place, Shell};
use crate::words::Text;

/// `/facilities/{facility}/ledger`.
#[derive(Template)]
#[template(path = "ledger.html")]
pub(crate) struct LedgerPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether the reader may write a device in.
    pub may_write: bool,
    pub lines: Vec<LedgerLine>,
    pub next: Option<String>,
    pub paged: bool,
}

/// One device.
#[derive(Clone, Debug)]
pub(crate) struct LedgerLine {
    pub id: String,
    pub label: Text,
    pub mark: Mark,
    pub owner: Text,
    pub seen: Option<Moment>,
    /// The day on which it was taken out of use.
    pub retired: Option<Text>,
    /// What is known of it: key of the name, words; empty where that is not the reader's to know.
    pub pairs: Vec<(&'static str, Text)>,
}

/// `/devices/{device}/card` and `/facilities/{facility}/ledger/new`.
#[derive(Template)]
#[template(path = "ledger_card.html")]
pub(crate) struct LedgerCardPage {
    pub shell: Shell,
    /// Where the reader came from: words, path.
    pub back: (Text, String),
    pub action: String,
    /// Mark of the form.
    pub once: String,
    /// Version of the card that the form shows.
    pub seen: i64,
    /// What is asked of a device that is written in.
    pub new: Option<NewInLedger>,
    pub fields: Vec<FormField>,
    pub error: Option<Text>,
}

/// A device that is written in.
#[derive(Clone, Debug)]
pub(crate) struct NewInLedger {
    pub name: String,
    pub longest: usize,
    /// (word in the form, words on screen, whether it is chosen)
    pub owners: Vec<(&'static str, Text, bool)>,
    pub classes: Vec<(&'static str, Text, bool)>,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;
    use hashimori_shared::verdict::State;

    use super::super::Sample;
    use super::*;
    use crate::domain::ledger::fields;

    impl Sample for LedgerPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = LedgerLine {
                id: "d".to_owned(),
                label: Text::verbatim("受付1"),
                mark: Mark::of(State::NonCompliant).under(true),
                owner: Text::new("device-managed"),
                seen: Some(Moment::new(now, now)),
                retired: None,
                pairs: vec![("ledger-number", Text::verbatim("見本")), ("ledger-program", Text::new("ledger-program-none"))],
            };
            let gone = LedgerLine {
                mark: Mark::out_of_use("standing-retired"),
                seen: None,
                retired: Some(Text::Day(now)),
                pairs: Vec::new(),
                ..line.clone()
            };
            let sample = |lines: Vec<LedgerLine>| Self {
                shell: Shell::sample("ledger-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                may_write: !lines.is_empty(),
                next: (!lines.is_empty()).then(|| "/facilities/f/ledger?after=d".to_owned()),
                paged: lines.is_empty(),
                lines,
            };
            vec![sample(vec![line, gone]), sample(Vec::new())]
        }
    }

    impl Sample for LedgerCardPage {
        fn samples() -> Vec<Self> {
            let sample = |by_hand: bool| Self {
                shell: Shell::sample("ledger-new-title", true),
                back: (Text::verbatim("受付1"), "/devices/d".to_owned()),
                action: "/devices/d/card".to_owned(),
                once: "0f".to_owned(),
                seen: 3,
                new: by_hand.then(|| NewInLedger {
                    name: "見本".to_owned(),
                    longest: 60,
                    owners: vec![("managed", Text::new("device-managed"), true)],
                    classes: vec![("tablet", Text::verbatim("見本"), true)],
                }),
                fields: fields(by_hand).map(|field| FormField::of(field, "見本".to_owned())).collect(),
                error: by_hand.then(|| Text::new("ledger-wrong-imei")),
            };
            vec![sample(false), sample(true)]
        }
    }
}
