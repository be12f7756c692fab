//! Names of those who hold no role any more: who is left, and taking a name out of everything that is not the paper of somebody else.
//! An erased account stays as an id that the operation log, papers and appointments point to.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, Executor, Row as _};

use super::BATCH;
use crate::domain::act::Done;
use crate::domain::ids::{PersonId, RegionId};
use crate::domain::people::Person;
use crate::random::Random;
use crate::store::{Error, Store, Tx, log, person, rows};

/// What stands in place of a name; the same in every language.
const ERASED: &str = "—";

/// Somebody who holds no role any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// Who; the role is the last one.
    pub person: Person,
    /// Name of the facility where they worked.
    pub facility: Option<String>,
    /// Since when they hold none.
    pub left_at: Timestamp,
}

/// A page of those of a region who hold no role any more and whose names are still there, in order of id.
pub async fn list_former(store: &Store, region: RegionId, after: Option<PersonId>, limit: u16) -> Result<Vec<Former>, Error> {
    sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name, f.name AS facility, p.disabled_at FROM person p \
         LEFT JOIN facility f ON f.id = p.facility_id WHERE p.region_id = $1 AND p.disabled_at IS NOT NULL AND p.erased_at IS NULL \
         AND p.id > $2 ORDER BY p.id LIMIT $3",
    )
    .bind(region.to_string())
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let left_at = Timestamp::from_seconds(row.try_get("disabled_at")?);
        Ok(Former { person: person::person(row)?, facility: row.try_get("facility")?, left_at })
    })
    .collect()
}

/// One of them, inside the transaction that erases the name.
pub async fn find_former(tx: &mut Tx, region: RegionId, id: PersonId) -> Result<Option<Person>, Error> {
    let row = sqlx::query(
        "SELECT id, region_id, facility_id, role, login, name FROM person WHERE region_id = $1 AND id = $2 \
         AND disabled_at IS NOT NULL AND erased_at IS NULL",
    )
    .bind(region.to_string())
    .bind(id.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(person::person).transpose()
}

/// Whether a paper is open that is for this person: the name is needed until it is closed.
pub async fn has_open_papers(db: impl Executor<'_, Database = Any>, id: PersonId) -> Result<bool, Error> {
    let open: i64 =
        sqlx::query_scalar("SELECT count(*) FROM paper WHERE applicant_id = $1 AND open = 1").bind(id.to_string()).fetch_one(db).await?;
    Ok(open > 0)
}

/// Those of a region whose last role ended before `cutoff`, but for whom a paper is open for.
pub async fn due_people(store: &Store, region: RegionId, cutoff: Timestamp) -> Result<Vec<PersonId>, Error> {
    let due: Vec<String> = sqlx::query_scalar(
        "SELECT p.id FROM person p WHERE p.region_id = $1 AND p.disabled_at < $2 AND p.erased_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM paper a WHERE a.applicant_id = p.id AND a.open = 1) ORDER BY p.id LIMIT $3",
    )
    .bind(region.to_string())
    .bind(cutoff.seconds())
    .bind(BATCH)
    .fetch_all(store.read())
    .await?;
    due.iter().map(|id| id.parse().map_err(|_| rows::decode_error("person.id"))).collect()
}

/// Takes somebody's name out of the operation log, their account, the reasons of their roles, and the papers that are for them; writes
/// `done`, which must be about them. The chain of the log stays whole.
pub async fn erase(tx: &mut Tx, random: &Random, person: PersonId, done: &Done) -> Result<(), Error> {
    log::erase_person(tx, random, person, done).await?;
    for (sql, needs_more) in [
        ("UPDATE person SET name = $2, login = $3, erased_at = $4 WHERE id = $1", true),
        (
            "UPDATE appointment SET begun_why = '', ended_why = CASE WHEN ended_why IS NULL THEN NULL ELSE '' END WHERE person_id = $1",
            false,
        ),
        ("DELETE FROM account_event WHERE person_id = $1", false),
        ("DELETE FROM invitation WHERE person_id = $1", false),
        ("DELETE FROM paper_contact WHERE paper_id IN (SELECT p.id FROM paper p WHERE p.applicant_id = $1)", false),
        // Nobody can take a name out of a picture.
        ("DELETE FROM paper_attachment WHERE paper_id IN (SELECT p.id FROM paper p WHERE p.applicant_id = $1)", false),
    ] {
        let query = sqlx::query(sql).bind(person.to_string());
        let query = if needs_more { query.bind(ERASED).bind(format!("erased-{person}")).bind(done.at.seconds()) } else { query };
        query.execute(&mut **tx).await?;
    }
    sqlx::query("UPDATE paper SET applicant = $2 WHERE applicant_id = $1").bind(person.to_string()).bind(ERASED).execute(&mut **tx).await?;
    Ok(())
}
