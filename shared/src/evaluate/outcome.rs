//! What one check comes to, before it is put into words of the pack.

use std::borrow::Cow;

use crate::verdict::{Evidence, State};

pub(super) struct Outcome {
    pub(super) state: State,
    pub(super) evidence: Option<Evidence>,
    /// Japanese, with the numbers that decided.
    pub(super) reason: Cow<'static, str>,
    /// In place of the pack's remedy, where the obstacle asks for something else.
    pub(super) remedy: Option<&'static str>,
}

impl Outcome {
    pub(super) fn new(state: State, evidence: Option<Evidence>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { state, evidence, reason: reason.into(), remedy: None }
    }

    pub(super) fn measured(state: State, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(state, super::MEASURED, reason)
    }
}
