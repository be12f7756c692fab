//! Inviting people: what `init`, `hashimori-server account invite` and (later) the pages share.
//! Prints nothing and knows no HTTP; the caller shows the one-time link.

use hashimori_shared::time::Timestamp;

use crate::appointments::{self, Hands, Refused, Whom, Wish};
use crate::domain::act::{Actor, Done, What};
use crate::domain::mail::{self, Letter, Link, Recipients, Said};
use crate::domain::people::event::{By, Kind};
use crate::domain::people::link::{LINK_LIFETIME_S, Token};
use crate::domain::people::role::{InvalidNewcomer, Newcomer};
use crate::domain::people::{Login, Person, Role, Scope};
use crate::mail::secret_link;
use crate::random::Random;
use crate::secrets::MasterKey;
use crate::store::mail as outbox;
use crate::store::{self, Store, Tx, account_event, appointment, invitation, log, person, session};

/// Path of a one-time link on the web port, before its secret.
pub const LINK_PATH: &str = "/start/";
/// How long the link behind a delayed reset can be used: the person sits in front of it.
pub const RESET_LINK_S: i64 = 3600;

/// Whom to invite.
#[derive(Clone, Debug)]
pub struct Invite<'a> {
    /// Where: a region, or one of its facilities.
    pub scope: Scope,
    /// As what.
    pub role: Role,
    /// Sign-in name.
    pub login: &'a str,
    /// Name shown to colleagues.
    pub name: &'a str,
    /// Why.
    pub why: &'a str,
    /// Whether somebody who holds the role now may lose it by this.
    pub hand_over: bool,
    /// Whether the rules let every facility have 代行者.
    pub deputies_everywhere: bool,
}

/// A one-time link that was stored.
#[derive(Debug)]
pub struct Invited {
    /// Whose role it opens.
    pub role: Role,
    /// Path of the one-time link; holds a secret: show it once, log it never.
    pub path: String,
    /// Hash of its secret.
    pub hash: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// Whether it goes to the owner's registered address: then nobody else is shown it.
    pub mailed: bool,
}

/// How a one-time link comes to its owner.
#[derive(Clone, Copy, Debug)]
pub enum Handing<'a> {
    /// Whoever issues it is shown it, and the owner is told by mail.
    Shown,
    /// By mail to the owner's registered address, sealed on the way; as `Shown` where there is none.
    Mailed(&'a MasterKey),
}

/// Why an invitation is refused.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Not a sign-in name, or not a name.
    #[error(transparent)]
    Newcomer(#[from] InvalidNewcomer),
    /// The role cannot be held there.
    #[error("a {} cannot be one of {}", .0.code(), if matches!(.1, Scope::Region(_)) { "a whole region" } else { "a facility" })]
    Misplaced(Role, Scope),
    /// The sign-in name belongs to somebody of another role or place.
    #[error("the sign-in name {0} is taken by another account")]
    Taken(Login),
    /// Somebody holds the role.
    #[error("{0} holds that role: `--hand-over` puts the new person in their place, and ends their sign-ins")]
    Held(String),
    /// The role cannot be given.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
}

/// Appoints a person, with an account if there is none, and makes a one-time link to set it up (again). Links handed out before
/// stop working; a password that is set keeps working until the new link is used.
pub async fn invite(store: &Store, random: &Random, now: Timestamp, wanted: &Invite<'_>) -> Result<Invited, InviteError> {
    let newcomer = Newcomer::parse(wanted.login, wanted.name)?;
    if !wanted.role.fits(wanted.scope) {
        return Err(InviteError::Misplaced(wanted.role, wanted.scope));
    }
    let mut tx = store.begin_ledger().await?;
    let known = person::find_by_login(&mut *tx, &newcomer.login).await?;
    let holds = match &known {
        Some(known) => appointment::find_of(&mut *tx, known.id, now).await?,
        None => None,
    };
    let invited = match (known, holds) {
        (Some(known), Some(_)) if known.scope == wanted.scope && known.role == wanted.role => {
            issue_link(&mut tx, random, now, (&known, Handing::Shown), None).await?
        }
        (Some(known), None) if known.scope == wanted.scope => appoint(&mut tx, random, now, (wanted, Whom::Known(known.id))).await?,
        (Some(known), _) => return Err(InviteError::Taken(known.login)),
        (None, _) => appoint(&mut tx, random, now, (wanted, Whom::Newcomer(newcomer))).await?,
    };
    session::delete_ended(&mut tx, now).await?;
    tx.commit().await?;
    Ok(invited)
}

