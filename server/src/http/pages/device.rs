//! A device's page, and a person's decision on one that waits to be confirmed.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::report::{Report, parse_report, words};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{State, Verdict};
use serde::Deserialize;

use super::guard::{Here, Who};
use super::papers::place;
use super::places::{called, mark, name};
use super::rules::anchor;
use super::telling::Telling;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, alerts, disaster, ledger, loss, overtaken, page, shell, sort};
use crate::domain::act::{Act, Done, What};
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::DeviceId;
use crate::domain::paper::Kind;
use crate::domain::people::{Person, Right, may};
use crate::store::belonging::Home;
use crate::store::device::{self, Decision, Device};
use crate::store::device_state::{self, Line};
use crate::store::log::{self, Reach};
use crate::store::{alert, history, paper};
use crate::views::{ChangeLine, ClauseName, Custody, DevicePage, Mark, Moment, Permit, PersonalDevicePage, Place, Said, Sent, Viewed};
use crate::words::Text;

/// Clocks further apart than this are worth a sentence.
const SKEW_S: i64 = 300;
/// Changes of the verdict on one page, and readings of the page shown.
const CHANGES: u16 = 20;
const VIEWERS: u16 = 20;

/// `GET /devices/{device}`
pub(super) async fn show_device(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Asked(Past { before }): Asked<Past>,
) -> Result<Response, PageError> {
    let (device, place) = find(&web, home, &id).await?;
    log_view(&web, &person, home, &device).await?;
    let line = device_state::list(&web.store, home.facility, &[device.n]).await?.into_iter().next();
    let present = device_state::find(&web.store, home.facility, device.n).await?;
    let now = web.now();
    let seen = line.as_ref().and_then(|l| l.last_seen_at);
    let headline = line.as_ref().and_then(|l| l.headline);
    let covered = device.standing == Standing::Active && disaster::is_covered(&web, home).await?;
    let report = present.as_ref().and_then(|p| parse_report(&p.report).ok());
    let (changes, older) = changes(&web, home, &device, before).await?;
    if !person.role.sees_facts(device.ownership) {
        let told = (present.as_ref().map(|p| &p.verdict), changes, older);
        let over = (permit(&web, home, &device, covered).await?, loss::custody(&web, &person, &device, visitor.lang).await?);
        return personal_page(&web, &visitor, &person, (&device, place, covered), (seen, headline, over), told);
    }
    let (card, by_hand) = ledger::of_device(&web, &person, home, &device, visitor.lang).await?;
    let telling = Telling::of(&web, (&device, home), present.as_ref(), report.as_ref(), visitor.lang).await?;
    page(&DevicePage {
        shell: shell(name(&device.label), &visitor, Some(&person)),
        id: device.id.to_string(),
        may_retire: may(person.role, Right::Retire) && Act::Retire.from().contains(&device.standing),
        papers: papers(&person, home, &device),
        custody: loss::custody(&web, &person, &device, visitor.lang).await?,
        facility: place,
        mark: mark(&web, device.standing, headline, seen.map(Timestamp::jst_day)).under(covered),
        // What no checking program runs on has no report to wait for.
        reason: if by_hand && device.standing == Standing::Active && present.is_none() {
            Said::new(Text::new("ledger-by-hand-reason").in_lang(visitor.lang), visitor.lang)
        } else {
            telling.reason(&device, seen, present.as_ref().map(|p| &p.verdict))
        },
        card,
        about: about(&device, report.as_ref(), (visitor.lang, now)),
        seen: seen.map(|at| Moment::new(at, now)),
        alerts: alerts::of_one(alerts::lines(&web, &person, alert::list_about(&web.store, home.facility, device.n).await?)),
        pending: Act::Confirm.from().contains(&device.standing),
        permit: permit(&web, home, &device, covered).await?,
        notices: notices(&device, line.as_ref(), present.is_some(), report.is_some()),
        verdict: present.as_ref().map(|p| telling.verdict(p)),
        facts: match (&report, &present) {
            (Some(report), Some(present)) => words::groups(report, present.observed_at, visitor.lang),
            (None, _) | (_, None) => Vec::new(),
        },
        sent: present.as_ref().map(|p| Sent {
            json: pretty(&p.report),
            received: Moment::new(p.received_at, now),
            observed: Moment::new(p.observed_at, now),
        }),
        changes,
        older,
        viewers: viewers(&web, home, &device).await?,
    })
}

