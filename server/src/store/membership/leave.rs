//! What ends with a facility's leaving: its devices, its accounts, its links and codes, what other systems read or are told, and what
//! a 災害時特例 let in there. What is on file stays until it is erased in its time.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use crate::domain::act::{Act, Actor};
use crate::domain::disaster::let_in::Cleared;
use crate::domain::ids::{DeviceId, FacilityId, LetInId, PersonId, RegionId};
use crate::domain::paper::{Moved, Paper};
use crate::domain::people::event::By;
use crate::store::appointment::{self, Held};
use crate::store::device::{self, Decision};
use crate::store::{Error, Tx, exclusion, paper, rank, rows};

/// What ended, for the operation log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Devices taken out of use, with what they are called.
    pub devices: Vec<(DeviceId, String)>,
    /// Roles that ended, and their accounts with them.
    pub roles: Vec<Held>,
    /// Papers that ended, all but incidents, which go on.
    pub papers: Vec<Paper>,
    /// What a 災害時特例 let in and nobody had cleared.
    pub let_in: Vec<LetInId>,
}

/// Ends everything (in a transaction of `Store::begin_ledger`).
pub async fn end_everything(
    tx: &mut Tx,
    (region, facility): (RegionId, FacilityId),
    (by, why): (PersonId, &str),
    now: Timestamp,
) -> Result<Ended, Error> {
    let devices = retire(tx, facility, (by, why), now).await?;
    let roles = end_roles(tx, region, facility, (by, why), now).await?;
    let id = facility.to_string();
    for sql in [
        "DELETE FROM facility_link WHERE facility_id = $1",
        "DELETE FROM disaster_door WHERE facility_id = $1",
        "DELETE FROM facility_area WHERE facility_id = $1",
        "DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT w.id FROM webhook w WHERE w.facility_id = $1)",
        "DELETE FROM webhook WHERE facility_id = $1",
    ] {
        sqlx::query(sql).bind(id.clone()).execute(&mut **tx).await?;
    }
    for sql in [
        "UPDATE enrolment_code SET revoked_at = $2 WHERE facility_id = $1 AND revoked_at IS NULL AND expires_at > $2",
        "UPDATE api_token SET revoked_at = $2 WHERE facility_id = $1 AND revoked_at IS NULL",
    ] {
        sqlx::query(sql).bind(id.clone()).bind(now.seconds()).execute(&mut **tx).await?;
    }
    let papers = end_papers(tx, facility, (by, why), now).await?;
    // Nobody is left there who could clear it: the exception's report says so.
    let let_in = sqlx::query("SELECT id FROM disaster_let_in WHERE facility_id = $1 AND cleared_at IS NULL ORDER BY id")
        .bind(id.clone())
        .fetch_all(&mut **tx)
        .await?
        .iter()
        .map(|row| rows::parsed(row, 0, "disaster_let_in.id"))
        .collect::<Result<Vec<LetInId>, Error>>()?;
    sqlx::query(
        "UPDATE disaster_let_in SET cleared_how = $2, cleared_done = '', cleared_why = $3, cleared_by = $4, cleared_at = $5 \
         WHERE facility_id = $1 AND cleared_at IS NULL",
    )
    .bind(id.clone())
    .bind(Cleared::Unreachable.as_str())
    .bind(why.to_owned())
    .bind(by.to_string())
    .bind(now.seconds())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE facility SET vacant_since = NULL, deputy_from = NULL, deputy_until = NULL WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    rank::remove(tx, facility).await?;
    Ok(Ended { devices, roles, papers, let_in })
}

/// Nobody is left there who could go on with them; what went wrong is still followed up (留3-10).
async fn end_papers(tx: &mut Tx, facility: FacilityId, (by, why): (PersonId, &str), now: Timestamp) -> Result<Vec<Paper>, Error> {
    let mut ended = Vec::new();
    for paper in paper::list_to_end(tx, facility).await? {
        if paper::move_on(tx, &paper, &Moved::ended(&paper, why, now), Actor::Person(by)).await? {
            ended.push(paper);
        }
    }
    Ok(ended)
}

async fn retire(tx: &mut Tx, facility: FacilityId, (by, why): (PersonId, &str), now: Timestamp) -> Result<Vec<(DeviceId, String)>, Error> {
    let decision = Decision { standing: Act::Retire.to(), by: by.to_string(), at: now };
    let found = sqlx::query("SELECT id, label FROM device WHERE facility_id = $1 AND standing NOT IN ('retired', 'refused') ORDER BY id")
        .bind(facility.to_string())
        .fetch_all(&mut **tx)
        .await?;
    let mut devices = Vec::with_capacity(found.len());
    for row in found {
        let id: DeviceId = rows::parsed(&row, 0, "device.id")?;
        if device::stand(tx, facility, id, Act::Retire.from(), &decision).await? {
            exclusion::put_reason(tx, id, why).await?;
            devices.push((id, row.try_get(1)?));
        }
    }
    Ok(devices)
}

async fn end_roles(
    tx: &mut Tx,
    region: RegionId,
    facility: FacilityId,
    (by, why): (PersonId, &str),
    now: Timestamp,
) -> Result<Vec<Held>, Error> {
    let held = appointment::list(&mut **tx, facility, now).await?;
    for held in &held {
        appointment::end(tx, held, By::Person(by), why, now).await?;
    }
    // Accounts without a role, too: whatever could be opened is closed.
    let accounts: Vec<String> =
        sqlx::query_scalar("SELECT id FROM person WHERE region_id = $1 AND facility_id = $2 AND disabled_at IS NULL")
            .bind(region.to_string())
            .bind(facility.to_string())
            .fetch_all(&mut **tx)
            .await?;
    for id in accounts {
        let person: PersonId = id.parse().map_err(|_| rows::decode_error("person.id"))?;
        appointment::close_account(tx, person, now).await?;
    }
    Ok(held)
}
