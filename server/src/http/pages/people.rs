//! 担当者: who holds which role at a facility, since when, and whether 代行者 act. 選任, 交代 and 退任 are `appoint`'s and `end`'s;
//! what cannot be taken back is asked once more, with its consequences; the acts themselves are `crate::appointments`'s.

mod appoint;
mod end;

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::guard::{Here, Who};
use super::overtaken::First;
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::appointments::{Hands, Refused};
use crate::domain::act::{Done, What};
use crate::domain::people::role::{DeputyTerm, LONGEST_REASON, last_day, reason};
use crate::domain::people::{Person, Right, Role, Scope, may};
use crate::store::appointment::{self, Held};
use crate::store::belonging::Home;
use crate::store::log::{self, Reach};
use crate::store::{Tx, facility};
use crate::views::{Deputies, HeldLine, Moment, PastLine, PeoplePage, Place, Seat, Vacant};
use crate::words::Text;

pub(super) use appoint::{appoint, appoint_regionally, show_appoint, show_appoint_regionally, show_issued};
pub(super) use end::{end, end_regionally};

/// Roles that ended, listed.
const PAST: u16 = 30;
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
    /// The term when the form was made.
    #[serde(default)]
    seen: String,
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
            seen: as_seen(term),
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

/// A term as the form that changes it sends it along.
fn as_seen(term: Option<DeputyTerm>) -> String {
    let seconds = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.seconds().to_string());
    format!("{} {}", seconds(term.map(|term| term.from)), seconds(term.and_then(|term| term.until)))
}

/// Somebody was quicker with the term: who has 代行者 act now, or no longer.
async fn overtaken(web: &Web, reader: &Person, home: Home, term: Option<DeputyTerm>) -> Result<PageError, PageError> {
    let (reach, facility) = (Reach::Facility(home.facility), home.facility.to_string());
    let act = if term.is_some_and(|term| term.holds(web.now())) { "people-deputies-do-on" } else { "people-deputies-do-off" };
    let did = log::newest_of(&web.store, reach, &facility, &[What::SettingsChanged]).await?;
    let first = did.map(|(_, did)| First::of(reader, (&did.actor, did.name.as_deref()), did.at, act));
    Ok(first.map_or(PageError::Conflict(Text::new("people-deputies-changed")), First::error))
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
    let mut tx = web.store.begin_ledger().await?;
    let before = facility::deputy_term(&mut *tx, home.facility).await?;
    if !typed.seen.is_empty() && typed.seen != as_seen(before) {
        tx.rollback().await?;
        return Err(overtaken(&web, &person, home, before).await?);
    }
    let until = if on { last_day(&typed.until, now).map_err(|_| Text::of_field("people-wrong-until", "until")) } else { Ok(Some(now)) };
    let (until, why) = match (until, reason(&typed.why)) {
        (Ok(until), Ok(why)) => (until, why),
        (Err(error), _) => return refuse_switch(&web, &visitor, &person, home, typed, error).await,
        (Ok(_), Err(_)) => return refuse_switch(&web, &visitor, &person, home, typed, wrong_reason()).await,
    };
    // Switched on again while it is on: only the end moves.
    let from = before.filter(|term| term.holds(now)).map_or(now, |term| term.from);
    facility::put_deputy_term(&mut tx, home.facility, DeputyTerm { from, until }).await?;
    let detail = match (on, until) {
        (false, _) => "deputy=off".to_owned(),
        (true, None) => "deputy=on".to_owned(),
        (true, Some(until)) => format!("deputy=on until={}", until.seconds()),
    };
    let name = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?.name;
    let done = Done::by_person(&person, What::SettingsChanged, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_facility(home.facility, &name).noting(detail).saying(why)).await?;
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
    Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON)
}

/// Who did it, politely.
fn doer(name: Option<String>) -> Text {
    name.map_or(Text::new("people-operator"), |name| Text::new("people-by-name").with("name", name))
}

async fn refusal(tx: &mut Tx, seats: &Seats, refused: Refused) -> Result<Text, PageError> {
    let said =
        |key, held: &Held| Text::new(key).with("name", held.person.name.clone()).with("at", held.from).with("by", doer(held.by.clone()));
    Ok(match refused {
        Refused::Taken(login) => Text::of_field("people-taken", "login").with("login", login.to_string()),
        Refused::NobodyHere => Text::of_field("people-wrong-whom", "who"),
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
