//! Inviting people: what `init`, `hashimori-server account invite` and (later) the pages share.
//! Prints nothing and knows no HTTP; the caller shows the one-time link.

use hashimori_shared::time::Timestamp;

use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{FacilityId, PersonId, RegionId};
use crate::domain::people::event::{By, Kind};
use crate::domain::people::link::{LINK_LIFETIME_S, Token};
use crate::domain::people::{Login, Person, Role, Scope};
use crate::random::Random;
use crate::store::{self, Store, Tx, account_event, invitation, log, person, session};

/// Path of a one-time link on the web port, before its secret.
pub const LINK_PATH: &str = "/start/";
/// How long the link behind a delayed reset can be used: the person sits in front of it.
pub const RESET_LINK_S: i64 = 3600;

/// Whom to invite.
#[derive(Clone, Debug)]
pub struct Invite<'a> {
    /// Region.
    pub region: RegionId,
    /// Facility: must be given for an administrator, must not for the 事務局.
    pub facility: Option<FacilityId>,
    /// Sign-in name.
    pub login: &'a str,
    /// Name shown to colleagues.
    pub name: &'a str,
}

/// An invitation that was stored.
#[derive(Debug)]
pub struct Invited {
    /// Role that follows from the scope.
    pub role: Role,
    /// Path of the one-time link; holds a secret: show it once, log it never.
    pub path: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Why an invitation is refused.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Not a sign-in name.
    #[error(transparent)]
    Login(#[from] crate::domain::people::InvalidLogin),
    /// The sign-in name belongs to somebody of another role or facility.
    #[error("the sign-in name {0} is taken by another account")]
    Taken(Login),
    /// The name is empty or too long.
    #[error("a name has 1 to 60 characters")]
    Name,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
}

/// Creates the account if there is none and a one-time link to set it up (again). Links handed out before stop working;
/// a password that is set keeps working until the new link is used.
pub async fn invite(store: &Store, random: &Random, now: Timestamp, wanted: &Invite<'_>) -> Result<Invited, InviteError> {
    let login = Login::parse(wanted.login)?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(InviteError::Name);
    }
    let (role, scope) = match wanted.facility {
        None => (Role::Secretariat, Scope::Region(wanted.region)),
        Some(facility) => (Role::Administrator, Scope::Facility(wanted.region, facility)),
    };
    let mut tx = store.begin().await?;
    let person = match person::find_by_login(&mut *tx, &login).await? {
        Some(known) if known.scope == scope => known,
        Some(_) => return Err(InviteError::Taken(login)),
        None => {
            let new = Person { id: PersonId::new(random.uuid(now)), role, scope, login, name: name.to_owned() };
            person::insert(&mut tx, &new, now).await?;
            new
        }
    };
    let invited = issue_link(&mut tx, random, now, &person, None).await?;
    session::delete_ended(&mut tx, now).await?;
    tx.commit().await?;
    Ok(invited)
}

/// A one-time link for an account that exists, by its sign-in name; `None` when there is no such account. Its sessions end.
pub async fn reset(store: &Store, random: &Random, now: Timestamp, login: &str) -> Result<Option<Invited>, InviteError> {
    let login = Login::parse(login)?;
    let mut tx = store.begin().await?;
    let Some(person) = person::find_by_login(&mut *tx, &login).await? else { return Ok(None) };
    let invited = issue_link(&mut tx, random, now, &person, None).await?;
    session::delete_of(&mut tx, person.id).await?;
    tx.commit().await?;
    Ok(Some(invited))
}

/// Issues a one-time link to set an account up (again); its owner is told, if there was anything to lose. `doer`: `None` is
/// whoever works at the machine.
pub async fn issue_link(
    tx: &mut Tx,
    random: &Random,
    now: Timestamp,
    owner: &Person,
    doer: Option<&Person>,
) -> Result<Invited, store::Error> {
    let token = Token::new(random);
    let expires_at = now.plus_seconds(LINK_LIFETIME_S);
    invitation::insert(tx, &token.hash(), owner.id, now, expires_at).await?;
    if person::find_ways(&mut **tx, owner.id).await?.any() {
        note(tx, random, now, owner, Kind::ResetIssued, doer).await?;
    } else {
        let detail = format!("role={}", owner.role.code());
        log::write(tx, random, &done(doer, What::LinkIssued, now).on_person(owner).noting(detail)).await?;
    }
    Ok(Invited { role: owner.role, path: format!("{LINK_PATH}{}", token.to_text()), expires_at })
}

fn done(doer: Option<&Person>, what: What, now: Timestamp) -> Done {
    doer.map_or_else(|| Done::by(Actor::Operator, what, now), |person| Done::by_person(person, what, now))
}

/// Notes what happened to an account's ways in: for its owner to see, and in the operation log.
pub async fn note(
    tx: &mut Tx,
    random: &Random,
    now: Timestamp,
    owner: &Person,
    kind: Kind,
    doer: Option<&Person>,
) -> Result<(), store::Error> {
    let by = doer.map_or(By::Operator, |person| By::Person(person.id));
    account_event::insert(tx, random.uuid(now), owner.id, kind, by, now).await?;
    log::write(tx, random, &done(doer, kind.what(), now).on_person(owner).noting(kind.code())).await
}
