//! What exceptions let in: one row each, cleared one by one.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::disaster::let_in::{Check, Cleared, LetIn, Machine, Said, Whose};
use crate::domain::ids::{ExceptionId, FacilityId, LetInId, PaperId, RegionId};
use crate::store::belonging::Home;
use crate::store::{Error, Store, rows};

/// Adds one.
pub async fn insert(tx: &mut AnyConnection, new: &LetIn) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO disaster_let_in (id, disaster_id, facility_id, whose, machine, name, from_where, contact, event_at, entered_at, \
         entered_by, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(new.id.to_string())
    .bind(new.exception.to_string())
    .bind(new.facility.to_string())
    .bind(new.said.whose.as_str())
    .bind(new.said.machine.as_str())
    .bind(new.said.name.clone())
    .bind(new.said.from.clone())
    .bind(new.said.contact.clone())
    .bind(new.event_at.seconds())
    .bind(new.entered_at.seconds())
    .bind(new.by.to_word())
    .bind(new.until().map(Timestamp::seconds))
    .execute(tx)
    .await
    .map(drop)
}

/// One that was let in, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: LetInId,
    /// Whether it belongs to a drill.
    pub drill: bool,
    /// What was said of it.
    pub said: Said,
    /// From when on.
    pub event_at: Timestamp,
    /// When that was entered.
    pub entered_at: Timestamp,
    /// Until when a guest stays.
    pub until: Option<Timestamp>,
    /// The application that it was turned into, and its number.
    pub paper: Option<(PaperId, i64)>,
    /// How and when it was cleared.
    pub cleared: Option<(Cleared, Timestamp)>,
    /// What was said of it then.
    pub noted: Option<Noted>,
}

/// What somebody said who cleared something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// What was done.
    pub done: Vec<Check>,
    /// Why not everything.
    pub why: String,
    /// Stored word of who.
    pub by: String,
    /// Their name; `None`: no person, or erased.
    pub name: Option<String>,
}

const COLUMNS: &str = "SELECT e.id, d.drill, e.whose, e.machine, e.name, e.from_where, e.contact, e.event_at, e.entered_at, e.until_at, \
     e.cleared_how, e.cleared_at, p.id, p.number, e.cleared_done, e.cleared_why, e.cleared_by, w.name \
     FROM disaster_let_in e JOIN disaster d ON d.id = e.disaster_id LEFT JOIN paper p ON p.id = e.paper_id \
     LEFT JOIN person w ON w.id = e.cleared_by";

/// A facility's, those that are not cleared first, newest first; `skip` is how many were on the pages before.
pub async fn list(store: &Store, facility: FacilityId, limit: u16, skip: u32) -> Result<Vec<Line>, Error> {
    let order = "ORDER BY CASE WHEN e.cleared_at IS NULL THEN 0 ELSE 1 END, e.id DESC LIMIT $2 OFFSET $3";
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE e.facility_id = $1 {order}")))
        .bind(facility.to_string())
        .bind(i64::from(limit))
        .bind(i64::from(skip))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(line)
        .collect()
}

/// A page of those that a facility used from within a time on, in order of id; `after` is the last one of the page before.
pub async fn list_between(
    store: &Store,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    after: Option<LetInId>,
    limit: u16,
) -> Result<Vec<Line>, Error> {
    let place = "WHERE e.facility_id = $1 AND e.id > $2 AND e.event_at >= $3 AND e.event_at < $4 ORDER BY e.id LIMIT $5";
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} {place}")))
        .bind(facility.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(from.seconds())
        .bind(until.seconds())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(line)
        .collect()
}

/// One of a facility.
pub async fn find(db: impl Executor<'_, Database = Any>, facility: FacilityId, id: LetInId) -> Result<Option<Line>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE e.facility_id = $1 AND e.id = $2")))
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(line).transpose()
}

