//! Who judges reports: the seam between the store's writer and the rules. The writer knows neither packs nor catalogues.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::checkin::VerdictSummary;
use hashimori_shared::evaluate::{Attestation, DeviceContext, EDITION, Input, Reporting, evaluate_in};
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::{OwnParameter, OwnRules, Pack};
use hashimori_shared::report::{DeviceClass, Report};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{State, Verdict};

use super::device::Ownership;

/// A facility's own rules (§26) in force, as they are stored. What was filed under an id never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Id of the filing.
    pub filing: Arc<str>,
    /// Of what it loosens the 事務局 has accepted this.
    pub accepted: Arc<[OwnParameter]>,
    /// `OwnRules::to_text`.
    pub text: Arc<str>,
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The facts.
    pub report: &'a Report,
    /// What people have said of the device.
    pub attestations: &'a [Attestation],
    /// Pack of the device's region.
    pub pack: &'a str,
    /// What the device's facility lays down for itself, if anything.
    pub own: Option<&'a Own>,
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
    /// Packs with facilities' own rules over them, by the filing: the clauses are shared, so each is small.
    laid: Mutex<HashMap<Arc<str>, Arc<Pack>>>,
}

/// Packs with own rules kept at hand; with more facilities than that they are laid anew from time to time.
const LAID: usize = 4_096;

impl Rules {
    /// Rules of these packs and catalogues.
    pub fn new(packs: impl IntoIterator<Item = Pack>, catalogues: Catalogues) -> Self {
        let packs: BTreeMap<String, Pack> = packs.into_iter().map(|p| (p.id().to_owned(), p)).collect();
        let named: Vec<String> = packs.values().map(|p| format!("{}@{}", p.id(), p.revision())).collect();
        let revision = format!("{} {} evaluation {EDITION}", named.join(" "), catalogues.version());
        Self { packs, catalogues, revision, laid: Mutex::default() }
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

    /// The pack with this id, a facility's own rules laid over it; `None`: there is no such pack, or they cannot be read.
    pub fn pack_with(&self, id: &str, own: &Own) -> Option<Arc<Pack>> {
        let pack = self.packs.get(id)?;
        let mut laid = self.laid.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = laid.get(&own.filing).filter(|found| found.id() == id) {
            return Some(Arc::clone(found));
        }
        let made = Arc::new(pack.with_own_rules(&own.filing, &OwnRules::from_text(&own.text)?, &own.accepted));
        if laid.len() >= LAID {
            laid.clear();
        }
        laid.insert(Arc::clone(&own.filing), Arc::clone(&made));
        Some(made)
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
        self.summarise_in(verdict, Lang::Japanese)
    }
}

impl Rules {
    /// The verdict as the device keeps it, its words being in a language.
    pub fn summarise_in(&self, verdict: &Verdict, lang: Lang) -> VerdictSummary {
        match self.packs.get(&verdict.pack) {
            Some(pack) => verdict.summary(pack, lang),
            None => VerdictSummary { headline: verdict.headline, clauses: Vec::new() },
        }
    }

    /// The verdict at `now`, its words in a language; stored are only Japanese ones.
    pub fn judge_in(&self, subject: Subject<'_>, now: Timestamp, lang: Lang) -> Verdict {
        let laid = subject.own.map(|own| self.pack_with(subject.pack, own));
        let pack = match &laid {
            None => self.packs.get(subject.pack),
            Some(laid) => laid.as_deref(),
        };
        let Some(pack) = pack else {
            // A region whose pack is not loaded, or own rules that cannot be read: nothing can be told, so nothing passes.
            return Verdict {
                pack: subject.pack.to_owned(),
                pack_revision: String::new(),
                own_rules: subject.own.map(|own| own.filing.as_ref().to_owned()),
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
        let subject = Subject {
            report: &report,
            attestations: &[],
            pack: "elsewhere",
            own: None,
            ownership: Ownership::Managed,
            class: DeviceClass::Unclear,
        };
        assert_eq!(rules.judge(subject, Timestamp::from_seconds(0)).headline, State::Unknown);
    }

    #[test]
    fn a_facilitys_devices_are_judged_by_its_own_rules_and_by_none_that_cannot_be_read() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let rules = Rules::new([Pack::bundled()], Catalogues::bundled());
        let (report, bundled) = (hashimori_shared::report::sample::good_debian(now), Pack::bundled());
        let own = |filing: &str, text: &str| Own { filing: filing.into(), accepted: Arc::from([]), text: text.into() };
        let judge = |own: Option<&Own>| {
            let (ownership, class) = (Ownership::Managed, DeviceClass::Laptop);
            rules.judge(Subject { report: &report, attestations: &[], pack: bundled.id(), own, ownership, class }, now)
        };
        let lock = |verdict: &Verdict| verdict.clauses.iter().find(|c| c.clause == "§19-6").map(|c| (c.state, c.reason.clone()));
        let before = judge(None);
        assert_eq!(before.own_rules, None);
        assert_eq!(lock(&before).expect("the clause").0, State::Compliant);
        let tight = own("filing", "screen_lock.max_s = 45\n");
        for _ in 0..2 {
            let after = judge(Some(&tight));
            let (state, reason) = lock(&after).expect("the clause");
            assert!(state > State::Compliant && reason.contains("45秒"), "{state:?} {reason}");
            assert_eq!(after.own_rules.as_deref(), Some("filing"));
            assert!(after.pack_revision.starts_with(&format!("{}+", before.pack_revision)));
        }
        let unreadable = judge(Some(&own("other", "screen_lock.max_s = soon\n")));
        assert_eq!((unreadable.headline, unreadable.clauses.len()), (State::Unknown, 0));
        assert_eq!(judge(None), before, "other facilities are judged as before");
    }
}
