//! A device's page, and a person's decision on one that waits to be confirmed.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::report::{Report, parse_report, words};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{ClauseVerdict, Evidence, State, SubCheck, Verdict};

use super::guard::{Here, Who};
use super::places::{called, calls_for_action, mark, name};
use super::rules::anchor;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Act, Done, What};
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::DeviceId;
use crate::domain::overlay;
use crate::domain::people::{Person, Right, may};
use crate::store::belonging::Home;
use crate::store::device::{self, Decision, Device};
use crate::store::device_state::{self, Line, Present};
use crate::store::{facility, log};
use crate::views::{CheckLine, ClauseGroup, ClauseLine, DevicePage, Mark, Moment, PersonalDevicePage, Place, Sent, VerdictView};
use crate::words::Text;

/// Clocks further apart than this are worth a sentence.
const SKEW_S: i64 = 300;

/// `GET /devices/{device}`
pub(super) async fn show_device(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (device, place) = find(&web, home, &id).await?;
    log_view(&web, &person, home, &device).await?;
    let line = device_state::list(&web.store, home.facility, &[device.n]).await?.into_iter().next();
    let present = device_state::find(&web.store, home.facility, device.n).await?;
    let now = web.now();
    let seen = line.as_ref().and_then(|l| l.last_seen_at);
    let headline = line.as_ref().and_then(|l| l.headline);
    let report = present.as_ref().and_then(|p| parse_report(&p.report).ok());
    if !person.role.sees_facts(device.ownership) {
        let verdict = present.as_ref().map(|p| &p.verdict);
        return personal_page(&web, &visitor, &person, (&device, place), (seen, headline), verdict);
    }
    page(&DevicePage {
        shell: shell(name(&device.label), &visitor, Some(&person)),
        id: device.id.to_string(),
        may_retire: may(person.role, Right::Retire) && Act::Retire.from().contains(&device.standing),
        facility: place,
        mark: mark(&web, device.standing, headline, seen.map(Timestamp::jst_day)),
        reason: reason(&web, &device, seen, present.as_ref().map(|p| &p.verdict)),
        about: about(&device, report.as_ref()),
        seen: seen.map(|at| Moment::new(at, now)),
        pending: Act::Confirm.from().contains(&device.standing),
        notices: notices(&device, line.as_ref(), present.is_some(), report.is_some()),
        verdict: present.as_ref().map(|p| verdict(&web, p)),
        facts: match (&report, &present) {
            (Some(report), Some(present)) => words::groups(report, present.observed_at),
            (None, _) | (_, None) => Vec::new(),
        },
        sent: present.as_ref().map(|p| Sent {
            json: pretty(&p.report),
            received: Moment::new(p.received_at, now),
            observed: Moment::new(p.observed_at, now),
        }),
    })
}

/// A person's own device, for those who see how it stands and nothing that it told.
fn personal_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (device, facility): (&Device, Place),
    (seen, headline): (Option<Timestamp>, Option<State>),
    verdict: Option<&Verdict>,
) -> Result<Response, PageError> {
    let clauses = verdict.map(|verdict| verdict.clauses.as_slice()).unwrap_or_default();
    page(&PersonalDevicePage {
        shell: shell(called(person, device.ownership, &device.label, device.id), visitor, Some(person)),
        facility,
        mark: mark(web, device.standing, headline, seen.map(Timestamp::jst_day)),
        seen: seen.map(|at| Moment::new(at, web.now())),
        clauses: clauses.iter().map(|c| (c.clause.clone(), anchor(&c.clause), title(web, &c.clause), Mark::of(c.state))).collect(),
    })
}

/// Whoever reads what a device told is in the log, before they read it.
async fn log_view(web: &Web, person: &Person, home: Home, device: &Device) -> Result<(), PageError> {
    let done = Done::by_person(person, What::DeviceViewed, web.now()).at_facility(home.region, home.facility);
    Ok(log::write_view(&web.store, &web.random, person.id, &done.on_device(device.id, &device.label)).await?)
}

