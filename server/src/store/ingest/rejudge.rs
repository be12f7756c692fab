//! Judging anew: what people have answered about or said to be of another sort, devices of a facility with new rules of its own, what
//! changes by time alone, and everything judged under rules no longer in force. In batches.

use std::sync::Arc;

use hashimori_shared::ids::ReportDigest;
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::decide::agent_of;
use super::unpack;
use super::writer::Writer;
use super::writes::Cause;
use crate::domain::device::DeviceN;
use crate::domain::judge::Judge;
use crate::store::{Error, Tx, rows};

/// Devices judged anew in one transaction.
const BATCH: i64 = 128;
/// Devices looked at in one step of the walk.
const WINDOW: i64 = 4_096;

/// `device_state.next_change_at` of a device about which somebody has answered: due at once, before anything that time brings.
pub(in crate::store) const DUE_BY_ANSWER: i64 = 0;
/// The same of a device that somebody says is of another sort.
pub(in crate::store) const DUE_BY_SORT: i64 = 1;

/// The same of a device whose facility's own rules have changed: due next.
pub(in crate::store) const DUE_BY_RULES: i64 = 2;

/// What one call of `Ingest::rejudge` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejudged {
    /// Devices judged anew in this batch.
    pub judged: usize,
    /// Devices still to be judged anew under the rules in force; 0 when all are.
    pub outdated: i64,
    /// Whether another batch is due at the same instant.
    pub more: bool,
}

/// A walk over all devices, by key, in search of what was judged under rules no longer in force: once for each revision of the
/// rules, so that an idle collector looks at nothing, and a new pack looks at each device once.
#[derive(Debug, Default)]
pub(super) struct Round {
    revision: String,
    /// Devices up to this one are done.
    after: i64,
    /// Devices still to be judged anew; counted when the first is met.
    outdated: Option<i64>,
    is_done: bool,
}

/// A stretch of the walk.
struct Stretch {
    due: Vec<i64>,
    /// Devices up to this one are done when those are.
    upto: i64,
    /// Whether it goes to the end.
    is_last: bool,
}

impl Writer {
    /// One batch: first what people have said of devices, then whose facility has other rules of its own, then what is due by time, then
    /// what was judged under another pack or catalogues.
    pub(super) async fn rejudge(&mut self, now: Timestamp) -> Result<Rejudged, Error> {
        let mut tx = self.open().await?;
        let judge = Arc::clone(&self.settings.judge.borrow());
        if self.round.revision != judge.revision() {
            self.round = Round { revision: judge.revision().to_owned(), ..Round::default() };
        }
        let (mut cause, mut due) = (Cause::Answer, Vec::new());
        let turns =
            [(Cause::Answer, DUE_BY_ANSWER), (Cause::Sort, DUE_BY_SORT), (Cause::Rules, DUE_BY_RULES), (Cause::Time, now.seconds())];
        for (next, by) in turns {
            if due.is_empty() {
                (cause, due) = (next, due_by(&mut tx, by).await?);
            }
        }
        let mut stretch = None;
        if due.is_empty() && !self.round.is_done {
            cause = Cause::Rules;
            let found = self.stretch(&mut tx, &*judge).await?;
            due.clone_from(&found.due);
            if !due.is_empty() && self.round.outdated.is_none() {
                self.round.outdated = Some(self.count_outdated(&*judge).await?);
            }
            stretch = Some(found);
        }
        let judged = if due.is_empty() {
            self.leave(tx).await?;
            0
        } else {
            let judged = self.judge_anew(&mut tx, &*judge, &due, (cause, now)).await?;
            tx.commit().await?;
            judged
        };
        let mut more = !due.is_empty();
        if let Some(Stretch { due, upto, is_last }) = stretch {
            let left = self.round.outdated.map(|left| (left - i64::try_from(due.len()).unwrap_or(0)).max(0));
            // Once the walk has reached its end nothing is left, whatever was counted: check-ins judge anew as well.
            self.round.outdated = if is_last { Some(0) } else { left };
            (self.round.after, self.round.is_done) = (upto, is_last);
            more |= !is_last;
        }
        Ok(Rejudged { judged, outdated: self.round.outdated.unwrap_or(0), more })
    }

