//! Which versions of the agent are in use, from the roll-ups.

use sqlx::Row as _;

use super::rollup::Scope;
use super::{Error, Store};

/// A version and how many devices in use run it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `0.1.0 linux`; empty: none known.
    pub agent: String,
    /// How many.
    pub devices: i64,
}

/// The versions of a scope's devices in use, most of them first.
pub async fn list(store: &Store, scope: Scope, limit: u16) -> Result<Vec<Version>, Error> {
    sqlx::query(
        "SELECT agent, CAST(sum(devices) AS BIGINT) FROM rollup_agent WHERE scope = $1 AND standing NOT IN ('retired', 'refused') \
         AND devices <> 0 GROUP BY agent ORDER BY 2 DESC, 1 LIMIT $2",
    )
    .bind(scope.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| Ok(Version { agent: row.try_get(0)?, devices: row.try_get(1)? }))
    .collect()
}
