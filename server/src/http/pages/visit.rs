//! Before anything else: who knocks (cookie, network), and for every POST that it comes from a page of ours:
//! `Sec-Fetch-Site` and `Origin` where the browser sends them, and the CSRF token always.

use std::net::{IpAddr, SocketAddr};

use axum::Form;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, MatchedPath, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hashimori_shared::lang::Lang;

use super::typed::{encoded, joined};
use super::{PageError, Web, cookie, step_up};
use crate::domain::paper::{Input, Kind};
use crate::domain::people::link::Token;
use crate::domain::people::{browser, throttle};
use crate::http::proxied::is_among;
use crate::views::Banner;

/// Largest form taken, in bytes; a larger one is read as far as the port does, to show what was typed.
const FORM_LIMIT: usize = 32 * 1024;
pub(super) const READ_LIMIT: usize = 256 * 1024;
/// End of the path of the form into which a table is pasted: as large as is read.
const TABLE: &str = "/staff/import";
/// Routes that take a form with a file. Its token comes with its body, which the handler reads: nobody else's is read at all.
const WITH_FILE: [&str; 2] = ["/papers/{paper}/files", "/facilities/{facility}/staff/import"];
/// Characters of a field, and fields, that are shown again.
const KEPT_LENGTH: usize = FORM_LIMIT;
const KEPT_FIELDS: usize = 100;
/// Name of the hidden field.
pub(super) const CSRF_FIELD: &str = "csrf";

/// What people type, and the keys of what it is called on screen where it is shown again because a form could not be taken. Fields of
/// papers have their own labels.
const KEPT: &[(&str, &str)] = &[
    ("login", "kept-login"),
    ("label", "kept-label"),
    ("uses", "kept-uses"),
    ("hours", "kept-hours"),
    ("name", "kept-name"),
    ("until", "kept-until"),
    ("title", "kept-notice-title"),
    ("body", "kept-notice-body"),
    ("why", "kept-why"),
    ("note", "kept-note"),
    ("someone", "kept-person"),
    ("applicant", "paper-applicant"),
    ("basis", "disaster-field-basis"),
    ("contact", "let-in-field-contact"),
    ("differences", "staff-differences"),
    ("job", "staff-col-job"),
    ("mail", "people-mail"),
    ("material", "staff-material"),
    ("reference", "member-reference"),
    ("risk", "policy-risk"),
    ("table", "staff-import-table"),
    ("teacher", "staff-teacher"),
    ("tie", "member-tie"),
    ("topic", "staff-topic"),
    ("url", "connect-url"),
];
/// What a field is called that has no name there.
const TYPED: &str = "error-expired-kept";
/// What nobody typed: marks and positions that pages carry along.
const CARRIED: [&str; 13] =
    ["once", "offer", "claim", "seen", "was", "shown", "after", "times", "filing", "training", "back", "next", "session"];

/// Who knocks, signed in or not.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The cookie's secret (fresh when there was none).
    pub token: Token,
    /// The network the request came from, for throttling.
    pub network: String,
    /// Under which `Host` the page was asked for.
    pub host: String,
    /// Coarse name of the browser.
    pub browser: String,
    /// The language to read in: the account's choice, else what was chosen in this browser, else what the browser asks for.
    pub lang: Lang,
    /// The page that is looked at; after a form, the first page.
    pub here: String,
    /// Fresh with each request, see `csrf`.
    salt: Token,
    /// 災害時特例 that this reader is told of on every page.
    pub banners: Vec<Banner>,
}

impl Visitor {
    /// The token that forms carry: another one on each page, for pages travel compressed, and the length of one that shows the same
    /// secret beside what somebody else chose tells of the secret (BREACH).
    pub(super) fn csrf(&self) -> String {
        let salt = self.salt.to_text();
        let token = self.salted(&salt).to_text();
        salt + &token
    }

    fn salted(&self, salt: &str) -> Token {
        self.token.derive(&format!("csrf {salt}"))
    }

