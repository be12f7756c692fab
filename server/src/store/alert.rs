//! What a person must look at: one row per device and kind, repetitions count up, so that a flood stays one row.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::belonging::Home;
use super::rollup::Scope;
use super::{Error, Store, Tx, rows};
use crate::domain::device::{DeviceN, Ownership};
use crate::domain::ids::{DeviceId, FacilityId};

/// Kinds of alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A device reported lost has checked in: evidence for the incident.
    LostSeen,
    /// One key on two machines (複製の疑い).
    Copied,
}

impl Kind {
    const ALL: [Self; 2] = [Self::LostSeen, Self::Copied];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LostSeen => "lost_seen",
            Self::Copied => "copied",
        }
    }

    /// The kind a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An alert to be raised, or to count up.
#[derive(Clone, Debug)]
pub(super) struct Raise {
    pub(super) n: DeviceN,
    pub(super) kind: Kind,
    pub(super) facility: std::sync::Arc<str>,
    pub(super) at: Timestamp,
}

/// Raises alerts; one that was closed is open again.
pub(super) async fn raise(tx: &mut Tx, alerts: &[Raise]) -> Result<(), Error> {
    for alert in alerts {
        sqlx::query(
            "INSERT INTO alert (n, kind, facility_id, first_at, last_at, times) VALUES ($1, $2, $3, $4, $4, 1) \
             ON CONFLICT (n, kind) DO UPDATE SET last_at = excluded.last_at, times = alert.times + 1, closed_at = NULL, closed_by = NULL",
        )
        .bind(alert.n.0)
        .bind(alert.kind.as_str())
        .bind(alert.facility.to_string())
        .bind(alert.at.seconds())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// An alert as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The device.
    pub device: DeviceId,
    /// What it is called.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// What happened.
    pub kind: Kind,
    /// First time.
    pub first_at: Timestamp,
    /// Last time.
    pub last_at: Timestamp,
    /// How often.
    pub times: i64,
}

const COLUMNS: &str = "SELECT d.id, d.label, a.kind, a.first_at, a.last_at, a.times, d.ownership FROM alert a JOIN device d ON d.n = a.n \
                       WHERE a.facility_id = $1 AND a.closed_at IS NULL";

fn read(row: &AnyRow) -> Result<Alert, Error> {
    Ok(Alert {
        device: rows::parsed(row, 0, "device.id")?,
        label: row.try_get(1)?,
        kind: kind(row.try_get(2)?)?,
        first_at: Timestamp::from_seconds(row.try_get(3)?),
        last_at: Timestamp::from_seconds(row.try_get(4)?),
        times: row.try_get(5)?,
        ownership: Ownership::from_word(row.try_get(6)?).ok_or_else(|| rows::decode_error("device.ownership"))?,
    })
}

/// The open alerts of one facility, what happened last first.
pub async fn list(store: &Store, facility: FacilityId, limit: u16) -> Result<Vec<Alert>, Error> {
    list_of(store, facility, None, limit).await
}

/// The open alerts about one device of a facility.
pub async fn list_about(store: &Store, facility: FacilityId, device: DeviceN) -> Result<Vec<Alert>, Error> {
    list_of(store, facility, Some(device), u16::MAX).await
}

async fn list_of(store: &Store, facility: FacilityId, about: Option<DeviceN>, limit: u16) -> Result<Vec<Alert>, Error> {
    let about = about.map(|device| format!("AND a.n = {} ", device.0)).unwrap_or_default();
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} {about}ORDER BY a.last_at DESC, a.n, a.kind LIMIT $2")))
        .bind(facility.to_string())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many alerts of a facility are open, and when something last happened.
pub async fn count(store: &Store, facility: FacilityId) -> Result<(i64, i64), Error> {
    sqlx::query_as("SELECT count(*), coalesce(max(last_at), 0) FROM alert WHERE facility_id = $1 AND closed_at IS NULL")
        .bind(facility.to_string())
        .fetch_one(store.read())
        .await
}

/// Open alerts of one kind, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCount {
    /// What happened.
    pub kind: Kind,
    /// To how many devices.
    pub devices: i64,
    /// First time.
    pub first_at: Timestamp,
}

/// The open alerts of a scope, counted; not those of devices on which a person has decided since.
pub async fn count_open(store: &Store, scope: Scope) -> Result<Vec<OpenCount>, Error> {
    let place = match scope {
        Scope::Facility(_) => "a.facility_id",
        Scope::Region(_) => "d.region_id",
    };
    let sql = format!(
        "SELECT a.kind, count(*), min(a.first_at) FROM alert a JOIN device d ON d.n = a.n WHERE a.closed_at IS NULL AND {place} = $1 \
         AND ((a.kind = 'lost_seen' AND d.standing = 'lost') OR (a.kind = 'copied' AND d.standing = 'copied')) GROUP BY a.kind ORDER BY a.kind"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.to_string())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            Ok(OpenCount { kind: kind(row.try_get(0)?)?, devices: row.try_get(1)?, first_at: Timestamp::from_seconds(row.try_get(2)?) })
        })
        .collect()
}

/// A lost device that was in contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostSeen {
    /// Which.
    pub device: DeviceId,
    /// Whose.
    pub home: Home,
}

/// Lost devices that were in contact after `since`, at which nobody has looked, and of which nobody was told in this `step`.
pub async fn list_untold_lost(store: &Store, step: &str, since: Timestamp, limit: u16) -> Result<Vec<LostSeen>, Error> {
    sqlx::query(
        "SELECT d.id, d.region_id, d.facility_id FROM alert a JOIN device d ON d.n = a.n WHERE a.kind = 'lost_seen' AND a.closed_at IS NULL \
         AND d.standing = 'lost' AND a.last_at > $1 AND NOT EXISTS (SELECT 1 FROM told t WHERE t.about = d.id AND t.step = $2) \
         ORDER BY a.last_at, d.id LIMIT $3",
    )
    .bind(since.seconds())
    .bind(step)
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let home = Home {
            region: rows::parsed(row, 1, "device.region_id")?,
            facility: rows::parsed(row, 2, "device.facility_id")?,
        };
        Ok(LostSeen { device: rows::parsed(row, 0, "device.id")?, home })
    })
    .collect()
}

fn kind(word: &str) -> Result<Kind, Error> {
    Kind::from_word(word).ok_or_else(|| rows::decode_error("alert.kind"))
}

/// What somebody has looked at: it had happened that often when they did.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The device.
    pub device: DeviceN,
    /// What happened.
    pub kind: Kind,
    /// How often.
    pub times: i64,
}

/// A person has looked: closes an alert of one facility. `false`: there is no such open alert there, or it happened again since.
pub async fn close(tx: &mut Tx, facility: FacilityId, seen: Seen, by: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE alert SET closed_at = $1, closed_by = $2 \
         WHERE facility_id = $3 AND n = $4 AND kind = $5 AND times = $6 AND closed_at IS NULL",
    )
    .bind(now.seconds())
    .bind(by)
    .bind(facility.to_string())
    .bind(seen.device.0)
    .bind(seen.kind.as_str())
    .bind(seen.times)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
