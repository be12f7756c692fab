//! The stylesheet, the icon and the scripts, compiled in. Their addresses change with them, so browsers may keep them.

use axum::http::header;
use axum::response::IntoResponse;

use crate::views::assets;

/// `Cache-Control` of something that never changes under its address.
const KEEP: &str = "public, max-age=31536000, immutable";

/// `GET /assets/{version}/style.css`
pub(super) async fn get_stylesheet() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, KEEP)], assets::STYLE)
}

/// `GET /assets/{version}/passkey.js`
pub(super) async fn get_passkey_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, KEEP)], assets::PASSKEY)
}

/// `GET /assets/{version}/live.js`
pub(super) async fn get_live_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, KEEP)], assets::LIVE)
}

/// `GET /assets/{version}/icon.svg`
pub(super) async fn get_icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, KEEP)], assets::ICON)
}
