//! What a person must look at: shown on the pages of facility and device, closed by one act.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::device::named;
use super::guard::{Here, Who};
use super::places::called;
use super::typed::Typed;
use super::{PageError, Web};
use crate::domain::act::{Done, What};
use crate::domain::people::{Person, Right, may};
use crate::store::alert::{self, Alert, Kind, Seen};
use crate::views::{AlertLine, Alerts, Moment};
use crate::words::Text;

/// What somebody has looked at.
#[derive(Deserialize)]
pub(super) struct Looked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    times: String,
}

/// `POST /devices/{device}/alerts/close`: what was closed before, or has happened again since, is shown on the page that follows.
pub(super) async fn close_alert(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(looked): Typed<Looked>,
) -> Result<Response, PageError> {
    let device = named(&web, home, &id).await?;
    // "Looked at" is a word about the device itself: whoever cannot look must not take the alert from those who can.
    if !person.role.sees_facts(device.ownership) {
        return Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("alerts-personal-not-yours")));
    }
    if let (Some(kind), Ok(times)) = (Kind::from_word(&looked.kind), looked.times.parse()) {
        let mut tx = web.store.begin().await?;
        if alert::close(&mut tx, home.facility, Seen { device: device.n, kind, times }, &person.id.to_string(), web.now()).await? {
            let done = Done::by_person(&person, What::AlertClosed, web.now()).at_facility(home.region, home.facility);
            let detail = format!("kind={} times={times}", kind.as_str());
            web.log(&mut tx, &done.on_device(device.id, &device.label).noting(detail)).await?;
        }
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("/facilities/{}", home.facility)).into_response())
}

/// Alerts as a page shows them.
pub(super) fn lines(web: &Web, reader: &Person, alerts: Vec<Alert>) -> Vec<AlertLine> {
    let now = web.now();
    let line = |alert: Alert| {
        let (what, todo) = match alert.kind {
            Kind::LostSeen => ("alerts-lost-seen", "alerts-lost-seen-todo"),
            Kind::Copied => ("alerts-copied", "alerts-copied-todo"),
        };
        AlertLine {
            device: alert.device.to_string(),
            label: called(reader, alert.ownership, &alert.label, alert.device),
            kind: alert.kind.as_str(),
            what,
            todo,
            decide: alert.kind == Kind::Copied,
            may_close: may(reader.role, Right::Enrol) && reader.role.sees_facts(alert.ownership),
            first: Moment::new(alert.first_at, now),
            last: Moment::new(alert.last_at, now),
            times: alert.times,
        }
    };
    alerts.into_iter().map(line).collect()
}

/// Those shown, of how many.
pub(super) const fn shown(lines: Vec<AlertLine>, open: i64) -> Alerts {
    Alerts { lines, open }
}

/// All that is open about one device.
pub(super) fn of_one(lines: Vec<AlertLine>) -> Alerts {
    let open = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    shown(lines, open)
}
