//! A paper's page: how it stands, what was filled in, what can be done with it, and every step so far.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::enrol::can_enrol;
use super::files::{Again, files};
use super::form::value;
use super::incident::{Gone, clock, report_loss, seen_last};
use super::told::{Taken, tell};
use super::{Staff, applicant, days, days_called, device, find, hand, mark, overtaken, place, sees, title};
use crate::domain::act::{self, Actor, Done, What};
use crate::domain::device::{Ownership, Standing};
use crate::domain::disaster::let_in::Cleared;
use crate::domain::ids::PaperId;
use crate::domain::membership::Doing;
use crate::domain::paper::{Act, Entry, Kind, Moved, Need, State, Step, advance, choices};
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON};
use crate::domain::people::{Person, Right, may};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::places::name;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Kept, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::device::{self as devices, Decision};
use crate::store::disaster::let_in;
use crate::store::loss::{self, Told};
use crate::store::paper::{self, Found, Past};
use crate::store::{Tx, exclusion};
use crate::views::{ActForm, Moment, PaperPage, StepLine};
use crate::words::Text;

/// Devices offered to be linked, of each standing.
const OFFERED: u16 = 200;

/// `GET /papers/{paper}`
pub(in crate::http::pages) async fn show_paper(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    paper_page(&web, &visitor, (&person, home), &found, None, None).await
}

/// A step that was refused: which, what was typed, and why not.
pub(super) type Refused<'a> = (Act, &'a Entry, Text);

pub(super) async fn paper_page(
    web: &Web,
    visitor: &Visitor,
    (person, home): (&Person, Home),
    found: &Found,
    refused: Option<Refused<'_>>,
    again: Option<Again>,
) -> Result<Response, PageError> {
    let (paper, now) = (&found.paper, web.now());
    let staff = Staff::of(web, home).await?;
    let steps = choices(paper, &hand(person), &staff.around(found));
    let form = |step: &Step| {
        let typed = refused.as_ref().filter(|(act, ..)| *act == step.act).map(|(_, entry, _)| (*entry).clone());
        let open = typed.is_some();
        let fresh = || Entry { checker: suggested(person, found), fields: paper.values.clone(), ..Entry::default() };
        ActForm::of(step, typed.unwrap_or_else(fresh), open)
    };
    let past = paper::history(&web.store, paper.id).await?;
    let mut pairs = pairs(person, found, decides(&steps));
    if (sees(person, paper) || decides(&steps))
        && let Some(contact) = paper::find_contact(web.store.read(), paper.id).await?
    {
        let address = contact.address.as_str().to_owned();
        pairs.push((
            "paper-mail-of",
            match contact.confirmed {
                Some(at) => Text::new("paper-mail-proved").with("address", address).with("at", at),
                None => Text::new("paper-mail-unproved").with("address", address),
            },
        ));
    }
    let may_edit = may(person.role, Right::FilePapers) && paper.state == State::SentBack;
    page(&PaperPage {
        shell: shell(title(paper), visitor, Some(person)),
        facility: place(web, home).await?,
        id: paper.id.to_string(),
        once: twice::mark(web),
        version: paper.version,
        mark: mark(web, paper),
        notices: notices(person, found, &steps, staff.exception.is_some()),
        pairs,
        clock: clock(web, paper, &past.iter().map(|past| past.act).collect::<Vec<_>>()),
        last: seen_last(web, person, home, found, visitor.lang).await?,
        links: links(web, person, home, found).await?,
        devices: if steps.iter().any(|step| step.needs.contains(&Need::Device)) {
            own_devices(web, home, paper.kind).await?
        } else {
            Vec::new()
        },
        acts: steps.iter().map(form).collect(),
        files: files(web, person, paper, sees(person, paper) || decides(&steps), again.as_ref()).await?,
        may_edit,
        may_enrol: may(person.role, Right::FilePapers) && can_enrol(paper),
        longest_reason: LONGEST_REASON,
        longest_name: LONGEST_NAME,
        paper_ok: web.pack.parameters().approval.paper_ok,
        error: refused.map(|(.., error)| error).or(again.map(|again| again.error)),
        past: past.into_iter().map(|past| step_line(paper.kind, past, now, sees(person, paper) || decides(&steps))).collect(),
    })
}

