//! What the store holds of a device's present: verdict, last report, when it was last heard of.

use hashimori_shared::ids::{ReportDigest, VerdictDigest};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{State, Verdict};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, ingest, rows};
use crate::domain::device::DeviceN;
use crate::domain::ids::FacilityId;

/// One line of a facility's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The device.
    pub device: DeviceN,
    /// Headline of the stored verdict; `None`: nothing reported yet.
    pub headline: Option<State>,
    /// The headline stands since.
    pub since: Option<Timestamp>,
    /// Last heard of (folded within a second when little is going on, else within half a minute).
    pub last_seen_at: Option<Timestamp>,
    /// Device clock minus collector clock at the last check-in, seconds.
    pub skew_s: i64,
    /// Check-ins its outbox had to drop, in all.
    pub dropped: i64,
    /// State of each clause as `(clause, State::code)`.
    pub clauses: Vec<(String, i64)>,
}

/// What `line` takes from a row, of a device's `device_state` `s` and `device_seen` `e`.
pub(super) const COLUMNS: &str = "s.headline, s.since, e.last_seen_at, e.skew_s, e.dropped, s.states";

/// The present of some devices of a facility; one that is not the facility's is left out.
pub async fn list(store: &Store, facility: FacilityId, devices: &[DeviceN]) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::with_capacity(devices.len());
    for group in devices.chunks(rows::MOST) {
        let head = format!(
            "SELECT d.n, d.facility_id, {COLUMNS} FROM device d \
             LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n WHERE d.n IN "
        );
        let sql = rows::with_list(&head, group.len());
        let ids: Vec<i64> = group.iter().map(|d| d.0).collect();
        for row in rows::list_query(sql, &ids).fetch_all(store.read()).await? {
            if row.try_get::<&str, _>(1)? == facility.to_string() {
                lines.push(line(&row, DeviceN(row.try_get(0)?), 2)?);
            }
        }
    }
    lines.sort_unstable_by_key(|line| line.device);
    Ok(lines)
}

/// The line of a device from the columns that begin with this one.
pub(super) fn line(row: &AnyRow, device: DeviceN, from: usize) -> Result<Line, Error> {
    let states: Option<&str> = row.try_get(from + 5)?;
    Ok(Line {
        device,
        headline: row.try_get::<Option<i64>, _>(from)?.and_then(State::from_code),
        since: row.try_get::<Option<i64>, _>(from + 1)?.map(Timestamp::from_seconds),
        last_seen_at: row.try_get::<Option<i64>, _>(from + 2)?.map(Timestamp::from_seconds),
        skew_s: row.try_get::<Option<i64>, _>(from + 3)?.unwrap_or(0),
        dropped: row.try_get::<Option<i64>, _>(from + 4)?.unwrap_or(0),
        clauses: super::rollup::clause_states(states.unwrap_or("")).map(|(clause, state)| (clause.to_owned(), state)).collect(),
    })
}

/// The verdict and the report it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// The verdict, as stored.
    pub verdict: Verdict,
    /// When it was made.
    pub judged_at: Timestamp,
    /// What a device that holds it in Japanese calls it.
    pub digest: VerdictDigest,
    /// The report's exact JSON bytes, as the device sent them.
    pub report: Vec<u8>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When its facts were observed, never later than it arrived.
    pub observed_at: Timestamp,
}

/// The present of one device of a facility; `None`: no such device there, or nothing reported yet.
pub async fn find(store: &Store, facility: FacilityId, device: DeviceN) -> Result<Option<Present>, Error> {
    let row = sqlx::query(
        "SELECT s.codec, s.verdict, s.judged_at, r.codec, r.body, r.received_at, s.observed_at, s.verdict_digest FROM device d \
         JOIN device_state s ON s.n = d.n JOIN report r ON r.id = s.report_id WHERE d.facility_id = $1 AND d.n = $2",
    )
    .bind(facility.to_string())
    .bind(device.0)
    .fetch_optional(store.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let verdict = ingest::unpack(row.try_get(0)?, row.try_get(1)?).map_err(|_| rows::decode_error("device_state.verdict"))?;
    let digest = row.try_get::<&[u8], _>(7)?.try_into().map_err(|_| rows::decode_error("device_state.verdict_digest"))?;
    Ok(Some(Present {
        verdict: serde_json::from_slice(&verdict).map_err(|_| rows::decode_error("device_state.verdict"))?,
        judged_at: Timestamp::from_seconds(row.try_get(2)?),
        digest: VerdictDigest::from_bytes(digest),
        report: ingest::unpack(row.try_get(3)?, row.try_get(4)?).map_err(|_| rows::decode_error("report.body"))?,
        received_at: Timestamp::from_seconds(row.try_get(5)?),
        observed_at: Timestamp::from_seconds(row.try_get(6)?),
    }))
}

/// The last report of a device of a facility that had arrived by `at` and was taken for the device's own, with the instant at which its
/// facts were observed; `None`: no such device there, or nothing reported until then.
pub async fn report_until(
    store: &Store,
    facility: FacilityId,
    device: DeviceN,
    at: Timestamp,
) -> Result<Option<(Vec<u8>, Timestamp)>, Error> {
    let row = sqlx::query(
        "SELECT r.codec, r.body, r.received_at, r.observed_at FROM report r JOIN device d ON d.n = r.n \
         WHERE d.facility_id = $1 AND r.n = $2 AND r.kind = $3 AND r.received_at <= $4 ORDER BY r.id DESC LIMIT 1",
    )
    .bind(facility.to_string())
    .bind(device.0)
    .bind(ingest::CURRENT)
    .bind(at.seconds())
    .fetch_optional(store.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let body = ingest::unpack(row.try_get(0)?, row.try_get(1)?).map_err(|_| rows::decode_error("report.body"))?;
    let (received, observed): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
    Ok(Some((body, Timestamp::from_seconds(observed.min(received)))))
}

/// Makes every verdict due that was made at a time later than `now` (in a transaction of `Store::begin_ledger`).
pub async fn judge_again_from(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    let done =
        sqlx::query("UPDATE device_state SET next_change_at = $1 WHERE judged_at > $1").bind(now.seconds()).execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

/// Every key the store holds: what was acknowledged must be among them.
pub async fn taken(store: &Store) -> Result<ingest::Taken, Error> {
    ingest::Taken::read(store).await
}

/// Every stored report whose body reads back to its digest.
pub async fn report_digests(store: &Store) -> Result<Vec<(DeviceN, ReportDigest)>, Error> {
    let rows = sqlx::query("SELECT n, digest, codec, body FROM report").fetch_all(store.read()).await?;
    let mut digests = Vec::with_capacity(rows.len());
    for row in &rows {
        let stored: &[u8] = row.try_get(1)?;
        let digest = ingest::unpack(row.try_get(2)?, row.try_get(3)?).map(|json| ReportDigest::of(&json));
        if let Ok(digest) = digest
            && digest.as_bytes() == stored
        {
            digests.push((DeviceN(row.try_get(0)?), digest));
        }
    }
    Ok(digests)
}
