//! Views of enrolment: codes, the code shown once, and devices that wait to be confirmed.

use askama::Template;

use super::{Mark, Moment, Qr, Shell};
use crate::words::Text;

/// `/facilities/{facility}/codes`.
#[derive(Template)]
#[template(path = "codes.html")]
pub(crate) struct CodesPage {
    pub shell: Shell,
    pub facility: Place,
    /// The form's mark.
    pub once: String,
    pub codes: Vec<CodeLine>,
    /// Path of the next page.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub paged: bool,
    pub error: Option<Text>,
    /// As typed before.
    pub uses: String,
    /// As chosen before: hours.
    pub hours: String,
    pub most_uses: u32,
    /// As chosen before: whether devices skip 登録待ち.
    pub auto: bool,
    /// What such a code is limited to.
    pub auto_about: Text,
    /// (hours, key of the words).
    pub lifetimes: &'static [(&'static str, &'static str)],
    /// Whether the reader may issue and revoke codes.
    pub may_issue: bool,
}

/// The facility a page is about.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub id: String,
    pub name: String,
}

/// One code that still works.
#[derive(Clone, Debug)]
pub(crate) struct CodeLine {
    pub id: String,
    pub issued_at: Text,
    pub expires_at: Text,
    /// For how many devices, of how many.
    pub used: Text,
    pub auto_confirm: bool,
}

/// `/facilities/{facility}/codes/issued`; without a code when it was shown before.
#[derive(Template)]
#[template(path = "code_issued.html")]
pub(crate) struct CodeIssuedPage {
    pub shell: Shell,
    pub facility: Place,
    pub code: Option<IssuedCode>,
}

/// A fresh code, shown once.
#[derive(Clone, Debug)]
pub(crate) struct IssuedCode {
    /// Groups of four.
    pub text: String,
    /// `None`: it could not be drawn.
    pub qr: Option<Qr>,
    /// `host:port` of the device port.
    pub server: String,
    pub uses: i64,
    pub expires_at: Text,
}

/// `/facilities/{facility}/pending`.
#[derive(Template)]
#[template(path = "pending.html")]
pub(crate) struct PendingPage {
    pub shell: Shell,
    pub facility: Place,
    pub devices: Vec<Candidate>,
    /// Path of the next page.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub paged: bool,
}

/// A device that waits to be confirmed, with what it showed of itself.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub id: String,
    pub label: Text,
    /// What it waits for.
    pub mark: Mark,
    pub enrolled: Moment,
    /// (key of the name, value): maker, model, OS, …
    pub evidence: Vec<(&'static str, String)>,
    /// Why it deserves a second look, and the device it resembles.
    pub suspicion: Option<Suspicion>,
    /// Whether the reader may let it in or refuse it.
    pub may_decide: bool,
}

/// Why a candidate deserves a second look.
#[derive(Clone, Debug)]
pub(crate) struct Suspicion {
    /// Key of what the person who confirms is told.
    pub key: &'static str,
    /// (id, label) of the device it resembles.
    pub like: Option<(String, Text)>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;
    use hashimori_shared::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn place() -> Place {
        Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
    }

    impl Sample for CodesPage {
        fn samples() -> Vec<Self> {
            let line = CodeLine {
                id: "c".to_owned(),
                issued_at: NOW.into(),
                expires_at: NOW.plus_days(1).into(),
                used: Text::new("codes-used").with("uses", 1_i64).with("allowed", 5_i64),
                auto_confirm: true,
            };
            let sample = |codes: Vec<CodeLine>, error| Self {
                shell: Shell::sample("codes-title", true),
                facility: place(),
                once: "0f".to_owned(),
                next: (!codes.is_empty()).then(|| "/facilities/f/codes?after=c#live".to_owned()),
                paged: !codes.is_empty(),
                codes,
                error,
                uses: "1".to_owned(),
                hours: "24".to_owned(),
                most_uses: 500,
                auto: true,
                auto_about: Text::new("codes-confirm-about").with("uses", 50_u32).with("hours", 24_u32),
                lifetimes: &[("24", "codes-1-day")],
                may_issue: true,
            };
            vec![sample(vec![line], None), sample(Vec::new(), Some(Text::new("codes-wrong").with("n", 500_u32)))]
        }
    }

    impl Sample for CodeIssuedPage {
        fn samples() -> Vec<Self> {
            let code = IssuedCode {
                text: "AAAA-BBBB".to_owned(),
                qr: Some(Qr::of("AAAA-BBBB").expect("drawn")),
                server: "collector.example:8443".to_owned(),
                uses: 1,
                expires_at: NOW.plus_days(1).into(),
            };
            let sample = |code| Self { shell: Shell::sample("codes-title", true), facility: place(), code };
            vec![sample(Some(IssuedCode { qr: None, ..code.clone() })), sample(Some(code)), sample(None)]
        }
    }

    #[test]
    fn a_code_that_cannot_be_drawn_is_still_there_to_be_typed() {
        let html = CodeIssuedPage::samples()[0].render().expect("renders");
        assert!(html.contains("AAAA-BBBB") && html.contains("QRコードを作れませんでした") && !html.contains("class=\"qr\""), "{html}");
    }

    impl Sample for PendingPage {
        fn samples() -> Vec<Self> {
            let candidate = |suspicion: Option<Suspicion>| Candidate {
                id: "d".to_owned(),
                label: Text::verbatim("受付1"),
                mark: Mark::waiting("standing-pending"),
                enrolled: Moment::new(NOW, NOW),
                evidence: vec![("shown-maker", "架空電機".to_owned())],
                may_decide: suspicion.is_some(),
                suspicion,
            };
            let like = Some(("e".to_owned(), Text::verbatim("受付2")));
            let sample = |devices: Vec<Candidate>, next: Option<&str>, paged| Self {
                shell: Shell::sample("pending-title", true),
                facility: place(),
                devices,
                next: next.map(str::to_owned),
                paged,
            };
            let resembling = candidate(Some(Suspicion { key: "suspicion-same_image", like }));
            vec![
                sample(vec![candidate(None), resembling], Some("/facilities/f/pending?after=d"), true),
                sample(Vec::new(), None, false),
                sample(Vec::new(), None, true),
            ]
        }
    }
}
