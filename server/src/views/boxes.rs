//! The boxes into which a day is typed, with what was typed into them before.

use crate::domain::boxes::{ENDINGS, MOST, OF_A_DAY, split};

/// Of each box, in their order: what its id ends with (the first has the field's own), key of its label, most characters.
const BOXES: [(&str, &str, usize); MOST] =
    [("", "frame-year", 4), ("-m", "frame-month", 2), ("-d", "frame-day", 2), ("-h", "frame-hour", 2), ("-i", "frame-minute", 2)];

/// A day, or a day and a time, as a form asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Boxes {
    /// Key of what says how it is to be typed.
    pub about: &'static str,
    pub boxes: Vec<TypedBox>,
}

/// One box.
#[derive(Clone, Debug)]
pub(crate) struct TypedBox {
    /// What its id ends with.
    pub id: &'static str,
    /// What its name ends with.
    pub name: &'static str,
    pub label: &'static str,
    pub longest: usize,
    pub value: String,
}

impl Boxes {
    /// Of a day.
    pub(crate) fn day(value: impl AsRef<str>) -> Self {
        Self::first(OF_A_DAY, "frame-day-about", value.as_ref())
    }

    /// Of a day and a time, to the minute.
    pub(crate) fn minute(value: impl AsRef<str>) -> Self {
        Self::first(MOST, "frame-minute-about", value.as_ref())
    }

    fn first(most: usize, about: &'static str, value: &str) -> Self {
        let one = |((name, (id, label, longest)), value)| TypedBox { id, name, label, longest, value };
        Self { about, boxes: ENDINGS.into_iter().zip(BOXES).zip(split(value)).take(most).map(one).collect() }
    }
}
