//! A training (§17): when, about what, by whom. Who took part is the store's to keep.

use hashimori_shared::time::Timestamp;

use super::details::{day, text};
use crate::domain::people::role::LONGEST_NAME;
use crate::words::Text;

/// Longest topic, and longest name of a material, in characters.
pub const LONGEST_TOPIC: usize = 100;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// The day.
    pub on: Timestamp,
    /// About what.
    pub topic: String,
    /// Who taught; may be empty.
    pub teacher: String,
    /// What was read or shown; may be empty.
    pub material: String,
    /// How it was seen that they had understood; may be empty.
    pub understood: String,
}

/// What is wrong with a session as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTraining {
    /// Not a day that has begun.
    Day,
    /// No topic, or too long a one.
    Topic,
    /// Too long a name of who taught.
    Teacher,
    /// Too long a name of the material.
    Material,
    /// Too long a word on how it was seen that they had understood.
    Understood,
}

impl InvalidTraining {
    /// How it has to be.
    pub fn text(self) -> Text {
        match self {
            Self::Day => Text::of_field("staff-wrong-day", "day"),
            Self::Topic => Text::of_field("staff-wrong-topic", "topic").with("most", LONGEST_TOPIC),
            Self::Teacher => Text::of_field("staff-wrong-teacher", "teacher").with("most", LONGEST_NAME),
            Self::Material => Text::of_field("staff-wrong-material", "material").with("most", LONGEST_TOPIC),
            Self::Understood => Text::of_field("staff-wrong-understood", "understood").with("most", LONGEST_TOPIC),
        }
    }
}

impl Training {
    /// As typed: day, topic, who taught, material, how it was seen that they had understood.
    pub fn read([on, topic, teacher, material, understood]: [&str; 5], now: Timestamp) -> Result<Self, InvalidTraining> {
        let optional = |typed: &str, most| if typed.trim().is_empty() { Some(String::new()) } else { text(typed, most) };
        Ok(Self {
            on: day(on, now).ok_or(InvalidTraining::Day)?,
            topic: text(topic, LONGEST_TOPIC).ok_or(InvalidTraining::Topic)?,
            teacher: optional(teacher, LONGEST_NAME).ok_or(InvalidTraining::Teacher)?,
            material: optional(material, LONGEST_TOPIC).ok_or(InvalidTraining::Material)?,
            understood: optional(understood, LONGEST_TOPIC).ok_or(InvalidTraining::Understood)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_is_on_a_day_that_has_begun_and_about_something() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let read = |on, topic| Training::read([on, topic, "", " 手引き ", "小テスト"], now);
        assert!(
            read("2026-08-03", "連絡帳の使い方")
                .is_ok_and(|t| t.material == "手引き" && t.understood == "小テスト" && t.teacher.is_empty())
        );
        assert_eq!(read("2026-08-04", "連絡帳の使い方"), Err(InvalidTraining::Day));
        assert_eq!(read("2026-08-03", " "), Err(InvalidTraining::Topic));
        assert_eq!(read("2026-08-03", &"題".repeat(LONGEST_TOPIC + 1)), Err(InvalidTraining::Topic));
    }
}
