//! 災害時特例, for the pages and the command line alike: reads how one stands, does what was asked, and writes the row, its file and
//! the operation log in one transaction. Knows no HTTP; what may be done is the domain's to say.

use hashimori_shared::pack::DisasterRules;
use hashimori_shared::time::Timestamp;

use crate::domain::act::{Actor, Done};
use crate::domain::disaster::{By, Exception, Office, Opening, Reach, Refused, Step};
use crate::domain::ids::{ExceptionId, RegionId};
use crate::domain::people::Person;
use crate::random::Random;
use crate::store::belonging::Home;
use crate::store::disaster::cover;
use crate::store::{self, Store, Tx, disaster, log};

/// Who acts, and what they said. `doer`: `None` is whoever works at the machine.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// Randomness.
    pub random: &'a Random,
    /// Who.
    pub doer: Option<&'a Person>,
    /// Why.
    pub why: String,
    /// When it happened.
    pub event_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl Act<'_> {
    fn by(&self, office: Office) -> By {
        let actor = self.doer.map_or(Actor::Operator, |person| Actor::Person(person.id));
        By { actor, office, why: self.why.clone(), event_at: self.event_at, entered_at: self.now }
    }

    /// The line of the operation log: a facility's own stands in its log, everything else in the region's.
    fn done(&self, exception: &Exception, step: &Step, own: Option<Home>) -> Done {
        let what = step.kind.what();
        let done = self.doer.map_or_else(|| Done::by(Actor::Operator, what, self.now), |doer| Done::by_person(doer, what, self.now));
        let placed = match own {
            Some(home) => done.at_facility(home.region, home.facility),
            None => done.in_region(exception.region),
        };
        let drill = drill_word(exception);
        let until = step.until.map(|at| format!(" until={}", at.seconds())).unwrap_or_default();
        let detail = format!("reach={} event={}{until}{drill}", exception.reach.as_str(), step.event_at.seconds());
        placed.on_exception(exception.id).noting(detail).saying(step.why.clone())
    }
}

/// What marks a drill in the operation log, and to whoever is told of it.
const fn drill_word(exception: &Exception) -> &'static str {
    if exception.drill { " drill" } else { "" }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// There is no such exception in this region.
    #[error("the region has no such exception")]
    Missing,
    /// One holds over the facility already.
    #[error("an exception holds over this facility already")]
    Covered,
    /// Somebody was faster.
    #[error("somebody else acted on it just now")]
    Changed,
    /// The domain said no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What is asked of one that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// By the facility: as long again.
    Renew,
    /// By the facility: taken back.
    Withdraw,
    /// 追認, for so many days.
    Ratify(u32),
    /// 不承認.
    Refuse,
    /// 延長, by so many days.
    Extend(u32),
    /// 解除 in these places.
    LiftIn(Vec<String>),
    /// 解除.
    Lift,
    /// 報告.
    Report,
    /// 終結.
    Close,
}

/// 仮発動 of a facility for itself.
pub async fn begin(
    tx: &mut Tx,
    act: &Act<'_>,
    home: Home,
    (basis, drill): (String, bool),
    rules: &DisasterRules,
) -> Result<Exception, Failed> {
    disaster::take_turn(tx, home.region).await?;
    if cover::open_over(&mut **tx, home, act.now).await?.iter().any(|open| open.drill == drill) {
        return Err(Failed::Covered);
    }
    let since = act.event_at.plus_seconds(-i64::from(rules.provisional_max_hours) * 3600);
    let earlier = disaster::list_begun_by(tx, (home.facility, drill), since).await?;
    let earlier: Vec<_> = earlier.into_iter().map(|one| one.at(act.now)).collect();
    let opening = Opening { id: ExceptionId::new(act.random.uuid(act.now)), region: home.region, basis, drill };
    let (exception, step) = Exception::begin(opening, &earlier, &act.by(Office::Facility(home.facility)), rules)?;
    disaster::insert(tx, &exception, Some(home.facility)).await?;
    write(tx, act, &exception, &step, Some(home)).await?;
    Ok(exception)
}

