//! Who holds which role since when, and who held it before. Written only by `crate::appointments`, in a transaction of
//! `Store::begin_ledger`, so that of two people who appoint at once the second sees what the first did.
//!
//! Invariant: a facility never has two administrators at once; unique indexes hold it, whatever a program does.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor, Row};

use super::{Error, facility, mail, paper, person, rows};
use crate::domain::ids::{AppointmentId, FacilityId, PersonId, RegionId};
use crate::domain::people::event::By;
use crate::domain::people::ways::Ways;
use crate::domain::people::{Person, Role, Scope};

/// A role that begins.
#[derive(Clone, Debug)]
pub struct NewAppointment<'a> {
    /// Its id.
    pub id: AppointmentId,
    /// Who, as they are from now on.
    pub person: &'a Person,
    /// Who appoints.
    pub by: By,
    /// Why.
    pub why: &'a str,
}

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: AppointmentId,
    /// Who.
    pub person: Person,
    /// Since when.
    pub from: Timestamp,
    /// Who appointed them; `None`: nobody with a name on file.
    pub by: Option<String>,
    /// Why.
    pub why: String,
    /// What the account can be opened with.
    pub ways: Ways,
    /// Last sign-in.
    pub signed_in_at: Option<Timestamp>,
    /// Until when the newest unused one-time link works.
    pub link_until: Option<Timestamp>,
}

/// A role that somebody held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Who.
    pub name: String,
    /// Which.
    pub role: Role,
    /// From when.
    pub from: Timestamp,
    /// To when.
    pub until: Timestamp,
    /// Who ended it; `None`: nobody with a name on file.
    pub by: Option<String>,
    /// Why.
    pub why: String,
}

const HELD: &str = "SELECT a.id AS appointment, a.from_at, a.begun_why, b.name AS begun_name, person.id, person.region_id, \
    person.facility_id, person.role, person.login, person.name, person.signed_in_at, \
    CASE WHEN person.password IS NULL THEN 0 ELSE 1 END AS password, CASE WHEN person.totp IS NULL THEN 0 ELSE 1 END AS app, \
    (SELECT COUNT(*) FROM passkey WHERE person_id = person.id) AS passkeys, \
    (SELECT COUNT(*) FROM oidc_identity WHERE person_id = person.id) AS oidc, \
    (SELECT MAX(expires_at) FROM invitation WHERE person_id = person.id AND used_at IS NULL AND expires_at > $1) AS link_until \
    FROM appointment a JOIN person ON person.id = a.person_id LEFT JOIN person b ON b.id = a.begun_by WHERE a.until_at IS NULL";

fn held(row: &AnyRow) -> Result<Held, Error> {
    let instant = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(Timestamp::from_seconds));
    Ok(Held {
        id: rows::parsed(row, "appointment", "appointment.id")?,
        person: person::person(row)?,
        from: Timestamp::from_seconds(row.try_get("from_at")?),
        by: row.try_get("begun_name")?,
        why: row.try_get("begun_why")?,
        ways: person::ways(row)?,
        signed_in_at: instant("signed_in_at")?,
        link_until: instant("link_until")?,
    })
}

