//! What verdicts say about the sample devices, clause by clause.

use super::*;
use crate::catalogue::Catalogues;
use crate::pack::Pack;
use crate::report::{Report, sample};
use crate::time::Timestamp;

/// 2026-11-22 12:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_795_316_400);

fn verdict_of(report: Option<&Report>, attestations: &[Attestation]) -> Verdict {
    let (pack, catalogues, device) = (Pack::bundled(), Catalogues::bundled(), DeviceContext::default());
    evaluate(&Input { pack: &pack, catalogues: &catalogues, report, attestations, device: &device, now: NOW })
}

#[test]
fn a_device_that_has_not_reported_passes_nothing_that_a_machine_answers() {
    let verdict = verdict_of(None, &[]);
    assert_eq!(verdict.headline, State::Unknown);
    for c in &verdict.clauses {
        assert_ne!(c.state, State::Compliant, "{}", c.clause);
    }
}

#[test]
fn a_well_kept_pc_waits_only_for_what_people_answer() {
    let report = sample::good_debian(NOW);
    let verdict = verdict_of(Some(&report), &[]);
    assert_eq!(verdict.headline, State::AwaitingDeclaration);
    for check in verdict.clauses.iter().flat_map(|c| &c.checks) {
        assert!(check.state <= State::Compliant || check.state == State::AwaitingDeclaration, "{}: {}", check.id, check.reason);
    }
}
