//! Device leaves that were issued, and the evidence a device showed when it enrolled.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx};
use crate::domain::device::DeviceN;
use crate::domain::enrolment::Suspicion;
use crate::domain::ids::{CodeId, DeviceId, FacilityId};
use crate::pki::{DeviceCertificate, DeviceLeaf};
use hashimori_shared::report::HardwareIds;
use hashimori_shared::time::Timestamp;

/// What a device showed when it enrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// SHA-256 of its public key.
    pub key_digest: String,
    /// Version of its agent, and what that was built for.
    pub agent_version: String,
    /// See `agent_version`.
    pub platform: String,
    /// OS in the OS's own words.
    pub os: Option<String>,
    /// Maker.
    pub maker: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Hypervisor of a virtual machine.
    pub hypervisor: Option<String>,
    /// Digested hardware identifiers.
    pub ids: HardwareIds,
    /// Why it deserves a second look, and the device of its facility that it resembles; another facility's is not named.
    pub suspicion: Option<(Suspicion, Option<DeviceId>)>,
}

fn device(text: &str) -> Result<DeviceId, Error> {
    text.parse().map_err(|e: uuid::Error| Error::Decode(Box::new(e)))
}

fn evidence(row: &AnyRow) -> Result<Evidence, Error> {
    let word: Option<String> = row.try_get(10)?;
    let same_as: Option<String> = row.try_get(11)?;
    let same_as = same_as.as_deref().map(device).transpose()?;
    let suspicion = word.as_deref().and_then(Suspicion::from_word).map(|why| (why, same_as));
    Ok(Evidence {
        key_digest: row.try_get(0)?,
        agent_version: row.try_get(1)?,
        platform: row.try_get(2)?,
        os: row.try_get(3)?,
        maker: row.try_get(4)?,
        model: row.try_get(5)?,
        hypervisor: row.try_get(6)?,
        ids: HardwareIds { system_uuid: row.try_get(7)?, serial: row.try_get(8)?, machine_id: row.try_get(9)? },
        suspicion,
    })
}

/// The number of the device that this serial was issued to.
pub async fn find_number(store: &Store, serial: &str) -> Result<Option<DeviceN>, Error> {
    let found: Option<i64> = sqlx::query_scalar("SELECT d.n FROM certificate c JOIN device d ON d.id = c.device_id WHERE c.serial = $1")
        .bind(serial)
        .fetch_optional(store.read())
        .await?;
    Ok(found.map(DeviceN))
}

/// Whom the store knows under a device id that a certificate names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// That device, with the same key.
    SameKey(DeviceN),
    /// That device, with another key.
    OtherKey,
    /// Nobody.
    Nobody,
}

/// Whom the store knows under this device id.
pub async fn find_holder(tx: &mut Tx, id: DeviceId, key_digest: &str) -> Result<Holder, Error> {
    let n: Option<i64> = sqlx::query_scalar("SELECT n FROM device WHERE id = $1").bind(id.to_string()).fetch_optional(&mut **tx).await?;
    let Some(n) = n else { return Ok(Holder::Nobody) };
    let same: i64 = sqlx::query_scalar("SELECT count(*) FROM certificate WHERE device_id = $1 AND key_digest = $2")
        .bind(id.to_string())
        .bind(key_digest)
        .fetch_one(&mut **tx)
        .await?;
    Ok(if same > 0 { Holder::SameKey(DeviceN(n)) } else { Holder::OtherKey })
}

/// How many leaves a device was issued since `from`.
pub async fn count_since(tx: &mut Tx, id: DeviceId, from: Timestamp) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT count(*) FROM certificate WHERE device_id = $1 AND issued_at > $2")
        .bind(id.to_string())
        .bind(from.seconds())
        .fetch_one(&mut **tx)
        .await
}

impl Store {
    /// What a device showed when it enrolled; `None` for one known by its certificate only.
    pub async fn find_evidence(&self, id: DeviceId) -> Result<Option<Evidence>, Error> {
        let found = sqlx::query(
            "SELECT key_digest, agent_version, platform, os, maker, model, hypervisor, system_uuid, serial, machine_id, suspicion, same_as \
             FROM enrolment_evidence WHERE device_id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(self.read())
        .await?;
        found.as_ref().map(evidence).transpose()
    }
}

impl Tx {
    /// Records a leaf before it is handed out.
    pub async fn insert_certificate(&mut self, id: DeviceId, leaf: &DeviceLeaf, key_digest: &str, now: Timestamp) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO certificate (serial, device_id, key_digest, not_before, not_after, issued_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(leaf.serial.as_str())
        .bind(id.to_string())
        .bind(key_digest)
        .bind(leaf.not_before.seconds())
        .bind(leaf.not_after.seconds())
        .bind(now.seconds())
        .execute(&mut **self)
        .await
        .map(|_| ())
    }

