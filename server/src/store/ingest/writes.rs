//! What a transaction of the writer will write, gathered first, then written with one statement per table.

use std::collections::BTreeMap;

use hashimori_shared::ids::{ReportDigest, VerdictDigest};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;

use super::codec::Packed;
use super::tail::{self, Entry};
use crate::domain::device::{DeviceN, Standing};
use crate::store::rollup::Counts;
use crate::store::{Error, Tx, alert, rows};

/// Why a report is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportKind {
    Current = 0,
    Late = 1,
    Evidence = 2,
}

#[derive(Debug)]
pub(super) struct ReportRow {
    pub(super) id: i64,
    pub(super) n: DeviceN,
    pub(super) kind: ReportKind,
    pub(super) received_at: Timestamp,
    pub(super) observed_at: Timestamp,
    pub(super) digest: ReportDigest,
    pub(super) packed: Packed,
}

#[derive(Debug)]
pub(super) struct StateRow {
    pub(super) report_id: i64,
    pub(super) digest: Option<ReportDigest>,
    pub(super) observed_at: Timestamp,
    pub(super) headline: State,
    pub(super) since: Timestamp,
    pub(super) states: String,
    pub(super) judged_with: String,
    pub(super) judged_at: Timestamp,
    pub(super) next_change_at: Option<Timestamp>,
    pub(super) verdict_digest: VerdictDigest,
    pub(super) verdict: Packed,
    pub(super) agent: String,
}

/// Why a state changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Report,
    Time,
    Rules,
    Answer,
    /// Another kind of machine, or another owner.
    Sort,
}

impl Cause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Time => "time",
            Self::Rules => "rules",
            Self::Answer => "answer",
            Self::Sort => "sort",
        }
    }
}

#[derive(Debug)]
pub(super) struct ChangeRow {
    pub(super) id: i64,
    pub(super) n: DeviceN,
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
    pub(super) headline: State,
    pub(super) changed: String,
    pub(super) judged_with: String,
    pub(super) report_id: i64,
}

/// Everything one transaction writes.
#[derive(Debug, Default)]
pub(super) struct Writes {
    pub(super) entries: Vec<Entry>,
    pub(super) reports: Vec<ReportRow>,
    pub(super) states: BTreeMap<DeviceN, StateRow>,
    pub(super) changes: Vec<ChangeRow>,
    pub(super) counts: Counts,
    pub(super) standings: BTreeMap<DeviceN, Standing>,
    pub(super) alerts: Vec<alert::Raise>,
}

impl Writes {
    /// Writes it all; the batch's keys go into tail row `tail_id`.
    pub(super) async fn write(&mut self, tx: &mut Tx, tail_id: i64) -> Result<(), Error> {
        if !self.entries.is_empty() {
            let mut body = Vec::with_capacity(self.entries.len() * 40);
            for entry in &self.entries {
                tail::put(&mut body, entry);
            }
            sqlx::query("INSERT INTO tail (id, body) VALUES ($1, $2)").bind(tail_id).bind(body).execute(&mut **tx).await?;
        }
        self.write_reports(tx).await?;
        self.write_states(tx).await?;
        self.write_changes(tx).await?;
        for (n, standing) in std::mem::take(&mut self.standings) {
            sqlx::query("UPDATE device SET standing = $1 WHERE n = $2").bind(standing.as_str()).bind(n.0).execute(&mut **tx).await?;
        }
        alert::raise(tx, &self.alerts).await?;
        self.counts.write(tx).await
    }

    async fn write_reports(&self, tx: &mut Tx) -> Result<(), Error> {
        let shape = ("INSERT INTO report (id, n, kind, received_at, observed_at, digest, codec, body)", 8, "");
        rows::insert(tx, shape, &self.reports, |query, row| {
            query
                .bind(row.id)
                .bind(row.n.0)
                .bind(row.kind as i64)
                .bind(row.received_at.seconds())
                .bind(row.observed_at.seconds())
                .bind(row.digest.as_bytes().to_vec())
                .bind(row.packed.codec)
                .bind(row.packed.bytes.clone())
        })
        .await
    }

    async fn write_states(&self, tx: &mut Tx) -> Result<(), Error> {
        let states: Vec<_> = self.states.iter().collect();
        let shape = (
            "INSERT INTO device_state (n, report_id, digest, observed_at, headline, since, states, judged_with, judged_at, \
             next_change_at, verdict_digest, codec, verdict, agent)",
            14,
            " ON CONFLICT (n) DO UPDATE SET report_id = excluded.report_id, digest = excluded.digest, \
             observed_at = excluded.observed_at, headline = excluded.headline, since = excluded.since, states = excluded.states, \
             judged_with = excluded.judged_with, judged_at = excluded.judged_at, next_change_at = excluded.next_change_at, \
             verdict_digest = excluded.verdict_digest, codec = excluded.codec, verdict = excluded.verdict, agent = excluded.agent",
        );
        rows::insert(tx, shape, &states, |query, (n, row)| {
            query
                .bind(n.0)
                .bind(row.report_id)
                .bind(row.digest.map(|d| d.as_bytes().to_vec()))
                .bind(row.observed_at.seconds())
                .bind(row.headline.code())
                .bind(row.since.seconds())
                .bind(row.states.clone())
                .bind(row.judged_with.clone())
                .bind(row.judged_at.seconds())
                .bind(row.next_change_at.map(Timestamp::seconds))
                .bind(row.verdict_digest.as_bytes().to_vec())
                .bind(row.verdict.codec)
                .bind(row.verdict.bytes.clone())
                .bind(row.agent.clone())
        })
        .await
    }

    async fn write_changes(&self, tx: &mut Tx) -> Result<(), Error> {
        let shape = ("INSERT INTO state_change (id, n, at, cause, headline, changed, judged_with, report_id)", 8, "");
        rows::insert(tx, shape, &self.changes, |query, row| {
            query
                .bind(row.id)
                .bind(row.n.0)
                .bind(row.at.seconds())
                .bind(row.cause.as_str())
                .bind(row.headline.code())
                .bind(row.changed.clone())
                .bind(row.judged_with.clone())
                .bind(row.report_id)
        })
        .await
    }
}
