//! Counts for dashboards, kept in the transaction that changes them, so that no page walks devices × clauses.
//! Invariant: the roll-ups equal a recount of the devices after every commit.

use std::collections::HashMap;
use std::sync::Arc;

use hashimori_shared::verdict::State;
use sqlx::Row as _;

use super::{Error, Store, Tx, rows};
use crate::domain::device::Standing;
use crate::domain::ids::{FacilityId, RegionId};

/// Where the roll-ups count a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) facility: &'a Arc<str>,
    pub(super) region: &'a Arc<str>,
    pub(super) standing: Standing,
    /// `None`: nothing reported yet.
    pub(super) headline: Option<State>,
    /// `§19-6=1 §20-1=6 …`
    pub(super) states: &'a str,
    /// JST day last seen; -1: never.
    pub(super) day: i64,
}

type DeviceKey = (Arc<str>, i64, Standing, i64);
type ClauseKey = (Arc<str>, String, i64, Standing);

/// Changes to the roll-ups, summed before they are written.
#[derive(Debug, Default)]
pub(super) struct Counts {
    devices: HashMap<DeviceKey, i64>,
    clauses: HashMap<ClauseKey, i64>,
}

impl Counts {
    /// As `count`, for a move that changes nothing but the day: the clauses stay as they are.
    pub(super) fn count_day(&mut self, place: Place<'_>, by: i64) {
        let headline = place.headline.map_or(-1, State::code);
        for scope in [place.facility, place.region] {
            *self.devices.entry((Arc::clone(scope), headline, place.standing, place.day)).or_default() += by;
        }
    }

    /// Counts a device in at `place` (`by` = 1) or out of it (`by` = -1).
    pub(super) fn count(&mut self, place: Place<'_>, by: i64) {
        self.count_day(place, by);
        for scope in [place.facility, place.region] {
            for (clause, state) in clause_states(place.states) {
                *self.clauses.entry((Arc::clone(scope), clause.to_owned(), state, place.standing)).or_default() += by;
            }
        }
    }

    /// Writes the sums.
    pub(super) async fn write(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let mut devices: Vec<(DeviceKey, i64)> = self.devices.drain().filter(|(_, by)| *by != 0).collect();
        devices.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        rows::insert(
            tx,
            (
                "INSERT INTO rollup (scope, state, standing, day, devices)",
                5,
                " ON CONFLICT (scope, state, standing, day) DO UPDATE SET devices = rollup.devices + excluded.devices",
            ),
            &devices,
            |query, ((scope, state, standing, day), by)| {
                query.bind(scope.to_string()).bind(*state).bind(standing.as_str()).bind(*day).bind(*by)
            },
        )
        .await?;
        let mut clauses: Vec<(ClauseKey, i64)> = self.clauses.drain().filter(|(_, by)| *by != 0).collect();
        clauses.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        rows::insert(
            tx,
            (
                "INSERT INTO rollup_clause (scope, clause, state, standing, devices)",
                5,
                " ON CONFLICT (scope, clause, state, standing) DO UPDATE SET devices = rollup_clause.devices + excluded.devices",
            ),
            &clauses,
            |query, ((scope, clause, state, standing), by)| {
                query.bind(scope.to_string()).bind(clause.clone()).bind(*state).bind(standing.as_str()).bind(*by)
            },
        )
        .await
    }
}

/// The pairs in `§19-6=1 §20-1=6 …`.
pub(super) fn clause_states(states: &str) -> impl Iterator<Item = (&str, i64)> {
    states.split_ascii_whitespace().filter_map(|pair| {
        let (clause, state) = pair.rsplit_once('=')?;
        Some((clause, state.parse().ok()?))
    })
}

/// Whose devices are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One facility's.
    Facility(FacilityId),
    /// A whole region's.
    Region(RegionId),
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Facility(id) => id.fmt(f),
            Self::Region(id) => id.fmt(f),
        }
    }
}

/// How many devices of a scope stand alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// Headline of the stored verdict; `None`: nothing reported yet.
    pub headline: Option<State>,
    /// Standing in the ledger.
    pub standing: Standing,
    /// JST day last seen (`Timestamp::jst_day`); `None`: never. Staleness is arithmetic over it.
    pub day: Option<i64>,
    /// How many.
    pub devices: i64,
}

/// The counts of a scope.
pub async fn counts(store: &Store, scope: Scope) -> Result<Vec<Count>, Error> {
    let found =
        sqlx::query("SELECT state, standing, day, devices FROM rollup WHERE scope = $1 AND devices <> 0 ORDER BY state, standing, day")
            .bind(scope.to_string())
            .fetch_all(store.read())
            .await?;
    found
        .iter()
        .map(|row| {
            let day: i64 = row.try_get(2)?;
            Ok(Count {
                headline: State::from_code(row.try_get(0)?),
                standing: Standing::from_word(row.try_get(1)?).ok_or_else(|| rows::decode_error("rollup.standing"))?,
                day: (day >= 0).then_some(day),
                devices: row.try_get(3)?,
            })
        })
        .collect()
}

/// How many devices of a scope stand alike on one clause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClauseCount {
    /// Clause id, `§20-3`.
    pub clause: String,
    /// State of the clause.
    pub state: State,
    /// Standing in the ledger.
    pub standing: Standing,
    /// How many.
    pub devices: i64,
}

/// The counts of a scope clause by clause.
pub async fn clause_counts(store: &Store, scope: Scope) -> Result<Vec<ClauseCount>, Error> {
    let found = sqlx::query(
        "SELECT clause, state, standing, devices FROM rollup_clause WHERE scope = $1 AND devices <> 0 ORDER BY clause, state, standing",
    )
    .bind(scope.to_string())
    .fetch_all(store.read())
    .await?;
    found
        .iter()
        .map(|row| {
            Ok(ClauseCount {
                clause: row.try_get(0)?,
                state: State::from_code(row.try_get(1)?).ok_or_else(|| rows::decode_error("rollup_clause.state"))?,
                standing: Standing::from_word(row.try_get(2)?).ok_or_else(|| rows::decode_error("rollup_clause.standing"))?,
                devices: row.try_get(3)?,
            })
        })
        .collect()
}
