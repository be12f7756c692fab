//! Answers as JSON with an entity tag, queries as typed values, and lists that page by key.

use axum::extract::{FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::problem::ApiError;
use crate::http::pages::Web;

/// Most entries of a page, and how many it has when nobody says.
const MOST: u16 = 200;
const USUAL: u16 = 50;

/// A value as JSON. Its tag is weak: the bytes may travel compressed.
pub(super) fn answer(value: &impl Serialize) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(value).map_err(ApiError::internal)?;
    let tag = format!("W/\"{}\"", BASE64URL_NOPAD.encode(&Sha256::digest(&body)[..12]));
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "private, no-cache"), (header::ETAG, tag.as_str())];
    Ok((headers, body).into_response())
}

/// A query.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Asked<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, ApiError> {
        let read = Query::from_request_parts(parts, web).await;
        read.map(|Query(query)| Self(query)).map_err(|error| ApiError::Query(error.body_text()))
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Only what comes after this one: `next` of the page before.
    #[param(required = false, value_type = String, format = "uuid")]
    after: Option<String>,
    /// Entries of a page at most; 50 when it is not said.
    #[param(required = false, value_type = u16, minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

impl Page {
    /// Out of the two values of a longer query.
    pub(super) const fn of(after: Option<String>, limit: Option<u16>) -> Self {
        Self { after, limit }
    }

    /// After which one, and how many at most.
    pub(super) fn read<T: std::str::FromStr>(&self) -> Result<(Option<T>, u16), ApiError> {
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(ApiError::Query(format!("`limit` is 1 to {MOST}")));
        }
        let after = self.after.as_deref().map(str::parse).transpose();
        let after = after.map_err(|_| ApiError::Query("`after` is the id of an entry: `next` of the page before".to_owned()))?;
        Ok((after, limit))
    }
}

/// Cuts what was read, one entry more than a page has, to the page; the id of its last entry where there are more.
pub(super) fn cut<T>(found: &mut Vec<T>, limit: u16, id: impl Fn(&T) -> String) -> Option<String> {
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    found.last().filter(|_| more).map(id)
}

/// An instant, RFC 3339 in UTC.
pub(super) fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).unwrap_or_default().to_string()
}

/// A day in Japan, `2026-08-03`.
pub(super) fn day(at: Timestamp) -> String {
    at.jst_date_in(Lang::English)
}
