//! 自己点検: one act answers, for many devices, what no machine can. Answers are the administrator's to give.

use std::collections::HashSet;

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::{Here, Who};
use super::own_rules::pack_at;
use super::papers::place;
use super::places::name;
use super::typed::{Asked, Typed, value, values};
use super::visit::{Fields, Kept, Visitor};
use super::{PageError, Web, page, shell, twice};
use crate::domain::act::{Done, What};
use crate::domain::device::{DeviceN, Ownership, Standing};
use crate::domain::ids::SelfCheckId;
use crate::domain::people::{Person, Right, may};
use crate::domain::self_check::{Grade, LONGEST_NOTE, SelfCheck, counts_since, questions};
use crate::store::belonging::Home;
use crate::store::self_check::NewSelfCheck;
use crate::store::{device, self_check};
use crate::views::{AskedQuestion, Moment, SelfCheckLine, SelfCheckPage, Tick};
use crate::words::Text;

/// Devices that can be ticked one by one; a facility with more answers for all, or from a device's own page.
const TICKED: u16 = 200;
/// Acts listed.
const LISTED: u16 = 20;

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Opened {
    /// Only for this device.
    device: Option<String>,
    /// How many devices were answered for just now.
    done: Option<u32>,
}

/// `GET /facilities/{facility}/self-check`
pub(super) async fn show_self_check(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(opened): Asked<Opened>,
) -> Result<Response, PageError> {
    let mut typed = vec![("grade".to_owned(), Grade::Administrator.as_str().to_owned())];
    if let Some(device) = opened.device {
        typed.extend([("for".to_owned(), "some".to_owned()), ("device".to_owned(), device)]);
    }
    self_check_page(&web, &visitor, &person, home, &typed, Said { done: opened.done, error: None }).await
}

/// What the page says first.
struct Said {
    done: Option<u32>,
    error: Option<Text>,
}

async fn self_check_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    typed: &Fields,
    said: Said,
) -> Result<Response, PageError> {
    let facility = place(web, home).await?;
    // Who looked is named: answers are given by those who are at the facility.
    let may_answer = may(person.role, Right::Attest);
    let in_use =
        if may_answer { device::list_standing(&web.store, home.facility, Standing::Active, TICKED + 1).await? } else { Vec::new() };
    let ticked: HashSet<&str> = values(typed, "device").collect();
    let tickable = in_use.len() <= usize::from(TICKED);
    let mut devices: Vec<Tick> = in_use
        .iter()
        .map(|d| (d.id.to_string(), name(&d.label)))
        .filter(|(id, _)| tickable || ticked.contains(id.as_str()))
        .map(|(id, label)| Tick { ticked: ticked.contains(id.as_str()), id, label })
        .collect();
    devices.sort_by_key(|d| !d.ticked);
    let now = web.now();
    let pack = pack_at(web, home).await?;
    let since = counts_since(&pack.parameters().attestation, now);
    let past = self_check::list(&web.store, home.facility, LISTED).await?;
    page(&SelfCheckPage {
        shell: shell("self-check-title", visitor, Some(person)),
        facility,
        may_answer,
        once: twice::mark(web),
        done: said.done,
        error: said.error,
        due: self_check::count_due(&web.store, home.facility, since).await?,
        questions: AskedQuestion::all(questions(&pack), visitor.lang, |field| value(typed, field).unwrap_or_default()),
        devices,
        for_some: value(typed, "for") == Some("some"),
        by_person: value(typed, "grade") == Some(Grade::Person.as_str()),
        note: value(typed, "note").unwrap_or_default().to_owned(),
        longest_note: LONGEST_NOTE,
        past: past
            .into_iter()
            .map(|line| SelfCheckLine {
                at: Moment::new(line.at, now),
                by: line.by.map_or(Text::new("self-check-erased"), Text::Verbatim),
                grade: line.grade.key(),
                devices: line.devices,
                // As in the archive: what is said of people's own devices alone is for those at their facility.
                note: if !line.personal || line.note.is_empty() || person.role.sees_facts(Ownership::Personal) {
                    line.note
                } else {
                    Text::new("oplog-withheld").in_lang(visitor.lang)
                },
            })
            .collect(),
    })
}

/// `POST /facilities/{facility}/self-check`
pub(super) async fn answer_self_check(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let now = web.now();
    let pack = pack_at(&web, home).await?;
    let check = SelfCheck::read(&questions(&pack), now, |field| value(&typed, field)).map_err(|invalid| invalid.text());
    let chosen = if value(&typed, "for") == Some("some") { Some(ticked_devices(&web, home, &typed).await?) } else { None };
    let error = match check {
        Ok(check) if chosen.as_ref().is_none_or(|devices| !devices.is_empty()) => {
            let new = NewSelfCheck {
                id: SelfCheckId::new(web.random.uuid(now)),
                facility: home.facility,
                person: person.id,
                at: now,
                check: &check,
                devices: chosen.as_deref(),
            };
            let mark = value(&typed, "once").unwrap_or_default();
            let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, mark).await? {
                Ok(first) => first,
                Err(answered) => return Ok(answered),
            };
            let covered = self_check::insert(&mut tx, &new).await?;
            if covered > 0 {
                let done = Done::by_person(&person, What::Attested, now).at_facility(home.region, home.facility);
                web.log(&mut tx, &done.noting(format!("self_check={} devices={covered}", new.id))).await?;
                let next = format!("/facilities/{}/self-check?done={covered}", home.facility);
                taking.leads_to(&web, &mut tx, &next, None).await?;
                tx.commit().await?;
                return Ok(Redirect::to(&next).into_response());
            }
            tx.rollback().await?;
            Text::new("self-check-no-devices")
        }
        Ok(_) => Text::of_field("self-check-none-chosen", "device"),
        Err(error) => error,
    };
    let answer = self_check_page(&web, &visitor, &person, home, &typed, Said { done: None, error: Some(error) }).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

/// The ticked devices of this facility; others do not exist here.
async fn ticked_devices(web: &Web, home: Home, typed: &Fields) -> Result<Vec<DeviceN>, PageError> {
    let mut found = Vec::new();
    for id in values(typed, "device").take(usize::from(TICKED)) {
        let id = id.parse().map_err(|_| PageError::Malformed(Kept::default()))?;
        found.extend(device::find(&web.store, home.facility, id).await?.map(|d| d.n));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
