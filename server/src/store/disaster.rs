//! 災害時特例: one row each, with the places it covers and its file. Devices know nothing of it: `cover` lays it over counts when they
//! are read.
//! Invariant: a row holds while `ended_at` is empty and `ends_at` is to come; recording a lapse changes nothing that anybody reads.

pub mod cover;
pub mod door;
pub mod gone;
pub mod let_in;
mod untold;

use std::collections::HashMap;

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use super::belonging::Home;
pub use untold::{Untold, list_untold, step_word};

use super::{Error, Store, rows};
use crate::domain::disaster::{Ending, Exception, Phase, Place, Reach, Step, StepKind};
use crate::domain::ids::{ExceptionId, FacilityId, RegionId};

const COLUMNS: &str = "SELECT d.id, d.region_id, d.reach, d.drill, d.reason, d.basis, d.began_at, d.entered_at, d.phase, d.ends_at, \
     d.ended_at, d.ending, coalesce(d.hours_from, d.began_at) FROM disaster d ";

/// Waits until nobody else acts on a region's exceptions: of two acts at once the second reads what the first one wrote.
pub async fn take_turn(tx: &mut AnyConnection, region: RegionId) -> Result<(), Error> {
    // On PostgreSQL the row is locked until the transaction ends, against nothing but such a turn; SQLite has one writer at a time.
    sqlx::query("UPDATE region SET name = name WHERE id = $1").bind(region.to_string()).execute(tx).await.map(drop)
}

/// Adds one, with its places; `begun_by` is the facility that began it by itself.
pub async fn insert(tx: &mut AnyConnection, new: &Exception, begun_by: Option<FacilityId>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO disaster (id, region_id, reach, drill, reason, basis, began_at, entered_at, phase, ends_at, begun_by, hours_from) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(new.id.to_string())
    .bind(new.region.to_string())
    .bind(new.reach.as_str())
    .bind(i64::from(new.drill))
    .bind(new.reason.clone())
    .bind(new.basis.clone())
    .bind(new.began_at.seconds())
    .bind(new.entered_at.seconds())
    .bind(new.phase.as_str())
    .bind(new.ends_at.seconds())
    .bind(begun_by.map(|facility| facility.to_string()))
    .bind(new.hours_from.seconds())
    .execute(&mut *tx)
    .await?;
    for (place, lifted_at) in places(&new.reach) {
        sqlx::query("INSERT INTO disaster_place (disaster_id, place, lifted_at) VALUES ($1, $2, $3)")
            .bind(new.id.to_string())
            .bind(place)
            .bind(lifted_at)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn places(reach: &Reach) -> Vec<(String, Option<i64>)> {
    match reach {
        Reach::Region => Vec::new(),
        Reach::Areas(places) => named(places),
        Reach::Facilities(places) => named(places),
    }
}

fn named<T: ToString>(places: &[Place<T>]) -> Vec<(String, Option<i64>)> {
    places.iter().map(|p| (p.what.to_string(), p.lifted_at.map(Timestamp::seconds))).collect()
}

/// Writes what an act made of one that was read as `before`; whether nobody was faster.
pub async fn update(tx: &mut AnyConnection, before: &Exception, after: &Exception) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE disaster SET phase = $1, ends_at = $2, ended_at = $3, ending = $4 WHERE id = $5 AND phase = $6 AND ends_at = $7",
    )
    .bind(after.phase.as_str())
    .bind(after.ends_at.seconds())
    .bind(after.ended.map(|(_, at)| at.seconds()))
    .bind(after.ended.map(|(ending, _)| ending.as_str()))
    .bind(before.id.to_string())
    .bind(before.phase.as_str())
    .bind(before.ends_at.seconds())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for (place, lifted_at) in places(&after.reach).into_iter().filter(|(_, lifted_at)| lifted_at.is_some()) {
        sqlx::query("UPDATE disaster_place SET lifted_at = $1 WHERE disaster_id = $2 AND place = $3 AND lifted_at IS NULL")
            .bind(lifted_at)
            .bind(before.id.to_string())
            .bind(place)
            .execute(&mut *tx)
            .await?;
    }
    Ok(true)
}

/// Adds a line to its file.
pub async fn add_step(tx: &mut AnyConnection, id: ExceptionId, step: &Step) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO disaster_step (disaster_id, n, kind, by_whom, why, event_at, entered_at, until_at) \
         SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6, $7 FROM disaster_step WHERE disaster_id = $1",
    )
    .bind(id.to_string())
    .bind(step.kind.as_str())
    .bind(step.by.to_word())
    .bind(step.why.clone())
    .bind(step.event_at.seconds())
    .bind(step.entered_at.seconds())
    .bind(step.until.map(Timestamp::seconds))
    .execute(tx)
    .await
    .map(drop)
}