async fn find(web: &Web, home: Home, id: &str) -> Result<(Device, Place), PageError> {
    let id: DeviceId = id.parse().map_err(|_| PageError::NotFound)?;
    let device = device::find(&web.store, home.facility, id).await?.ok_or(PageError::NotFound)?;
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    Ok((device, Place { id: facility.id.to_string(), name: facility.name }))
}

/// The report as it was sent, indented; what cannot be parsed is shown as it is.
fn pretty(json: &[u8]) -> String {
    let indented = serde_json::from_slice::<serde_json::Value>(json).and_then(|value| serde_json::to_string_pretty(&value));
    indented.unwrap_or_else(|_| String::from_utf8_lossy(json).into_owned())
}

/// The headline's reason in one sentence.
fn reason(web: &Web, device: &Device, seen: Option<Timestamp>, verdict: Option<&Verdict>) -> Text {
    match device.standing {
        Standing::Pending => return Text::new("device-reason-pending"),
        Standing::Reconfirm => return Text::new("device-reason-reconfirm"),
        Standing::Lost => return Text::new("device-reason-lost"),
        Standing::Copied => return Text::new("device-reason-copied"),
        Standing::Retired => return Text::new("device-reason-retired"),
        Standing::Refused => return Text::new("device-reason-refused"),
        Standing::Active => {}
    }
    let (Some(seen), Some(verdict)) = (seen, verdict) else {
        return Text::new("device-reason-silent-yet");
    };
    let today = web.now().jst_day();
    if let Some(silence) = overlay::silence(seen.jst_day(), today, &web.pack.parameters().staleness)
        && silence > verdict.headline
    {
        return Text::new("device-reason-silent").with("n", today - seen.jst_day());
    }
    // The headline is made by the binding clauses; a recommendation decides only where none of them does.
    let decides = |binding: bool| verdict.clauses.iter().find(|c| c.state == verdict.headline && c.strength.is_binding() == binding);
    match decides(true).or_else(|| decides(false)) {
        Some(clause) if verdict.headline != State::Compliant => {
            Text::verbatim(format!("{} {}: {}", clause.clause, title(web, &clause.clause), clause.reason))
        }
        Some(_) | None => Text::new("device-reason-compliant"),
    }
}

fn title(web: &Web, clause: &str) -> String {
    web.pack.clause(clause).map(|c| c.title.clone()).unwrap_or_default()
}

fn about(device: &Device, report: Option<&Report>) -> Vec<(&'static str, Text)> {
    let owner = match device.ownership {
        Ownership::Managed => "device-managed",
        Ownership::Personal => "device-personal",
    };
    let mut about = vec![
        ("device-about-class", Text::verbatim(device.class.label_ja())),
        ("device-about-ownership", owner.into()),
        ("device-about-enrolled", device.enrolled_at.into()),
    ];
    about.extend(device.confirmed_at.map(|at| ("device-about-confirmed", at.into())));
    if let Some(report) = report {
        let agent = format!("{} {}", report.agent.platform, report.agent.version);
        let unprivileged = || Text::new("device-agent-unprivileged").with("agent", &agent);
        about.push(("device-about-agent", if report.agent.privileged { Text::verbatim(&agent) } else { unprivileged() }));
    }
    about.push(("device-about-id", Text::verbatim(device.id.to_string())));
    about
}

fn notices(device: &Device, line: Option<&Line>, has_report: bool, is_readable: bool) -> Vec<Text> {
    let mut notices = Vec::new();
    if let Some(line) = line {
        if line.skew_s.abs() > SKEW_S {
            let way = if line.skew_s > 0 { "device-clock-fast" } else { "device-clock-slow" };
            notices.push(Text::new(way).with("n", line.skew_s.abs() / 60));
        }
        if line.dropped > 0 {
            notices.push(Text::new("device-dropped").with("n", line.dropped));
        }
    }
    if has_report && !is_readable {
        notices.push(Text::new("device-unreadable"));
    }
    if device.standing == Standing::Active && device.confirmed_by.is_none() {
        notices.push(Text::new("device-unconfirmed"));
    }
    notices
}

