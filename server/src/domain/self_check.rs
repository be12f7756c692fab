//! 自己点検: the questions a pack asks of people, the answers each allows, and what was typed as answers.
//! Knows neither SQL nor HTTP. What an answer is worth is the evaluation's to say.

use hashimori_shared::evaluate::{Answer, Attestation, AttestedBy};
use hashimori_shared::lang::Words;
use hashimori_shared::pack::{AttestationRules, CheckKind, Pack};
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::day::day_start;
use crate::words::Text;

/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 500;

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One of these.
    Choice(&'static [Choice]),
    /// The day it was last done.
    Day,
    /// One of these, or held back until a day at most so many days ahead (§20-5).
    Held(&'static [Choice], u32),
}

/// One answer offered: word in the form, words on screen, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Value in the form.
    pub value: &'static str,
    /// Key of the words on screen.
    pub label: &'static str,
    /// `None`: held back until the day in the field beside it.
    answer: Option<Answer>,
}

/// Ending of the name of the field that says until when something is held back.
pub const UNTIL: &str = ".until";

const YES: Choice = Choice { value: "yes", label: "choice-yes", answer: Some(Answer::Yes) };
const NO: Choice = Choice { value: "no", label: "choice-no", answer: Some(Answer::No) };
const NO_LINE: Choice = Choice { value: "not-applicable", label: "choice-no-line", answer: Some(Answer::NotApplicable) };
/// §20-5: an update that something else cannot do with yet.
const HELD: &[Choice] = &[YES, NO, Choice { value: "hold", label: "choice-hold", answer: None }];
/// §20-1: what is desirable, what is not mixed, what a device that can do no better is allowed, and less.
const LENGTH: &[Choice] = &[
    Choice { value: "yes", label: "choice-length-yes", answer: Some(Answer::Yes) },
    Choice { value: "partly", label: "choice-length-partly", answer: Some(Answer::Partly) },
    Choice { value: "limited", label: "choice-length-limited", answer: Some(Answer::Limited) },
    NO,
];

/// A question to people about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Clause id.
    pub clause: String,
    /// Clause title.
    pub title: Words,
    /// Check id within the clause.
    pub check: String,
    /// The question.
    pub text: Words,
    /// How it is answered.
    pub form: Form,
    /// Asked only where the device itself cannot tell; where it can, its own answer stands.
    pub beside_the_device: bool,
    /// Only an administrator's word is heard: bought support, holds, software with other uses.
    by_administrator: bool,
    /// A yes rests on something to be written down: the contract for extended support (§20-5).
    yes_needs_note: bool,
}

impl Question {
    /// Name of its field in a form.
    pub fn field(&self) -> String {
        format!("{}.{}", self.clause, self.check)
    }
}

/// Every question of a pack, in the order of its clauses: first what only people can answer, then what devices mostly answer themselves.
pub fn questions(pack: &Pack) -> Vec<Question> {
    let mut asked: Vec<Question> = pack
        .device_clauses()
        .flat_map(|clause| clause.checks.iter().map(move |check| (clause, check)))
        .filter_map(|(clause, check)| {
            let form = match check.kind {
                CheckKind::AttestedAge | CheckKind::PasswordAge => Form::Day,
                CheckKind::OsUpdated | CheckKind::OsPending | CheckKind::BrowserUpdated => {
                    Form::Held(HELD, pack.parameters().update.hold_max_days)
                }
                CheckKind::PasswordLength => Form::Choice(LENGTH),
                CheckKind::LineSuspension => Form::Choice(&[YES, NO, NO_LINE]),
                _ => Form::Choice(&[YES, NO]),
            };
            Some(Question {
                clause: clause.id.clone(),
                title: clause.title.clone(),
                check: check.id.clone(),
                text: check.question.clone()?,
                form,
                beside_the_device: check.kind.is_measured(),
                by_administrator: matches!(check.kind, CheckKind::OsSupport | CheckKind::ForbiddenSoftware),
                yes_needs_note: check.kind == CheckKind::OsSupport,
            })
        })
        .collect();
    asked.sort_by_key(|question| question.beside_the_device);
    asked
}

