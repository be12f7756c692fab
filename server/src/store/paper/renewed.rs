//! Approvals of personal devices (§20-7) that are over, and that another one for the same person and device follows.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, Executor, Row as _};

use super::{COLUMNS, WIDTH, read};
use crate::domain::paper::Paper;
use crate::store::belonging::Home;
use crate::store::{Error, rows};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// The one that is over.
    pub paper: Paper,
    /// Where.
    pub home: Home,
    /// Number of the one that follows it.
    pub by: i64,
}

/// Those that are over at `now` while another one is in force, the first first.
pub async fn list_renewed(db: impl Executor<'_, Database = Any>, now: Timestamp, limit: u16) -> Result<Vec<Renewed>, Error> {
    let follows = "n.device_id = p.device_id AND n.facility_id = p.facility_id AND n.kind = p.kind AND n.applicant = p.applicant \
         AND n.open = 1 AND n.state = 'in_use' AND n.from_at <= $1 AND n.until_at > $1";
    let more = format!(", p.region_id, p.facility_id, (SELECT MIN(n.number) FROM paper n WHERE {follows}) FROM paper p");
    let sql = COLUMNS.replace(" FROM paper p", &more)
        + &format!(
            " WHERE p.open = 1 AND p.state = 'in_use' AND p.until_at <= $1 AND EXISTS (SELECT 1 FROM paper n WHERE {follows}) \
             ORDER BY p.until_at, p.id LIMIT $2"
        );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(now.seconds())
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| {
            let (region, facility) = (rows::parsed(row, WIDTH, "paper.region_id")?, rows::parsed(row, WIDTH + 1, "paper.facility_id")?);
            Ok(Renewed { paper: read(row)?.paper, home: Home { region, facility }, by: row.try_get(WIDTH + 2)? })
        })
        .collect()
}
