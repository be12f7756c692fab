//! The outbox of mail: a letter is queued in the transaction of the act that causes it, and sent by a job. Every process in front of
//! the store may send: whoever claims a letter has it for a while, and one that dies with it in hand leaves it to the next.

mod address;
mod crowd;
mod sending;
mod trouble;

pub use address::{Pending, confirm, delete as delete_address, delete_of, find as find_address, find_by_link, find_pending, put_pending};
pub use crowd::{Reached, list_reached};
pub use sending::{Claimed, claim, count_waiting, delete_old, discard_waiting, end_overdue, list_due, put_failed, put_retry, put_sent};
pub use trouble::{Trouble, Troubles, list_troubles, note_failed, troubles};

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::Error;
use crate::domain::ids::PaperId;
use crate::domain::mail::{Failure, Haste, Kind, Letter, Link, Recipients};
use crate::domain::people::Role;
use crate::random::Random;

/// Letters that wait for one person before reminders are given up: nobody would read them, and the pages say it all the same.
const MOST_WAITING: i64 = 100;

/// Queues a letter to each of its recipients who has a registered address. Returns how many were queued. What is beyond what anybody
/// reads stands there as failed, for the 事務局 to see; what is urgent always goes.
pub async fn queue(tx: &mut AnyConnection, (random, now): (&Random, Timestamp), letter: &Letter<'_>) -> Result<usize, Error> {
    let mut queued = 0;
    let about = serde_json::to_string(&letter.about).map_err(|e| Error::Encode(e.into()))?;
    let (link, is_sealed) = match &letter.link {
        Link::Page(path) => (path, 0_i64),
        Link::Secret(sealed) => (sealed, 1),
    };
    let due = letter.kind.due(now);
    for Recipient { person, paper, region, address } in recipients(tx, letter).await? {
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM letter WHERE person_id = $1 AND state = 'waiting'")
            .bind(person.as_deref())
            .fetch_one(&mut *tx)
            .await?;
        let one_too_many = waiting >= MOST_WAITING && letter.kind.haste() == Haste::WorkingHours;
        let (state, failure, ended_at) =
            if one_too_many { ("failed", Some(Failure::TooMany.to_word()), Some(now.seconds())) } else { ("waiting", None, None) };
        let done = sqlx::query(
            "INSERT INTO letter (id, region_id, person_id, paper_id, address, kind, about, link, is_sealed, once, queued_at, due_at, ends_at, tries, \
             state, failure, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15, $16) ON CONFLICT DO NOTHING",
        )
        .bind(random.uuid(now).to_string())
        .bind(region)
        .bind(person)
        .bind(paper)
        .bind(if one_too_many { None } else { Some(address) })
        .bind(letter.kind.as_str())
        .bind(about.as_str())
        .bind(if one_too_many { "" } else { link.as_str() })
        .bind(is_sealed)
        .bind(letter.once.as_deref())
        .bind(now.seconds())
        .bind(due.seconds())
        .bind(due.plus_seconds(letter.kind.keeps_s()).seconds())
        .bind(state)
        .bind(failure)
        .bind(ended_at)
        .execute(&mut *tx)
        .await?;
        queued += usize::from(done.rows_affected() == 1 && !one_too_many);
    }
    Ok(queued)
}

struct Recipient {
    person: Option<String>,
    paper: Option<String>,
    region: String,
    address: String,
}

async fn recipients(tx: &mut AnyConnection, letter: &Letter<'_>) -> Result<Vec<Recipient>, Error> {
    const REGISTERED: &str = "SELECT p.id, p.region_id, m.address, p.role FROM person p JOIN mail_address m ON m.person_id = p.id \
        WHERE p.disabled_at IS NULL AND";
    let (condition, id, roles) = match &letter.to {
        Recipients::Person(id) => ("p.id = $1", id.to_string(), &Role::ALL[..]),
        Recipients::Secretariat(region) => ("p.region_id = $1", region.to_string(), &[Role::Secretariat][..]),
        Recipients::Facility(facility, roles) => ("p.facility_id = $1", facility.to_string(), *roles),
        Recipients::Address(id, address) => {
            let region: Option<String> =
                sqlx::query_scalar("SELECT region_id FROM person WHERE id = $1").bind(id.to_string()).fetch_optional(tx).await?;
            let of = |region| Recipient { person: Some(id.to_string()), paper: None, region, address: address.as_str().to_owned() };
            return Ok(region.map(of).into_iter().collect());
        }
        Recipients::Applicant(paper) => return applicant(tx, *paper, letter.kind == Kind::ApplicantConfirm).await,
    };
    let found = sqlx::query(AssertSqlSafe(format!("{REGISTERED} {condition} ORDER BY p.id"))).bind(id).fetch_all(tx).await?;
    let is_meant = |row: &AnyRow| row.try_get::<&str, _>(3).map(|word| roles.iter().any(|role| role.code() == word));
    let mut meant = Vec::new();
    for row in &found {
        if is_meant(row)? {
            meant.push(Recipient { person: row.try_get(0)?, paper: None, region: row.try_get(1)?, address: row.try_get(2)? });
        }
    }
    Ok(meant)
}

/// Whom a paper is for, at the address they gave; `proves`: also while it is not proved.
async fn applicant(tx: &mut AnyConnection, paper: PaperId, proves: bool) -> Result<Vec<Recipient>, Error> {
    let found = sqlx::query(
        "SELECT p.region_id, c.address FROM paper_contact c JOIN paper p ON p.id = c.paper_id \
         WHERE c.paper_id = $1 AND (c.confirmed_at IS NOT NULL OR $2 = 1)",
    )
    .bind(paper.to_string())
    .bind(i64::from(proves))
    .fetch_optional(tx)
    .await?;
    let of =
        |row: AnyRow| Ok(Recipient { person: None, paper: Some(paper.to_string()), region: row.try_get(0)?, address: row.try_get(1)? });
    found.into_iter().map(of).collect()
}
