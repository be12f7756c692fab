//! Filling a paper in: a new one, or one that was sent back. What was typed is kept whatever is wrong with it.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::told::{Taken, tell};
use super::{Staff, find, place, title};
use crate::domain::act::{Act as OnDevice, Actor, Done, What};
use crate::domain::device::Standing;
use crate::domain::ids::{DeviceId, PaperId};
use crate::domain::paper::{Act, Kind, State, Wish};
use crate::domain::people::Person;
use crate::domain::people::role::LONGEST_NAME;
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::places::name;
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Fields, Kept, Visitor};
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::paper::{self, Found, NewPaper};
use crate::store::{Tx, device};
use crate::views::{FormField, PaperFormPage};
use crate::words::Text;

/// Devices offered in the form; a facility with more files from a device's own page.
const OFFERED: u16 = 200;

/// What a new paper is begun with.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Begin {
    kind: Option<String>,
    device: Option<String>,
}

/// Which paper a form is about: its kind, where it is sent, and the paper that was sent back.
struct Form {
    kind: Kind,
    action: String,
    title: Text,
    again: Option<PaperId>,
}

impl Form {
    fn new(kind: Kind, home: Home) -> Self {
        Self { kind, action: format!("/facilities/{}/papers/new", home.facility), title: Text::new(kind.key()), again: None }
    }

    fn again(found: &Found) -> Self {
        let (paper, id) = (&found.paper, found.paper.id);
        Self { kind: paper.kind, action: format!("/papers/{id}/edit"), title: title(paper), again: Some(id) }
    }
}

pub(super) fn value<'a>(typed: &'a Fields, field: &str) -> Option<&'a str> {
    typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
}

/// `GET /facilities/{facility}/papers/new`
pub(in crate::http::pages) async fn show_new(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(begin): Asked<Begin>,
) -> Result<Response, PageError> {
    let kind = begin.kind.as_deref().map_or(Some(Kind::TakeOut), Kind::from_word).ok_or(PageError::NotFound)?;
    let typed = begin.device.map(|device| ("device".to_owned(), device)).into_iter().collect();
    form_page(&web, &visitor, &person, home, (&Form::new(kind, home), &typed), None).await
}

/// `GET /papers/{paper}/edit`
pub(in crate::http::pages) async fn show_edit(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    sent_back(&found)?;
    let paper = &found.paper;
    let day = |at: hashimori_shared::time::Timestamp| at.jst_date_in(hashimori_shared::lang::Lang::English);
    let mut typed: Fields = paper.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    typed.extend([
        ("applicant".to_owned(), paper.applicant.name.clone()),
        ("device".to_owned(), paper.device.map(|id| id.to_string()).unwrap_or_default()),
        ("from".to_owned(), day(paper.period.from)),
        ("until".to_owned(), day(paper.period.last_day())),
    ]);
    form_page(&web, &visitor, &person, home, (&Form::again(&found), &typed), None).await
}

fn sent_back(found: &Found) -> Result<(), PageError> {
    if found.paper.state == State::SentBack { Ok(()) } else { Err(PageError::Conflict(Text::new("paper-changed"))) }
}

async fn form_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    (form, typed): (&Form, &Fields),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let chosen = value(typed, "device").unwrap_or_default();
    let in_use = device::list_standing(&web.store, home.facility, Standing::Active, OFFERED).await?;
    let mut devices: Vec<(String, Text, bool)> = in_use
        .iter()
        .filter(|d| form.kind.ownership().is_none_or(|whose| whose == d.ownership))
        .map(|d| (d.id.to_string(), name(&d.label), d.id.to_string() == chosen))
        .collect();
    // A device's own page leads here also where there are more than are offered.
    if let (false, Ok(id)) = (devices.iter().any(|(.., chosen)| *chosen), chosen.parse::<DeviceId>()) {
        let there =
            device::find(&web.store, home.facility, id).await?.filter(|d| form.kind.ownership().is_none_or(|whose| whose == d.ownership));
        devices.extend(there.map(|d| (d.id.to_string(), name(&d.label), true)));
    }
    let staff = Staff::of(web, home).await?;
    let typed_or = |field: &str| value(typed, field).unwrap_or_default().to_owned();
    let parameters = web.pack.parameters();
    page(&PaperFormPage {
        shell: shell(form.title.clone(), visitor, Some(person)),
        facility: place(web, home).await?,
        without_account: false,
        done: None,
        kind: form.kind.as_str(),
        about: form.kind.about(),
        person: form.kind.person(),
        action: form.action.clone(),
        again: form.again.map(|id| id.to_string()),
        applicant: typed_or("applicant"),
        own_name: Some(person.name.clone()),
        longest_name: LONGEST_NAME,
        devices: Some(devices),
        fields: form.kind.fields().iter().map(|field| FormField::of(field, typed_or(field.name))).collect(),
        from: typed_or("from"),
        until: typed_or("until"),
        found_on: form.kind == Kind::Incident,
        most_days: form.kind.most_days(&staff.rules(web)),
        on: parameters.approval.paper_ok.then(|| typed_or("on")),
        mail: None,
        error,
    })
}

