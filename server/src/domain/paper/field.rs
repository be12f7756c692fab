//! Fields of papers: what a kind asks for, and what was typed into it, kept as it was typed.

use std::collections::BTreeMap;

use crate::words::Text;

/// Longest answer on one line, in characters.
pub const LONGEST_LINE: usize = 100;
/// Longest answer on several lines, in characters.
pub const LONGEST_TEXT: usize = 500;

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Line,
    /// A day, in boxes of its own.
    Day,
    /// Several lines.
    Text,
    /// One of these: (value, key of the words).
    Choice(&'static [(&'static str, &'static str)]),
    /// A clause of the pack, by its id.
    Clause,
}

/// One thing that a paper asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in forms and in the store.
    pub name: &'static str,
    /// Key of its label.
    pub label: &'static str,
    /// Key of what helps to fill it in.
    pub about: &'static str,
    /// How it is filled in.
    pub input: Input,
    /// Whether it may stay empty.
    pub required: bool,
}

/// What was filled in, by the fields' names; what was left empty is not there.
pub type Values = BTreeMap<String, String>;

/// What is wrong with a field as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidField {
    /// It is empty and must not be.
    #[error("{} is empty", .0.name)]
    Missing(Field),
    /// It is longer than so many characters.
    #[error("{name} is longer than {1} characters", name = .0.name)]
    TooLong(Field, usize),
    /// It is none of what can be chosen.
    #[error("{} is none of the choices", .0.name)]
    Choice(Field),
}

impl Field {
    /// What stands in it, as people read it.
    pub fn said(&self, values: &Values) -> Text {
        match (self.input, values.get(self.name)) {
            (_, None) => Text::new("frame-none"),
            (Input::Choice(choices), Some(value)) => {
                choices.iter().find(|(known, _)| known == value).map_or(Text::verbatim(value), |(_, key)| Text::new(key))
            }
            (Input::Line | Input::Day | Input::Text | Input::Clause, Some(value)) => Text::verbatim(value),
        }
    }

    /// What was typed; empty: nothing.
    pub fn read(&self, typed: &str) -> Result<String, InvalidField> {
        let clean: String = typed.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
        let (clean, longest) = match self.input {
            Input::Line | Input::Day | Input::Clause => (clean.replace('\n', " "), LONGEST_LINE),
            Input::Text => (clean, LONGEST_TEXT),
            Input::Choice(choices) => {
                let chosen = clean.is_empty() || choices.iter().any(|(value, _)| *value == clean);
                if !chosen {
                    return Err(InvalidField::Choice(*self));
                }
                (clean, LONGEST_LINE)
            }
        };
        if clean.chars().count() > longest {
            Err(InvalidField::TooLong(*self, longest))
        } else if clean.is_empty() && self.required {
            Err(InvalidField::Missing(*self))
        } else {
            Ok(clean)
        }
    }
}

/// Reads every field.
pub(crate) fn read_all<'a, 'f>(
    fields: impl IntoIterator<Item = &'f Field>,
    typed: impl Fn(&str) -> Option<&'a str>,
) -> Result<Values, InvalidField> {
    let mut values = Values::new();
    for field in fields {
        let value = field.read(typed(field.name).unwrap_or_default())?;
        if !value.is_empty() {
            values.insert(field.name.to_owned(), value);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Field = Field { name: "a", label: "label", about: "about", input: Input::Line, required: true };

    #[test]
    fn a_field_keeps_old_letters_counts_characters_and_says_what_is_missing() {
        assert_eq!(LINE.read(" 髙﨑 𠮷男\r\n宅 "), Ok("髙﨑 𠮷男 宅".to_owned()));
        assert_eq!(LINE.read(&"𠮷".repeat(LONGEST_LINE)), Ok("𠮷".repeat(LONGEST_LINE)));
        assert_eq!(LINE.read(&"𠮷".repeat(LONGEST_LINE + 1)), Err(InvalidField::TooLong(LINE, LONGEST_LINE)));
        assert_eq!(LINE.read(" \u{3000}"), Err(InvalidField::Missing(LINE)));
    }

    #[test]
    fn only_what_is_offered_can_be_chosen() {
        let choice = Field { input: Input::Choice(&[("yes", "key")]), required: false, ..LINE };
        assert_eq!((choice.read("yes"), choice.read("")), (Ok("yes".to_owned()), Ok(String::new())));
        assert_eq!(choice.read("maybe"), Err(InvalidField::Choice(choice)));
    }
}