/// One of a region, as it was recorded.
pub async fn find(db: &mut AnyConnection, region: RegionId, id: ExceptionId) -> Result<Option<Exception>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE d.region_id = $1 AND d.id = $2")))
        .bind(region.to_string())
        .bind(id.to_string())
        .fetch_optional(&mut *db)
        .await?;
    with_places(db, row.as_slice()).await.map(|found| found.into_iter().next())
}

/// Those that a facility began by itself and that ended after `since`, or have not ended; drills and what matters are told apart.
pub async fn list_begun_by(
    db: &mut AnyConnection,
    (facility, drill): (FacilityId, bool),
    since: Timestamp,
) -> Result<Vec<Exception>, Error> {
    let begun = "d.begun_by = $1 AND d.drill = $2 AND coalesce(d.ended_at, d.ends_at) > $3";
    let found = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE {begun} ORDER BY d.id")))
        .bind(facility.to_string())
        .bind(i64::from(drill))
        .bind(since.seconds())
        .fetch_all(&mut *db)
        .await?;
    with_places(db, &found).await
}

/// A region's, newest first; `before` is the last one of the page before.
pub async fn list(store: &Store, region: RegionId, before: Option<ExceptionId>, limit: u16) -> Result<Vec<Exception>, Error> {
    let mut db = store.read().acquire().await?;
    let found = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE d.region_id = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3")))
        .bind(region.to_string())
        .bind(before.map_or_else(|| "g".to_owned(), |id| id.to_string()))
        .bind(i64::from(limit))
        .fetch_all(&mut *db)
        .await?;
    with_places(&mut db, &found).await
}

/// Those that held within a time over a facility, drills included, oldest first.
pub async fn list_over(
    store: &Store,
    home: Home,
    (from, until): (Timestamp, Timestamp),
    after: Option<ExceptionId>,
    limit: u16,
) -> Result<Vec<Exception>, Error> {
    let mut db = store.read().acquire().await?;
    let sql = format!(
        "{COLUMNS} WHERE d.region_id = $1 AND d.id > $3 AND d.began_at < $5 AND coalesce(d.ended_at, d.ends_at) >= $4 \
         AND (d.reach = 'region' OR d.id IN (SELECT p.disaster_id FROM disaster_place p WHERE p.place = $2 \
           OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = $2))) ORDER BY d.id LIMIT $6"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(home.region.to_string())
        .bind(home.facility.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(from.seconds())
        .bind(until.seconds())
        .bind(i64::from(limit))
        .fetch_all(&mut *db)
        .await?;
    with_places(&mut db, &found).await
}

/// Those of a region that wait for 追認, the first to run out first; drills as well.
pub async fn list_waiting(store: &Store, region: RegionId, now: Timestamp, limit: u16) -> Result<Vec<Exception>, Error> {
    let mut db = store.read().acquire().await?;
    let wait = "d.region_id = $1 AND d.ended_at IS NULL AND d.phase = 'provisional' AND d.ends_at > $2";
    let found = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE {wait} ORDER BY d.ends_at, d.id LIMIT $3")))
        .bind(region.to_string())
        .bind(now.seconds())
        .bind(i64::from(limit))
        .fetch_all(&mut *db)
        .await?;
    with_places(&mut db, &found).await
}

/// How many of a region wait for 追認; drills do not.
pub async fn count_waiting(store: &Store, region: RegionId, now: Timestamp) -> Result<i64, Error> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM disaster WHERE region_id = $1 AND ended_at IS NULL AND phase = 'provisional' AND drill = 0 AND ends_at > $2",
    )
    .bind(region.to_string())
    .bind(now.seconds())
    .fetch_one(store.read())
    .await
}

/// When the newest one that the 事務局 activated began, real or as a drill: what a facility tried by itself is no exercise of its region.
pub async fn newest_began(store: &Store, region: RegionId) -> Result<Option<Timestamp>, Error> {
    let began: Option<i64> = sqlx::query_scalar("SELECT MAX(began_at) FROM disaster WHERE region_id = $1 AND begun_by IS NULL")
        .bind(region.to_string())
        .fetch_one(store.read())
        .await?;
    Ok(began.map(Timestamp::from_seconds))
}

/// Those that ran out and whose end nobody has recorded, of every region.
pub async fn list_lapsed(store: &Store, now: Timestamp, limit: u16) -> Result<Vec<Exception>, Error> {
    let mut db = store.read().acquire().await?;
    let found = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE d.ended_at IS NULL AND d.ends_at <= $1 ORDER BY d.id LIMIT $2")))
        .bind(now.seconds())
        .bind(i64::from(limit))
        .fetch_all(&mut *db)
        .await?;
    with_places(&mut db, &found).await
}

