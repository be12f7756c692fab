//! 注意・指導 (§10): the 事務局 names the clause and what it found, the facility says until a day what it did, the 事務局 sees that it
//! is right, sends it back, or takes it to the council. Nothing closes it but an answer that was accepted, or the 事務局 taking it back.

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, State};

pub(super) const CLAUSES: &[&str] = &["§10"];

/// Longest time for an answer, in days.
pub(super) const MOST_DAYS: u32 = 183;

const GRADES: &[(&str, &str)] = &[("caution", "paper-grade-caution"), ("instruction", "paper-grade-instruction")];

pub(super) const FIELDS: &[Field] = &[
    Field { name: "grade", label: "paper-grade", about: "paper-grade-about", input: Input::Choice(GRADES), required: true },
    Field { name: "clause", label: "paper-clause", about: "paper-clause-about", input: Input::Clause, required: true },
    Field { name: "found", label: "paper-guidance-found", about: "paper-guidance-found-about", input: Input::Text, required: true },
    Field { name: "wanted", label: "paper-wanted", about: "paper-wanted-about", input: Input::Text, required: true },
];

/// Name of the field that says what was done.
pub(super) const ANSWER: &str = "answer";

/// What the facility fills in.
pub(super) const ANSWERING: &[Field] =
    &[Field { name: ANSWER, label: "paper-answer", about: "paper-answer-about", input: Input::Text, required: true }];

pub(super) const STEPS: &[Step] = &[
    step(Act::Answer, &[State::Issued, State::Escalated], State::Answered, Hands::Facility, &[Need::Fields(ANSWERING), Need::OnPaper]),
    step(Act::Accept, &[State::Answered], State::Closed, Hands::Secretariat, &[Need::Note]),
    step(Act::SendBack, &[State::Answered], State::Issued, Hands::Secretariat, &[Need::Later, Need::Why]),
    step(Act::Escalate, &[State::Issued, State::Answered], State::Escalated, Hands::Secretariat, &[Need::Why]),
    step(Act::Withdraw, &[State::Issued, State::Answered, State::Escalated], State::Withdrawn, Hands::Secretariat, &[Need::Why]),
];

pub(super) const SEALS: &[(&str, &[Act])] = &[
    ("paper-seal-issued", &[Act::File]),
    ("paper-seal-answered", &[Act::Answer]),
    ("paper-seal-accepted", &[Act::Accept]),
    ("paper-seal-council", &[Act::Escalate]),
];
