//! 登録コード for a person's own device (§20-7): from the application that asks for its use, for that one device.

use axum::extract::{Path, State as Use};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{find, overtaken};
use crate::domain::act::{Done, What};
use crate::domain::device::Ownership;
use crate::domain::enrolment::CodeWish;
use crate::domain::paper::{Kind, Paper, State};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::setup::put_once;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, twice};

/// How long the code works, in hours.
const HOURS: u32 = 72;

/// Whether a device can be enrolled for this paper now: its use is asked for or approved, and none is linked.
pub(super) fn can_enrol(paper: &Paper) -> bool {
    paper.kind == Kind::PersonalDevice && matches!(paper.state, State::Filed | State::InUse) && paper.device.is_none()
}

/// The form.
#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct Form {
    /// Its mark.
    #[serde(default)]
    once: String,
}

/// `POST /papers/{paper}/code`
pub(in crate::http::pages) async fn issue_personal_code(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(form): Typed<Form>,
) -> Result<Response, PageError> {
    let (found, now) = (find(&web, home, &id).await?, web.now());
    if !can_enrol(&found.paper) {
        return Err(overtaken(&web, &person, &found.paper).await?);
    }
    let wish = CodeWish {
        region: home.region,
        facility: home.facility,
        uses: 1,
        hours: HOURS,
        auto_confirm: false,
        ownership: Ownership::Personal,
    };
    let (issued, code) = wish.issue(web.root_pin(), now, &web.random).map_err(|_| PageError::internal("a code for one device"))?;
    let once = format!("{}\n{}\n{}", code.to_text(), issued.wish.uses, issued.expires_at.seconds());
    let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &form.once).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    tx.insert_code(&issued, &person.id.to_string()).await?;
    let done = Done::by_person(&person, What::CodeIssued, now).at_facility(home.region, home.facility).on_code(issued.id);
    web.log(&mut tx, &done.noting(format!("{} paper={}", issued.wish.to_detail(), found.paper.id))).await?;
    let sealed = put_once(&web, &mut tx, &visitor, &once).await?;
    let next = format!("/facilities/{}/codes/issued", home.facility);
    taking.leads_to(&web, &mut tx, &next, Some(&sealed)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}
