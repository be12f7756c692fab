//! Steps of exceptions of which nobody was told yet. Drills are left out: they touch nothing real.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use crate::domain::disaster::StepKind;
use crate::domain::ids::{ExceptionId, RegionId};
use crate::store::{Error, Store, rows};

/// A step of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Of which.
    pub exception: ExceptionId,
    /// In which region.
    pub region: RegionId,
    /// Whether it covers its whole region.
    pub whole: bool,
    /// The line's number in its file.
    pub n: i64,
    /// What was done.
    pub kind: StepKind,
    /// Until when the exception then held.
    pub until: Option<Timestamp>,
}

/// What `store::told` calls this line.
pub fn step_word(n: i64) -> String {
    format!("step {n}")
}

/// Those entered after `since`, the first first.
pub async fn list_untold(store: &Store, since: Timestamp, limit: u16) -> Result<Vec<Untold>, Error> {
    sqlx::query(
        "SELECT s.disaster_id, d.region_id, d.reach, s.n, s.kind, s.until_at FROM disaster_step s JOIN disaster d ON d.id = s.disaster_id \
         WHERE s.entered_at > $1 AND d.drill = 0 \
         AND NOT EXISTS (SELECT 1 FROM told t WHERE t.about = s.disaster_id AND t.step = 'step ' || CAST(s.n AS TEXT)) \
         ORDER BY s.entered_at, s.disaster_id, s.n LIMIT $2",
    )
    .bind(since.seconds())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        Ok(Untold {
            exception: rows::parsed(row, 0, "disaster_step.disaster_id")?,
            region: rows::parsed(row, 1, "disaster.region_id")?,
            whole: row.try_get::<&str, _>(2)? == "region",
            n: row.try_get(3)?,
            kind: StepKind::from_word(row.try_get(4)?).ok_or_else(|| rows::decode_error("disaster_step.kind"))?,
            until: row.try_get::<Option<i64>, _>(5)?.map(Timestamp::from_seconds),
        })
    })
    .collect()
}
