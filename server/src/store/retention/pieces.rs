//! What goes row by row: trainings, reviews, editions, decisions, alerts, events of accounts. The newest of each stays where what is due
//! follows from it. Keys travel as text, whatever their columns are.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{BATCH, count};
use crate::domain::ids::RegionId;
use crate::domain::retention::Record;
use crate::store::{Error, Store};

/// What goes row by row.
pub(super) struct Piece {
    pub(super) record: Record,
    /// Keys of what may go: `$1` region, `$2` cutoff, `$3` how many.
    due: &'static str,
    /// For each of them: `$1` cutoff, its keys from `$2` on; what is counted last. The condition stands here once more, for somebody may
    /// have been faster.
    pub(super) each: &'static [&'static str],
}

pub(super) const PIECES: [Piece; 6] = [
    Piece {
        record: Record::Trainings,
        // One that is somebody's newest stays for as long as they do.
        due: "SELECT t.facility_id, CAST(t.number AS TEXT) FROM training t JOIN facility f ON f.id = t.facility_id \
              WHERE f.region_id = $1 AND t.held_on < $2 AND t.at < $2 AND (t.void_why <> '' OR NOT EXISTS (SELECT 1 FROM training_member o \
                JOIN member m ON m.id = o.member_id WHERE o.facility_id = t.facility_id AND o.number = t.number AND m.trained_on <= t.held_on)) \
              ORDER BY t.facility_id, t.number LIMIT $3",
        each: &[
            "INSERT INTO paper_number (facility_id, kind, number) SELECT facility_id, 'training', number FROM training \
             WHERE at < $1 AND facility_id = $2 AND number = CAST($3 AS BIGINT) ON CONFLICT (facility_id, kind) DO UPDATE SET \
             number = CASE WHEN excluded.number > paper_number.number THEN excluded.number ELSE paper_number.number END",
            "DELETE FROM training_member WHERE facility_id = $2 AND number = CAST($3 AS BIGINT) AND EXISTS \
             (SELECT 1 FROM training t WHERE t.at < $1 AND t.facility_id = $2 AND t.number = CAST($3 AS BIGINT))",
            "DELETE FROM training WHERE at < $1 AND facility_id = $2 AND number = CAST($3 AS BIGINT)",
        ],
    },
    Piece {
        record: Record::Reviews,
        due: "SELECT r.facility_id, CAST(r.n AS TEXT) FROM member_review r JOIN facility f ON f.id = r.facility_id \
              WHERE f.region_id = $1 AND r.at < $2 AND EXISTS (SELECT 1 FROM member_review o WHERE o.facility_id = r.facility_id AND o.n > r.n) \
              ORDER BY r.facility_id, r.n LIMIT $3",
        each: &["DELETE FROM member_review WHERE at < $1 AND facility_id = $2 AND n = CAST($3 AS BIGINT)"],
    },
    Piece {
        record: Record::Pledges,
        // One that somebody has signed stays for as long as they do.
        due: "SELECT e.facility_id, CAST(e.n AS TEXT) FROM pledge_edition e JOIN facility f ON f.id = e.facility_id \
              WHERE f.region_id = $1 AND e.newest = 0 \
              AND EXISTS (SELECT 1 FROM pledge_edition o WHERE o.facility_id = e.facility_id AND o.n > e.n AND o.at < $2) \
              AND NOT EXISTS (SELECT 1 FROM member m WHERE m.facility_id = e.facility_id AND m.pledge_edition = e.n) \
              ORDER BY e.facility_id, e.n LIMIT $3",
        each: &["DELETE FROM pledge_edition WHERE newest = 0 AND at < $1 AND facility_id = $2 AND n = CAST($3 AS BIGINT)"],
    },
    Piece {
        record: Record::Policies,
        due: "SELECT y.facility_id, CAST(y.n AS TEXT) FROM personal_policy y JOIN facility f ON f.id = y.facility_id WHERE f.region_id = $1 \
              AND EXISTS (SELECT 1 FROM personal_policy o WHERE o.facility_id = y.facility_id AND o.n > y.n AND o.at < $2) \
              ORDER BY y.facility_id, y.n LIMIT $3",
        each: &["DELETE FROM personal_policy WHERE at < $1 AND facility_id = $2 AND n = CAST($3 AS BIGINT)"],
    },
    Piece {
        record: Record::Alerts,
        due: "SELECT CAST(a.n AS TEXT), a.kind FROM alert a JOIN facility f ON f.id = a.facility_id \
              WHERE f.region_id = $1 AND a.closed_at < $2 ORDER BY a.n, a.kind LIMIT $3",
        // It is open again as soon as the same thing happens again.
        each: &["DELETE FROM alert WHERE closed_at < $1 AND n = CAST($2 AS BIGINT) AND kind = $3"],
    },
    Piece {
        record: Record::AccountEvents,
        due: "SELECT v.id FROM account_event v JOIN person p ON p.id = v.person_id WHERE p.region_id = $1 AND v.at < $2 \
              ORDER BY v.id LIMIT $3",
        each: &["DELETE FROM account_event WHERE at < $1 AND id = $2"],
    },
];

/// One batch of each; whether there may be more.
pub(super) async fn batch(store: &Store, (region, cutoff): (RegionId, Timestamp)) -> Result<bool, Error> {
    let mut more = false;
    for piece in &PIECES {
        let due = sqlx::query(piece.due).bind(region.to_string()).bind(cutoff.seconds()).bind(BATCH).fetch_all(store.read()).await?;
        if due.is_empty() {
            continue;
        }
        let mut tx = store.begin_apart().await?;
        let mut gone = 0;
        for row in &due {
            gone += each(&mut tx, piece.each, cutoff, &keys(row)?).await?;
        }
        count(&mut tx, &region.to_string(), piece.record, gone).await?;
        tx.commit().await?;
        more |= i64::try_from(due.len()).is_ok_and(|n| n == BATCH);
    }
    Ok(more)
}

/// Every column of a row.
pub(super) fn keys(row: &AnyRow) -> Result<Vec<String>, Error> {
    (0..row.len()).map(|at| row.try_get(at)).collect()
}

/// Runs statements that take an instant and keys; how many rows the last one deleted.
pub(super) async fn each(
    tx: &mut crate::store::Tx,
    statements: &'static [&'static str],
    before: Timestamp,
    keys: &[String],
) -> Result<u64, Error> {
    let mut gone = 0;
    for sql in statements {
        let query = keys.iter().fold(sqlx::query(*sql).bind(before.seconds()), |query, key| query.bind(key.clone()));
        gone = query.execute(&mut **tx).await?.rows_affected();
    }
    Ok(gone)
}