/// `POST /facilities/{facility}/papers/new`
pub(in crate::http::pages) async fn file_paper(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let kind = value(&typed, "kind").and_then(Kind::from_word).ok_or(PageError::Malformed(Kept::default()))?;
    let form = Form::new(kind, home);
    let (wish, staff) = match read(&web, home, kind, &typed).await? {
        Ok(read) => read,
        Err(error) => return refused(&web, &visitor, &person, home, (&form, &typed), error).await,
    };
    let now = web.now();
    let id = PaperId::new(web.random.uuid(now));
    let mut tx = web.store.begin_ledger().await?;
    if let Some(error) = clash(&mut tx, home, &form, &wish).await? {
        tx.rollback().await?;
        return refused(&web, &visitor, &person, home, (&form, &typed), error).await;
    }
    let applicant = staff.applicant(&wish);
    let (account, by) = (applicant.person, Actor::Person(person.id));
    let new = NewPaper { id, region: home.region, facility: home.facility, kind, wish: &wish, applicant: account, by, at: now };
    let number = paper::insert(&mut tx, &new).await?;
    let done = Done::by_person(&person, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(id, number);
    web.log(&mut tx, &done.noting(format!("kind={}", kind.as_str()))).await?;
    let (act, to) = (Act::File, kind.first_state(false));
    tell(&web, &mut tx, home, &staff, &Taken { paper: id, kind, n: 0, act, to, applicant: &applicant, by: Some(&person) }).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/papers/{id}")).into_response())
}

/// `POST /papers/{paper}/edit`
pub(in crate::http::pages) async fn file_again(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    sent_back(&found)?;
    let (paper, form) = (&found.paper, Form::again(&found));
    let (wish, staff) = match read(&web, home, paper.kind, &typed).await? {
        Ok(read) => read,
        Err(error) => return refused(&web, &visitor, &person, home, (&form, &typed), error).await,
    };
    let now = web.now();
    let mut tx = web.store.begin_ledger().await?;
    if let Some(error) = clash(&mut tx, home, &form, &wish).await? {
        tx.rollback().await?;
        return refused(&web, &visitor, &person, home, (&form, &typed), error).await;
    }
    let applicant = staff.applicant(&wish);
    if !paper::refile(&mut tx, paper, (&wish, applicant.person), (person.id, now)).await? {
        return Err(PageError::Conflict(Text::new("paper-changed")));
    }
    let done = Done::by_person(&person, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(paper.id, paper.number);
    web.log(&mut tx, &done.noting(format!("kind={} again", paper.kind.as_str()))).await?;
    let (act, to, n) = (Act::FileAgain, paper.kind.first_state(false), paper.version + 1);
    let taken = Taken { paper: paper.id, kind: paper.kind, n, act, to, applicant: &applicant, by: Some(&person) };
    tell(&web, &mut tx, home, &staff, &taken).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/papers/{}", paper.id)).into_response())
}

/// The paper as typed and who is at the facility, or what is wrong.
async fn read(web: &Web, home: Home, kind: Kind, typed: &Fields) -> Result<Result<(Wish, Staff), Text>, PageError> {
    let staff = Staff::of(web, home).await?;
    let wish = match Wish::read(kind, &staff.rules(web), web.now(), |field| value(typed, field)) {
        Ok(wish) => wish,
        Err(invalid) => return Ok(Err(invalid.text())),
    };
    if let Some(id) = wish.device {
        let device = device::find(&web.store, home.facility, id).await?;
        let fits = |standing| standing == Standing::Active || (kind == Kind::Incident && OnDevice::MarkLost.from().contains(&standing));
        if device.is_none_or(|device| !fits(device.standing) || kind.ownership().is_some_and(|whose| whose != device.ownership)) {
            return Ok(Err(Text::new("paper-wrong-device")));
        }
    }
    Ok(Ok((wish, staff)))
}

/// Another paper of the kind about the same device on the same days.
async fn clash(tx: &mut Tx, home: Home, form: &Form, wish: &Wish) -> Result<Option<Text>, PageError> {
    let Some(device) = wish.device.filter(|_| form.kind != Kind::Incident) else { return Ok(None) };
    let other = paper::overlapping(tx, home.facility, (form.kind, device, wish.period), form.again).await?;
    Ok(other.map(|number| Text::new("paper-wrong-overlap").with("number", number)))
}

async fn refused(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    form: (&Form, &Fields),
    error: Text,
) -> Result<Response, PageError> {
    let answer = form_page(web, visitor, person, home, form, Some(error)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}
