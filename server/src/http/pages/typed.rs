//! Form bodies and queries as typed values; what cannot be read is one of our pages, not the framework's English text.
//! Days come in boxes, and are one field from here on.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::sign_in::encode;
use super::visit::{Fields, Kept};
use super::{PageError, Web};
use crate::domain::boxes::{self, ENDINGS, OF_A_DAY};

/// A form.
pub(super) struct Typed<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Web> for Typed<T> {
    type Rejection = PageError;
    async fn from_request(request: Request, web: &Web) -> Result<Self, PageError> {
        let kept = request.extensions().get::<Kept>().cloned().unwrap_or_default();
        Form::from_request(request, web).await.map(|Form(form)| Self(form)).map_err(|_| PageError::Malformed(kept))
    }
}

/// A query.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Asked<T> {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        let Query(sent) = Query::<Fields>::from_request_parts(parts, web).await.map_err(|_| PageError::NotFound)?;
        let uri = match joined(&sent) {
            Some(fields) => Uri::try_from(format!("/?{}", encoded(&fields))).map_err(|_| PageError::NotFound)?,
            None => parts.uri.clone(),
        };
        Query::try_from_uri(&uri).map(|Query(query)| Self(query)).map_err(|_| PageError::NotFound)
    }
}

/// The same form with each value that came in boxes as one field, where the first of its boxes stood; `None`: it has no boxes. What was
/// sent whole, as pages did before there were boxes, stands.
pub(super) fn joined(sent: &Fields) -> Option<Fields> {
    let mut typed: HashMap<&str, &str> = HashMap::new();
    for (name, value) in sent {
        typed.entry(name).or_insert(value);
    }
    let in_boxes: Vec<&str> = sent.iter().filter_map(|(name, _)| boxes::field_of(name)).collect();
    if in_boxes.is_empty() {
        return None;
    }
    let mut joined: HashMap<&str, String> = in_boxes
        .into_iter()
        .filter(|field| !typed.contains_key(field))
        .map(|field| {
            let found = ENDINGS.map(|ending| typed.get(format!("{field}{ending}").as_str()).copied());
            let timed = found[OF_A_DAY..].iter().any(Option::is_some);
            let typed = found.map(Option::unwrap_or_default);
            (field, boxes::join(if timed { &typed } else { &typed[..OF_A_DAY] }))
        })
        .collect();
    let whole = |(name, value): &(String, String)| match boxes::field_of(name) {
        Some(field) => joined.remove(field).map(|value| (field.to_owned(), value)),
        None => Some((name.clone(), value.clone())),
    };
    Some(sent.iter().filter_map(whole).collect())
}

/// A form as browsers write it (`application/x-www-form-urlencoded`).
pub(super) fn encoded(fields: &Fields) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// What was typed into a field; `None`: it was not sent.
pub(super) fn value<'a>(typed: &'a Fields, field: &str) -> Option<&'a str> {
    typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
}

/// The same; empty where it was not sent.
pub(super) fn given<'a>(typed: &'a Fields, field: &str) -> &'a str {
    value(typed, field).unwrap_or_default()
}

/// All that was sent of a field: what was ticked.
pub(super) fn values<'a>(typed: &'a Fields, field: &'a str) -> impl Iterator<Item = &'a str> {
    typed.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_day_in_boxes_is_one_field_where_its_first_box_stood_and_nothing_else_is_touched() {
        let form =
            sent(&[("csrf", "x"), ("until:y", "2026"), ("until:m", "8"), ("until:d", "３"), ("why", "a:b"), ("who", "1"), ("who", "2")]);
        let whole = sent(&[("csrf", "x"), ("until", "2026-8-３"), ("why", "a:b"), ("who", "1"), ("who", "2")]);
        assert_eq!(joined(&form), Some(whole.clone()));
        assert_eq!(joined(&whole), None, "without boxes it is as it came");
    }

    #[test]
    fn boxes_that_are_left_empty_are_an_empty_field_and_one_that_is_missing_is_an_empty_box() {
        let form = sent(&[("on:d", " "), ("on:y", ""), ("at:y", "2026"), ("at:h", "9"), ("§20-5.os.until:m", "8")]);
        let whole = sent(&[("on", ""), ("at", "2026--T9:"), ("§20-5.os.until", "-8-")]);
        assert_eq!(joined(&form), Some(whole));
    }

    #[test]
    fn what_was_sent_whole_stands_and_comes_once() {
        let form = sent(&[("until:y", "2027"), ("until", "2026-08-03"), ("until:m", "8")]);
        assert_eq!(joined(&form), Some(sent(&[("until", "2026-08-03")])));
        let twice = sent(&[("until:y", "2026"), ("until:y", "2027")]);
        assert_eq!(joined(&twice), Some(sent(&[("until", "2026--")])));
    }

    proptest! {
        #[test]
        fn whatever_was_typed_travels_as_it_was(fields in proptest::collection::vec(("[a-z]{1,3}(:[ymdhi])?", "(?s).{0,8}"), 1..8)) {
            let sent: Fields = fields;
            let whole = joined(&sent).unwrap_or(sent);
            let uri = Uri::try_from(format!("/?{}", encoded(&whole))).expect("an address");
            let Query(read) = Query::<Fields>::try_from_uri(&uri).expect("a form");
            prop_assert_eq!(read, whole);
        }
    }
}
