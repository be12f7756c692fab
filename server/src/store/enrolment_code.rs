//! Enrolment codes: issued, listed, used up, revoked; and the throttle on wrong ones.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx};
use crate::domain::device::Ownership;
use crate::domain::enrolment::{IssuedCode, THROTTLE_WINDOW_S};
use crate::domain::ids::{CodeId, FacilityId, RegionId};
use hashimori_shared::time::Timestamp;

/// A code as the facility's page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// Its id.
    pub id: CodeId,
    /// Whose devices it lets in.
    pub facility: FacilityId,
    /// Devices let in so far, and at most.
    pub uses: i64,
    /// See `uses`.
    pub uses_allowed: i64,
    /// Whether devices skip 登録待ち.
    pub auto_confirm: bool,
    /// Whose property the devices are.
    pub ownership: Ownership,
    /// Person id, or `operator`.
    pub issued_by: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When somebody revoked it.
    pub revoked_at: Option<Timestamp>,
}

/// What a code that was just used says about the device it lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The code.
    pub code: CodeId,
    /// Region and facility the device goes to.
    pub region: RegionId,
    /// See `region`.
    pub facility: FacilityId,
    /// Whether it skips 登録待ち.
    pub auto_confirm: bool,
    /// Whose property it is.
    pub ownership: Ownership,
    /// Who issued the code: a person's id, or `operator`.
    pub issued_by: String,
}

fn decode<T: std::str::FromStr>(text: &str) -> Result<T, Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|e| Error::Decode(Box::new(e)))
}

fn ownership(word: &str) -> Result<Ownership, Error> {
    Ownership::from_word(word).ok_or_else(|| Error::Decode(format!("ownership {word:?}").into()))
}

fn row(row: &AnyRow) -> Result<CodeRow, Error> {
    Ok(CodeRow {
        id: decode(row.try_get(0)?)?,
        facility: decode(row.try_get(1)?)?,
        uses: row.try_get(2)?,
        uses_allowed: row.try_get(3)?,
        auto_confirm: row.try_get::<i64, _>(4)? != 0,
        ownership: ownership(row.try_get(5)?)?,
        issued_by: row.try_get(6)?,
        issued_at: Timestamp::from_seconds(row.try_get(7)?),
        expires_at: Timestamp::from_seconds(row.try_get(8)?),
        revoked_at: row.try_get::<Option<i64>, _>(9)?.map(Timestamp::from_seconds),
    })
}

impl Store {
    /// A page of a facility's codes that still work, newest first; `after` is the last one of the page before.
    pub async fn list_live_codes(
        &self,
        facility: FacilityId,
        after: Option<CodeId>,
        (now, limit): (Timestamp, u16),
    ) -> Result<Vec<CodeRow>, Error> {
        let rows = sqlx::query(
            "SELECT id, facility_id, uses, uses_allowed, auto_confirm, ownership, issued_by, issued_at, expires_at, revoked_at \
             FROM enrolment_code WHERE facility_id = $1 AND expires_at > $2 AND revoked_at IS NULL AND uses < uses_allowed AND id < $3 \
             ORDER BY id DESC LIMIT $4",
        )
        .bind(facility.to_string())
        .bind(now.seconds())
        // Behind every id, whatever the database's order of letters.
        .bind(after.map_or_else(|| "g".to_owned(), |id| id.to_string()))
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?;
        rows.iter().map(row).collect()
    }

    /// Wrong codes from this origin within the present window.
    pub async fn count_code_failures(&self, origin: &str, now: Timestamp) -> Result<i64, Error> {
        let failures: Option<i64> = sqlx::query_scalar("SELECT failures FROM enrolment_throttle WHERE origin = $1 AND window_start = $2")
            .bind(origin)
            .bind(window(now))
            .fetch_optional(self.read())
            .await?;
        Ok(failures.unwrap_or(0))
    }
}

const fn window(now: Timestamp) -> i64 {
    now.seconds() - now.seconds().rem_euclid(THROTTLE_WINDOW_S)
}

impl Tx {
    /// Adds a code.
    pub async fn insert_code(&mut self, code: &IssuedCode, issued_by: &str) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO enrolment_code (id, region_id, facility_id, secret_hash, uses_allowed, uses, auto_confirm, ownership, \
             issued_by, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10)",
        )
        .bind(code.id.to_string())
        .bind(code.wish.region.to_string())
        .bind(code.wish.facility.to_string())
        .bind(code.secret_hash.as_str())
        .bind(i64::from(code.wish.uses))
        .bind(i64::from(code.wish.auto_confirm))
        .bind(code.wish.ownership.as_str())
        .bind(issued_by)
        .bind(code.issued_at.seconds())
        .bind(code.expires_at.seconds())
        .execute(&mut **self)
        .await
        .map(|_| ())
    }

    /// Uses a code up by one, if it still works. One statement decides, so that the last use cannot be had twice.
    pub async fn use_code(&mut self, secret_hash: &str, now: Timestamp) -> Result<Option<Admission>, Error> {
        let used = sqlx::query(
            "UPDATE enrolment_code SET uses = uses + 1 \
             WHERE secret_hash = $1 AND uses < uses_allowed AND expires_at > $2 AND revoked_at IS NULL",
        )
        .bind(secret_hash)
        .bind(now.seconds())
        .execute(&mut **self)
        .await?;
        if used.rows_affected() == 0 { Ok(None) } else { self.find_admission(secret_hash).await }
    }

    /// What a code says, whether or not it still works.
    pub async fn find_admission(&mut self, secret_hash: &str) -> Result<Option<Admission>, Error> {
        let found =
            sqlx::query("SELECT id, region_id, facility_id, auto_confirm, ownership, issued_by FROM enrolment_code WHERE secret_hash = $1")
                .bind(secret_hash)
                .fetch_optional(&mut **self)
                .await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(Admission {
            code: decode(row.try_get(0)?)?,
            region: decode(row.try_get(1)?)?,
            facility: decode(row.try_get(2)?)?,
            auto_confirm: row.try_get::<i64, _>(3)? != 0,
            ownership: ownership(row.try_get(4)?)?,
            issued_by: row.try_get(5)?,
        }))
    }

    /// Revokes a facility's code; false when it has no such live code.
    pub async fn revoke_code(&mut self, facility: FacilityId, code: CodeId, now: Timestamp) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE enrolment_code SET revoked_at = $1 WHERE id = $2 AND facility_id = $3 AND revoked_at IS NULL")
            .bind(now.seconds())
            .bind(code.to_string())
            .bind(facility.to_string())
            .execute(&mut **self)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Counts a wrong code against its origin and forgets past windows.
    pub async fn count_code_failure(&mut self, origin: &str, now: Timestamp) -> Result<(), Error> {
        sqlx::query("DELETE FROM enrolment_throttle WHERE window_start < $1").bind(window(now)).execute(&mut **self).await?;
        sqlx::query(
            "INSERT INTO enrolment_throttle (origin, window_start, failures) VALUES ($1, $2, 1) \
             ON CONFLICT (origin, window_start) DO UPDATE SET failures = enrolment_throttle.failures + 1",
        )
        .bind(origin)
        .bind(window(now))
        .execute(&mut **self)
        .await
        .map(|_| ())
    }
}
