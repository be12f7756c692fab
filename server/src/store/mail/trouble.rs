//! What did not arrive, for the 事務局: letters that failed for good and nobody has noted, and those that are tried again.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::ids::RegionId;
use crate::domain::mail::{Failure, Kind};
use crate::domain::people::Role;
use crate::store::{Error, rows};

/// How many letters of a region are in trouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Troubles {
    /// Failed for good, and not noted yet.
    pub failed: i64,
    /// Failed at least once, and tried again.
    pub retried: i64,
}

/// One letter in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is about.
    pub kind: Kind,
    /// Whose letter it is, and what they are; `None`: an applicant without an account.
    pub person: Option<(String, Role)>,
    /// Where they work; `None`: for the region as a whole.
    pub facility: Option<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Why the last try failed.
    pub failure: Failure,
    /// When it is tried again; `None`: it is given up.
    pub next_try: Option<Timestamp>,
}

const IN_TROUBLE: &str = "l.failure IS NOT NULL AND l.noted_at IS NULL AND l.state <> 'sent'";

/// Counts them.
pub async fn troubles(db: impl Executor<'_, Database = Any>, region: RegionId) -> Result<Troubles, Error> {
    let sql = format!("SELECT COUNT(*), COUNT(l.ended_at) FROM letter l WHERE l.region_id = $1 AND {IN_TROUBLE}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(region.to_string()).fetch_one(db).await?;
    let (all, failed): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Troubles { failed, retried: all - failed })
}

/// Lists them, newest first.
pub async fn list_troubles(db: impl Executor<'_, Database = Any>, region: RegionId, limit: u16) -> Result<Vec<Trouble>, Error> {
    let sql = format!(
        "SELECT l.kind, p.name, p.role, f.name AS facility, l.queued_at, l.failure, l.due_at, l.ended_at \
         FROM letter l LEFT JOIN person p ON p.id = l.person_id LEFT JOIN paper a ON a.id = l.paper_id \
         LEFT JOIN facility f ON f.id = COALESCE(p.facility_id, a.facility_id) \
         WHERE l.region_id = $1 AND {IN_TROUBLE} ORDER BY l.id DESC LIMIT $2"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(region.to_string()).bind(i64::from(limit)).fetch_all(db).await?.iter().map(trouble).collect()
}

fn trouble(row: &AnyRow) -> Result<Trouble, Error> {
    let gone: Option<i64> = row.try_get("ended_at")?;
    let due = Timestamp::from_seconds(row.try_get("due_at")?);
    let role = |word: String| Role::from_code(&word).ok_or_else(|| rows::decode_error("person.role"));
    let person = match (row.try_get::<Option<String>, _>("name")?, row.try_get::<Option<String>, _>("role")?) {
        (Some(name), Some(word)) => Some((name, role(word)?)),
        (None, _) | (_, None) => None,
    };
    Ok(Trouble {
        kind: Kind::from_word(row.try_get("kind")?).ok_or_else(|| rows::decode_error("letter.kind"))?,
        person,
        facility: row.try_get("facility")?,
        queued_at: Timestamp::from_seconds(row.try_get("queued_at")?),
        failure: Failure::from_word(row.try_get("failure")?).ok_or_else(|| rows::decode_error("letter.failure"))?,
        next_try: gone.is_none().then_some(due),
    })
}

/// The 事務局 has read of those that failed for good. Returns how many.
pub async fn note_failed(tx: &mut AnyConnection, region: RegionId, now: Timestamp) -> Result<u64, Error> {
    let done = sqlx::query("UPDATE letter SET noted_at = $2 WHERE region_id = $1 AND state = 'failed' AND noted_at IS NULL")
        .bind(region.to_string())
        .bind(now.seconds())
        .execute(tx)
        .await?;
    Ok(done.rows_affected())
}
