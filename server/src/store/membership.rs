//! Memberships: how facilities stand in the network, and every step. Whatever moves one does so under `Store::begin_ledger`, so that
//! of two people who decide at once the second sees what the first did.
//!
//! Invariant: a membership's state is that of its last step, and steps are only ever added.

mod erase;
mod leave;

pub use erase::{erase_personal, list_due, list_people};
pub use leave::{Ended, end_everything};

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Row as _};

use super::{Error, Store, Tx, name_part, rank, rows};
use crate::domain::act::Actor;
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::membership::{Act, Forms, Kind, Membership, Moved, Seat, State};

const COLUMNS: &str = "SELECT id, region_id, state, name, kind, seat, tie, reference, form_1_on, form_2_on, taken_in_at, leaves_at, handed_at, \
     erase_at, steps FROM facility";

fn read(row: &AnyRow) -> Result<Membership, Error> {
    let instant = |at: usize| row.try_get::<Option<i64>, _>(at).map(|at| at.map(Timestamp::from_seconds));
    Ok(Membership {
        facility: rows::parsed(row, 0, "facility.id")?,
        region: rows::parsed(row, 1, "facility.region_id")?,
        state: state(row.try_get(2)?)?,
        forms: Forms {
            name: row.try_get(3)?,
            kind: Kind::from_word(row.try_get(4)?).ok_or_else(|| rows::decode_error("facility.kind"))?,
            seat: Seat::from_word(row.try_get(5)?).ok_or_else(|| rows::decode_error("facility.seat"))?,
            tie: row.try_get(6)?,
            reference: row.try_get(7)?,
            form_1: instant(8)?,
            form_2: instant(9)?,
        },
        taken_in_at: instant(10)?,
        leaves_at: instant(11)?,
        handed_at: instant(12)?,
        erase_at: instant(13)?,
        version: row.try_get(14)?,
    })
}

fn state(word: &str) -> Result<State, Error> {
    State::from_word(word).ok_or_else(|| rows::decode_error("facility.state"))
}

