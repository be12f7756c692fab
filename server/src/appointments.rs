//! 選任・交代・退任: giving a role to somebody and ending it, for the pages and the command line alike. Everything a former holder
//! could come in with dies in the same transaction; what is open belongs to the facility and stays.
//! Knows no HTTP. The transaction must be one of `Store::begin_ledger`.

use hashimori_shared::time::Timestamp;

use crate::accounts::{self, Handing, Invited};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{AppointmentId, FacilityId, PersonId};
use crate::domain::people::event::By;
use crate::domain::people::role::Newcomer;
use crate::domain::people::{Login, Person, Role, Scope};
use crate::random::Random;
use crate::store::appointment::{self, Held, NewAppointment};
use crate::store::{self, Tx, facility, log, person, session};

/// Who acts, when, and with which randomness. `doer`: `None` is whoever works at the machine.
#[derive(Clone, Copy, Debug)]
pub struct Hands<'a> {
    /// Randomness.
    pub random: &'a Random,
    /// Now.
    pub now: Timestamp,
    /// Who.
    pub doer: Option<&'a Person>,
    /// Whether the rules let every facility have 代行者.
    pub deputies_everywhere: bool,
}

impl Hands<'_> {
    fn by(&self) -> By {
        self.doer.map_or(By::Operator, |person| By::Person(person.id))
    }

    fn done(&self, what: What, person: &Person) -> Done {
        let done = self.doer.map_or_else(|| Done::by(Actor::Operator, what, self.now), |doer| Done::by_person(doer, what, self.now));
        done.on_person(person)
    }
}

/// Whom to appoint.
#[derive(Clone, Debug)]
pub enum Whom {
    /// Somebody without an account.
    Newcomer(Newcomer),
    /// Somebody who has, or had, an account at the same place.
    Known(PersonId),
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// Where.
    pub scope: Scope,
    /// As what.
    pub role: Role,
    /// Whom.
    pub whom: Whom,
    /// Why.
    pub why: &'a str,
    /// Who held the role when it was decided (`None`: nobody); for roles that one person holds. Somebody else by now: refused.
    pub seen: Option<AppointmentId>,
}

/// What came of it.
#[derive(Debug)]
pub struct Appointed {
    /// Who.
    pub person: Person,
    /// A one-time link, if the account cannot be opened yet; holds a secret: show it once, log it never.
    pub link: Option<Invited>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The sign-in name is another account's.
    #[error("the sign-in name {0} is taken by another account")]
    Taken(Login),
    /// There is no such account at this place.
    #[error("there is no such account here")]
    NobodyHere,
    /// They hold that very role.
    #[error("{} holds that role already", .0.person.name)]
    HoldsAlready(Box<Held>),
    /// Somebody else was appointed (`None`: the role fell vacant) since it was decided.
    #[error("somebody else was quicker: {}", .0.as_ref().map_or("the role is vacant now", |held| &held.person.name))]
    Changed(Option<Box<Held>>),
    /// The facility has no 代行者 at this time.
    #[error("the facility has no deputies at this time")]
    NoDeputies,
    /// It is somebody else's to decide.
    #[error("that role is somebody else's to give or to end")]
    NotYours,
    /// Nobody ends or changes their own role.
    #[error("nobody changes their own role")]
    Own,
    /// A region is never without a 事務局.
    #[error("this is the region's last secretariat account")]
    LastSecretariat,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
}

/// Everybody who holds a role at this place.
pub async fn holders(tx: &mut Tx, scope: Scope, now: Timestamp) -> Result<Vec<Held>, store::Error> {
    match scope {
        Scope::Region(region) => appointment::list_regional(&mut **tx, region, now).await,
        Scope::Facility(_, facility) => appointment::list(&mut **tx, facility, now).await,
    }
}

fn check_doer(hands: &Hands<'_>, role: Role, held: &[Held]) -> Result<(), Refused> {
    let has_head = held.iter().any(|held| held.person.role == Role::Head);
    match hands.doer {
        Some(doer) if !doer.role.appoints(role, has_head) => Err(Refused::NotYours),
        Some(_) | None => Ok(()),
    }
}

/// Whether 代行者 act for a facility now.
pub async fn has_deputies(tx: &mut Tx, hands: &Hands<'_>, id: FacilityId) -> Result<bool, store::Error> {
    let term = facility::deputy_term(&mut **tx, id).await?;
    Ok(hands.deputies_everywhere || term.is_some_and(|term| term.holds(hands.now)))
}

