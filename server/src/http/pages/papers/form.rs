//! Filling a paper in: a new one, or one that was sent back. What was typed is kept whatever is wrong with it.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use serde::Deserialize;

pub(super) use crate::http::pages::typed::value;

use super::again::{another, before};
use super::told::{Taken, tell};
use super::{Staff, exception_for, exception_on, find, overtaken, place, title};
use crate::domain::act::{Act as OnDevice, Actor, Done, What};
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::{DeviceId, ExceptionId, LetInId, PaperId};
use crate::domain::membership::Doing;
use crate::domain::paper::{Act, Kind, Moved, Paper, State, Wish, paper_day};
use crate::domain::people::role::LONGEST_NAME;
use crate::domain::people::{Person, half_width};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::places::called;
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Fields, Kept, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::disaster::let_in;
use crate::store::paper::{self, Filter, Found, NewPaper};
use crate::store::{Tx, device};
use crate::views::{FormField, PaperFormPage};
use crate::words::Text;

/// Devices offered in the form; a facility with more files from a device's own page.
const OFFERED: u16 = 200;
/// Earlier papers of a kind that are ended by a new one: there is one as a rule.
const EARLIER: u16 = 20;

/// What a new paper is begun with.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Begin {
    kind: Option<String>,
    device: Option<String>,
    /// Number of the paper that it follows.
    follows: Option<String>,
    /// What a 災害時特例 let in, and is to become an application.
    let_in: Option<String>,
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

/// `GET /facilities/{facility}/papers/new`
pub(in crate::http::pages) async fn show_new(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(begin): Asked<Begin>,
) -> Result<Response, PageError> {
    let first = Kind::ALL.iter().copied().find(|kind| kind.is_filed_by(person.role));
    let kind = begin.kind.as_deref().map_or(first, Kind::from_word).ok_or(PageError::NotFound)?;
    check_role(kind, &person)?;
    let followed = kind.follows().zip(begin.follows).map(|((field, _), number)| (field.to_owned(), number));
    let mut typed: Fields = begin.device.map(|device| ("device".to_owned(), device)).into_iter().chain(followed).collect();
    if let Some(entry) = begin.let_in.filter(|_| kind == Kind::PersonalDevice) {
        typed.extend(from_let_in(&web, &visitor, &person, home, &entry).await?);
    }
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
    sent_back(&web, &person, &found).await?;
    let typed = filled_in(&found.paper);
    form_page(&web, &visitor, &person, home, (&Form::again(&found), &typed), None).await
}

/// A paper as it was filled in.
pub(super) fn filled_in(paper: &Paper) -> Fields {
    let day = |at: hashimori_shared::time::Timestamp| at.jst_date_in(Lang::English);
    let mut typed: Fields = paper.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    typed.extend([
        ("applicant".to_owned(), paper.applicant.name.clone()),
        ("device".to_owned(), paper.device.map(|id| id.to_string()).unwrap_or_default()),
        ("from".to_owned(), day(paper.period.from)),
        ("until".to_owned(), day(paper.period.last_day())),
    ]);
    typed
}

/// Facilities file what is theirs, and the 事務局 what is its own.
fn check_role(kind: Kind, person: &Person) -> Result<(), PageError> {
    if kind.is_filed_by(person.role) {
        return Ok(());
    }
    let role = Text::new(person.role.key());
    Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("people-not-your-role").with("role", role)))
}

async fn sent_back(web: &Web, reader: &Person, found: &Found) -> Result<(), PageError> {
    if found.paper.state == State::SentBack { Ok(()) } else { Err(overtaken(web, reader, &found.paper).await?) }
}

