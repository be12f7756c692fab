//! Regions: one network with its own rule pack.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, rows};
use crate::domain::ids::RegionId;

/// A region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its id.
    pub id: RegionId,
    /// Its name.
    pub name: String,
    /// Id of its rule pack.
    pub pack: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One region.
pub async fn find(store: &Store, id: RegionId) -> Result<Option<Region>, Error> {
    let row = sqlx::query("SELECT id, name, pack, created_at FROM region WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every region, oldest first: an installation has a handful.
pub async fn list(store: &Store) -> Result<Vec<Region>, Error> {
    sqlx::query("SELECT id, name, pack, created_at FROM region ORDER BY id").fetch_all(store.read()).await?.iter().map(read).collect()
}

/// Adds one.
pub async fn insert(tx: &mut Tx, region: &Region) -> Result<(), Error> {
    sqlx::query("INSERT INTO region (id, name, pack, created_at) VALUES ($1, $2, $3, $4)")
        .bind(region.id.to_string())
        .bind(region.name.clone())
        .bind(region.pack.clone())
        .bind(region.created_at.seconds())
        .execute(&mut **tx)
        .await
        .map(|_| ())
}

fn read(row: &AnyRow) -> Result<Region, Error> {
    Ok(Region {
        id: rows::parsed(row, 0, "region.id")?,
        name: row.try_get(1)?,
        pack: row.try_get(2)?,
        created_at: Timestamp::from_seconds(row.try_get(3)?),
    })
}