fn line(row: &AnyRow) -> Result<Line, Error> {
    let word = |at: usize| row.try_get::<String, _>(at);
    let cleared = match (row.try_get::<Option<String>, _>(10)?, row.try_get::<Option<i64>, _>(11)?) {
        (Some(how), Some(at)) => {
            let how = Cleared::from_word(&how).ok_or_else(|| rows::decode_error("disaster_let_in.cleared_how"))?;
            Some((how, Timestamp::from_seconds(at)))
        }
        (None, _) | (_, None) => None,
    };
    Ok(Line {
        id: rows::parsed(row, 0, "disaster_let_in.id")?,
        drill: row.try_get::<i64, _>(1)? != 0,
        said: Said {
            whose: Whose::from_word(&word(2)?).ok_or_else(|| rows::decode_error("disaster_let_in.whose"))?,
            machine: Machine::from_word(&word(3)?).ok_or_else(|| rows::decode_error("disaster_let_in.machine"))?,
            name: word(4)?,
            from: word(5)?,
            contact: word(6)?,
            days: None,
        },
        event_at: Timestamp::from_seconds(row.try_get(7)?),
        entered_at: Timestamp::from_seconds(row.try_get(8)?),
        until: row.try_get::<Option<i64>, _>(9)?.map(Timestamp::from_seconds),
        paper: match (row.try_get::<Option<String>, _>(12)?, row.try_get(13)?) {
            (Some(id), Some(number)) => Some((id.parse().map_err(|_| rows::decode_error("disaster_let_in.paper_id"))?, number)),
            (None, _) | (_, None) => None,
        },
        cleared,
        noted: match row.try_get::<Option<String>, _>(16)? {
            Some(by) => Some(Noted {
                done: row.try_get::<&str, _>(14)?.split_ascii_whitespace().filter_map(Check::from_word).collect(),
                why: row.try_get(15)?,
                by,
                name: row.try_get(17)?,
            }),
            None => None,
        },
    })
}

/// How somebody cleared something.
#[derive(Clone, Debug)]
pub struct Clearing<'a> {
    /// How.
    pub how: Cleared,
    /// What was done.
    pub done: &'a [Check],
    /// Why not everything.
    pub why: &'a str,
    /// Who: stored word.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Notes it as cleared; whether it was not before.
pub async fn clear(tx: &mut AnyConnection, facility: FacilityId, id: LetInId, clearing: &Clearing<'_>) -> Result<bool, Error> {
    let done: Vec<&str> = clearing.done.iter().map(|check| check.as_str()).collect();
    let done = sqlx::query(
        "UPDATE disaster_let_in SET cleared_how = $1, cleared_done = $2, cleared_why = $3, cleared_by = $4, cleared_at = $5 \
         WHERE facility_id = $6 AND id = $7 AND cleared_at IS NULL",
    )
    .bind(clearing.how.as_str())
    .bind(done.join(" "))
    .bind(clearing.why.to_owned())
    .bind(clearing.by.clone())
    .bind(clearing.at.seconds())
    .bind(facility.to_string())
    .bind(id.to_string())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes the application that somebody's own device is turned into; it is cleared once that is approved.
pub async fn link_paper(tx: &mut AnyConnection, facility: FacilityId, id: LetInId, paper: PaperId) -> Result<bool, Error> {
    let done =
        sqlx::query("UPDATE disaster_let_in SET paper_id = $3 WHERE facility_id = $1 AND id = $2 AND whose = 'own' AND cleared_at IS NULL")
            .bind(facility.to_string())
            .bind(id.to_string())
            .bind(paper.to_string())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Clears what became this application, now that it is approved; the entry, if there is one.
pub async fn clear_by_paper(
    tx: &mut AnyConnection,
    facility: FacilityId,
    paper: PaperId,
    (by, at): (String, Timestamp),
) -> Result<Option<LetInId>, Error> {
    let id: Option<String> =
        sqlx::query_scalar("SELECT MIN(id) FROM disaster_let_in WHERE paper_id = $1 AND facility_id = $2 AND cleared_at IS NULL")
            .bind(paper.to_string())
            .bind(facility.to_string())
            .fetch_one(&mut *tx)
            .await?;
    let Some(id) = id else { return Ok(None) };
    let id = id.parse().map_err(|_| rows::decode_error("disaster_let_in.id"))?;
    let clearing = Clearing { how: Cleared::Application, done: &[], why: "", by, at };
    clear(tx, facility, id, &clearing).await.map(|done| done.then_some(id))
}

/// What an exception let in, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Devices of the facilities' own people, with a name.
    pub own: i64,
    /// Lent or shared ones, with a name.
    pub lent: i64,
    /// Guests'.
    pub guests: i64,
    /// Used without a name.
    pub skipped: i64,
    /// Papers that went ahead under it without an approval.
    pub papers: i64,
    /// Of all of them: not cleared.
    pub open: i64,
}

const FIGURES: &str = "SELECT COUNT(CASE WHEN e.whose = 'own' AND e.name <> '' THEN 1 END), \
     COUNT(CASE WHEN e.whose = 'lent' AND e.name <> '' THEN 1 END), COUNT(CASE WHEN e.whose = 'guest' THEN 1 END), \
     COUNT(CASE WHEN e.name = '' THEN 1 END), COUNT(CASE WHEN e.cleared_at IS NULL THEN 1 END) \
     + (SELECT COUNT(*) FROM paper p WHERE p.exception_id = $1 AND p.state IN ('exempt', 'revoked')), \
     (SELECT COUNT(*) FROM paper p WHERE p.exception_id = $1) FROM disaster_let_in e";

fn figures(row: &AnyRow) -> Result<Figures, Error> {
    Ok(Figures {
        own: row.try_get(0)?,
        lent: row.try_get(1)?,
        guests: row.try_get(2)?,
        skipped: row.try_get(3)?,
        open: row.try_get(4)?,
        papers: row.try_get(5)?,
    })
}

/// An exception's numbers.
pub async fn figures_of(db: impl Executor<'_, Database = Any>, exception: ExceptionId) -> Result<Figures, Error> {
    let sql = sqlx::AssertSqlSafe(format!("{FIGURES} WHERE e.disaster_id = $1"));
    figures(&sqlx::query(sql).bind(exception.to_string()).fetch_one(db).await?)
}

/// What is left of an exception at each facility, the most first.
pub async fn list_open(store: &Store, exception: ExceptionId, limit: u16) -> Result<Vec<(FacilityId, String, i64)>, Error> {
    sqlx::query(
        "SELECT f.id, f.name, t.left_open FROM (SELECT u.facility_id, COUNT(*) AS left_open FROM (\
             SELECT e.facility_id FROM disaster_let_in e WHERE e.disaster_id = $1 AND e.cleared_at IS NULL \
             UNION ALL SELECT p.facility_id FROM paper p WHERE p.exception_id = $1 AND p.state IN ('exempt', 'revoked')\
           ) u GROUP BY u.facility_id ORDER BY 2 DESC, 1 LIMIT $2) t JOIN facility f ON f.id = t.facility_id ORDER BY 3 DESC, 1",
    )
    .bind(exception.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let id = rows::parsed(row, 0, "facility.id")?;
        Ok((id, row.try_get(1)?, row.try_get(2)?))
    })
    .collect()
}

