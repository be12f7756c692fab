//! Trainings (§17) and who took part. One that was noted by mistake stays, with the reason why it does not count.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Row as _};

use crate::domain::ids::{FacilityId, MemberId, PersonId};
use crate::domain::staff::Training;
use crate::store::{Error, Tx, packed, rows};

/// A training on file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number within the facility.
    pub number: i64,
    /// What it was.
    pub training: Training,
    /// Who noted it; `None`: no longer on file.
    pub by: Option<String>,
    /// Why it does not count; empty: it does.
    pub void_why: String,
    /// Numbers and names of those who took part.
    pub people: Vec<(i64, String)>,
}

/// Notes a training with those who took part (in a transaction of `Store::begin_ledger`); its number.
pub async fn insert(
    tx: &mut Tx,
    facility: FacilityId,
    (training, members): (&Training, &[MemberId]),
    (by, at): (PersonId, Timestamp),
) -> Result<i64, Error> {
    let number: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM (SELECT number FROM training WHERE facility_id = $1 \
         UNION ALL SELECT number FROM paper_number WHERE facility_id = $1 AND kind = 'training') AS given",
    )
    .bind(facility.to_string())
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO training (facility_id, number, held_on, topic, teacher, material, understood, at, by_whom, void_why) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')",
    )
    .bind(facility.to_string())
    .bind(number)
    .bind(training.on.seconds())
    .bind(training.topic.clone())
    .bind(training.teacher.clone())
    .bind(training.material.clone())
    .bind(training.understood.clone())
    .bind(at.seconds())
    .bind(by.to_string())
    .execute(&mut **tx)
    .await?;
    let facility = facility.to_string();
    rows::insert(tx, ("INSERT INTO training_member (facility_id, number, member_id)", 3, ""), members, |query, member| {
        query.bind(facility.clone()).bind(number).bind(member.to_string())
    })
    .await?;
    Ok(number)
}

const COLUMNS: &str = "SELECT t.number, t.held_on, t.topic, t.teacher, t.material, p.name, t.void_why, t.understood FROM training t \
     LEFT JOIN person p ON p.id = t.by_whom WHERE t.facility_id = $1";

/// The newest trainings of a facility, the newest first.
pub async fn list(db: impl Executor<'_, Database = Any> + Copy, facility: FacilityId, limit: u16) -> Result<Vec<Held>, Error> {
    let rows = sqlx::query(AssertSqlSafe(format!("{COLUMNS} ORDER BY t.number DESC LIMIT $2")))
        .bind(facility.to_string())
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    with_people(db, facility, &rows).await
}

/// A page of those that were held within a time, in order of number; `after` is the last one of the page before, or 0.
pub async fn list_between(
    db: impl Executor<'_, Database = Any> + Copy,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    (after, limit): (i64, u16),
) -> Result<Vec<Held>, Error> {
    let within = "AND t.held_on >= $2 AND t.held_on < $3 AND t.number > $4 ORDER BY t.number LIMIT $5";
    let rows = sqlx::query(AssertSqlSafe(format!("{COLUMNS} {within}")))
        .bind(facility.to_string())
        .bind(from.seconds())
        .bind(until.seconds())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    with_people(db, facility, &rows).await
}

/// These trainings, with those who took part.
async fn with_people(db: impl Executor<'_, Database = Any>, facility: FacilityId, found: &[AnyRow]) -> Result<Vec<Held>, Error> {
    let mut held = found.iter().map(read).collect::<Result<Vec<Held>, Error>>()?;
    let (least, most) = held.iter().fold((i64::MAX, 0), |(least, most), held| (least.min(held.number), most.max(held.number)));
    let people = packed::sql(&["m.number", "CASE WHEN m.name = '' THEN '—' ELSE m.name END"], "m.number");
    let named = sqlx::query(AssertSqlSafe(format!(
        "SELECT t.number, {people} FROM training_member t JOIN member m ON m.id = t.member_id \
         WHERE t.facility_id = $1 AND t.number >= $2 AND t.number <= $3 GROUP BY t.number"
    )))
    .bind(facility.to_string())
    .bind(least)
    .bind(most)
    .fetch_all(db)
    .await?;
    for row in &named {
        let number: i64 = row.try_get(0)?;
        if let Some(training) = held.iter_mut().find(|training| training.number == number) {
            training.people = packed::read(row, 1, |fields| Ok((fields.parsed()?, fields.text()?.to_owned())))?;
        }
    }
    Ok(held)
}

fn read(row: &AnyRow) -> Result<Held, Error> {
    let on = Timestamp::from_seconds(row.try_get(1)?);
    let [topic, teacher, material, understood] = [row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get(7)?];
    let training = Training { on, topic, teacher, material, understood };
    Ok(Held { number: row.try_get(0)?, training, by: row.try_get(5)?, void_why: row.try_get(6)?, people: Vec::new() })
}

/// Says that a training does not count (in a transaction of `Store::begin_ledger`): the numbers of those who took part, each with the
/// day of their newest training that does. `None`: there is no such training, or it does not count already.
pub async fn void(tx: &mut Tx, facility: FacilityId, number: i64, why: &str) -> Result<Option<Vec<(i64, Option<Timestamp>)>>, Error> {
    let done = sqlx::query("UPDATE training SET void_why = $3 WHERE facility_id = $1 AND number = $2 AND void_why = ''")
        .bind(facility.to_string())
        .bind(number)
        .bind(why.to_owned())
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let found = sqlx::query(
        "SELECT m.number, (SELECT MAX(t.held_on) FROM training_member o JOIN training t ON t.facility_id = o.facility_id \
         AND t.number = o.number WHERE o.member_id = m.id AND t.void_why = '') FROM training_member v \
         JOIN member m ON m.id = v.member_id WHERE v.facility_id = $1 AND v.number = $2 ORDER BY m.number",
    )
    .bind(facility.to_string())
    .bind(number)
    .fetch_all(&mut **tx)
    .await?;
    let read = |row: &sqlx::any::AnyRow| -> Result<_, Error> {
        Ok((row.try_get(0)?, row.try_get::<Option<i64>, _>(1)?.map(Timestamp::from_seconds)))
    };
    found.iter().map(read).collect::<Result<_, _>>().map(Some)
}
