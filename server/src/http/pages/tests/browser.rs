//! A browser without pixels: its cookies, the CSRF token of the last page, no following of redirects.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, header};
use tower::ServiceExt as _;

use crate::domain::boxes;
use crate::domain::people::totp::Seed;

#[derive(Clone)]
pub(super) struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// `Accept-Language`; none is Japanese.
    languages: Option<&'static str>,
    /// From where it comes.
    address: Option<SocketAddr>,
    pub(super) csrf: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) code: u16,
    pub(super) location: Option<String>,
    pub(super) set_cookie: Option<String>,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookies: BTreeMap::new(), languages: None, address: None, csrf: String::new() }
    }

    /// One whose owner likes these languages.
    pub(super) fn liking(router: &Router, languages: &'static str) -> Self {
        Self { languages: Some(languages), ..Self::new(router) }
    }

    /// One that comes from this address.
    pub(super) fn at(router: &Router, address: &str) -> Self {
        Self { address: Some(SocketAddr::new(address.parse().expect("an address"), 50_000)), ..Self::new(router) }
    }

    /// From now on its owner likes these languages.
    pub(super) fn like(&mut self, languages: &'static str) {
        self.languages = Some(languages);
    }

    pub(super) async fn get(&mut self, path: &str) -> Page {
        let page = self.send(Request::get(path), String::new()).await;
        if let Some(token) = page.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            token.clone_into(&mut self.csrf);
        }
        page
    }

    /// A file: status, headers, bytes.
    pub(super) async fn download(&mut self, path: &str) -> (u16, axum::http::HeaderMap, Vec<u8>) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path).header(header::HOST, "hashimori.example").header(header::COOKIE, cookies.join("; "));
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
        (parts.status.as_u16(), parts.headers, bytes.to_vec())
    }

    /// As a page's script asks whether the page still holds.
    pub(super) async fn ask_again(&mut self, path: &str, revision: &str) -> Page {
        self.send(Request::get(path).header(header::IF_NONE_MATCH, format!("\"{revision}\"")), String::new()).await
    }

    /// The same under another `Host`.
    pub(super) async fn get_under(&mut self, host: &str, path: &str) -> Page {
        self.send_to(host, Request::get(path), String::new()).await
    }

    /// Posts a form with the token of the last page.
    pub(super) async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        self.post(path, &all).await
    }

    /// Posts a form as it is.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", super::super::sign_in::encode(v))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "https://hashimori.example")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.join("&")).await
    }

    /// Sends a form with a file (its name, type and content) and the token of the last page.
    pub(super) async fn hand_in(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Page {
        let csrf = self.csrf.clone();
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.send_parts(path, parts(&fields, file)).await
    }

    /// Sends the body of a form of parts as it is.
    pub(super) async fn send_parts(&mut self, path: &str, body: Vec<u8>) -> Page {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header(header::ORIGIN, "https://hashimori.example")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: impl Into<Body>) -> Page {
        self.send_to("hashimori.example", request, body).await
    }

    async fn send_to(&mut self, host: &str, request: axum::http::request::Builder, body: impl Into<Body>) -> Page {
        let path = request.uri_ref().map(ToString::to_string).unwrap_or_default();
        let mut request = request.header(header::HOST, host);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(languages) = self.languages {
            request = request.header(header::ACCEPT_LANGUAGE, languages);
        }
        if let Some(address) = self.address {
            request = request.extension(ConnectInfo(address));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).expect("a request")).await.expect("answers");
        let page = read(response).await;
        super::fields::is_tied(&path, &page.body);
        for set in page.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().ok().and_then(|set| set.split(';').next()).and_then(|pair| pair.split_once('='));
            self.cookies.extend(pair.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        page
    }
}

const BOUNDARY: &str = "----HashimoriTests";

/// A form as browsers send one with a file (RFC 7578).
pub(super) fn parts(fields: &[(&str, &str)], (name, kind, content): (&str, &str, &[u8])) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}");
    body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
    body.extend(content);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    body
}