/// The papers that the reader can write for it, as it stands.
fn papers(reader: &Person, home: Home, device: &Device) -> Vec<(&'static str, String)> {
    let fits = |kind: &Kind| match kind {
        Kind::Incident => Act::MarkLost.from().contains(&device.standing),
        // Of a facility, and written elsewhere.
        Kind::Guidance | Kind::Restriction | Kind::Consideration | Kind::FacilityCheck => false,
        Kind::TakeOut | Kind::PersonalDevice | Kind::HandOver => {
            device.standing == Standing::Active && kind.ownership().is_none_or(|whose| whose == device.ownership)
        }
    };
    let path = |kind: Kind| format!("/facilities/{}/papers/new?kind={}&device={}", home.facility, kind.as_str(), device.id);
    let all = Kind::ALL.iter().copied().filter(|kind| may(reader.role, Right::FilePapers) && fits(kind));
    all.map(|kind| (kind.key(), path(kind))).collect()
}

/// Where the list of changes begins: before this one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Past {
    before: Option<i64>,
}

/// A page of the verdict's changes, and the path of the older ones.
async fn changes(web: &Web, home: Home, device: &Device, before: Option<i64>) -> Result<(Vec<ChangeLine>, Option<String>), PageError> {
    let mut found = history::list(&web.store, home.facility, device.n, before, CHANGES + 1).await?;
    let more = found.len() > usize::from(CHANGES);
    found.truncate(usize::from(CHANGES));
    let older = found.last().filter(|_| more).map(|last| format!("/devices/{}?before={}#history", device.id, last.id));
    let now = web.now();
    let line = |change: &history::Change| ChangeLine {
        at: Moment::new(change.at, now),
        mark: Mark::of(change.headline),
        cause: cause(&change.cause),
        clauses: change
            .differences()
            .map(|(clause, was, is)| (ClauseName::of(&web.pack, clause), was.map(Mark::of), is.map(Mark::of)))
            .collect(),
    };
    Ok((found.iter().map(line).collect(), older))
}

/// Key of the words for why a verdict changed.
pub(super) fn cause(word: &str) -> &'static str {
    match word {
        "report" => "history-report",
        "time" => "history-time",
        "rules" => "history-rules",
        "answer" => "history-answer",
        "sort" => "history-sort",
        _ => "history-other",
    }
}

/// Who read pages about it before, and this one now.
async fn viewers(web: &Web, home: Home, device: &Device) -> Result<Vec<Viewed>, PageError> {
    let (views, now) = (log::list_views(&web.store, home.facility, device.id, VIEWERS).await?, web.now());
    Ok(views
        .into_iter()
        .map(|view| Viewed { at: Moment::new(view.at, now), who: view.name.map_or(Text::new("oplog-erased"), Text::verbatim) })
        .collect())
}

/// A person's own device, for those who see how it stands and nothing that it told.
fn personal_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (device, facility, covered): (&Device, Place, bool),
    (seen, headline, (permit, custody)): (Option<Timestamp>, Option<State>, (Option<Permit>, Custody)),
    (verdict, changes, older): (Option<&Verdict>, Vec<ChangeLine>, Option<String>),
) -> Result<Response, PageError> {
    let clauses = verdict.map(|verdict| verdict.clauses.as_slice()).unwrap_or_default();
    page(&PersonalDevicePage {
        shell: shell(called(person, device.ownership, &device.label, device.id), visitor, Some(person)),
        facility,
        mark: mark(web, device.standing, headline, seen.map(Timestamp::jst_day)).under(covered),
        permit,
        seen: seen.map(|at| Moment::new(at, web.now())),
        custody,
        clauses: clauses
            .iter()
            .map(|c| (c.clause.clone(), anchor(&c.clause), title(web, &c.clause, visitor.lang), Mark::of(c.state)))
            .collect(),
        changes,
        older,
    })
}