/// Where it goes on: from guidance to a restriction that follows it, and back; from a take-out to the open incidents about its device.
async fn links(web: &Web, person: &Person, home: Home, found: &Found) -> Result<Vec<(Text, String)>, PageError> {
    let paper = &found.paper;
    let mut links = Vec::new();
    for &kind in Kind::ALL {
        let follows = kind.follows().is_some_and(|(_, of)| of == paper.kind);
        if follows && kind.is_filed_by(person.role) && !paper.state.is_final() {
            let new = format!("/facilities/{}/papers/new?kind={}&follows={}", home.facility, kind.as_str(), paper.number);
            links.push((Text::new("paper-follow-with").with("kind", Text::new(kind.key())), new));
        }
    }
    let followed = paper.kind.follows().and_then(|(field, of)| Some((of, paper.values.get(field)?.parse::<i64>().ok()?)));
    if let Some((of, number)) = followed
        && let Some(id) = paper::find_numbered(&web.store, home.facility, (of, number)).await?
    {
        links.push((Text::new("paper-numbered").with("kind", Text::new(of.key())).with("number", number), format!("/papers/{id}")));
    }
    if let (Kind::TakeOut, Some(device)) = (paper.kind, paper.device) {
        let about = paper::list_incidents_about(web.store.read(), home.facility, device).await?;
        links.extend(about.iter().map(|incident| (title(incident), format!("/papers/{}", incident.id))));
    }
    Ok(links)
}

/// Who looks is mostly who is signed in; not where the paper is theirs.
fn suggested(person: &Person, found: &Found) -> String {
    let own = found.paper.applicant.person == Some(person.id);
    if own { String::new() } else { person.name.clone() }
}

/// Whether the decision is the reader's.
pub(super) fn decides(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step.act, Act::Approve | Act::Extend))
}

/// The devices of the facility to which a paper of this kind can be linked.
async fn own_devices(web: &Web, home: Home, kind: Kind) -> Result<Vec<(String, Text)>, PageError> {
    let mut found = Vec::new();
    for standing in [Standing::Active, Standing::Pending] {
        found.extend(devices::list_standing(&web.store, home.facility, standing, OFFERED).await?);
    }
    let own = found.into_iter().filter(|device| kind.ownership().is_none_or(|whose| whose == device.ownership));
    Ok(own.map(|device| (device.id.to_string(), name(&device.label))).collect())
}

/// What stands out about how it stands.
fn notices(person: &Person, found: &Found, steps: &[Step], excepted: bool) -> Vec<Text> {
    let paper = &found.paper;
    let mut notices = Vec::new();
    if let Some(until) = paper.asked_until {
        notices.push(Text::new("paper-asked-until").with("until", Text::Day(until.plus_seconds(-1))));
    }
    if paper.state == State::Exempt {
        notices.push(Text::new(if excepted { "paper-exempt-now" } else { "paper-exempt-over" }));
    }
    if paper.state.awaits_approval() && !decides(steps) {
        let own = paper.applicant.person == Some(person.id);
        notices.push(Text::new(if own { "paper-own-waits" } else { "paper-others-decide" }));
    }
    notices
}

/// What was filled in, by label; of what is not the reader's business, unless they decide on it, only that it is there.
pub(super) fn pairs(reader: &Person, found: &Found, decides: bool) -> Vec<(&'static str, Text)> {
    let paper = &found.paper;
    let shown = decides || sees(reader, paper);
    let name = if shown { Text::verbatim(&paper.applicant.name) } else { applicant(reader, found) };
    let mut pairs = vec![(paper.kind.person().0, name), (paper.kind.filing().1, Text::Day(paper.filed_at))];
    if paper.kind.names_device() {
        pairs.push(("paper-device", device(reader, found).unwrap_or(Text::new("paper-no-device"))));
    }
    pairs.push((days_called(paper.kind), days(paper)));
    let later = paper.kind.closing_fields().iter().filter(|field| paper.values.contains_key(field.name));
    pairs.extend(paper.kind.fields().iter().chain(later).filter(|_| shown).map(|field| (field.label, field.said(&paper.values))));
    pairs
}

