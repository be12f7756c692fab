//! The pack's file form (TOML) and its validation. Every refusal names a line and a reason.

use std::collections::BTreeSet;
use std::ops::Range;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::clause::PerOs;
use super::{Answered, Check, CheckKind, Clause, Conflict, Pack, PackError, Parameters, Remedies, Responsible, limits};
use crate::lang::Words;
use crate::time::Timestamp;
use crate::verdict::Strength;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    id: Spanned<String>,
    revision: Spanned<String>,
    title: String,
    title_en: Option<String>,
    edition: String,
    edition_en: Option<String>,
    source: String,
    source_en: Option<String>,
    effective_from: Spanned<String>,
    parameters: Spanned<Parameters>,
    clauses: Vec<Spanned<ClauseFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseFile {
    id: String,
    title: String,
    title_en: Option<String>,
    gist: String,
    gist_en: Option<String>,
    official_text: Option<String>,
    strength: Strength,
    responsible: Vec<Responsible>,
    answered: Vec<Answered>,
    out_of_scope: Option<String>,
    out_of_scope_en: Option<String>,
    conflict: Option<ConflictFile>,
    grace_until: Option<String>,
    #[serde(default)]
    checks: Vec<Spanned<CheckFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    id: String,
    title: String,
    title_en: Option<String>,
    kind: CheckKind,
    question: Option<String>,
    question_en: Option<String>,
    #[serde(default)]
    remedy: PerOs,
    remedy_en: Option<PerOs>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConflictFile {
    note: String,
    note_en: Option<String>,
    source: String,
    source_en: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// Turns byte spans into lines.
pub(super) struct Lines<'a>(pub(super) &'a str);

impl Lines<'_> {
    pub(super) fn error(&self, span: &Range<usize>, reason: impl Into<String>) -> PackError {
        let before = self.0.as_bytes().iter().take(span.start);
        PackError { line: 1 + before.filter(|&&b| b == b'\n').count(), reason: reason.into() }
    }
}

pub(super) fn parse(text: &str) -> Result<Pack, PackError> {
    let lines = Lines(text);
    let file: PackFile = toml::from_str(text).map_err(|e| lines.error(&e.span().unwrap_or(0..0), e.message()))?;
    check_slug(&lines, &file.id, "id")?;
    check_slug(&lines, &file.revision, "revision")?;
    if date(file.effective_from.get_ref()).is_none() {
        return Err(lines.error(&file.effective_from.span(), "effective_from must be a date, YYYY-MM-DD"));
    }
    limits::check(file.parameters.get_ref()).map_err(|reason| lines.error(&file.parameters.span(), reason))?;
    if file.clauses.is_empty() {
        return Err(lines.error(&(0..0), "a pack needs at least one [[clauses]]"));
    }
    let mut seen = BTreeSet::new();
    let mut clauses = Vec::with_capacity(file.clauses.len());
    for spanned in file.clauses {
        let span = spanned.span();
        let clause = clause(&lines, &span, spanned.into_inner())?;
        if !seen.insert(clause.id.clone()) {
            return Err(lines.error(&span, format!("clause {} is there twice", clause.id)));
        }
        clauses.push(clause);
    }
    Ok(Pack {
        id: file.id.into_inner(),
        revision: format!("{}-{}", file.revision.get_ref(), digest(text)),
        title: Words::new(file.title, file.title_en),
        edition: Words::new(file.edition, file.edition_en),
        source: Words::new(file.source, file.source_en),
        effective_from: file.effective_from.into_inner(),
        parameters: file.parameters.into_inner(),
        clauses: clauses.into(),
        own_rules: None,
    })
}

/// Eight hexadecimal digits that tell one text from another.
pub(super) fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..4])
}

fn check_slug(lines: &Lines<'_>, text: &Spanned<String>, what: &str) -> Result<(), PackError> {
    let ok = (1..=64).contains(&text.get_ref().len())
        && text.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    if ok { Ok(()) } else { Err(lines.error(&text.span(), format!("{what} must be 1 to 64 of a-z, 0-9, '-' and '.'"))) }
}

