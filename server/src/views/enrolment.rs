//! Views of enrolment: codes, the code shown once, and devices that wait to be confirmed.

use askama::Template;

use super::{Moment, Qr, Shell};

/// `/facilities/{facility}/codes`.
#[derive(Template)]
#[template(path = "codes.html")]
pub(crate) struct CodesPage {
    pub shell: Shell,
    pub facility: Place,
    pub codes: Vec<CodeLine>,
    pub error: Option<String>,
    /// As typed before.
    pub uses: String,
    /// As chosen before: hours.
    pub hours: String,
    pub most_uses: u32,
    /// As chosen before: whether devices skip 登録待ち.
    pub auto: bool,
    pub most_auto_uses: u32,
    pub longest_auto_hours: u32,
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
    pub issued_at: String,
    pub expires_at: String,
    pub uses: i64,
    pub uses_allowed: i64,
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
    pub qr: Qr,
    /// `host:port` of the device port.
    pub server: String,
    pub uses: String,
    pub expires_at: String,
}

/// `/facilities/{facility}/pending`.
#[derive(Template)]
#[template(path = "pending.html")]
pub(crate) struct PendingPage {
    pub shell: Shell,
    pub facility: Place,
    pub devices: Vec<Candidate>,
}

/// A device that waits to be confirmed, with what it showed of itself.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub id: String,
    pub label: String,
    pub enrolled: Moment,
    /// (name, value): maker, model, OS, …
    pub evidence: Vec<(&'static str, String)>,
    /// Why it deserves a second look, and the device it resembles.
    pub suspicion: Option<Suspicion>,
    /// Whether the reader may let it in or refuse it.
    pub may_decide: bool,
}

/// Why a candidate deserves a second look.
#[derive(Clone, Debug)]
pub(crate) struct Suspicion {
    pub text: String,
    /// (id, label) of the device it resembles.
    pub like: Option<(String, String)>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;
    use hashimori_shared::time::Timestamp;

    fn place() -> Place {
        Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
    }

    impl Sample for CodesPage {
        fn samples() -> Vec<Self> {
            let line = CodeLine {
                id: "c".to_owned(),
                issued_at: "2026年8月3日 09:00".to_owned(),
                expires_at: "2026年8月4日 09:00".to_owned(),
                uses: 1,
                uses_allowed: 5,
                auto_confirm: true,
            };
            let sample = |codes: Vec<CodeLine>, error| Self {
                shell: Shell::sample("登録コード", true),
                facility: place(),
                codes,
                error,
                uses: "1".to_owned(),
                hours: "24".to_owned(),
                most_uses: 500,
                auto: true,
                most_auto_uses: 50,
                longest_auto_hours: 24,
                lifetimes: &[("24", "1日")],
                may_issue: true,
            };
            vec![sample(vec![line], None), sample(Vec::new(), Some("見本".to_owned()))]
        }
    }

    impl Sample for CodeIssuedPage {
        fn samples() -> Vec<Self> {
            let code = IssuedCode {
                text: "AAAA-BBBB".to_owned(),
                qr: Qr::of("AAAA-BBBB").expect("drawn"),
                server: "collector.example:8443".to_owned(),
                uses: "1".to_owned(),
                expires_at: "2026年8月4日 09:00".to_owned(),
            };
            let sample = |code| Self { shell: Shell::sample("登録コード", true), facility: place(), code };
            vec![sample(Some(code)), sample(None)]
        }
    }

    impl Sample for PendingPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let candidate = |suspicion: Option<Suspicion>| Candidate {
                id: "d".to_owned(),
                label: "受付1".to_owned(),
                enrolled: Moment::new(now, now),
                evidence: vec![("メーカー", "架空電機".to_owned())],
                may_decide: suspicion.is_some(),
                suspicion,
            };
            let like = Some(("e".to_owned(), "受付2".to_owned()));
            let sample = |devices: Vec<Candidate>| Self { shell: Shell::sample("登録待ち", true), facility: place(), devices };
            vec![sample(vec![candidate(None), candidate(Some(Suspicion { text: "見本".to_owned(), like }))]), sample(Vec::new())]
        }
    }
}
