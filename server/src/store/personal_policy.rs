//! How a facility allows personal devices (§20-13). Rows are added and never change; the newest counts, and stays.

use hashimori_shared::pack::PersonalMode;
use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{Error, Store, Tx, rows};
use crate::domain::ids::{FacilityId, PersonId};

/// What a facility decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its number among the facility's.
    pub n: i64,
    /// Whether and how personal devices may be used.
    pub mode: PersonalMode,
    /// What it thinks of the risk.
    pub risk: String,
    /// When.
    pub at: Timestamp,
    /// Who decided; `None`: no longer on file.
    pub by: Option<String>,
    /// Stored word of who.
    pub by_word: String,
}

const fn word(mode: PersonalMode) -> &'static str {
    match mode {
        PersonalMode::Standing => "standing",
        PersonalMode::ExceptionOnly => "exception_only",
        PersonalMode::Prohibited => "prohibited",
    }
}

/// The newest decisions of a facility, the newest first.
pub async fn list(store: &Store, facility: FacilityId, limit: u16) -> Result<Vec<Policy>, Error> {
    sqlx::query(
        "SELECT y.mode, y.risk, y.at, p.name, y.by_whom, y.n FROM personal_policy y LEFT JOIN person p ON p.id = y.by_whom \
         WHERE y.facility_id = $1 ORDER BY y.n DESC LIMIT $2",
    )
    .bind(facility.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let stored: &str = row.try_get(0)?;
        let modes = [PersonalMode::Standing, PersonalMode::ExceptionOnly, PersonalMode::Prohibited];
        Ok(Policy {
            mode: modes.into_iter().find(|mode| word(*mode) == stored).ok_or_else(|| rows::decode_error("personal_policy.mode"))?,
            risk: row.try_get(1)?,
            at: Timestamp::from_seconds(row.try_get(2)?),
            by: row.try_get(3)?,
            by_word: row.try_get(4)?,
            n: row.try_get(5)?,
        })
    })
    .collect()
}

/// Adds a decision (in a transaction of `Store::begin_ledger`).
pub async fn insert(
    tx: &mut Tx,
    facility: FacilityId,
    (mode, risk): (PersonalMode, &str),
    (by, at): (PersonId, Timestamp),
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO personal_policy (facility_id, n, mode, risk, at, by_whom) \
         SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3, $4, $5 FROM personal_policy WHERE facility_id = $1",
    )
    .bind(facility.to_string())
    .bind(word(mode))
    .bind(risk)
    .bind(at.seconds())
    .bind(by.to_string())
    .execute(&mut **tx)
    .await
    .map(drop)
}