fn verdict(web: &Web, present: &Present) -> VerdictView {
    let Verdict { pack, pack_revision, catalogues, clauses, .. } = &present.verdict;
    let with = Text::new("device-judged-with").with("pack", format!("{pack} {pack_revision}")).with("catalogues", catalogues.clone());
    VerdictView { groups: groups(web, clauses), judged: Text::new("device-judged").with("with", with).with("at", present.judged_at) }
}

fn groups(web: &Web, clauses: &[ClauseVerdict]) -> Vec<ClauseGroup> {
    let (mut open, rest): (Vec<_>, Vec<_>) = clauses.iter().partition(|c| calls_for_action(c.state));
    open.sort_by_key(|c| std::cmp::Reverse((c.strength.is_binding(), c.state)));
    [("device-clauses-open", open), ("device-clauses-rest", rest)]
        .into_iter()
        .filter(|(_, clauses)| !clauses.is_empty())
        .map(|(title, clauses)| ClauseGroup { title, clauses: clauses.into_iter().map(|clause| clause_line(web, clause)).collect() })
        .collect()
}

fn evidence(grade: Option<Evidence>) -> &'static str {
    grade.map_or("なし", Evidence::label_ja)
}

fn clause_line(web: &Web, clause: &ClauseVerdict) -> ClauseLine {
    let rule = web.pack.clause(&clause.clause);
    let check_title = |check: &SubCheck| {
        rule.and_then(|r| r.checks.iter().find(|c| c.id == check.id)).map_or_else(|| check.id.clone(), |c| c.title.clone())
    };
    let checks = if clause.checks.len() > 1 { clause.checks.as_slice() } else { &[] };
    ClauseLine {
        id: clause.clause.clone(),
        anchor: anchor(&clause.clause),
        title: rule.map(|r| r.title.clone()).unwrap_or_default(),
        strength: clause.strength.label_ja(),
        mark: Mark::of(clause.state),
        evidence: evidence(clause.evidence),
        reason: clause.reason.clone(),
        remedy: clause.remedy.clone(),
        checks: checks
            .iter()
            .map(|check| CheckLine {
                title: check_title(check),
                mark: Mark::of(check.state),
                evidence: evidence(check.evidence),
                reason: check.reason.clone(),
                remedy: check.remedy.clone(),
            })
            .collect(),
        conflict: rule
            .and_then(|r| r.conflict.as_ref())
            .map(|c| Text::new(if c.verified { "device-conflict" } else { "device-conflict-unverified" }).with("note", &c.note)),
    }
}

/// `POST /devices/{device}/confirm`
pub(super) async fn confirm_device(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    decide(&web, home, &id, (Act::Confirm, &person)).await
}

/// `POST /devices/{device}/refuse`
pub(super) async fn refuse_device(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    decide(&web, home, &id, (Act::Refuse, &person)).await
}

/// Only a device that waits for a person is decided on here; whoever comes second is told.
async fn decide(web: &Web, home: Home, id: &str, (act, by): (Act, &Person)) -> Result<Response, PageError> {
    let (Device { id: device, label, ownership, .. }, _) = find(web, home, id).await?;
    // Who may not see what it showed cannot tell whose it is.
    if !by.role.sees_facts(ownership) {
        return Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("device-personal-not-yours")));
    }
    let decision = Decision { standing: act.to(), by: by.id.to_string(), at: web.now() };
    let mut tx = web.store.begin_ledger().await?;
    if !device::stand(&mut tx, home.facility, device, act.from(), &decision).await? {
        return Err(PageError::Conflict(Text::new("device-decided")));
    }
    let done = Done::by_person(by, act.what(), web.now()).at_facility(home.region, home.facility).on_device(device, &label);
    web.log(&mut tx, &done).await?;
    tx.commit().await?;
    let to = if act == Act::Confirm { format!("/devices/{device}") } else { format!("/facilities/{}/pending", home.facility) };
    Ok(Redirect::to(&to).into_response())
}
