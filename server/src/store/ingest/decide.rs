//! What becomes of one check-in: pure of SQL. Changes the device as known, and gathers what is to be written.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hashimori_shared::checkin::{Outcome, Standing as Told, VerdictSummary};
use hashimori_shared::evaluate::Attestation;
use hashimori_shared::ids::{ReportDigest, VerdictDigest};
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::Verdict;

use super::keys::{Mark, Relation};
use super::known::{Current, Known};
use super::tail::Entry;
use super::writes::{Cause, ChangeRow, ReportKind, ReportRow, StateRow, Writes};
use super::{Body, NewReport, Rejected, Submission, pack};
use crate::domain::device::{DeviceN, Standing};
use crate::domain::judge::{Judge, Subject};
use crate::store::alert::{Kind, Raise};
use crate::store::rollup::clause_states;

/// What to answer, once it is durable.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) outcome: Outcome,
    pub(super) told: Told,
    pub(super) pack: Arc<str>,
    pub(super) verdict: Reply,
}

/// Which verdict the answer carries.
#[derive(Debug)]
pub(super) enum Reply {
    /// None: the device holds it, may not be told, or there is none.
    Nothing,
    /// This one.
    Fresh(VerdictSummary),
    /// The stored one.
    Stored,
}

/// The writer's desk for one transaction.
pub(super) struct Desk<'a> {
    pub(super) judge: &'a dyn Judge,
    /// What people have said of the devices that may be judged in this transaction.
    pub(super) attestations: HashMap<DeviceN, Vec<Attestation>>,
    /// Reports that are stored already, of the devices of which one came under a key that was taken before.
    pub(super) stored: HashSet<(DeviceN, ReportDigest)>,
    /// Last numbers given out.
    pub(super) report_id: i64,
    pub(super) change_id: i64,
    pub(super) writes: Writes,
}

