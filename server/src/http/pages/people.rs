//! 担当者: who holds which role at a facility or in the region, 選任, 交代 and 退任. What cannot be taken back is asked once more,
//! with its consequences; the acts themselves are `crate::appointments`'s.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::guard::{Here, Who};
use super::setup::{put_once, take_once};
use super::typed::{Asked, Typed};
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::appointments::{self, Hands, Refused, Whom, Wish};
use crate::domain::act::{Done, What};
use crate::domain::people::role::{DeputyTerm, InvalidNewcomer, LONGEST_NAME, LONGEST_REASON, Newcomer, last_day, reason};
use crate::domain::people::{Person, Right, Role, Scope, may};
use crate::store::appointment::{self, Held};
use crate::store::belonging::Home;
use crate::store::{Tx, facility};
use crate::views::{
    AppointPage, AppointedPage, ConfirmPage, Deputies, HeldLine, KnownLine, Moment, PastLine, PeoplePage, Place, Seat, Vacant,
};
use crate::words::Text;

/// Roles that ended, listed.
const PAST: u16 = 30;
/// Accounts offered when somebody is to be appointed.
const KNOWN: u16 = 50;
/// What the form sends for somebody without an account.
const NEWCOMER: &str = "new";
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Where roles are held, and what its pages are called.
struct Seats {
    scope: Scope,
    /// Address of its page.
    home: String,
    /// Prefix of the addresses of its acts.
    acts: String,
    /// Address of the page that shows a link once.
    issued: String,
    name: Text,
}

impl Seats {
    async fn of_facility(web: &Web, home: Home) -> Result<Self, PageError> {
        let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
        let address = format!("/facilities/{}/people", home.facility);
        Ok(Self {
            scope: Scope::Facility(home.region, home.facility),
            issued: format!("{address}/issued"),
            acts: address.clone(),
            home: address,
            name: Text::new("people-of").with("facility", facility.name),
        })
    }

    fn of_region(person: &Person) -> Self {
        Self {
            scope: Scope::Region(person.scope.region()),
            home: "/accounts".to_owned(),
            acts: "/accounts".to_owned(),
            issued: "/accounts/issued".to_owned(),
            name: Text::new("people-accounts"),
        }
    }

    fn back(&self) -> (Text, String) {
        (self.name.clone(), self.home.clone())
    }

    async fn held(&self, web: &Web) -> Result<Vec<Held>, PageError> {
        Ok(match self.scope {
            Scope::Region(region) => appointment::list_regional(web.store.read(), region, web.now()).await?,
            Scope::Facility(_, facility) => appointment::list(web.store.read(), facility, web.now()).await?,
        })
    }
}

fn hands<'a>(web: &'a Web, doer: &'a Person) -> Hands<'a> {
    let deputies_everywhere = web.pack.parameters().administrator.deputy;
    Hands { random: &web.random, now: web.now(), doer: Some(doer), deputies_everywhere }
}

/// How long a facility has had no administrator, as pages say it.
pub(super) fn vacant(web: &Web, since: Timestamp) -> Vacant {
    let (now, allowed) = (web.now(), i64::from(web.pack.parameters().administrator.vacancy_alert_days));
    let days = now.days_since(since).max(0);
    Vacant { days, since: Moment::new(since, now), alarming: now > since.plus_days(allowed), allowed }
}

/// `GET /facilities/{facility}/people`
pub(super) async fn show_people(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    people_page(&web, &visitor, &person, home, Switch::default(), None).await
}

/// The form that has 代行者 act, or no longer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Switch {
    #[serde(default)]
    on: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    why: String,
}

