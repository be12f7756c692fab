//! 事故報告 (§16-6, 留3-10, 留3-11): loss, theft, faults and unauthorised access. Reported in a minute, by anybody; taken up with one
//! tap; first measures with their times; the statutory clock; closed only with cause and prevention.

use hashimori_shared::pack::IncidentRules;
use hashimori_shared::time::Timestamp;

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, Kind, Moved, Paper, State, Values};

pub(super) const CLAUSES: &[&str] = &["§16-6", "留3-10", "留3-11"];

/// Name of the field that says what happened.
pub(super) const WHAT: &str = "what";
/// Name of the field that says how.
pub(super) const SITUATION: &str = "situation";
/// What a device is that did not come back.
pub(super) const LOSS: &str = "loss";

const WHATS: &[(&str, &str)] = &[
    (LOSS, "paper-what-loss"),
    ("theft", "paper-what-theft"),
    ("fault", "paper-what-fault"),
    ("access", "paper-what-access"),
    ("other", "paper-cause-other"),
];
const HELD: &[(&str, &str)] = &[("unknown", "paper-held-unknown"), ("yes", "paper-yes"), ("no", "paper-no")];

const fn line(name: &'static str, label: &'static str, about: &'static str) -> Field {
    Field { name, label, about, input: Input::Line, required: false }
}

pub(super) const FIELDS: &[Field] = &[
    Field { name: WHAT, label: "paper-what", about: "paper-what-about", input: Input::Choice(WHATS), required: true },
    Field { name: SITUATION, label: "paper-situation", about: "paper-situation-about", input: Input::Text, required: true },
    line("where", "paper-where", "paper-where-about"),
    Field { name: "held", label: "paper-held", about: "paper-held-about", input: Input::Choice(HELD), required: false },
    line("people", "paper-people", "paper-people-about"),
    line("contact", "paper-contact", "paper-contact-about"),
];

const fn text(name: &'static str, label: &'static str, about: &'static str, required: bool) -> Field {
    Field { name, label, about, input: Input::Text, required }
}

const DATA: Field = text("data", "paper-data", "paper-data-about", false);
const HARM: Field = text("harm", "paper-harm", "paper-harm-about", false);
const INFORMED: Field = text("informed", "paper-informed", "paper-informed-about", false);
const PUBLISHED: Field = text("published", "paper-published", "paper-published-about", false);
const REST: Field = text("rest", "paper-rest", "paper-rest-about", false);

/// What a report to the authority says beyond the incident's own report (規則8条: nine items in all).
const REPORTED: &[Field] = &[DATA, HARM, INFORMED, PUBLISHED, REST];

/// What is filled in when it is closed.
pub(super) const CLOSING: &[Field] = &[
    text("cause", "paper-incident-cause", "paper-incident-cause-about", true),
    text("prevention", "paper-prevention", "paper-prevention-about", true),
    DATA,
    HARM,
    INFORMED,
    PUBLISHED,
    REST,
];

const OPEN: &[State] = &[State::Open];
const MEASURE: &[Need] = &[Need::When, Need::Note];

const fn measure(act: Act) -> Step {
    step(act, OPEN, State::Open, Hands::Custody, MEASURE)
}

/// 速報 and 確報: what was reported stays with the paper, and the later one adds to it.
const fn report(act: Act) -> Step {
    step(act, OPEN, State::Open, Hands::Custody, &[Need::When, Need::Fields(REPORTED), Need::Note])
}

