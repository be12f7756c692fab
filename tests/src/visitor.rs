//! A person at a browser, reduced to what travels: cookies, pages, forms. For what is said and written down on the way;
//! how pages look is `browser`'s.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_server::clock::{Clock as _, SystemClock};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use totp_rs::{Builder, Secret, Totp};

use crate::waiting::PATIENCE;
use crate::wire::{Answer, device_tls};

/// A person before the web port, plain or behind TLS.
#[derive(Debug)]
pub struct Visitor {
    address: SocketAddr,
    /// By their names.
    cookies: BTreeMap<String, String>,
    tls: Option<Arc<ClientConfig>>,
}

/// Somebody's authenticator app.
#[derive(Debug)]
pub struct App(Totp);

impl App {
    /// What it shows at this instant, in seconds since 1970.
    pub fn code(&self, at: u64) -> String {
        self.0.generate(at).to_string()
    }
}

/// What is read from and written to.
trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

impl Visitor {
    /// One that nobody knows yet.
    pub const fn at(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new(), tls: None }
    }

    /// The same where the web port shows a certificate of its own, whatever it is.
    pub fn over_tls(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { tls: Some(Arc::new(device_tls(None)?)), ..Self::at(address) })
    }

    /// Forgets who they are: a browser that was closed.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// The secret in the cookie of their session.
    pub fn secret(&self) -> Option<&str> {
        Some(self.cookie()?.1)
    }

    /// The name and the secret of that cookie.
    pub fn cookie(&self) -> Option<(&str, &str)> {
        let session = |name: &str| name.contains("hashimori");
        self.cookies.iter().find(|(name, _)| session(name)).map(|(name, secret)| (name.as_str(), secret.as_str()))
    }

    /// Opens a page, following redirects.
    pub fn open(&mut self, path: &str) -> anyhow::Result<String> {
        let answer = self.ask("GET", path, "")?;
        self.landed(answer)
    }

    /// Fills in the form of `page` that goes to `action` and sends it; the page it leads to, whatever it says.
    pub fn send(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let from = page.find(&format!("action=\"{action}\"")).with_context(|| format!("no form to {action} in\n{page}"))?;
        let form = page[from..].split("</form>").next().unwrap_or_default();
        let hidden =
            form.split("<input type=\"hidden\" ").skip(1).filter_map(|input| Some((value(input, "name")?, value(input, "value")?)));
        let body = hidden.chain(fields.iter().copied()).fold(String::new(), |body, (name, value)| {
            let joint = if body.is_empty() { "" } else { "&" };
            format!("{body}{joint}{}={}", encoded(name), encoded(value))
        });
        let answer = self.ask("POST", action, &body)?;
        self.landed(answer)
    }

    /// Sets an account up from its one-time link with a password and an authenticator app; signed in from then on.
    pub fn set_up(&mut self, start: &str, password: &str) -> anyhow::Result<()> {
        let now = u64::try_from(SystemClock.now().seconds())?;
        self.set_up_at(start, password, now).map(drop)
    }

    /// The same where the collector's clock shows another time; their app.
    pub fn set_up_at(&mut self, start: &str, password: &str, now: u64) -> anyhow::Result<App> {
        let page = self.open(start)?;
        self.send(&page, start, &[])?;
        let page = self.open("/setup/password")?;
        let page = self.send(&page, "/setup/password", &[("password", password), ("again", password)])?;
        let seed = Secret::try_from_base32(text_of(&page, "code-text")?.replace(' ', "")).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let app = App(Builder::new().with_secret(seed).build_noncompliant());
        let page = self.send(&page, "/setup/app", &[("code", &app.code(now))])?;
        ensure!(page.contains("この画面でしか見られません"), "{page}");
        Ok(app)
    }

    /// Signs in with password and app.
    pub fn sign_in_at(&mut self, login: &str, password: &str, app: &App, now: u64) -> anyhow::Result<()> {
        let answer = self.post("/sign-in", "/sign-in", &[("login", login), ("password", password), ("code", &app.code(now))])?;
        ensure!(answer.status == 303, "{}", answer.text());
        Ok(())
    }

    /// Opens a page and sends this form to `action` with that page's token; the bare answer.
    pub fn post(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let page = self.open(page)?;
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).context("no form on the page")?;
        let pairs = [("csrf", token)].into_iter().chain(fields.iter().copied());
        let body: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.ask("POST", action, &body.join("&"))
    }

    /// What travels for one page or file to a browser that takes it compressed.
    pub fn weigh(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.ask_with("GET", path, "", "accept-encoding: gzip\r\n")
    }

    /// One request.
    pub fn ask(&mut self, method: &str, path: &str, form: &str) -> anyhow::Result<Answer> {
        self.ask_with(method, path, form, "")
    }

    fn ask_with(&mut self, method: &str, path: &str, form: &str, fields: &str) -> anyhow::Result<Answer> {
        let tcp = TcpStream::connect(self.address)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        let mut stream: Box<dyn Wire> = match &self.tls {
            None => Box::new(tcp),
            Some(tls) => {
                let name = ServerName::IpAddress(self.address.ip().into());
                Box::new(StreamOwned::new(ClientConnection::new(Arc::clone(tls), name)?, tcp))
            }
        };
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{cookie}{fields}content-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        )?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").context("no HTTP answer")?;
        let head = String::from_utf8(bytes[..end].to_vec())?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status")?;
        let answer = Answer { status, head, body: bytes[end + 4..].to_vec() };
        self.keep(&answer);
        Ok(answer)
    }

    /// Keeps what the answer sets, and lets go of what it takes away.
    fn keep(&mut self, answer: &Answer) {
        let headers = answer.head.lines().filter_map(|line| line.split_once(':'));
        for (_, set) in headers.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let Some((name, value)) = set.split(';').next().and_then(|pair| pair.trim().split_once('=')) else { continue };
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.cookies.retain(|_, value| !value.is_empty());
    }

    fn landed(&mut self, mut answer: Answer) -> anyhow::Result<String> {
        for _ in 0..5 {
            let Some(next) = answer.header("location").map(str::to_owned) else { return Ok(answer.text()) };
            answer = self.ask("GET", &next, "")?;
        }
        ensure!(answer.header("location").is_none(), "redirected in a circle");
        Ok(answer.text())
    }
}

/// Value of an attribute at the beginning of a tag's text.
pub fn value<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split('>').next()?.split(&format!("{name}=\"")).nth(1)?.split('"').next()
}

/// Text of the first element with this class.
pub fn text_of<'p>(page: &'p str, class: &str) -> anyhow::Result<&'p str> {
    let from = page.find(&format!("class=\"{class}\"")).with_context(|| format!("no {class} in\n{page}"))?;
    let text = page[from..].split_once('>').and_then(|(_, rest)| rest.split('<').next());
    text.map(str::trim).context("an element without an end")
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