async fn people_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    typed: Switch,
    error: Option<Text>,
) -> Result<Response, PageError> {
    let (db, now) = (web.store.read(), web.now());
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let held = appointment::list(db, home.facility, now).await?;
    let has_head = held.iter().any(|held| held.person.role == Role::Head);
    let term = facility::deputy_term(db, home.facility).await?;
    let everywhere = web.pack.parameters().administrator.deputy;
    let on = everywhere || term.is_some_and(|term| term.holds(now));
    let seats = Role::AT_FACILITY.into_iter().map(|role| {
        let of_role = held.iter().filter(|held| held.person.role == role);
        let may_give = person.role.appoints(role, has_head);
        let taken = role.is_held_by_one() && of_role.clone().next().is_some();
        Seat {
            code: role.code(),
            role: role.key(),
            task: task(role),
            held: of_role.map(|held| held_line(web, held, may_give && held.person.id != person.id)).collect(),
            appoint: (may_give && (role != Role::Deputy || on)).then_some(if taken { "people-hand-over" } else { "people-appoint" }),
        }
    });
    let past = appointment::list_past(db, home.facility, PAST).await?.into_iter().map(|past| PastLine {
        name: past.name,
        role: past.role.key(),
        from: Moment::new(past.from, now),
        until: Moment::new(past.until, now),
        how: how(past.by, past.why),
    });
    page(&PeoplePage {
        shell: shell(Text::new("people-title"), visitor, Some(person)),
        vacancy: facility::vacant_since(db, home.facility).await?.map(|since| vacant(web, since)),
        seats: seats.collect(),
        deputies: Deputies {
            now: deputies_now(term.filter(|_| on), everywhere),
            on,
            may_switch: may(person.role, Right::AllowDeputy) && !everywhere,
            until: typed.until,
            why: typed.why,
            longest_reason: LONGEST_REASON,
        },
        facility: Place { id: facility.id.to_string(), name: facility.name },
        past: past.collect(),
        error,
    })
}

const fn task(role: Role) -> &'static str {
    match role {
        Role::Secretariat => "people-task-secretariat",
        Role::Head => "people-task-head",
        Role::Administrator => "people-task-administrator",
        Role::Deputy => "people-task-deputy",
        Role::Auditor => "people-task-auditor",
    }
}

fn how(by: Option<String>, why: String) -> Text {
    match (by, why.is_empty()) {
        (Some(by), false) => Text::new("people-how").with("by", by).with("why", why),
        (Some(by), true) => Text::new("people-how-by").with("by", by),
        (None, false) => Text::new("people-how").with("by", Text::new("people-operator")).with("why", why),
        (None, true) => Text::new("people-how-unknown"),
    }
}

fn held_line(web: &Web, held: &Held, may_end: bool) -> HeldLine {
    let account = match (held.link_until, held.signed_in_at) {
        (Some(until), _) => Text::new("people-link-waits").with("until", until),
        (None, Some(at)) => Text::new("people-signed-in").with("ago", Moment::new(at, web.now()).ago()),
        (None, None) => Text::new("people-never-signed-in"),
    };
    HeldLine {
        person: held.person.id.to_string(),
        name: held.person.name.clone(),
        login: held.person.login.to_string(),
        from: Moment::new(held.from, web.now()),
        how: how(held.by.clone(), held.why.clone()),
        account,
        may_end,
    }
}

fn deputies_now(term: Option<DeputyTerm>, everywhere: bool) -> Text {
    match term {
        _ if everywhere => Text::new("people-deputies-rules"),
        Some(DeputyTerm { from, until: Some(until) }) => Text::new("people-deputies-until").with("from", from).with("until", until),
        Some(DeputyTerm { from, until: None }) => Text::new("people-deputies-on").with("from", from),
        None => Text::new("people-deputies-off"),
    }
}

