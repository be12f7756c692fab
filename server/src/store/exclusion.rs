//! 対象から外した機器: what people took out of the count, said to be something else, or said cannot be made to comply, for the 事務局 to see. Rows are added and
//! given their reason, and never go.

use hashimori_shared::report::DeviceClass;
use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, rows};
use crate::domain::device::{ClassWord, DeviceN, Ownership, SortChange, Standing};
use crate::domain::ids::{DeviceId, ExclusionId, FacilityId, PersonId, RegionId, SelfCheckId};

/// Why something does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 廃止.
    Retired,
    /// The registration was refused.
    Refused,
    /// 設定不可能, as answered in a self-check.
    CannotSet,
    /// Said to be of another kind, or another's.
    Reclassified,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Retired, Self::Refused, Self::CannotSet, Self::Reclassified];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Retired => "retired",
            Self::Refused => "refused",
            Self::CannotSet => "cannot_set",
            Self::Reclassified => "reclassified",
        }
    }

    /// The kind of exclusion that standing so is, if it is one.
    pub const fn of(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Retired => Some(Self::Retired),
            Standing::Refused => Some(Self::Refused),
            Standing::Pending | Standing::Active | Standing::Lost | Standing::Copied | Standing::Reconfirm => None,
        }
    }
}

/// A device that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Its id.
    pub id: DeviceId,
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// What kind of machine it is.
    pub class: DeviceClass,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: ExclusionId,
    /// Where.
    pub facility: FacilityId,
    /// The facility's name.
    pub facility_name: String,
    /// What.
    pub kind: Kind,
    /// Which; `None`: those of a self-check.
    pub device: Option<Excluded>,
    /// How many.
    pub devices: i64,
    /// When.
    pub at: Timestamp,
    /// Who; `None`: nobody with a name on file.
    pub by: Option<String>,
    /// Why; empty: no reason on file.
    pub reason: String,
    /// What was replaced, and by what (`Kind::Reclassified`).
    pub change: Option<SortChange>,
}

/// Notes that a device no longer counts (`Store::begin_ledger`); `by` as in `device::Decision`.
pub(super) async fn insert_device(tx: &mut Tx, n: DeviceN, kind: Kind, by: &str, at: Timestamp) -> Result<(), Error> {
    // One row for each device: standing so is for good, and the device's own id says which row it is.
    sqlx::query(
        "INSERT INTO exclusion (id, region_id, facility_id, kind, n, devices, at, by_whom, reason) \
         SELECT id, region_id, facility_id, $2, n, 1, $3, $4, '' FROM device WHERE n = $1 ON CONFLICT (id) DO NOTHING",
    )
    .bind(n.0)
    .bind(kind.as_str())
    .bind(at.seconds())
    .bind(by)
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Somebody said that a device is of another sort.
#[derive(Clone, Copy, Debug)]
pub struct NewSort<'a> {
    /// Id of the line.
    pub id: ExclusionId,
    /// The device.
    pub n: DeviceN,
    /// What was replaced.
    pub change: SortChange,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: &'a str,
}

/// Notes that a device is said to be of another sort.
pub async fn insert_sort(tx: &mut Tx, new: NewSort<'_>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO exclusion (id, region_id, facility_id, kind, n, devices, at, by_whom, reason, change) \
         SELECT $2, region_id, facility_id, $3, n, 1, $4, $5, $6, $7 FROM device WHERE n = $1",
    )
    .bind(new.n.0)
    .bind(new.id.to_string())
    .bind(Kind::Reclassified.as_str())
    .bind(new.at.seconds())
    .bind(new.by.to_string())
    .bind(new.reason)
    .bind(new.change.to_string())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Adds the reason why a device no longer counts.
pub async fn put_reason(tx: &mut Tx, device: DeviceId, reason: &str) -> Result<(), Error> {
    sqlx::query("UPDATE exclusion SET reason = $2 WHERE id = $1").bind(device.to_string()).bind(reason).execute(&mut **tx).await.map(drop)
}

/// Notes that a self-check answered 設定不可能 for its devices.
pub(super) async fn insert_self_check(tx: &mut Tx, id: SelfCheckId, devices: u64) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO exclusion (id, region_id, facility_id, kind, self_check_id, devices, at, by_whom, reason) \
         SELECT c.id, f.region_id, c.facility_id, $2, c.id, $3, c.at, c.person_id, c.note \
         FROM self_check c JOIN facility f ON f.id = c.facility_id WHERE c.id = $1",
    )
    .bind(id.to_string())
    .bind(Kind::CannotSet.as_str())
    .bind(i64::try_from(devices).unwrap_or(i64::MAX))
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// A page of a region's lines, newest first; `after` is the last one of the page before.
pub async fn list(store: &Store, region: RegionId, after: Option<ExclusionId>, limit: u16) -> Result<Vec<Line>, Error> {
    let from: Option<i64> = match after {
        None => Some(i64::MAX),
        Some(id) => sqlx::query_scalar("SELECT at FROM exclusion WHERE id = $1").bind(id.to_string()).fetch_optional(store.read()).await?,
    };
    let Some(from) = from else { return Ok(Vec::new()) };
    sqlx::query(
        "SELECT x.id, x.facility_id, f.name, x.kind, x.devices, x.at, p.name, x.reason, d.id, d.label, d.ownership, d.class, x.change \
         FROM exclusion x JOIN facility f ON f.id = x.facility_id LEFT JOIN person p ON p.id = x.by_whom LEFT JOIN device d ON d.n = x.n \
         WHERE x.region_id = $1 AND (x.at < $2 OR (x.at = $2 AND x.id < $3)) ORDER BY x.at DESC, x.id DESC LIMIT $4",
    )
    .bind(region.to_string())
    .bind(from)
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(line)
    .collect()
}

fn line(row: &AnyRow) -> Result<Line, Error> {
    let kind: String = row.try_get(3)?;
    let device = match row.try_get::<Option<String>, _>(8)? {
        None => None,
        Some(id) => Some(Excluded {
            id: id.parse().map_err(|_| rows::decode_error("device.id"))?,
            label: row.try_get(9)?,
            ownership: Ownership::from_word(row.try_get(10)?).ok_or_else(|| rows::decode_error("device.ownership"))?,
            class: ClassWord::from_word(row.try_get(11)?).unwrap_or(ClassWord::Unclear).into(),
        }),
    };
    Ok(Line {
        id: rows::parsed(row, 0, "exclusion.id")?,
        facility: rows::parsed(row, 1, "exclusion.facility_id")?,
        facility_name: row.try_get(2)?,
        kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| rows::decode_error("exclusion.kind"))?,
        device,
        devices: row.try_get(4)?,
        at: Timestamp::from_seconds(row.try_get(5)?),
        by: row.try_get(6)?,
        reason: row.try_get(7)?,
        change: row.try_get::<&str, _>(12)?.parse().ok(),
    })
}
