//! A facility's entries as they were sealed, for an auditor's evidence: each with the hash before it, whosever that entry is.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::{COLUMNS, Error, Store, entry};
use crate::domain::act::Words;
use crate::domain::ids::FacilityId;
use crate::domain::log::{Mark, from_hex};
use crate::evidence::Link;
use crate::store::rows;

/// A page of a facility's sealed entries within a time, in order of id; and the last one's id. `hides_personal` leaves out what was said
/// of people's own devices, and what they call them.
pub async fn list_links(
    store: &Store,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    (after, hides_personal): (&str, bool),
    limit: u16,
) -> Result<(Vec<Link>, Option<String>), Error> {
    let sql = format!(
        "SELECT {COLUMNS}, e.seq, e.hash, e.signature, coalesce(b.hash, c.hash), w.salt, w.actor, w.object, w.remark, d.ownership \
         FROM log_entry e LEFT JOIN log_words w ON w.entry_id = e.id LEFT JOIN log_entry b ON b.seq = e.seq - 1 \
         LEFT JOIN log_checkpoint c ON c.seq = e.seq - 1 LEFT JOIN device d ON e.object_kind = 'device' AND d.id = e.object_id \
         WHERE e.facility_id = $1 AND e.seq IS NOT NULL AND e.id > $2 AND e.at >= $3 AND e.at < $4 ORDER BY e.id LIMIT $5"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(facility.to_string())
        .bind(after)
        .bind(from.seconds())
        .bind(until.seconds())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?;
    let mut links = Vec::with_capacity(found.len());
    for row in &found {
        let hash = |column: usize| -> Result<[u8; 32], Error> {
            let text: Option<String> = row.try_get(column)?;
            text.as_deref().and_then(from_hex).ok_or_else(|| rows::decode_error("log_entry.hash"))
        };
        let mark = Mark { seq: row.try_get(10)?, hash: hash(11)? };
        let previous = if mark.seq == 1 { Mark::GENESIS.hash } else { hash(13)? };
        let withheld = hides_personal && row.try_get::<Option<String>, _>(18)?.as_deref() == Some("personal");
        let names = match row.try_get::<Option<String>, _>(14)?.filter(|_| !withheld) {
            Some(salt) => Some((salt, Words { actor: row.try_get(15)?, object: row.try_get(16)?, remark: row.try_get(17)? })),
            None => None,
        };
        links.push(Link::new(entry(row)?, mark, previous, row.try_get(12)?, names));
    }
    let last = match found.last() {
        Some(row) => Some(row.try_get(0)?),
        None => None,
    };
    Ok((links, last))
}