/// `POST /facilities/{facility}/people/deputy`
pub(super) async fn allow_deputy(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Switch>,
) -> Result<Response, PageError> {
    let (now, on) = (web.now(), typed.on == "yes");
    let until = if on { last_day(&typed.until, now).map_err(|_| Text::new("people-wrong-until")) } else { Ok(Some(now)) };
    let (until, why) = match (until, reason(&typed.why)) {
        (Ok(until), Ok(why)) => (until, why),
        (Err(error), _) => return refuse_switch(&web, &visitor, &person, home, typed, error).await,
        (Ok(_), Err(_)) => return refuse_switch(&web, &visitor, &person, home, typed, wrong_reason()).await,
    };
    let mut tx = web.store.begin_ledger().await?;
    let before = facility::deputy_term(&mut *tx, home.facility).await?;
    // Switched on again while it is on: only the end moves.
    let from = before.filter(|term| term.holds(now)).map_or(now, |term| term.from);
    facility::put_deputy_term(&mut tx, home.facility, DeputyTerm { from, until }).await?;
    let detail = match (on, until) {
        (false, _) => "deputy=off".to_owned(),
        (true, None) => "deputy=on".to_owned(),
        (true, Some(until)) => format!("deputy=on until={}", until.seconds()),
    };
    let done = Done::by_person(&person, What::SettingsChanged, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.noting(detail).saying(why)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/facilities/{}/people", home.facility)).into_response())
}

async fn refuse_switch(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    typed: Switch,
    error: Text,
) -> Result<Response, PageError> {
    let answer = people_page(web, visitor, person, home, typed, Some(error)).await?;
    Ok((WRONG, answer).into_response())
}

fn wrong_reason() -> Text {
    Text::new("people-wrong-reason").with("most", LONGEST_REASON)
}

/// As what somebody is to be appointed.
#[derive(Debug, Deserialize)]
pub(super) struct AsWhat {
    #[serde(default)]
    role: String,
}

/// An appointment as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Appoint {
    #[serde(default)]
    role: String,
    /// Who held it when the form was made: an appointment's id, or nothing.
    #[serde(default)]
    seen: String,
    /// `new`, or a person's id.
    #[serde(default)]
    who: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    confirmed: String,
}

/// `GET /facilities/{facility}/people/appoint`
pub(super) async fn show_appoint(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(AsWhat { role }): Asked<AsWhat>,
) -> Result<Response, PageError> {
    let seats = Seats::of_facility(&web, home).await?;
    fresh_form(&web, &visitor, &person, &seats, &role).await
}

/// `GET /accounts/appoint`
pub(super) async fn show_appoint_regionally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(AsWhat { role }): Asked<AsWhat>,
) -> Result<Response, PageError> {
    fresh_form(&web, &visitor, &person, &Seats::of_region(&person), &role).await
}

async fn fresh_form(web: &Web, visitor: &Visitor, person: &Person, seats: &Seats, role: &str) -> Result<Response, PageError> {
    let role = Role::from_code(role).filter(|role| role.fits(seats.scope)).ok_or(PageError::Malformed)?;
    let held = seats.held(web).await?;
    if !person.role.appoints(role, held.iter().any(|held| held.person.role == Role::Head)) {
        return Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("people-not-yours")));
    }
    let seen = held.iter().find(|held| role.is_held_by_one() && held.person.role == role).map(|held| held.id.to_string());
    let typed = Appoint { role: role.code().to_owned(), seen: seen.unwrap_or_default(), who: NEWCOMER.to_owned(), ..Appoint::default() };
    appoint_form(web, visitor, person, seats, (role, typed), None).await
}