pub(super) const STEPS: &[Step] = &[
    step(Act::TakeUp, &[State::Reported], State::Open, Hands::Custody, &[]),
    step(Act::Dismiss, &[State::Reported], State::Dismissed, Hands::Custody, &[Need::Why]),
    step(Act::MarkLost, OPEN, State::Open, Hands::Custody, &[Need::LostAt]),
    measure(Act::SuspendLine),
    measure(Act::RemoteWipe),
    measure(Act::StopAccount),
    measure(Act::TellPolice),
    measure(Act::TellSecretariat),
    step(Act::LinkDevice, OPEN, State::Open, Hands::Facility, &[Need::Device]),
    report(Act::ReportFirst),
    report(Act::ReportFull),
    step(Act::NoLeak, OPEN, State::Open, Hands::Custody, &[Need::Why]),
    step(Act::CloseIncident, OPEN, State::Closed, Hands::Custody, &[Need::Fields(CLOSING)]),
];

pub(super) const SEALS: &[(&str, &[Act])] = &[
    ("paper-seal-reported", &[Act::File]),
    ("paper-seal-taken-up", &[Act::TakeUp]),
    ("paper-seal-secretariat", &[Act::TellSecretariat]),
    ("paper-seal-incident-closed", &[Act::CloseIncident]),
];

/// Whether somebody may have meant it: the full report then has longer (個人情報保護法 規則8条).
fn may_be_meant(values: &Values) -> bool {
    values.get(WHAT).is_some_and(|what| matches!(what.as_str(), "theft" | "access"))
}

/// One deadline of the statutory clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What is due: 速報 or 確報.
    pub act: Act,
    /// When: the end of that day.
    pub due: Timestamp,
}

/// How near a deadline is: people are told once of each, and only of the last that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Near {
    /// A week is left: of the full report only, the first is due sooner than that.
    Week,
    /// Its last day is tomorrow.
    Eve,
    /// It is over.
    Over,
}

impl Near {
    /// What `store::told` calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Eve => "eve",
            Self::Over => "over",
        }
    }
}

impl Deadline {
    /// How near it is; each begins at 8:00 in the morning (JST).
    pub fn near(&self, now: Timestamp) -> Option<Near> {
        let reached = |days: i64| now >= self.due.plus_days(days).plus_seconds(8 * 3_600);
        if reached(0) {
            Some(Near::Over)
        } else if reached(-2) {
            Some(Near::Eve)
        } else if self.act == Act::ReportFull && reached(-8) {
            Some(Near::Week)
        } else {
            None
        }
    }

    /// The letter about it.
    pub fn letter(&self, near: Near) -> crate::domain::mail::Kind {
        use crate::domain::mail::Kind;
        match (self.act == Act::ReportFirst, near) {
            (true, Near::Over) => Kind::FirstReportOver,
            (true, Near::Week | Near::Eve) => Kind::FirstReportDue,
            (false, Near::Over) => Kind::FullReportOver,
            (false, Near::Week | Near::Eve) => Kind::FullReportDue,
        }
    }
}

impl Paper {
    /// Whether it is an incident in which something is gone, reported or taken up.
    pub fn is_open_loss(&self) -> bool {
        self.kind == Kind::Incident
            && matches!(self.state, State::Reported | State::Open)
            && self.values.get(WHAT).is_some_and(|what| matches!(what.as_str(), LOSS | "theft"))
    }

    /// The step by which a reported incident is taken up, because its device is noted as lost by an act of its own.
    pub fn taken_up(&self, now: Timestamp) -> Moved {
        Moved { act: Act::TakeUp, to: State::Open, ..Moved::ended(self, "", now) }
    }

    /// The step by which an open incident takes in that its device was noted as lost by an act of its own: when, and how it came about.
    pub fn with_loss(&self, (lost_at, why): (Timestamp, &str), now: Timestamp) -> Moved {
        Moved { act: Act::MarkLost, to: State::Open, on: Some(lost_at), ..Moved::ended(self, why, now) }
    }

    /// The deadlines that are still to be met, after these steps.
    pub fn pending(&self, done: &[Act], rules: &IncidentRules) -> Vec<Deadline> {
        let is_open = self.kind == Kind::Incident && matches!(self.state, State::Reported | State::Open);
        let all = self.deadlines(rules).into_iter().filter(|deadline| !done.contains(&deadline.act));
        if is_open && !done.contains(&Act::NoLeak) { all.collect() } else { Vec::new() }
    }