async fn with_places(db: &mut AnyConnection, found: &[AnyRow]) -> Result<Vec<Exception>, Error> {
    let ids: Vec<String> = found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let mut places: HashMap<String, Vec<Place<String>>> = HashMap::new();
    for group in ids.chunks(rows::MOST) {
        let sql = rows::with_list("SELECT disaster_id, place, lifted_at FROM disaster_place WHERE disaster_id IN ", group.len());
        for row in rows::text_list_query(sql, group).fetch_all(&mut *db).await? {
            let lifted_at = row.try_get::<Option<i64>, _>(2)?.map(Timestamp::from_seconds);
            places.entry(row.try_get(0)?).or_default().push(Place { what: row.try_get(1)?, lifted_at });
        }
    }
    found.iter().zip(&ids).map(|(row, id)| exception(row, places.remove(id).unwrap_or_default())).collect()
}

fn exception(row: &AnyRow, mut places: Vec<Place<String>>) -> Result<Exception, Error> {
    places.sort_by(|a, b| a.what.cmp(&b.what));
    let reach = match row.try_get::<&str, _>(2)? {
        "region" => Reach::Region,
        "areas" => Reach::Areas(known(places)?),
        "facilities" => Reach::Facilities(known(places)?),
        _ => return Err(rows::decode_error("disaster.reach")),
    };
    let ended = match (row.try_get::<Option<String>, _>(11)?, row.try_get::<Option<i64>, _>(10)?) {
        (Some(word), Some(at)) => {
            let ending = Ending::from_word(&word).ok_or_else(|| rows::decode_error("disaster.ending"))?;
            Some((ending, Timestamp::from_seconds(at)))
        }
        (None, _) | (_, None) => None,
    };
    Ok(Exception {
        id: rows::parsed(row, 0, "disaster.id")?,
        region: rows::parsed(row, 1, "disaster.region_id")?,
        reach,
        drill: row.try_get::<i64, _>(3)? != 0,
        reason: row.try_get(4)?,
        basis: row.try_get(5)?,
        began_at: Timestamp::from_seconds(row.try_get(6)?),
        entered_at: Timestamp::from_seconds(row.try_get(7)?),
        hours_from: Timestamp::from_seconds(row.try_get(12)?),
        phase: Phase::from_word(row.try_get(8)?).ok_or_else(|| rows::decode_error("disaster.phase"))?,
        ends_at: Timestamp::from_seconds(row.try_get(9)?),
        ended,
    })
}

fn known<T: std::str::FromStr>(places: Vec<Place<String>>) -> Result<Vec<Place<T>>, Error> {
    let id = |place: Place<String>| {
        let what = place.what.parse().map_err(|_| rows::decode_error("disaster_place.place"))?;
        Ok(Place { what, lifted_at: place.lifted_at })
    };
    places.into_iter().map(id).collect()
}

/// A line of a file, with the name of who did it where it was a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub kind: StepKind,
    /// Stored word of who.
    pub by: String,
    /// Their name; `None`: no person, or erased.
    pub name: Option<String>,
    /// Why.
    pub why: String,
    /// When it happened.
    pub event_at: Timestamp,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Until when it then held.
    pub until: Option<Timestamp>,
}

/// How many acts an exception's file has. That its time ran out is nobody's act.
pub async fn count_acts(db: impl Executor<'_, Database = Any>, id: ExceptionId) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT count(*) FROM disaster_step WHERE disaster_id = $1 AND kind <> $2")
        .bind(id.to_string())
        .bind(StepKind::Lapsed.as_str())
        .fetch_one(db)
        .await
}

/// An exception's file, oldest line first.
pub async fn list_steps(store: &Store, id: ExceptionId) -> Result<Vec<Line>, Error> {
    sqlx::query(
        "SELECT s.kind, s.by_whom, p.name, s.why, s.event_at, s.entered_at, s.until_at FROM disaster_step s \
         LEFT JOIN person p ON p.id = s.by_whom WHERE s.disaster_id = $1 ORDER BY s.n",
    )
    .bind(id.to_string())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(Line {
            kind: StepKind::from_word(row.try_get(0)?).ok_or_else(|| rows::decode_error("disaster_step.kind"))?,
            by: row.try_get(1)?,
            name: row.try_get(2)?,
            why: row.try_get(3)?,
            event_at: Timestamp::from_seconds(row.try_get(4)?),
            entered_at: Timestamp::from_seconds(row.try_get(5)?),
            until: row.try_get::<Option<i64>, _>(6)?.map(Timestamp::from_seconds),
        })
    })
    .collect()
}
