//! What was reported of incidents to the authority, and that nothing had to be.

use std::collections::HashMap;

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use crate::domain::ids::PaperId;
use crate::domain::paper::Act;
use crate::store::{Error, Store, rows};

/// The steps of these papers by which the statutory clock is met or stopped, each with the instant at which it was taken, the first first.
pub async fn list_reported(store: &Store, papers: &[PaperId]) -> Result<HashMap<PaperId, Vec<(Act, Timestamp)>>, Error> {
    let mut found: HashMap<PaperId, Vec<(Act, Timestamp)>> = HashMap::new();
    for group in papers.chunks(rows::MOST) {
        let head = "SELECT paper_id, act, COALESCE(on_day, at) FROM paper_step WHERE act IN ('report_first', 'report_full', 'no_leak') \
                    AND paper_id IN ";
        let ids: Vec<String> = group.iter().map(ToString::to_string).collect();
        let sql = rows::with_list(head, ids.len()) + " ORDER BY paper_id, n";
        for row in rows::text_list_query(sql, &ids).fetch_all(store.read()).await? {
            let paper = rows::parsed(&row, 0, "paper_step.paper_id")?;
            let act = Act::from_word(row.try_get(1)?).ok_or_else(|| rows::decode_error("paper_step.act"))?;
            found.entry(paper).or_default().push((act, Timestamp::from_seconds(row.try_get(2)?)));
        }
    }
    Ok(found)
}