/// Exception `d` is over for the facility of `e` at `$2`: as a whole, or in its areas.
const OVER_HERE: &str = "(d.ended_at IS NOT NULL OR d.ends_at <= $2 OR d.reach <> 'region' AND NOT EXISTS (\
     SELECT 1 FROM disaster_place p WHERE p.disaster_id = d.id AND p.lifted_at IS NULL \
     AND (p.place = e.facility_id OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = e.facility_id))))";

/// No exception that is real covers the facility of `e` at `now`: while one does, what another let in stays.
fn uncovered(now: Timestamp) -> String {
    let now = now.seconds();
    format!(
        "NOT EXISTS (SELECT 1 FROM disaster x WHERE x.region_id = d.region_id AND x.drill = 0 AND x.ended_at IS NULL \
         AND x.ends_at > {now} AND x.began_at <= {now} AND (x.reach = 'region' OR EXISTS (SELECT 1 FROM disaster_place q \
           WHERE q.disaster_id = x.id AND q.lifted_at IS NULL AND (q.place = e.facility_id \
           OR q.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = e.facility_id)))))"
    )
}

/// How many of a facility's are to be cleared now: the exception is over there and no other holds, or a guest's stay is over.
pub async fn count_due(store: &Store, facility: FacilityId, now: Timestamp) -> Result<i64, Error> {
    let sql = format!(
        "SELECT COUNT(*) FROM disaster_let_in e JOIN disaster d ON d.id = e.disaster_id \
         WHERE e.facility_id = $1 AND e.cleared_at IS NULL AND d.drill = 0 AND (e.until_at <= $2 OR {OVER_HERE} AND {})",
        uncovered(now)
    );
    let let_in: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(facility.to_string()).bind(now.seconds()).fetch_one(store.read()).await?;
    Ok(let_in + count_papers_due(store, facility, now).await?)
}

