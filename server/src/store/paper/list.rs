//! Papers as lists show them, and the steps of one.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, Executor, Row as _};

use super::{COLUMNS, Found, WIDTH, read, state};
use crate::domain::ids::{DeviceId, FacilityId, PaperId, RegionId};
use crate::domain::paper::{Act, Kind, Paper, State};
use crate::domain::people::Scope;
use crate::store::belonging::Home;
use crate::store::{Error, Store, Tx, rows};

/// A step of a paper's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What was done.
    pub act: Act,
    /// How the paper stood afterwards.
    pub state: State,
    /// When it was entered.
    pub at: Timestamp,
    /// The day on the paper.
    pub on: Option<Timestamp>,
    /// Who; `None`: no longer on file.
    pub by: Option<String>,
    /// Who, as a word or an id.
    pub by_word: String,
    /// Why.
    pub why: String,
    /// Who looked.
    pub checker: String,
}

/// Which papers are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Only those with which something is still to be done.
    pub open: bool,
    /// Only those that went ahead under a 災害時特例 and are to be approved or ended afterwards.
    pub exempt: bool,
    /// Only those whose period ended before this instant.
    pub ended_by: Option<Timestamp>,
    /// Only older than this one.
    pub before: Option<PaperId>,
}

/// A page of a facility's papers, newest first.
pub async fn list(store: &Store, facility: FacilityId, filter: Filter, limit: u16) -> Result<Vec<Found>, Error> {
    let mut sql =
        format!("{COLUMNS} WHERE p.facility_id = $1 AND (p.kind = $2 OR $2 = '') AND p.until_at <= $3 AND (p.id < $4 OR $4 = '')");
    if filter.open {
        sql.push_str(" AND p.open = 1");
    }
    if filter.exempt {
        sql.push_str(" AND p.exception_id IS NOT NULL AND p.state IN ('exempt', 'revoked')");
    }
    sql.push_str(" ORDER BY p.id DESC LIMIT $5");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(facility.to_string())
        .bind(filter.kind.map_or("", Kind::as_str))
        .bind(filter.ended_by.map_or(i64::MAX, Timestamp::seconds))
        .bind(filter.before.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The approvals in force for a device of a facility, as its pages show them over its verdict.
pub async fn list_in_force(store: &Store, facility: FacilityId, device: DeviceId, now: Timestamp) -> Result<Vec<Paper>, Error> {
    let sql = format!("{COLUMNS} WHERE p.device_id = $1 AND p.kind = $2 AND p.facility_id = $3 AND p.open = 1 ORDER BY p.until_at DESC");
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(device.to_string())
        .bind(Kind::PersonalDevice.as_str())
        .bind(facility.to_string())
        .fetch_all(store.read())
        .await?;
    let papers = found.iter().map(|row| read(row).map(|found| found.paper)).collect::<Result<Vec<_>, _>>()?;
    Ok(papers.into_iter().filter(|paper| paper.is_in_force(now)).collect())
}

/// The open papers of a facility but its incidents, in order of filing, inside a transaction.
pub async fn list_to_end(tx: &mut Tx, facility: FacilityId) -> Result<Vec<Paper>, Error> {
    let sql = format!("{COLUMNS} WHERE p.facility_id = $1 AND p.open = 1 AND p.kind <> $2 ORDER BY p.id");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(facility.to_string()).bind(Kind::Incident.as_str());
    query.fetch_all(&mut **tx).await?.iter().map(|row| read(row).map(|found| found.paper)).collect()
}

/// The paper that opens by its applicant's own link, and where it is.
pub async fn find_own(store: &Store, hash: &str) -> Result<Option<(Home, Found)>, Error> {
    let sql = COLUMNS.replace(" FROM paper p", ", p.region_id, p.facility_id FROM paper p") + " WHERE p.own_hash = $1";
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(hash.to_owned()).fetch_optional(store.read()).await?;
    let Some(row) = row else { return Ok(None) };
    let home =
        Home { region: rows::parsed(&row, WIDTH, "paper.region_id")?, facility: rows::parsed(&row, WIDTH + 1, "paper.facility_id")? };
    Ok(Some((home, read(&row)?)))
}

/// The open papers of a kind in a region, those with the oldest first day first and after one of them: where, the facility's name, and
/// the paper.
pub async fn list_open(
    store: &Store,
    (region, kind): (RegionId, Kind),
    (after, limit): (Option<PaperId>, u16),
) -> Result<Vec<(FacilityId, String, Found)>, Error> {
    let sql = COLUMNS.replace(" FROM paper p", ", f.id, f.name FROM paper p")
        + " JOIN facility f ON f.id = p.facility_id WHERE p.region_id = $1 AND p.kind = $2 AND p.open = 1 \
           AND ($4 = '' OR (p.from_at, p.id) > (SELECT q.from_at, q.id FROM paper q WHERE q.id = $4)) ORDER BY p.from_at, p.id LIMIT $3";
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(kind.as_str())
        .bind(i64::from(limit))
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let facility = rows::parsed(row, WIDTH, "facility.id")?;
            Ok((facility, row.try_get(WIDTH + 1)?, read(row)?))
        })
        .collect()
}