/// One answer as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    clause: String,
    check: String,
    answer: Answer,
}

impl Answered {
    /// Clause id.
    pub fn clause(&self) -> &str {
        &self.clause
    }

    /// Check id within the clause.
    pub fn check(&self) -> &str {
        &self.check
    }

    /// The answer as people read it.
    pub fn text(&self) -> Text {
        match self.answer {
            Answer::Yes => Text::new("choice-yes"),
            Answer::Limited => Text::new("evidence-answer-limited"),
            Answer::Partly => Text::new("evidence-answer-partly"),
            Answer::No => Text::new("choice-no"),
            Answer::NotApplicable => Text::new("evidence-answer-not-applicable"),
            Answer::Until(until) => Text::new("evidence-answer-until").with("day", Text::Day(until)),
            Answer::On(on) => Text::new("evidence-answer-on").with("day", Text::Day(on)),
        }
    }
}

/// Who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// 管理者確認: a named administrator looked at the devices.
    Administrator,
    /// 本人申告: those who use them said so.
    Person,
}

impl Grade {
    /// The word in the store and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Person => "person",
        }
    }

    /// Key of the word on screen.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Administrator => "grade-administrator",
            Self::Person => "grade-person",
        }
    }

    /// The grade a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Administrator, Self::Person].into_iter().find(|grade| grade.as_str() == word)
    }
}

/// Answers given in one act, ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfCheck {
    /// Who looked.
    pub grade: Grade,
    /// Reasons.
    pub note: String,
    /// At least one.
    pub answers: Vec<Answered>,
}

/// What was typed cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// No question was answered.
    NoAnswer,
    /// It is not said who looked.
    NoGrade,
    /// A day that is none, or lies ahead; holds the clause and the field.
    Day(String, String),
    /// An answer that the question does not offer; holds the clause and the field.
    Choice(String, String),
    /// A day until which something is held back that is none, is past or lies too far ahead; holds the clause, the field and the most
    /// days.
    Until(String, String, u32),
    /// What only an administrator who looked can answer; holds the clause.
    ByAdministrator(String),
    /// 設定不可能 (§20-1), a hold and extended support (§20-5) need their reason on record.
    NoReason,
    /// The note is longer than `LONGEST_NOTE`.
    LongNote,
}

impl Invalid {
    /// What to do, for the person.
    pub fn text(&self) -> Text {
        match self {
            Self::NoAnswer => Text::new("self-check-nothing-answered"),
            Self::NoGrade => Text::of_field("self-check-no-grade", "grade"),
            Self::Day(clause, field) => Text::new("self-check-bad-day").with("clause", clause).about_field(field.clone()),
            Self::Choice(clause, field) => Text::new("self-check-bad-choice").with("clause", clause).about_field(field.clone()),
            Self::Until(clause, field, days) => {
                Text::new("self-check-bad-until").with("clause", clause).with("n", *days).about_field(field.clone())
            }
            Self::ByAdministrator(clause) => Text::of_field("self-check-by-administrator-only", "grade").with("clause", clause),
            Self::NoReason => Text::of_field("self-check-no-reason", "note"),
            Self::LongNote => Text::of_field("self-check-long-note", "note").with("n", LONGEST_NOTE),
        }
    }
}

impl SelfCheck {
    /// Whether it says 設定不可能 of its devices.
    pub fn says_cannot_set(&self) -> bool {
        self.answers.iter().any(|answered| answered.answer == Answer::Limited)
    }

