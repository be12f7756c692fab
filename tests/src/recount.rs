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

/// Rows of `permit` that differ from what the papers and their devices say, and what is missing there.
pub async fn wrong_permits(store: &Store) -> anyhow::Result<i64> {
    let kept = "SELECT paper_id, region_id, facility_id, n, from_at, until_at, standing, headline, day FROM permit";
    let derived = "SELECT p.id, p.region_id, p.facility_id, d.n, p.from_at, p.until_at, d.standing, COALESCE(s.headline, -1), \
         COALESCE(e.day, -1) FROM paper p JOIN device d ON d.id = p.device_id AND d.facility_id = p.facility_id \
         LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n WHERE p.open = 1 AND p.state = 'in_use'";
    let sql = format!("SELECT (SELECT COUNT(*) FROM ({kept} EXCEPT {derived}) x) + (SELECT COUNT(*) FROM ({derived} EXCEPT {kept}) y)");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(store.read()).await?)
}

/// Open papers that do not say whose own they are as the appointments do.
pub async fn wrong_owners(store: &Store) -> anyhow::Result<i64> {
    let holds = |role, more: &str| {
        format!(
            "EXISTS (SELECT 1 FROM appointment a WHERE a.facility_id = p.facility_id AND a.role = '{role}' AND a.until_at IS NULL{more})"
        )
    };
    let (own, head) = (
        holds("administrator", " AND a.person_id IN (SELECT w.id FROM person w WHERE w.id = p.applicant_id OR w.name = p.applicant)"),
        holds("head", ""),
    );
    let sql = format!(
        "SELECT COUNT(*) FROM paper p WHERE p.open = 1 AND p.above <> CASE WHEN {own} THEN CASE WHEN {head} THEN 1 ELSE 2 END ELSE 0 END"
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(store.read()).await?)
}
