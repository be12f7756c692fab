//! Tokens with which machines read. Only hashes are here. Everything is asked for with the place it belongs to, so that another's
//! cannot be met.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::{Error, Store, Tx, log, rows};
use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{PersonId, TokenId};
use crate::domain::people::Scope;
use crate::domain::token::{Grant, to_words};
use crate::random::Random;

/// Uses closer together than this are noted once, in seconds.
const SAME_USE_S: i64 = 3_600;

/// A token about to be made.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// Its id.
    pub id: TokenId,
    /// What it reads of.
    pub scope: Scope,
    /// What it is for.
    pub label: &'a str,
    /// What it may read.
    pub grants: &'a [Grant],
    /// Its hash.
    pub hash: &'a str,
    /// Who makes it, and when.
    pub made: (PersonId, Timestamp),
    /// When it ends.
    pub ends_at: Timestamp,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// What it reads of.
    pub scope: Scope,
    /// What it is for.
    pub label: String,
    /// What it may read.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom: a person's id.
    pub maker: String,
    /// Their name; `None`: no longer on file.
    pub made_by: Option<String>,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When it was last used, to the hour; `None`: never.
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT t.id, t.region_id, t.facility_id, t.label, t.grants, t.made_at, p.name, t.ends_at, t.used_at, t.made_by \
     FROM api_token t LEFT JOIN person p ON p.id = t.made_by ";

/// The condition that a row belongs to a place: the region (`$1`) and the facility (`$2`, empty for the whole region).
pub(super) const OF_PLACE: &str = "region_id = $1 AND COALESCE(facility_id, '') = $2";

/// The second value of `OF_PLACE`.
pub(super) fn facility_of(scope: Scope) -> String {
    scope.facility().map(|id| id.to_string()).unwrap_or_default()
}

/// Makes one.
pub async fn insert(tx: &mut Tx, new: &NewToken<'_>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO api_token (id, region_id, facility_id, label, grants, hash, made_at, made_by, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id.to_string())
    .bind(new.scope.region().to_string())
    .bind(new.scope.facility().map(|id| id.to_string()))
    .bind(new.label)
    .bind(to_words(new.grants))
    .bind(new.hash)
    .bind(new.made.1.seconds())
    .bind(new.made.0.to_string())
    .bind(new.ends_at.seconds())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The tokens of a place that work, the newest first.
pub async fn list(db: impl Executor<'_, Database = Any>, scope: Scope, now: Timestamp) -> Result<Vec<ApiToken>, Error> {
    let sql = format!(
        "{COLUMNS} WHERE t.region_id = $1 AND COALESCE(t.facility_id, '') = $2 AND t.revoked_at IS NULL AND t.ends_at > $3 ORDER BY t.id DESC"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.region().to_string())
        .bind(facility_of(scope))
        .bind(now.seconds())
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many of them there are.
pub async fn count(tx: &mut Tx, scope: Scope, now: Timestamp) -> Result<i64, Error> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "SELECT COUNT(*) FROM api_token WHERE {OF_PLACE} AND revoked_at IS NULL AND ends_at > $3"
    )))
    .bind(scope.region().to_string())
    .bind(facility_of(scope))
    .bind(now.seconds())
    .fetch_one(&mut **tx)
    .await
}

/// The token with this hash, if it works.
pub async fn find(db: impl Executor<'_, Database = Any>, hash: &str, now: Timestamp) -> Result<Option<ApiToken>, Error> {
    let sql = format!("{COLUMNS} WHERE t.hash = $1 AND t.revoked_at IS NULL AND t.ends_at > $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(hash).bind(now.seconds()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// Ends one of a place; what it was for, or `None`: there is no such token there that works.
pub async fn revoke(tx: &mut Tx, scope: Scope, id: TokenId, now: Timestamp) -> Result<Option<String>, Error> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "UPDATE api_token SET revoked_at = $4 WHERE {OF_PLACE} AND id = $3 AND revoked_at IS NULL AND ends_at > $4 RETURNING label"
    )))
    .bind(scope.region().to_string())
    .bind(facility_of(scope))
    .bind(id.to_string())
    .bind(now.seconds())
    .fetch_optional(&mut **tx)
    .await
}

/// Notes that one was used, once an hour; the first use of a (JST) day stands in the operation log.
pub async fn note_use(store: &Store, random: &Random, token: &ApiToken, now: Timestamp) -> Result<(), Error> {
    if token.used_at.is_some_and(|at| now.seconds_since(at) < SAME_USE_S) {
        return Ok(());
    }
    let mut tx = store.begin_apart().await?;
    let noted = sqlx::query("UPDATE api_token SET used_at = $2 WHERE id = $1 AND COALESCE(used_at, -1) = $3")
        .bind(token.id.to_string())
        .bind(now.seconds())
        .bind(token.used_at.map_or(-1, Timestamp::seconds))
        .execute(&mut *tx)
        .await?;
    let first = token.used_at.is_none_or(|at| at.jst_day() != now.jst_day());
    if first && noted.rows_affected() == 1 {
        let done = Done::by(Actor::Machine, What::TokenUsed, now).in_scope(token.scope).on_token(token.id, &token.label);
        log::write(&mut tx, random, &done).await?;
    }
    tx.commit().await
}

fn read(row: &AnyRow) -> Result<ApiToken, Error> {
    Ok(ApiToken {
        id: rows::parsed(row, 0, "api_token.id")?,
        scope: scope(row.try_get(1)?, row.try_get(2)?)?,
        label: row.try_get(3)?,
        grants: row.try_get::<&str, _>(4)?.split_ascii_whitespace().filter_map(Grant::from_word).collect(),
        made_at: Timestamp::from_seconds(row.try_get(5)?),
        maker: row.try_get(9)?,
        made_by: row.try_get(6)?,
        ends_at: Timestamp::from_seconds(row.try_get(7)?),
        used_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp::from_seconds),
    })
}

/// A place out of its two columns.
pub(super) fn scope(region: &str, facility: Option<&str>) -> Result<Scope, Error> {
    let region = region.parse().map_err(|_| rows::decode_error("region_id"))?;
    Ok(match facility {
        None => Scope::Region(region),
        Some(id) => Scope::Facility(region, id.parse().map_err(|_| rows::decode_error("facility_id"))?),
    })
}
