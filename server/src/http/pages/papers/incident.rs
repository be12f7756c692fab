//! What an incident's page says beyond its paper: the statutory clock, and what is last known of the device, whose last check-in may
//! decide whether anybody could read it. And the 事務局's list of open incidents.

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::report::{Reading, Report, parse_report};
use hashimori_shared::time::{DAY, Timestamp};

use super::one::detail;
use super::told::{Taken, tell, tell_of_many};
use super::{LISTED, Staff, days, mark, next, overtaken, title};
use crate::domain::act::{Actor, Done, What};
use crate::domain::device::Ownership;
use crate::domain::ids::{DeviceId, PaperId};
use crate::domain::paper::{Act, Applicant, Deadline, Input, Kind, Paper, State, Wish};
use crate::domain::people::Person;
use crate::http::pages::device::log_view;
use crate::http::pages::guard::Who;
use crate::http::pages::places::After;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, ledger, page, shell};
use crate::store::belonging::Home;
use crate::store::device::{self, Device};
use crate::store::paper::{self, Found, NewPaper};
use crate::store::{Tx, alert, device_state, loss};
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
    let reported = paper::list_reported(&web.store, &ids).await?;
    let acts = |paper: &Paper| reported.get(&paper.id).into_iter().flatten().map(|(act, _)| *act).collect::<Vec<_>>();
    let lines = open.into_iter().map(|(facility, name, Found { paper, .. })| IncidentLine {
        id: paper.id.to_string(),
        facility: Place { id: facility.to_string(), name },
        title: title(&paper),
        what: what(&paper),
        mark: mark(&web, &paper),
        found: days(&paper),
        clock: clock(&web, &paper, &acts(&paper)),
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
        (Input::Choice(_) | Input::Line | Input::Day | Input::Text | Input::Clause, _) => None,
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

/// The device that an incident names. Whoever reads the incident reads of it, and is in the log.
pub(super) async fn named(web: &Web, reader: &Person, home: Home, found: &Found) -> Result<Option<Device>, PageError> {
    let (Some(id), Kind::Incident) = (found.paper.device, found.paper.kind) else { return Ok(None) };
    let device = device::find(&web.store, home.facility, id).await?;
    if let Some(device) = &device {
        log_view(web, reader, home, device).await?;
    }
    Ok(device)
}

/// What the ledger last knew of the device: that it was found, its lock and encryption as the checking program told them, and whether it
/// was in contact.
pub(super) async fn seen_last(web: &Web, reader: &Person, home: Home, found: &Found, lang: Lang) -> Result<Vec<(Text, Text)>, PageError> {
    let (Some(device), Some(about)) = (named(web, reader, home, found).await?, &found.device) else { return Ok(Vec::new()) };
    let mut last = Vec::new();
    let found_again = loss::find_last(&web.store, home.facility, device.n).await?.and_then(|loss| loss.found);
    if let Some(again) = found_again.filter(|again| again.noted.at >= found.paper.filed_at) {
        last.push((Text::new("paper-found-again"), Text::new("paper-found-again-at").with("at", again.at)));
    }
    if !reader.role.sees_facts(about.ownership) {
        return Ok(last);
    }
    for alert in alert::list_about(&web.store, home.facility, device.n).await?.into_iter().filter(|a| a.kind == alert::Kind::LostSeen) {
        last.push((Text::new("paper-last-contact"), Text::new("paper-last-contact-means").with("at", alert.last_at)));
    }
    last.extend(ledger::when_lost(web, home, &device).await?);
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

/// A device that is gone, as an act of its own noted it.
#[derive(Clone, Copy)]
pub(in crate::http::pages) struct Gone<'a> {
    /// Who reports it.
    pub of: &'a Applicant,
    /// Which.
    pub device: Option<DeviceId>,
    /// When it went missing, as told.
    pub at: Timestamp,
    /// How it came about.
    pub why: &'a str,
    /// Where it was noted, as the log says it.
    pub from: &'a str,
    /// What names the act, where it noted many at once: those in charge get one letter about all of them.
    pub among: Option<&'a str>,
}

/// A device that is gone goes on as an incident (留3-10), in the same transaction: as the open one that is about this loss, else as a new
/// one; which. The 事務局 reads that too, and of a person's own device nothing but that it is gone.
pub(in crate::http::pages) async fn report_loss(
    web: &Web,
    tx: &mut Tx,
    (person, staff): (&Person, &Staff),
    home: Home,
    gone: &Gone<'_>,
) -> Result<PaperId, PageError> {
    let withheld = Text::new("loss-why-on-device").in_lang(Lang::Japanese);
    let gone = &match ownership(web, home, gone.device).await? {
        Some(Ownership::Personal) => Gone { why: &withheld, ..*gone },
        Some(Ownership::Managed) | None => *gone,
    };
    if let Some(device) = gone.device
        && let Some(paper) = paper::find_incident_of_loss(tx, home.facility, device).await?
    {
        return go_on(web, tx, person, home, (paper, gone)).await;
    }
    let (now, of) = (web.now(), gone.of);
    let wish = Wish::loss(of.name.clone(), gone.device, gone.why, now).map_err(PageError::internal)?;
    let (id, by, kind) = (PaperId::new(web.random.uuid(now)), Actor::Person(person.id), Kind::Incident);
    let (region, facility) = (home.region, home.facility);
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: of.person, exception: None, own_hash: None, by, at: now };
    let number = paper::insert(tx, &new).await?;
    let done = Done::by_person(person, What::PaperFiled, now).at_facility(region, facility).on_paper(id, number);
    web.log(tx, &done.noting(format!("kind={} from={}", kind.as_str(), gone.from))).await?;
    if let Some(act) = gone.among {
        tell_of_many(web, tx, home, act).await?;
        return Ok(id);
    }
    let to = kind.first_state(false, false);
    tell(web, tx, home, staff, &Taken { paper: id, kind, n: 0, act: Act::File, to, applicant: of, by: Some(person) }).await?;
    Ok(id)
}

/// Whose property a device is; `None`: the ledger knows of none.
async fn ownership(web: &Web, home: Home, device: Option<DeviceId>) -> Result<Option<Ownership>, PageError> {
    let Some(id) = device else { return Ok(None) };
    Ok(device::find(&web.store, home.facility, id).await?.map(|device| device.ownership))
}

/// An open incident takes the loss in; one that was only reported is taken up with it. Everybody was told when it was reported.
async fn go_on(web: &Web, tx: &mut Tx, person: &Person, home: Home, (mut paper, gone): (Paper, &Gone<'_>)) -> Result<PaperId, PageError> {
    let now = web.now();
    let taken_up = (paper.state == State::Reported).then(|| paper.taken_up(now));
    for moved in taken_up.into_iter().chain([paper.with_loss((gone.at, gone.why), now)]) {
        if !paper::move_on(tx, &paper, &moved, Actor::Person(person.id)).await? {
            return Err(overtaken(web, person, &paper).await?);
        }
        let done = Done::by_person(person, What::PaperMoved, now).at_facility(home.region, home.facility).on_paper(paper.id, paper.number);
        web.log(tx, &done.noting(format!("{} from={}", detail(paper.kind, &moved), gone.from))).await?;
        (paper.version, paper.state) = (paper.version + 1, moved.to);
    }
    Ok(paper.id)
}