/// How many of a facility's papers went ahead under an exception that is over there, with no other in its place, and are neither approved
/// nor ended.
pub async fn count_papers_due(store: &Store, facility: FacilityId, now: Timestamp) -> Result<i64, Error> {
    let sql = format!(
        "SELECT COUNT(*) FROM paper e JOIN disaster d ON d.id = e.exception_id \
         WHERE e.facility_id = $1 AND e.open = 1 AND e.state IN ('exempt', 'revoked') AND {OVER_HERE} AND {}",
        uncovered(now)
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(facility.to_string()).bind(now.seconds()).fetch_one(store.read()).await
}

/// When exception `d` ended, as a whole or (the last time) where the facility of `e` lies.
const OVER_AT: &str = "CASE WHEN d.reach = 'region' THEN coalesce(d.ended_at, d.ends_at) ELSE coalesce(\
     (SELECT CASE WHEN COUNT(*) = COUNT(p.lifted_at) THEN MAX(p.lifted_at) END FROM disaster_place p WHERE p.disaster_id = d.id \
      AND (p.place = e.facility_id OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = e.facility_id))), \
     d.ended_at, d.ends_at) END";

/// Whatever was let in in region `$1`, or went ahead on paper, and is not cleared though it should have been since `over_at`, up to `$2`.
fn left_since(now: Timestamp) -> String {
    let uncovered = uncovered(now);
    format!(
        "SELECT l.facility_id, l.over_at FROM (\
           SELECT e.facility_id, CASE WHEN e.until_at <= $2 THEN e.until_at ELSE {OVER_AT} END AS over_at \
           FROM disaster d JOIN disaster_let_in e ON e.disaster_id = d.id \
           WHERE d.region_id = $1 AND d.drill = 0 AND e.cleared_at IS NULL AND (e.until_at <= $2 OR {uncovered}) \
           UNION ALL SELECT e.facility_id, {OVER_AT} FROM disaster d JOIN paper e ON e.exception_id = d.id \
           WHERE d.region_id = $1 AND e.state IN ('exempt', 'revoked') AND {uncovered}\
         ) l WHERE l.over_at <= $2"
    )
}

/// How many of a region's should have been cleared: what was over at `before` and is not cleared yet, and since when the first.
pub async fn count_overdue(
    store: &Store,
    region: RegionId,
    (before, now): (Timestamp, Timestamp),
) -> Result<(i64, Option<Timestamp>), Error> {
    let sql = format!("SELECT COUNT(*), MIN(u.over_at) FROM ({}) u", left_since(now));
    let (count, since): (i64, Option<i64>) =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(region.to_string()).bind(before.seconds()).fetch_one(store.read()).await?;
    Ok((count, since.map(Timestamp::from_seconds)))
}

/// Since when the first of a facility's is to be cleared that should have been cleared by now.
pub async fn left_at(store: &Store, home: Home, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let sql = format!("SELECT MIN(u.over_at) FROM ({}) u WHERE u.facility_id = $3", left_since(now));
    let since: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(home.region.to_string())
        .bind(now.seconds())
        .bind(home.facility.to_string())
        .fetch_one(store.read())
        .await?;
    Ok(since.map(Timestamp::from_seconds))
}

/// The same at each facility of a region, in order of id; `after` is the last one of the page before.
pub async fn list_overdue(
    store: &Store,
    region: RegionId,
    (before, now): (Timestamp, Timestamp),
    (after, limit): (Option<FacilityId>, u16),
) -> Result<Vec<(FacilityId, i64)>, Error> {
    let sql = format!(
        "SELECT u.facility_id, COUNT(*) FROM ({}) u WHERE u.facility_id > $3 GROUP BY u.facility_id ORDER BY u.facility_id LIMIT $4",
        left_since(now)
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(before.seconds())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| Ok((rows::parsed(row, 0, "disaster_let_in.facility_id")?, row.try_get(1)?)))
        .collect()
}

/// The exception that held over a facility at an instant, the real one before a drill, the widest first; also when it ended since.
pub async fn held_over(db: impl Executor<'_, Database = Any>, home: Home, at: Timestamp) -> Result<Option<(ExceptionId, bool)>, Error> {
    let row = sqlx::query(
        "SELECT d.id, d.drill FROM disaster d WHERE d.region_id = $1 AND d.began_at <= $2 AND coalesce(d.ended_at, d.ends_at) > $2 \
         AND d.phase <> 'closed' AND (d.reach = 'region' OR d.id IN (SELECT p.disaster_id FROM disaster_place p \
           WHERE (p.lifted_at IS NULL OR p.lifted_at > $2) \
           AND (p.place = $3 OR p.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = $3)))) \
         ORDER BY d.drill, CASE d.reach WHEN 'region' THEN 0 WHEN 'areas' THEN 1 ELSE 2 END, d.id DESC LIMIT 1",
    )
    .bind(home.region.to_string())
    .bind(at.seconds())
    .bind(home.facility.to_string())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id = rows::parsed(&row, 0, "disaster.id")?;
    Ok(Some((id, row.try_get::<i64, _>(1)? != 0)))
}