async fn appoint_form(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    seats: &Seats,
    (role, typed): (Role, Appoint),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let held = seats.held(web).await?;
    let holds = |id| held.iter().find(|held| held.person.id == id).map(|held| held.person.role);
    let known = appointment::list_candidates(web.store.read(), seats.scope, KNOWN).await?.into_iter();
    let known = known.filter(|known| known.id != person.id && holds(known.id) != Some(role)).map(|known| KnownLine {
        chosen: typed.who == known.id.to_string(),
        id: known.id.to_string(),
        words: Text::new("people-known")
            .with("name", known.name)
            .with("login", known.login.to_string())
            .with("role", holds(known.id).map_or(Text::new("people-no-role"), |role| Text::new(role.key()))),
    });
    let former = held.iter().find(|held| role.is_held_by_one() && held.person.role == role);
    let title = if former.is_some() { "people-title-hand-over" } else { "people-title-appoint" };
    page(&AppointPage {
        shell: shell(Text::new(title).with("role", Text::new(role.key())), visitor, Some(person)),
        back: seats.back(),
        action: format!("{}/appoint", seats.acts),
        code: role.code(),
        task: task(role),
        former: former.map(|held| held.person.name.clone()),
        seen: typed.seen,
        known: known.collect(),
        newcomer: typed.who == NEWCOMER,
        login: typed.login,
        name: typed.name,
        why: typed.why,
        longest_reason: LONGEST_REASON,
        longest_name: LONGEST_NAME,
        error,
    })
}

/// `POST /facilities/{facility}/people/appoint`: first says what will be so, then does it.
pub(super) async fn appoint(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Appoint>,
) -> Result<Response, PageError> {
    let seats = Seats::of_facility(&web, home).await?;
    appoint_at(&web, &visitor, &person, &seats, typed).await
}

/// `POST /accounts/appoint`
pub(super) async fn appoint_regionally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<Appoint>,
) -> Result<Response, PageError> {
    appoint_at(&web, &visitor, &person, &Seats::of_region(&person), typed).await
}

async fn appoint_at(web: &Web, visitor: &Visitor, person: &Person, seats: &Seats, typed: Appoint) -> Result<Response, PageError> {
    let role = Role::from_code(&typed.role).filter(|role| role.fits(seats.scope)).ok_or(PageError::Malformed)?;
    let (whom, why) = match (whom(&typed), reason(&typed.why)) {
        (Ok(whom), Ok(why)) => (whom, why),
        (Err(error), _) => return refuse_appoint(web, visitor, person, seats, (role, typed), (WRONG, error)).await,
        (Ok(_), Err(_)) => return refuse_appoint(web, visitor, person, seats, (role, typed), (WRONG, wrong_reason())).await,
    };
    let seen = typed.seen.parse().ok();
    let wish = Wish { scope: seats.scope, role, whom, why: &why, seen };
    let mut tx = web.store.begin_ledger().await?;
    let before = seats.held(web).await?;
    let appointed = match appointments::appoint(&mut tx, &hands(web, person), &wish).await {
        Ok(appointed) => appointed,
        Err(refused) => {
            let status = match refused {
                Refused::Changed(_) | Refused::HoldsAlready(_) => StatusCode::CONFLICT,
                _ => WRONG,
            };
            let text = refusal(&mut tx, seats, refused).await?;
            tx.rollback().await?;
            return refuse_appoint(web, visitor, person, seats, (role, typed), (status, text)).await;
        }
    };
    if typed.confirmed != "yes" {
        // Tried and undone: whatever would be refused was said before anybody is asked to decide.
        tx.rollback().await?;
        let consequences = consequences(&before, &appointed, &wish);
        return confirm_appoint(visitor, person, seats, typed, consequences);
    }
    if let Some(link) = &appointed.link {
        let once = format!("{}{}\n{}\n{}", web.settings.public_url, link.path, link.expires_at.seconds(), appointed.person.name);
        put_once(web, &mut tx, visitor, &once).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(if appointed.link.is_some() { &seats.issued } else { &seats.home }).into_response())
}

fn whom(typed: &Appoint) -> Result<Whom, Text> {
    if typed.who != NEWCOMER {
        return typed.who.parse().map(Whom::Known).map_err(|_| Text::new("people-wrong-whom"));
    }
    Newcomer::parse(&typed.login, &typed.name).map(Whom::Newcomer).map_err(|invalid| match invalid {
        InvalidNewcomer::Login(_) => Text::new("people-wrong-login"),
        InvalidNewcomer::Name => Text::new("people-wrong-name").with("most", LONGEST_NAME),
    })
}

