//! What a person must look at: one row per device and kind, repetitions count up, so that a flood stays one row.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::rollup::Scope;
use super::{Error, Store, Tx, rows};
use crate::domain::device::DeviceN;
use crate::domain::ids::FacilityId;

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

    const fn as_str(self) -> &'static str {
        match self {
            Self::LostSeen => "lost_seen",
            Self::Copied => "copied",
        }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The device.
    pub device: DeviceN,
    /// What happened.
    pub kind: Kind,
    /// First time.
    pub first_at: Timestamp,
    /// Last time.
    pub last_at: Timestamp,
    /// How often.
    pub times: i64,
}

/// The open alerts of one facility.
pub async fn list(store: &Store, facility: FacilityId) -> Result<Vec<Alert>, Error> {
    sqlx::query("SELECT n, kind, first_at, last_at, times FROM alert WHERE facility_id = $1 AND closed_at IS NULL ORDER BY n, kind")
        .bind(facility.to_string())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            Ok(Alert {
                device: DeviceN(row.try_get(0)?),
                kind: kind(row.try_get(1)?)?,
                first_at: Timestamp::from_seconds(row.try_get(2)?),
                last_at: Timestamp::from_seconds(row.try_get(3)?),
                times: row.try_get(4)?,
            })
        })
        .collect()
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

fn kind(word: &str) -> Result<Kind, Error> {
    Kind::ALL.into_iter().find(|k| k.as_str() == word).ok_or_else(|| rows::decode_error("alert.kind"))
}

/// A person has looked: closes an alert of one facility. `false`: there is no such open alert there.
pub async fn close(tx: &mut Tx, facility: FacilityId, device: DeviceN, kind: Kind, by: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE alert SET closed_at = $1, closed_by = $2 WHERE facility_id = $3 AND n = $4 AND kind = $5 AND closed_at IS NULL",
    )
    .bind(now.seconds())
    .bind(by)
    .bind(facility.to_string())
    .bind(device.0)
    .bind(kind.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
