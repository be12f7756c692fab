//! 廃止: taking a device out of use for good, with its reason, which stays in the 事務局's view.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::device::{log_view, named, overtaken};
use super::guard::{Here, Who};
use super::places::name;
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Act, Done};
use crate::domain::ids::DeviceId;
use crate::domain::people::Person;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::store::belonging::Home;
use crate::store::device::{self, Decision, Device};
use crate::store::exclusion;
use crate::views::ConfirmPage;
use crate::words::Text;

/// A device that is not out of use yet; else whoever asks is told who was quicker.
async fn find(web: &Web, reader: &Person, home: Home, id: &str) -> Result<Device, PageError> {
    let device = named(web, home, id).await?;
    if Act::Retire.from().contains(&device.standing) { Ok(device) } else { Err(gone(web, reader, home, device.id).await?) }
}

async fn gone(web: &Web, reader: &Person, home: Home, device: DeviceId) -> Result<PageError, PageError> {
    overtaken(web, reader, (home, device), &Act::ALL.map(Act::what), "retire-gone").await
}

/// `GET /devices/{device}/retire`
pub(super) async fn show_retire(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let device = find(&web, &person, home, &id).await?;
    log_view(&web, &person, home, &device).await?;
    retire_page(&visitor, &person, &device, String::new(), None)
}

fn retire_page(visitor: &Visitor, person: &Person, device: &Device, why: String, error: Option<Text>) -> Result<Response, PageError> {
    let label = name(&device.label);
    page(&ConfirmPage {
        shell: shell(Text::new("retire-title").with("device", label.clone()), visitor, Some(person)),
        back: (label, format!("/devices/{}", device.id)),
        action: format!("/devices/{}/retire", device.id),
        consequences: ["retire-then-refused", "retire-then-wipe", "retire-then-seen", "retire-then-for-good"].map(Text::new).to_vec(),
        fields: Vec::new(),
        why: Some(why),
        longest_reason: LONGEST_REASON,
        button: "retire-do",
        error,
    })
}

/// Why, as typed.
#[derive(Debug, Deserialize)]
pub(super) struct Why {
    #[serde(default)]
    why: String,
}

/// `POST /devices/{device}/retire`
pub(super) async fn retire_device(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Why>,
) -> Result<Response, PageError> {
    let device = find(&web, &person, home, &id).await?;
    let Ok(why) = reason(&typed.why) else {
        let error = Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON);
        let answer = retire_page(&visitor, &person, &device, typed.why, Some(error))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
    };
    let (act, now) = (Act::Retire, web.now());
    let decision = Decision { standing: act.to(), by: person.id.to_string(), at: now };
    let mut tx = web.store.begin_ledger().await?;
    if !device::stand(&mut tx, home.facility, device.id, act.from(), &decision).await? {
        tx.rollback().await?;
        return Err(gone(&web, &person, home, device.id).await?);
    }
    exclusion::put_reason(&mut tx, device.id, &why).await?;
    let done = Done::by_person(&person, act.what(), now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_device(device.id, &device.label).saying(why)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/devices/{}", device.id)).into_response())
}