    /// How its device came to be missing: as told with the step, else as the incident was reported.
    pub fn lost_how<'a>(&'a self, moved: &'a Moved) -> &'a str {
        if moved.why.is_empty() { self.values.get(SITUATION).map_or("", String::as_str) } else { &moved.why }
    }

    /// When its device went missing: as told with the step; else, of an incident, when it was reported, or the day on which it was found
    /// where that was another.
    pub fn lost_at(&self, moved: &Moved) -> Timestamp {
        let found = if self.period.from.jst_day() == self.filed_at.jst_day() { self.filed_at } else { self.period.from };
        moved.on.unwrap_or(if self.kind == Kind::Incident { found } else { moved.at })
    }

    /// The deadlines of the reports to the authority, from the day on which it was found.
    pub fn deadlines(&self, rules: &IncidentRules) -> [Deadline; 2] {
        let full = if may_be_meant(&self.values) { rules.full_report_days_if_meant } else { rules.full_report_days };
        // The day on which it was found is the first of the full report's days (個人情報保護委員会 ガイドライン 通則編 3-5-3-4).
        let due = |days: u32| self.period.from.plus_days(i64::from(days));
        [Deadline { act: Act::ReportFirst, due: due(rules.first_report_days + 1) }, Deadline { act: Act::ReportFull, due: due(full) }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PaperId;
    use crate::domain::mail::Kind;
    use crate::domain::paper::{Applicant, Period};

    #[test]
    fn a_loss_noted_on_the_device_goes_on_in_an_open_incident_about_a_loss_and_never_ends_it() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let paper = |state, what: &str| Paper {
            id: PaperId::new(uuid::Uuid::from_u128(1)),
            kind: super::Kind::Incident,
            number: 1,
            state,
            applicant: Applicant { person: None, name: "見本 看護師".to_owned() },
            device: None,
            period: Period { from: now, until: now.plus_days(1) },
            asked_until: None,
            values: [(WHAT.to_owned(), what.to_owned())].into(),
            exception: None,
            filed_at: now,
            last_on: now,
            version: 0,
        };
        let moved = paper(State::Open, LOSS).with_loss((now.plus_days(-1), "訪問先"), now);
        assert_eq!((moved.act, moved.to, moved.on, moved.why.as_str()), (Act::MarkLost, State::Open, Some(now.plus_days(-1)), "訪問先"));
        let takes = |state| ["loss", "theft", "fault", "access", "other"].map(|what| paper(state, what).is_open_loss());
        assert_eq!(takes(State::Open), [true, true, false, false, false]);
        assert_eq!((takes(State::Reported), takes(State::Closed)), (takes(State::Open), [false; 5]));
    }

    #[test]
    fn a_deadline_comes_near_in_the_morning_and_the_first_report_has_no_week() {
        // 2026-08-07 00:00 JST: the end of 2026-08-06.
        let due = Timestamp::from_seconds(1_786_028_400);
        let (first, full) = (Deadline { act: Act::ReportFirst, due }, Deadline { act: Act::ReportFull, due });
        let at = |days: i64, hour: i64| due.plus_days(days).plus_seconds(hour * 3_600);
        for (now, of_first, of_full) in [
            (at(-8, 7), None, None),
            (at(-8, 8), None, Some(Near::Week)),
            (at(-2, 7), None, Some(Near::Week)),
            (at(-2, 8), Some(Near::Eve), Some(Near::Eve)),
            (at(0, 7), Some(Near::Eve), Some(Near::Eve)),
            (at(0, 8), Some(Near::Over), Some(Near::Over)),
        ] {
            assert_eq!((first.near(now), full.near(now)), (of_first, of_full), "{now:?}");
        }
        assert_eq!((first.letter(Near::Eve), full.letter(Near::Over)), (Kind::FirstReportDue, Kind::FullReportOver));
    }
}
