//! Filing a paper without an account, through the facility's own link (or its QR code on the wall). Whoever opens a link that was
//! ended or replaced gets the same answer as for one that never was; tries and filings are counted.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::application::{address, ask_for_proof};
use super::form::value;
use super::told::{Taken, tell};
use super::{Staff, place};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::PaperId;
use crate::domain::membership::Doing;
use crate::domain::paper::{Act, Kind, Wish};
use crate::domain::people::link::Token;
use crate::domain::people::role::LONGEST_NAME;
use crate::domain::people::throttle;
use crate::http::pages::membership::closed;
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::paper::{self, NewPaper};
use crate::store::{facility_link, throttle as counters};
use crate::views::{FormField, PaperFormPage};
use crate::words::Text;

/// Name of the field for the applicant's mail address.
const MAIL: &str = "mail";

/// Whether an applicant is asked where to be told.
fn has_mail(web: &Web, kind: Kind) -> bool {
    web.settings.mail && kind == Kind::PersonalDevice
}

/// Whose link this is. Failures are counted as for one-time links.
async fn usable(web: &Web, visitor: &Visitor, secret: &str) -> Result<(Home, Kind, String), PageError> {
    let (now, buckets) = (web.now(), throttle::link(secret, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    if let Some(hash) = Token::parse(secret).map(|token| token.hash())
        && let Some((home, kind)) = facility_link::find(&web.store, &hash).await?
    {
        return Ok((home, kind, hash));
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(PageError::LinkUnusable)
}

/// What the page is asked with: the number of the paper that was filed just now.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Filed {
    done: Option<i64>,
}

/// `GET /apply/{secret}`
pub(in crate::http::pages) async fn show_apply(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Asked(filed): Asked<Filed>,
) -> Result<Response, PageError> {
    let (home, kind, _) = usable(&web, &visitor, &secret).await?;
    apply_page(&web, &visitor, (home, kind, &secret), &Vec::new(), (filed.done, None)).await
}

async fn apply_page(
    web: &Web,
    visitor: &Visitor,
    (home, kind, secret): (Home, Kind, &str),
    typed: &Fields,
    (done, error): (Option<i64>, Option<Text>),
) -> Result<Response, PageError> {
    let staff = Staff::of(web, home).await?;
    let typed_or = |field: &str| value(typed, field).unwrap_or_default().to_owned();
    page(&PaperFormPage {
        shell: shell(kind.key(), visitor, None),
        facility: place(web, home).await?,
        once: twice::mark(web),
        without_account: true,
        done,
        kind: kind.as_str(),
        about: kind.about(),
        person: kind.person(),
        action: format!("/apply/{secret}"),
        again: None,
        applicant: typed_or("applicant"),
        own_name: None,
        longest_name: LONGEST_NAME,
        devices: None,
        fields: kind.fields().iter().map(|field| FormField::of(field, typed_or(field.name)).offering(&web.pack, visitor.lang)).collect(),
        from: typed_or("from"),
        until: typed_or("until"),
        days: kind.days(),
        most_days: kind.most_days(&staff.rules(web)),
        on: None,
        mail: has_mail(web, kind).then(|| typed_or(MAIL)),
        error,
    })
}

/// `POST /apply/{secret}`
pub(in crate::http::pages) async fn apply(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Typed(mut typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (home, kind, hash) = usable(&web, &visitor, &secret).await?;
    let (now, buckets) = (web.now(), throttle::filing(&hash, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    // A device of the ledger and a day of its own are for those with an account to add.
    typed.retain(|(name, _)| !matches!(name.as_str(), "device" | "on"));
    if let Some(why) = closed(&web, home, Doing::of_new(kind)).await? {
        let answer = apply_page(&web, &visitor, (home, kind, &secret), &typed, (None, Some(why))).await?;
        return Ok((StatusCode::CONFLICT, answer).into_response());
    }
    let given = value(&typed, MAIL).filter(|_| has_mail(&web, kind)).unwrap_or_default();
    let address = match address(&web, given).await? {
        Ok(address) => address,
        Err((status, error)) => {
            let answer = apply_page(&web, &visitor, (home, kind, &secret), &typed, (None, Some(error))).await?;
            return Ok((status, answer).into_response());
        }
    };
    let staff = Staff::of(&web, home).await?;
    let wish = match Wish::read(kind, &staff.rules(&web), now, |field| value(&typed, field)) {
        Ok(wish) => wish,
        Err(invalid) => {
            let answer = apply_page(&web, &visitor, (home, kind, &secret), &typed, (None, Some(invalid.text()))).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
        }
    };
    let (id, by) = (PaperId::new(web.random.uuid(now)), Actor::Stranger);
    let applicant = staff.applicant(&wish);
    let mark = value(&typed, "once").unwrap_or_default();
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    counters::count_failure(&mut tx, &buckets, now).await?;
    let new = NewPaper { id, region: home.region, facility: home.facility, kind, wish: &wish, applicant: applicant.person, by, at: now };
    let number = paper::insert(&mut tx, &new).await?;
    let done = Done::by(by, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(id, number);
    web.log(&mut tx, &done.noting(format!("kind={} link", kind.as_str()))).await?;
    let next = format!("/apply/{secret}?done={number}");
    taking.leads_to(&mut tx, &next, None).await?;
    let to = kind.first_state(true);
    tell(&web, &mut tx, home, &staff, &Taken { paper: id, kind, n: 0, act: Act::File, to, applicant: &applicant, by: None }).await?;
    if let Some(address) = &address {
        ask_for_proof(&web, &mut tx, id, (address, visitor.lang)).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}