async fn refuse_appoint(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    seats: &Seats,
    (role, typed): (Role, Appoint),
    (status, error): (StatusCode, Text),
) -> Result<Response, PageError> {
    // The form is made anew for how things are now: whoever sends it again has read that.
    let held = seats.held(web).await?;
    let seen = held.iter().find(|held| role.is_held_by_one() && held.person.role == role).map(|held| held.id.to_string());
    let typed = Appoint { seen: seen.unwrap_or_default(), ..typed };
    let answer = appoint_form(web, visitor, person, seats, (role, typed), Some(error)).await?;
    Ok((status, answer).into_response())
}

/// Who did it, politely.
fn doer(name: Option<String>) -> Text {
    name.map_or(Text::new("people-operator"), |name| Text::new("people-by-name").with("name", name))
}

async fn refusal(tx: &mut Tx, seats: &Seats, refused: Refused) -> Result<Text, PageError> {
    let said =
        |key, held: &Held| Text::new(key).with("name", held.person.name.clone()).with("at", held.from).with("by", doer(held.by.clone()));
    Ok(match refused {
        Refused::Taken(login) => Text::new("people-taken").with("login", login.to_string()),
        Refused::NobodyHere => Text::new("people-wrong-whom"),
        Refused::HoldsAlready(held) => said("people-holds-already", &held),
        Refused::Changed(Some(held)) => said("people-changed", &held),
        Refused::Changed(None) => match seats.scope.facility() {
            Some(facility) => match appointment::list_past(&mut **tx, facility, 1).await?.pop() {
                Some(past) => Text::new("people-ended-meanwhile").with("name", past.name).with("at", past.until).with("by", doer(past.by)),
                None => Text::new("people-gone"),
            },
            None => Text::new("people-gone"),
        },
        Refused::NoDeputies => Text::new("people-no-deputies"),
        Refused::NotYours => Text::new("people-not-yours"),
        Refused::Own => Text::new("people-own"),
        Refused::LastSecretariat => Text::new("people-last-secretariat"),
        Refused::Store(error) => return Err(error.into()),
    })
}

/// What will be so once somebody is appointed.
fn consequences(before: &[Held], appointed: &appointments::Appointed, wish: &Wish<'_>) -> Vec<Text> {
    let role = || Text::new(wish.role.key());
    let name = appointed.person.name.clone();
    let mut said = vec![Text::new("people-then-holds").with("name", name.clone()).with("role", role())];
    if let Some(former) = before.iter().find(|held| wish.role.is_held_by_one() && held.person.role == wish.role) {
        said.push(Text::new("people-then-former").with("name", former.person.name.clone()));
        said.push(Text::new("people-then-open"));
    }
    if let Some(held) = before.iter().find(|held| held.person.id == appointed.person.id) {
        said.push(Text::new("people-then-changes").with("name", name).with("role", Text::new(held.person.role.key())));
        if held.person.role == Role::Administrator {
            said.push(Text::new("people-then-vacant"));
        }
    }
    if appointed.link.is_some() {
        said.push(Text::new("people-then-link"));
    }
    said.push(Text::new("people-then-recorded"));
    said
}

fn confirm_appoint(
    visitor: &Visitor,
    person: &Person,
    seats: &Seats,
    typed: Appoint,
    consequences: Vec<Text>,
) -> Result<Response, PageError> {
    let Appoint { role, seen, who, name, login, why, .. } = typed;
    let hand_over = !seen.is_empty();
    page(&ConfirmPage {
        shell: shell(Text::new("people-title-confirm"), visitor, Some(person)),
        back: seats.back(),
        action: format!("{}/appoint", seats.acts),
        consequences,
        fields: vec![("role", role), ("seen", seen), ("who", who), ("name", name), ("login", login), ("why", why)],
        why: None,
        longest_reason: LONGEST_REASON,
        button: if hand_over { "people-do-hand-over" } else { "people-do-appoint" },
        error: None,
    })
}

