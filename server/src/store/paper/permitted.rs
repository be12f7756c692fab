//! 承認による例外: personal devices whose use is approved now (§20-7). They are counted apart and never as 適合; asked for when read, so
//! that an approval that ran out needs no repair.

use std::collections::HashSet;

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sqlx::Row as _;

use crate::domain::device::Standing;
use crate::domain::ids::{AreaId, DeviceId, FacilityId, RegionId};
use crate::domain::summary::{Counts, Summary};
use crate::store::disaster::cover::SOME;
use crate::store::{Error, Store, rows};

/// Papers `p` in force at `$2` for devices `d` in use. A `CROSS JOIN` keeps SQLite from going through all devices of a facility first;
/// only 個人所有機器利用申請 are ever 利用中, and without their kind it takes the index that is made for this (`paper_in_use`).
const IN_FORCE: &str = "FROM paper p CROSS JOIN device d WHERE d.id = p.device_id AND d.facility_id = p.facility_id \
     AND d.standing = 'active' AND p.open = 1 AND p.state = 'in_use' AND p.from_at <= $2 AND p.until_at > $2";

/// How the personal devices of a region, or of one of its areas, that are in use with an approval would read without it. Those that
/// are 災害時特例中 are counted as such, not here.
pub async fn count_permitted(
    store: &Store,
    (region, area): (RegionId, Option<AreaId>),
    now: Timestamp,
    rules: &StalenessRules,
) -> Result<Counts, Error> {
    let mut sum = Summary::new(now.jst_day(), rules);
    let sql = format!(
        "SELECT COALESCE(s.headline, -1), COALESCE(e.day, -1), COUNT(*) FROM (SELECT DISTINCT d.n {IN_FORCE} AND p.region_id = $1 \
           AND ($3 = '' OR p.facility_id IN (SELECT f.facility_id FROM facility_area f WHERE f.area_id = $3)) \
           AND p.facility_id NOT IN ({SOME}) \
           AND NOT EXISTS (SELECT 1 FROM disaster w WHERE w.region_id = $1 AND w.reach = 'region' AND w.drill = 0 AND w.ended_at IS NULL \
             AND w.ends_at > $2 AND w.began_at <= $2)\
         ) u LEFT JOIN device_state s ON s.n = u.n LEFT JOIN device_seen e ON e.n = u.n GROUP BY 1, 2"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(now.seconds())
        .bind(area.map(|id| id.to_string()).unwrap_or_default())
        .fetch_all(store.read())
        .await?;
    for row in &found {
        let day: i64 = row.try_get(1)?;
        sum.add(Standing::Active, State::from_code(row.try_get(0)?), (day >= 0).then_some(day), row.try_get(2)?);
    }
    Ok(sum.counts)
}

/// The personal devices of a facility that are in use with an approval.
pub async fn list_permitted(store: &Store, facility: FacilityId, now: Timestamp) -> Result<HashSet<DeviceId>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("SELECT DISTINCT d.id {IN_FORCE} AND p.facility_id = $1")))
        .bind(facility.to_string())
        .bind(now.seconds())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| rows::parsed(row, 0, "device.id"))
        .collect()
}