impl Desk<'_> {
    /// The last numbers given to a report and to a change of state.
    pub(super) const fn numbers(&self) -> (i64, i64) {
        (self.report_id, self.change_id)
    }

    /// Decides on one check-in of `known`. An error leaves the device as it was.
    pub(super) fn decide(&mut self, known: &mut Known, check_in: &Submission) -> Result<Decided, Rejected> {
        if known.standing.told().is_none() {
            return Err(Rejected::OutOfUse);
        }
        let mark = check_in.mark();
        let mut relation = known.keys.relation(&mark);
        if relation == Relation::Seen && self.says_something_else(known, check_in) {
            relation = Relation::Interleaved;
        }
        if relation == Relation::Interleaved && known.standing.is_judged() {
            self.stand(known, Standing::Copied);
            self.alert(known, Kind::Copied, check_in.received_at);
        } else if known.standing == Standing::Lost && relation != Relation::Seen {
            self.alert(known, Kind::LostSeen, check_in.received_at);
        }
        let mut fresh = None;
        let base = known.current.as_ref().and_then(|c| c.digest);
        let judged = known.standing.is_judged();
        let outcome = match (&check_in.body, relation) {
            (Body::Unchanged(digest), Relation::Newer) if judged && base != Some(*digest) => Outcome::FullWanted,
            (Body::Unchanged(digest), Relation::Seen) if judged && base != Some(*digest) && known.keys.is_latest(&mark) => {
                Outcome::FullWanted
            }
            (_, Relation::Seen) => Outcome::Duplicate,
            (Body::Unchanged(_), Relation::Newer | Relation::Late | Relation::Interleaved) => Outcome::Accepted,
            (Body::Report(report), _) => {
                if base != Some(report.digest) || !judged {
                    fresh = self.store_report(known, report, (relation, check_in.observed_at, check_in.received_at))?;
                }
                Outcome::Accepted
            }
        };
        if relation != Relation::Seen {
            self.take(known, check_in, &mark);
        }
        Ok(self.answer(known, outcome, check_in.have_verdict, fresh))
    }

    /// Whether a report comes under a key that was taken with other facts: two machines, or one that was put back to a snapshot.
    fn says_something_else(&self, known: &Known, check_in: &Submission) -> bool {
        let Body::Report(report) = &check_in.body else { return false };
        let base = known.current.as_ref().and_then(|c| c.digest);
        let written = self.writes.reports.iter().any(|row| row.n == known.n && row.digest == report.digest);
        base != Some(report.digest) && !written && !self.stored.contains(&(known.n, report.digest))
    }

    fn answer(&self, known: &Known, outcome: Outcome, have: Option<VerdictDigest>, fresh: Option<Verdict>) -> Decided {
        let told = known.standing.told().unwrap_or(Told::Held);
        let verdict = match &known.current {
            Some(current) if known.standing.is_judged() && have != Some(current.verdict_digest) => {
                fresh.map_or(Reply::Stored, |verdict| Reply::Fresh(self.judge.summarise(&verdict)))
            }
            _ => Reply::Nothing,
        };
        Decided { outcome, told, pack: Arc::clone(&known.pack), verdict }
    }

    fn take(&mut self, known: &mut Known, check_in: &Submission, mark: &Mark) {
        known.keys.take(mark);
        self.writes.entries.push(Entry {
            device: known.n,
            mark: *mark,
            received_at: check_in.received_at,
            skew_s: check_in.sent_at.seconds_since(check_in.received_at),
            dropped: check_in.dropped,
        });
    }

    /// Stores a report that differs from the base; judges it where that is its turn.
    fn store_report(
        &mut self,
        known: &mut Known,
        new: &NewReport,
        (relation, observed_at, received_at): (Relation, Timestamp, Timestamp),
    ) -> Result<Option<Verdict>, Rejected> {
        let kind = match relation {
            _ if !known.standing.is_judged() => ReportKind::Evidence,
            Relation::Newer => ReportKind::Current,
            Relation::Late | Relation::Interleaved | Relation::Seen => ReportKind::Late,
        };
        let digest = new.digest;
        self.report_id += 1;
        let id = self.report_id;
        let verdict = if kind == ReportKind::Current {
            // A clock ahead of the collector's must not make evidence look fresher than it can be.
            let believed = observed_at.min(received_at);
            let verdict = self.judge_guarded(known, &new.report, received_at)?;
            self.apply(known, &verdict, (id, Some(digest), believed, agent_of(&new.report)), (Cause::Report, received_at))?;
            Some(verdict)
        } else {
            None
        };
        self.writes.reports.push(ReportRow { id, n: known.n, kind, received_at, observed_at, digest, packed: new.packed.clone() });
        Ok(verdict)
    }

    /// Judges; a judge that panics fails this one check-in only.
    pub(super) fn judge_guarded(&self, known: &Known, report: &Report, now: Timestamp) -> Result<Verdict, Rejected> {
        let attestations = self.attestations.get(&known.n).map_or(&[][..], Vec::as_slice);
        let (own, ownership, class) = (known.own.as_ref(), known.ownership, known.class);
        let subject = Subject { report, attestations, pack: &known.pack, own, ownership, class };
        catch_unwind(AssertUnwindSafe(|| self.judge.judge(subject, now))).map_err(|_| {
            tracing::error!(device = known.n.0, "the judge panicked on a report");
            Rejected::Failed
        })
    }

    /// Makes `verdict` the device's present one: roll-ups, history and state row.
    pub(super) fn apply(
        &mut self,
        known: &mut Known,
        verdict: &Verdict,
        (report_id, digest, observed_at, agent): (i64, Option<ReportDigest>, Timestamp, String),
        (cause, now): (Cause, Timestamp),
    ) -> Result<(), Rejected> {
        let failed = |_| Rejected::Failed;
        let json = serde_json::to_vec(verdict).map_err(|_| Rejected::Failed)?;
        let summary = serde_json::to_vec(&self.judge.summarise(verdict)).map_err(|_| Rejected::Failed)?;
        let packed = pack(&json).map_err(failed)?;
        let states = states_of(verdict);
        let judged_with = self.judge.revision().to_owned();
        let old = known.current.take();
        let since = old.as_ref().filter(|o| o.headline == verdict.headline).map_or(now, |o| o.since);
        let was = old.as_ref().map_or("", |o| o.states.as_str());
        let moved = old.as_ref().is_none_or(|o| o.headline != verdict.headline || o.states != states);
        if moved {
            self.change_id += 1;
            self.writes.changes.push(ChangeRow {
                id: self.change_id,
                n: known.n,
                at: now,
                cause,
                headline: verdict.headline,
                changed: difference(was, &states),
                judged_with: verdict.own_rules.as_ref().map_or_else(|| judged_with.clone(), |own| format!("{judged_with} own-rules={own}")),
                report_id,
            });
        }
        let verdict_digest = VerdictDigest::of(&summary);
        let recounted = moved || old.as_ref().is_some_and(|o| o.agent != agent);
        known.current = old;
        if recounted {
            self.writes.counts.count(known.place(), -1);
        }
        known.current =
            Some(Current { digest, headline: verdict.headline, since, states: states.clone(), verdict_digest, agent: agent.clone() });
        if recounted {
            self.writes.counts.count(known.place(), 1);
        }
        self.writes.states.insert(
            known.n,
            StateRow {
                report_id,
                digest,
                observed_at,
                headline: verdict.headline,
                since,
                states,
                judged_with,
                judged_at: now,
                next_change_at: verdict.next_change_at,
                verdict_digest,
                verdict: packed,
                agent,
            },
        );
        Ok(())
    }

    fn stand(&mut self, known: &mut Known, standing: Standing) {
        self.writes.counts.count(known.place(), -1);
        known.standing = standing;
        self.writes.counts.count(known.place(), 1);
        self.writes.standings.insert(known.n, standing);
    }

    fn alert(&mut self, known: &Known, kind: Kind, at: Timestamp) {
        self.writes.alerts.push(Raise { n: known.n, kind, facility: Arc::clone(&known.facility), at });
    }
}