async fn form_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    (form, typed): (&Form, &Fields),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let devices = if form.kind.names_device() {
        Some(offered(web, person, home, form.kind, value(typed, "device").unwrap_or_default()).await?)
    } else {
        None
    };
    let staff = Staff::of(web, home).await?;
    let typed_or = |field: &str| value(typed, field).unwrap_or_default().to_owned();
    let parameters = web.pack.parameters();
    page(&PaperFormPage {
        shell: shell(form.title.clone(), visitor, Some(person)),
        facility: place(web, home).await?,
        once: twice::mark(web),
        without_account: false,
        notice: (staff.exception.is_some() && form.kind.first_state(false, true) == State::Exempt)
            .then(|| Text::new("paper-exempt-filing")),
        let_in: value(typed, "let_in").filter(|id| !id.is_empty()).map(str::to_owned),
        kind: form.kind.as_str(),
        about: form.kind.about(),
        person: form.kind.person(),
        action: form.action.clone(),
        cancel: Some(form.again.map_or_else(|| format!("/facilities/{}/papers", home.facility), |id| format!("/papers/{id}"))),
        applicant: typed_or("applicant"),
        own_name: Some(person.name.clone()),
        longest_name: LONGEST_NAME,
        devices,
        fields: form
            .kind
            .fields()
            .iter()
            .map(|field| FormField::of(field, typed_or(field.name)).offering(&web.pack, visitor.lang))
            .collect(),
        from: typed_or("from"),
        until: typed_or("until"),
        days: form.kind.days(),
        most_days: form.kind.most_days(&staff.rules()),
        on: parameters.approval.paper_ok.then(|| typed_or("on")),
        mail: None,
        error,
    })
}

/// The devices that a paper of this kind can be about, as the person calls them: id, name, chosen.
async fn offered(web: &Web, person: &Person, home: Home, kind: Kind, chosen: &str) -> Result<Vec<(String, Text, bool)>, PageError> {
    let fits = |device: &device::Offered| kind.ownership().is_none_or(|whose| whose == device.ownership);
    let named = |device: &device::Offered| called(person, device.ownership, &device.label, device.id);
    let in_use = device::list_standing(&web.store, home.facility, Standing::Active, OFFERED).await?;
    let mut devices: Vec<(String, Text, bool)> =
        in_use.iter().filter(|d| fits(d)).map(|d| (d.id.to_string(), named(d), d.id.to_string() == chosen)).collect();
    // A device's own page leads here also where there are more than are offered.
    if let (false, Ok(id)) = (devices.iter().any(|(.., chosen)| *chosen), chosen.parse::<DeviceId>()) {
        let there = device::find(&web.store, home.facility, id).await?;
        let there = there.map(|d| device::Offered { id: d.id, label: d.label, ownership: d.ownership }).filter(fits);
        devices.extend(there.map(|d| (d.id.to_string(), named(&d), true)));
    }
    Ok(devices)
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
    check_role(kind, &person)?;
    let form = Form::new(kind, home);
    let (wish, staff, exception) = match read(&web, home, kind, &typed).await? {
        Ok(read) => read,
        Err(error) => return refused(&web, &visitor, &person, home, (&form, &typed), error).await,
    };
    let now = web.now();
    let id = PaperId::new(web.random.uuid(now));
    let mark = value(&typed, "once").unwrap_or_default();
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    if let Some(error) = clash(&mut tx, home, (form.kind, form.again), &wish).await? {
        tx.rollback().await?;
        return refused(&web, &visitor, &person, home, (&form, &typed), error).await;
    }
    let applicant = staff.applicant(&wish);
    let (account, by, own_hash) = (applicant.person, Actor::Person(person.id), None);
    let (region, facility) = (home.region, home.facility);
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: account, exception, own_hash, by, at: now };
    let number = paper::insert(&mut tx, &new).await?;
    if kind.replaces_earlier() {
        end_earlier(&web, &mut tx, &person, home, &new, number).await?;
    }
    let detail = format!("kind={}{}", kind.as_str(), under(exception, kind));
    let detail = if let Some(entry) =
        value(&typed, "let_in").filter(|_| kind == Kind::PersonalDevice).and_then(|id| id.parse::<LetInId>().ok())
        && let_in::link_paper(&mut tx, home.facility, entry, id).await?
    {
        format!("{detail} entry={entry}")
    } else {
        detail
    };
    let done = Done::by_person(&person, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(id, number);
    web.log(&mut tx, &done.noting(detail)).await?;
    let next = format!("/papers/{id}");
    taking.leads_to(&web, &mut tx, &next, None).await?;
    let (act, to) = (Act::File, kind.first_state(false, exception.is_some()));
    tell(&web, &mut tx, home, &staff, &Taken { paper: id, kind, n: 0, act, to, applicant: &applicant, by: Some(&person) }).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
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
    sent_back(&web, &person, &found).await?;
    let (paper, form) = (&found.paper, Form::again(&found));
    let (wish, staff, exception) = match read(&web, home, paper.kind, &typed).await? {
        Ok(read) => read,
        Err(error) => return refused(&web, &visitor, &person, home, (&form, &typed), error).await,
    };
    if let Some(error) = another(paper, &wish) {
        return refused(&web, &visitor, &person, home, (&form, &typed), error).await;
    }
    let now = web.now();
    let mut tx = web.store.begin_ledger().await?;
    if let Some(error) = clash(&mut tx, home, (form.kind, form.again), &wish).await? {
        tx.rollback().await?;
        return refused(&web, &visitor, &person, home, (&form, &typed), error).await;
    }
    let applicant = staff.applicant(&wish);
    let by = (Actor::Person(person.id), now, before(paper, &wish));
    if !paper::refile(&mut tx, paper, (&wish, applicant.person), exception, by).await? {
        tx.rollback().await?;
        return Err(overtaken(&web, &person, paper).await?);
    }
    let done = Done::by_person(&person, What::PaperFiled, now).at_facility(home.region, home.facility).on_paper(paper.id, paper.number);
    web.log(&mut tx, &done.noting(format!("kind={} again{}", paper.kind.as_str(), under(exception, paper.kind)))).await?;
    let (act, to, n) = (Act::FileAgain, paper.kind.first_state(false, exception.is_some()), paper.version + 1);
    let taken = Taken { paper: paper.id, kind: paper.kind, n, act, to, applicant: &applicant, by: Some(&person) };
    tell(&web, &mut tx, home, &staff, &taken).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/papers/{}", paper.id)).into_response())
}

