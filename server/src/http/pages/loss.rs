//! 紛失 and 発見: what a person says of a device's whereabouts, with the time it happened and how. Beside it stands at once what kept
//! strangers out of it when it was last heard of; on a person's own device, that is its facility's to read.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::report::{parse_report, words};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::device::{log_view, named, overtaken};
use super::guard::{Here, Who};
use super::papers::{Gone, Staff, report_loss, title};
use super::places::called;
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Act, Actor, Done, What};
use crate::domain::happened::{self, InvalidTime};
use crate::domain::ids::PaperId;
use crate::domain::paper::{Applicant, Kind, State};
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Person, Right, may};
use crate::store::belonging::Home;
use crate::store::device::{self, Decision, Device};
use crate::store::loss::{self, Loss, Noted, Told};
use crate::store::paper::{self, Filter};
use crate::store::{Tx, device_state};
use crate::views::{Custody, LossPage, Missing, Moment, Protection};
use crate::words::Text;

/// Open incidents among which those that nobody has taken up are looked for.
const REPORTS: u16 = 50;

/// What differs between the two acts.
struct Step {
    act: Act,
    /// Path behind the device's.
    path: &'static str,
    title: &'static str,
    consequences: &'static [&'static str],
    at: &'static str,
    button: &'static str,
    /// The acts after which it cannot be done.
    ended_by: &'static [What],
    /// What is said when the log does not tell which of them came first.
    gone: &'static str,
}

const LOST: Step = Step {
    act: Act::MarkLost,
    path: "lost",
    title: "loss-title",
    consequences: &["loss-then-incident", "loss-then-evidence", "loss-then-told", "loss-then-alert", "loss-then-back"],
    at: "loss-at",
    button: "loss-do",
    ended_by: &[What::DeviceLost, What::DeviceRetired, What::DeviceRefused],
    gone: "loss-gone",
};

const FOUND: Step = Step {
    act: Act::Reclaim,
    path: "found",
    title: "found-title",
    consequences: &["found-then-judged", "found-then-sure", "found-then-kept", "found-then-incident"],
    at: "found-at",
    button: "found-do",
    ended_by: &[What::DeviceReclaimed, What::DeviceRetired],
    gone: "found-gone",
};

/// What was typed, and what of it cannot be taken.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Account {
    #[serde(default)]
    at: String,
    #[serde(default)]
    why: String,
}

/// `GET /devices/{device}/lost`
pub(super) async fn show_lost(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    show(&web, &visitor, &person, (home, &id), &LOST).await
}

/// `POST /devices/{device}/lost`
pub(super) async fn mark_lost(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Account>,
) -> Result<Response, PageError> {
    take(&web, &visitor, &person, (home, &id), (&LOST, typed)).await
}

/// `GET /devices/{device}/found`
pub(super) async fn show_found(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    show(&web, &visitor, &person, (home, &id), &FOUND).await
}

/// `POST /devices/{device}/found`
pub(super) async fn reclaim(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Account>,
) -> Result<Response, PageError> {
    take(&web, &visitor, &person, (home, &id), (&FOUND, typed)).await
}

async fn show(web: &Web, visitor: &Visitor, person: &Person, (home, id): (Home, &str), step: &Step) -> Result<Response, PageError> {
    let device = named(web, home, id).await?;
    let typed = Account { at: happened::field(web.now()), why: String::new() };
    loss_page(web, visitor, person, (home, &device), (step, typed, None)).await
}

async fn loss_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (home, device): (Home, &Device),
    (step, typed, error): (&Step, Account, Option<Text>),
) -> Result<Response, PageError> {
    if !step.act.from().contains(&device.standing) {
        return Err(overtaken(web, person, (home, device.id), step.ended_by, step.gone).await?);
    }
    log_view(web, person, home, device).await?;
    let label = called(person, device.ownership, &device.label, device.id);
    let reports = match step.act {
        Act::MarkLost => reports(web, device).await?,
        Act::Confirm | Act::Refuse | Act::Reclaim | Act::Retire => Vec::new(),
    };
    let last = last_loss(web, device).await?;
    page(&LossPage {
        shell: shell(Text::new(step.title).with("device", label.clone()), visitor, Some(person)),
        back: (label, format!("/devices/{}", device.id)),
        action: format!("/devices/{}/{}", device.id, step.path),
        consequences: step.consequences.iter().copied().map(Text::new).collect(),
        reports,
        protection: protection(web, person, device, last.as_ref(), visitor.lang).await?,
        at_label: step.at,
        at: typed.at,
        why: typed.why,
        longest_reason: LONGEST_REASON,
        button: step.button,
        error,
    })
}

/// Reports without an account that nobody has taken up: one of them may be about this device.
async fn reports(web: &Web, device: &Device) -> Result<Vec<(Text, String)>, PageError> {
    let filter = Filter { kind: Some(Kind::Incident), open: true, ..Filter::default() };
    let open = paper::list(&web.store, device.facility, filter, REPORTS).await?;
    let reported = open.iter().map(|found| &found.paper).filter(|paper| paper.state == State::Reported);
    Ok(reported.map(|paper| (title(paper), format!("/papers/{}", paper.id))).collect())
}

/// The earliest instant at which it can have happened: while it was ours, and a finding after the loss.
fn earliest(device: &Device, last: Option<&Loss>) -> Timestamp {
    last.filter(|loss| loss.found.is_none()).map_or(device.enrolled_at, |loss| loss.lost_at)
}

