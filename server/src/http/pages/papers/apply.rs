//! Filing a paper without an account, through the facility's own link (or its QR code on the wall). Whoever opens a link that was ended or
//! replaced gets the same answer as for one that never was; tries and filings are counted.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::application::PATH;
use super::form::{under, value};
use super::proof::{address, ask_for_proof};
use super::told::{Taken, tell};
use super::{Staff, exception_for, place};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::PaperId;
use crate::domain::membership::Doing;
use crate::domain::paper::{Act, Kind, State, Wish};
use crate::domain::people::link::Token;
use crate::domain::people::role::LONGEST_NAME;
use crate::domain::people::throttle;
use crate::http::pages::membership::closed;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, banner, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::paper::{self, NewPaper};
use crate::store::{facility_link, throttle as counters};
use crate::views::{FormField, PaperFormPage};
use crate::words::Text;

/// Name of the field for the applicant's mail address.
pub(super) const MAIL: &str = "mail";

/// Whether an applicant is asked where to be told.
fn has_mail(web: &Web, kind: Kind) -> bool {
    web.settings.mail && kind == Kind::PersonalDevice
}

/// What a link opens.
enum Opened {
    /// The facility's: whose, what it files, and its hash.
    Facility(Home, Kind, String),
    /// An applicant's own: the page of the paper that they filed.
    Own(String),
}

/// What this link opens. Failures are counted as for one-time links.
async fn open(web: &Web, visitor: &Visitor, secret: &str) -> Result<Opened, PageError> {
    let (now, buckets) = (web.now(), throttle::link(secret, &visitor.network));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    if let Some(hash) = Token::parse(secret).map(|token| token.hash()) {
        if let Some((home, kind)) = facility_link::find(&web.store, &hash).await? {
            return Ok(Opened::Facility(home, kind, hash));
        }
        // Where such a page was before it had an address of its own.
        if paper::find_own(&web.store, &hash).await?.is_some() {
            return Ok(Opened::Own(format!("{PATH}{secret}")));
        }
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(PageError::LinkUnusable)
}

/// `GET /apply/{secret}`
pub(in crate::http::pages) async fn show_apply(
    Use(web): Use<Web>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, PageError> {
    match open(&web, &visitor, &secret).await? {
        Opened::Facility(home, kind, _) => form_page(&web, &visitor, &Form::new(home, kind, &secret), &Vec::new(), None).await,
        Opened::Own(path) => Ok(Redirect::to(&path).into_response()),
    }
}

/// What is filled in without an account.
pub(super) struct Form {
    pub home: Home,
    pub kind: Kind,
    pub title: Text,
    pub action: String,
    /// Where whoever fills it in came from.
    pub cancel: Option<String>,
    /// Why it is filled in again; `None`: it is filled in for the first time.
    pub again: Option<Text>,
}

impl Form {
    fn new(home: Home, kind: Kind, secret: &str) -> Self {
        Self { home, kind, title: Text::new(kind.key()), action: format!("/apply/{secret}"), cancel: None, again: None }
    }
}

pub(super) async fn form_page(
    web: &Web,
    visitor: &Visitor,
    form: &Form,
    typed: &Fields,
    error: Option<Text>,
) -> Result<Response, PageError> {
    let (home, kind) = (form.home, form.kind);
    let staff = Staff::of(web, home).await?;
    let visitor = &banner::behind_link(web, visitor, home).await?;
    let exempt = staff.exception.is_some() && kind.first_state(true, true) == State::Exempt;
    let typed_or = |field: &str| value(typed, field).unwrap_or_default().to_owned();
    page(&PaperFormPage {
        shell: shell(form.title.clone(), visitor, None),
        facility: place(web, home).await?,
        once: twice::mark(web),
        without_account: true,
        notice: form.again.clone().or_else(|| exempt.then(|| Text::new("paper-exempt-filing"))),
        let_in: None,
        kind: kind.as_str(),
        about: kind.about(),
        person: kind.person(),
        action: form.action.clone(),
        cancel: form.cancel.clone(),
        applicant: typed_or("applicant"),
        own_name: None,
        longest_name: LONGEST_NAME,
        devices: None,
        fields: kind.fields().iter().map(|field| FormField::of(field, typed_or(field.name)).offering(&web.pack, visitor.lang)).collect(),
        from: typed_or("from"),
        until: typed_or("until"),
        days: kind.days(),
        most_days: kind.most_days(&staff.rules()),
        on: None,
        mail: (form.again.is_none() && has_mail(web, kind)).then(|| typed_or(MAIL)),
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
    let (home, kind, hash) = match open(&web, &visitor, &secret).await? {
        Opened::Facility(home, kind, hash) => (home, kind, hash),
        Opened::Own(path) => return Ok(Redirect::to(&path).into_response()),
    };
    let (now, buckets, form) = (web.now(), throttle::filing(&hash, &visitor.network), Form::new(home, kind, &secret));
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(PageError::Throttled(until));
    }
    // A device of the ledger and a day of its own are for those with an account to add.
    typed.retain(|(name, _)| !matches!(name.as_str(), "device" | "on"));
    if let Some(why) = closed(&web, home, Doing::of_new(kind)).await? {
        let answer = form_page(&web, &visitor, &form, &typed, Some(why)).await?;
        return Ok((StatusCode::CONFLICT, answer).into_response());
    }
    let given = value(&typed, MAIL).filter(|_| has_mail(&web, kind)).unwrap_or_default();
    let address = match address(&web, given).await? {
        Ok(address) => address,
        Err((status, error)) => {
            let answer = form_page(&web, &visitor, &form, &typed, Some(error)).await?;
            return Ok((status, answer).into_response());
        }
    };
    let staff = Staff::of(&web, home).await?;
    let wish = match Wish::read(kind, &staff.rules(), now, |field| value(&typed, field)) {
        Ok(wish) => wish,
        Err(invalid) => {
            let answer = form_page(&web, &visitor, &form, &typed, Some(invalid.text())).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
        }
    };
    let (id, by, own) = (PaperId::new(web.random.uuid(now)), Actor::Stranger, Token::new(&web.random));
    let applicant = staff.applicant(&wish);
    let mark = value(&typed, "once").unwrap_or_default();
    let (exception, own_hash) = (exception_for(&web, home, &staff, &wish).await?, own.hash());
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    counters::count_failure(&mut tx, &buckets, now).await?;
    let new = NewPaper {
        id,
        region: home.region,
        facility: home.facility,
        kind,
        wish: &wish,
        applicant: applicant.person,
        exception,
        own_hash: Some(&own_hash),
        by,
        at: now,
    };
    let number = paper::insert(&mut tx, &new).await?;
    let done = Done::by(by, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(id, number);
    web.log(&mut tx, &done.noting(format!("kind={} link{}", kind.as_str(), under(exception, kind)))).await?;
    let next = format!("{PATH}{}", own.to_text());
    taking.leads_to(&web, &mut tx, &next, None).await?;
    let to = kind.first_state(true, exception.is_some());
    tell(&web, &mut tx, home, &staff, &Taken { paper: id, kind, n: 0, act: Act::File, to, applicant: &applicant, by: None }).await?;
    if let Some(address) = &address {
        ask_for_proof(&web, &mut tx, id, (address, visitor.lang)).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}