/// Longest version or platform kept: devices say what they like.
const LONGEST_AGENT: usize = 32;

/// `0.1.0 linux`: version and platform of the agent that made a report.
pub(super) fn agent_of(report: &Report) -> String {
    let short = |text: &str| text.split_whitespace().next().unwrap_or("-").chars().take(LONGEST_AGENT).collect::<String>();
    format!("{} {}", short(&report.agent.version), short(&report.agent.platform))
}

/// `§19-6=1 §20-1=6 …`
fn states_of(verdict: &Verdict) -> String {
    let pairs: Vec<String> = verdict.clauses.iter().map(|c| format!("{}={}", c.clause, c.state.code())).collect();
    pairs.join(" ")
}

/// `§20-3=1>6 …`: what differs, `-` where a clause was or is absent.
fn difference(was: &str, is: &str) -> String {
    let before: Vec<_> = clause_states(was).collect();
    let after: Vec<_> = clause_states(is).collect();
    let find = |list: &[(&str, i64)], clause: &str| list.iter().find(|(c, _)| *c == clause).map(|(_, s)| *s);
    let word = |state: Option<i64>| state.map_or_else(|| "-".to_owned(), |s| s.to_string());
    let gone = before.iter().filter(|(c, _)| find(&after, c).is_none());
    let pairs: Vec<String> = after
        .iter()
        .chain(gone)
        .filter(|(clause, _)| find(&before, clause) != find(&after, clause))
        .map(|(clause, _)| format!("{clause}={}>{}", word(find(&before, clause)), word(find(&after, clause))))
        .collect();
    pairs.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_names_only_the_clauses_that_changed() {
        assert_eq!(difference("§19-6=1 §20-1=6", "§19-6=1 §20-1=1 §20-3=5"), "§20-1=6>1 §20-3=->5");
        assert_eq!(difference("§19-6=1", ""), "§19-6=1>-");
    }
}
