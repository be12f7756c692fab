//! The form of 災害時特例 as typed. A field may come several times.

use hashimori_shared::time::Timestamp;

use crate::domain::disaster::{EARLIEST_DAYS, LONGEST_DAYS, event_time};
use crate::domain::people::Person;
use crate::domain::people::half_width;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::exceptions::Act;
use crate::http::pages::Web;
use crate::http::pages::visit::Fields;
use crate::views::{Choice, ExceptionForm};
use crate::words::Text;

/// What was typed.
pub(super) struct Filled(Fields);

impl Filled {
    pub(super) const fn new(fields: Fields) -> Self {
        Self(fields)
    }

    /// The first of a field; nothing typed is empty.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// All of a field.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// Whether a box is ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// The act's reason and time; who does it is given.
    pub(super) fn act<'a>(&self, web: &'a Web, person: &'a Person) -> Result<Act<'a>, Text> {
        let why = reason(self.get("why")).map_err(|_| Text::of_field("disaster-wrong-why", "why").with("most", LONGEST_REASON))?;
        Ok(Act { random: &web.random, doer: Some(person), why, event_at: self.event(web.now())?, now: web.now() })
    }

    pub(super) fn event(&self, now: Timestamp) -> Result<Timestamp, Text> {
        event_time(self.get("event"), now).map_err(|_| Text::of_field("disaster-wrong-event", "event").with("days", EARLIEST_DAYS))
    }

    /// On what it rests.
    pub(super) fn basis(&self) -> Result<String, Text> {
        reason(self.get("basis")).map_err(|_| Text::of_field("disaster-wrong-basis", "basis").with("most", LONGEST_REASON))
    }

    /// For how many days.
    pub(super) fn days(&self) -> Result<u32, Text> {
        let typed: String = self.get("days").chars().map(half_width).collect();
        typed.parse().map_err(|_| Text::of_field("disaster-wrong-days", "days").with("most", LONGEST_DAYS))
    }

    /// The form as it was filled in.
    pub(super) fn keep(&self, form: ExceptionForm, error: Text) -> ExceptionForm {
        let chosen = |name: &str, choices: Vec<Choice>| {
            let all = self.all(name);
            choices.into_iter().map(|choice| Choice { chosen: all.contains(&choice.value), ..choice }).collect()
        };
        ExceptionForm {
            acts: chosen("act", form.acts),
            places: chosen("place", form.places),
            why: self.get("why").to_owned(),
            basis: form.basis.map(|_| self.get("basis").to_owned()),
            days: form.days.map(|_| self.get("days").to_owned()),
            event: self.get("event").to_owned(),
            drill: form.drill.map(|_| self.ticked("drill")),
            error: Some(error),
            ..form
        }
    }
}
