//! What is laid over a pack: a facility's own rules (§26) and the regulation's official text.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::file::{Lines, digest};
use super::limits::{self, TIGHTENABLE};
use super::{Pack, PackError, Parameters};

/// Whether the 事務局 has accepted a facility's filing (§26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filing {
    /// Not accepted, or none needed: only tighter than the region's pack.
    None,
    /// Accepted: whatever makes sense.
    Accepted,
}

type Sections = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<toml::Value>>>;

impl Pack {
    /// This pack with a facility's own parameters (TOML, the tables of `[parameters]` without that prefix, only what differs).
    /// The revision names the overlay, so that a verdict says which rules it was made with.
    pub fn with_overrides(&self, text: &str, filing: Filing) -> Result<Self, PackError> {
        let lines = Lines(text);
        let sections: Sections = toml::from_str(text).map_err(|e| lines.error(&e.span().unwrap_or(0..0), e.message()))?;
        let unserialisable = |e: toml::ser::Error| lines.error(&(0..0), e.to_string());
        let mut merged = toml::Table::try_from(&self.parameters).map_err(unserialisable)?;
        let mut last = 0..0;
        for (section, entries) in &sections {
            for (key, value) in entries {
                let (section, name) = (section.get_ref(), key.get_ref());
                let slot = merged.get_mut(section).and_then(|s| s.get_mut(name));
                let Some(slot) = slot else { return Err(lines.error(&key.span(), format!("there is no parameter {section}.{name}"))) };
                if filing == Filing::None {
                    is_tighter(section, name, slot, value.get_ref()).map_err(|reason| lines.error(&key.span(), reason))?;
                }
                *slot = value.get_ref().clone();
                last = latest(last, key.span());
            }
        }
        let parameters: Parameters = merged.try_into().map_err(|e: toml::de::Error| lines.error(&last, e.message()))?;
        limits::check(&parameters).map_err(|reason| lines.error(&last, reason))?;
        Ok(Self { parameters, revision: format!("{}+{}", self.revision, digest(text)), ..self.clone() })
    }

    /// This pack with the regulation's own text beside the gists (TOML, `"§20-1" = "…"`), loaded by an operator who holds it.
    pub fn with_official_text(&self, text: &str) -> Result<Self, PackError> {
        let lines = Lines(text);
        let texts: BTreeMap<Spanned<String>, String> =
            toml::from_str(text).map_err(|e| lines.error(&e.span().unwrap_or(0..0), e.message()))?;
        let mut pack = self.clone();
        for (id, official) in texts {
            let clause = pack.clauses.iter_mut().find(|c| c.id == *id.get_ref());
            let Some(clause) = clause else { return Err(lines.error(&id.span(), format!("there is no clause {}", id.get_ref()))) };
            clause.official_text = Some(official);
        }
        Ok(pack)
    }
}

fn is_tighter(section: &str, name: &str, old: &toml::Value, new: &toml::Value) -> Result<(), String> {
    let rule = TIGHTENABLE.iter().find(|(s, n, _)| *s == section && *n == name);
    let Some((_, _, tighter)) = rule else { return Err(format!("{section}.{name} is not a facility's to change without the 事務局")) };
    if tighter.holds(old, new) { Ok(()) } else { Err(format!("{section}.{name} is {old} in the region's pack; {}", tighter.words())) }
}

fn latest(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    if b.start >= a.start { b } else { a }
}
