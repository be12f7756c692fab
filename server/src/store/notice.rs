//! お知らせ: one row for each, with the places it is for, and one for each reading. Whom it is for is worked out when somebody looks, so
//! that sending one costs the same however many facilities there are, and one taken in later reads what is still valid.

mod readers;
mod untold;

pub use readers::{Counts, Opened, Reader, Readings, count_all, list_facilities, list_readers};
pub use untold::{Untold, list_to_remind, list_untold};

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor, Row as _};

use super::belonging::Home;
use super::{Error, Store, rows};
use crate::domain::ids::{NoticeId, PersonId, RegionId};
use crate::domain::notice::{Ending, Notice, Reach, Weight, Wish};

/// Facility `{facility}` (SQL) is among those that notice `n` is for.
const FOR: &str = "(n.reach = 'region' OR EXISTS (SELECT 1 FROM notice_place x WHERE x.notice_id = n.id AND (x.place = {facility} \
     OR x.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = {facility}))))";

fn is_for(facility: &str) -> String {
    FOR.replace("{facility}", facility)
}

const COLUMNS: &str = "SELECT n.id, n.region_id, n.title, n.body, n.weight, n.valid_until, n.remind_days, n.sent_at, n.corrects, n.ended_at, \
     n.ended_how, n.ended_why, w.name, (SELECT c.id FROM notice c WHERE c.corrects = n.id), n.reach, n.opened, n.confirmed";

/// A notice, who sent it, and what took its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The notice.
    pub notice: Notice,
    /// Who sent it; `None`: no longer on file.
    pub sender: Option<String>,
    /// The one that took its place.
    pub corrected_by: Option<NoticeId>,
    /// Whether it is for the whole region.
    pub whole: bool,
    /// Facilities where somebody opened it, and where somebody confirmed it.
    read: (i64, i64),
}

fn read(row: &AnyRow) -> Result<Found, Error> {
    let id = |text: Option<String>| text.map(|id| id.parse().map_err(|_| rows::decode_error("notice.id"))).transpose();
    let ended = match (row.try_get::<Option<i64>, _>(9)?, row.try_get::<Option<String>, _>(10)?) {
        (Some(at), Some(how)) => {
            let how = Ending::from_word(&how).ok_or_else(|| rows::decode_error("notice.ended_how"))?;
            Some((how, Timestamp::from_seconds(at), row.try_get::<Option<String>, _>(11)?.unwrap_or_default()))
        }
        (None, _) | (_, None) => None,
    };
    let remind_days =
        row.try_get::<Option<i64>, _>(6)?.map(|days| u32::try_from(days).map_err(|_| rows::decode_error("notice.remind_days")));
    let said = Wish {
        title: row.try_get(2)?,
        body: row.try_get(3)?,
        weight: weight(row.try_get(4)?)?,
        until: Timestamp::from_seconds(row.try_get(5)?),
        remind_days: remind_days.transpose()?,
    };
    let notice = Notice {
        id: row.try_get::<&str, _>(0)?.parse().map_err(|_| rows::decode_error("notice.id"))?,
        region: row.try_get::<&str, _>(1)?.parse().map_err(|_| rows::decode_error("notice.region_id"))?,
        said,
        sent_at: Timestamp::from_seconds(row.try_get(7)?),
        corrects: id(row.try_get(8)?)?,
        ended,
    };
    let whole = row.try_get::<&str, _>(14)? == "region";
    Ok(Found { notice, sender: row.try_get(12)?, corrected_by: id(row.try_get(13)?)?, whole, read: (row.try_get(15)?, row.try_get(16)?) })
}

fn weight(word: &str) -> Result<Weight, Error> {
    Weight::from_word(word).ok_or_else(|| rows::decode_error("notice.weight"))
}

