//! Papers and their steps. Whatever files a paper or moves one on does so under `Store::begin_ledger`, so that of two people who
//! decide at once the second sees what the first did.
//!
//! Invariant: a paper's state is that of its last step, and steps are only ever added; a paper goes as a whole when it has been kept long
//! enough (`retention`).

mod sums;

pub use sums::{OpenCount, count_incidents, count_measures, count_open, list_never_filed};

mod contact;
mod untold;

pub use contact::{Contact, NewContact, confirm_contact, delete_old_contacts, find_by_way, find_contact, find_way, insert_contact};
pub use untold::{Untold, list_untold};

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, rows};
use crate::domain::act::Actor;
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::{DeviceId, FacilityId, PaperId, PersonId, RegionId};
use crate::domain::paper::{Act, Applicant, Kind, Moved, Paper, Period, State, Values, Wish};
use crate::domain::people::Scope;

/// A paper about to be filed.
#[derive(Debug)]
pub struct NewPaper<'a> {
    /// Its id.
    pub id: PaperId,
    /// Where.
    pub region: RegionId,
    /// Whose.
    pub facility: FacilityId,
    /// What kind.
    pub kind: Kind,
    /// What was filled in.
    pub wish: &'a Wish,
    /// The account of whom it is for.
    pub applicant: Option<PersonId>,
    /// Who enters it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// The device a paper is about, as the ledger has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// How it stands.
    pub standing: Standing,
}

/// A paper and its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The paper.
    pub paper: Paper,
    /// The device it is about.
    pub device: Option<About>,
}

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

const COLUMNS: &str = "SELECT p.id, p.kind, p.number, p.state, p.applicant, p.applicant_id, p.device_id, p.from_at, p.until_at, p.asked_until, \
    p.fields, p.filed_at, p.version, d.label, d.ownership, d.standing FROM paper p LEFT JOIN device d ON d.id = p.device_id";

/// Files a paper; its number.
pub async fn insert(tx: &mut Tx, new: &NewPaper<'_>) -> Result<i64, Error> {
    // No number is given out twice, also when the paper that had it is kept no longer.
    let number: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM (SELECT number FROM paper WHERE facility_id = $1 AND kind = $2 \
         UNION ALL SELECT number FROM paper_number WHERE facility_id = $1 AND kind = $2) AS given",
    )
    .bind(new.facility.to_string())
    .bind(new.kind.as_str())
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO paper (id, region_id, facility_id, kind, number, state, open, applicant, applicant_id, device_id, from_at, until_at, \
         fields, filed_at, entered_at, version) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13, $14, 0)",
    )
    .bind(new.id.to_string())
    .bind(new.region.to_string())
    .bind(new.facility.to_string())
    .bind(new.kind.as_str())
    .bind(number)
    .bind(new.kind.first_state(new.by == Actor::Stranger).as_str())
    .bind(new.wish.applicant.clone())
    .bind(new.applicant.map(|id| id.to_string()))
    .bind(new.wish.device.map(|id| id.to_string()))
    .bind(new.wish.period.from.seconds())
    .bind(new.wish.period.until.seconds())
    .bind(encoded(new.wish)?)
    .bind(new.wish.on.unwrap_or(new.at).seconds())
    .bind(new.at.seconds())
    .execute(&mut **tx)
    .await?;
    insert_step(tx, (new.id, 0), &filed(Act::File, new.kind.first_state(new.by == Actor::Stranger), new.wish, new.at), new.by).await?;
    Ok(number)
}

/// Files a paper again that was sent back, as it was filled in now. `false`: somebody else acted first.
pub async fn refile(
    tx: &mut Tx,
    paper: &Paper,
    (wish, applicant): (&Wish, Option<PersonId>),
    (by, at): (PersonId, Timestamp),
) -> Result<bool, Error> {
    let moved = filed(Act::FileAgain, paper.kind.first_state(false), wish, at);
    if !move_on(tx, paper, &moved, by).await? {
        return Ok(false);
    }
    sqlx::query("UPDATE paper SET applicant = $2, applicant_id = $3, device_id = $4, fields = $5, filed_at = $6 WHERE id = $1")
        .bind(paper.id.to_string())
        .bind(wish.applicant.clone())
        .bind(applicant.map(|id| id.to_string()))
        .bind(wish.device.map(|id| id.to_string()))
        .bind(encoded(wish)?)
        .bind(wish.on.unwrap_or(at).seconds())
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

fn filed(act: Act, to: State, wish: &Wish, at: Timestamp) -> Moved {
    Moved {
        act,
        to,
        period: wish.period,
        device: None,
        asked_until: None,
        at,
        on: wish.on,
        why: String::new(),
        checker: String::new(),
        added: Values::new(),
    }
}

fn encoded(wish: &Wish) -> Result<String, Error> {
    serde_json::to_string(&wish.values).map_err(|e| Error::Encode(Box::new(e)))
}

/// Takes a step with a paper as it was seen. `false`: somebody else acted first.
pub async fn move_on(tx: &mut Tx, paper: &Paper, moved: &Moved, by: PersonId) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE paper SET state = $1, open = $2, from_at = $3, until_at = $4, asked_until = $5, version = version + 1 \
         WHERE id = $6 AND version = $7 AND state = $8",
    )
    .bind(moved.to.as_str())
    .bind(i64::from(!moved.to.is_final()))
    .bind(moved.period.from.seconds())
    .bind(moved.period.until.seconds())
    .bind(moved.asked_until.map(Timestamp::seconds))
    .bind(paper.id.to_string())
    .bind(paper.version)
    .bind(paper.state.as_str())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    if !moved.added.is_empty() {
        let values: Values = paper.values.iter().chain(&moved.added).map(|(name, value)| (name.clone(), value.clone())).collect();
        let fields = serde_json::to_string(&values).map_err(|e| Error::Encode(Box::new(e)))?;
        sqlx::query("UPDATE paper SET fields = $2 WHERE id = $1").bind(paper.id.to_string()).bind(fields).execute(&mut **tx).await?;
    }
    if let Some(device) = moved.device {
        sqlx::query("UPDATE paper SET device_id = $2 WHERE id = $1")
            .bind(paper.id.to_string())
            .bind(device.to_string())
            .execute(&mut **tx)
            .await?;
    }
    insert_step(tx, (paper.id, paper.version + 1), moved, Actor::Person(by)).await?;
    Ok(true)
}