/// A new one takes the place of those before: they are ended, and stay on file.
async fn end_earlier(web: &Web, tx: &mut Tx, person: &Person, home: Home, new: &NewPaper<'_>, number: i64) -> Result<(), PageError> {
    let earlier = Filter { kind: Some(new.kind), open: true, ..Filter::default() };
    let why = Text::new("paper-replaced-by").with("number", number).in_lang(Lang::Japanese);
    // The new one is not committed yet, so it is not among them.
    for Found { paper: old, .. } in paper::list(&web.store, home.facility, earlier, EARLIER).await? {
        let moved = Moved::ended(&old, &why, new.at);
        // Somebody who ended it meanwhile did the same.
        if paper::move_on(tx, &old, &moved, Actor::Person(person.id)).await? {
            let done = Done::by_person(person, What::PaperMoved, new.at).at_facility(home.region, home.facility);
            let detail = format!("kind={} act={} state={}", old.kind.as_str(), moved.act.as_str(), moved.to.as_str());
            web.log(tx, &done.on_paper(old.id, old.number).noting(detail)).await?;
        }
    }
    Ok(())
}

/// The 災害時特例 under which a paper goes ahead, as the log tells it.
pub(super) fn under(exception: Option<ExceptionId>, kind: Kind) -> String {
    let excepted = exception.filter(|_| kind.first_state(false, true) == State::Exempt);
    excepted.map(|id| format!(" exception={id}")).unwrap_or_default()
}

