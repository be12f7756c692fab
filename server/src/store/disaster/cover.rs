//! Who is covered now: the overlay, asked for when something is read. Drills cover nobody, and are only told.

use std::collections::HashSet;

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use crate::domain::disaster::Phase;
use crate::domain::ids::{AreaId, ExceptionId, FacilityId, RegionId};
use crate::domain::summary::Counts;
use crate::store::belonging::Home;
use crate::store::rollup::{self, Scope};
use crate::store::{Error, Store, rows};

/// What holds now, as a banner tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Which.
    pub id: ExceptionId,
    /// 訓練.
    pub drill: bool,
    /// Where it stands.
    pub phase: Phase,
    /// Since when.
    pub began_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Whether it covers its whole region.
    pub whole: bool,
}

const OPEN: &str = "SELECT d.id, d.drill, d.phase, d.began_at, d.ends_at, d.reach FROM disaster d \
     WHERE d.region_id = $1 AND d.ended_at IS NULL AND d.ends_at > $2 AND d.began_at <= $2";
/// Facility `$3` is among the places of one, or lies in one of its areas.
const OVER: &str = "d.reach = 'region' OR d.id IN (SELECT p.disaster_id FROM disaster_place p WHERE p.lifted_at IS NULL \
     AND (p.place = $3 OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = $3)))";
/// What is real before drills, the widest first, then the newest.
const WIDEST: &str = "ORDER BY d.drill, CASE d.reach WHEN 'region' THEN 0 WHEN 'areas' THEN 1 ELSE 2 END, d.id DESC LIMIT 200";

fn open(row: &AnyRow) -> Result<Open, Error> {
    Ok(Open {
        id: rows::parsed(row, 0, "disaster.id")?,
        drill: row.try_get::<i64, _>(1)? != 0,
        phase: Phase::from_word(row.try_get(2)?).ok_or_else(|| rows::decode_error("disaster.phase"))?,
        began_at: Timestamp::from_seconds(row.try_get(3)?),
        ends_at: Timestamp::from_seconds(row.try_get(4)?),
        whole: row.try_get::<&str, _>(5)? == "region",
    })
}

/// What holds in a region, drills included.
pub async fn open_in(db: impl Executor<'_, Database = Any>, region: RegionId, now: Timestamp) -> Result<Vec<Open>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{OPEN} {WIDEST}")))
        .bind(region.to_string())
        .bind(now.seconds())
        .fetch_all(db)
        .await?
        .iter()
        .map(open)
        .collect()
}

/// What the 事務局 said holds in a whole region, of every region, with its name: anybody may know it.
pub async fn open_everywhere(db: impl Executor<'_, Database = Any>, now: Timestamp) -> Result<Vec<(String, Open)>, Error> {
    sqlx::query(
        "SELECT d.id, d.drill, d.phase, d.began_at, d.ends_at, d.reach, r.name FROM disaster d JOIN region r ON r.id = d.region_id \
         WHERE d.reach = 'region' AND d.ended_at IS NULL AND d.ends_at > $1 AND d.began_at <= $1 ORDER BY d.drill, d.id DESC LIMIT 5",
    )
    .bind(now.seconds())
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| Ok((row.try_get(6)?, open(row)?)))
    .collect()
}

/// What holds over a facility, drills included.
pub async fn open_over(db: impl Executor<'_, Database = Any>, home: Home, now: Timestamp) -> Result<Vec<Open>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{OPEN} AND ({OVER}) {WIDEST}")))
        .bind(home.region.to_string())
        .bind(now.seconds())
        .bind(home.facility.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(open)
        .collect()
}

/// What makes a facility's devices 災害時特例中: the widest that is no drill.
pub async fn real_over(db: impl Executor<'_, Database = Any>, home: Home, now: Timestamp) -> Result<Option<ExceptionId>, Error> {
    Ok(open_over(db, home, now).await?.into_iter().find(|open| !open.drill).map(|open| open.id))
}

/// Whether a facility's devices are 災害時特例中.
pub async fn is_covered(db: impl Executor<'_, Database = Any>, home: Home, now: Timestamp) -> Result<bool, Error> {
    Ok(real_over(db, home, now).await?.is_some())
}

/// Whether one of these is real.
pub fn holds(open: &[Open]) -> bool {
    open.iter().any(|open| !open.drill)
}

/// How far what holds in a region reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// Nothing holds.
    None,
    /// Some facilities are covered.
    Some,
    /// All are.
    Whole,
}

