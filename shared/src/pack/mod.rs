//! Rule packs: the clauses of a written regulation as versioned data. Knows nothing of devices or verdicts.
//! Invariant: a `Pack` exists only if it passed `Pack::parse` (or is one that did with a facility's own rules over it).

mod clause;
mod file;
mod keep;
mod limits;
mod overlay;
mod own;
mod parameters;

pub use clause::{Answered, Check, CheckKind, Clause, Conflict, Remedies, Responsible};
pub use keep::{InvalidKeep, Keep};
pub use own::{OwnParameter, OwnRules, OwnRulesError, OwnValue, Tighter};
pub use parameters::*;

use std::sync::Arc;

use crate::lang::Words;

/// The bundled pack: いつつばし連絡帳運用規程, edition of 8 February 2019.
const BUNDLED: &str = include_str!("../../packs/itsutsubashi-2019-02-08.toml");

/// A validated rule pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    id: String,
    revision: String,
    title: Words,
    edition: Words,
    source: Words,
    effective_from: String,
    parameters: Parameters,
    /// Shared by the packs of facilities that differ in parameters alone.
    clauses: Arc<[Clause]>,
    own_rules: Option<Arc<str>>,
}

/// Why a pack was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct PackError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and what is expected.
    pub reason: String,
}

impl Pack {
    /// Reads and validates a pack (TOML, as `packs/itsutsubashi-2019-02-08.toml` shows it).
    pub fn parse(text: &str) -> Result<Self, PackError> {
        file::parse(text)
    }

    /// The pack compiled into this build.
    ///
    /// # Panics
    /// Never: a test parses the bundled pack.
    pub fn bundled() -> Self {
        Self::parse(BUNDLED).expect("the bundled pack is valid")
    }

    /// Id, e.g. `itsutsubashi-2019-02-08`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Revision of the data: the file's own number and a digest of its text, so that an edited file cannot pass for another.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Title of the regulation.
    pub const fn title(&self) -> &Words {
        &self.title
    }

    /// Edition as the regulation dates itself.
    pub const fn edition(&self) -> &Words {
        &self.edition
    }

    /// Where the regulation was read.
    pub const fn source(&self) -> &Words {
        &self.source
    }

    /// First day it is in force, `YYYY-MM-DD`.
    pub fn effective_from(&self) -> &str {
        &self.effective_from
    }

    /// Name of the facility's own rules that are laid over it (§26).
    pub fn own_rules(&self) -> Option<&str> {
        self.own_rules.as_deref()
    }

    /// Lengths, days, lists.
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Every clause, in the regulation's order.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// One clause by id.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.iter().find(|c| c.id == id)
    }

    /// The same rules with the clauses in another order.
    #[cfg(test)]
    pub(crate) fn turned(&self, by: usize) -> Self {
        let mut pack = self.clone();
        let count = pack.clauses.len();
        Arc::make_mut(&mut pack.clauses).rotate_left(by % count);
        pack
    }

    /// The clauses that are answered device by device, i.e. that appear in a verdict.
    pub fn device_clauses(&self) -> impl Iterator<Item = &Clause> {
        self.clauses.iter().filter(|c| !c.checks.is_empty())
    }
}

#[cfg(test)]
mod tests;
