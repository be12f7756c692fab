//! What is kept of the past: a row per change of state, and one mark per day of presence.

use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, ingest, rows};
use crate::domain::device::DeviceN;
use crate::domain::ids::FacilityId;

/// One change of a device's verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Key for the next page.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// `report` (new facts), `time` (time alone), `rules` (another pack or catalogue) or `answer` (a self-check).
    pub cause: String,
    /// Headline from then on.
    pub headline: State,
    /// `§20-3=1>6 …`: the clauses that changed, by `State::code`; `-` where a clause was or is absent.
    pub changed: String,
    /// Revision of pack and catalogues.
    pub judged_with: String,
}

impl Change {
    /// The clauses that changed, before and after; `None`: the clause was or is absent.
    pub fn differences(&self) -> impl Iterator<Item = (&str, Option<State>, Option<State>)> {
        self.changed.split_ascii_whitespace().filter_map(|pair| {
            let (clause, states) = pair.rsplit_once('=')?;
            let (was, is) = states.split_once('>')?;
            let state = |text: &str| text.parse().ok().and_then(State::from_code);
            Some((clause, state(was), state(is)))
        })
    }
}

/// A page of a device's changes, newest first; `before` is the last id of the page before.
pub async fn list(store: &Store, facility: FacilityId, device: DeviceN, before: Option<i64>, limit: u16) -> Result<Vec<Change>, Error> {
    sqlx::query(
        "SELECT c.id, c.at, c.cause, c.headline, c.changed, c.judged_with FROM device d JOIN state_change c ON c.n = d.n \
         WHERE d.facility_id = $1 AND d.n = $2 AND c.id < $3 ORDER BY c.id DESC LIMIT $4",
    )
    .bind(facility.to_string())
    .bind(device.0)
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(change)
    .collect()
}

/// A page of a device's changes within a time, oldest first; `after` is the last id of the page before.
pub async fn list_between(
    store: &Store,
    device: DeviceN,
    (from, until): (Timestamp, Timestamp),
    after: i64,
    limit: u16,
) -> Result<Vec<Change>, Error> {
    sqlx::query(
        "SELECT id, at, cause, headline, changed, judged_with FROM state_change \
         WHERE n = $1 AND id > $2 AND at >= $3 AND at < $4 ORDER BY id LIMIT $5",
    )
    .bind(device.0)
    .bind(after)
    .bind(from.seconds())
    .bind(until.seconds())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(change)
    .collect()
}

fn change(row: &AnyRow) -> Result<Change, Error> {
    Ok(Change {
        id: row.try_get(0)?,
        at: Timestamp::from_seconds(row.try_get(1)?),
        cause: row.try_get(2)?,
        headline: State::from_code(row.try_get(3)?).ok_or_else(|| rows::decode_error("state_change.headline"))?,
        changed: row.try_get(4)?,
        judged_with: row.try_get(5)?,
    })
}

/// Whether a device of a facility was heard of on a JST day (`Timestamp::jst_day`).
pub async fn was_present(store: &Store, facility: FacilityId, device: DeviceN, day: i64) -> Result<bool, Error> {
    let (year, of_year) = ingest::jst_year(day);
    let days = sqlx::query("SELECT p.days FROM device d JOIN presence p ON p.slot = $1 WHERE d.facility_id = $2 AND d.n = $3")
        .bind(device.0 * 10_000 + year)
        .bind(facility.to_string())
        .bind(device.0)
        .fetch_optional(store.read())
        .await?;
    let Some(row) = days else { return Ok(false) };
    let bits: &[u8] = row.try_get(0)?;
    Ok(bits.get(of_year / 8).is_some_and(|byte| byte & (1 << (of_year % 8)) != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_read_as_they_are_written() {
        let change = Change {
            id: 1,
            at: Timestamp::from_seconds(0),
            cause: "report".to_owned(),
            headline: State::NonCompliant,
            changed: "§20-1=6>1 §20-3=->5".to_owned(),
            judged_with: String::new(),
        };
        let expected = [("§20-1", Some(State::NonCompliant), Some(State::Compliant)), ("§20-3", None, Some(State::Unknown))];
        assert_eq!(change.differences().collect::<Vec<_>>(), expected);
    }
}
