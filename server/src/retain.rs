//! What is kept how long, enforced: each region by its own pack, in batches, so that check-ins get their turn in between.
//! A region whose pack is not loaded keeps everything.

use hashimori_shared::time::Timestamp;

use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{PersonId, RegionId};
use crate::domain::people::Person;
use crate::domain::retention::Cutoffs;
use crate::random::Random;
use crate::rules::RuleBook;
use crate::store::retention::{self, Aged, Plan};
use crate::store::{Error, Store, Tx, region};

/// What may go at `now`.
async fn plan(store: &Store, book: &RuleBook, now: Timestamp) -> Result<Plan, Error> {
    let regions = region::list(store).await?;
    Ok(regions.iter().filter_map(|r| Some((r.id, Cutoffs::at(&book.pack(&r.pack)?.parameters().retention, now)?))).collect())
}

/// Before when entries of the operation log have been kept long enough: it is one for all regions, so the longest period counts.
/// `None`: nothing goes.
pub async fn log_cutoff(store: &Store, book: &RuleBook, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let (plan, regions) = (plan(store, book, now).await?, region::list(store).await?);
    if plan.len() < regions.len() {
        return Ok(None);
    }
    Ok(plan.values().map(|cutoffs| cutoffs.records).min())
}

/// The day's run: how many rows went, and their counts into the operation log. `None`: today is done already, or `stopping` came first
/// (the next run goes on).
pub async fn run(
    store: &Store,
    random: &Random,
    book: &RuleBook,
    now: Timestamp,
    stopping: impl Fn() -> bool,
) -> Result<Option<u64>, Error> {
    if retention::is_done(store, now.jst_day()).await? {
        return Ok(None);
    }
    let plan = plan(store, book, now).await?;
    for aged in [Aged::Reports, Aged::Changes] {
        let mut after = Some(i64::MIN);
        while let Some(at) = after {
            after = retention::sweep(store, aged, &plan, at).await?;
            if stopping() {
                return Ok(None);
            }
            tokio::task::yield_now().await;
        }
    }
    retention::presence(store, &plan, &stopping).await?;
    while retention::records(store, &plan).await? {
        if stopping() {
            return Ok(None);
        }
        tokio::task::yield_now().await;
    }
    while retention::useless(store, now).await? {
        if stopping() {
            return Ok(None);
        }
        tokio::task::yield_now().await;
    }
    for (region, cutoffs) in &plan {
        former_people(store, random, (*region, cutoffs.former_people), now).await?;
    }
    retention::finish(store, random, now).await.map(Some)
}

/// Erases the names of those whose last role ended before `cutoff`.
async fn former_people(store: &Store, random: &Random, (region, cutoff): (RegionId, Timestamp), now: Timestamp) -> Result<(), Error> {
    loop {
        let due = retention::due_people(store, region, cutoff).await?;
        for id in &due {
            let mut tx = store.begin_ledger().await?;
            match erase(&mut tx, random, (region, *id), None, now).await {
                Ok(()) => tx.commit().await?,
                // Somebody was faster; what is still due is met again.
                Err(Refused::NotFormer | Refused::OpenPaper) => tx.rollback().await?,
                Err(Refused::Store(error)) => return Err(error),
            }
        }
        if due.is_empty() {
            return Ok(());
        }
    }
}

/// Why a name cannot be erased.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such person in the region, they hold a role, or the name is gone.
    #[error("nobody of that kind is without a role and has a name on file")]
    NotFormer,
    /// A paper that is for them is open.
    #[error("a paper that is for them is open")]
    OpenPaper,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] Error),
}

/// Erases the name of somebody who holds no role any more (in a transaction of `Store::begin_ledger`); `by` says who wants it and why,
/// `None`: its time has come.
pub async fn erase(
    tx: &mut Tx,
    random: &Random,
    (region, id): (RegionId, PersonId),
    by: Option<(&Person, &str)>,
    now: Timestamp,
) -> Result<(), Refused> {
    let person = retention::find_former(tx, region, id).await?.ok_or(Refused::NotFormer)?;
    if retention::has_open_papers(&mut **tx, id).await? {
        return Err(Refused::OpenPaper);
    }
    let done = match by {
        Some((doer, why)) => Done::by_person(doer, What::PersonErased, now).saying(why),
        None => Done::by(Actor::Collector, What::PersonErased, now),
    };
    Ok(retention::erase(tx, random, id, &done.on_person(&person)).await?)
}
