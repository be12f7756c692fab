//! The verdict as the device keeps it.

use crate::checkin::{ClauseSummary, VerdictSummary};
use crate::pack::Pack;
use crate::verdict::Verdict;

impl Verdict {
    /// The summary that travels to the device, titles from the pack the verdict was made with.
    pub fn summary(&self, pack: &Pack) -> VerdictSummary {
        let clauses = self.clauses.iter().map(|c| ClauseSummary {
            clause: c.clause.clone(),
            title: pack.clause(&c.clause).map_or_else(|| c.clause.clone(), |p| p.title.ja().to_owned()),
            state: c.state,
            evidence: c.evidence,
            reason: c.reason.clone(),
            remedy: c.remedy.clone(),
        });
        VerdictSummary { headline: self.headline, clauses: clauses.collect() }
    }
}
