//! Made-up papers.

use hashimori_shared::time::Timestamp;

use super::super::{Qr, Sample};
use super::*;
use crate::domain::paper::Kind;

const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

fn place() -> Place {
    Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
}

fn title() -> Text {
    Text::new("paper-numbered").with("kind", Text::new(Kind::TakeOut.key())).with("number", 3_i64)
}

impl Sample for PapersPage {
    fn samples() -> Vec<Self> {
        let line = PaperLine {
            id: "p".to_owned(),
            title: title(),
            applicant: Text::verbatim("見本 花子"),
            device: Some(Text::verbatim("受付1")),
            mark: Mark::alarming("paper-overdue"),
            period: Text::new("paper-days").with("from", Text::Day(NOW)).with("until", Text::Day(NOW.plus_days(7))),
        };
        let documents = PaperLine { device: None, mark: Mark::running("paper-state-out"), ..line.clone() };
        let sample = |lines: Vec<PaperLine>| Self {
            shell: Shell::sample("papers-title", true),
            facility: place(),
            kinds: Kind::ALL.iter().map(|kind| (kind.as_str(), kind.key(), !lines.is_empty())).collect(),
            filtered: lines.is_empty(),
            paged: lines.is_empty(),
            next: (!lines.is_empty()).then(|| "/facilities/f/papers?before=p".to_owned()),
            lines,
        };
        vec![sample(vec![line, documents]), sample(Vec::new())]
    }
}

impl Sample for PaperFormPage {
    fn samples() -> Vec<Self> {
        Kind::ALL
            .iter()
            .flat_map(|&kind| {
                [true, false].map(|full| Self {
                    shell: Shell::sample(kind.key(), true),
                    facility: place(),
                    once: "0f".to_owned(),
                    without_account: !full,
                    notice: (!full).then(|| Text::new("paper-exempt-filing")),
                    let_in: full.then(|| "l".to_owned()),
                    kind: kind.as_str(),
                    about: kind.about(),
                    person: kind.person(),
                    action: "/facilities/f/papers/new".to_owned(),
                    cancel: full.then(|| "/papers/p".to_owned()),
                    applicant: "見本 花子".to_owned(),
                    own_name: full.then(|| "見本 花子".to_owned()),
                    longest_name: 60,
                    devices: full.then(|| vec![("d".to_owned(), Text::verbatim("受付1"), true)]),
                    fields: kind
                        .fields()
                        .iter()
                        .map(|field| FormField::of(field, "見本".to_owned()).offering(&Pack::bundled(), Lang::Japanese))
                        .collect(),
                    from: "2026-08-03".to_owned(),
                    until: String::new(),
                    days: kind.days(),
                    most_days: 183,
                    on: full.then(String::new),
                    mail: (!full).then(String::new),
                    error: full.then(|| Text::new("paper-wrong-order")),
                })
            })
            .collect()
    }
}

