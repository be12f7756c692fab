//! The regulation's official text, laid over a pack by an operator who holds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;

use super::file::Lines;
use super::{Pack, PackError};

impl Pack {
    /// This pack with the regulation's own text beside the gists (TOML, `"§20-1" = "…"`), loaded by an operator who holds it.
    pub fn with_official_text(&self, text: &str) -> Result<Self, PackError> {
        let lines = Lines(text);
        let texts: BTreeMap<Spanned<String>, String> =
            toml::from_str(text).map_err(|e| lines.error(&e.span().unwrap_or(0..0), e.message()))?;
        let mut pack = self.clone();
        for (id, official) in texts {
            let clause = Arc::make_mut(&mut pack.clauses).iter_mut().find(|c| c.id == *id.get_ref());
            let Some(clause) = clause else { return Err(lines.error(&id.span(), format!("there is no clause {}", id.get_ref()))) };
            clause.official_text = Some(official);
        }
        Ok(pack)
    }
}