/// A facility's membership.
pub async fn find(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Option<Membership>, Error> {
    let row = sqlx::query(AssertSqlSafe(format!("{COLUMNS} WHERE id = $1"))).bind(facility.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// How a facility stands.
pub async fn find_state(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Option<State>, Error> {
    let word: Option<String> =
        sqlx::query_scalar("SELECT state FROM facility WHERE id = $1").bind(facility.to_string()).fetch_optional(db).await?;
    word.as_deref().map(state).transpose()
}

/// A facility that applies comes in; no list of facilities has it before it is taken in.
pub async fn insert(tx: &mut Tx, moved: &Moved, by: Actor) -> Result<(), Error> {
    let Membership { facility, region, forms, .. } = &moved.after;
    sqlx::query("INSERT INTO facility (id, region_id, name, created_at, state, steps) VALUES ($1, $2, $3, $4, $5, 0)")
        .bind(facility.to_string())
        .bind(region.to_string())
        .bind(forms.name.clone())
        .bind(moved.at.seconds())
        .bind(moved.after.state.as_str())
        .execute(&mut **tx)
        .await?;
    write(tx, moved).await?;
    insert_step(tx, moved, by).await
}

/// Takes a step with a membership as it was seen. `false`: somebody else acted first.
pub async fn move_on(tx: &mut Tx, seen: &Membership, moved: &Moved, by: Actor) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE facility SET state = $1 WHERE id = $2 AND steps = $3 AND state = $4")
        .bind(moved.after.state.as_str())
        .bind(seen.facility.to_string())
        .bind(seen.version)
        .bind(seen.state.as_str())
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    write(tx, moved).await?;
    insert_step(tx, moved, by).await?;
    if moved.act == Act::Amend && moved.after.state.takes_part() {
        name_part::put_facility(tx, seen.facility).await?;
    }
    if moved.act == Act::TakeIn {
        sqlx::query("UPDATE facility SET vacant_since = $2 WHERE id = $1")
            .bind(seen.facility.to_string())
            .bind(moved.at.seconds())
            .execute(&mut **tx)
            .await?;
        rank::add(tx, seen.region, seen.facility).await?;
    }
    Ok(true)
}

async fn write(tx: &mut Tx, moved: &Moved) -> Result<(), Error> {
    let Membership { facility, forms, taken_in_at, leaves_at, handed_at, erase_at, version, .. } = &moved.after;
    let instant = |at: Option<Timestamp>| at.map(Timestamp::seconds);
    sqlx::query(
        "UPDATE facility SET name = $2, kind = $3, seat = $4, tie = $5, reference = $6, form_1_on = $7, form_2_on = $8, taken_in_at = $9, \
         leaves_at = $10, handed_at = $11, erase_at = $12, steps = $13 WHERE id = $1",
    )
    .bind(facility.to_string())
    .bind(forms.name.clone())
    .bind(forms.kind.as_str())
    .bind(forms.seat.as_str())
    .bind(forms.tie.clone())
    .bind(forms.reference.clone())
    .bind(instant(forms.form_1))
    .bind(instant(forms.form_2))
    .bind(instant(*taken_in_at))
    .bind(instant(*leaves_at))
    .bind(instant(*handed_at))
    .bind(instant(*erase_at))
    .bind(*version)
    .execute(&mut **tx)
    .await
    .map(drop)
}

async fn insert_step(tx: &mut Tx, moved: &Moved, by: Actor) -> Result<(), Error> {
    sqlx::query("INSERT INTO membership_step (facility_id, n, act, state, at, by_whom, name, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(moved.after.facility.to_string())
        .bind(moved.after.version)
        .bind(moved.act.as_str())
        .bind(moved.after.state.as_str())
        .bind(moved.at.seconds())
        .bind(by.to_word())
        .bind(moved.name.clone())
        .bind(moved.why.clone())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// A step of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What was done.
    pub act: Act,
    /// How the facility stood afterwards.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Who; `None`: no longer on file.
    pub by: Option<String>,
    /// Who, as a word or an id.
    pub by_word: String,
    /// Who sent the forms, or took over what was handed over.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A facility's steps, the first first.
pub async fn history(store: &Store, facility: FacilityId) -> Result<Vec<Past>, Error> {
    sqlx::query(
        "SELECT s.act, s.state, s.at, w.name, s.by_whom, s.name, s.why FROM membership_step s LEFT JOIN person w ON w.id = s.by_whom \
         WHERE s.facility_id = $1 ORDER BY s.n",
    )
    .bind(facility.to_string())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(Past {
            act: Act::from_word(row.try_get(0)?).ok_or_else(|| rows::decode_error("membership_step.act"))?,
            state: state(row.try_get(1)?)?,
            at: Timestamp::from_seconds(row.try_get(2)?),
            by: row.try_get(3)?,
            by_word: row.try_get(4)?,
            name: row.try_get(5)?,
            why: row.try_get(6)?,
        })
    })
    .collect()
}

/// A page of the facilities of a region that stand in one way, in order of id; `after` is the last one of the page before.
pub async fn list(
    store: &Store,
    (region, state): (RegionId, State),
    after: Option<FacilityId>,
    limit: u16,
) -> Result<Vec<Membership>, Error> {
    sqlx::query(AssertSqlSafe(format!("{COLUMNS} WHERE region_id = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4")))
        .bind(region.to_string())
        .bind(state.as_str())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Whether a facility of this name has applied to a region and waits.
pub async fn waits(store: &Store, region: RegionId, name: &str) -> Result<bool, Error> {
    let found: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM facility WHERE region_id = $1 AND state IN ('applied', 'sent_back') AND name = $2")
            .bind(region.to_string())
            .bind(name.to_owned())
            .fetch_one(store.read())
            .await?;
    Ok(found > 0)
}

/// How many facilities of a region stand in each way that occurs.
pub async fn count(store: &Store, region: RegionId) -> Result<Vec<(State, i64)>, Error> {
    sqlx::query("SELECT state, COUNT(*) FROM facility WHERE region_id = $1 GROUP BY state")
        .bind(region.to_string())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| Ok((state(row.try_get(0)?)?, row.try_get(1)?)))
        .collect()
}

/// What waits for the 事務局: applications, and since when the first; and facilities whose last day has come that have not left.
pub async fn count_waiting(store: &Store, region: RegionId, now: Timestamp) -> Result<((i64, Option<Timestamp>), i64), Error> {
    let (applied, since): (i64, Option<i64>) =
        sqlx::query_as("SELECT COUNT(*), MIN(created_at) FROM facility WHERE region_id = $1 AND state = 'applied'")
            .bind(region.to_string())
            .fetch_one(store.read())
            .await?;
    let leaving: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM facility WHERE region_id = $1 AND state = 'leaving' AND leaves_at <= $2")
        .bind(region.to_string())
        .bind(now.seconds())
        .fetch_one(store.read())
        .await?;
    Ok(((applied, since.map(Timestamp::from_seconds)), leaving))
}
