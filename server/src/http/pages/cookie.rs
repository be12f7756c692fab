//! The cookie: a random secret, of which the store knows only the hash. It signs nobody in by itself. A second one holds the
//! language that was chosen in a browser, a third that the page before showed something once, and nothing else.
//! RFC 6265bis `__Host-`: same host only, no `Domain`, `Secure`; not possible on the quick start's plain HTTP on loopback.

use axum::http::{HeaderMap, HeaderValue, header};
use hashimori_shared::lang::Lang;

use crate::domain::people::link::Token;

const SECURE: &str = "__Host-hashimori";
const PLAIN: &str = "hashimori-loopback";

const LANG: &str = "lang";
const SHOWN: &str = "shown";
/// Its values: from one such page to the next it changes.
const MARKS: [&str; 2] = ["1", "2"];
/// A year.
const LANG_S: u32 = 365 * 24 * 3600;

const fn name(secure: bool) -> &'static str {
    if secure { SECURE } else { PLAIN }
}

/// The secret in the request's cookie, if it has one of the right form.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<Token> {
    find(headers, name(secure)).and_then(Token::parse)
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The language that was chosen in this browser.
pub(super) fn read_lang(headers: &HeaderMap) -> Option<Lang> {
    find(headers, LANG).and_then(Lang::from_tag)
}

/// `Set-Cookie` for a language.
pub(super) fn set_lang(lang: Lang, secure: bool) -> Option<HeaderValue> {
    let attributes = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{LANG}={}; Path=/; Max-Age={LANG_S}; HttpOnly; SameSite=Lax{attributes}", lang.tag())).ok()
}

/// `Set-Cookie` for a secret; it ends with the browser, and long before that in the store.
pub(super) fn set(token: &Token, secure: bool) -> Option<HeaderValue> {
    let attributes = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{}={}; Path=/; HttpOnly; SameSite=Lax{attributes}", name(secure), token.to_text())).ok()
}

/// The mark that the page before left, if it showed something once.
pub(super) fn read_shown(headers: &HeaderMap) -> Option<&'static str> {
    let sent = find(headers, SHOWN)?;
    MARKS.into_iter().find(|mark| *mark == sent)
}

/// `Set-Cookie` that makes a browser forget a page that shows something once: set with it, taken away with the next one.
/// Chromium keeps pages for its Back button in spite of `no-store`, but none after which a cookie changed that scripts do not see.
/// `None`: neither this page nor the one before is such a page.
pub(super) fn set_shown(before: Option<&str>, shows: bool, secure: bool) -> Option<HeaderValue> {
    let (mark, age) = match (shows, before) {
        (false, None) => return None,
        (false, Some(_)) => ("", "; Max-Age=0"),
        (true, Some(mark)) if mark == MARKS[0] => (MARKS[1], ""),
        (true, _) => (MARKS[0], ""),
    };
    let attributes = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{SHOWN}={mark}; Path=/{age}; HttpOnly; SameSite=Lax{attributes}")).ok()
}
