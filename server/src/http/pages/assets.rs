//! The stylesheet, the icon and the passkeys' script, compiled in. Their addresses carry a version, so browsers may keep them.

use axum::http::header;
use axum::response::IntoResponse;

/// `Cache-Control` of something that never changes under its address.
const KEEP: &str = "public, max-age=31536000, immutable";

/// `GET /assets/{version}/style.css`
pub(super) async fn get_stylesheet() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, KEEP)], include_str!("../../../assets/style.css"))
}

/// `GET /assets/{version}/passkey.js`
pub(super) async fn get_passkey_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, KEEP)], include_str!("../../../assets/passkey.js"))
}

/// `GET /assets/{version}/icon.svg`
pub(super) async fn get_icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, KEEP)], include_str!("../../../assets/icon.svg"))
}
