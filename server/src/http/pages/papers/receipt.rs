//! An applicant's own page of the paper that they filed without an account: how it stands, and how to take it back. Shows nothing of
//! what was filled in: the link may be in other hands by now.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::value;
use super::one::{detail, what};
use super::{Staff, days, mark, place, title};
use crate::domain::act::{Actor, Done};
use crate::domain::paper::{Entry, Paper, State, Surroundings, withdraw_own};
use crate::domain::people::role::LONGEST_REASON;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::paper::{self, Found};
use crate::views::{Moment, PaperReceiptPage, WithdrawForm};
use crate::words::Text;

/// A withdrawal that was refused: the reason as typed, and why not.
type Refused = (String, Text);

pub(super) async fn receipt_page(
    web: &Web,
    visitor: &Visitor,
    (home, found, secret): (Home, &Found, &str),
    refused: Option<Refused>,
) -> Result<Response, PageError> {
    let (paper, staff) = (&found.paper, Staff::of(web, home).await?);
    let (why, error) = refused.map_or((String::new(), None), |(why, error)| (why, Some(error)));
    let form = WithdrawForm { action: format!("/apply/{secret}"), version: paper.version, why, longest: LONGEST_REASON };
    page(&PaperReceiptPage {
        shell: shell(title(paper), visitor, None),
        facility: place(web, home).await?,
        fresh: (paper.version == 0 && error.is_none()).then_some(paper.number),
        mark: mark(web, paper),
        filed: Moment::new(paper.filed_at, web.now()),
        period: days(paper),
        notice: notice(paper, staff.exception.is_some()),
        url: format!("{}/apply/{secret}", web.settings.public_url),
        withdraw: can_withdraw(web, paper, &staff.around(found)).then_some(form),
        error,
    })
}

/// What stands out about how it stands.
fn notice(paper: &Paper, excepted: bool) -> Option<Text> {
    match paper.state {
        State::Withdrawn => Some(Text::new("paper-receipt-withdrawn")),
        State::SentBack => Some(Text::new("paper-receipt-sent-back")),
        State::Exempt if excepted => Some(Text::new("paper-exempt-now")),
        State::Exempt => Some(Text::new("paper-exempt-over")),
        State::Filed
        | State::Refused
        | State::Approved
        | State::Out
        | State::Extending
        | State::InUse
        | State::Revoked
        | State::Planned
        | State::Wiped
        | State::WipeConfirmed
        | State::Reported
        | State::Open
        | State::Dismissed
        | State::Returned
        | State::Closed
        | State::Lost
        | State::Issued
        | State::Answered
        | State::Escalated
        | State::Restricted
        | State::Kept => None,
    }
}

/// Whether it could be taken back with a reason.
fn can_withdraw(web: &Web, paper: &Paper, around: &Surroundings<'_>) -> bool {
    let entry = Entry { why: "-".to_owned(), ..Entry::default() };
    withdraw_own(paper, &entry, around, web.now()).is_ok()
}

/// Takes the paper back, as `POST /apply/{secret}` with its applicant's link; whoever decided meanwhile was faster.
pub(super) async fn withdraw(
    web: &Web,
    visitor: &Visitor,
    (home, found, secret): (Home, &Found, &str),
    typed: &Fields,
) -> Result<Response, PageError> {
    let (paper, staff) = (&found.paper, Staff::of(web, home).await?);
    let why = value(typed, "why").unwrap_or_default().to_owned();
    let entry = Entry { why: why.clone(), ..Entry::default() };
    let refuse = async |status: StatusCode, error: Text| {
        let answer = receipt_page(web, visitor, (home, found, secret), Some((why.clone(), error))).await?;
        Ok((status, answer).into_response())
    };
    if value(typed, "seen") != Some(paper.version.to_string().as_str()) {
        return refuse(StatusCode::CONFLICT, Text::new("paper-receipt-changed")).await;
    }
    let moved = match withdraw_own(paper, &entry, &staff.around(found), web.now()) {
        Ok(moved) => moved,
        Err(refusal) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, refusal.text()).await,
    };
    let mut tx = web.store.begin_ledger().await?;
    if !paper::move_on(&mut tx, paper, &moved, Actor::Stranger).await? {
        return Err(PageError::Conflict(Text::new("paper-receipt-changed")));
    }
    let done = Done::by(Actor::Stranger, what(moved.act), moved.at).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_paper(paper.id, paper.number).noting(format!("{} link", detail(paper.kind, &moved)))).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/apply/{secret}")).into_response())
}
