//! The input of an evaluation, and what every check needs of it.

use super::attestation::{Answer, Attestation, Standing};
use super::clock::Clock;
use super::gap;
use crate::catalogue::{Catalogues, edition_in};
use crate::lang::Lang;
use crate::pack::{Check, Clause, Pack, Parameters};
use crate::report::{DeviceClass, MachineFacts, OsFamily, Report};
use crate::time::Timestamp;

/// Everything a verdict follows from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The rules, facility's tightening applied.
    pub pack: &'a Pack,
    /// The catalogues.
    pub catalogues: &'a Catalogues,
    /// The device's newest report, if it has sent one.
    pub report: Option<&'a Report>,
    /// People's words about this device (those of the whole facility included), in any order.
    pub attestations: &'a [Attestation],
    /// What the ledger knows of the device.
    pub device: &'a DeviceContext,
    /// The instant of the evaluation.
    pub now: Timestamp,
}

/// What the ledger knows of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceContext {
    /// Kind of device as a person entered it; wins over what the firmware says.
    pub class: Option<DeviceClass>,
    /// Whose it is.
    pub ownership: Ownership,
    /// Whether an agent reports for it.
    pub reporting: Reporting,
}

/// Whose device it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// The facility's (事業所で管理している機器).
    #[default]
    Managed,
    /// A person's own (個人所有の機器).
    Personal,
}

/// Whether an agent reports for a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reporting {
    /// An agent is enrolled: what it does not say is not known.
    #[default]
    Agent,
    /// No agent can run on it (a phone without management): people answer.
    People,
}

pub(super) struct Context<'a> {
    pub(super) input: &'a Input<'a>,
    /// Of the words in the verdict; decides nothing.
    pub(super) lang: Lang,
    pub(super) clock: Clock,
}

impl<'a> Context<'a> {
    pub(super) const fn new(input: &'a Input<'a>, lang: Lang) -> Self {
        Self { input, lang, clock: Clock::new(input.now) }
    }

    pub(super) const fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(ja, en)
    }

    /// A day as the language writes it.
    pub(super) fn day(&self, at: Timestamp) -> String {
        at.jst_date_in(self.lang)
    }

    /// A catalogue's version as the language writes it.
    pub(super) fn edition(&self, version: &str) -> String {
        edition_in(version, self.lang)
    }

    pub(super) const fn parameters(&self) -> &'a Parameters {
        self.input.pack.parameters()
    }

    pub(super) const fn catalogues(&self) -> &'a Catalogues {
        self.input.catalogues
    }

    pub(super) fn machine(&self) -> Option<&'a MachineFacts> {
        self.input.report.map(|r| &r.machine)
    }

    /// OS family, as far as it is known.
    pub(super) fn family(&self) -> OsFamily {
        gap::machine(self, |m| m.os.as_ref()).map_or(OsFamily::Other, |(os, _)| os.family)
    }

    /// Kind of device as its firmware says.
    pub(super) fn measured_class(&self) -> Option<DeviceClass> {
        gap::machine(self, |m| m.hardware.as_ref()).ok().map(|(h, _)| h.class).filter(|c| *c != DeviceClass::Unclear)
    }

    /// How long a person's word stands on this device.
    pub(super) const fn attest_days(&self) -> u32 {
        let rules = &self.parameters().attestation;
        match self.input.device.ownership {
            Ownership::Managed => rules.days,
            Ownership::Personal => rules.personal_days,
        }
    }

    /// The attestation that counts for a check, if one stands.
    pub(super) fn attestation(&self, clause: &Clause, check: &Check) -> Standing<'a> {
        Standing::find(self, clause, check)
    }

    /// The attestation that counts, if its answer is a plain one to the check's question.
    pub(super) fn plain_answer(&self, clause: &Clause, check: &Check) -> Standing<'a> {
        match self.attestation(clause, check) {
            Standing::Valid(a) if matches!(a.answer, Answer::Until(_) | Answer::On(_)) => Standing::None,
            other => other,
        }
    }
}
