//! Facts, rules and people's words in; a verdict out. Total, pure, deterministic.
//!
//! Invariants kept here:
//! - *Cannot tell* is never a pass: every path to 適合 or 該当なし starts from a value that was read or an attestation that stands.
//! - A person's word may stand in only where the machine by its nature cannot answer (`gap::is_structural`),
//!   so that taking an answer away (rights, a timeout, an older agent) never lets a declaration take its place.
//! - Time enters only through `clock::Clock`, which notes each boundary it was asked about: that is `next_change_at`.
//!   Reasons hold dates, never ages, so between two boundaries the verdict is the same to the byte.
//! - `observed_at` of the whole report is not an input: heartbeats move it without changing a fact. Custody (§20-7, §20-8),
//!   silence of the whole device and the disaster exception are overlays, not here.

mod accounts;
mod attestation;
mod checks;
mod clock;
mod context;
mod gap;
mod outcome;
mod summary;

pub use attestation::{Answer, Attestation, AttestedBy};
pub use context::{DeviceContext, Input, Ownership, Reporting};

use context::Context;
use outcome::Outcome;

use crate::lang::Lang;
use crate::pack::Clause;
use crate::verdict::{ClauseVerdict, Evidence, State, SubCheck, Verdict};

/// Edition of this evaluation and of its words. With another one every device is judged again, so that stored reasons are the ones
/// that this build gives and what a device was told is known by its digest.
pub const EDITION: u32 = 2;

/// The verdict on one device, in Japanese: as it is stored, and as devices get it.
pub fn evaluate(input: &Input<'_>) -> Verdict {
    evaluate_in(input, Lang::Japanese)
}

/// The verdict with its reasons and remedies in a language; everything else is the same in each.
pub fn evaluate_in(input: &Input<'_>, lang: Lang) -> Verdict {
    let cx = Context::new(input, lang);
    let clauses: Vec<_> = input.pack.device_clauses().map(|clause| judge(&cx, clause)).collect();
    Verdict {
        pack: input.pack.id().to_owned(),
        pack_revision: input.pack.revision().to_owned(),
        own_rules: input.pack.own_rules().map(str::to_owned),
        catalogues: input.catalogues.version().to_owned(),
        headline: headline(&clauses),
        clauses,
        next_change_at: cx.clock.next_change_at(),
    }
}

/// Worst of the binding clauses; what is not binding lowers it to 推奨未達 at most, also when it cannot be told
/// (otherwise losing sight of a missed recommendation would turn the headline green).
fn headline(clauses: &[ClauseVerdict]) -> State {
    let weight = |c: &ClauseVerdict| if c.strength.is_binding() { c.state } else { c.state.min(State::RecommendationUnmet) };
    clauses.iter().map(weight).max().unwrap_or(State::Unknown)
}

fn judge(cx: &Context<'_>, clause: &Clause) -> ClauseVerdict {
    let in_grace = clause.grace_until.is_some_and(|until| !cx.clock.reached(until));
    let mut parts = Vec::with_capacity(clause.checks.len());
    for check in &clause.checks {
        let mut outcome = checks::judge(cx, clause, check);
        if outcome.state == State::NonCompliant && (in_grace || !clause.strength.is_binding()) {
            outcome.state = State::RecommendationUnmet;
        }
        parts.push(sub_check(cx, check, outcome));
    }
    let state = parts.iter().map(|p| p.state).max().unwrap_or(State::Unknown);
    let evidence = parts.iter().filter(|p| p.state == state).filter_map(|p| p.evidence).min();
    let decisive = parts.iter().find(|p| p.state == state);
    ClauseVerdict {
        clause: clause.id.clone(),
        strength: clause.strength,
        state,
        evidence,
        reason: decisive.map(|p| p.reason.clone()).unwrap_or_default(),
        remedy: decisive.and_then(|p| p.remedy.clone()),
        checks: parts,
    }
}

fn sub_check(cx: &Context<'_>, check: &crate::pack::Check, outcome: Outcome) -> SubCheck {
    let remedy = match outcome.state {
        State::NotApplicable | State::Compliant => None,
        State::RecommendationUnmet | State::AwaitingDeclaration | State::Stale | State::Unknown | State::NonCompliant => {
            outcome.remedy.or_else(|| check.remedies.for_os(cx.family(), cx.lang))
        }
    };
    SubCheck {
        id: check.id.clone(),
        state: outcome.state,
        evidence: outcome.evidence.filter(|_| outcome.state != State::Unknown && outcome.state != State::AwaitingDeclaration),
        reason: outcome.reason.into_owned(),
        remedy: remedy.map(str::to_owned),
    }
}

/// Measured evidence, by name, for the checks.
const MEASURED: Option<Evidence> = Some(Evidence::Measured);

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
