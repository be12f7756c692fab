//! What a facility writes down for itself and looks at again every year: 検討記録 (§20柱書, §20-10 to §20-12), what it talked over and
//! decided; and 事業所の自己点検票, the duties that no device can be asked about (§9, §18, 留2-3, 留3-1).

use super::step::{Hands, Need, Step, step};
use super::{Act, Field, Input, InvalidField, State, Values};

pub(super) const CONSIDERED: &[&str] = &["§20柱書", "§20-10", "§20-11", "§20-12"];
pub(super) const CHECKED: &[&str] = &["§9", "§9-1", "§9-2", "§18", "留2-3", "留3-1"];

/// Longest time until the next look, in days: a year and a month.
pub(super) const MOST_DAYS: u32 = 396;

type Choices = &'static [(&'static str, &'static str)];
const SUBJECTS: Choices = &[
    ("", "paper-choose"),
    ("wipe", "paper-subject-wipe"),
    ("line", "paper-subject-line"),
    ("mdm", "paper-subject-mdm"),
    ("other", "paper-subject-other"),
];
const VERDICTS: Choices = &[
    ("", "paper-choose"),
    ("in_use", "paper-verdict-in-use"),
    ("adopted", "paper-verdict-adopted"),
    ("not_adopted", "paper-verdict-not-adopted"),
    ("open", "paper-verdict-open"),
];
const NO: &str = "no";
const YES_NO_NA: Choices = &[("", "paper-choose"), ("yes", "paper-yes"), (NO, "paper-no"), ("na", "paper-answer-na")];
const GRADES: Choices = &[("administrator", "grade-administrator"), ("person", "grade-person")];

const fn line(name: &'static str, label: &'static str, about: &'static str, required: bool) -> Field {
    Field { name, label, about, input: Input::Line, required }
}

const fn chosen(name: &'static str, label: &'static str, about: &'static str, choices: Choices) -> Field {
    Field { name, label, about, input: Input::Choice(choices), required: true }
}

/// Name of the field that says what was decided.
pub(super) const DECISION: &str = "decision";

const VERDICT: Field = chosen("verdict", "paper-verdict", "paper-verdict-about", VERDICTS);
const DECIDED: Field = Field { name: DECISION, label: "paper-decision", about: "paper-decision-about", input: Input::Text, required: true };
const PRESENT: Field = line("present", "paper-present", "paper-present-about", true);
const TESTED: Field = line("tested", "paper-tested", "paper-tested-about", false);

pub(super) const CONSIDERATION: &[Field] = &[
    chosen("subject", "paper-subject", "paper-subject-about", SUBJECTS),
    Field { name: "considered", label: "paper-considered", about: "paper-considered-about", input: Input::Text, required: true },
    VERDICT,
    DECIDED,
    PRESENT,
    line("service", "paper-service", "paper-service-about", false),
    TESTED,
];

/// What is filled in when it is looked at again.
pub(super) const REVIEWING: &[Field] = &[VERDICT, DECIDED, PRESENT, TESTED];

const QUESTION: &str = "paper-question-about";

pub(super) const FACILITY_CHECK: &[Field] = &[
    chosen("law", "paper-question-law", QUESTION, YES_NO_NA),
    chosen("guideline", "paper-question-guideline", QUESTION, YES_NO_NA),
    line("edition", "paper-edition", "paper-edition-about", false),
    chosen("guidance", "paper-question-guidance", QUESTION, YES_NO_NA),
    chosen("notes", "paper-question-notes", QUESTION, YES_NO_NA),
    chosen("administrators", "paper-question-administrators", QUESTION, YES_NO_NA),
    chosen("lending", "paper-question-lending", QUESTION, YES_NO_NA),
    chosen("grade", "paper-grade-of-check", "paper-grade-of-check-about", GRADES),
    TARGET_DAY,
    Field { name: "comment", label: "paper-comment", about: "paper-comment-about", input: Input::Text, required: false },
];

/// Name of the field that says until when what is missing is there.
const TARGET: &str = "target";
const TARGET_DAY: Field = Field { name: TARGET, label: "paper-target", about: "paper-target-about", input: Input::Line, required: false };

/// What is answered with no has its target day.
pub(super) fn check_target(values: &Values) -> Result<(), InvalidField> {
    let missing = values.values().any(|value| value == NO) && !values.contains_key(TARGET);
    if missing { Err(InvalidField::Missing(TARGET_DAY)) } else { Ok(()) }
}

const KEPT: &[State] = &[State::Kept];

pub(super) const CONSIDERATION_STEPS: &[Step] = &[
    step(Act::Review, KEPT, State::Kept, Hands::Facility, &[Need::Anew, Need::Fields(REVIEWING)]),
    step(Act::EndRecord, KEPT, State::Closed, Hands::Facility, &[Need::Why]),
];

/// Another sheet takes the place of the one before.
pub(super) const CHECK_STEPS: &[Step] = &[step(Act::EndRecord, KEPT, State::Closed, Hands::Facility, &[Need::Why])];

pub(super) const CONSIDERATION_SEALS: &[(&str, &[Act])] =
    &[("paper-seal-considered", &[Act::File]), ("paper-seal-reviewed", &[Act::Review]), ("paper-seal-head", &[])];

pub(super) const CHECK_SEALS: &[(&str, &[Act])] = &[("paper-seal-checked-by", &[Act::File]), ("paper-seal-head", &[])];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_with_no_has_its_target_day() {
        let values = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(check_target(&values(&[("law", "yes"), ("notes", "na")])), Ok(()));
        assert_eq!(check_target(&values(&[("law", "yes"), ("notes", "no")])), Err(InvalidField::Missing(TARGET_DAY)));
        assert_eq!(check_target(&values(&[("notes", "no"), ("target", "2026年9月末")])), Ok(()));
    }
}