async fn read(response: Response<Body>) -> Page {
    let (parts, body) = response.into_parts();
    let text = |name| parts.headers.get(name).map(|value| value.to_str().expect("ascii").to_owned());
    let bytes = axum::body::to_bytes(body, 1 << 22).await.expect("a body");
    Page {
        code: parts.status.as_u16(),
        location: text(header::LOCATION),
        set_cookie: text(header::SET_COOKIE),
        headers: parts.headers.clone(),
        body: String::from_utf8(bytes.to_vec()).expect("utf-8"),
    }
}

impl Page {
    /// The page but for its forms' tokens, which are others each time.
    pub(super) fn without_tokens(&self) -> String {
        let mut parts = self.body.split("name=\"csrf\" value=\"");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |page, part| page + part.split_once('"').map_or(part, |(_, rest)| rest))
    }

    #[track_caller]
    pub(super) fn status(&self, code: u16) -> &Self {
        assert_eq!(self.code, code, "{}", self.body);
        self
    }

    #[track_caller]
    pub(super) fn redirects_to(&self, path: &str) -> &Self {
        assert_eq!((self.code, self.location.as_deref()), (303, Some(path)), "{}", self.body);
        self
    }

    #[track_caller]
    pub(super) fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "{text} is not in:\n{}", self.text());
        self
    }

    /// What a person reads: the main part without tags, one line per block.
    pub(super) fn text(&self) -> String {
        let main = self.body.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or(&self.body);
        let mut out = String::new();
        for piece in main.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
            let inline =
                ["strong", "/strong", "code", "/code", "span", "/span", "a ", "/a"].iter().any(|t| tag == t.trim() || tag.starts_with(t));
            if !inline && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(text.trim_matches('\n'));
        }
        out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Where the link with this text leads.
    #[track_caller]
    pub(super) fn link(&self, text: &str) -> String {
        let before = self.body.split(&format!(">{text}<")).next().filter(|before| before.len() < self.body.len());
        let href = before.and_then(|before| before.rsplit("href=\"").next()).and_then(|rest| rest.split('"').next());
        unescaped(href.unwrap_or_else(|| panic!("no link {text} in {}", self.body)))
    }

    /// Value of a hidden field, as the form would send it.
    pub(super) fn field(&self, name: &str) -> String {
        let value = self.body.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next());
        unescaped(value.unwrap_or_else(|| panic!("no field {name} in {}", self.body)))
    }

    /// What stands in the boxes of a day, or of a day and a time.
    #[track_caller]
    pub(super) fn typed(&self, field: &str) -> Vec<String> {
        let names = boxes::ENDINGS.map(|ending| format!("{field}{ending}"));
        let there = names.iter().filter(|name| self.body.contains(&format!("name=\"{name}\"")));
        there.map(|name| self.field(name)).collect()
    }

    /// What its boxes are as one value.
    pub(super) fn joined(&self, field: &str) -> String {
        boxes::join(&self.typed(field).iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Which step the page shows; the first where it offers none.
    pub(super) fn seen(&self) -> String {
        self.body.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0").to_owned()
    }

    /// The revision that a page carries which renews itself.
    #[track_caller]
    pub(super) fn revision(&self) -> String {
        let revision = self.body.split("data-live=\"").nth(1).and_then(|rest| rest.split('"').next());
        revision.unwrap_or_else(|| panic!("no revision in {}", self.body)).to_owned()
    }

    /// Options of the page's passkey button.
    pub(super) fn passkey_options(&self) -> serde_json::Value {
        let text = self.body.split("data-options=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a passkey button");
        serde_json::from_str(&unescaped(text)).expect("options")
    }

    /// The seed that the page offers to the authenticator app.
    pub(super) fn seed(&self) -> Seed {
        let text = self.body.split("secret=").nth(1).and_then(|rest| rest.split(['&', '"']).next()).expect("a seed");
        Seed::from_bytes(&data_encoding::BASE32_NOPAD.decode(text.as_bytes()).expect("base32")).expect("20 bytes")
    }
}

fn unescaped(text: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |t, (from, to)| t.replace(from, to))
}
