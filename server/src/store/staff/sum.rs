//! Lists of staff in numbers, facility by facility: one statement counts what `domain::staff::Sum` reckons person by person.

use hashimori_shared::time::{DAY, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Row as _};

use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::staff::{Late, Rules, Sum};
use crate::store::facility::TAKES_PART;
use crate::store::{Error, rows};

const PRESENT: &str = "m.state IN ('joining', 'in_use')";

/// Counts those of whom something is due ($1 is now), and tells the earliest day.
fn late(who: &str, due: &str) -> String {
    let when = format!("CASE WHEN {who} AND {due} <= $1 THEN");
    format!("COUNT({when} 1 END), MIN({when} {due} END)")
}

/// The statement over the facilities `f`; $2 is the time between two trainings in seconds.
fn statement(facilities: &str, rules: &Rules) -> String {
    let pledge = late(
        &format!("{PRESENT} AND m.pledge_edition < COALESCE(e.n, 1)"),
        "CASE WHEN m.joined_on > COALESCE(e.from_on, 0) THEN m.joined_on ELSE COALESCE(e.from_on, 0) END",
    );
    let training = late(PRESENT, "COALESCE(m.trained_on + $2, m.joined_on)");
    let joining = late("m.state = 'joining'", "m.joined_on");
    let overdue = late("m.state = 'leaving'", &format!("(m.last_on + {DAY})"));
    // Nothing is due of what was never declared, nor where the rules do not judge it.
    let judged = if rules.password_days > 0 { "m.changed_on IS NOT NULL" } else { "1 = 0" };
    let password = late(&format!("{PRESENT} AND {judged}"), &format!("(m.changed_on + {})", rules.password_days * DAY));
    format!(
        "SELECT f.id, f.name, COUNT(CASE WHEN {PRESENT} THEN 1 END), {pledge}, {training}, {joining}, \
         COUNT(CASE WHEN m.state = 'leaving' THEN 1 END), {overdue}, \
         (SELECT MAX(r.at) FROM member_review r WHERE r.facility_id = f.id), MIN(CASE WHEN {PRESENT} THEN m.registered_at END), \
         {password} FROM ({facilities}) f LEFT JOIN member m ON m.facility_id = f.id \
         LEFT JOIN pledge_edition e ON e.facility_id = f.id AND e.newest = 1 GROUP BY f.id, f.name ORDER BY f.id"
    )
}

/// One facility's numbers.
pub async fn of_facility(
    db: impl Executor<'_, Database = Any>,
    facility: FacilityId,
    (rules, now): (&Rules, Timestamp),
) -> Result<Sum, Error> {
    let row = sqlx::query(AssertSqlSafe(statement("SELECT id, name FROM facility WHERE id = $3", rules)))
        .bind(now.seconds())
        .bind(rules.training_days * DAY)
        .bind(facility.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map_or(Ok(Sum::default()), sum)
}

/// A page of a region's facilities with their names and numbers, after this one.
pub async fn list(
    db: impl Executor<'_, Database = Any>,
    region: RegionId,
    (after, limit): (Option<FacilityId>, u16),
    (rules, now): (&Rules, Timestamp),
) -> Result<Vec<(FacilityId, String, Sum)>, Error> {
    let place = format!("SELECT id, name FROM facility WHERE region_id = $3 AND state IN {TAKES_PART} AND id > $4 ORDER BY id LIMIT $5");
    sqlx::query(AssertSqlSafe(statement(&place, rules)))
        .bind(now.seconds())
        .bind(rules.training_days * DAY)
        .bind(region.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| Ok((rows::parsed(row, 0, "facility.id")?, row.try_get(1)?, sum(row)?)))
        .collect()
}

fn sum(row: &AnyRow) -> Result<Sum, Error> {
    let instant = |at: usize| row.try_get::<Option<i64>, _>(at).map(|at| at.map(Timestamp::from_seconds));
    let late = |at: usize| -> Result<Late, Error> { Ok(Late { persons: row.try_get(at)?, since: instant(at + 1)? }) };
    Ok(Sum {
        persons: row.try_get(2)?,
        pledge: late(3)?,
        training: late(5)?,
        joining: late(7)?,
        leaving: row.try_get(9)?,
        overdue: late(10)?,
        reviewed: instant(12)?,
        registered: instant(13)?,
        password: late(14)?,
    })
}
