//! 選任 and 交代: the form, the question whether it is meant, and the link that is shown once.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::{NEWCOMER, Seats, WRONG, hands, refusal, task, wrong_reason};
use crate::accounts::Invited;
use crate::appointments::{self, Refused, Whom, Wish};
use crate::domain::mail::{InvalidAddress, Kind, Letter, MailAddress, Recipients, Said};
use crate::domain::people::role::{InvalidNewcomer, LONGEST_NAME, LONGEST_REASON, Newcomer, reason};
use crate::domain::people::{Person, Role};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::setup::{put_once, take_once};
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Kept, Visitor};
use crate::http::pages::{PageError, Web, page, page_once, shell, twice};
use crate::mail::secret_link;
use crate::store::Tx;
use crate::store::appointment::{self, Held};
use crate::store::mail::{self, Pending};
use crate::views::{AppointPage, AppointedPage, ConfirmPage, KnownLine};
use crate::words::Text;

/// Accounts offered when somebody is to be appointed.
const KNOWN: u16 = 50;

/// As what somebody is to be appointed.
#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct AsWhat {
    #[serde(default)]
    role: String,
}

/// An appointment as typed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Appoint {
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
    /// Where the link of a new account is to go.
    #[serde(default)]
    mail: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    confirmed: String,
    /// The token of the page it was typed into.
    #[serde(default)]
    csrf: String,
}

impl Appoint {
    /// Its mark once it is confirmed: before, nothing is done that could be done twice.
    fn mark(&self) -> String {
        if self.confirmed != "yes" {
            return String::new();
        }
        let said = [&self.csrf, &self.role, &self.seen, &self.who, &self.name, &self.login, &self.mail, &self.why];
        twice::mark_of(&said.map(|text| (String::new(), text.clone())).into())
    }
}

/// `GET /facilities/{facility}/people/appoint`
pub(in crate::http::pages) async fn show_appoint(
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
pub(in crate::http::pages) async fn show_appoint_regionally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(AsWhat { role }): Asked<AsWhat>,
) -> Result<Response, PageError> {
    fresh_form(&web, &visitor, &person, &Seats::of_region(&person), &role).await
}

async fn fresh_form(web: &Web, visitor: &Visitor, person: &Person, seats: &Seats, role: &str) -> Result<Response, PageError> {
    let role = Role::from_code(role).filter(|role| role.fits(seats.scope)).ok_or(PageError::Malformed(Kept::default()))?;
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
    let known: Vec<_> = known.collect();
    // Where nobody is known, nobody can be chosen.
    let unasked = |error: &Text| known.is_empty() && error.field() == Some("who");
    let error = error.map(|error| if unasked(&error) { error.without_field() } else { error });
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
        known,
        newcomer: typed.who == NEWCOMER,
        login: typed.login,
        name: typed.name,
        mail: web.settings.mail.then_some(typed.mail),
        why: typed.why,
        longest_reason: LONGEST_REASON,
        longest_name: LONGEST_NAME,
        error,
    })
}

/// `POST /facilities/{facility}/people/appoint`: first says what will be so, then does it.
pub(in crate::http::pages) async fn appoint(
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
pub(in crate::http::pages) async fn appoint_regionally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<Appoint>,
) -> Result<Response, PageError> {
    appoint_at(&web, &visitor, &person, &Seats::of_region(&person), typed).await
}