/// Everybody who holds a role at a facility, longest first.
pub async fn list(db: impl Executor<'_, Database = Any>, facility: FacilityId, now: Timestamp) -> Result<Vec<Held>, Error> {
    sqlx::query(AssertSqlSafe(format!("{HELD} AND a.facility_id = $2 ORDER BY a.id")))
        .bind(now.seconds())
        .bind(facility.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(held)
        .collect()
}

/// Everybody who holds a role for the whole region, longest first.
pub async fn list_regional(db: impl Executor<'_, Database = Any>, region: RegionId, now: Timestamp) -> Result<Vec<Held>, Error> {
    sqlx::query(AssertSqlSafe(format!("{HELD} AND a.region_id = $2 AND a.facility_id IS NULL ORDER BY a.id")))
        .bind(now.seconds())
        .bind(region.to_string())
        .fetch_all(db)
        .await?
        .iter()
        .map(held)
        .collect()
}

/// A role that is held in a region, at a facility or for the whole.
pub async fn find(
    db: impl Executor<'_, Database = Any>,
    region: RegionId,
    id: AppointmentId,
    now: Timestamp,
) -> Result<Option<Held>, Error> {
    let row = sqlx::query(AssertSqlSafe(format!("{HELD} AND a.region_id = $2 AND a.id = $3")))
        .bind(now.seconds())
        .bind(region.to_string())
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(held).transpose()
}

/// The role that a person holds.
pub async fn find_of(db: impl Executor<'_, Database = Any>, person: PersonId, now: Timestamp) -> Result<Option<Held>, Error> {
    let row = sqlx::query(AssertSqlSafe(format!("{HELD} AND a.person_id = $2")))
        .bind(now.seconds())
        .bind(person.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(held).transpose()
}

/// Roles held at a facility before, latest end first.
pub async fn list_past(db: impl Executor<'_, Database = Any>, facility: FacilityId, limit: u16) -> Result<Vec<Past>, Error> {
    sqlx::query(
        "SELECT p.name, a.role, a.from_at, a.until_at, e.name AS ended_name, a.ended_why FROM appointment a \
         JOIN person p ON p.id = a.person_id LEFT JOIN person e ON e.id = a.ended_by \
         WHERE a.facility_id = $1 AND a.until_at IS NOT NULL ORDER BY a.until_at DESC, a.id DESC LIMIT $2",
    )
    .bind(facility.to_string())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Past {
            name: row.try_get(0)?,
            role: Role::from_code(row.try_get(1)?).ok_or_else(|| rows::decode_error("appointment.role"))?,
            from: Timestamp::from_seconds(row.try_get(2)?),
            until: Timestamp::from_seconds(row.try_get(3)?),
            by: row.try_get(4)?,
            why: row.try_get::<Option<String>, _>(5)?.unwrap_or_default(),
        })
    })
    .collect()
}

