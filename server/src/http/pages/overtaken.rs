//! Whoever comes second: told who was first, when and with what. Whoever sent a form twice, or went back to it, is told that they did it
//! themselves. Where nothing says who it was, what can be said without is said.

use hashimori_shared::time::Timestamp;

use super::{PageError, Web};
use crate::domain::act::{Actor, What};
use crate::domain::people::Person;
use crate::store::log::{self, Reach};
use crate::words::Text;

/// An act that came before the one that is asked for.
pub(super) struct First {
    at: Timestamp,
    act: Text,
    by: Text,
    own: bool,
}

impl First {
    /// As it is kept: by whom (the stored word, and the name; `None`: erased, or nobody's), when, and what it is called.
    pub(super) fn of(reader: &Person, (word, name): (&str, Option<&str>), at: Timestamp, act: &'static str) -> Self {
        let by = Actor::label(word).unwrap_or_else(|| match name {
            Some(name) => Text::new("people-by-name").with("name", name.to_owned()),
            None => Text::new("error-somebody"),
        });
        Self { at, act: Text::new(act), by, own: word == reader.id.to_string() }
    }

    /// Whoever it was is called so to a reader who is not told the name.
    pub(super) fn called(self, by: Text) -> Self {
        Self { by, ..self }
    }

    /// For the page that stands in the place of an answer.
    pub(super) fn error(self) -> PageError {
        PageError::Conflict(self.said("error-done-before", "error-overtaken"))
    }

    /// For the form, shown again as it was filled in.
    pub(super) fn on_form(self) -> Text {
        self.said("error-done-before-form", "error-overtaken-form")
    }

    fn said(self, own: &'static str, overtaken: &'static str) -> Text {
        let said = Text::new(if self.own { own } else { overtaken }).with("at", self.at).with("act", self.act);
        if self.own { said } else { said.with("by", self.by) }
    }
}

/// The newest of these acts on an object, as the log has it within reach.
pub(super) async fn in_log(
    web: &Web,
    reader: &Person,
    (reach, object): (Reach, &str),
    acts: &[What],
    unsaid: &'static str,
) -> Result<PageError, PageError> {
    Ok(match log::newest_of(&web.store, reach, object, acts).await? {
        Some((what, did)) => First::of(reader, (&did.actor, did.name.as_deref()), did.at, what.key()).error(),
        None => PageError::Conflict(Text::new(unsaid)),
    })
}