async fn appoint_at(web: &Web, visitor: &Visitor, person: &Person, seats: &Seats, typed: Appoint) -> Result<Response, PageError> {
    let role = Role::from_code(&typed.role).filter(|role| role.fits(seats.scope)).ok_or(PageError::Malformed(Kept::default()))?;
    let (whom, why) = match (whom(&typed), reason(&typed.why)) {
        (Ok(whom), Ok(why)) => (whom, why),
        (Err(error), _) => return refuse_appoint(web, visitor, person, seats, (role, typed), (WRONG, error)).await,
        (Ok(_), Err(_)) => return refuse_appoint(web, visitor, person, seats, (role, typed), (WRONG, wrong_reason())).await,
    };
    let Ok(address) = address(web, &typed) else {
        return refuse_appoint(web, visitor, person, seats, (role, typed), (WRONG, Text::of_field("account-mail-wrong", "mail"))).await;
    };
    let seen = typed.seen.parse().ok();
    let wish = Wish { scope: seats.scope, role, whom, why: &why, seen };
    let (mut tx, taking) = match twice::take(web, web.store.begin_ledger().await?, visitor, &typed.mark()).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    let before = seats.held(web).await?;
    let appointed = match appointments::appoint(&mut tx, &hands(web, person), &wish).await {
        Ok(appointed) => appointed,
        Err(refused) => {
            let was_late = matches!(refused, Refused::Changed(_) | Refused::HoldsAlready(_));
            let status = if was_late { StatusCode::CONFLICT } else { WRONG };
            let text = refusal(&mut tx, seats, refused).await?;
            tx.rollback().await?;
            return refuse_appoint(web, visitor, person, seats, (role, typed), (status, text)).await;
        }
    };
    if typed.confirmed != "yes" {
        // Tried and undone: whatever would be refused was said before anybody is asked to decide.
        tx.rollback().await?;
        let consequences = consequences(&before, &appointed, &wish, address.as_ref());
        return confirm_appoint(visitor, person, seats, typed, consequences);
    }
    let mut once = None;
    if let Some(link) = &appointed.link {
        let url = match &address {
            Some(address) => {
                mail_link(web, &mut tx, (&appointed.person, link), address).await?;
                String::new()
            }
            None => format!("{}{}", web.settings.public_url, link.path),
        };
        let shown = format!("{url}\n{}\n{}", link.expires_at.seconds(), appointed.person.name);
        once = Some(put_once(web, &mut tx, visitor, &shown).await?);
    }
    let next = if once.is_some() { &seats.issued } else { &seats.home };
    taking.leads_to(web, &mut tx, next, once.as_deref()).await?;
    tx.commit().await?;
    Ok(Redirect::to(next).into_response())
}

/// Where the link is to go, if anywhere.
fn address(web: &Web, typed: &Appoint) -> Result<Option<MailAddress>, InvalidAddress> {
    if web.settings.mail && !typed.mail.trim().is_empty() { MailAddress::parse(&typed.mail).map(Some) } else { Ok(None) }
}

/// Mails the link to an address that becomes the registered one once the link is used.
async fn mail_link(web: &Web, tx: &mut Tx, (owner, link): (&Person, &Invited), address: &MailAddress) -> Result<(), PageError> {
    let ends_at = link.expires_at;
    mail::put_pending(tx, owner.id, &link.hash, &Pending { address: address.clone(), ends_at }).await?;
    let path = secret_link(&web.master, &web.random, &link.path);
    let letter = Letter::new(Kind::Invitation, Recipients::Address(owner.id, address.clone()), path).about("until", Said::At(ends_at));
    mail::queue(tx, (&web.random, web.now()), &letter).await?;
    Ok(())
}

fn whom(typed: &Appoint) -> Result<Whom, Text> {
    if typed.who != NEWCOMER {
        return typed.who.parse().map(Whom::Known).map_err(|_| Text::of_field("people-wrong-whom", "who"));
    }
    Newcomer::parse(&typed.login, &typed.name).map(Whom::Newcomer).map_err(|invalid| match invalid {
        InvalidNewcomer::Login(_) => Text::of_field("people-wrong-login", "login"),
        InvalidNewcomer::Name => Text::of_field("people-wrong-name", "name").with("most", LONGEST_NAME),
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

/// What will be so once somebody is appointed.
fn consequences(before: &[Held], appointed: &appointments::Appointed, wish: &Wish<'_>, address: Option<&MailAddress>) -> Vec<Text> {
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
        said.push(
            address.map_or(Text::new("people-then-link"), |address| {
                Text::new("people-then-mailed").with("address", address.as_str().to_owned())
            }),
        );
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
    let Appoint { role, seen, who, name, login, mail, why, .. } = typed;
    let hand_over = !seen.is_empty();
    page(&ConfirmPage {
        shell: shell(Text::new("people-title-confirm"), visitor, Some(person)),
        back: seats.back(),
        action: format!("{}/appoint", seats.acts),
        consequences,
        fields: vec![("role", role), ("seen", seen), ("who", who), ("name", name), ("login", login), ("mail", mail), ("why", why)],
        why: None,
        longest_reason: LONGEST_REASON,
        button: if hand_over { "people-do-hand-over" } else { "people-do-appoint" },
        error: None,
    })
}

/// `GET /facilities/{facility}/people/issued`: the link, once.
pub(in crate::http::pages) async fn show_issued(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let seats = Seats::of_facility(&web, home).await?;
    let link = take_once(&web, &visitor).await?.and_then(|once| {
        let mut lines = once.lines().map(str::to_owned);
        let (url, until) = (lines.next()?, Timestamp::from_seconds(lines.next()?.parse().ok()?));
        Some((Some(url).filter(|url| !url.is_empty()), until.into(), lines.next()?))
    });
    page_once(&AppointedPage { shell: shell(Text::new("people-title-link"), &visitor, Some(&person)), back: seats.back(), link })
}