/// Open incidents of a facility or a region, the oldest filing first: where, and the paper.
pub async fn list_open_incidents(
    store: &Store,
    scope: Scope,
    after: Option<PaperId>,
    limit: u16,
) -> Result<Vec<(FacilityId, Found)>, Error> {
    let sql = COLUMNS.replace(" FROM paper p", ", p.facility_id FROM paper p")
        + " WHERE p.region_id = $1 AND p.kind = $2 AND p.open = 1 AND (p.facility_id = $3 OR $3 = '') AND p.id > $4 ORDER BY p.id LIMIT $5";
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.region().to_string())
        .bind(Kind::Incident.as_str())
        .bind(scope.facility().map(|id| id.to_string()).unwrap_or_default())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| Ok((rows::parsed(row, WIDTH, "paper.facility_id")?, read(row)?)))
        .collect()
}

/// The open incidents about a device of a facility, the newest first.
pub async fn list_incidents_about(
    executor: impl Executor<'_, Database = Any>,
    facility: FacilityId,
    device: DeviceId,
) -> Result<Vec<Paper>, Error> {
    incidents_about(executor, facility, device, "").await
}

/// The one of them that a loss noted now belongs to: it reports one, nobody has decided that nothing can have leaked, and the device was
/// not found again since.
pub async fn find_incident_of_loss(tx: &mut Tx, facility: FacilityId, device: DeviceId) -> Result<Option<Paper>, Error> {
    const OF_NOW: &str = " AND NOT EXISTS (SELECT 1 FROM paper_step s WHERE s.paper_id = p.id AND s.act = 'no_leak') \
        AND NOT EXISTS (SELECT 1 FROM loss l WHERE l.n = d.n AND l.closed_at >= p.entered_at)";
    Ok(incidents_about(&mut **tx, facility, device, OF_NOW).await?.into_iter().find(Paper::is_open_loss))
}

async fn incidents_about(
    executor: impl Executor<'_, Database = Any>,
    facility: FacilityId,
    device: DeviceId,
    only: &str,
) -> Result<Vec<Paper>, Error> {
    let sql = format!("{COLUMNS} WHERE p.device_id = $1 AND p.facility_id = $2 AND p.kind = $3 AND p.open = 1{only} ORDER BY p.id DESC");
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(device.to_string())
        .bind(facility.to_string())
        .bind(Kind::Incident.as_str())
        .fetch_all(executor)
        .await?;
    found.iter().map(|row| read(row).map(|found| found.paper)).collect()
}

/// A paper's steps, the first first.
pub async fn history(store: &Store, id: PaperId) -> Result<Vec<Past>, Error> {
    sqlx::query(
        "SELECT s.act, s.state, s.at, s.on_day, w.name, s.why, s.checker, s.by_whom FROM paper_step s LEFT JOIN person w ON w.id = s.by_whom \
         WHERE s.paper_id = $1 ORDER BY s.n",
    )
    .bind(id.to_string())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(Past {
            act: Act::from_word(row.try_get(0)?).ok_or_else(|| rows::decode_error("paper_step.act"))?,
            state: state(row.try_get(1)?)?,
            at: Timestamp::from_seconds(row.try_get(2)?),
            on: row.try_get::<Option<i64>, _>(3)?.map(Timestamp::from_seconds),
            by: row.try_get(4)?,
            by_word: row.try_get(7)?,
            why: row.try_get(5)?,
            checker: row.try_get(6)?,
        })
    })
    .collect()
}

/// A page of a facility's papers of which a step was entered within a time, oldest first; `after` is the last one of the page before.
pub async fn list_between(
    store: &Store,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    after: Option<PaperId>,
    limit: u16,
) -> Result<Vec<Found>, Error> {
    let sql = format!(
        "{COLUMNS} WHERE p.facility_id = $1 AND p.id > $2 AND p.entered_at < $4 AND EXISTS \
         (SELECT 1 FROM paper_step s WHERE s.paper_id = p.id AND s.at >= $3 AND s.at < $4) ORDER BY p.id LIMIT $5"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(facility.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(from.seconds())
        .bind(until.seconds())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The 利用制限 of a facility that hold now, the one that began last first.
pub async fn list_restrictions(store: &Store, facility: FacilityId, now: Timestamp) -> Result<Vec<Paper>, Error> {
    let sql =
        format!("{COLUMNS} WHERE p.facility_id = $1 AND p.kind = $2 AND p.state = $3 AND p.open = 1 ORDER BY p.from_at DESC, p.id DESC");
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(facility.to_string())
        .bind(Kind::Restriction.as_str())
        .bind(State::Restricted.as_str())
        .fetch_all(store.read())
        .await?;
    let papers = found.iter().map(|row| read(row).map(|found| found.paper)).collect::<Result<Vec<_>, _>>()?;
    Ok(papers.into_iter().filter(|paper| paper.restricts(now)).collect())
}

/// The paper of a facility with this number among those of its kind.
pub async fn find_numbered(store: &Store, facility: FacilityId, (kind, number): (Kind, i64)) -> Result<Option<PaperId>, Error> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM paper WHERE facility_id = $1 AND kind = $2 AND number = $3")
        .bind(facility.to_string())
        .bind(kind.as_str())
        .bind(number)
        .fetch_optional(store.read())
        .await?;
    id.map(|id| id.parse().map_err(|_| rows::decode_error("paper.id"))).transpose()
}