async fn take(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (home, id): (Home, &str),
    (step, typed): (&Step, Account),
) -> Result<Response, PageError> {
    let (device, now) = (named(web, home, id).await?, web.now());
    let last = last_loss(web, &device).await?;
    let at = happened::parse(&typed.at, earliest(&device, last.as_ref()), now).map_err(|invalid| match invalid {
        InvalidTime::Unreadable => Text::of_field("happened-unreadable", "at"),
        InvalidTime::Future => Text::of_field("happened-future", "at"),
        InvalidTime::TooEarly => Text::of_field("happened-too-early", "at").with("at", earliest(&device, last.as_ref())),
    });
    let why = reason(&typed.why).map_err(|_| Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON));
    let (at, why) = match (at, why) {
        (Ok(at), Ok(why)) => (at, why),
        (Err(error), _) | (_, Err(error)) => {
            let answer = loss_page(web, visitor, person, (home, &device), (step, typed, Some(error))).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
        }
    };
    let decision = Decision { standing: step.act.to(), by: person.id.to_string(), at: now };
    let staff = Staff::of(web, home).await?;
    let mut tx = web.store.begin_ledger().await?;
    if !device::stand(&mut tx, home.facility, device.id, step.act.from(), &decision).await? {
        tx.rollback().await?;
        return Err(overtaken(web, person, (home, device.id), step.ended_by, step.gone).await?);
    }
    let told = Told { at, reason: &why };
    let next = if step.act == Act::MarkLost {
        loss::put_lost(&mut tx, device.n, told).await?;
        let paper = report(web, &mut tx, (person, &staff), home, (&device, told)).await?;
        format!("/papers/{paper}")
    } else {
        loss::put_found(&mut tx, device.n, told).await?;
        format!("/devices/{}", device.id)
    };
    let done = Done::by_person(person, step.act.what(), now).at_facility(home.region, home.facility);
    let detail = format!("happened={}", happened::field(at));
    web.log(&mut tx, &done.on_device(device.id, &device.label).noting(detail).saying(why)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}

/// The loss goes on as an incident.
async fn report(
    web: &Web,
    tx: &mut Tx,
    by: (&Person, &Staff),
    home: Home,
    (device, told): (&Device, Told<'_>),
) -> Result<PaperId, PageError> {
    let of = Applicant { person: Some(by.0.id), name: by.0.name.clone() };
    let from = device.id.to_string();
    report_loss(web, tx, by, home, &Gone { of: &of, device: Some(device.id), at: told.at, why: told.reason, from: &from, among: None })
        .await
}

async fn last_loss(web: &Web, device: &Device) -> Result<Option<Loss>, PageError> {
    Ok(loss::find_last(&web.store, device.facility, device.n).await?)
}

/// What kept strangers out: by the last report before the loss, or the last one there is.
async fn protection(web: &Web, person: &Person, device: &Device, last: Option<&Loss>, lang: Lang) -> Result<Protection, PageError> {
    if !person.role.sees_facts(device.ownership) {
        return Ok(Protection::Withheld);
    }
    let now = web.now();
    let until = last.filter(|loss| loss.found.is_none()).map_or(now, |loss| loss.lost_at);
    let Some((json, observed)) = device_state::report_until(&web.store, device.facility, device.n, until).await? else {
        return Ok(Protection::NothingReported);
    };
    Ok(match parse_report(&json) {
        Ok(report) => Protection::Told { observed: Moment::new(observed, now), groups: words::protection(&report, observed, lang) },
        Err(_) => Protection::Unreadable,
    })
}

/// What the device's page says of its whereabouts, and what can be said of them there.
pub(super) async fn custody(web: &Web, person: &Person, device: &Device, lang: Lang) -> Result<Custody, PageError> {
    let (last, facts) = (last_loss(web, device).await?, person.role.sees_facts(device.ownership));
    let missing = match &last {
        Some(loss) if loss.found.is_none() => Some(Missing {
            since: Moment::new(loss.lost_at, web.now()),
            noted: noted(Text::new("loss-noted").with("at", loss.noted.at), &loss.noted, facts),
            protection: protection(web, person, device, last.as_ref(), lang).await?,
        }),
        Some(_) | None => None,
    };
    let found = last.as_ref().and_then(|loss| {
        let found = loss.found.as_ref()?;
        Some(noted(Text::new("loss-was").with("lost", loss.lost_at).with("found", found.at), &found.noted, facts))
    });
    let incidents = paper::list_incidents_about(web.store.read(), device.facility, device.id).await?;
    let offers = |act: Act| may(person.role, Right::Custody) && act.from().contains(&device.standing);
    Ok(Custody {
        device: device.id.to_string(),
        missing,
        found,
        incidents: incidents.iter().map(|paper| (title(paper), format!("/papers/{}", paper.id))).collect(),
        may_lose: offers(Act::MarkLost),
        may_find: offers(Act::Reclaim),
    })
}

/// The sentence with who noted it and why; what was told of a person's own device is no more to be read elsewhere than its facts.
fn noted(sentence: Text, noted: &Noted, facts: bool) -> Text {
    let named = noted.name.clone().map(Text::verbatim);
    let who = named.or_else(|| Actor::label(&noted.by)).unwrap_or(Text::new("excluded-by-unknown"));
    let why = if !facts {
        Text::new("loss-why-withheld")
    } else if noted.reason.is_empty() {
        Text::new("excluded-no-reason")
    } else {
        Text::verbatim(&noted.reason)
    };
    sentence.with("who", who).with("why", why)
}
