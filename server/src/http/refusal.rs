//! What the web port answers when no page was reached: a problem (RFC 9457), or our error page for a browser; with a request id.

use askama::Template as _;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::problem::{PROBLEM_JSON, Problem, kind};
use uuid::Uuid;

use super::{access, pages};
use crate::views::{ErrorPage, Shell};
use crate::words::Text;

/// Why no page was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The body ended before its announced end.
    Broken,
    /// The body came too slowly.
    TooSlow,
    /// The body is longer than any form of ours.
    TooLong,
    /// Too much is going on.
    Busy,
    /// The page took too long.
    Hung,
    /// The collector is up, but cannot work.
    NotReady,
}

/// Seconds after which it is worth trying again.
const RETRY_S: u16 = 30;

impl Refusal {
    const fn status(self) -> StatusCode {
        match self {
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy | Self::Hung | Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn problem(self) -> (&'static str, &'static str) {
        match self {
            Self::Broken => (kind::INVALID_REQUEST, "The body ended before its announced end"),
            Self::TooSlow => (kind::INVALID_REQUEST, "The body came too slowly"),
            Self::TooLong => (kind::INVALID_REQUEST, "The body is too long"),
            Self::Busy => (kind::OVERLOADED, "The collector is busy"),
            Self::Hung => (kind::OVERLOADED, "The page took too long"),
            Self::NotReady => (kind::OVERLOADED, "not ready"),
        }
    }

    /// What a person reads: heading, and what to do.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Broken | Self::TooSlow => ("port-cut-off", "port-cut-off-act"),
            Self::TooLong => ("port-too-long", "port-too-long-act"),
            Self::Busy | Self::Hung | Self::NotReady => ("port-busy", "port-busy-act"),
        }
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(self, asked: &HeaderMap, id: Uuid) -> Response {
        let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let for_a_person = text(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        let page = for_a_person.then(|| self.page(Lang::accepted(text(header::ACCEPT_LANGUAGE).unwrap_or_default()), id)).flatten();
        let mut response = page.unwrap_or_else(|| self.as_problem(id));
        *response.status_mut() = self.status();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_S));
        }
        access::name(&mut response, id);
        response
    }

    fn page(self, lang: Lang, id: Uuid) -> Option<Response> {
        let (title, act) = self.words();
        let shell = Shell { lang, title: Text::new(title).in_lang(lang), csrf: String::new(), who: None, here: String::new(), live: None };
        let text = Text::new(act).with("id", id.to_string());
        let mut response = Html(ErrorPage { shell, text, kept: Vec::new() }.render().ok()?).into_response();
        pages::protect(&mut response);
        Some(response)
    }

    fn as_problem(self, id: Uuid) -> Response {
        let (kind, title) = self.problem();
        let problem = Problem { instance: Some(id.urn().to_string()), ..Problem::new(kind, self.status().as_u16(), title) };
        let body = serde_json::to_string(&problem).unwrap_or_default();
        ([(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: [Refusal; 6] = [Refusal::Broken, Refusal::TooSlow, Refusal::TooLong, Refusal::Busy, Refusal::Hung, Refusal::NotReady];

    async fn body(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    #[tokio::test]
    async fn a_program_is_answered_with_a_problem_and_a_browser_with_a_page_both_under_the_request_s_id() {
        let id = Uuid::from_u128(7);
        let mut browser = HeaderMap::new();
        browser.insert(header::ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml"));
        browser.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("ja"));
        for refusal in EVERY {
            let answer = refusal.answer(&HeaderMap::new(), id);
            assert_eq!(answer.headers()[header::CONTENT_TYPE], PROBLEM_JSON, "{refusal:?}");
            assert_eq!(answer.headers()["x-request-id"], id.to_string().as_str(), "{refusal:?}");
            let status = answer.status().as_u16();
            assert_eq!(answer.headers().contains_key(header::RETRY_AFTER), status == 503, "{refusal:?}");
            let problem: Problem = serde_json::from_str(&body(answer).await).expect("a problem");
            assert_eq!((problem.status, problem.instance), (status, Some(id.urn().to_string())), "{refusal:?}");

            let page = refusal.answer(&browser, id);
            assert_eq!(page.status().as_u16(), status, "{refusal:?}");
            assert!(page.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{refusal:?}");
            let html = body(page).await;
            assert!(html.contains("<html lang=\"ja\">") && html.contains(&id.to_string()), "{refusal:?}: {html}");
        }
    }
}
