//! Papers, losses, self-checks, 災害時特例, お知らせ, own rules and those who have left: each goes as a whole, its parts first.

use hashimori_shared::time::Timestamp;

use super::{BATCH, Plan, count, pieces};
use crate::domain::ids::RegionId;
use crate::domain::retention::Record;
use crate::store::{Error, Store, rows};

/// What goes as a whole.
pub(super) struct Whole {
    pub(super) record: Record,
    /// Ids of what may go, the oldest first: `$1` region, `$2` cutoff, `$3` how many.
    due: &'static str,
    /// Parts that there may be as many of as a region has devices or people: gone first, so many at a time.
    pub(super) many: &'static [Many],
    /// Statements before and after a list of ids, what is counted last.
    pub(super) parts: &'static [(&'static str, &'static str)],
    /// How many at once.
    most: i64,
}

/// Parts of something: a table, its key, the column that names what they belong to, and how many go in one transaction.
pub(super) struct Many {
    pub(super) table: &'static str,
    key: &'static str,
    of: &'static str,
    at_once: u64,
}

// An exception's papers go no sooner than its file, which counts them: it stands before them here.
pub(super) const WHOLES: [Whole; 6] = [
    Whole {
        record: Record::Disasters,
        due: "SELECT d.id FROM disaster d WHERE d.region_id = $1 AND d.phase = 'closed' \
              AND (SELECT max(s.entered_at) FROM disaster_step s WHERE s.disaster_id = d.id) < $2 ORDER BY d.id LIMIT $3",
        many: &[
            Many { table: "disaster_let_in", key: "id", of: "disaster_id", at_once: 1_000 },
            Many { table: "disaster_gone", key: "disaster_id, n", of: "disaster_id", at_once: 1_000 },
        ],
        parts: &[
            ("UPDATE paper SET exception_id = NULL WHERE exception_id IN ", ""),
            ("DELETE FROM told WHERE about IN ", ""),
            ("DELETE FROM disaster_place WHERE disaster_id IN ", ""),
            ("DELETE FROM disaster_step WHERE disaster_id IN ", ""),
            ("DELETE FROM disaster WHERE id IN ", ""),
        ],
        most: 4,
    },
    Whole {
        record: Record::Papers,
        due: "SELECT p.id FROM paper p WHERE p.region_id = $1 AND p.open = 0 AND p.entered_at < $2 AND p.exception_id IS NULL \
              AND (SELECT max(s.at) FROM paper_step s WHERE s.paper_id = p.id) < $2 \
              AND NOT EXISTS (SELECT 1 FROM disaster_let_in e WHERE e.paper_id = p.id) \
              AND NOT EXISTS (SELECT 1 FROM device d JOIN loss l ON l.n = d.n \
                WHERE d.id = p.device_id AND (l.closed_at IS NULL OR l.closed_at >= $2)) ORDER BY p.id LIMIT $3",
        // Each may be as large as a scan is.
        many: &[Many { table: "paper_attachment", key: "paper_id, n", of: "paper_id", at_once: 8 }],
        parts: &[
            (
                "INSERT INTO paper_number (facility_id, kind, number) SELECT facility_id, kind, max(number) FROM paper WHERE id IN ",
                " GROUP BY facility_id, kind ON CONFLICT (facility_id, kind) DO UPDATE SET \
                 number = CASE WHEN excluded.number > paper_number.number THEN excluded.number ELSE paper_number.number END",
            ),
            ("DELETE FROM told WHERE about IN ", ""),
            ("DELETE FROM paper_step WHERE paper_id IN ", ""),
            ("DELETE FROM paper_contact WHERE paper_id IN ", ""),
            ("DELETE FROM letter WHERE paper_id IN ", ""),
            ("DELETE FROM paper WHERE id IN ", ""),
        ],
        most: 64,
    },
    Whole {
        record: Record::SelfChecks,
        due: "SELECT c.id FROM self_check c JOIN facility f ON f.id = c.facility_id WHERE f.region_id = $1 AND c.at < $2 \
              ORDER BY c.id LIMIT $3",
        many: &[Many { table: "self_check_device", key: "n, self_check_id", of: "self_check_id", at_once: 1_000 }],
        parts: &[("DELETE FROM exclusion WHERE self_check_id IN ", ""), ("DELETE FROM self_check WHERE id IN ", "")],
        most: 32,
    },
    Whole {
        record: Record::OwnRules,
        due: "SELECT o.id FROM own_rules o WHERE o.region_id = $1 AND o.stage IN ('refused', 'withdrawn', 'superseded') \
              AND coalesce(o.ended_at, o.decided_at) < $2 ORDER BY o.id LIMIT $3",
        many: &[],
        parts: &[
            (
                "INSERT INTO paper_number (facility_id, kind, number) SELECT facility_id, 'own_rules', max(number) FROM own_rules WHERE id IN ",
                " GROUP BY facility_id ON CONFLICT (facility_id, kind) DO UPDATE SET \
                 number = CASE WHEN excluded.number > paper_number.number THEN excluded.number ELSE paper_number.number END",
            ),
            ("DELETE FROM own_rules WHERE id IN ", ""),
        ],
        most: 32,
    },
    Whole {
        record: Record::Members,
        due: "SELECT m.id FROM member m WHERE m.region_id = $1 AND m.state IN ('left', 'removed') \
              AND (SELECT max(s.at) FROM member_step s WHERE s.member_id = m.id) < $2 ORDER BY m.id LIMIT $3",
        many: &[],
        parts: &[
            (
                "INSERT INTO paper_number (facility_id, kind, number) SELECT facility_id, 'member', max(number) FROM member WHERE id IN ",
                " GROUP BY facility_id ON CONFLICT (facility_id, kind) DO UPDATE SET \
                 number = CASE WHEN excluded.number > paper_number.number THEN excluded.number ELSE paper_number.number END",
            ),
            ("DELETE FROM member_step WHERE member_id IN ", ""),
            ("DELETE FROM training_member WHERE member_id IN ", ""),
            ("DELETE FROM member WHERE id IN ", ""),
        ],
        most: 32,
    },
    Whole {
        record: Record::Notices,
        due: "SELECT n.id FROM notice n WHERE n.region_id = $1 AND coalesce(n.ended_at, n.valid_until) < $2 ORDER BY n.id LIMIT $3",
        many: &[Many { table: "notice_reading", key: "notice_id, facility_id, person_id", of: "notice_id", at_once: 1_000 }],
        parts: &[
            ("UPDATE notice SET corrects = NULL WHERE corrects IN ", ""),
            ("DELETE FROM told WHERE about IN ", ""),
            ("DELETE FROM notice_place WHERE notice_id IN ", ""),
            ("DELETE FROM notice WHERE id IN ", ""),
        ],
        most: 16,
    },
];

