//! Whom to remind of what is due of a list: facilities where those who keep it have an address and no letter of the occasion yet.

use sqlx::{Any, Executor};

use crate::domain::ids::FacilityId;
use crate::domain::mail::Kind;
use crate::domain::people::Role;
use crate::store::{Error, rows};

/// Who is reminded.
pub const KEEPERS: &[Role] = &[Role::Head, Role::Administrator];

/// A page of such facilities, after this one.
pub async fn list(
    db: impl Executor<'_, Database = Any>,
    (kind, occasion): (Kind, &str),
    (after, limit): (Option<FacilityId>, u16),
) -> Result<Vec<FacilityId>, Error> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT p.facility_id FROM person p JOIN mail_address a ON a.person_id = p.id \
         WHERE p.facility_id > $1 AND p.disabled_at IS NULL AND p.role IN ($2, $3) \
         AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.person_id = p.id AND l.kind = $4 AND l.once = $5) \
         ORDER BY p.facility_id LIMIT $6",
    )
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(KEEPERS[0].code())
    .bind(KEEPERS[1].code())
    .bind(kind.as_str())
    .bind(occasion.to_owned())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    found.iter().map(|id| id.parse().map_err(|_| rows::decode_error("person.facility_id"))).collect()
}
