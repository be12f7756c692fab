//! What went wrong, as a page that says what to do. The cause of a failure inside goes to the log with a request id, never to the person.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;

use super::visit::{Kept, Visitor};
use super::{Web, shell};
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
    /// Too many failures.
    Throttled(Timestamp),
    /// The form is larger than any of ours.
    TooLarge,
    /// Not a form.
    Malformed,
    /// Somebody else acted first, or the object is no longer in the state the form was made for.
    Conflict(&'static str),
    /// Nothing was done, for a reason that the catalogue has.
    Said(StatusCode, Text),
    /// Failed inside; the cause, for the log.
    Internal(String),
}

impl PageError {
    /// Failed inside, because of `cause`.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The page. Rendered in the outermost layer, where the visitor is known.
    pub(super) async fn render(self, web: &Web, visitor: &Visitor) -> Response {
        let (status, title, text) = match &self {
            Self::SignInNeeded(path) => return Redirect::to(&sign_in_path(path)).into_response(),
            Self::StepUpNeeded(path) => return Redirect::to(&format!("/step-up?next={}", super::sign_in::encode(path))).into_response(),
            Self::Expired(kept) => {
                let view =
                    ExpiredPage { shell: shell(Text::verbatim("もう一度お試しください"), visitor, None), kept: kept.0.clone() };
                return respond(StatusCode::FORBIDDEN, &view);
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "ページが見つかりません", NOT_FOUND.to_owned()),
            Self::LinkUnusable => (StatusCode::NOT_FOUND, "このリンクは使えません", LINK.to_owned()),
            Self::Throttled(until) => (StatusCode::TOO_MANY_REQUESTS, "しばらくお待ちください", throttled_text(*until)),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "送られた内容が大きすぎます", TOO_LARGE.to_owned()),
            Self::Malformed => (StatusCode::BAD_REQUEST, "送られた内容を読み取れません", MALFORMED.to_owned()),
            Self::Conflict(text) => (StatusCode::CONFLICT, "操作できませんでした", (*text).to_owned()),
            Self::Said(status, text) => (*status, "操作できませんでした", text.in_lang(visitor.lang)),
            Self::Internal(cause) => {
                let id = web.random.uuid(web.now());
                tracing::error!(request_id = %id, cause, "a page failed");
                let text = format!("もう一度お試しください。続く場合は、次の番号を添えて事務局に連絡してください。番号: {id}");
                let mut response =
                    respond(StatusCode::INTERNAL_SERVER_ERROR, &ErrorPage { shell: shell(Text::verbatim(FAILED), visitor, None), text });
                response.extensions_mut().insert(RequestId(id));
                return response;
            }
        };
        let person = match session::find_signed_in(web.store.read(), &visitor.token.hash(), web.now()).await {
            Ok(session) => session.map(|s| s.person),
            // The store may be what failed in the first place.
            Err(_) => None,
        };
        respond(status, &ErrorPage { shell: shell(Text::verbatim(title), visitor, person.as_ref()), text })
    }
}

const FAILED: &str = "内部の問題で表示できません";
const NOT_FOUND: &str = "アドレスが違うか、ほかの事業所のもの、またはすでに無くなったものです。最初のページからたどり直してください。";
const LINK: &str = "一度使われたか、有効期限が切れたか、新しいリンクが発行されています。リンクを渡した人（事務局など）に、新しいリンクの発行を頼んでください。";
const TOO_LARGE: &str = "入力を短くして、もう一度送信してください。";
const MALFORMED: &str = "前のページに戻り、入力し直してください。";

/// What to tell somebody who has to wait.
pub(super) fn throttled_text(until: Timestamp) -> String {
    format!("失敗が続いたため、一時的に受け付けを止めています。{} を過ぎてから、もう一度お試しください。", until.jst_minute())
}

fn respond(status: StatusCode, view: &impl askama::Template) -> Response {
    match view.render() {
        Ok(html) => (status, axum::response::Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an error page failed");
            (StatusCode::INTERNAL_SERVER_ERROR, FAILED).into_response()
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
