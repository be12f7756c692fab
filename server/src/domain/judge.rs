//! Who judges reports: the seam between the store's writer and the rules. The writer knows neither packs nor catalogues.

use std::collections::BTreeMap;

use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::checkin::VerdictSummary;
use hashimori_shared::evaluate::{Attestation, DeviceContext, Input, Reporting, evaluate_in};
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{DeviceClass, Report};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{State, Verdict};

use super::device::Ownership;

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The facts.
    pub report: &'a Report,
    /// What people have said of the device.
    pub attestations: &'a [Attestation],
    /// Pack of the device's region.
    pub pack: &'a str,
    /// Whose device it is.
    pub ownership: Ownership,
    /// What kind of machine the ledger says it is; `Unclear`: the firmware is asked.
    pub class: DeviceClass,
}

/// Judges reports. Total and pure: the same subject and instant give the same verdict.
pub trait Judge: Send + Sync + 'static {
    /// Names the packs and catalogues in force; a verdict made under another revision is due again.
    fn revision(&self) -> &str;

    /// The verdict at `now`.
    fn judge(&self, subject: Subject<'_>, now: Timestamp) -> Verdict;

    /// The verdict as the device keeps it.
    fn summarise(&self, verdict: &Verdict) -> VerdictSummary;
}

/// The rules: the packs in force by id (of two with one id the later counts), and the catalogues.
#[derive(Debug)]
pub struct Rules {
    packs: BTreeMap<String, Pack>,
    catalogues: Catalogues,
    revision: String,
}

impl Rules {
    /// Rules of these packs and catalogues.
    pub fn new(packs: impl IntoIterator<Item = Pack>, catalogues: Catalogues) -> Self {
        let packs: BTreeMap<String, Pack> = packs.into_iter().map(|p| (p.id().to_owned(), p)).collect();
        let named: Vec<String> = packs.values().map(|p| format!("{}@{}", p.id(), p.revision())).collect();
        let revision = format!("{} {}", named.join(" "), catalogues.version());
        Self { packs, catalogues, revision }
    }

    /// Every pack, by id.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.values()
    }

    /// The catalogues.
    pub const fn catalogues(&self) -> &Catalogues {
        &self.catalogues
    }

    /// The pack with this id.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.get(id)
    }
}

impl Judge for Rules {
    fn revision(&self) -> &str {
        &self.revision
    }

    fn judge(&self, subject: Subject<'_>, now: Timestamp) -> Verdict {
        self.judge_in(subject, now, Lang::Japanese)
    }

    fn summarise(&self, verdict: &Verdict) -> VerdictSummary {
        match self.packs.get(&verdict.pack) {
            Some(pack) => verdict.summary(pack),
            None => VerdictSummary { headline: verdict.headline, clauses: Vec::new() },
        }
    }
}

impl Rules {
    /// The verdict at `now`, its words in a language; stored and sent are only Japanese ones.
    pub fn judge_in(&self, subject: Subject<'_>, now: Timestamp, lang: Lang) -> Verdict {
        let Some(pack) = self.packs.get(subject.pack) else {
            // A region whose pack is not loaded: nothing can be told, so nothing passes.
            return Verdict {
                pack: subject.pack.to_owned(),
                pack_revision: String::new(),
                catalogues: self.catalogues.version().to_owned(),
                headline: State::Unknown,
                clauses: Vec::new(),
                next_change_at: None,
            };
        };
        let device = DeviceContext {
            class: (subject.class != DeviceClass::Unclear).then_some(subject.class),
            ownership: subject.ownership.into(),
            reporting: Reporting::Agent,
        };
        let Subject { report, attestations, .. } = subject;
        let input = Input { pack, catalogues: &self.catalogues, report: Some(report), attestations, device: &device, now };
        evaluate_in(&input, lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_whose_pack_is_not_loaded_passes_nothing() {
        let rules = Rules::new([], Catalogues::bundled());
        let report: Report =
            serde_json::from_str(r#"{"v":1,"agent":{"version":"0.1.0","platform":"linux","privileged":true},"machine":{},"accounts":[]}"#)
                .expect("a report");
        let subject =
            Subject { report: &report, attestations: &[], pack: "elsewhere", ownership: Ownership::Managed, class: DeviceClass::Unclear };
        assert_eq!(rules.judge(subject, Timestamp::from_seconds(0)).headline, State::Unknown);
    }
}
