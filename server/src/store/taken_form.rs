//! Forms that were taken, by session and the mark that their page gave them.

use hashimori_shared::time::Timestamp;
use sqlx::{AnyConnection, Row as _};

use super::Error;

/// Days for which a form is remembered: longer than any session is left with a page open.
const KEPT_DAYS: i64 = 1;

/// What a form led to when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Path of the page.
    pub led_to: String,
    /// Sealed text that the page showed once.
    pub once: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Takes a form; `false`: it was taken before. Of two transactions at once the second waits for the first. Forgets old ones.
pub async fn insert(tx: &mut AnyConnection, (session, mark): (&str, &str), now: Timestamp) -> Result<bool, Error> {
    sqlx::query("DELETE FROM taken_form WHERE at <= $1").bind(now.plus_days(-KEPT_DAYS).seconds()).execute(&mut *tx).await?;
    let done =
        sqlx::query("INSERT INTO taken_form (session, mark, led_to, at) VALUES ($1, $2, '', $3) ON CONFLICT (session, mark) DO NOTHING")
            .bind(session)
            .bind(mark)
            .bind(now.seconds())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes what it led to.
pub async fn update(tx: &mut AnyConnection, (session, mark): (&str, &str), led_to: &str, once: Option<&str>) -> Result<(), Error> {
    sqlx::query("UPDATE taken_form SET led_to = $3, once = $4 WHERE session = $1 AND mark = $2")
        .bind(session)
        .bind(mark)
        .bind(led_to)
        .bind(once)
        .execute(tx)
        .await
        .map(drop)
}

/// What it led to.
pub async fn find(tx: &mut AnyConnection, (session, mark): (&str, &str)) -> Result<Option<Taken>, Error> {
    let row = sqlx::query("SELECT led_to, once, at FROM taken_form WHERE session = $1 AND mark = $2")
        .bind(session)
        .bind(mark)
        .fetch_optional(tx)
        .await?;
    let taken =
        |row: sqlx::any::AnyRow| Ok(Taken { led_to: row.try_get(0)?, once: row.try_get(1)?, at: Timestamp::from_seconds(row.try_get(2)?) });
    row.map(taken).transpose()
}