    /// The next devices behind the walk that were judged under other rules, out of a window that is quickly read.
    async fn stretch(&mut self, tx: &mut Tx, judge: &dyn Judge) -> Result<Stretch, Error> {
        let window: Vec<i64> = sqlx::query_scalar("SELECT n FROM device_state WHERE n > $1 ORDER BY n LIMIT $2")
            .bind(self.round.after)
            .bind(WINDOW)
            .fetch_all(&mut **tx)
            .await?;
        let Some(&end) = window.last() else { return Ok(Stretch { due: Vec::new(), upto: self.round.after, is_last: true }) };
        let due: Vec<i64> = sqlx::query_scalar(
            "SELECT s.n FROM device_state s JOIN device d ON d.n = s.n WHERE s.n > $1 AND s.n <= $2 \
             AND s.judged_with NOT IN ($3, $4) AND d.standing IN ('pending', 'active') ORDER BY s.n LIMIT $5",
        )
        .bind(self.round.after)
        .bind(end)
        .bind(judge.revision().to_owned())
        .bind(kept(judge))
        .bind(BATCH)
        .fetch_all(&mut **tx)
        .await?;
        // A full batch may have left others in the window.
        let upto = due.last().copied().filter(|_| due.len() >= usize::try_from(BATCH).unwrap_or(0)).unwrap_or(end);
        let is_last = upto == end && window.len() < usize::try_from(WINDOW).unwrap_or(0);
        Ok(Stretch { due, upto, is_last })
    }

    /// Devices behind the walk that are still to be judged anew. Read beside the open transaction, which has changed none of them.
    async fn count_outdated(&mut self, judge: &dyn Judge) -> Result<i64, Error> {
        sqlx::query_scalar(
            "SELECT count(*) FROM device_state s JOIN device d ON d.n = s.n \
             WHERE s.n > $1 AND s.judged_with NOT IN ($2, $3) AND d.standing IN ('pending', 'active')",
        )
        .bind(self.round.after)
        .bind(judge.revision().to_owned())
        .bind(kept(judge))
        .fetch_one(self.store.read())
        .await
    }

    async fn judge_anew(&mut self, tx: &mut Tx, judge: &dyn Judge, due: &[i64], (cause, now): (Cause, Timestamp)) -> Result<usize, Error> {
        self.recall(tx, due.iter().map(|n| DeviceN(*n)).collect()).await?;
        let sql = rows::with_list(
            "SELECT s.n, r.codec, r.body, s.report_id, s.digest, s.observed_at \
             FROM device_state s JOIN report r ON r.id = s.report_id WHERE s.n IN ",
            due.len(),
        );
        let found = rows::list_query(sql, due).fetch_all(&mut **tx).await?;
        let mut desk = self.desk(tx, judge, due.iter().map(|n| DeviceN(*n)).collect()).await?;
        let mut judged = 0;
        let mut skipped: Vec<i64> = due.to_vec();
        for row in &found {
            let (n, report, about) = readable(row)?;
            let Some(known) = self.device(n) else { continue };
            let Some(report) = report.filter(|_| known.standing.is_judged()) else { continue };
            let Ok(verdict) = desk.judge_guarded(known, &report, now) else { continue };
            // A verdict that says it changes at or before now would be due for ever.
            let later = verdict.next_change_at.filter(|at| *at > now);
            let verdict = hashimori_shared::verdict::Verdict { next_change_at: later, ..verdict };
            let (report_id, digest, observed_at) = about;
            if desk.apply(known, &verdict, (report_id, digest, observed_at, agent_of(&report)), (cause, now)).is_ok() {
                judged += 1;
                skipped.retain(|d| *d != n.0);
            }
        }
        let mut writes = desk.writes;
        writes.write(tx, 0).await?;
        for n in skipped {
            // Held devices keep their verdict until a person decides; an unreadable report waits for the next one.
            sqlx::query(
                "UPDATE device_state SET next_change_at = NULL, judged_with = CASE WHEN $2 = 1 THEN $3 ELSE judged_with END WHERE n = $1",
            )
            .bind(n)
            .bind(i64::from(cause == Cause::Rules))
            .bind(kept(judge))
            .execute(&mut **tx)
            .await?;
        }
        Ok(judged)
    }
}

/// Devices whose verdict is due by then, the longest due first.
async fn due_by(tx: &mut Tx, at: i64) -> Result<Vec<i64>, Error> {
    sqlx::query_scalar("SELECT n FROM device_state WHERE next_change_at <= $1 ORDER BY next_change_at LIMIT $2")
        .bind(at)
        .bind(BATCH)
        .fetch_all(&mut **tx)
        .await
}

/// Written in place of a revision whose judgement was not possible, so that the batch goes on behind it.
fn kept(judge: &dyn Judge) -> String {
    format!("not judged under {}", judge.revision())
}

type About = (i64, Option<ReportDigest>, Timestamp);

/// A stored report; `None` in its place when it cannot be read.
fn readable(row: &AnyRow) -> Result<(DeviceN, Option<Report>, About), Error> {
    let n = DeviceN(row.try_get(0)?);
    let plain = unpack(row.try_get(1)?, row.try_get(2)?).ok();
    let report = plain.and_then(|json| serde_json::from_slice(&json).ok());
    if report.is_none() {
        tracing::error!(device = n.0, "a stored report cannot be read");
    }
    let digest = row.try_get::<Option<&[u8]>, _>(4)?.and_then(|d| <[u8; 32]>::try_from(d).ok()).map(ReportDigest::from_bytes);
    Ok((n, report, (row.try_get(3)?, digest, Timestamp::from_seconds(row.try_get(5)?))))
}
