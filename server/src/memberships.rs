//! 参加 (§8, §11): taking a facility in, suspending it, letting it go, and erasing its people's data in time. Reads how one stands, does
//! what was asked with everything that follows from it, and writes the operation log in the same transaction. Knows no HTTP.

use hashimori_shared::pack::Keep;
use hashimori_shared::time::Timestamp;

use crate::domain::act::{Act as OnDevice, Actor, Done, What};
use crate::domain::disaster::let_in::Cleared;
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::membership::{self, Act, Entry, Membership, Moved, Refusal};
use crate::domain::people::Person;
use crate::random::Random;
use crate::store::{self, Store, Tx, log, membership as rows, retention};

/// Who acts, when, and with which randomness.
#[derive(Clone, Copy, Debug)]
pub struct Hands<'a> {
    /// Randomness.
    pub random: &'a Random,
    /// Who.
    pub doer: &'a Person,
    /// Now.
    pub now: Timestamp,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The domain said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody was faster.
    #[error("somebody else acted on it just now")]
    Changed,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
}

/// Takes up an application.
pub async fn apply(tx: &mut Tx, hands: &Hands<'_>, region: RegionId, entry: &Entry) -> Result<FacilityId, Failed> {
    let id = FacilityId::new(hands.random.uuid(hands.now));
    let moved = membership::apply((region, id), hands.doer.role, entry, hands.now)?;
    rows::insert(tx, &moved, Actor::Person(hands.doer.id)).await?;
    note(tx, hands, &moved).await?;
    Ok(id)
}

/// Takes a step with a membership as it was seen (in a transaction of `Store::begin_ledger`).
pub async fn advance(tx: &mut Tx, hands: &Hands<'_>, seen: &Membership, (act, entry): (Act, &Entry), keep: Keep) -> Result<Moved, Failed> {
    let moved = membership::advance(seen, act, (Some(hands.doer.role), entry), keep, hands.now)?;
    if !rows::move_on(tx, seen, &moved, Actor::Person(hands.doer.id)).await? {
        return Err(Failed::Changed);
    }
    note(tx, hands, &moved).await?;
    if act == Act::Leave {
        end_everything(tx, hands, &moved).await?;
    }
    Ok(moved)
}

const fn what(act: Act) -> What {
    match act {
        Act::Apply | Act::ApplyAgain => What::MembershipApplied,
        Act::Amend => What::MembershipAmended,
        Act::SendBack | Act::Decline => What::MembershipDeclined,
        Act::TakeIn => What::FacilityMade,
        Act::Suspend => What::MembershipSuspended,
        Act::Resume => What::MembershipResumed,
        Act::BeginLeaving | Act::StayOn | Act::HandOver => What::MembershipLeaving,
        Act::Leave => What::MembershipLeft,
        Act::Erase => What::MembershipErased,
    }
}

fn detail(moved: &Moved) -> String {
    let instant = |name: &str, at: Option<Timestamp>| at.map(|at| format!(" {name}={}", at.seconds())).unwrap_or_default();
    let Membership { state, leaves_at, erase_at, .. } = &moved.after;
    format!("act={} state={}{}{}", moved.act.as_str(), state.as_str(), instant("leaves", *leaves_at), instant("erase", *erase_at))
}

async fn note(tx: &mut Tx, hands: &Hands<'_>, moved: &Moved) -> Result<(), store::Error> {
    let Membership { region, facility, forms, .. } = &moved.after;
    let done = Done::by_person(hands.doer, what(moved.act), hands.now).at_facility(*region, *facility);
    log::write(tx, hands.random, &done.on_facility(*facility, &forms.name).noting(detail(moved)).saying(&moved.why)).await
}

/// What ends with a facility's leaving, each with an entry of its own in the log.
async fn end_everything(tx: &mut Tx, hands: &Hands<'_>, moved: &Moved) -> Result<(), store::Error> {
    let Membership { region, facility, .. } = moved.after;
    let ended = rows::end_everything(tx, (region, facility), (hands.doer.id, &moved.why), hands.now).await?;
    for (device, label) in &ended.devices {
        let done = Done::by_person(hands.doer, OnDevice::Retire.what(), hands.now).at_facility(region, facility);
        log::write(tx, hands.random, &done.on_device(*device, label).noting("membership=left").saying(&moved.why)).await?;
    }
    for held in &ended.roles {
        let done = Done::by_person(hands.doer, What::AppointmentEnded, hands.now).on_person(&held.person);
        let done = done.noting(format!("role={} membership=left", held.person.role.code()));
        log::write(tx, hands.random, &done.saying(&moved.why)).await?;
    }
    for paper in &ended.papers {
        let done = Done::by_person(hands.doer, What::PaperMoved, hands.now).at_facility(region, facility);
        let done = done.on_paper(paper.id, paper.number).noting(format!("kind={} membership=left", paper.kind.as_str()));
        log::write(tx, hands.random, &done.saying(&moved.why)).await?;
    }
    for entry in &ended.let_in {
        let done = Done::by_person(hands.doer, What::DisasterCleared, hands.now).at_facility(region, facility);
        let detail = format!("how={} entry={entry} membership=left", Cleared::Unreachable.as_str());
        log::write(tx, hands.random, &done.noting(detail).saying(&moved.why)).await?;
    }
    Ok(())
}

/// Erases what is held about the people of facilities that left long enough ago; how many facilities. The collector's, by the clock.
pub async fn erase_due(store: &Store, random: &Random, now: Timestamp) -> Result<usize, store::Error> {
    let due = rows::list_due(store, now).await?;
    for facility in &due {
        let mut tx = store.begin_ledger().await?;
        let Some(seen) = rows::find(&mut *tx, *facility).await? else { continue };
        // Another process in front of the store may have been faster.
        let Ok(moved) = membership::advance(&seen, Act::Erase, (None, &Entry::default()), Keep::Days(0), now) else { continue };
        for person in rows::list_people(&mut tx, *facility).await? {
            let done = Done::by(Actor::Collector, What::PersonErased, now).on_person(&person);
            retention::erase(&mut tx, random, person.id, &done).await?;
        }
        rows::erase_personal(&mut tx, *facility).await?;
        if !rows::move_on(&mut tx, &seen, &moved, Actor::Collector).await? {
            continue;
        }
        let done = Done::by(Actor::Collector, what(Act::Erase), now).at_facility(seen.region, *facility);
        log::write(&mut tx, random, &done.on_facility(*facility, &seen.forms.name).noting(detail(&moved))).await?;
        tx.commit().await?;
    }
    Ok(due.len())
}
