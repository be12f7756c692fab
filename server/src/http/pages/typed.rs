//! Form bodies and queries as typed values; what cannot be read is one of our pages, not the framework's English text.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::visit::{Fields, Kept};
use super::{PageError, Web};

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
        Query::from_request_parts(parts, web).await.map(|Query(query)| Self(query)).map_err(|_| PageError::NotFound)
    }
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
