//! Accounts of people, with what proves them.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor, Row};

use super::Error;
use crate::domain::ids::{FacilityId, PersonId, RegionId};
use crate::domain::people::ways::Ways;
use crate::domain::people::{Login, Person, Role, Scope};

/// What a sign-in is checked against.
#[derive(Debug)]
pub struct Credentials {
    /// Whose.
    pub person: Person,
    /// argon2id PHC string; `None` until the one-time link was used.
    pub password: Option<String>,
    /// Sealed TOTP seed; `None` until the one-time link was used.
    pub totp: Option<String>,
}

/// A column that does not hold what this program writes there.
fn corrupt(column: &'static str) -> Error {
    Error::Decode(column.into())
}

/// A person out of a row that has the columns of `person`.
pub(super) fn person(row: &AnyRow) -> Result<Person, Error> {
    let region: RegionId = row.try_get::<String, _>("region_id")?.parse().map_err(|_| corrupt("person.region_id"))?;
    let facility: Option<FacilityId> =
        row.try_get::<Option<String>, _>("facility_id")?.map(|id| id.parse().map_err(|_| corrupt("person.facility_id"))).transpose()?;
    Ok(Person {
        id: row.try_get::<String, _>("id")?.parse().map_err(|_| corrupt("person.id"))?,
        role: Role::from_code(&row.try_get::<String, _>("role")?).ok_or_else(|| corrupt("person.role"))?,
        scope: facility.map_or(Scope::Region(region), |facility| Scope::Facility(region, facility)),
        login: Login::parse(&row.try_get::<String, _>("login")?).map_err(|_| corrupt("person.login"))?,
        name: row.try_get("name")?,
    })
}

/// The language chosen for the account, out of a row that has it.
pub(super) fn language(row: &AnyRow) -> Result<Option<Lang>, Error> {
    row.try_get::<Option<String>, _>("language")?.map(|tag| Lang::from_tag(&tag).ok_or_else(|| corrupt("person.language"))).transpose()
}

/// The account with this sign-in name and what proves it, unless it was disabled.
pub async fn find_credentials(db: impl Executor<'_, Database = Any>, login: &Login) -> Result<Option<Credentials>, Error> {
    let row = sqlx::query(
        "SELECT id, region_id, facility_id, role, login, name, password, totp FROM person WHERE login = $1 AND disabled_at IS NULL",
    )
    .bind(login.as_str())
    .fetch_optional(db)
    .await?;
    row.map(|row| Ok(Credentials { person: person(&row)?, password: row.try_get("password")?, totp: row.try_get("totp")? })).transpose()
}

/// The account with this sign-in name, disabled or not.
pub async fn find_by_login(db: impl Executor<'_, Database = Any>, login: &Login) -> Result<Option<Person>, Error> {
    let row = sqlx::query("SELECT id, region_id, facility_id, role, login, name FROM person WHERE login = $1")
        .bind(login.as_str())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(person).transpose()
}

/// Adds an account that cannot sign in yet.
pub async fn insert(tx: &mut AnyConnection, person: &Person, now: Timestamp) -> Result<(), Error> {
    insert_as(tx, person, now, None).await
}

/// Adds an account that is closed: it holds no role yet.
pub async fn insert_closed(tx: &mut AnyConnection, person: &Person, now: Timestamp) -> Result<(), Error> {
    insert_as(tx, person, now, Some(now)).await
}

async fn insert_as(tx: &mut AnyConnection, person: &Person, now: Timestamp, disabled_at: Option<Timestamp>) -> Result<(), Error> {
    let facility = match person.scope {
        Scope::Region(_) => None,
        Scope::Facility(_, facility) => Some(facility.to_string()),
    };
    sqlx::query("INSERT INTO person (id, region_id, facility_id, role, login, name, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(person.id.to_string())
        .bind(person.scope.region().to_string())
        .bind(facility)
        .bind(person.role.code())
        .bind(person.login.as_str())
        .bind(person.name.as_str())
        .bind(now.seconds())
        .bind(disabled_at.map(Timestamp::seconds))
        .execute(tx)
        .await
        .map(drop)
}

/// What the account can be opened with.
pub async fn find_ways(db: impl Executor<'_, Database = Any>, id: PersonId) -> Result<Ways, Error> {
    let row = sqlx::query(
        "SELECT CASE WHEN password IS NULL THEN 0 ELSE 1 END AS password, CASE WHEN totp IS NULL THEN 0 ELSE 1 END AS app, \
         (SELECT COUNT(*) FROM passkey WHERE person_id = person.id) AS passkeys, \
         (SELECT COUNT(*) FROM oidc_identity WHERE person_id = person.id) AS oidc FROM person WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(db)
    .await?;
    row.as_ref().map_or(Ok(Ways::default()), ways)
}

pub(super) fn ways(row: &AnyRow) -> Result<Ways, Error> {
    let set = |column: &str| row.try_get::<i64, _>(column).map(|n| n != 0);
    let passkeys = usize::try_from(row.try_get::<i64, _>("passkeys")?).unwrap_or(0);
    Ok(Ways { password: set("password")?, app: set("app")?, passkeys, oidc: set("oidc")? })
}

/// An account of a region, for those who look after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub person: Person,
    /// Name of the facility, for its administrator.
    pub facility: Option<String>,
    /// What it can be opened with.
    pub ways: Ways,
    /// Last sign-in.
    pub signed_in_at: Option<Timestamp>,
    /// Until when the newest unused one-time link works.
    pub link_until: Option<Timestamp>,
}

const ACCOUNT: &str = "SELECT person.id, person.region_id, person.facility_id, role, login, person.name, signed_in_at, \
    facility.name AS facility, CASE WHEN password IS NULL THEN 0 ELSE 1 END AS password, \
    CASE WHEN totp IS NULL THEN 0 ELSE 1 END AS app, (SELECT COUNT(*) FROM passkey WHERE person_id = person.id) AS passkeys, \
    (SELECT COUNT(*) FROM oidc_identity WHERE person_id = person.id) AS oidc, \
    (SELECT MAX(expires_at) FROM invitation WHERE person_id = person.id AND used_at IS NULL AND expires_at > $2) AS link_until \
    FROM person LEFT JOIN facility ON facility.id = person.facility_id WHERE disabled_at IS NULL";

fn account(row: &AnyRow) -> Result<Account, Error> {
    let instant = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(Timestamp::from_seconds));
    Ok(Account {
        person: person(row)?,
        facility: row.try_get("facility")?,
        ways: ways(row)?,
        signed_in_at: instant("signed_in_at")?,
        link_until: instant("link_until")?,
    })
}

