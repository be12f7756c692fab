//! 機器管理台帳: what was written down about devices by hand, beside what they told when they enrolled.

use std::collections::HashMap;

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, rows};
use crate::domain::device::DeviceN;
use crate::domain::ids::{DeviceId, FacilityId, PersonId};
use crate::domain::ledger::NUMBER;
use crate::domain::paper::Values;

/// What was written down about a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Whether no checking program runs on it.
    pub by_hand: bool,
    /// The fields.
    pub values: Values,
    /// How often it was written; 0: never.
    pub version: i64,
    /// When it was written last.
    pub at: Option<Timestamp>,
    /// By whom; `None`: never, or no longer on file.
    pub by: Option<String>,
}

/// A device of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What was written down.
    pub card: Card,
    /// Maker and model, and operating system, as told when it enrolled.
    pub model: String,
    /// Operating system.
    pub os: String,
    /// When it was taken out of use.
    pub retired_at: Option<Timestamp>,
}

/// The entries of these devices of a facility; a device without one has neither card nor told anything.
pub async fn list(store: &Store, facility: FacilityId, devices: &[DeviceN]) -> Result<HashMap<DeviceN, Entry>, Error> {
    let mut entries = HashMap::new();
    for some in devices.chunks(rows::MOST) {
        let keys: Vec<i64> = some.iter().map(|n| n.0).collect();
        let sql = rows::with_list(
            "SELECT d.n, d.facility_id, c.by_hand, c.fields, c.version, c.at, p.name, e.maker, e.model, e.os, \
             (SELECT x.at FROM exclusion x WHERE x.id = d.id AND x.kind = 'retired') \
             FROM device d LEFT JOIN ledger_card c ON c.device_id = d.id LEFT JOIN enrolment_evidence e ON e.device_id = d.id \
             LEFT JOIN person p ON p.id = c.by_whom WHERE d.n IN ",
            keys.len(),
        );
        for row in rows::list_query(sql, &keys).fetch_all(store.read()).await? {
            if row.try_get::<&str, _>(1)? == facility.to_string() {
                entries.insert(DeviceN(row.try_get(0)?), entry(&row)?);
            }
        }
    }
    Ok(entries)
}

/// The entry of one device of a facility.
pub async fn find(store: &Store, facility: FacilityId, device: DeviceN) -> Result<Entry, Error> {
    Ok(list(store, facility, &[device]).await?.remove(&device).unwrap_or_default())
}

fn entry(row: &AnyRow) -> Result<Entry, Error> {
    let text = |at: usize| row.try_get::<Option<String>, _>(at).map(Option::unwrap_or_default);
    let stored = row.try_get::<Option<&str>, _>(3)?;
    let values = stored.map_or_else(|| Ok(Values::new()), serde_json::from_str).map_err(|_| rows::decode_error("ledger_card.fields"))?;
    Ok(Entry {
        card: Card {
            by_hand: row.try_get::<Option<i64>, _>(2)? == Some(1),
            values,
            version: row.try_get::<Option<i64>, _>(4)?.unwrap_or(0),
            at: row.try_get::<Option<i64>, _>(5)?.map(Timestamp::from_seconds),
            by: row.try_get(6)?,
        },
        model: [text(7)?, text(8)?].join(" ").trim().to_owned(),
        os: text(9)?,
        retired_at: row.try_get::<Option<i64>, _>(10)?.map(Timestamp::from_seconds),
    })
}

/// How many devices of a facility that are in use no checking program tells of.
pub async fn count_by_hand(store: &Store, facility: FacilityId) -> Result<i64, Error> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM ledger_card c JOIN device d ON d.id = c.device_id \
         WHERE c.facility_id = $1 AND c.by_hand = 1 AND d.standing = 'active'",
    )
    .bind(facility.to_string())
    .fetch_one(store.read())
    .await
}

/// What another device of the facility is called that bears this number already (in a transaction of `Store::begin_ledger`).
pub async fn numbered(tx: &mut Tx, facility: FacilityId, number: &str, except: Option<DeviceId>) -> Result<Option<String>, Error> {
    sqlx::query_scalar(
        "SELECT d.label FROM ledger_card c JOIN device d ON d.id = c.device_id \
         WHERE c.facility_id = $1 AND c.number = $2 AND c.device_id <> $3 ORDER BY d.id LIMIT 1",
    )
    .bind(facility.to_string())
    .bind(number.to_owned())
    .bind(except.map(|id| id.to_string()).unwrap_or_default())
    .fetch_optional(&mut **tx)
    .await
}

/// Writes down what is known of a device (in a transaction of `Store::begin_ledger`), over the version that was seen. `false`: somebody
/// else wrote it meanwhile.
pub async fn put(
    tx: &mut Tx,
    (facility, device): (FacilityId, DeviceId),
    card: &Card,
    (by, at): (PersonId, Timestamp),
) -> Result<bool, Error> {
    let fields = serde_json::to_string(&card.values).map_err(|e| Error::Encode(Box::new(e)))?;
    let done = sqlx::query(
        "INSERT INTO ledger_card (device_id, facility_id, by_hand, number, fields, version, at, by_whom) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (device_id) DO UPDATE SET number = excluded.number, \
         fields = excluded.fields, version = excluded.version, at = excluded.at, by_whom = excluded.by_whom \
         WHERE ledger_card.version = $9",
    )
    .bind(device.to_string())
    .bind(facility.to_string())
    .bind(i64::from(card.by_hand))
    .bind(card.values.get(NUMBER).cloned().unwrap_or_default())
    .bind(fields)
    .bind(card.version + 1)
    .bind(at.seconds())
    .bind(by.to_string())
    .bind(card.version)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