/// One batch of everything but what devices told; whether there may be more.
pub async fn records(store: &Store, plan: &Plan) -> Result<bool, Error> {
    let mut more = false;
    for (region, cutoffs) in plan {
        for whole in &WHOLES {
            more |= batch(store, whole, (*region, cutoffs.records)).await?;
        }
        more |= losses(store, (*region, cutoffs.records)).await?;
        more |= pieces::batch(store, (*region, cutoffs.records)).await?;
    }
    Ok(more)
}

async fn batch(store: &Store, whole: &Whole, (region, cutoff): (RegionId, Timestamp)) -> Result<bool, Error> {
    let due: Vec<String> =
        sqlx::query_scalar(whole.due).bind(region.to_string()).bind(cutoff.seconds()).bind(whole.most).fetch_all(store.read()).await?;
    if due.is_empty() {
        return Ok(false);
    }
    for many in whole.many {
        drain(store, many, &due).await?;
    }
    let mut tx = store.begin_apart().await?;
    // Somebody may have read an old notice meanwhile.
    for Many { table, of, .. } in whole.many {
        let sql = rows::with_list(&format!("DELETE FROM {table} WHERE {of} IN "), due.len());
        rows::text_list_query(sql, &due).execute(&mut *tx).await?;
    }
    let mut gone = 0;
    for (head, tail) in whole.parts {
        let sql = rows::with_list(head, due.len()) + tail;
        gone = rows::text_list_query(sql, &due).execute(&mut *tx).await?.rows_affected();
    }
    count(&mut tx, &region.to_string(), whole.record, gone).await?;
    tx.commit().await?;
    Ok(i64::try_from(due.len()).is_ok_and(|n| n == whole.most))
}

/// Deletes parts of these, so many to a transaction that check-ins get their turn in between. What they belong to is closed for good and
/// stays until they are gone: a run that is cut short here is taken up by the next.
async fn drain(store: &Store, many: &Many, of: &[String]) -> Result<(), Error> {
    let Many { table, key, of: column, at_once } = many;
    let head = format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {column} IN ");
    loop {
        let sql = rows::with_list(&head, of.len()) + &format!(" LIMIT {at_once})");
        let mut tx = store.begin_apart().await?;
        let gone = rows::text_list_query(sql, of).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        if gone < *at_once {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

async fn losses(store: &Store, (region, cutoff): (RegionId, Timestamp)) -> Result<bool, Error> {
    let due: Vec<i64> = sqlx::query_scalar("SELECT id FROM loss WHERE region_id = $1 AND closed_at < $2 ORDER BY id LIMIT $3")
        .bind(region.to_string())
        .bind(cutoff.seconds())
        .bind(BATCH)
        .fetch_all(store.read())
        .await?;
    if due.is_empty() {
        return Ok(false);
    }
    let mut tx = store.begin_apart().await?;
    let mut gone = 0;
    for group in due.chunks(rows::MOST) {
        gone +=
            rows::list_query(rows::with_list("DELETE FROM loss WHERE id IN ", group.len()), group).execute(&mut *tx).await?.rows_affected();
    }
    count(&mut tx, &region.to_string(), Record::Losses, gone).await?;
    tx.commit().await?;
    Ok(i64::try_from(due.len()).is_ok_and(|n| n == BATCH))
}