impl Sample for PaperPage {
    fn samples() -> Vec<Self> {
        let all = ActForm {
            word: "approve",
            key: "paper-act-approve",
            ends: false,
            open: true,
            why: true,
            note: false,
            until: Some("paper-new-until"),
            perhaps_until: None,
            device: true,
            cleared: true,
            checker: true,
            on: true,
            when: true,
            lost_at: true,
            fields: Kind::Incident.closing_fields().iter().map(|field| FormField::of(field, "見本".to_owned())).collect(),
            typed: Entry { why: "見本".to_owned(), ..Entry::default() },
        };
        let bare = ActForm {
            word: "withdraw",
            ends: true,
            open: false,
            why: false,
            note: true,
            until: None,
            perhaps_until: Some(("paper-shorter", "paper-shorter-about")),
            device: false,
            cleared: false,
            checker: false,
            on: false,
            when: false,
            lost_at: false,
            fields: Vec::new(),
            ..all.clone()
        };
        let step = StepLine {
            act: "paper-file",
            state: "paper-state-filed",
            by: Text::verbatim("見本 花子"),
            at: Moment::new(NOW, NOW),
            on: Some(Text::new("paper-on-day").with("day", Text::Day(NOW))),
            why: "見本".to_owned(),
            other: Some(Text::new("paper-checked-by").with("name", "見本".to_owned())),
        };
        let quiet = StepLine { on: None, why: String::new(), other: None, ..step.clone() };
        let sample = |full: bool| Self {
            shell: Shell::sample(title(), true),
            facility: place(),
            id: "p".to_owned(),
            once: "0f".to_owned(),
            version: 2,
            mark: Mark::waiting("paper-state-filed"),
            notices: if full { vec![Text::new("paper-own-waits")] } else { Vec::new() },
            pairs: vec![("paper-applicant", Text::verbatim("見本 花子")), ("paper-purpose", Text::verbatim("見本"))],
            clock: if full { vec![Text::new("paper-act-report-first")] } else { Vec::new() },
            last: if full { vec![(Text::new("paper-last-report"), Text::Minute(NOW))] } else { Vec::new() },
            links: if full { vec![(title(), "/papers/p".to_owned())] } else { Vec::new() },
            devices: vec![("d".to_owned(), Text::verbatim("受付1"))],
            acts: if full { vec![all.clone(), bare.clone()] } else { Vec::new() },
            files: if full { PaperFiles::sample() } else { PaperFiles::hidden_sample() },
            may_edit: full,
            may_enrol: full,
            longest_reason: 200,
            longest_name: 60,
            paper_ok: full,
            error: full.then(|| Text::new("paper-own-request")),
            past: vec![step.clone(), quiet.clone()],
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for PaperPrintPage {
    fn samples() -> Vec<Self> {
        let sample = |full: bool| Self {
            shell: Shell::sample(title(), true),
            facility: place(),
            back: "/papers/p".to_owned(),
            pairs: vec![("paper-applicant", full.then(|| Text::verbatim("見本 花子")))],
            seals: vec![Seal { key: "paper-seal-approved", name: full.then(|| "見本".to_owned()), day: full.then_some(Text::Day(NOW)) }],
            state: full.then_some("paper-state-approved"),
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for FacilityLinksPage {
    fn samples() -> Vec<Self> {
        let line = FacilityLinkLine {
            word: "personal_device",
            key: "paper-personal-device",
            since: Some(Moment::new(NOW, NOW)),
            by: Some(Text::verbatim("見本 花子")),
        };
        let none = FacilityLinkLine { since: None, by: None, ..line.clone() };
        let sample = |may_change| Self {
            shell: Shell::sample("links-title", true),
            facility: place(),
            may_change,
            lines: vec![line.clone(), none.clone()],
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for FacilityLinkPage {
    fn samples() -> Vec<Self> {
        let sample = |shown: bool, drawn: bool| Self {
            shell: Shell::sample("links-title", true),
            facility: place(),
            kind: shown.then_some("paper-personal-device"),
            url: shown.then(|| "https://hashimori.example/apply/AAAA".to_owned()),
            qr: drawn.then(|| Qr::of("https://hashimori.example/apply/AAAA").expect("drawn")),
        };
        vec![sample(true, true), sample(true, false), sample(false, false)]
    }
}

impl Sample for PolicyPage {
    fn samples() -> Vec<Self> {
        let line =
            PolicyLine {
                at: Moment::new(NOW, NOW), key: "policy-standing", by: Text::verbatim("見本 花子"), risk: "見本".to_owned()
            };
        let sample = |full: bool| Self {
            shell: Shell::sample("policy-title", true),
            facility: place(),
            now: "policy-exception-only",
            decided: full,
            seen: 1,
            may_change: full,
            modes: vec![("standing", "policy-standing", true), ("prohibited", "policy-prohibited", false)],
            risk: "見本".to_owned(),
            longest: 500,
            error: full.then(|| Text::new("policy-choose")),
            past: if full { vec![line.clone()] } else { Vec::new() },
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for MeasuresPage {
    fn samples() -> Vec<Self> {
        let line = MeasureLine {
            id: "p".to_owned(),
            facility: place(),
            title: title(),
            mark: Mark::alarming("paper-unanswered"),
            clause: "§20-3".to_owned(),
            days: Text::new("paper-due-by").with("day", Text::Day(NOW)),
        };
        [vec![line], Vec::new()]
            .map(|lines| Self {
                shell: Shell::sample("measures-title", true),
                paged: lines.is_empty(),
                further: vec![("paper-guidance", "/measures?kind=guidance&after=p".to_owned())],
                lines,
            })
            .into()
    }
}

impl Sample for IncidentsPage {
    fn samples() -> Vec<Self> {
        let line = IncidentLine {
            id: "p".to_owned(),
            facility: place(),
            title: title(),
            what: Text::new("paper-what-loss"),
            mark: Mark::alarming("paper-state-open"),
            found: Text::Day(NOW),
            clock: vec![Text::new("paper-act-report-first")],
        };
        [vec![line], Vec::new()]
            .map(|lines| Self {
                shell: Shell::sample("incidents-title", true),
                paged: lines.is_empty(),
                next: Some("/incidents?after=p".to_owned()),
                lines,
            })
            .into()
    }
}

impl Sample for DecisionsPage {
    fn samples() -> Vec<Self> {
        let line = DecisionLine {
            id: "p".to_owned(),
            facility: place(),
            title: title(),
            mark: Mark::waiting("paper-state-filed"),
            applicant: Text::verbatim("見本 花子"),
            period: Text::Day(NOW),
            filed: Moment::new(NOW, NOW),
        };
        [vec![line], Vec::new()]
            .map(|lines| Self {
                shell: Shell::sample("decisions-title", true),
                paged: lines.is_empty(),
                next: Some("/decisions?after=p".to_owned()),
                lines,
            })
            .into()
    }
}