/// Whoever reads what a device told, or what became of it, is in the log before they read it.
pub(super) async fn log_view(web: &Web, person: &Person, home: Home, device: &Device) -> Result<(), PageError> {
    let done = Done::by_person(person, What::DeviceViewed, web.now()).at_facility(home.region, home.facility);
    Ok(log::write_view(&web.store, &web.random, person.id, &done.on_device(device.id, &device.label)).await?)
}

/// The device of a facility that a path names.
pub(super) async fn named(web: &Web, home: Home, id: &str) -> Result<Device, PageError> {
    let id: DeviceId = id.parse().map_err(|_| PageError::NotFound)?;
    device::find(&web.store, home.facility, id).await?.ok_or(PageError::NotFound)
}

async fn find(web: &Web, home: Home, id: &str) -> Result<(Device, Place), PageError> {
    let device = named(web, home, id).await?;
    let facility = place(web, home).await?;
    Ok((device, facility))
}

/// The report as it was sent, indented; what cannot be parsed is shown as it is.
fn pretty(json: &[u8]) -> String {
    let indented = serde_json::from_slice::<serde_json::Value>(json).and_then(|value| serde_json::to_string_pretty(&value));
    indented.unwrap_or_else(|_| String::from_utf8_lossy(json).into_owned())
}

fn about(device: &Device, report: Option<&Report>, (lang, now): (Lang, Timestamp)) -> Vec<(&'static str, Text)> {
    let mut about = vec![
        ("device-about-class", Text::verbatim(device.class.label(lang))),
        ("device-about-ownership", sort::owner_text(device.ownership)),
        ("device-about-enrolled", Moment::new(device.enrolled_at, now).both()),
    ];
    about.extend(device.confirmed_at.map(|at| ("device-about-confirmed", Moment::new(at, now).both())));
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

/// Whether the use of a person's own device is approved now (§20-7): read from its papers, whatever the verdict says.
async fn permit(web: &Web, home: Home, device: &Device, excepted: bool) -> Result<Option<Permit>, PageError> {
    if device.ownership != Ownership::Personal || !matches!(device.standing, Standing::Active | Standing::Pending) {
        return Ok(None);
    }
    let approved = paper::list_in_force(&web.store, home.facility, device.id, web.now()).await?.into_iter().next();
    Ok(Some(match approved {
        Some(paper) => Permit {
            mark: Mark::permitted(),
            text: Text::new("custody-until").with("number", paper.number).with("until", Text::Day(paper.period.last_day())),
            path: format!("/papers/{}", paper.id),
        },
        None if excepted => Permit {
            mark: Mark::exception(),
            text: Text::new("custody-excepted"),
            path: format!("/facilities/{}/papers?kind=personal_device", home.facility),
        },
        None => Permit {
            mark: Mark::alarming("custody-none"),
            text: Text::new("custody-none-about"),
            path: format!("/facilities/{}/papers?kind=personal_device", home.facility),
        },
    }))
}

fn title(web: &Web, clause: &str, lang: Lang) -> Said {
    web.pack.clause(clause).map_or_else(|| Said::new("", lang), |c| Said::of(&c.title, lang))
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
        tx.rollback().await?;
        return Err(overtaken(web, by, (home, device), &Act::ALL.map(Act::what), "device-decided").await?);
    }
    let done = Done::by_person(by, act.what(), web.now()).at_facility(home.region, home.facility).on_device(device, &label);
    web.log(&mut tx, &done).await?;
    tx.commit().await?;
    let to = if act == Act::Confirm { format!("/devices/{device}") } else { format!("/facilities/{}/pending", home.facility) };
    Ok(Redirect::to(&to).into_response())
}

/// Somebody was quicker with a device, in one of these ways; where the log does not say who, what can be said without.
pub(super) async fn overtaken(
    web: &Web,
    reader: &Person,
    (home, device): (Home, DeviceId),
    acts: &[What],
    unsaid: &'static str,
) -> Result<PageError, PageError> {
    overtaken::in_log(web, reader, (Reach::Facility(home.facility), &device.to_string()), acts, unsaid).await
}