/// What is known of something that was let in, for the application that it is to become; another's is met with nothing.
async fn from_let_in(web: &Web, visitor: &Visitor, person: &Person, home: Home, entry: &str) -> Result<Fields, PageError> {
    let id: LetInId = entry.parse().map_err(|_| PageError::NotFound)?;
    let line = let_in::find(web.store.read(), home.facility, id).await?.ok_or(PageError::NotFound)?;
    let open = line.cleared.is_none() && !line.drill && line.said.whose.may_apply();
    if !open || !person.role.sees_facts(Ownership::Personal) {
        return Err(PageError::Conflict(Text::new("let-in-no-application")));
    }
    let known = [
        ("let_in", id.to_string()),
        ("applicant", line.said.name),
        ("cause", "disaster".to_owned()),
        ("model", Text::new(line.said.machine.key()).in_lang(visitor.lang)),
        ("from", web.now().jst_date_in(Lang::English)),
    ];
    Ok(known.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What was read of a form: the paper, who is at the facility, and the 災害時特例 under which it goes ahead.
type Read = (Wish, Staff, Option<ExceptionId>);

/// The paper as typed, or what is wrong.
async fn read(web: &Web, home: Home, kind: Kind, typed: &Fields) -> Result<Result<Read, Text>, PageError> {
    if let Some(why) = closed(web, home, Doing::of_new(kind)).await? {
        return Ok(Err(why));
    }
    let staff = Staff::of(web, home).await?;
    let day = value(typed, "on").and_then(|day| paper_day(day, None, web.now()));
    let rules = staff.rules_under(exception_on(web, home, &staff, day).await?);
    let mut wish = match Wish::read(kind, &rules, web.now(), |field| value(typed, field)) {
        Ok(wish) => wish,
        Err(invalid) => return Ok(Err(invalid.text())),
    };
    if let Some(id) = wish.device {
        let device = device::find(&web.store, home.facility, id).await?;
        // A person's own device may still wait to be confirmed: it enrols in the same flow.
        let fits = |standing| {
            standing == Standing::Active
                || (kind == Kind::PersonalDevice && standing == Standing::Pending)
                || (kind == Kind::Incident && OnDevice::MarkLost.from().contains(&standing))
        };
        if device.is_none_or(|device| !fits(device.standing) || kind.ownership().is_some_and(|whose| whose != device.ownership)) {
            return Ok(Err(Text::of_field("paper-wrong-device", "device")));
        }
    }
    if let Some(error) = follow(web, home, kind, &mut wish).await? {
        return Ok(Err(error));
    }
    let exception = exception_for(web, home, &staff, &wish).await?;
    Ok(Ok((wish, staff, exception)))
}

/// The number of the paper that it follows, as a number; or what is wrong with it.
async fn follow(web: &Web, home: Home, kind: Kind, wish: &mut Wish) -> Result<Option<Text>, PageError> {
    let Some((field, of)) = kind.follows() else { return Ok(None) };
    let Some(typed) = wish.values.get(field) else { return Ok(None) };
    let digits: String = typed.chars().map(half_width).filter(char::is_ascii_digit).collect();
    let found = match digits.parse() {
        Ok(number) => paper::find_numbered(&web.store, home.facility, (of, number)).await?.map(|_| number),
        Err(_) => None,
    };
    let Some(number) = found else {
        return Ok(Some(Text::new("paper-wrong-follows").with("kind", Text::new(of.key())).about_field(field)));
    };
    wish.values.insert(field.to_owned(), i64::to_string(&number));
    Ok(None)
}

/// Another paper of the kind about the same device on the same days; `again` is the paper itself.
pub(super) async fn clash(tx: &mut Tx, home: Home, (kind, again): (Kind, Option<PaperId>), wish: &Wish) -> Result<Option<Text>, PageError> {
    let Some(device) = wish.device.filter(|_| kind.is_alone()) else { return Ok(None) };
    let other = paper::overlapping(tx, home.facility, (kind, device, wish.period), again).await?;
    Ok(other.map(|number| Text::of_field("paper-wrong-overlap", "device").with("number", number)))
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
