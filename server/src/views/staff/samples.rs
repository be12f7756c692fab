//! Made-up content.

use hashimori_shared::time::Timestamp;

use super::super::Sample;
use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

fn place() -> Place {
    Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
}

fn line() -> StaffLine {
    StaffLine {
        number: 1,
        name: "見本 花子".to_owned(),
        job: "見本".to_owned(),
        joined: Text::Day(NOW),
        last: None,
        mcs_id: "hanako@hotaru.example".to_owned(),
        trained: Some(Text::Day(NOW)),
        mark: Mark::running("staff-state-in-use"),
        notes: Vec::new(),
    }
}

fn pairs() -> Vec<(&'static str, Text)> {
    vec![("staff-sum-persons", Text::new("staff-persons").with("n", 3_i64))]
}

impl Sample for StaffPage {
    fn samples() -> Vec<Self> {
        let late = StaffLine {
            last: Some(Text::Day(NOW)),
            mcs_id: String::new(),
            trained: None,
            mark: Mark::waiting("staff-state-leaving"),
            notes: ["staff-note-overdue", "staff-note-pledge"].map(Mark::alarming).to_vec(),
            ..line()
        };
        let review = ReviewLine { at: Moment::new(NOW, NOW), by: Text::verbatim("見本 花子"), persons: 3, differences: String::new() };
        let sample = |full: bool| Self {
            shell: Shell::sample("staff-title", true),
            facility: place(),
            in_region: full,
            done: full.then_some("staff-done-reviewed"),
            error: full.then(|| Text::new("staff-review-choose")),
            pairs: pairs(),
            lines: if full { vec![line(), late.clone()] } else { Vec::new() },
            listed: if full { 2 } else { 0 },
            filtered: !full,
            seen: "2-3".to_owned(),
            differences: "見本".to_owned(),
            longest: 200,
            review_due: full,
            reviews: if full {
                vec![review.clone(), ReviewLine { differences: "見本".to_owned(), ..review.clone() }]
            } else {
                Vec::new()
            },
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for StaffCountsPage {
    fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample("staff-title", true), facility: place(), in_region: true, pairs: pairs() }]
    }
}

