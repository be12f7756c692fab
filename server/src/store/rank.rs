//! Facilities in order, so that a page of any list of them is read by key. Made anew from the roll-ups for the facilities that are
//! due: those whose roll-ups changed, and those in which silence alone changes how a device reads.
//!
//! Invariant: once nothing is due, ranks and the day's row of `trend` equal a recount of the devices.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::verdict::State;
use sqlx::Row as _;

use super::facility::TAKES_PART;
use super::name_part::{self, Among, Whose};
use super::{Error, Store, Tx, rollup, rows, trend};
use crate::domain::device::Standing;
use crate::domain::ids::{AreaId, FacilityId, RegionId};
use crate::domain::reading::Reading;
use crate::domain::summary::Summary;

/// Facilities made anew in one transaction.
const BATCH: i64 = 128;
/// A day that never comes.
const NEVER: i64 = i64::MAX;

/// Which facilities a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every one, the worst first.
    All,
    /// Those with devices that read so, most of them first.
    Reading(Reading),
    /// Those with devices in use that are silent, most of them first.
    Silent,
}

impl Kind {
    /// The word in addresses and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Reading(reading) => reading.as_str(),
            Self::Silent => "silent",
        }
    }

    /// The kind a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "all" => Some(Self::All),
            "silent" => Some(Self::Silent),
            _ => Reading::from_word(word).map(Self::Reading),
        }
    }
}

/// Where a facility stands in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The smaller, the further up.
    pub place: i64,
    /// The facility.
    pub facility: FacilityId,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.place, self.facility)
    }
}

impl std::str::FromStr for Position {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (place, facility) = text.split_once('.').ok_or(())?;
        Ok(Self { place: place.parse().map_err(drop)?, facility: facility.parse().map_err(drop)? })
    }
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Where it stands.
    pub position: Position,
    /// What the facility is called.
    pub name: String,
}

/// Which facilities are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// Of which region.
    pub region: RegionId,
    /// Which list of it.
    pub kind: Kind,
    /// Only those in this area.
    pub area: Option<AreaId>,
    /// Only those with this in their names; empty: whatever they are called.
    pub named: &'a str,
}

impl Sought<'_> {
    /// Every facility of a region on one of its lists.
    pub const fn on(region: RegionId, kind: Kind) -> Self {
        Self { region, kind, area: None, named: "" }
    }
}

/// A page of the facilities asked for, in order; `after` is the last one of the page before.
pub async fn list(store: &Store, sought: Sought<'_>, after: Option<Position>, limit: u16) -> Result<Vec<Ranked>, Error> {
    let (place, last) = after.map_or((i64::MIN, String::new()), |p| (p.place, p.facility.to_string()));
    let among = if sought.named.is_empty() { Among::All } else { name_part::among(store, Whose::Facilities, sought.named).await? };
    // Where few names are left, SQLite is kept from walking the whole list for them.
    let region = match &among {
        Among::All => "r.region_id",
        Among::Those(parts) if parts.is_empty() => return Ok(Vec::new()),
        Among::Those(_) => "r.region_id || ''",
    };
    let mut sql = format!(
        "SELECT r.place, f.id, f.name FROM facility_rank r JOIN facility f ON f.id = r.facility_id \
         WHERE {region} = $1 AND r.kind = $2 AND (r.place, r.facility_id) > ($3, $4)"
    );
    let mut more = Vec::new();
    if let Some(area) = sought.area {
        more.push(area.to_string());
        sql.push_str(" AND EXISTS (SELECT 1 FROM facility_area a WHERE a.area_id = $6 AND a.facility_id = f.id)");
    }
    if !sought.named.is_empty() {
        let at = 6 + more.len();
        let _ = write!(sql, " AND (f.name LIKE ${at} ESCAPE '!' OR lower(f.name) LIKE ${} ESCAPE '!')", at + 1);
        // SQLite knows capitals of ASCII alone: what was typed counts as it is, too.
        more.extend([rows::like(sought.named), rows::like(&sought.named.to_lowercase())]);
        sql.push_str(&among.condition(Whose::Facilities, "r.facility_id", 6 + more.len()));
        more.extend(among.parts());
    }
    sql.push_str(" ORDER BY r.place, r.facility_id LIMIT $5");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(sought.region.to_string())
        .bind(sought.kind.as_str())
        .bind(place)
        .bind(last)
        .bind(i64::from(limit));
    for value in more {
        query = query.bind(value);
    }
    query
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let facility = rows::parsed(row, 1, "facility.id")?;
            Ok(Ranked { position: Position { place: row.try_get(0)?, facility }, name: row.try_get(2)? })
        })
        .collect()
}

