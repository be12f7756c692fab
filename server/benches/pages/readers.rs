//! Eight people who read one page after the other: every page of the collector's own table that answers, by whoever may read it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use hashimori_server::accounts::{Invite, invite};
use hashimori_server::clock::SetClock;
use hashimori_server::domain::people::link::Token;
use hashimori_server::domain::people::{Login, Role, Scope};
use hashimori_server::http::pages::{self, Web, WebSettings};
use hashimori_server::pki::{Authority, Hands, Pki, Tickets, create_authority};
use hashimori_server::rules::{RuleBook, Rules};
use hashimori_server::store::{person, session};
use tower::ServiceExt as _;

use crate::fill::Filled;
use crate::{START, part_ms};

pub(crate) const READERS: usize = 8;
/// Requests of each reader for each page, where `HASHIMORI_BENCH_REQUESTS` does not say otherwise, and for each search or export.
const REQUESTS: usize = 250;
const SLOW_REQUESTS: usize = 10;

/// Ways to ask for a page beyond its bare path.
const QUERIES: &[(&str, &str)] = &[
    ("/", "?state=non-compliant"),
    ("/", "?state=silent"),
    ("/facilities/{facility}/devices", "?is=non-compliant"),
    ("/facilities/{facility}/devices", "?is=non-compliant&clause=%C2%A720-3"),
    ("/facilities/{facility}/devices", "?is=silent"),
    ("/log", "?act=device_confirmed"),
    ("/facilities/{facility}/papers", "?kind=incident"),
];

/// Texts looked for: in some names, and in none.
const SEARCHES: &[&str] = &["/?q=0015", "/?q=%E7%84%A1%E3%81%84"];