    /// From what was typed: `value_of` gives a field's text.
    pub fn read<'a>(questions: &[Question], now: Timestamp, value_of: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Invalid> {
        let (mut answers, mut needs_note, mut by_administrator) = (Vec::new(), false, None);
        for question in questions {
            let field = question.field();
            let Some(typed) = value_of(&field).map(str::trim).filter(|text| !text.is_empty()) else { continue };
            let answer = match question.form {
                Form::Day => Answer::On(day(typed, now).ok_or_else(|| Invalid::Day(question.clause.clone(), field.clone()))?),
                Form::Choice(choices) | Form::Held(choices, _) => {
                    let chosen = choices.iter().find(|choice| choice.value == typed);
                    match (chosen.ok_or_else(|| Invalid::Choice(question.clause.clone(), field.clone()))?.answer, question.form) {
                        (Some(answer), _) => answer,
                        (None, Form::Held(_, days)) => {
                            let field = format!("{field}{UNTIL}");
                            let until = until(value_of(&field).unwrap_or_default(), now, days);
                            Answer::Until(until.ok_or_else(|| Invalid::Until(question.clause.clone(), field, days))?)
                        }
                        (None, Form::Choice(_) | Form::Day) => return Err(Invalid::Choice(question.clause.clone(), field)),
                    }
                }
            };
            let held = matches!(answer, Answer::Until(_));
            needs_note |= held || answer == Answer::Limited || (answer == Answer::Yes && question.yes_needs_note);
            if held || question.by_administrator {
                by_administrator = Some(&question.clause);
            }
            answers.push(Answered { clause: question.clause.clone(), check: question.check.clone(), answer });
        }
        let note = value_of("note").unwrap_or_default().trim().to_owned();
        let grade = value_of("grade").and_then(Grade::from_word).ok_or(Invalid::NoGrade)?;
        if answers.is_empty() {
            Err(Invalid::NoAnswer)
        } else if let (Grade::Person, Some(clause)) = (grade, by_administrator) {
            Err(Invalid::ByAdministrator(clause.clone()))
        } else if note.is_empty() && needs_note {
            Err(Invalid::NoReason)
        } else if note.chars().count() > LONGEST_NOTE {
            Err(Invalid::LongNote)
        } else {
            Ok(Self { grade, note, answers })
        }
    }
}

/// Since when an answer still counts: on managed devices, and on personal ones, where it runs out sooner.
pub fn counts_since(rules: &AttestationRules, now: Timestamp) -> (Timestamp, Timestamp) {
    let since = |days: u32| now.plus_days(-i64::from(days));
    (since(rules.days), since(rules.personal_days))
}

/// What an act says to the evaluation about each of its devices.
pub fn attestations(answers: Vec<Answered>, grade: Grade, at: Timestamp) -> impl Iterator<Item = Attestation> {
    let by = match grade {
        Grade::Administrator => AttestedBy::Administrator,
        Grade::Person => AttestedBy::Person,
    };
    answers.into_iter().map(move |Answered { clause, check, answer }| Attestation { clause, check, answer, by, at })
}

/// Midnight (JST) of a day as typed, not after today.
fn day(typed: &str, now: Timestamp) -> Option<Timestamp> {
    day_start(typed).filter(|at| *at <= now && at.seconds() >= 0)
}

