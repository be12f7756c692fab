//! The words that the document lists, each taken from where it is defined.

use hashimori_shared::verdict::{State, Strength};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use crate::domain::device::{ClassWord, Ownership, Standing};
use crate::domain::disaster::Phase;
use crate::domain::paper;
use crate::domain::reading::Reading;
use crate::domain::token::Grant;

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

fn one_or_none<'a>(words: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    let values = words.map(serde_json::Value::from).chain([serde_json::Value::Null]);
    let kinds = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(kinds).enum_values(Some(values)).into()
}

pub(super) fn readings() -> RefOr<Schema> {
    one_of(Reading::ALL.iter().map(|reading| reading.as_str()))
}

pub(super) fn reading_or_none() -> RefOr<Schema> {
    one_or_none(Reading::ALL.iter().map(|reading| reading.as_str()))
}

pub(super) fn states() -> RefOr<Schema> {
    one_of(State::ALL.iter().map(|state| Reading::from(*state).as_str()))
}

pub(super) fn strength_or_none() -> RefOr<Schema> {
    const ALL: [Strength; 8] = [
        Strength::Must,
        Strength::Prohibited,
        Strength::Recommended,
        Strength::Effort,
        Strength::Consider,
        Strength::Authority,
        Strength::Exception,
        Strength::Definition,
    ];
    one_or_none(ALL.into_iter().map(strength))
}

pub(super) const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Must => "must",
        Strength::Prohibited => "prohibited",
        Strength::Recommended => "recommended",
        Strength::Effort => "effort",
        Strength::Consider => "consider",
        Strength::Authority => "authority",
        Strength::Exception => "exception",
        Strength::Definition => "definition",
    }
}

pub(super) fn standings() -> RefOr<Schema> {
    one_of(Standing::ALL.iter().map(|standing| standing.as_str()))
}

pub(super) fn ownerships() -> RefOr<Schema> {
    one_of(Ownership::ALL.iter().map(|whose| whose.as_str()))
}

pub(super) fn class_or_none() -> RefOr<Schema> {
    one_or_none(ClassWord::ALL.iter().map(|class| class.as_str()))
}

pub(super) fn kinds() -> RefOr<Schema> {
    one_of(paper::Kind::ALL.iter().map(|kind| kind.as_str()))
}

pub(super) fn paper_states() -> RefOr<Schema> {
    one_of(paper::State::ALL.iter().map(|state| state.as_str()))
}

pub(super) fn reports() -> RefOr<Schema> {
    one_of([paper::Act::ReportFirst, paper::Act::ReportFull].iter().map(|report| report.as_str()))
}

pub(super) fn phases() -> RefOr<Schema> {
    one_of(Phase::ALL.iter().map(|phase| phase.as_str()))
}

pub(super) fn grants() -> RefOr<Schema> {
    one_of(Grant::ALL.iter().map(|grant| grant.as_str()))
}
