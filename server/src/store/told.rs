//! Due steps of which people were told. A row is written after the letters of its step were queued, or with them, so that a step whose
//! job died is told again; the letters' own occasion then keeps anybody from getting two.

use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor};

use super::Error;

/// Notes that people were told of a step; whether nobody had noted that before.
pub async fn put(tx: &mut AnyConnection, about: &str, step: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query("INSERT INTO told (about, step, at) VALUES ($1, $2, $3) ON CONFLICT (about, step) DO NOTHING")
        .bind(about)
        .bind(step)
        .bind(now.seconds())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether people were told of a step.
pub async fn exists(db: impl Executor<'_, Database = Any>, about: &str, step: &str) -> Result<bool, Error> {
    let found: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM told WHERE about = $1 AND step = $2").bind(about).bind(step).fetch_one(db).await?;
    Ok(found > 0)
}