async fn insert_step(tx: &mut Tx, (paper, n): (PaperId, i64), moved: &Moved, by: Actor) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO paper_step (paper_id, n, act, state, at, on_day, by_whom, why, checker) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(paper.to_string())
    .bind(n)
    .bind(moved.act.as_str())
    .bind(moved.to.as_str())
    .bind(moved.at.seconds())
    .bind(moved.on.map(Timestamp::seconds))
    .bind(by.to_word())
    .bind(moved.why.clone())
    .bind(moved.checker.clone())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The number of an open paper of this kind about the same device whose period has a day in common; `except` is the paper itself.
pub async fn overlapping(
    tx: &mut Tx,
    facility: FacilityId,
    (kind, device, period): (Kind, DeviceId, Period),
    except: Option<PaperId>,
) -> Result<Option<i64>, Error> {
    sqlx::query_scalar(
        "SELECT MIN(number) FROM paper WHERE facility_id = $1 AND kind = $2 AND device_id = $3 AND open = 1 AND state <> 'sent_back' \
         AND from_at < $4 AND until_at > $5 AND id <> $6",
    )
    .bind(facility.to_string())
    .bind(kind.as_str())
    .bind(device.to_string())
    .bind(period.until.seconds())
    .bind(period.from.seconds())
    .bind(except.map(|id| id.to_string()).unwrap_or_default())
    .fetch_one(&mut **tx)
    .await
}

/// One paper of a facility.
pub async fn find(store: &Store, facility: FacilityId, id: PaperId) -> Result<Option<Found>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE p.facility_id = $1 AND p.id = $2")))
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Which papers are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Only those with which something is still to be done.
    pub open: bool,
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

/// The open papers of a kind in a region, the oldest first: where, the facility's name, and the paper.
pub async fn list_open(store: &Store, region: RegionId, kind: Kind, limit: u16) -> Result<Vec<(FacilityId, String, Found)>, Error> {
    let sql = COLUMNS.replace("d.standing FROM", "d.standing, f.id, f.name FROM")
        + " JOIN facility f ON f.id = p.facility_id WHERE p.region_id = $1 AND p.kind = $2 AND p.open = 1 ORDER BY p.from_at, p.id LIMIT $3";
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(kind.as_str())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let facility = row.try_get::<&str, _>(16)?.parse().map_err(|_| rows::decode_error("facility.id"))?;
            Ok((facility, row.try_get(17)?, read(row)?))
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
    let sql = COLUMNS.replace("d.standing FROM", "d.standing, p.facility_id FROM")
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
        .map(|row| Ok((row.try_get::<&str, _>(16)?.parse().map_err(|_| rows::decode_error("paper.facility_id"))?, read(row)?)))
        .collect()
}

fn read(row: &AnyRow) -> Result<Found, Error> {
    let id = |text: &str| text.parse().map_err(|_| rows::decode_error("paper.device_id"));
    let device = match row.try_get::<Option<String>, _>(13)? {
        None => None,
        Some(label) => Some(About {
            label,
            ownership: Ownership::from_word(row.try_get(14)?).ok_or_else(|| rows::decode_error("device.ownership"))?,
            standing: Standing::from_word(row.try_get(15)?).ok_or_else(|| rows::decode_error("device.standing"))?,
        }),
    };
    let person = row.try_get::<Option<String>, _>(5)?.map(|id| id.parse().map_err(|_| rows::decode_error("paper.applicant_id")));
    let paper = Paper {
        id: row.try_get::<&str, _>(0)?.parse().map_err(|_| rows::decode_error("paper.id"))?,
        kind: kind(row.try_get(1)?)?,
        number: row.try_get(2)?,
        state: state(row.try_get(3)?)?,
        applicant: Applicant { name: row.try_get(4)?, person: person.transpose()? },
        device: row.try_get::<Option<String>, _>(6)?.as_deref().map(id).transpose()?,
        period: Period { from: Timestamp::from_seconds(row.try_get(7)?), until: Timestamp::from_seconds(row.try_get(8)?) },
        asked_until: row.try_get::<Option<i64>, _>(9)?.map(Timestamp::from_seconds),
        values: serde_json::from_str(row.try_get(10)?).map_err(|_| rows::decode_error("paper.fields"))?,
        filed_at: Timestamp::from_seconds(row.try_get(11)?),
        version: row.try_get(12)?,
    };
    Ok(Found { paper, device })
}

fn kind(word: &str) -> Result<Kind, Error> {
    Kind::from_word(word).ok_or_else(|| rows::decode_error("paper.kind"))
}

fn state(word: &str) -> Result<State, Error> {
    State::from_word(word).ok_or_else(|| rows::decode_error("paper.state"))
}