/// `open`: what holds in the region, the widest first.
fn width(open: &[Open]) -> Width {
    let mut real = open.iter().filter(|open| !open.drill);
    real.next().map_or(Width::None, |widest| if widest.whole { Width::Whole } else { Width::Some })
}

/// Facilities of region `$1` that are covered at `$2` without the whole region being so; one may come twice.
pub(in crate::store) const SOME: &str = "SELECT p.place FROM disaster_place p JOIN disaster d ON d.id = p.disaster_id \
     WHERE d.region_id = $1 AND d.drill = 0 AND d.ended_at IS NULL AND d.ends_at > $2 AND d.began_at <= $2 \
     AND d.reach = 'facilities' AND p.lifted_at IS NULL \
     UNION SELECT a.facility_id FROM facility_area a JOIN disaster_place p ON p.place = a.area_id JOIN disaster d ON d.id = p.disaster_id \
     WHERE d.region_id = $1 AND d.drill = 0 AND d.ended_at IS NULL AND d.ends_at > $2 AND d.began_at <= $2 \
     AND d.reach = 'areas' AND p.lifted_at IS NULL";

/// Those of these facilities of a region that are covered; `open` is what holds there (`open_in`).
pub async fn covered(
    store: &Store,
    (region, open): (RegionId, &[Open]),
    of: &[FacilityId],
    now: Timestamp,
) -> Result<HashSet<FacilityId>, Error> {
    match width(open) {
        Width::None => return Ok(HashSet::new()),
        Width::Whole => return Ok(of.iter().copied().collect()),
        Width::Some => {}
    }
    let mut found = HashSet::new();
    for group in of.chunks(rows::MOST) {
        let (region_at, now_at) = (group.len().next_power_of_two() + 1, group.len().next_power_of_two() + 2);
        let head = format!(
            "SELECT f.id FROM facility f WHERE EXISTS (SELECT 1 FROM disaster d JOIN disaster_place p ON p.disaster_id = d.id \
             WHERE d.region_id = ${region_at} AND d.drill = 0 AND d.ended_at IS NULL AND d.ends_at > ${now_at} AND d.began_at <= ${now_at} \
             AND p.lifted_at IS NULL AND (p.place = f.id OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = f.id))) \
             AND f.id IN "
        );
        let ids: Vec<String> = group.iter().map(FacilityId::to_string).collect();
        let query = rows::text_list_query(rows::with_list(&head, ids.len()), &ids).bind(region.to_string()).bind(now.seconds());
        for row in query.fetch_all(store.read()).await? {
            found.insert(rows::parsed(&row, 0, "facility.id")?);
        }
    }
    Ok(found)
}

/// How the devices in use that are 災害時特例中 would read without it, in a region or in one of its areas; `open` is what holds in the
/// region (`open_in`).
pub async fn counts(
    store: &Store,
    (region, open, area): (RegionId, &[Open], Option<AreaId>),
    now: Timestamp,
    rules: &StalenessRules,
) -> Result<Counts, Error> {
    let today = now.jst_day();
    let sum = match (width(open), area) {
        (Width::None, _) => return Ok(Counts::default()),
        (Width::Whole, None) => rollup::summary(store, Scope::Region(region), today, rules).await?,
        (Width::Whole, Some(area)) => rollup::summary_of_area(store, area, today, rules).await?,
        (Width::Some, None) => rollup::summary_of(store, SOME, (region, now), today, rules).await?,
        (Width::Some, Some(area)) => {
            // An id is hexadecimal digits and dashes.
            let chosen = format!("SELECT facility_id FROM facility_area WHERE area_id = '{area}' AND facility_id IN ({SOME})");
            rollup::summary_of(store, &chosen, (region, now), today, rules).await?
        }
    };
    Ok(sum.counts.in_use())
}
