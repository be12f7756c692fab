//! 承認による例外: personal devices whose use is approved now (§20-7). They are counted apart and never as 適合; asked for when read, so
//! that an approval that ran out needs no repair.
//!
//! Invariant: `permit` has a row for each 個人所有機器利用申請 that is 利用中 with a device of its facility, and there the device stands as
//! the roll-ups count it. So a region's page looks at these rows and at no device.

use std::collections::HashSet;

use hashimori_shared::pack::StalenessRules;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sqlx::Row as _;

use crate::domain::device::{DeviceN, Standing};
use crate::domain::ids::{AreaId, DeviceId, FacilityId, PaperId, RegionId};
use crate::domain::summary::{Counts, Summary};
use crate::store::disaster::cover::SOME;
use crate::store::{Error, Store, Tx, rows};

/// Notes whether a paper permits a device, now that it was filed or moved on.
pub(super) async fn note_permit(tx: &mut Tx, paper: PaperId) -> Result<(), Error> {
    for sql in [
        "DELETE FROM permit WHERE paper_id = $1",
        // Only 個人所有機器利用申請 are ever 利用中.
        "INSERT INTO permit (paper_id, region_id, facility_id, n, from_at, until_at, standing, headline, day) \
         SELECT p.id, p.region_id, p.facility_id, d.n, p.from_at, p.until_at, d.standing, COALESCE(s.headline, -1), COALESCE(e.day, -1) \
         FROM paper p JOIN device d ON d.id = p.device_id AND d.facility_id = p.facility_id \
         LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n WHERE p.id = $1 AND p.open = 1 AND p.state = 'in_use'",
    ] {
        sqlx::query(sql).bind(paper.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// A permitted device stands otherwise: standing, code of the headline (-1: nothing reported), JST day last seen (-1: never).
pub(in crate::store) async fn put_permitted(tx: &mut Tx, n: DeviceN, (standing, headline, day): (Standing, i64, i64)) -> Result<(), Error> {
    sqlx::query("UPDATE permit SET standing = $2, headline = $3, day = $4 WHERE n = $1")
        .bind(n.0)
        .bind(standing.as_str())
        .bind(headline)
        .bind(day)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Those in force at `$2`.
const IN_FORCE: &str = "p.standing = 'active' AND p.from_at <= $2 AND p.until_at > $2";

/// How the personal devices of a region, or of one of its areas, that are in use with an approval would read without it. Those that
/// are 災害時特例中 are counted as such, not here.
pub async fn count_permitted(
    store: &Store,
    (region, area): (RegionId, Option<AreaId>),
    now: Timestamp,
    rules: &StalenessRules,
) -> Result<Counts, Error> {
    let mut sum = Summary::new(now.jst_day(), rules);
    // However many approvals a device has, its copies are alike.
    let sql = format!(
        "SELECT u.headline, u.day, COUNT(*) FROM (SELECT MAX(p.headline) AS headline, MAX(p.day) AS day FROM permit p \
           WHERE p.region_id = $1 AND {IN_FORCE} \
           AND ($3 = '' OR p.facility_id IN (SELECT f.facility_id FROM facility_area f WHERE f.area_id = $3)) \
           AND p.facility_id NOT IN ({SOME}) \
           AND NOT EXISTS (SELECT 1 FROM disaster w WHERE w.region_id = $1 AND w.reach = 'region' AND w.drill = 0 AND w.ended_at IS NULL \
             AND w.ends_at > $2 AND w.began_at <= $2) GROUP BY p.n) u GROUP BY u.headline, u.day"
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
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT DISTINCT d.id FROM permit p JOIN device d ON d.n = p.n WHERE p.facility_id = $1 AND {IN_FORCE}"
    )))
    .bind(facility.to_string())
    .bind(now.seconds())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| rows::parsed(row, 0, "device.id"))
    .collect()
}
