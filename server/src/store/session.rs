//! Sessions of the web port; only the hash of the secret in the cookie is here.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, AnyPool, Executor, Row};

use super::{Error, facility, person};
use crate::domain::ids::PersonId;
use crate::domain::people::Person;
use crate::domain::people::role::DeputyTerm;
use crate::domain::people::session::{Kind, is_alive};

/// A signed-in session.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Last request that was noted.
    pub seen_at: Timestamp,
    /// When a passkey or a code was shown last.
    pub proved_at: Timestamp,
    /// Within which dates 代行者 act for the person's facility.
    pub deputies: Option<DeputyTerm>,
    /// The account's choice; `None`: the browser's.
    pub language: Option<Lang>,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Hash of the cookie's secret: names the session, opens nothing.
    pub hash: String,
    /// Coarse name of the browser.
    pub browser: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Last request that was noted.
    pub seen_at: Timestamp,
}

/// A session that sets an account up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Whose account.
    pub person: Person,
    /// Hash of the one-time link it came from.
    pub invitation: String,
    /// The password chosen so far, hashed.
    pub password: Option<String>,
    /// The sealed seed offered.
    pub totp: String,
}

/// Begins a signed-in session: who signs in has just proved themself.
pub async fn insert_signed_in(tx: &mut AnyConnection, hash: &str, person: PersonId, browser: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO session (hash, kind, person_id, created_at, seen_at, proved_at, ends_at, browser) VALUES ($1, $2, $3, $4, $4, $4, $5, $6)",
    )
        .bind(hash)
        .bind(Kind::SignedIn.code())
        .bind(person.to_string())
        .bind(now.seconds())
        .bind(Kind::SignedIn.ends_at(now).seconds())
        .bind(browser)
        .execute(tx)
        .await
        .map(drop)
}

/// Begins setting an account up.
pub async fn insert_setup(tx: &mut AnyConnection, hash: &str, setup: &Setup, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO session (hash, kind, person_id, created_at, seen_at, ends_at, invitation, totp) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
    )
    .bind(hash)
    .bind(Kind::Setup.code())
    .bind(setup.person.id.to_string())
    .bind(now.seconds())
    .bind(Kind::Setup.ends_at(now).seconds())
    .bind(setup.invitation.as_str())
    .bind(setup.totp.as_str())
    .execute(tx)
    .await
    .map(drop)
}

/// The signed-in session behind a cookie, if it is alive.
pub async fn find_signed_in(db: impl Executor<'_, Database = Any>, hash: &str, now: Timestamp) -> Result<Option<SignedIn>, Error> {
    let row = sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name, p.language, s.seen_at, s.proved_at, s.ends_at, \
         f.deputy_from, f.deputy_until FROM session s JOIN person p ON p.id = s.person_id LEFT JOIN facility f ON f.id = p.facility_id \
         WHERE s.hash = $1 AND s.kind = $2 AND p.disabled_at IS NULL",
    )
    .bind(hash)
    .bind(Kind::SignedIn.code())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let seen_at = Timestamp::from_seconds(row.try_get("seen_at")?);
    let ends_at = Timestamp::from_seconds(row.try_get("ends_at")?);
    let proved_at = Timestamp::from_seconds(row.try_get("proved_at")?);
    if !is_alive(seen_at, ends_at, now) {
        return Ok(None);
    }
    let (deputies, language) = (facility::term(&row)?, person::language(&row)?);
    Ok(Some(SignedIn { person: person::person(&row)?, seen_at, proved_at, deputies, language }))
}

/// The session behind a cookie that sets an account up, if it is alive.
pub async fn find_setup(db: impl Executor<'_, Database = Any>, hash: &str, now: Timestamp) -> Result<Option<Setup>, Error> {
    let row = sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name, s.ends_at, s.invitation, s.password AS chosen, s.totp AS offered \
         FROM session s JOIN person p ON p.id = s.person_id \
         WHERE s.hash = $1 AND s.kind = $2 AND s.ends_at > $3 AND p.disabled_at IS NULL",
    )
    .bind(hash)
    .bind(Kind::Setup.code())
    .bind(now.seconds())
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Setup {
            person: person::person(&row)?,
            invitation: row.try_get("invitation")?,
            password: row.try_get("chosen")?,
            totp: row.try_get("offered")?,
        })
    })
    .transpose()
}

