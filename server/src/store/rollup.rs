//! Counts for dashboards, kept in the transaction that changes them, so that no page walks devices × clauses.
//! Invariant: the roll-ups equal a recount of the devices after every commit, and a facility whose roll-ups change is due to be
//! ranked anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, paper, rank, rows};
use crate::domain::device::{DeviceN, Standing};
use crate::domain::ids::{AreaId, FacilityId, RegionId};
use crate::domain::summary::Summary;

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
    /// Version and platform of its agent; empty: none known.
    pub(super) agent: &'a str,
    /// The device, where a 個人所有機器利用申請 for it is 利用中: its copy there follows.
    pub(super) permit: Option<DeviceN>,
}

type DeviceKey = (Arc<str>, i64, Standing, i64);
type ClauseKey = (Arc<str>, String, i64, Standing);
type AgentKey = (Arc<str>, String, Standing);

/// Changes to the roll-ups, summed before they are written.
#[derive(Debug, Default)]
pub(super) struct Counts {
    devices: HashMap<DeviceKey, i64>,
    clauses: HashMap<ClauseKey, i64>,
    agents: HashMap<AgentKey, i64>,
    facilities: BTreeSet<Arc<str>>,
    permits: BTreeMap<DeviceN, (Standing, i64, i64)>,
}

impl Counts {
    /// As `count`, for a move that changes nothing but the day: the clauses stay as they are.
    pub(super) fn count_day(&mut self, place: Place<'_>, by: i64) {
        let headline = place.headline.map_or(-1, State::code);
        self.facilities.insert(Arc::clone(place.facility));
        if let Some(n) = place.permit.filter(|_| by > 0) {
            self.permits.insert(n, (place.standing, headline, place.day));
        }
        for scope in [place.facility, place.region] {
            *self.devices.entry((Arc::clone(scope), headline, place.standing, place.day)).or_default() += by;
        }
    }

