//! What went wrong, as a page that says what to do. The cause of a failure inside goes to the log with a request id, never to the person.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::sign_in::FROM_SETUP;
use super::visit::{Kept, Visitor};
use super::{Web, banner, shell};
use crate::http::access::RequestId;
use crate::store::session;
use crate::views::{ErrorPage, ExpiredPage};
use crate::words::Text;

/// Why a page is not shown.
#[derive(Clone, Debug)]
pub enum PageError {
    /// There is no such page or object, or it is somebody else's: the same answer.
    NotFound,
    /// Nobody is signed in; after signing in, the person wants this path.
    SignInNeeded(String),
    /// The act needs a fresh proof of who is there; afterwards the person wants this path.
    StepUpNeeded(String),
    /// The session or the form is too old, or the form is not ours. Holds what was typed.
    Expired(Kept),
    /// A one-time link that is unknown, used or expired: the same answer.
    LinkUnusable,
    /// What sets an account up came when that was over: sent twice, or too late.
    SetUpOver,
    /// Too many failures.
    Throttled(Timestamp),
    /// The form is larger than any of ours. Holds what was typed.
    TooLarge(Kept),
    /// Not a form, or none of ours. Holds what was typed.
    Malformed(Kept),
    /// Somebody else acted first, or the object is no longer in the state the form was made for.
    Conflict(Text),
    /// Not at a facility that stands as this one does. Holds what was typed.
    Closed(Text, Kept),
    /// Refused for another reason that the catalogue has.
    Said(StatusCode, Text),
    /// Failed inside; the cause, for the log.
    Internal(String),
}

impl PageError {
    /// Failed inside, because of `cause`.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The page, with what was typed. Rendered in the outermost layer, where the visitor is known.
    pub(super) async fn render(self, web: &Web, visitor: &Visitor, typed: Kept) -> Response {
        let signed_in = match &self {
            // The store may be what failed, and redirects are not read.
            Self::Internal(_) | Self::SignInNeeded(_) | Self::StepUpNeeded(_) | Self::SetUpOver => None,
            Self::Expired(_)
            | Self::NotFound
            | Self::LinkUnusable
            | Self::Throttled(_)
            | Self::TooLarge(_)
            | Self::Malformed(_)
            | Self::Conflict(_)
            | Self::Closed(..)
            | Self::Said(..) => session::find_signed_in(web.store.read(), &visitor.token.hash(), web.now()).await.ok().flatten(),
        };
        let mut visitor = visitor.reading(signed_in.as_ref().and_then(|s| s.language));
        let mut kept = typed;
        if let Some(signed_in) = &signed_in {
            visitor.banners = banner::of(web, Some(signed_in.person.scope)).await.unwrap_or_default();
        }
        let visitor = &visitor;
        let (status, title, text) = match self {
            Self::SignInNeeded(path) => return Redirect::to(&sign_in_path(&path)).into_response(),
            Self::SetUpOver => return Redirect::to(&format!("/sign-in?from={FROM_SETUP}")).into_response(),
            Self::StepUpNeeded(path) => return Redirect::to(&format!("/step-up?next={}", super::sign_in::encode(&path))).into_response(),
            Self::Expired(typed) => {
                let kept = kept.or(typed);
                let view = ExpiredPage { shell: shell("error-again-title", visitor, None), kept: kept.0 };
                return respond(visitor.lang, StatusCode::FORBIDDEN, &view);
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "error-not-found-title", Text::new("error-not-found")),
            Self::LinkUnusable => (StatusCode::NOT_FOUND, "error-link-title", Text::new("error-link")),
            Self::Throttled(until) => (StatusCode::TOO_MANY_REQUESTS, "error-throttled-title", throttled_text(until)),
            // Refused before anybody else could know what was typed.
            Self::TooLarge(typed) => {
                kept = typed;
                (StatusCode::PAYLOAD_TOO_LARGE, "error-too-large-title", Text::new("error-too-large"))
            }
            Self::Malformed(typed) => {
                kept = kept.or(typed);
                (StatusCode::BAD_REQUEST, "error-malformed-title", Text::new("error-malformed"))
            }
            Self::Conflict(text) => (StatusCode::CONFLICT, "error-conflict-title", text),
            Self::Closed(text, typed) => {
                kept = kept.or(typed);
                (StatusCode::CONFLICT, "error-conflict-title", text)
            }
            Self::Said(status, text) => (status, "error-conflict-title", text),
            Self::Internal(cause) => {
                let id = web.random.uuid(web.now());
                tracing::error!(request_id = %id, cause, "a page failed");
                let text = Text::new("error-internal").with("id", id.to_string());
                let view = ErrorPage { shell: shell(FAILED, visitor, None), text, kept: Vec::new() };
                let mut response = respond(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &view);
                response.extensions_mut().insert(RequestId(id));
                return response;
            }
        };
        let shell = shell(title, visitor, signed_in.as_ref().map(|s| &s.person));
        respond(visitor.lang, status, &ErrorPage { shell, text, kept: kept.0 })
    }
}

const FAILED: &str = "error-internal-title";

/// What to tell somebody who has to wait.
pub(super) fn throttled_text(until: Timestamp) -> Text {
    Text::new("error-throttled").with("until", until)
}

fn respond(lang: Lang, status: StatusCode, view: &impl askama::Template) -> Response {
    match view.render() {
        Ok(html) => (status, axum::response::Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an error page failed");
            (StatusCode::INTERNAL_SERVER_ERROR, Text::from(FAILED).in_lang(lang)).into_response()
        }
    }
}

fn sign_in_path(next: &str) -> String {
    if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", super::sign_in::encode(next)) }
}

/// The layer above renders it.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<crate::store::Error> for PageError {
    fn from(error: crate::store::Error) -> Self {
        Self::internal(error)
    }
}
