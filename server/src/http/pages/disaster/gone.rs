//! 水没・流失・所在不明: many devices of a facility noted as lost in one act, while an exception holds; each goes on as an incident of its
//! own (留3-10). In a drill they stay as they are, and nothing is reported.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};

use super::WRONG;
use super::typed::Filled;
use crate::domain::act::{Act, Done};
use crate::domain::device::Standing;
use crate::domain::disaster::gone::Gone;
use crate::domain::ids::{DeviceId, ExceptionId};
use crate::domain::paper::Applicant;
use crate::domain::people::Person;
use crate::domain::people::role::LONGEST_REASON;
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::{Gone as Noted, Staff, place, report_loss};
use crate::http::pages::places::called;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::device::{self, Decision};
use crate::store::disaster::gone::{self, NewGone};
use crate::store::disaster::let_in;
use crate::store::loss::{self, Told};
use crate::views::{Choice, GonePage, Moment};
use crate::words::Text;

/// Devices offered, and devices shown as gone, on the page.
const DEVICES: u16 = 200;

/// `GET /facilities/{facility}/disaster/gone`
pub(in crate::http::pages) async fn show_gone(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    gone_page(&web, &visitor, &person, home, None).await
}

async fn gone_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    wrong: Option<(&Filled, Text)>,
) -> Result<Response, PageError> {
    let held = let_in::held_over(web.store.read(), home, web.now()).await?;
    let empty = Filled::new(Vec::new());
    let (filled, error) = wrong.map_or((&empty, None), |(filled, error)| (filled, Some(error)));
    let ticked = filled.all("device");
    let mut gone = Vec::new();
    if let Some((exception, _)) = held {
        for (n, how, at) in gone::list(&web.store, home.facility, exception, DEVICES).await? {
            if let Some(device) = device::find_by_n(web.store.read(), n).await?.filter(|device| device.facility == home.facility) {
                let name = called(person, device.ownership, &device.label, device.id);
                gone.push((device.id.to_string(), name, how.key(), Moment::new(at, web.now())));
            }
        }
    }
    let offered = device::list_standing(&web.store, home.facility, Standing::Active, DEVICES).await?;
    let offered = offered.into_iter().filter(|device| !gone.iter().any(|(id, ..)| *id == device.id.to_string()));
    page(&GonePage {
        shell: shell("gone-title", visitor, Some(person)),
        facility: place(web, home).await?,
        drill: held.is_some_and(|(_, drill)| drill),
        devices: offered
            .map(|device| {
                let value = device.id.to_string();
                let text = called(person, device.ownership, &device.label, device.id);
                Choice { chosen: ticked.contains(&value), value, text }
            })
            .collect(),
        ways: Gone::ALL
            .iter()
            .map(|gone| Choice { value: gone.as_str().to_owned(), text: Text::new(gone.key()), chosen: filled.get("how") == gone.as_str() })
            .collect(),
        why: filled.get("why").to_owned(),
        event: filled.get("event").to_owned(),
        longest: LONGEST_REASON,
        held: held.is_some(),
        gone,
        error,
    })
}

/// `POST /facilities/{facility}/disaster/gone`: what is not in use any more is passed over, and shown on the page that follows.
pub(in crate::http::pages) async fn note_gone(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let filled = Filled::new(typed);
    let devices: Vec<DeviceId> = filled.all("device").iter().filter_map(|id| id.parse().ok()).collect();
    let said = filled.act(&web, &person).and_then(|act| {
        let how = Gone::from_word(filled.get("how")).ok_or_else(|| Text::of_field("gone-wrong-how", "how"))?;
        if devices.is_empty() { Err(Text::of_field("gone-wrong-devices", "device")) } else { Ok((act, how)) }
    });
    let wrong = match said {
        Err(wrong) => wrong,
        Ok((act, how)) => match let_in::held_over(web.store.read(), home, act.event_at).await? {
            None => Text::of_field("let-in-none-held", "event").with("at", act.event_at),
            Some(held) => {
                let staff = Staff::of(&web, home).await?;
                let among = (devices.len() > 1).then(|| format!("gone {}", web.random.uuid(act.now)));
                for id in devices {
                    note(&web, (&person, &staff), home, held, (id, how, &act, among.as_deref())).await?;
                }
                return Ok(Redirect::to(&format!("/facilities/{}/disaster/gone", home.facility)).into_response());
            }
        },
    };
    let answer = gone_page(&web, &visitor, &person, home, Some((&filled, wrong))).await?;
    Ok((WRONG, answer).into_response())
}

/// Notes one, in a transaction of its own: check-ins get their turn in between.
async fn note(
    web: &Web,
    (person, staff): (&Person, &Staff),
    home: Home,
    (exception, drill): (ExceptionId, bool),
    (id, how, told, among): (DeviceId, Gone, &crate::exceptions::Act<'_>, Option<&str>),
) -> Result<(), PageError> {
    let device = device::find(&web.store, home.facility, id).await?.ok_or(PageError::NotFound)?;
    let (act, by) = (Act::MarkLost, person.id.to_string());
    let mut tx = web.store.begin_ledger().await?;
    let decision = Decision { standing: act.to(), by: by.clone(), at: told.now };
    if !drill && !device::stand(&mut tx, home.facility, id, act.from(), &decision).await? {
        return Ok(tx.rollback().await?);
    }
    let (event_at, entered_at) = (told.event_at, told.now);
    if !drill {
        loss::put_lost(&mut tx, device.n, Told { at: event_at, reason: &told.why }).await?;
        let reporter = Applicant { person: Some(person.id), name: person.name.clone() };
        let noted = Noted { of: &reporter, device: Some(id), at: event_at, why: &told.why, from: &exception.to_string(), among };
        report_loss(web, &mut tx, (person, staff), home, &noted).await?;
    }
    gone::insert(&mut tx, &NewGone { exception, facility: home.facility, device: device.n, how, event_at, entered_at, by }).await?;
    let what = if drill { crate::domain::act::What::DisasterDrilled } else { act.what() };
    let done = Done::by_person(person, what, told.now).at_facility(home.region, home.facility).on_device(id, &device.label);
    web.log(&mut tx, &done.noting(format!("how={} event={}", how.as_str(), event_at.seconds())).saying(told.why.clone())).await?;
    Ok(tx.commit().await?)
}