/// Sends one.
pub async fn insert(tx: &mut AnyConnection, new: &Notice, reach: &Reach, by: PersonId) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO notice (id, region_id, reach, weight, title, body, sent_at, sent_by, valid_until, remind_days, corrects) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(new.id.to_string())
    .bind(new.region.to_string())
    .bind(reach.as_str())
    .bind(new.said.weight.as_str())
    .bind(new.said.title.clone())
    .bind(new.said.body.clone())
    .bind(new.sent_at.seconds())
    .bind(by.to_string())
    .bind(new.said.until.seconds())
    .bind(new.said.remind_days.map(i64::from))
    .bind(new.corrects.map(|id| id.to_string()))
    .execute(&mut *tx)
    .await?;
    for place in reach.places() {
        sqlx::query("INSERT INTO notice_place (notice_id, place) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(new.id.to_string())
            .bind(place)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Ends one before its time, and takes back its letters that have not gone; `false`: it had ended.
pub async fn end(tx: &mut AnyConnection, id: NoticeId, (how, why): (Ending, &str), (by, at): (PersonId, Timestamp)) -> Result<bool, Error> {
    let done =
        sqlx::query("UPDATE notice SET ended_at = $2, ended_how = $3, ended_by = $4, ended_why = $5 WHERE id = $1 AND ended_at IS NULL")
            .bind(id.to_string())
            .bind(at.seconds())
            .bind(how.as_str())
            .bind(by.to_string())
            .bind(why)
            .execute(&mut *tx)
            .await?;
    sqlx::query("DELETE FROM letter WHERE once = $1 AND state = 'waiting' AND kind IN ('notice', 'notice_urgent', 'notice_reminder')")
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// One of a region.
pub async fn find(db: impl Executor<'_, Database = Any>, region: RegionId, id: NoticeId) -> Result<Option<Found>, Error> {
    let sql = format!("{COLUMNS} FROM notice n LEFT JOIN person w ON w.id = n.sent_by WHERE n.region_id = $1 AND n.id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(region.to_string()).bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// A region's, newest first; `before` is the last one of the page before.
pub async fn list(store: &Store, region: RegionId, before: Option<NoticeId>, limit: u16) -> Result<Vec<Found>, Error> {
    let sql = format!(
        "{COLUMNS} FROM notice n LEFT JOIN person w ON w.id = n.sent_by WHERE n.region_id = $1 AND (n.id < $2 OR $2 = '') ORDER BY n.id DESC LIMIT $3"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(before.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// What a person at a facility did with a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When it was opened first.
    pub opened: Option<Timestamp>,
    /// When it was confirmed.
    pub confirmed: Option<Timestamp>,
}

fn reading(row: &AnyRow, at: usize) -> Result<Reading, Error> {
    let instant = |at: usize| row.try_get::<Option<i64>, _>(at).map(|at| at.map(Timestamp::from_seconds));
    Ok(Reading { opened: instant(at)?, confirmed: instant(at + 1)? })
}

/// Of which notices, as a facility's pages ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// This one.
    One(NoticeId),
    /// All of them, older than this one.
    All(Option<NoticeId>),
    /// Those that are valid now and that the person has not confirmed.
    Unconfirmed(Timestamp),
}

/// Notices for a facility, and what a person there did with each; newest first.
pub async fn list_for(store: &Store, home: Home, person: PersonId, of: Of, limit: u16) -> Result<Vec<(Found, Reading)>, Error> {
    let (which, value) = match of {
        Of::One(id) => ("n.id = $5", id.to_string()),
        Of::All(before) => ("(n.id < $5 OR $5 = '')", before.map(|id| id.to_string()).unwrap_or_default()),
        Of::Unconfirmed(now) => {
            ("n.ended_at IS NULL AND n.valid_until > CAST($5 AS BIGINT) AND r.confirmed_at IS NULL", now.seconds().to_string())
        }
    };
    let sql = format!(
        "{COLUMNS}, r.opened_at, r.confirmed_at FROM notice n LEFT JOIN person w ON w.id = n.sent_by \
         LEFT JOIN notice_reading r ON r.notice_id = n.id AND r.facility_id = $2 AND r.person_id = $3 \
         WHERE n.region_id = $1 AND {} AND {which} ORDER BY n.id DESC LIMIT $4",
        is_for("$2")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(home.region.to_string())
        .bind(home.facility.to_string())
        .bind(person.to_string())
        .bind(i64::from(limit))
        .bind(value)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| Ok((read(row)?, reading(row, 17)?)))
        .collect()
}

/// Notes that a person at a facility opened a notice, once.
pub async fn open(tx: &mut AnyConnection, id: NoticeId, home: Home, (person, at): (PersonId, Timestamp)) -> Result<(), Error> {
    // Of two who open it at once at the same facility, one counts: whoever is second waits here.
    sqlx::query("UPDATE notice SET opened = opened WHERE id = $1").bind(id.to_string()).execute(&mut *tx).await?;
    let first = sqlx::query(
        "INSERT INTO notice_reading (notice_id, facility_id, person_id, opened_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (notice_id, facility_id, person_id) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(home.facility.to_string())
    .bind(person.to_string())
    .bind(at.seconds())
    .execute(&mut *tx)
    .await?;
    if first.rows_affected() == 1 {
        sqlx::query("UPDATE notice SET opened = opened + 1 WHERE id = $1 AND 1 = (SELECT COUNT(*) FROM notice_reading r WHERE r.notice_id = $1 AND r.facility_id = $2)")
            .bind(id.to_string())
            .bind(home.facility.to_string())
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Notes that they confirmed it; `false`: they had.
pub async fn confirm(tx: &mut AnyConnection, id: NoticeId, home: Home, (person, at): (PersonId, Timestamp)) -> Result<bool, Error> {
    open(&mut *tx, id, home, (person, at)).await?;
    let done = sqlx::query(
        "UPDATE notice_reading SET confirmed_at = $4 WHERE notice_id = $1 AND facility_id = $2 AND person_id = $3 AND confirmed_at IS NULL",
    )
    .bind(id.to_string())
    .bind(home.facility.to_string())
    .bind(person.to_string())
    .bind(at.seconds())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE notice SET confirmed = confirmed + 1 WHERE id = $1 AND 1 = (SELECT COUNT(*) FROM notice_reading r WHERE r.notice_id = $1 \
         AND r.facility_id = $2 AND r.confirmed_at IS NOT NULL)",
    )
    .bind(id.to_string())
    .bind(home.facility.to_string())
    .execute(tx)
    .await?;
    Ok(true)
}

/// Names of the areas or facilities that one is for; for a whole region none.
pub async fn list_places(store: &Store, id: NoticeId) -> Result<Vec<(String, String)>, Error> {
    sqlx::query_as(
        "SELECT x.place, COALESCE(a.name, f.name, '') FROM notice_place x LEFT JOIN area a ON a.id = x.place LEFT JOIN facility f ON f.id = x.place \
         WHERE x.notice_id = $1 ORDER BY x.place",
    )
    .bind(id.to_string())
    .fetch_all(store.read())
    .await
}
