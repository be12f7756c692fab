//! Notices whose letters were not queued yet, and those of which it is time to remind.

use hashimori_shared::time::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::weight;
use crate::domain::ids::{NoticeId, RegionId};
use crate::domain::notice::Weight;
use crate::store::{Error, Store, rows};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Which.
    pub id: NoticeId,
    /// In which region.
    pub region: RegionId,
    /// How much it matters.
    pub weight: Weight,
    /// Until when it is valid.
    pub until: Timestamp,
}

/// Valid ones that were sent after `since` and are not told in this `step`, the first first.
pub async fn list_untold(store: &Store, (since, now): (Timestamp, Timestamp), step: &str, limit: u16) -> Result<Vec<Untold>, Error> {
    list(store, "n.sent_at > $1", (since, now), step, limit).await
}

/// Valid ones whose day of reminding has come.
pub async fn list_to_remind(store: &Store, now: Timestamp, step: &str, limit: u16) -> Result<Vec<Untold>, Error> {
    list(store, "n.remind_days IS NOT NULL AND n.sent_at + n.remind_days * 86400 <= $1", (now, now), step, limit).await
}

async fn list(store: &Store, which: &str, (at, now): (Timestamp, Timestamp), step: &str, limit: u16) -> Result<Vec<Untold>, Error> {
    let sql = format!(
        "SELECT n.id, n.region_id, n.weight, n.valid_until FROM notice n WHERE {which} AND n.ended_at IS NULL AND n.valid_until > $2 \
         AND NOT EXISTS (SELECT 1 FROM told t WHERE t.about = n.id AND t.step = $3) ORDER BY n.id LIMIT $4"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(at.seconds())
        .bind(now.seconds())
        .bind(step)
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            Ok(Untold {
                id: rows::parsed(row, 0, "notice.id")?,
                region: rows::parsed(row, 1, "notice.region_id")?,
                weight: weight(row.try_get(2)?)?,
                until: Timestamp::from_seconds(row.try_get(3)?),
            })
        })
        .collect()
}
