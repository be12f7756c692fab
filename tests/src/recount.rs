//! The roll-ups counted from scratch, device by device: slow, and what the kept ones must equal.

use std::collections::BTreeMap;

use hashimori_server::domain::device::Standing;
use hashimori_server::store::Store;
use sqlx::Row as _;

/// Devices by (headline code or -1, standing, day last seen or -1).
pub type Devices = BTreeMap<(i64, &'static str, i64), i64>;
/// Devices by (clause, state code, standing).
pub type Clauses = BTreeMap<(String, i64, &'static str), i64>;

/// Counts every device of the store.
pub async fn recount(store: &Store) -> anyhow::Result<(Devices, Clauses)> {
    let (mut devices, mut clauses) = (Devices::new(), Clauses::new());
    let rows = sqlx::query(
        "SELECT d.standing, s.headline, e.day, s.states FROM device d \
         LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n",
    )
    .fetch_all(store.read())
    .await?;
    for row in &rows {
        let standing = Standing::from_word(row.try_get(0)?).map_or("?", Standing::as_str);
        let headline = row.try_get::<Option<i64>, _>(1)?.unwrap_or(-1);
        let day = row.try_get::<Option<i64>, _>(2)?.unwrap_or(-1);
        *devices.entry((headline, standing, day)).or_default() += 1;
        let states = row.try_get::<Option<&str>, _>(3)?.unwrap_or("");
        for (clause, state) in states.split_ascii_whitespace().filter_map(|pair| pair.rsplit_once('=')) {
            *clauses.entry((clause.to_owned(), state.parse()?, standing)).or_default() += 1;
        }
    }
    Ok((devices, clauses))
}
