//! The verdict as the device keeps it. A clause's one reason and one remedy tell of every sub-check that is open, so that agents of
//! every age show them all.

use crate::checkin::{ClauseSummary, VerdictSummary};
use crate::lang::Lang;
use crate::pack::{Clause, Pack};
use crate::verdict::{ClauseVerdict, State, SubCheck, Verdict};

impl Verdict {
    /// The summary that travels to the device, in the language of the verdict's words; titles from the pack it was made with.
    pub fn summary(&self, pack: &Pack, lang: Lang) -> VerdictSummary {
        let clauses = self.clauses.iter().map(|verdict| {
            let clause = pack.clause(&verdict.clause);
            let (reason, remedy) = told(verdict, clause, lang);
            ClauseSummary {
                clause: verdict.clause.clone(),
                title: clause.map_or_else(|| verdict.clause.clone(), |clause| clause.title.get(lang).to_owned()),
                state: verdict.state,
                evidence: verdict.evidence,
                reason,
                remedy,
            }
        });
        VerdictSummary { headline: self.headline, clauses: clauses.collect() }
    }
}

/// Reason and remedy of a clause: the decisive ones; where more than one sub-check is open, those of each, worst first.
fn told(verdict: &ClauseVerdict, clause: Option<&Clause>, lang: Lang) -> (String, Option<String>) {
    let mut open: Vec<&SubCheck> =
        verdict.checks.iter().filter(|check| !matches!(check.state, State::NotApplicable | State::Compliant)).collect();
    if open.len() < 2 {
        return (verdict.reason.clone(), verdict.remedy.clone());
    }
    open.sort_by_key(|check| std::cmp::Reverse(check.state));
    let title = |id: &str| clause.and_then(|clause| clause.checks.iter().find(|check| check.id == id)).map(|check| check.title.get(lang));
    let reasons: Vec<String> = open
        .iter()
        .map(|check| {
            let state = if check.state == verdict.state { String::new() } else { lang.bracket(check.state.label(lang)) };
            format!("{}{state}: {}", title(&check.id).unwrap_or(&check.id), check.reason)
        })
        .collect();
    let mut remedies: Vec<&str> = Vec::new();
    for remedy in open.iter().filter_map(|check| check.remedy.as_deref()) {
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    (sentences(&reasons, lang), (!remedies.is_empty()).then(|| sentences(&remedies, lang)))
}

/// One after the other, each ended.
fn sentences<S: AsRef<str>>(each: &[S], lang: Lang) -> String {
    let (stop, join) = (lang.pick("。", "."), lang.pick("。", ". "));
    each.iter().map(|one| one.as_ref().trim_end_matches(stop)).collect::<Vec<_>>().join(join)
}