    /// Counts a device in at `place` (`by` = 1) or out of it (`by` = -1).
    pub(super) fn count(&mut self, place: Place<'_>, by: i64) {
        self.count_day(place, by);
        for scope in [place.facility, place.region] {
            *self.agents.entry((Arc::clone(scope), place.agent.to_owned(), place.standing)).or_default() += by;
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
        .await?;
        let mut agents: Vec<(AgentKey, i64)> = self.agents.drain().filter(|(_, by)| *by != 0).collect();
        agents.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        rows::insert(
            tx,
            (
                "INSERT INTO rollup_agent (scope, agent, standing, devices)",
                4,
                " ON CONFLICT (scope, agent, standing) DO UPDATE SET devices = rollup_agent.devices + excluded.devices",
            ),
            &agents,
            |query, ((scope, agent, standing), by)| query.bind(scope.to_string()).bind(agent.clone()).bind(standing.as_str()).bind(*by),
        )
        .await?;
        for (n, stands) in std::mem::take(&mut self.permits) {
            paper::put_permitted(tx, n, stands).await?;
        }
        let facilities: Vec<Arc<str>> = std::mem::take(&mut self.facilities).into_iter().collect();
        rank::note_due(tx, &facilities).await
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
    sqlx::query(COUNTS).bind(scope.to_string()).fetch_all(store.read()).await?.iter().map(count).collect()
}

const COUNTS: &str = "SELECT state, standing, day, devices FROM rollup WHERE scope = $1 AND devices <> 0 ORDER BY state, standing, day";

fn count(row: &AnyRow) -> Result<Count, Error> {
    let day: i64 = row.try_get(2)?;
    Ok(Count {
        headline: State::from_code(row.try_get(0)?),
        standing: Standing::from_word(row.try_get(1)?).ok_or_else(|| rows::decode_error("rollup.standing"))?,
        day: (day >= 0).then_some(day),
        devices: row.try_get(3)?,
    })
}

/// The same for who only asks how devices read on the JST day `today`: days that mean the same are put together, and stand as the
/// first of them.
pub async fn grouped(store: &Store, scope: Scope, today: i64, rules: &StalenessRules) -> Result<Vec<Count>, Error> {
    let sql = format!("{GROUPED} FROM rollup WHERE scope = $1 AND devices <> 0 {} ORDER BY 1, 2, 3", by_age(today, rules));
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.to_string()).fetch_all(store.read()).await?.iter().map(count).collect()
}

const GROUPED: &str = "SELECT state, standing, MIN(day), CAST(SUM(devices) AS BIGINT)";

/// Never heard of, silent for long, silent, heard of: with these days, silence changes nothing else, and never on another day.
fn by_age(today: i64, rules: &StalenessRules) -> String {
    let [stale, long] = [rules.stale_days, rules.unknown_days].map(|days| today - i64::from(days));
    format!("GROUP BY state, standing, CASE WHEN day < 0 THEN 0 WHEN day < {long} THEN 1 WHEN day < {stale} THEN 2 ELSE 3 END")
}

/// What the counts of a scope sum up to on the JST day `today`.
pub async fn summary(store: &Store, scope: Scope, today: i64, rules: &StalenessRules) -> Result<Summary, Error> {
    Ok(sum(&grouped(store, scope, today, rules).await?, today, rules))
}

/// What these counts sum up to on the JST day `today`.
pub fn sum(counts: &[Count], today: i64, rules: &StalenessRules) -> Summary {
    let mut sum = Summary::new(today, rules);
    for count in counts {
        sum.add(count.standing, count.headline, count.day, count.devices);
    }
    sum
}

/// The sum of the facilities that `chosen` selects: SQL with a region (`$1`) and an instant (`$2`), each facility once or more.
pub(super) async fn summary_of(
    store: &Store,
    chosen: &str,
    (region, now): (RegionId, Timestamp),
    today: i64,
    rules: &StalenessRules,
) -> Result<Summary, Error> {
    let sql = format!("{GROUPED} FROM rollup WHERE devices <> 0 AND scope IN ({chosen}) {}", by_age(today, rules));
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(region.to_string()).bind(now.seconds()).fetch_all(store.read()).await?;
    let counts = found.iter().map(count).collect::<Result<Vec<_>, _>>()?;
    Ok(sum(&counts, today, rules))
}

/// What the facilities of an area sum up to.
pub async fn summary_of_area(store: &Store, area: AreaId, today: i64, rules: &StalenessRules) -> Result<Summary, Error> {
    let sql = format!(
        "{GROUPED} FROM facility_area a JOIN rollup r ON r.scope = a.facility_id WHERE a.area_id = $1 AND r.devices <> 0 {}",
        by_age(today, rules)
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(area.to_string()).fetch_all(store.read()).await?;
    let counts = found.iter().map(count).collect::<Result<Vec<_>, _>>()?;
    Ok(sum(&counts, today, rules))
}

/// The sums of some facilities.
pub async fn summaries(
    store: &Store,
    facilities: &[FacilityId],
    today: i64,
    rules: &StalenessRules,
) -> Result<HashMap<FacilityId, Summary>, Error> {
    let mut sums = HashMap::with_capacity(facilities.len());
    for group in facilities.chunks(rows::MOST) {
        let mut sql = rows::with_list(&format!("{GROUPED}, scope FROM rollup WHERE devices <> 0 AND scope IN "), group.len());
        let _ = write!(sql, " {}, scope", by_age(today, rules));
        let scopes: Vec<String> = group.iter().map(FacilityId::to_string).collect();
        for row in rows::text_list_query(sql, &scopes).fetch_all(store.read()).await? {
            let facility = rows::parsed(&row, 4, "rollup.scope")?;
            let count = count(&row)?;
            let sum: &mut Summary = sums.entry(facility).or_insert_with(|| Summary::new(today, rules));
            sum.add(count.standing, count.headline, count.day, count.devices);
        }
    }
    Ok(sums)
}

/// A scope's sum inside a transaction.
pub(super) async fn summary_in(tx: &mut Tx, scope: &str, today: i64, rules: &StalenessRules) -> Result<Summary, Error> {
    let mut sum = Summary::new(today, rules);
    for row in sqlx::query(COUNTS).bind(scope.to_owned()).fetch_all(&mut **tx).await? {
        let count = count(&row)?;
        sum.add(count.standing, count.headline, count.day, count.devices);
    }
    Ok(sum)
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