/// A new facility: in the list at once, and found by its name.
pub(super) async fn add(tx: &mut Tx, region: RegionId, facility: FacilityId) -> Result<(), Error> {
    sqlx::query("INSERT INTO facility_rank (facility_id, kind, region_id, place) VALUES ($1, 'all', $2, $3)")
        .bind(facility.to_string())
        .bind(region.to_string())
        .bind(Summary::new(0, &EMPTY).place())
        .execute(&mut **tx)
        .await?;
    name_part::put_facility(tx, facility).await?;
    note_due(tx, &[facility.to_string().into()]).await
}

/// A facility that has left: in no list from now on, and the day's count is made anew.
pub(super) async fn remove(tx: &mut Tx, facility: FacilityId) -> Result<(), Error> {
    for sql in ["DELETE FROM facility_rank WHERE facility_id = $1", "DELETE FROM facility_part WHERE facility_id = $1"] {
        sqlx::query(sql).bind(facility.to_string()).execute(&mut **tx).await?;
    }
    note_due(tx, &[facility.to_string().into()]).await
}

/// For sums of nothing.
const EMPTY: StalenessRules = StalenessRules { stale_days: 0, unknown_days: 0, dormant_days: 0 };

/// The roll-ups of these facilities have changed.
pub(super) async fn note_due(tx: &mut Tx, facilities: &[Arc<str>]) -> Result<(), Error> {
    let shape =
        ("INSERT INTO facility_due (facility_id, due)", 2, " ON CONFLICT (facility_id) DO UPDATE SET due = 0 WHERE facility_due.due <> 0");
    rows::insert(tx, shape, facilities, |query, facility| query.bind(facility.to_string()).bind(0_i64)).await
}

/// Ranks one batch of the facilities that are due on the JST day `today`; whether there may be more. Looks first, so that a quiet
/// collector begins no transaction.
pub async fn refresh(store: &Store, today: i64, rules: &StalenessRules) -> Result<bool, Error> {
    const DUE: &str = "SELECT facility_id FROM facility_due WHERE due <= $1 ORDER BY due, facility_id LIMIT $2";
    let one: Option<String> = sqlx::query_scalar(DUE).bind(today).bind(1_i64).fetch_optional(store.read()).await?;
    if one.is_none() {
        return Ok(false);
    }
    let mut tx = store.begin_beside_ledger().await?;
    let due: Vec<String> = sqlx::query_scalar(DUE).bind(today).bind(BATCH).fetch_all(&mut *tx).await?;
    let mut sums = sums(&mut tx, &due, today, rules).await?;
    write_ranks(&mut tx, &due, &sums).await?;
    let regions: BTreeSet<String> = sums.values().map(|(region, _)| region.clone()).collect();
    for region in regions {
        let sum = rollup::summary_in(&mut tx, &region, today, rules).await?;
        sums.insert(region.clone(), (region, sum));
    }
    trend::write(&mut tx, today, &sums.iter().map(|(scope, (_, sum))| (scope.clone(), &sum.counts)).collect::<Vec<_>>()).await?;
    let more = i64::try_from(due.len()).is_ok_and(|n| n == BATCH);
    tx.commit().await?;
    Ok(more)
}

