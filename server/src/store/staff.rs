//! 利用者の名簿: persons and their steps. Whatever registers somebody or moves them on does so under `Store::begin_ledger`, so that of
//! two people who act at once the second sees what the first did. Everything is asked for with the facility.

pub mod pledge;
pub mod remind;
pub mod review;
pub mod sum;
pub mod training;

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Row as _};

use super::belonging::Home;
use super::{Error, Tx, packed, rows};
use crate::domain::ids::{FacilityId, MemberId, PersonId};
use crate::domain::staff::{Act, Change, Details, LeaveItem, Member, Moved, Pledge, State};
use crate::random::Random;

/// A step of somebody's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What was done.
    pub act: Act,
    /// How the person stood afterwards.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// The day that it is about.
    pub on: Option<Timestamp>,
    /// Who; `None`: no longer on file.
    pub by: Option<String>,
    /// Stored word of who.
    pub by_word: String,
    /// Why.
    pub why: String,
}

/// Who registers somebody, and when.
#[derive(Clone, Copy, Debug)]
pub struct Registrar<'a> {
    /// Makes ids.
    pub random: &'a Random,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

const COLUMNS: &[&str] = &[
    "id",
    "number",
    "state",
    "name",
    "job",
    "mcs_id",
    "joined_on",
    "last_on",
    "pledge_edition",
    "pledge_on",
    "pledge_before",
    "trained_on",
    "changed_on",
    "cleared",
    "version",
];

/// Puts people on the list, in this order; their numbers go on from `Ok`'s.
pub async fn insert(tx: &mut Tx, home: Home, new: &[Details], registrar: Registrar<'_>) -> Result<i64, Error> {
    let first: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM (SELECT number FROM member WHERE facility_id = $1 \
         UNION ALL SELECT number FROM paper_number WHERE facility_id = $1 AND kind = 'member') AS given",
    )
    .bind(home.facility.to_string())
    .fetch_one(&mut **tx)
    .await?;
    for (number, details) in (first..).zip(new) {
        let member = Member { version: 1, ..Member::new(MemberId::new(registrar.random.uuid(registrar.at)), number, details.clone()) };
        sqlx::query(
            "INSERT INTO member (id, region_id, facility_id, number, state, name, job, mcs_id, joined_on, pledge_edition, pledge_before, \
             cleared, registered_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', $10, 1)",
        )
        .bind(member.id.to_string())
        .bind(home.region.to_string())
        .bind(home.facility.to_string())
        .bind(number)
        .bind(member.state.as_str())
        .bind(details.name.clone())
        .bind(details.job.clone())
        .bind(details.mcs_id.clone())
        .bind(details.joined.seconds())
        .bind(registrar.at.seconds())
        .execute(&mut **tx)
        .await?;
        let on = Some(details.joined);
        add_step(tx, &member, (Act::Register, ""), (registrar.by, registrar.at, on)).await?;
    }
    Ok(first)
}

