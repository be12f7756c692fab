//! Areas of regions and the facilities that lie in them. Everything is asked for with the region's id, or with an area found by it.

use std::collections::HashMap;

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use super::{Error, Store, Tx, rows};
use crate::domain::area::Area;
use crate::domain::ids::{AreaId, FacilityId, RegionId};

const COLUMNS: &str = "SELECT a.id, a.region_id, a.name FROM area a";

fn read(row: &AnyRow) -> Result<Area, Error> {
    Ok(Area { id: rows::parsed(row, 0, "area.id")?, region: rows::parsed(row, 1, "area.region_id")?, name: row.try_get(2)? })
}

/// The areas of a region, in the order in which they were made.
pub async fn list(db: impl Executor<'_, Database = Any>, region: RegionId) -> Result<Vec<Area>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE a.region_id = $1 ORDER BY a.id")))
        .bind(region.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// One area of a region.
pub async fn find(db: impl Executor<'_, Database = Any>, region: RegionId, id: AreaId) -> Result<Option<Area>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE a.region_id = $1 AND a.id = $2")))
        .bind(region.to_string())
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The areas in which a facility lies, in the same order.
pub async fn list_of(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Vec<Area>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} JOIN facility_area f ON f.area_id = a.id WHERE f.facility_id = $1 ORDER BY a.id")))
        .bind(facility.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The facilities that lie in an area, in order of id.
pub async fn facilities(db: impl Executor<'_, Database = Any>, area: AreaId) -> Result<Vec<FacilityId>, Error> {
    let found: Vec<String> = sqlx::query_scalar("SELECT facility_id FROM facility_area WHERE area_id = $1 ORDER BY facility_id")
        .bind(area.to_string())
        .fetch_all(db)
        .await?;
    found.iter().map(|id| id.parse().map_err(|_| rows::decode_error("facility_area.facility_id"))).collect()
}

/// How many facilities lie in each area of a region; one without any is left out.
pub async fn count_facilities(db: impl Executor<'_, Database = Any>, region: RegionId) -> Result<HashMap<AreaId, i64>, Error> {
    sqlx::query("SELECT a.id, COUNT(*) FROM area a JOIN facility_area f ON f.area_id = a.id WHERE a.region_id = $1 GROUP BY a.id")
        .bind(region.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| Ok((rows::parsed(row, 0, "area.id")?, row.try_get(1)?)))
        .collect()
}

/// The names of the areas in which some facilities lie, in the same order; one that lies in none is left out.
pub async fn names_of(store: &Store, facilities: &[FacilityId]) -> Result<HashMap<FacilityId, Vec<String>>, Error> {
    let mut names: HashMap<FacilityId, Vec<String>> = HashMap::new();
    for group in facilities.chunks(rows::MOST) {
        let mut sql = rows::with_list(
            "SELECT f.facility_id, a.name FROM area a JOIN facility_area f ON f.area_id = a.id WHERE f.facility_id IN ",
            group.len(),
        );
        sql.push_str(" ORDER BY a.id");
        let ids: Vec<String> = group.iter().map(FacilityId::to_string).collect();
        for row in rows::text_list_query(sql, &ids).fetch_all(store.read()).await? {
            let facility = rows::parsed(&row, 0, "facility_area.facility_id")?;
            names.entry(facility).or_default().push(row.try_get(1)?);
        }
    }
    Ok(names)
}

/// Adds one; `false` when the region has one of that name.
pub async fn insert(tx: &mut AnyConnection, new: &Area, now: Timestamp) -> Result<bool, Error> {
    let done =
        sqlx::query("INSERT INTO area (id, region_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (region_id, name) DO NOTHING")
            .bind(new.id.to_string())
            .bind(new.region.to_string())
            .bind(new.name.as_str())
            .bind(now.seconds())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives one another name; `false` when another of its region has that name.
pub async fn rename(tx: &mut AnyConnection, known: &Area, name: &str) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE area SET name = $3 WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM area other WHERE other.region_id = $2 AND other.name = $3 AND other.id <> $1)",
    )
    .bind(known.id.to_string())
    .bind(known.region.to_string())
    .bind(name)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets facilities of the area's region lie in it; how many did not before. Ids of others are passed over.
pub async fn add_facilities(tx: &mut Tx, area: &Area, facilities: &[FacilityId]) -> Result<u64, Error> {
    let mut added = 0;
    for facility in facilities {
        added += sqlx::query(
            "INSERT INTO facility_area (area_id, facility_id) SELECT $1, id FROM facility WHERE id = $2 AND region_id = $3 \
             ON CONFLICT (area_id, facility_id) DO NOTHING",
        )
        .bind(area.id.to_string())
        .bind(facility.to_string())
        .bind(area.region.to_string())
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(added)
}

/// Takes facilities out of an area; how many lay in it before.
pub async fn remove_facilities(tx: &mut Tx, area: &Area, facilities: &[FacilityId]) -> Result<u64, Error> {
    let mut removed = 0;
    for facility in facilities {
        removed += sqlx::query("DELETE FROM facility_area WHERE area_id = $1 AND facility_id = $2")
            .bind(area.id.to_string())
            .bind(facility.to_string())
            .execute(&mut **tx)
            .await?
            .rows_affected();
    }
    Ok(removed)
}