/// Notes that the session was used.
pub async fn touch(tx: &mut AnyConnection, hash: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE session SET seen_at = $2 WHERE hash = $1 AND seen_at < $2")
        .bind(hash)
        .bind(now.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// Notes that the person proved themself anew.
pub async fn update_proved(tx: &mut AnyConnection, hash: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE session SET proved_at = $2 WHERE hash = $1").bind(hash).bind(now.seconds()).execute(tx).await.map(drop)
}

/// Lays a sealed form down that waits for a fresh proof; one laid down before is forgotten.
pub async fn put_draft(tx: &mut AnyConnection, hash: &str, sealed: &str) -> Result<(), Error> {
    sqlx::query("UPDATE session SET draft = $2 WHERE hash = $1").bind(hash).bind(sealed).execute(tx).await.map(drop)
}

/// The sealed form that waits.
pub async fn find_draft(db: impl Executor<'_, Database = Any>, hash: &str) -> Result<Option<String>, Error> {
    let draft: Option<Option<String>> =
        sqlx::query_scalar("SELECT draft FROM session WHERE hash = $1").bind(hash).fetch_optional(db).await?;
    Ok(draft.flatten())
}

/// A person's signed-in sessions that are alive, the one used last first.
pub async fn list(db: impl Executor<'_, Database = Any>, person: PersonId, now: Timestamp) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query(
        "SELECT hash, browser, created_at, seen_at, ends_at FROM session WHERE person_id = $1 AND kind = $2 ORDER BY seen_at DESC, hash",
    )
    .bind(person.to_string())
    .bind(Kind::SignedIn.code())
    .fetch_all(db)
    .await?;
    let mut alive = Vec::with_capacity(rows.len());
    for row in rows {
        let seen_at = Timestamp::from_seconds(row.try_get("seen_at")?);
        if is_alive(seen_at, Timestamp::from_seconds(row.try_get("ends_at")?), now) {
            let created_at = Timestamp::from_seconds(row.try_get("created_at")?);
            alive.push(Listed { hash: row.try_get("hash")?, browser: row.try_get("browser")?, created_at, seen_at });
        }
    }
    Ok(alive)
}

/// Notes the password chosen while setting up.
pub async fn update_setup_password(tx: &mut AnyConnection, hash: &str, password: &str) -> Result<(), Error> {
    sqlx::query("UPDATE session SET password = $2 WHERE hash = $1").bind(hash).bind(password).execute(tx).await.map(drop)
}

/// Lays down sealed text for the session's next page.
pub async fn put_once(tx: &mut AnyConnection, hash: &str, sealed: &str) -> Result<(), Error> {
    sqlx::query("UPDATE session SET once = $2 WHERE hash = $1").bind(hash).bind(sealed).execute(tx).await.map(drop)
}

/// Whether something is laid down for the next page of a session.
pub async fn holds_once(db: &AnyPool, hash: &str) -> Result<bool, Error> {
    let held: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM session WHERE hash = $1 AND once IS NOT NULL").bind(hash).fetch_one(db).await?;
    Ok(held > 0)
}

/// Takes the sealed text away; a second look finds nothing.
pub async fn take_once(tx: &mut AnyConnection, hash: &str) -> Result<Option<String>, Error> {
    let once: Option<Option<String>> =
        sqlx::query_scalar("SELECT once FROM session WHERE hash = $1").bind(hash).fetch_optional(&mut *tx).await?;
    sqlx::query("UPDATE session SET once = NULL WHERE hash = $1").bind(hash).execute(tx).await?;
    Ok(once.flatten())
}

/// Ends one session.
pub async fn delete(tx: &mut AnyConnection, hash: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM session WHERE hash = $1").bind(hash).execute(tx).await.map(drop)
}

/// Ends one session of a person; `false` when there is no such one.
pub async fn delete_one_of(tx: &mut AnyConnection, person: PersonId, hash: &str) -> Result<bool, Error> {
    let done =
        sqlx::query("DELETE FROM session WHERE person_id = $1 AND hash = $2").bind(person.to_string()).bind(hash).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of a person but one.
pub async fn delete_others_of(tx: &mut AnyConnection, person: PersonId, kept: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM session WHERE person_id = $1 AND hash <> $2").bind(person.to_string()).bind(kept).execute(tx).await.map(drop)
}

/// Ends every session of a person.
pub async fn delete_of(tx: &mut AnyConnection, person: PersonId) -> Result<(), Error> {
    sqlx::query("DELETE FROM session WHERE person_id = $1").bind(person.to_string()).execute(tx).await.map(drop)
}

/// Clears away sessions that have ended.
pub async fn delete_ended(tx: &mut AnyConnection, now: Timestamp) -> Result<(), Error> {
    sqlx::query("DELETE FROM session WHERE ends_at <= $1").bind(now.seconds()).execute(tx).await.map(drop)
}
