//! What the forms of a membership send, and what they are filled in with.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use crate::domain::membership::{Entry, Forms};
use crate::http::pages::twice;

/// A form as typed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Typing {
    #[serde(default)]
    pub(super) act: String,
    /// The membership's version when the form was made.
    #[serde(default)]
    pub(super) seen: String,
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    seat: String,
    #[serde(default)]
    tie: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    form_1: String,
    #[serde(default)]
    form_2: String,
    #[serde(default)]
    someone: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    sure: String,
}

impl Typing {
    /// The form's mark, see `twice`.
    pub(super) fn mark(&self) -> String {
        let said = [&self.csrf, &self.name, &self.kind, &self.seat, &self.tie, &self.reference, &self.form_1, &self.form_2, &self.someone];
        twice::mark_of(&said.map(|text| (String::new(), text.clone())).into())
    }

    pub(super) fn entry(self) -> Entry {
        Entry {
            name: self.name,
            kind: self.kind,
            seat: self.seat,
            tie: self.tie,
            reference: self.reference,
            form_1: self.form_1,
            form_2: self.form_2,
            person: self.someone,
            why: self.why,
            until: self.until,
            sure: self.sure == "yes",
        }
    }
}

/// The form as what is on file fills it in.
pub(super) fn as_filed(forms: &Forms) -> Entry {
    let day = |at: Option<Timestamp>| at.map(|at| at.jst_date_in(Lang::English)).unwrap_or_default();
    Entry {
        name: forms.name.clone(),
        kind: forms.kind.as_str().to_owned(),
        seat: forms.seat.as_str().to_owned(),
        tie: forms.tie.clone(),
        reference: forms.reference.clone(),
        form_1: day(forms.form_1),
        form_2: day(forms.form_2),
        ..Entry::default()
    }
}