    /// Whether `sent` is a token that one of our pages showed in this browser.
    pub(super) fn showed(&self, sent: &str) -> bool {
        let Some((salt, token)) = sent.split_at_checked(sent.len() / 2) else { return false };
        Token::parse(token).is_some_and(|token| token.matches(&self.salted(salt)))
    }

    /// The same, reading in the language that an account has chosen, if it has.
    pub(super) fn reading(&self, chosen: Option<Lang>) -> Self {
        Self { lang: chosen.unwrap_or(self.lang), ..self.clone() }
    }
}

/// What the person typed into a form, without secrets: (key of the name on screen, value).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(pub Vec<(&'static str, String)>);

impl Kept {
    pub(super) fn of(fields: &Fields) -> Self {
        let typed = fields.iter().filter(|(_, value)| !value.trim().is_empty()).filter_map(|(name, value)| {
            let value: String = value.chars().take(KEPT_LENGTH).collect();
            Some((called(name, &value)?, value))
        });
        Self(typed.take(KEPT_FIELDS).collect())
    }

    /// This, or where it is nothing, the other.
    pub(super) fn or(self, other: Self) -> Self {
        if self.0.is_empty() { other } else { self }
    }
}

/// Key of what a field is called on screen; `None`: a secret, or nothing that anybody typed.
fn called(name: &str, value: &str) -> Option<&'static str> {
    if step_up::SECRET.contains(&name) || CARRIED.contains(&name) {
        return None;
    }
    if let Some((_, label)) = KEPT.iter().find(|(known, _)| *known == name) {
        return Some(label);
    }
    let mut of_papers = Kind::ALL.iter().flat_map(|kind| kind.fields()).filter(|field| matches!(field.input, Input::Line | Input::Text));
    of_papers.find(|field| field.name == name).map(|field| field.label).or_else(|| (!is_chosen(value)).then_some(TYPED))
}

/// A word of ours or an id, as choices and hidden fields send them.
fn is_chosen(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '-')) || uuid::Uuid::try_parse(value).is_ok()
}

/// Set on a response by a handler that changed the cookie's secret.
#[derive(Clone)]
pub(super) struct NewCookie(pub Token);

/// Set on a response whose page shows something once: the browser is not to keep it for its Back button.
#[derive(Clone)]
pub(super) struct ShownOnce;

/// Set on a response that is the same for everybody and may be kept in between: it carries no cookie.
#[derive(Clone)]
pub(super) struct ForAnybody;

