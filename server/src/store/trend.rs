//! How devices read at the end of each day, for trends. Written while facilities are ranked, and only where a day differs from the
//! day before it: a day without a row stands as the day before.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::rollup::Scope;
use super::{Error, Store, Tx, rows};
use crate::domain::summary::Counts;

/// Days are kept this long.
const KEEP_DAYS: i64 = 400;
/// Rows deleted in one transaction, at most.
const DELETED_AT_ONCE: u64 = 1_000;

/// The sums of a day; scopes whose newest row says the same already get none.
pub(super) async fn write(tx: &mut Tx, today: i64, sums: &[(String, &Counts)]) -> Result<(), Error> {
    for group in sums.chunks(rows::MOST) {
        let sql = rows::with_list(
            "SELECT d.scope, d.counts FROM rollup_day d WHERE d.day = (SELECT max(x.day) FROM rollup_day x WHERE x.scope = d.scope) \
             AND d.scope IN ",
            group.len(),
        );
        let scopes: Vec<String> = group.iter().map(|(scope, _)| scope.clone()).collect();
        let mut stands = std::collections::HashMap::new();
        for row in rows::text_list_query(sql, &scopes).fetch_all(&mut **tx).await? {
            stands.insert(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?);
        }
        let changed: Vec<(&String, String)> = group
            .iter()
            .map(|(scope, counts)| (scope, counts.to_text()))
            .filter(|(scope, text)| stands.get(*scope) != Some(text))
            .collect();
        let shape = ("INSERT INTO rollup_day (scope, day, counts)", 3, " ON CONFLICT (scope, day) DO UPDATE SET counts = excluded.counts");
        rows::insert(tx, shape, &changed, |query, (scope, text)| query.bind((*scope).clone()).bind(today).bind(text.clone())).await?;
    }
    Ok(())
}

/// A scope's days from `from` to `to`, oldest first; it begins with the first day known.
pub async fn list(store: &Store, scope: Scope, (from, to): (i64, i64)) -> Result<Vec<(i64, Counts)>, Error> {
    let found = sqlx::query(
        "SELECT day, counts FROM rollup_day WHERE scope = $1 AND day <= $3 \
         AND day >= coalesce((SELECT max(day) FROM rollup_day WHERE scope = $1 AND day <= $2), $2) ORDER BY day",
    )
    .bind(scope.to_string())
    .bind(from)
    .bind(to)
    .fetch_all(store.read())
    .await?;
    let mut days: Vec<(i64, Counts)> = Vec::new();
    for row in &found {
        let (day, counts): (i64, Counts) = (row.try_get::<i64, _>(0)?.max(from), Counts::parse(row.try_get(1)?));
        if let Some((last, before)) = days.last().cloned() {
            days.extend((last + 1..day).map(|between| (between, before.clone())));
        }
        days.push((day, counts));
    }
    if let Some((last, before)) = days.last().cloned() {
        days.extend((last + 1..=to).map(|after| (after, before.clone())));
    }
    Ok(days)
}

/// Deletes days that were kept long enough, but for each scope's newest, which later days stand on.
pub async fn trim(store: &Store, now: Timestamp) -> Result<u64, Error> {
    let before = now.jst_day() - KEEP_DAYS;
    let old: Option<i64> =
        sqlx::query_scalar("SELECT day FROM rollup_day WHERE day < $1 LIMIT 1").bind(before).fetch_optional(store.read()).await?;
    if old.is_none() {
        return Ok(0);
    }
    let sql = format!(
        "DELETE FROM rollup_day WHERE (scope, day) IN (SELECT d.scope, d.day FROM rollup_day d WHERE d.day < $1 AND EXISTS \
         (SELECT 1 FROM rollup_day x WHERE x.scope = d.scope AND x.day > d.day AND x.day <= $1) LIMIT {DELETED_AT_ONCE})"
    );
    let mut gone = 0;
    loop {
        let mut tx = store.begin_beside_ledger().await?;
        let some = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(before).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        gone += some;
        if some < DELETED_AT_ONCE {
            return Ok(gone);
        }
        tokio::task::yield_now().await;
    }
}
