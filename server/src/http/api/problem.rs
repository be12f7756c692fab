//! What went wrong, as RFC 9457 problem details. The cause of a failure inside goes to the log with a request id, never out.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hashimori_shared::problem::{PROBLEM_JSON, Problem, kind};
use hashimori_shared::time::Timestamp;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::token::Grant;
use crate::http::access::RequestId;
use crate::http::pages::Web;

/// Why something is not answered.
#[derive(Clone, Debug)]
pub(super) enum ApiError {
    /// No token, or none that works: one answer for all.
    NoToken,
    /// The token is not good for this.
    NotGranted(Grant),
    /// There is no such thing, or it is somebody else's: the same answer.
    NotFound,
    /// Nothing can be changed here.
    OnlyRead,
    /// The query cannot be read.
    Query(String),
    /// Too much, or too many tokens that do not work; until then.
    Throttled(Timestamp),
    /// Failed inside; the cause, for the log.
    Internal(String),
}

impl ApiError {
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The answer.
    pub(super) fn answer(self, web: &Web) -> Response {
        let problem = |slug, status: StatusCode, title: &str| (status, Problem::new(slug, status.as_u16(), title));
        let (status, problem) = match &self {
            Self::NoToken => problem(kind::TOKEN_REQUIRED, StatusCode::UNAUTHORIZED, "a token that works is needed"),
            Self::NotGranted(grant) => {
                let (status, problem) = problem(kind::NOT_GRANTED, StatusCode::FORBIDDEN, "the token may not read this");
                (status, problem.detail(format!("Make a token with `{}`.", grant.as_str())))
            }
            Self::NotFound => problem(kind::NOT_FOUND, StatusCode::NOT_FOUND, "there is no such thing"),
            Self::OnlyRead => problem(kind::ONLY_READ, StatusCode::METHOD_NOT_ALLOWED, "here things can only be read, with GET"),
            Self::Query(rule) => {
                let (status, problem) = problem(kind::INVALID_REQUEST, StatusCode::BAD_REQUEST, "the query cannot be read");
                (status, problem.detail(rule.clone()))
            }
            Self::Throttled(_) => problem(kind::THROTTLED, StatusCode::TOO_MANY_REQUESTS, "too many requests; wait"),
            Self::Internal(_) => problem(kind::INTERNAL, StatusCode::INTERNAL_SERVER_ERROR, "something failed inside"),
        };
        let id = web.random.uuid(web.clock.now());
        let body = serde_json::to_string(&Problem { instance: Some(id.urn().to_string()), ..problem }).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        response.extensions_mut().insert(RequestId(id));
        let headers = response.headers_mut();
        match self {
            Self::NoToken => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::OnlyRead => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            Self::Throttled(until) => {
                let wait = until.seconds_since(web.clock.now()).max(1);
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
            }
            Self::Internal(cause) => tracing::error!(request_id = %id, cause, "the API failed"),
            Self::NotGranted(_) | Self::NotFound | Self::Query(_) => {}
        }
        response
    }
}

/// The guard answers it.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<crate::store::Error> for ApiError {
    fn from(error: crate::store::Error) -> Self {
        Self::internal(error)
    }
}

/// The form of a problem: the type itself is the wire's, and agents need no descriptions.
pub(super) struct ProblemForm;

impl ToSchema for ProblemForm {
    fn name() -> std::borrow::Cow<'static, str> {
        "Problem".into()
    }
}

impl PartialSchema for ProblemForm {
    fn schema() -> RefOr<Schema> {
        let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
        ObjectBuilder::new()
            .description(Some("Problem details (RFC 9457)."))
            .property("type", text("`urn:hashimori:problem:…`: branch on this, never on text."))
            .property("title", text("A short summary."))
            .property("status", ObjectBuilder::new().schema_type(Type::Integer))
            .property("detail", text("What was wrong and what to do."))
            .property("instance", text("The request's id, `urn:uuid:…`."))
            .required("type")
            .required("title")
            .required("status")
            .required("instance")
            .into()
    }
}

/// A reference to it.
pub(super) fn form() -> Ref {
    Ref::from_schema_name(ProblemForm::name())
}
