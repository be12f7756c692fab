//! A paper that was sent back, filled in again without an account by whoever filed it. Their name is left for them to write: the link
//! may be in other hands by now.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::again::{another, before};
use super::application::{Own, open_theirs, overtaken, said};
use super::apply::{Form, form_page};
use super::form::{clash, filled_in, under, value};
use super::told::{Taken, tell};
use super::{Staff, exception_for, title};
use crate::domain::act::{Actor, Done, What};
use crate::domain::membership::Doing;
use crate::domain::paper::{Act, Wish, may_correct_own};
use crate::domain::people::throttle;
use crate::http::pages::membership::closed;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web};
use crate::store::{paper, throttle as counters};
use crate::words::Text;

async fn form(web: &Web, own: &Own) -> Result<Form, PageError> {
    let paper = &own.found.paper;
    let (_, why) = said(web, paper).await?.unwrap_or_default();
    let again = Some(Text::new("application-sent-back-why").with("why", why));
    Ok(Form {
        home: own.home,
        kind: paper.kind,
        title: title(paper),
        action: format!("{}/edit", own.path),
        cancel: Some(own.path.clone()),
        again,
    })
}

/// `GET /application/{secret}/edit`
pub(in crate::http::pages) async fn show_correction(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    let own = open_theirs(&web, &visitor, &secret).await?;
    if !may_correct_own(&own.found.paper) {
        return Ok(Redirect::to(&own.path).into_response());
    }
    let mut typed = filled_in(&own.found.paper);
    typed.retain(|(name, _)| name != "applicant");
    form_page(&web, &visitor, &form(&web, &own).await?, &typed, None).await
}

/// `POST /application/{secret}/edit`
pub(in crate::http::pages) async fn correct_application(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Typed(mut typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let own = open_theirs(&web, &visitor, &secret).await?;
    let (paper, home, now) = (&own.found.paper, own.home, web.now());
    if !may_correct_own(paper) {
        return Err(PageError::Conflict(overtaken(&web, paper).await?));
    }
    let buckets = throttle::filing(&paper.id.to_string(), &visitor.network);
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    typed.retain(|(name, _)| !matches!(name.as_str(), "device" | "on"));
    let refuse = async |status: StatusCode, error: Text| {
        let answer = form_page(&web, &visitor, &form(&web, &own).await?, &typed, Some(error)).await?;
        Ok((status, answer).into_response())
    };
    if let Some(why) = closed(&web, home, Doing::of_step(paper.kind, Act::FileAgain)).await? {
        return refuse(StatusCode::CONFLICT, why).await;
    }
    let staff = Staff::of(&web, home).await?;
    let mut wish = match Wish::read(paper.kind, &staff.rules(), now, |field| value(&typed, field)) {
        Ok(wish) => wish,
        Err(invalid) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, invalid.text()).await,
    };
    if let Some(error) = another(paper, &wish) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, error).await;
    }
    // Which device of the ledger it is was linked by those with an account, and stays.
    wish.device = paper.device;
    let exception = exception_for(&web, home, &staff, &wish).await?;
    let mut tx = web.store.begin_ledger().await?;
    if let Some(error) = clash(&mut tx, home, (paper.kind, Some(paper.id)), &wish).await? {
        tx.rollback().await?;
        // The device is none of theirs to change, but the days are.
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, error.about_field("until")).await;
    }
    counters::count_failure(&mut tx, &buckets, now).await?;
    let applicant = staff.applicant(&wish);
    if !paper::refile(&mut tx, paper, (&wish, applicant.person), exception, (Actor::Stranger, now, before(paper, &wish))).await? {
        tx.rollback().await?;
        return Err(PageError::Conflict(overtaken(&web, paper).await?));
    }
    let done = Done::by(Actor::Stranger, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(paper.id, paper.number);
    web.log(&mut tx, &done.noting(format!("kind={} again link{}", paper.kind.as_str(), under(exception, paper.kind)))).await?;
    let (to, n) = (paper.kind.first_state(false, exception.is_some()), paper.version + 1);
    let taken = Taken { paper: paper.id, kind: paper.kind, n, act: Act::FileAgain, to, applicant: &applicant, by: None };
    tell(&web, &mut tx, home, &staff, &taken).await?;
    tx.commit().await?;
    Ok(Redirect::to(&own.path).into_response())
}