/// The outermost layer of every page.
pub(super) async fn visit(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let known = cookie::read(request.headers(), web.settings.secure);
    let left = cookie::read_shown(request.headers());
    let visitor = Visitor {
        token: known.clone().unwrap_or_else(|| Token::new(&web.random)),
        network: network(&web, &request),
        host: host(request.headers(), request.uri()).unwrap_or_default().to_owned(),
        browser: browser::coarse(field(&request, &header::USER_AGENT)),
        lang: cookie::read_lang(request.headers()).unwrap_or_else(|| Lang::accepted(field(&request, &header::ACCEPT_LANGUAGE))),
        here: here(&request).to_owned(),
        salt: Token::new(&web.random),
        banners: Vec::new(),
    };
    request.extensions_mut().insert(visitor.clone());
    let (mut response, sent) = match admit(request, &visitor).await {
        Ok((request, sent)) => (next.run(request).await, sent),
        Err(error) => (error.into_response(), None),
    };
    if let Some(error) = response.extensions_mut().remove::<PageError>() {
        // A form with a file was read by whoever refused it.
        let unread = response.extensions_mut().remove::<Kept>();
        let typed = sent.as_ref().map(Kept::of).or(unread).unwrap_or_default();
        let error = match (error, sent) {
            (PageError::StepUpNeeded(path), Some(fields)) => step_up::keep(&web, &visitor, path, fields).await,
            (error, _) => error,
        };
        response = error.render(&web, &visitor, typed).await;
    }
    if response.extensions_mut().remove::<ForAnybody>().is_some() {
        return response;
    }
    let cookie = match response.extensions_mut().remove::<NewCookie>() {
        Some(NewCookie(token)) => Some(token),
        None => known.is_none().then_some(visitor.token),
    };
    let cookie = cookie.and_then(|token| cookie::set(&token, web.settings.secure));
    let once = response.extensions_mut().remove::<ShownOnce>().is_some();
    for value in cookie.into_iter().chain(cookie::set_shown(left, once, web.settings.secure)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn field<'a>(request: &'a Request, name: &HeaderName) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn here(request: &Request) -> &str {
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    if *request.method() == Method::GET { path } else { "/" }
}

/// The fields of a form, in order.
pub(super) type Fields = Vec<(String, String)>;

/// Lets a GET pass; a POST only from one of our own pages, together with what it sent.
async fn admit(request: Request, visitor: &Visitor) -> Result<(Request, Option<Fields>), PageError> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok((request, None));
    }
    let (mut parts, body) = request.into_parts();
    let same_site = is_same_site(&parts.headers, &parts.uri);
    if has_parts(&parts.headers) {
        let takes_file = parts.extensions.get::<MatchedPath>().is_some_and(|path| WITH_FILE.contains(&path.as_str()));
        if !takes_file {
            return Err(PageError::Malformed(Kept::default()));
        }
        return if same_site { Ok((Request::from_parts(parts, body), None)) } else { Err(PageError::Expired(Kept::default())) };
    }
    let bytes = to_bytes(body, READ_LIMIT).await.map_err(|_| PageError::TooLarge(Kept::default()))?;
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let Form(sent) = Form::<Fields>::from_request(copy, &()).await.map_err(|_| PageError::Malformed(Kept::default()))?;
    let size = bytes.len();
    let (fields, bytes) = match joined(&sent) {
        Some(fields) => {
            let bytes = Bytes::from(encoded(&fields));
            parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
            (fields, bytes)
        }
        None => (sent, bytes),
    };
    let kept = Kept::of(&fields);
    if size > FORM_LIMIT && !parts.uri.path().ends_with(TABLE) {
        return Err(PageError::TooLarge(kept));
    }
    let sent = fields.iter().find(|(key, _)| key == CSRF_FIELD);
    if !same_site || !sent.is_some_and(|(_, sent)| visitor.showed(sent)) {
        return Err(PageError::Expired(kept));
    }
    parts.extensions.insert(kept);
    Ok((Request::from_parts(parts, Body::from(bytes)), Some(fields)))
}

/// Whether it is a form of several parts, as browsers send files (RFC 7578).
pub(in crate::http) fn has_parts(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Whether the browser says that the form was sent from a page of this host (Fetch Metadata; `Origin`, RFC 6454 §7).
/// Browsers that say neither are left to the token.
fn is_same_site(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match (text("origin"), host(headers, uri)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, origin_host)| origin_host.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    }
}

/// The host that a request names: `Host`, or the authority of its target (HTTP/2).
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    named.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))
}

/// The client's network: the peer, or what a trusted proxy says was its peer.
pub(in crate::http) fn network(web: &Web, request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let Some(peer) = peer else { return "unknown".to_owned() };
    throttle::network(origin(&web.settings.trusted_proxies, peer, request.headers()))
}