/// Facility to its region and what its devices sum up to.
type Sums = BTreeMap<String, (String, Summary)>;

async fn sums(tx: &mut Tx, facilities: &[String], today: i64, rules: &StalenessRules) -> Result<Sums, Error> {
    let mut sums = Sums::new();
    if facilities.is_empty() {
        return Ok(sums);
    }
    let sql = rows::with_list(
        "SELECT f.id, f.region_id, r.state, r.standing, r.day, r.devices FROM facility f \
         LEFT JOIN rollup r ON r.scope = f.id AND r.devices <> 0 WHERE f.id IN ",
        facilities.len(),
    );
    for row in rows::text_list_query(sql, facilities).fetch_all(&mut **tx).await? {
        let region: String = row.try_get(1)?;
        let (_, sum) = sums.entry(row.try_get(0)?).or_insert_with(|| (region, Summary::new(today, rules)));
        let Some(state) = row.try_get::<Option<i64>, _>(2)? else { continue };
        let standing = Standing::from_word(row.try_get(3)?).ok_or_else(|| rows::decode_error("rollup.standing"))?;
        let day: i64 = row.try_get(4)?;
        sum.add(standing, State::from_code(state), (day >= 0).then_some(day), row.try_get(5)?);
    }
    Ok(sums)
}

async fn write_ranks(tx: &mut Tx, due: &[String], sums: &Sums) -> Result<(), Error> {
    if due.is_empty() {
        return Ok(());
    }
    let sql = rows::with_list("DELETE FROM facility_rank WHERE facility_id IN ", due.len());
    rows::text_list_query(sql, due).execute(&mut **tx).await?;
    let mut ranks: Vec<(&String, &String, Kind, i64)> = Vec::new();
    for (facility, (region, sum)) in sums {
        ranks.push((facility, region, Kind::All, sum.place()));
        ranks.extend(sum.counts.present().map(|(reading, n)| (facility, region, Kind::Reading(reading), -n)));
        if sum.silence.all() > 0 {
            ranks.push((facility, region, Kind::Silent, -sum.silence.all()));
        }
    }
    let shape = ("INSERT INTO facility_rank (facility_id, kind, region_id, place)", 4, "");
    rows::insert(tx, shape, &ranks, |query, (facility, region, kind, place)| {
        query.bind((*facility).clone()).bind(kind.as_str()).bind((*region).clone()).bind(*place)
    })
    .await?;
    // Whoever has left stands in no list.
    let left = format!(
        "DELETE FROM facility_rank WHERE EXISTS (SELECT 1 FROM facility f WHERE f.id = facility_rank.facility_id \
         AND f.state NOT IN {TAKES_PART}) AND facility_id IN "
    );
    rows::text_list_query(rows::with_list(&left, due.len()), due).execute(&mut **tx).await?;
    let next: Vec<(&String, i64)> = sums.iter().map(|(facility, (_, sum))| (facility, sum.changes_on.unwrap_or(NEVER))).collect();
    let shape = ("INSERT INTO facility_due (facility_id, due)", 2, " ON CONFLICT (facility_id) DO UPDATE SET due = excluded.due");
    rows::insert(tx, shape, &next, |query, (facility, due)| query.bind((*facility).clone()).bind(*due)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_positions_survive_their_words() {
        for kind in [Kind::All, Kind::Silent, Kind::Reading(Reading::NonCompliant)] {
            assert_eq!(Kind::from_word(kind.as_str()), Some(kind));
        }
        let facility = "0198f3c2-7a00-7000-8000-000000000001";
        let at = format!("-3.{facility}").parse::<Position>();
        assert_eq!(at.map(|p| p.to_string()), Ok(format!("-3.{facility}")));
        assert_eq!("x.y".parse::<Position>(), Err(()));
    }
}