/// An end as typed.
#[derive(Debug, Deserialize)]
pub(super) struct End {
    person: String,
    /// Which role, once that was said.
    #[serde(default)]
    appointment: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    confirmed: String,
}

/// `POST /facilities/{facility}/people/end`: first says what will be so, then does it.
pub(super) async fn end(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<End>,
) -> Result<Response, PageError> {
    let seats = Seats::of_facility(&web, home).await?;
    end_at(&web, &visitor, &person, &seats, typed).await
}

/// `POST /accounts/end`
pub(super) async fn end_regionally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<End>,
) -> Result<Response, PageError> {
    end_at(&web, &visitor, &person, &Seats::of_region(&person), typed).await
}

async fn end_at(web: &Web, visitor: &Visitor, person: &Person, seats: &Seats, typed: End) -> Result<Response, PageError> {
    let mut tx = web.store.begin_ledger().await?;
    let conflict = |text| PageError::Said(StatusCode::CONFLICT, text);
    let held = appointments::holders(&mut tx, seats.scope, web.now()).await?;
    let held = held.into_iter().find(|held| held.person.id.to_string() == typed.person);
    let is_meant = |held: &Held| typed.appointment.is_empty() || held.id.to_string() == typed.appointment;
    let Some(held) = held.filter(is_meant) else {
        return Err(conflict(refusal(&mut tx, seats, Refused::Changed(None)).await?));
    };
    let why = reason(&typed.why);
    // Tried even before it is confirmed: whatever would be refused is said at once.
    if let Err(refused) = appointments::end(&mut tx, &hands(web, person), &held, why.as_deref().unwrap_or_default()).await {
        return Err(conflict(refusal(&mut tx, seats, refused).await?));
    }
    match (typed.confirmed.as_str(), why) {
        ("yes", Ok(_)) => {
            tx.commit().await?;
            Ok(Redirect::to(&seats.home).into_response())
        }
        ("yes", Err(_)) => {
            tx.rollback().await?;
            let answer = confirm_end(visitor, person, seats, (&held, typed.why), Some(wrong_reason()))?;
            Ok((WRONG, answer).into_response())
        }
        (_, _) => {
            tx.rollback().await?;
            confirm_end(visitor, person, seats, (&held, typed.why), None)
        }
    }
}

fn confirm_end(
    visitor: &Visitor,
    person: &Person,
    seats: &Seats,
    (held, why): (&Held, String),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let name = held.person.name.clone();
    let mut consequences = vec![
        Text::new("people-then-ends").with("name", name.clone()).with("role", Text::new(held.person.role.key())),
        Text::new("people-then-former").with("name", name),
    ];
    match held.person.role {
        Role::Administrator => consequences.extend([Text::new("people-then-open"), Text::new("people-then-vacant")]),
        Role::Secretariat | Role::Head | Role::Deputy | Role::Auditor => {}
    }
    consequences.push(Text::new("people-then-recorded"));
    page(&ConfirmPage {
        shell: shell(Text::new("people-title-end"), visitor, Some(person)),
        back: seats.back(),
        action: format!("{}/end", seats.acts),
        consequences,
        fields: vec![("person", held.person.id.to_string()), ("appointment", held.id.to_string())],
        why: Some(why),
        longest_reason: LONGEST_REASON,
        button: "people-do-end",
        error,
    })
}

/// `GET /facilities/{facility}/people/issued`: the link, once.
pub(super) async fn show_issued(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    let seats = Seats::of_facility(&web, home).await?;
    let link = take_once(&web, &visitor).await?.and_then(|once| {
        let mut lines = once.lines().map(str::to_owned);
        let (url, until) = (lines.next()?, Timestamp::from_seconds(lines.next()?.parse().ok()?));
        Some((url, until.into(), lines.next()?))
    });
    page(&AppointedPage { shell: shell(Text::new("people-title-link"), &visitor, Some(&person)), back: seats.back(), link })
}