/// 発動 by the 事務局.
pub async fn activate(
    tx: &mut Tx,
    act: &Act<'_>,
    (region, reach): (RegionId, Reach),
    (basis, drill): (String, bool),
    days: u32,
) -> Result<Exception, Failed> {
    disaster::take_turn(tx, region).await?;
    let opening = Opening { id: ExceptionId::new(act.random.uuid(act.now)), region, basis, drill };
    let (exception, step) = Exception::activate(opening, reach, &act.by(Office::Secretariat), days)?;
    disaster::insert(tx, &exception, None).await?;
    write(tx, act, &exception, &step, None).await?;
    Ok(exception)
}

/// Does something to one that was begun; `own` is the facility on whose behalf, `None` the 事務局.
pub async fn act_on(
    tx: &mut Tx,
    act: &Act<'_>,
    (region, id, own): (RegionId, ExceptionId, Option<Home>),
    deed: Deed,
    rules: &DisasterRules,
) -> Result<Exception, Failed> {
    disaster::take_turn(tx, region).await?;
    let before = disaster::find(tx, region, id).await?.ok_or(Failed::Missing)?;
    let by = act.by(own.map_or(Office::Secretariat, |home| Office::Facility(home.facility)));
    let this = before.clone();
    let uncleared = disaster::let_in::figures_of(&mut **tx, id).await?.open;
    let (after, step) = match deed {
        Deed::Renew => this.renew(&by, rules),
        Deed::Withdraw => this.withdraw(&by),
        Deed::Ratify(days) => this.ratify(&by, days),
        Deed::Refuse => this.refuse(&by),
        Deed::Extend(days) => this.extend(&by, days),
        Deed::LiftIn(places) => this.lift_in(&by, &places),
        Deed::Lift => this.lift(&by),
        Deed::Report => this.report(&by),
        Deed::Close => this.close(&by, uncleared),
    }?;
    if !disaster::update(tx, &before, &after).await? {
        return Err(Failed::Changed);
    }
    record_lapse(tx, act.random, &before, act.now).await?;
    write(tx, act, &after, &step, own).await?;
    Ok(after)
}

async fn write(tx: &mut Tx, act: &Act<'_>, exception: &Exception, step: &Step, own: Option<Home>) -> Result<(), store::Error> {
    disaster::add_step(tx, exception.id, step).await?;
    log::write(tx, act.random, &act.done(exception, step, own)).await
}

/// The file says that the time ran out before it says what was done afterwards.
async fn record_lapse(tx: &mut Tx, random: &Random, exception: &Exception, now: Timestamp) -> Result<(), store::Error> {
    let Some((lapsed, step)) = exception.clone().lapse(now) else { return Ok(()) };
    disaster::add_step(tx, lapsed.id, &step).await?;
    let ending = lapsed.ended.map_or("", |(ending, _)| ending.as_str());
    let done = Done::by(Actor::Collector, step.kind.what(), now).in_region(lapsed.region).on_exception(lapsed.id);
    let drill = drill_word(exception);
    log::write(tx, random, &done.noting(format!("ending={ending} event={}{drill}", step.event_at.seconds()))).await
}

/// Exceptions whose lapse is recorded in one go.
const AT_ONCE: u16 = 200;

/// Records what ran out meanwhile. Changes nothing that anybody reads: whatever is read knows it already.
pub async fn record_lapses(store: &Store, random: &Random, now: Timestamp) -> Result<usize, store::Error> {
    let lapsed = disaster::list_lapsed(store, now, AT_ONCE).await?;
    for before in &lapsed {
        let mut tx = store.begin().await?;
        if disaster::update(&mut tx, before, &before.clone().at(now)).await? {
            record_lapse(&mut tx, random, before, now).await?;
        }
        tx.commit().await?;
    }
    Ok(lapsed.len())
}