/// What somebody is called here, and their cookie.
type Reader = (&'static str, String);

/// The pages, and who reads them.
pub(crate) struct Walk {
    router: Router,
    readers: [Reader; 4],
    /// In the place of parameters.
    parameters: Vec<(&'static str, String)>,
}

/// A page as it is asked for.
struct Visit {
    name: String,
    path: String,
    cookie: String,
}

impl Walk {
    /// Signs everybody in.
    pub(crate) async fn new(filled: &Filled) -> anyhow::Result<Self> {
        let router = pages::router(web(filled).await?);
        let regional = Scope::Region(filled.region);
        let local = Scope::Facility(filled.region, filled.facility);
        let secretariat = sign_in(filled, Role::Secretariat, regional, "jimukyoku").await?;
        let administrator = sign_in(filled, Role::Administrator, local, "hanako").await?;
        let newcomer = set_up(&router, &link(filled, Role::Auditor, local, "kansa").await?).await?;
        Ok(Self {
            router,
            readers: [("secretariat", secretariat), ("administrator", administrator), ("newcomer", newcomer), ("anybody", String::new())],
            parameters: vec![
                ("{facility}", filled.facility.to_string()),
                ("{device}", filled.device.to_string()),
                ("{paper}", filled.ledger.paper.clone()),
                ("{notice}", filled.ledger.notice.clone()),
                ("{exception}", filled.ledger.exception.clone()),
                ("{number}", "1".to_owned()),
            ],
        })
    }

    /// Reads everything, and prints what it took.
    pub(crate) async fn measure(&self) -> anyhow::Result<()> {
        let (mut visits, mut slow, mut silent) = (Vec::new(), Vec::new(), Vec::new());
        for path in pages::readable() {
            // A one-time link opens a handful of times, then it is throttled.
            if path.contains("{secret}") {
                silent.push(path);
                continue;
            }
            let queries = QUERIES.iter().filter(|(of, _)| *of == path).map(|(_, query)| *query);
            let mut answered = false;
            for query in [""].into_iter().chain(queries) {
                let found = self.visits(&format!("{path}{query}")).await?;
                answered |= !found.is_empty();
                let kind = std::path::Path::new(path).extension().map_or(&mut visits, |_| &mut slow);
                kind.extend(found);
            }
            if !answered {
                silent.push(path);
            }
        }
        for search in SEARCHES {
            slow.extend(self.visits(search).await?);
        }
        // Some of them alone, where one is worked on.
        if let Ok(only) = std::env::var("HASHIMORI_BENCH_ONLY") {
            visits.retain(|visit| visit.name.contains(&only));
            slow.retain(|visit| visit.name.contains(&only));
        }
        println!("{:<72} {:>8} {:>8} {:>8} {:>6}", "page", "p50 ms", "p99 ms", "most ms", "KiB");
        let requests = std::env::var("HASHIMORI_BENCH_REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(REQUESTS);
        let worst = self.measure_all(&visits, requests).await?;
        println!("slowest page: p99 {worst:.1} ms; exports and searches:");
        self.measure_all(&slow, SLOW_REQUESTS).await?;
        println!("not measured, for they answer only in the middle of an act, or a few times: {}", silent.join(" "));
        Ok(())
    }

    /// Who reads a path: a facility's pages its administrator if it may, the others anybody if all may, else
    /// both who are signed in.
    async fn visits(&self, path: &str) -> anyhow::Result<Vec<Visit>> {
        let asked = self.parameters.iter().fold(path.to_owned(), |asked, (name, value)| asked.replace(name, value));
        let [secretariat, administrator, newcomer, anybody] = &self.readers;
        let local = path.contains("{facility}") || path.contains("{device}") || path.contains("{paper}");
        let groups: &[&[&Reader]] =
            if local { &[&[administrator], &[secretariat]] } else { &[&[anybody], &[secretariat, administrator], &[newcomer]] };
        let mut visits = Vec::new();
        for group in groups {
            for (who, cookie) in *group {
                if self.ask(&asked, cookie).await?.0 == StatusCode::OK {
                    visits.push(Visit { name: format!("{path} ({who})"), path: asked.clone(), cookie: cookie.clone() });
                }
            }
            if !visits.is_empty() {
                break;
            }
        }
        Ok(visits)
    }

    async fn measure_all(&self, visits: &[Visit], requests: usize) -> anyhow::Result<f64> {
        let mut worst = 0_f64;
        for Visit { name, path, cookie } in visits {
            let readers: Vec<_> =
                (0..READERS).map(|_| tokio::spawn(read(self.router.clone(), (path.clone(), cookie.clone()), requests))).collect();
            let (mut times, mut bytes) = (Vec::with_capacity(READERS * requests), 0);
            for reader in readers {
                let (took, size) = reader.await??;
                times.extend(took);
                bytes = size;
            }
            times.sort_unstable();
            let ms = |thousandths| part_ms(&times, thousandths);
            println!("{name:<72} {:>8.2} {:>8.2} {:>8.2} {:>6}", ms(500), ms(990), ms(1000), bytes / 1024);
            worst = worst.max(ms(990));
        }
        Ok(worst)
    }

    async fn ask(&self, path: &str, cookie: &str) -> anyhow::Result<(StatusCode, usize)> {
        ask(&self.router, path, cookie).await
    }
}

/// One reader: the page again and again; how long each answer took, and its size.
async fn read(router: Router, (path, cookie): (String, String), requests: usize) -> anyhow::Result<(Vec<Duration>, usize)> {
    let (mut took, mut size) = (Vec::with_capacity(requests), 0);
    for _ in 0..requests {
        let began = Instant::now();
        let (status, bytes) = ask(&router, &path, &cookie).await?;
        took.push(began.elapsed());
        anyhow::ensure!(status == StatusCode::OK, "{path} answered {status}");
        size = bytes;
    }
    Ok((took, size))
}

async fn ask(router: &Router, path: &str, cookie: &str) -> anyhow::Result<(StatusCode, usize)> {
    let request = Request::get(path).header(header::HOST, "hashimori.example").header(header::COOKIE, cookie);
    let request = request.header(header::ACCEPT_LANGUAGE, "ja").header(header::ACCEPT_ENCODING, "gzip").body(Body::empty())?;
    let answer = router.clone().oneshot(request).await?;
    let status = answer.status();
    Ok((status, to_bytes(answer.into_body(), 1 << 28).await?.len()))
}

async fn web(filled: &Filled) -> anyhow::Result<Web> {
    let Filled { store, random, master, .. } = filled;
    let mut tx = store.begin().await?;
    create_authority(&mut tx, &["collector.example".to_owned()], Hands { master, random, now: START }).await?;
    tx.commit().await?;
    let pki = Pki::new(Authority::load(store, master).await?, Arc::new(Tickets::default()));
    Ok(Web::new(pages::Parts {
        store: store.clone(),
        clock: Arc::new(SetClock::at(START)),
        random: Arc::clone(random),
        master: Arc::clone(master),
        books: Rules::new(RuleBook::load(None, None)?).books(),
        pki: Arc::new(pki),
        settings: WebSettings { secure: true, public_url: "https://hashimori.example".to_owned(), ..WebSettings::default() },
    }))
}

/// The path of a new account's one-time link.
async fn link(filled: &Filled, role: Role, scope: Scope, login: &str) -> anyhow::Result<String> {
    let wanted = Invite { scope, role, login, name: "見本 花子", why: "見本", hand_over: false, deputies_everywhere: false };
    Ok(invite(&filled.store, &filled.random, START, &wanted).await?.path)
}

/// A new account with a session; the cookie.
async fn sign_in(filled: &Filled, role: Role, scope: Scope, login: &str) -> anyhow::Result<String> {
    link(filled, role, scope, login).await?;
    let found = person::find_by_login(filled.store.read(), &Login::parse(login)?).await?.context("an account")?;
    let token = Token::new(&filled.random);
    let mut tx = filled.store.begin().await?;
    session::insert_signed_in(&mut tx, &token.hash(), found.id, "bench", START).await?;
    tx.commit().await?;
    Ok(format!("__Host-hashimori={}", token.to_text()))
}

/// Begins setting an account up and chooses a password; the cookie.
async fn set_up(router: &Router, link: &str) -> anyhow::Result<String> {
    let (cookie, csrf) = form(router, link, "").await?;
    let cookie = send(router, link, &cookie, &format!("csrf={csrf}")).await?;
    let (_, csrf) = form(router, "/setup/password", &cookie).await?;
    let password = "kakuu%20no%20aikotoba%20wo%20hitotsu";
    send(router, "/setup/password", &cookie, &format!("csrf={csrf}&password={password}&again={password}")).await?;
    Ok(cookie)
}

/// A page's cookie, if it gives one, and the token of its form.
async fn form(router: &Router, path: &str, cookie: &str) -> anyhow::Result<(String, String)> {
    let request = Request::get(path).header(header::HOST, "hashimori.example").header(header::COOKIE, cookie);
    let answer = router.clone().oneshot(request.body(Body::empty())?).await?;
    let given = cookie_of(answer.headers()).unwrap_or_default();
    let page = String::from_utf8(to_bytes(answer.into_body(), 1 << 22).await?.to_vec())?;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    Ok((given, csrf.with_context(|| format!("no form at {path}"))?.to_owned()))
}

/// Sends a form; the cookie from now on.
async fn send(router: &Router, path: &str, cookie: &str, body: &str) -> anyhow::Result<String> {
    let request = Request::post(path)
        .header(header::HOST, "hashimori.example")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = router.clone().oneshot(request.body(Body::from(body.to_owned()))?).await?;
    anyhow::ensure!(answer.status() == StatusCode::SEE_OTHER, "{path} answered {}", answer.status());
    Ok(cookie_of(answer.headers()).unwrap_or_else(|| cookie.to_owned()))
}

fn cookie_of(headers: &axum::http::HeaderMap) -> Option<String> {
    headers.get(header::SET_COOKIE)?.to_str().ok()?.split(';').next().map(str::to_owned)
}