/// Accounts of a region that are not disabled, in order of id, after the one named.
pub async fn list(
    db: impl Executor<'_, Database = Any>,
    region: RegionId,
    after: Option<PersonId>,
    limit: u16,
    now: Timestamp,
) -> Result<Vec<Account>, Error> {
    sqlx::query(AssertSqlSafe(format!("{ACCOUNT} AND person.region_id = $1 AND person.id > $3 ORDER BY person.id LIMIT $4")))
        .bind(region.to_string())
        .bind(now.seconds())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?
        .iter()
        .map(account)
        .collect()
}

/// One account of a region.
pub async fn find(db: impl Executor<'_, Database = Any>, region: RegionId, id: PersonId, now: Timestamp) -> Result<Option<Account>, Error> {
    let row = sqlx::query(AssertSqlSafe(format!("{ACCOUNT} AND person.region_id = $1 AND person.id = $3")))
        .bind(region.to_string())
        .bind(now.seconds())
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(account).transpose()
}

/// Name of whoever has this id.
pub async fn find_name(db: impl Executor<'_, Database = Any>, id: PersonId) -> Result<Option<String>, Error> {
    sqlx::query_scalar("SELECT name FROM person WHERE id = $1").bind(id.to_string()).fetch_optional(db).await
}

/// The language chosen for the account; `None`: the browser's.
pub async fn find_language(db: impl Executor<'_, Database = Any>, id: PersonId) -> Result<Option<Lang>, Error> {
    let row = sqlx::query("SELECT language FROM person WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map_or(Ok(None), language)
}

/// Chooses a language for the account.
pub async fn update_language(tx: &mut AnyConnection, id: PersonId, language: Option<Lang>) -> Result<(), Error> {
    sqlx::query("UPDATE person SET language = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(language.map(Lang::tag))
        .execute(tx)
        .await
        .map(drop)
}

/// Notes a sign-in.
pub async fn update_signed_in(tx: &mut AnyConnection, id: PersonId, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE person SET signed_in_at = $2 WHERE id = $1").bind(id.to_string()).bind(now.seconds()).execute(tx).await.map(drop)
}

/// Sets the password alone.
pub async fn update_password(tx: &mut AnyConnection, id: PersonId, password: &str) -> Result<(), Error> {
    sqlx::query("UPDATE person SET password = $2 WHERE id = $1").bind(id.to_string()).bind(password).execute(tx).await.map(drop)
}

/// Sets the authenticator app alone; `step` is the time step whose code proved it.
pub async fn update_app(tx: &mut AnyConnection, id: PersonId, totp: &str, step: i64) -> Result<(), Error> {
    sqlx::query("UPDATE person SET totp = $2, totp_step = $3 WHERE id = $1")
        .bind(id.to_string())
        .bind(totp)
        .bind(step)
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets password, authenticator app and recovery codes.
pub async fn clear_secrets(tx: &mut AnyConnection, id: PersonId) -> Result<(), Error> {
    sqlx::query("UPDATE person SET password = NULL, totp = NULL, totp_step = 0 WHERE id = $1")
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
    replace_recovery_codes(tx, id, &[]).await
}

/// How many recovery codes are left.
pub async fn count_recovery_codes(db: impl Executor<'_, Database = Any>, id: PersonId) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM recovery_code WHERE person_id = $1").bind(id.to_string()).fetch_one(db).await
}

/// Sets password and authenticator app; `step` is the time step whose code proved the app.
pub async fn update_secrets(tx: &mut AnyConnection, id: PersonId, password: &str, totp: &str, step: i64) -> Result<(), Error> {
    sqlx::query("UPDATE person SET password = $2, totp = $3, totp_step = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(password)
        .bind(totp)
        .bind(step)
        .execute(tx)
        .await
        .map(drop)
}

/// Takes a TOTP time step; `false` when it, or a later one, was taken before.
pub async fn take_totp_step(tx: &mut AnyConnection, id: PersonId, step: i64) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE person SET totp_step = $2 WHERE id = $1 AND totp_step < $2")
        .bind(id.to_string())
        .bind(step)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces the recovery codes.
pub async fn replace_recovery_codes(tx: &mut AnyConnection, id: PersonId, hashes: &[String]) -> Result<(), Error> {
    sqlx::query("DELETE FROM recovery_code WHERE person_id = $1").bind(id.to_string()).execute(&mut *tx).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_code (person_id, hash) VALUES ($1, $2)")
            .bind(id.to_string())
            .bind(hash.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Takes a recovery code; `false` when there is no such code (any more).
pub async fn take_recovery_code(tx: &mut AnyConnection, id: PersonId, hash: &str) -> Result<bool, Error> {
    let done =
        sqlx::query("DELETE FROM recovery_code WHERE person_id = $1 AND hash = $2").bind(id.to_string()).bind(hash).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}
