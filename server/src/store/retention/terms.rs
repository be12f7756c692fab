//! What is of no use after a while, whatever a pack says: what worked once and works no more, and what only keeps something from being
//! done twice. Nothing of it is a record: those who used it stand in the operation log.

use hashimori_shared::time::Timestamp;

use super::BATCH;
use super::pieces::{each, keys};
use crate::pki::DRAWER_DAYS;
use crate::store::{Error, Store};

/// What goes after a while.
pub(super) struct Term {
    /// So many days after it ended.
    pub(super) days: i64,
    /// Keys of what may go: `$1` the instant, `$2` how many.
    due: &'static str,
    /// For each of them: `$1` the instant, its keys from `$2` on; the condition stands here once more.
    pub(super) each: &'static [&'static str],
}

pub(super) const TERMS: [Term; 9] = [
    Term {
        days: 0,
        due: "SELECT hash FROM session WHERE ends_at <= $1 LIMIT $2",
        each: &["DELETE FROM session WHERE ends_at <= $1 AND hash = $2"],
    },
    Term {
        days: 0,
        due: "SELECT person_id FROM delayed_reset WHERE ends_at <= $1 LIMIT $2",
        each: &["DELETE FROM delayed_reset WHERE ends_at <= $1 AND person_id = $2"],
    },
    Term {
        days: 0,
        due: "SELECT digest FROM spent_challenge WHERE ends_at <= $1 LIMIT $2",
        each: &["DELETE FROM spent_challenge WHERE ends_at <= $1 AND digest = $2"],
    },
    Term {
        // A look is noted once in ten minutes.
        days: 1,
        due: "SELECT person_id, object_id FROM log_view WHERE since < $1 ORDER BY since LIMIT $2",
        each: &["DELETE FROM log_view WHERE since < $1 AND person_id = $2 AND object_id = $3"],
    },
    Term {
        days: 90,
        due: "SELECT hash FROM invitation WHERE coalesce(used_at, expires_at) < $1 LIMIT $2",
        each: &["DELETE FROM invitation WHERE coalesce(used_at, expires_at) < $1 AND hash = $2"],
    },
    Term {
        days: 400,
        due: "SELECT id FROM enrolment_code WHERE coalesce(revoked_at, expires_at) < $1 ORDER BY id LIMIT $2",
        each: &["DELETE FROM enrolment_code WHERE coalesce(revoked_at, expires_at) < $1 AND id = $2"],
    },
    Term {
        days: 400,
        due: "SELECT id FROM api_token WHERE coalesce(revoked_at, ends_at) < $1 ORDER BY id LIMIT $2",
        each: &["DELETE FROM api_token WHERE coalesce(revoked_at, ends_at) < $1 AND id = $2"],
    },
    Term {
        // Until then it still opens renewal. The newest of a key stays: it says whose the key is.
        days: DRAWER_DAYS + 1,
        due: "SELECT c.serial FROM certificate c WHERE c.not_after < $1 AND EXISTS (SELECT 1 FROM certificate o \
              WHERE o.device_id = c.device_id AND o.key_digest = c.key_digest AND o.issued_at > c.issued_at) \
              ORDER BY c.not_after DESC LIMIT $2",
        each: &["DELETE FROM certificate WHERE not_after < $1 AND serial = $2"],
    },
    Term {
        // What is told of a paper, a notice or an exception goes with it.
        days: 400,
        due: "SELECT t.about, t.step FROM told t WHERE t.at < $1 AND NOT EXISTS (SELECT 1 FROM paper p WHERE p.id = t.about) \
              AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.id = t.about) AND NOT EXISTS (SELECT 1 FROM disaster d WHERE d.id = t.about) \
              ORDER BY t.at DESC LIMIT $2",
        each: &["DELETE FROM told WHERE at < $1 AND about = $2 AND step = $3"],
    },
];

/// One batch of everything that is of no use any more; whether there may be more.
pub async fn useless(store: &Store, now: Timestamp) -> Result<bool, Error> {
    let mut more = false;
    for term in &TERMS {
        let before = now.plus_days(-term.days);
        let due = sqlx::query(term.due).bind(before.seconds()).bind(BATCH).fetch_all(store.read()).await?;
        if due.is_empty() {
            continue;
        }
        let mut tx = store.begin_apart().await?;
        for row in &due {
            each(&mut tx, term.each, before, &keys(row)?).await?;
        }
        tx.commit().await?;
        more |= i64::try_from(due.len()).is_ok_and(|n| n == BATCH);
    }
    Ok(more)
}
