//! What people read, in each language: sentences are named by keys and live in `locales/`, one file per area and language (Fluent).
//! Knows nothing of pages or people. A key without a sentence fails the tests, and shows as the key itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

/// The files of the catalogue: (area, Japanese, English).
macro_rules! areas {
    ($($area:literal),+ $(,)?) => {
        [$(($area, include_str!(concat!("../locales/ja/", $area, ".ftl")), include_str!(concat!("../locales/en/", $area, ".ftl")))),+]
    };
}

const AREAS: &[(&str, &str, &str)] = &areas![
    "frame",
    "backup",
    "states",
    "errors",
    "sign-in",
    "setup",
    "account",
    "accounts",
    "events",
    "acts",
    "places",
    "device",
    "ledger",
    "loss",
    "sort",
    "areas",
    "membership",
    "enrolment",
    "self-check",
    "rules",
    "calendar",
    "evidence",
    "retention",
    "overview",
    "today",
    "history",
    "oplog",
    "notes",
    "export",
    "card",
    "oidc",
    "alerts",
    "port",
    "people",
    "papers",
    "files",
    "own-rules",
    "mail",
    "disaster",
    "connect",
    "staff",
    "notices",
];

static JAPANESE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Lang::Japanese));
static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Lang::English));

/// The catalogue is compiled in and tested: what cannot be read of it is left out.
fn bundle(lang: Lang) -> FluentBundle<FluentResource> {
    let locale = lang.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Both languages run from left to right, and the marks would stand in CSV and mail.
    bundle.set_use_isolating(false);
    for (area, japanese, english) in AREAS {
        let source = match lang {
            Lang::Japanese => japanese,
            Lang::English => english,
        };
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(whole, _)| whole);
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(area, ?errors, "a sentence stands twice in the catalogue");
        }
    }
    bundle
}

/// Something to be said: a sentence of the catalogue with its values, words that are the same in every language, or an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A sentence.
    Sentence {
        /// Its key.
        key: &'static str,
        /// Its values.
        values: Vec<(&'static str, Value)>,
        /// Name of the form's field that it is about, where it says what is wrong with one.
        field: Option<Cow<'static, str>>,
    },
    /// A name, or what somebody typed.
    Verbatim(String),
    /// To the minute, JST.
    Minute(Timestamp),
    /// The day in JST.
    Day(Timestamp),
}

/// A value in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number; sentences may choose by it.
    Number(i64),
    /// Words, or another sentence.
    Text(Text),
}

impl Text {
    /// The sentence of this key.
    pub(crate) const fn new(key: &'static str) -> Self {
        Self::Sentence { key, values: Vec::new(), field: None }
    }

    /// The sentence of this key, about what was typed into a field.
    pub(crate) const fn of_field(key: &'static str, field: &'static str) -> Self {
        Self::Sentence { key, values: Vec::new(), field: Some(Cow::Borrowed(field)) }
    }

    /// The same, about what was typed into a field.
    #[must_use]
    pub(crate) fn about_field(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        if let Self::Sentence { field, .. } = &mut self {
            *field = Some(name.into());
        }
        self
    }

    /// The same, on a page that does not have the field.
    #[must_use]
    pub(crate) fn without_field(mut self) -> Self {
        if let Self::Sentence { field, .. } = &mut self {
            *field = None;
        }
        self
    }

    /// Name of the field that it is about.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Sentence { field, .. } => field.as_deref(),
            Self::Verbatim(_) | Self::Minute(_) | Self::Day(_) => None,
        }
    }

    /// Words that are the same in every language.
    pub(crate) fn verbatim(words: impl Into<String>) -> Self {
        Self::Verbatim(words.into())
    }

    /// The same with a value.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        if let Self::Sentence { values, .. } = &mut self {
            values.push((name, value.into()));
        }
        self
    }

    /// As people read it.
    pub(crate) fn in_lang(&self, lang: Lang) -> String {
        match self {
            Self::Verbatim(words) => words.clone(),
            Self::Minute(at) => at.jst_minute_in(lang),
            Self::Day(at) => at.jst_date_in(lang),
            Self::Sentence { key, values, .. } => said(lang, key, values),
        }
    }
}

fn said(lang: Lang, key: &str, values: &[(&'static str, Value)]) -> String {
    let bundle: &FluentBundle<FluentResource> = match lang {
        Lang::Japanese => &JAPANESE,
        Lang::English => &ENGLISH,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        debug_assert!(false, "the catalogue has no sentence {key}");
        return key.to_owned();
    };
    let mut arguments = FluentArgs::new();
    for (name, value) in values {
        let value: FluentValue<'_> = match value {
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.in_lang(lang).into(),
        };
        arguments.set(*name, value);
    }
    let mut errors = Vec::new();
    let said = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
    debug_assert!(errors.is_empty(), "the sentence {key} in {}: {errors:?}", lang.tag());
    said
}

/// A key is a sentence without values.
impl From<&'static str> for Text {
    fn from(key: &'static str) -> Self {
        Self::new(key)
    }
}

/// Templates pass on what views hold by reference.
impl<T: Clone> From<&T> for Text
where
    Self: From<T>,
{
    fn from(held: &T) -> Self {
        held.clone().into()
    }
}

impl From<Timestamp> for Text {
    fn from(at: Timestamp) -> Self {
        Self::Minute(at)
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// Templates pass on what views hold by reference.
impl<T: Clone> From<&T> for Value
where
    Self: From<T>,
{
    fn from(held: &T) -> Self {
        held.clone().into()
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Text(at.into())
    }
}

/// Words that are the same in every language: a key goes in as `Text::new`.
impl From<String> for Value {
    fn from(words: String) -> Self {
        Self::Text(Text::Verbatim(words))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
pub(crate) mod tests;
