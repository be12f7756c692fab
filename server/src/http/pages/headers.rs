//! Response headers of the web port: what a browser may do with a page. Scripts only as our own files, nothing from or to elsewhere.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::Web;

const FIXED: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Set on a response that is somebody's file, which must not act as a page of ours even where a browser shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotOurs;

const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

/// Adds the headers; `no-store` unless the handler said otherwise (assets).
pub(super) async fn guard_browser(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    protect(&mut response);
    if response.extensions_mut().remove::<NotOurs>().is_some() {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    }
    let headers = response.headers_mut();
    if web.settings.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Adds what every page has in common.
pub(in crate::http) fn protect(response: &mut Response) {
    for (name, value) in FIXED {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