/// Begins a role: from now on the account has it.
pub async fn insert(tx: &mut AnyConnection, new: &NewAppointment<'_>, now: Timestamp) -> Result<(), Error> {
    let Person { id, role, scope, .. } = new.person;
    sqlx::query(
        "INSERT INTO appointment (id, region_id, facility_id, person_id, role, from_at, begun_by, begun_why) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id.to_string())
    .bind(scope.region().to_string())
    .bind(scope.facility().map(|id| id.to_string()))
    .bind(id.to_string())
    .bind(role.code())
    .bind(now.seconds())
    .bind(new.by.code())
    .bind(new.why)
    .execute(&mut *tx)
    .await?;
    if let (Role::Administrator, Some(facility)) = (role, scope.facility()) {
        put_vacancy(tx, facility, None).await?;
    }
    note_papers(tx, new.person).await
}

/// Ends a role that is held. `false`: it has ended already.
pub async fn end(tx: &mut AnyConnection, held: &Held, by: By, why: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE appointment SET until_at = $2, ended_by = $3, ended_why = $4 WHERE id = $1 AND until_at IS NULL")
        .bind(held.id.to_string())
        .bind(now.seconds())
        .bind(by.code())
        .bind(why)
        .execute(&mut *tx)
        .await?;
    if let (Role::Administrator, Some(facility)) = (held.person.role, held.person.scope.facility()) {
        put_vacancy(tx, facility, Some(now)).await?;
    }
    note_papers(tx, &held.person).await?;
    Ok(done.rows_affected() == 1)
}

/// Who decides about an administrator's own papers goes by who is in office.
async fn note_papers(tx: &mut AnyConnection, person: &Person) -> Result<(), Error> {
    match (person.role, person.scope.facility()) {
        (Role::Administrator | Role::Head, Some(facility)) => paper::note_own_at(tx, facility).await,
        _ => Ok(()),
    }
}

async fn put_vacancy(tx: &mut AnyConnection, facility: FacilityId, since: Option<Timestamp>) -> Result<(), Error> {
    sqlx::query("UPDATE facility SET vacant_since = $2 WHERE id = $1")
        .bind(facility.to_string())
        .bind(since.map(Timestamp::seconds))
        .execute(tx)
        .await
        .map(drop)
}

/// An account that has worked at this facility, or for this region as a whole, and whether it is closed.
pub async fn find_candidate(tx: &mut AnyConnection, scope: Scope, id: PersonId) -> Result<Option<Person>, Error> {
    let found = sqlx::query(AssertSqlSafe(format!("{CANDIDATE} AND id = $3"))).bind(scope.region().to_string());
    let row = found.bind(place(scope)).bind(id.to_string()).fetch_optional(tx).await?;
    row.as_ref().map(person::person).transpose()
}

/// Accounts of this place, those closed as well, in order of name.
pub async fn list_candidates(db: impl Executor<'_, Database = Any>, scope: Scope, limit: u16) -> Result<Vec<Person>, Error> {
    let query = sqlx::query(AssertSqlSafe(format!("{CANDIDATE} ORDER BY name, id LIMIT $3"))).bind(scope.region().to_string());
    query.bind(place(scope)).bind(i64::from(limit)).fetch_all(db).await?.iter().map(person::person).collect()
}

const CANDIDATE: &str = "SELECT id, region_id, facility_id, role, login, name FROM person WHERE region_id = $1 AND (facility_id = $2 OR facility_id IS NULL AND $2 = '') AND erased_at IS NULL";

fn place(scope: Scope) -> String {
    scope.facility().map(|id| id.to_string()).unwrap_or_default()
}

/// Gives an account its role, opening it again if it was closed.
pub async fn put_role(tx: &mut AnyConnection, id: PersonId, role: Role) -> Result<(), Error> {
    sqlx::query("UPDATE person SET role = $2, disabled_at = NULL WHERE id = $1")
        .bind(id.to_string())
        .bind(role.code())
        .execute(tx)
        .await
        .map(drop)
}

/// Ends what somebody handed out in the role they leave: enrolment codes and machines' tokens.
pub async fn revoke_handed_out(tx: &mut AnyConnection, id: PersonId, now: Timestamp) -> Result<(), Error> {
    for sql in [
        "UPDATE api_token SET revoked_at = $2 WHERE made_by = $1 AND revoked_at IS NULL AND ends_at > $2",
        "UPDATE enrolment_code SET revoked_at = $2 WHERE issued_by = $1 AND revoked_at IS NULL AND expires_at > $2",
    ] {
        sqlx::query(sql).bind(id.to_string()).bind(now.seconds()).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Whether whoever handed something out (a person's id, or `operator`) is a 代行者 at a facility that has none act now: it rests as they do.
pub async fn rests(db: impl Executor<'_, Database = Any>, maker: &str, now: Timestamp) -> Result<bool, Error> {
    let row = sqlx::query(
        "SELECT f.deputy_from, f.deputy_until FROM person p JOIN facility f ON f.id = p.facility_id WHERE p.id = $1 AND p.role = $2",
    )
    .bind(maker)
    .bind(Role::Deputy.code())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(false) };
    Ok(!facility::term(&row)?.is_some_and(|term| term.holds(now)))
}

/// Closes an account at once: sessions, one-time links, whatever it could be opened with, what it handed out, and where
/// mail reached its owner.
pub async fn close_account(tx: &mut AnyConnection, id: PersonId, now: Timestamp) -> Result<(), Error> {
    person::clear_secrets(tx, id).await?;
    mail::delete_of(tx, id).await?;
    revoke_handed_out(tx, id, now).await?;
    for (sql, needs_now) in [
        ("DELETE FROM session WHERE person_id = $1", false),
        ("DELETE FROM passkey WHERE person_id = $1", false),
        ("DELETE FROM oidc_identity WHERE person_id = $1", false),
        ("DELETE FROM delayed_reset WHERE person_id = $1", false),
        ("DELETE FROM calendar_feed WHERE person_id = $1", false),
        ("UPDATE invitation SET expires_at = $2 WHERE person_id = $1 AND used_at IS NULL AND expires_at > $2", true),
        ("UPDATE person SET disabled_at = $2 WHERE id = $1", true),
    ] {
        let query = sqlx::query(sql).bind(id.to_string());
        let query = if needs_now { query.bind(now.seconds()) } else { query };
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