/// Where a request came from: what a trusted proxy added, after whatever the client had sent itself.
fn origin(trusted: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !is_among(trusted, peer) {
        return peer;
    }
    // Lines of one name are one list, in order (RFC 9110 §5.3).
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|line| line.to_str().ok());
    last.and_then(|line| line.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_trusted_proxys_own_word_is_the_last_one_of_the_last_line_and_nobody_elses_counts() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = [address("127.0.0.1"), address("::ffff:192.0.2.9")];
        let mut headers = HeaderMap::new();
        for line in ["198.51.100.1", "198.51.100.2, 203.0.113.7"] {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        for peer in ["127.0.0.1", "::ffff:127.0.0.1", "192.0.2.9"] {
            assert_eq!(origin(&trusted, address(peer), &headers), address("203.0.113.7"), "{peer}");
        }
        assert_eq!(origin(&trusted, address("192.0.2.10"), &headers), address("192.0.2.10"));
        headers.append("x-forwarded-for", HeaderValue::from_static("no address"));
        assert_eq!(origin(&trusted, address("127.0.0.1"), &headers), address("127.0.0.1"));
    }

    fn says(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_same_site(&headers, &Uri::from_static("/sign-in"))
    }

    #[test]
    fn each_page_shows_another_token_and_each_of_them_is_taken_from_whom_it_was_shown_to() {
        let random = crate::random::Random::seeded(5);
        let page = |token: &Token| Visitor {
            token: token.clone(),
            network: String::new(),
            host: String::new(),
            browser: String::new(),
            lang: Lang::Japanese,
            here: "/".to_owned(),
            salt: Token::new(&random),
            banners: Vec::new(),
        };
        let (one, other) = (Token::new(&random), Token::new(&random));
        let (first, second) = (page(&one), page(&one));
        assert_ne!(first.csrf(), second.csrf());
        assert!(first.showed(&second.csrf()) && second.showed(&first.csrf()));
        assert!(!page(&other).showed(&first.csrf()));
        for bad in ["", "x", "あい", &first.csrf()[1..], &one.derive("csrf").to_text()] {
            assert!(!first.showed(bad), "{bad}");
        }
    }

    #[test]
    fn what_people_typed_is_kept_under_its_name_and_neither_secrets_nor_choices_nor_marks() {
        let fields = [
            ("csrf", "x1"),
            ("password", "amber ferry crossing"),
            ("code", "123456"),
            ("seen", "7"),
            ("device", "01900000-0000-7000-8000-000000000000"),
            ("what", "loss"),
            ("applicant", "見本 花子"),
            ("situation", "left on the train"),
            ("elsewhere", "岩国駅"),
            ("why", "lost"),
        ];
        let kept = Kept::of(&fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let kept: Vec<(&str, &str)> = kept.0.iter().map(|(label, value)| (*label, value.as_str())).collect();
        let situation = called("situation", "left on the train").expect("typed");
        assert_ne!(situation, TYPED, "papers name their fields");
        assert_eq!(kept, [("paper-applicant", "見本 花子"), (situation, "left on the train"), (TYPED, "岩国駅"), ("kept-why", "lost")]);
        for (_, label) in KEPT {
            assert_ne!(crate::words::Text::new(label).in_lang(Lang::Japanese), *label, "the catalogue has it");
        }
    }

    #[test]
    fn a_form_with_a_file_is_known_by_its_type_and_taken_by_routes_of_the_table_alone() {
        let says = |kind: &'static str| has_parts(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]));
        assert!(says("multipart/form-data; boundary=x") && says("Multipart/Form-Data;boundary=x"));
        assert!(!says("application/x-www-form-urlencoded") && !says("multipart/mixed; boundary=x") && !has_parts(&HeaderMap::new()));
        let table = super::super::routes::table();
        for path in WITH_FILE {
            let route = table.iter().find(|route| route.path == path && route.method == Method::POST).expect("a route");
            assert!(matches!(route.access, super::super::routes::Access::SignedIn(_)), "{path}");
        }
    }

    #[test]
    fn a_form_from_another_site_is_known_by_what_the_browser_says() {
        assert!(says(&[("host", "a.example"), ("origin", "https://a.example"), ("sec-fetch-site", "same-origin")]));
        assert!(says(&[("host", "a.example")]));
        assert!(!says(&[("host", "a.example"), ("origin", "https://b.example")]));
        assert!(!says(&[("host", "a.example"), ("origin", "null")]));
        assert!(!says(&[("host", "a.example"), ("sec-fetch-site", "cross-site")]));
        assert!(!says(&[("host", "a.example"), ("sec-fetch-site", "same-site")]));
    }
}
