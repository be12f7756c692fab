//! What an incident's page says beyond its paper: the statutory clock, and what is last known of the device, whose last check-in may
//! decide whether anybody could read it. And the 事務局's list of open incidents.

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::report::{Reading, Report, parse_report};
use hashimori_shared::time::DAY;

use super::told::{Taken, tell};
use super::{LISTED, Staff, days, mark, next, title};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{DeviceId, PaperId};
use crate::domain::paper::{Act, Applicant, Deadline, Input, Kind, Paper, State, Wish};
use crate::domain::people::Person;
use crate::http::pages::guard::Who;
use crate::http::pages::places::After;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::paper::{self, Found, NewPaper};
use crate::store::{Tx, alert, device, device_state};
use crate::views::{IncidentLine, IncidentsPage, Mark, Place};
use crate::words::Text;

/// The clauses that say whether somebody could get in.
const LOCKS: [&str; 2] = ["§19-6", "§20-1"];

/// `GET /incidents`
pub(in crate::http::pages) async fn show_incidents(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let mut open = paper::list_open(&web.store, (person.scope.region(), Kind::Incident), (asked.id()?, LISTED + 1)).await?;
    let next = next(&mut open, "/incidents?");
    let ids: Vec<PaperId> = open.iter().map(|(.., found)| found.paper.id).collect();
    let acts = paper::list_acts(&web.store, &ids).await?;
    let lines = open.into_iter().map(|(facility, name, Found { paper, .. })| IncidentLine {
        id: paper.id.to_string(),
        facility: Place { id: facility.to_string(), name },
        title: title(&paper),
        what: what(&paper),
        mark: mark(&web, &paper),
        found: days(&paper),
        clock: clock(&web, &paper, acts.get(&paper.id).map_or(&[], Vec::as_slice)),
    });
    page(&IncidentsPage {
        shell: shell("incidents-title", &visitor, Some(&person)),
        lines: lines.collect(),
        next,
        paged: asked.is_further(),
    })
}

/// What happened, in words.
fn what(paper: &Paper) -> Text {
    let field = paper.kind.fields().first();
    let chosen = field.and_then(|field| match (field.input, paper.values.get(field.name)) {
        (Input::Choice(choices), Some(value)) => choices.iter().find(|(known, _)| known == value).map(|(_, key)| *key),
        (Input::Choice(_) | Input::Line | Input::Text | Input::Clause, _) => None,
    });
    chosen.map_or(Text::new("frame-none"), Text::new)
}

/// The deadlines that an incident still has after these acts, with the days left; what was reported says so.
pub(super) fn clock(web: &Web, paper: &Paper, acts: &[Act]) -> Vec<Text> {
    let done = |act: Act| acts.contains(&act);
    if paper.kind != Kind::Incident || !matches!(paper.state, State::Reported | State::Open) {
        return Vec::new();
    }
    if done(Act::NoLeak) {
        return vec![Text::new("paper-clock-none")];
    }
    let now = web.now();
    let line = |deadline: Deadline| {
        let (what, left) = (Text::new(deadline.act.key()), deadline.due.seconds_since(now));
        let day = Text::Day(deadline.due.plus_seconds(-1));
        if done(deadline.act) {
            Text::new("paper-clock-done").with("what", what)
        } else if left <= 0 {
            Text::new("paper-clock-over").with("what", what).with("day", day)
        } else {
            Text::new("paper-clock-left").with("what", what).with("day", day).with("n", (left - 1) / DAY)
        }
    };
    paper.deadlines(&web.pack.parameters().incident).map(line).to_vec()
}

/// What the ledger last knew of the device: its lock and encryption as the checking program told them, and whether it was in contact.
pub(super) async fn seen_last(web: &Web, reader: &Person, home: Home, found: &Found, lang: Lang) -> Result<Vec<(Text, Text)>, PageError> {
    let (Some(id), Some(about), Kind::Incident) = (found.paper.device, &found.device, found.paper.kind) else { return Ok(Vec::new()) };
    if !reader.role.sees_facts(about.ownership) {
        return Ok(Vec::new());
    }
    let Some(device) = device::find(&web.store, home.facility, id).await? else { return Ok(Vec::new()) };
    let mut last = Vec::new();
    for alert in alert::list_about(&web.store, home.facility, device.n).await?.into_iter().filter(|a| a.kind == alert::Kind::LostSeen) {
        last.push((Text::new("paper-last-contact"), Text::new("paper-last-contact-means").with("at", alert.last_at)));
    }
    let Some(present) = device_state::find(&web.store, home.facility, device.n).await? else {
        last.push((Text::new("paper-last-report"), Text::new("frame-none-yet")));
        return Ok(last);
    };
    last.push((Text::new("paper-last-report"), Text::Minute(present.received_at)));
    for clause in LOCKS {
        let state = present.verdict.clauses.iter().find(|told| told.clause == clause).map(|told| told.state);
        let title = web.pack.clause(clause).map_or(String::new(), |rule| rule.title.get(lang).to_owned());
        let words = state.map_or(Text::new("state-unknown"), |state| Text::new(Mark::of(state).word));
        last.push((Text::verbatim(format!("{clause} {title}")), words));
    }
    let report = parse_report(&present.report).ok();
    last.push((Text::new("paper-last-encryption"), Text::new(encryption(report.as_ref()))));
    Ok(last)
}

/// Whether the device's disks were encrypted: only where every one is known to be so.
fn encryption(report: Option<&Report>) -> &'static str {
    let mounts = report.and_then(|report| report.machine.disk_encryption.as_ref()).and_then(|fact| match &fact.reading {
        Reading::Value(mounts) => Some(mounts),
        Reading::Unknown(_) => None,
    });
    match mounts {
        Some(mounts) if mounts.iter().any(|mount| mount.encrypted == Reading::Value(false)) => "paper-encrypted-not",
        Some(mounts) if !mounts.is_empty() && mounts.iter().all(|mount| mount.encrypted == Reading::Value(true)) => "paper-encrypted",
        Some(_) | None => "state-unknown",
    }
}

/// A device that is gone goes on as an incident, in the same transaction: for whom, which device, how it came about; `from` says in the
/// log where it was noted.
pub(in crate::http::pages) async fn report_loss(
    web: &Web,
    tx: &mut Tx,
    (person, staff): (&Person, &Staff),
    home: Home,
    (of, device, why): (&Applicant, Option<DeviceId>, &str),
    from: &str,
) -> Result<(), PageError> {
    let now = web.now();
    let wish = Wish::loss(of.name.clone(), device, why, now).map_err(PageError::internal)?;
    let (id, by, kind) = (PaperId::new(web.random.uuid(now)), Actor::Person(person.id), Kind::Incident);
    let (region, facility) = (home.region, home.facility);
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: of.person, exception: None, own_hash: None, by, at: now };
    let number = paper::insert(tx, &new).await?;
    let done = Done::by_person(person, What::PaperFiled, now).at_facility(region, facility).on_paper(id, number);
    web.log(tx, &done.noting(format!("kind={} from={from}", kind.as_str()))).await?;
    let to = kind.first_state(false, false);
    tell(web, tx, home, staff, &Taken { paper: id, kind, n: 0, act: Act::File, to, applicant: of, by: Some(person) }).await
}