async fn add_step(
    tx: &mut Tx,
    after: &Member,
    (act, why): (Act, &str),
    (by, at, on): (PersonId, Timestamp, Option<Timestamp>),
) -> Result<(), Error> {
    sqlx::query("INSERT INTO member_step (member_id, n, act, state, at, on_day, by_whom, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(after.id.to_string())
        .bind(after.version)
        .bind(act.as_str())
        .bind(after.state.as_str())
        .bind(at.seconds())
        .bind(on.map(Timestamp::seconds))
        .bind(by.to_string())
        .bind(why.to_owned())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Keeps a step, and the person as they stand after it; `false`: somebody else took a step meanwhile.
pub async fn apply(tx: &mut Tx, facility: FacilityId, after: &Member, moved: &Moved) -> Result<bool, Error> {
    let pledge = after.pledge;
    let done = sqlx::query(
        "UPDATE member SET state = $3, name = $4, job = $5, mcs_id = $6, joined_on = $7, last_on = $8, pledge_edition = $9, pledge_on = $10, \
         pledge_before = $11, trained_on = $12, changed_on = $13, cleared = $14, version = $15 \
         WHERE id = $1 AND facility_id = $2 AND version = $15 - 1",
    )
    .bind(after.id.to_string())
    .bind(facility.to_string())
    .bind(after.state.as_str())
    .bind(after.details.name.clone())
    .bind(after.details.job.clone())
    .bind(after.details.mcs_id.clone())
    .bind(after.details.joined.seconds())
    .bind(after.last_day.map(Timestamp::seconds))
    .bind(pledge.map_or(0, |pledge| pledge.edition))
    .bind(pledge.map(|pledge| pledge.on.seconds()))
    .bind(i64::from(pledge.is_some_and(|pledge| pledge.before)))
    .bind(after.trained.map(Timestamp::seconds))
    .bind(after.changed.map(Timestamp::seconds))
    .bind(after.cleared.iter().map(|item| item.as_str()).collect::<Vec<_>>().join(" "))
    .bind(after.version)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    if moved.change == Change::Erased {
        // What was written about them goes with their name.
        sqlx::query("UPDATE member_step SET why = '' WHERE member_id = $1").bind(after.id.to_string()).execute(&mut **tx).await?;
    }
    add_step(tx, after, (moved.act, &moved.why), (moved.by, moved.at, moved.on)).await?;
    Ok(true)
}

/// Somebody on a facility's list, by their number; not those whose names were erased.
pub async fn find(db: impl Executor<'_, Database = Any>, facility: FacilityId, number: i64) -> Result<Option<Member>, Error> {
    let found =
        sqlx::query(AssertSqlSafe(packed_members("SELECT * FROM member WHERE facility_id = $1 AND number = $2 AND state <> $3", "number")))
            .bind(facility.to_string())
            .bind(number)
            .bind(State::Removed.as_str())
            .fetch_one(db)
            .await?;
    Ok(members(&found)?.pop())
}

/// Those on a facility's list who have not left, in order of their numbers.
pub async fn list(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Vec<Member>, Error> {
    let found =
        sqlx::query(AssertSqlSafe(packed_members("SELECT * FROM member WHERE facility_id = $1 AND state IN ($2, $3, $4)", "number")))
            .bind(facility.to_string())
            .bind(State::Joining.as_str())
            .bind(State::InUse.as_str())
            .bind(State::Leaving.as_str())
            .fetch_one(db)
            .await?;
    members(&found)
}

/// Those who have left, the newest on the list first.
pub async fn list_left(db: impl Executor<'_, Database = Any>, facility: FacilityId, limit: u16) -> Result<Vec<Member>, Error> {
    let newest = "SELECT * FROM member WHERE facility_id = $1 AND state = $2 ORDER BY number DESC LIMIT $3";
    let found = sqlx::query(AssertSqlSafe(packed_members(newest, "number DESC")))
        .bind(facility.to_string())
        .bind(State::Left.as_str())
        .bind(i64::from(limit))
        .fetch_one(db)
        .await?;
    members(&found)
}

/// The statement for these rows of the table as one.
fn packed_members(rows: &str, order: &str) -> String {
    format!("SELECT {} FROM ({rows}) AS m", packed::sql(COLUMNS, order))
}

/// Somebody's steps, the oldest first.
pub async fn history(db: impl Executor<'_, Database = Any>, id: MemberId) -> Result<Vec<Past>, Error> {
    sqlx::query(
        "SELECT s.act, s.state, s.at, s.on_day, p.name, s.why, s.by_whom FROM member_step s LEFT JOIN person p ON p.id = s.by_whom \
         WHERE s.member_id = $1 ORDER BY s.n",
    )
    .bind(id.to_string())
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Past {
            act: Act::from_word(row.try_get(0)?).ok_or_else(|| rows::decode_error("member_step.act"))?,
            state: state(row.try_get(1)?)?,
            at: Timestamp::from_seconds(row.try_get(2)?),
            on: row.try_get::<Option<i64>, _>(3)?.map(Timestamp::from_seconds),
            by: row.try_get(4)?,
            by_word: row.try_get(6)?,
            why: row.try_get(5)?,
        })
    })
    .collect()
}

fn state(word: &str) -> Result<State, Error> {
    State::from_word(word).ok_or_else(|| rows::decode_error("member.state"))
}

fn members(row: &AnyRow) -> Result<Vec<Member>, Error> {
    packed::read(row, 0, member)
}

fn member(fields: &mut packed::Fields<'_>) -> Result<Member, Error> {
    let day = |fields: &mut packed::Fields<'_>| fields.optional().map(|at| at.map(Timestamp::from_seconds));
    Ok(Member {
        id: fields.parsed()?,
        number: fields.parsed()?,
        state: state(fields.text()?)?,
        details: Details {
            name: fields.text()?.to_owned(),
            job: fields.text()?.to_owned(),
            mcs_id: fields.text()?.to_owned(),
            joined: Timestamp::from_seconds(fields.parsed()?),
        },
        last_day: day(fields)?,
        pledge: {
            let (edition, on, before): (i64, _, i64) = (fields.parsed()?, day(fields)?, fields.parsed()?);
            on.filter(|_| edition > 0).map(|on| Pledge { edition, on, before: before == 1 })
        },
        trained: day(fields)?,
        changed: day(fields)?,
        cleared: fields.text()?.split_whitespace().filter_map(LeaveItem::from_word).collect(),
        version: fields.parsed()?,
    })
}