fn date(text: &str) -> Option<Timestamp> {
    let day: jiff::civil::Date = text.parse().ok()?;
    let jst = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(9));
    Some(Timestamp::from_seconds(day.to_zoned(jst).ok()?.timestamp().as_second()))
}

fn clause(lines: &Lines<'_>, span: &Range<usize>, file: ClauseFile) -> Result<Clause, PackError> {
    let refuse = |reason: &str| Err(lines.error(span, format!("clause {}: {reason}", file.id)));
    if file.id.is_empty() || file.id.len() > 32 || file.title.is_empty() || file.gist.is_empty() {
        return refuse("id (up to 32 bytes), title and gist must not be empty");
    }
    if file.responsible.is_empty() || file.answered.is_empty() {
        return refuse("responsible and answered must not be empty");
    }
    if file.answered.contains(&Answered::OutOfScope) && file.out_of_scope.is_none() {
        return refuse("a clause that is out of scope must say why (out_of_scope)");
    }
    if !file.checks.is_empty() && !file.answered.iter().any(|a| matches!(a, Answered::Machine | Answered::Attestation)) {
        return refuse("a clause with checks must be answered by machine or attestation");
    }
    if file.answered.contains(&Answered::Machine) && file.checks.is_empty() {
        return refuse("a clause answered by machine needs checks");
    }
    let grace_until = match &file.grace_until {
        None => None,
        Some(text) => match date(text) {
            None => return refuse("grace_until must be a date, YYYY-MM-DD"),
            at => at,
        },
    };
    let mut seen = BTreeSet::new();
    let mut checks = Vec::with_capacity(file.checks.len());
    for spanned in file.checks {
        let span = spanned.span();
        let check = spanned.into_inner();
        if check.id.is_empty() || check.title.is_empty() || !seen.insert(check.id.clone()) {
            return Err(
                lines.error(&span, format!("check {:?} of {}: id and title must be there, the id once per clause", check.id, file.id))
            );
        }
        let only_a_person = matches!(check.kind, CheckKind::Attested | CheckKind::AttestedAge);
        if only_a_person && check.question.is_none() {
            return Err(lines.error(&span, format!("check {} of {}: what only a person can answer needs a question", check.id, file.id)));
        }
        if check.question.is_some() && !file.answered.contains(&Answered::Attestation) {
            return Err(lines.error(&span, format!("check {} of {}: a question needs answered to hold \"attestation\"", check.id, file.id)));
        }
        if check.remedy_en.as_ref().is_some_and(|en| en.systems() != check.remedy.systems()) {
            return Err(lines.error(&span, format!("check {} of {}: remedy_en must name the systems that remedy names", check.id, file.id)));
        }
        let remedies = Remedies { ja: check.remedy, en: check.remedy_en.unwrap_or_default() };
        if check.question.is_none() && remedies.is_empty() {
            return Err(lines.error(&span, format!("check {} of {}: a measured check needs a remedy", check.id, file.id)));
        }
        checks.push(Check {
            id: check.id,
            title: Words::new(check.title, check.title_en),
            kind: check.kind,
            question: check.question.map(|ja| Words::new(ja, check.question_en)),
            remedies,
        });
    }
    Ok(Clause {
        id: file.id,
        title: Words::new(file.title, file.title_en),
        gist: Words::new(file.gist, file.gist_en),
        official_text: file.official_text,
        strength: file.strength,
        responsible: file.responsible,
        answered: file.answered,
        out_of_scope: file.out_of_scope.map(|ja| Words::new(ja, file.out_of_scope_en)),
        conflict: file.conflict.map(|c| Conflict {
            note: Words::new(c.note, c.note_en),
            source: Words::new(c.source, c.source_en),
            verified: c.verified,
        }),
        grace_until,
        checks,
    })
}