/// Gives somebody a role; whoever held it before, if one person holds it, is out at once (交代).
pub async fn appoint(tx: &mut Tx, hands: &Hands<'_>, wish: &Wish<'_>) -> Result<Appointed, Refused> {
    let held = holders(tx, wish.scope, hands.now).await?;
    check_doer(hands, wish.role, &held)?;
    if let (Role::Deputy, Some(facility)) = (wish.role, wish.scope.facility())
        && !has_deputies(tx, hands, facility).await?
    {
        return Err(Refused::NoDeputies);
    }
    let mut former = held.iter().find(|held| wish.role.is_held_by_one() && held.person.role == wish.role);
    let before = match &wish.whom {
        Whom::Newcomer(_) => None,
        Whom::Known(id) => held.iter().find(|held| held.person.id == *id),
    };
    if let Some(before) = before.filter(|held| held.person.role == wish.role) {
        return Err(Refused::HoldsAlready(Box::new(before.clone())));
    }
    if wish.role.is_held_by_one() && former.map(|held| held.id) != wish.seen {
        return Err(Refused::Changed(former.take().cloned().map(Box::new)));
    }
    let mut person = candidate(tx, hands, wish).await?;
    if let Some(former) = former {
        close(tx, hands, former, wish.why).await?;
    }
    if let Some(before) = before {
        check_doer(hands, before.person.role, &held)?;
        appointment::end(tx, before, hands.by(), wish.why, hands.now).await?;
        appointment::revoke_handed_out(tx, before.person.id, hands.now).await?;
    }
    person.role = wish.role;
    // Sessions of the role before, and any that were begun on a closed account.
    session::delete_of(tx, person.id).await?;
    appointment::put_role(tx, person.id, wish.role).await?;
    let new = NewAppointment { id: AppointmentId::new(hands.random.uuid(hands.now)), person: &person, by: hands.by(), why: wish.why };
    appointment::insert(tx, &new, hands.now).await?;
    let detail = match former {
        Some(former) => format!("role={} former={}", wish.role.code(), former.person.id),
        None => format!("role={}", wish.role.code()),
    };
    let what = if former.is_some() { What::HandedOver } else { What::Appointed };
    log::write(tx, hands.random, &hands.done(what, &person).noting(detail).saying(wish.why)).await?;
    let link = if person::find_ways(&mut **tx, person.id).await?.any() {
        None
    } else {
        Some(accounts::issue_link(tx, hands.random, hands.now, (&person, Handing::Shown), hands.doer).await?)
    };
    Ok(Appointed { person, link })
}

/// The account that gets the role, made if there is none.
async fn candidate(tx: &mut Tx, hands: &Hands<'_>, wish: &Wish<'_>) -> Result<Person, Refused> {
    match &wish.whom {
        Whom::Known(id) if hands.doer.is_some_and(|doer| doer.id == *id) => Err(Refused::Own),
        Whom::Known(id) => appointment::find_candidate(tx, wish.scope, *id).await?.ok_or(Refused::NobodyHere),
        Whom::Newcomer(Newcomer { login, name }) => {
            if person::find_by_login(&mut **tx, login).await?.is_some() {
                return Err(Refused::Taken(login.clone()));
            }
            let id = PersonId::new(hands.random.uuid(hands.now));
            let new = Person { id, role: wish.role, scope: wish.scope, login: login.clone(), name: name.clone() };
            // Closed until the role is given: where one person holds it, the former has to be out first.
            person::insert_closed(tx, &new, hands.now).await?;
            Ok(new)
        }
    }
}

/// Ends a role; the account is closed with everything that opened it.
pub async fn end(tx: &mut Tx, hands: &Hands<'_>, held: &Held, why: &str) -> Result<(), Refused> {
    let Person { id, role, scope, .. } = held.person;
    let others = holders(tx, scope, hands.now).await?;
    check_doer(hands, role, &others)?;
    if hands.doer.is_some_and(|doer| doer.id == id) {
        return Err(Refused::Own);
    }
    if !others.iter().any(|other| other.id == held.id) {
        return Err(Refused::Changed(None));
    }
    if role == Role::Secretariat && others.iter().filter(|other| other.person.role == role).count() < 2 {
        return Err(Refused::LastSecretariat);
    }
    close(tx, hands, held, why).await?;
    let detail = format!("role={}", role.code());
    log::write(tx, hands.random, &hands.done(What::AppointmentEnded, &held.person).noting(detail).saying(why)).await?;
    Ok(())
}

async fn close(tx: &mut Tx, hands: &Hands<'_>, held: &Held, why: &str) -> Result<(), store::Error> {
    appointment::end(tx, held, hands.by(), why, hands.now).await?;
    appointment::close_account(tx, held.person.id, hands.now).await
}
