//! Decides, from the table's entry, whether a token may read a route, before its handler runs.
//! Invariant: another facility's or region's object answers exactly like one that does not exist.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Object;
use super::pace::Pace;
use super::problem::ApiError;
use crate::domain::ids::{DeviceId, FacilityId};
use crate::domain::people::throttle;
use crate::domain::token::{Grant, shown};
use crate::http::pages::{Web, network};
use crate::store::api_token::{self, ApiToken};
use crate::store::belonging::Home;
use crate::store::{appointment, belonging, throttle as counters};

/// A guarded route's entry and the state it needs.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) web: Web,
    pub(super) pace: Arc<Pace>,
    pub(super) grant: Option<Grant>,
    pub(super) object: Object,
}

/// The token that was shown.
#[derive(Clone, Debug)]
pub(super) struct Caller(pub(super) ApiToken);

/// Where the path's object belongs; it lies within what the token reads of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here(pub(super) Home);

/// The innermost layer of every route.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let held = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut response = match admit(&guard, request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        return error.answer(&guard.web);
    }
    let tag = response.headers().get(header::ETAG).and_then(|value| value.to_str().ok());
    let unchanged = held.zip(tag).is_some_and(|(held, tag)| held.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == tag));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = axum::body::Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

async fn admit(guard: &Guard, request: Request) -> Result<Request, ApiError> {
    let (web, now) = (&guard.web, guard.web.clock.now());
    let network = network(web, &request);
    let (mut parts, body) = request.into_parts();
    let field = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authenticate(web, field, &network).await?;
    guard.pace.count(token.id, now).map_err(ApiError::Throttled)?;
    if let Some(home) = home(guard, &mut parts).await? {
        if !token.scope.covers(home.region, home.facility) {
            return Err(ApiError::NotFound);
        }
        parts.extensions.insert(Here(home));
    }
    // Only now: what a token is good for must not tell whether the object is there.
    if let Some(grant) = guard.grant.filter(|grant| !token.grants.contains(grant)) {
        return Err(ApiError::NotGranted(grant));
    }
    api_token::note_use(&web.store, &web.random, &token, now).await?;
    parts.extensions.insert(Caller(token));
    Ok(Request::from_parts(parts, body))
}

async fn authenticate(web: &Web, field: Option<&str>, network: &str) -> Result<ApiToken, ApiError> {
    // The scheme is written as one likes (RFC 9110 §11.1).
    let given = field.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some(given) = given.map(|(_, token)| token.trim()) else { return Err(ApiError::NoToken) };
    let now = web.clock.now();
    if let Some(token) = shown(given)
        && let Some(found) = api_token::find(web.store.read(), &token.hash(), now).await?
        && (web.pack().parameters().administrator.deputy || !appointment::rests(web.store.read(), &found.maker, now).await?)
    {
        return Ok(found);
    }
    let buckets = throttle::token(given, network);
    if let Some(until) = counters::blocked_until(web.store.read(), &buckets, now).await? {
        return Err(ApiError::Throttled(until));
    }
    let mut tx = web.store.begin().await?;
    counters::count_failure(&mut tx, &buckets, now).await?;
    tx.commit().await?;
    Err(ApiError::NoToken)
}

/// Where the path's object belongs; `None`: the path names none.
async fn home(guard: &Guard, parts: &mut Parts) -> Result<Option<Home>, ApiError> {
    // What cannot be read as text names nothing that there is.
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| ApiError::NotFound)?;
    let param = |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value).ok_or(ApiError::NotFound);
    let db = guard.web.store.read();
    let found = match guard.object {
        Object::None => return Ok(None),
        Object::Facility => {
            let id: FacilityId = param("facility")?.parse().map_err(|_| ApiError::NotFound)?;
            belonging::of_facility(db, id).await?
        }
        Object::Device => {
            let id: DeviceId = param("device")?.parse().map_err(|_| ApiError::NotFound)?;
            belonging::of_device(db, id).await?
        }
    };
    found.map(Some).ok_or(ApiError::NotFound)
}

impl FromRequestParts<Web> for Caller {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ApiError::internal("a route without a guard asked for the token"))
    }
}

impl FromRequestParts<Web> for Here {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().copied().ok_or_else(|| ApiError::internal("a route without an object asked where it belongs"))
    }
}