impl Sample for StaffFormPage {
    fn samples() -> Vec<Self> {
        let field = StaffField {
            name: "name",
            label: "staff-col-name",
            about: "staff-name-about",
            value: "見本 花子".to_owned(),
            longest: 60,
            is_day: false,
            required: true,
        };
        let day = StaffField {
            name: "joined",
            label: "staff-col-joined",
            about: "staff-joined-about",
            value: "2026-08-03".to_owned(),
            is_day: true,
            required: false,
            ..field.clone()
        };
        let namesake = Text::new("staff-namesake").with("name", "見本 花子".to_owned()).with("job", "見本".to_owned());
        let sample = |full: bool| Self {
            shell: Shell::sample("staff-new", true),
            facility: place(),
            action: "/facilities/f/staff/new".to_owned(),
            back: "/facilities/f/staff".to_owned(),
            seen: full.then_some(3),
            fields: vec![field.clone(), day.clone()],
            error: full.then(|| Text::new("staff-same-name")),
            namesakes: if full { vec![namesake.clone()] } else { Vec::new() },
            sure: full,
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for StaffMemberPage {
    fn samples() -> Vec<Self> {
        let form = StaffAct {
            word: "leave",
            key: "staff-act-leave",
            open: true,
            day: Some("staff-col-last"),
            before: true,
            items: vec![("devices", "staff-item-devices", true), ("accounts", "staff-item-accounts", false)],
            why: true,
            note: None,
            ends: true,
            typed_day: "2026-08-03".to_owned(),
            typed_why: "見本".to_owned(),
            typed_before: true,
        };
        let begin = StaffAct {
            word: "begin",
            key: "staff-act-begin",
            open: false,
            day: None,
            before: false,
            items: Vec::new(),
            why: false,
            note: Some("paper-note"),
            ends: false,
            ..form.clone()
        };
        let step = StepLine {
            at: Moment::new(NOW, NOW),
            act: "staff-act-pledge",
            state: "staff-state-joining",
            on: Some(Text::new("staff-on-day").with("day", Text::Day(NOW))),
            by: Text::verbatim("見本 花子"),
            other: None,
            why: "見本".to_owned(),
        };
        let sample = |full: bool| Self {
            shell: Shell::sample(Text::verbatim("見本 花子"), true),
            facility: place(),
            number: 1,
            version: 2,
            mark: Mark::waiting("staff-state-joining"),
            notes: if full { vec![Mark::alarming("staff-note-training")] } else { Vec::new() },
            open: if full { vec!["staff-item-pledge", "staff-item-mcs-id"] } else { Vec::new() },
            accounts: if full { vec!["見本 花子".to_owned()] } else { Vec::new() },
            pairs: vec![("staff-col-job", Text::verbatim("見本"))],
            may_edit: full,
            acts: if full { vec![form.clone(), begin.clone()] } else { Vec::new() },
            error: full.then(|| Text::new("staff-open")),
            longest: 200,
            past: vec![step.clone(), StepLine { on: None, why: String::new(), ..step.clone() }],
        };
        vec![sample(true), sample(false)]
    }
}

fn person(chosen: bool) -> Ticked {
    Ticked { number: 1, name: "見本 花子".to_owned(), note: Text::new("staff-pledge-none"), chosen }
}

impl Sample for PledgesPage {
    fn samples() -> Vec<Self> {
        let sample = |full: bool| Self {
            shell: Shell::sample("staff-pledges", true),
            facility: place(),
            done: full.then(|| Text::new("staff-pledges-noted").with("n", 2_u32)),
            error: full.then(|| Text::new("staff-nobody")),
            edition: Text::new("staff-form-3"),
            since: full.then_some(Text::Day(NOW)),
            missing: if full { vec![person(true), Ticked { number: 2, ..person(false) }] } else { Vec::new() },
            signed: if full { vec![Ticked { number: 3, ..person(false) }] } else { Vec::new() },
            day: "2026-08-03".to_owned(),
            before: full,
            kept: "見本".to_owned(),
            longest_reason: 200,
            name: "見本".to_owned(),
            from: String::new(),
            of_edition: full,
            longest: 100,
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for TrainingPage {
    fn samples() -> Vec<Self> {
        let line = TrainingLine {
            number: 1,
            on: Text::Day(NOW),
            topic: "見本".to_owned(),
            teacher: "見本 花子".to_owned(),
            material: "見本".to_owned(),
            understood: "見本".to_owned(),
            by: Text::verbatim("見本 花子"),
            void_why: String::new(),
            open: false,
            void_typed: String::new(),
            people: "見本 花子".to_owned(),
            count: 1,
        };
        let none = String::new;
        let void =
            TrainingLine {
                number: 2, void_why: "見本".to_owned(), teacher: none(), material: none(), understood: none(), ..line.clone()
            };
        let sample = |full: bool| Self {
            shell: Shell::sample("staff-training", true),
            facility: place(),
            days: 365,
            done: full.then(|| Text::new("staff-training-noted").with("n", 2_u32)),
            error: full.then(|| Text::new("staff-nobody")),
            people: if full { vec![person(true)] } else { Vec::new() },
            day: "2026-08-03".to_owned(),
            topic: "見本".to_owned(),
            teacher: String::new(),
            material: String::new(),
            understood: String::new(),
            longest: 100,
            longest_name: 60,
            longest_reason: 200,
            held: if full { vec![line.clone(), void.clone()] } else { Vec::new() },
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for StaffImportPage {
    fn samples() -> Vec<Self> {
        let sample = |full: bool| Self {
            shell: Shell::sample("staff-import", true),
            facility: place(),
            columns: vec!["staff-col-name", "staff-col-job"],
            most: 300,
            most_kib: 256,
            errors: if full { vec![Text::new("staff-import-empty")] } else { Vec::new() },
            table: if full { "見本 花子\t見本".to_owned() } else { String::new() },
            sure: full,
        };
        vec![sample(true), sample(false)]
    }
}

impl Sample for StaffSheetPage {
    fn samples() -> Vec<Self> {
        let cells = vec![("staff-col-job", Text::verbatim("見本")), ("staff-sign", Text::verbatim(""))];
        vec![Self {
            shell: Shell::sample("staff-sheet-pledges", true),
            facility: place(),
            at: Text::Day(NOW),
            columns: vec!["staff-col-name", "staff-col-job", "staff-sign"],
            rows: vec![("見本 花子".to_owned(), cells)],
        }]
    }
}

impl Sample for StaffRegionPage {
    fn samples() -> Vec<Self> {
        let line = StaffRegionLine {
            facility: place(),
            persons: 3,
            pledges: 1,
            trained: Text::new("staff-percent").with("n", 66_i64),
            overdue: 1,
            reviewed: Text::Day(NOW),
        };
        let sample = |full: bool| Self {
            shell: Shell::sample("staff-region", true),
            lines: if full { vec![line.clone()] } else { Vec::new() },
            next: full.then(|| "/staff?after=f".to_owned()),
            paged: full,
        };
        vec![sample(true), sample(false)]
    }
}
