//! Which facility and region a thing belongs to: what isolation asks before a page is shown.

use sqlx::{Any, Executor};

use super::Error;
use crate::domain::ids::{CodeId, DeviceId, ExceptionId, FacilityId, PaperId, PersonId, RegionId};

/// Where a thing belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// Region.
    pub region: RegionId,
    /// Facility.
    pub facility: FacilityId,
}

fn home(row: Option<(String, String)>) -> Result<Option<Home>, Error> {
    let Some((region, facility)) = row else { return Ok(None) };
    let corrupt = |_| Error::Decode("an id is not a UUID".into());
    Ok(Some(Home { region: region.parse().map_err(corrupt)?, facility: facility.parse().map_err(corrupt)? }))
}

/// Where a facility belongs.
pub async fn of_facility(db: impl Executor<'_, Database = Any>, id: FacilityId) -> Result<Option<Home>, Error> {
    home(sqlx::query_as("SELECT region_id, id FROM facility WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?)
}

/// Where a device belongs.
pub async fn of_device(db: impl Executor<'_, Database = Any>, id: DeviceId) -> Result<Option<Home>, Error> {
    home(sqlx::query_as("SELECT region_id, facility_id FROM device WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?)
}

/// The region of an account.
pub async fn of_person(db: impl Executor<'_, Database = Any>, id: PersonId) -> Result<Option<RegionId>, Error> {
    let region: Option<String> =
        sqlx::query_scalar("SELECT region_id FROM person WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    region.map(|id| id.parse().map_err(|_| Error::Decode("an id is not a UUID".into()))).transpose()
}

/// The region of a 災害時特例.
pub async fn of_exception(db: impl Executor<'_, Database = Any>, id: ExceptionId) -> Result<Option<RegionId>, Error> {
    let region: Option<String> =
        sqlx::query_scalar("SELECT region_id FROM disaster WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    region.map(|id| id.parse().map_err(|_| Error::Decode("an id is not a UUID".into()))).transpose()
}

/// Where an enrolment code belongs.
pub async fn of_code(db: impl Executor<'_, Database = Any>, id: CodeId) -> Result<Option<Home>, Error> {
    home(sqlx::query_as("SELECT region_id, facility_id FROM enrolment_code WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?)
}

/// Where a paper belongs.
pub async fn of_paper(db: impl Executor<'_, Database = Any>, id: PaperId) -> Result<Option<Home>, Error> {
    home(sqlx::query_as("SELECT region_id, facility_id FROM paper WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?)
}
