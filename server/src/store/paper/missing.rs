//! What was taken out (§20-8) and is not back long after its day.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, Executor, Row as _};

use crate::domain::ids::{DeviceId, FacilityId, PaperId, RegionId};
use crate::store::belonging::Home;
use crate::store::{Error, rows};

/// A 持出届 that nobody has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub id: PaperId,
    /// Its number.
    pub number: i64,
    /// Whose.
    pub home: Home,
    /// What was taken out, where the ledger knows it.
    pub device: Option<DeviceId>,
    /// When its period ended.
    pub until: Timestamp,
}

impl Missing {
    /// What `store::told` calls it: a later end is another one.
    pub fn step(&self) -> String {
        format!("missing {}", self.until.seconds())
    }
}

/// Those that ended before `before` and did not go on as an incident yet, the first first.
pub async fn list_missing(db: impl Executor<'_, Database = Any>, before: Timestamp, limit: u16) -> Result<Vec<Missing>, Error> {
    sqlx::query(
        "SELECT p.id, p.number, p.region_id, p.facility_id, p.device_id, p.until_at FROM paper p WHERE p.open = 1 AND p.kind = 'take_out' \
         AND p.state IN ('out', 'extending', 'exempt') AND p.until_at <= $1 \
         AND NOT EXISTS (SELECT 1 FROM told t WHERE t.about = p.id AND t.step = 'missing ' || CAST(p.until_at AS TEXT)) \
         ORDER BY p.until_at, p.id LIMIT $2",
    )
    .bind(before.seconds())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        let (region, facility): (RegionId, FacilityId) =
            (rows::parsed(row, 2, "paper.region_id")?, rows::parsed(row, 3, "paper.facility_id")?);
        let device = row.try_get::<Option<&str>, _>(4)?.map(|id| id.parse().map_err(|_| rows::decode_error("paper.device_id")));
        Ok(Missing {
            id: rows::parsed(row, 0, "paper.id")?,
            number: row.try_get(1)?,
            home: Home { region, facility },
            device: device.transpose()?,
            until: Timestamp::from_seconds(row.try_get(5)?),
        })
    })
    .collect()
}
