//! The one cookie: a random secret, of which the store knows only the hash. It signs nobody in by itself.
//! RFC 6265bis `__Host-`: same host only, no `Domain`, `Secure`; not possible on the quick start's plain HTTP on loopback.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::domain::people::link::Token;

const SECURE: &str = "__Host-hashimori";
const PLAIN: &str = "hashimori-loopback";

const fn name(secure: bool) -> &'static str {
    if secure { SECURE } else { PLAIN }
}

/// The secret in the request's cookie, if it has one of the right form.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<Token> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name(secure))
        .and_then(|(_, value)| Token::parse(value))
}

/// `Set-Cookie` for a secret; it ends with the browser, and long before that in the store.
pub(super) fn set(token: &Token, secure: bool) -> Option<HeaderValue> {
    let attributes = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{}={}; Path=/; HttpOnly; SameSite=Lax{attributes}", name(secure), token.to_text())).ok()
}
