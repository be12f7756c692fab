//! What is wrong with what was typed: about which field, and said below it.

use super::Shell;
use crate::words::Text;

/// What may be wrong with a form, however a template holds it.
pub(crate) trait Wrong {
    /// What is said of it.
    fn text(&self) -> Option<&Text>;
}

impl Wrong for Text {
    fn text(&self) -> Option<&Text> {
        Some(self)
    }
}

impl<W: Wrong> Wrong for Option<W> {
    fn text(&self) -> Option<&Text> {
        self.as_ref().and_then(Wrong::text)
    }
}

impl<W: Wrong> Wrong for &W {
    fn text(&self) -> Option<&Text> {
        W::text(self)
    }
}

impl Shell {
    /// What stands below the field of this name: what is wrong with it.
    pub(crate) fn wrong(&self, error: impl Wrong, field: impl AsRef<str>) -> Option<String> {
        let text = error.text().filter(|text| text.field() == Some(field.as_ref()))?;
        Some(self.say(Text::new("frame-wrong").with("text", text.clone())))
    }
}

/// Name of the field that it is about.
pub(crate) fn wrong_field(error: impl Wrong) -> Option<String> {
    error.text()?.field().map(str::to_owned)
}