/// The end (JST) of a day as typed, from today and at most `days` ahead.
fn until(typed: &str, now: Timestamp, days: u32) -> Option<Timestamp> {
    let start = day_start(typed)?;
    let end = start.plus_days(1).plus_seconds(-1);
    (end >= now && start <= now.plus_days(days.into())).then_some(end)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn read(typed: &[(&str, &str)]) -> Result<SelfCheck, Invalid> {
        let typed: HashMap<_, _> = typed.iter().copied().collect();
        SelfCheck::read(&questions(&Pack::bundled()), NOW, |field| typed.get(field).copied())
    }

    #[test]
    fn every_question_of_the_pack_is_asked_once_and_offers_an_answer() {
        let asked = questions(&Pack::bundled());
        let fields: std::collections::BTreeSet<_> = asked.iter().map(Question::field).collect();
        assert_eq!(fields.len(), asked.len());
        assert!(asked.iter().any(|q| q.form == Form::Day) && asked.iter().any(|q| q.clause == "§20-1"));
    }

    #[test]
    fn answers_are_read_and_what_is_not_answered_is_left_alone() {
        let read = read(&[("grade", "administrator"), ("§20-6.no_copies", "yes"), ("§19-4.age", "２０２６-07-01"), ("§20-1.guess", " ")]);
        let read = read.expect("valid");
        let stated: Vec<_> = attestations(read.answers, read.grade, NOW).map(|a| (a.clause, a.answer, a.by)).collect();
        let changed = Timestamp::from_seconds(1_782_831_600);
        let by = AttestedBy::Administrator;
        assert_eq!(stated, [("§19-4".to_owned(), Answer::On(changed), by), ("§20-6".to_owned(), Answer::Yes, by)]);
    }

    #[test]
    fn what_cannot_be_taken_is_said_with_the_clause() {
        let grade = ("grade", "person");
        let refused = |typed: &[_]| read(typed).expect_err("refused");
        assert_eq!(refused(&[grade]), Invalid::NoAnswer);
        assert_eq!(refused(&[("§20-6.no_copies", "yes")]), Invalid::NoGrade);
        for bad in ["2026-08-04", "2026-02-30", "昨日", "1969-12-31"] {
            assert_eq!(refused(&[grade, ("§19-4.age", bad)]), Invalid::Day("§19-4".to_owned(), "§19-4.age".to_owned()), "{bad}");
        }
        assert_eq!(refused(&[grade, ("§20-6.no_copies", "limited")]), Invalid::Choice("§20-6".to_owned(), "§20-6.no_copies".to_owned()));
        assert_eq!(refused(&[grade, ("§20-1.length", "limited")]), Invalid::NoReason);
        let long = "理".repeat(LONGEST_NOTE + 1);
        assert_eq!(refused(&[grade, ("§20-6.no_copies", "no"), ("note", &long)]), Invalid::LongNote);
        assert!(read(&[grade, ("§20-1.length", "limited"), ("note", "旧式の計測器のため")]).is_ok());
    }

    #[test]
    fn what_devices_mostly_answer_themselves_is_asked_last_and_each_remedy_finds_its_question() {
        let asked = questions(&Pack::bundled());
        assert!(asked.is_sorted_by_key(|q| q.beside_the_device));
        for field in ["§19-6.screen", "§20-1.age", "§20-2.file_sharing", "§20-3.real_time", "§20-5.os_support", "§20-5.browser"] {
            assert!(asked.iter().any(|q| q.field() == field && q.beside_the_device), "{field}");
        }
    }

    #[test]
    fn a_hold_has_its_last_day_its_reason_and_an_administrator_who_looked() {
        let hold = [("§20-5.os_updated", "hold"), ("§20-5.os_updated.until", "2026-09-30"), ("note", "検査機器の対応待ち")];
        let with = |more: &[(&'static str, &'static str)]| read(&[hold.as_slice(), more].concat());
        let answered = with(&[("grade", "administrator")]).expect("valid").answers;
        let end = Timestamp::from_seconds(1_790_780_399); // 2026-09-30 23:59:59 JST
        assert_eq!(answered, [Answered { clause: "§20-5".into(), check: "os_updated".into(), answer: Answer::Until(end) }]);
        assert_eq!(with(&[("grade", "person")]), Err(Invalid::ByAdministrator("§20-5".to_owned())));
        assert_eq!(with(&[("grade", "administrator"), ("note", "")]), Err(Invalid::NoReason));
        for bad in ["", "2026-08-02", "2026-11-02", "いつか"] {
            let late = with(&[("grade", "administrator"), ("§20-5.os_updated.until", bad)]);
            assert_eq!(late, Err(Invalid::Until("§20-5".to_owned(), "§20-5.os_updated.until".to_owned(), 90)), "{bad}");
        }
    }

    #[test]
    fn extended_support_needs_its_contract_on_record_and_software_an_administrator_who_looked() {
        let support = [("grade", "administrator"), ("§20-5.os_support", "yes")];
        assert_eq!(read(&support), Err(Invalid::NoReason));
        assert!(read(&[support.as_slice(), &[("note", "ESU 2027年まで")]].concat()).is_ok());
        assert!(read(&[("grade", "administrator"), ("§20-5.os_support", "no")]).is_ok());
        let software = read(&[("grade", "person"), ("§20-2.file_sharing", "yes")]);
        assert_eq!(software, Err(Invalid::ByAdministrator("§20-2".to_owned())));
    }
}
