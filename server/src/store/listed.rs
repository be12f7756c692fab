//! A facility's devices beside their present, read together: a page by key.

use hashimori_shared::verdict::State;

use super::device::Device;
use super::device_state::Line;
use super::{Error, Store, device, device_state, rows};
use crate::domain::device::Standing;
use crate::domain::ids::{DeviceId, FacilityId};

/// What is asked of the store so that it need not hand out every device. Whoever asks looks at each one again: how a device reads is
/// worked out there, and here only what cannot be otherwise is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Every device.
    All,
    /// Those that stand so.
    Standing(Standing),
    /// Those in use with this headline.
    Headline(State),
    /// Those in use that have this headline or none, or have not been heard of since this JST day.
    HeadlineOrSilent(State, i64),
    /// Those in use that have not been heard of since this JST day.
    Silent(i64),
    /// Those in use that stand so on a clause.
    Clause(String, State),
}

impl Only {
    /// The condition, and the text that is bound in it as `$4`.
    fn condition(&self) -> (String, Option<String>) {
        let in_use = "d.standing = 'active'";
        let silent = |day: &i64| format!("(e.day IS NULL OR e.day < {day})");
        match self {
            Self::All => ("1 = 1".to_owned(), None),
            Self::Standing(standing) => (format!("d.standing = '{}'", standing.as_str()), None),
            Self::Headline(state) => (format!("{in_use} AND s.headline = {}", state.code()), None),
            Self::HeadlineOrSilent(state, day) => {
                (format!("{in_use} AND (s.headline IS NULL OR s.headline = {} OR {})", state.code(), silent(day)), None)
            }
            Self::Silent(day) => (format!("{in_use} AND {}", silent(day)), None),
            Self::Clause(clause, state) => {
                (format!("{in_use} AND s.states LIKE $4 ESCAPE '!'"), Some(rows::like(&format!("{clause}={}", state.code()))))
            }
        }
    }
}

/// A page of them in order of enrolment; `after` is the last one of the page before.
pub async fn list(
    store: &Store,
    facility: FacilityId,
    only: &Only,
    (after, limit): (Option<DeviceId>, u16),
) -> Result<Vec<(Device, Line)>, Error> {
    let (condition, text) = only.condition();
    let sql = format!(
        "SELECT {}, {} FROM device d LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n \
         WHERE d.facility_id = $1 AND d.id > $2 AND {condition} ORDER BY d.id LIMIT $3",
        device::COLUMNS,
        device_state::COLUMNS,
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(facility.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit));
    if let Some(text) = text {
        query = query.bind(text);
    }
    query
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| {
            let device = device::read(row)?;
            let line = device_state::line(row, device.n, device::WIDTH)?;
            Ok((device, line))
        })
        .collect()
}