    /// Records a leaf that outlived a restore: issued by us, forgotten by the store.
    pub async fn insert_foreign_certificate(&mut self, leaf: &DeviceCertificate, now: Timestamp) -> Result<(), Error> {
        let known = DeviceLeaf { der: Vec::new(), serial: leaf.serial.clone(), not_before: leaf.not_before, not_after: leaf.not_after };
        self.insert_certificate(leaf.device, &known, &leaf.key_digest, now).await
    }

    /// Records what a device showed.
    pub async fn insert_evidence(&mut self, id: DeviceId, code: CodeId, shown: &Evidence) -> Result<(), Error> {
        let (suspicion, same_as) = (shown.suspicion.map(|(s, _)| s.as_str()), shown.suspicion.and_then(|(_, d)| d));
        sqlx::query(
            "INSERT INTO enrolment_evidence (device_id, code_id, key_digest, agent_version, platform, os, maker, model, hypervisor, \
             system_uuid, serial, machine_id, suspicion, same_as) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(id.to_string())
        .bind(code.to_string())
        .bind(shown.key_digest.as_str())
        .bind(shown.agent_version.as_str())
        .bind(shown.platform.as_str())
        .bind(shown.os.as_deref())
        .bind(shown.maker.as_deref())
        .bind(shown.model.as_deref())
        .bind(shown.hypervisor.as_deref())
        .bind(shown.ids.system_uuid.as_deref())
        .bind(shown.ids.serial.as_deref())
        .bind(shown.ids.machine_id.as_deref())
        .bind(suspicion)
        .bind(same_as.map(|id| id.to_string()))
        .execute(&mut **self)
        .await
        .map(|_| ())
    }

    /// Whether a device holds this key already, and which; one of another facility is not named.
    pub async fn find_key_holder(
        &mut self,
        facility: FacilityId,
        key_digest: &str,
    ) -> Result<Option<(Suspicion, Option<DeviceId>)>, Error> {
        let holders = sqlx::query(
            "SELECT d.id, d.facility_id FROM certificate c JOIN device d ON d.id = c.device_id WHERE c.key_digest = $1 ORDER BY d.id DESC",
        )
        .bind(key_digest)
        .fetch_all(&mut **self)
        .await?;
        let facility = facility.to_string();
        for row in &holders {
            if row.try_get::<&str, _>(1)? == facility {
                return Ok(Some((Suspicion::SameKey, Some(device(row.try_get(0)?)?))));
            }
        }
        Ok((!holders.is_empty()).then_some((Suspicion::SameKey, None)))
    }

    /// The device of this facility that resembles what was shown most: the same hardware first, then the same image.
    /// Devices of other facilities are not looked at: one facility learns nothing of another's.
    pub async fn find_resembling(&mut self, facility: FacilityId, shown: &Evidence) -> Result<Option<(Suspicion, DeviceId)>, Error> {
        // One text per column, for names of columns cannot be bound.
        macro_rules! by {
            ($column:literal) => {
                concat!(
                    "SELECT d.id FROM enrolment_evidence e JOIN device d ON d.id = e.device_id WHERE e.",
                    $column,
                    " = $1 AND d.facility_id = $2 AND e.key_digest <> $3 ORDER BY d.id DESC LIMIT 1"
                )
            };
        }
        let looks = [
            (by!("system_uuid"), shown.ids.system_uuid.as_deref(), Suspicion::SameHardware),
            (by!("serial"), shown.ids.serial.as_deref(), Suspicion::SameHardware),
            (by!("machine_id"), shown.ids.machine_id.as_deref(), Suspicion::SameImage),
        ];
        for (sql, value, suspicion) in looks {
            let Some(value) = value else { continue };
            let found: Option<String> = sqlx::query_scalar(sql)
                .bind(value)
                .bind(facility.to_string())
                .bind(shown.key_digest.as_str())
                .fetch_optional(&mut **self)
                .await?;
            if let Some(found) = found {
                return Ok(Some((suspicion, device(&found)?)));
            }
        }
        Ok(None)
    }

    /// The device that this code let in with this very key: its answer got lost and it asks again.
    pub async fn find_enrolled_with(&mut self, code: CodeId, key_digest: &str) -> Result<Option<DeviceId>, Error> {
        let found: Option<String> = sqlx::query_scalar("SELECT device_id FROM enrolment_evidence WHERE code_id = $1 AND key_digest = $2")
            .bind(code.to_string())
            .bind(key_digest)
            .fetch_optional(&mut **self)
            .await?;
        found.as_deref().map(device).transpose()
    }

    /// Records that a device said it leaves.
    pub async fn upsert_leaving(&mut self, id: DeviceId, left_at: Timestamp, now: Timestamp) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO device_leaving (device_id, left_at, received_at) VALUES ($1, $2, $3) \
             ON CONFLICT (device_id) DO UPDATE SET left_at = excluded.left_at, received_at = excluded.received_at",
        )
        .bind(id.to_string())
        .bind(left_at.seconds())
        .bind(now.seconds())
        .execute(&mut **self)
        .await
        .map(|_| ())
    }
}