pub(super) fn step_line(kind: Kind, past: Past, now: Timestamp, shown: bool) -> StepLine {
    StepLine {
        act: if past.act == Act::File { kind.filing().0 } else { past.act.key() },
        state: past.state.key(),
        by: match (past.by, shown) {
            (Some(_), false) => Text::new("paper-not-shown"),
            (Some(name), true) => Text::verbatim(name),
            (None, _) => Actor::label(&past.by_word).unwrap_or(Text::new("oplog-erased")),
        },
        at: Moment::new(past.at, now),
        on: past.on.map(|on| {
            // A day begins at midnight; what was done at an instant says which.
            let is_day = (on.seconds() + 9 * 3600).rem_euclid(86_400) == 0;
            if matches!(past.act, Act::MarkLost | Act::ReportLost) {
                Text::new("paper-lost-on").with("at", on)
            } else if is_day {
                Text::new("paper-on-day").with("day", Text::Day(on))
            } else {
                Text::new("paper-done-at").with("at", on)
            }
        }),
        why: if shown { past.why } else { String::new() },
        other: (shown && !past.checker.is_empty()).then(|| Text::new("paper-checked-by").with("name", past.checker)),
    }
}

/// `POST /papers/{paper}/act`
pub(in crate::http::pages) async fn act_on_paper(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (found, now) = (find(&web, home, &id).await?, web.now());
    let text = |field: &str| value(&typed, field).unwrap_or_default().to_owned();
    let act = Act::from_word(&text("act")).ok_or(PageError::Malformed(Kept::default()))?;
    let paper = &found.paper;
    // The paper's version when the form was made.
    if text("seen") != paper.version.to_string() {
        return Err(overtaken(&web, &person, paper).await?);
    }
    let entry = Entry {
        why: text("why"),
        until: text("until"),
        checker: text("checker"),
        on: text("on"),
        device: text("device"),
        cleared: ["data", "logout", "passwords"].into_iter().all(|tick| text(tick) == "yes"),
        when: text("when"),
        fields: typed.iter().cloned().collect(),
    };
    let staff = Staff::of(&web, home).await?;
    let refuse = async |error: Text| {
        let answer = paper_page(&web, &visitor, (&person, home), &found, Some((act, &entry, error)), None).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
    };
    if let Some(why) = closed(&web, home, Doing::of_step(paper.kind, act)).await? {
        return refuse(why).await;
    }
    // Filing again goes with the form filled in again.
    let moved = match advance(paper, act, (&hand(&person), &entry), &staff.around(&found), now) {
        Ok(_) if act == Act::FileAgain => return Err(PageError::Malformed(Kept::default())),
        Ok(moved) => moved,
        Err(refusal) => return refuse(refusal.text()).await,
    };
    if let Some(id) = moved.device {
        let linked = devices::find(&web.store, home.facility, id)
            .await?
            .filter(|device| paper.kind.ownership().is_none_or(|whose| whose == device.ownership))
            .filter(|device| matches!(device.standing, Standing::Active | Standing::Pending) || paper.kind == Kind::Incident);
        if linked.is_none() {
            return refuse(Text::of_field("paper-choose-device", "device")).await;
        }
    }
    let mut tx = web.store.begin_ledger().await?;
    if let Some(number) = clash(&mut tx, home, &found, &moved).await? {
        tx.rollback().await?;
        let field = if moved.device.is_some() { "device" } else { "until" };
        return refuse(Text::of_field("paper-wrong-overlap", field).with("number", number)).await;
    }
    if !paper::move_on(&mut tx, paper, &moved, Actor::Person(person.id)).await? {
        tx.rollback().await?;
        return Err(overtaken(&web, &person, paper).await?);
    }
    let done = Done::by_person(&person, what(act), now).at_facility(home.region, home.facility).on_paper(paper.id, paper.number);
    // What is said about a person's own device stays with the paper: the log is read beyond the facility.
    let done = if paper.kind.ownership() == Some(Ownership::Personal) { done } else { done.saying(&moved.why) };
    web.log(&mut tx, &done.noting(detail(paper.kind, &moved))).await?;
    let (n, applicant) = (paper.version + 1, &paper.applicant);
    let taken = Taken { paper: paper.id, kind: paper.kind, n, act, to: moved.to, applicant, by: Some(&person) };
    tell(&web, &mut tx, home, &staff, &taken).await?;
    if act == Act::Approve {
        end_clean_up(&web, &mut tx, &person, home, paper.id).await?;
    }
    if matches!(act, Act::ReportLost | Act::MarkLost) {
        stand(&web, &mut tx, &person, home, (&found, &moved, act::Act::MarkLost)).await?;
    }
    if act == Act::ReportLost {
        let (at, from) = (paper.lost_at(&moved), paper.id.to_string());
        let gone = Gone { of: &paper.applicant, device: paper.device, at, why: &moved.why, from: &from, among: None };
        report_loss(&web, &mut tx, (&person, &staff), home, &gone).await?;
    }
    if act == Act::HandOver && paper.ends_custody() {
        stand(&web, &mut tx, &person, home, (&found, &moved, act::Act::Retire)).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/papers/{}", paper.id)).into_response())
}

/// Another paper about the same device on the days that this one is to last now, or about the device that it is linked to now.
async fn clash(tx: &mut Tx, home: Home, found: &Found, moved: &Moved) -> Result<Option<i64>, PageError> {
    let (paper, mut period) = (&found.paper, moved.period);
    period.until = moved.asked_until.unwrap_or(period.until);
    let longer = paper.device.filter(|_| period.until > paper.period.until);
    let Some(device) = moved.device.or(longer).filter(|_| paper.kind.is_alone()) else { return Ok(None) };
    Ok(paper::overlapping(tx, home.facility, (paper.kind, device, period), Some(paper.id)).await?)
}

/// What a 災害時特例 let in and became this application is cleared with its approval.
async fn end_clean_up(web: &Web, tx: &mut Tx, person: &Person, home: Home, paper: PaperId) -> Result<(), PageError> {
    let by = (person.id.to_string(), web.now());
    if let Some(entry) = let_in::clear_by_paper(tx, home.facility, paper, by).await? {
        let done = Done::by_person(person, What::DisasterCleared, web.now()).at_facility(home.region, home.facility);
        web.log(tx, &done.noting(format!("how={} entry={entry} paper={paper}", Cleared::Application.as_str()))).await?;
    }
    Ok(())
}

pub(super) const fn what(act: Act) -> What {
    match act {
        Act::File | Act::FileAgain => What::PaperFiled,
        Act::Approve | Act::Extend | Act::Accept => What::PaperApproved,
        Act::Refuse | Act::SendBack | Act::KeepEnd | Act::Revoke => What::PaperRefused,
        Act::Withdraw
        | Act::UseException
        | Act::TakeOut
        | Act::AskExtension
        | Act::Return
        | Act::CheckReturn
        | Act::ReportLost
        | Act::TakeUp
        | Act::Dismiss
        | Act::MarkLost
        | Act::SuspendLine
        | Act::RemoteWipe
        | Act::StopAccount
        | Act::TellPolice
        | Act::TellSecretariat
        | Act::ReportFirst
        | Act::ReportFull
        | Act::NoLeak
        | Act::CloseIncident
        | Act::LinkDevice
        | Act::ConfirmEnd
        | Act::Wipe
        | Act::ConfirmWipe
        | Act::WipeAgain
        | Act::HandOver
        | Act::Answer
        | Act::Escalate
        | Act::Prolong
        | Act::Lift
        | Act::Review
        | Act::EndRecord => What::PaperMoved,
    }
}

pub(super) fn detail(kind: Kind, moved: &Moved) -> String {
    let exception = moved.exception.map(|id| format!(" exception={id}")).unwrap_or_default();
    let device = moved.device.map(|id| format!(" device={id}")).unwrap_or_default();
    format!("kind={} act={} state={}{exception}{device}", kind.as_str(), moved.act.as_str(), moved.to.as_str())
}

/// What the paper says of its device the ledger says too: gone is lost (its check-ins are evidence from now on), given away is 廃止.
async fn stand(
    web: &Web,
    tx: &mut Tx,
    person: &Person,
    home: Home,
    (found, moved, act): (&Found, &Moved, act::Act),
) -> Result<(), PageError> {
    let (Some(id), Some(about)) = (found.paper.device, &found.device) else { return Ok(()) };
    let Some(device) = devices::find(&web.store, home.facility, id).await? else { return Ok(()) };
    let now = web.now();
    let decision = Decision { standing: act.to(), by: person.id.to_string(), at: now };
    if devices::stand(tx, home.facility, id, act.from(), &decision).await? {
        if act == act::Act::MarkLost {
            let told = Told { at: found.paper.lost_at(moved), reason: found.paper.lost_how(moved) };
            loss::put_lost(tx, device.n, told).await?;
        }
        if act == act::Act::Retire {
            exclusion::put_reason(tx, id, &Text::from(found.paper.kind.key()).in_lang(Lang::Japanese)).await?;
        }
        let done = Done::by_person(person, act.what(), now).at_facility(home.region, home.facility);
        web.log(tx, &done.on_device(id, &about.label).noting(format!("paper={}", found.paper.id))).await?;
    }
    Ok(())
}