async fn appoint(tx: &mut Tx, random: &Random, now: Timestamp, (wanted, whom): (&Invite<'_>, Whom)) -> Result<Invited, InviteError> {
    let hands = Hands { random, now, doer: None, deputies_everywhere: wanted.deputies_everywhere };
    let held = appointments::holders(tx, wanted.scope, now).await?;
    let holder = held.iter().find(|held| wanted.role.is_held_by_one() && held.person.role == wanted.role);
    if let Some(holder) = holder.filter(|_| !wanted.hand_over) {
        return Err(InviteError::Held(holder.person.name.clone()));
    }
    let seen = holder.map(|held| held.id);
    let wish = Wish { scope: wanted.scope, role: wanted.role, whom, why: wanted.why, seen };
    let appointed = appointments::appoint(tx, &hands, &wish).await?;
    match appointed.link {
        Some(link) => Ok(link),
        None => Ok(issue_link(tx, random, now, (&appointed.person, Handing::Shown), None).await?),
    }
}

/// A one-time link for an account that exists, by its sign-in name; `None` when there is no such account. Its sessions end.
pub async fn reset(store: &Store, random: &Random, now: Timestamp, login: &str) -> Result<Option<Invited>, InviteError> {
    let login = Login::parse(login).map_err(InvalidNewcomer::from)?;
    let mut tx = store.begin().await?;
    // A closed account has no way back but a new appointment.
    let Some(person) = person::find_credentials(&mut *tx, &login).await?.map(|known| known.person) else { return Ok(None) };
    let invited = issue_link(&mut tx, random, now, (&person, Handing::Shown), None).await?;
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
    (owner, handing): (&Person, Handing<'_>),
    doer: Option<&Person>,
) -> Result<Invited, store::Error> {
    let token = Token::new(random);
    let expires_at = now.plus_seconds(LINK_LIFETIME_S);
    let path = format!("{LINK_PATH}{}", token.to_text());
    let mut mailed = false;
    invitation::insert(tx, &token.hash(), owner.id, now, expires_at).await?;
    if person::find_ways(&mut **tx, owner.id).await?.any() {
        note(tx, random, now, owner, Kind::ResetIssued, doer).await?;
        let to = Recipients::Person(owner.id);
        let letter = match handing {
            Handing::Shown => Letter::new(mail::Kind::ResetIssued, to, Link::Page("/account".to_owned())).about("at", Said::At(now)),
            Handing::Mailed(master) => {
                Letter::new(mail::Kind::ResetLink, to, secret_link(master, random, &path)).about("until", Said::At(expires_at))
            }
        };
        mailed = outbox::queue(tx, (random, now), &letter).await? > 0 && matches!(handing, Handing::Mailed(_));
    } else {
        let detail = format!("role={}", owner.role.code());
        log::write(tx, random, &done(doer, What::LinkIssued, now).on_person(owner).noting(detail)).await?;
    }
    Ok(Invited { role: owner.role, path, hash: token.hash(), expires_at, mailed })
}

fn done(doer: Option<&Person>, what: What, now: Timestamp) -> Done {
    doer.map_or_else(|| Done::by(Actor::Operator, what, now), |person| Done::by_person(person, what, now))
}

/// Notes what happened to an account's ways in: for its owner to see, by mail where it cannot wait, and in the operation log.
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
    if let Some(letter) = kind.letter(owner.id, now) {
        outbox::queue(tx, (random, now), &letter).await?;
    }
    log::write(tx, random, &done(doer, kind.what(), now).on_person(owner).noting(kind.code())).await
}
