//! Those who look after facilities and have a registered address, page by page: whom a letter to many reaches.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AssertSqlSafe, Executor};

use crate::domain::ids::{ExceptionId, FacilityId, NoticeId, PersonId, RegionId};
use crate::store::{Error, rows};

/// At which facilities of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// At all of them.
    All,
    /// Where this 災害時特例 was not lifted.
    Covered(ExceptionId),
    /// Where it was lifted, and neither it nor another real one holds otherwise.
    Lifted(ExceptionId),
    /// Where it ever held, and no other real one does now.
    Ever(ExceptionId),
    /// At those that this notice is for.
    Notice(NoticeId),
    /// At those of them where nobody has confirmed it.
    Unconfirmed(NoticeId),
}

/// Facility `p.facility_id` is a place of `$4`, or lies in one of its areas.
const PLACE: &str = "(x.place = p.facility_id OR x.place IN (SELECT a.area_id FROM facility_area a WHERE a.facility_id = p.facility_id))";
const CONFIRMED: &str =
    "EXISTS (SELECT 1 FROM notice_reading r WHERE r.notice_id = $4 AND r.facility_id = p.facility_id AND r.confirmed_at IS NOT NULL)";

impl Reached {
    /// The condition at `now`, and what stands for `$4`.
    fn condition(self, now: Timestamp) -> (String, String) {
        let now = now.seconds();
        let held = format!(
            "EXISTS (SELECT 1 FROM disaster d WHERE d.region_id = $1 AND d.id <> $4 AND d.drill = 0 AND d.ended_at IS NULL \
             AND d.ends_at > {now} AND d.began_at <= {now} AND (d.reach = 'region' \
             OR EXISTS (SELECT 1 FROM disaster_place x WHERE x.disaster_id = d.id AND x.lifted_at IS NULL AND {PLACE})))"
        );
        let whole = "EXISTS (SELECT 1 FROM disaster d WHERE d.id = $4 AND d.reach = 'region')";
        let of = |which: &str| format!("EXISTS (SELECT 1 FROM disaster_place x WHERE x.disaster_id = $4 {which} AND {PLACE})");
        let (covered, lifted) = (of("AND x.lifted_at IS NULL"), of("AND x.lifted_at IS NOT NULL"));
        let noticed = format!(
            "EXISTS (SELECT 1 FROM notice n WHERE n.id = $4 AND (n.reach = 'region' \
             OR EXISTS (SELECT 1 FROM notice_place x WHERE x.notice_id = n.id AND {PLACE})))"
        );
        match self {
            Self::All => ("$4 = ''".to_owned(), String::new()),
            Self::Covered(id) => (covered, id.to_string()),
            Self::Lifted(id) => (format!("{lifted} AND NOT {covered} AND NOT {held}"), id.to_string()),
            Self::Ever(id) => (format!("({whole} OR {}) AND NOT {held}", of("")), id.to_string()),
            Self::Notice(id) => (noticed, id.to_string()),
            Self::Unconfirmed(id) => (format!("{noticed} AND NOT {CONFIRMED}"), id.to_string()),
        }
    }
}

/// Administrators, heads and deputies there, in order of id; `after` is the last one of the page before.
pub async fn list_reached(
    db: impl Executor<'_, Database = Any>,
    (region, reached): (RegionId, Reached),
    now: Timestamp,
    after: Option<PersonId>,
    limit: u16,
) -> Result<Vec<(PersonId, FacilityId)>, Error> {
    let (condition, id) = reached.condition(now);
    let sql = format!(
        "SELECT p.id, p.facility_id FROM person p JOIN mail_address m ON m.person_id = p.id WHERE p.region_id = $1 AND p.disabled_at IS NULL \
         AND p.facility_id IS NOT NULL AND p.role IN ('head', 'administrator', 'deputy') AND p.id > $2 AND {condition} ORDER BY p.id LIMIT $3"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .bind(id)
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| {
            let person = rows::parsed(row, 0, "person.id")?;
            Ok((person, rows::parsed(row, 1, "person.facility_id")?))
        })
        .collect()
}
