//! Files handed in with papers. Lists never read what is in them.
//!
//! Invariant: a paper that nothing is to be done with any more gains and loses none.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use crate::domain::act::Actor;
use crate::domain::ids::{FacilityId, PaperId, PersonId};
use crate::domain::paper::{Fit, Format, MOST_FILES};
use crate::store::{Error, Store, Tx, rows};

/// A file about to be added.
#[derive(Debug)]
pub struct NewAttachment<'a> {
    /// To which paper.
    pub paper: PaperId,
    /// What it is called, and what it is.
    pub fit: &'a Fit,
    /// Its digest, hexadecimal.
    pub sha256: &'a str,
    /// What was said of it.
    pub remark: &'a str,
    /// What is in it.
    pub body: &'a [u8],
    /// Who adds it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A file of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Of which paper.
    pub paper: PaperId,
    /// Its number among the paper's files.
    pub n: i64,
    /// What it is called; empty: it was removed.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// Bytes.
    pub size: i64,
    /// Its digest, hexadecimal.
    pub sha256: String,
    /// What was said of it.
    pub remark: String,
    /// Name of who added it; `None`: no longer on file.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// That it is gone.
    pub removed: Option<Removed>,
}

/// How a file came to be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Name of who removed it; `None`: no longer on file.
    pub by: Option<String>,
    /// Stored word of who.
    pub by_word: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// What became of a file that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It has this number.
    As(i64),
    /// The same content is there already, under this number.
    There(i64),
    /// The paper has as many as it may have.
    Full,
    /// Nothing is to be done with the paper any more.
    Closed,
}

/// Adds a file, under `Store::begin_ledger`.
pub async fn insert_attachment(tx: &mut Tx, new: &NewAttachment<'_>) -> Result<Added, Error> {
    let paper = new.paper.to_string();
    if !is_open(tx, &paper).await? {
        return Ok(Added::Closed);
    }
    let same: Option<i64> =
        sqlx::query_scalar("SELECT MIN(n) FROM paper_attachment WHERE paper_id = $1 AND sha256 = $2 AND removed_at IS NULL")
            .bind(paper.clone())
            .bind(new.sha256.to_owned())
            .fetch_one(&mut **tx)
            .await?;
    if let Some(n) = same {
        return Ok(Added::There(n));
    }
    let (there, last): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(CASE WHEN removed_at IS NULL THEN 1 END), COALESCE(MAX(n), 0) FROM paper_attachment WHERE paper_id = $1",
    )
    .bind(paper.clone())
    .fetch_one(&mut **tx)
    .await?;
    if usize::try_from(there).is_ok_and(|there| there >= MOST_FILES) {
        return Ok(Added::Full);
    }
    sqlx::query(
        "INSERT INTO paper_attachment (paper_id, n, name, format, size, sha256, remark, by_whom, at, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(paper)
    .bind(last + 1)
    .bind(new.fit.name.clone())
    .bind(new.fit.format.as_str())
    .bind(i64::try_from(new.body.len()).unwrap_or(i64::MAX))
    .bind(new.sha256.to_owned())
    .bind(new.remark.to_owned())
    .bind(Actor::Person(new.by).to_word())
    .bind(new.at.seconds())
    .bind(new.body.to_vec())
    .execute(&mut **tx)
    .await?;
    Ok(Added::As(last + 1))
}

async fn is_open(tx: &mut Tx, paper: &str) -> Result<bool, Error> {
    let open: Option<i64> =
        sqlx::query_scalar("SELECT open FROM paper WHERE id = $1").bind(paper.to_owned()).fetch_optional(&mut **tx).await?;
    Ok(open == Some(1))
}

/// Removes a file under `Store::begin_ledger`: what is in it, what it is called and what was said of it are gone. `false`: it was removed
/// before, or nothing is to be done with the paper any more.
pub async fn remove_attachment(tx: &mut Tx, (paper, n): (PaperId, i64), why: &str, (by, at): (PersonId, Timestamp)) -> Result<bool, Error> {
    if !is_open(tx, &paper.to_string()).await? {
        return Ok(false);
    }
    let done = sqlx::query(
        "UPDATE paper_attachment SET name = '', remark = '', body = NULL, removed_by = $3, removed_at = $4, removed_why = $5 \
         WHERE paper_id = $1 AND n = $2 AND removed_at IS NULL",
    )
    .bind(paper.to_string())
    .bind(n)
    .bind(Actor::Person(by).to_word())
    .bind(at.seconds())
    .bind(why.to_owned())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

const COLUMNS: &str = "SELECT a.paper_id, a.n, a.name, a.format, a.size, a.sha256, a.remark, w.name, a.at, r.name, a.removed_at, \
    a.removed_why, a.removed_by FROM paper_attachment a LEFT JOIN person w ON w.id = a.by_whom LEFT JOIN person r ON r.id = a.removed_by";

/// The files of a paper, those that were removed too, in order of number.
pub async fn list_attachments(store: &Store, paper: PaperId) -> Result<Vec<Attachment>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE a.paper_id = $1 ORDER BY a.n")))
        .bind(paper.to_string())
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// A page of the files that were handed in at a facility within a time; `after` is the last one of the page before.
pub async fn list_attachments_between(
    store: &Store,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    after: Option<(PaperId, i64)>,
    limit: u16,
) -> Result<Vec<Attachment>, Error> {
    let (paper, n) = after.map_or((String::new(), 0), |(paper, n)| (paper.to_string(), n));
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} JOIN paper p ON p.id = a.paper_id WHERE p.facility_id = $1 AND a.at >= $2 AND a.at < $3 \
         AND (a.paper_id > $4 OR (a.paper_id = $4 AND a.n > $5)) ORDER BY a.paper_id, a.n LIMIT $6"
    )))
    .bind(facility.to_string())
    .bind(from.seconds())
    .bind(until.seconds())
    .bind(paper)
    .bind(n)
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(read)
    .collect()
}

/// What is in a file; `None`: there is none of this number, or it was removed.
pub async fn find_body(db: impl Executor<'_, Database = Any>, (paper, n): (PaperId, i64)) -> Result<Option<Vec<u8>>, Error> {
    let body: Option<Option<Vec<u8>>> = sqlx::query_scalar("SELECT body FROM paper_attachment WHERE paper_id = $1 AND n = $2")
        .bind(paper.to_string())
        .bind(n)
        .fetch_optional(db)
        .await?;
    Ok(body.flatten())
}

fn read(row: &AnyRow) -> Result<Attachment, Error> {
    let removed = match row.try_get::<Option<i64>, _>(10)? {
        None => None,
        Some(at) => Some(Removed {
            by: row.try_get(9)?,
            by_word: row.try_get::<Option<String>, _>(12)?.unwrap_or_default(),
            at: Timestamp::from_seconds(at),
            why: row.try_get::<Option<String>, _>(11)?.unwrap_or_default(),
        }),
    };
    Ok(Attachment {
        paper: rows::parsed(row, 0, "paper_attachment.paper_id")?,
        n: row.try_get(1)?,
        name: row.try_get(2)?,
        format: Format::from_word(row.try_get(3)?).ok_or_else(|| rows::decode_error("paper_attachment.format"))?,
        size: row.try_get(4)?,
        sha256: row.try_get(5)?,
        remark: row.try_get(6)?,
        by: row.try_get(7)?,
        at: Timestamp::from_seconds(row.try_get(8)?),
        removed,
    })
}
